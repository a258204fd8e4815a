from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from known_town import with_targets

from familyflow.calibrate.fit.diagnostics import (
    Sampled,
    misfit,
    notes,
    sampled,
    shared,
    tension,
    unknowns,
    without,
)
from familyflow.calibrate.fit.solve import solve

if TYPE_CHECKING:
    from known_town import Known

    from familyflow.calibrate.fit.solve import Solution
    from familyflow.scenario import Scenario


@pytest.fixture(scope="module")
def draws(town: Known) -> Sampled:
    return sampled(town.scenario, town.solution, 12)


@pytest.fixture(scope="module")
def torn(town: Known) -> tuple[Scenario, Solution]:
    """Return a town that publishes more plans than enquiries, from which alone plans come."""
    enquiries = town.scenario.quantities["target.section47s"].value
    scenario = with_targets(town.scenario, {"target.cp_starts": 1.4 * enquiries})
    return scenario, solve(scenario, scenario.central(), near=town.solution.x)


def test_what_the_figures_fix_is_informed_and_what_they_do_not_reach_keeps_its_prior(
    town: Known, draws: Sampled
) -> None:
    table = unknowns(town.scenario, town.solution, draws).set_index("unknown")
    assert table["says"]["pace.cin"] == "informed"
    assert table["shrinkage"]["pace.cin"] > 0.5
    assert table["says"]["pace.pre_proceedings"] == "keeps its prior"
    assert table["posterior_sd"]["pace.pre_proceedings"] == pytest.approx(
        table["prior_sd"]["pace.pre_proceedings"], rel=0.2
    )


def test_every_range_of_an_unknown_holds_its_median(town: Known, draws: Sampled) -> None:
    table = unknowns(town.scenario, town.solution, draws)
    assert (table["p5"] <= table["p50"]).all()
    assert (table["p50"] <= table["p95"]).all()
    assert (table["prior_p5"] < table["prior_p95"]).all()


def test_outcomes_of_a_stage_are_shares_of_one_whole() -> None:
    logs = np.log(np.array([[2.0, 3.0, 5.0, 7.0]]))
    assert np.exp(shared(logs, [[0, 1], [2]])) == pytest.approx(np.array([[0.4, 0.6, 1.0, 7.0]]))


def test_leaving_a_figure_out_is_what_a_fit_without_it_gives() -> None:
    matrix = np.array([[1.0, 0.0], [1.0, 1.0], [0.5, 2.0], [0.0, 1.0]])
    given = np.array([1.0, -1.0, 0.5, 2.0])
    best = np.linalg.lstsq(matrix, given, rcond=None)[0]
    apart, hat = matrix @ best - given, matrix @ np.linalg.pinv(matrix)
    rest = np.array([0, 1, 3])
    again = np.linalg.lstsq(matrix[rest], given[rest], rcond=None)[0]
    assert without(apart, hat, 1, 2) == pytest.approx((matrix @ again - given)[1])


def test_figures_that_agree_with_the_priors_are_no_contradiction(town: Known) -> None:
    total, count, chance = misfit(town.scenario, town.solution)
    assert total < count
    assert chance > 0.5
    assert not [note for note in notes(town.scenario, town.solution) if "contradict" in note]


def test_figures_that_cannot_be_true_together_are_named(torn: tuple[Scenario, Solution]) -> None:
    said = " ".join(notes(*torn))
    assert "contradict each other" in said
    assert "CP plans started a year" in said
    pairs = tension(*torn)
    assert "CP plans started a year" in {*pairs["one"].head(3), *pairs["other"].head(3)}


def test_a_figure_that_is_missing_or_of_another_year_is_said(town: Known) -> None:
    quantities = {key: q for key, q in town.scenario.quantities.items() if key != "target.uasc_share"}
    old = replace(quantities["target.referrals"], year="2015")
    scenario = replace(town.scenario, quantities={**quantities, "target.referrals": old})
    said = notes(scenario, solve(scenario, scenario.central(), near=town.solution.x))
    assert any("gives no target.uasc_share" in note for note in said)
    assert any("referrals a year (2015)" in note for note in said)
