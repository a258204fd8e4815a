from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = Callable[..., tuple[int, str, str]]

HEADLINE = "Town: Family Safeguarding: 3 inputs, 12 points, 3 schedules, 2 years, 2 draws at each point, seed 1\n"


@pytest.fixture
def design(answer: Answer) -> str:
    """Leave a design file, in the folder that commands are answered in."""
    del answer
    Path("what_if.toml").touch()
    return "what_if.toml"


def test_a_design_is_run_and_shown_and_its_folder_named(answer: Answer, design: str) -> None:
    code, output, errors = answer("sweep", design)
    assert code == 0
    assert output == (
        "what explains what\n"
        "In outputs/sweeps/what_if: manifest.json, sweep.parquet, outcomes.parquet, sensitivity.csv, main_effects.csv\n"
    )
    assert errors.startswith(HEADLINE)
    assert "parts of the sweep: 4 of 4" in errors


def test_json_is_all_there_is_on_stdout_and_nothing_on_stderr(answer: Answer, design: str) -> None:
    code, output, errors = answer("sweep", design, "--json", "--workers", "1", "--out", "here")
    assert (code, errors) == (0, "")
    assert json.loads(output) == {"table": [], "workers": 1}
    assert Path("here/outcomes.parquet").exists()


def test_quiet_leaves_the_results_only(answer: Answer, design: str) -> None:
    code, output, errors = answer("sweep", design, "--quiet")
    assert (code, errors) == (0, "")
    assert output.startswith("what explains what\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("none.toml", "none.toml: there is no such file"),
        ("what_if.toml --out letter.txt", "letter.txt: cannot be written: it is a file"),
        ("what_if.toml --out .", "no manifest.json"),
        ("what_if.toml --workers 0", "--workers"),
        ("", "Missing argument 'DESIGN.toml'"),
    ],
)
def test_input_that_cannot_be_used_is_one_line_and_nothing_is_run(
    answer: Answer, design: str, line: str, message: str
) -> None:
    Path("letter.txt").touch()
    code, output, errors = answer("sweep", *line.split())
    assert (code, output) == (2, "")
    assert errors.startswith("familyflow: ")
    assert message in errors
    assert errors.count("\n") == 1
    assert sorted(path.name for path in Path().iterdir()) == ["letter.txt", design]
