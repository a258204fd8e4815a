"""Run a study, whole or in slices, and open one that is finished."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from familyflow import scenario as scenarios
from familyflow.engine import COMPILED
from familyflow.experiment import batch, processes, readings, slices, store
from familyflow.experiment.batch import Batch
from familyflow.experiment.central import CentralFit
from familyflow.experiment.cluster import cluster
from familyflow.experiment.study import Study
from familyflow.ground.progress import silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from familyflow.experiment.plan import Plan, Slice
    from familyflow.ground.progress import Progress
    from familyflow.scenario import Scenario


def run(
    plan: Plan,
    *,
    workers: int | None = None,
    dask: str | None = None,
    out: Path | None = None,
    tell: Progress = silent,
    engine: str = COMPILED,
    extent: str | None = None,
) -> Study:
    """Run a plan, or resume it where it stopped, with one of `ENGINES` and the fitted rates.

    On so many processes of this machine, or on the Dask cluster whose scheduler is at an address. `extent` says how
    much of it is run under the other readings of the evidence too: `readings.FIRST`, `readings.EVERY`, or nothing.
    """
    folder = out or store.default_folder(store.manifest(plan))
    asked = Batch(plan, folder, CentralFit(plan.scenario, tell), engine)
    with cluster(dask) if dask else processes.hired(workers, plan.draws) as (executor, ahead):
        draws = batch.conduct(asked, executor, ahead=ahead, tell=tell)
        found = Study(replace(plan, draws=draws), folder, asked.central)
        if extent:
            readings.simulate(found, extent, executor, engine=engine, ahead=ahead, tell=tell)
    return found


def run_slice(
    plan: Plan,
    part: Slice,
    *,
    workers: int | None = None,
    out: Path | None = None,
    tell: Progress = silent,
    engine: str = COMPILED,
) -> Path:
    """Run one slice of a plan's draws, as one of several machines; return its folder, which `merge` takes."""
    folder = out or store.default_folder({**store.manifest(plan), store.SLICE: str(part)})
    asked = Batch(plan, folder, CentralFit(plan.scenario, tell), engine)
    with processes.hired(workers, len(part.of(plan.draws))) as (executor, ahead):
        batch.conduct_slice(asked, part, executor, ahead=ahead, tell=tell)
    return folder


def merge(scenario: Scenario, folders: Sequence[Path], out: Path, *, tell: Progress = silent) -> Study:
    """Put the slices of one study together, as if it had been one run; Problem when any draw is missing or twice."""
    plan = slices.plan_of(scenario, folders)
    slices.gather(folders, out, plan)
    return run(plan, workers=1, out=out, tell=tell, extent=readings.FIRST)


def finished(folder: Path, name_or_path: str | Path | None = None) -> Study:
    """Open a finished study in its folder; Problem when it is not one, or its scenario has changed.

    Without a scenario's name or path, the shipped one of the name that the folder has.
    """
    name = store.scenario_of(folder)
    reading, settings = store.asked_for(store.read_manifest(folder))
    scenario = scenarios.load(name_or_path or name, reading=reading, settings=settings)
    return Study(store.plan_of(folder, scenario), folder, CentralFit(scenario))
