"""A scenario that is larger than the engines have room for is refused when it is checked, before anything is run."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from small_file import NORTH, VALID

from familyflow.cli import main
from familyflow.scenario.schema import ScenarioFile
from familyflow.scenario.vocabulary import MOST

if TYPE_CHECKING:
    from pathlib import Path


def with_many(table: str, count: int) -> dict[str, object]:
    """Return the tables of a scenario with so many areas or teams, each like its first."""
    given = tomllib.loads(VALID)
    first = next(iter(given[table].values()))
    return {**given, table: {f"name_{k}": first for k in range(count)}}


@pytest.mark.parametrize("table", ["areas", "teams"])
def test_as_many_as_there_is_room_for_are_taken(table: str) -> None:
    assert len(getattr(ScenarioFile.model_validate(with_many(table, MOST)), table)) == MOST


def test_one_more_is_refused_with_file_line_and_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = f"title = 'An area'\nshare = {NORTH}\n"
    more = "".join(f"[areas.area_{k}]\n{table}" for k in range(MOST - 1))
    path = tmp_path / "large.toml"
    path.write_text(VALID.replace("[staff]\n", f"{more}[staff]\n", 1), encoding="utf-8")
    assert main(["check", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"familyflow: {path} line ")
    assert said.endswith(": must have 32,768 tables at most\n")
    assert "areas = " in said
    assert said.count("\n") == 1
