from __future__ import annotations

from math import inf

import frames
import numpy as np
import pandas as pd
import pytest
from frames import outcomes
from hypothesis import given
from hypothesis import strategies as st

from familyflow.ground.problem import Problem
from familyflow.results import precision, summary
from familyflow.results.precision import Error, Precision, document, errors, known, sentence


def values(numbers: list[float], measure: str = "care_entries_averted", schedule: str = "all_at_once") -> pd.DataFrame:
    """Give values as `summary.by_period` does: those of a schedule, and nought under no change."""
    return outcomes({("no_change", measure): [0.0] * len(numbers), (schedule, measure): numbers})


def error_of(numbers: list[float]) -> float:
    (only,) = errors(summary.statistics(values(numbers)), ["care_entries_averted"])
    return only.share


def test_the_error_is_the_standard_error_over_the_mean() -> None:
    assert error_of([9.0, 10.0, 11.0]) == pytest.approx(1 / np.sqrt(3) / 10)


def test_near_zero_the_error_is_held_against_a_quarter_of_the_range() -> None:
    numbers = list(np.linspace(-50, 50, 101))
    assert error_of(numbers) == pytest.approx(np.std(numbers, ddof=1) / np.sqrt(101) / (0.25 * 90))


def test_what_never_varies_is_precise_and_a_single_draw_is_not() -> None:
    assert error_of([5.0, 5.0, 5.0]) == 0
    assert error_of([0.0, 0.0]) == 0
    assert error_of([5.0]) == inf


@given(
    st.lists(st.floats(-1e6, 1e6).map(lambda number: round(number, 6)), min_size=2, max_size=30), st.floats(0.01, 100)
)
def test_the_error_does_not_depend_on_the_unit(numbers: list[float], scale: float) -> None:
    one, other = error_of(numbers), error_of([number * scale for number in numbers])
    assert one == pytest.approx(other, rel=1e-6, abs=1e-9)


def test_every_schedule_but_no_change_is_looked_at_and_the_least_precise_comes_first() -> None:
    both = pd.concat([values([9.0, 10.0, 11.0]), values([5.0, 10.0, 15.0], schedule="slower")])
    found = errors(summary.statistics(both.drop_duplicates()), ["care_entries_averted"])
    assert [error.schedule for error in found] == ["slower", "all_at_once"]


def test_measures_are_known_by_name_and_given_once() -> None:
    assert known(()) == precision.DEFAULT
    assert known(("net_saving_gbp", "net_saving_gbp")) == ("net_saving_gbp",)
    with pytest.raises(Problem, match=r"there is no measure 'net_savin_gbp'; .*\(did you mean 'net_saving_gbp'\?\)"):
        known(("net_savin_gbp",))


def test_it_is_said_how_many_draws_it_took_or_what_is_not_precise() -> None:
    fine, poor = Error("net_saving_gbp", "slower", 0.0312), Error("gross_saving_gbp", "slower", 0.0811)
    assert sentence([fine], 0.05, 150) == (
        "Precision of 5.0% was reached in 150 draws; the least precise is net_saving_gbp of slower: 3.1%."
    )
    assert sentence([poor, fine], 0.05, 400) == (
        "Precision of 5.0% was not reached in 400 draws: gross_saving_gbp of slower: 8.1%."
    )
    assert "nothing to be precise about" in sentence([], 0.05, 50)


def test_no_error_is_made_up_where_there_is_none() -> None:
    table = frames.summary("slower", {"net_saving_gbp": {"mean": 1.0, "p5": 1.0, "p95": 1.0}})
    assert errors(table, ["net_saving_gbp"])[0].share == inf


def test_what_was_reached_is_given_as_plain_values_too() -> None:
    asked = Precision(0.05, ("net_saving_gbp", "gross_saving_gbp"))
    fine, poor = Error("net_saving_gbp", "slower", 0.0312), Error("gross_saving_gbp", "slower", 0.0811)
    same = {"share": 0.05, "measures": ["net_saving_gbp", "gross_saving_gbp"]}
    assert document([fine], asked) == {**same, "reached": True, "largest": 0.0312}
    assert document([poor, fine], asked) == {**same, "reached": False, "largest": 0.0811}
    assert document([], asked) == {**same, "reached": True, "largest": None}
