"""What a live team changes: the adult workers' own part by the balance, and what practice must add to it.

A published effect is the total on a family that engages in a fully running team. The adult workers' part follows from
their waits, attendance and completion; the practice ratio is what remains of the total, so nothing counts twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np

from familyflow.engine.balance import expect
from familyflow.engine.structure import PROFILES
from familyflow.pathway.adult_work import SUPERVISOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Floats, Structure
    from familyflow.pathway.adult_work import Programme

YEAR_OF_RELAPSE = 365.25
HIGHEST = 0.95
"""No share of parents who engage or complete is taken above this, whatever the ratios drawn."""


@dataclass(frozen=True)
class Delivery:
    """How one programme is delivered: shares, days, and what a completion is worth."""

    engages: float
    missed: float
    completes: float
    wait_days: float
    length_days: float
    sessions: int
    success: float
    relapse_rate: float


def delivery(values: Mapping[str, float], programme: Programme, *, team: bool, supervised: bool = False) -> Delivery:
    """Return a programme's numbers, referred out or by the team's own worker, with or without supervision."""
    role = f"adult.{programme.role}"
    engages, missed, completes = (values[f"{role}.{k}_outside"] for k in ("engages", "missed", "completes"))
    wait = values[f"{role}.wait_days_outside"]
    if team:
        engages = min(HIGHEST, engages * values["adult.engages_team_ratio"])
        missed = min(1.0, missed * values["effect.missed"])
        completes *= values["effect.completion"]
        wait = values["adult.team_first_appointment_days"]
    if supervised:
        completes *= values[f"adult.{SUPERVISOR}.completion_ratio"]
    return Delivery(
        engages=engages,
        missed=missed,
        completes=min(HIGHEST, completes) if team else completes,
        wait_days=wait,
        length_days=values[f"{role}.length_days"],
        sessions=round(values[f"{role}.sessions"]),
        success=values[f"{role}.success"],
        relapse_rate=-log(1 - values[f"{role}.relapse_12m"]) / YEAR_OF_RELAPSE,
    )


def _resolving(structure: Structure, found: dict[str, Delivery]) -> Floats:
    """Return the daily rate (S, H) at which offers at a stage switch harms off and leave them off."""
    rates = np.zeros((len(structure.pathway.stages), len(structure.pathway.harms)))
    for programme in structure.pathway.programmes:
        how = found[programme.name]
        ends = how.engages * how.completes * how.success
        lasting = ends * (1 - _relapse_share(how))
        column = structure.pathway.harms.index(programme.harm)
        offered = [s.offers for s in structure.pathway.stages]
        rates[offered, column] += lasting / (how.wait_days + how.length_days)
    return rates


def _relapse_share(how: Delivery) -> float:
    """Return the share of ended harms that are back within a year."""
    return float(-np.expm1(-how.relapse_rate * YEAR_OF_RELAPSE))


def outside(structure: Structure) -> Floats:
    """Return the resolving rates (S, H) with every parent referred out: the way things are."""
    found = {p.name: delivery(structure.values, p, team=False) for p in structure.pathway.programmes}
    return _resolving(structure, found)


def engaged(structure: Structure) -> Floats:
    """Return the resolving rates (S, H) of a family that engages in a fully running team."""
    found = {p.name: delivery(structure.values, p, team=True, supervised=True) for p in structure.pathway.programmes}
    return _resolving(structure, found)


def ratios(structure: Structure, rates: Rates) -> Floats:
    """Return the log of the practice ratio at full strength on every exit, by profile: (S, E, P)."""
    before = _outcomes(structure, rates, outside(structure))
    after = _outcomes(structure, rates, engaged(structure))
    logs = np.zeros((*structure.to.shape, len(PROFILES)))
    for effect in structure.pathway.effects:
        total = structure.values[effect.ratio]
        own = after[effect.remains_of] / before[effect.remains_of] if effect.remains_of else 1.0
        for s, e in map(structure.locate, effect.exits):
            logs[s, e, PROFILES.index(effect.profile)] += log(total / own) * (-1 if effect.inverse else 1)
    return logs


def _outcomes(structure: Structure, rates: Rates, resolving: Floats) -> dict[str, float]:
    """Return what the adult workers' own part is measured on: care entries a year, and mean stays in days."""
    expected = expect(structure, rates, resolving)
    index = structure.pathway.index
    return {
        "care_entries": expected.entering,
        "cp_stay": expected.stock("cp") / expected.started("cp"),
        "cin_stay": float(expected.occupancy[index["cin"]].sum() / expected.entries[index["cin"]].sum()),
    }
