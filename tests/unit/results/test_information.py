"""What not knowing is worth, in rows and words: a number only where it is told, advice only where it pays."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING

import made_up
import numpy as np
import pandas as pd
import pytest

from familyflow.economics.value_of_information import ERRORS, NOTHING, UNKNOWN, Estimate, Information
from familyflow.results import information
from familyflow.results.information import ALL, CHANCE, EVERYTHING, MEASURING, Unknowns

if TYPE_CHECKING:
    from familyflow.economics.case import Assumptions

COST = 30_000
TOLD = Estimate(0.4, 0.1)


def assumed(cost: float | None = COST) -> Assumptions:
    a = made_up.assumptions()
    return a if cost is None else replace(a, quantities={**a.quantities, MEASURING: made_up.quantity(cost)})


def found(worth: Estimate, part: Estimate = TOLD, draws: int = 100, everything: Estimate | None = None) -> Unknowns:
    """Give a table of one group whose worth is given, and all inputs the same."""
    most = Estimate(1e6, 1e5) if everything is None else everything
    groups = [Information("staffing", worth, part, 3)]
    return Unknowns(draws, most, groups, Information(ALL, worth, part, 3))


def row(unknowns: Unknowns, what: str) -> dict[str, object]:
    return next(each for each in information.rows(unknowns) if each["what"] == what)


def test_the_rows_keep_their_order_and_every_number_its_error() -> None:
    table = pd.DataFrame(list(information.rows(found(Estimate(50_000, 10_000)))))
    assert tuple(table.columns) == information.COLUMNS
    assert table["what"].tolist() == [EVERYTHING, "staffing", ALL, CHANCE]
    assert (table["gbp"].isna() == table["gbp_error"].isna()).all()
    assert (table["share_of_variance"].isna() == table["share_error"].isna()).all()


def test_chance_is_what_all_inputs_leave_with_the_same_error() -> None:
    chance = row(found(NOTHING, TOLD), CHANCE)
    assert chance["share_of_variance"] == pytest.approx(0.6)
    assert chance["share_error"] == 0.1
    assert "at the most" in str(chance["words"])


@pytest.mark.parametrize("part", [Estimate(0.2, 0.1), Estimate(-0.1, 0.0), UNKNOWN])
def test_neither_a_share_nor_chance_is_given_where_it_cannot_be_told(part: Estimate) -> None:
    unknowns = found(Estimate(1.0, 1.0), part)
    for what in ("staffing", ALL, CHANCE):
        each = row(unknowns, what)
        assert isnan(float(str(each["share_of_variance"])))
        assert each["words"] == "cannot be told at 100 draws"


def test_what_is_told_of_one_column_only_is_said_so() -> None:
    assert row(found(UNKNOWN), "staffing")["words"] == ("what knowing staffing is worth cannot be told at 100 draws")
    said = str(row(found(Estimate(50_000, 10_000), UNKNOWN), "staffing")["words"])
    assert said.startswith("knowing staffing is worth £50,000 (error £10,000) of present value")
    assert said.endswith("; its share of the variance cannot be told at 100 draws")


def test_where_one_schedule_is_best_in_each_draw_knowing_changes_nothing_and_shares_stay() -> None:
    each = row(found(NOTHING, everything=NOTHING), "staffing")
    assert (each["gbp"], each["share_of_variance"]) == (0.0, 0.4)
    assert each["words"] == "in none of 100 draws would knowing staffing change the choice between the schedules"


def test_advice_is_to_measure_only_what_is_worth_more_than_it_costs_at_the_least() -> None:
    error = 10_000
    above, below = (Estimate(COST + ERRORS * error + by, error) for by in (1, -1))
    said = information.advice(found(above), assumed())
    assert said.startswith("Measure first: staffing.")
    assert f"a year of evaluation costs £30,000 ({MEASURING}, published)" in said
    assert information.advice(found(below), assumed()).startswith("No measurement is shown to be worth its cost")


@pytest.mark.parametrize(
    ("unknowns", "cost", "expected"),
    [
        (found(UNKNOWN, UNKNOWN, draws=5), COST, "is not known: 5 draws are too few to tell; 50 are needed."),
        (found(NOTHING, everything=NOTHING), COST, "in none of the 100 draws would knowing more change the choice"),
        (found(NOTHING), None, f"there is no input {MEASURING}"),
        (found(Estimate(9_000, 100), everything=Estimate(10_000, 200)), COST, "No measurement is worth its cost: "),
        (found(Estimate(9_000, 100)), COST, "No measurement is shown to be worth its cost at 100 draws"),
    ],
)
def test_otherwise_it_says_why_not(unknowns: Unknowns, cost: float | None, expected: str) -> None:
    assert expected in information.advice(unknowns, assumed(cost))


def test_inputs_that_pay_only_together_are_said_to() -> None:
    together = Information(ALL, Estimate(200_000, 10_000), TOLD, 3)
    said = information.advice(replace(found(NOTHING), inputs=together), assumed())
    assert said.startswith("No measurement is shown to be worth its cost")
    assert "All inputs together are worth £0.20m (error £10,000), but no group alone" in said


def test_what_measuring_costs_is_in_pounds_of_the_price_year() -> None:
    a = replace(assumed(), deflator={"2024/25": 100.0, "2025/26": 110.0}, price_year="2025/26")
    assert information.measuring_cost(a) == pytest.approx(33_000)


def test_how_large_a_share_some_draws_can_tell_is_said() -> None:
    assert "100 draws mostly tell a share from 49% upwards" in information.reach(100)
    assert "one of 10% takes some 490" in information.reach(100)
    assert "takes some" not in information.reach(10_000)


def test_all_inputs_and_each_group_are_estimated_from_the_draws() -> None:
    rng = np.random.default_rng(0)
    samples = pd.DataFrame(rng.standard_normal((200, 2)), columns=["a", "b"])
    value = 2 * samples["a"].to_numpy() + rng.standard_normal(200)
    unknowns = information.unknowns(np.column_stack([0 * value, value]), samples, {"A": ["a"], "B": ["b"]})
    table = pd.DataFrame(list(information.rows(unknowns))).set_index("what")
    assert table.loc[ALL, "share_of_variance"] == pytest.approx(0.8, abs=0.1)
    assert table.loc[CHANCE, "share_of_variance"] == pytest.approx(0.2, abs=0.1)
    assert table.loc["B", "words"] == "cannot be told at 200 draws"
