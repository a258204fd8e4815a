"""The answers to an authority's claims: in the cells of a table, and with what stands beside them everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from familyflow.report import words
from familyflow.report.document.blocks import Paragraph, Section, Table
from familyflow.results.measures import RANGE
from familyflow.results.monthly import as_listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


DIRECTION: Final = "Where a document gives a direction and no size, any fall or rise counts, and nothing is multiplied."
"""What stands beside claims wherever they are answered."""


_LEGEND: Final = (
    "Change: the average over draws. Met in: share of draws that keep the promise. Verdict: supported from 80% of "
    "draws on, not supported up to 20%. Would need: how many times the modelled change keeps the promise; none if it "
    f"goes the other way. {DIRECTION}"
)
_HEADINGS: Final = ("", "Due", "Change", RANGE.capitalize(), "Met in", "Verdict", "Would need")
_WIDTHS: Final = (32, 8, 8, 16, 6, 13, 6)


def answered(answers: pd.DataFrame, titles: Mapping[str, str]) -> Section:
    """Show each claim with its answers, schedule by schedule; `answers` is that of `results.claims`."""
    groups = [_group(rows, titles) for _, rows in as_listed(answers, titles).groupby("number")]
    return Section(
        "claims", "Claims", [Paragraph(_LEGEND), Table("claims-table", "", _HEADINGS, groups, widths=_WIDTHS)]
    )


def _group(rows: pd.DataFrame, titles: Mapping[str, str]) -> tuple[str, list[list[str]]]:
    """Write a claim and what it promises above its answers; no rows where there are none."""
    first = rows.iloc[0]
    said = f"{first['claim']}\n{words.promise(first)}"
    if not rows["draws"].any():
        return f"{said}\n{first['verdict']}, under every schedule", []
    return said, [[titles[row["schedule"]], *answer(row)] for _, row in rows.iterrows()]


def answer(row: Mapping[str, Any] | pd.Series) -> tuple[str, ...]:
    """Return the cells of one answer: due, change, range, met in, verdict, would need."""
    return (
        words.due(row),
        words.change(row["mean"]),
        words.change_span(row["p5"], row["p95"]),
        words.number(row["probability_met"], "share"),
        row["verdict"],
        words.multiple(row["multiple"], row["mean"], row["promised"]),
    )
