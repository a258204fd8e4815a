from __future__ import annotations

import pytest
from fake_engine import Asked, Town

from familyflow.experiment.plan import planned
from familyflow.ground.defaults import DEFAULT_DRAWS, DEFAULT_SEED
from familyflow.ground.problem import Problem


def test_without_wishes_all_schedules_run_for_the_scenarios_horizon() -> None:
    plan = planned(Town())
    assert plan.schedules == ("no_change", "as_published", "all_at_once")
    assert (plan.years, plan.seed, plan.draws) == (2, DEFAULT_SEED, DEFAULT_DRAWS)


def test_no_change_is_always_run() -> None:
    assert planned(Town(), schedules=["all_at_once"]).schedules == ("no_change", "all_at_once")


def test_schedules_come_once_each_in_the_scenarios_order() -> None:
    asked = ["all_at_once", "as_published", "all_at_once"]
    assert planned(Town(), schedules=asked).schedules == ("no_change", "as_published", "all_at_once")


class Wishes(Asked, total=False):
    draws: int


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"draws": 0}, "draws = 0: must be a whole number from 1 to 1000000"),
        ({"draws": -1}, "draws = -1: must be"),
        ({"years": 0}, "years = 0: must be a whole number from 1 to 30"),
        ({"years": 31}, "years = 31: must be"),
        ({"seed": -1}, "seed = -1: must be"),
        ({"seed": 2**63}, "must be a whole number from 0 to 9223372036854775807"),
        ({"schedules": ["as_publishd"]}, "no schedule 'as_publishd'.*did you mean 'as_published'"),
        ({"schedules": ["x"]}, "there are no_change, as_published, all_at_once$"),
    ],
)
def test_an_impossible_wish_is_a_problem(asked: Wishes, message: str) -> None:
    with pytest.raises(Problem, match=message):
        planned(Town(), **asked)
