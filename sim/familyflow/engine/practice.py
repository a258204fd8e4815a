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
from familyflow.pathway.effects import Whom

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Floats, Structure
    from familyflow.pathway import Pathway
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
    engages, missed, completes, wait = _attendance(values, programme, team=team)
    if supervised:
        completes *= values[f"adult.{SUPERVISOR}.completion_ratio"]
    return Delivery(
        engages=engages,
        missed=missed,
        completes=min(HIGHEST, completes) if team else completes,
        wait_days=wait,
        length_days=values[f"{role}.length_days"],
        sessions=round(values[f"{role}.sessions"]),
        success=values[f"{role}.success"] if programme.harm else 0.0,
        relapse_rate=-log(1 - values[f"{role}.relapse_12m"]) / YEAR_OF_RELAPSE if programme.harm else 0.0,
    )


def _attendance(values: Mapping[str, float], programme: Programme, *, team: bool) -> tuple[float, float, float, float]:
    """Return the shares who engage, miss and complete, and the mean days to a first appointment."""
    role, first = f"adult.{programme.role}", values["adult.team_first_appointment_days"]
    if not programme.outside:
        engages, missed, completes = (values[f"{role}.{k}"] for k in ("engages", "missed", "completes"))
        return engages, missed, completes, first
    engages, missed, completes = (values[f"{role}.{k}_outside"] for k in ("engages", "missed", "completes"))
    if not team:
        return engages, missed, completes, values[f"{role}.wait_days_outside"]
    return (
        min(HIGHEST, engages * values["adult.engages_team_ratio"]),
        min(1.0, missed * values["effect.missed"]),
        completes * values["effect.completion"],
        first,
    )


def _resolving(structure: Structure, found: dict[str, Delivery]) -> Floats:
    """Return the daily rate (S, H) at which offers at a stage switch harms off and leave them off."""
    rates = np.zeros((len(structure.pathway.stages), len(structure.pathway.harms)))
    for programme in _harm_work(structure.pathway):
        how = found[programme.name]
        ends = how.engages * how.completes * how.success
        lasting = ends * (1 - _relapse_share(how))
        column = structure.pathway.harms.index(programme.harm)
        offered = [s.offers for s in structure.pathway.stages]
        rates[offered, column] += lasting / (how.wait_days + how.length_days)
    return rates


def _harm_work(pathway: Pathway) -> list[Programme]:
    """Return the programmes on a harm that parents can be referred to as things are."""
    return [p for p in pathway.programmes if p.harm and p.outside]


def _relapse_share(how: Delivery) -> float:
    """Return the share of ended harms that are back within a year."""
    return float(-np.expm1(-how.relapse_rate * YEAR_OF_RELAPSE))


def outside(structure: Structure) -> Floats:
    """Return the resolving rates (S, H) with every parent referred out: the way things are."""
    found = {p.name: delivery(structure.values, p, team=False) for p in _harm_work(structure.pathway)}
    return _resolving(structure, found)


def engaged(structure: Structure) -> Floats:
    """Return the resolving rates (S, H) of a family that engages in a fully running team."""
    found = {p.name: delivery(structure.values, p, team=True, supervised=True) for p in _harm_work(structure.pathway)}
    return _resolving(structure, found)


@dataclass(frozen=True, eq=False)
class Practice:
    """The logs of what a team multiplies at full strength, by profile (P), and of what services do.

    `engaged`, `everyone` (S, E, P): hazards and odds, of families that engage and of all. `times` (S, P): times to a
    decision. `services` (programmes, S, E): hazards and odds of families that have begun a service.
    """

    engaged: Floats
    everyone: Floats
    times: Floats
    services: Floats


def full(structure: Structure, rates: Rates, claimed: Collection[str]) -> Practice:
    """Return practice at full strength, of the effects that a programme claims by name."""
    before = _outcomes(structure, rates, outside(structure))
    after = _outcomes(structure, rates, engaged(structure))
    found = _nothing(structure)
    for effect in (e for e in structure.pathway.effects if e.name in claimed):
        own = after[effect.remains_of] / before[effect.remains_of] if effect.remains_of else 1.0
        size = log(structure.values[effect.ratio] / own) * (-1 if effect.inverse else 1)
        profile = PROFILES.index(effect.profile)
        for s, e in map(structure.locate, effect.exits):
            (found.everyone if effect.whom is Whom.ALL else found.engaged)[s, e, profile] += size
        for stage in effect.times:
            found.times[structure.pathway.index[stage], profile] += size
    for p, programme in enumerate(structure.pathway.programmes):
        for s, e in map(structure.locate, programme.exits):
            found.services[p, s, e] = log(structure.values[programme.ratio])
    return found


def _nothing(structure: Structure) -> Practice:
    """Return practice that changes nothing, to be filled."""
    stages, exits = structure.to.shape
    return Practice(
        engaged=np.zeros((stages, exits, len(PROFILES))),
        everyone=np.zeros((stages, exits, len(PROFILES))),
        times=np.zeros((stages, len(PROFILES))),
        services=np.zeros((len(structure.pathway.programmes), stages, exits)),
    )


def _outcomes(structure: Structure, rates: Rates, resolving: Floats) -> dict[str, float]:
    """Return what the adult workers' own part is measured on: care entries a year, and mean stays in days."""
    expected = expect(structure, rates, resolving)
    index = structure.pathway.index
    return {
        "care_entries": expected.entering,
        "cp_stay": expected.stock("cp") / expected.started("cp"),
        "cin_stay": float(expected.occupancy[index["cin"]].sum() / expected.entries[index["cin"]].sum()),
    }
