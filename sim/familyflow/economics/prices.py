"""Prices: each from the year in which its source stated it, brought to the scenario's price year."""

from __future__ import annotations

import csv
from math import isfinite
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from familyflow.ground.problem import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from familyflow.economics.lines import Line
    from familyflow.ground.quantity import Quantity

MONEY_UNIT: Final = "gbp"
"""A quantity is a price, and has a price year, when its unit begins so ("gbp per week"); a share has none."""

Floats: TypeAlias = NDArray[np.float64]


def read_deflator(path: Path) -> dict[str, float]:
    """Read a price index by year from a CSV's columns financial_year and index; Problem if unusable."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            index = {row["financial_year"]: float(row["index"]) for row in csv.DictReader(file)}
    except (OSError, UnicodeError, csv.Error, KeyError, TypeError, ValueError) as error:
        wanted = "columns financial_year and index, with a number in each row"
        raise Problem(f"{path.name}: not a table with the {wanted}") from error
    for year, level in index.items():
        if not (isfinite(level) and level > 0):
            raise Problem(f"{path.name}: index of {year} = {level:g}: a price index is above 0")
    return index


def price_years(quantities: Mapping[str, Quantity]) -> dict[str, str]:
    """Return the price year of every quantity that is in GBP, by id."""
    return {name: given.year for name, given in quantities.items() if given.unit.startswith(MONEY_UNIT)}


def uprating(years: Mapping[str, str], price_year: str, deflator: Mapping[str, float]) -> dict[str, float]:
    """Give, by id, what a price of its own year is multiplied by to be in `price_year`.

    Problem if a year is not in the deflator table. Prices that follow another index (placements have outrun
    the deflator) take theirs in a second call, whose result is laid over the first.
    """
    target = _level("price_year", price_year, deflator)
    return {name: target / _level(name, year, deflator) for name, year in years.items()}


def line_prices(samples: pd.DataFrame, lines: Sequence[Line], factors: Mapping[str, float]) -> pd.DataFrame:
    """Return GBP per unit of each line's measure: a row a draw, a column a line; Problem if an id is missing.

    `samples` has a column draw and one for each quantity id; `factors` comes from `uprating`.
    """
    columns = {line.name: _price(samples, line, factors) for line in lines}
    return pd.DataFrame(columns, index=pd.Index(samples["draw"], name="draw"))


def _price(samples: pd.DataFrame, line: Line, factors: Mapping[str, float]) -> Floats:
    """Return one line's price in every draw."""
    if line.price not in factors:
        raise Problem(f"{line.price}: no price year is known; its unit must begin with '{MONEY_UNIT}'")
    price = _column(samples, line.price) * (factors[line.price] * line.factor)
    for name in line.times:
        price = price * _column(samples, name)
    for name in line.uplifts:
        price = price * (1 + _column(samples, name))
    return price


def _column(samples: pd.DataFrame, name: str) -> Floats:
    """Return a quantity's value in every draw."""
    if name not in samples:
        raise Problem(f"{name}: missing; a cost line needs it{suggestion(name, map(str, samples.columns))}")
    return samples[name].to_numpy(dtype=np.float64)


def _level(name: str, year: str, deflator: Mapping[str, float]) -> float:
    """Return a year's price level."""
    if year not in deflator:
        span = f"{min(deflator)} to {max(deflator)}" if deflator else "none"
        raise Problem(f"{name}: price year '{year}' is not in the deflator table, which has {span}")
    return deflator[year]
