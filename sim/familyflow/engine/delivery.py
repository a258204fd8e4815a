"""How an intervention is delivered, outside or by a team's own worker, and how soon it ends harms on average."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log
from typing import TYPE_CHECKING

import numpy as np

from familyflow.engine.structure import STARTS
from familyflow.pathway.adult_work import SUPERVISOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.engine.balance import Expectation
    from familyflow.engine.structure import Flags, Floats, Structure
    from familyflow.pathway import Pathway
    from familyflow.pathway.adult_work import Programme

YEAR_OF_RELAPSE = 365.25
HIGHEST = 0.95
"""No share of parents who engage or complete is taken above this, whatever the ratios drawn."""
EDGES = np.append(STARTS, STARTS[-1] + YEAR_OF_RELAPSE)
"""Days of a spell at which its duration bands begin, and the last of them is taken to end."""
CAUSAL_SHARE = "harm.causal_share"
"""The chance that a harm's end lowers the family's risk: its ratio is an association, of which a part is no cause."""


@dataclass(frozen=True)
class Delivery:
    """How one intervention is delivered: shares, days, and what a completion is worth."""

    engages: float
    missed: float
    completes: float
    wait_days: float
    length_days: float
    sessions: int
    success: float
    relapse_rate: float

    @property
    def lasting(self) -> float:
        """The share of parents offered it whose harm ends and stays ended for a year."""
        back = -float(np.expm1(-self.relapse_rate * YEAR_OF_RELAPSE))
        return self.engages * self.completes * self.success * (1 - back)

    @property
    def days_of_a_place(self) -> float:
        """The days for which a parent who takes part holds a worker's place: those who drop out stay half as long."""
        return self.wait_days + self.length_days * (1 + self.completes) / 2


def of(values: Mapping[str, float], programme: Programme, *, team: bool, supervised: bool = False) -> Delivery:
    """Return an intervention's numbers, referred out or by the team's own worker, with or without supervision."""
    role = f"adult.{programme.role}"
    engages, missed, completes, wait = _attendance(values, programme, team=team, supervised=supervised)
    return Delivery(
        engages=engages,
        missed=missed,
        completes=completes,
        wait_days=wait,
        length_days=values[f"{role}.length_days"],
        sessions=round(values[f"{role}.sessions"]),
        success=values[f"{role}.success"] if programme.harm else 0.0,
        relapse_rate=-log(1 - values[f"{role}.relapse_12m"]) / YEAR_OF_RELAPSE if programme.harm else 0.0,
    )


def _attendance(
    values: Mapping[str, float], programme: Programme, *, team: bool, supervised: bool
) -> tuple[float, float, float, float]:
    """Return the shares who engage, miss and complete, and the mean days to a first appointment.

    The ratio of completions is of all parents offered, by a team whose workers are supervised: those who do not
    engage are inside it, and what supervision adds is too.
    """
    role, first = f"adult.{programme.role}", values["adult.team_first_appointment_days"]
    supervision = values[f"adult.{SUPERVISOR}.completion_ratio"]
    if not programme.outside:
        engages, missed, completes = (values[f"{role}.{k}"] for k in ("engages", "missed", "completes"))
        return engages, missed, min(HIGHEST, completes * (supervision if supervised else 1.0)), first
    engages, missed, completes = (values[f"{role}.{k}_outside"] for k in ("engages", "missed", "completes"))
    if not team:
        return engages, missed, completes, values[f"{role}.wait_days_outside"]
    engaging = min(HIGHEST, engages * values["adult.engages_team_ratio"])
    completing = values["effect.completion"] * engages * completes / engaging if engaging else completes
    return (
        engaging,
        min(1.0, missed * values["effect.missed"]),
        min(HIGHEST, completing if supervised or not supervision else completing / supervision),
        first,
    )


def on_harms(pathway: Pathway) -> list[Programme]:
    """Return the interventions on a harm that parents can be referred to as things are."""
    return [p for p in pathway.programmes if p.harm and p.outside]


@dataclass(frozen=True)
class Seen:
    """The shares of each role's parents whom teams' workers see: on plans, and at decisions before them.

    `days`: from an offer at such a decision to the plan that may follow.
    """

    on_plans: Mapping[str, float]
    before: Mapping[str, float] = field(default_factory=dict)
    days: float = 0.0


def outside(structure: Structure) -> Floats:
    """Return the daily rates (B, S, H) at which risks end with every parent referred out: the way things are."""
    return _resolving(structure, Seen({}), supervised=False)


def in_teams(structure: Structure, seen: Seen, *, supervised: bool = True) -> Floats:
    """Return the daily rates (B, S, H) at which risks end where teams' workers see a share of each role's parents."""
    return _resolving(structure, seen, supervised=supervised)


def _resolving(structure: Structure, seen: Seen, *, supervised: bool) -> Floats:
    """Return the daily rates (B, S, H) at which offers at a stage end harms, as far as their end lowers the risk.

    An offer is made once, on coming to a stage, and ends a harm no sooner than the intervention takes. Who has engaged
    before the plan goes on during it and is offered no second one.
    """
    values, pathway = structure.values, structure.pathway
    left = np.ones((len(STARTS) + 1, len(pathway.harms)))
    for programme in on_harms(pathway):
        share, early = (part.get(programme.role, 0.0) for part in (seen.on_plans, seen.before))
        team = of(values, programme, team=True, supervised=supervised)
        ended = (1 - share) * _ended(of(values, programme, team=False), EDGES)
        if share:
            ended = ended + share * _ended(team, EDGES)
        h = pathway.harms.index(programme.harm)
        left[:, h] *= 1 - values[CAUSAL_SHARE] * (1 - early * team.engages) * ended
        if early:
            since = 1 - values[CAUSAL_SHARE] * early * _ended(team, np.append(seen.days, EDGES + seen.days))
            left[:, h] *= since[1:] / since[0]
    by_band = -np.diff(np.log(left), axis=0) / np.diff(EDGES)[:, None]
    offers = np.array([stage.offers for stage in pathway.stages])
    return np.where(offers[None, :, None], by_band[:, None, :], 0.0)


def _ended(how: Delivery, days: Floats) -> Floats:
    """Return the share of parents offered an intervention whose harm has ended for good so many days later."""
    after = np.maximum(0.0, days - how.length_days)
    return np.asarray(how.lasting * -np.expm1(-after / how.wait_days))


def seen_in_teams(
    structure: Structure,
    expected: Expectation,
    places: Mapping[str, float],
    stages: Flags,
    *,
    supervised: bool = True,
) -> dict[str, float]:
    """Return the share of each role's parents, offered at some stages (S,), who find a place with a team's own worker.

    `places`: parents whom all workers of a role can hold at once. `expected`: flows as things are. Whoever finds no
    place in time goes outside, so a team's workers are full before anybody is turned away.
    """
    asked: dict[str, float] = {}
    for programme in on_harms(structure.pathway):
        how = of(structure.values, programme, team=True, supervised=supervised)
        load = _offers_a_day(structure, expected, programme, stages) * how.engages * how.days_of_a_place
        asked[programme.role] = asked.get(programme.role, 0.0) + load
    return {role: min(1.0, places.get(role, 0.0) / load) if load else 0.0 for role, load in asked.items()}


def _offers_a_day(structure: Structure, expected: Expectation, programme: Programme, stages: Flags) -> float:
    """Return the families a day who come to some stages (S,), with the harm of an intervention active."""
    active = structure.combos[:, structure.pathway.harms.index(programme.harm)]
    return float(expected.entries[stages][:, active].sum()) / structure.mean_size
