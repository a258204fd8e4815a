from __future__ import annotations

from datetime import date
from io import StringIO

import made_up
import numpy as np
import pytest

from familyflow.economics.threshold import Positions
from familyflow.report import console
from familyflow.report.document.threshold import answers, sentences
from familyflow.results.threshold import Point, Required
from familyflow.scenario.evidence import EFFECT, EVIDENCE, START

POWERS = {0.0: -2e6, 1.0: 0.0, 2.0: 2e6}
STARTS = {0.0: 0.0, 12.0: -1e6}


def found(saving: float, spending: float = 1e6) -> Required:
    """Give settings whose mean net position is as in POWERS and STARTS, half a million either side of it."""
    points = [_point(EVIDENCE, 0.0, -3e6, spending)]
    points += [_point(EFFECT, x, net, spending) for x, net in POWERS.items()]
    points += [_point(START, x, net, spending) for x, net in STARTS.items()]
    effects = {"effect.care_entry": made_up.quantity(0.8, 0.7, 1.1)}
    return Required("plan", saving, date(2027, 3, 31), date(2024, 10, 1), tuple(points), effects)


def _point(question: str, x: float, net: float, spending: float) -> Point:
    cash = np.array([[net - 5e5], [net + 5e5]]) + spending
    return Point(question, f"{question} {x:g}", x, Positions(cash, np.full((2, 1), spending)))


def test_the_smallest_effect_lies_on_the_line_between_settings() -> None:
    assert found(1e6).smallest_effect == 1.5
    ((name, value, quantity),) = found(1e6).ranges()
    assert (name, value, quantity.low) == ("effect.care_entry", pytest.approx(0.8**1.5), 0.7)


def test_the_latest_start_lies_on_the_line_between_settings() -> None:
    assert found(-0.5e6).latest_start == date(2025, 4, 1)


def test_the_largest_cost_is_what_the_cash_leaves_over_the_cost() -> None:
    assert found(0.25e6).largest_cost == pytest.approx(0.75)


def test_what_cannot_be_met_is_said_plainly() -> None:
    said = list(sentences(found(5e6)))
    assert said == [
        "Effect: none of those tried meets it, up to 2 times as strong as they are read.",
        "Start: none of those tried meets it, from 1 October 2024 to 12 months later.",
        "Cost: none is small enough; the cash saved falls short of it before anything is spent.",
    ]
    assert list(found(5e6).ranges()) == []


def test_a_start_that_is_met_to_the_end_says_that_later_may_do() -> None:
    assert list(sentences(found(-4e6)))[1].endswith("1 October 2025 or later still.")


def test_the_table_has_each_setting_with_its_range_and_how_often_it_is_met() -> None:
    table = found(0.0).table.set_index("setting")
    assert [table[name]["effect 1"] for name in ("mean", "probability_met")] == [0.0, 0.5]
    assert table["p5"]["effect 1"] == pytest.approx(-4.5e5)
    assert len(table) == 1 + len(POWERS) + len(STARTS)


def test_the_answers_are_printed_with_the_range_of_the_evidence() -> None:
    file = StringIO()
    console.show([answers(found(1e6))], file)
    said = file.getvalue()
    assert "A net saving of £1.00m by 31 March 2027, schedule plan" in said
    assert "effect.care_entry: 0.716; evidence 0.7 to 1.1 (published)" in said
