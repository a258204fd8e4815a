"""How every printed table looks, 100 columns wide."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 100


def page(file: IO[str] | None) -> Console:
    """Open standard output or a file for plain text of WIDTH columns."""
    return Console(file=file, width=WIDTH, highlight=False, markup=False, emoji=False)


def rule(console: Console, title: str) -> None:
    """Print a rule with a title."""
    console.print()
    console.rule(Text(title, style="bold"), align="left")


def table(title: str, headings: Sequence[str]) -> Table:
    """Make an empty table whose first column names the rows."""
    made = _empty(title)
    made.add_column("", no_wrap=True)
    for heading in headings:
        made.add_column(heading, justify="right", vertical="bottom")
    return made


def columns(title: str, widths: Sequence[tuple[str, int]], named: int = 1) -> Table:
    """Make an empty table of columns with given headings and widths; the first `named` hold words, and wrap."""
    made = _empty(title)
    made.padding = (0, 1, 0, 0)
    for heading, width in widths[:named]:
        made.add_column(heading, width=width)
    for heading, width in widths[named:]:
        made.add_column(heading, width=width, justify="right")
    return made


def _empty(title: str) -> Table:
    """Make a table without columns."""
    made = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, title=title or None, title_style="italic")
    made.title_justify = made.caption_justify = "left"
    return made
