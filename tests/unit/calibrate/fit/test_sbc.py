"""A quick check of the posterior; `python benchmarks/calibration.py` makes the whole one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from familyflow.calibrate.fit.posterior import errors_of
from familyflow.calibrate.fit.sbc import Known, Ranked, covered, judged, known, ranked, rejected
from familyflow.scenario import load

if TYPE_CHECKING:
    from familyflow.calibrate.fit.solve import Solution
    from familyflow.scenario import Scenario

DRAWS = 19
FITS = 3


@pytest.fixture(scope="module")
def councils() -> list[Known]:
    return [known(load("swindon"), 3, number) for number in range(FITS)]


@pytest.fixture(scope="module")
def fits(councils: list[Known]) -> list[Ranked]:
    return [ranked(council, seed, DRAWS) for seed, council in enumerate(councils, start=100)]


def pooled(fits: list[Ranked], share: float) -> float:
    ranks = np.array([list(fit.ranks.values()) for fit in fits])
    return covered(ranks, DRAWS, share)


def test_intervals_hold_the_truth_about_as_often_as_they_say(fits: list[Ranked]) -> None:
    assert pooled(fits, 0.8) == pytest.approx(0.8, abs=0.1)
    assert pooled(fits, 0.5) == pytest.approx(0.5, abs=0.15)


def test_the_truth_is_as_often_above_the_draws_as_below(fits: list[Ranked]) -> None:
    ranks = np.array([list(fit.ranks.values()) for fit in fits])
    assert (ranks.mean() + 0.5) / (DRAWS + 1) == pytest.approx(0.5, abs=0.08)


def test_no_draw_has_to_be_solved_afresh(fits: list[Ranked]) -> None:
    assert sum(fit.afresh for fit in fits) == 0


def test_draws_that_are_half_as_wide_as_they_should_be_are_found_out(
    councils: list[Known], monkeypatch: pytest.MonkeyPatch
) -> None:
    def narrow(scenario: Scenario, central: Solution, seed: int, draw: int) -> np.ndarray:
        return errors_of(scenario, central, seed, draw) / 2

    monkeypatch.setattr(sys.modules[ranked.__module__], "errors_of", narrow)
    assert pooled([ranked(council, 100, DRAWS) for council in councils[:2]], 0.8) < 0.7


def test_a_known_council_publishes_what_its_rates_give_but_for_the_stated_errors(councils: list[Known]) -> None:
    published = councils[0].scenario.quantities["target.cp_starts"]
    assert abs(np.log(published.value) - councils[0].truth["target.cp_starts"]) < 4 * 0.18
    assert published.low < published.value < published.high
    assert councils[0].truth != councils[1].truth


def test_uniform_ranks_are_not_rejected_and_others_are() -> None:
    even = [Ranked({"even": rank, "low": rank // 2, "ends": 0 if rank < 10 else 19}, 19, 0) for rank in range(20)] * 10
    found = judged(even).set_index("name")
    assert set(rejected(judged(even))) == {"ends", "low"}
    assert [found[name]["even"] for name in ("cover_50", "cover_80", "cover_90")] == [0.5, 0.8, 0.9]
    assert found["cover_80"]["ends"] == 0
    assert found["mean_rank"]["low"] < 0.3


@pytest.mark.parametrize(("share", "cover"), [(0.8, 0.8), (0.85, 0.85), (0.9, 0.9), (0.5, 0.5)])
def test_an_interval_over_even_ranks_covers_its_share(share: float, cover: float) -> None:
    assert covered(np.arange(20), 19, share) == pytest.approx(cover)
