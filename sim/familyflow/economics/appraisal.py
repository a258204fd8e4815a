"""The appraisal of each schedule, draw by draw: budget impact, present values, payback, peak funding, regret.

Budget impact is nominal: pounds of each year. Present values are of real pounds of the price year, discounted to the
base year. Both are about cash unless a name says otherwise: capacity, cost avoided and partners are never in them.

    net[y]        = cash[y] - spending[y]                             real, D x S x Y
    budget[y]     = net[y] x nominal factor[y]                        better than no change when positive
    change[y]     = budget[y] - budget[y - 1]                         what a medium-term plan books in year y
    cumulative[y] = budget[0] + ... + budget[y]
    present value = sum over y of what is valued x discount factor[y]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from familyflow.economics import case
from familyflow.ground.calendar import days_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from familyflow.economics.case import Activity, Assumptions, Flags, Floats
    from familyflow.economics.ladder import Flows, Rung


_DAYS = 365
"""Days from which a financial year is whole."""


@dataclass(frozen=True, eq=False)
class Appraisal:
    """Each draw's answers. GBP: `budget`, `change`, `cumulative` (D, S, Y) nominal; the rest (D, S).

    `npv`: present value of cash less spending. `npv_public`: of all five rungs less spending. `pv_cash`,
    `pv_public`, `pv_spending`: its parts. `benefit_cost` = pv_public / pv_spending, `cash_return` = pv_cash /
    pv_spending: pounds back for a pound spent, both missing where nothing is spent. `peak` is the deepest cumulative
    position at a year's end, as a positive sum, and `peak_year` the index of that year (-1 where none is needed).
    `payback` is the day from which the cumulative position stays at 0 or above, straight lines within a year; it is
    missing (NaT) when that is not reached, and when nothing was spent or saved. `paid` says whether it is reached.
    `run_rate` and `run_rate_public` are what `npv` and `npv_public` are made of in the last whole financial year, real
    and not discounted; `last_year` is that year's place.
    """

    budget: Floats
    change: Floats
    cumulative: Floats
    npv: Floats
    npv_public: Floats
    pv_cash: Floats
    pv_public: Floats
    pv_spending: Floats
    benefit_cost: Floats
    cash_return: Floats
    peak: Floats
    peak_year: NDArray[np.int64]
    payback: NDArray[np.datetime64]
    paid: Flags
    run_rate: Floats
    run_rate_public: Floats
    last_year: int


def appraise(activity: Activity, flows: Flows, a: Assumptions) -> Appraisal:
    """Appraise every schedule in every draw."""
    discount, spending = case.discount_factors(a), flows.spending
    public = np.asarray(sum(each.sum(axis=-1) for each in flows.rungs.values()))
    pv_cash, pv_public, pv_spending = (np.asarray(each @ discount) for each in (flows.cash, public, spending))
    budget = (flows.cash - spending) * case.nominal_factors(a)
    last = last_whole_year(activity)
    cumulative = budget.cumsum(axis=-1)
    payback = paybacks(cumulative, activity)
    return Appraisal(
        budget=budget,
        change=np.diff(budget, axis=-1, prepend=0.0),
        cumulative=cumulative,
        npv=pv_cash - pv_spending,
        npv_public=pv_public - pv_spending,
        pv_cash=pv_cash,
        pv_public=pv_public,
        pv_spending=pv_spending,
        benefit_cost=_ratio(pv_public, pv_spending),
        cash_return=_ratio(pv_cash, pv_spending),
        peak=np.maximum(0.0 - cumulative.min(axis=-1), 0.0),
        peak_year=np.where(cumulative.min(axis=-1) < 0, cumulative.argmin(axis=-1), -1),
        payback=payback,
        paid=~np.isnat(payback),
        run_rate=(flows.cash - spending)[..., last],
        run_rate_public=(public - spending)[..., last],
        last_year=last,
    )


def last_whole_year(activity: Activity) -> int:
    """Return the place of the last financial year that the run has in full; of the last where it has none so."""
    whole = [y for y, span in enumerate(activity.spans) if days_in(span) >= _DAYS]
    return whole[-1] if whole else len(activity.spans) - 1


def for_a_pound(saved: Floats, spent: Floats) -> float:
    """Return pounds back for a pound spent, of averages over draws (D,); missing where on average nothing is spent."""
    return float(saved.mean() / spent.mean()) if spent.mean() > 0 else float("nan")


def _ratio(above: Floats, below: Floats) -> Floats:
    """Divide, leaving a gap where nothing is spent."""
    spent = below > 0
    return np.where(spent, above / np.where(spent, below, 1.0), np.nan)


def paybacks(cumulative: Floats, activity: Activity) -> NDArray[np.datetime64]:
    """Return the day (D, S) from which each cumulative position (D, S, Y) stays at 0 or above.

    With y the last year that ends below 0, it is in year y + 1, at the share -C[y] / (C[y + 1] - C[y]) of its days;
    the first day of the case when no year ends below 0.
    """
    below, years = cumulative < 0, cumulative.shape[-1]
    first = np.where(below.any(axis=-1), years - below[..., ::-1].argmax(axis=-1), 0)
    reached = (first < years) & cumulative.any(axis=-1)
    year = np.minimum(first, years - 1)
    here = np.take_along_axis(cumulative, year[..., None], axis=-1)[..., 0]
    before = np.where(year > 0, np.take_along_axis(cumulative, np.maximum(year - 1, 0)[..., None], axis=-1)[..., 0], 0)
    share = np.where(before < 0, -before / np.where(here > before, here - before, 1.0), 0.0)
    starts = np.array([start for start, _ in activity.spans], dtype="datetime64[D]")
    lengths = np.array([days_in(span) for span in activity.spans])
    days = starts[year] + np.floor(share * lengths[year]).astype("timedelta64[D]")
    return np.where(reached, days, np.datetime64("NaT"))


def probability_of_saving(appraisal: Appraisal) -> Floats:
    """Return the share of draws (S, Y) whose cumulative position is above 0 at each year's end."""
    return np.asarray((appraisal.cumulative > 0).mean(axis=0))


def probability_of_regret(appraisal: Appraisal) -> Floats:
    """Return the share of draws (S,) in which no change would have left the council with more cash: npv below 0."""
    return np.asarray((appraisal.npv < 0).mean(axis=0))


def regret(appraisal: Appraisal) -> Floats:
    """Return what each schedule (S,) loses on average against the best one in each draw, GBP of present value."""
    return np.asarray((appraisal.npv.max(axis=1, keepdims=True) - appraisal.npv).mean(axis=0))


def by_rung(flows: Flows) -> dict[Rung, Floats]:
    """Return each rung's sum over lines (D, S, Y), real GBP."""
    return {rung: each.sum(axis=-1) for rung, each in flows.rungs.items()}
