"""An investment case: what is assumed about money, and the activity that the draws gave, as plain arrays.

Every later figure is made of these two by the explicit steps of `ladder` and `appraisal`, so that a spreadsheet can
repeat each of them to the penny. Nothing is rounded anywhere. Axes are always in the order draw (D), schedule (S),
financial year (Y), line (L); schedule 0 is no change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from math import floor
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from familyflow.economics.cashflow import NO_CHANGE, by_financial_year, by_month
from familyflow.economics.lines import CARE_EXITS, PLACEMENT_LINES, Kind, lines_for
from familyflow.economics.prices import line_prices, price_years, uprating
from familyflow.ground.calendar import DAYS_PER_YEAR, days_in, financial_year, first_year
from familyflow.ground.problem import Problem, suggestion
from familyflow.scenario.vocabulary import INCOME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from familyflow.economics.lines import Line
    from familyflow.ground.quantity import Quantity

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

CASE: Final = "case."
"""Inputs that the council chooses or must own begin so: each draw has them at their stated value."""
CASH_NOW: Final = "cash_now"
CASH_LATER: Final = "cash_later"
LAG: Final = "lag_months"
STEP: Final = "step"
GRADE: Final = "grade"
TERMS: Final = (CASH_NOW, CASH_LATER, LAG, STEP)
"""What a line has besides its price: shares that become cash at once and later, the lag of the latter, and its step."""
DISCOUNT_RATE: Final = "price.discount_rate"
DEFLATOR_GROWTH: Final = "case.deflator_growth"
"""Yearly growth of prices in the years after the deflator table ends."""
GRANT: Final = "case.grant_year"
GRANT_YEARS: Final = "case.grant_years"
GROWTH_COUNTS: Final = "case.growth_counts"
"""The share of growth not incurred that counts as cash: none, unless the council's plan has the growth in it."""
SAVING_KEPT: Final = "case.saving_kept"
"""The share of a year's saving that is left in the next one, in the years after a run."""
EFFECT_GRADE: Final = "case.effect.grade"
CORRECTION: Final = "case.correction.grade_"
"""Optimism-bias correction (share) of each confidence grade, 1 to 6."""
_MONTHS: Final = 12


def term(line: Line, what: str) -> str:
    """Return the id of one of a line's terms, such as `case.placement_residential.cash_now`."""
    return f"{CASE}{line.terms or line.name}.{what}"


@dataclass(frozen=True, eq=False)
class Assumptions:
    """What is assumed about money: lines, and every quantity that they and the case use, by id.

    A `Quantity` carries its value, range, unit, year, source, status and note. `deflator`: price level by financial
    year. `price_year`: of all real figures. `base_year`: the financial year whose discount factor is 1. `years`: the
    financial years of the case, in order.
    """

    lines: tuple[Line, ...]
    quantities: Mapping[str, Quantity]
    deflator: Mapping[str, float]
    price_year: str
    base_year: str
    years: tuple[str, ...]

    def value(self, name: str) -> float:
        """Return a quantity's value; Problem when there is none."""
        if name not in self.quantities:
            raise Problem(f"{name}: the case needs it{suggestion(name, self.quantities)}")
        return self.quantities[name].value

    def changed(self, name: str, value: float) -> Assumptions:
        """Return the same assumptions with one value held at another."""
        held = replace(self.quantities[name], value=value, low=value, high=value)
        return replace(self, quantities={**self.quantities, name: held})


@dataclass(frozen=True, eq=False)
class Activity:
    """What the draws gave: amounts of each line's measure, and how each draw's prices differ from the stated ones.

    `amounts` (D, S, Y, L), in the measure's unit. `relative` (D, Y, L): the draw's price over the stated one, growth
    above the deflator included; 1 where no price is uncertain. `reference` (D, Y, L): the amount there would be if no
    change stayed as in its first twelve months. `live` (S,): the index of the year in which a schedule first employs
    somebody that no change does not, or the number of years when it never does. `spans`: first and last day of each
    year, cut where the run begins and ends. `care_days` (D, S, Y): child-days in care. `ending` (D, S, L): amounts of
    a day in the run's last month. `leaving` (D,): exits from care in a year of one child in care, under no change.
    """

    draws: NDArray[np.int64]
    schedules: tuple[str, ...]
    years: tuple[str, ...]
    spans: tuple[tuple[date, date], ...]
    lines: tuple[str, ...]
    amounts: Floats
    relative: Floats
    reference: Floats
    live: NDArray[np.int64]
    care_days: Floats
    ending: Floats
    leaving: Floats


def unit_prices(a: Assumptions) -> Floats:
    """Return the stated price (L,), GBP of the price year, of one unit of each line's measure, before real growth.

    price = stated price x deflator[price year] / deflator[year of the stated price] x factor
            x each of `times` x (1 + each of `uplifts`)
    """
    return np.array([_unit_price(a, line) for line in a.lines])


def _unit_price(a: Assumptions, line: Line) -> float:
    """Return one line's stated price."""
    if line.price not in a.quantities:
        raise Problem(f"{line.price}: the line {line.name} needs its price")
    stated = a.quantities[line.price]
    price = stated.value * price_level(a, a.price_year) / price_level(a, stated.year) * line.factor
    for name in line.times:
        price *= a.value(name)
    for name in line.uplifts:
        price *= 1 + a.value(name)
    return price


def real_growth(a: Assumptions) -> Floats:
    """Return what each year's real price is over the stated one (Y, L): placements have outrun the deflator.

    growth = (1 + the line's own yearly growth) ^ (year - year of the stated price); 1 for a line without its own
    """
    table = np.ones((len(a.years), len(a.lines)))
    for column, line in enumerate(a.lines):
        if line.growth:
            since = first_year(a.quantities[line.price].year)
            table[:, column] = [(1 + a.value(line.growth)) ** (first_year(year) - since) for year in a.years]
    return table


def price_level(a: Assumptions, year: str) -> float:
    """Return the price level of a financial year: from the table, or after it by the assumed growth.

    level = last level of the table x (1 + growth) ^ (years after the last); Problem before the table begins.
    """
    if year in a.deflator:
        return a.deflator[year]
    last = max(a.deflator)
    if year < min(a.deflator):
        raise Problem(f"price year '{year}' is before the deflator table, which has {min(a.deflator)} to {last}")
    return a.deflator[last] * (1 + a.value(DEFLATOR_GROWTH)) ** (first_year(year) - first_year(last))


def nominal_factors(a: Assumptions) -> Floats:
    """Return pounds of each year (Y,) for one pound of the price year: level[year] / level[price year]."""
    return np.array([price_level(a, year) / price_level(a, a.price_year) for year in a.years])


def discount_factors(a: Assumptions) -> Floats:
    """Return what a real pound of each year (Y,) is worth in the base year: 1 / (1 + rate) ^ (year - base year)."""
    rate, base = a.value(DISCOUNT_RATE), first_year(a.base_year)
    return np.array([1 / (1 + rate) ** (first_year(year) - base) for year in a.years])


def terms(a: Assumptions, what: str) -> Floats:
    """Return one term of every line (L,); 0 for a line that has none, as what is no saving of the council's has not."""
    return np.array([a.value(term(line, what)) if has_terms(line) else 0.0 for line in a.lines])


def cash_shares(a: Assumptions) -> tuple[Floats, Floats]:
    """Return the shares of each line (L,) that become cash at once and later, never more than all of it together.

    later = min(cash_later, 1 - cash_now)
    """
    now = terms(a, CASH_NOW)
    return now, np.minimum(terms(a, CASH_LATER), 1 - now)


def has_terms(line: Line) -> bool:
    """Return whether a line's savings may become the council's cash."""
    return line.kind in (Kind.CASHABLE, Kind.CAPACITY)


def of_kind(a: Assumptions, *kinds: Kind) -> Flags:
    """Say which lines (L,) are of some kinds."""
    return np.array([line.kind in kinds for line in a.lines])


def lags(a: Assumptions) -> tuple[NDArray[np.int64], Floats]:
    """Split each line's lag (L,) into whole years n and the rest w of a year: months / 12 = n + w."""
    years = terms(a, LAG) / _MONTHS
    whole = np.array([floor(each) for each in years], dtype=np.int64)
    return whole, years - whole


def corrections(a: Assumptions) -> Floats:
    """Return what optimism bias multiplies each line (L,) by, from the confidence grades.

    cost of the programme: 1 + correction[grade of the line]; 1 - correction[...] where it costs less than no change
    any saving: (1 - correction[grade of the line's price]) x (1 - correction[grade of the effects])
    income: 1, as what is granted is no estimate of an effect
    """
    effect = 1 - _correction(a, EFFECT_GRADE)
    own = np.array([_correction(a, term(line, GRADE)) if has_grade(line) else 0.0 for line in a.lines])
    corrected = np.where(of_kind(a, Kind.PROGRAMME), 1 + own, (1 - own) * effect)
    return np.where(of_kind(a, Kind.INCOME), 1.0, corrected)


def has_grade(line: Line) -> bool:
    """Return whether a line has a confidence grade: all but income have."""
    return line.kind != Kind.INCOME


def _correction(a: Assumptions, grade: str) -> float:
    """Return the correction of a confidence grade, named by the id of the grade."""
    return a.value(f"{CORRECTION}{a.value(grade):.0f}")


_RUN: Final = ["draw", "schedule"]


_REFERENCE_MONTHS: Final = 12
"""Months after day 0 whose level under no change is the budget against which growth is measured."""


_USED: Final = ("price.", "rate.", CASE, INCOME)
"""The ids of quantities that a case may use begin so."""


def assumptions(
    quantities: Mapping[str, Quantity],
    deflator: Mapping[str, float],
    price_year: str,
    months: Sequence[date],
    payers: Mapping[str, str] = MappingProxyType({}),
) -> Assumptions:
    """Return what a scenario's quantities say about money.

    `months` are the dates of a run, day 0 first; `payers` pay the incomes, by name.
    """
    used = {name: each for name, each in quantities.items() if name.startswith(_USED)}
    years = tuple(dict.fromkeys(financial_year(month) for month in months[1:]))
    return Assumptions(lines_for(used, payers), used, deflator, price_year, base_year=years[0], years=years)


def activity(
    blocks: Iterable[pd.DataFrame], samples: pd.DataFrame, a: Assumptions, schedules: Sequence[str]
) -> Activity:
    """Return a study's activity: `blocks` are monthly records of some draws at a time, `samples` the draws' inputs.

    `schedules` in the order wanted; no change is put first.
    """
    found = [_amounts(block, a, schedules) for block in blocks]
    draws, amounts = np.concatenate([each.draws for each in found]), np.concatenate([each.amounts for each in found])
    return Activity(
        draws=draws,
        schedules=_ordered(schedules),
        years=a.years,
        spans=found[0].spans,
        lines=tuple(line.name for line in a.lines),
        amounts=amounts,
        relative=relative_prices(samples.set_index("draw", drop=False).loc[draws], a),
        reference=np.concatenate([each.reference for each in found]),
        live=_live(amounts, a.lines),
        care_days=_care_days(amounts, a.lines),
        ending=np.concatenate([each.ending for each in found]),
        leaving=np.concatenate([each.leaving for each in found]),
    )


def _ordered(schedules: Sequence[str]) -> tuple[str, ...]:
    """Put no change first."""
    return tuple(sorted(dict.fromkeys(schedules), key=lambda name: name != NO_CHANGE))


class _Block(NamedTuple):
    """What `Activity` has of some draws."""

    draws: NDArray[np.int64]
    amounts: Floats
    reference: Floats
    ending: Floats
    leaving: Floats
    spans: tuple[tuple[date, date], ...]


def _amounts(monthly: pd.DataFrame, a: Assumptions, schedules: Sequence[str]) -> _Block:
    """Count what some draws did."""
    table = by_month(monthly, a.lines)
    draws = np.sort(table.index.get_level_values("draw").unique().to_numpy()).astype(np.int64)
    spans = _spans(monthly)
    every = pd.MultiIndex.from_product([draws, _ordered(schedules), a.years])
    yearly = by_financial_year(table).reindex(every)
    shape = (len(draws), len(_ordered(schedules)), len(a.years), len(a.lines))
    amounts = yearly.to_numpy().reshape(shape)
    return _Block(
        draws=draws,
        amounts=amounts,
        reference=_reference(table, draws, spans),
        ending=_ending(table, draws, schedules, spans),
        leaving=_leaving(monthly, draws, _care_days(amounts, a.lines)[:, 0].sum(axis=-1)),
        spans=spans,
    )


def _spans(monthly: pd.DataFrame) -> tuple[tuple[date, date], ...]:
    """Return the first and last day of each financial year, cut where the run begins (the day after day 0) and ends."""
    days = sorted(pd.Timestamp(month).date() for month in monthly["month"].unique())
    ends = {financial_year(day): day for day in days[1:]}
    starts = [days[0], *list(ends.values())[:-1]]
    return tuple((start + timedelta(days=1), end) for start, end in zip(starts, ends.values(), strict=True))


def _reference(table: pd.DataFrame, draws: NDArray[np.int64], spans: Sequence[tuple[date, date]]) -> Floats:
    """Return each year's amounts (D, Y, L) at the daily level of the first twelve months of no change."""
    months = table.index.get_level_values("month")
    first = np.sort(months.unique())[:_REFERENCE_MONTHS]
    days = (pd.Timestamp(first[-1]).date() - spans[0][0]).days + 1
    early = table[(table.index.get_level_values("schedule") == NO_CHANGE) & months.isin(first)]
    daily = early.groupby(level="draw").sum().loc[draws].to_numpy() / days
    lengths = np.array([days_in(span) for span in spans])
    return np.asarray(daily[:, None] * lengths[:, None])


def _ending(
    table: pd.DataFrame, draws: NDArray[np.int64], schedules: Sequence[str], spans: Sequence[tuple[date, date]]
) -> Floats:
    """Return the amounts of a day in the run's last month (D, S, L)."""
    months = sorted(pd.Timestamp(month).date() for month in table.index.get_level_values("month").unique())
    last = table.xs(pd.Timestamp(months[-1]), level="month")
    every = pd.MultiIndex.from_product([draws, _ordered(schedules)])
    days = (months[-1] - (months[-2] if len(months) > 1 else spans[0][0] - timedelta(days=1))).days
    return last.reindex(every).to_numpy().reshape(len(draws), len(_ordered(schedules)), -1) / days


def _leaving(monthly: pd.DataFrame, draws: NDArray[np.int64], care_days: Floats) -> Floats:
    """Return the exits from care in a year of one child in care (D,), over the whole run of no change."""
    counted = monthly[(monthly["schedule"] == NO_CHANGE) & (monthly["measure"] == CARE_EXITS)]
    exits = counted.groupby("draw")["value"].sum().reindex(draws, fill_value=0.0).to_numpy(dtype=np.float64)
    return np.asarray(np.where(care_days > 0, exits * DAYS_PER_YEAR / np.where(care_days > 0, care_days, 1.0), 0.0))


def relative_prices(samples: pd.DataFrame, a: Assumptions) -> Floats:
    """Return each draw's price over the stated one (D, Y, L), growth included; 1 where the stated price is 0."""
    factors = uprating(price_years(a.quantities), a.price_year, a.deflator)
    stated, drawn = unit_prices(a), line_prices(samples, a.lines, factors).to_numpy()
    ratio = np.where(stated > 0, drawn / np.where(stated > 0, stated, 1.0), 1.0)
    growth = np.stack([_relative_growth(samples, line, a) for line in a.lines], axis=-1)
    return np.asarray(ratio[:, None] * growth)


def _relative_growth(samples: pd.DataFrame, line: Line, a: Assumptions) -> Floats:
    """Return each draw's growth of a line's price by each year over the stated one (D, Y)."""
    if not line.growth:
        return np.ones((len(samples), len(a.years)))
    since = np.array([first_year(year) - first_year(a.quantities[line.price].year) for year in a.years])
    drawn = samples[line.growth].to_numpy(dtype=np.float64)
    return np.asarray(((1 + drawn[:, None]) / (1 + a.value(line.growth))) ** since)


def _live(amounts: Floats, lines: Sequence[Line]) -> NDArray[np.int64]:
    """Return the year (S,) in which each schedule first employs somebody, in any draw, that no change does not."""
    posts = np.array([line.kind == Kind.PROGRAMME for line in lines])
    more = (amounts - amounts[:, :1])[..., posts].max(axis=(0, 3)) > 0
    return np.asarray(np.where(more.any(axis=1), more.argmax(axis=1), more.shape[1]), dtype=np.int64)


def _care_days(amounts: Floats, lines: Sequence[Line]) -> Floats:
    """Return child-days in care (D, S, Y): those of every placement."""
    placements = {line.name for line in PLACEMENT_LINES}
    return np.asarray(amounts[..., [line.name in placements for line in lines]].sum(axis=-1))
