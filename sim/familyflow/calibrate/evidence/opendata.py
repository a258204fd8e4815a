"""The Department for Education's open-data files (Explore Education Statistics), read into our measures.

A file is known by its columns, whatever it is called; each measure has the spellings of the releases so far, and the
arithmetic with which it is made where a release leaves it out (`calibration/open_data.csv`). A table in the product's
own wide layout is read too. Whatever cannot be used is named by file, line and column.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from familyflow.calibrate.evidence.councils import COUNCIL, ENGLAND, IDENTITY
from familyflow.ground import paths
from familyflow.ground.problem import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

SYMBOLS: Final = ("", "c", "z", ":", "u", "x", "k", "..", "low")
"""What stands where no figure is given: suppressed, not applicable, not available, unreliable, negligible."""
PUBLICATION: Final = "Children in need"
LEVELS: Final = ("National", "Regional", "Local authority")
WIDE: Final = "wide"
LISTED: Final = 12
FIRST: Final = 2000
LAST: Final = 2100
LARGEST: Final = 1e8
_HUNDRED: Final = 100
_IDENTITY: Final = (
    "time_period",
    "geographic_level",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
)
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_PERIOD: Final = re.compile(r"(\d{4})(\d{2})?")
_CODE: Final = re.compile(r"\d{3}")


@dataclass(frozen=True, slots=True)
class Measure:
    """How a table of open data gives one of our measures: the columns it may stand in, else how it is made."""

    name: str
    spellings: tuple[str, ...]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of open data: its short name and title, the columns of which it has one, and its measures."""

    name: str
    title: str
    known_by: tuple[str, ...]
    measures: tuple[Measure, ...]

    def lacking(self, columns: Iterable[str]) -> list[str]:
        """List what a file with these columns would have to have in order to be this table."""
        held = set(columns)
        own = [] if held.intersection(self.known_by) else [" or ".join(self.known_by)]
        lacking = [" or ".join(each.spellings) for each in self.measures if not self._gives(held, each)]
        return list(dict.fromkeys(own + lacking))

    def _gives(self, held: set[str], measure: Measure) -> bool:
        """Return whether columns hold a measure, or what it can be made of."""
        if held.intersection(measure.spellings) or measure.otherwise.endswith("per child"):
            return True
        names = re.split(r" \+ | of ", measure.otherwise.split(" | ")[0]) if measure.otherwise else ()
        return bool(names) and all(held.intersection(self.spellings(name)) for name in names)

    def spellings(self, name: str) -> tuple[str, ...]:
        """Return the columns in which one of our measures may stand; a column stands for itself."""
        return next((each.spellings for each in self.measures if each.name == name), (name,))


@dataclass(frozen=True, slots=True)
class Who:
    """The place that a row is about, as the file names it."""

    name: str
    kind: str
    la_code: str = ""
    area_code: str = ""
    region: str = ""

    @property
    def key(self) -> str:
        """What a place is known by: a council's DfE number, else its name."""
        return self.la_code or self.name


@dataclass(slots=True)
class Reading:
    """What one file holds: by place and year, our measures as text, empty where no figure is given."""

    path: Path
    table: str
    title: str
    release: str
    measures: tuple[str, ...]
    rows: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)
    places: dict[str, Who] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a file on its way in: where it stands, its cells by column, and how complaints are made."""

    file: str
    number: int
    cells: Mapping[str, str]
    complain: Callable[[str], None]

    def wrong(self, column: str, allowed: str) -> None:
        """Complain about one cell."""
        given = self.cells.get(column, "")
        self.complain(f"{self.file} line {self.number} column {column} = {given!r}: {allowed}")


def tables() -> tuple[Table, ...]:
    """Read which tables of open data are known, and how each of our measures is found there."""
    with paths.shipped("calibration", "open_data.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    heads = dict.fromkeys((row["table"], row["title"], row["known_by"]) for row in rows)
    return tuple(
        Table(name, title, tuple(known_by.split()), tuple(_measure(row) for row in rows if row["table"] == name))
        for name, title, known_by in heads
    )


def _measure(row: Mapping[str, str]) -> Measure:
    """Make a measure of a row."""
    return Measure(row["measure"], tuple(row["spellings"].split()), row["otherwise"])


def known_measures() -> dict[str, dict[str, str]]:
    """Read the dictionary of measures: meaning, unit, table, source, status, years and note, by measure."""
    with paths.shipped("calibration", "measures.csv").open(encoding="utf-8", newline="") as file:
        return {row["measure"]: row for row in csv.DictReader(file)}


def read(path: Path, release: str | None = None) -> Reading:
    """Read one file; Problem, with every cell that cannot be used up to a dozen, when it is not as it should be."""
    header, lines = _lines(path)
    if {"council", "year"} <= set(header):
        return _wide(path, header, lines, release)
    table = _recognised(path, header)
    return _open_data(path, header, lines, table, release)


def _lines(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Read a file's header, in small letters, and its lines with their numbers; Problem when it is not a table."""
    reader = csv.reader(_text(path).splitlines())
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise Problem(f"{path} line {reader.line_num}: is not comma-separated: {error}") from None
    if not lines:
        raise Problem(f"{path}: is empty: give a CSV file of open data, with its header")
    header = [cell.strip().lower() for cell in lines[0][1]]
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice:
        raise Problem(f"{path} line 1: names the column {twice} twice")
    return header, lines[1:]


def _text(path: Path) -> str:
    """Read a file as text, with or without a byte order mark; Problem when it cannot be."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Problem(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Problem(
            f"{path} line {line}: byte 0x{error.object[error.start]:02x} is not UTF-8: save the file as UTF-8"
        ) from None
    return text


def _recognised(path: Path, header: list[str]) -> Table:
    """Tell by its columns which table a file is."""
    every = tables()
    best = min(every, key=lambda table: len(table.lacking(header)) / len(table.measures))
    lacking = best.lacking(header)
    if lacking:
        known = "; ".join(f"{table.name} {table.title}" for table in every)
        raise Problem(
            f"{path}: is none of the tables that can be read ({known}): for {best.name} it lacks {', '.join(lacking)}"
        )
    missing = [column for column in _IDENTITY if column not in header]
    if missing:
        raise Problem(f"{path} line 1: has no column {', '.join(missing)}, as open data have")
    return best


def _open_data(
    path: Path, header: list[str], lines: list[tuple[int, list[str]]], table: Table, release: str | None
) -> Reading:
    """Read the lines of a table of open data."""
    found = Reading(path, table.name, table.title, "", tuple(each.name for each in table.measures))
    complaints: list[str] = []
    for line in _each(path, header, lines, complaints.append):
        year, who = _year(line, "time_period"), _who(line)
        if year is not None and who is not None and _is_new(line, found, who, year):
            found.places[who.key] = who
            found.rows[who.key, year] = dict(_made(table, line))
    _refuse(path, complaints, found)
    found.release = release or f"{PUBLICATION}, {max(year for _, year in found.rows)} release"
    return found


def _each(
    path: Path, header: list[str], lines: list[tuple[int, list[str]]], complain: Callable[[str], None]
) -> Iterator[_Line]:
    """Return each line by column, and complain of one that is too long or too short."""
    for number, cells in lines:
        if len(cells) != len(header):
            complain(f"{path.name} line {number}: has {len(cells)} cells, but the header names {len(header)} columns")
            continue
        yield _Line(path.name, number, dict(zip(header, (cell.strip() for cell in cells), strict=True)), complain)


def _year(line: _Line, column: str) -> int | None:
    """Read a year: 2024, or 202324 for the year 2023/24."""
    match = _PERIOD.fullmatch(line.cells[column])
    if match and FIRST <= int(match[1]) + bool(match[2]) <= LAST:
        year = int(match[1]) + bool(match[2])
        if not match[2] or year % _HUNDRED == int(match[2]):
            return year
    line.wrong(column, "must be a year such as 2024, or 202324 for 2023/24")
    return None


def _who(line: _Line) -> Who | None:
    """Read which place a line is about."""
    level, region = line.cells["geographic_level"], line.cells["region_name"]
    if level == "National":
        return Who(ENGLAND, ENGLAND, area_code=line.cells.get("country_code", ""))
    if level == "Regional":
        return Who(region, "region", area_code=line.cells.get("region_code", ""))
    if level != "Local authority":
        line.wrong("geographic_level", f"must be {', '.join(LEVELS[:-1])} or {LEVELS[-1]}")
        return None
    if not _CODE.fullmatch(line.cells["old_la_code"]):
        line.wrong("old_la_code", "must be the council's number of three digits, such as 886")
        return None
    if not line.cells["la_name"]:
        line.wrong("la_name", "must be the council's name")
        return None
    return Who(line.cells["la_name"], COUNCIL, line.cells["old_la_code"], line.cells["new_la_code"], region)


def _is_new(line: _Line, found: Reading, who: Who, year: int) -> bool:
    """Return whether a place and year comes for the first time; complain if not."""
    if (who.key, year) not in found.rows:
        return True
    line.wrong("time_period", f"{who.name} has a line for {year} already: give each place and year once, unfiltered")
    return False


def _made(table: Table, line: _Line) -> Iterator[tuple[str, str]]:
    """Return each measure of a line as text: as it stands, or made by its arithmetic."""
    for measure in table.measures:
        column = next((each for each in measure.spellings if each in line.cells), None)
        if column is not None:
            yield measure.name, _figure(line, column, measure.name)
        elif measure.otherwise and not measure.otherwise.endswith("per child"):
            yield measure.name, _share(table, line, measure.otherwise)


def _figure(line: _Line, column: str, measure: str) -> str:
    """Read a cell as a number in few digits, or as nothing for a symbol; complain of anything else."""
    given = line.cells[column]
    if given.lower() in SYMBOLS:
        return ""
    if not _NUMBER.fullmatch(given):
        line.wrong(column, f"must be a number, or one of {' '.join(s for s in SYMBOLS if s)}, or empty")
        return ""
    value = float(given)
    if complaint := out_of_bounds(measure, value):
        line.wrong(column, complaint)
        return ""
    return written(value)


def out_of_bounds(measure: str, value: float) -> str:
    """Say what a measure may be, if a value is not that."""
    if not 0 <= value <= LARGEST:
        return f"must be from 0 to {LARGEST:,.0f}"
    if measure.endswith("_pct") and value > _HUNDRED:
        return "must be a percentage, from 0 to 100"
    if measure.endswith("_number") and value != int(value):
        return "must be a whole number, as a count is"
    return ""


def written(value: float) -> str:
    """Write a number in as few digits as it has."""
    return str(int(value)) if value == int(value) else repr(value)


def _share(table: Table, line: _Line, otherwise: str) -> str:
    """Make a percentage by the first arithmetic whose parts are all given."""
    for way in otherwise.split(" | "):
        rest = way.startswith("1 - ")
        parts, whole = way.removeprefix("1 - ").split(" of ")
        terms = [_term(table, line, name) for name in parts.split(" + ")]
        of = _term(table, line, whole)
        if of and all(term is not None for term in terms):
            percent = sum(term or 0.0 for term in terms) / of * _HUNDRED
            return written(round(_HUNDRED - percent if rest else percent, 1))
    return ""


def _term(table: Table, line: _Line, name: str) -> float | None:
    """Return a term of an arithmetic: a column as it stands, or one of our measures by its spellings."""
    cell = next((line.cells[each] for each in table.spellings(name) if each in line.cells), "")
    return float(cell) if _NUMBER.fullmatch(cell) else None


def _wide(path: Path, header: list[str], lines: list[tuple[int, list[str]]], release: str | None) -> Reading:
    """Read a table in the product's own layout: a row a place and year, a column a measure."""
    known = known_measures()
    measures = tuple(name for name in header if name not in IDENTITY)
    for name in measures:
        if name not in known:
            raise Problem(f"{path} line 1: {name!r} is no measure of calibration/measures.csv{suggestion(name, known)}")
    found = Reading(path, WIDE, "table in the product's layout", release or path.name, measures)
    complaints: list[str] = []
    for line in _each(path, header, lines, complaints.append):
        year, who = _year(line, "year"), _wide_who(line)
        if year is not None and who is not None and _is_new(line, found, who, year):
            found.places[who.key] = who
            found.rows[who.key, year] = {name: _figure(line, name, name) for name in measures}
    _refuse(path, complaints, found)
    return found


def _wide_who(line: _Line) -> Who | None:
    """Read which place a line in the product's layout is about."""
    cells = {name: line.cells.get(name, "") for name in IDENTITY}
    if not cells["council"]:
        line.wrong("council", "must be the name of a council, a region or England")
        return None
    kind = cells["geography_type"] or COUNCIL
    return Who(cells["council"], kind, cells["la_code"], cells["area_code"], cells["region"])


def _refuse(path: Path, complaints: list[str], found: Reading) -> None:
    """Refuse a file with anything wrong in it, or with nothing in it."""
    if complaints:
        more = f"; and {len(complaints) - LISTED} more" if len(complaints) > LISTED else ""
        raise Problem("; ".join(complaints[:LISTED]) + more)
    if not found.rows:
        raise Problem(f"{path}: has a header and no line under it")
