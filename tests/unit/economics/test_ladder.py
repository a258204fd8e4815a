from __future__ import annotations

from dataclasses import replace

import made_up
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from familyflow.economics import case, ladder
from familyflow.economics.ladder import Rung

HOME, VISITS, POLICE, WORKER = range(4)
quick = settings(max_examples=25, deadline=None)


@quick
@given(
    seed=st.integers(0, 10_000),
    step=st.sampled_from((0.0, 1.0, 37.5, 400.0)),
    now=st.floats(0, 1),
    lag=st.floats(0, 60),
)
def test_the_rungs_of_a_line_add_up_to_its_value_whatever_its_terms(
    seed: int, step: float, now: float, lag: float
) -> None:
    a = made_up.assumptions().changed("case.home.step", step).changed("case.home.cash_now", now)
    a = a.changed("case.home.lag_months", lag)
    found = made_up.activity(seed)
    flows = ladder.cash_flow(found, a)
    value = ladder.weighed(found, a).saved * case.unit_prices(a) * case.real_growth(a)
    np.testing.assert_allclose(sum(flows.rungs.values()) - flows.cost, value, atol=1e-6)


def test_only_the_council_has_cash_capacity_and_cost_avoided_and_only_others_are_partners() -> None:
    flows = ladder.cash_flow(made_up.activity(), made_up.assumptions())
    for rung in (Rung.NOW, Rung.LATER, Rung.CAPACITY, Rung.AVOIDED):
        assert not flows.rungs[rung][..., [POLICE, WORKER]].any()
    assert not flows.rungs[Rung.PARTNER][..., [HOME, VISITS, WORKER]].any()
    assert not flows.cost[..., [HOME, VISITS, POLICE]].any()


@quick
@given(seed=st.integers(0, 10_000))
def test_the_average_draw_has_the_means_of_all_flows(seed: int) -> None:
    a, found = made_up.assumptions(), made_up.activity(seed)
    flows = ladder.cash_flow(found, a)
    mean = ladder.put(ladder.average(ladder.weighed(found, a)), flows.grant, a)
    np.testing.assert_allclose(mean.cash[0], flows.cash.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(mean.spending[0], flows.spending.mean(axis=0), atol=1e-6)


def test_a_lag_of_eighteen_months_brings_half_after_one_year_and_half_after_two() -> None:
    a, found = made_up.assumptions(), _one_draw([100.0, 0.0, 0.0])
    assert ladder.cash_flow(found, a).rungs[Rung.LATER][0, 1, :, HOME].tolist() == [0.0, 8_750.0, 8_750.0]


@pytest.mark.parametrize(("saved", "released"), [(95.0, 90.0), (90.0, 90.0), (9.9, 0.0), (-9.9, 0.0), (-25.0, -20.0)])
def test_whole_steps_are_taken_of_less_and_of_more_alike(saved: float, released: float) -> None:
    a = made_up.assumptions().changed("case.home.step", 10.0)
    assert ladder.split(_one_draw([saved, 0, 0]), a).released[0, 1, 0, HOME] == released


def test_a_saving_that_only_undoes_growth_is_a_cost_avoided() -> None:
    """300 under no change where the year before had 250, 220 under the schedule: 50 avoided, 30 a true fall."""
    found = _one_draw([80.0, 0, 0], before=300.0, reference=250.0)
    parts = ladder.split(found, made_up.assumptions())
    assert (parts.avoided[0, 1, 0, HOME], parts.released[0, 1, 0, HOME]) == (50.0, 30.0)


def test_a_schedule_with_more_than_no_change_avoids_nothing_and_costs_all_of_it() -> None:
    found = _one_draw([-40.0, 0, 0], before=300.0, reference=250.0)
    parts = ladder.split(found, made_up.assumptions())
    assert (parts.avoided[0, 1, 0, HOME], parts.released[0, 1, 0, HOME]) == (0.0, -40.0)


def test_shares_that_add_up_to_more_than_all_are_cut_to_all() -> None:
    a = made_up.assumptions().changed("case.home.cash_now", 0.9).changed("case.home.cash_later", 0.3)
    now, later = case.cash_shares(a)
    assert (now[HOME], later[HOME]) == (0.9, pytest.approx(0.1))


def test_a_price_with_its_own_growth_grows_from_the_year_in_which_it_was_stated() -> None:
    growth = case.real_growth(made_up.assumptions())
    assert growth[:, HOME].tolist() == pytest.approx([1.0, 1.03, 1.03**2])
    assert (growth[:, VISITS:] == 1).all()


def test_grades_cut_savings_and_raise_costs() -> None:
    assert case.corrections(made_up.assumptions()).tolist() == pytest.approx([0.9 * 0.75, 0.75, 0.75 * 0.75, 1.4])


def test_optimism_corrected_flows_are_each_lines_flows_times_its_correction() -> None:
    a = made_up.assumptions()
    flows = ladder.cash_flow(made_up.activity(), a)
    fixed = ladder.corrected(flows, a)
    dearer = flows.cost[..., WORKER] >= 0
    assert dearer.any()
    np.testing.assert_allclose(fixed.cost[..., WORKER][dearer], 1.4 * flows.cost[..., WORKER][dearer])
    np.testing.assert_allclose(fixed.cost[..., WORKER][~dearer], 0.6 * flows.cost[..., WORKER][~dearer])
    np.testing.assert_allclose(fixed.rungs[Rung.NOW][..., HOME], 0.675 * flows.rungs[Rung.NOW][..., HOME])


def test_a_grant_is_paid_from_the_first_year_of_employment_and_ends() -> None:
    a = made_up.assumptions().changed(case.GRANT, 100.0).changed(case.GRANT_YEARS, 1.5)
    later = replace(made_up.activity(), live=np.array([3, 1]))
    paid = ladder.grants(later, a) * case.nominal_factors(a)
    assert paid.tolist() == [[0.0, 0.0, 0.0], pytest.approx([0.0, 100.0, 50.0])]


def _one_draw(saved: list[float], before: float = 500.0, reference: float = 1_000.0) -> case.Activity:
    """Give one draw in which the schedule has so much less of the first line each year; nothing else differs."""
    amounts = np.full((1, 2, 3, 4), before)
    amounts[0, 1, :, HOME] -= saved
    plain = made_up.activity(draws=1)
    return replace(
        plain,
        amounts=amounts,
        relative=np.ones((1, 3, 4)),
        reference=np.full((1, 3, 4), reference),
        care_days=amounts[..., 0],
    )
