from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from small_town import drifting, rates_for, values

from familyflow.engine import arrivals, drift, structure
from familyflow.engine import rates as fitted
from familyflow.pathway import PATHWAY

YEAR = 365.25


def come(years: int = 3, rate: float = 3.0, **logs: list[float]) -> list[np.ndarray]:
    """Return the days on which families and children alone come, at some rate of families a day."""
    found = fitted.from_values(rates_for(values()), PATHWAY)
    moving = drift.from_values(drifting(**logs), structure.build(PATHWAY, values()), years)
    return arrivals.times(replace(found, arrivals=np.array([rate, 0.5])), moving, years * YEAR, 1, 2)


def test_families_come_in_order_and_before_the_horizon_as_often_as_the_rate_says() -> None:
    for days, rate in zip(come(), (3.0, 0.5), strict=True):
        assert (np.diff(days) > 0).all()
        assert 0 < days[0] < days[-1] < 3 * YEAR
        assert len(days) == pytest.approx(rate * 3 * YEAR, abs=4 * np.sqrt(rate * 3 * YEAR))


def test_nobody_comes_from_a_source_whose_rate_is_nothing() -> None:
    assert len(come(rate=0.0)[0]) == 0


def test_each_family_spends_the_same_budget_at_the_rate_of_the_day() -> None:
    logs = [0.0, 1.0, -0.5]
    plain, moved = come()[0], come(demand=logs)[0]
    pace = np.exp(logs)
    spent = sum(pace[k] * np.clip(moved - k * YEAR, 0, YEAR) for k in range(3))
    both = min(len(plain), len(moved))
    np.testing.assert_allclose(spent[:both], plain[:both], rtol=1e-12)


def test_within_a_year_of_drift_arrivals_are_a_poisson_process_of_that_year_s_rate() -> None:
    moved = come(years=2, demand=[0.0, 1.0])[0]
    late = moved[moved > YEAR]
    assert len(late) == pytest.approx(3 * np.e * YEAR, abs=4 * np.sqrt(3 * np.e * YEAR))
    assert stats.kstest(np.diff(late), stats.expon(scale=1 / (3 * np.e)).cdf).pvalue > 0.001


def test_more_demand_brings_no_more_children_who_come_alone() -> None:
    np.testing.assert_array_equal(come(demand=[1.0, 1.0, 1.0])[1], come()[1])
