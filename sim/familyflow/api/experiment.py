"""A scenario that is ready to be run, and its calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from familyflow import scenario as scenarios
from familyflow.api.study import run
from familyflow.calibrate.baseline import draft
from familyflow.calibrate.fit import account, fit
from familyflow.calibrate.trends.forecast import of_scenario
from familyflow.engine import COMPILED
from familyflow.experiment.plan import planned
from familyflow.experiment.readings import EVERY, FIRST
from familyflow.ground.defaults import DEFAULT_DRAWS, DEFAULT_SEED
from familyflow.ground.files import plain_words, writing
from familyflow.ground.progress import silent
from familyflow.ground.readings import CENTRAL
from familyflow.report.figures import style
from familyflow.report.html import fit as fit_page
from familyflow.report.publication import FIGURES, FIT
from familyflow.scenario.settings import with_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from familyflow.api.results import Results
    from familyflow.calibrate.fit import Account, Fit
    from familyflow.ground.progress import Progress
    from familyflow.results.precision import Precision
    from familyflow.scenario import Scenario

UNKNOWNS: Final = "unknowns.csv"
TENSION: Final = "tension.csv"
FIT_PAGE: Final = "fit.html"


def load(name_or_path: str | Path, *, reading: str = CENTRAL, settings: Sequence[str] = ()) -> Experiment:
    """Open a scenario by its shipped name or its path; Problem when it cannot be used.

    `reading` is a reading of the evidence, and `settings` are numbers set for this run, as "effect.care_entry=1".
    """
    return Experiment(scenarios.load(name_or_path, reading=reading, settings=settings))


def new(council: str, *, start: date | None = None, out: Path | None = None, force: bool = False) -> Experiment:
    """Write a scenario for a council from its published figures, and open it; Problem when that cannot be done.

    `start` is day 0 (31 March of the council's last year when none is given), `out` the file (the council's name in
    this folder); a file that is there stays unless `force` is given.
    """
    return load(draft.write(council, start=start, out=out, force=force).path)


@dataclass(frozen=True)
class Experiment:
    """A scenario that is ready to be run."""

    scenario: Scenario

    def __repr__(self) -> str:
        """Name it in one line."""
        schedules = len(self.scenario.schedules)
        return f"<{self.scenario.title}: {schedules} schedules from {self.scenario.start}, {self.scenario.years} years>"

    def with_(self, numbers: Mapping[str, float]) -> Experiment:
        """Set numbers of the scenario by id, as {"effect.care_entry": 0.8}; Problem for one that cannot be set."""
        return Experiment(with_settings(self.scenario, [f"{name}={value!r}" for name, value in numbers.items()]))

    def fit(self) -> Fit:
        """Fit the unknown rates to the published targets."""
        return fit(self.scenario)

    def calibrate(self, tell: Progress = silent) -> Calibration:
        """Fit the rates, sample their posterior, and give an account of both. Problem when no rates can be found."""
        return Calibration(account(self.scenario, tell))

    def run(  # noqa: PLR0913 - each is a choice
        self,
        *,
        draws: int = DEFAULT_DRAWS,
        schedules: Sequence[str] = (),
        years: int | None = None,
        seed: int = DEFAULT_SEED,
        workers: int | None = None,
        out: Path | None = None,
        tell: Progress = silent,
        engine: str = COMPILED,
        precision: Precision | None = None,
        every_reading: bool = False,
    ) -> Results:
        """Run every draw under each schedule, or resume the same run where it stopped.

        Without `schedules` all of them, without `years` the scenario's horizon, without `workers` as many
        processes as there are processors; `out` is a folder. `engine` is one of `ENGINES`: both give the same
        results. With a `precision`, only as many draws as it takes. The schedule that stands for the run
        is run under each other reading of the evidence on its first draws; `every_reading` runs every schedule and
        draw under each. Problem when something cannot be used.
        """
        plan = planned(self.scenario, draws=draws, schedules=schedules, years=years, seed=seed, precision=precision)
        return run(plan, workers=workers, out=out, tell=tell, engine=engine, extent=EVERY if every_reading else FIRST)


@dataclass(frozen=True, eq=False)
class Calibration:
    """A fit with its posterior, as tables and as a page."""

    account: Account

    def save(self, folder: Path, tell: Progress = silent) -> list[Path]:
        """Write page, tables and figures into a folder; give the paths of the first two. Problem when it cannot be."""
        tell("drawing the figures", 0, 0)
        found = self.account
        with plain_words(folder / FIGURES):
            (folder / FIGURES).mkdir(parents=True, exist_ok=True)
        ahead = of_scenario(found.scenario)
        drawn = fit_page.pictures(found, ahead)
        text = fit_page.page(found, drawn, ahead)
        with plain_words(folder / FIGURES):
            for picture in drawn:
                style.save(picture, folder / FIGURES)
        paths = {FIT: found.table, UNKNOWNS: found.unknowns, TENSION: found.tension}
        for name, table in paths.items():
            with writing(folder / name) as path:
                table.to_csv(path, index=False, lineterminator="\n")
        with writing(folder / FIT_PAGE) as path:
            path.write_text(text, encoding="utf-8")
        return [folder / FIT_PAGE, *(folder / name for name in paths)]
