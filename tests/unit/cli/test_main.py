from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import fake_api
import pytest
from watched import MADE

from familyflow.ground.defaults import DEFAULT_DRAWS

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import fake_api, familyflow
import familyflow.scenario
familyflow.api, familyflow.scenario.load = fake_api, fake_api.load
from familyflow.cli import main
sys.exit(main(sys.argv[2:]))
"""


def command(*arguments: str) -> list[str]:
    """Give the command that runs familyflow with the fake engine in a process of its own."""
    return [sys.executable, "-c", SCRIPT, MADE, *arguments]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("rum town", "No such command 'rum'. Did you mean 'run'?"),
        ("run", "Missing argument 'SCENARIO'."),
        ("run town --drws 3", "No such option '--drws'. (Did you mean one of: '--dask', '--draws', '--years'?)"),
        ("run town --draws", "Option '--draws' requires an argument."),
        ("run town --draws 0", "Invalid value for '--draws': 0 is not in the range 1<=x<=1000000."),
        ("run town --draws -5", "Invalid value for '--draws': -5 is not in the range 1<=x<=1000000."),
        ("run town --draws many", "Invalid value for '--draws': 'many' is not a valid integer range."),
        ("run town --draws 1.5", "Invalid value for '--draws': '1.5' is not a valid integer range."),
        ("run town --years 0", "Invalid value for '--years': 0 is not in the range 1<=x<=30."),
        ("run town --years 31", "Invalid value for '--years': 31 is not in the range 1<=x<=30."),
        ("run town --seed -1", "Invalid value for '--seed': -1 is not in the range 0<=x<=9223372036854775807."),
        ("run town --workers 0", "Invalid value for '--workers': 0 is not in the range 1<=x<=61."),
        (
            "run town --schedule as_publishd",
            (
                "town: there is no schedule 'as_publishd'; there are no_change, as_published, all_at_once"
                " (did you mean 'as_published'?)"
            ),
        ),
        ("run village", "'village': there is no such scenario"),
        ("run town village", "Got unexpected extra argument (village)"),
        ("trace town", "Missing option '--family'."),
        ("trace town --family -1", "Invalid value for '--family': -1 is not in the range x>=0."),
        ("calibrate", "Missing argument 'COUNCIL_OR_SCENARIO'."),
        ("check", "Missing argument 'SCENARIO'."),
        ("list town", "Got unexpected extra argument (town)"),
        ("compare", "Missing argument 'SCENARIO_OR_FOLDER...'."),
    ],
)
def test_input_that_cannot_be_used_is_one_line_on_stderr_and_exit_code_2(
    answer: Callable[..., tuple[int, str, str]], line: str, message: str
) -> None:
    assert answer(*line.split()) == (2, "", f"familyflow: {message}\n")


def test_a_folder_that_cannot_be_used_is_one_line_and_is_left_alone(
    answer: Callable[..., tuple[int, str, str]],
) -> None:
    Path("results").mkdir()
    Path("results/letter.txt").touch()
    code, output, errors = answer("run", "town", "--out", "results")
    assert (code, output) == (2, "")
    assert errors == ("familyflow: results: holds 'letter.txt' but no manifest.json: choose a new or an empty folder\n")
    assert [path.name for path in Path("results").iterdir()] == ["letter.txt"]


def test_an_unexpected_error_is_one_line_that_asks_for_a_report(
    answer: Callable[..., tuple[int, str, str]],
) -> None:
    code, output, errors = answer("run", "broken")
    assert (code, output) == (1, "")
    assert errors == (
        "familyflow: unexpected ZeroDivisionError: a defect of two lines: "
        "please report this with what the same command says with --debug\n"
    )


@pytest.mark.parametrize("line", ["--debug run broken", "run broken --debug", "run --debug broken"])
def test_debug_adds_the_traceback_wherever_it_stands(answer: Callable[..., tuple[int, str, str]], line: str) -> None:
    code, _, errors = answer(*line.split())
    assert code == 1
    assert "Traceback (most recent call last)" in errors
    assert "in load\n" in errors


def test_a_lack_of_memory_says_what_helps(answer: Callable[..., tuple[int, str, str]]) -> None:
    assert answer("run", "large") == (
        1,
        "",
        "familyflow: not enough memory: fewer --workers or --draws need less\n",
    )


@pytest.mark.parametrize("line", ["", "--help", "-h", "run --help", "run -h", "--version"])
def test_help_and_version_are_answers(answer: Callable[..., tuple[int, str, str]], line: str) -> None:
    code, output, errors = answer(*line.split())
    assert (code, errors) == (0, "")
    assert "familyflow" in output


def test_help_lists_every_command(answer: Callable[..., tuple[int, str, str]]) -> None:
    listed = answer("--help")[1].partition("Commands:")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "] == [
        *(
            "assumptions",
            "backtest",
            "calibrate",
            "check",
            "claims",
            "compare",
            "evidence",
            "list",
            "merge",
            "new",
            "report",
            "require",
        ),
        *("run", "sweep", "trace"),
    ]


def test_run_prints_its_tables_and_where_its_files_lie(answer: Callable[..., tuple[int, str, str]]) -> None:
    code, output, errors = answer("run", "town", "--draws", "3")
    assert code == 0
    assert output.startswith("a table for each schedule\nIn outputs/town/run: report.html, paper.docx, ")
    assert errors.splitlines()[0] == "Town: Family Safeguarding: 3 schedules, 2 years, 3 draws, seed 1"
    assert errors.splitlines()[1:5] == [
        "draws: 0 of 3",
        "draws: 1 of 3, about 0 s left",
        "draws: 2 of 3, about 0 s left",
        "draws: 3 of 3",
    ]


def test_run_has_defaults(answer: Callable[..., tuple[int, str, str]]) -> None:
    output = answer("run", "town", "--json")[1]
    assert f'"draws": {DEFAULT_DRAWS}, "seed": 1, "workers": null, "engine": "compiled"' in output


def test_json_is_all_there_is_on_stdout_and_nothing_on_stderr(
    answer: Callable[..., tuple[int, str, str]],
) -> None:
    line = ("run", "town", "--draws", "2", "--seed", "7", "--json")
    assert answer(*line) == (
        0,
        '{"scenario": "town", "draws": 2, "seed": 7, "workers": null, "engine": "compiled", "extent": "first"}\n',
        "",
    )


def test_quiet_leaves_the_tables_only(answer: Callable[..., tuple[int, str, str]]) -> None:
    code, output, errors = answer("run", "town", "--draws", "2", "--quiet")
    assert (code, errors) == (0, "")
    assert output.startswith("a table for each schedule\n")


def test_a_reader_that_hangs_up_is_met_with_silence(tmp_path: Path) -> None:
    with subprocess.Popen(
        command("run", "town", "--draws", "2", "--quiet"),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        errors = running.stderr.read()
    assert errors == ""
    assert running.returncode == 141
    assert (tmp_path / "outputs" / "town" / "run" / "monthly.parquet").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on Unix")
def test_ctrl_c_says_how_to_go_on_with_exit_code_130_and_the_same_command_does(tmp_path: Path) -> None:
    line = command("run", "town", "--draws", "4", "--workers", "2", "--quiet")
    environment = {**os.environ, fake_api.PAUSE: "0.3"}
    running = subprocess.Popen(
        line, cwd=tmp_path, env=environment, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    for _ in range(600):
        if list(tmp_path.glob("outputs/town/run/parts/draw-*.parquet")):
            break
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGINT)
    errors = running.communicate(timeout=20)[1]
    assert running.returncode == 130
    assert errors.startswith("familyflow: stopped: ")
    assert errors.endswith(
        "of 4 draws are finished and kept in outputs/town/run; the same command goes on from there\n"
    )
    again = subprocess.run(line, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert again.stdout.startswith("a table for each schedule\n")


def test_help_comes_within_a_second() -> None:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "familyflow.cli", "--help"], capture_output=True, check=True, text=True
    )
    assert time.monotonic() - began < 1
    assert done.stdout.startswith("Usage: familyflow")


def test_help_and_list_load_nothing_heavy() -> None:
    code = (
        "import sys; from familyflow.cli import main; main(['list']); main(['run', '--help'])\n"
        "print(sorted({'numpy', 'pandas', 'scipy', 'numba', 'matplotlib', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_run_and_its_readings_are_as_asked_for(answer: Callable[..., tuple[int, str, str]]) -> None:
    line = ("run", "town", "--draws", "2", "--reading", "trial", "--set", "effect.missed=1", "--json")
    assert '"extent": "first"' in answer(*line)[1]
    manifest = json.loads(Path("outputs/town/run/manifest.json").read_text(encoding="utf-8"))
    assert (manifest["reading"], manifest["settings"]) == ("trial", ["effect.missed=1"])


def test_all_readings_stand_on_the_central_one(answer: Callable[..., tuple[int, str, str]]) -> None:
    assert '"extent": "every"' in answer("run", "town", "--draws", "2", "--reading", "all", "--json")[1]
    manifest = json.loads(Path("outputs/town/run/manifest.json").read_text(encoding="utf-8"))
    assert manifest["reading"] == "central"
