"""Published counts after day 0, against what the run holds possible under no change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from familyflow.scenario import Scenario
    from familyflow.scenario.schema import History


def later(scenario: Scenario, measure: str) -> list[History]:
    """Return a measure's published counts after day 0."""
    return [point for point in scenario.history if point.measure == measure and point.date > scenario.start]


def outside(points: Iterable[History], bands: pd.DataFrame) -> str:
    """Say how many published counts leave the range of outcomes under no change, and to which side.

    `bands` has p5 and p95 by month. Counts of a date that the run does not record are left out; nothing is said
    where none leaves the range.
    """
    known = [(point.value, *_range(bands, point)) for point in points if pd.Timestamp(point.date) in bands.index]
    return counted(known, "counts published after day 0", "no change")


def counted(known: Sequence[tuple[float, float, float]], what: str, whose: str) -> str:
    """Say how many values leave their range of outcomes, low to high, and to which side; nothing where none does."""
    above = sum(value > high for value, _, high in known)
    below = sum(value < low for value, low, _ in known)
    sides = [(count, side) for count, side in ((above, "above"), (below, "below")) if count]
    if not sides:
        return ""
    first, rest = sides[0], sides[1:]
    said = f"{first[0]} of {len(known)} {what} {'lies' if first[0] == 1 else 'lie'} {first[1]}"
    return f"{said}{''.join(f' and {count} {side}' for count, side in rest)} the {RANGE} of {whose}"


def _range(bands: pd.DataFrame, point: History) -> tuple[float, float]:
    """Return the range of outcomes at a point's date."""
    low, high = bands[["p5", "p95"]].loc[[pd.Timestamp(point.date)]].to_numpy(dtype=float)[0]
    return float(low), float(high)
