"""The rollout and what it does to children and caseloads: pictures, and a table below each."""

from __future__ import annotations

from math import inf, nan
from typing import TYPE_CHECKING, Final

from familyflow.ground.calendar import date_of
from familyflow.pathway.teams import WORKERS
from familyflow.report.document.blocks import Chart, Paragraph, Section, Table
from familyflow.report.figures.fan import STOCKS
from familyflow.report.figures.rollout import bars, marks
from familyflow.report.figures.team_caseloads import HEADINGS
from familyflow.report.words import CHILDREN, MISSING, day, is_withheld, number
from familyflow.results.comparison import CASELOAD
from familyflow.results.measures import PER_CHILD_YEAR, RANGE
from familyflow.results.monthly import SOCIAL_WORK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from familyflow.report.document.blocks import Block
    from familyflow.report.document.inputs import Material
    from familyflow.scenario.timeline import Timeline

_PHASES: Final = ("recruitment", "training", "ramp", "live")
_DRAWN: Final = {holding.worker: name for holding, (name, _) in HEADINGS.items()}
"""The figure of each kind of worker's caseload."""
_WITHHELD: Final = "This picture is left out: a number of children in it is too small to be shown."


def rollout(material: Material) -> Section:
    """Say when each team recruits, trains and goes live."""
    groups = [(title, list(_teams(material, material.timelines[name]))) for name, title in material.others.items()]
    headings = ("Team", "Recruitment from", "Hired: cost starts", "Live: effect starts", "Full effect from", "Changes")
    kept = len(headings) if any(row[-1] != MISSING for _, rows in groups for row in rows) else len(headings) - 1
    shown = [(title, [row[:kept] for row in rows]) for title, rows in groups]
    caption = "Dates by schedule and team, lead times at their central values"
    table = Table("rollout-table", caption, headings[:kept], shown)
    return Section("rollout", "The schedules", [*_chart(material, "rollout", table)])


def _teams(material: Material, timeline: Timeline) -> Iterator[list[str]]:
    """Write a row for each team that a schedule touches, and for shared posts."""
    starts: dict[str, dict[str, float]] = {}
    for bar in bars(timeline, material.scenario):
        phase = "ramp" if bar.phase == "working" else bar.phase
        starts.setdefault(bar.row, {})[phase] = bar.start
    news: dict[str, list[str]] = {}
    for mark in marks(timeline, material.scenario):
        said = f"{mark.moment} {_date(material, mark.day)}"
        news.setdefault(mark.row, []).append(said)
    for row in dict.fromkeys([*starts, *news]):
        dates = (_date(material, starts.get(row, {}).get(phase, nan)) for phase in _PHASES)
        yield [row, *dates, "; ".join(news.get(row, [])) or MISSING]


def _date(material: Material, when: float) -> str:
    """Write a number of days since day 0 as a date; nothing when it is not in the run."""
    last = (material.end - material.scenario.start).days
    return day(date_of(when, material.scenario.start)) if -inf < when <= last else MISSING


def _chart(material: Material, picture: str, table: Table) -> Iterator[Block]:
    """Show a picture with its table; the table alone where there is no such picture."""
    if picture in material.images:
        yield Chart(material.images[picture], table)
    else:
        yield table


def children(material: Material) -> Section:
    """Show how many children are in care and on plans under each schedule, and what was published."""
    said = Paragraph(
        "Each fan is a schedule: the line is the average, the darker band holds half of the draws and the lighter "
        f"nine in ten ({RANGE}). Points are published counts. Differences pair each draw with the same families and "
        "the same luck under no change."
    )
    stocks = [block for measure in reversed(STOCKS) for block in _stock(material, measure)]
    return Section(
        "children", "Children in care and on plans", [said, *stocks, *_fewer(material), *_published(material)]
    )


def _stock(material: Material, measure: str) -> Iterator[Block]:
    """Show one stock, by schedule and year."""
    found = {name: [material.of(name, f"{measure}_end", year) for year in material.years] for name in material.titles}
    rows = [
        [title, *(material.cell(each, CHILDREN) for each in found[name])] for name, title in material.titles.items()
    ]
    caption = f"{STOCKS[measure]} at the end of each financial year: average, and {RANGE}"
    table = Table(f"{measure}-table", caption, ["Schedule", *material.case_years], [("", rows)])
    yield from _unless_small(material, found, measure, table)


def _fewer(material: Material) -> Iterator[Block]:
    """Show how many children fewer than under no change there are at the end."""
    if not material.others:
        return
    stocks = list(reversed(STOCKS))
    found = {name: [material.less(name, f"{stock}_end") for stock in stocks] for name in material.others}
    rows = [
        [title, *(material.change(row, CHILDREN) for row in found[name])] for name, title in material.others.items()
    ]
    caption = f"Change at {day(material.end)} against no change: average, and {RANGE}; below nought is fewer children"
    table = Table("fewer-table", caption, ["Schedule", *(STOCKS[stock] for stock in stocks)], [("", rows)])
    yield from _unless_small(material, found, "children_fewer", table)


def _unless_small(
    material: Material, found: Mapping[str, Sequence[Mapping[str, float]]], picture: str, table: Table
) -> Iterator[Block]:
    """Show a picture with its table; the table alone where a number in it is too small to be shown."""
    values = (row[part] for rows in found.values() for row in rows for part in ("p5", "mean", "p95"))
    if any(is_withheld(value, CHILDREN, material.least) for value in values):
        yield from (Paragraph(_WITHHELD), table)
    else:
        yield from _chart(material, picture, table)


def _published(material: Material) -> Iterator[Block]:
    """Tabulate what was published before and since."""
    history = [point for point in material.scenario.history if point.measure in STOCKS]
    dates = sorted({material.scenario.start, *(point.date for point in history)})
    counts = {(point.measure, point.date): float(point.value) for point in history}
    counts |= {
        (stock, material.scenario.start): material.scenario.quantities[f"snapshot.{stock}"].value for stock in STOCKS
    }
    rows = [
        [day(when), *(number(counts.get((stock, when), nan), CHILDREN, material.least) for stock in reversed(STOCKS))]
        for when in dates
    ]
    headings = ["Date", *(STOCKS[stock] for stock in reversed(STOCKS))]
    yield Table("published-table", "Published counts; the run starts from those of day 0", headings, [("", rows)])


def caseloads(material: Material) -> Section:
    """Show the caseload of every team under each schedule."""
    drawn = {worker: name for worker, name in _DRAWN.items() if name in material.images}
    apart = [[worker] for worker in drawn] if len(drawn) > 1 else [list(reversed(WORKERS))]
    blocks: list[Block] = []
    for workers in apart:
        table = _loads(material, workers)
        images = [material.images[drawn[worker]] for worker in workers if worker in drawn]
        blocks += [Chart(image, table) for image in images] or [table]
    return Section("caseloads", "Caseload by team", blocks)


def _loads(material: Material, workers: Sequence[str]) -> Table:
    """Tabulate the teams of some kinds of worker, by schedule."""
    groups = [
        (f"{title}: {WORKERS[worker].lower()}", rows)
        for name, title in material.titles.items()
        for worker in workers
        if (rows := [_load(material, row) for row in _of(material.findings.caseloads, name, worker)])
    ]
    headings = (
        "Team",
        "Average over the run",
        "Worst quarter",
        "Children per worker then",
        "Promise or target",
        "Kept on average",
        "Probability of being over it",
        "Hours of work, of usable",
        "Changes of worker a child-year",
    )
    name = "caseload-table" if SOCIAL_WORK.worker in workers else "key-worker-table"
    return Table(name, f"Children per worker in post: average, and {RANGE}", headings, groups)


def _of(table: pd.DataFrame, schedule: str, worker: str) -> list[dict[str, float]]:
    """Return the rows of a schedule's teams with one kind of worker."""
    rows = table[(table["schedule"] == schedule) & (table["worker"] == worker)]
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def _load(material: Material, row: Mapping[str, float]) -> list[str]:
    """Write a team's row."""
    worst = {part: row[f"worst_quarter_{part}"] for part in ("mean", "p5", "p95")}
    return [
        str(row["title"]),
        material.cell(row, CASELOAD),
        str(row["worst_quarter"]),
        material.cell(worst, CASELOAD),
        number(row["promise"], CASELOAD),
        str(row["promise_kept"]).removeprefix("kept ") or MISSING,
        number(row["probability_over_promise"], "share"),
        number(row["workload_share"], "share"),
        number(row["worker_changes_per_child_year"], PER_CHILD_YEAR),
    ]
