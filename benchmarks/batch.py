"""How much memory a batch takes: `python benchmarks/batch.py [SCENARIO] [DRAWS ...]` (default thurrock, 100 and 10000).

One schedule and no change over one year, on two worker processes. The engine's own records of eight draws are taken in
turn instead of simulating, so that ten thousand draws take minutes: what a draw's families take is the engine's affair
(`scale.py`), what is kept of a draw until the end is the batch's. Everything else is what `familyflow run` does: tasks,
parts, manifest, joining, then the findings of its report. Each number of draws is run in a process of its own.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from familyflow import scenario
from familyflow.calibrate.fit.solve import flat, solve
from familyflow.engine import measure, prepare
from familyflow.experiment import store
from familyflow.experiment.batch import Batch, conduct
from familyflow.experiment.central import CentralFit
from familyflow.experiment.plan import planned
from familyflow.experiment.processes import hired
from familyflow.experiment.run import tidy
from familyflow.experiment.study import Study
from familyflow.scenario.sampling import sample

if TYPE_CHECKING:
    from familyflow.experiment.plan import Plan

SCHEDULES = ("no_change", "as_published")
SEED = 1
YEARS = 1
TAKEN = 8
"""Draws whose records are taken in turn."""
WORKERS = 2
MEGABYTE = 1024


@cache
def records(folder: str, draw: int, schedule: str) -> pd.DataFrame:
    """Read the records of one draw under one schedule."""
    return pd.read_parquet(Path(folder, f"{draw}-{schedule}.parquet"))


class InTurn(Executor):
    """Hands on, in place of a draw to be simulated, one of those that were."""

    def __init__(self, inner: Executor, folder: str) -> None:
        """Hand on to another executor."""
        self.inner, self.folder = inner, folder

    def submit(self, _fn: object, /, *given: Any) -> Future[bytes]:  # type: ignore[override] # noqa: ANN401 - a draw's
        """Hand on a draw, of (plan, draw, rates, engine)."""
        import batch  # type: ignore[import-not-found] # noqa: PLC0415 - itself, by a name that a worker can import

        handed: Future[bytes] = self.inner.submit(batch.again, self.folder, *given[:3])
        return handed


def again(folder: str, plan: Plan, draw: int, rates: dict[str, float]) -> bytes:
    """Return the records of one of the draws that were simulated, as the bytes of a part."""
    frames = {name: records(folder, draw % TAKEN, name) for name in plan.schedules}
    kept = pd.concat(frames, names=["schedule"]).reset_index("schedule")
    return store.encoded(tidy(kept, draw), sample(plan.scenario, plan.seed, draw), rates)


def simulate(name: str, folder: str) -> None:
    """Simulate the draws that are taken in turn, and keep their records and the central fit."""
    loaded = scenario.load(name)
    rates = flat(solve(loaded, loaded.central()))
    Path(folder, "rates.json").write_text(json.dumps(rates), encoding="utf-8")
    for draw in range(TAKEN):
        start = prepare(loaded, loaded.central(), rates, SEED, draw, YEARS)
        for schedule in SCHEDULES:
            measure(start, schedule).frame().to_parquet(Path(folder, f"{draw}-{schedule}.parquet"))


def one(name: str, folder: str, draws: int) -> dict[str, float]:
    """Run one batch, and give seconds and peak memory (MB) of parent and of the largest worker."""
    plan = planned(scenario.load(name), draws=draws, schedules=SCHEDULES[1:], years=YEARS, seed=SEED)
    rates = json.loads(Path(folder, "rates.json").read_text(encoding="utf-8"))
    out, central = Path(folder, f"run-{draws}"), CentralFit(plan.scenario)
    study = Batch(plan, out, central, known=dict.fromkeys(range(draws), rates))
    began = time.perf_counter()
    idle = peak(resource.RUSAGE_SELF)
    with hired(WORKERS, draws) as (executor, ahead):
        conduct(study, InTurn(executor, folder), ahead=ahead)
    found = {
        "draws": draws,
        "seconds": time.perf_counter() - began,
        "idle": idle,
        "parent": peak(resource.RUSAGE_SELF),
        "worker": peak(resource.RUSAGE_CHILDREN),
        "rows": float(len(records(folder, 0, SCHEDULES[0])) + len(records(folder, 0, SCHEDULES[1]))),
        "disk": sum(path.stat().st_size for path in out.iterdir()) / MEGABYTE**2,
    }
    results = Study(plan, out, central)
    return {**found, "measures": float(len(results.summary)), "reported": peak(resource.RUSAGE_SELF)}


def peak(whose: int) -> float:
    """Give the most memory that this process, or any child that has ended, has had (MB, as Linux counts)."""
    return resource.getrusage(whose).ru_maxrss / MEGABYTE


def main(name: str, sizes: list[int]) -> None:
    """Measure each number of draws."""
    alone = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    with tempfile.TemporaryDirectory() as folder:
        with alone:  # a process begins with the peak of the one that began it, so this one stays small
            alone.submit(simulate, name, folder).result()
        print(
            "  draws  seconds  rows a draw  disk MB | peak MB: parent idle  parent  worker | parent after the findings"
        )
        for draws in sizes:
            command = [sys.executable, __file__, name, folder, str(draws)]
            run = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - itself
            found = json.loads(run.stdout)
            print(
                f"{found['draws']:>7,}{found['seconds']:>9.0f}{found['rows']:>13,.0f}{found['disk']:>9.0f} |"
                f"{found['idle']:>21,.0f}{found['parent']:>8,.0f}{found['worker']:>8,.0f} |{found['reported']:>10,.0f}",
                flush=True,
            )


if __name__ == "__main__":
    if len(sys.argv) > 3 and not sys.argv[2].isdecimal():  # noqa: PLR2004 - a scenario, a folder and a number: one batch
        print(json.dumps(one(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else "thurrock", [int(each) for each in sys.argv[2:]] or [100, 10_000])
