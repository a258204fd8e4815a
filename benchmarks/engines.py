"""The two engines side by side, in one process and one run: `python benchmarks/engines.py [SCENARIO ...]`.

For each scenario, five years of its planned schedule at central values: records written, processor seconds and
nanoseconds a record of the reference (SimPy) and of the compiled engine (the least of three), their ratio, and where
the compiled engine's time goes. A record is a state change: somebody enters or leaves a stage, begins or ends a wait,
an offer, a programme or a harm, or changes worker; timers that were overtaken and news that moved nobody are none.
Both engines write the same records; that is checked here too.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from familyflow import scenario
from familyflow.calibrate.fit.solve import flat, solve
from familyflow.engine import compiled, make_ready, prepare, reference, tally, world
from familyflow.engine.compiled import build, town
from familyflow.engine.ledger import Ledger
from familyflow.ground import paths

if TYPE_CHECKING:
    from collections.abc import Callable

    from familyflow.engine.world import World

T = TypeVar("T")
YEARS = 5
SEED = 1
SCHEDULE = "as_published"
TIMES = 3
AIM_RATIO, AIM_NANOSECONDS = 100, 250
"""What is aimed at: compiled over reference, and the compiled engine's nanoseconds a record."""


def timed(do: Callable[[], T], times: int = TIMES) -> tuple[float, T]:
    """Do something a few times; return the least processor time in seconds, and the last result."""
    least = np.inf
    for _ in range(times):
        began = time.process_time()
        result = do()
        least = min(least, time.process_time() - began)
    return float(least), result


def lived(name: str) -> World:
    """Return a scenario's planned schedule, ready to be lived at central values."""
    loaded = scenario.load(name)
    values = loaded.central()
    start = prepare(loaded, values, flat(solve(loaded, values)), SEED, 0, YEARS)
    make_ready(start)
    return world.under(start, SCHEDULE)


def compare(name: str) -> None:
    """Time both engines on one scenario and print a line, then where the compiled engine's time goes."""
    here = lived(name)
    slow, told = timed(lambda: np.concatenate(list(reference.live(here))), 1)
    fast, retold = timed(lambda: list(compiled.live(here)))
    records = len(told)
    same = np.array_equal(told, np.concatenate(retold))
    print(
        f"{name:<10}{records:>9,d} records  reference {slow:6.2f} s ({slow / records * 1e9:6,.0f} ns)"
        f"  compiled {fast:6.3f} s ({fast / records * 1e9:4.0f} ns)  ratio {slow / fast:4.0f}  same: {same}"
    )
    laid, arrays = timed(lambda: build.arrays(here))
    events, _ = timed(lambda: _stretches(here))
    ledger = Ledger(here, tuple(retold))
    added, _ = timed(lambda: tally.of(retold, ledger.edges, ledger.columns))
    print(
        f"{'':<10}laid out {laid:.3f} s, {len(arrays.families):,d} families awake of {len(here.start.families):,d};"
        f" lived {events - laid:.3f} s ({(events - laid) / records * 1e9:.0f} ns a record);"
        f" added up {added:.3f} s"
    )


def _stretches(here: World) -> None:
    """Live a world and throw its records away."""
    arrays = build.arrays(here)
    while town.stretch(arrays) == town.FULL:
        arrays.counts["log"] = 0
        arrays = build.grown(arrays)


def main(names: list[str]) -> None:
    """Compare the engines on each scenario."""
    print(f"aims: ratio {AIM_RATIO} or more, {AIM_NANOSECONDS} ns a record or fewer; a record is one state change")
    for name in names or paths.names("scenarios", ".toml"):
        compare(name)


if __name__ == "__main__":
    main(sys.argv[1:])
