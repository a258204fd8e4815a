"""Run a design of many points, and give what explains the differences between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from familyflow.experiment import design, indices, processes, store
from familyflow.experiment import sweep as sweeping
from familyflow.ground.files import writing
from familyflow.ground.progress import silent
from familyflow.ground.readings import CENTRAL
from familyflow.report import console
from familyflow.report.document import sweeps
from familyflow.results import json as results_json
from familyflow.results.measures import OVER_ALL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    import pandas as pd

    from familyflow.experiment.design import Design
    from familyflow.ground.progress import Progress


def load_design(path: str | Path, *, reading: str = CENTRAL, settings: Sequence[str] = ()) -> Design:
    """Read a sweep's design file, under a reading of the evidence and with numbers set; Problem when it cannot be."""
    return design.load(Path(path), OVER_ALL, reading, settings)


def sweep(
    asked: Design | str | Path, *, workers: int | None = None, out: Path | None = None, tell: Progress = silent
) -> Sweep:
    """Run a design, or resume it where it stopped: every point on the same families and keyed draws.

    Problem when something cannot be used. On Ctrl-C finished parts are kept.
    """
    wanted = asked if isinstance(asked, design.Design) else load_design(asked)
    folder = out or sweeping.default_folder(wanted)
    with processes.hired(workers, design.count(wanted) * wanted.plan.draws) as (executor, ahead):
        sweeping.conduct(wanted, folder, executor, ahead=ahead, tell=tell)
    return Sweep(wanted, folder)


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep left behind in its folder, as tidy tables."""

    design: Design
    folder: Path

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Every draw of every point: point, schedule, measure, draw, value. Points are paired draw by draw."""
        return sweeping.read_outcomes(self.folder)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Inputs joined to outcomes: a row a point, schedule and measure, with the columns of `indices.table`."""
        return indices.table(self.outcomes, sweeping.read_points(self.design))

    @cached_property
    def indices(self) -> pd.DataFrame:
        """Return the share of the variation between points that each input explains, as `indices.indices` says."""
        return indices.indices(self.design, self.outcomes)

    @cached_property
    def main_effects(self) -> pd.DataFrame:
        """What each level of a grid's inputs does; empty for another design."""
        return indices.main_effects(self.design, self.outcomes)

    def json(self) -> str:
        """Return design, table and indices as JSON text."""
        return results_json.text(indices.document(self.design, self.table, self.indices, self.main_effects))

    def show(self, file: IO[str] | None = None) -> None:
        """Print what was found on standard output or to a file."""
        console.show(sweeps.found(self.design, self.table, self.indices, self.main_effects), file)

    def save(self) -> None:
        """Write the tables beside the outcomes; Problem when it cannot be."""
        store.write_table(self.table, self.folder / indices.TABLE_FILE)
        found = {indices.INDICES_FILE: self.indices}
        if not self.main_effects.empty:
            found[indices.MAIN_EFFECTS_FILE] = self.main_effects
        for name, frame in found.items():
            with writing(self.folder / name) as path:
                frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
