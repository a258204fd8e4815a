"""What comes after a run's last day: children still out of care, ten years, and growth that may count as cash."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import made_up
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from familyflow.economics import after, appraisal, case, ladder
from familyflow.economics.ladder import HEADLINE, Rung

quick = settings(max_examples=25, deadline=None)


def _named(activity: case.Activity) -> case.Activity:
    """Call the line of homes a placement."""
    return replace(activity, lines=("placement_residential", *activity.lines[1:]))


def test_children_still_out_of_care_are_the_days_of_the_last_month() -> None:
    found = _named(made_up.activity(1))
    still = after.still_out(found, made_up.assumptions())
    np.testing.assert_allclose(still.children[:, 1], found.ending[:, 0, 0] - found.ending[:, 1, 0])
    assert still.stay.tolist() == pytest.approx([1 / 0.35] * 5)
    assert not still.children[:, 0].any()
    assert not still.value[:, 0].any()


def test_their_value_is_that_of_years_added_up_one_by_one() -> None:
    a, found = made_up.assumptions(), _named(made_up.activity(2))
    price = (case.unit_prices(a) * case.real_growth(a))[-1, 0] * found.relative[:, -1, 0] * 365.25
    left, m = 0.0, 0.35
    for k in range(1, 200):
        left += np.exp(-m * (k - 1)) * (1 - np.exp(-m)) / m / 1.035 ** (2 + k)
    still = after.still_out(found, a)
    np.testing.assert_allclose(still.value[:, 1], still.children[:, 1] * price * left)


def test_the_value_is_missing_where_nobody_leaves_care() -> None:
    found = replace(_named(made_up.activity(2)), leaving=np.zeros(5))
    assert np.isnan(after.still_out(found, made_up.assumptions()).value).all()


def test_ten_years_are_the_run_and_its_last_whole_year_seven_times_over() -> None:
    a, found = made_up.assumptions(), made_up.activity(3)
    flows = ladder.cash_flow(found, a)
    own = appraisal.appraise(found, flows, a)
    further = sum(1 / 1.035**age for age in range(3, 10))
    view = after.ten_years(found, flows, a, kept=1.0)
    assert view.carried == 7
    np.testing.assert_allclose(view.cash, own.npv + own.run_rate * further)
    np.testing.assert_allclose(view.public, own.npv_public + own.run_rate_public * further)


def test_savings_that_fade_are_carried_forward_less_and_less_and_costs_are_not() -> None:
    a, found = made_up.assumptions(), made_up.activity(3)
    flows = ladder.cash_flow(found, a)
    own = appraisal.appraise(found, flows, a)
    saved = sum(0.8 ** (age - 2) / 1.035**age for age in range(3, 10))
    spent = sum(1 / 1.035**age for age in range(3, 10))
    view = after.ten_years(found, flows, a, kept=0.8)
    np.testing.assert_allclose(view.cash, own.npv + flows.cash[..., 2] * saved - flows.spending[..., 2] * spent)


def test_a_run_of_ten_years_carries_nothing_forward_and_a_longer_one_is_cut() -> None:
    labels = tuple(f"{year}/{year - 1999:02d}" for year in range(2024, 2036))
    spans = tuple((date(int(each[:4]), 4, 1), date(int(each[:4]) + 1, 3, 31)) for each in labels)
    a, found = replace(made_up.assumptions(), years=labels), made_up.activity(3)
    grow = [0, 1, 2] * 4
    long = replace(
        found,
        years=labels,
        spans=spans,
        amounts=found.amounts[:, :, grow],
        relative=found.relative[:, grow],
        reference=found.reference[:, grow],
        live=np.array([12, 0]),
    )
    flows = ladder.cash_flow(long, a)
    view = after.ten_years(long, flows, a, kept=0.5)
    assert view.carried == 0
    first = (flows.cash - flows.spending)[..., :10] @ case.discount_factors(a)[:10]
    np.testing.assert_allclose(view.cash, first)


def test_what_a_year_that_is_cut_short_lacks_is_carried_forward_too() -> None:
    found = made_up.activity(3)
    cut = replace(found, spans=(*found.spans[:2], (date(2026, 4, 1), date(2026, 12, 31))))
    a = made_up.assumptions()
    assert after.ten_years(cut, ladder.cash_flow(cut, a), a, 1.0).carried == pytest.approx(7 + 90 / 365)


@quick
@given(seed=st.integers(0, 10_000), share=st.floats(0, 1))
def test_growth_not_incurred_is_in_the_cash_answer_as_far_as_it_counts(seed: int, share: float) -> None:
    a, found = made_up.assumptions(), made_up.activity(seed)
    without = ladder.cash_flow(found, a)
    counting = ladder.cash_flow(found, a.changed(case.GROWTH_COUNTS, share))
    avoided = without.rungs[Rung.AVOIDED].sum(axis=-1)
    np.testing.assert_allclose(counting.cash, without.cash + share * avoided, atol=1e-6)
    for rung in Rung:
        np.testing.assert_array_equal(counting.rungs[rung], without.rungs[rung])


def test_growth_counts_for_nothing_as_shipped() -> None:
    flows = ladder.cash_flow(made_up.activity(), made_up.assumptions())
    every = np.sum([flows.rungs[rung] for rung in HEADLINE], axis=0)
    np.testing.assert_array_equal(flows.cash, every.sum(axis=-1))


def test_growth_that_counts_is_no_more_worth_to_the_public_purse() -> None:
    a, found = made_up.assumptions(), made_up.activity(4)
    counted = a.changed(case.GROWTH_COUNTS, 1.0)
    without = appraisal.appraise(found, ladder.cash_flow(found, a), a)
    counting = appraisal.appraise(found, ladder.cash_flow(found, counted), counted)
    assert (counting.npv[:, 1] >= without.npv[:, 1]).all()
    np.testing.assert_array_equal(counting.npv_public, without.npv_public)
