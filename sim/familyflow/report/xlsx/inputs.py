"""The sheet Assumptions: every input of money in a named cell that may be edited, with its range and source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.economics import case
from familyflow.economics.lines import Kind
from familyflow.report.xlsx.cells import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlsxwriter.workbook import Workbook

    from familyflow.economics.case import Assumptions
    from familyflow.ground.quantity import Quantity
    from familyflow.report.xlsx.cells import Sheet

NAME: Final = "Assumptions"
HEADINGS: Final = (
    "Input",
    "Value",
    "As run",
    "Low",
    "High",
    "Unit",
    "Year",
    "Status",
    "Source",
    "Note",
)
HEADER_ROW: Final = 6
ID, VALUE, AS_RUN, LOW, HIGH = range(5)
WIDTHS: Final = (44, 13, 13, 11, 11, 16, 10, 11, 44, 90)
GRADES: Final = range(1, 7)
_SHARES: Final = ("share",)
_MONEY: Final = "gbp"
"""A price is at least a penny, so that each draw's price can be moved in proportion."""
_INTRODUCTION: Final = (
    "Change a yellow cell and every sheet follows, the ranges over draws too.",
    "A price that is changed moves each draw's own sampled price in proportion: exact, as costs are linear in prices.",
    "Steps (whole places, whole posts) are taken when the run is priced: they are shown here and cannot be edited.",
    "To make edits permanent: familyflow assumptions import.",
)


def used(a: Assumptions) -> tuple[str, ...]:
    """List the ids of the inputs on which a figure of the case depends, by group, each once."""
    return tuple(dict.fromkeys(name for _, names in _groups(a) for name in names))


def _groups(a: Assumptions) -> Iterator[tuple[str, list[str]]]:
    """Return each group's heading and its inputs."""
    council = [line for line in a.lines if case.has_terms(line)]
    general = [case.DISCOUNT_RATE, case.GROWTH_COUNTS, case.DEFLATOR_GROWTH, case.GRANT, case.GRANT_YEARS]
    shared = [name for line in a.lines for name in (*line.times, *line.uplifts, line.growth) if name]
    yield "Appraisal", general
    yield "Prices and salaries", [line.price for line in a.lines if line.kind != Kind.INCOME]
    if income := [line.price for line in a.lines if line.kind == Kind.INCOME]:
        yield "Grants and partners' money", income
    yield "What multiplies prices", shared
    yield "Share that is cash at once", [case.term(line, case.CASH_NOW) for line in council]
    yield "Share that is cash later", [case.term(line, case.CASH_LATER) for line in council]
    yield "Months until it is cash", [case.term(line, case.LAG) for line in council]
    yield "Whole steps", [case.term(line, case.STEP) for line in council]
    graded = [case.term(line, case.GRADE) for line in a.lines if case.has_grade(line)]
    yield "Confidence grades, 1 (best) to 6", [*graded, case.EFFECT_GRADE]
    yield "Optimism bias by grade", [f"{case.CORRECTION}{grade}" for grade in GRADES]


def is_editable(name: str) -> bool:
    """Return whether an input may be edited in a workbook."""
    return not name.endswith(case.STEP)


def write(book: Workbook, sheet: Sheet, a: Assumptions, as_run: Assumptions, sources: Mapping[str, str]) -> None:
    """Write the inputs of a case, each with its name; `as_run` has the values of the run."""
    for column, width in enumerate(WIDTHS):
        sheet.sheet.set_column(column, column, width)
    sheet.text(0, 0, "Assumptions about money", "title")
    for row, words in enumerate(_INTRODUCTION, 1):
        sheet.text(row, 0, words, "note")
    sheet.texts(HEADER_ROW, 0, HEADINGS, "header")
    sheet.sheet.freeze_panes(HEADER_ROW + 1, 1)
    row, seen = HEADER_ROW + 1, set[str]()
    for heading, names in _groups(a):
        sheet.text(row, 0, heading, "heading")
        fresh = [name for name in dict.fromkeys(names) if name not in seen]
        seen.update(fresh)
        for name in fresh:
            row += 1
            _write_one(book, sheet, row, name, a.quantities[name], as_run.quantities[name], sources)
        row += 1


def _write_one(
    book: Workbook,
    sheet: Sheet,
    row: int,
    name: str,
    now: Quantity,
    as_run: Quantity,
    sources: Mapping[str, str],
) -> None:
    """Write one input's row."""
    sheet.text(row, ID, name)
    sheet.number(row, VALUE, now.value, "input" if is_editable(name) else "exact")
    sheet.numbers(row, AS_RUN, (as_run.value, as_run.low, as_run.high), "exact")
    source = sources.get(as_run.source, as_run.source)
    sheet.texts(row, HIGH + 1, (as_run.unit, as_run.year, as_run.status.value, source, as_run.note))
    book.define_name(name_of(name), f"={sheet.at(row, VALUE)}")
    sheet.sheet.data_validation(row, VALUE, row, VALUE, _allowed(as_run))


def _allowed(quantity: Quantity) -> dict[str, object]:
    """Say what a cell accepts."""
    low, high = bounds(quantity)
    return {
        "validate": "integer" if quantity.unit == "grade" else "decimal",
        "criteria": "between",
        "minimum": low,
        "maximum": high,
        "error_title": "Not possible",
        "error_message": f"A number from {low:g} to {high:g} ({quantity.unit}).",
    }


def bounds(quantity: Quantity) -> tuple[float, float]:
    """Return the least and the most that an input can be, in its unit."""
    if quantity.unit == "grade":
        return GRADES[0], GRADES[-1]
    if quantity.unit.startswith(_MONEY) and quantity.value > 0:
        return 0.01, 1e9
    return 0.0, 1.0 if quantity.unit in _SHARES else 1e9
