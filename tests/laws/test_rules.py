"""The rules of a stay against closed forms, for any hazards that can be drawn."""

from __future__ import annotations

from itertools import pairwise
from math import exp, inf, log

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, optimize, stats

from familyflow.engine import rules
from familyflow.engine.keys import Purpose
from familyflow.engine.structure import STARTS, Floats
from familyflow.ground.draws import words
from familyflow.pathway import PATHWAY

EXITS = 4
BANDS = len(STARTS)
hazard = st.one_of(st.just(0.0), st.floats(1e-5, 0.1))
by_band = arrays(np.float64, BANDS, elements=hazard)
by_exit = arrays(np.float64, (EXITS, BANDS), elements=hazard)
ratios = arrays(np.float64, EXITS, elements=st.one_of(st.just(0.0), st.floats(0.1, 5.0)))
budget = st.floats(1e-3, 20.0)
budgets = arrays(np.float64, EXITS, elements=budget)
elapsed = st.one_of(st.floats(0.0, 900.0), st.sampled_from(STARTS.tolist()))
u = st.floats(1e-9, 1 - 1e-9)
TURNS = np.array([0.0, 365.25, 730.5, inf])
"""Days of the run on which drift changes; one is never reached."""
CLOCK = (STARTS, TURNS)
multiplier = st.one_of(st.just(1.0), st.floats(0.2, 4.0))
by_year = arrays(np.float64, len(TURNS), elements=multiplier)
by_exit_and_year = arrays(np.float64, (EXITS, len(TURNS)), elements=multiplier)
today = st.one_of(st.floats(0.0, 1200.0), st.sampled_from(TURNS[:-1].tolist()))
STEADY = (STARTS, np.zeros(1))
"""The clock of a run without drift."""


def rate(hazards: Floats, day: float) -> float:
    return float(hazards[np.searchsorted(STARTS, day, side="right") - 1])


def drifted(drift: Floats, day: float) -> float:
    return float(drift[np.searchsorted(TURNS, day, side="right") - 1])


def integral(hazards: Floats, drift: Floats, since: float, now: float, days: float) -> float:
    """Return the drifting hazard's integral by quadrature, band by band and year by year."""
    edges = np.unique([0.0, days, *(STARTS - since), *(TURNS - now)])
    pieces = pairwise(edges[(edges >= 0) & (edges <= days)])
    return float(
        sum(integrate.quad(lambda t: rate(hazards, since + t) * drifted(drift, now + t), a, b)[0] for a, b in pieces)
    )


def time_to_spend(
    hazards: Floats, drift: Floats, clock: tuple[Floats, Floats], ratio: float, mine: float, since: tuple[float, float]
) -> float:
    """Return when the only exit of a stage comes."""
    days, _ = rules.soonest(hazards[None], drift[None], clock, np.array([ratio]), np.array([mine]), since)
    return days


# Timing ----------------------------------------------------------------------------------------------------------


@given(by_band, by_year, elapsed, today, st.floats(0.0, 2000.0), st.floats(0.0, 5.0))
def test_what_is_spent_is_the_integral_of_the_hazard(
    hazards: Floats, drift: Floats, since: float, now: float, days: float, ratio: float
) -> None:
    expected = ratio * integral(hazards, drift, since, now, days)
    assert rules.spent(hazards, drift, *CLOCK, ratio, since, now, days) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(by_band, by_year, elapsed, today, budget, st.floats(0.1, 5.0))
def test_an_exit_comes_when_its_budget_is_spent_or_never(
    hazards: Floats, drift: Floats, since: float, now: float, mine: float, ratio: float
) -> None:
    days = time_to_spend(hazards, drift, CLOCK, ratio, mine, (since, now))
    if days == inf:
        assert hazards[-1] == 0
        assert rules.spent(hazards, drift, *CLOCK, ratio, since, now, 1e6) < mine
    else:
        assert rules.spent(hazards, drift, *CLOCK, ratio, since, now, days) == pytest.approx(mine, rel=1e-9)


@given(by_band, by_year, elapsed, today, st.floats(1e-6, 13.0))
@example(np.full(BANDS, 0.01), np.ones(len(TURNS)), 0.0, 0.0, 0.913125)
def test_the_time_of_an_exit_survives_as_the_piecewise_exponential_says(
    hazards: Floats, drift: Floats, since: float, now: float, mine: float
) -> None:
    assume(hazards[-1] > 0)
    longest = STARTS[-1] + TURNS[-2] + 1.0 + mine / (hazards[-1] * drift[:-1].min())
    days = optimize.brentq(lambda late: integral(hazards, drift, since, now, late) - mine, 0.0, longest, xtol=1e-9)
    survives = exp(-integral(hazards, drift, since, now, days))
    later, sooner = -log(survives * (1 - 1e-4)), -log(survives * (1 + 1e-4))
    assert time_to_spend(hazards, drift, CLOCK, 1.0, later, (since, now)) >= days - 1e-6
    assert time_to_spend(hazards, drift, CLOCK, 1.0, sooner, (since, now)) <= days + 1e-6


@given(by_exit, by_exit_and_year, ratios, budgets, elapsed, today)
def test_the_first_exit_is_the_one_whose_budget_is_spent_first(
    hazards: Floats, drift: Floats, ratio: Floats, mine: Floats, since: float, now: float
) -> None:
    times = each_time(hazards, drift, ratio, mine, (since, now))
    days, leads = rules.soonest(hazards, drift, CLOCK, ratio, mine, (since, now))
    assert days == min(times)
    assert leads == (times.index(days) if days < inf else -1)


def each_time(hazards: Floats, drift: Floats, ratio: Floats, mine: Floats, since: tuple[float, float]) -> list[float]:
    """Return when each exit's budget is spent."""
    return [time_to_spend(hazards[e], drift[e], CLOCK, ratio[e], mine[e], since) for e in range(EXITS)]


@given(by_exit, by_exit_and_year, ratios, budgets, elapsed, today, st.lists(st.floats(0.0, 0.999), max_size=6))
def test_looking_in_on_a_stay_at_any_moments_changes_nothing(
    hazards: Floats, drift: Floats, ratio: Floats, mine: Floats, since: float, now: float, looks: list[float]
) -> None:
    days, leads = rules.soonest(hazards, drift, CLOCK, ratio, mine, (since, now))
    assume(1e-6 < days < 1e5)
    left, gone = mine.copy(), 0.0
    for look in sorted(looks):
        rules.spend(hazards, drift, CLOCK, ratio, left, (since + gone, now + gone), look * days - gone)
        gone = look * days
    rest, then = rules.soonest(hazards, drift, CLOCK, ratio, left, (since + gone, now + gone))
    assert gone + rest == pytest.approx(days, rel=1e-7, abs=1e-7)
    second = np.partition(each_time(hazards, drift, ratio, mine, (since, now)), 1)[1]
    assert then == leads or second == pytest.approx(days, rel=1e-6)


@given(by_exit, by_exit_and_year, ratios, budgets, elapsed, today, st.floats(0.0, 3000.0))
def test_a_budget_only_falls_and_never_below_nothing(
    hazards: Floats, drift: Floats, ratio: Floats, mine: Floats, since: float, now: float, days: float
) -> None:
    left = mine.copy()
    rules.spend(hazards, drift, CLOCK, ratio, left, (since, now), days)
    assert (left >= 0).all()
    assert (left <= mine).all()
    np.testing.assert_array_equal(left[ratio == 0], mine[ratio == 0])


@given(by_exit, by_exit_and_year, ratios, budgets, elapsed, today)
def test_a_drift_of_one_for_ever_is_no_drift(
    hazards: Floats, drift: Floats, ratio: Floats, mine: Floats, since: float, now: float
) -> None:
    flat, never = np.ones_like(drift), np.array([0.0, inf, inf, inf])
    steady = rules.soonest(hazards, np.ones((EXITS, 1)), STEADY, ratio, mine, (since, now))
    assert rules.soonest(hazards, flat, (STARTS, never), ratio, mine, (since, now)) == steady
    assert rules.soonest(hazards, drift, (STARTS, never), ratio * 2, mine, (since, 0.0)) == rules.soonest(
        hazards, drift[:, :1], STEADY, ratio * 2, mine, (since, now)
    )


@given(by_exit_and_year, ratios, today)
def test_a_decision_takes_the_drift_in_force_on_its_day(drift: Floats, ratio: Floats, now: float) -> None:
    weights, odds = np.array([0.4, 0.3, 0.2, 0.1]), ratio.copy()
    rules.weigh(weights, drift, TURNS, now, odds)
    np.testing.assert_allclose(odds, ratio * weights * [drifted(row, now) for row in drift])


def test_a_change_of_hazard_in_the_middle_of_a_stay_gives_the_right_times() -> None:
    before, after, change = 0.01, 0.03, 40.0
    hazards = np.full((1, BANDS), before)
    found = []
    for family in range(20_000):
        mine = drawn_budgets(1, family, 1)
        days, _ = rules.soonest(hazards, np.ones((1, 1)), STEADY, np.ones(1), mine, (0.0, 0.0))
        if days > change:
            rules.spend(hazards, np.ones((1, 1)), STEADY, np.ones(1), mine, (0.0, 0.0), change)
            ratio, since = np.array([after / before]), (change, change)
            days = change + rules.soonest(hazards, np.ones((1, 1)), STEADY, ratio, mine, since)[0]
        found.append(days)

    stayed = np.array(found)
    share_gone = 1 - np.exp(-before * np.minimum(stayed, change) - after * np.maximum(stayed - change, 0))
    assert stats.kstest(share_gone, "uniform").pvalue > 0.001


def test_two_exits_share_a_stay_in_proportion_to_their_hazards() -> None:
    hazards = np.array([np.full(BANDS, 0.01), np.full(BANDS, 0.03)])
    given_drift, since = np.ones((2, 1)), (0.0, 0.0)
    found = [
        rules.soonest(hazards, given_drift, STEADY, np.ones(2), drawn_budgets(2, f, 2), since) for f in range(20_000)
    ]
    days, ways = np.array([d for d, _ in found]), np.array([e for _, e in found])
    assert stats.binomtest(int((ways == 1).sum()), len(ways), 0.75).pvalue > 0.001
    assert stats.kstest(days, stats.expon(scale=25.0).cdf).pvalue > 0.001
    assert stats.pearsonr(days, ways).pvalue > 0.001  # when and how are independent where hazards are proportional


def drawn_budgets(seed: int, family: int, exits: int) -> Floats:
    """Return the budgets of a family's first visit."""
    drawn = np.empty(exits)
    rules.draw_budgets(seed, 0, family, 0, 0, drawn)
    return drawn


@given(st.integers(0, 2**40), st.integers(0, 1000), st.integers(0, 10**6), st.integers(0, 2**30), st.integers(0, 6))
def test_budgets_are_the_keyed_draws_of_their_exits_four_to_an_index(
    seed: int, replication: int, family: int, visit: int, member: int
) -> None:
    drawn = np.empty(6)
    rules.draw_budgets(seed, replication, family, visit, member, drawn)
    key = (seed, replication, family, visit, int(Purpose.BUDGET))
    four = [words(*key, member * rules.BLOCKS + index) for index in (0, 1)]
    expected = [-log(((int(word) >> 11) | 1) * 2.0**-53) for block in four for word in block]
    assert drawn.tolist() == expected[:6]


def test_a_family_and_each_of_its_children_have_budgets_of_their_own() -> None:
    drawn = np.empty((7, 4 * rules.BLOCKS))
    for member in range(7):
        rules.draw_budgets(1, 0, 5, 9, member, drawn[member])
    assert len(np.unique(drawn)) == drawn.size


def test_no_stage_has_more_exits_than_its_budgets_have_room_for() -> None:
    assert max(len(stage.exits) for stage in PATHWAY.stages) <= 4 * rules.BLOCKS


# Deciding --------------------------------------------------------------------------------------------------------


@given(arrays(np.float64, 5, elements=st.one_of(st.just(0.0), st.floats(1e-3, 10.0))), u)
def test_an_outcome_is_the_one_on_which_the_draw_falls(weights: Floats, drawn: float) -> None:
    assume(weights.sum() > 0)
    chosen = rules.choose(weights, drawn)
    edges = np.concatenate([[0.0], np.cumsum(weights)]) / weights.sum()
    assert weights[chosen] > 0
    assert edges[chosen] - 1e-12 <= drawn <= edges[chosen + 1] + 1e-12


@given(st.floats(0.1, 200.0), st.floats(0.3, 5.0), u)
def test_a_decision_s_time_is_weibull(scale: float, shape: float, drawn: float) -> None:
    expected = stats.weibull_min(shape, scale=scale).isf(drawn)
    assert rules.weibull(scale, shape, drawn) == pytest.approx(expected, rel=1e-6)


@given(st.floats(0.1, 500.0), st.floats(0.3, 5.0))
def test_a_decision_s_time_has_the_mean_that_was_asked_for(mean: float, shape: float) -> None:
    scale = rules.weibull_scale(mean, shape)
    assert stats.weibull_min(shape, scale=scale).mean() == pytest.approx(mean, rel=1e-9)


@given(st.integers(0, 60), st.floats(0.0, 1.0), u)
@example(10, 0.0, 0.5)
@example(10, 1.0, 0.5)
def test_missed_appointments_are_binomial(trials: int, share: float, drawn: float) -> None:
    found = rules.binomial(trials, share, drawn)
    law = stats.binom(trials, share)
    assert 0 <= found <= trials
    assert law.cdf(found) >= drawn - 1e-9
    assert found == 0 or law.cdf(found - 1) < drawn + 1e-9
