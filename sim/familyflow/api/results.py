"""What a run left behind in its folder, as tidy tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from familyflow import __version__
from familyflow.api import publishing
from familyflow.api import readings as of_readings
from familyflow.api.pricing import DRAWS_AT_ONCE, deflator, priced
from familyflow.economics import gather
from familyflow.experiment import store
from familyflow.experiment.batch import silent
from familyflow.ground.calendar import month_ends
from familyflow.report import boxes, console, verdict
from familyflow.report import findings as reports
from familyflow.report import json as report_json
from familyflow.report import precision as precise
from familyflow.report import readings as reports_readings
from familyflow.report.appraisals import Case
from familyflow.report.frames import titles_of
from familyflow.report.publication import PLAIN, Publication
from familyflow.scenario.readings import claimed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path
    from typing import IO

    from familyflow.calibrate.solve import Solution
    from familyflow.economics.appraisal import Appraisal
    from familyflow.economics.case import Activity, Assumptions
    from familyflow.economics.ladder import Flows
    from familyflow.experiment.batch import Progress
    from familyflow.experiment.plan import Plan, Precision
    from familyflow.report.findings import Findings
    from familyflow.report.json import Document
    from familyflow.report.readings import Readings


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
        blocks = store.blocks(self.folder, DRAWS_AT_ONCE)
        return pd.concat((priced(self.plan.scenario, each, self.draws) for each in blocks), ignore_index=True)

    @cached_property
    def assumptions(self) -> Assumptions:
        """What is assumed about money: each line, and every quantity that it uses, with range, source and status."""
        scenario = self.plan.scenario
        months = month_ends(scenario.start, self.plan.years)
        return gather.assumptions(scenario.quantities, deflator(), scenario.price_year, months, scenario.payers())

    @cached_property
    def activity(self) -> Activity:
        """What each draw and schedule gave of each line in each financial year, as arrays."""
        blocks = store.blocks(self.folder, DRAWS_AT_ONCE)
        return gather.activity(blocks, self.draws, self.assumptions, self.plan.schedules)

    @cached_property
    def case(self) -> Case:
        """The investment case: ladder, appraisal as stated and corrected, sensitivity, value of information."""
        scenario = self.plan.scenario
        return Case(self.assumptions, self.activity, self.draws, scenario.quantities, claimed(scenario))

    @cached_property
    def readings(self) -> Readings | None:
        """The case under each reading of the evidence, on the same draws; None when the others were not run."""
        return of_readings.found(self)

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
            reading=scenario.reading,
            settings=scenario.settings,
        )
        made = report_json.document(origin, self.findings, titles_of(scenario, plan.schedules))
        if self.readings:
            made["readings"] = report_json.plain(reports_readings.document(self.readings))
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
        titles = titles_of(self.plan.scenario, self.plan.schedules)
        verdict.show(boxes.page(file), self.case, titles)
        if self.readings:
            reports_readings.show(boxes.page(file), self.readings, titles)

    def write_workbook(self, path: Path) -> None:
        """Write the investment case as a workbook with live formulas; Problem when it cannot be."""
        publishing.write_workbook(self, path)

    @property
    def saved(self) -> bool:
        """Say whether the findings lie in the folder."""
        return (self.folder / report_json.RESULTS).exists()

    def save(self, tell: Progress = silent, wanted: Publication = PLAIN) -> None:
        """Write money, findings, fit, figures, page and paper beside the monthly records; Problem when it cannot be."""
        publishing.save(self, tell, wanted)

    def publish(self, tell: Progress = silent, wanted: Publication = PLAIN) -> None:
        """Write what readers see, or write it again: summaries, figures, page, paper; Problem when it cannot be."""
        publishing.publish(self, tell, wanted)
