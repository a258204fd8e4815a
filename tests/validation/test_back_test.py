"""Forecasts made without knowing what came, of every council from two years on, against what came.

The track record in the documents is made from seven years on and takes a minute; from two it takes seconds. From 2018
one and two years ahead come before the pandemic's year is left out and one after it; from 2021 all three come after it.
Limits are set about what is found today, written beside them: ranges that hold too rarely fail, and so do ranges that
are made so wide that they always hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scripts import DOCS

from familyflow.calibrate.evidence import councils
from familyflow.calibrate.trends import history, scores
from familyflow.calibrate.trends.backtest import backtest
from familyflow.calibrate.trends.naive import NAIVE
from familyflow.report.markdown import track_record

if TYPE_CHECKING:
    import pandas as pd

pytestmark = pytest.mark.long
ORIGINS = (2018, 2021)
EVERYTHING = 0
"""The horizon of the row over all measures and years ahead."""


@pytest.fixture(scope="module")
def forecasts() -> pd.DataFrame:
    return backtest(history.panel(councils.table()), years=ORIGINS)


@pytest.fixture(scope="module")
def cells(forecasts: pd.DataFrame) -> pd.DataFrame:
    return scores.cells(forecasts)


@pytest.fixture(scope="module")
def overall(cells: pd.DataFrame) -> dict[str, float]:
    (row,) = cells[cells["horizon"] == EVERYTHING].to_dict("records")
    return {str(name): value for name, value in row.items()}


def by_measure(table: pd.DataFrame, name: str) -> pd.Series:
    """Give a share of forecasts by measure, over all years ahead."""
    each = table[table["horizon"] != EVERYTHING]
    held = (each[name] * each["forecasts"]).groupby(each["measure"]).sum()
    return held / each.groupby("measure")["forecasts"].sum()


def test_every_council_with_figures_is_forecast_in_every_measure(forecasts: pd.DataFrame) -> None:
    assert forecasts["council"].nunique() > 145
    assert len(forecasts) > 4_000
    assert forecasts.groupby("measure")["council"].nunique().min() > 140


@pytest.mark.parametrize(
    ("share", "least", "most"),
    [
        (50, 0.48, 0.60),  # 54.6%
        (80, 0.77, 0.88),  # 84.3%
        (95, 0.93, 0.98),  # 96.1%
    ],
)
def test_ranges_hold_about_as_often_as_they_say(
    overall: dict[str, float], share: int, least: float, most: float
) -> None:
    assert least < overall[f"held_{share}"] < most


def test_the_80_percent_range_of_each_measure_holds(cells: pd.DataFrame) -> None:
    held = by_measure(cells, "held_80")  # from 82.1% (referrals) to 87.5% (children in need)
    assert len(held) == 6
    assert held.between(0.75, 0.90).all(), held


def test_what_comes_is_about_as_often_below_the_range_as_above_it(overall: dict[str, float]) -> None:
    assert overall["below"] == pytest.approx(overall["above"], abs=0.04)  # 8.2% and 7.5%


def test_ranges_of_half_the_width_would_be_found_out(forecasts: pd.DataFrame) -> None:
    low, high = (forecasts["median"] + (forecasts[end] - forecasts["median"]) / 2 for end in ("p10", "p90"))
    assert forecasts["published"].between(low, high).mean() < 0.65


@pytest.mark.parametrize(("simple", "least"), [("last", 0.05), ("trend", 0.25), ("mean", 0.10)])
def test_forecasts_score_better_than_each_simple_one(overall: dict[str, float], simple: str, least: float) -> None:
    assert set(NAIVE) == {"last", "trend", "mean"}
    assert overall[f"skill_{simple}"] > least  # 9.4%, 36.1% and 16.7%


def test_no_measure_is_forecast_much_worse_than_by_the_best_simple_forecast(cells: pd.DataFrame) -> None:
    assert cells["skill_best"].min() > -0.03  # -0.7%: starts to be looked after, one year ahead


def test_the_track_record_in_the_documents_is_of_such_a_forecaster(cells: pd.DataFrame) -> None:
    _, recorded = track_record.saved(DOCS)
    apart = by_measure(cells, "held_80") - by_measure(recorded, "held_80")
    assert apart.abs().max() < 0.05, apart
