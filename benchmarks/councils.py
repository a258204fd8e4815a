"""Write, load and fit a scenario for every council of the table: which of them work, which targets they miss.

Run from a checkout: python benchmarks/councils.py [COUNCIL...]; about seven seconds of processor time a council.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from familyflow import scenario
from familyflow.calibrate.baseline import draft
from familyflow.calibrate.evidence import councils
from familyflow.calibrate.fit.solve import CLOSE, solve
from familyflow.calibrate.fit.targets import TARGETS
from familyflow.ground.problem import Problem
from familyflow.scenario.timeline import build

if TYPE_CHECKING:
    from familyflow.calibrate.evidence.councils import Place
    from familyflow.scenario import Scenario


def made(place: Place, folder: Path) -> Scenario:
    """Write a council's scenario, load it, and build each of its schedules."""
    start = date(place.last, 3, 31) if place.successors else None
    path = draft.write(place.name, start=start, out=folder / "council.toml", force=True).path
    found = scenario.load(path)
    for name in found.schedules:
        build(found, name, found.central())
    return found


def missed(found: Scenario) -> list[str]:
    """Fit a scenario; name the fitted targets that end outside their range and not close to their value."""
    asked = [target for target in TARGETS if target.key in found.quantities]
    solved = solve(found, found.central())
    return [
        target.key
        for target, value in zip(asked, solved.expected, strict=True)
        for given in [found.quantities[target.key]]
        if not target.held_out and not given.low <= value <= given.high
        if abs(value - given.value) > CLOSE * given.value
    ]


def main(names: list[str]) -> None:
    """Print a line a council, then how often each target was missed, and which councils failed."""
    known, misses, failed = councils.read(), Counter[str](), list[str]()
    with tempfile.TemporaryDirectory() as folder:
        for name in names or known.councils():
            began = process_time()
            try:
                out = missed(made(councils.find(known, name), Path(folder)))
            except Problem as problem:
                failed.append(name)
                print(f"{name}: {problem}", flush=True)
                continue
            misses.update(out)
            print(f"{name}: {process_time() - began:.1f} s, missed {', '.join(out) or 'none'}", flush=True)
    print(f"\nfailed: {', '.join(failed) or 'none'}\nmissed: {dict(misses.most_common())}")


if __name__ == "__main__":
    main(sys.argv[1:])
