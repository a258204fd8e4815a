from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from familyflow.calibrate.fit import Fit, central, fit
from familyflow.calibrate.fit.moments import Seen, added, live
from familyflow.calibrate.fit.solve import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from known_town import Known

    from familyflow.calibrate.fit.solve import Question

pytestmark = pytest.mark.long

FEW = 2


@pytest.fixture(scope="module")
def few() -> Iterator[None]:
    """Let a fit be lived a few times only, and not for long."""
    patch = pytest.MonkeyPatch()
    patch.setattr(sys.modules[live.__module__], "REPLICATIONS", FEW)
    patch.setattr(sys.modules[live.__module__], "YEARS", 2)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def fitted(town: Known, few: None) -> Fit:  # noqa: ARG001 - it has to come first
    return fit(town.scenario)


@pytest.fixture
def question(town: Known) -> Question:
    return ask(town.scenario, town.solution.structure)


def seen_at(town: Known, key: str, ratio: float, spread: float) -> Seen:
    """Return two replications whose mean of one measure is a ratio of what the balance has; the others are gaps."""
    at = town.keys.index(key)
    values = np.full((2, len(town.keys)), np.nan)
    values[:, at] = town.solution.expected[at] * ratio * np.array([1 - spread, 1 + spread])
    return Seen(values)


def test_what_simulation_adds_clearly_is_taken_nearly_whole(town: Known, question: Question) -> None:
    shift = added(question, town.solution, seen_at(town, "target.cp_starts", 1.10, 0.001))
    at = town.keys.index("target.cp_starts")
    assert shift[at] == pytest.approx(np.log(1.10), rel=0.01)
    assert not np.delete(shift, at).any()


def test_what_never_varied_is_not_taken_for_certain(town: Known, question: Question) -> None:
    assert not added(question, town.solution, seen_at(town, "target.cp_starts", 0.0, 0.0)).any()


def test_what_may_be_chance_is_not_taken(town: Known, question: Question) -> None:
    assert not added(question, town.solution, seen_at(town, "target.cp_starts", 1.10, 0.2)).any()


def test_between_the_two_a_part_is_taken(town: Known, question: Question) -> None:
    at = town.keys.index("target.rereferrals_12m_share")
    parts = [
        added(question, town.solution, seen_at(town, "target.rereferrals_12m_share", 1.10, spread))[at]
        for spread in (0.001, 0.02, 0.035, 0.2)
    ]
    assert parts == sorted(parts, reverse=True)
    assert parts[0] > parts[1] > parts[2] > parts[3] == 0


def test_a_target_that_is_held_out_is_not_corrected(town: Known, question: Question) -> None:
    assert not added(question, town.solution, seen_at(town, "target.proceedings", 1.5, 0.001)).any()


@pytest.mark.usefixtures("few")
def test_a_fit_is_lived_by_the_same_families_with_the_same_luck(town: Known) -> None:
    told: list[tuple[str, int, int]] = []
    once = live(town.scenario, town.solution, lambda *words: told.append(words))
    again = live(town.scenario, town.solution)
    np.testing.assert_array_equal(once.values, again.values)
    assert told == [("simulating the fit", n, FEW) for n in (1, 2)]
    stock = town.keys.index("snapshot.children_on_cin")
    assert once.mean[stock] == pytest.approx(town.solution.expected[stock], rel=0.25)
    assert once.error[stock] > 0


@pytest.mark.usefixtures("few")
def test_the_central_fit_is_that_of_the_table_and_the_same_again(town: Known, fitted: Fit) -> None:
    np.testing.assert_array_equal(central(town.scenario).x, fitted.solution.x)


def test_the_table_of_a_fit_shows_simulations_before_and_after(fitted: Fit) -> None:
    table = fitted.table.set_index("key")
    stock = table.loc["snapshot.children_on_cin"]
    assert stock["simulated"] > 0
    assert stock["simulated_before"] > 0
    assert stock["mc_error"] > 0
    assert table.loc["target.uasc_share", ["simulated", "simulated_before"]].isna().all()


def test_what_is_fitted_is_the_balance_with_what_simulation_adds(town: Known, fitted: Fit, question: Question) -> None:
    apart = question.scaled(fitted.table["fitted"].to_numpy()) - question.scaled(fitted.table["balance"].to_numpy())
    assert apart == pytest.approx(fitted.solution.shift)
    assert len(apart) == len(town.keys)
