"""What would have to be true: the position at a date, and the cost, effect or start that would meet a saving."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from familyflow.economics import case
from familyflow.ground.calendar import share_by
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from familyflow.economics.case import Activity, Assumptions, Floats
    from familyflow.economics.ladder import Flows


@dataclass(frozen=True, eq=False)
class Positions:
    """Each draw's nominal position at a date (D, S), GBP since day 0: cash saved, and spending less grant."""

    cash: Floats
    spending: Floats

    @property
    def net(self) -> Floats:
        """Cash less spending."""
        return np.asarray(self.cash - self.spending)


def positions(activity: Activity, flows: Flows, a: Assumptions, by: date) -> Positions:
    """Add up each draw's pounds of the year up to a date, evenly within a year; Problem outside the case's years."""
    shares = year_shares(activity, by) * case.nominal_factors(a)
    return Positions(np.asarray(flows.cash @ shares), np.asarray(flows.spending @ shares))


def year_shares(activity: Activity, by: date) -> Floats:
    """Return the share of each financial year (Y,) that is over by the end of a day."""
    first, last = activity.spans[0][0], activity.spans[-1][1]
    if not first <= by <= last:
        raise Problem(f"by = {by}: must be a date that the run covers, {first} to {last}")
    return np.array([share_by(span, by) for span in activity.spans], dtype=np.float64)


def largest_cost(found: Positions, saving: float) -> Floats:
    """Return the multiple of the spending (S,) at which the mean net position just meets a saving.

    multiple = (mean cash - saving) / mean spending; below 0 no cost is small enough; missing where nothing is spent.
    """
    cash, spending = found.cash.mean(axis=0), found.spending.mean(axis=0)
    spent = spending > 0
    multiple: Floats = (cash - saving) / np.where(spent, spending, 1.0)
    return np.asarray(np.where(spent, multiple, np.nan))


def smallest(points: Sequence[tuple[float, float]], wanted: float) -> float | None:
    """Return the smallest x at which straight lines through points (x rising, y) reach what is wanted; None if none do.

    What lies beyond the last point is not guessed at.
    """
    if points[0][1] >= wanted:
        return points[0][0]
    for (x0, y0), (x1, y1) in pairwise(points):
        if y1 >= wanted:
            return x0 + (x1 - x0) * (wanted - y0) / (y1 - y0)
    return None


def largest(points: Sequence[tuple[float, float]], wanted: float) -> float | None:
    """Return the largest x at which straight lines through points (x rising, y) reach what is wanted, or None."""
    turned = smallest([(-x, y) for x, y in reversed(points)], wanted)
    return None if turned is None else 0.0 - turned
