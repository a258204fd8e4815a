"""Finished runs side by side, where there is little room; and what pages share of it."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Final

from familyflow.report import words
from familyflow.report.document.blocks import Bullets, Paragraph, Section, Statement, Table
from familyflow.results.comparison import CASELOAD, RATE, notes, rows
from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from familyflow.results.comparison import Row, Run
    from familyflow.results.outcome import Outcome


def below(outcome: Outcome, unit: str) -> str:
    """Write a range below its average; nothing when there is none."""
    return "" if isnan(outcome.p5) or outcome.p5 == outcome.p95 else f"\n{words.span(outcome.p5, outcome.p95, unit)}"


def kept(row: Row) -> str:
    """Write how many claims are supported."""
    return f"{row.supported} of {row.claims}" if row.claims else words.MISSING


LEGEND: Final = (
    f"Below an average stands its {RANGE}: 90% of draws lie within it. Care entries averted, CP plans,",
    "cost and saving are against no change; in brackets per 10,000 children under 18 a year. Caseload is",
    "children per social worker, and below it the change. Worst: the team and quarter where it is highest.",
    "Net saving: gross saving, not all cash, less cost; saves more: the probability that it is above nought.",
    "Claims: supported, of those due in the run.",
)
_HEADINGS: Final = (
    *("", "Care entries averted", "CP plans at the end", "Case-\nload", "Worst", "Cost,\n£m", "Net saving,\n£m"),
    *("Saves\nmore", "Claims"),
)
_WIDTHS: Final = (20, 12, 10, 5, 5, 6, 14, 5, 7)


def side_by_side(runs: Sequence[Run]) -> Section:
    """Show runs side by side, a row a schedule."""
    groups = [
        (f"{run.label}\n{run.document['children']:,.0f} children", [[row.title, *_cells(row)] for row in rows(run)])
        for run in runs
    ]
    table = Table("side-by-side", "", _HEADINGS, groups, widths=_WIDTHS)
    title = Statement(f"Side by side: {', '.join(run.label for run in runs)}")
    return Section("side-by-side", "", [title, Paragraph(" ".join(LEGEND)), table, Bullets(notes(runs))])


def _cells(row: Row) -> Iterator[str]:
    """Write a row's cells, what belongs below an average on a line of its own."""
    rate = "" if isnan(row.entries_rate.mean) else f" ({words.number(row.entries_rate.mean, RATE)})"
    yield f"{words.number(row.entries.mean, 'children')}{rate}{below(row.entries, 'children')}"
    yield f"{words.signed(row.on_cp.mean, 'children')}{below(row.on_cp, 'children')}"
    yield f"{words.number(row.caseload, CASELOAD)}{_change(row.caseload_change)}"
    yield words.number(row.worst_quarter.mean, CASELOAD)
    yield words.number(row.cost, "gbp")
    yield f"{words.number(row.net.mean, 'gbp')}{below(row.net, 'gbp')}"
    yield words.number(row.repaid, "share")
    yield kept(row)


def _change(outcome: Outcome) -> str:
    """Write a change of caseload below it."""
    return "" if isnan(outcome.mean) else f"\n{words.signed(outcome.mean, CASELOAD)}"
