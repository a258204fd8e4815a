"""The same batch on a Dask scheduler and workers in processes of their own, on this machine's loopback only."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from fake_engine import conduct, study, with_pause
from watched import MADE, digests, until_some_are_kept

from familyflow.experiment import cluster as clusters
from familyflow.experiment import store
from familyflow.experiment.cluster import cluster, of_same_code
from familyflow.experiment.processes import Here
from familyflow.ground.problem import Problem

distributed = pytest.importorskip("distributed")

if TYPE_CHECKING:
    from collections.abc import Iterator

QUIET = ("--no-dashboard",)
WORKER = ("dask_worker", "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1", *QUIET)


def start(tool: str, *arguments: str) -> subprocess.Popen[str]:
    """Start one of Dask's tools."""
    here = os.pathsep.join([MADE, os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{tool}", *arguments],
        env={**os.environ, "PYTHONPATH": here},
        stderr=subprocess.DEVNULL,
        text=True,
    )


@contextmanager
def town_of(workers: int, folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """Lend the address of a scheduler on the loopback, and its workers."""
    found = folder / "scheduler.json"
    running = [start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(found), *QUIET)]
    try:
        for _ in range(400):
            if found.exists():
                break
            time.sleep(0.05)
        address = found.read_text(encoding="utf-8").partition('"address": "')[2].partition('"')[0]
        running += [start(*WORKER, address) for _ in range(workers)]
        wait_for(workers, address)
        yield address, running[1:]
    finally:
        for each in running:
            each.kill()
        for each in running:
            each.wait(10)


def wait_for(workers: int, address: str) -> None:
    """Wait until so many workers have joined."""
    if not workers:
        return
    with distributed.Client(address, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=30)


def test_a_cluster_gives_the_same_bytes_loses_only_a_dead_worker_s_draws_and_refuses_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conduct(study(draws=10), tmp_path / "here", Here())
    folder = tmp_path / "there"
    with town_of(2, tmp_path) as (address, workers):

        def kill_one() -> None:
            until_some_are_kept(folder)
            workers[0].kill()

        killer = Thread(target=kill_one)
        killer.start()
        with cluster(address) as (executor, ahead):
            assert ahead == 4
            conduct(study(with_pause(0.1), draws=10), folder, executor, ahead=ahead)
        killer.join()
        assert workers[0].wait(10) != 0
        assert digests(folder) == digests(tmp_path / "here")
        monkeypatch.setattr(clusters, "our_digest", lambda: "another")
        with pytest.raises(Problem, match="has another version of familyflow, or none"), cluster(address):
            pass


def test_a_scheduler_without_workers_is_refused(tmp_path: Path) -> None:
    with town_of(0, tmp_path) as (address, _):  # noqa: SIM117 - one after the other
        with pytest.raises(Problem, match=f"--dask {address}: the scheduler has no workers"), cluster(address):
            pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x"])
def test_an_address_where_nobody_answers_is_refused_in_seconds(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "ANSWER_SECONDS", 1)
    with pytest.raises(Problem, match=f"--dask {address}: no scheduler answers there"), cluster(address):
        pass


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Problem, match=r"pip install 'familyflow\[cluster\]'"), cluster("tcp://127.0.0.1:1"):
        pass


def test_a_worker_that_joins_later_with_other_code_does_no_draw() -> None:
    with pytest.raises(Problem, match="a worker that has joined has another version of familyflow"):
        of_same_code("another", store.joined, Path())
