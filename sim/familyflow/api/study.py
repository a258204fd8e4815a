"""Run a study, whole or in slices, and open one that is finished, as results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.api.results import Results
from familyflow.engine import COMPILED
from familyflow.experiment import conduct
from familyflow.ground.progress import silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from familyflow.experiment.plan import Plan
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
) -> Results:
    """Run a plan, or resume it where it stopped, as `experiment.conduct.run` does."""
    found = conduct.run(plan, workers=workers, dask=dask, out=out, tell=tell, engine=engine, extent=extent)
    return Results.of(found)


def merge(scenario: Scenario, folders: Sequence[Path], out: Path, *, tell: Progress = silent) -> Results:
    """Put the slices of one study together, as `experiment.conduct.merge` does."""
    return Results.of(conduct.merge(scenario, folders, out, tell=tell))


def finished(folder: Path, name_or_path: str | Path | None = None) -> Results:
    """Open a finished run's folder, as `experiment.conduct.finished` does."""
    return Results.of(conduct.finished(folder, name_or_path))
