"""What would have to be true for a saving by a date, in words and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.economics import threshold
from familyflow.ground.calendar import months_on
from familyflow.results.outcome import Outcome
from familyflow.scenario.evidence import EFFECT, START

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from familyflow.economics.case import Floats
    from familyflow.economics.threshold import Positions
    from familyflow.ground.quantity import Quantity

COLUMNS: Final = ("question", "setting", "x", "mean", "p5", "p50", "p95", "mc_error", "probability_met")
"""Columns of required.csv: GBP of each year, net of the programme, up to the date; p5 to p95 the range of outcomes."""


@dataclass(frozen=True, eq=False)
class Point:
    """One simulated setting: its question, its name, where it stands on that axis, and the draws' positions."""

    question: str
    setting: str
    x: float
    found: Positions

    @property
    def net(self) -> Floats:
        """The net position in each draw (D,), of the schedule asked about."""
        return self.found.net[:, 0]


@dataclass(frozen=True, eq=False)
class Required:
    """What was asked, what was simulated, and the answers.

    `effects`: what the programme claims, by id, each with its published or judged range. `first`: the schedule's first
    step. Every point has the same families and the same luck.
    """

    schedule: str
    saving: float
    by: date
    first: date
    points: tuple[Point, ...]
    effects: dict[str, Quantity]
    stands_on: str = ""
    """Which reading of the evidence the effects are of, and what was set, in words."""

    @property
    def central(self) -> Point:
        """The setting as the scenario has it."""
        return next(point for point in self.points if point.question == EFFECT and point.x == 1)

    @property
    def smallest_effect(self) -> float | None:
        """The power of the claimed effects at which the mean just meets the saving; None if none tried does."""
        return threshold.smallest(self.curve(EFFECT), self.saving)

    @property
    def latest_start(self) -> date | None:
        """The latest first step at which the mean still meets the saving; None if even the earliest does not."""
        months = threshold.largest(self.curve(START), self.saving)
        return None if months is None else months_on(self.first, int(months))

    @property
    def largest_cost(self) -> float:
        """The multiple of the programme's cost at which the mean just meets the saving; missing without a cost."""
        return float(threshold.largest_cost(self.central.found, self.saving)[0])

    def curve(self, question: str) -> list[tuple[float, float]]:
        """Return a question's points as x and mean, x rising."""
        return sorted((p.x, float(p.net.mean())) for p in self.points if p.question == question)

    @property
    def table(self) -> pd.DataFrame:
        """Every point: columns as COLUMNS."""
        heads = [{"question": each.question, "setting": each.setting, "x": each.x} for each in self.points]
        spreads = [spread(each.net, self.saving) for each in self.points]
        rows = [{**head, **spread} for head, spread in zip(heads, spreads, strict=True)]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def ranges(self) -> Iterator[tuple[str, float, Quantity]]:
        """Return each claimed effect, what it would have to be, and the range that the evidence allows."""
        if self.smallest_effect is not None:
            for name, quantity in self.effects.items():
                yield name, quantity.value**self.smallest_effect, quantity


def spread(net: Floats, saving: float) -> dict[str, float]:
    """Return mean, quantiles, precision and the share of draws that meet a saving."""
    return {**Outcome.over(net).row(), "probability_met": float((net >= saving).mean())}


def of_schedule(found: Positions, schedules: Sequence[str], schedule: str) -> Positions:
    """Take one schedule's positions."""
    at = schedules.index(schedule)
    return threshold.Positions(found.cash[:, at : at + 1], found.spending[:, at : at + 1])
