"""The most loaded team of each schedule, by kind of worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.pathway.teams import WORKERS
from familyflow.report import words
from familyflow.report.document.blocks import Paragraph, Section, Table
from familyflow.results.caseloads import most_loaded
from familyflow.results.comparison import CASELOAD
from familyflow.results.measures import RANGE
from familyflow.results.monthly import as_listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_HEADINGS: Final = ("Schedule", "Team", "Worst quarter", "Average", RANGE.capitalize(), "Over promise")
_WIDTHS: Final = (30, 18, 15, 7, 12, 8)
_NOTE: Final = (
    "Over promise: probability that the team's mean caseload over the run exceeds what was promised or, without a "
    "promise, social workers' target. Every team, and workload in hours: caseloads.csv."
)


def most_loaded_teams(caseloads: pd.DataFrame, titles: Mapping[str, str]) -> Section:
    """Show each schedule's most loaded team, by kind of worker; `caseloads` is that of `results.caseloads`."""
    rows = as_listed(most_loaded(caseloads), titles)
    groups = [
        (title, [_row(row, titles) for _, row in rows[rows["worker"] == worker].iterrows()])
        for worker, title in reversed(WORKERS.items())
        if worker in set(rows["worker"])
    ]
    caption = "Children per worker in the team and quarter where it is highest on average"
    table = Table("most-loaded", caption, _HEADINGS, groups, frozenset({1, 2}), _WIDTHS)
    return Section("teams", "Teams", [table, Paragraph(_NOTE)])


def _row(row: pd.Series, titles: Mapping[str, str]) -> list[str]:
    """Write one team: schedule, team, quarter, average, range, and probability of being over the promise."""
    return [
        titles[row["schedule"]],
        row["title"],
        row["worst_quarter"],
        words.number(row["worst_quarter_mean"], CASELOAD),
        words.span(row["worst_quarter_p5"], row["worst_quarter_p95"], CASELOAD),
        words.number(row["probability_over_promise"], "share"),
    ]
