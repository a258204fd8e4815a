"""The whole way from a scenario to its results: what the command line runs, and what Python code may call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow import __version__
from familyflow import scenario as scenarios
from familyflow.calibrate import fit, of_run, posterior
from familyflow.calibrate.solve import solve
from familyflow.economics import cashflow, prices
from familyflow.engine import prepare, simulate
from familyflow.experiment import processes, store
from familyflow.experiment.batch import Study, conduct, silent
from familyflow.experiment.files import plain_words, writing
from familyflow.experiment.limits import DEFAULT_DRAWS, DEFAULT_SEED
from familyflow.experiment.plan import planned
from familyflow.experiment.run import Engine
from familyflow.ground import paths
from familyflow.ground.calendar import month_ends
from familyflow.report import console, figures, tables
from familyflow.report import json as report_json
from familyflow.scenario import timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import IO

    from familyflow.calibrate import Fit
    from familyflow.calibrate.solve import Solution
    from familyflow.experiment.batch import Progress
    from familyflow.experiment.plan import Plan
    from familyflow.scenario import Scenario

FIGURES: Final = "figures"
FIT: Final = "fit.csv"
_DRAWS_AT_ONCE: Final = 25
"""Draws that are priced together: few enough to fit in memory, enough to be quick."""


def load(name_or_path: str | Path) -> Experiment:
    """Open a scenario by its shipped name or its path; Problem when it cannot be used."""
    return Experiment(scenarios.load(name_or_path))


@dataclass(frozen=True)
class Experiment:
    """A scenario that is ready to be run."""

    scenario: Scenario

    def fit(self) -> Fit:
        """Fit the unknown rates to the published targets."""
        return fit(self.scenario)

    def run(
        self,
        *,
        draws: int = DEFAULT_DRAWS,
        schedules: Sequence[str] = (),
        years: int | None = None,
        seed: int = DEFAULT_SEED,
        workers: int | None = None,
        out: Path | None = None,
        tell: Progress = silent,
    ) -> Results:
        """Run every draw under each schedule, or resume the same run where it stopped.

        Without `schedules` all of them, without `years` the scenario's horizon, without `workers` as many
        processes as there are processors; `out` is a folder. Problem when something cannot be used.
        """
        plan = planned(self.scenario, draws=draws, schedules=schedules, years=years, seed=seed)
        return run(plan, workers=workers, out=out, tell=tell)


def run(plan: Plan, *, workers: int | None = None, out: Path | None = None, tell: Progress = silent) -> Results:
    """Run a plan, or resume it where it stopped, with the shipped engine and the fitted rates."""
    central = cache(partial(solve, plan.scenario, plan.scenario.central()))

    def fitted() -> pd.DataFrame:
        return posterior(plan.scenario, plan.seed, plan.draws, tell, central())

    study = Study(plan, fitted, Engine(prepare, simulate))
    folder = out or store.default_folder(store.manifest(plan))
    count = min(workers or processes.available(), plan.draws)
    with processes.local(count) as executor:
        conduct(study, folder, executor, ahead=2 * count - 1, tell=tell)
    return Results(plan, folder, central)


@dataclass(frozen=True, eq=False)
class Results:
    """What a run left behind in its folder, as tidy tables."""

    plan: Plan
    folder: Path
    central: Callable[[], Solution]
    """The scenario's central fit, solved once when it is first asked for."""

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """Stocks and flows: draw, schedule, month, team, measure, value."""
        return store.monthly(self.folder)

    @cached_property
    def draws(self) -> pd.DataFrame:
        """The inputs of each draw: draw, then a column for each quantity."""
        return store.table(self.folder, store.DRAWS)

    @cached_property
    def money(self) -> pd.DataFrame:
        """Costs by draw, schedule, financial year, line, kind and payer, in GBP of the price year."""
        factors = _price_factors(self.plan.scenario)
        blocks = store.blocks(self.folder, _DRAWS_AT_ONCE)
        return pd.concat([cashflow.money(each, self.draws, factors) for each in blocks], ignore_index=True)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Each measure by schedule and period: average, range of outcomes, precision, probabilities."""
        return tables.summary(self.folder / store.MONTHLY, self.money)

    def json(self) -> str:
        """Give the summary as JSON text."""
        plan = self.plan
        return report_json.text(
            report_json.Origin(plan.scenario.name, __version__, plan.seed, plan.draws), self.summary
        )

    def show(self, file: IO[str] | None = None) -> None:
        """Print the summary on standard output or to a file."""
        plan = self.plan
        end = month_ends(plan.scenario.start, plan.years)[-1]
        console.show(self.summary, plan.scenario, plan.draws, end, file)

    def save(self, tell: Progress = silent) -> None:
        """Write money, summary, fit and figures beside the monthly records; Problem when it cannot be."""
        tell("adding up money and measures", 0, 0)
        store.write_table(self.money, self.folder / "money.parquet")
        with writing(self.folder / "summary.csv") as path:
            tables.write_summary(self.summary, path)
        if not (self.folder / FIT).exists():  # it belongs to the scenario: one fit serves the folder for good
            tell("checking the fit", 0, 0)
            fitted = of_run(self.plan.scenario, self.monthly, self.central())
            with writing(self.folder / FIT) as path:
                fitted.table.to_csv(path, index=False, lineterminator="\n")
        tell("drawing the figures", 0, 0)
        with plain_words(self.folder / FIGURES):
            (self.folder / FIGURES).mkdir(exist_ok=True)
            figures.save_all(
                self.folder / store.MONTHLY,
                self.money,
                self.plan.scenario,
                _timelines(self.plan),
                self.folder / FIGURES,
            )


def _price_factors(scenario: Scenario) -> dict[str, float]:
    """Give what each price is multiplied by to be in the scenario's price year."""
    deflator = prices.read_deflator(paths.shipped("calibration", "gdp_deflator.csv"))
    return prices.uprating(prices.price_years(scenario.quantities), scenario.price_year, deflator)


def _timelines(plan: Plan) -> dict[str, timeline.Timeline]:
    """Give each schedule's timeline at the central values."""
    values = plan.scenario.central()
    return {name: timeline.build(plan.scenario, name, values) for name in plan.schedules}
