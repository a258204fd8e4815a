"""From what a run's programme costs to the budget that a document publishes: steps that add up, draw by draw.

    cost        = what the programme costs more than no change, real GBP of the price year     D x S x Y x L
    share[y]    = days of year y that are the budget's, over its days in the run
    o           = the draw's overhead over salary and on-costs; a line with overheads has o / (1 + o) of them

    whole run            sum of cost
    other years          sum of (share - 1) x cost
    pounds of each year  sum of share x cost x (factor - 1), factor = nominal factors
    overheads            - sum of share x cost x factor x o / (1 + o)
    other posts          - the rest of the posts that the document does not name
    not posts            - the rest of set-up, recruitment, training, supervision, evaluation, redundancy, likewise
    unexplained          what is left to the budget
    published budget     the sum of all of these, in pounds of each year

The same steps stand a second time in pounds of the price year throughout: factor is 1, and the published budget, spread
evenly over its days, is brought from pounds of each year to those of the price year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.economics import case
from familyflow.economics.lines import FTE_DAYS, OVERHEAD, Kind
from familyflow.ground.calendar import common, days_in, financial_year, financial_year_span, first_year, years_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from familyflow.economics.case import Activity, Assumptions, Flags, Floats
    from familyflow.economics.ladder import Flows
    from familyflow.economics.lines import Line
    from familyflow.ground.calendar import Span
    from familyflow.scenario.model import Scenario


class Row(StrEnum):
    """A row of the bridge, in order; each is called so in files."""

    WHOLE = "whole_run"
    YEARS = "other_years"
    SAME = "same_years"
    PRICES = "price_base"
    EACH = "pounds_of_each_year"
    OVERHEADS = "overheads"
    POSTS = "other_posts"
    NOT_POSTS = "not_posts"
    LIKE = "named_posts"
    UNEXPLAINED = "unexplained"
    PUBLISHED = "published_budget"


BUDGET: Final = "programme.published_budget"
_POSTS: Final = "post."
"""The ids of a programme's posts begin so; what follows is the role."""
SUMS: Final = (Row.SAME, Row.EACH, Row.LIKE)
"""Rows that sum up those above them."""
ADDENDS: Final = tuple(row for row in Row if row not in (*SUMS, Row.PUBLISHED))
"""Rows that add up to the published budget."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A published budget: GBP in pounds of each year, over some years from a day on.

    `named`: the lines that the document names, None where the scenario cannot tell. `source`: its key.
    """

    total: float
    start: date
    years: float
    named: frozenset[str] | None
    source: str

    @property
    def end(self) -> date:
        """The last day."""
        return years_on(self.start, self.years) - timedelta(days=1)

    @property
    def span(self) -> Span:
        """The first and the last day."""
        return self.start, self.end

    @property
    def labels(self) -> tuple[str, ...]:
        """The financial years in which its days lie."""
        first, last = (first_year(financial_year(day)) for day in (self.start, self.end))
        return tuple(financial_year(date(year, 4, 1)) for year in range(first, last + 1))


def published(scenario: Scenario, lines: Iterable[Line]) -> Budget | None:
    """Return the budget that the scenario's document publishes, where it does, and the lines that the document names.

    It names what its own source gives: the posts of a role, or a price.
    """
    given = scenario.programme
    if given.budget_from is None or given.budget_years is None:
        return None
    total = scenario.quantities[BUDGET]
    own = {name for name, each in scenario.quantities.items() if each.source == total.source}
    named = frozenset(line.name for line in lines if own & {line.price, _POSTS + line.measure.removeprefix(FTE_DAYS)})
    return Budget(total.value, given.budget_from, given.budget_years, named or None, total.source)


@dataclass(frozen=True, eq=False)
class Bridge:
    """Each draw's rows (D, S), GBP: `nominal` ends at the budget as published, `real` is of the price year throughout.

    `covered`: the share of the budget's days that the run has. `late` (S,): whether a schedule employs somebody only
    after the budget's last day, or never.
    """

    nominal: Mapping[Row, Floats]
    real: Mapping[Row, Floats]
    covered: float
    late: Flags


def bridge(activity: Activity, flows: Flows, a: Assumptions, budget: Budget, overhead: Floats) -> Bridge:
    """Lead from programme cost to the published budget. `overhead` (D,): each draw's share over salary and on-costs."""
    factors, even = case.nominal_factors(a), np.ones(len(a.years))
    return Bridge(
        nominal=_rows(activity, flows, a, budget, overhead, factors, budget.total),
        real=_rows(activity, flows, a, budget, overhead, even, real_total(budget, a)),
        covered=covered(activity, budget),
        late=late(activity, budget),
    )


def _rows(
    activity: Activity, flows: Flows, a: Assumptions, budget: Budget, overhead: Floats, factors: Floats, total: float
) -> dict[Row, Floats]:
    """Return every row (D, S), each year's pounds multiplied by its factor once the years are the budget's."""
    share = year_shares(activity, budget)
    within = flows.cost * share[:, None]
    each = within * factors[:, None]
    indirect = each * (overhead / (1 + overhead))[:, None, None, None] * _with_overheads(a)
    direct = each - indirect
    posts, unnamed = _posts(a), _unnamed(a, budget)
    whole, same, nominal = (_all(part) for part in (flows.cost, within, each))
    taken = {
        Row.OVERHEADS: 0.0 - _all(indirect),
        Row.POSTS: 0.0 - _all(direct[..., posts & unnamed]),
        Row.NOT_POSTS: 0.0 - _all(direct[..., ~posts & unnamed]),
    }
    like = nominal + sum(taken.values())
    return {
        Row.WHOLE: whole,
        Row.YEARS: same - whole,
        Row.SAME: same,
        Row.PRICES: nominal - same,
        Row.EACH: nominal,
        **taken,
        Row.LIKE: like,
        Row.UNEXPLAINED: total - like,
        Row.PUBLISHED: np.full_like(whole, total),
    }


def _all(gbp: Floats) -> Floats:
    """Add up years and lines."""
    return np.asarray(gbp.sum(axis=(-2, -1)))


def _posts(a: Assumptions) -> Flags:
    """Say which lines (L,) are posts of the programme."""
    return case.of_kind(a, Kind.PROGRAMME) & _with_overheads(a)


def _with_overheads(a: Assumptions) -> Flags:
    """Say which lines (L,) have overheads in their price."""
    return np.array([OVERHEAD in line.uplifts for line in a.lines])


def _unnamed(a: Assumptions, budget: Budget) -> Flags:
    """Say which lines (L,) the document does not name: no post where the scenario cannot tell, and all that is none."""
    if budget.named is None:
        return ~_posts(a)
    return np.array([line.name not in budget.named for line in a.lines])


def year_shares(activity: Activity, budget: Budget) -> Floats:
    """Return the share of each year's days in the run (Y,) that are the budget's: costs are even in a year."""
    shares = [days_in(common(span, budget.span)) / days_in(span) for span in activity.spans]
    return np.array(shares, dtype=np.float64)


def covered(activity: Activity, budget: Budget) -> float:
    """Return the share of the budget's days that the run has."""
    return sum(days_in(common(span, budget.span)) for span in activity.spans) / days_in(budget.span)


def late(activity: Activity, budget: Budget) -> NDArray[np.bool_]:
    """Say which schedules (S,) employ nobody more than no change by the end of the budget's years."""
    begins = [start for start, _ in activity.spans]
    return np.array([year >= len(begins) or begins[year] > budget.end for year in activity.live])


def real_total(budget: Budget, a: Assumptions) -> float:
    """Return the budget in pounds of the price year, in which it comes evenly over its days.

    total x sum over years of (the budget's days in the year / all its days) x level[price year] / level[year]
    """
    days = {label: days_in(common(financial_year_span(label), budget.span)) for label in budget.labels}
    level = case.price_level(a, a.price_year)
    parts = (count * level / case.price_level(a, label) for label, count in days.items())
    return budget.total * sum(parts) / sum(days.values())
