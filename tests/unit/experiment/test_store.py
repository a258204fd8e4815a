from __future__ import annotations

import errno
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from fake_engine import Study, Town, conduct, rates_of, records, study
from pyarrow import parquet

from familyflow.experiment import store
from familyflow.experiment.processes import Here
from familyflow.experiment.run import COLUMNS
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from familyflow.experiment.plan import Plan

NO_SPACE = OSError(errno.ENOSPC, "No space left on device")


def described(of: Study) -> store.Manifest:
    return store.manifest(of.plan)


def claim(folder: Path, of: Study) -> None:
    with store.claimed(folder, described(of)):
        pass


def test_a_finished_folder_holds_what_is_promised_and_nothing_else(tmp_path: Path) -> None:
    conduct(study(), tmp_path / "run", Here())
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "draws.parquet",
        "manifest.json",
        "monthly.parquet",
        "rates.parquet",
    ]


def test_a_finished_folder_gives_its_plan_back(tmp_path: Path) -> None:
    asked = study(draws=2)
    conduct(asked, tmp_path, Here())
    assert store.scenario_of(tmp_path) == asked.plan.scenario.name
    assert store.plan_of(tmp_path, asked.plan.scenario) == asked.plan


def test_a_plan_is_refused_for_another_scenario(tmp_path: Path) -> None:
    conduct(study(draws=2), tmp_path, Here())
    with pytest.raises(Problem, match=r"holds a run of a scenario or calibration tables with other content; give the"):
        store.plan_of(tmp_path, Town(digest="another"))


def test_a_folder_without_a_finished_run_has_no_scenario(tmp_path: Path) -> None:
    claim(tmp_path / "begun", study())
    for folder in (tmp_path, tmp_path / "begun", tmp_path / "absent"):
        with pytest.raises(Problem, match="holds no finished run"):
            store.scenario_of(folder)


def test_monthly_records_have_the_documented_columns_and_types(tmp_path: Path) -> None:
    conduct(study(), tmp_path, Here())
    schema = parquet.read_schema(tmp_path / "monthly.parquet")
    assert [(field.name, str(field.type)) for field in schema] == [
        ("draw", "int32"),
        ("schedule", "string"),
        ("month", "date32[day]"),
        ("team", "string"),
        ("measure", "string"),
        ("value", "double"),
    ]


def test_monthly_records_are_those_of_each_draw_in_order(tmp_path: Path) -> None:
    asked = study(draws=3)
    conduct(asked, tmp_path, Here())
    rates = [rates_of(asked.plan, draw) for draw in range(3)]
    expected = pd.concat(
        [records(asked.plan, draw, rates[draw], asked.simulate) for draw in range(3)], ignore_index=True
    )
    read = store.monthly(tmp_path).astype({"schedule": "str", "team": "str", "measure": "str"})
    pd.testing.assert_frame_equal(read, expected)
    assert tuple(read.columns) == COLUMNS


def test_blocks_of_draws_add_up_to_all_records(tmp_path: Path) -> None:
    conduct(study(draws=5), tmp_path, Here())
    blocks = list(store.blocks(tmp_path, 2))
    assert [sorted(block["draw"].unique()) for block in blocks] == [[0, 1], [2, 3], [4]]
    assert sum(map(len, blocks)) == len(store.monthly(tmp_path))


def test_inputs_of_each_draw_are_kept(tmp_path: Path) -> None:
    asked = study(draws=4)
    conduct(asked, tmp_path, Here())
    draws, rates = store.table(tmp_path, store.DRAWS), store.table(tmp_path, store.RATES)
    assert list(draws.columns) == ["draw", *Town().quantities]
    assert draws["draw"].tolist() == rates["draw"].tolist() == [0, 1, 2, 3]
    assert rates["arrivals.family"].tolist() == [rates_of(asked.plan, draw)["arrivals.family"] for draw in range(4)]


def with_drift(plan: Plan, draw: int) -> dict[str, float]:
    """Give a draw's rates and how they drift."""
    return {**rates_of(plan, draw), "drift.demand.0": 0.0, "drift.demand.1": 0.1 * draw}


def test_how_rates_drift_is_kept_with_them(tmp_path: Path) -> None:
    conduct(replace(study(draws=3), rates=with_drift), tmp_path, Here())
    kept = store.table(tmp_path, store.RATES)
    assert kept["drift.demand.0"].tolist() == [0.0, 0.0, 0.0]
    assert kept["drift.demand.1"].tolist() == pytest.approx([0.0, 0.1, 0.2])


def test_the_manifest_says_what_was_run_and_from_what(tmp_path: Path) -> None:
    conduct(study(draws=4, seed=9, schedules=["as_published"]), tmp_path, Here())
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["scenario"], manifest["seed"], manifest["draws"]) == ("town", 9, 4)
    assert (manifest["draws_done"], manifest["complete"], manifest["years"]) == (4, True, 2)
    assert manifest["schedules"] == ["no_change", "as_published"]
    assert manifest["digest"] == "d1"
    assert {"python", "numpy", "pandas", "pyarrow"} <= set(manifest["packages"])
    assert {"version", "commit", "code", "start"} <= set(manifest)


def test_the_same_study_has_the_same_default_folder_and_another_has_another() -> None:
    asked = [study(), study(seed=2), study(draws=5), study(years=1), study(scenario=Town(digest="d2"))]
    folders = [store.default_folder(described(each)) for each in asked]
    assert len(set(folders)) == len(folders)
    assert store.default_folder(described(study())) == folders[0]
    assert folders[0].parts[:2] == ("outputs", "town")
    assert folders[0].name.startswith("seed1-draws6-years2-")


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (study(seed=2), "seed 1, not 2"),
        (study(draws=5), "6 draws, not 5"),
        (study(years=1), "2 years, not 1"),
        (
            study(schedules=["as_published"]),
            "schedules no_change, as_published, all_at_once, not no_change, as",
        ),
        (study(scenario=Town(name="village")), "scenario town, not village"),
        (study(scenario=Town(digest="d2")), "a scenario or calibration tables with other content"),
    ],
)
def test_a_folder_of_another_study_is_refused_with_the_reason(tmp_path: Path, other: Study, reason: str) -> None:
    claim(tmp_path, study())
    before = (tmp_path / "manifest.json").read_bytes()
    with pytest.raises(Problem, match=reason) as problem:
        claim(tmp_path, other)
    assert str(tmp_path) in str(problem.value)
    assert (tmp_path / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("version", "0.0.9", "familyflow 0.0.9, not"),
        ("code", "abc", "other code of the same version"),
        ("format", 0, "layout 0, not 1"),
    ],
)
def test_a_folder_of_another_version_is_refused(tmp_path: Path, key: str, value: object, reason: str) -> None:
    older = {**described(study()), key: value}
    (tmp_path / "manifest.json").write_text(json.dumps(older), encoding="utf-8")
    with pytest.raises(Problem, match=reason):
        claim(tmp_path, study())


def test_a_folder_of_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear", encoding="utf-8")
    with pytest.raises(Problem, match=r"holds 'letter.txt' but no manifest.json"):
        claim(tmp_path, study())
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"'])
def test_a_broken_manifest_is_a_problem(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match=r"manifest.json: is not a manifest"):
        claim(tmp_path, study())


@pytest.mark.parametrize("inside", ["file", "file/deeper"])
def test_a_file_in_the_place_of_a_folder_is_a_problem(tmp_path: Path, inside: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Problem, match=r"cannot be written: .* is a file"):
        claim(tmp_path / inside, study())


def test_a_new_folder_that_cannot_be_written_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise NO_SPACE

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(Problem, match=r"manifest.json: cannot be written: no space is left"):
        claim(tmp_path / "run", study())
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_keeps_finished_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if "draw-000002" in path.name:
            write(path, data[:100])
            raise NO_SPACE
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(Problem, match="no space is left on the disk"):
        conduct(study(), tmp_path, Here())
    assert store.finished(tmp_path, 6) == {0, 1}
    assert [path.name for path in tmp_path.rglob("*.partial")] == []
    monkeypatch.undo()
    conduct(study(), tmp_path, Here())
    assert store.joined(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such lock")
def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    with (
        store.claimed(tmp_path, described(study())),
        pytest.raises(Problem, match="another run is at work in it"),
    ):
        claim(tmp_path, study())
    claim(tmp_path, study())
    assert (tmp_path / "manifest.json").exists()


def test_what_a_killed_process_left_is_tidied_away(tmp_path: Path) -> None:
    (tmp_path / ".monthly.parquet.4711.partial").write_bytes(b"half")
    conduct(study(), tmp_path, Here())
    assert list(tmp_path.glob(".*")) == []


def test_an_equals_sign_in_the_path_adds_no_column(tmp_path: Path) -> None:
    conduct(study(), tmp_path / "year=2020", Here())
    assert tuple(store.monthly(tmp_path / "year=2020").columns) == COLUMNS
