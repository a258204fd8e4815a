"""All draws of a study, over any executor, in any order: what is finished is kept, the rest resumed."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from familyflow.experiment import store
from familyflow.experiment.draw import sample
from familyflow.experiment.files import Unwritable
from familyflow.experiment.run import run
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from familyflow.experiment.plan import Plan, Slice
    from familyflow.experiment.run import Engine

Progress: TypeAlias = "Callable[[str, int, int], None]"
"""Told what is being done, how many are done and of how many; 0 of 0 when there is nothing to count."""
Rates: TypeAlias = "Callable[[Plan, int], Mapping[str, float]]"
"""Gives a draw's fitted rates by name, in whatever process does the draw."""
Task = TypeVar("Task")
Done = TypeVar("Done")
DRAWS: Final = "draws"
_LISTEN_SECONDS: Final = 1.0
"""Ctrl-C is answered within this time, on Windows too."""


@dataclass(frozen=True, eq=False)
class Study:
    """A plan, its engine, and what gives each draw's fitted rates by name.

    `fitting` is asked once, and only if a draw is missing, for a function of the plan and the draw that any process
    can be sent: each draw's rates are fitted where the draw is run. Those of a draw that are `known` are not fitted.
    """

    plan: Plan
    fitting: Callable[[], Rates]
    engine: Engine[Any]
    known: Mapping[int, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Until:
    """When a study may end before its last draw: looked at after every so many draws, whoever has run them.

    `enough` is told how many draws, all of them kept, there are.
    """

    every: int
    enough: Callable[[int], bool]


def silent(_doing: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def conduct(
    study: Study,
    folder: Path,
    executor: Executor,
    *,
    ahead: int = 1,
    tell: Progress = silent,
    until: Until | None = None,
) -> int:
    """Run the draws that a folder lacks, `ahead` at a time, join all and give their number.

    The bytes do not depend on how. Problem when the folder is another study's or cannot be written, or when a worker
    died; on Ctrl-C a KeyboardInterrupt that says how to resume. In each case finished draws are kept.
    """
    described = store.manifest(study.plan)
    with store.claimed(folder, described), resumable(partial(_kept, folder, study.plan.draws)):
        if joined := store.joined(folder):
            store.drop_parts(folder)  # a run may have been killed between the last table and this
            tell(DRAWS, joined, joined)
            return joined
        draws = _run_all(study, folder, executor, ahead, tell, until)
        tell("joining the draws", 0, 0)
        store.join(folder, described, draws)
        return draws


def conduct_slice(
    study: Study, part: Slice, folder: Path, executor: Executor, *, ahead: int = 1, tell: Progress = silent
) -> None:
    """Run one of several slices of a study's draws, as one of several machines; leave them to be merged."""
    described = {**store.manifest(study.plan), store.SLICE: str(part)}
    mine = part.of(study.plan.draws)
    with store.claimed(folder, described), resumable(partial(_kept, folder, study.plan.draws)):
        runner = _Runner(study, folder, executor, ahead, set(store.finished(folder, study.plan.draws)))
        for count in runner.run(mine):
            store.note(folder, described, count, complete=False)
            tell(DRAWS, count, len(mine))


def _run_all(study: Study, folder: Path, executor: Executor, ahead: int, tell: Progress, until: Until | None) -> int:
    """Run what is missing up to the last draw, or until there are enough; give how many."""
    described, most = store.manifest(study.plan), study.plan.draws
    runner = _Runner(study, folder, executor, ahead, set(store.finished(folder, most)))
    stops = [*range(until.every, most, until.every), most] if until else [most]
    for stop in stops:
        for count in runner.run(range(stop)):
            store.note(folder, described, count, complete=False)
            tell(DRAWS, count, most)
        if until and until.enough(stop):
            return stop
    return most


@dataclass(frozen=True, eq=False)
class _Runner:
    """Runs draws that are not yet kept; `done` are those that are."""

    study: Study
    folder: Path
    executor: Executor
    ahead: int
    done: set[int]

    @cached_property
    def rates(self) -> Rates:
        """What gives a draw's rates."""
        return self.study.fitting()

    def run(self, draws: Iterable[int]) -> Iterator[int]:
        """Run those of some draws that are missing; give how many are kept, first now and then after each."""
        yield len(self.done)
        missing = [draw for draw in draws if draw not in self.done]
        for draw, part in as_finished(missing, self._begin, self.ahead):
            store.keep(self.folder, draw, part)
            self.done.add(draw)
            yield len(self.done)

    def _begin(self, draw: int) -> Future[bytes]:
        """Hand a draw to the executor."""
        known = self.study.known.get(draw)
        rates = self.rates if known is None else partial(_as_known, known)
        return self.executor.submit(work, self.study.plan, draw, rates, self.study.engine)


def _as_known(rates: Mapping[str, float], _plan: Plan, _draw: int) -> Mapping[str, float]:
    """Give rates that are known already."""
    return rates


def work(plan: Plan, draw: int, rates: Rates, engine: Engine[Any]) -> bytes:
    """Do one draw in whatever process this is, and give it as the bytes of its part."""
    fitted = rates(plan, draw)
    return store.encoded(run(plan, draw, fitted, engine), sample(plan.scenario, plan.seed, draw), fitted)


def as_finished(
    tasks: Iterable[Task], begin: Callable[[Task], Future[Done]], ahead: int
) -> Iterator[tuple[Task, Done]]:
    """Begin `ahead` tasks at a time, and give each with its result when it is finished; a failed one raises."""
    waiting, running = deque(tasks), dict[Future[Done], Task]()
    while waiting or running:
        while waiting and len(running) < ahead:
            task = waiting.popleft()
            running[begin(task)] = task
        ready = wait(running, _LISTEN_SECONDS, FIRST_COMPLETED).done
        for future in sorted(ready, key=_failed):
            yield running.pop(future), future.result()


def _failed(future: Future[Done]) -> bool:
    """Say whether a future that is done holds an exception."""
    return future.exception() is not None


@contextmanager
def resumable(kept: Callable[[], str]) -> Iterator[None]:
    """Say what is kept, and how to go on, when a study stops early."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"stopped: {kept()}") from None
    except BrokenExecutor as error:
        reason = "a worker process ended unexpectedly, perhaps for want of memory (fewer workers need less)"
        raise Problem(f"{reason}: {kept()}") from error
    except Unwritable as error:
        raise Unwritable(f"{error}: {kept()}") from error


def _kept(folder: Path, draws: int) -> str:
    """Say how many draws are kept where."""
    done = len(store.finished(folder, draws))
    return f"{done} of {draws} draws are finished and kept in {folder}; the same command goes on from there"
