"""A study that is killed again and again, at moments nobody chose, ends as if it had run in one go."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from fake_engine import conduct, study, with_pause
from watched import children, digests

from familyflow.experiment import store
from familyflow.experiment.processes import Here, local
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

JOINING = {
    "as the first table is begun": (store, "writing"),
    "after the first table": (store, "_join_inputs"),
    "before the manifest says so": (store, "note"),
    "before the parts are gone": (store, "drop_parts"),
}
"""Moments while a study is joined: what is about to be called then."""

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="fork, and /proc as on Linux"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),  # the children only run and are killed
]

DRAWS = 80
PARENTS, WORKERS = 14, 6
LONGEST_SECONDS = 0.5


def parts(folder: Path) -> dict[str, bytes]:
    """Give the bytes of every draw that is kept."""
    return {path.name: path.read_bytes() for path in folder.glob("parts/draw-*.parquet")}


def end_at(moment: float, work: Callable[[], object]) -> None:
    """Do some work in a process of its own, and kill that at a moment."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def is_worker(process: int) -> bool:
    """Say whether a child does draws: Python has one more, which looks after what the others share."""
    return "spawn_main" in Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8")


def kill_a_worker(moment: float) -> None:
    """Kill one of this process's workers some time after there are any."""
    while not (born := [each for each in children(os.getpid()) if is_worker(each)]):
        time.sleep(0.01)
    time.sleep(moment)
    with suppress(ProcessLookupError):
        os.kill(born[-1], signal.SIGKILL)


@pytest.mark.long
def test_a_study_killed_at_twenty_random_moments_loses_no_draw_and_repeats_none(tmp_path: Path) -> None:
    folder, luck = tmp_path / "run", random.Random(7)  # noqa: S311 - no secret
    asked = study(with_pause(0.1), draws=DRAWS)
    for kill in range(PARENTS + WORKERS):
        before = parts(folder)
        if kill < PARENTS:
            end_at(luck.uniform(0, LONGEST_SECONDS), lambda: conduct(asked, folder, Here()))
        else:
            killer = Thread(target=kill_a_worker, args=[luck.uniform(0.6, 1.2)])
            killer.start()
            with suppress(Problem), local(2) as executor:
                conduct(asked, folder, executor, ahead=3)
            killer.join()
        assert not store.joined(folder), "all was done before it could be killed"
        assert before.items() <= parts(folder).items()
    conduct(study(draws=DRAWS), folder, Here())
    conduct(study(draws=DRAWS), tmp_path / "whole", Here())
    assert digests(folder) == digests(tmp_path / "whole")


def die(*_given: object, **_named: object) -> None:
    """Be killed."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("moment", JOINING)
def test_a_study_killed_while_it_joins_is_joined_by_the_next(tmp_path: Path, moment: str) -> None:
    folder, asked = tmp_path / "run", study()

    def doomed() -> None:
        module, called = JOINING[moment]
        join = store.join

        def join_and_die(folder: Path, described: Mapping[str, object], draws: int) -> None:
            setattr(module, called, die)
            join(folder, described, draws)

        store.join = join_and_die  # in a process that is killed
        conduct(asked, folder, Here())

    assert in_a_process_of_its_own(doomed) == signal.SIGKILL
    assert (folder / "parts").exists()
    conduct(asked, folder, Here())
    conduct(asked, tmp_path / "whole", Here())
    assert digests(folder) == digests(tmp_path / "whole")


def in_a_process_of_its_own(work: Callable[[], None]) -> int:
    """Do some work in a process of its own, and give the signal that ended it."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])
