"""All draws of a study, over any executor, in any order: what is finished is kept, the rest resumed."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from familyflow.experiment import draw as drawing
from familyflow.experiment import store
from familyflow.experiment.run import run
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from familyflow.experiment.plan import Plan
    from familyflow.experiment.run import Engine

Progress: TypeAlias = "Callable[[str, int, int], None]"
"""Told what is being done, how many are done and of how many; 0 of 0 when there is nothing to count."""
DRAWS: Final = "draws"
_LISTEN_SECONDS: Final = 1.0
"""Ctrl-C is answered within this time, on Windows too."""


@dataclass(frozen=True, eq=False)
class Study:
    """A plan, its engine, and what gives the fitted rates: a row a draw, from draw 0; a column a rate.

    Rates are asked for once: a study that is resumed has them in its folder.
    """

    plan: Plan
    rates: Callable[[], pd.DataFrame]
    engine: Engine[Any]


def silent(_doing: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def conduct(study: Study, folder: Path, executor: Executor, *, ahead: int = 1, tell: Progress = silent) -> None:
    """Run the draws that a folder lacks, `ahead` at a time, and join all; the bytes do not depend on how.

    Problem when the folder is another study's or cannot be written, or when a worker died; on Ctrl-C a
    KeyboardInterrupt that says how to resume. In each case finished draws are kept.
    """
    described, draws = store.manifest(study.plan), study.plan.draws
    with store.claimed(folder, described), _resumable(folder, draws):
        if store.joined(folder):
            tell(DRAWS, draws, draws)
            return
        done = store.finished(folder, draws)
        missing = [draw for draw in range(draws) if draw not in done]
        parts = _as_finished(missing, _begin(study, folder, executor), ahead)
        tell(DRAWS, len(done), draws)
        for count, (draw, part) in enumerate(parts, len(done) + 1):
            store.keep(folder, draw, part)
            store.note(folder, described, count, complete=False)
            tell(DRAWS, count, draws)
        tell("joining the draws", 0, 0)
        store.join(folder, described, draws)


def _begin(study: Study, folder: Path, executor: Executor) -> Callable[[int], Future[bytes]]:
    """Make what hands a draw to the executor; the inputs of all draws are in the folder from then on."""
    plan = study.plan
    store.made_once(folder / store.DRAWS, lambda: drawing.table(plan.scenario, plan.seed, plan.draws))
    rates = store.made_once(folder / store.RATES, lambda: _numbered(study.rates())).set_index("draw")
    return lambda draw: executor.submit(work, plan, draw, _of_draw(rates, draw), study.engine)


def work(plan: Plan, draw: int, rates: Mapping[str, float], engine: Engine[Any]) -> bytes:
    """Do one draw in whatever process this is, and give it as the bytes of its part."""
    return store.encoded(run(plan, draw, rates, engine))


def _as_finished(
    draws: Sequence[int], begin: Callable[[int], Future[bytes]], ahead: int
) -> Iterator[tuple[int, bytes]]:
    """Begin `ahead` draws at a time, and give each with its part when it is finished; a failed one raises."""
    waiting, running = deque(draws), dict[Future[bytes], int]()
    while waiting or running:
        while waiting and len(running) < ahead:
            draw = waiting.popleft()
            running[begin(draw)] = draw
        ready = wait(running, _LISTEN_SECONDS, FIRST_COMPLETED).done
        for future in sorted(ready, key=_failed):
            yield running.pop(future), future.result()


def _failed(future: Future[bytes]) -> bool:
    """Say whether a future that is done holds an exception."""
    return future.exception() is not None


def _numbered(rates: pd.DataFrame) -> pd.DataFrame:
    """Give rates with their draw as the first column."""
    return rates.rename_axis(index="draw").reset_index().astype({"draw": "int32"})


def _of_draw(rates: pd.DataFrame, draw: int) -> dict[str, float]:
    """Give one draw's rates by name."""
    return dict(zip(rates.columns, rates.loc[draw].to_numpy(dtype=float).tolist(), strict=True))


@contextmanager
def _resumable(folder: Path, draws: int) -> Iterator[None]:
    """Say what is kept, and how to go on, when a study stops early."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"stopped: {_kept(folder, draws)}") from None
    except BrokenExecutor as error:
        reason = "a worker process ended unexpectedly, perhaps for want of memory (fewer workers need less)"
        raise Problem(f"{reason}: {_kept(folder, draws)}") from error


def _kept(folder: Path, draws: int) -> str:
    """Say how many draws are kept where."""
    done = len(store.finished(folder, draws))
    return f"{done} of {draws} draws are finished and kept in {folder}; the same command goes on from there"
