"""The tables that a run makes, of rows written by hand: monthly records, draws' inputs, outcomes by draw."""

from __future__ import annotations

from datetime import date
from math import nan
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from familyflow.experiment.run import COLUMNS
from familyflow.results.measures import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

STATISTICS = ("mean", "p5", "p50", "p95", "mc_error", "probability_better", "probability_worse")
Row: TypeAlias = tuple[int, str, date, str, str, float]
"""A monthly record: draw, schedule, month, team, measure, value."""


def records(rows: Iterable[Row]) -> pd.DataFrame:
    """Make monthly records of rows."""
    return pd.DataFrame(list(rows), columns=list(COLUMNS)).astype({"draw": "int32"})


def series(
    schedule: str, measure: str, months: Sequence[date], values: Iterable[float], *, draw: int = 0, team: str = ""
) -> list[Row]:
    """Give one measure's records, month by month."""
    return [(draw, schedule, month, team, measure, value) for month, value in zip(months, values, strict=True)]


def days(schedule: str, team: str, measure: str, first: date | str, last: date | str, count: float) -> list[Row]:
    """Give the days of so many, from the first to the last, by month in one draw."""
    covered = pd.Series(count, pd.date_range(first, last)).groupby(pd.Grouper(freq="ME")).sum()
    months = [month.date() for month in pd.DatetimeIndex(covered.index)]
    return series(schedule, measure, months, covered.astype(float), team=team)


def samples(inputs: Mapping[str, float], draws: Iterable[int] = (0,)) -> pd.DataFrame:
    """Give draws that all have the same inputs."""
    return pd.DataFrame([{"draw": draw, **inputs} for draw in draws])


def summary(schedule: str, measures: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """Give a summary's rows of a schedule over the whole run; a statistic that is not given is a gap."""
    rows = [
        {"schedule": schedule, "period": WHOLE, "measure": measure, **dict.fromkeys(STATISTICS, nan), **found}
        for measure, found in measures.items()
    ]
    return pd.DataFrame(rows)


def outcomes(values: Mapping[tuple[str, str], Sequence[float]]) -> pd.DataFrame:
    """Give outcomes over the whole run, draw by draw, by schedule and measure."""
    rows = [
        (schedule, WHOLE, measure, draw, value)
        for (schedule, measure), draws in values.items()
        for draw, value in enumerate(draws)
    ]
    return pd.DataFrame(rows, columns=["schedule", "period", "measure", "draw", "value"])
