"""Every money figure of a run, in all that it leaves behind and in the terminal: no name has two values."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "money_figures.py"
RUN = ("run", "somerset", "--draws", "3", "--schedule", "as_published", "--schedule", "slower", "--quiet")
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """Load the script that reads a run's figures."""
    spec = importlib.util.spec_from_file_location("money_figures", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["money_figures"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run Somerset small; give its folder, and what the terminal said."""
    folder = tmp_path_factory.mktemp("somerset") / "out"
    command = [sys.executable, "-m", "familyflow.cli", *RUN, "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return folder, done.stdout


@pytest.fixture(scope="module")
def found(script: ModuleType, ran: tuple[Path, str]) -> list[Any]:
    return script.figures(*ran)  # type: ignore[no-any-return]


def test_no_name_has_two_values(script: ModuleType, found: list[Any]) -> None:
    assert script.clashes(found) == []


@pytest.mark.parametrize(
    "place",
    [
        *(
            f"report.html {name}"
            for name in ("headline", "schedules-table", "budget-table", "value-table", "ladder-table")
        ),
        *(
            f"report.html {name}"
            for name in ("bridge-table", "after-table", "live-schedules", "readings-table", "text")
        ),
        *(f"paper.docx {name}" for name in ("text", "From the run's cost", "Present values")),
        *(
            f"workbook.xlsx {name}"
            for name in ("Summary", "Cash flow", "Appraisal", "Ladder", "Bridge", "After the run")
        ),
        *("results.json", "summary.csv", "appraisal.csv", "cashflow.csv", "ladder.csv", "bridge.csv", "after.csv"),
        *("terminal", "terminal ladder"),
    ],
)
def test_every_output_is_read(found: list[Any], place: str) -> None:
    assert any(each.where.startswith(place) for each in found)


def test_the_answers_stand_in_several_outputs_under_one_name(found: list[Any]) -> None:
    for name in ("npv", "npv_public", "programme_cost_gbp", "peak_funding", "gross_saving_gbp", "run_rate"):
        kinds = {each.where.partition(" ")[0] for each in found if each.name == name and each.statistic == "average"}
        assert len(kinds) >= 3, (name, kinds)


def _plant(folder: Path, measure: str) -> None:
    """Give a measure of a schedule another value in results.json."""
    path = folder / "results.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    found["schedules"]["as_published"]["measures"][measure]["mean"] = 123.0
    path.write_text(json.dumps(found), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "pattern"),
    [("report.html", r"(Net present value, £m</th><td>)[^<]+"), ("bridge.csv", r"(,nominal,)[\d.-]+")],
)
def test_a_planted_second_value_is_found(
    script: ModuleType, ran: tuple[Path, str], tmp_path: Path, file: str, pattern: str
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(ran[0], copy)
    planted, count = re.subn(pattern, r"\g<1>123", (copy / file).read_text(encoding="utf-8"), count=1)
    assert count == 1
    (copy / file).write_text(planted, encoding="utf-8")
    assert script.clashes(script.figures(copy, ran[1]))


@pytest.mark.parametrize("measure", ["programme_cost_gbp", "net_saving_gbp"])
def test_a_planted_second_value_in_the_json_is_found(
    script: ModuleType, ran: tuple[Path, str], tmp_path: Path, measure: str
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(ran[0], copy)
    _plant(copy, measure)
    assert {one.name for one, _ in script.clashes(script.figures(copy, ran[1]))} == {measure}


def test_the_command_exits_with_1_where_there_are_two_values(ran: tuple[Path, str], tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(ran[0], copy)
    done = subprocess.run([sys.executable, str(SCRIPT), str(copy)], capture_output=True, check=False, text=True)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "0 with two values")
    _plant(copy, "net_saving_gbp")
    done = subprocess.run([sys.executable, str(SCRIPT), str(copy)], capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert "TWO VALUES: net_saving_gbp" in done.stdout
