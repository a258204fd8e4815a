from __future__ import annotations

from typing import TYPE_CHECKING

import fake_engine
import pytest

import familyflow.engine
import familyflow.experiment.trace
import familyflow.scenario
from familyflow.cli import main
from familyflow.cli.trace import abreast

if TYPE_CHECKING:
    from collections.abc import Callable

LIVES = {
    "no_change": [(0.5, "A contact is made."), (40.2, "Assessed."), (90.0, "A CP plan starts.")],
    "as_published": [(0.5, "A contact is made."), (40.2, "Assessed."), (40.9, "A worker is offered.")],
    "all_at_once": [],
}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., object]:
    """Trace family 7 of the town; other families never come."""

    def story(_start: object, schedule: str, family: int) -> list[tuple[float, str]]:
        return LIVES[schedule] if family == 7 else []

    monkeypatch.setattr(familyflow.scenario, "load", lambda _name, **_asked: fake_engine.Town())
    monkeypatch.setattr(familyflow.experiment.trace, "start_of", lambda *_: None)
    monkeypatch.setattr(familyflow.engine, "story", story)
    monkeypatch.setenv("COLUMNS", "100")

    def answered(*arguments: str) -> tuple[int, str, str]:
        code = main(["trace", "town", *arguments])
        return code, *capsys.readouterr()

    return answered


def test_days_stand_in_order_and_what_happens_on_one_side_by_side() -> None:
    assert list(abreast([LIVES["no_change"], LIVES["as_published"]])) == [
        (0, ("A contact is made.", "A contact is made.")),
        (40, ("Assessed.", "Assessed.")),
        (40, ("", "A worker is offered.")),
        (90, ("A CP plan starts.", "")),
    ]


def test_a_life_is_told_under_no_change_and_another_schedule_side_by_side(
    told: Callable[..., tuple[int, str, str]],
) -> None:
    code, output, errors = told("--family", "7")
    assert (code, errors) == (0, "")
    lines = [" ".join(line.split()) for line in output.splitlines() if line.strip()]
    assert lines[0] == "Town: Family Safeguarding: family 7, seed 1, draw 0"
    assert lines[1] == "Date No change As published"
    assert lines[3:] == [
        "2019-06-30 A contact is made. A contact is made.",
        "2019-08-09 Assessed. Assessed.",
        "2019-08-09 A worker is offered.",
        "2019-09-28 A CP plan starts.",
    ]


def test_a_life_is_told_under_the_schedule_asked_for(told: Callable[..., tuple[int, str, str]]) -> None:
    output = told("--family", "7", "--schedule", "as_published")[1]
    assert "No change" not in output
    assert "A worker is offered." in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--family", "8"], "family 8: does not come into draw 0 of town; try a lower number"),
        (["--family", "7", "--schedule", "no_chnge"], "did you mean 'no_change'?"),
        (
            ["--family", "7", *(word for name in LIVES for word in ("--schedule", name))],
            "--schedule: 3 were given; a story has room for 2",
        ),
    ],
)
def test_a_story_that_cannot_be_told_is_one_line(
    told: Callable[..., tuple[int, str, str]], arguments: list[str], message: str
) -> None:
    code, output, errors = told(*arguments)
    assert (code, output) == (2, "")
    assert errors.startswith("familyflow: ")
    assert message in errors
    assert errors.count("\n") == 1
