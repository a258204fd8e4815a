"""Adult workers' programmes: which role works on which parental harm, and the parameters of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Programme:
    """One programme for parents: a completed one may switch the harm off.

    Its numbers are the parameters `adult.<role>.*`; `harm` is the harm that it works on.
    """

    name: str
    role: str
    harm: str


PROGRAMMES = (
    Programme("victim_support", "da_victim_worker", "domestic_abuse"),
    Programme("perpetrator_work", "da_perpetrator_worker", "domestic_abuse"),
    Programme("mental_health_work", "mental_health_practitioner", "mental_ill_health"),
    Programme("drug_work", "substance_misuse_worker", "drug_misuse"),
    Programme("alcohol_work", "substance_misuse_worker", "alcohol_misuse"),
)

SUPERVISOR = "psychologist"
"""The shared role whose reflective supervision raises completion in live teams."""


def roles(programmes: tuple[Programme, ...] = PROGRAMMES) -> tuple[str, ...]:
    """Return the roles that work with parents, each once, in the order of the table."""
    return tuple(dict.fromkeys(p.role for p in programmes))
