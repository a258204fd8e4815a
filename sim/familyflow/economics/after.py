"""What comes after a run's last day, apart from every total: children still out of care, and a view of ten years.

Children still out of care at the end, if the programme stops on that day (`Still`):

    fewer  = children in care under no change - under the schedule, on average in the run's last month, by placement
    left   = share who leave care in a year, m = 1 / expected stay: the run's own exits per child-year in care
    year k = fewer x price of a year x e^(-m (k - 1)) x (1 - e^-m) / m          k = 1, 2, ... after the run
    value  = sum over k of year k x discount ^ (age of the last year + k)

The ten years from the run's start, if the programme goes on as in its last whole year (`TenYears`):

    lived   = flows of the run, those of its first ten years
    carried = what is saved in the last whole year x kept ^ (years since), less what is spent in it
    npv     = both, each year discounted, a part of a year counting as that part

The two answer different questions and are never added up, and neither is in any total of the run. A run of ten years or
more carries nothing forward: its ten years are lived.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.economics import appraisal, case
from familyflow.economics.lines import PLACEMENT_LINES
from familyflow.ground.calendar import (
    DAYS_PER_YEAR,
    anniversary,
    common,
    days_in,
    financial_year,
    financial_year_span,
    first_year,
    share_by,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from familyflow.economics.case import Activity, Assumptions, Floats
    from familyflow.economics.ladder import Flows

YEARS: Final = 10
"""Years of the long view."""
_PLACEMENTS: Final = frozenset(line.name for line in PLACEMENT_LINES)


@dataclass(frozen=True, eq=False)
class Still:
    """Children still out of care at the end: how many (D, S), years they would stay (D,), present value (D, S) in GBP.

    The value is that of their placements, cash or not, if nobody else is kept out of care afterwards and none of
    them comes in later. It is missing where nobody leaves care in the run.
    """

    children: Floats
    stay: Floats
    value: Floats


@dataclass(frozen=True, eq=False)
class TenYears:
    """Present values (D, S), GBP, of the ten years from the run's start: cash, and for the public purse, less cost.

    `carried`: how many of the ten years are the last whole year carried forward, and not simulated.
    """

    cash: Floats
    public: Floats
    carried: float


def still_out(activity: Activity, a: Assumptions) -> Still:
    """Value the children who are still out of care at the end."""
    placements = np.array([name in _PLACEMENTS for name in activity.lines])
    fewer = (activity.ending[:, :1] - activity.ending) * placements
    price = (case.unit_prices(a) * case.real_growth(a))[-1] * activity.relative[:, -1]
    a_year = (fewer * price[:, None]).sum(axis=-1) * DAYS_PER_YEAR
    leaving = np.where(activity.leaving > 0, activity.leaving, np.nan)
    return Still(fewer.sum(axis=-1), 1 / leaving, a_year * _worth(leaving, a)[:, None])


def _worth(leaving: Floats, a: Assumptions) -> Floats:
    """Return the present value (D,) of GBP 1 a year that lasts from the end of the run until children leave care.

    (1 - e^-m) / m x v^(age + 1) / (1 - e^-m x v), v = 1 / (1 + rate)
    """
    v = 1 / (1 + a.value(case.DISCOUNT_RATE))
    age = first_year(a.years[-1]) - first_year(a.base_year)
    return np.asarray((1 - np.exp(-leaving)) / leaving * v ** (age + 1) / (1 - np.exp(-leaving) * v))


def ten_years(activity: Activity, flows: Flows, a: Assumptions, kept: float) -> TenYears:
    """View ten years; `kept` is the share of a year's saving that is left in the next one after the run."""
    last = appraisal.last_whole_year(activity)
    end = anniversary(activity.spans[0][0], YEARS) - timedelta(days=1)
    lived = np.array([share_by(span, end) for span in activity.spans]) * case.discount_factors(a)
    saved, spent = _carried(activity, a, last, end, kept)
    public = np.asarray(sum(each.sum(axis=-1) for each in flows.rungs.values()))
    cash, worth = (
        (each - flows.spending) @ lived + each[..., last] * saved - flows.spending[..., last] * spent
        for each in (flows.cash, public)
    )
    return TenYears(cash, worth, carried=sum(weight for _, weight in _further(activity, end)))


def _carried(activity: Activity, a: Assumptions, last: int, end: date, kept: float) -> tuple[float, float]:
    """Return what a pound saved and a pound spent in the last whole year are worth in all years after the run."""
    base, since = first_year(a.base_year), first_year(a.years[last])
    rate = 1 + a.value(case.DISCOUNT_RATE)
    further = [(first_year(label), weight) for label, weight in _further(activity, end)]
    spent = sum(weight / rate ** (year - base) for year, weight in further)
    return sum(weight * kept ** (year - since) / rate ** (year - base) for year, weight in further), spent


def _further(activity: Activity, end: date) -> Iterator[tuple[str, float]]:
    """Return the financial years after the run's last day up to the end, and what share of each lies there."""
    day = activity.spans[-1][1] + timedelta(days=1)
    while day <= end:
        label = financial_year(day)
        year = financial_year_span(label)
        ahead = common(year, (day, end))
        yield label, days_in(ahead) / days_in(year)
        day = ahead[1] + timedelta(days=1)
