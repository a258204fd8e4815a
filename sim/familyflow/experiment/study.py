"""A study that is run: what it left in its folder, as tidy tables, and what was found in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from familyflow.economics import bridge, case
from familyflow.economics.pricing import DRAWS_AT_ONCE, deflator, priced
from familyflow.experiment import readings, store
from familyflow.ground.calendar import month_ends
from familyflow.results import findings, precision
from familyflow.results.investment_case import Case
from familyflow.scenario.readings import claimed

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from familyflow.economics.appraisal import Appraisal
    from familyflow.economics.case import Activity, Assumptions
    from familyflow.economics.ladder import Flows
    from familyflow.experiment.central import CentralFit
    from familyflow.experiment.plan import Plan
    from familyflow.results.findings import Findings
    from familyflow.results.precision import Precision
    from familyflow.results.readings import Readings


@dataclass(frozen=True, eq=False)
class Study:
    """What a plan's draws left in a folder, as tidy tables, and what was found in them."""

    plan: Plan
    folder: Path
    central: CentralFit

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
        return case.assumptions(scenario.quantities, deflator(), scenario.price_year, months, scenario.payers())

    @cached_property
    def activity(self) -> Activity:
        """What each draw and schedule gave of each line in each financial year, as arrays."""
        blocks = store.blocks(self.folder, DRAWS_AT_ONCE)
        return case.activity(blocks, self.draws, self.assumptions, self.plan.schedules)

    @cached_property
    def case(self) -> Case:
        """The investment case: ladder, appraisal as stated and corrected, sensitivity, value of information."""
        scenario = self.plan.scenario
        budget = bridge.published(scenario, self.assumptions.lines)
        return Case(self.assumptions, self.activity, self.draws, scenario.quantities, claimed(scenario), budget)

    @cached_property
    def readings(self) -> Readings | None:
        """The case under each reading of the evidence, on the same draws; None when the others were not run."""
        return readings.found(self)

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
        return findings.find(self.folder / store.MONTHLY, self.money, self.plan.scenario)

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
        """Return whether the averages of some measures are as precise as asked, and how many draws it took."""
        return precision.sentence(precision.errors(self.summary, asked.measures), asked.share, self.plan.draws)

    @property
    def end(self) -> date:
        """The last date simulated."""
        return month_ends(self.plan.scenario.start, self.plan.years)[-1]
