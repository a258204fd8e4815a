from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyflow.calibrate.trends import drift, hierarchy
from familyflow.calibrate.trends.history import SERIES
from familyflow.pathway.drift import BESIDE, OPEN, REFERRED

START = date(2022, 4, 1)
LEVEL = np.log([0.05, 0.04, 0.03, 0.006, 0.004, 0.003, 0.006])


def many(authority: str, years: int, draws: int) -> dict[str, np.ndarray]:
    """Draw many paths, an array a name."""
    drawn = [drift.paths(authority, START, years, 1, draw) for draw in range(draws)]
    return {name: np.array([each[name] for each in drawn]) for name in drawn[0]}


def test_every_factor_has_a_number_a_year() -> None:
    names = set(drift.paths("Somerset", START, 3, 1, 0))
    assert names == {f"drift.{name}.{year}" for name in (*drift.FACTORS, *BESIDE) for year in range(3)}


@given(seed=st.integers(0, 2**40), draw=st.integers(0, 10_000))
def test_a_draw_s_first_years_are_the_same_however_many_are_asked_for(seed: int, draw: int) -> None:
    short, long = (drift.paths("Somerset", START, years, seed, draw) for years in (2, 5))
    assert short.items() <= long.items()


def test_draws_seeds_and_councils_have_paths_of_their_own() -> None:
    asked = (("Somerset", 1, 0), ("Somerset", 1, 1), ("Somerset", 2, 0), ("Swindon", 1, 0))
    first = {drift.paths(place, START, 1, seed, draw)["drift.demand.0"] for place, seed, draw in asked}
    assert len(first) == 4


def test_paths_are_even_about_nought_and_widen() -> None:
    drawn = many("Somerset", 5, 500)
    for factor in ("demand", "cp_starts", "care_starts"):
        first, later = drawn[f"drift.{factor}.0"], drawn[f"drift.{factor}.4"]
        assert abs(np.median(first)) < 3 * 1.25 * first.std() / np.sqrt(500)
        assert 1.2 * first.std() < later.std() < 0.6


def test_the_first_year_s_demand_moves_by_half_a_year_s_shock() -> None:
    shipped = hierarchy.shipped()
    given_ = shipped.dynamics[0]
    jumped = given_.shock**2 * (1 + 8 * given_.jumps) * np.exp(2 * given_.unevenness**2)
    wanted = shipped.spread[0, 0] * np.sqrt((jumped + shipped.shared[0] ** 2) / 2)
    assert many("Nowhere", 1, 800)["drift.demand.0"].std() == pytest.approx(wanted, rel=0.15)


def test_a_council_that_is_not_shipped_moves_as_a_typical_one() -> None:
    stand = drift.stand("Nowhere", START)
    assert stand.above.tolist() == [0.0] * len(SERIES)
    still = dict.fromkeys(drift.paths("Nowhere", START, 2, 1, 0), 0.0)
    assert drift.expected("Nowhere", START, 2) == pytest.approx(still)


def test_nothing_moves_where_no_series_does() -> None:
    # A still stock's hazard of leaving is its starts over the stock, in every year as on day 0.
    assert drift.factors(LEVEL, np.zeros((7, 4))) == pytest.approx(np.zeros((6, 4)), abs=1e-12)


def test_demand_alone_moves_ends_only_as_its_stocks_stand_still() -> None:
    moved = np.zeros((7, 1))
    moved[0] = 0.1
    found = dict(zip(drift.FACTORS, drift.factors(LEVEL, moved)[:, 0], strict=True))
    # The same plans and starts of care from more referrals: fewer per referral. As many open from more: faster ends.
    assert found["demand"] == pytest.approx(0.1)
    assert found["cp_starts"] == pytest.approx(-0.1)
    assert found["cin_ends"] == pytest.approx(0.1)
    assert [found[each] for each in ("cp_ends", "care_ends", "care_starts")] == pytest.approx([0.0, 0.0, 0.0])


def test_when_all_rises_alike_and_settles_only_demand_has_moved() -> None:
    moved = np.full((7, 3), 0.1)
    found = dict(zip(drift.FACTORS, drift.factors(LEVEL, moved).T[-1], strict=True))
    assert found == pytest.approx({"demand": 0.1} | dict.fromkeys(drift.FACTORS[1:], 0.0))


def test_stocks_follow_from_the_factors_by_the_balance() -> None:
    moved = np.random.default_rng(1).normal(0, 0.1, (7, 4))
    factors = dict(zip(drift.FACTORS, drift.factors(LEVEL, moved), strict=True))
    stock, hazard = np.exp(LEVEL[4]), np.exp(LEVEL[3] - LEVEL[4])
    for year in range(4):
        starts = np.exp(LEVEL[3] + factors["demand"][year] + factors["cp_starts"][year])
        rate = hazard * np.exp(factors["cp_ends"][year])
        stock = (stock * (1 - rate / 2) + starts) / (1 + rate / 2)
        assert stock == pytest.approx(np.exp(LEVEL[4] + moved[4, year]))


def test_no_factor_is_beyond_four_times() -> None:
    wild = np.random.default_rng(2).normal(0, 3, (7, 6))
    assert np.abs(list(drift.logs(LEVEL, wild).values())).max() == drift.MOST


def test_children_open_are_the_stock_of_need_at_the_start_of_each_year() -> None:
    moved = np.random.default_rng(3).normal(0, 0.1, (7, 4))
    found = drift.logs(LEVEL, moved)
    need = [each.name for each in SERIES].index("cin")
    assert [found[f"drift.{OPEN}.{year}"] for year in range(4)] == [0.0, *moved[need, :3]]


def test_referrals_as_a_year_begins_lie_half_way_between_those_of_the_years_about_it() -> None:
    moved = np.random.default_rng(3).normal(0, 0.1, (7, 4))
    found = drift.logs(LEVEL, moved)
    come = [found[f"drift.demand.{year}"] for year in range(4)]
    assert found[f"drift.{REFERRED}.0"] == 0.0
    for year in (1, 2, 3):
        assert found[f"drift.{REFERRED}.{year}"] == pytest.approx((come[year - 1] + come[year]) / 2)


def test_children_open_follow_from_demand_and_the_ways_out_of_need() -> None:
    moved = np.random.default_rng(4).normal(0, 0.1, (7, 5))
    found = drift.logs(LEVEL, moved)
    stock, hazard = np.exp(LEVEL[2]), np.exp(LEVEL[1] - LEVEL[2])
    for year in range(4):
        rate = hazard * np.exp(found[f"drift.cin_ends.{year}"])
        starts = np.exp(LEVEL[1] + found[f"drift.demand.{year}"])
        stock = (stock * (1 - rate / 2) + starts) / (1 + rate / 2)
        assert np.log(stock) - LEVEL[2] == pytest.approx(found[f"drift.{OPEN}.{year + 1}"])


def test_a_council_far_above_its_own_level_is_expected_to_come_back() -> None:
    early = drift.stand("Swindon", date(2019, 4, 1))
    cp = [each.name for each in SERIES].index("cp")
    back = drift.expected("Swindon", date(2019, 4, 1), 3)
    assert early.above[cp] > 0.1
    assert back["drift.cp_ends.0"] != 0.0
    assert early.level[cp] == pytest.approx(np.log(333 / 49000), abs=0.2)


def test_where_a_council_stands_knows_nothing_after_day_0() -> None:
    assert (
        drift.stand("Swindon", date(2020, 3, 30)).level.tolist()
        == drift.stand("Swindon", date(2019, 3, 31)).level.tolist()
    )
    assert (
        drift.stand("Swindon", date(2020, 3, 31)).level.tolist()
        != drift.stand("Swindon", date(2019, 3, 31)).level.tolist()
    )
