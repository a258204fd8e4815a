"""What the terminal prints: sections of a document as plain text, 100 columns wide.

Live calculators are printed as their tables, and pictures as the tables below them.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from familyflow.report.document.blocks import Bullets, Chart, Command, Live, Paragraph, Statement, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import JustifyMethod

    from familyflow.report.document.blocks import Block, Section

WIDTH: Final = 100
_GAP: Final = 1
"""Columns between two columns of a table whose widths are given."""
_INDENT: Final = "  "


def show(sections: Iterable[Section], file: IO[str] | None = None) -> None:
    """Print sections on standard output or to a file."""
    console = Console(file=file, width=WIDTH, highlight=False, markup=False, emoji=False)
    for section in sections:
        if section.heading:
            console.print()
            console.rule(Text(section.heading, style="bold"), align="left")
        last = len(section.blocks) - 1
        for place, block in enumerate(section.blocks):
            _print(console, block, apart=place > 0, more=place < last)


def _print(console: Console, block: Block, *, apart: bool, more: bool) -> None:
    """Print a block: `apart` from one before it in its section, with `more` to come."""
    match block:
        case Paragraph(text):
            console.print(text)
        case Statement(text):
            console.print(Text(text, style="bold"))
        case Bullets(items) if items:
            for part in [*([""] if apart else []), "\n\n".join(items), *([""] if more else [])]:
                console.print(part)
        case Command(text):
            console.print(Padding(text, (0, 0, 0, 2)))
        case Table():
            _print_table(console, block)
        case Chart(_, table):
            _print_table(console, table)
        case Live(_, tables):
            for table in tables:
                _print_table(console, table)


def _print_table(console: Console, table: Table) -> None:
    """Print a table after an empty line: its columns as wide as they are said to be, or as they need to be."""
    console.print()
    if not table.widths:
        console.print(_grid(table, table.groups))
        return
    if table.caption:
        console.print(Text(table.caption, style="italic"))
    for place, (heading, rows) in enumerate(table.groups):
        if heading:
            first, _, rest = heading.partition("\n")
            console.print(Text.assemble((first, "bold"), *([("\n" + rest, "dim")] if rest else [])))
        if rows:
            headed = all(not each for _, each in table.groups[:place])
            console.print(_grid(table, [("", rows)], headed=headed))


def _grid(table: Table, groups: Sequence[tuple[str, Sequence[Sequence[str]]]], *, headed: bool = True) -> Grid:
    """Set rows into columns; the first column and those of sentences stand to the left, numbers to the right."""
    fixed = bool(table.widths)
    made = Grid(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, title_style="italic", show_header=headed)
    made.title_justify = "left"
    if fixed:
        made.padding = (0, _GAP, 0, 0)
    elif table.caption:
        made.title = table.caption
    for place, heading in enumerate(table.headings):
        justify: JustifyMethod = "left" if place == 0 or place in table.prose else "right"
        if fixed:
            made.add_column(heading, justify=justify, width=table.widths[place])
        else:
            made.add_column(heading, justify=justify, vertical="bottom", no_wrap=place == 0)
    for heading, rows in groups:
        if heading:
            made.add_row(Text(heading, style="bold"))
        for row in rows:
            made.add_row(f"{_INDENT if heading else ''}{row[0]}", *row[1:])
    return made
