"""The ladder: of each pound saved, how much is cash at once, cash later, capacity, a cost avoided or a partner's.

Steps, draw by draw, for each schedule, year and line (`split`, in amounts; `cash_flow`, in GBP):

    saved    = amount under no change - amount under the schedule
    avoided  = the part of saved that only undoes the growth of no change above its first twelve months
             = min(max(no change - reference, 0), max(saved, 0))
    released = saved - avoided, in whole steps towards 0: step x trunc((saved - avoided) / step); all without a step
    q        = relative price of the draw x unit price x real growth                      GBP per unit

    value    = saved x q
    now      = cash_now x released x q, and cash_later is at most 1 - cash_now
    later[y] = cash_later x ((1 - w) x R[y - n] + w x R[y - n - 1]), R = released x q, lag in years = n + w
    avoided  = (cash_now + cash_later) x avoided x q
    capacity = value - now - later - avoided
    partner  = value, for a line that another body pays; then it has no other rung
    cost     = -value, for a line of the programme; then it has no rung
    income   = -value, for a line of income: a grant, or a partner's money; then it is neither saving nor cost

Cash is now + later + growth_counts x avoided, growth_counts being 0 unless the council's plan has the growth in it.
So the five rungs of every line add up to its value, in every year: what is not cash yet is capacity until it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.economics import case
from familyflow.economics.lines import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.economics.case import Activity, Assumptions, Floats

_HAIR: Final = 1e-9
"""A step is reached when a sum in floating point is this share of a step short of it."""


class Rung(StrEnum):
    """What a pound saved is worth to the council."""

    NOW = "cash this year"
    LATER = "cash when a contract or post ends"
    CAPACITY = "capacity"
    AVOIDED = "cost avoided"
    PARTNER = "partner"


HEADLINE: Final = (Rung.NOW, Rung.LATER)
"""The rungs that are cash: the headline, and no other figure, is made of them, and of growth not incurred if asked."""


@dataclass(frozen=True, eq=False)
class Split:
    """Amounts (D, S, Y, L) before prices: all saved, the part that is growth not incurred, the part released."""

    saved: Floats
    avoided: Floats
    released: Floats


@dataclass(frozen=True, eq=False)
class Flows:
    """Real GBP of the price year (D, S, Y, L): each rung, and the programme's cost.

    A cost is positive when a schedule spends more than no change. `grant` (S, Y) is what the case itself assumes, and
    is taken off spending; `income` (D, S, Y) is what the schedules bring from outside, and is in no other figure.
    `growth_counts`: the share of cost avoided that counts as cash, by `case.growth_counts`.
    """

    rungs: Mapping[Rung, Floats]
    cost: Floats
    grant: Floats
    income: Floats
    growth_counts: float = 0.0

    @property
    def cash_by_line(self) -> Floats:
        """Cash saved by line (D, S, Y, L): at once and later, and growth not incurred as far as it counts."""
        return np.asarray(sum(self.rungs[rung] for rung in HEADLINE) + self.growth_counts * self.rungs[Rung.AVOIDED])

    @property
    def cash(self) -> Floats:
        """The headline (D, S, Y): cash saved, before the programme's cost."""
        return np.asarray(self.cash_by_line.sum(axis=-1))

    @property
    def spending(self) -> Floats:
        """What the council pays for the programme (D, S, Y), less the grant."""
        return np.asarray(self.cost.sum(axis=-1) - self.grant)


def split(activity: Activity, a: Assumptions) -> Split:
    """Take a schedule's amounts apart, as at the head of this module; no price is in it, only each line's step."""
    before = activity.amounts[:, :1]
    saved = before - activity.amounts
    growth = np.maximum(before - activity.reference[:, None], 0.0)
    avoided = np.minimum(growth, np.maximum(saved, 0.0)) * case.of_kind(a, Kind.CASHABLE, Kind.CAPACITY)
    return Split(saved, avoided, _in_steps(saved - avoided, case.terms(a, case.STEP)))


def _in_steps(amounts: Floats, step: Floats) -> Floats:
    """Take whole steps of amounts, less and more alike, so that chance alone moves no average; 0 is no step."""
    size = np.where(step > 0, step, 1.0)
    whole: Floats = size * np.trunc(amounts / size * (1 + _HAIR))
    return np.asarray(np.where(step > 0, whole, amounts))


def weighed(activity: Activity, a: Assumptions) -> Split:
    """Return the split in each draw, each amount times the draw's relative price: what is left to do is linear."""
    parts, relative = split(activity, a), activity.relative[:, None]
    return Split(parts.saved * relative, parts.avoided * relative, parts.released * relative)


def average(parts: Split) -> Split:
    """Return the mean over draws as one draw (1, S, Y, L): `put` makes the means of all flows of it, exactly."""
    return Split(*(each.mean(axis=0, keepdims=True) for each in (parts.saved, parts.avoided, parts.released)))


def cash_flow(activity: Activity, a: Assumptions) -> Flows:
    """Put each pound of each draw on its rung, as at the head of this module."""
    return put(weighed(activity, a), grants(activity, a), a)


def put(parts: Split, grant: Floats, a: Assumptions) -> Flows:
    """Put amounts that are weighed by their relative price on their rungs."""
    q = case.unit_prices(a) * case.real_growth(a)
    council, partner = case.of_kind(a, Kind.CASHABLE, Kind.CAPACITY), case.of_kind(a, Kind.PARTNER)
    value, released = parts.saved * q, parts.released * q
    share_now, share_later = case.cash_shares(a)
    now, later = share_now * released, share_later * _lagged(released, a)
    avoided = (share_now + share_later) * parts.avoided * q
    rungs = {
        Rung.NOW: now,
        Rung.LATER: later,
        Rung.CAPACITY: np.where(council, value - now - later - avoided, 0.0),
        Rung.AVOIDED: avoided,
        Rung.PARTNER: np.where(partner, value, 0.0),
    }
    cost = np.where(case.of_kind(a, Kind.PROGRAMME), 0.0 - value, 0.0)
    income = (0.0 - value[..., case.of_kind(a, Kind.INCOME)]).sum(axis=-1)
    return Flows(rungs, cost, grant, np.asarray(income), a.value(case.GROWTH_COUNTS))


def _lagged(released: Floats, a: Assumptions) -> Floats:
    """Move each line's GBP on by its lag; what would come after the last year is left out."""
    whole, rest = case.lags(a)
    moved = np.zeros_like(released)
    for line, (years, share) in enumerate(zip(whole, rest, strict=True)):
        column = released[..., line]
        moved[..., line] = (1 - share) * _later(column, years) + share * _later(column, years + 1)
    return moved


def _later(amounts: Floats, years: int) -> Floats:
    """Move the last axis, years, on by some years."""
    moved = np.zeros_like(amounts)
    kept = amounts.shape[-1] - years
    if kept > 0:
        moved[..., years:] = amounts[..., :kept]
    return moved


def grants(activity: Activity, a: Assumptions) -> Floats:
    """Return the grant income of each schedule and year (S, Y), in GBP of the price year.

    `case.grant_year` in each of the first `case.grant_years` financial years from the one in which the schedule
    first employs somebody, a part of a year counting as that part; nothing before and after, and nothing for a
    schedule that employs nobody. It is stated in the prices of its own year and paid in cash, so that
    real grant = grant x level[price year] / level[year].
    """
    since = np.arange(len(activity.years))[None, :] - activity.live[:, None]
    paid = np.where(since >= 0, np.clip(a.value(case.GRANT_YEARS) - since, 0.0, 1.0), 0.0)
    return np.asarray(paid * a.value(case.GRANT) / case.nominal_factors(a))


def corrected(flows: Flows, a: Assumptions) -> Flows:
    """Return the flows with optimism bias corrected: each line multiplied by `case.corrections`.

    What a programme spends less than no change is a saving, and falls by as much as a cost would rise.
    """
    by = case.corrections(a)
    cost = flows.cost * np.where(flows.cost < 0, 2 - by, by)
    return replace(flows, rungs={rung: each * by for rung, each in flows.rungs.items()}, cost=cost)
