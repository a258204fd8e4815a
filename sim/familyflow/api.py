"""The whole way from a scenario to its results: what the command line runs, and what Python code may call."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pandas as pd

from familyflow import __version__
from familyflow import scenario as scenarios
from familyflow.calibrate import account, fit, of_run
from familyflow.calibrate import central as central_fit
from familyflow.calibrate.posterior import of_draw
from familyflow.economics import cashflow, prices
from familyflow.engine import COMPILED, measure, prepare
from familyflow.experiment import processes, slices, store
from familyflow.experiment.batch import Study, Until, conduct, conduct_slice, silent
from familyflow.experiment.files import plain_words, writing
from familyflow.experiment.limits import DEFAULT_DRAWS, DEFAULT_SEED
from familyflow.experiment.plan import planned
from familyflow.experiment.run import Engine
from familyflow.ground import paths
from familyflow.ground.calendar import month_ends
from familyflow.report import canvas, caseloads, claims, console, figures, fit_page, tables
from familyflow.report import compare as side_by_side
from familyflow.report import findings as reports
from familyflow.report import json as report_json
from familyflow.report import precision as precise
from familyflow.report.frames import titles_of
from familyflow.report.measures import WHOLE
from familyflow.report.page import page
from familyflow.scenario import timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from typing import IO

    from familyflow.calibrate import Account, Fit
    from familyflow.calibrate.solve import Solution
    from familyflow.experiment.batch import Progress, Rates
    from familyflow.experiment.plan import Plan, Precision, Slice
    from familyflow.experiment.processes import Hire
    from familyflow.report.compare import Run
    from familyflow.report.findings import Findings
    from familyflow.report.json import Document
    from familyflow.scenario import Scenario

FIGURES: Final = "figures"
FIT: Final = "fit.csv"
UNKNOWNS: Final = "unknowns.csv"
TENSION: Final = "tension.csv"
FIT_PAGE: Final = "fit.html"
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

    def calibrate(self, tell: Progress = silent) -> Calibration:
        """Fit the rates, sample their posterior, and give an account of both. Problem when no rates can be found."""
        return Calibration(account(self.scenario, tell))

    def run(  # noqa: PLR0913 - each is a choice
        self,
        *,
        draws: int = DEFAULT_DRAWS,
        schedules: Sequence[str] = (),
        years: int | None = None,
        seed: int = DEFAULT_SEED,
        workers: int | None = None,
        out: Path | None = None,
        tell: Progress = silent,
        engine: str = COMPILED,
        precision: Precision | None = None,
    ) -> Results:
        """Run every draw under each schedule, or resume the same run where it stopped.

        Without `schedules` all of them, without `years` the scenario's horizon, without `workers` as many
        processes as there are processors; `out` is a folder. `engine` is one of `ENGINES`: both give the same
        results. With a `precision`, only as many draws as it takes. Problem when something cannot be used.
        """
        plan = planned(self.scenario, draws=draws, schedules=schedules, years=years, seed=seed, precision=precision)
        return run(plan, workers=workers, out=out, tell=tell, engine=engine)


@dataclass(frozen=True, eq=False)
class Calibration:
    """A fit with its posterior, as tables and as a page."""

    account: Account

    def save(self, folder: Path, tell: Progress = silent) -> list[Path]:
        """Write page, tables and figures into a folder; give the paths of the first two. Problem when it cannot be."""
        tell("drawing the figures", 0, 0)
        found = self.account
        with plain_words(folder / FIGURES):
            (folder / FIGURES).mkdir(parents=True, exist_ok=True)
        drawn = fit_page.pictures(found)
        text = fit_page.page(found, drawn)
        with plain_words(folder / FIGURES):
            for picture in drawn:
                canvas.save(picture, folder / FIGURES)
        paths = {FIT: found.table, UNKNOWNS: found.unknowns, TENSION: found.tension}
        for name, table in paths.items():
            with writing(folder / name) as path:
                table.to_csv(path, index=False, lineterminator="\n")
        with writing(folder / FIT_PAGE) as path:
            path.write_text(text, encoding="utf-8")
        return [folder / FIT_PAGE, *(folder / name for name in paths)]


def run(
    plan: Plan,
    *,
    workers: int | None = None,
    out: Path | None = None,
    tell: Progress = silent,
    engine: str = COMPILED,
    hire: Hire | None = None,
) -> Results:
    """Run a plan, or resume it where it stopped, with one of the engines and the fitted rates.

    `hire` lends the executor that does the draws, and says how many at a time; without it, processes of this machine.
    """
    central = cache(partial(central_fit, plan.scenario, tell))
    folder = out or store.default_folder(store.manifest(plan))
    until = Until(precise.EVERY, _Watch(plan, folder).enough) if plan.precision else None
    study = _study(plan, central, engine)
    with (hire or partial(processes.hired, workers, plan.draws))() as (executor, ahead):
        draws = conduct(study, folder, executor, ahead=ahead, tell=tell, until=until)
    return Results(replace(plan, draws=draws), folder, central)


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
    return run(plan, workers=1, out=out, tell=tell)


def _study(plan: Plan, central: Callable[[], Solution], engine: str) -> Study:
    """Give what does a plan's draws; the fit, and with it the compiled engine, is made ready when a draw is missing."""

    def fitting() -> Rates:
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
        factors = _price_factors(self.plan.scenario)
        for first in range(self.draws, draws, _DRAWS_AT_ONCE):
            monthly, samples = store.kept(self.folder, range(first, min(first + _DRAWS_AT_ONCE, draws)))
            values = tables.by_period(monthly, cashflow.money(monthly, samples, factors))
            plain = values.astype(dict.fromkeys(("schedule", "period", "measure"), str))
            self.seen.append(plain[(plain["period"] == WHOLE) & plain["measure"].isin(asked.measures)])
        self.draws = draws
        found = precise.errors(tables.statistics(pd.concat(self.seen)), asked.measures)
        return all(error.share <= asked.share for error in found)


def fitted_rates(plan: Plan, draw: int, central: Solution) -> dict[str, float]:
    """Give a draw's fitted rates by name."""
    return of_draw(plan.scenario, plan.seed, draw, central)


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
    def findings(self) -> Findings:
        """What every report shows: summary, differences, answers to the claims, caseloads by team."""
        return reports.find(self.folder / store.MONTHLY, self.money, self.plan.scenario)

    @property
    def summary(self) -> pd.DataFrame:
        """Each measure by schedule and period: average, range of outcomes, precision, probabilities."""
        return self.findings.summary

    @property
    def claims(self) -> pd.DataFrame:
        """Each claim by schedule: promised and simulated change, probability of being met, verdict."""
        return self.findings.claims

    @property
    def caseloads(self) -> pd.DataFrame:
        """Each team by schedule: caseload, worst quarter, promise, workload, changes of worker."""
        return self.findings.caseloads

    def precision(self, asked: Precision) -> str:
        """Say whether the averages of some measures are as precise as asked, and how many draws it took."""
        return precise.sentence(precise.errors(self.summary, asked.measures), asked.share, self.plan.draws)

    @property
    def end(self) -> date:
        """The last date simulated."""
        return month_ends(self.plan.scenario.start, self.plan.years)[-1]

    def document(self) -> Document:
        """Give the results over the whole horizon as plain values."""
        plan, scenario = self.plan, self.plan.scenario
        origin = report_json.Origin(
            scenario=scenario.name,
            version=__version__,
            seed=plan.seed,
            draws=plan.draws,
            title=scenario.title,
            authority=scenario.authority,
            start=scenario.start,
            end=self.end,
            years=plan.years,
            price_year=scenario.price_year,
            children=scenario.quantities["population.children"].value,
        )
        return report_json.document(origin, self.findings, titles_of(scenario, plan.schedules))

    def json(self) -> str:
        """Give the results over the whole horizon as JSON text."""
        return report_json.text(self.document())

    def show(self, file: IO[str] | None = None) -> None:
        """Print the findings on standard output or to a file."""
        console.show(self.findings, self.plan.scenario, self.plan.draws, self.end, file)

    @property
    def saved(self) -> bool:
        """Say whether the findings lie in the folder."""
        return (self.folder / report_json.RESULTS).exists()

    def save(self, tell: Progress = silent) -> None:
        """Write money, findings, fit and figures beside the monthly records; Problem when it cannot be."""
        tell("adding up money and measures", 0, 0)
        store.write_table(self.money, self.folder / "money.parquet")
        with writing(self.folder / "summary.csv") as path:
            tables.write_summary(self.summary, path)
        with writing(self.folder / "claims.csv") as path:
            claims.write(self.claims, path)
        with writing(self.folder / "caseloads.csv") as path:
            caseloads.write(self.caseloads, path)
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
        with writing(self.folder / report_json.RESULTS) as path:  # last: with it the folder is complete
            path.write_text(self.json(), encoding="utf-8")


def compare(runs: Sequence[Results | Path], schedules: Sequence[str] = ()) -> Comparison:
    """Put finished runs side by side: results at hand, or the folders of runs that were saved.

    Of each run all schedules, or those named and no change. Problem when a folder holds no such results.
    """
    found = [(str(run if isinstance(run, Path) else run.folder), _document(run)) for run in runs]
    chosen = [(name, report_json.only(document, schedules, name)) for name, document in found]
    return Comparison(tuple(side_by_side.labelled(chosen)))


def _document(run: Results | Path) -> Document:
    """Give a run's document."""
    return report_json.read(run / report_json.RESULTS) if isinstance(run, Path) else run.document()


@dataclass(frozen=True, eq=False)
class Comparison:
    """Runs side by side."""

    runs: tuple[Run, ...]

    def json(self) -> str:
        """Give the rows, the notes and the runs' own documents as JSON text."""
        return report_json.text(side_by_side.document(self.runs))

    def show(self, file: IO[str] | None = None) -> None:
        """Print one table on standard output or to a file."""
        side_by_side.show(self.runs, file)

    def save(self, path: Path) -> None:
        """Write one HTML page; Problem when it cannot be."""
        with plain_words(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        with writing(path) as temporary:
            temporary.write_text(page(self.runs), encoding="utf-8")


def _price_factors(scenario: Scenario) -> dict[str, float]:
    """Give what each price is multiplied by to be in the scenario's price year."""
    deflator = prices.read_deflator(paths.shipped("calibration", "gdp_deflator.csv"))
    return prices.uprating(prices.price_years(scenario.quantities), scenario.price_year, deflator)


def _timelines(plan: Plan) -> dict[str, timeline.Timeline]:
    """Give each schedule's timeline at the central values."""
    values = plan.scenario.central()
    return {name: timeline.build(plan.scenario, name, values) for name in plan.schedules}
