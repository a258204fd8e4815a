from __future__ import annotations

from datetime import date

import pytest

from familyflow.report.content.judgement import Answer, Position, verdict
from familyflow.report.content.report import RECOMMENDATIONS

END = date(2024, 6, 30)


def position(above: float, mean: float = 1e6, title: str = "Fast") -> Position:
    return Position(title, mean, mean - 2e6, mean + 2e6, above, 1 - above)


@pytest.mark.parametrize(
    ("above", "answer"),
    [(0.8, Answer.YES), (0.79, Answer.UNCERTAIN), (0.21, Answer.UNCERTAIN), (0.2, Answer.NO), (0.0, Answer.NO)],
)
def test_the_answer_follows_the_share_of_draws_that_pay(above: float, answer: Answer) -> None:
    assert verdict([position(above)], 100, END).answer is answer


def test_the_likeliest_schedule_is_named_with_its_share_and_its_range() -> None:
    found = verdict([position(0.1, -3e6, "Slow"), position(0.15, -1e6, "Fast")], 200, END)
    assert "\u201cFast\u201d" in found.reason
    assert "in 30 of 200 draws" in found.reason
    assert "£1.00m worse off in present value (range of outcomes: -£3.00m to £1.00m)" in found.reason


def test_where_no_draw_pays_the_schedule_that_comes_nearest_is_named() -> None:
    found = verdict([position(0.0, -3e6, "Slow"), position(0.0, -1e6, "Fast")], 24, END)
    assert found.reason.startswith(
        "In none of 24 draws do cash savings outweigh cost by 30 June 2024; \u201cFast\u201d"
    )


def test_of_two_as_likely_the_one_that_saves_more_is_named() -> None:
    assert "\u201cB\u201d" in verdict([position(0.5, 1e6, "A"), position(0.5, 2e6, "B")], 100, END).reason


def test_one_draw_gives_no_answer() -> None:
    assert verdict([position(1.0)], 1, END).answer is Answer.SILENT


def test_no_change_alone_gives_no_answer() -> None:
    assert verdict([], 100, END).answer is Answer.SILENT


def test_a_schedule_that_changes_nothing_is_not_recommended() -> None:
    found = verdict([Position("Null", 0.0, 0.0, 0.0, 0.0, 0.0)], 100, END)
    assert found.answer is Answer.NO
    assert "changes the council's cash in any draw" in found.reason


def test_every_answer_has_a_recommendation_and_a_no_says_so() -> None:
    assert set(RECOMMENDATIONS) == set(Answer)
    assert "not recommended on financial grounds" in RECOMMENDATIONS[Answer.NO]
