"""Do both engines tell one story? `python benchmarks/one_story.py [SEEDS] [YEARS]` (default 20 seeds, 5 years).

Every shipped scenario, every schedule, every seed, at central values: the records of the two engines are compared byte
by byte. Two processes; about an hour and a quarter for 20 seeds and 5 years. Exits with 1 where any differ.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache

from familyflow import scenario
from familyflow.calibrate.fit.solve import flat, solve
from familyflow.engine import ENGINES, prepare, simulate
from familyflow.ground import paths


@cache
def rates(name: str) -> dict[str, float]:
    """Fit a scenario once in each process."""
    loaded = scenario.load(name)
    return flat(solve(loaded, loaded.central()))


def same(case: tuple[str, int, int]) -> list[tuple[str, int, bool]]:
    """Return, for each schedule of a scenario under one seed: its name, how many records, and whether they agree."""
    name, seed, years = case
    loaded = scenario.load(name)
    start = prepare(loaded, loaded.central(), rates(name), seed, 0, years)
    found = []
    for schedule in loaded.schedules:
        one, other = (simulate(start, schedule, engine).events for engine in ENGINES)
        found.append((schedule, len(one), one.tobytes() == other.tobytes()))
    return found


def main(arguments: list[str]) -> int:
    """Compare every case and say what was found."""
    seeds, years = (int(given) for given in (arguments + ["20", "5"][len(arguments) :]))
    cases = [(name, seed, years) for seed in range(1, seeds + 1) for name in paths.names("scenarios", ".toml")]
    compared = records = differ = 0
    with ProcessPoolExecutor(2) as workers:
        for (name, seed, _), found in zip(cases, workers.map(same, cases), strict=True):
            for schedule, count, agrees in found:
                compared, records, differ = compared + 1, records + count, differ + (not agrees)
                if not agrees:
                    print(f"{name}, {schedule}, seed {seed}: the engines differ")
            print(f"seed {seed}, {name}: {compared} runs, {records:,} records so far, {differ} differ", flush=True)
    print(f"{compared} runs of {years} years, {records:,} records: {differ} differ")
    return int(differ > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
