"""Run a design of many points, and give what explains the differences between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from familyflow.api.pricing import priced
from familyflow.api.study import fitted_rates
from familyflow.calibrate import central as central_fit
from familyflow.calibrate.moments import make_engine_ready
from familyflow.calibrate.solve import reads
from familyflow.economics import lines
from familyflow.engine import measure, prepare
from familyflow.experiment import design, processes, store
from familyflow.experiment import sweep as sweeping
from familyflow.experiment.batch import silent
from familyflow.experiment.files import writing
from familyflow.experiment.run import Engine
from familyflow.ground.readings import CENTRAL
from familyflow.report import json as report_json
from familyflow.report import sensitivity, sweeps, tables
from familyflow.report.measures import MEASURES, NO_CHANGE, OVER_ALL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    import pandas as pd

    from familyflow.experiment.batch import Progress
    from familyflow.experiment.design import Design
    from familyflow.scenario import Scenario


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
        sweeping.conduct(wanted, partial(_method, wanted, tell), folder, executor, ahead=ahead, tell=tell)
    return Sweep(wanted, folder)


def _method(asked: Design, tell: Progress) -> sweeping.Method:
    """Give how a design is run."""
    scenario = asked.plan.scenario
    return sweeping.Method(
        central_fit,
        fitted_rates,
        Engine(prepare, measure),
        partial(_measured, measures=asked.measures),
        reads(scenario),
        lines.reads(lines.lines_for(scenario.quantities)),
        partial(make_engine_ready, scenario, tell),
    )


def _measured(
    scenario: Scenario, monthly: pd.DataFrame, samples: pd.DataFrame, *, measures: Sequence[str]
) -> pd.DataFrame:
    """Give schedule, measure, draw and value of some measures over the whole horizon.

    No change has none of those that compare with it.
    """
    values = tables.measures(monthly, priced(scenario, monthly, samples))
    plain = values.astype({"schedule": str, "measure": str})
    compared = [each.name for each in MEASURES if each.difference]
    shown = (plain["schedule"] != NO_CHANGE) | ~plain["measure"].isin(compared)
    return plain[plain["measure"].isin(measures) & shown]


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
        """Inputs joined to outcomes: a row a point, schedule and measure, with the columns of `sensitivity.table`."""
        return sensitivity.table(self.outcomes, sweeping.read_points(self.design))

    @cached_property
    def indices(self) -> pd.DataFrame:
        """Give the share of the variation between points that each input explains, as `sensitivity.indices` says."""
        return sensitivity.indices(self.design, self.outcomes)

    @cached_property
    def main_effects(self) -> pd.DataFrame:
        """What each level of a grid's inputs does; empty for another design."""
        return sensitivity.main_effects(self.design, self.outcomes)

    def json(self) -> str:
        """Give design, table and indices as JSON text."""
        return report_json.text(sweeps.document(self.design, self.table, self.indices, self.main_effects))

    def show(self, file: IO[str] | None = None) -> None:
        """Print what was found on standard output or to a file."""
        sweeps.show(self.design, self.table, self.indices, self.main_effects, file)

    def save(self) -> None:
        """Write the tables beside the outcomes; Problem when it cannot be."""
        store.write_table(self.table, self.folder / sweeps.TABLE)
        found = {sweeps.INDICES: self.indices}
        if not self.main_effects.empty:
            found[sweeps.MAIN_EFFECTS] = self.main_effects
        for name, frame in found.items():
            with writing(self.folder / name) as path:
                frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
