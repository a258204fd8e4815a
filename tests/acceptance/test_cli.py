"""The command line as a user meets it: the shipped scenarios, the real engine, a folder of results."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

import pandas as pd
import pytest

import familyflow
from familyflow.cli import commands
from familyflow.ground.defaults import DEFAULT_DRAWS, MOST_DRAWS
from familyflow.ground.readings import READINGS
from familyflow.results.caseloads import CASELOADS
from familyflow.results.claims import CLAIMS
from familyflow.results.information import COLUMNS as INFORMATION
from familyflow.results.measures import MEASURES, WHOLE

DOCS = Path(__file__).parents[2] / "docs" / "reference"
STATISTICS = {"mean", "p5", "p50", "p95", "mc_error", "probability_better"}
RUN = ("run", "swindon", "--draws", "2", "--years", "1", "--schedule", "as_published", "--json")
pytestmark = pytest.mark.long


def answer(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "familyflow.cli", *arguments],
        capture_output=True,
        check=False,
        cwd=folder,
        env={**os.environ, **environment},
        text=True,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in which Swindon has been run once, by two workers."""
    folder = tmp_path_factory.mktemp("home")
    done = answer(*RUN, "--workers", "2", folder=folder, PYTHONHASHSEED="1")
    assert (done.returncode, done.stderr) == (0, "")
    (folder / "run.json").write_text(done.stdout, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def results(home: Path) -> Path:
    """Give the folder of that run's results."""
    (found,) = (home / "outputs" / "swindon").iterdir()
    return found


COUNCILS = ["bradford", "durham", "somerset", "swindon", "thurrock"]


def test_list_names_every_council(tmp_path: Path) -> None:
    done = answer("list", folder=tmp_path)
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == COUNCILS


@pytest.mark.parametrize("name", COUNCILS)
def test_the_shipped_scenarios_are_sound(tmp_path: Path, name: str) -> None:
    done = answer("check", name, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("No problem found.\n")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("check swindn", "did you mean 'swindon'"),
        ("run swindn", "did you mean 'swindon'"),
        ("run nowhere.toml", "nowhere.toml"),
        ("run broken.toml", "broken.toml"),
        ("run swindon --schedule as_publishd", "did you mean 'as_published'"),
        ("run swindon --draws 0", "--draws"),
        ("run swindon --out broken.toml", "broken.toml"),
        ("run swindon --out .", "no manifest.json"),
        ("calibrate swindon --out broken.toml", "broken.toml"),
        ("trace swindon --family 1 --schedule never", "never"),
        ("compare swindon swindn", "did you mean 'swindon'"),
        ("compare swindon swindon", "given twice"),
        ("sweep nowhere.toml", "nowhere.toml"),
        ("sweep broken.toml", "broken.toml"),
        ("compare .", "no finished run"),
        ("compare swindon --out broken.toml/page.html", "broken.toml"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "broken.toml").write_text("schema = ", encoding="utf-8")
    done = answer(*line.split(), folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"familyflow: [^\n]+\n", done.stderr)
    assert says in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["broken.toml"]


def test_json_has_the_documented_shape(home: Path) -> None:
    printed = json.loads((home / "run.json").read_text(encoding="utf-8"))
    assert {key: value for key, value in printed.items() if key not in PARTS} == {
        "scenario": "swindon",
        "version": familyflow.__version__,
        "seed": 1,
        "draws": 2,
        "title": "Swindon: Family Safeguarding",
        "authority": "Swindon",
        "start": "2019-06-30",
        "end": "2020-06-30",
        "years": 1,
        "price_year": "2024/25",
        "children": 49000,
        "reading": "central",
        "settings": [],
    }
    assert set(printed) > PARTS
    assert [set(row) for row in printed["information"]] == [set(INFORMATION)] * len(printed["information"])
    assert printed["readings"]["standing"] == "central"
    assert set(printed["readings"]["readings"]) == set(READINGS)
    assert set(printed["schedules"]) == {"no_change", "as_published"}
    for name, schedule in printed["schedules"].items():
        assert set(schedule) == {"title", "measures", "differences", "teams", "claims", "waits", "money"}
        assert set(schedule["measures"]) == whole_measures()
        assert set(schedule["money"]) - {"bridge"} <= set(printed["definitions"])
        assert all(set(each) == STATISTICS for each in schedule["measures"].values())
        assert all(set(team) == {*CASELOADS} - {"schedule"} for team in schedule["teams"])
        assert [claim["verdict"] for claim in schedule["claims"]] == ["not within the run"] * (
            0 if name == "no_change" else 4
        )


PARTS: Final = frozenset({"schedules", "readings", "definitions", "information"})
"""What a document holds beside what says which run it is of."""


def whole_measures() -> set[str]:
    """Give the names of the measures of the whole horizon."""
    return {each.name for each in MEASURES} - {"net_saving_cumulative_gbp"}


def test_every_measure_and_option_is_documented() -> None:
    page = (DOCS / "json.md").read_text(encoding="utf-8")
    assert [name for name in whole_measures() if f"`{name}`" not in page] == []
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    every = [inner for each in commands.commands.values() for inner in (each, *getattr(each, "commands", {}).values())]
    options = {option for each in every for item in each.params for option in item.opts}
    assert [option for option in options if option.startswith("--") and option not in page] == []
    assert f"| number of draws, 1 to {MOST_DRAWS:,} | {DEFAULT_DRAWS} |" in page


def test_every_promised_file_is_left_behind(results: Path) -> None:
    promised = ["manifest.json", "monthly.parquet", "draws.parquet", "rates.parquet", "money.parquet"]
    promised += ["summary.csv", "claims.csv", "caseloads.csv", "waits.csv", "results.json", "fit.csv", "figures"]
    promised += [
        f"{each}.csv"
        for each in ("appraisal", "cashflow", "ladder", "sensitivity", "information", "map", "plane", "after")
    ]
    promised += ["readings.csv", "readings", "report.html", "paper.docx", "workbook.xlsx"]
    assert sorted(path.name for path in results.iterdir()) == sorted(promised)
    assert {path.suffix for path in (results / "figures").iterdir()} == {".png", ".svg"}


def test_the_first_month_is_the_published_snapshot(results: Path) -> None:
    monthly = pd.read_parquet(results / "monthly.parquet")
    first = monthly[monthly["month"] == monthly["month"].min()]
    stocks = first.pivot_table("value", ["draw", "schedule"], "measure", aggfunc="sum")
    assert set(stocks["children_on_cin"]) == {1045}
    assert set(stocks["children_on_cp"]) == {260}
    assert set(stocks["children_in_care"]) == {339}


def test_the_results_file_is_what_json_prints(home: Path, results: Path) -> None:
    assert (results / "results.json").read_text(encoding="utf-8") == (home / "run.json").read_text(encoding="utf-8")


def test_claims_and_caseloads_have_their_documented_columns(results: Path) -> None:
    claims, teams = (pd.read_csv(results / name) for name in ("claims.csv", "caseloads.csv"))
    assert list(claims.columns) == list(CLAIMS)
    assert list(teams.columns) == list(CASELOADS)
    assert set(teams["schedule"]) == {"no_change", "as_published"}
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    assert [name for name in {*CLAIMS, *CASELOADS} if f"`{name}`" not in page] == []


def test_a_finished_run_is_compared_on_one_page_without_running_it_again(home: Path, results: Path) -> None:
    before = digests(results)
    done = answer("compare", str(results), "--out", "side/by/side.html", folder=home)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "Side by side: Swindon")
    page = (home / "side" / "by" / "side.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert digests(results) == before


def test_the_summary_agrees_with_the_json(home: Path, results: Path) -> None:
    printed = json.loads((home / "run.json").read_text(encoding="utf-8"))["schedules"]
    summary = pd.read_csv(results / "summary.csv", keep_default_na=False)
    for _, row in summary[summary["period"] == WHOLE].iterrows():
        mean = printed[row["schedule"]]["measures"][row["measure"]]["mean"]
        assert row["mean"] == "" if mean is None else float(row["mean"]) == pytest.approx(mean, abs=1e-4)


def test_the_same_command_again_answers_the_same_and_changes_no_record(home: Path, results: Path) -> None:
    before = digests(results)
    done = answer(*RUN, folder=home)
    assert done.stdout == (home / "run.json").read_text(encoding="utf-8")
    assert digests(results) == before


def test_another_number_of_workers_and_hash_seed_give_the_same_bytes(home: Path, results: Path) -> None:
    done = answer(*RUN, "--workers", "1", "--out", "alone", folder=home, PYTHONHASHSEED="2")
    assert done.stdout == (home / "run.json").read_text(encoding="utf-8")
    assert digests(home / "alone") == digests(results)


def test_a_finished_run_is_reported_again_to_the_byte_without_running_it(home: Path, results: Path) -> None:
    before = digests(results)
    report, paper = results / "report.html", results / "paper.docx"
    made = report.read_bytes(), paper.read_bytes()
    report.unlink()
    paper.write_bytes(b"something else")
    done = answer("report", str(results), folder=home, PYTHONHASHSEED="7")
    assert (done.returncode, done.stdout[:3]) == (0, "In ")
    assert (report.read_bytes(), paper.read_bytes()) == made
    assert digests(results) == before


def digests(folder: Path) -> dict[str, str]:
    """Give the digest of each table and of the manifest."""
    files = [path for path in folder.iterdir() if path.suffix in {".parquet", ".csv", ".json"}]
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_family_can_be_followed(tmp_path: Path) -> None:
    done = answer("trace", "swindon", "--family", "1", folder=tmp_path, COLUMNS="120")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^ *20\d\d-\d\d-\d\d .*[a-z]", done.stdout, re.MULTILINE)


def test_the_python_interface_reads_what_the_command_left(
    home: Path, results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    again = familyflow.load("swindon").run(draws=2, years=1, schedules=["as_published"])
    assert again.folder.resolve() == results
    assert set(again.summary["schedule"]) == {"no_change", "as_published"}
    assert list(again.monthly.columns) == ["draw", "schedule", "month", "team", "measure", "value"]
