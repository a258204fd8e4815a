"""Run a study, whole or in slices, and open one that is finished."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, cast

import pandas as pd

from familyflow import scenario as scenarios
from familyflow.api.pricing import DRAWS_AT_ONCE, priced
from familyflow.api.readings import FIRST, simulate
from familyflow.api.results import Results
from familyflow.calibrate import central as central_fit
from familyflow.calibrate.posterior import of_draw
from familyflow.engine import COMPILED, measure, prepare
from familyflow.experiment import processes, slices, store
from familyflow.experiment.batch import Study, Until, conduct, conduct_slice, silent
from familyflow.experiment.run import Engine
from familyflow.report import precision as precise
from familyflow.report import tables
from familyflow.report.measures import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from familyflow.calibrate.solve import Solution
    from familyflow.experiment.batch import Progress, Rates
    from familyflow.experiment.plan import Plan, Precision, Slice
    from familyflow.experiment.processes import Hire
    from familyflow.scenario import Scenario


def run(
    plan: Plan,
    *,
    workers: int | None = None,
    out: Path | None = None,
    tell: Progress = silent,
    engine: str = COMPILED,
    hire: Hire | None = None,
    readings: str | None = None,
) -> Results:
    """Run a plan, or resume it where it stopped, with one of the engines and the fitted rates.

    `hire` lends the executor that does the draws, and says how many at a time; without it, processes of this machine.
    `readings` says how much of it is run under the other readings of the evidence too: `readings.FIRST`, `EVERY`, or
    nothing.
    """
    central = cache(partial(central_fit, plan.scenario, tell))
    folder = out or store.default_folder(store.manifest(plan))
    until = Until(precise.EVERY, _Watch(plan, folder).enough) if plan.precision else None
    study = _study(plan, central, engine)
    with (hire or partial(processes.hired, workers, plan.draws))() as (executor, ahead):
        draws = conduct(study, folder, executor, ahead=ahead, tell=tell, until=until)
        results = Results(replace(plan, draws=draws), folder, central)
        if readings:
            simulate(results, readings, executor, ahead, tell, engine)
    return results


def run_slice(
    plan: Plan,
    part: Slice,
    *,
    workers: int | None = None,
    out: Path | None = None,
    tell: Progress = silent,
    engine: str = COMPILED,
) -> Path:
    """Run one slice of a plan's draws, as one of several machines; give its folder, which `merge` takes."""
    central = cache(partial(central_fit, plan.scenario, tell))
    folder = out or store.default_folder({**store.manifest(plan), store.SLICE: str(part)})
    study = _study(plan, central, engine)
    with processes.hired(workers, len(part.of(plan.draws))) as (executor, ahead):
        conduct_slice(study, part, folder, executor, ahead=ahead, tell=tell)
    return folder


def merge(scenario: Scenario, folders: Sequence[Path], out: Path, *, tell: Progress = silent) -> Results:
    """Put the slices of one study together, as if it had been one run; Problem when any draw is missing or twice."""
    plan = slices.plan_of(scenario, folders)
    slices.gather(folders, out, plan)
    return run(plan, workers=1, out=out, tell=tell, readings=FIRST)


def finished(folder: Path, name_or_path: str | Path | None = None) -> Results:
    """Give the results of a finished run from its folder; Problem when it is not one, or its scenario has changed.

    Without a scenario's name or path, the shipped one of the name that the folder has.
    """
    name = store.scenario_of(folder)
    reading, settings = store.asked_for(store.read_manifest(folder))
    scenario = scenarios.load(name_or_path or name, reading=reading, settings=settings)
    plan = store.plan_of(folder, scenario)
    return Results(plan, folder, cache(partial(central_fit, scenario)))


def _study(plan: Plan, central: Callable[[], Solution], engine: str) -> Study:
    """Give what does a plan's draws; the fit, and with it the compiled engine, is made ready when a draw is missing."""

    def fitting() -> Rates:
        """Give what gives a draw its rates, of the central fit."""
        return partial(fitted_rates, central=central())

    return Study(plan, fitting, Engine(prepare, partial(measure, engine=engine)))


@dataclass(eq=False)
class _Watch:
    """Looks at the measures of draws as they come, until their averages are as precise as the plan asks."""

    plan: Plan
    folder: Path
    seen: list[pd.DataFrame] = field(default_factory=list)
    draws: int = 0

    def enough(self, draws: int) -> bool:
        """Say whether so many draws are enough."""
        asked = cast("Precision", self.plan.precision)
        for first in range(self.draws, draws, DRAWS_AT_ONCE):
            monthly, samples = store.kept(self.folder, range(first, min(first + DRAWS_AT_ONCE, draws)))
            values = tables.by_period(monthly, priced(self.plan.scenario, monthly, samples))
            plain = values.astype(dict.fromkeys(("schedule", "period", "measure"), str))
            self.seen.append(plain[(plain["period"] == WHOLE) & plain["measure"].isin(asked.measures)])
        self.draws = draws
        found = precise.errors(tables.statistics(pd.concat(self.seen)), asked.measures)
        return all(error.share <= asked.share for error in found)


def fitted_rates(plan: Plan, draw: int, central: Solution) -> dict[str, float]:
    """Give a draw's fitted rates by name."""
    return of_draw(plan.scenario, plan.seed, draw, central)
