from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from known_town import PRECISE, Known, with_targets

from familyflow.calibrate.fit.goodness import compare
from familyflow.calibrate.fit.moments import Seen
from familyflow.calibrate.fit.posterior import errors_of, near
from familyflow.calibrate.fit.solve import ask, flat, solve
from familyflow.engine import balance, delivery
from familyflow.engine import rates as fitted
from familyflow.ground.problem import Problem
from familyflow.pathway import PATHWAY
from familyflow.scenario import load
from familyflow.scenario.sampling import sample

if TYPE_CHECKING:
    from familyflow.calibrate.fit.solve import Solution
    from familyflow.scenario import Scenario


@pytest.fixture(scope="module")
def torn(town: Known) -> Solution:
    """Return the fit of a town that publishes more plans than enquiries, from which alone plans come."""
    return solve(impossible(town), impossible(town).central())


def unseen(town: Known) -> Seen:
    return Seen(np.empty((0, len(town.keys))))


def quickly(town: Known, luck: dict[str, float] | None = None) -> Solution:
    """Fit a draw with the luck given by target, at the scenario's own values."""
    errors = errors_of(town.scenario, town.solution, 1, 0) * 0
    for key, error in (luck or {}).items():
        errors[town.keys.index(key)] = error
    return near(town.scenario, town.scenario.central(), town.solution, errors)


def impossible(town: Known) -> Scenario:
    enquiries = town.scenario.quantities["target.section47s"].value
    return with_targets(town.scenario, {"target.cp_starts": 1.4 * enquiries})


def test_targets_that_follow_from_known_rates_are_met(town: Known) -> None:
    published = np.array([town.scenario.quantities[key].value for key in town.keys])
    assert town.solution.expected == pytest.approx(published, rel=PRECISE / 2)


def test_the_stocks_and_flows_of_the_known_rates_are_recovered(town: Known) -> None:
    arrays = town.solution.structure
    found = balance.expect(arrays, town.solution.rates, delivery.outside(arrays))
    quantities = town.scenario.quantities
    assert found.stock("cin") == pytest.approx(quantities["snapshot.children_on_cin"].value, rel=0.01)
    assert found.stock("care") == pytest.approx(quantities["snapshot.children_in_care"].value, rel=0.01)
    assert found.started("cp") * 365.25 == pytest.approx(quantities["target.cp_starts"].value, rel=0.01)
    assert (found.entering + found.alone) * 365.25 == pytest.approx(quantities["target.care_starts"].value, rel=0.01)


def test_every_rate_of_a_fit_is_possible(town: Known) -> None:
    rates = town.solution.rates
    assert (rates.base >= 0).all()
    assert (rates.weights >= 0).all()
    assert (rates.arrivals > 0).all()
    assert rates.placements.sum(axis=1) == pytest.approx(1.0)


def test_a_fit_s_rates_can_be_written_flat_and_read_again(town: Known) -> None:
    named = flat(town.solution)
    again = fitted.from_values(named, PATHWAY)
    np.testing.assert_array_equal(again.base, town.solution.rates.base)
    assert all(isinstance(x, float) for x in named.values())


def test_a_fit_is_the_same_again(town: Known) -> None:
    again, twice = (quickly(town) for _ in range(2))
    np.testing.assert_array_equal(again.x, twice.x)


def test_the_quick_fit_agrees_with_the_whole_one_at_the_centre(town: Known) -> None:
    quick = quickly(town)
    assert quick.expected == pytest.approx(town.solution.expected, rel=2e-3)
    assert np.abs(quick.x - town.solution.x).max() < 0.02


def test_the_quick_fit_meets_a_draw_s_targets_and_not_the_centre_s(town: Known) -> None:
    at = town.keys.index("target.cp_starts")
    luck = np.log(1.03) / ask(town.scenario, town.solution.structure).above[at]
    quick = quickly(town, {"target.cp_starts": float(luck)})
    assert quick.expected[at] / town.solution.expected[at] == pytest.approx(1.03, abs=0.01)


def test_a_target_that_cannot_be_met_with_the_others_is_named(town: Known, torn: Solution) -> None:
    table = compare(impossible(town), torn, unseen(town))
    missed = table[table["status"] == "NOT MET with the others"]
    assert "CP plans started a year" in set(missed["target"])


def test_when_all_can_be_met_none_is_named(town: Known) -> None:
    assert not compare(town.scenario, town.solution, unseen(town))["status"].str.startswith("NOT MET").any()


def test_a_fit_that_does_not_settle_is_a_problem_that_names_the_file(
    town: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[solve.__module__], "STEPS", 1)
    monkeypatch.setattr(sys.modules[solve.__module__], "SEARCH", 0)
    with pytest.raises(Problem, match=r"swindon\.toml: targets: no rates meet them together"):
        solve(town.scenario, town.scenario.central())


def test_a_held_out_target_moves_no_rate(town: Known) -> None:
    question = ask(town.scenario, town.solution.structure)
    at = question.keys.index("target.proceedings")
    for side in (question.below, question.above):
        assert np.isinf(side[at])
        assert np.isfinite(np.delete(side, at)).all()
    assert not town.solution.jacobian[at].any()


def test_a_target_that_is_not_published_is_not_asked_for(town: Known) -> None:
    quantities = {key: q for key, q in town.scenario.quantities.items() if key != "target.uasc_share"}
    question = ask(replace(town.scenario, quantities=quantities), town.solution.structure)
    assert "target.uasc_share" not in question.keys
    assert len(question.keys) == len(town.keys) - 1


def test_a_wider_range_gives_a_target_less_weight(town: Known) -> None:
    at = town.keys.index("target.cp_starts")
    narrow = ask(town.scenario, town.solution.structure).above[at]
    target = town.scenario.quantities["target.cp_starts"]
    wide = replace(target, low=target.value / 2, high=target.value * 4)
    quantities = {**town.scenario.quantities, "target.cp_starts": wide}
    question = ask(replace(town.scenario, quantities=quantities), town.solution.structure)
    assert question.below[at] == pytest.approx(np.log(2) / 1.6448536, rel=1e-6)
    assert question.above[at] == pytest.approx(np.log(4) / 1.6448536, rel=1e-6)
    assert question.below[at] > 10 * narrow


def test_how_far_a_truth_lies_is_measured_by_the_side_on_which_it_lies(town: Known) -> None:
    question = replace(ask(town.scenario, town.solution.structure), below=np.full(len(town.keys), 0.1))
    question = replace(question, above=np.full(len(town.keys), 0.2))
    deviations = np.where(np.arange(len(town.keys)) % 2, 1.5, -1.5)
    assert question.apart(deviations) == pytest.approx(np.where(deviations < 0, -0.15, 0.3))
    assert question.deviations(question.apart(deviations)) == pytest.approx(deviations)


def test_an_end_without_a_range_is_met_within_two_per_cent(town: Known) -> None:
    at = town.keys.index("target.cp_starts")
    target = town.scenario.quantities["target.cp_starts"]
    quantities = {**town.scenario.quantities, "target.cp_starts": replace(target, low=target.value)}
    question = ask(replace(town.scenario, quantities=quantities), town.solution.structure)
    assert question.below[at] == pytest.approx(0.02)
    assert question.above[at] == pytest.approx(np.log(1.02) / 1.6448536, rel=1e-6)


def test_swindon_s_targets_are_met_within_5_percent_or_their_stated_range() -> None:
    swindon = load("swindon")
    solution = solve(swindon, swindon.central())
    table = compare(swindon, solution, Seen(np.empty((0, len(solution.expected)))))
    fitted_ones = table[~table["status"].str.startswith("held out")]
    close = (fitted_ones["fitted"] / fitted_ones["published"] - 1).abs() <= 0.05
    inside = (fitted_ones["low"] <= fitted_ones["fitted"]) & (fitted_ones["fitted"] <= fitted_ones["high"])
    assert fitted_ones[~(close | inside)]["target"].tolist() == []
    assert (fitted_ones["status"] == "met").all()


def test_what_simulation_adds_is_taken_off_what_the_balance_is_asked_for(town: Known) -> None:
    at = town.keys.index("target.cp_starts")
    shift = np.where(np.arange(len(town.keys)) == at, 0.03, 0.0)
    moved = solve(town.scenario, town.scenario.central(), shift, town.solution.x)
    assert np.log(moved.expected[at] / town.solution.expected[at]) == pytest.approx(-0.03, abs=0.005)
    assert compare(town.scenario, moved, unseen(town))["fitted"][at] == pytest.approx(
        town.solution.expected[at], rel=0.005
    )


def test_scales_can_be_undone_and_their_slopes_are_their_slopes(town: Known) -> None:
    question = ask(town.scenario, town.solution.structure)
    there, step = town.solution.expected, 1e-6 * town.solution.expected
    assert question.unscaled(question.scaled(there)) == pytest.approx(there)
    slopes = (question.scaled(there + step) - question.scaled(there - step)) / (2 * step)
    assert question.slopes(there) == pytest.approx(slopes, rel=1e-5)


def test_a_share_is_compared_by_its_odds_and_a_count_by_its_log(town: Known) -> None:
    question = ask(town.scenario, town.solution.structure)
    value = town.solution.expected
    scaled = question.scaled(value)
    share, count = (town.keys.index(key) for key in ("target.uasc_share", "target.cp_starts"))
    assert scaled[share] == pytest.approx(np.log(value[share] / (1 - value[share])))
    assert scaled[count] == pytest.approx(np.log(value[count]))


def test_a_draw_of_swindon_like_town_moves_with_its_sample(town: Known) -> None:
    scenario, central = town.scenario, town.solution
    first, second = (
        near(scenario, sample(scenario, 1, draw), central, errors_of(scenario, central, 1, draw)) for draw in (0, 1)
    )
    assert np.abs(first.x - second.x).max() > 0.01
