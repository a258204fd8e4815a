"""A claim's answer in the cells of a table, and what stands beside claims wherever they are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from familyflow.report import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


DIRECTION: Final = "Where a document gives a direction and no size, any fall or rise counts, and nothing is multiplied."
"""What stands beside claims wherever they are answered."""


CLAIMS_LEGEND: Final = (
    "Change: the average over draws. Met in: share of draws that keep the promise.",
    "Verdict: supported from 80% of draws on, not supported up to 20%.",
    "Would need: how many times the modelled change keeps the promise; none if it goes the other way.",
    DIRECTION,
)


def answer(row: Mapping[str, Any] | pd.Series) -> tuple[str, ...]:
    """Give the cells of one answer: due, change, range, met in, verdict, would need."""
    return (
        words.due(row),
        words.change(row["mean"]),
        words.change_span(row["p5"], row["p95"]),
        words.number(row["probability_met"], "share"),
        row["verdict"],
        words.multiple(row["multiple"], row["mean"], row["promised"]),
    )
