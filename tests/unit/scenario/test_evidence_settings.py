from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest

from familyflow.ground.readings import READINGS
from familyflow.scenario import evidence, load, null
from familyflow.scenario.evidence import delayed, scaled
from familyflow.scenario.readings import claimed as claims

if TYPE_CHECKING:
    from familyflow.scenario import Scenario


@cache
def swindon() -> Scenario:
    return load("swindon")


@cache
def claimed() -> tuple[str, ...]:
    return claims(swindon())


def values(scenario: Scenario) -> dict[str, tuple[float, float, float]]:
    found = scenario.quantities
    return {name: (found[name].low, found[name].value, found[name].high) for name in claimed()}


def test_a_programme_claims_its_effects_and_what_its_workers_do_differently() -> None:
    assert claimed() == (
        *("effect.care_entry", "effect.cp_duration", "effect.cin_duration", "effect.cp_entry_first_year"),
        *("effect.training_dip", "effect.missed", "effect.completion"),
    )


@pytest.mark.parametrize("power", [0.0, 0.5, 2.0])
def test_strength_raises_each_ratio_and_its_range_to_a_power(power: float) -> None:
    central = values(swindon())
    for name, found in values(scaled(swindon(), power, claimed())).items():
        assert found == pytest.approx(tuple(each**power for each in central[name]))


def test_strength_1_is_the_scenario_itself() -> None:
    assert scaled(swindon(), 1.0, claimed()) is swindon()


def test_a_delay_moves_every_step_of_one_schedules_rollout_and_no_other() -> None:
    later = delayed(swindon(), "as_published", 6)
    assert [step.date for step in later.schedules["as_published"].rollout] == [
        *(date(2021, 4, 1), date(2021, 10, 1), date(2022, 4, 1)),
    ]
    assert later.schedules["all_at_once"] == swindon().schedules["all_at_once"]
    assert later.digest != swindon().digest
    assert delayed(swindon(), "as_published", 0) is swindon()


def test_a_programme_that_changes_nothing_claims_nothing() -> None:
    assert claims(null(swindon())) == ()


def test_each_question_has_the_scenario_itself_among_its_settings_and_eleven_are_to_be_run() -> None:
    found = list(evidence.settings(swindon(), "as_published"))
    for question in (evidence.EVIDENCE, evidence.EFFECT, evidence.START):
        assert [each.scenario for each in found if each.question == question].count(swindon()) == 1
    assert len({each.scenario.digest for each in found}) == 11


def test_every_reading_is_a_setting() -> None:
    found = [each for each in evidence.settings(swindon(), "as_published") if each.question == evidence.EVIDENCE]
    assert [each.scenario.reading for each in found] == list(READINGS)
