from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import Executor, Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import pytest
from fake_engine import Engine, Study, conduct, deadly, failing, quick, study, witness
from watched import MADE, children, digests, survivors, until_some_are_kept

from familyflow.experiment import batch, store
from familyflow.experiment.processes import Here, local
from familyflow.ground.problem import Problem
from familyflow.results import precision
from familyflow.results.measures import WHOLE
from familyflow.results.precision import Precision

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

P = ParamSpec("P")
T = TypeVar("T")
MEASURED = {"schedule": "as_published", "period": WHOLE, "measure": "net_saving_gbp"}
SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from fake_engine import conduct, study, with_pause
from familyflow.experiment.processes import local
engine = with_pause(float(sys.argv[4]))
with local(int(sys.argv[3])) as executor:
    try:
        conduct(study(engine), Path(sys.argv[2]), executor, ahead=4)
    except KeyboardInterrupt as stop:
        sys.exit(str(stop))
"""


class Backwards(Executor):
    """Does the latest of its tasks first, and only when somebody waits for one."""

    def __init__(self) -> None:
        """Start with nothing to do."""
        self.waiting: list[Callable[[], None]] = []

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Put a task aside until three are there, then do the latest first."""
        future: Future[T] = Future()
        self.waiting.append(lambda: future.set_result(fn(*args, **kwargs)))
        if len(self.waiting) == 3:
            for task in reversed(self.waiting):
                task()
            self.waiting.clear()
        return future


def whole(folder: Path, engine: Engine = quick) -> dict[str, str]:
    """Run the small study without interruption and give its files' digests."""
    conduct(study(engine), folder, Here())
    return digests(folder)


def start(folder: Path, workers: int, seconds: float, **environment: str) -> subprocess.Popen[str]:
    """Run the small study in a process group of its own, whose engine takes some seconds a run."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, MADE, str(folder), str(workers), str(seconds)],
        env={**os.environ, **environment},
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("workers", [2, 4])
def test_bytes_do_not_depend_on_the_number_of_processes(tmp_path: Path, workers: int) -> None:
    with local(workers) as executor:
        conduct(study(), tmp_path / "many", executor, ahead=2 * workers)
    assert digests(tmp_path / "many") == whole(tmp_path / "one")


def test_bytes_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    for hash_seed in ("1", "2"):
        running = start(tmp_path / hash_seed, 1, 0, PYTHONHASHSEED=hash_seed)
        assert running.communicate(timeout=60)[1] == ""
    assert digests(tmp_path / "1") == digests(tmp_path / "2") == whole(tmp_path / "here")


def test_bytes_do_not_depend_on_the_order_in_which_draws_finish(tmp_path: Path) -> None:
    conduct(study(), tmp_path / "backwards", Backwards(), ahead=3)
    assert digests(tmp_path / "backwards") == whole(tmp_path / "forwards")


def test_another_seed_gives_other_records(tmp_path: Path) -> None:
    conduct(study(seed=2), tmp_path / "two", Here())
    one = whole(tmp_path / "one")
    assert digests(tmp_path / "two")["monthly.parquet"] != one["monthly.parquet"]


def stopped_at(draw: int, folder: Path) -> Study:
    """Begin the small study and let one draw fail, so that those before it are kept."""
    with pytest.raises(Problem, match="cannot be simulated"):
        conduct(study(partial(failing, draw=draw)), folder, Here())
    return study()


def test_only_missing_draws_are_run_again(tmp_path: Path) -> None:
    folder, seen = tmp_path / "run", tmp_path / "seen"
    seen.mkdir()
    stopped_at(4, folder)
    (folder / "parts" / "draw-000001.parquet").unlink()
    conduct(study(partial(witness, folder=seen)), folder, Here())
    assert {path.name.split("-")[0] for path in seen.iterdir()} == {"1", "4", "5"}
    assert digests(folder) == whole(tmp_path / "whole")


def test_a_broken_part_is_run_again(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    again = stopped_at(4, folder)
    part = folder / "parts" / "draw-000002.parquet"
    part.write_bytes(part.read_bytes()[:-100])
    conduct(again, folder, Here())
    assert digests(folder) == whole(tmp_path / "whole")


def test_the_manifest_counts_finished_draws_while_a_study_runs(tmp_path: Path) -> None:
    stopped_at(4, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["draws_done"], manifest["complete"]) == (4, False)


def test_a_finished_study_is_not_run_again(tmp_path: Path) -> None:
    folder, seen = tmp_path / "run", tmp_path / "seen"
    seen.mkdir()
    before = whole(folder)
    conduct(study(partial(witness, folder=seen)), folder, Here())
    assert list(seen.iterdir()) == []
    assert digests(folder) == before


@pytest.mark.parametrize("lost", ["monthly.parquet", "draws.parquet", "rates.parquet"])
def test_a_finished_study_that_lost_a_table_is_made_again(tmp_path: Path, lost: str) -> None:
    before = whole(tmp_path)
    (tmp_path / lost).unlink()
    assert whole(tmp_path) == before


def test_progress_counts_from_what_was_kept_to_all(tmp_path: Path) -> None:
    stopped_at(4, tmp_path)
    told = []
    conduct(study(), tmp_path, Here(), tell=lambda *what: told.append(what))
    assert told == [("draws", 4, 6), ("draws", 5, 6), ("draws", 6, 6), ("joining the draws", 0, 0)]


def test_an_error_of_the_engine_in_a_worker_reaches_the_caller(tmp_path: Path) -> None:
    engine = partial(failing, draw=0, error=ZeroDivisionError)
    with pytest.raises(ZeroDivisionError, match="cannot be simulated"), local(2) as executor:
        conduct(study(engine), tmp_path, executor, ahead=2)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_worker_that_dies_is_reported_and_finished_draws_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(Problem, match="a worker process ended unexpectedly") as problem, local(2) as executor:
        conduct(study(partial(deadly, draw=4)), folder, executor, ahead=2)
    kept = len(store.finished(folder, 6))
    assert 0 < kept < 6
    assert f"{kept} of 6 draws are finished and kept in {folder}" in str(problem.value)
    conduct(study(), folder, Here())
    assert digests(folder) == whole(tmp_path / "whole")


@pytest.mark.skipif(sys.platform != "linux", reason="process groups and /proc as on Linux")
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_leaves_finished_draws_says_how_to_go_on_and_no_process(tmp_path: Path, workers: int) -> None:
    folder = tmp_path / "run"
    running = start(folder, workers, 0.3)
    until_some_are_kept(folder)
    born = children(running.pid)
    os.killpg(running.pid, signal.SIGINT)
    message = running.communicate(timeout=20)[1]
    kept = len(store.finished(folder, 6))
    assert 0 < kept < 6
    assert message == (
        f"stopped: {kept} of 6 draws are finished and kept in {folder}; the same command goes on from there\n"
    )
    assert survivors(born) == []
    conduct(study(), folder, Here())
    assert digests(folder) == whole(tmp_path / "whole")


@pytest.mark.skipif(sys.platform != "linux", reason="process groups and /proc as on Linux")
def test_a_killed_parent_leaves_no_worker_and_can_be_resumed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    running = start(folder, 2, 0.3)
    until_some_are_kept(folder)
    born = children(running.pid)
    running.kill()
    running.communicate(timeout=20)
    assert survivors(born) == []
    conduct(study(), folder, Here())
    assert digests(folder) == whole(tmp_path / "whole")


def sought(draws: int = 12, share: float = 0.05) -> Study:
    """Plan a small study that may stop early."""
    return study(draws=draws, precision=Precision(share, ("net_saving_gbp",)))


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[int]]:
    """Look after every four draws, find so many enough, and list how many there were at each look."""

    def find_enough(least: int) -> list[int]:
        seen: list[int] = []

        def is_reached(draws: pd.Series, asked: Precision) -> bool:
            assert asked == sought().plan.precision
            seen.append(len(draws))
            return len(draws) >= least

        monkeypatch.setattr(precision, "EVERY", 4)
        monkeypatch.setattr(precision, "is_reached", is_reached)
        return seen

    monkeypatch.setattr(batch, "priced", lambda _scenario, _monthly, samples: samples)
    monkeypatch.setattr(batch, "by_period", lambda _monthly, samples: samples.assign(**MEASURED))
    monkeypatch.setattr(batch, "statistics", lambda values: values["draw"])
    return find_enough


@pytest.mark.parametrize(("least", "draws"), [(1, 4), (5, 8), (9, 12), (99, 12)])
def test_a_study_stops_at_the_first_look_that_finds_enough(
    tmp_path: Path, looks: Callable[[int], list[int]], least: int, draws: int
) -> None:
    looks(least)
    assert conduct(sought(), tmp_path / "sought", Here()) == draws
    conduct(study(draws=draws), tmp_path / "plain", Here())
    found, plain = digests(tmp_path / "sought"), digests(tmp_path / "plain")
    assert {name: found[name] for name in found if name != "manifest.json"} == {
        name: plain[name] for name in plain if name != "manifest.json"
    }


def test_looks_come_at_the_same_draws_however_many_are_run_at_a_time(
    tmp_path: Path, looks: Callable[[int], list[int]]
) -> None:
    for ahead in (1, 3):
        seen = looks(99)
        conduct(sought(draws=10), tmp_path / str(ahead), Here(), ahead=ahead)
        assert seen == [4, 8]  # at the last draw there is nothing to decide


def test_a_study_that_stopped_early_is_known_again_by_its_precision(
    tmp_path: Path, looks: Callable[[int], list[int]]
) -> None:
    looks(5)
    conduct(sought(), tmp_path, Here())
    before, again = digests(tmp_path), looks(5)
    assert conduct(sought(), tmp_path, Here()) == 8
    assert again == []
    assert digests(tmp_path) == before
    with pytest.raises(Problem, match=r"precision 0\.05 of net_saving_gbp, not 0\.01 of net_saving_gbp"):
        conduct(sought(share=0.01), tmp_path, Here())
    with pytest.raises(Problem, match=r"precision 0\.05 of net_saving_gbp, not None"):
        conduct(study(draws=8), tmp_path, Here())


def test_a_study_stopped_before_it_has_enough_goes_on_to_the_same_end(
    tmp_path: Path, looks: Callable[[int], list[int]]
) -> None:
    looks(8)
    broken = study(partial(failing, draw=6), draws=12, precision=sought().plan.precision)
    with pytest.raises(Problem, match="cannot be simulated"):
        conduct(broken, tmp_path / "stopped", Here())
    conduct(sought(), tmp_path / "stopped", Here())
    conduct(sought(), tmp_path / "whole", Here())
    assert digests(tmp_path / "stopped") == digests(tmp_path / "whole")


class NeverAsked:
    """A central fit that nobody may ask for."""

    @property
    def solution(self) -> object:
        """Refuse."""
        raise AssertionError("fitted")


def test_rates_that_are_known_are_not_fitted(tmp_path: Path) -> None:
    known = {draw: {"rate": 1.0 + draw} for draw in range(2)}
    conduct(replace(study(draws=2), known=known, central=NeverAsked()), tmp_path / "run", Here())
    assert store.table(tmp_path / "run", store.RATES)["rate"].tolist() == [1.0, 2.0]


def test_nothing_is_fitted_for_a_study_that_is_finished(tmp_path: Path) -> None:
    conduct(study(draws=2), tmp_path, Here())
    assert conduct(replace(study(draws=2), central=NeverAsked()), tmp_path, Here()) == 2
