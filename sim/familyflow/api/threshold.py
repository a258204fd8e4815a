"""What would have to be true for a schedule to save a sum by a date, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from familyflow.engine import COMPILED
from familyflow.experiment import threshold
from familyflow.ground.progress import silent
from familyflow.report import console
from familyflow.report.document.threshold import answers

if TYPE_CHECKING:
    from datetime import date
    from typing import IO

    import pandas as pd

    from familyflow.experiment.plan import Plan
    from familyflow.ground.progress import Progress
    from familyflow.results.threshold import Required


@dataclass(frozen=True, eq=False)
class Threshold:
    """What would have to be true."""

    found: Required

    @property
    def table(self) -> pd.DataFrame:
        """Every setting that was simulated: columns as `results.threshold.COLUMNS`."""
        return self.found.table

    def show(self, file: IO[str] | None = None) -> None:
        """Print the answers on standard output or to a file."""
        console.show([answers(self.found)], file)


def require(
    plan: Plan, saving: float, by: date, *, workers: int | None = None, tell: Progress = silent, engine: str = COMPILED
) -> Threshold:
    """Find what would have to be true, as `experiment.threshold.require` does."""
    return Threshold(threshold.require(plan, saving, by, workers=workers, tell=tell, engine=engine))
