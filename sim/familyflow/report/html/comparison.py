"""Schedules and councils side by side on one page: no script, nothing fetched, a table under every chart."""

from __future__ import annotations

from math import isnan, nan
from typing import TYPE_CHECKING, Final

from familyflow import __version__
from familyflow.ground.readings import TITLES
from familyflow.pathway.teams import WORKERS
from familyflow.report import words
from familyflow.report.document.claims import answer
from familyflow.report.document.comparison import below, kept
from familyflow.report.figures.intervals import Shown, dots
from familyflow.report.html.elements import Html, element, table
from familyflow.report.html.frame import Frame, Part, picture_of, whole
from familyflow.results.comparison import CASELOAD, PER, RATE, notes, rows
from familyflow.results.measures import PER_CHILD_YEAR, RANGE
from familyflow.results.outcome import Outcome
from familyflow.results.summary import is_displaced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from familyflow.results.comparison import Row, Run
    from familyflow.results.json import Document

_MILLION: Final = 1e6
_READING: Final = f"""
Averages are over draws. Below an average, or beside it, stands its {RANGE}: 90% of draws lie within it. A draw takes
one value of everything that is uncertain, and its own luck.

Care entries averted, CP plans, cost and saving are differences from no change. Net saving is the gross saving, not all
cash, on placements, agency staff and allowances, less the programme's cost. Staff time freed and partners' savings are
not in it.

Caseload is open children per social worker in post. The worst quarter is that of the team and calendar quarter in
which it is highest.

Saves more is the probability that this gross saving is more than the cost by the end of the run, cash or not. A claim
is supported when at least 80% of draws keep its promise, not supported when at most 20% do.
"""


def page(runs: Sequence[Run]) -> str:
    """Return the comparison as one HTML page; the same runs give the same page."""
    frame = Frame(
        title=f"Side by side: {', '.join(run.label for run in runs)}",
        lead=[_asked(runs)],
        main="results",
        skip="Skip to the results",
        last=f"Made by familyflow {__version__} from the results named above.",
    )
    return whole(frame, [Part(*each) for each in _sections(runs)])


def _asked(runs: Sequence[Run]) -> str:
    """Say in a sentence what the page compares."""
    schedules = sum(len(run.document["schedules"]) for run in runs)
    councils = f"{len(runs)} councils or runs" if len(runs) > 1 else runs[0].label
    return (
        f"{schedules} schedules of {councils}, each compared with no change for the same families with the same luck."
    )


def _sections(runs: Sequence[Run]) -> Iterator[tuple[str, str, Sequence[Html]]]:
    """Return the name, heading and content of each section."""
    said = [element("p", note) for note in notes(runs)]
    yield "table", "Every schedule in one table", [*said, _whole(runs)]
    yield "reading", "How to read it", [element("p", text.strip()) for text in _READING.split("\n\n")]
    every = [row for run in runs for row in rows(run)]
    for shown, heading in CHARTS:
        if not all(isnan(shown.value(row).mean) for row in every):
            yield shown.name, heading, _chart(shown, runs)
    if any(row.claims for row in every):
        yield "claims", "What the councils claimed", [_claims(position, run) for position, run in enumerate(runs, 1)]
    yield "teams", "Teams with the highest caseload", [_teams(runs)]
    yield "runs", "What was run", [_what_was_run(runs)]


def _whole(runs: Sequence[Run]) -> Html:
    """Tabulate every schedule of every council."""
    headings = (
        "Schedule",
        "Care entries averted",
        f"Care entries averted, per {PER:,} children a year",
        "Children on CP plans at the end, change",
        "Children per social worker",
        "Change",
        "Worst team-quarter",
        "Programme cost, £m",
        "Net saving, £m",
        "Saves more than it costs",
        "Claims supported",
    )
    groups = [(run.heading, [_cells(row) for row in rows(run)]) for run in runs]
    return table("side-by-side", "Schedules by council, over the whole horizon", headings, groups)


def _cells(row: Row) -> list[str]:
    """Write a row, each range below its average."""
    return [
        row.title,
        _with_range(row.entries, "children"),
        _with_range(row.entries_rate, RATE),
        words.signed(row.on_cp.mean, "children") + below(row.on_cp, "children"),
        words.number(row.caseload, CASELOAD),
        words.signed(row.caseload_change.mean, CASELOAD) + below(row.caseload_change, CASELOAD),
        _with_range(row.worst_quarter, CASELOAD),
        _cost(row),
        _with_range(row.net, "gbp"),
        words.number(row.repaid, "share"),
        kept(row),
    ]


def _with_range(outcome: Outcome, unit: str) -> str:
    """Write an average and below it its range."""
    return words.number(outcome.mean, unit) + below(outcome, unit)


def _cost(row: Row) -> str:
    """Write the cost, and below it the existing budget that was displaced, if any."""
    cost = words.number(row.cost, "gbp")
    if not is_displaced(row.displaced, row.cost):
        return cost
    return f"{cost}\nand {words.number(row.displaced, 'gbp')} displaced"


def _millions(outcome: Outcome) -> Outcome:
    """Return GBP in millions."""
    return outcome.times(1 / _MILLION)


CHARTS: Final = (
    (
        Shown(
            "entries",
            f"Care entries averted per {PER:,} children a year",
            f"care entries averted, per {PER:,} children under 18 a year",
            lambda row: row.entries_rate,
            lambda value: words.number(value, RATE),
        ),
        "Entries to care",
    ),
    (
        Shown(
            "caseloads",
            "Children per social worker in the worst team-quarter",
            "open children per social worker in the worst team and quarter",
            lambda row: row.worst_quarter,
            lambda value: words.number(value, CASELOAD),
            level=True,
        ),
        "Caseloads",
    ),
    (
        Shown(
            "money",
            "Net saving by the end (gross, not all cash, less cost), £m",
            "gross saving, not all cash, less cost by the end, £m in the price year of each run",
            lambda row: _millions(row.net),
            lambda value: words.number(value * _MILLION, "gbp"),
        ),
        "Money",
    ),
)
"""What is drawn, and the heading of its section."""


def _chart(shown: Shown, runs: Sequence[Run]) -> list[Html]:
    """Draw a chart, and tabulate below it what it shows."""
    picture = dots(shown, [(run.label, rows(run)) for run in runs])
    headings = ("Schedule", "Average", f"{RANGE.capitalize()}, low", f"{RANGE.capitalize()}, high")
    groups = [(run.label, [_numbers(shown, row) for row in rows(run)]) for run in runs]
    return [
        picture_of(picture),
        table(f"{shown.name}-table", shown.axis.capitalize(), headings, groups),
    ]


def _numbers(shown: Shown, row: Row) -> list[str]:
    """Write what a chart shows of a row."""
    outcome = shown.value(row)
    return [row.title, *(shown.words(value) for value in (outcome.mean, outcome.p5, outcome.p95))]


def _claims(position: int, run: Run) -> Html:
    """Tabulate one council's claims and their answers."""
    schedules = run.document["schedules"].values()
    asked = max((found["claims"] for found in schedules), key=len)
    if not asked:
        return element("p", f"{run.label}: no claims.")
    headings = ("Schedule", "Due", "Change", RANGE.capitalize(), "Promise kept in", "Verdict", "Would need")
    groups = [(_promise(claim), _answers(run, claim["number"])) for claim in asked]
    return table(f"claims-{position}", f"{run.label}: claims and answers", headings, groups)


def _promise(claim: Document) -> str:
    """Write a claim and what it promises."""
    return f"{claim['claim']} ({words.promise(claim)})"


def _answers(run: Run, number: int) -> list[list[str]]:
    """Write the answers to one claim, a row a schedule."""
    return [
        [found["title"], *answer(_with_gaps(claim))]
        for found in run.document["schedules"].values()
        for claim in found["claims"]
        if claim["number"] == number
    ]


def _with_gaps(found: Document) -> Document:
    """Put gaps where a document has nothing."""
    return {key: nan if value is None else value for key, value in found.items()}


def _teams(runs: Sequence[Run]) -> Html:
    """Tabulate, for each schedule and kind of worker, the team with the highest worst quarter."""
    headings = (
        "Schedule",
        "Team",
        "Worst quarter",
        "Children per worker then",
        "Average over the run",
        "Promise or target",
        "Probability of being over it",
        "Hours of work, of usable",
        "Changes of worker a child-year",
    )
    groups = [
        (f"{run.label}: {title.lower()}", found)
        for run in runs
        for worker, title in reversed(WORKERS.items())
        if (found := list(_loaded(run, worker)))
    ]
    return table("most-loaded", "The most loaded team of each schedule", headings, groups)


def _loaded(run: Run, worker: str) -> Iterator[list[str]]:
    """Write the row of the most loaded team with one kind of worker, for each schedule that has one."""
    for found in run.document["schedules"].values():
        known = [team for team in found["teams"] if team["worker"] == worker and team["worst_quarter_mean"] is not None]
        if known:
            yield [found["title"], *_team(_with_gaps(max(known, key=_worst)))]


def _worst(team: Document) -> float:
    """Return a team's caseload in its worst quarter."""
    return float(team["worst_quarter_mean"])


def _team(team: Document) -> list[str]:
    """Write a team's caseload, promise, workload and changes of worker."""
    worst = Outcome(team["worst_quarter_mean"], p5=team["worst_quarter_p5"], p95=team["worst_quarter_p95"])
    return [
        team["title"],
        team["worst_quarter"],
        _with_range(worst, CASELOAD),
        _with_range(Outcome(team["mean"], p5=team["p5"], p95=team["p95"]), CASELOAD),
        words.number(team["promise"], CASELOAD),
        words.number(team["probability_over_promise"], "share"),
        words.number(team["workload_share"], "share"),
        words.number(team["worker_changes_per_child_year"], PER_CHILD_YEAR),
    ]


def _what_was_run(runs: Sequence[Run]) -> Html:
    """Tabulate what was run."""
    headings = ("Council", "Scenario", "From", "To", "Years", "Draws", "Seed", "Prices of", "familyflow")
    asked = ("Reading of the evidence", "Set for the run")
    keys = ("title", "start", "end", "years", "draws", "seed", "price_year", "version")
    found = [[run.label, *(str(run.document[key]) for key in keys), *_asked_for(run)] for run in runs]
    return table("what-was-run", "What was run", (*headings, *asked), [("", found)])


def _asked_for(run: Run) -> list[str]:
    """Write the reading of the evidence that a run stands on, and what was set for it."""
    return [TITLES[run.document["reading"]], ", ".join(run.document["settings"]) or "nothing"]
