from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from familyflow.economics import appraisal, case, ladder
from familyflow.report.document import calculator, money
from familyflow.report.document.calculator import Calculator, Lever, lever, position
from familyflow.results.outcome import Outcome

if TYPE_CHECKING:
    from familyflow.report.document.inputs import Material

RATE = Lever("rate", "Discount rate", "{}% a year", 10.0, 0, 20, 1)
HAND = Calculator(
    schedules=["Fast"],
    years=["2020/21", "2021/22"],
    ages=[0, 1],
    rate=RATE,
    levers=[lever("foster", "Foster placement", "£{} per week", 1000, 500, 1500)],
    amounts=np.array([[[[100, 200], [110, 220]]], [[[-10, -10], [0, 22]]]]),
    growth=np.array([[[[40, 0], [0, 22]]], [[[0, 0], [0, 0]]]]),
    counted=Lever("growth", "Growth not incurred that counts as cash", "{}%", 0.0, 0, 100, 1),
    price_year="2024/25",
    all_draws=2,
)
"""Two years, two draws, one unit cost and the rest; whole pounds."""


def test_a_position_is_worked_out_on_paper() -> None:
    # (100 - 10) and (200 - 10); a year later (110 + 0) / 1.1 and (220 + 22) / 1.1
    assert position(HAND, 10, [1000])[0].tolist() == [[90, 190], pytest.approx([190, 410])]
    # at half the unit cost (50 - 10), (100 - 10); then 55 / 1.0 and (110 + 22) / 1.0
    assert position(HAND, 0, [500])[0].tolist() == [[40, 90], [95, 222]]


def test_growth_not_incurred_counts_as_far_as_it_is_moved() -> None:
    # half of 40 at the stated cost, and half of 22 in the second draw's second year
    assert position(HAND, 0, [1000], 50)[0].tolist() == [[110, 190], [220, 443]]
    # at half the unit cost growth is half as dear
    assert position(HAND, 0, [500], 100)[0].tolist() == [[60, 90], [115, 233]]


def test_growth_that_counts_gives_what_the_case_gives(material: Material) -> None:
    given_, a = money.calculator(material), material.case.assumptions.changed(case.GROWTH_COUNTS, 1.0)
    flows = ladder.cash_flow(material.case.activity, a)
    npv = appraisal.appraise(material.case.activity, flows, a).npv
    expected = npv[:, [material.place(name) for name in material.others]].T
    found = position(given_, given_.rate.value, given_.stated(), 100)[:, -1]
    assert np.abs(found - expected).max() < 2 * len(given_.years) * (len(given_.levers) + 1)
    assert np.abs(expected - material.case.appraisal.npv[:, 1:].T).max() > 1e4


def test_an_average_stands_with_its_range_and_the_share_above_nought() -> None:
    found = Outcome.over(np.array([-1.0, 0.0, 1.0, 2.0]))
    assert (found.mean, found.p5, found.p95, found.above) == pytest.approx((0.5, -0.85, 1.85, 0.5))


@given(value=some.floats(0.5, 1e6), low=some.floats(0, 1), high=some.floats(1, 3))
def test_the_stated_value_lies_on_a_step_of_its_slider(value: float, low: float, high: float) -> None:
    made = lever("a", "A", "{}", value, low * value, high * value)
    steps = (made.value - made.low) / made.step
    assert steps == pytest.approx(round(steps), abs=1e-6)
    assert 0 <= made.low <= low * value + 1e-9 * value or made.low < made.step
    assert made.high >= high * value * (1 - 1e-9)


def test_the_sliders_stand_where_the_appraisal_does(material: Material) -> None:
    given_ = money.calculator(material)
    found = position(given_, given_.rate.value, given_.stated())[:, -1]
    npv = material.case.appraisal.npv[:, [material.place(name) for name in material.others]].T
    pounds_rounded_away = len(given_.years) * (len(given_.levers) + 1)
    assert np.abs(found - npv).max() < pounds_rounded_away
    assert np.abs(npv).max() > 1e5


def test_a_moved_slider_gives_what_the_case_gives_with_that_price(material: Material) -> None:
    given_ = money.calculator(material)
    names = [each.name for each in given_.levers]
    values = given_.stated()
    values[names.index("placement_residential")] *= 1.25
    a = material.case.assumptions
    dearer = a.changed("price.residential_week", 1.25 * a.value("price.residential_week")).changed(
        case.DISCOUNT_RATE, 0.06
    )
    flows = ladder.cash_flow(material.case.activity, dearer)
    npv = appraisal.appraise(material.case.activity, flows, dearer).npv
    found = position(given_, 6.0, values)[:, -1]
    expected = npv[:, [material.place(name) for name in material.others]].T
    assert np.abs(found - expected).max() < len(given_.years) * (len(given_.levers) + 1)
    assert np.abs(expected - material.case.appraisal.npv[:, 1:].T).max() > 1e4


def test_the_dearest_plain_unit_costs_and_the_programme_have_sliders(material: Material) -> None:
    labels = [each.label for each in money.calculator(material).levers]
    assert labels == ["Residential placement", "Agency foster placement", "Cost of the programme"]


def test_a_page_carries_no_more_draws_than_it_can(monkeypatch: pytest.MonkeyPatch, material: Material) -> None:
    monkeypatch.setattr(calculator, "MOST_DRAWS", 7)
    section = money.what_if(material)
    assert money.calculator(material).draws == 7
    assert "They act on the first 7 of 40 draws." in section.blocks[0].text  # type: ignore[union-attr]


def test_what_the_script_reads_can_end_no_script() -> None:
    hostile = replace(HAND, schedules=["</script><script>alert(1)</script> & more"])
    text = calculator.data(hostile)
    assert "<" not in text
    assert json.loads(text)["schedules"] == hostile.schedules
