from __future__ import annotations

import numpy as np
import pytest

from familyflow.calibrate.trends import naive

NAN = float("nan")


def test_the_last_published_year_is_taken_over_a_gap() -> None:
    logs = np.array([[1.0, 2.0, NAN], [NAN, NAN, NAN]])
    assert naive.last(logs, 2).tolist() == pytest.approx([2.0, NAN], nan_ok=True)


def test_a_trend_goes_on_along_the_line_of_the_last_five_years() -> None:
    logs = np.array([[9.0, 1.0, 2.0, 3.0, 4.0, 5.0], [0.0, 0.0, 1.0, NAN, 3.0, 4.0]])
    assert naive.trend(logs, 2).tolist() == pytest.approx([7.0, 6.0])


def test_two_years_make_no_trend() -> None:
    assert naive.trend(np.array([[NAN, 1.0, 2.0]]), 3).tolist() == [2.0]


def test_the_mean_is_over_published_years() -> None:
    logs = np.array([[1.0, NAN, 3.0], [NAN, NAN, NAN]])
    assert naive.mean(logs, 1).tolist() == pytest.approx([2.0, NAN], nan_ok=True)


def test_past_errors_worked_by_hand() -> None:
    logs = np.array([[0.0, 1.0, 3.0, 6.0]])
    # As last year: from the second year 3 - 1, from the third 6 - 3; two ahead from the second 6 - 1.
    assert naive.errors(naive.last, logs, 1).tolist() == [2.0, 3.0]
    assert naive.errors(naive.last, logs, 2).tolist() == [5.0]
    assert naive.errors(naive.last, logs, 1, left_out=[2]).tolist() == [3.0]


def test_a_spread_is_the_past_errors_either_way_round() -> None:
    logs = np.cumsum(np.full((40, 6), 0.1), axis=1)
    found = naive.spread(naive.last, logs, 1)
    assert found.mean() == pytest.approx(0.0, abs=1e-12)
    assert np.unique(np.abs(found[np.abs(found) > 0.01]).round(9)).tolist() == [0.1]


def test_a_horizon_with_no_past_borrows_a_shorter_one_s_errors() -> None:
    logs = np.cumsum(np.full((60, 4), 0.1), axis=1)
    assert naive.spread(naive.last, logs, 3).max() == pytest.approx(0.2 * np.sqrt(1.5))
