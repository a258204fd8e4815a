"""One run's world: the pathway's arrays, the draw's families, and the schedule's dated changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from familyflow.engine import (
    arrivals,
    balance,
    delivery,
    drift,
    effect_sizes,
    handover,
    population,
    sleepers,
    structure,
)
from familyflow.engine import rates as fitted
from familyflow.engine.limits import check_limits
from familyflow.ground.calendar import day_of, month_ends
from familyflow.ground.threads import one_thread
from familyflow.pathway import PATHWAY
from familyflow.pathway.teams import EARLY_HELP_GROUP
from familyflow.scenario import timeline
from familyflow.scenario.vocabulary import NO_CHANGE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from familyflow.engine.balance import Expectation
    from familyflow.engine.drift import Drift
    from familyflow.engine.effect_sizes import Practice
    from familyflow.engine.population import Population
    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Flags, Floats, Structure
    from familyflow.pathway import Pathway
    from familyflow.scenario.model import Scenario
    from familyflow.scenario.timeline import Timeline


@dataclass(frozen=True, eq=False)
class Start:
    """What a draw fixes for all its schedules: the arrays, the rates and their drift, practice and the families.

    `ceilings`: cases in children that a worker holds at most, by the stage groups that the worker's team takes.
    `ratio` (S, C, E), `scale` (S,): the structure's, between changes of worker (`handover`); `unserved` (S, C, E): the
    structure's, for cases that no team has. `asleep`: families to whom nothing happens (`sleepers`).
    """

    scenario: Scenario
    structure: Structure
    rates: Rates
    drift: Drift
    practice: Practice
    families: Population
    dates: tuple[date, ...]
    seed: int
    replication: int
    ceilings: Mapping[tuple[str, ...], float]
    ratio: Floats
    unserved: Floats
    scale: Floats
    asleep: Flags

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
    """Build what all schedules of a draw share. `values` and `rates` are flat tables by name.

    Errors: Problem for more than the engines have room for (`limits`).
    """
    check_limits(scenario, pathway)
    arrays = structure.build(pathway, values)
    found = fitted.from_values(rates, pathway)
    dates = month_ends(scenario.start, years)
    horizon = day_of(dates[-1], scenario.start)
    drifts = drift.from_values(rates, arrays, years)
    keys = population.Keys(seed, replication)
    with one_thread():
        expected = balance.expect(arrays, found, delivery.outside(arrays))
        practice = effect_sizes.solve(scenario, arrays, found, expected)
    families = population.build(
        arrays,
        found,
        expected,
        np.array([values[f"area.{name}.share"] for name in scenario.areas]),
        {name: values[f"snapshot.{name}"] for name in population.SNAPSHOT.values()},
        arrivals.times(found, drifts, horizon, seed, replication),
        keys,
    )
    as_is = timeline.build(scenario, NO_CHANGE, values)
    between = handover.between(arrays, scenario.teams.values(), as_is)
    ratio = _by_combination(np.where(arrays.improves, between.pace[:, None], 1.0)[:, :, None] * arrays.ratio)
    return Start(
        scenario=scenario,
        structure=arrays,
        rates=found,
        drift=drifts,
        practice=practice,
        families=families,
        dates=dates,
        seed=seed,
        replication=replication,
        ceilings=_ceilings(scenario, expected, as_is, values),
        ratio=ratio,
        unserved=_by_combination(arrays.ratio),
        scale=arrays.scale * between.time,
        asleep=sleepers.asleep(arrays, found, drifts, ratio, families, horizon, keys),
    )


def _by_combination(ratio: Floats) -> Floats:
    """Turn (S, E, C) into (S, C, E)."""
    return np.ascontiguousarray(ratio.transpose(0, 2, 1))


def _ceilings(
    scenario: Scenario, expected: Expectation, as_is: Timeline, values: Mapping[str, float]
) -> dict[tuple[str, ...], float]:
    """Return the ceiling of each kind of team: the stated one, or what day 0's work and the headroom ask, if more.

    The published caseload was being carried on day 0, so a draw with more work per worker has a higher ceiling too.
    """
    in_post: dict[str, float] = {}
    for row in as_is.staff:
        in_post[row.team] = in_post.get(row.team, 0.0) + row.fte
    total = sum(values[f"area.{name}.share"] for name in scenario.areas)
    load: dict[tuple[str, ...], float] = {}
    workers: dict[tuple[str, ...], float] = {}
    for team in scenario.teams.values():
        share = sum(values[f"area.{name}.share"] for name in team.areas) / total
        cases = share * sum(expected.stock(group) for group in team.stages)
        load[team.stages] = load.get(team.stages, 0.0) + cases
        workers[team.stages] = workers.get(team.stages, 0.0) + in_post.get(team.name, 0.0)
    stated = dict.fromkeys(load, values["staff.ceiling"])
    stated |= {(EARLY_HELP_GROUP,): values["early_help.families_per_worker"] * expected.structure.mean_size}
    room = 1 + values["staff.headroom"]
    return {k: max(stated[k], room * load[k] / workers[k]) if workers[k] else stated[k] for k in load}


def under(start: Start, schedule: str) -> World:
    """Put a start under one of its scenario's schedules."""
    laid = timeline.build(start.scenario, schedule, start.structure.values, start.drift.work)
    return World(start, laid, schedule)
