"""What the answer depends on: one input at a time, two at a time, and what each schedule costs for what it prevents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.economics import case, ladder
from familyflow.economics.value_of_information import FEWEST
from familyflow.ground.calendar import DAYS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from familyflow.economics.appraisal import Appraisal
    from familyflow.economics.case import Activity, Assumptions, Floats
    from familyflow.economics.ladder import Split
    from familyflow.ground.quantity import Quantity

RECALCULATED: Final = "recalculated"
REGRESSED: Final = "regression over draws"


@dataclass(frozen=True, eq=False)
class Bar:
    """One bar of a tornado: the mean present value (S,), GBP, with an input at the low and high end of its range.

    `error` (S,): the standard error of half the swing, for what was found by regression; 0 for what was recalculated.
    """

    name: str
    quantity: Quantity
    low: Floats
    high: Floats
    method: str
    error: Floats

    @property
    def swing(self) -> Floats:
        """How far the answer moves between the two ends (S,)."""
        return np.asarray(np.abs(self.high - self.low))


@dataclass(frozen=True, eq=False)
class Middle:
    """A study's average, on which what is linear can be recalculated at once: `put(parts, ...)` makes its flows."""

    activity: Activity
    parts: Split

    def npv(self, a: Assumptions) -> Floats:
        """Return the mean present value (S,) under some assumptions that differ in no step: cash less spending."""
        flows = ladder.put(self.parts, ladder.grants(self.activity, a), a)
        return np.asarray(((flows.cash - flows.spending) @ case.discount_factors(a))[0])


def middle(activity: Activity, a: Assumptions) -> Middle:
    """Average a study."""
    return Middle(activity, ladder.average(ladder.weighed(activity, a)))


def one_way(activity: Activity, a: Assumptions) -> list[Bar]:
    """Recalculate with each input of money at the ends of its range, all else as stated.

    Exact: prices, shares, lags and rates act on the average; a step is taken again in every draw. A price moves the
    stated figure, about which the draws vary as before. Inputs without a range, and those on which nothing depends,
    are left out.
    """
    average = middle(activity, a)
    bars = (_bar(average, a, name) for name in a.quantities if a.quantities[name].low < a.quantities[name].high)
    return [bar for bar in bars if bar.swing.any()]


def _bar(average: Middle, a: Assumptions, name: str) -> Bar:
    """Make the bar of one input."""
    ends = (a.quantities[name].low, a.quantities[name].high)
    low, high = (_at(average, a.changed(name, end), name).npv(a.changed(name, end)) for end in ends)
    return Bar(name, a.quantities[name], low, high, RECALCULATED, np.zeros(len(low)))


def _at(average: Middle, changed: Assumptions, name: str) -> Middle:
    """Take a changed step again in every draw; anything else leaves the average as it is."""
    return middle(average.activity, changed) if name.endswith(case.STEP) else average


def regressed(
    samples: pd.DataFrame, quantities: Mapping[str, Quantity], names: Sequence[str], appraisal: Appraisal
) -> list[Bar]:
    """Estimate the mean present value at the ends of inputs that a run must simulate, from the draws' own samples.

    An ordinary least squares line of the present value on one input over draws: mean + slope x (end - mean input).
    Nothing where there are too few draws or the input does not vary.
    """
    if len(samples) < FEWEST:
        return []
    varied = (name for name in names if samples[name].std() > 0)
    return [_line(samples[name].to_numpy(dtype=np.float64), quantities[name], name, appraisal.npv) for name in varied]


def _line(x: Floats, quantity: Quantity, name: str, npv: Floats) -> Bar:
    """Fit one line for every schedule."""
    mean, away = x.mean(), x - x.mean()
    slope = away @ npv / (away @ away)
    rest = npv - npv.mean(axis=0) - away[:, None] * slope
    error = np.sqrt((rest**2).sum(axis=0) / (len(x) - 2) / (away @ away))
    low, high = (npv.mean(axis=0) + slope * (end - mean) for end in (quantity.low, quantity.high))
    return Bar(name, quantity, low, high, REGRESSED, error * (quantity.high - quantity.low) / 2)


def two_way(activity: Activity, a: Assumptions, first: str, second: str, points: int) -> tuple[Floats, Floats, Floats]:
    """Return the mean present value over two inputs of money: values of each (points,), and GBP (points, points, S)."""
    average = middle(activity, a)
    xs, ys = (np.linspace(a.quantities[name].low, a.quantities[name].high, points) for name in (first, second))
    table = [[_moved(average, a, ((first, x), (second, y))) for y in ys] for x in xs]
    return xs, ys, np.array(table)


def _moved(average: Middle, a: Assumptions, moves: Sequence[tuple[str, float]]) -> Floats:
    """Return the mean present value (S,) with some inputs moved."""
    for name, value in moves:
        a = a.changed(name, float(value))
        average = _at(average, a, name)
    return average.npv(a)


def plane(activity: Activity, appraisal: Appraisal) -> Iterator[tuple[str, Floats, Floats]]:
    """Return the cost-effectiveness plane: by schedule, child-years in care averted (D,) and net cost (D,), GBP.

    Net cost is the present value of spending less cash saved; child-years are not discounted. North-east is dearer
    and better, south-east cheaper and better.
    """
    averted = (activity.care_days[:, :1] - activity.care_days).sum(axis=-1) / DAYS_PER_YEAR
    for column, name in enumerate(activity.schedules):
        yield name, averted[:, column], -appraisal.npv[:, column]


def draws_of(samples: pd.DataFrame, draws: NDArray[np.int64]) -> pd.DataFrame:
    """Return the samples of a case's draws, in its order."""
    return samples.set_index("draw", drop=False).loc[draws]
