from __future__ import annotations

from dataclasses import replace
from math import nan
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from familyflow.report import suppress, words
from familyflow.report.document import report
from familyflow.report.figures import fan
from familyflow.report.html import run
from familyflow.results.monthly import council, titles_of

if TYPE_CHECKING:
    from made_study import Study

    from familyflow.report.document.inputs import Material


@pytest.mark.parametrize(
    ("value", "text"), [(0.4, "0"), (0.6, "<6"), (5.4, "<6"), (5.6, "6"), (-3.0, "-<6"), (-7.0, "-7"), (nan, "-")]
)
def test_a_count_of_children_below_the_least_is_only_said_to_be_below_it(value: float, text: str) -> None:
    assert words.number(value, "children", 6) == text


@given(
    value=some.floats(-1e4, 1e4), unit=some.sampled_from(["gbp", "share", "child-days", "children per social worker"])
)
def test_what_is_no_count_of_children_is_never_withheld(value: float, unit: str) -> None:
    assert words.number(value, unit, 6) == words.number(value, unit)


@given(value=some.floats(-1e4, 1e4))
def test_without_a_least_nothing_is_withheld(value: float) -> None:
    assert "<" not in words.number(value, "children")


def test_changes_and_ranges_keep_their_direction() -> None:
    assert words.signed(3.0, "children", 6) == "+<6"
    assert words.signed(-3.0, "children", 6) == "-<6"
    assert words.fewer(-2.0, 6) == "<6 more"
    assert words.fewer_span(-2.0, 9.0, 6) == "<6 more to 9 fewer"


def test_a_small_count_is_left_empty_in_the_summary_and_the_row_says_so() -> None:
    row = {"unit": "children", "mean": 4.0, "p5": -2.0, "p50": 8.0, "p95": 20.0, "mc_error": 0.3, "note": ""}
    table = pd.DataFrame([row, {**row, "unit": "gbp"}, {**row, "mean": 40.0, "p5": 0.0}])
    made = suppress.summary(table, 6)
    assert made.loc[0, ["mean", "p5", "mc_error"]].isna().all()
    assert made.loc[0, "p50"] == 8.0
    assert made.loc[0, "note"] == "withheld: fewer than 6 children"
    pd.testing.assert_frame_equal(made[1:], table[1:])


def test_both_levels_behind_a_claim_go_when_one_is_small_and_the_change_stays() -> None:
    row = {"measure": "children_on_cp", "mean": -0.8, "compared_with": 20.0, "level": 4.0}
    table = pd.DataFrame([row, {**row, "measure": "caseload"}, {**row, "level": 10.0}])
    made = suppress.claims(table, 6)
    assert made.loc[0, ["compared_with", "level"]].isna().all()
    assert made.loc[0, "mean"] == -0.8
    pd.testing.assert_frame_equal(made[1:], table[1:])


def test_a_page_with_counts_withheld_says_so_and_shows_none_of_them(material: Material) -> None:
    material = replace(material, least=1000)
    page = run.page("A", [], report.page_sections(material))
    assert "shown as &lt;1000" in page
    assert "This picture is left out: a number of children in it is too small to be shown." in page
    cell = page.partition('id="published-table"')[2].partition("</table>")[0]
    assert "339" not in cell
    assert "&lt;1000" in cell


def test_a_picture_numbers_no_small_difference(study: Study) -> None:
    stocks = council(study.monthly, fan.STOCKS)["children_in_care"]
    titles = titles_of(study.scenario, study.scenario.schedules)
    picture = fan.stock(stocks, study.scenario, titles, 1000)
    said = picture.description + " ".join(axes.get_title(loc="left") for axes in picture.figure.axes)
    assert "<1000" in said
    assert "fewer than no change" in said.replace("\n", " ")
    assert not any(f" {number} fewer" in said for number in range(1, 1000))
