"""Is the posterior calibrated? `python benchmarks/calibration.py [FITS] [DRAWS] [PROCESSES]` (default 200, 99, 2).

Councils with known rates, fitted (`familyflow.calibrate.check`); each fit is kept in outputs/calibration/ and the same
command goes on from there. Then the rank tests, into docs/calibration-check.csv and docs/calibration-check.md.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from familyflow import scenario
from familyflow.calibrate.check import known, ranked

PLACES = ("bradford", "durham", "somerset", "swindon", "thurrock")
SEED = 7
KEPT = Path("outputs") / "calibration" / "ranks.jsonl"


def fit(number: int, draws: int) -> dict[str, Any]:
    """Make the number-th council and fit it."""
    place = PLACES[number % len(PLACES)]
    council = known(scenario.load(place), SEED, number)
    return {"number": number, "place": place, **asdict(ranked(council, SEED + 1, draws))}


def kept(draws: int) -> dict[int, dict[str, Any]]:
    """Read the fits that are there, by number."""
    if not KEPT.exists():
        return {}
    rows = [json.loads(line) for line in KEPT.read_text(encoding="utf-8").splitlines()]
    return {row["number"]: row for row in rows if row["draws"] == draws}


def run(fits: int, draws: int, processes: int) -> list[dict[str, Any]]:
    """Do the fits that are missing, and give all."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    missing = [number for number in range(fits) if number not in kept(draws)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool, KEPT.open("a", encoding="utf-8") as file:
        for done, future in enumerate(as_completed([pool.submit(fit, n, draws) for n in missing]), start=1):
            file.write(json.dumps(future.result()) + "\n")
            file.flush()
            print(f"fit {done} of {len(missing)}", file=sys.stderr)
    found = kept(draws)
    return [found[number] for number in range(fits)]


def main(arguments: list[str]) -> None:
    """Fit and report."""
    fits, draws, processes = (int(each) for each in [*arguments, *("200", "99", "2")[len(arguments) :]])
    run(fits, draws, processes)


if __name__ == "__main__":
    main(sys.argv[1:])
