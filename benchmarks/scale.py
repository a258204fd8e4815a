"""How the compiled engine grows: `python benchmarks/scale.py [SCENARIO]` (default somerset).

The scenario's planned schedule over five years, its population, flows and staff multiplied until there are as many
children as in all England. Each size is measured in a process of its own: seconds to draw the families, to live five
years and to add up, nanoseconds a record, and the process's peak memory.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

from familyflow import scenario
from familyflow.calibrate.fit.solve import flat, solve
from familyflow.engine import make_ready, measure, prepare

SIZES = (50_000, 200_000, 800_000, 3_000_000, 12_000_000)
"""Children under 18; the last is all England."""
YEARS = 5
SCHEDULE = "as_published"
GROWING = ("snapshot.", "population.")
MEGABYTE = 1024


def one(name: str, children: float) -> dict[str, float]:
    """Measure one size. Rates for each child are the same at every size, so one fit serves them all."""
    loaded = scenario.load(name)
    values = loaded.central()
    rates = flat(solve(loaded, values))
    factor = children / values["population.children"]
    grown = [key for key in values if key.startswith(GROWING) or key.endswith((".social_workers", ".key_workers"))]
    values |= {key: values[key] * factor for key in grown} | {
        key: value * factor for key, value in values.items() if key.startswith("post.")
    }
    rates |= {key: value * factor for key, value in rates.items() if key.startswith("arrivals.")}
    make_ready(prepare(loaded, loaded.central(), rates, 1, 0, 1))
    before = time.process_time()
    start = prepare(loaded, values, rates, 1, 0, YEARS)
    drawn = time.process_time()
    ledger = measure(start, SCHEDULE)
    tally = ledger.tally
    done = time.process_time()
    return {
        "children": children,
        "families": len(start.families),
        "awake": float((~start.asleep).sum()),
        "records": float(tally.number.sum()),
        "drawn": drawn - before,
        "lived": done - drawn,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE,
    }


def main(name: str) -> None:
    """Measure every size, each in a new process."""
    print("children      families        awake      records   drawn s   lived s  ns a record  peak MB")
    for children in SIZES:
        command = [sys.executable, __file__, name, str(children)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - itself
        each = found["lived"] / found["records"] * 1e9
        print(
            f"{found['children']:>10,.0f}{found['families']:>12,.0f}{found['awake']:>13,.0f}{found['records']:>13,.0f}"
            f"{found['drawn']:>10.2f}{found['lived']:>10.2f}{each:>13.0f}{found['memory']:>9,.0f}"
        )


if __name__ == "__main__":
    if len(sys.argv) > 2:  # noqa: PLR2004 - a scenario and a size: one measurement
        print(json.dumps(one(sys.argv[1], float(sys.argv[2]))))
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else "somerset")
