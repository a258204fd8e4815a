from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from familyflow.cli import main
from familyflow.ground import paths

if TYPE_CHECKING:
    from pathlib import Path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Answer a command line, with what it printed."""
    code = main(["claims", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_claims_are_listed_as_their_document_has_them(capsys: pytest.CaptureFixture[str]) -> None:
    code, output, errors = told(capsys, "somerset")
    assert (code, errors) == (0, "")
    assert "4. No or minimal increase in CP plans" in output
    assert "promised: no or minimal increase (read here as at most 2%) (no date given: judged 3 years" in output
    assert output.count("promised: fewer") == 5


def test_claims_are_had_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, "durham", "--json")[1])
    first, second, _ = found["claims"]
    assert (first["promised"], first["base"], first["by"]) == (-0.12, 617, "2016-12-31")
    assert (second["promised"], second["direction"]) == (None, "fewer")


def test_the_past_is_told_in_words_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    output = told(capsys, "durham", "--past")[1]
    assert "They cannot say 2013 to 2015" in output
    assert "Durham: 617 in 2015, 812 in 2017, +32%" in output
    found = json.loads(told(capsys, "durham", "--past", "--json")[1])
    assert [each["verdict"] for each in found["statements"]][-1] == "not borne out"


def test_a_scenario_without_a_past_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "somerset", "--past")[1].endswith("makes no statement about the past.\n")
    assert json.loads(told(capsys, "somerset", "--past", "--json")[1])["statements"] == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("from_year = 2001", "past[1].from_year = 2001: must be a year of the published figures, 2013 to"),
        ("from_year = 1066", "from_year = 1066: must be 2000 or more"),
    ],
)
def test_a_year_outside_the_figures_is_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, wrong: str, says: str
) -> None:
    text = paths.shipped("scenarios", "durham.toml").read_text("utf-8").replace("from_year = 2013", wrong, 1)
    path = tmp_path / "durham.toml"
    path.write_text(text, encoding="utf-8")
    code, output, errors = told(capsys, str(path), "--past")
    assert (code, output) == (2, "")
    assert says in errors
    assert errors.count("\n") == 1
