"""How far councils' figures came from what had been forecast of them, beside like councils.

For council c, measure m and year h after an origin o, a 31 March:

    gap[c, m, h] = log(published per child in o + h) - log(median forecast per child, made from figures up to o)
    y[c, m, h] = gap[c, m, h] - the median gap, of the same m, o and h, of the councils that c is compared with

The forecast is `forecast.simulate`, started where what is typical stood in year o. The median takes off what all met:
the pandemic, national policy, growth. v, the variance of y, is the forecast's own, widened or narrowed until the gaps
of the councils compared with are as wide as their forecasts say, plus that of the median.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from familyflow.calibrate.trends import forecast, hierarchy
from familyflow.calibrate.trends.history import HALF, SERIES, Series
from familyflow.ground.problem import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from familyflow.calibrate.trends.hierarchy import Hierarchy
    from familyflow.calibrate.trends.history import Floats, Panel

Flags: TypeAlias = NDArray[np.bool_]
SEED: Final = 1
YEARS: Final = 3
NEAREST: Final = 12
_QUANTILES: Final = (0.16, 0.5, 0.84)
"""One standard deviation below, the middle, and one above."""
_NORMAL: Final = 0.6745
"""The median distance of a standard normal from nought."""
MEDIAN: Final = np.pi / 2
"""Variance of a median over that of a mean, of normals."""
_BACK: Final = 2
FEW: Final = 5
"""Fewer councils to compare with are too few for a median."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is compared: a series, or one over another, by their places in SERIES; and by which stock and starts.

    `pair`: the two series by whose level and change councils are near each other.
    """

    name: str
    title: str
    series: int
    pair: tuple[int, int]
    per: int | None = None


_AT: Final = MappingProxyType({each.name: i for i, each in enumerate(SERIES)})
_STARTS: Final = MappingProxyType({"cin": "cin_starts", "cp": "cp_starts", "care": "care_starts", "referrals": "cin"})
_STOCK: Final = MappingProxyType({starts: stock for stock, starts in _STARTS.items() if stock != "referrals"})


def _measure(series: Series) -> Measure:
    """Return a series as a measure; councils are near by it and the stock that it fills, or the starts that fill it."""
    other = _STARTS.get(series.name) or _STOCK[series.name]
    return Measure(series.measure, series.title, _AT[series.name], (_AT[other], _AT[series.name]))


PER_REFERRAL: Final = "cla_started_per_referral"
MEASURES: Final = (
    *map(_measure, SERIES),
    Measure(
        PER_REFERRAL,
        "Children starting to be looked after, per referral",
        _AT["care_starts"],
        (_AT["care"], _AT["care_starts"]),
        _AT["referrals"],
    ),
)
NAMES: Final = tuple(each.name for each in MEASURES)


def chosen(names: Sequence[str]) -> tuple[Measure, ...]:
    """Return measures by name, in the order of MEASURES, or all of them; Problem when there is none of a name."""
    for name in names:
        if name not in NAMES:
            raise Problem(
                f"--measure = {name}: is not followed{suggestion(name, NAMES)}; give one of {', '.join(NAMES)}"
            )
    return tuple(each for each in MEASURES if not names or each.name in names)


def logs_of(measure: Measure, logs: Floats) -> Floats:
    """Return a measure's logs (P,) from those of all series (S, P)."""
    return np.asarray(logs[measure.series] if measure.per is None else logs[measure.series] - logs[measure.per])


def spread_of(measure: Measure, spread: Floats) -> Floats:
    """Return a measure's standard deviations (P,) from those of all series (S, P)."""
    own = spread[measure.series]
    return np.asarray(own if measure.per is None else np.hypot(own, spread[measure.per]))


# ---------------------------------------------------------------- gaps


@dataclass(frozen=True, eq=False)
class Forecast:
    """What was forecast from one origin, by series, place and year ahead (S, P, H).

    `middle`: the median count, at the origin's number of children. `spread`: standard deviation of the log.
    """

    middle: Floats
    spread: Floats


def ahead(found: Hierarchy, known: Panel, origin: int, seed: int = SEED) -> Forecast:
    """Forecast every place from a year on, with figures up to it; what a place never published is nan."""
    then = known.until(origin)
    years = min(YEARS, known.years[-1] - origin)
    drawn = forecast.simulate(hierarchy.standing(found, origin), then, years, seed)
    low, middle, high = np.quantile(drawn, _QUANTILES, axis=2)
    middle[np.isnan(then.counts).all(axis=2)] = np.nan
    return Forecast(middle, np.log((high + HALF) / (low + HALF)) / 2)


def gaps(known: Panel, origin: int, middle: Floats) -> Floats:
    """Return the log of what came over what was forecast, both per child, (S, P, H)."""
    at, years = known.years.index(origin), middle.shape[2]
    later = slice(at + 1, at + 1 + years)
    came = np.log((known.counts[..., later] + HALF) / known.children[:, later])
    return np.asarray(came - np.log((middle + HALF) / known.children[:, at, None]))


def near(known: Panel, origin: int, pair: tuple[int, int], pool_of: Flags) -> Flags:
    """Return which places of the pool each place is nearest to (P, P), by level and two-year change of two series.

    Each number in units of the pool's standard deviation. A number that fewer than half of the pool have is left out,
    as is the change of children looked after until 2017, whose counts begin in 2015.
    """
    rows = [row for row in _standing(known, origin, pair) if np.isfinite(row[pool_of]).mean() > HALF]
    units = np.array([row / np.nanstd(row[pool_of]) for row in rows]).reshape(len(rows), len(pool_of))
    apart = ((units[:, :, None] - units[:, None]) ** 2).sum(axis=0) if rows else np.full((len(pool_of),) * 2, np.inf)
    apart[:, ~pool_of] = np.inf
    np.fill_diagonal(apart, np.inf)
    return _smallest(np.where(np.isnan(apart), np.inf, apart))


def _standing(known: Panel, origin: int, pair: tuple[int, int]) -> list[Floats]:
    """Return the level of two series and, where the years are held, their change over two years, (P,) each."""
    logs, at = known.logs(), known.years.index(origin)
    levels = [logs[i, :, at] for i in pair]
    changes = [logs[i, :, at] - logs[i, :, at - _BACK] for i in pair] if at >= _BACK else []
    return levels + changes


def _smallest(apart: Floats) -> Flags:
    """Return which are the nearest of each row, those that can be compared."""
    order = np.argsort(apart, axis=1, kind="stable")[:, :NEAREST]
    chosen = np.zeros(apart.shape, dtype=np.bool_)
    np.put_along_axis(chosen, order, np.isfinite(np.take_along_axis(apart, order, axis=1)), axis=1)
    return chosen


def beside(gap: Floats, spread: Floats, like: Flags, pool_of: Flags) -> tuple[Floats, Floats]:
    """Return y and its variance (P,): gaps less the median of those that each place is compared with."""
    theirs = like & np.isfinite(gap)
    count = theirs.sum(axis=1)
    asked = (count >= FEW) & np.isfinite(gap)
    y, v = np.full((2, len(gap)), np.nan)
    if asked.any():
        own = (spread * _wideness(gap[pool_of], spread[pool_of])) ** 2
        y[asked] = gap[asked] - np.nanmedian(np.where(theirs, gap, np.nan)[asked], axis=1)
        v[asked] = (own + MEDIAN * np.where(theirs, own, 0.0).sum(axis=1) / np.maximum(count, 1) ** 2)[asked]
    return y, v


def _wideness(gap: Floats, spread: Floats) -> float:
    """Return how many times as wide as their forecasts say gaps are, by the median."""
    known = np.isfinite(gap)
    centred = (gap[known] - np.median(gap[known])) / spread[known]
    return float(np.median(np.abs(centred)) / _NORMAL)
