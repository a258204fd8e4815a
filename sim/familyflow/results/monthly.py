"""The door to a study's monthly records: some draws at a time, so that ten thousand fit in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd
from pyarrow import compute, parquet

from familyflow.ground.calendar import DAYS_PER_YEAR, anniversary, financial_year, financial_year_start, month_end
from familyflow.pathway.teams import KEY_WORKER, SOCIAL_WORKER
from familyflow.results.measures import NO_CHANGE, WHOLE
from familyflow.results.outcome import outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    import pyarrow as pa
    from numpy.typing import NDArray

    from familyflow.scenario import Scenario

Monthly: TypeAlias = pd.DataFrame | Path
"""Monthly records as a tidy frame, or the path of the Parquet file (or folder of parts) that holds them."""
_KEYS: Final = ["schedule", "draw", "month", "team"]
_DRAWS_AT_ONCE: Final = 25
"""Draws looked through together: Arrow, left alone, reads ahead, and keeps that memory."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds cases: the role, and the measures of the children held and of the workers in post (FTE)."""

    worker: str
    children: str
    workers: str


SOCIAL_WORK: Final = Holding(SOCIAL_WORKER, "children_open", "social_workers_in_post")
EARLY_HELP: Final = Holding(KEY_WORKER, "children_in_early_help", "key_workers_in_post")
HOLDINGS: Final = (SOCIAL_WORK, EARLY_HELP)
"""A team is of one kind: its caseload is children per worker of that kind."""


@dataclass(frozen=True, eq=False)
class Cube:
    """Some measures, dense, in an order that does not depend on the order of the records.

    `counts` (schedules, draws, months, teams, measures), 0 where there is no record; `ran` (schedules, draws,
    months) is where there is any.
    """

    schedules: pd.Index
    draws: pd.Index
    months: pd.DatetimeIndex
    teams: pd.Index
    measures: tuple[str, ...]
    counts: NDArray[np.float64]
    ran: NDArray[np.bool_]

    def measure(self, name: str) -> NDArray[np.float64]:
        """Return one measure (schedules, draws, months, teams), 0 everywhere when it was never recorded."""
        if name not in self.measures:
            return np.zeros(self.counts.shape[:-1])
        return np.asarray(self.counts[..., self.measures.index(name)])


def cube(rows: pd.DataFrame) -> Cube:
    """Collect what was recorded."""
    coded = {key: pd.factorize(rows[key], sort=True) for key in [*_KEYS, "measure"]}
    shape = tuple(len(names) for _, names in coded.values())
    codes = [code for code, _ in coded.values()]
    counts = np.zeros(shape)
    counts[tuple(codes)] = rows["value"]
    ran = np.zeros(shape[:3], dtype=bool)
    ran[tuple(codes[:3])] = True
    schedules, draws, months, teams, recorded = (pd.Index(names) for _, names in coded.values())
    return Cube(
        schedules.astype(str),
        draws,
        pd.DatetimeIndex(pd.to_datetime(list(months))).as_unit("ns"),
        teams.astype(str),
        tuple(map(str, recorded)),
        counts,
        ran,
    )


def blocks(monthly: Monthly, measures: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
    """Return the records of some draws at a time, of some measures or of all; a frame is one block."""
    if isinstance(monthly, pd.DataFrame):
        yield monthly if measures is None else monthly[monthly["measure"].isin(measures)]
        return
    for rows in _looked_through(monthly, [*_KEYS, "measure", "value"]):
        chosen = rows if measures is None else rows.filter(compute.field("measure").isin(list(measures)))
        yield chosen.to_pandas(date_as_object=False)


def _looked_through(path: Path, columns: list[str]) -> Iterator[pa.Table]:
    """Return some columns of a Parquet file, or of each in a folder, some draws (a row group each) at a time."""
    for part_of_it in sorted(path.iterdir()) if path.is_dir() else [path]:
        with parquet.ParquetFile(part_of_it, read_dictionary=["schedule", "team", "measure"]) as file:
            every = range(file.num_row_groups)
            for first in every[::_DRAWS_AT_ONCE]:
                groups = list(every[first : first + _DRAWS_AT_ONCE])
                yield file.read_row_groups(groups, columns=columns, use_threads=False)


def _distinct(monthly: Monthly, column: str) -> list[object]:
    """Return the different values of a column as they come."""
    if isinstance(monthly, pd.DataFrame):
        return list(monthly[column].unique())
    looked_through = _looked_through(monthly, [column])
    return list(dict.fromkeys(value for rows in looked_through for value in rows.column(0).unique().to_pylist()))


def council(monthly: Monthly, measures: Iterable[str]) -> pd.DataFrame:
    """Sum measures over teams: one row per schedule, draw and month, one column per measure.

    What has no row is 0: nothing of the kind was there, or happened.
    """
    return _wide(monthly, measures, _summed)


def by_team(monthly: Monthly, measures: Iterable[str]) -> pd.DataFrame:
    """Return measures by team: index schedule, draw, month and team, one column per measure.

    A row for each month in which a team has something of any measure; the rest of the row is 0.
    """
    return _wide(monthly, measures, _of_teams)


def _wide(monthly: Monthly, measures: Iterable[str], arrange: Callable[[Cube], pd.DataFrame]) -> pd.DataFrame:
    """Read some draws at a time, and put them one after another."""
    names = list(dict.fromkeys(measures))
    parts = [arrange(cube(rows)).reindex(columns=names) for rows in blocks(monthly, names)]
    return pd.concat(parts).sort_index().fillna(0.0)


def _summed(found: Cube) -> pd.DataFrame:
    """Sum over teams what was run: index schedule, draw and month, a column a measure."""
    levels = [found.schedules, found.draws, found.months]
    index = pd.MultiIndex.from_product(levels, names=_KEYS[:3])
    sums = found.counts.sum(axis=3).reshape(len(index), len(found.measures))
    return pd.DataFrame(sums, index=index, columns=list(found.measures))[found.ran.ravel()]


def _of_teams(found: Cube) -> pd.DataFrame:
    """Return what teams have: index schedule, draw, month and team, a column a measure."""
    where = np.nonzero((found.counts != 0).any(axis=4) & (np.asarray(found.teams) != ""))
    levels = (found.schedules, found.draws, found.months, found.teams)
    index = pd.MultiIndex.from_arrays(
        [names.take(codes) for names, codes in zip(levels, where, strict=True)], names=_KEYS
    )
    return pd.DataFrame(found.counts[where], index=index, columns=list(found.measures))


def caseloads(monthly: Monthly, holding: Holding = SOCIAL_WORK) -> pd.DataFrame:
    """Return schedule, draw, month, team, children, workers and caseload, where a team has workers in post.

    Caseload is open children per social worker, or as `holding` says children in early help per key worker.
    """
    held = by_team(monthly, [holding.children, holding.workers]).set_axis(["children", "workers"], axis="columns")
    held = held[held["workers"] > 0].reset_index()
    return held.assign(caseload=held["children"] / held["workers"])


def child_years(caseload_rows: pd.DataFrame, days: Sequence[date]) -> pd.Series:
    """Return the child-years that teams held in the month up to each row of `caseloads`; `days` as of months_of."""
    ends = pd.Series(pd.to_datetime(list(days)))
    lengths = dict(zip(ends, ends.diff().dt.days, strict=True))
    return caseload_rows["children"] * caseload_rows["month"].map(lengths) / DAYS_PER_YEAR


def in_order(schedules: Iterable[str]) -> list[str]:
    """Return schedules once each, no change first and the others as they come."""
    return sorted(dict.fromkeys(str(name) for name in schedules), key=lambda name: name != NO_CHANGE)


def titles_of(scenario: Scenario, schedules: Iterable[str]) -> dict[str, str]:
    """Return the titles of the schedules that were run, no change first and the others as the file has them."""
    run = set(schedules)
    return {name: scenario.schedules[name].title for name in in_order(scenario.schedules) if name in run}


def as_listed(rows: pd.DataFrame, titles: Iterable[str]) -> pd.DataFrame:
    """Put rows of a table with the column schedule in the order in which schedules are listed."""
    return rows.sort_values("schedule", key=lambda names: names.map(list(titles).index), kind="stable")


def schedules_of(monthly: Monthly) -> list[str]:
    """Return the schedules of a study, no change first and the others as they were recorded."""
    return in_order(map(str, _distinct(monthly, "schedule")))


def months_of(monthly: Monthly) -> list[date]:
    """Return the dates of a study's records in order: day 0, then the months' ends."""
    return sorted(pd.Timestamp(str(month)).date() for month in _distinct(monthly, "month"))


def periods(days: Sequence[date]) -> pd.Series:
    """Name the financial year of each date after day 0 (the first one given); index timestamp, value label.

    A first or last year that is only partly simulated carries the date at which it really starts or ends.
    """
    labels = {pd.Timestamp(day): _label(day, days[0], days[-1]) for day in days[1:]}
    return pd.Series(labels, dtype=object)


def _label(day: date, start: date, end: date) -> str:
    """Name the financial year of a date, with the study's own start and end where they cut it."""
    year = financial_year(day)
    first = financial_year_start(year)
    last = month_end(first.replace(year=first.year + 1, month=3))
    late = f" from {start}" if first < start < last else ""
    early = f" to {end}" if end < last else ""
    return f"{year}{late}{early}"


def year_ends(labels: Iterable[str]) -> list[pd.Timestamp]:
    """Return the date at which each named financial year ends in the study."""
    return [_end_of(label) for label in labels if label != WHOLE]


def _end_of(label: str) -> pd.Timestamp:
    """Return the end of one named year: its own last date, or 31 March."""
    if " to " in label:
        return pd.Timestamp(label.rpartition(" to ")[2])
    following = anniversary(financial_year_start(label.partition(" ")[0]), 1)
    return pd.Timestamp(following) - pd.Timedelta(days=1)


def part(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Take one name of an index's first level."""
    return frame.loc[[name]].droplevel(0)


def ends(values: pd.Series) -> dict[str, dict[str, float]]:
    """Return mean, p5, p95 and mc_error over draws at the last month, by schedule, as `outcomes` does."""
    months = values.index.get_level_values("month")
    return by_schedule(outcomes(values[months == months.max()], ["schedule"]))


def by_schedule(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return a table's rows as plain numbers by schedule."""
    rows = zip(table.index.get_level_values("schedule"), table.to_dict("records"), strict=True)
    return {str(name): {str(column): float(value) for column, value in row.items()} for name, row in rows}


def draws_in(values: pd.Series | pd.DataFrame) -> int:
    """Count the draws in an index."""
    return int(values.index.get_level_values("draw").nunique())


def quarter_of(months: pd.Period) -> str:
    """Write a quarter of a year, as "Jul to Sep 2021"."""
    return f"{months.start_time:%b} to {months.end_time:%b %Y}"
