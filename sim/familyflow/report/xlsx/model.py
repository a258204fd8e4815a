"""What a workbook is made of: an investment case whose lines are in the order council, partner, programme, income."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.economics import appraisal, case, ladder
from familyflow.economics.lines import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.economics.appraisal import Appraisal
    from familyflow.economics.case import Activity, Assumptions, Floats
    from familyflow.economics.ladder import Flows, Split

_ORDER: Final = (Kind.CASHABLE, Kind.CAPACITY, Kind.PARTNER, Kind.PROGRAMME, Kind.INCOME)
MOST_CELLS: Final = 400_000
"""Cells of draws that a workbook holds at most: a spreadsheet with more is slow to open."""
_PARTS: Final = 3
"""Amounts of a line in a draw: saved, avoided, released."""


@dataclass(frozen=True, eq=False)
class Model:
    """A case, its lines sorted, its draws at most as many as a workbook can hold. Schedule 0 is no change."""

    a: Assumptions
    activity: Activity
    titles: Mapping[str, str]

    @cached_property
    def parts(self) -> Split:
        """Amounts (D, S, Y, L) weighed by each draw's relative price."""
        return ladder.weighed(self.activity, self.a)

    @cached_property
    def means(self) -> Split:
        """Their average over draws (1, S, Y, L)."""
        return ladder.average(self.parts)

    @cached_property
    def flows(self) -> Flows:
        """Each draw's pounds by rung."""
        return ladder.put(self.parts, ladder.grants(self.activity, self.a), self.a)

    @cached_property
    def cautious_flows(self) -> Flows:
        """The same with optimism bias corrected."""
        return ladder.corrected(self.flows, self.a)

    @cached_property
    def average(self) -> Flows:
        """Pounds by rung of the average of all draws."""
        return ladder.put(self.means, ladder.grants(self.activity, self.a), self.a)

    @cached_property
    def appraisal(self) -> Appraisal:
        """Each draw's answers."""
        return appraisal.appraise(self.activity, self.flows, self.a)

    @cached_property
    def cautious(self) -> Appraisal:
        """Each draw's answers with optimism bias corrected."""
        return appraisal.appraise(self.activity, self.cautious_flows, self.a)

    @cached_property
    def unit_prices(self) -> Floats:
        """GBP of the price year for a unit of each line (L,)."""
        return case.unit_prices(self.a)

    @cached_property
    def prices(self) -> Floats:
        """GBP for a unit of each line in each year (Y, L), real."""
        return np.asarray(self.unit_prices * case.real_growth(self.a))

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.activity.draws)

    @property
    def schedules(self) -> tuple[str, ...]:
        """The schedules that are compared with no change."""
        return self.activity.schedules[1:]

    @property
    def years(self) -> int:
        """How many financial years there are."""
        return len(self.a.years)

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return len(self.a.lines)

    @cached_property
    def council(self) -> int:
        """How many lines are the council's savings; they are the first."""
        return sum(case.has_terms(line) for line in self.a.lines)

    @cached_property
    def partner(self) -> int:
        """How many lines are partners' savings; they come next."""
        return sum(line.kind == Kind.PARTNER for line in self.a.lines)

    @cached_property
    def income(self) -> int:
        """How many lines are money from outside; they are the last."""
        return sum(line.kind == Kind.INCOME for line in self.a.lines)

    @property
    def appraised(self) -> int:
        """How many lines the appraisal is made of: all but income."""
        return self.lines - self.income

    def with_(self, a: Assumptions) -> Model:
        """Return the same study under other assumptions, in the same order of lines."""
        return Model(a, self.activity, self.titles)


def build_model(a: Assumptions, activity: Activity, titles: Mapping[str, str]) -> Model:
    """Sort a case's lines, without those that nothing is ever counted on, and keep as many draws, the first, as fit."""
    counted = np.flatnonzero(activity.amounts.any(axis=(0, 1, 2)))
    order = sorted(map(int, counted), key=lambda i: (_ORDER.index(a.lines[i].kind), i))
    keep = slice(most_draws(activity))
    lines = tuple(a.lines[i] for i in order)
    sorted_activity = replace(
        activity,
        draws=activity.draws[keep],
        lines=tuple(line.name for line in lines),
        amounts=activity.amounts[keep][..., order],
        relative=activity.relative[keep][..., order],
        reference=activity.reference[keep][..., order],
        care_days=activity.care_days[keep],
        ending=activity.ending[keep][..., order],
        leaving=activity.leaving[keep],
    )
    return Model(replace(a, lines=lines), sorted_activity, titles)


def most_draws(activity: Activity) -> int:
    """Return how many draws of a study a workbook holds; at least one."""
    schedules, years, lines = max(len(activity.schedules) - 1, 1), len(activity.years), len(activity.lines)
    return max(MOST_CELLS // (schedules * years * lines * _PARTS), 1)
