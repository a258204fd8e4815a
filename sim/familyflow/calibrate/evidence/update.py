"""The table of published measures brought up to date with new files: what is added, what is revised, what is left out.

The cells of the table are kept as text, so that what does not change does not change by a byte, and the same files read
twice give the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from familyflow.calibrate.evidence.councils import COUNCIL, IDENTITY, POPULATION
from familyflow.calibrate.evidence.opendata import WIDE, known_measures, read, tables, written
from familyflow.ground import evidence
from familyflow.ground.files import plain_words, writing
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from familyflow.calibrate.evidence.opendata import Reading, Who

MID_YEAR: Final = "population_0_17_mid_year"
_PER: Final = 10_000
_CHANGES: Final = ("kind", "council", "year", "measure", "old", "new", "release")
_RELEASES: Final = ("table", "council", "first_year", "last_year", "release")


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that is not what it was: new, revised, or no longer published."""

    council: str
    year: int
    measure: str
    old: str
    new: str
    release: str

    @property
    def kind(self) -> str:
        """Say in one word what happened."""
        if not self.old:
            return "added"
        return "revised" if self.new else "withdrawn"


@dataclass
class Tables:
    """A table of measures under way: its columns, its rows by place and year, and the release of each block."""

    columns: list[str]
    rows: dict[tuple[str, int], dict[str, str]]
    releases: dict[tuple[str, str, int], str]
    changes: list[Change] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note the name of each place by what it is known by: a council's DfE number, else its name."""
        self.names |= {row["la_code"] or row["council"]: row["council"] for row in self.rows.values()}


@dataclass(frozen=True, slots=True)
class Done:
    """An update that was written: the files read, what changed, and what was left out, with how often."""

    readings: tuple[Reading, ...]
    changes: list[Change]
    left_out: Counter[str]


def run(files: Iterable[Path], folder: Path, *, release: str | None = None, changes: Path | None = None) -> Done:
    """Bring a folder's tables up to date with some files; all are read and checked before anything is written.

    A folder without tables starts from those in use. Problem when a file cannot be used or a folder not be written.
    """
    readings = tuple(read(path, release) for path in files)
    table = opened(folder if (folder / evidence.COUNCILS).is_file() else None)
    update(table, readings)
    save(table, folder)
    if changes is not None:
        with writing(changes) as temporary:
            rows = ((c.kind, c.council, c.year, c.measure, c.old, c.new, c.release) for c in table.changes)
            temporary.write_text(_csv(_CHANGES, rows), encoding="utf-8", newline="")
    return Done(readings, table.changes, table.left_out)


def opened(folder: Path | None) -> Tables:
    """Open the table of a folder, or the one in use."""
    files = [folder / name if folder else evidence.path(name) for name in evidence.FILES]
    with files[0].open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or ())
        rows = {(row["council"], int(row["year"])): row for row in reader}
    with files[1].open(encoding="utf-8", newline="") as file:
        blocks = list(csv.DictReader(file))
    return Tables(columns, rows, dict(_expanded(rows, blocks)))


def _expanded(
    rows: Mapping[tuple[str, int], Mapping[str, str]], blocks: list[dict[str, str]]
) -> Iterator[tuple[tuple[str, str, int], str]]:
    """Return the release of each table, place and year; a block that names a place counts before one that does not."""
    for block in sorted(blocks, key=lambda each: each["council"] != ""):
        span = range(int(block["first_year"]), int(block["last_year"]) + 1)
        for council, year in rows:
            if year in span and block["council"] in {"", council}:
                yield (block["table"], council, year), block["release"]


def update(table: Tables, readings: Iterable[Reading]) -> None:
    """Take in some files, in order; what is added, revised, withdrawn and left out is noted in the table."""
    measures = known_measures()
    rates = {m.name: m.otherwise.split()[0] for t in tables() for m in t.measures if m.otherwise.endswith("per child")}
    for reading in readings:
        for (key, year), figures in sorted(reading.rows.items(), key=lambda item: item[0]):
            row = _row(table, reading.places[key], year)
            if row is not None:
                changed = _fill(table, row, figures, reading.release)
                _derive(
                    table,
                    row,
                    {r: c for r, c in rates.items() if r in reading.measures and r not in figures},
                    changed,
                    reading,
                )
                _note_release(table, row, figures, reading, measures)


def _row(table: Tables, who: Who, year: int) -> dict[str, str] | None:
    """Return the row of a place and year, a new one for a council or a year that is new; None for what is left out."""
    name = table.names.get(who.key) or _by_name(table, who)
    if name is None:
        if who.kind != COUNCIL or not who.la_code:
            table.left_out[f"{who.name}, which is no council, and no region of the table"] += 1
            return None
        name = _new_name(table, who)
    if (name, year) not in table.rows:
        table.rows[name, year] = _blank(table, who, name, year)
    return table.rows[name, year]


def _new_name(table: Tables, who: Who) -> str:
    """Return the name of a council that is new, unless another bears it."""
    if who.name in table.names.values():
        raise Problem(f"{who.name}: another council of that name, number {who.la_code}, is not the one in the table")
    table.names[who.key] = who.name
    return who.name


def _by_name(table: Tables, who: Who) -> str | None:
    """Return the name of a place that a file names without a number, if the table has it."""
    return who.name if not who.la_code and who.name in table.names.values() else None


def _blank(table: Tables, who: Who, name: str, year: int) -> dict[str, str]:
    """Make a row without figures; its denominator is the population of the middle of the year before, if held."""
    before = table.rows.get((name, year - 1), {})
    kept = {column: before.get(column) or getattr(who, _WHO.get(column, ""), "") for column in IDENTITY[1:-1]}
    row = dict.fromkeys(table.columns, "") | kept | {"council": name, "year": str(year)}
    return row | {POPULATION: before.get(MID_YEAR, "")}


_WHO: Final = {"geography_type": "kind", "la_code": "la_code", "area_code": "area_code", "region": "region"}


def _fill(table: Tables, row: dict[str, str], figures: Mapping[str, str], release: str) -> set[str]:
    """Put figures into a row and say which changed; a figure that is the same number stays as it is written."""
    changed = {measure for measure, new in figures.items() if not _same(row[measure], new)}
    for measure in (each for each in figures if each in changed):
        table.changes.append(Change(row["council"], int(row["year"]), measure, row[measure], figures[measure], release))
        row[measure] = figures[measure]
    return changed


def _same(old: str, new: str) -> bool:
    """Return whether two cells say the same."""
    return old == new or bool(old and new and float(old) == float(new))


def _derive(table: Tables, row: dict[str, str], rates: Mapping[str, str], changed: set[str], reading: Reading) -> None:
    """Make the rates that a release dropped, of counts that changed or had none, where the population is held."""
    for rate, count in rates.items():
        if row[rate] and count not in changed:
            continue
        new = ""
        if row[count] and row[POPULATION]:
            new = written(round(float(row[count]) / float(row[POPULATION]) * _PER, 1))
        elif row[count]:
            table.left_out[
                f"{rate} of {row['year']}, for want of the population in the middle of {int(row['year']) - 1}"
            ] += 1
        _fill(table, row, {rate: new}, f"{reading.release}, derived")


def _note_release(
    table: Tables,
    row: Mapping[str, str],
    figures: Mapping[str, str],
    reading: Reading,
    measures: Mapping[str, Mapping[str, str]],
) -> None:
    """Note from which release a row's figures are."""
    names = {measures[measure]["table"] for measure in figures} if reading.table == WIDE else {reading.table}
    for name in names:
        table.releases[name, row["council"], int(row["year"])] = reading.release


def save(table: Tables, folder: Path) -> None:
    """Write the two files of a folder, each whole or not at all; Problem when that is impossible."""
    with plain_words(folder):
        folder.mkdir(parents=True, exist_ok=True)
    texts = {evidence.COUNCILS: _councils_text(table), evidence.RELEASES: _releases_text(table)}
    with writing(folder / evidence.COUNCILS) as first, writing(folder / evidence.RELEASES) as second:
        first.write_text(texts[evidence.COUNCILS], encoding="utf-8", newline="")
        second.write_text(texts[evidence.RELEASES], encoding="utf-8", newline="")


def _councils_text(table: Tables) -> str:
    """Write the rows: places in the order in which they stand, years in order."""
    places = {name: index for index, name in enumerate(dict.fromkeys(name for name, _ in table.rows))}
    rows = sorted(table.rows.items(), key=lambda item: (places[item[0][0]], item[0][1]))
    return _csv(table.columns, ([row[column] for column in table.columns] for _, row in rows))


def _releases_text(table: Tables) -> str:
    """Write the releases in blocks: of all places, and of those whose release is another."""
    return _csv(_RELEASES, sorted(_blocks(table.releases)))


def _blocks(releases: Mapping[tuple[str, str, int], str]) -> Iterator[tuple[str, str, int, int, str]]:
    """Return the blocks of years with one release: first of most places, then of each that differs."""
    usual: dict[str, dict[int, str]] = {}
    for name, year in sorted({(name, year) for name, _, year in releases}):
        held = Counter(each for (n, _, y), each in releases.items() if (n, y) == (name, year))
        usual.setdefault(name, {})[year] = max(sorted(held), key=lambda each: held[each])
    others: dict[tuple[str, str], dict[int, str]] = {}
    for (name, council, year), release in releases.items():
        if usual[name][year] != release:
            others.setdefault((name, council), {})[year] = release
    for name, years in usual.items():
        yield from ((name, "", *span) for span in _spans(years))
    for (name, council), years in others.items():
        yield from ((name, council, *span) for span in _spans(years))


def _spans(years: Mapping[int, str]) -> Iterator[tuple[int, int, str]]:
    """Join neighbouring years of one release."""
    first: int | None = None
    for year in sorted(years):
        first = year if first is None else first
        if years.get(year + 1) != years[year]:
            yield first, year, years[year]
            first = None


def _csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Write a table as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
