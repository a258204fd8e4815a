from __future__ import annotations

import os
import signal
import subprocess
import sys
from multiprocessing import active_children
from typing import TYPE_CHECKING

import pytest

from familyflow.experiment.processes import Here, Workers, available, local

if TYPE_CHECKING:
    from pathlib import Path


on_unix = pytest.mark.skipif(sys.platform == "win32", reason="signals as on Unix")


def test_one_worker_is_this_process() -> None:
    with local(1) as executor:
        assert executor.submit(os.getpid).result() == os.getpid()


def test_more_workers_are_other_processes() -> None:
    with local(2) as executor:
        assert executor.submit(os.getpid).result() != os.getpid()


def test_a_worker_computes_on_one_thread_and_leaves_the_parents_setting() -> None:
    before = os.environ.get("OMP_NUM_THREADS")
    with local(2) as executor:
        assert executor.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
    assert os.environ.get("OMP_NUM_THREADS") == before


@on_unix
def test_a_worker_is_deaf_to_ctrl_c_and_the_parent_is_not() -> None:
    before = signal.getsignal(signal.SIGINT)
    with local(2) as executor:
        assert executor.submit(signal.getsignal, signal.SIGINT).result() == signal.SIG_IGN
    assert signal.getsignal(signal.SIGINT) == before
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_task_of_this_process_that_fails_says_so_when_asked() -> None:
    future = Here().submit(int, "x")
    with pytest.raises(ValueError, match="invalid literal"):
        future.result()


@on_unix
def test_an_exception_ends_the_workers_at_once() -> None:
    others = active_children()
    pool = Workers(2)
    pool.submit(signal.pause)
    process = next(each for each in active_children() if each not in others)
    pool.end()
    pool.shutdown()
    assert process.exitcode == -signal.SIGTERM


def test_a_script_needs_no_guard_around_its_study(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "print('once')\n"
        "from familyflow.experiment.processes import local\n"
        "with local(2) as executor:\n"
        "    print(executor.submit(abs, -3).result())\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, check=True, text=True)
    assert done.stdout == "once\n3\n"


def test_some_processor_is_available() -> None:
    assert 1 <= available() <= 61
