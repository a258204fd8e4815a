"""How long a new process waits for machine code that is kept: `python benchmarks/first_use.py [SCENARIO]`.

In a process of its own: processor seconds to import the engine, to ask whether its code is kept, to compile it or read
it, and to live a day of nothing again, which is what is taken off. The first run after a change of the code compiles.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

AIM = 1.0
"""Seconds in which machine code is to be read."""


def one(name: str) -> dict[str, float]:
    """Measure this process."""
    began = time.process_time()
    from familyflow import engine, scenario  # noqa: PLC0415 - what is measured
    from familyflow.calibrate.fit.solve import flat, solve  # noqa: PLC0415

    imported = time.process_time()
    kept = engine.is_ready()
    asked = time.process_time()
    loaded = scenario.load(name)
    start = engine.prepare(loaded, loaded.central(), flat(solve(loaded, loaded.central())), 1, 0, 1)
    prepared = time.process_time()
    engine.make_ready(start)
    ready = time.process_time()
    engine.make_ready(start)
    again = time.process_time() - ready
    return {
        "import": imported - began,
        "is_ready": asked - imported,
        "kept": float(kept),
        "read": ready - prepared - again,
    }


def main(name: str) -> None:
    """Measure a new process twice: the first may have to compile."""
    for _ in range(2):
        command = [sys.executable, __file__, name, "one"]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - itself
        way = "read" if found["kept"] else "compiled"
        print(
            f"imported in {found['import']:.2f} s; asked in {found['is_ready']:.3f} s;"
            f" the engine {way} in {found['read']:.2f} s (aim, read: {AIM} s)"
        )


if __name__ == "__main__":
    if len(sys.argv) > 2:  # noqa: PLR2004 - a scenario and a mark: one measurement
        print(json.dumps(one(sys.argv[1])))
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else "somerset")
