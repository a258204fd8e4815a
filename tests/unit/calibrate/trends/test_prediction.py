from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import norm

from familyflow.calibrate.trends.prediction import Part, difference, quantile, read, score, with_error

if TYPE_CHECKING:
    from pathlib import Path

ONE = (Part("one", 1.0, -0.1, 0.2),)
TWO = (Part("one", 0.3, -0.5, 0.1), Part("two", 0.7, 0.1, 0.3))


def test_quantiles_of_one_part_are_those_of_a_normal() -> None:
    assert log(quantile(ONE, 0.95)) == pytest.approx(-0.1 + 1.6449 * 0.2, abs=1e-4)


def test_quantiles_of_a_mixture_are_those_of_many_draws() -> None:
    luck = np.random.default_rng(1)
    first = luck.random(400_000) < 0.3
    drawn = np.where(first, luck.normal(-0.5, 0.1, first.size), luck.normal(0.1, 0.3, first.size))
    for share in (0.05, 0.5, 0.9):
        assert log(quantile(TWO, share)) == pytest.approx(np.quantile(drawn, share), abs=0.005)


def test_the_study_s_own_error_widens_every_part() -> None:
    assert with_error(ONE, 0.15)[0].sd == pytest.approx(0.25)
    assert with_error(ONE, 0.15)[0].mean == ONE[0].mean


def test_a_ratio_is_a_difference_of_the_risks_that_make_up_the_pooled_one() -> None:
    untreated, treated = 6.0, 4.5
    pooled = 0.6 * untreated + 0.4 * treated
    assert difference(treated / untreated, pooled, 0.4) == pytest.approx(-1.5)
    assert difference(1.0, 5.0, 0.5) == 0


def test_the_score_of_one_normal_is_its_density_and_its_crps() -> None:
    found = score(ONE, exp(0.15))
    z = 0.25 / 0.2
    by_hand = 0.2 * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert found.log_score == pytest.approx(norm.logpdf(0.15, -0.1, 0.2))
    assert found.crps == pytest.approx(by_hand)


def test_the_crps_of_a_mixture_is_that_of_many_draws() -> None:
    luck = np.random.default_rng(2)
    first = luck.random(2000) < 0.3
    drawn = np.where(first, luck.normal(-0.5, 0.1, first.size), luck.normal(0.1, 0.3, first.size))
    many = np.abs(drawn).mean() - np.abs(drawn[:, None] - drawn).mean() / 2
    assert score(TWO, 1.0).crps == pytest.approx(many, abs=0.01)


@pytest.mark.parametrize(("came", "held"), [(0.9, (True, True)), (0.68, (False, True)), (0.5, (False, False))])
def test_ranges_hold_what_lies_in_them(came: float, held: tuple[bool, bool]) -> None:
    found = score(ONE, came)
    assert (found.in_80, found.in_90) == held


def test_parts_are_read_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "parts.csv"
    path.write_text("part,weight,log_mean,log_sd,note\na,0.4,-0.1,0.05,\nb,0.6,0,0.1,\n", encoding="utf-8")
    assert read(path) == (Part("a", 0.4, -0.1, 0.05), Part("b", 0.6, 0.0, 0.1))
