from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from took_it_up import CARE, truth, world

from familyflow.calibrate.trends.departures import (
    MEASURES,
    NEAREST,
    PER_REFERRAL,
    ahead,
    beside,
    chosen,
    gaps,
    logs_of,
    near,
    spread_of,
)
from familyflow.calibrate.trends.history import SERIES
from familyflow.ground.problem import Problem

ORIGIN = 2018
STOCK, STARTS = CARE + 1, CARE


def test_a_forecast_knows_nothing_after_its_origin() -> None:
    known, forecasts = world(1)
    later = known.counts.copy()
    later[..., known.years.index(ORIGIN) + 1 :] *= 3
    assert np.array_equal(ahead(truth(), replace(known, counts=later), ORIGIN).middle, forecasts[ORIGIN].middle)


def test_a_gap_is_the_log_of_what_came_over_what_was_forecast_per_child() -> None:
    known, forecasts = world(1)
    at, middle = known.years.index(ORIGIN), forecasts[ORIGIN].middle
    more = replace(known, children=known.children * np.where(np.arange(len(known.years)) > at, 2.0, 1.0))
    gap = gaps(known, ORIGIN, middle)
    by_hand = np.log((known.counts[STARTS, 3, at + 2] + 0.5) / (middle[STARTS, 3, 1] + 0.5))
    assert gap[STARTS, 3, 1] == pytest.approx(by_hand)
    assert gaps(more, ORIGIN, middle) == pytest.approx(gap - np.log(2))


def test_what_a_place_never_published_is_not_forecast() -> None:
    known, _ = world(1)
    counts = known.counts.copy()
    counts[STARTS, 0, : known.years.index(ORIGIN) + 1] = np.nan
    made = ahead(truth(), replace(known, counts=counts), ORIGIN)
    assert np.isnan(made.middle[STARTS, 0]).all()
    assert np.isfinite(made.middle[STOCK, 0]).all()


def test_the_nearest_are_twelve_of_the_pool_and_never_the_place_itself() -> None:
    known, _ = world(1)
    pool_of = np.arange(100) >= 10
    like = near(known, ORIGIN, (STOCK, STARTS), pool_of)
    assert (like.sum(axis=1) == NEAREST).all()
    assert not like[:, ~pool_of].any()
    assert not np.diag(like).any()


def test_a_place_with_the_same_level_and_change_is_among_the_nearest_and_one_with_another_rise_is_not() -> None:
    known, _ = world(1)
    counts, at = known.counts.copy(), known.years.index(ORIGIN)
    counts[:, 1] = counts[:, 2] = counts[:, 0]
    counts[:, 2, at - 2] /= 3
    alike = replace(known, counts=counts, children=np.full_like(known.children, 1e5))
    like = near(alike, ORIGIN, (STOCK, STARTS), np.ones(100, dtype=bool))[0]
    assert like[1]
    assert not like[2]


def test_a_change_that_is_not_known_is_left_out_and_a_place_without_a_level_is_compared_with_none() -> None:
    known, _ = world(1)
    counts = known.counts.copy()
    counts[:, :, : known.years.index(ORIGIN)] = np.nan
    counts[STARTS, 5] = np.nan
    like = near(replace(known, counts=counts), ORIGIN, (STOCK, STARTS), np.ones(100, dtype=bool))
    assert like[0].sum() == NEAREST
    assert not like[5].any()
    assert not like[:, 5].any()


def test_what_all_met_is_taken_off_and_the_variance_holds_that_of_the_median() -> None:
    luck = np.random.default_rng(1)
    spread = np.full(40, 0.2)
    gap = 0.2 * luck.standard_normal(40)
    pool_of = np.arange(40) > 0
    like = np.tile(pool_of, (40, 1)) & ~np.eye(40, dtype=bool)
    y, v = beside(gap, spread, like, pool_of)
    shifted, same = beside(gap + 1.0, spread, like, pool_of)
    assert shifted == pytest.approx(y)
    assert same == pytest.approx(v)
    few = like & (np.arange(40) < 8)
    assert beside(gap, spread, few, pool_of)[1][0] > v[0]
    assert y[0] == pytest.approx(gap[0] - np.median(gap[1:]))


def test_gaps_that_are_wider_than_their_forecasts_say_widen_the_variance() -> None:
    luck = np.random.default_rng(2)
    gap, spread = 0.4 * luck.standard_normal(200), np.full(200, 0.2)
    every = np.ones(200, dtype=bool)
    _, v = beside(gap, spread, ~np.eye(200, dtype=bool), every)
    assert np.sqrt(v[0]) == pytest.approx(0.4, rel=0.15)


def test_a_place_without_a_gap_or_with_too_few_to_compare_with_has_none() -> None:
    gap, spread, every = np.linspace(-1, 1, 20), np.full(20, 0.2), np.ones(20, dtype=bool)
    gap[3] = np.nan
    like = ~np.eye(20, dtype=bool)
    like[4] = np.arange(20) >= 16
    y, v = beside(gap, spread, like, every)
    assert np.isnan([y[3], v[3], y[4], v[4]]).all()
    assert np.isfinite(np.delete(y, [3, 4])).all()


def test_one_measure_over_another_is_the_difference_of_logs_with_both_doubts() -> None:
    per = chosen([PER_REFERRAL])[0]
    logs = np.arange(len(SERIES))[:, None] * np.ones(3)
    assert logs_of(per, logs).tolist() == [CARE - 0.0] * 3
    assert spread_of(per, np.full((len(SERIES), 3), 3.0)) == pytest.approx(np.sqrt(18))


def test_every_series_is_a_measure_and_councils_are_near_by_its_stock_and_starts() -> None:
    plain = [each for each in MEASURES if each.per is None]
    assert {each.series for each in plain} == set(range(len(SERIES)))
    for each in plain:
        first, second = (SERIES[i] for i in each.pair)
        assert each.series in each.pair
        assert first.stock != second.stock
        assert SERIES[each.series].name == "referrals" or first.name.split("_")[0] == second.name.split("_")[0]


def test_measures_are_chosen_in_one_order_and_an_unknown_one_is_refused_with_the_nearest() -> None:
    names = [each.name for each in chosen(["cla_at_31mar_number", "referrals_number"])]
    assert names == ["referrals_number", "cla_at_31mar_number"]
    assert chosen([]) == MEASURES
    with pytest.raises(Problem, match=r"--measure = cla_start_number: is not followed.*did you mean 'cla_started_n"):
        chosen(["cla_start_number"])
