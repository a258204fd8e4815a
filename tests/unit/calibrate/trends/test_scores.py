from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from familyflow.calibrate.trends import scores
from familyflow.calibrate.trends.history import SERIES


def closed_form(mean: float, spread: float, came: float) -> float:
    """Give the CRPS of a normal forecast (Gneiting and Raftery 2007, eq. 22)."""
    z = (came - mean) / spread
    return float(spread * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi)))


@pytest.mark.parametrize("came", [-1.0, 2.0, 9.0])
def test_the_score_of_many_normal_samples_is_the_closed_form(came: float) -> None:
    samples = 2.0 + 3.0 * norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    assert scores.crps(samples, np.array(came)) == pytest.approx(closed_form(2.0, 3.0, came), rel=1e-3)


def test_the_score_of_one_sample_is_its_distance() -> None:
    assert scores.crps(np.array([[4.0], [7.0]]), np.array([1.0, 9.0])).tolist() == [3.0, 2.0]


def test_the_score_of_two_samples_worked_by_hand() -> None:
    # |1-2| and |5-2| have mean 2; the four pairs differ by 0, 4, 4, 0: mean 2, halved.
    assert scores.crps(np.array([5.0, 1.0]), np.array(2.0)) == pytest.approx(1.0)


def test_a_place_is_the_share_below_and_half_of_the_ties() -> None:
    samples = np.array([[1.0, 2.0, 2.0, 3.0]])
    assert scores.place(samples, np.array([2.0])).tolist() == [0.5]
    assert scores.place(samples, np.array([9.0])).tolist() == [1.0]


def test_ranges_have_equal_tails() -> None:
    placed = pd.Series([0.09, 0.11, 0.5, 0.89, 0.91])
    assert scores.held(placed, 80).tolist() == [False, True, True, True, False]


def forecasts(ratios: dict[str, float]) -> pd.DataFrame:
    """Make two forecasts a measure whose score is so many times the naive ones'."""
    rows = [
        {"council": c, "measure": m, "horizon": 1, "placed": p, "crps": r, "off": r}
        | {f"{s}_{n}": 1.0 for s in ("crps", "off") for n in ("last", "trend", "mean")}
        for m, r in ratios.items()
        for c, p in (("A", 0.5), ("B", 0.95))
    ]
    return pd.DataFrame(rows)


def test_cells_count_the_same_over_all_whatever_their_unit() -> None:
    first, second = SERIES[0].measure, SERIES[2].measure
    cells = scores.cells(forecasts({second: 0.5, first: 2.0}))
    assert cells["measure"].tolist() == [first, second, "all"]
    assert cells["skill_last"].tolist() == pytest.approx([-1.0, 0.5, 0.0])
    assert cells["held_80"].tolist() == [0.5, 0.5, 0.5]
    assert cells["above"].tolist() == [0.5, 0.5, 0.5]


def test_the_parts_of_a_forecast_add_up_to_one() -> None:
    shares = scores.even(forecasts({SERIES[0].measure: 1.0}))
    assert shares.to_numpy().sum() == pytest.approx(1.0)
    assert shares.to_numpy()[0, [5, 9]].tolist() == [0.5, 0.5]
