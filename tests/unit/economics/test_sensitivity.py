from __future__ import annotations

import made_up
import numpy as np
import pandas as pd
import pytest

from familyflow.economics import ladder, sensitivity, threshold
from familyflow.economics.appraisal import appraise
from familyflow.economics.case import Assumptions
from familyflow.ground.problem import Problem

SEED = 4


def npv(a: Assumptions) -> np.ndarray:
    """Appraise every draw anew and take the mean."""
    found = made_up.activity(SEED)
    return np.asarray(appraise(found, ladder.cash_flow(found, a), a).npv.mean(axis=0))


def test_each_bar_is_what_a_whole_new_appraisal_gives_at_both_ends() -> None:
    a = made_up.assumptions()
    bars = {bar.name: bar for bar in sensitivity.one_way(made_up.activity(SEED), a)}
    assert set(bars) == {"price.home", "price.worker", "price.growth"}
    for name, bar in bars.items():
        np.testing.assert_allclose(bar.low, npv(a.changed(name, bar.quantity.low)), atol=1e-6)
        np.testing.assert_allclose(bar.high, npv(a.changed(name, bar.quantity.high)), atol=1e-6)


def test_a_step_is_taken_again_in_every_draw() -> None:
    a = made_up.assumptions()
    wide = {**a.quantities, "case.home.step": made_up.quantity(0.0, 0.0, 200.0)}
    stepped = Assumptions(a.lines, wide, a.deflator, a.price_year, a.base_year, a.years)
    bars = {bar.name: bar for bar in sensitivity.one_way(made_up.activity(SEED), stepped)}
    np.testing.assert_allclose(bars["case.home.step"].high, npv(a.changed("case.home.step", 200.0)), atol=1e-6)


def test_a_map_of_two_inputs_has_the_bars_at_its_edges() -> None:
    a, found = made_up.assumptions(), made_up.activity(SEED)
    xs, ys, table = sensitivity.two_way(found, a, "price.home", "price.worker", 3)
    assert (xs[[0, -1]].tolist(), ys[[0, -1]].tolist()) == ([600, 900], [120, 200])
    for i, x in enumerate(xs):
        for j, y in enumerate(ys):
            moved = a.changed("price.home", x).changed("price.worker", y)
            np.testing.assert_allclose(table[i, j], npv(moved), atol=1e-6)


def test_a_regression_over_draws_finds_a_straight_line() -> None:
    """NPV = 10 - 100 x exactly: at 0.6 and 1.1 it is -50 and -100, without error."""
    x = np.linspace(0.5, 1.2, 60)
    answer = appraise(found := made_up.activity(SEED, 60), ladder.cash_flow(found, a := made_up.assumptions()), a)
    exact = np.column_stack([np.zeros(60), 10 - 100 * x])
    object.__setattr__(answer, "npv", exact)
    samples = pd.DataFrame({"effect.x": x})
    (bar,) = sensitivity.regressed(samples, {"effect.x": made_up.quantity(0.9, 0.6, 1.1)}, ["effect.x"], answer)
    assert bar.low.tolist() == pytest.approx([0.0, -50.0])
    assert bar.high.tolist() == pytest.approx([0.0, -100.0])
    assert bar.error.tolist() == pytest.approx([0.0, 0.0], abs=1e-9)


def test_the_plane_has_care_averted_and_what_it_costs() -> None:
    a, found = made_up.assumptions(), made_up.activity(SEED)
    answer = appraise(found, ladder.cash_flow(found, a), a)
    places = {name: (averted, cost) for name, averted, cost in sensitivity.plane(found, answer)}
    assert not places["no_change"][0].any()
    assert not places["no_change"][1].any()
    days = found.care_days[:, 0].sum(axis=-1) - found.care_days[:, 1].sum(axis=-1)
    np.testing.assert_allclose(places["plan"][0], days / 365.25)
    np.testing.assert_allclose(places["plan"][1], -answer.npv[:, 1])


def test_a_position_at_a_year_end_is_the_cumulative_budget_impact() -> None:
    a, found = made_up.assumptions(), made_up.activity(SEED)
    flows = ladder.cash_flow(found, a)
    at = threshold.positions(found, flows, a, found.spans[1][1])
    np.testing.assert_allclose(at.net, appraise(found, flows, a).cumulative[..., 1])


@pytest.mark.parametrize("day", ["2024-03-31", "2027-04-01"])
def test_a_position_outside_the_run_is_refused(day: str) -> None:
    found = made_up.activity(SEED)
    with pytest.raises(Problem, match=rf"^by = {day}: must be a date that the run covers, 2024-04-01 to 2027-03-31"):
        threshold.year_shares(found, pd.Timestamp(day).date())


def test_at_the_largest_cost_the_saving_is_just_met() -> None:
    a, found = made_up.assumptions(), made_up.activity(SEED)
    at = threshold.positions(found, ladder.cash_flow(found, a), a, found.spans[2][1])
    multiple = threshold.largest_cost(at, 1_000.0)
    assert np.isnan(multiple[0])
    spending = at.spending.mean(axis=0)[1]
    if spending > 0:
        assert at.cash.mean(axis=0)[1] - multiple[1] * spending == pytest.approx(1_000.0)


@pytest.mark.parametrize(
    ("wanted", "first", "last"), [(5.0, 0.5, 2.5), (-1.0, 0.0, 3.0), (10.0, 1.0, 2.0), (10.1, None, None)]
)
def test_the_smallest_and_the_largest_are_where_the_lines_cross(
    wanted: float, first: float | None, last: float | None
) -> None:
    points = [(0.0, 0.0), (1.0, 10.0), (2.0, 10.0), (3.0, 0.0)]
    assert threshold.smallest(points, wanted) == first
    assert threshold.largest(points, wanted) == last
