from __future__ import annotations

import csv
from functools import cache
from typing import TYPE_CHECKING

import pytest

from familyflow.ground import paths
from familyflow.ground.problem import Problem
from familyflow.ground.readings import ADOPTERS, CENTRAL, INNOVATOR, NONE, READINGS, TRIAL
from familyflow.scenario import load, null
from familyflow.scenario.readings import claimed, rows, said, silent, under

if TYPE_CHECKING:
    from pathlib import Path

    from familyflow.scenario import Scenario

SHIPPED = paths.names("scenarios", ".toml")
HEAD = "effect,reading,value,low,high,level,design,year,source,status,note\n"
ROW = "effect.care_entry,trial,0.9,0.8,1.0,families,randomised,2024,fgc_trial,derived,a note\n"


@cache
def swindon() -> Scenario:
    return load("swindon")


def numbers(scenario: Scenario) -> dict[str, tuple[float, float, float]]:
    found = scenario.quantities
    return {name: (found[name].low, found[name].value, found[name].high) for name in claimed(scenario)}


@pytest.mark.parametrize("name", SHIPPED)
def test_under_none_every_claimed_effect_is_exactly_1_and_the_workers_stay(name: str) -> None:
    scenario = load(name)
    nothing = under(scenario, NONE)
    assert set(numbers(nothing).values()) == {(1.0, 1.0, 1.0)}
    assert {"effect.missed", "effect.completion"} <= set(numbers(nothing))
    assert not nothing.programme.null
    assert nothing.programme.roles == scenario.programme.roles
    others = {key: each for key, each in scenario.quantities.items() if key not in claimed(scenario)}
    assert {key: nothing.quantities[key] for key in others} == others


def test_the_training_dip_is_1_under_none_and_services_are_too() -> None:
    assert under(swindon(), NONE).quantities["effect.training_dip"].value == 1
    services = [
        name for name in numbers(load("thurrock")) if name in {"effect.parenting", "effect.family_intervention"}
    ]
    assert services
    assert all(under(load("thurrock"), NONE).quantities[name].value == 1 for name in services)


def test_trial_holds_what_controlled_studies_found_and_1_where_none_has_looked() -> None:
    found = numbers(under(swindon(), TRIAL))
    assert found.pop("effect.care_entry") == (0.8, 0.894, 1.0)
    assert set(found.values()) == {(1.0, 1.0, 1.0)}
    assert set(silent(swindon(), TRIAL)) == set(found)


def test_hertfordshire_is_right_of_the_whole_county() -> None:
    innovator = under(swindon(), INNOVATOR)
    assert innovator.quantities["effect.cp_duration"].value == pytest.approx(530 / 1032, abs=0.001)
    assert "effect.cp_duration" in innovator.programme.council_level
    assert numbers(innovator)["effect.missed"] == (0.5, 0.5, 0.5)
    assert numbers(innovator)["effect.completion"] == (1.5, 1.5, 1.5)
    assert numbers(innovator)["effect.cp_entry_first_year"] == (1.0, 1.0, 1.0)


def test_adopters_are_compared_as_councils_and_say_nothing_of_plans() -> None:
    adopters = under(swindon(), ADOPTERS)
    assert adopters.programme.council_level == ("effect.care_entry",)
    assert "effect.cp_duration" in silent(swindon(), ADOPTERS)


def test_central_is_the_scenario_itself_and_no_ratio_of_a_council() -> None:
    assert under(swindon(), CENTRAL) is swindon()
    back = under(under(swindon(), INNOVATOR), CENTRAL)
    assert numbers(back) == numbers(swindon())
    assert back.programme.council_level == ()
    assert silent(swindon(), CENTRAL) == ()


def test_a_reading_after_another_is_as_if_it_were_the_first() -> None:
    twice = under(under(swindon(), INNOVATOR), TRIAL)
    once = under(swindon(), TRIAL)
    assert numbers(twice) == numbers(once)
    assert twice.programme == once.programme


def test_what_was_set_for_the_run_stays_under_every_reading() -> None:
    held = load("swindon", settings=["effect.care_entry=0.7", "effect.training_dip=1"])
    for reading in READINGS:
        assert under(held, reading).quantities["effect.care_entry"].value == 0.7
        assert "effect.care_entry" not in under(held, reading).programme.council_level
        assert "effect.care_entry" not in silent(held, reading)


def test_every_reading_is_another_run() -> None:
    assert len({under(swindon(), reading).digest for reading in READINGS}) == len(READINGS)


def test_the_readings_of_care_entry_go_from_cautious_to_bold() -> None:
    found = [
        under(swindon(), name).quantities["effect.care_entry"].value for name in (NONE, TRIAL, INNOVATOR, ADOPTERS)
    ]
    assert found == sorted(found, reverse=True)
    assert found[0] > swindon().quantities["effect.care_entry"].value > found[-1]


def test_aims_are_judged_under_central_with_ranges_that_hold_the_aim_and_no_effect() -> None:
    for name, value, aim in (("effect.missed", 0.8, 0.5), ("effect.completion", 1.2, 1.5)):
        found = swindon().quantities[name]
        assert found.value == value
        assert found.low <= min(aim, 1) < max(aim, 1) <= found.high


def test_a_programme_that_changes_nothing_reads_as_itself() -> None:
    nothing = null(swindon())
    assert claimed(nothing) == ()
    assert under(nothing, INNOVATOR).quantities == nothing.quantities


def test_every_row_names_a_shared_effect_once_and_says_how_it_was_found() -> None:
    found = rows()
    assert {row.effect for row in found} <= set(swindon().quantities)
    assert len({(row.effect, row.reading) for row in found}) == len(found)
    with paths.shipped("calibration", "readings.csv").open(encoding="utf-8", newline="") as file:
        assert all(all(cells.values()) for cells in csv.DictReader(file))
    assert {row.reading for row in found} == {TRIAL, ADOPTERS, INNOVATOR}
    assert said(INNOVATOR)["effect.care_entry"].design == "aim"


@pytest.mark.parametrize(
    ("was", "bad", "says"),
    [
        ("families", "", "level = : must be one of families, council"),
        ("randomised", "seen", "design = seen: must be one of"),
        ("2024", "", "year of effect.care_entry: must not be empty"),
        ("fgc_trial", "fgc", "must be a key of sources.csv"),
        ("derived", "", "is not a valid Status"),
        ("trial,0.9", "trail,0.9", "reading = trail: must be one of trial, adopters, innovator"),
        ("0.8,1.0", "0,1.0", "low of effect.care_entry = 0: must be above 0"),
        ("0.9,0.8", "0.9,0.95", "must lie within its range"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_its_line(tmp_path: Path, was: str, bad: str, says: str) -> None:
    assert was in ROW
    path = tmp_path / "readings.csv"
    path.write_text(HEAD + ROW.replace(was, bad, 1), encoding="utf-8")
    with pytest.raises(Problem) as caught:
        rows(path)
    assert "readings.csv line 2" in str(caught.value)
    assert says in str(caught.value)


def test_an_unknown_reading_is_refused_with_the_nearest() -> None:
    with pytest.raises(Problem, match=r"reading = inovator: must be one of .* \(did you mean 'innovator'\?\)"):
        load("swindon", reading="inovator")
