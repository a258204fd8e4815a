"""A real run's case under each reading: paired, resumed, and the same bytes however it is run."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from familyflow import api
from familyflow.experiment import readings as of_readings
from familyflow.experiment import run as running
from familyflow.experiment import store
from familyflow.ground.readings import READINGS

if TYPE_CHECKING:
    from pathlib import Path

    from familyflow.api import Results

pytestmark = pytest.mark.long
SETTINGS = ["effect.missed=1", "effect.ramp_months=1"]


def made(folder: Path, workers: int = 1, *, every: bool = False, reading: str = "central") -> Results:
    opened = api.load("swindon", reading=reading, settings=SETTINGS)
    return opened.run(draws=2, years=2, schedules=["all_at_once"], workers=workers, out=folder, every_reading=every)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Run two draws of two years, and their readings."""
    return made(tmp_path_factory.mktemp("readings") / "run")


def mean(results: Results, reading: str, measure: str) -> float:
    assert results.readings
    table = results.readings.table
    return float(table[(table["reading"] == reading) & (table["measure"] == measure)]["mean"].iloc[0])


def test_every_reading_has_its_row_on_the_same_draws(results: Results) -> None:
    assert results.readings
    assert list(results.readings.table["reading"].unique()) == list(READINGS)
    assert set(results.readings.table["draws"]) == {2}


def test_the_row_that_the_run_stands_on_is_the_runs_own_result(results: Results) -> None:
    own = results.summary.query("schedule == 'all_at_once' and period == 'all'").set_index("measure")["mean"]
    for measure in ("care_entries_averted", "programme_cost_gbp", "net_saving_gbp"):
        assert mean(results, "central", measure) == pytest.approx(own[measure])
    npv = results.appraisal.npv[:, results.activity.schedules.index("all_at_once")].mean()
    assert mean(results, "central", "npv_gbp") == pytest.approx(npv)


def test_the_workers_cost_the_same_under_each_reading_and_the_bold_one_has_fewer_plans(results: Results) -> None:
    costs = [mean(results, reading, "programme_cost_gbp") for reading in READINGS]
    assert costs == pytest.approx([costs[0]] * len(READINGS), rel=1e-9)
    assert mean(results, "innovator", "children_on_cp_end") < mean(results, "none", "children_on_cp_end")


def test_a_readings_draws_have_the_runs_values_and_rates(results: Results) -> None:
    other = results.folder / of_readings.FOLDER / "all_at_once" / "innovator"
    for table in (store.DRAWS, store.RATES):
        own, theirs = (store.table(folder, table) for folder in (results.folder, other))
        same = [name for name in own.columns if not name.startswith("effect.")]
        pd.testing.assert_frame_equal(own[same], theirs[same])
    assert set(store.table(other, store.DRAWS)["effect.cp_duration"]) == {0.514}
    assert set(store.table(other, store.DRAWS)["effect.missed"]) == {1.0}


def test_what_is_finished_is_not_worked_out_twice(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("simulated again")

    shutil.rmtree(results.folder / of_readings.FOLDER / "all_at_once" / "trial")
    again = made(results.folder)
    assert again.readings
    monkeypatch.setattr(running, "prepare", never)
    assert made(results.folder).readings


def test_bytes_do_not_depend_on_the_number_of_workers(results: Results, tmp_path: Path) -> None:
    other = made(tmp_path / "two", workers=2)
    for reading in ("none", "innovator"):
        names = [folder / of_readings.FOLDER / "all_at_once" / reading for folder in (results.folder, other.folder)]
        one, two = ((name / store.MONTHLY).read_bytes() for name in names)
        assert one == two


def test_the_manifest_says_what_was_asked_for_and_the_folder_is_opened_by_it(results: Results) -> None:
    manifest = json.loads((results.folder / store.MANIFEST).read_text(encoding="utf-8"))
    assert (manifest["reading"], manifest["settings"]) == ("central", SETTINGS)
    again = api.finished(results.folder)
    assert again.plan.scenario.digest == results.plan.scenario.digest
    assert again.readings


def test_another_reading_is_another_study(results: Results) -> None:
    scenario = api.load("swindon", reading="trial", settings=SETTINGS).scenario
    described = store.manifest(results.plan)
    other = {**described, "reading": "trial", "digest": scenario.digest}
    assert store.default_folder(described) != store.default_folder(other)
    assert "reading central, not trial" in store.differences(described, other)


def test_under_every_reading_all_draws_are_run(results: Results) -> None:
    every = made(results.folder, every=True)
    assert every.readings
    assert (results.folder / of_readings.FOLDER / "every-schedule" / "none").is_dir()
    assert np.isfinite(every.readings.table["mean"]).all()
