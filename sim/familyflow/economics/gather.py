"""Make an investment case of a study: its assumptions from the scenario's quantities, its activity from the ledger."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from familyflow.economics import case
from familyflow.economics.case import Activity, Assumptions, first_year
from familyflow.economics.cashflow import NO_CHANGE, by_financial_year, by_month
from familyflow.economics.lines import PLACEMENT_LINES, Kind, lines_for
from familyflow.economics.prices import line_prices, price_years, uprating
from familyflow.ground.calendar import financial_year
from familyflow.scenario.vocabulary import INCOME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from familyflow.economics.case import Floats
    from familyflow.economics.lines import Line
    from familyflow.ground.quantity import Quantity

_RUN: Final = ["draw", "schedule"]
_REFERENCE_MONTHS: Final = 12
"""Months after day 0 whose level under no change is the budget against which growth is measured."""
_USED: Final = ("price.", "rate.", case.CASE, INCOME)
"""The ids of quantities that a case may use begin so."""


def assumptions(
    quantities: Mapping[str, Quantity],
    deflator: Mapping[str, float],
    price_year: str,
    months: Sequence[date],
    payers: Mapping[str, str] = MappingProxyType({}),
) -> Assumptions:
    """Give what a scenario's quantities say about money.

    `months` are the dates of a run, day 0 first; `payers` pay the incomes, by name.
    """
    used = {name: each for name, each in quantities.items() if name.startswith(_USED)}
    years = tuple(dict.fromkeys(financial_year(month) for month in months[1:]))
    return Assumptions(lines_for(used, payers), used, deflator, price_year, base_year=years[0], years=years)


def activity(
    blocks: Iterable[pd.DataFrame], samples: pd.DataFrame, a: Assumptions, schedules: Sequence[str]
) -> Activity:
    """Give a study's activity: `blocks` are monthly records of some draws at a time, `samples` the draws' inputs.

    `schedules` in the order wanted; no change is put first.
    """
    found = [_amounts(block, a, schedules) for block in blocks]
    amounts, reference = (np.concatenate([each[part] for each in found]) for part in (0, 1))
    draws = np.concatenate([each[2] for each in found])
    return Activity(
        draws=draws,
        schedules=_ordered(schedules),
        years=a.years,
        spans=found[0][3],
        lines=tuple(line.name for line in a.lines),
        amounts=amounts,
        relative=relative_prices(samples.set_index("draw", drop=False).loc[draws], a),
        reference=reference,
        live=_live(amounts, a.lines),
        care_days=_care_days(amounts, a.lines),
    )


def _ordered(schedules: Sequence[str]) -> tuple[str, ...]:
    """Put no change first."""
    return tuple(sorted(dict.fromkeys(schedules), key=lambda name: name != NO_CHANGE))


def _amounts(
    monthly: pd.DataFrame, a: Assumptions, schedules: Sequence[str]
) -> tuple[Floats, Floats, NDArray[np.int64], tuple[tuple[date, date], ...]]:
    """Give some draws' amounts (D, S, Y, L), their reference (D, Y, L), their numbers and the years' spans."""
    table = by_month(monthly, a.lines)
    draws = np.sort(table.index.get_level_values("draw").unique().to_numpy()).astype(np.int64)
    spans = _spans(monthly)
    every = pd.MultiIndex.from_product([draws, _ordered(schedules), a.years])
    yearly = by_financial_year(table).reindex(every)
    shape = (len(draws), len(_ordered(schedules)), len(a.years), len(a.lines))
    return yearly.to_numpy().reshape(shape), _reference(table, draws, spans), draws, spans


def _spans(monthly: pd.DataFrame) -> tuple[tuple[date, date], ...]:
    """Give the first and last day of each financial year, cut where the run begins (the day after day 0) and ends."""
    days = sorted(pd.Timestamp(month).date() for month in monthly["month"].unique())
    ends = {financial_year(day): day for day in days[1:]}
    starts = [days[0], *list(ends.values())[:-1]]
    return tuple((start + timedelta(days=1), end) for start, end in zip(starts, ends.values(), strict=True))


def _reference(table: pd.DataFrame, draws: NDArray[np.int64], spans: Sequence[tuple[date, date]]) -> Floats:
    """Give each year's amounts (D, Y, L) at the daily level of the first twelve months of no change."""
    months = table.index.get_level_values("month")
    first = np.sort(months.unique())[:_REFERENCE_MONTHS]
    days = (pd.Timestamp(first[-1]).date() - spans[0][0]).days + 1
    early = table[(table.index.get_level_values("schedule") == NO_CHANGE) & months.isin(first)]
    daily = early.groupby(level="draw").sum().loc[draws].to_numpy() / days
    lengths = np.array([(end - start).days + 1 for start, end in spans])
    return np.asarray(daily[:, None] * lengths[:, None])


def relative_prices(samples: pd.DataFrame, a: Assumptions) -> Floats:
    """Give each draw's price over the stated one (D, Y, L), growth included; 1 where the stated price is 0."""
    factors = uprating(price_years(a.quantities), a.price_year, a.deflator)
    stated, drawn = case.unit_prices(a), line_prices(samples, a.lines, factors).to_numpy()
    ratio = np.where(stated > 0, drawn / np.where(stated > 0, stated, 1.0), 1.0)
    growth = np.stack([_relative_growth(samples, line, a) for line in a.lines], axis=-1)
    return np.asarray(ratio[:, None] * growth)


def _relative_growth(samples: pd.DataFrame, line: Line, a: Assumptions) -> Floats:
    """Give each draw's growth of a line's price by each year over the stated one (D, Y)."""
    if not line.growth:
        return np.ones((len(samples), len(a.years)))
    since = np.array([first_year(year) - first_year(a.quantities[line.price].year) for year in a.years])
    drawn = samples[line.growth].to_numpy(dtype=np.float64)
    return np.asarray(((1 + drawn[:, None]) / (1 + a.value(line.growth))) ** since)


def _live(amounts: Floats, lines: Sequence[Line]) -> NDArray[np.int64]:
    """Give the year (S,) in which each schedule first employs somebody, in any draw, that no change does not."""
    posts = np.array([line.kind == Kind.PROGRAMME for line in lines])
    more = (amounts - amounts[:, :1])[..., posts].max(axis=(0, 3)) > 0
    return np.asarray(np.where(more.any(axis=1), more.argmax(axis=1), more.shape[1]), dtype=np.int64)


def _care_days(amounts: Floats, lines: Sequence[Line]) -> Floats:
    """Give child-days in care (D, S, Y): those of every placement."""
    placements = {line.name for line in PLACEMENT_LINES}
    return np.asarray(amounts[..., [line.name in placements for line in lines]].sum(axis=-1))
