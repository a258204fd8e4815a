"""A number that knows its range, unit, year, source and status."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite
from math import pow as power
from statistics import NormalDist
from types import MappingProxyType
from typing import Final

from familyflow.ground.problem import Problem

CEILINGS: Final = MappingProxyType({"share": 1.0, "percent": 100.0})
"""The highest value of a unit that has one; such a unit never falls below 0 either."""
LARGEST: Final = 1e15
WIDEST: Final = 1e6
_NORMAL: Final = NormalDist()
_EDGE: Final = _NORMAL.inv_cdf(0.95)


class Status(StrEnum):
    """How a number is known: read in a source, worked out from such figures, or judged."""

    PUBLISHED = "published"
    DERIVED = "derived"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its 90% range, low to high; Problem when the three cannot be true together."""

    value: float
    low: float
    high: float
    unit: str
    year: str
    source: str
    status: Status
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a range that does not hold its value, leaves its unit or spans too much to be meant."""
        if complaint := _complaint(self):
            raise Problem(complaint)

    def at(self, u: float) -> float:
        """Return the value at probability u, 0 < u < 1: low at 0.05, the value itself at 0.5, high at 0.95."""
        return self.at_score(_NORMAL.inv_cdf(u))

    def at_score(self, z: float) -> float:
        """Return the value z standard deviations from the middle: the value at 0, its range's ends at -+1.645."""
        if self.low == self.high:
            return self.value
        reach = z / _EDGE
        end = self.low if reach < 0 else self.high
        ceiling = CEILINGS.get(self.unit, inf)
        if self.low <= 0 or self.high >= ceiling:
            return _linear(self.value, end, abs(reach), 0.0 if self.low >= 0 else -inf, ceiling)
        if ceiling == inf:
            return self.value * power(end / self.value, abs(reach))
        return ceiling * _logistic(self.value / ceiling, end / ceiling, abs(reach))


def _linear(value: float, end: float, reach: float, floor: float, ceiling: float) -> float:
    """Go from value (reach 0) to end (reach 1) and beyond, no further than the floor and the ceiling."""
    return min(max(value + (end - value) * reach, floor), ceiling)


def _logistic(value: float, end: float, reach: float) -> float:
    """Go from value (reach 0) to end (reach 1) and beyond by equal ratios of the odds; all are shares."""
    odds = power(end * (1 - value) / (value * (1 - end)), reach)
    return value * odds / ((1 - value) + value * odds)


def _complaint(given: Quantity) -> str:
    """Say what is wrong with a quantity's three numbers, or nothing."""
    numbers = (given.low, given.value, given.high)
    span = f"value {given.value:g} with the range {given.low:g} to {given.high:g}"
    ceiling = CEILINGS.get(given.unit, inf)
    if not all(isfinite(number) and abs(number) <= LARGEST for number in numbers):
        return f"{span}: each number must be finite and within {LARGEST:g} of 0"
    if not given.low <= given.value <= given.high:
        return f"{span}: the value must lie within its range"
    if ceiling < inf and (given.low < 0 or given.high > ceiling):
        return f"{span}: a {given.unit} must lie between 0 and {ceiling:g}"
    if given.low > 0 and given.high / WIDEST > given.low:
        return f"{span}: the high end may be at most {WIDEST:,.0f} times the low end"
    return ""
