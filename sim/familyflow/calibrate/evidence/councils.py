"""Published measures of every council, region and England, 2013 to 2024: one row a place and year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pandas as pd

from familyflow.ground import evidence, paths
from familyflow.ground.problem import Problem, suggestion
from familyflow.scenario import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from familyflow.ground.quantity import Quantity

Row: TypeAlias = "Mapping[str, float]"
"""The measures that are published of one place and year; what is not published has no key."""

POPULATION: Final = "population_0_17_mid_year_before"
IDENTITY: Final = ("council", "geography_type", "la_code", "area_code", "region", "year")
"""The columns that say which place and year a row is about; every other column is a measure."""
ENGLAND: Final = "England"
COUNCIL: Final = "council"
_NEIGHBOURS: Final = "statistical_neighbours.csv"
_SUCCESSORS: Final = "successors.csv"
_ASSESSED: Final = ("assessments_", "assessment_p", "assessment_median")
_SINGLE: Final = 2015
"""The first year in which every assessment was of the one kind that is counted."""
_TITLES: Final = frozenset({"council", "borough", "city", "county", "of", "the", "and"})
"""Words that a council may be given or not."""
_ESTIMATION: Final = "estimation.csv"


def table(path: Path | None = None) -> pd.DataFrame:
    """Read the table in use, or another in the same wide layout: a row a place and year, a column a measure.

    `year` is the financial year that ends on 31 March of it (`workforce_*`: 30 September). The ending of a measure's
    name is its unit. An empty cell is not published, never zero. The table in use is the shipped one, or that of the
    folder that `familyflow.ground.evidence` names. Problem when a file is no such table.
    """
    file, words = path or evidence.path(evidence.COUNCILS), dict.fromkeys(IDENTITY[:-1], "str")
    try:
        wide = pd.read_csv(file, dtype=words)
    except (OSError, ValueError) as error:
        raise Problem(f"{file}: cannot be read as a table: {error}") from None
    if missing := [name for name in IDENTITY if name not in wide]:
        raise Problem(f"{file} line 1: has no column {', '.join(missing)}, as a table of published measures has")
    for name in wide.columns.difference([*words]):
        _refuse_words(file, wide[name])
    return wide


def _refuse_words(file: Path, column: pd.Series[Any]) -> None:
    """Refuse a column that holds anything but numbers and empty cells; Problem."""
    wrong = column[pd.to_numeric(column, errors="coerce").isna() & column.notna()]
    if len(wrong):
        line = int(str(wrong.index[0])) + 2
        raise Problem(f"{file} line {line} column {column.name} = {wrong.iloc[0]!r}: must be a number or empty")


@dataclass(frozen=True, slots=True)
class Place:
    """A council, region or England: its region (empty for those), its first and last year, and what it became."""

    name: str
    kind: str
    region: str
    first: int
    last: int
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is published, by place and year; who is like whom; and the judgements with which gaps are bridged."""

    rows: Mapping[tuple[str, int], Row]
    places: Mapping[str, Place]
    neighbours: Mapping[str, tuple[str, ...]]
    estimates: Mapping[str, Quantity]

    @property
    def last(self) -> int:
        """The last year of the table."""
        return max(year for _, year in self.rows)

    def councils(self) -> list[str]:
        """List the councils, those that have ended too, in order of name."""
        return sorted(name for name, place in self.places.items() if place.kind == COUNCIL)

    def years(self, name: str) -> list[int]:
        """List the years in which a place has a row."""
        return sorted(year for place, year in self.rows if place == name)


def read(path: Path | None = None) -> Evidence:
    """Read the table in use, or another in the same layout, with the tables that go along with it."""
    wide = table(path)
    successors = _grouped(_SUCCESSORS, "council", "successor")
    columns = [str(name) for name in wide.columns if name not in IDENTITY]
    figures = zip(wide["council"], wide["year"], wide[columns].to_numpy(dtype=float).tolist(), strict=True)
    rows = {(str(name), int(year)): _row(columns, year, values) for name, year, values in figures}
    return Evidence(rows, _places(wide, successors), _neighbours(successors), _estimates())


def _row(columns: list[str], year: int, values: list[float]) -> Row:
    """Return the figures of a row, those of a whole year: the assessments of 2014 are only those of one kind."""
    held = {key: value for key, value in zip(columns, values, strict=True) if not isnan(value)}
    return held if year >= _SINGLE else {key: held[key] for key in held if not key.startswith(_ASSESSED)}


def _places(wide: pd.DataFrame, successors: Mapping[str, tuple[str, ...]]) -> dict[str, Place]:
    """Describe each place of a table."""
    known = wide.fillna({"region": ""}).groupby("council", sort=False)
    return {
        str(name): Place(
            str(name),
            str(rows["geography_type"].iloc[0]),
            str(rows["region"].iloc[0]),
            int(rows["year"].min()),
            int(rows["year"].max()),
            successors.get(str(name), ()),
        )
        for name, rows in known
    }


def _grouped(file: str, by: str, what: str) -> dict[str, tuple[str, ...]]:
    """Read a shipped table of pairs as the second of each, by the first, in the table's order."""
    pairs: dict[str, tuple[str, ...]] = {}
    for row in pd.read_csv(paths.shipped("calibration", file), dtype="str").to_dict("records"):
        pairs[row[by]] = (*pairs.get(row[by], ()), row[what])
    return pairs


def _neighbours(successors: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Read who is like whom, nearest first; a council of which that is not known takes its predecessor's."""
    known = _grouped(_NEIGHBOURS, "council", "neighbour")
    inherited = {new: known[old] for old, follow in successors.items() if old in known for new in follow}
    return {**inherited, **known}


def _estimates() -> dict[str, Quantity]:
    """Read the judgements with which gaps are bridged, and the numbers that all scenarios share, by id."""
    sources = tables.sources()
    return tables.parameters(sources) | tables.quantities(_ESTIMATION, sources)


def find(known: Evidence, name: str) -> Place:
    """Find a council by its name, in any case, or by words that only its name has; Problem when that fails."""
    councils = known.councils()
    wanted = " ".join(name.split()).casefold()
    if found := next((each for each in councils if each.casefold() == wanted), None):
        return known.places[found]
    near = _with_words(wanted, councils)
    if larger := _with_words(wanted, (place for place in known.places if place not in councils)):
        offered = f": did you mean {_any_of(near)}?" if near else f": give the name of one, such as {councils[0]}"
        raise Problem(f"{name!r}: {larger[0]} is not a council{offered}")
    if len(near) == 1:
        return known.places[near[0]]
    if near:
        raise Problem(f"{name!r}: could be {_any_of(near)}: give the whole name")
    if other := next((each for each in known.neighbours if each.casefold() == wanted), None):
        raise Problem(
            f"{other}: no figures of it are in the table in use: take them in from the published files with "
            "`familyflow evidence update`"
        )
    raise Problem(
        f"{name!r}: there is no such council in the data, which holds {len(councils)}{_nearest(name, councils)}"
    )


def _with_words(wanted: str, councils: Iterable[str]) -> list[str]:
    """List the councils whose name holds each of the words, as a whole word."""
    words = set(re.findall(r"\w+", wanted)) - _TITLES
    return [each for each in councils if words and words <= set(re.findall(r"\w+", each.casefold()))]


def _nearest(name: str, councils: list[str]) -> str:
    """Offer a council by a slip of the pen, or those with a name that begins alike."""
    if offered := suggestion(name, councils):
        return offered
    alike = [each for each in councils if each.casefold().startswith(name.casefold()[:3])]
    return f" (near it are {', '.join(alike)})" if alike else ""


def _any_of(names: list[str]) -> str:
    """Write a list of alternatives."""
    return " or ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
