"""Worker processes on this machine, and the same thing in this process when one is enough."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from threading import Thread, current_thread, main_thread
from types import ModuleType
from typing import TYPE_CHECKING, Final, ParamSpec, TypeAlias, TypeVar

from familyflow.ground.defaults import MOST_WORKERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

Inputs = ParamSpec("Inputs")
Result = TypeVar("Result")
Hire: TypeAlias = "Callable[[], AbstractContextManager[tuple[Executor, int]]]"
"""Lends an executor, and says how many tasks to hand out at a time."""

_ONE_THREAD: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)


def available() -> int:
    """Return the number of processors that this process may use."""
    usable = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(usable, MOST_WORKERS)


@contextmanager
def hired(workers: int | None, draws: int) -> Iterator[tuple[Executor, int]]:
    """Lend processes of this machine for so many draws, and say how many draws to hand out at a time."""
    count = min(workers or available(), draws)
    with local(count) as executor:
        yield executor, 2 * count - 1


@contextmanager
def local(workers: int) -> Iterator[Executor]:
    """Lend an executor of this many processes, or this process itself for one; no process outlives the block.

    An exception, Ctrl-C among them, ends the processes at once: what they had not handed over is lost.
    """
    pool = Workers(workers) if workers > 1 else Here()
    try:
        yield pool
    except BaseException:
        if isinstance(pool, Workers):
            pool.end()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


class Here(Executor):
    """Does each task at once, in this process."""

    def submit(self, fn: Callable[Inputs, Result], /, *args: Inputs.args, **kwargs: Inputs.kwargs) -> Future[Result]:
        """Do the task; its result, or its exception, is in the future."""
        future: Future[Result] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - whatever a task raises belongs to whoever asks for its result
            future.set_exception(error)
        return future


class Workers(ProcessPoolExecutor):
    """Processes of one thread each, deaf to Ctrl-C, that do not load the caller's script and end with it."""

    def __init__(self, workers: int) -> None:
        """Prepare for so many processes; each is started when a task needs it."""
        super().__init__(workers, multiprocessing.get_context("spawn"), _settle)

    def submit(self, fn: Callable[Inputs, Result], /, *args: Inputs.args, **kwargs: Inputs.kwargs) -> Future[Result]:
        """Hand over a task; a worker that is started for it is born as it should be."""
        with _one_thread(), _deaf(), _without_script():
            return super().submit(fn, *args, **kwargs)

    def end(self) -> None:
        """End the processes without waiting for their tasks."""
        for process in list((self._processes or {}).values()):
            process.terminate()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let children do linear algebra on one thread each: the processes already fill the machine."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _deaf() -> Iterator[None]:
    """Let children be born deaf to Ctrl-C, which a terminal sends to all: the parent alone answers it."""
    if sys.platform == "win32" or current_thread() is not main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _without_script() -> Iterator[None]:
    """Keep children from importing the caller's script, which would start the whole study again in each."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _settle() -> None:
    """Prepare a new worker: deaf to Ctrl-C on every system, and watching its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    """End this process when its parent is gone, were it killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
