from __future__ import annotations

from typing import TYPE_CHECKING

import fake_engine

import familyflow.scenario
from familyflow.cli import main
from familyflow.ground.problem import Problem
from familyflow.scenario import timeline
from familyflow.scenario.model import Area, Team

if TYPE_CHECKING:
    import pytest

    from familyflow.scenario.model import Scenario


def town() -> Scenario:
    """Give the town with its map."""
    areas = {name: Area(name, name.title()) for name in ("harbour", "hill")}
    return fake_engine.Town(areas=areas, teams={"north": Team("north", "North", tuple(areas), ())})


def test_a_sound_scenario_is_described(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    built: list[str] = []
    monkeypatch.setattr(familyflow.scenario, "load", lambda _name: town())
    monkeypatch.setattr(timeline, "build", lambda _scenario, schedule, _values: built.append(schedule))
    assert main(["check", "town"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "town: Town: Family Safeguarding",
        "  from 2019-06-30, 2 years, prices of 2024/25",
        "  areas: harbour, hill",
        "  teams: north",
        "  schedules: no_change, as_published, all_at_once",
        "  numbers: 10, of which 10 assumed",
        "No problem found.",
    ]
    assert built == ["no_change", "as_published", "all_at_once"]


def test_a_schedule_that_cannot_be_built_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def build(*_: object) -> None:
        raise Problem("town.toml: schedules.as_published: a date is before the start")

    monkeypatch.setattr(familyflow.scenario, "load", lambda _name: town())
    monkeypatch.setattr(timeline, "build", build)
    assert main(["check", "town"]) == 2
    assert capsys.readouterr().err == ("familyflow: town.toml: schedules.as_published: a date is before the start\n")


def test_a_plan_short_of_the_evidence_s_staff_is_told_and_is_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "durham"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("  mind: 11 teams together: ") for line in said) == 1
    assert said[-1] == "No problem found."
