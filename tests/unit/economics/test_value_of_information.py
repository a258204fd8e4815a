"""The value of information: noise is told from nothing, and what is known by hand is found within its error."""

from __future__ import annotations

from math import erf, exp, isnan, pi, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from familyflow.economics import cross_fit, value_of_information
from familyflow.economics.value_of_information import ERRORS, FEWEST, Estimate, Information

SAMPLES = Path(__file__).parents[2] / "samples"
SIZES = (123, 53, 56, 160)
"""Inputs in each group of a run of Somerset."""
STARTS = (0, 123, 176, 232)
GROUPS = {
    **{f"group {place}": [f"i{i}" for i in range(start, start + SIZES[place])] for place, start in enumerate(STARTS)},
    "all inputs": [f"i{i}" for i in range(sum(SIZES))],
}


def made(inputs: np.ndarray, value: np.ndarray, names: dict[str, list[str]]) -> list[Information]:
    """Look at a programme whose net benefit is given, beside no change."""
    table = pd.DataFrame(inputs, columns=[f"i{i}" for i in range(inputs.shape[1])])
    return value_of_information.groups(np.column_stack([np.zeros(len(value)), value]), table, names)


def unit_loss(mean: float, spread: float) -> float:
    """Give the closed form of EVPI for a normal benefit against nought."""
    z = abs(mean) / spread
    return spread * (exp(-z * z / 2) / sqrt(2 * pi) - z * (1 - erf(z / sqrt(2))) / 2)


@pytest.mark.parametrize(("draws", "seeds"), [(60, 8), (100, 6), pytest.param(1_000, 1, marks=pytest.mark.long)])
def test_hardly_any_table_of_noise_tells_a_share_or_a_value(draws: int, seeds: int) -> None:
    """Of 100 tables of five rows at most five may: benchmarks/information.py counts them."""
    telling = 0
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        found = made(rng.standard_normal((draws, sum(SIZES))), 0.1 + rng.standard_normal(draws), GROUPS)
        telling += any(each.part.told or each.worth.told for each in found)
        assert all(isnan(each.share) is not each.part.told for each in found)
        assert all(each.part.value < 0.3 for each in found)
    assert telling <= seeds // 8


def test_shares_of_hundreds_of_inputs_are_near_the_truth_or_not_told() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((1_000, sum(SIZES)))
    true = (0.5, 0.2, 0.05, 0.15, 0.9)
    value = sqrt(0.1) * rng.standard_normal(1_000)
    for start, share in zip(STARTS, true[:4], strict=True):
        value = value + inputs[:, start : start + 5].sum(axis=1) * sqrt(share / 5)
    found = made(inputs, value, GROUPS)
    assert [each.part.told for each in found] == [True, True, False, True, True]
    for each, share in zip(found, true, strict=True):
        assert each.part.value == pytest.approx(share, abs=0.06)
        assert each.part.low < share
    assert found[-1].part.rest.high > 0.1


@pytest.mark.parametrize("draws", [200, 1_000])
def test_a_line_of_normal_inputs_is_worth_its_closed_form(draws: int) -> None:
    """Benefit = -0.5 + 2 x + 1.5 noise: knowing x is worth the unit normal loss at 2, and has 0.64 of the variance."""
    away = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        inputs = rng.standard_normal((draws, 4))
        value = -0.5 + 2 * inputs[:, 0] + 1.5 * rng.standard_normal(draws)
        found = made(inputs, value, {"x": ["i0"], "others": ["i1", "i2", "i3"]})
        away.append((found[0].worth.value - unit_loss(-0.5, 2.0)) / found[0].worth.error)
        assert found[0].part.value == pytest.approx(0.64, abs=3 * found[0].part.error + 0.01)
        assert not found[1].part.told
    assert np.abs(away).max() < 3
    assert abs(np.mean(away)) < 1


def test_an_interaction_is_worth_all_and_either_input_alone_nothing() -> None:
    """The value is (p - 0.5)(q - 0.5) x 4000: knowing both is worth EVPI, 112.7."""
    table = pd.read_csv(SAMPLES / "voi_interaction.csv")
    benefits = table[["no_change", "programme"]].to_numpy(dtype=np.float64)
    both, p, q = value_of_information.groups(benefits, table, {"both": ["p", "q"], "p": ["p"], "q": ["q"]})
    assert value_of_information.perfect(benefits) == pytest.approx(112.7, abs=0.05)
    assert both.gbp == pytest.approx(112.7, abs=both.worth.error)
    assert both.share == pytest.approx(1.0, abs=1e-3)
    for alone in (p, q):
        assert not alone.worth.told
        assert not alone.part.told


@pytest.mark.long
def test_one_input_among_four_hundred_is_found() -> None:
    rng = np.random.default_rng(3)
    inputs = rng.standard_normal((1_000, 400))
    value = -0.5 + inputs[:, 77] + 2 * rng.standard_normal(1_000)
    (found,) = made(inputs, value, {"all": [f"i{i}" for i in range(400)]})
    assert found.part.told
    assert found.share == pytest.approx(0.2, abs=ERRORS * found.part.error)
    assert found.gbp == pytest.approx(unit_loss(-0.5, 1.0), abs=ERRORS * found.worth.error)


def test_the_error_of_perfect_information_is_how_far_it_is_off() -> None:
    true, found = unit_loss(-0.5, 2.0), []
    for seed in range(200):
        value = -0.5 + 2 * np.random.default_rng(seed).standard_normal(100)
        found.append(value_of_information.evpi(np.column_stack([np.zeros(100), value])))
    off = np.array([each.value - true for each in found])
    assert np.mean([each.error for each in found]) == pytest.approx(off.std(), rel=0.15)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 6), st.sampled_from([FEWEST, 80]))
def test_a_group_is_never_worth_less_than_nothing_or_more_than_everything(
    seed: int, schedules: int, inputs: int, draws: int
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((draws, inputs))
    benefits = rng.standard_normal((draws, schedules)) + x @ rng.standard_normal((inputs, schedules))
    found = value_of_information.evppi(benefits, x)
    assert 0 <= found.value <= value_of_information.perfect(benefits) + 1e-12
    assert value_of_information.partial(benefits, x) == found.value


def test_inputs_that_do_not_vary_or_repeat_are_no_trouble() -> None:
    rng = np.random.default_rng(5)
    x = rng.standard_normal(80)
    inputs = np.column_stack([x, x, np.full(80, 0.1), rng.integers(0, 2, 80)])
    found = made(inputs, 3 * x, {"all": ["i0", "i1", "i2", "i3"], "fixed": ["i2"], "none": []})
    assert [each.inputs for each in found] == [3, 0, 0]
    assert found[0].share == pytest.approx(1.0, abs=0.01)
    assert not found[1].part.told
    assert not found[2].worth.told


def test_a_benefit_that_never_varies_has_no_share() -> None:
    (found,) = made(np.random.default_rng(1).standard_normal((60, 2)), np.zeros(60), {"all": ["i0", "i1"]})
    assert isnan(found.share)
    assert found.worth.value == 0


def test_where_no_draw_changes_the_choice_nothing_is_worth_knowing_to_the_bit() -> None:
    """Sums in another order leave a rest of 1e-11, which is no rest of a choice."""
    rng = np.random.default_rng(6)
    benefits = np.column_stack([np.zeros(200), 1e7 + 1e6 * rng.standard_normal(200)])
    assert value_of_information.evpi(benefits) == Estimate(0.0, 0.0)
    assert value_of_information.evppi(benefits, rng.standard_normal((200, 3))) == Estimate(0.0, 0.0)


def test_too_few_draws_say_nothing() -> None:
    draws = FEWEST - 1
    rng = np.random.default_rng(1)
    (found,) = made(rng.standard_normal((draws, 2)), rng.standard_normal(draws), {"all": ["i0", "i1"]})
    assert isnan(found.share)
    assert isnan(found.gbp)
    assert isnan(value_of_information.partial(rng.standard_normal((draws, 2)), rng.standard_normal((draws, 1))))


def test_the_same_draws_foretell_the_same_bytes() -> None:
    rng = np.random.default_rng(2)
    x = rng.standard_normal((150, 40))
    y = x[:, :2].prod(axis=1, keepdims=True) + rng.standard_normal((150, 1))
    assert cross_fit.predicted(y, x).tobytes() == cross_fit.predicted(y, x).tobytes()


def test_no_draw_is_foretold_by_itself() -> None:
    """Move one draw's answer far off: what is foretold of it stays as it was."""
    rng = np.random.default_rng(4)
    x = rng.standard_normal((100, 20))
    y = x[:, :1] + rng.standard_normal((100, 1))
    moved = y.copy()
    moved[17] += 1_000
    before, after = cross_fit.predicted(y, x), cross_fit.predicted(moved, x)
    assert before[:, 17].tolist() == after[:, 17].tolist()
    assert before[:, 18].tolist() != after[:, 18].tolist()


@pytest.mark.parametrize(
    ("estimate", "told"),
    [(Estimate(1.0, 0.3), True), (Estimate(1.0, 0.5), False), (Estimate(0.0, 0.0), False), (Estimate(1.0, 0.0), True)],
)
def test_a_number_is_told_where_it_is_far_enough_above_nought(estimate: Estimate, told: object) -> None:
    assert estimate.told is told
    assert isnan(estimate.shown.value) is not told


def test_the_number_of_draws_that_a_share_takes_tells_it() -> None:
    draws = value_of_information.draws_for(0.5)
    assert draws == 98
    told = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((draws, 1))
        (found,) = made(x, x[:, 0] + rng.standard_normal(draws), {"x": ["i0"]})
        told += found.part.told
    assert told >= 8
