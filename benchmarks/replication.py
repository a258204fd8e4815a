"""Time and memory of one replication of the reference engine: `python benchmarks/replication.py [SCENARIO]`.

Prints processor seconds for the start (families drawn), the run (five years, no change) and the ledger, and the
process's peak memory. Rates are the central fit; its time is printed apart, as a batch fits once.
"""

from __future__ import annotations

import resource
import sys
import time
from typing import TYPE_CHECKING, TypeVar

from familyflow import scenario
from familyflow.calibrate.fit.solve import flat, solve
from familyflow.engine import prepare, simulate

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
YEARS = 5
SEED = 1


def timed(name: str, do: Callable[[], T]) -> T:
    """Do something and print the processor time that it took."""
    began = time.process_time()
    result = do()
    print(f"{name:<28}{time.process_time() - began:8.2f} s")
    return result


def main(name: str) -> None:
    """Measure one scenario."""
    loaded = scenario.load(name)
    values = loaded.central()
    rates = timed("fit (once a scenario)", lambda: flat(solve(loaded, values)))
    prepare(loaded, values, rates, SEED, 0, 1)
    start = timed("families drawn", lambda: prepare(loaded, values, rates, SEED, 0, YEARS))
    ledger = timed(f"{YEARS} years lived", lambda: simulate(start, "no_change"))
    timed("ledger", ledger.frame)
    print(f"{'families':<28}{len(start.families):8,d}")
    print(f"{'records':<28}{len(ledger.events):8,d}")
    print(f"{'peak memory':<28}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8,.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "somerset")
