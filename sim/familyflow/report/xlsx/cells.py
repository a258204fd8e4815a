"""Cells: every formula is written with its value, every text as text, so that nothing a scenario says can be run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Number: TypeAlias = "float | int"
Row: TypeAlias = "Sequence[Any] | NDArray[Any]"
_BASE: Final[dict[str, object]] = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
STYLES: Final[Mapping[str, dict[str, object]]] = MappingProxyType(
    {
        "text": {},
        "wrapped": {"text_wrap": True},
        "title": {"bold": True, "font_size": 16, "font_color": "#00507D"},
        "heading": {"bold": True, "font_size": 12, "font_color": "#00507D"},
        "header": {"bold": True, "text_wrap": True, "bottom": 2, "bg_color": "#E6EEF3"},
        "right": {"bold": True, "text_wrap": True, "bottom": 2, "bg_color": "#E6EEF3", "align": "right"},
        "note": {"italic": True, "font_color": "#444444"},
        "gbp": {"num_format": "#,##0;[Red]-#,##0"},
        "pence": {"num_format": "#,##0.00;[Red]-#,##0.00"},
        "total": {"num_format": "#,##0;[Red]-#,##0", "bold": True, "top": 1},
        "number": {"num_format": "#,##0.00"},
        "exact": {"num_format": "General"},
        "ratio": {"num_format": "0.000"},
        "percent": {"num_format": "0%"},
        "date": {"num_format": "d mmm yyyy"},
        "input": {"bg_color": "#FFF7CC", "border": 1, "border_color": "#B59B00", "locked": False},
    }
)
"""Styles by name; cells that may be edited are yellow."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A worksheet and the formats of its workbook; rows and columns count from 0."""

    name: str
    sheet: Worksheet
    formats: dict[str, Format]

    def text(self, row: int, column: int, words: str, style: str = "text") -> None:
        """Write words, which stay words whatever they begin with."""
        self.sheet.write_string(row, column, words, self.formats[style])

    def texts(self, row: int, column: int, words: Sequence[str], style: str = "text") -> None:
        """Write words along a row."""
        for step, each in enumerate(words):
            self.text(row, column + step, each, style)

    def number(self, row: int, column: int, value: Number, style: str = "number") -> None:
        """Write a number; a gap stays empty."""
        if isfinite(value):
            self.sheet.write_number(row, column, float(value), self.formats[style])

    def numbers(self, row: int, column: int, values: Row, style: str = "number") -> None:
        """Write numbers along a row."""
        for step, each in enumerate(values):
            self.number(row, column + step, each, style)

    def day(self, row: int, column: int, when: date) -> None:
        """Write a date."""
        self.sheet.write_datetime(row, column, datetime(when.year, when.month, when.day), self.formats["date"])  # noqa: DTZ001 - a sheet knows no zones

    def formula(self, row: int, column: int, formula: str, value: Number | str, style: str = "gbp") -> None:
        """Write a formula with its value; what has none shows nothing."""
        shown = value if isinstance(value, str) or isfinite(value) else ""
        self.sheet.write_formula(row, column, f"={formula}", self.formats[style], shown)

    def along(self, row: int, column: int, values: Row, make: Callable[[int], str], style: str = "gbp") -> None:
        """Write formulas along a row; `make` gives each by its place."""
        for step, each in enumerate(values):
            self.formula(row, column + step, make(step), each, style)

    def at(self, row: int, column: int) -> str:
        """Name a cell from any sheet."""
        return f"'{self.name}'!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"

    def block(self, row: int, column: int, last_row: int, last_column: int) -> str:
        """Name a block of cells from any sheet, both ends in it."""
        return f"'{self.name}'!{xl_range_abs(row, column, last_row, last_column)}"


def add(book: Workbook, formats: dict[str, Format], name: str) -> Sheet:
    """Add a sheet that prints on the width of a landscape page."""
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    return Sheet(name, sheet, formats)


def formats(book: Workbook) -> dict[str, Format]:
    """Make every format of a workbook."""
    return {name: book.add_format({**_BASE, **style}) for name, style in STYLES.items()}


def name_of(quantity: str) -> str:
    """Return the name of the cell that holds an input: its id with _ for the dots."""
    return quantity.replace(".", "_")
