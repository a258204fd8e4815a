"""Finished runs side by side, as the terminal prints them."""

from __future__ import annotations

from math import isnan
from typing import IO, TYPE_CHECKING, Final

from rich.text import Text

from familyflow.report import words
from familyflow.report.console import tables
from familyflow.report.document.comparison import below, kept
from familyflow.results.comparison import CASELOAD, RATE, Row, Run, notes, rows
from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from familyflow.results.outcome import Outcome


LEGEND: Final = (
    f"Below an average stands its {RANGE}: 90% of draws lie within it. Care entries averted, CP plans,",
    "cost and saving are against no change; in brackets per 10,000 children under 18 a year. Caseload is",
    "children per social worker, and below it the change. Worst: the team and quarter where it is highest.",
    "Net saving: gross saving, not all cash, less cost; saves more: the probability that it is above nought.",
    "Claims: supported, of those due in the run.",
)


_COLUMNS: Final = (
    ("", 20),
    ("Care entries averted", 12),
    ("CP plans at the end", 10),
    ("Case-\nload", 5),
    ("Worst", 5),
    ("Cost,\n£m", 6),
    ("Net saving,\n£m", 14),
    ("Saves\nmore", 5),
    ("Claims", 7),
)


def show(runs: Sequence[Run], file: IO[str] | None = None) -> None:
    """Print the comparison on standard output or to a file, 100 columns wide."""
    console = tables.page(file)
    console.print(Text(f"Side by side: {', '.join(run.label for run in runs)}", style="bold"))
    console.print(Text(" ".join(LEGEND), style="dim"))
    made = tables.columns("", _COLUMNS)
    for run in runs:
        made.add_row(Text(f"{run.label}\n{run.document['children']:,.0f} children", style="bold"))
        for row in rows(run):
            made.add_row(row.title, *_cells(row))
        made.add_row()
    console.print()
    console.print(made)
    for note in notes(runs):
        console.print(Text(note, style="dim"))
        console.print()


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
