from __future__ import annotations

import numpy as np
import pytest

from familyflow.calibrate.trends.pooling import BETWEEN, pool, ratios_to_error

SPREAD = 0.1
"""How much the effects of the made councils below differ."""


def made(sets: int, councils: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Make estimates of councils whose effects lie about -0.2."""
    luck = np.random.default_rng(seed)
    v = luck.uniform(0.08, 0.25, (sets, councils)) ** 2
    y = -0.2 + SPREAD * luck.standard_normal((sets, councils)) + np.sqrt(v) * luck.standard_normal((sets, councils))
    return y, v


def test_one_estimate_is_taken_as_it_is_with_the_doubt_about_how_much_councils_differ() -> None:
    found = pool(np.array([-0.3]), np.array([0.01]))
    assert found.mean == pytest.approx(-0.3)
    assert found.between == pytest.approx(BETWEEN * np.sqrt(2 / np.pi), rel=0.02)
    assert found.sd**2 == pytest.approx(0.01 + BETWEEN**2, rel=0.02)


def test_exact_estimates_count_for_more() -> None:
    found = pool(np.array([0.0, -0.4]), np.array([0.0001, 1.0]))
    assert -0.02 < found.mean < 0


def test_many_councils_tell_the_mean_and_how_much_they_differ() -> None:
    y, v = made(1, 600, 1)
    found = pool(y[0], v[0])
    assert found.mean == pytest.approx(-0.2, abs=0.03)
    assert found.between == pytest.approx(SPREAD, abs=0.03)


def test_ranges_hold_the_truth_nine_times_in_ten() -> None:
    y, v = made(400, 12, 2)
    found = [pool(*each) for each in zip(y, v, strict=True)]
    assert 0.87 <= np.mean([each.low <= -0.2 <= each.high for each in found]) <= 0.97


def test_ranges_of_one_more_council_hold_its_effect_nine_times_in_ten() -> None:
    y, v = made(400, 12, 3)
    more = -0.2 + SPREAD * np.random.default_rng(4).standard_normal(400)
    found = [pool(*each) for each in zip(y, v, strict=True)]
    held = [each.next_low <= effect <= each.next_high for each, effect in zip(found, more, strict=True)]
    assert 0.86 <= np.mean(held) <= 0.98


def test_gaps_are_passed_over() -> None:
    y, v = made(1, 12, 5)
    gaps = np.where(np.arange(12) < 4, np.nan, y)
    found = pool(y[0, 4:], v[0, 4:])
    assert ratios_to_error(gaps, v)[0] == pytest.approx(found.mean / found.sd)
