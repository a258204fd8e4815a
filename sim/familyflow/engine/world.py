"""One run's world: the pathway's arrays, the draw's families, and the schedule's dated changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from familyflow.engine import balance, population, practice, structure
from familyflow.engine import rates as fitted
from familyflow.ground.calendar import day_of, month_ends
from familyflow.pathway import PATHWAY
from familyflow.scenario import timeline
from familyflow.scenario.vocabulary import NO_CHANGE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from familyflow.engine.balance import Expectation
    from familyflow.engine.population import Population
    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Floats, Structure
    from familyflow.pathway import Pathway
    from familyflow.scenario.model import Scenario
    from familyflow.scenario.timeline import Timeline


@dataclass(frozen=True, eq=False)
class Start:
    """What a draw fixes for all its schedules: the arrays, the rates, practice and the families.

    `ceilings`: cases in children that a worker holds at most, by the stage groups that the worker's team takes.
    """

    scenario: Scenario
    structure: Structure
    rates: Rates
    practice: Floats
    families: Population
    dates: tuple[date, ...]
    seed: int
    replication: int
    ceilings: Mapping[tuple[str, ...], float]

    @property
    def horizon(self) -> float:
        """The last day of the run, a month's end."""
        return day_of(self.dates[-1], self.dates[0])


@dataclass(frozen=True, eq=False)
class World:
    """A start under one schedule."""

    start: Start
    timeline: Timeline
    schedule: str


def prepare(
    scenario: Scenario,
    values: Mapping[str, float],
    rates: Mapping[str, float],
    seed: int,
    replication: int,
    years: int,
    pathway: Pathway = PATHWAY,
) -> Start:
    """Build what all schedules of a draw share. `values` and `rates` are flat tables by name."""
    arrays = structure.build(pathway, values)
    found = fitted.from_values(rates, pathway)
    dates = month_ends(scenario.start, years)
    expected = balance.expect(arrays, found, practice.outside(arrays))
    families = population.build(
        arrays,
        found,
        expected,
        np.array([values[f"area.{name}.share"] for name in scenario.areas]),
        {name: values[f"snapshot.{name}"] for name in population.SNAPSHOT.values()},
        day_of(dates[-1], scenario.start),
        population.Keys(seed, replication),
    )
    full = practice.ratios(arrays, found)
    ceilings = _ceilings(scenario, expected, values)
    return Start(scenario, arrays, found, full, families, dates, seed, replication, ceilings)


def _ceilings(scenario: Scenario, expected: Expectation, values: Mapping[str, float]) -> dict[tuple[str, ...], float]:
    """Return the ceiling of each kind of team: the stated one, or what day 0's work and the headroom ask, if more.

    The published caseload was being carried on day 0, so a draw with more work per worker has a higher ceiling too.
    """
    in_post: dict[str, float] = {}
    for row in timeline.build(scenario, NO_CHANGE, values).staff:
        in_post[row.team] = in_post.get(row.team, 0.0) + row.fte
    total = sum(values[f"area.{name}.share"] for name in scenario.areas)
    load: dict[tuple[str, ...], float] = {}
    workers: dict[tuple[str, ...], float] = {}
    for team in scenario.teams.values():
        share = sum(values[f"area.{name}.share"] for name in team.areas) / total
        cases = share * sum(expected.stock(group) for group in team.stages)
        load[team.stages] = load.get(team.stages, 0.0) + cases
        workers[team.stages] = workers.get(team.stages, 0.0) + in_post.get(team.name, 0.0)
    room, stated = 1 + values["staff.headroom"], values["staff.ceiling"]
    return {kind: max(stated, room * load[kind] / workers[kind]) if workers[kind] else stated for kind in load}


def under(start: Start, schedule: str) -> World:
    """Put a start under one of its scenario's schedules."""
    return World(start, timeline.build(start.scenario, schedule, start.structure.values), schedule)
