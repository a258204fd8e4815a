from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from familyflow.ground.problem import Problem
from familyflow.ground.quantity import Status
from familyflow.scenario import as_asked, load
from familyflow.scenario.settings import SOURCE

if TYPE_CHECKING:
    from familyflow.scenario import Scenario


@cache
def swindon() -> Scenario:
    return load("swindon")


def held(*settings: str) -> Scenario:
    return as_asked(swindon(), "central", settings)


def test_a_bare_value_is_held_exactly_and_says_what_it_was() -> None:
    found = held("effect.care_entry=1").quantities["effect.care_entry"]
    assert (found.low, found.value, found.high) == (1, 1, 1)
    assert (found.status, found.source) == (Status.ASSUMED, SOURCE)
    was = swindon().quantities["effect.care_entry"]
    assert f"it was {was.value:g} ({was.low:g} to {was.high:g})" in found.note


def test_a_range_is_value_low_and_high() -> None:
    found = held("price.residential_week=5000:4000:7000").quantities["price.residential_week"]
    assert (found.low, found.value, found.high) == (4000, 5000, 7000)


@pytest.mark.parametrize(
    "text", ["post.da_victim_worker=0", "price.residential_week=0", "staff.vacancy_rate=0", "effect.ramp_months=0"]
)
def test_0_is_a_value(text: str) -> None:
    name = text.partition("=")[0]
    assert held(text).quantities[name].high == 0


def test_settings_are_noted_in_their_shortest_exact_form_and_make_another_run() -> None:
    made = held(" effect.missed = 1.0 ", "staff.vacancy_rate=0.1:0.05:0.3")
    assert made.settings == ("effect.missed=1", "staff.vacancy_rate=0.1:0.05:0.3")
    assert made.digest not in {swindon().digest, held("effect.missed=0.9", "staff.vacancy_rate=0.1:0.05:0.3").digest}
    assert as_asked(swindon(), "central", made.settings) == made


def test_without_settings_the_scenario_is_itself() -> None:
    assert held() is swindon()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (["effect.care=1"], "effect.care is no number of swindon (did you mean 'effect.care_entry'?)"),
        (["effect.care_entry"], "must be ID=VALUE or ID=VALUE:LOW:HIGH"),
        (["=1"], "must be ID=VALUE or ID=VALUE:LOW:HIGH"),
        (["effect.care_entry="], "nothing is no number: must be a number in ratio"),
        (["effect.care_entry=15%"], "15% is no number: must be a number in ratio"),
        (["effect.care_entry=1:2"], "1:2: must be a number in ratio, or value:low:high"),
        (["effect.care_entry=nan"], "nan: must be a number in ratio"),
        (["effect.care_entry=inf"], "inf: must be a number in ratio"),
        (["effect.care_entry=1:2:3"], "the value must lie within its range"),
        (["effect.care_entry=0"], "must be above 0, as a ratio whose log is taken"),
        (["effect.care_entry=0.9:0:1"], "must be above 0, as a ratio whose log is taken"),
        (["harm.cap=0"], "must be above 0, as a ratio whose log is taken"),
        (["effect.care_entry=-1"], "must be 0 or more, in ratio"),
        (["staff.vacancy_rate=1.2"], "must lie between 0 and 1, as a share"),
        (["post.psychologist=20000"], "must be 10,000 posts at most"),
        (["price.residential_week=1e300"], "each number must be finite and within 1e+15 of 0"),
        (["effect.missed=1", "effect.missed=0.9"], "effect.missed is set already: set it once"),
        (["area.north.share=0.9"], "swindon cannot be: the shares of north, central, south must add up to 1"),
        (["harms.any=0.1"], "swindon cannot be: no joint distribution"),
        (["snapshot.children_in_care=100000"], "swindon cannot be: population.children must be"),
        (["case.grant_year=1000"], "swindon cannot be: case.grant_year must be 0 beside [income], where each grant"),
    ],
)
def test_what_cannot_be_set_is_one_sentence_that_names_it(settings: list[str], says: str) -> None:
    with pytest.raises(Problem) as caught:
        held(*settings)
    assert str(caught.value).startswith(f"--set {settings[0]}") or "--set effect.missed=0.9" in str(caught.value)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_settings_go_over_the_reading() -> None:
    made = as_asked(swindon(), "innovator", ["effect.cp_duration=0.9"])
    assert made.quantities["effect.cp_duration"].value == 0.9
    assert made.programme.council_level == ("effect.care_entry",)
    assert (made.reading, made.settings) == ("innovator", ("effect.cp_duration=0.9",))
