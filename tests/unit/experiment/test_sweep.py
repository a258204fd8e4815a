from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import pytest
from fake_engine import Asked, Town, deadly, failing
from fake_sweep import EFFECT, GRID, MEASURES, PRICE, VACANCY, conduct, method, town_design
from watched import MADE, children, digests, survivors

from familyflow.experiment import store, sweep
from familyflow.experiment.design import Input
from familyflow.experiment.processes import Here, local
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    import pandas as pd

    from familyflow.scenario.model import Scenario

SCRIPT = """
import sys
from functools import partial
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from fake_sweep import conduct, method, town_design
from familyflow.experiment.processes import local
with local(int(sys.argv[3])) as executor:
    try:
        conduct(town_design(), method(float(sys.argv[4])), Path(sys.argv[2]), executor, ahead=3)
    except KeyboardInterrupt as stop:
        sys.exit(str(stop))
"""


class Wishes(Asked, total=False):
    inputs: tuple[Input, ...]
    draws: int
    scenario: Scenario


def swept(folder: Path, **asked: Unpack[Wishes]) -> pd.DataFrame:
    conduct(town_design(**asked), method(), folder, Here())
    return sweep.read_outcomes(folder)


def seen_folder(folder: Path) -> Path:
    for name in ("fits", "lives"):
        (folder / name).mkdir(parents=True)
    return folder


def test_there_is_a_row_for_each_point_schedule_measure_and_draw_in_that_order(tmp_path: Path) -> None:
    found = swept(tmp_path)
    keys = [*map(tuple, found[["point", "schedule", "measure", "draw"]].to_numpy().tolist())]
    schedules = ("no_change", "as_published", "all_at_once")
    assert keys == [(p, s, m, d) for p in range(12) for s in schedules for m in MEASURES for d in range(2)]


def test_a_point_is_the_study_of_a_scenario_with_its_inputs_fixed(tmp_path: Path) -> None:
    fixed = [Input(name, value, value, (value,)) for name, value in ((EFFECT, 0.9), (PRICE, 8000), (VACANCY, 0.3))]
    alone = swept(tmp_path / "alone", inputs=tuple(fixed))
    found = swept(tmp_path / "all")
    assert found[found["point"] == 11]["value"].tolist() == alone["value"].tolist()


def test_points_are_paired_and_every_other_quantity_is_sampled_as_ever(tmp_path: Path) -> None:
    found = swept(tmp_path).pivot_table("value", ["schedule", "measure", "draw"], "point")
    care = found.xs("children_in_care_end", level="measure")
    # The fake engine gives each of three teams the sum of all values and the draw's luck: what is the same cancels.
    assert (care[6] - care[0]).to_numpy() == pytest.approx(3 * 0.2)
    assert (care[2] - care[0]).abs().max() == 0  # another price only


def test_each_life_is_lived_once_and_each_draw_fitted_once_whatever_the_prices(tmp_path: Path) -> None:
    seen = seen_folder(tmp_path / "seen")
    conduct(town_design(), method(seen=seen), tmp_path / "run", Here())
    assert len(list((seen / "lives").iterdir())) == 2 * 2 * 2 * 3  # effects, vacancy rates, draws, schedules
    assert len(list((seen / "fits").iterdir())) == 2 * 2  # vacancy rates, draws
    assert sweep.read_outcomes(tmp_path / "run").equals(swept(tmp_path / "plain"))


def test_bytes_do_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    with local(2) as executor:
        conduct(town_design(), method(), tmp_path / "many", executor, ahead=3)
    swept(tmp_path / "one")
    assert digests(tmp_path / "many") == digests(tmp_path / "one")


def test_draws_of_a_life_may_be_done_part_by_part(tmp_path: Path) -> None:
    found = swept(tmp_path, inputs=GRID[1:2], draws=23)
    assert found["draw"].nunique() == 23
    assert len(found) == 23 * 3 * 3 * 2


def stopped(folder: Path) -> None:
    """Begin the sweep, and let its second life fail."""
    with pytest.raises(Problem, match=r"what_if: at effect.care_entry = 0.7, staff.vacancy_rate = 0.1: cannot be sim"):
        conduct(town_design(), method(simulate=partial(failing, draw=1)), folder, Here())


def test_only_missing_parts_are_run_again_and_the_bytes_are_those_of_one_run(tmp_path: Path) -> None:
    folder, seen = tmp_path / "run", seen_folder(tmp_path / "seen")
    swept(tmp_path / "whole")
    begun = method(simulate=partial(failing, draw=12))
    with pytest.raises(Problem, match="cannot be simulated"):
        conduct(town_design(draws=13), begun, folder, Here())
    kept = sorted(path.name for path in (folder / "parts").glob("life-*"))
    assert kept == ["life-000000-from-000000.parquet"]
    conduct(town_design(draws=13), method(seen=seen), folder, Here())
    again = {tuple(path.name.split()[:3]) for path in (seen / "lives").iterdir()}
    assert not {("0.7", "0.1", str(draw)) for draw in range(10)} & again
    assert list((seen / "fits").iterdir()) == []
    swept(tmp_path / "plain", draws=13)
    assert digests(folder) == digests(tmp_path / "plain")


def test_a_finished_sweep_is_not_run_again(tmp_path: Path) -> None:
    swept(tmp_path)
    before = digests(tmp_path)
    conduct(town_design(), method(simulate=partial(failing, draw=0)), tmp_path, Here())
    assert digests(tmp_path) == before
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["parts_done"] == 4


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"inputs": GRID[:2]}, "a sweep with other inputs, points or measures"),
        ({"inputs": (*GRID[:2], Input(VACANCY, 0.1, 0.4, (0.1, 0.4)))}, "a sweep with other inputs"),
        ({"draws": 3}, "2 draws, not 3"),
        ({"seed": 2}, "seed 1, not 2"),
        ({"scenario": Town(digest="d2")}, "a scenario or calibration tables with other content"),
    ],
)
def test_a_folder_with_another_design_is_refused(tmp_path: Path, asked: Wishes, says: str) -> None:
    stopped(tmp_path)
    with pytest.raises(Problem, match=f"holds another study .*{says}"):
        swept(tmp_path, **asked)


def test_a_sweep_is_no_run_of_its_scenario_and_a_run_no_sweep(tmp_path: Path) -> None:
    swept(tmp_path / "sweep")
    plan = town_design().plan
    with (
        pytest.raises(Problem, match="a sweep with other inputs"),
        store.claimed(tmp_path / "sweep", store.manifest(plan)),
    ):
        pass


def test_the_default_folder_belongs_to_the_design() -> None:
    one, same = sweep.default_folder(town_design()), sweep.default_folder(town_design())
    assert one == same
    assert one.parent == Path("outputs/sweeps")
    assert one.name.startswith("what_if-")
    assert sweep.default_folder(town_design(inputs=GRID[:1])) != one


def test_points_are_joined_to_their_inputs() -> None:
    points = sweep.read_points(town_design())
    assert list(points.columns) == ["point", EFFECT, PRICE, VACANCY]
    assert points.iloc[-1].tolist() == [11, 0.9, 8000, 0.3]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_worker_that_dies_is_reported_and_finished_parts_are_kept(tmp_path: Path) -> None:
    dying = method(simulate=partial(deadly, draw=10))
    with pytest.raises(Problem, match="a worker process ended unexpectedly") as problem, local(2) as executor:
        conduct(town_design(draws=11), dying, tmp_path / "run", executor, ahead=1)
    assert f"1 part of the sweep is finished and kept in {tmp_path / 'run'}" in str(problem.value)
    swept(tmp_path / "run", draws=11)
    swept(tmp_path / "whole", draws=11)
    assert digests(tmp_path / "run") == digests(tmp_path / "whole")


@pytest.mark.skipif(sys.platform != "linux", reason="process groups and /proc as on Linux")
def test_ctrl_c_leaves_finished_parts_says_how_to_go_on_and_no_process(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    running = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, MADE, str(folder), "2", "0.3"],
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(folder.glob("parts/life-*")):
        assert running.poll() is None
    born = children(running.pid)
    os.killpg(running.pid, signal.SIGINT)
    message = running.communicate(timeout=30)[1]
    assert "finished and kept in" in message
    assert message.startswith("stopped: ")
    assert message.endswith("the same command goes on from there\n")
    assert survivors(born) == []
    swept(folder)
    swept(tmp_path / "whole")
    assert digests(folder) == digests(tmp_path / "whole")
