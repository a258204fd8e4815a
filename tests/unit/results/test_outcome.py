from __future__ import annotations

from math import isnan, nan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyflow.results.outcome import FAN, QUANTILES, Outcome, bands, end, error, of_groups, outcomes

NUMBERS = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60)


@given(NUMBERS)
def test_a_range_holds_nine_draws_of_ten_and_lies_within_them(values: list[float]) -> None:
    draws = np.array(values)
    found = Outcome.over(draws)
    assert draws.min() <= found.p5 <= found.p50 <= found.p95 <= draws.max()
    assert ((draws >= found.p5) & (draws <= found.p95)).mean() >= 0.9 - 2 / len(draws)
    assert found.mean == pytest.approx(draws.mean())


@given(NUMBERS, st.floats(0.01, 100))
def test_another_unit_changes_no_share(values: list[float], factor: float) -> None:
    found, scaled = Outcome.over(np.array(values)), Outcome.over(np.array(values)).times(factor)
    assert scaled.above == found.above
    assert scaled.p95 == pytest.approx(found.p95 * factor)


def test_one_draw_has_an_average_and_neither_range_nor_precision() -> None:
    found = Outcome.over(np.array([3.0]))
    assert (found.mean, found.p5, found.p95, found.above) == (3, 3, 3, 1)
    assert isnan(found.mc_error)
    assert not found.is_range


def test_gaps_are_left_out_and_nothing_else_is_a_gap() -> None:
    assert Outcome.over(np.array([nan, 1.0, 3.0])).mean == 2
    assert all(isnan(each) for each in Outcome.over(np.array([nan])).row().values())


def test_the_precision_of_an_average_is_its_standard_error() -> None:
    assert error(np.array([1.0, 3.0])) == pytest.approx(2**0.5 / 2**0.5)


@given(NUMBERS)
def test_tables_and_single_numbers_say_the_same(values: list[float]) -> None:
    draws = pd.Series(values, index=pd.MultiIndex.from_product([["plan"], range(len(values))], names=["name", "draw"]))
    found = Outcome.over(np.array(values)).row()
    table = of_groups(draws.groupby("name"), QUANTILES).loc["plan"]
    for name, value in found.items():
        assert table[name] == pytest.approx(value, nan_ok=True, abs=1e-6)
    assert outcomes(draws, ["name"]).loc["plan", "p5"] == pytest.approx(found["p5"], abs=1e-6)
    assert bands(draws, ["name"]).loc["plan", list(FAN)].is_monotonic_increasing
    assert end(np.array(values)[:, None], 0.95)[0] == pytest.approx(found["p95"], abs=1e-6)
