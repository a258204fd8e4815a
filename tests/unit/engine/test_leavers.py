from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from familyflow.engine import leavers
from familyflow.engine.keys import LEAVERS, Purpose
from familyflow.ground.draws import exponential

YEAR = 365.25
STEPS = [(0.0, 4.0), (100.0, 0.0), (200.0, 12.0), (400.0, 2.0)]
"""Workers who leave a year, from which day on."""


def integral(rows: list[tuple[float, float]], day: float) -> float:
    """Return how many are expected to have left by a day."""
    ends = [*(since for since, _ in rows[1:]), np.inf]
    spans = [max(0.0, min(day, end) - since) for (since, _), end in zip(rows, ends, strict=True)]
    return sum(rate * span for (_, rate), span in zip(rows, spans, strict=True)) / YEAR


def test_nobody_leaves_where_the_rate_is_nought() -> None:
    assert leavers.days(1, 0, 0, [(0.0, 0.0)], 1e6) == []
    assert leavers.days(1, 0, 0, [], 1e6) == []


@given(seed=st.integers(0, 2**40), team=st.integers(0, 40))
def test_each_leaver_spends_a_budget_of_its_own_at_the_rate_of_the_day(seed: int, team: int) -> None:
    days = leavers.days(seed, 3, team, STEPS, 3000.0)
    budgets = [exponential(seed, 3, LEAVERS + team, 0, int(Purpose.LEAVES), k) for k in range(len(days) + 1)]
    spent = [integral(STEPS, day) for day in [0.0, *days]]
    assert [b - a for a, b in pairwise(spent)] == pytest.approx(budgets[:-1])
    assert spent[-1] + budgets[-1] > integral(STEPS, 3000.0)
    assert not any(100 < day < 200 for day in days)


def test_a_longer_run_begins_with_the_leavers_of_a_shorter_one() -> None:
    shorter, longer = (leavers.days(5, 0, 2, STEPS, horizon) for horizon in (900.0, 2500.0))
    assert longer[: len(shorter)] == shorter
    assert len(longer) > len(shorter)
    assert max(shorter) < 900


def test_a_change_of_rate_moves_nobody_who_left_before_it() -> None:
    changed = [*STEPS[:2], (200.0, 50.0)]
    before, after = ([d for d in leavers.days(7, 0, 0, rows, 800.0) if d < 200] for rows in (STEPS, changed))
    assert before == after


def test_leavers_come_by_chance_at_the_rate_that_is_stated() -> None:
    rate, years = 3.0, 4.0
    counts = [len(leavers.days(11, k, 0, [(0.0, rate)], years * YEAR)) for k in range(600)]
    assert np.mean(counts) == pytest.approx(rate * years, abs=3.5 * np.sqrt(rate * years / 600))
    assert np.var(counts) / np.mean(counts) == pytest.approx(1.0, abs=3.5 * np.sqrt(2 / 600))


def test_each_of_a_team_s_workers_is_as_likely_to_leave_as_the_others() -> None:
    firsts = [leavers.whose(3, k, 1, 0, 8.0)[0] for k in range(2000)]
    assert stats.kstest(firsts, "uniform").pvalue > 0.001
    assert len(set(firsts)) == 2000


@pytest.mark.parametrize(("workers", "share"), [(8.0, 1 / 8), (1.0, 1.0), (0.4, 1.0), (0.0, 1.0)])
def test_a_leaver_has_a_worker_s_share_of_the_cases_and_the_last_one_has_all(workers: float, share: float) -> None:
    assert leavers.whose(1, 0, 0, 0, workers)[1] == pytest.approx(share)


def test_teams_lose_workers_on_days_of_their_own() -> None:
    days = [leavers.days(1, 0, team, [(0.0, 10.0)], 2000.0) for team in range(3)]
    assert not set(days[0]) & set(days[1])
    assert not set(days[1]) & set(days[2])
