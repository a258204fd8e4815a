"""What not knowing is worth: the expected value of perfect and of partial information, and a split of the variance.

A council that decides now takes the schedule with the highest mean present value, no change among them. With perfect
information it would take the best in each draw: what that adds on average is EVPI, the most that any study could be
worth, and more than one could, as chance is in it. What knowing a group of inputs alone would add is EVPPI: the council
would take the schedule that is best given the group, as a regression on the draws says (Strong, Oakley and Brennan
2014).

Here that regression never sees the draw that it speaks of (`cross_fit`), and EVPPI is what its choices really bring:
the mean of the benefits that the draws have under the schedules so chosen, less the best mean. So a regression that has
learnt noise loses by it, EVPPI is never above EVPI, and what is learnt too little makes it too low and not too high.
The share of variance is what the same regression foretells of draws that it has not seen. It is a lower end too, and
what no input foretells, chance, an upper one.

Every number has its Monte Carlo error, and `Estimate.told` is the one rule on whether it may be printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, isfinite, nan
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.economics import cross_fit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from familyflow.economics.case import Floats

FEWEST: Final = 50
"""A regression over fewer draws than this says nothing."""
MOST: Final = 10_000
"""No more than the first so many draws are looked at."""
ERRORS: Final = 2.5
"""A number is told from nought where it is above so many errors: of a table of noise, in fewer than one run in 20."""


@dataclass(frozen=True)
class Estimate:
    """A number that draws estimate, and its Monte Carlo error (one standard error)."""

    value: float
    error: float

    @property
    def told(self) -> bool:
        """Return whether the draws can tell the number from nought: only then is it printed."""
        return isfinite(self.value) and self.value > ERRORS * self.error

    @property
    def low(self) -> float:
        """What the number is at the least, as far as the draws can tell."""
        return self.value - ERRORS * self.error

    @property
    def high(self) -> float:
        """What the number is at the most, as far as the draws can tell."""
        return self.value + ERRORS * self.error

    @property
    def shown(self) -> Estimate:
        """The same where it is told, else a gap."""
        return self if self.told else UNKNOWN

    @property
    def rest(self) -> Estimate:
        """What the number leaves of 1."""
        return Estimate(1 - self.value, self.error)


UNKNOWN: Final = Estimate(nan, nan)
NOTHING: Final = Estimate(0.0, 0.0)


@dataclass(frozen=True)
class Information:
    """What knowing a group of inputs would be worth (GBP of present value), and its own share of the variance.

    `part`: of the variance of the present value of the schedule that one would choose among those that change
    anything, at the least. `inputs`: how many of the group vary. Either may be told or not.
    """

    group: str
    worth: Estimate
    part: Estimate
    inputs: int

    @property
    def gbp(self) -> float:
        """What knowing the group would be worth; missing where the draws cannot tell."""
        return self.worth.shown.value

    @property
    def share(self) -> float:
        """The group's share of the variance; missing where the draws cannot tell."""
        return self.part.shown.value


def draws_for(share: float) -> int:
    """Return how many draws mostly tell a share of variance that one input has by itself.

    The error of a small share s at n draws is 2 (s / n)^0.5; it is to be told even when found an error too low.
    """
    return ceil(4 * (ERRORS + 1) ** 2 / share)


def perfect(benefits: Floats) -> float:
    """Return EVPI of benefits (D, S): mean of the best in each draw, less the best mean."""
    return evpi(benefits).value


def evpi(benefits: Floats) -> Estimate:
    """Return EVPI of benefits (D, S) with its error."""
    over = _over_best(benefits)
    return _gain(over.max(axis=1), over)


def partial(benefits: Floats, inputs: Floats) -> float:
    """Return EVPPI of a group of inputs (D, P), for benefits (D, S), whether it is told or not; never below nought."""
    return evppi(benefits, inputs).value


def evppi(benefits: Floats, inputs: Floats) -> Estimate:
    """Return EVPPI of a group of inputs (D, P), for benefits (D, S), with its error; unknown for too few draws."""
    if len(benefits) < FEWEST:
        return UNKNOWN
    over = _over_best(benefits)
    return _worth(over, cross_fit.predicted(over, inputs))


def groups(benefits: Floats, samples: pd.DataFrame, names: Mapping[str, Sequence[str]]) -> list[Information]:
    """Return EVPPI and the share of variance of each group of inputs, named with the samples' columns."""
    benefits, samples = benefits[:MOST], samples.iloc[:MOST]
    over, y = _over_best(benefits), _best_moving(benefits)
    base = cross_fit.predicted(y, y[:, :0])[..., 0] if len(y) >= FEWEST else y
    return [_one(group, over, y, base, samples[list(columns)]) for group, columns in names.items()]


def _best_moving(benefits: Floats) -> Floats:
    """Return the benefits (D, 1) of the schedule with the highest mean among those that change anything."""
    moving = benefits[:, benefits.std(axis=0) > 0]
    return moving[:, [moving.mean(axis=0).argmax()]] if moving.shape[1] else benefits[:, :1]


def _one(group: str, over: Floats, y: Floats, base: Floats, samples: pd.DataFrame) -> Information:
    """Look at one group."""
    inputs = samples.to_numpy(dtype=np.float64)
    varied = int((inputs.max(axis=0, initial=-inf) > inputs.min(axis=0, initial=inf)).sum())
    if len(over) < FEWEST:
        return Information(group, UNKNOWN, UNKNOWN, varied)
    found = cross_fit.predicted(np.column_stack([over, y]), inputs)
    return Information(group, _worth(over, found[..., :-1]), _foretold(y[:, 0], found[..., -1], base), varied)


def _over_best(benefits: Floats) -> Floats:
    """Return benefits (D, S) over those of the schedule with the best mean, whose own are then exactly 0."""
    return np.asarray(benefits - benefits[:, [benefits.mean(axis=0).argmax()]])


def _worth(over: Floats, foretold: Floats) -> Estimate:
    """Return what choosing by what is foretold (R, D, S) brings over choosing once for all, averaged over deals."""
    chosen = foretold.argmax(axis=-1)
    found = _gain(np.take_along_axis(over, chosen.T, axis=1).mean(axis=1), over)
    return Estimate(max(found.value, 0.0), found.error)


def _gain(reached: Floats, over: Floats) -> Estimate:
    """Return the mean of what is reached (D,), over the best of one schedule's (D, S); its error is a jackknife's.

    Both are over the best schedule's benefits, so that where no draw changes the choice the gain is 0 to the bit.
    """
    draws = len(over)
    value = float(reached.mean() - over.mean(axis=0).max())
    if draws == 1:
        return Estimate(value, nan)
    without = (reached.sum() - reached - (over.sum(axis=0) - over).max(axis=1)) / (draws - 1)
    return Estimate(value, float(np.sqrt((draws - 1) / draws * ((without - without.mean()) ** 2).sum())))


def _foretold(y: Floats, foretold: Floats, base: Floats) -> Estimate:
    """Return the share of the variance of y (D,) that is foretold (R, D) better than by the mean of others (R, D).

    The error is that of a ratio of means over draws, and of the deals among each other.
    """
    whole, left = (y - base) ** 2, (y - foretold) ** 2
    if not whole.any() or not np.ptp(y):
        return UNKNOWN
    deals = 1 - left.sum(axis=1) / whole.sum(axis=1)
    whole, left = whole.mean(axis=0), left.mean(axis=0)
    value = 1 - float(left.sum() / whole.sum())
    pulls = ((1 - value) * whole - left) / whole.mean()
    between = deals.var(ddof=1) / len(deals) if len(deals) > 1 else 0.0
    return Estimate(value, float(np.sqrt(pulls.var(ddof=1) / len(y) + between)))
