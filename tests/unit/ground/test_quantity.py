from math import inf, isclose, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyflow.ground.problem import Problem
from familyflow.ground.quantity import Quantity, Status

CEILING = {"share": 1.0, "percent": 100.0}
probabilities = st.floats(1e-9, 1 - 1e-9)


def quantity(low: float, value: float, high: float, unit: str = "children") -> Quantity:
    return Quantity(value, low, high, unit, year="2019", source="slides", status=Status.ASSUMED)


@st.composite
def ranges(draw: st.DrawFn, unit: str, least: float, most: float) -> Quantity:
    """Draw a unit's range, low end and value and high end, between two numbers."""
    low, value, high = sorted(draw(st.lists(st.floats(least, most), min_size=3, max_size=3)))
    return quantity(low, value, high, unit)


quantities = st.one_of(
    ranges("share", 0.001, 0.999),
    ranges("percent", 0.1, 99.9),
    ranges("gbp", 0.01, 1000.0),
    ranges("change", -50.0, 0.0),
    st.builds(quantity, st.just(0), st.floats(0, 40), st.floats(40, 1000), st.sampled_from(["children", "change"])),
    st.builds(quantity, st.just(0), st.floats(0, 0.5), st.floats(0.5, 1), st.just("share")),
    st.builds(quantity, st.floats(0.01, 0.5), st.floats(0.5, 1), st.just(1), st.just("share")),
    st.builds(quantity, st.floats(-9, -1), st.floats(-1, 1), st.floats(1, 9), st.just("change")),
)


@given(quantities)
def test_the_median_is_the_value_and_the_range_holds_nine_tenths(q: Quantity) -> None:
    near = {"rel_tol": 1e-9, "abs_tol": 1e-9}
    assert isclose(q.at(0.5), q.value, **near)
    assert isclose(q.at(0.05), q.low, **near)
    assert isclose(q.at(0.95), q.high, **near)


@given(quantities, probabilities, probabilities)
def test_a_higher_probability_never_gives_a_lower_value(q: Quantity, u: float, v: float) -> None:
    lower, higher = sorted((u, v))
    assert q.at(lower) <= q.at(higher) + 1e-9 * abs(q.at(higher))


@given(quantities, probabilities)
def test_no_value_leaves_the_bounds_of_its_unit(q: Quantity, u: float) -> None:
    floor = 0.0 if q.low >= 0 else -inf
    assert floor <= q.at(u) <= CEILING.get(q.unit, inf)


@given(probabilities)
def test_a_quantity_without_a_range_is_always_its_value(u: float) -> None:
    assert quantity(260, 260, 260).at(u) == 260


def test_a_positive_range_is_followed_in_equal_ratios() -> None:
    q = quantity(50, 100, 200)
    assert isclose(q.at(0.25) * q.at(0.75), 100**2)


def test_a_share_is_followed_in_equal_ratios_of_its_odds() -> None:
    q = quantity(0.2, 0.5, 0.8, "share")
    assert isclose(q.at(0.1) + q.at(0.9), 1)


def test_each_side_of_the_median_keeps_its_own_width() -> None:
    q = quantity(-1, 0, 10, "change")
    assert isclose(q.at(0.75), -10 * q.at(0.25))


@pytest.mark.parametrize(
    ("low", "value", "high", "unit", "said"),
    [
        (2, 1, 3, "children", "must lie within its range"),
        (1, 4, 3, "children", "must lie within its range"),
        (0.1, 0.5, 1.2, "share", "a share must lie between 0 and 1"),
        (-1, 50, 60, "percent", "a percent must lie between 0 and 100"),
        (0, 1, nan, "children", "must be finite"),
        (0, 1, inf, "children", "must be finite"),
        (1e-3, 1, 1e4, "gbp", "at most 1,000,000 times the low end"),
    ],
)
def test_numbers_that_cannot_be_true_together_are_refused(
    low: float, value: float, high: float, unit: str, said: str
) -> None:
    with pytest.raises(Problem, match=said):
        quantity(low, value, high, unit)


def test_a_status_is_read_by_its_name() -> None:
    assert Status("published") is Status.PUBLISHED
