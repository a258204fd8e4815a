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

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from familyflow.engine.population import Population
    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Floats, Structure
    from familyflow.pathway import Pathway
    from familyflow.scenario.model import Scenario
    from familyflow.scenario.timeline import Timeline


@dataclass(frozen=True, eq=False)
class Start:
    """What a draw fixes for all its schedules: the arrays, the rates, practice and the families."""

    scenario: Scenario
    structure: Structure
    rates: Rates
    practice: Floats
    families: Population
    dates: tuple[date, ...]
    seed: int
    replication: int

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
    families = population.build(
        arrays,
        found,
        balance.expect(arrays, found, practice.outside(arrays)),
        np.array([values[f"area.{name}.share"] for name in scenario.areas]),
        {name: values[f"snapshot.{name}"] for name in population.SNAPSHOT.values()},
        day_of(dates[-1], scenario.start),
        population.Keys(seed, replication),
    )
    return Start(scenario, arrays, found, practice.ratios(arrays, found), families, dates, seed, replication)


def under(start: Start, schedule: str) -> World:
    """Put a start under one of its scenario's schedules."""
    return World(start, timeline.build(start.scenario, schedule, start.structure.values), schedule)
