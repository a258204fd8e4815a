from __future__ import annotations

import sys

import pytest

from familyflow.cli.progress import Lines, duration, telling


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        """Start at noon."""
        self.now = 43200.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def test_lines_say_the_time_left_at_the_pace_since_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    tell = Lines(clock)
    for done in (4, 5, 6):  # resumed: four were there already
        tell("draws", done, 8)
        clock.now += 30
    assert capsys.readouterr().err.splitlines() == [
        "draws: 4 of 8",
        "draws: 5 of 8, about 2 min left",
        "draws: 6 of 8, about 1 min left",
    ]


def test_lines_of_a_long_count_stay_few(capsys: pytest.CaptureFixture[str]) -> None:
    tell = Lines()
    for done in range(10_001):
        tell("draws", done, 10_000)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 21
    assert said[-1] == "draws: 10000 of 10000"


def test_lines_name_what_cannot_be_counted(capsys: pytest.CaptureFixture[str]) -> None:
    tell = Lines()
    tell("reading town", 0, 0)
    tell("fitting the rates", 0, 0)
    assert capsys.readouterr().err == "reading town\nfitting the rates\n"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "about 0 s"),
        (59, "about 59 s"),
        (90, "about 2 min"),
        (3600, "about 60 min"),
        (9000, "about 2.5 h"),
    ],
)
def test_durations_are_rounded_as_people_do(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("terminal", "json", "quiet", "told"),
    [
        (False, False, False, True),
        (False, True, False, False),
        (False, False, True, False),
        (True, False, True, False),
        (True, False, False, True),
        (True, True, False, True),
    ],
)
def test_who_is_told(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    terminal: bool,
    json: bool,
    quiet: bool,
    told: bool,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setenv("TERM", "xterm")
    with telling(json=json, quiet=quiet) as tell:
        tell("draws", 1, 2)
    said = capsys.readouterr()
    assert ("draws" in said.err) is told
    assert said.out == ""


def test_a_terminal_shows_one_bar_for_what_is_being_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with telling(json=False, quiet=False) as tell:
        tell("reading town", 0, 0)
        tell("draws", 1, 4)
        tell("draws", 3, 4)
    assert "3/4" in capsys.readouterr().err
