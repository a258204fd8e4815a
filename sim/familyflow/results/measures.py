"""The measures that a summary gives for each schedule, in the order in which they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from familyflow.scenario.vocabulary import FLOWS

NO_CHANGE: Final = "no_change"
"""The schedule against which every difference is taken, draw by draw."""
WHOLE: Final = "all"
"""The name of the period from day 0 to the horizon."""
RANGE: Final = "range of outcomes"
"""What p5 to p95 is called wherever it is shown: nine draws in ten lie within it."""
PRECISION: Final = "precision of the average"
"""What the standard error of the mean is called wherever it is shown."""


PER_CHILD_YEAR: Final = "changes per child-year"
"""The unit of continuity: how often a child who has a worker is given another."""
OF_CHILDREN: Final = "share of children"
"""The unit of a small share, which is written to a tenth of a percent."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of a summary; `better` is 1 when more is better, -1 when less is, 0 when neither."""

    name: str
    title: str
    unit: str
    better: int
    group: str

    @property
    def difference(self) -> bool:
        """Return whether it compares with no change, so that no change itself has none."""
        return self.unit == "gbp" or self.name.endswith("_averted")


MEASURES: Final = (
    Measure("care_entries_averted", "Care entries averted", "children", 1, "Children"),
    Measure("cp_starts_averted", "CP plans averted (starts)", "children", 1, "Children"),
    Measure("child_days_in_care_averted", "Child-days in care averted", "child-days", 1, "Children"),
    Measure("children_in_care_end", "Children in care at the end", "children", -1, "Children"),
    Measure("children_on_cp_end", "Children on CP plans at the end", "children", -1, "Children"),
    Measure("children_on_cin_end", "Children on CIN plans at the end", "children", -1, "Children"),
    Measure("care_within_18_months_share", "In care 18 months from referral", OF_CHILDREN, -1, "Children"),
    Measure("caseload_mean", "Children per social worker", "children per social worker", -1, "Caseloads"),
    Measure("caseload_worst_quarter", "Worst team-quarter", "children per social worker", -1, "Caseloads"),
    Measure("workload_share", "Social workers' hours, of usable", "share", -1, "Caseloads"),
    Measure("worker_changes_per_child_year", "Changes of worker a child-year", PER_CHILD_YEAR, -1, "Caseloads"),
    Measure("adult_wait_days_mean", "Wait for an adult worker, days", "days", -1, "Adult workers"),
    Measure("programmes_completed", "Programmes completed", "programmes", 1, "Adult workers"),
    Measure("appointments_missed", "Appointments missed", "appointments", -1, "Adult workers"),
    Measure("appointments_missed_share", "Share of appointments missed", "share", -1, "Adult workers"),
    Measure("programme_cost_gbp", "Programme cost", "gbp", 0, "Money"),
    Measure("displaced_gbp", "Existing budget displaced", "gbp", 0, "Money"),
    Measure("programme_spend_gbp", "Programme spend, gross", "gbp", 0, "Money"),
    Measure("gross_saving_gbp", "Gross saving, not all cash", "gbp", 1, "Money"),
    Measure("capacity_saving_gbp", "Staff time freed (capacity)", "gbp", 1, "Money"),
    Measure("partner_saving_gbp", "Partners' saving", "gbp", 1, "Money"),
    Measure("net_saving_gbp", "Net saving (gross - cost)", "gbp", 1, "Money"),
    Measure("net_saving_cumulative_gbp", "Net saving, cumulative", "gbp", 1, "Money"),
    Measure("income_gbp", "Grants and partners' money", "gbp", 0, "Money"),
    Measure("net_after_income_gbp", "Net saving after grants", "gbp", 1, "Money"),
)
"""Averted children and savings are no change minus the schedule; the rest are the schedule's own level."""

WITH_INCOME: Final = ("income_gbp", "net_after_income_gbp")
"""What only a scenario has in which some schedule brings money from outside."""

APART: Final = (
    "Grants and partners' money move from one public body to another: they are in no present value, effect on the "
    "budget, payback or peak funding, and stand apart."
)
"""What is said of money from outside wherever an appraisal is shown beside it."""

OVER_ALL: Final = tuple(each.name for each in MEASURES if each.name not in {"net_saving_cumulative_gbp", *WITH_INCOME})
"""The measures that the whole horizon of every scenario has; the running sum is one year's."""

LIKELY: Final = 0.8
UNLIKELY: Final = 0.2
"""Shares of draws from which, and up to which, a claim or an investment is judged without "uncertain"."""
UNIDENTIFIED: Final = "no published figure identifies this"
"""What stands by a sum whose count is published by nobody, whatever its unit price."""
FEW: Final = 30
"""Draws below which shares of them decide nothing."""
DISPLACEMENT: Final = ("displaced_gbp", "programme_spend_gbp")
"""What is worth showing where a schedule pays with existing budget."""


def with_outside(name: str) -> tuple[str, ...]:
    """Return a recorded measure, and what outside services did of the same kind where that is counted apart."""
    outside = f"{name}_outside"
    return (name, outside) if outside in FLOWS else (name,)


def measure(name: str) -> Measure:
    """Return a measure by its name; KeyError when there is none."""
    return {each.name: each for each in MEASURES}[name]
