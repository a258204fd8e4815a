"""Every measure of every schedule, over the whole horizon and by financial year, as tables."""

from __future__ import annotations

import re
from datetime import date
from math import isnan
from typing import TYPE_CHECKING, Final, TypeAlias

from familyflow.report import words
from familyflow.report.document.blocks import Paragraph, Section, Table
from familyflow.results.measures import DISPLACEMENT, MEASURES, NO_CHANGE, PRECISION, RANGE, WHOLE
from familyflow.results.summary import displaces, lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from familyflow.report.document.blocks import Block
    from familyflow.results.measures import Measure

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


def of_schedule(summary: pd.DataFrame, schedule: str, title: str, price_year: str) -> Section:
    """Show one schedule, whole and by year."""
    worst = _worst(summary, schedule)
    blocks: list[Block] = [_whole(summary, schedule, price_year), *([Paragraph(worst)] if worst else [])]
    return Section(f"all-of-{schedule}", title, [*blocks, *_yearly(summary, schedule, price_year)])


def _whole(summary: pd.DataFrame, schedule: str, price_year: str) -> Table:
    """Tabulate one schedule over the whole horizon, beside the average under no change."""
    base, own = lines(summary, NO_CHANGE), lines(summary, schedule)
    groups = []
    for group, measures in _groups(schedule, summary):
        rows = []
        for each in measures:
            if (each.name, WHOLE) in own:
                cells = _whole_cells(each, own[each.name, WHOLE], base[each.name, WHOLE])
                rows.append([each.title, *(cells[1:-1] if schedule == NO_CHANGE else cells)])
        groups.append((_group_heading(group, price_year), rows))
    return Table(f"whole-{schedule}", "Whole horizon", ("", *_headings(schedule)), groups)


def _headings(schedule: str) -> list[str]:
    """Return the headings of numbers: no change is not compared with itself."""
    own = ["Average", f"{RANGE.capitalize()}\n(90% of draws)", "Precision of\nthe average"]
    return own if schedule == NO_CHANGE else ["No change", *own, "Better"]


def _worst(summary: pd.DataFrame, schedule: str) -> str:
    """Name the team-quarter with the highest caseload, as the summary's note has it."""
    chosen = (summary["schedule"] == schedule) & (summary["measure"] == "caseload_worst_quarter")
    notes = summary.loc[chosen & (summary["period"] == WHOLE), "note"]
    return f"Team-quarter {notes.iloc[0]}" if notes.any() else ""


def _whole_cells(each: Measure, own: Statistics, base: Statistics) -> tuple[str, ...]:
    """Return the cells of one measure: no change, average, range, precision, better."""
    return (
        "" if each.difference else words.number(base["mean"], each.unit),
        words.number(own["mean"], each.unit),
        words.MISSING if isnan(own["mc_error"]) else words.span(own["p5"], own["p95"], each.unit),
        words.error(own["mc_error"], each.unit),
        words.chance(own["probability_better"], own["probability_worse"]),
    )


def _yearly(summary: pd.DataFrame, schedule: str, price_year: str) -> Iterator[Table]:
    """Tabulate one schedule by financial year: average, range of outcomes, precision and better below each other."""
    years = [period for period in summary["period"].unique() if period != WHOLE]
    for first in range(0, len(years), _YEARS_ABREAST):
        yield _years(summary, schedule, price_year, years[first : first + _YEARS_ABREAST])


def _years(summary: pd.DataFrame, schedule: str, price_year: str, years: list[str]) -> Table:
    """Tabulate some years abreast."""
    found = lines(summary, schedule)
    groups = []
    for group, measures in _groups(schedule, summary):
        rows = [row for each in measures if each.name in YEARLY for row in _of_years(each, found, years)]
        groups.append((_group_heading(group, price_year), rows))
    headings = ("", *map(_year_heading, years))
    return Table(f"years-{schedule}-{years[0]}", "By financial year", headings, groups)


def _of_years(each: Measure, found: Mapping[tuple[str, str], Statistics], years: list[str]) -> Iterator[list[str]]:
    """Write a measure's average, the ends of its range, its precision and how often it is better, year by year."""
    rows = [found[each.name, year] for year in years]
    yield [each.title, *(words.number(row["mean"], each.unit) for row in rows)]
    if not all(isnan(row["mc_error"]) for row in rows):
        for label, name in ((f"{RANGE}, low", "p5"), (f"{RANGE}, high", "p95")):
            yield [f"  {label}", *(words.number(row[name], each.unit) for row in rows)]
        yield [f"  {PRECISION}", *(words.error(row["mc_error"], each.unit) for row in rows)]
    better = [words.chance(row["probability_better"], row["probability_worse"]) for row in rows]
    if set(better) != {words.MISSING}:
        yield ["  better than no change", *better]


def _year_heading(period: str) -> str:
    """Set a year's real start or end below its name, without the year."""
    return re.sub(r" (from|to) (\d{4}-\d\d-\d\d)", _cut, period)


def _cut(found: re.Match[str]) -> str:
    """Write where a year is cut as "to 30 Jun" on a line of its own."""
    when = date.fromisoformat(found[2])
    return f"\n{found[1]} {when.day} {when:%b}"


def _groups(schedule: str, summary: pd.DataFrame) -> Iterator[tuple[str, list[Measure]]]:
    """Return each group of measures that has something to show.

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
