"""What a report is made of, whatever it is written as: headings, sentences, tables, and pictures with their tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from familyflow.report.document.calculator import Calculator
    from familyflow.report.figures.style import Image

Rows: TypeAlias = "Sequence[Sequence[str]]"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that stands out: the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Command:
    """What is typed on a command line."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under headings; the first cell names the row, and what is after a line break is small.

    `groups` are a heading (empty for none) and rows. `name` is unlike any other in the report. Columns named in
    `prose` hold sentences. `widths` of columns, in characters, are for a medium of fixed width: what is longer wraps.
    """

    name: str
    caption: str
    headings: Sequence[str]
    groups: Sequence[tuple[str, Rows]]
    prose: frozenset[int] = field(default_factory=frozenset)
    widths: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, and below it a table of what it shows."""

    image: Image
    table: Table


@dataclass(frozen=True, slots=True)
class Live:
    """A calculator that answers sliders where there is a script, and tables of what it shows at the stated values.

    The first table has a row a schedule, the second a row a financial year of the first schedule.
    """

    calculator: Calculator
    tables: tuple[Table, Table]


Block: TypeAlias = Paragraph | Statement | Bullets | Command | Table | Chart | Live


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a heading; `name` is unlike any other in the report."""

    name: str
    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands before the first section: the title, what the paper is, and what its author fills in."""

    title: str
    subject: str
    fields: Sequence[tuple[str, str]]
