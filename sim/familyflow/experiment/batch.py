"""All draws of a study, over any executor, in any order: what is finished is kept, the rest resumed."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import pandas as pd

from familyflow.calibrate.fit.posterior import of_draw
from familyflow.economics.pricing import DRAWS_AT_ONCE, priced
from familyflow.engine import COMPILED
from familyflow.experiment import store
from familyflow.experiment.run import run
from familyflow.ground.files import Unwritable
from familyflow.ground.problem import Problem
from familyflow.ground.progress import silent
from familyflow.results import precision
from familyflow.results.measures import WHOLE
from familyflow.results.summary import by_period, statistics
from familyflow.scenario.sampling import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from familyflow.calibrate.fit.solve import Solution
    from familyflow.experiment.central import CentralFit
    from familyflow.experiment.plan import Plan, Slice
    from familyflow.ground.progress import Progress

Task = TypeVar("Task")
Done = TypeVar("Done")
DRAWS: Final = "draws"
_LISTEN_SECONDS: Final = 1.0
"""Ctrl-C is answered within this time, on Windows too."""


@dataclass(frozen=True, eq=False)
class Batch:
    """The draws of a plan, kept in a folder, and what each is made of: an engine's name, and fitted rates.

    The central fit is asked for only when a draw is missing, and each draw's rates are fitted where the draw is run;
    those of a draw that are `known` are not fitted.
    """

    plan: Plan
    folder: Path
    central: CentralFit
    engine: str = COMPILED
    known: Mapping[int, Mapping[str, float]] = field(default_factory=dict)

    def begin(self, executor: Executor, draw: int) -> Future[bytes]:
        """Hand a draw to an executor."""
        if (rates := self.known.get(draw)) is not None:
            return executor.submit(simulated, self.plan, draw, rates, self.engine)
        return executor.submit(fitted_and_simulated, self.plan, draw, self.central.solution, self.engine)


def fitted_and_simulated(plan: Plan, draw: int, central: Solution, engine: str) -> bytes:
    """Fit one draw's rates, and simulate it, in whatever process this is."""
    return simulated(plan, draw, of_draw(plan.scenario, plan.seed, draw, central), engine)


def simulated(plan: Plan, draw: int, rates: Mapping[str, float], engine: str) -> bytes:
    """Simulate one draw with its rates, in whatever process this is, and return it as the bytes of its part."""
    return store.encoded(run(plan, draw, rates, engine), sample(plan.scenario, plan.seed, draw), rates)


def conduct(batch: Batch, executor: Executor, *, ahead: int = 1, tell: Progress = silent) -> int:
    """Run the draws that a folder lacks, `ahead` at a time, join all and return their number.

    The bytes do not depend on how. Problem when the folder is another study's or cannot be written, or when a worker
    died; on Ctrl-C a KeyboardInterrupt that says how to resume. In each case finished draws are kept.
    """
    plan, folder = batch.plan, batch.folder
    described = store.manifest(plan)
    with store.claimed(folder, described), resumable(partial(_kept, folder, plan.draws)):
        if joined := store.joined(folder):
            store.drop_parts(folder)  # a run may have been killed between the last table and this
            tell(DRAWS, joined, joined)
            return joined
        draws = _run_all(batch, described, executor, ahead, tell)
        tell("joining the draws", 0, 0)
        store.join(folder, described, draws)
        return draws


def conduct_slice(batch: Batch, part: Slice, executor: Executor, *, ahead: int = 1, tell: Progress = silent) -> None:
    """Run one of several slices of a plan's draws, as one of several machines; leave them to be merged."""
    plan, folder = batch.plan, batch.folder
    described = {**store.manifest(plan), store.SLICE: str(part)}
    mine = part.of(plan.draws)
    with store.claimed(folder, described), resumable(partial(_kept, folder, plan.draws)):
        done = set(store.finished(folder, plan.draws))
        for count in _run(batch, done, mine, executor, ahead):
            store.note(folder, described, count, complete=False)
            tell(DRAWS, count, len(mine))


def _run_all(batch: Batch, described: store.Manifest, executor: Executor, ahead: int, tell: Progress) -> int:
    """Run what is missing up to the last draw, or until the averages are as precise as is asked; return how many."""
    most, asked = batch.plan.draws, batch.plan.precision
    done = set(store.finished(batch.folder, most))
    seen: list[pd.DataFrame] = []
    first = 0
    for stop in [*range(precision.EVERY, most, precision.EVERY), most] if asked else [most]:
        for count in _run(batch, done, range(stop), executor, ahead):
            store.note(batch.folder, described, count, complete=False)
            tell(DRAWS, count, most)
        if asked and stop < most:
            seen += _measured(batch, asked, range(first, stop))
            first = stop
            if precision.is_reached(statistics(pd.concat(seen)), asked):
                return stop
    return most


def _measured(batch: Batch, asked: precision.Precision, draws: range) -> Iterator[pd.DataFrame]:
    """Measure, over the whole horizon, what is to be precise in draws that are kept, some draws at a time."""
    for first in draws[::DRAWS_AT_ONCE]:
        monthly, samples = store.kept(batch.folder, range(first, min(first + DRAWS_AT_ONCE, draws.stop)))
        values = by_period(monthly, priced(batch.plan.scenario, monthly, samples))
        plain = values.astype(dict.fromkeys(("schedule", "period", "measure"), str))
        yield plain[(plain["period"] == WHOLE) & plain["measure"].isin(asked.measures)]


def _run(batch: Batch, done: set[int], draws: Iterable[int], executor: Executor, ahead: int) -> Iterator[int]:
    """Run those of some draws that are not done; yield how many of all are, first now and then after each."""
    yield len(done)
    missing = [draw for draw in draws if draw not in done]
    for draw, part in as_finished(missing, partial(batch.begin, executor), ahead):
        store.keep(batch.folder, draw, part)
        done.add(draw)
        yield len(done)


def as_finished(
    tasks: Iterable[Task], begin: Callable[[Task], Future[Done]], ahead: int
) -> Iterator[tuple[Task, Done]]:
    """Begin `ahead` tasks at a time, and yield each with its result when it is finished; a failed one raises."""
    waiting, running = deque(tasks), dict[Future[Done], Task]()
    while waiting or running:
        while waiting and len(running) < ahead:
            task = waiting.popleft()
            running[begin(task)] = task
        ready = wait(running, _LISTEN_SECONDS, FIRST_COMPLETED).done
        for future in sorted(ready, key=_failed):
            yield running.pop(future), future.result()


def _failed(future: Future[Done]) -> bool:
    """Return whether a future that is done holds an exception."""
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
