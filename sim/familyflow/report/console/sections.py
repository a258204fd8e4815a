"""What is printed below the schedules: the most loaded teams, and the answers to the authority's claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.text import Text

from familyflow.pathway.teams import WORKERS
from familyflow.report import words
from familyflow.report.console import tables
from familyflow.report.document.claims import answer
from familyflow.results.caseloads import most_loaded
from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from rich.table import Table

CASELOAD: Final = "children per social worker"
_TEAMS: Final = (
    ("Schedule", 30),
    ("Team", 18),
    ("Worst quarter", 15),
    ("Average", 7),
    (RANGE.capitalize(), 12),
    ("Over promise", 8),
)
_TEAMS_CAPTION: Final = (
    "Over promise: probability that the team's mean caseload over the run exceeds what was promised\n"
    "or, without a promise, social workers' target. Every team, and workload in hours: caseloads.csv."
)
_CLAIMS: Final = (
    ("", 32),
    ("Due", 8),
    ("Change", 8),
    (RANGE.capitalize(), 16),
    ("Met in", 6),
    ("Verdict", 13),
    ("Would need", 6),
)


def teams(caseloads: pd.DataFrame, titles: Mapping[str, str]) -> Table:
    """Tabulate each schedule's most loaded team, by kind of worker; `caseloads` is that of report.caseloads."""
    made = tables.columns("Children per worker in the team and quarter where it is highest on average", _TEAMS, 3)
    rows = _listed(most_loaded(caseloads), titles)
    for worker, title in reversed(WORKERS.items()):
        chosen = rows[rows["worker"] == worker]
        if not chosen.empty:
            made.add_row(Text(title, style="bold"))
        for _, row in chosen.iterrows():
            made.add_row(titles[row["schedule"]], row["title"], row["worst_quarter"], *_loaded(row))
    made.caption = _TEAMS_CAPTION
    return made


def _loaded(row: pd.Series) -> tuple[str, str, str]:
    """Give the numbers of one team: average, range, and probability of being over the promise."""
    return (
        words.number(row["worst_quarter_mean"], CASELOAD),
        words.span(row["worst_quarter_p5"], row["worst_quarter_p95"], CASELOAD),
        words.number(row["probability_over_promise"], "share"),
    )


def claims(answers: pd.DataFrame, titles: Mapping[str, str]) -> Iterator[Group]:
    """Write each claim, and tabulate its answers; `answers` is that of report.claims."""
    headed = False
    for _, rows in _listed(answers, titles).groupby("number"):
        made, headed = _answers(rows, titles, headed=headed)
        first = rows.iloc[0]
        yield Group(Text(first["claim"], style="bold"), Text(words.promise(first), style="dim"), made)


def _answers(rows: pd.DataFrame, titles: Mapping[str, str], *, headed: bool) -> tuple[Table | Text, bool]:
    """Tabulate the answers to one claim, with headings above the first such table; no table where there are none."""
    if not rows["draws"].any():
        return Text(f"{rows['verdict'].iloc[0]}, under every schedule"), headed
    made = tables.columns("", _CLAIMS)
    made.show_header = not headed
    for _, row in rows.iterrows():
        made.add_row(titles[row["schedule"]], *answer(row))
    return made, True


def _listed(rows: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Put rows in the order in which the schedules are listed."""
    return rows.sort_values("schedule", key=lambda names: names.map(list(titles).index), kind="stable")
