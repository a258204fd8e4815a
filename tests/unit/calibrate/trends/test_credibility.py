from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from familyflow.calibrate.trends.adopters import (
    CARE_STARTS,
    LIKE,
    OTHERS,
    SINCE,
    TWO_EARLY,
    YEAR_EARLY,
    Estimate,
    shipped,
)
from familyflow.calibrate.trends.credibility import doubts
from familyflow.calibrate.trends.departures import YEARS
from familyflow.calibrate.trends.pooling import Pooled


def estimate(kind: str, comparison: str, mean: float, sd: float, chance: float, year: int = YEARS) -> Estimate:
    """Make an estimate with an even range."""
    found = Pooled(mean, sd, mean - 1.645 * sd, mean + 1.645 * sd, 0.1, mean - 0.3, mean + 0.3)
    return Estimate(kind, CARE_STARTS, year, comparison, found, 12, 10, chance)


SOUND = (
    estimate(SINCE, OTHERS, -0.24, 0.06, 0.001),
    estimate(SINCE, LIKE, -0.23, 0.07, 0.002),
    estimate(SINCE, OTHERS, 0.0, 0.1, 0.9, year=1),
    estimate(YEAR_EARLY, OTHERS, 0.01, 0.06, 0.8, year=1),
    estimate(TWO_EARLY, LIKE, -0.05, 0.06, 0.4, year=2),
)


def test_a_measure_that_passes_every_part_of_the_rule_has_no_doubts() -> None:
    assert doubts(SOUND, CARE_STARTS) == ()


@pytest.mark.parametrize(
    ("place", "change", "said"),
    [
        (0, {"found": SOUND[2].found}, "beside all others the range holds no change (-15% to +18%)"),
        (1, {"p_random": 0.08}, "beside the nearest random councils are as far off in 8.0% of draws"),
        (3, {"p_random": 0.09}, "the year before, beside all others: +1% (p 0.090)"),
        (4, {"p_random": 0.01}, "the two years before, beside the nearest: -5% (p 0.010)"),
    ],
)
def test_each_part_of_the_rule_that_fails_is_said(place: int, change: dict[str, object], said: str) -> None:
    found = [replace(each, **change) if i == place else each for i, each in enumerate(SOUND)]  # type: ignore[arg-type]
    assert doubts(found, CARE_STARTS) == (said,)


def test_a_measure_without_a_third_year_is_doubtful() -> None:
    assert doubts(SOUND[3:], CARE_STARTS) == ("no third year is known",)
    assert doubts(SOUND, "referrals_number") == ("no third year is known",)


def test_of_what_ships_plans_are_doubtful_and_care_is_not() -> None:
    found = shipped()
    assert doubts(found, CARE_STARTS) == doubts(found, "cla_at_31mar_number") == ()
    assert any("the two years before the latest dates" in why for why in doubts(found, "cpp_at_31mar_number"))
    assert np.isfinite([each.p_random for each in found if each.kind == SINCE]).all()
