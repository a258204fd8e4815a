"""Adult workers' programmes and families' services: which role gives each, and what it works on.

A programme works on a parental harm: completed, it may switch the harm off. A service works on the family's way
through the pathway: from its start until the case closes it multiplies named hazards or odds. Either may do both.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Programme:
    """One programme or service. Its numbers are the parameters `adult.<role>.*`.

    `harm`: the harm that it works on; empty for a service. `ratio` (parameter id) multiplies the hazards or odds of
    `exits` (`stage.exit`) for a family that has begun it. `stages`: where it is offered, for what is offered at other
    stages than harm programmes. `outside`: parents may be referred to it outside the team, as things were before.
    `other_parent`: who takes part is not the parent who takes part in the family's other programmes.
    """

    name: str
    role: str
    harm: str = ""
    ratio: str = ""
    exits: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    outside: bool = True
    other_parent: bool = False


PROGRAMMES = (
    Programme("victim_support", "da_victim_worker", "domestic_abuse"),
    Programme("perpetrator_work", "da_perpetrator_worker", "domestic_abuse", other_parent=True),
    Programme("mental_health_work", "mental_health_practitioner", "mental_ill_health"),
    Programme("drug_work", "substance_misuse_worker", "drug_misuse"),
    Programme("alcohol_work", "substance_misuse_worker", "alcohol_misuse"),
    Programme("sexual_violence_support", "sexual_violence_worker", "mental_ill_health", outside=False),
    Programme(
        "neglect_work",
        "neglect_practitioner",
        ratio="effect.neglect_work",
        exits=("cin.section47", "section47.cp"),
        stages=("cin", "cp"),
        outside=False,
    ),
    Programme(
        "parenting",
        "parenting_worker",
        ratio="effect.parenting",
        exits=("early_help.assessment", "cin.section47"),
        stages=("early_help", "cin", "cp"),
        outside=False,
    ),
    Programme(
        "family_intervention",
        "family_intervention_worker",
        ratio="effect.family_intervention",
        exits=("early_help.assessment", "cin.care", "cp.care", "cp.pre_proceedings"),
        stages=("early_help", "cin", "cp"),
        outside=False,
    ),
    Programme(
        "intensive_family_support",
        "intensive_family_worker",
        ratio="effect.intensive_family_support",
        exits=("cin.care", "cp.care", "cp.pre_proceedings", "pre_proceedings.care_proceedings"),
        stages=("cp", "pre_proceedings"),
        outside=False,
    ),
    Programme(
        "family_group_conference",
        "conference_coordinator",
        ratio="effect.family_group_conference",
        exits=("cp.care", "pre_proceedings.care_proceedings"),
        stages=("pre_proceedings",),
        outside=False,
    ),
)

REFERENCE = tuple(dict.fromkeys(p.role for p in PROGRAMMES if p.harm and p.outside))
"""The adult workers of the teams that evidence is about, against whose numbers a plan's dose is measured."""

SUPERVISOR = "psychologist"
"""The shared role whose reflective supervision raises completion in live teams."""

OTHER_ROLES = ("team_manager", "senior_practitioner", "prevention_worker", "access_worker", "coordinator")
"""Posts that a programme pays for and that work with no family themselves."""


def roles(programmes: tuple[Programme, ...] = PROGRAMMES) -> tuple[str, ...]:
    """Return the roles that work with families, each once, in the order of the table."""
    return tuple(dict.fromkeys(p.role for p in programmes))
