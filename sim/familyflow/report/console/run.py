"""What `familyflow run` prints: the results of each schedule, whole and by year, and the answers in short."""

from __future__ import annotations

import re
from datetime import date
from math import isnan
from typing import IO, TYPE_CHECKING, Final, TypeAlias

from rich.text import Text

from familyflow.report import words
from familyflow.report.console import case, readings, sections, tables
from familyflow.report.document import adult_workers
from familyflow.report.document.claims import CLAIMS_LEGEND
from familyflow.results.measures import DISPLACEMENT, MEASURES, NO_CHANGE, PRECISION, RANGE, WHOLE
from familyflow.results.monthly import titles_of
from familyflow.results.summary import displaces, lines
from familyflow.scenario.readings import stands_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from familyflow.experiment.study import Study
    from familyflow.results.findings import Findings
    from familyflow.results.measures import Measure
    from familyflow.scenario import Scenario

Statistics: TypeAlias = "dict[str, float]"
YEARLY: Final = (
    "care_entries_averted",
    "children_in_care_end",
    "children_on_cp_end",
    "children_on_cin_end",
    "caseload_mean",
    "caseload_worst_quarter",
    "adult_wait_days_mean",
    "programme_cost_gbp",
    "gross_saving_gbp",
    "net_saving_gbp",
    "net_saving_cumulative_gbp",
    "income_gbp",
    "net_after_income_gbp",
)
"""What is printed by year; summary.csv has every measure by year."""
_YEARS_ABREAST: Final = 6
_LEGEND: Final = (
    f"{RANGE.capitalize()}: 90% of draws lie within it; inputs are uncertain, and chance plays its part.",
    f"{PRECISION.capitalize()}: its standard error, which more draws make smaller.",
    "Better: share of draws in which the schedule beats no change, with the same families and luck.",
)
_SINGLE: Final = (f"One draw shows neither a {RANGE} nor the {PRECISION}: run more draws.",)


def show_all(study: Study, file: IO[str] | None = None) -> None:
    """Print all that was found, on standard output or to a file: results, the case in cash, the readings."""
    titles = titles_of(study.plan.scenario, study.plan.schedules)
    show(study.findings, study.plan.scenario, study.plan.draws, study.end, file)
    case.show(tables.page(file), study.case, titles)
    if study.readings:
        readings.show(tables.page(file), study.readings, titles)


def show(findings: Findings, scenario: Scenario, draws: int, end: date, file: IO[str] | None = None) -> None:
    """Print the results of every schedule on standard output or to a file, 100 columns wide.

    `end` is the last date simulated.
    """
    console, summary = tables.page(file), findings.summary
    titles = titles_of(scenario, summary["schedule"])
    console.print(Text(scenario.title, style="bold"))
    period = f"{words.day(scenario.start)} to {words.day(end)}"
    console.print(f"{words.draws(draws)}, {period}, money in {scenario.price_year} prices")
    console.print(stands_on(scenario))
    for line in _LEGEND if draws > 1 else _SINGLE:
        console.print(Text(line, style="dim"))
    for schedule, title in titles.items():
        _schedule(console, summary, schedule, title, scenario.price_year)
    tables.rule(console, "Teams")
    console.print(sections.teams(findings.caseloads, titles))
    if not findings.claims.empty:
        _claims(console, findings.claims, titles)
    tables.rule(console, "In short")
    for schedule, title in titles.items():
        console.print(words.answer(summary, schedule, title, end))
        console.print()
    for warning in (words.overload(summary), *adult_workers.shortfalls(scenario), *findings.unmet):
        if warning:
            console.print(warning)
    for line in adult_workers.compared(findings.waits, titles):
        console.print(line)


def _schedule(console: Console, summary: pd.DataFrame, schedule: str, title: str, price_year: str) -> None:
    """Print one schedule, whole and by year."""
    tables.rule(console, title)
    console.print(whole(summary, schedule, price_year))
    for table in yearly(summary, schedule, price_year):
        console.print()
        console.print(table)


def _claims(console: Console, answers: pd.DataFrame, titles: Mapping[str, str]) -> None:
    """Print the answers to the claims."""
    tables.rule(console, "Claims")
    for line in CLAIMS_LEGEND:
        console.print(Text(line, style="dim"))
    for part in sections.claims(answers, titles):
        console.print()
        console.print(part)


def whole(summary: pd.DataFrame, schedule: str, price_year: str) -> Table:
    """Tabulate one schedule over the whole horizon, beside the average under no change."""
    table = tables.table("Whole horizon", _headings(schedule))
    base, own = lines(summary, NO_CHANGE), lines(summary, schedule)
    for group, measures in _groups(schedule, summary):
        table.add_row(Text(_group_heading(group, price_year), style="bold"))
        for each in measures:
            if (each.name, WHOLE) in own:
                cells = _whole_cells(each, own[each.name, WHOLE], base[each.name, WHOLE])
                table.add_row(f"  {each.title}", *(cells[1:-1] if schedule == NO_CHANGE else cells))
    table.caption = _worst(summary, schedule)
    return table


def _headings(schedule: str) -> list[str]:
    """Give the headings of numbers: no change is not compared with itself."""
    own = ["Average", f"{RANGE.capitalize()}\n(90% of draws)", "Precision of\nthe average"]
    return own if schedule == NO_CHANGE else ["No change", *own, "Better"]


def _worst(summary: pd.DataFrame, schedule: str) -> str:
    """Name the team-quarter with the highest caseload, as the summary's note has it."""
    chosen = (summary["schedule"] == schedule) & (summary["measure"] == "caseload_worst_quarter")
    notes = summary.loc[chosen & (summary["period"] == WHOLE), "note"]
    return f"Team-quarter {notes.iloc[0]}" if notes.any() else ""


def _whole_cells(each: Measure, own: Statistics, base: Statistics) -> tuple[str, ...]:
    """Give the cells of one measure: no change, average, range, precision, better."""
    return (
        "" if each.difference else words.number(base["mean"], each.unit),
        words.number(own["mean"], each.unit),
        words.MISSING if isnan(own["mc_error"]) else words.span(own["p5"], own["p95"], each.unit),
        words.error(own["mc_error"], each.unit),
        words.chance(own["probability_better"], own["probability_worse"]),
    )


def yearly(summary: pd.DataFrame, schedule: str, price_year: str) -> Iterator[Table]:
    """Tabulate one schedule by financial year: average, range of outcomes, precision and better below each other."""
    years = [period for period in summary["period"].unique() if period != WHOLE]
    for first in range(0, len(years), _YEARS_ABREAST):
        yield _year_table(summary, schedule, price_year, years[first : first + _YEARS_ABREAST])


def _year_table(summary: pd.DataFrame, schedule: str, price_year: str, years: list[str]) -> Table:
    """Tabulate some years abreast."""
    table = tables.table("By financial year", [_year_heading(year) for year in years])
    rows = lines(summary, schedule)
    for group, measures in _groups(schedule, summary):
        table.add_row(Text(_group_heading(group, price_year), style="bold"))
        for each in measures:
            if each.name in YEARLY:
                _add_years(table, each, [rows[each.name, year] for year in years])
    return table


def _add_years(table: Table, each: Measure, rows: list[Statistics]) -> None:
    """Add a measure's average, the ends of its range, its precision and how often it is better, year by year."""
    table.add_row(f"  {each.title}", *(words.number(row["mean"], each.unit) for row in rows))
    if not all(isnan(row["mc_error"]) for row in rows):
        for label, name in ((f"{RANGE}, low", "p5"), (f"{RANGE}, high", "p95")):
            ends = (words.number(row[name], each.unit) for row in rows)
            table.add_row(Text(f"    {label}", style="dim"), *ends)
        errors = (words.error(row["mc_error"], each.unit) for row in rows)
        table.add_row(Text(f"    {PRECISION}", style="dim"), *errors)
    better = [words.chance(row["probability_better"], row["probability_worse"]) for row in rows]
    if set(better) != {words.MISSING}:
        table.add_row(Text("    better than no change", style="dim"), *better)


def _year_heading(period: str) -> str:
    """Set a year's real start or end below its name, without the year."""
    return re.sub(r" (from|to) (\d{4}-\d\d-\d\d)", _cut, period)


def _cut(found: re.Match[str]) -> str:
    """Write where a year is cut as "to 30 Jun" on a line of its own."""
    when = date.fromisoformat(found[2])
    return f"\n{found[1]} {when.day} {when:%b}"


def _groups(schedule: str, summary: pd.DataFrame) -> Iterator[tuple[str, list[Measure]]]:
    """Give each group of measures that has something to show.

    No change has no differences from itself, what is displaced matters where some schedule displaces anything, and a
    scenario without grants has no measure of them.
    """
    there = set(summary["measure"]).difference(() if displaces(summary) else DISPLACEMENT)
    shown = [each for each in MEASURES if each.name in there and (schedule != NO_CHANGE or not each.difference)]
    for group in dict.fromkeys(each.group for each in shown):
        yield group, [each for each in shown if each.group == group]


def _group_heading(group: str, price_year: str) -> str:
    """Name a group of measures, with the unit of money."""
    return f"{group}, £m, {price_year} prices" if group == "Money" else group
