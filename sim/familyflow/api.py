"""The whole way from a scenario to its results: what the command line runs, and what Python code may call."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pandas as pd

from familyflow import __version__
from familyflow import scenario as scenarios
from familyflow.calibrate import account, draft, fit, of_run
from familyflow.calibrate import central as central_fit
from familyflow.calibrate.forecast import of_scenario
from familyflow.calibrate.moments import make_engine_ready
from familyflow.calibrate.posterior import of_draw
from familyflow.calibrate.solve import reads
from familyflow.economics import cashflow, gather, lines, prices
from familyflow.economics.required import positions
from familyflow.engine import COMPILED, measure, prepare
from familyflow.experiment import design, processes, slices, store
from familyflow.experiment import sweep as sweeping
from familyflow.experiment.batch import Study, Until, conduct, conduct_slice, silent
from familyflow.experiment.files import plain_words, writing
from familyflow.experiment.limits import DEFAULT_DRAWS, DEFAULT_SEED
from familyflow.experiment.plan import planned
from familyflow.experiment.run import Engine
from familyflow.ground import paths
from familyflow.ground.calendar import month_ends
from familyflow.ground.problem import Problem
from familyflow.report import boxes, canvas, console, figures, fit_page, sensitivity, sweeps, tables, verdict, words
from familyflow.report import compare as side_by_side
from familyflow.report import findings as reports
from familyflow.report import json as report_json
from familyflow.report import precision as precise
from familyflow.report import workbook as workbooks
from familyflow.report.appraisals import Case
from familyflow.report.content.material import Material, with_images
from familyflow.report.content.money import pictures_of_money
from familyflow.report.frames import titles_of
from familyflow.report.measures import MEASURES, NO_CHANGE, OVER_ALL, WHOLE
from familyflow.report.page import page
from familyflow.report.publication import PLAIN, Publication, write_report, write_tables
from familyflow.report.required import Point, Required, of_schedule
from familyflow.report.workbook import edited
from familyflow.scenario import amend, evidence, timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from typing import IO

    from familyflow.calibrate import Account, Fit
    from familyflow.calibrate.solve import Solution
    from familyflow.economics.appraisal import Appraisal
    from familyflow.economics.case import Activity, Assumptions
    from familyflow.economics.ladder import Flows
    from familyflow.economics.required import Positions
    from familyflow.experiment.batch import Progress, Rates
    from familyflow.experiment.design import Design
    from familyflow.experiment.plan import Plan, Precision, Slice
    from familyflow.experiment.processes import Hire
    from familyflow.report.blocks import Image
    from familyflow.report.compare import Run
    from familyflow.report.findings import Findings
    from familyflow.report.json import Document
    from familyflow.scenario import Scenario

FIGURES: Final = "figures"
FIT: Final = "fit.csv"
WORKBOOK: Final = "workbook.xlsx"
UNKNOWNS: Final = "unknowns.csv"
TENSION: Final = "tension.csv"
FIT_PAGE: Final = "fit.html"
_DRAWS_AT_ONCE: Final = 25
"""Draws that are priced together: few enough to fit in memory, enough to be quick."""


def load(name_or_path: str | Path) -> Experiment:
    """Open a scenario by its shipped name or its path; Problem when it cannot be used."""
    return Experiment(scenarios.load(name_or_path))


def new(council: str, *, start: date | None = None, out: Path | None = None, force: bool = False) -> Experiment:
    """Write a scenario for a council from its published figures, and open it; Problem when that cannot be done.

    `start` is day 0 (31 March of the council's last year when none is given), `out` the file (the council's name in
    this folder); a file that is there stays unless `force` is given.
    """
    return load(draft.write(council, start=start, out=out, force=force).path)


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
        ahead = of_scenario(found.scenario)
        drawn = fit_page.pictures(found, ahead)
        text = fit_page.page(found, drawn, ahead)
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
        for first in range(self.draws, draws, _DRAWS_AT_ONCE):
            monthly, samples = store.kept(self.folder, range(first, min(first + _DRAWS_AT_ONCE, draws)))
            values = tables.by_period(monthly, _priced(self.plan.scenario, monthly, samples))
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
        blocks = store.blocks(self.folder, _DRAWS_AT_ONCE)
        priced = (_priced(self.plan.scenario, each, self.draws) for each in blocks)
        return pd.concat(priced, ignore_index=True)

    @cached_property
    def assumptions(self) -> Assumptions:
        """What is assumed about money: each line, and every quantity that it uses, with range, source and status."""
        scenario = self.plan.scenario
        months = month_ends(scenario.start, self.plan.years)
        return gather.assumptions(scenario.quantities, _deflator(), scenario.price_year, months)

    @cached_property
    def activity(self) -> Activity:
        """What each draw and schedule gave of each line in each financial year, as arrays."""
        blocks = store.blocks(self.folder, _DRAWS_AT_ONCE)
        return gather.activity(blocks, self.draws, self.assumptions, self.plan.schedules)

    @cached_property
    def case(self) -> Case:
        """The investment case: ladder, appraisal as stated and corrected, sensitivity, value of information."""
        scenario = self.plan.scenario
        return Case(self.assumptions, self.activity, self.draws, scenario.quantities, evidence.claimed(scenario))

    @property
    def flows(self) -> Flows:
        """Each line's savings by rung of the ladder, and what the programme costs, in real GBP."""
        return self.case.flows

    @property
    def appraisal(self) -> Appraisal:
        """Each draw's budget impact, present values, payback, peak funding."""
        return self.case.appraisal

    @property
    def cautious(self) -> Appraisal:
        """The appraisal with optimism bias corrected."""
        return self.case.cautious

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
        made = report_json.document(origin, self.findings, titles_of(scenario, plan.schedules))
        if plan.precision:
            errors = precise.errors(self.summary, plan.precision.measures)
            made["precision"] = report_json.plain(precise.document(errors, plan.precision))
        return made

    def json(self) -> str:
        """Give the results over the whole horizon as JSON text."""
        return report_json.text(self.document())

    def show(self, file: IO[str] | None = None) -> None:
        """Print the findings on standard output or to a file."""
        console.show(self.findings, self.plan.scenario, self.plan.draws, self.end, file)
        verdict.show(boxes.page(file), self.case, titles_of(self.plan.scenario, self.plan.schedules))

    def write_workbook(self, path: Path) -> None:
        """Write the investment case as a workbook with live formulas; Problem when it cannot be."""
        scenario = self.plan.scenario
        made = workbooks.model(self.assumptions, self.activity, titles_of(scenario, self.plan.schedules))
        contents = workbooks.Contents(
            model=made,
            as_run=made.a,
            origin=self._origin(made.draws),
            quantities=scenario.quantities,
            sources=scenario.sources,
            claims=self.claims,
            identity=edited.identity(scenario, __version__),
        )
        with writing(path) as temporary:
            workbooks.write(contents, temporary)

    def _origin(self, held: int) -> workbooks.Origin:
        """Say what a workbook's Summary says: the answers in words, and how the run was made."""
        plan, scenario = self.plan, self.plan.scenario
        titles = titles_of(scenario, plan.schedules)
        compared = [name for name in plan.schedules if name != NO_CHANGE]
        children = [words.answer(self.summary, name, titles[name], plan.draws, self.end) for name in compared]
        answers = [*verdict.sentences(self.case, titles), *children]
        fewer = f"This workbook holds the first {held} of the run's {plan.draws} draws, so that it opens quickly."
        all_of = f"This workbook holds all {words.draws(plan.draws)} of the run."
        run = f"familyflow {__version__}, scenario {scenario.name} ({scenario.digest[:12]}), seed {plan.seed}"
        made = [
            fewer if held < plan.draws else all_of,
            f"{run}, {plan.years} years from {words.day(scenario.start)} to {words.day(self.end)}.",
            "Yellow cells on Assumptions may be edited. Grey sheets are what the others are made of.",
        ]
        return workbooks.Origin(scenario.title, answers, made)

    @property
    def saved(self) -> bool:
        """Say whether the findings lie in the folder."""
        return (self.folder / report_json.RESULTS).exists()

    def save(self, tell: Progress = silent, wanted: Publication = PLAIN) -> None:
        """Write money, findings, fit, figures, page and paper beside the monthly records; Problem when it cannot be."""
        tell("adding up money and measures", 0, 0)
        store.write_table(self.money, self.folder / "money.parquet")
        tell("appraising the case", 0, 0)
        self.case.save(self.folder)
        if not (self.folder / FIT).exists():  # it belongs to the scenario: one fit serves the folder for good
            tell("checking the fit", 0, 0)
            fitted = of_run(self.plan.scenario, self.monthly, self.central())
            with writing(self.folder / FIT) as path:
                fitted.table.to_csv(path, index=False, lineterminator="\n")
        self.publish(tell, wanted)
        tell("writing the workbook", 0, 0)
        self.write_workbook(self.folder / WORKBOOK)
        with writing(self.folder / report_json.RESULTS) as path:  # last: with it the folder is complete
            path.write_text(self.json(), encoding="utf-8")

    def publish(self, tell: Progress = silent, wanted: Publication = PLAIN) -> None:
        """Write what readers see, or write it again: summaries, figures, page, paper; Problem when it cannot be."""
        write_tables(self.findings, self.folder, wanted)
        tell("drawing the figures", 0, 0)
        with plain_words(self.folder / FIGURES):
            (self.folder / FIGURES).mkdir(exist_ok=True)
            material = self._material(self._figures(wanted.least), wanted.least)
            of_money = [figures.saved(each, self.folder / FIGURES) for each in pictures_of_money(material)]
        tell("writing the page and the paper", 0, 0)
        write_report(with_images(material, of_money), self.folder, wanted)

    def _figures(self, least: int) -> list[Image]:
        """Draw every figure of children, caseloads and the rollout into the folder."""
        return figures.save_all(
            self.folder / store.MONTHLY,
            self.money,
            self.plan.scenario,
            _timelines(self.plan),
            self.folder / FIGURES,
            least,
        )

    def _material(self, images: Sequence[Image], least: int) -> Material:
        """Give all that the page and the paper are made from."""
        return Material(
            plan=self.plan,
            findings=self.findings,
            case=self.case,
            images={each.name: each for each in images},
            timelines=_timelines(self.plan),
            manifest=store.read_manifest(self.folder),
            end=self.end,
            least=least,
        )


def finished(folder: Path, name_or_path: str | Path | None = None) -> Results:
    """Give the results of a finished run from its folder; Problem when it is not one, or its scenario has changed.

    Without a scenario's name or path, the shipped one of the name that the folder has.
    """
    name = store.scenario_of(folder)
    scenario = scenarios.load(name_or_path or name)
    plan = store.plan_of(folder, scenario)
    return Results(plan, folder, cache(partial(central_fit, scenario)))


def import_assumptions(book: Path, name_or_path: str | Path, out: Path) -> dict[str, tuple[float, float]]:
    """Write a scenario file with the assumptions that were edited in a workbook; give (before, after) by id.

    Problem when the workbook is another scenario's or holds what an input cannot be; then nothing is written.
    """
    scenario = scenarios.load(name_or_path)
    changed = edited.edits(book, scenario)
    text = scenario.path.read_text(encoding="utf-8")
    with writing(out) as temporary:
        made = amend.with_quantities(text, changed, edited.sources(book.name, changed))
        temporary.write_text(made, encoding="utf-8")
        found = scenarios.load(temporary)
        expected = {**scenario.quantities, **changed}
        if found.quantities != expected:
            raise Problem(f"{scenario.path}: its [parameters] cannot be amended line by line: edit the file by hand")
    return {name: (scenario.quantities[name].value, each.value) for name, each in changed.items()}


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
    effects = {name: plan.scenario.quantities[name] for name in evidence.claimed(plan.scenario)}
    return Required(schedule, saving, by, first, tuple(points), effects)


def _first_step(scenario: Scenario, schedule: str) -> date:
    """Give the date of a schedule's first step; Problem when it has none."""
    steps = scenario.schedules[schedule].steps
    if not steps:
        raise Problem(f"{scenario.name}: the schedule '{schedule}' has no step, so it can save nothing; name another")
    return min(step.date for step in steps)


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


def load_design(path: str | Path) -> Design:
    """Read a sweep's design file; Problem when it cannot be used."""
    return design.load(Path(path), OVER_ALL)


def sweep(
    asked: Design | str | Path, *, workers: int | None = None, out: Path | None = None, tell: Progress = silent
) -> Sweep:
    """Run a design, or resume it where it stopped: every point on the same families and keyed draws.

    Problem when something cannot be used. On Ctrl-C finished parts are kept.
    """
    wanted = asked if isinstance(asked, design.Design) else load_design(asked)
    folder = out or sweeping.default_folder(wanted)
    with processes.hired(workers, design.count(wanted) * wanted.plan.draws) as (executor, ahead):
        sweeping.conduct(wanted, partial(_method, wanted, tell), folder, executor, ahead=ahead, tell=tell)
    return Sweep(wanted, folder)


def _method(asked: Design, tell: Progress) -> sweeping.Method:
    """Give how a design is run."""
    scenario = asked.plan.scenario
    return sweeping.Method(
        central_fit,
        fitted_rates,
        Engine(prepare, measure),
        partial(_measured, measures=asked.measures),
        reads(scenario),
        lines.reads(lines.lines_for(scenario.quantities)),
        partial(make_engine_ready, scenario, tell),
    )


def _measured(
    scenario: Scenario, monthly: pd.DataFrame, samples: pd.DataFrame, *, measures: Sequence[str]
) -> pd.DataFrame:
    """Give schedule, measure, draw and value of some measures over the whole horizon.

    No change has none of those that compare with it.
    """
    values = tables.measures(monthly, _priced(scenario, monthly, samples))
    plain = values.astype({"schedule": str, "measure": str})
    compared = [each.name for each in MEASURES if each.difference]
    shown = (plain["schedule"] != NO_CHANGE) | ~plain["measure"].isin(compared)
    return plain[plain["measure"].isin(measures) & shown]


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep left behind in its folder, as tidy tables."""

    design: Design
    folder: Path

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Every draw of every point: point, schedule, measure, draw, value. Points are paired draw by draw."""
        return sweeping.read_outcomes(self.folder)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Inputs joined to outcomes: a row a point, schedule and measure, with the columns of `sensitivity.table`."""
        return sensitivity.table(self.outcomes, sweeping.read_points(self.design))

    @cached_property
    def indices(self) -> pd.DataFrame:
        """Give the share of the variation between points that each input explains, as `sensitivity.indices` says."""
        return sensitivity.indices(self.design, self.outcomes)

    @cached_property
    def main_effects(self) -> pd.DataFrame:
        """What each level of a grid's inputs does; empty for another design."""
        return sensitivity.main_effects(self.design, self.outcomes)

    def json(self) -> str:
        """Give design, table and indices as JSON text."""
        return report_json.text(sweeps.document(self.design, self.table, self.indices, self.main_effects))

    def show(self, file: IO[str] | None = None) -> None:
        """Print what was found on standard output or to a file."""
        sweeps.show(self.design, self.table, self.indices, self.main_effects, file)

    def save(self) -> None:
        """Write the tables beside the outcomes; Problem when it cannot be."""
        store.write_table(self.table, self.folder / sweeps.TABLE)
        found = {sweeps.INDICES: self.indices}
        if not self.main_effects.empty:
            found[sweeps.MAIN_EFFECTS] = self.main_effects
        for name, frame in found.items():
            with writing(self.folder / name) as path:
                frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _deflator() -> dict[str, float]:
    """Give the price index by financial year."""
    return prices.read_deflator(paths.shipped("calibration", "gdp_deflator.csv"))


def _priced(scenario: Scenario, monthly: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    """Price some draws' records, in GBP of the scenario's price year."""
    stated = prices.price_years(scenario.quantities)
    priced = cashflow.money(monthly, samples, prices.uprating(stated, scenario.price_year, _deflator()))
    return cashflow.grown(priced, samples, stated)


def _timelines(plan: Plan) -> dict[str, timeline.Timeline]:
    """Give each schedule's timeline at the central values."""
    values = plan.scenario.central()
    return {name: timeline.build(plan.scenario, name, values) for name in plan.schedules}
