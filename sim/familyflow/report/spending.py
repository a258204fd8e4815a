"""The door to a study's costs: a frame of them, or what reports read of it, worked out a few draws at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import pandas as pd

from familyflow.economics.cashflow import by_year, savings

if TYPE_CHECKING:
    from collections.abc import Iterable

PLACEMENT_LINES: Final = "placement_"
"""The cost lines of placements begin so."""
_RUN: Final = ["schedule", "draw", "financial_year"]


@dataclass(frozen=True, eq=False)
class Spending:
    """What reports read of a study's costs, in GBP: a hundredth of the rows of the costs themselves.

    `yearly` has the columns of `cashflow.by_year`; `placements` is what placements cost, by schedule, draw and
    financial year.
    """

    yearly: pd.DataFrame
    placements: pd.Series


Money: TypeAlias = pd.DataFrame | Spending
"""Costs as a tidy frame, a row a line, or what is read of them."""


def of_blocks(blocks: Iterable[pd.DataFrame]) -> Spending:
    """Take from costs what reports read; `blocks` are the costs of some draws at a time, in order of the draws."""
    found = [(yearly(each), placements(each)) for each in blocks]
    return Spending(
        pd.concat([each for each, _ in found], ignore_index=True), pd.concat([each for _, each in found]).sort_index()
    )


def yearly(money: Money) -> pd.DataFrame:
    """Give each draw's, schedule's and financial year's position: columns as `cashflow.by_year`."""
    return money.yearly if isinstance(money, Spending) else by_year(savings(money))


def placements(money: Money) -> pd.Series:
    """Give what placements cost, by schedule, draw and financial year."""
    if isinstance(money, Spending):
        return money.placements
    chosen = money[money["line"].astype(str).str.startswith(PLACEMENT_LINES)]
    return chosen.astype({"schedule": object}).groupby(_RUN)["gbp"].sum()
