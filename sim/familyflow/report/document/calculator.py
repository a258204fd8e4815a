"""What the sliders of a page work out: the cumulative present value of net cash, at other unit costs and rates.

Costs are linear in prices, so a unit cost that is moved multiplies every draw's amounts for that line, and each draw
keeps how far its own sampled price lies from the stated one. A script in the page does the same
sums on the same numbers:

    net[s, y, d]      = sum over levers of (value / stated value) x cash[lever, s, y, d], and what has no lever
    cash              = amounts + the share of growth not incurred that counts x growth
    position[s, y, d] = sum over years up to y of net / (1 + rate) ^ age[y]
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import floor, log10
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_DRAWS: Final = 500
"""Draws that a page carries: a few hundred kilobytes."""
BY_YEAR: Final = "cumulative by the end of each financial year"
"""What follows a schedule's title above its years."""
_NOTCHES: Final = 100
"""About how many steps lie between nought and a lever's stated value."""
_HAIR: Final = 1e-9
"""A number that is this share short of another counts as it: floating point is not exact."""


@dataclass(frozen=True, slots=True)
class Lever:
    """What a slider moves: `value` as stated, from `low` to `high` by `step`, written into `unit` at {}."""

    name: str
    label: str
    unit: str
    value: float
    low: float
    high: float
    step: float


def lever(name: str, label: str, unit: str, value: float, low: float, high: float) -> Lever:
    """Make a lever from low to high or somewhat more, whose stated value lies on one of its steps."""
    step = _nice(value / _NOTCHES)
    below, above = (floor(reach / step + 1) for reach in (value - low, high - value))
    return Lever(name, label, unit, value, max(value - below * step, value % step), value + above * step, step)


def exponent(step: float) -> int:
    """Return the power of ten of a step's first digit."""
    return floor(log10(step) + _HAIR)


def _nice(size: float) -> float:
    """Return the next lower number of the form 1, 2 or 5 times a power of ten."""
    power = 10.0 ** exponent(size)
    return max(factor * power for factor in (1, 2, 5) if factor * power <= size * (1 + _HAIR))


@dataclass(frozen=True, eq=False)
class Calculator:
    """The numbers that sliders act on.

    `amounts` (levers + 1, schedules, years, draws) is net cash in whole GBP of the price year, the last part what has
    no lever, and `growth` the same of growth not incurred, of which `counted` percent are cash; `ages` are years since
    the base year; `rate` is in percent; `draws` of all that were run are carried.
    """

    schedules: Sequence[str]
    years: Sequence[str]
    ages: Sequence[int]
    rate: Lever
    levers: Sequence[Lever]
    amounts: NDArray[np.int64]
    growth: NDArray[np.int64]
    counted: Lever
    price_year: str
    all_draws: int

    @property
    def draws(self) -> int:
        """The draws that are carried."""
        return int(self.amounts.shape[-1])

    def stated(self) -> list[float]:
        """Return every lever's stated value."""
        return [each.value for each in self.levers]


def position(
    given: Calculator, rate: float, values: Sequence[float], counted: float | None = None
) -> NDArray[np.float64]:
    """Return the cumulative present value (schedules, years, draws) at a rate in percent and values of the levers.

    `counted`: the percentage of growth not incurred that is cash, as stated where it is left out.
    """
    shares = [value / each.value for value, each in zip(values, given.levers, strict=True)]
    cash = given.amounts + (given.counted.value if counted is None else counted) / 100 * given.growth
    net = np.einsum("g,gsyd->syd", np.array([*shares, 1.0]), cash)
    factors = (1 + rate / 100) ** -np.array(given.ages, dtype=np.float64)
    return np.cumsum(net * factors[None, :, None], axis=1)


def carried(amounts: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round amounts to whole pounds and keep as many draws, the first ones, as a page can carry."""
    return np.rint(amounts[..., :MOST_DRAWS]).astype(np.int64)


def data(given: Calculator) -> str:
    """Return the numbers as JSON that may stand inside a page: no text in it can end a script."""
    content = {
        "schedules": list(given.schedules),
        "years": list(given.years),
        "ages": list(given.ages),
        "levers": [{"name": each.name, "value": each.value} for each in given.levers],
        "rate": given.rate.value,
        "amounts": given.amounts.tolist(),
        "growth": given.growth.tolist(),
        "caption": BY_YEAR,
    }
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
