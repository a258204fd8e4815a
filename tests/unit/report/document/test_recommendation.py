from __future__ import annotations

from datetime import date

import pytest

from familyflow.report.document.recommendation import CASH, PUBLIC, Answer, Position, verdict
from familyflow.report.document.report import RECOMMENDATIONS
from familyflow.results.measures import FEW
from familyflow.results.outcome import Outcome

END = date(2024, 6, 30)
YEAR = "2023/24"


def amount(above: float, mean: float = 1e6) -> Outcome:
    return Outcome(mean, p5=mean - 2e6, p95=mean + 2e6, above=above)


def position(above: float, mean: float = 1e6, title: str = "Plan", public: float = 0.5) -> Position:
    return Position(title, amount(above, mean), amount(public), amount(above, 2e5), amount(public, -3e5))


@pytest.mark.parametrize(
    ("above", "answer"),
    [(0.8, Answer.YES), (0.79, Answer.UNCERTAIN), (0.21, Answer.UNCERTAIN), (0.2, Answer.NO), (0.0, Answer.NO)],
)
def test_the_answer_follows_the_share_of_draws_in_which_it_is_cash(above: float, answer: Answer) -> None:
    assert verdict([position(above)], 100, END, YEAR).answer is answer


@pytest.mark.parametrize("cash", [0.9, 0.5, 0.1])
@pytest.mark.parametrize("public", [0.9, 0.5, 0.1])
def test_both_questions_are_answered_apart_in_the_heading(cash: float, public: float) -> None:
    found = verdict([position(cash, public=public)], 100, END, YEAR)
    kinds = {0.9: Answer.YES, 0.5: Answer.UNCERTAIN, 0.1: Answer.NO}
    assert found.heading == f"{CASH[kinds[cash]]} {PUBLIC[kinds[public]]}"


def test_the_reason_is_of_the_schedule_that_stands_whichever_other_does_better() -> None:
    found = verdict([position(0.1, -3e6, "Plan"), position(0.9, 1e6, "Fast")], 200, END, YEAR)
    assert found.answer is Answer.NO
    assert "\u201cPlan\u201d: by 30 June 2024 its cash savings outweigh its cost in 20 of 200 draws" in found.reason
    assert "£3.00m worse off in present value (range of outcomes: -£5.00m to -£1.00m)" in found.reason
    assert "In 2023/24 alone they do in 20 of 200 draws, and it is £0.20m better off" in found.reason
    assert "outweigh the cost in 100 of 200 draws" in found.reason
    assert "The other schedule is cash for the council in 180 and worth it" in found.reason
    assert "Fast" not in found.reason


def test_the_other_schedules_are_told_by_the_draws_between_which_they_lie() -> None:
    found = verdict([position(0.5), position(0.1), position(0.3), position(0.2)], 100, END, YEAR)
    assert found.reason.endswith(
        "3 schedules are cash for the council in 10 to 30 and worth it for the public purse in 50 of 100 draws."
    )


def test_no_draw_is_said_as_none() -> None:
    assert "outweigh its cost in none of 30 draws" in verdict([position(0.0)], FEW, END, YEAR).reason


@pytest.mark.parametrize("count", [1, 2, FEW - 1])
def test_few_draws_give_no_answer(count: int) -> None:
    found = verdict([position(1.0)], count, END, YEAR)
    assert found.answer is Answer.SILENT
    assert "decide" in found.reason


def test_no_change_alone_gives_no_answer() -> None:
    assert verdict([], 100, END, YEAR).answer is Answer.SILENT


def test_a_schedule_that_changes_nothing_is_not_recommended() -> None:
    nothing = Outcome(0.0, p5=0.0, p95=0.0, above=0.0)
    found = verdict([Position("Null", nothing, nothing, nothing, nothing)], 100, END, YEAR)
    assert found.answer is Answer.NO
    assert "changes the council's cash in any draw" in found.reason


def test_every_answer_has_a_recommendation_and_a_no_says_so() -> None:
    assert set(RECOMMENDATIONS) == set(Answer)
    assert "not recommended" in RECOMMENDATIONS[Answer.NO]
