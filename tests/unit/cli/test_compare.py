from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from familyflow.results.json import RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = Callable[..., tuple[int, str, str]]

DRAWS = ("--draws", "2", "--years", "1")


@pytest.fixture
def finished(answer: Answer) -> Path:
    """Leave the folder of a finished run of the town."""
    assert answer("run", "town", *DRAWS)[0] == 0
    return Path("outputs/town/run")


def test_scenarios_are_run_and_saved_and_shown_in_one_table_with_a_page(answer: Answer) -> None:
    code, output, errors = answer("compare", "town", "city", *DRAWS)
    assert code == 0
    assert output == (
        "one table of outputs/town/run, outputs/city/run\n"
        "In outputs/compare-town-city.html: the same, with charts, claims and teams\n"
    )
    assert "Town: Family Safeguarding: 3 schedules, 1 year, 2 draws, seed 1" in errors
    assert Path("outputs/compare-town-city.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert all(Path("outputs", name, "run", RESULTS).exists() for name in ("town", "city"))


def test_a_finished_run_is_taken_as_it_is(answer: Answer, finished: Path) -> None:
    before = (finished / RESULTS).stat().st_mtime_ns
    assert answer("compare", "town", *DRAWS)[0] == 0
    assert (finished / RESULTS).stat().st_mtime_ns == before


def test_a_folder_is_not_run_again_whatever_its_draws(answer: Answer, finished: Path) -> None:
    code, output, errors = answer("compare", str(finished), "city", "--draws", "3", "--out", "pages/here.html")
    assert code == 0
    assert output.startswith("one table of outputs/town/run, outputs/city/run\nIn pages/here.html")
    assert "Town: Family Safeguarding: 3 schedules, 2 years, 3 draws, seed 1" in errors
    assert errors.count("3 draws") == 1


def test_one_run_can_be_compared_schedule_by_schedule(answer: Answer, finished: Path) -> None:
    code, output, _ = answer("compare", str(finished), "--schedule", "as_published", "--json")
    assert code == 0
    assert json.loads(output) == {"rows": ["outputs/town/run"], "schedules": ["as_published"]}
    assert Path("outputs/compare-run.html").exists()


def test_json_is_all_there_is_on_stdout_and_nothing_on_stderr(answer: Answer) -> None:
    code, output, errors = answer("compare", "town", *DRAWS, "--json")
    assert (code, errors) == (0, "")
    assert json.loads(output)["rows"] == ["outputs/town/run"]


def test_quiet_leaves_the_table_only(answer: Answer) -> None:
    code, output, errors = answer("compare", "town", *DRAWS, "--quiet")
    assert (code, errors) == (0, "")
    assert output.startswith("one table of outputs/town/run\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("village", "'village': there is no such scenario"),
        ("town village", "'village': there is no such scenario"),
        ("town town", "'town': is given twice; give each scenario or folder once"),
        ("town town.toml", "'town' and 'town.toml': are the same run; give it once"),
        (
            "town --schedule as_publishd",
            (
                "town: there is no schedule 'as_publishd'; there are no_change, as_published, all_at_once"
                " (did you mean 'as_published'?)"
            ),
        ),
        (
            "empty",
            "empty: holds no finished run; give the scenario, or a folder that 'familyflow run' finished",
        ),
        ("town --out empty", "--out empty: is a folder; give a file such as empty/compare.html"),
        (
            "town --out letter.txt/page.html",
            "letter.txt: cannot be written: it is a file; free it or choose another folder",
        ),
        ("town --draws 0", "Invalid value for '--draws': 0 is not in the range 1<=x<=1000000."),
    ],
)
def test_input_that_cannot_be_used_is_one_line_and_nothing_is_run(answer: Answer, line: str, message: str) -> None:
    Path("empty").mkdir()
    Path("letter.txt").touch()
    assert answer("compare", *line.split(), "--years", "1") == (2, "", f"familyflow: {message}\n")
    assert not Path("outputs").exists()


def test_a_folder_without_results_of_this_version_is_refused(answer: Answer, finished: Path) -> None:
    (finished / RESULTS).unlink()
    code, output, errors = answer("compare", str(finished))
    assert (code, output) == (2, "")
    says = "does not hold the results of a run by this version; run the scenario again"
    assert errors == f"familyflow: {finished / RESULTS}: {says}\n"


def test_a_folder_without_a_schedule_that_is_asked_for_is_refused(answer: Answer, finished: Path) -> None:
    code, _, errors = answer("compare", str(finished), "--schedule", "all_at_once")
    assert code == 2
    assert errors == (
        f"familyflow: {finished}: there is no schedule 'all_at_once'; there are no_change, as_published\n"
    )
