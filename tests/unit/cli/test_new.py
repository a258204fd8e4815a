from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from familyflow import scenario
from familyflow.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_council_gets_a_file_under_its_own_name_that_can_be_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "st. helens", "--quiet"]) == 0
    said = capsys.readouterr().out
    assert "In st_helens.toml: St. Helens: integrated adult workers, from 2024-03-31" in said
    assert "familyflow run st_helens.toml" in said
    assert scenario.load(tmp_path / "st_helens.toml").name == "st_helens"


def test_a_day_and_a_file_may_be_given(tmp_path: Path) -> None:
    assert main(["new", "Kent", "--start", "2019-06-30", "--out", "there/k.toml", "--quiet"]) == 0
    assert str(scenario.load(tmp_path / "there" / "k.toml").start) == "2019-06-30"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Kemt"], "did you mean 'Kent'?"),
        (["Kent", "--start", "31/3/2024"], "--start = '31/3/2024': must be a date such as 2024-03-31"),
        (["Kent", "--out", "kent.txt"], "--out = kent.txt: must end in .toml"),
        (["Cumbria"], "Cumbria ended in 2023: its successors are Cumberland and Westmorland and Furness"),
        (["London"], "London is not a council: did you mean City of London?"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line_and_nothing_is_written(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", *arguments, "--quiet"]) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert len(errors.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
