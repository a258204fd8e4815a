"""A council's published past as numbers: referrals, starts and stocks by year, from a table in the wide layout."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from familyflow.ground.problem import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Floats: TypeAlias = NDArray[np.float64]
COUNCIL: Final = "council"
CHILDREN: Final = "population_0_17_mid_year_before"
HALF: Final = 0.5
"""Added to a count before its logarithm is taken, so that none is lost to a zero (Anscombe 1948)."""
EARLIEST: Final = 2000
LATEST: Final = 2100
"""Financial years outside these are taken for a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Series:
    """One published series: its short name, the column that holds it, what it is called, and whether it is a stock.

    `goes_on`: what is typical of it is expected to go on rising or falling as of late. So it is of children looked
    after, whose number was known to have risen for years when the first forecast that is scored was made.
    """

    name: str
    measure: str
    title: str
    stock: bool
    scored: bool = True
    goes_on: bool = False


SERIES: Final = (
    Series("referrals", "referrals_number", "Referrals in the year", stock=False),
    Series("cin_starts", "cin_episodes_started_number", "CIN episodes started in the year", stock=False, scored=False),
    Series("cin", "cin_at_31mar_number", "Children in need at 31 March", stock=True),
    Series("cp_starts", "cpp_started_number", "CP plans started in the year", stock=False),
    Series("cp", "cpp_at_31mar_number", "CP plans at 31 March", stock=True),
    Series("care_starts", "cla_started_number", "Children starting to be looked after in the year", stock=False),
    Series("care", "cla_at_31mar_number", "Children looked after at 31 March", stock=True, goes_on=True),
)
"""The series whose movement is followed: every way in, and every stock. Ways out follow from the balance."""
ENDS: Final = {"cin": "cin_episodes_ended_number", "cp": "cpp_ended_number", "care": "cla_ceased_number"}
"""The published ends of each stock, which the balance is held against."""
STOCKS: Final = {"cin": "cin_starts", "cp": "cp_starts", "care": "care_starts"}
"""Each stock with the series of its starts."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Places by year: `children` (P, Y) aged 0 to 17, and `counts` (S, P, Y) in the order of SERIES; gaps are nan."""

    places: tuple[str, ...]
    years: tuple[int, ...]
    children: Floats
    counts: Floats

    def until(self, year: int) -> Panel:
        """Return the panel as it stood when a year's figures were the last."""
        known = sum(each <= year for each in self.years)
        return Panel(self.places, self.years[:known], self.children[:, :known], self.counts[..., :known])

    def of(self, places: Iterable[str]) -> Panel:
        """Return the panel of some of the places, in the order asked for."""
        rows = [self.places.index(each) for each in places]
        return Panel(tuple(self.places[i] for i in rows), self.years, self.children[rows], self.counts[:, rows])

    def logs(self) -> Floats:
        """Return the logarithm of each series per child, (S, P, Y); gaps are nan."""
        logs: Floats = np.log((self.counts + HALF) / self.children)
        return logs


def panel(table: pd.DataFrame) -> Panel:
    """Arrange the councils of a wide table by place and year. Places without a number of children are left out.

    Years run without a break from the first to the last; a missing number of children is that of the nearest year.
    """
    rows = table if "geography_type" not in table else table[table["geography_type"].fillna("council") == COUNCIL]
    years = tuple(range(int(rows["year"].min()), int(rows["year"].max()) + 1))
    filled = _arranged(rows, CHILDREN, years).ffill(axis="columns").bfill(axis="columns").dropna()
    places = tuple(map(str, filled.index))
    counts = [_arranged(rows, each.measure, years).reindex(filled.index).to_numpy(float) for each in SERIES]
    return Panel(places, years, filled.to_numpy(float), np.array(counts))


def _arranged(rows: pd.DataFrame, measure: str, years: tuple[int, ...]) -> pd.DataFrame:
    """Return one measure, a row a place and a column a year; all gaps where the table has no such column."""
    if measure not in rows:
        return pd.DataFrame(np.nan, index=sorted(rows[COUNCIL].unique()), columns=list(years))
    return rows.set_index([COUNCIL, "year"])[measure].unstack("year").reindex(columns=years).sort_index()  # noqa: PD010


def read(path: Path) -> pd.DataFrame:
    """Read a table in the wide layout that somebody else made, and check what is used of it.

    Errors: Problem that names the line and the column.
    """
    text = _text(path)
    _refuse_columns(path, text)
    used = [each for each in (CHILDREN, *(s.measure for s in SERIES)) if each in text]
    table = text.reindex(columns=[c for c in text.columns if c in {COUNCIL, "geography_type", "la_code"}])
    table["year"] = _years(path, text["year"])
    for column in used:
        table[column] = _counts(path, text[column])
    _refuse_names(path, table)
    _refuse_childless(path, table)
    return table


def _text(path: Path) -> pd.DataFrame:
    """Read the cells as they stand, by line of the file; empty lines are passed over."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            headings = next(reader, [])
            rows = dict((reader.line_num, row) for row in reader if row)  # noqa: C402 - the number moves with the row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Problem(f"{path}: cannot be read as a table of comma-separated values: {why}") from error
    for line, row in rows.items():
        if len(row) != len(headings):
            raise Problem(f"{path}, line {line}: has {len(row)} cells, and line 1 has {len(headings)} headings")
    return pd.DataFrame(list(rows.values()), index=list(rows), columns=headings, dtype="str")


def _refuse_columns(path: Path, text: pd.DataFrame) -> None:
    """Refuse a table without the columns that are needed, with one twice, or without rows."""
    for column, count in Counter(text.columns).items():
        if count > 1:
            raise Problem(f"{path}, line 1: the column '{column}' stands {count} times; give it once")
    for column in (COUNCIL, "year", CHILDREN):
        if column not in text:
            near = suggestion(column, map(str, text.columns))
            raise Problem(f"{path}, line 1: there is no column '{column}'{near}; see the layout of councils.csv")
    if not any(each.measure in text for each in SERIES):
        names = ", ".join(each.measure for each in SERIES)
        raise Problem(f"{path}, line 1: holds none of the columns that are forecast: {names}")
    if text.empty:
        raise Problem(f"{path}: holds no rows below its headings")


def _years(path: Path, cells: pd.Series[str]) -> pd.Series[int]:
    numbers = pd.to_numeric(cells, errors="coerce")
    wrong = ~numbers.between(EARLIEST, LATEST) | (numbers % 1 != 0)
    _refuse_first(path, "year", cells, wrong, "a financial year's last year, such as 2024")
    return numbers.astype("int64")


def _counts(path: Path, cells: pd.Series[str]) -> pd.Series[float]:
    """Read a column of counts; an empty cell is not published."""
    stripped = cells.str.strip()
    numbers = pd.to_numeric(stripped.where(stripped != ""), errors="coerce").astype("float64")
    wrong = (numbers.isna() & (stripped != "")) | (numbers < 0) | np.isinf(numbers)
    _refuse_first(path, str(cells.name), cells, wrong, "a count of 0 or more, or nothing where it is not published")
    return numbers


def _refuse_first(path: Path, column: str, cells: pd.Series[str], wrong: pd.Series[bool], allowed: str) -> None:
    """Refuse a column by the first of its wrong cells."""
    if wrong.any():
        line = wrong.index[wrong.to_numpy()][0]
        raise Problem(f"{path}, line {line}: {column} = '{cells[line]}': give {allowed}")


def _refuse_names(path: Path, table: pd.DataFrame) -> None:
    """Refuse a row without a council, and a council's year that stands twice."""
    _refuse_first(path, COUNCIL, table[COUNCIL], table[COUNCIL].str.strip() == "", "the council's name")
    pairs = list(zip(table[COUNCIL], table["year"], strict=True))
    twice = {pair for pair, count in Counter(pairs).items() if count > 1}
    for row, pair in enumerate(pairs):
        if pair in twice and pair in pairs[:row]:
            raise Problem(f"{path}, line {table.index[row]}: {pair[0]} in {pair[1]} stands twice; give it once")


def _refuse_childless(path: Path, table: pd.DataFrame) -> None:
    """Refuse a number of children of nought, and a council that has none at all."""
    _refuse_first(
        path, CHILDREN, table[CHILDREN].astype("str"), table[CHILDREN] == 0, "the number of children aged 0 to 17"
    )
    known = table.groupby(COUNCIL)[CHILDREN].count()
    for place in known.index[known == 0]:
        line = table.index[table[COUNCIL] == place][0]
        raise Problem(f"{path}, line {line}: {place} has no {CHILDREN} in any year; give it in one at least")
