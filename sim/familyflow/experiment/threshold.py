"""What would have to be true for a schedule to save a sum by a date."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from familyflow.economics import cashflow
from familyflow.economics.threshold import positions
from familyflow.engine import COMPILED
from familyflow.experiment.conduct import run
from familyflow.ground.calendar import month_ends
from familyflow.ground.problem import Problem
from familyflow.ground.progress import silent
from familyflow.results.threshold import Point, Required, of_schedule
from familyflow.scenario import evidence
from familyflow.scenario.readings import claimed, stands_on

if TYPE_CHECKING:
    from datetime import date

    from familyflow.economics.threshold import Positions
    from familyflow.experiment.plan import Plan
    from familyflow.ground.progress import Progress
    from familyflow.scenario import Scenario


def require(
    plan: Plan, saving: float, by: date, *, workers: int | None = None, tell: Progress = silent, engine: str = COMPILED
) -> Required:
    """Find what would have to be true for one schedule to save GBP `saving`, net and of each year, by a date.

    `plan` has no change and that schedule. Simulates it, with the same families and luck each time, under each reading
    of the evidence, with the programme's effects weaker and stronger, and later. Problem when the run ends before.
    """
    schedule = next(name for name in plan.schedules if name != cashflow.NO_CHANGE)
    first = _first_step(plan.scenario, schedule)
    end = month_ends(plan.scenario.start, plan.years)[-1]
    if not plan.scenario.start < by <= end:
        raise Problem(f"by = {by}: must be a date that the run covers, after {plan.scenario.start} and up to {end}")
    points: list[Point] = []
    found: dict[str, Positions] = {}
    for setting in evidence.settings(plan.scenario, schedule):
        digest = setting.scenario.digest
        if digest not in found:
            tell(f"{setting.name}: {plan.draws} draws", 0, 0)
            results = run(replace(plan, scenario=setting.scenario), workers=workers, tell=tell, engine=engine)
            position = positions(results.activity, results.flows, results.assumptions, by)
            found[digest] = of_schedule(position, results.activity.schedules, schedule)
        points.append(Point(setting.question, setting.name, setting.x, found[digest]))
    effects = {name: plan.scenario.quantities[name] for name in claimed(plan.scenario)}
    return Required(schedule, saving, by, first, tuple(points), effects, stands_on(plan.scenario))


def _first_step(scenario: Scenario, schedule: str) -> date:
    """Return the date of a schedule's first step; Problem when it has none."""
    steps = scenario.schedules[schedule].rollout
    if not steps:
        raise Problem(f"{scenario.name}: the schedule '{schedule}' has no step, so it can save nothing; name another")
    return min(step.date for step in steps)
