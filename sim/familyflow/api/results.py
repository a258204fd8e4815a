"""A study's results: its tables, and all that shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from familyflow.experiment import trace
from familyflow.experiment.plan import known_schedule
from familyflow.experiment.study import Study
from familyflow.ground.problem import Problem, suggestion
from familyflow.ground.progress import silent
from familyflow.report import console, html, publication, words
from familyflow.report.document import terminal
from familyflow.report.figures.fan import levels
from familyflow.report.publication import PLAIN, Publication
from familyflow.results import json as results_json
from familyflow.results.investment_case import stands
from familyflow.results.monthly import council, titles_of

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

    import pandas as pd
    from matplotlib.figure import Figure

    from familyflow.ground.progress import Progress
    from familyflow.results.json import Document


@dataclass(frozen=True, eq=False)
class Results(Study):
    """What a run left behind in its folder, as tidy tables, and the reports that are made of them."""

    @classmethod
    def of(cls, study: Study) -> Results:
        """Make results of a study."""
        return cls(study.plan, study.folder, study.central)

    def __repr__(self) -> str:
        """Name it in one line."""
        plan = self.plan
        return f"<{plan.scenario.title}: {words.draws(plan.draws)} of {len(plan.schedules)} schedules in {self.folder}>"

    def _repr_html_(self) -> str:
        """Show the summary in a notebook."""
        return html.shown(publication.summary(self))

    def difference(self, schedule: str) -> pd.DataFrame:
        """Return what a schedule changes against no change on the same draws: a row a measure, over the whole horizon.

        Columns: measure, mean, p5, p95, mc_error. Errors: Problem for a schedule that was not run.
        """
        found = self.findings.differences
        return found[found["schedule"] == self._ran(schedule)].drop(columns="schedule").reset_index(drop=True)

    def plot(self, measure: str = "children_in_care") -> Figure:
        """Draw a monthly measure of the council, a panel a schedule, as fans over draws; Problem for an unknown one."""
        plan = self.plan
        titles = titles_of(plan.scenario, plan.schedules)
        return levels(council(self.monthly, [self._measured(measure)])[measure], titles).figure

    def events(self, draw: int = 0, schedule: str | None = None) -> pd.DataFrame:
        """Simulate one draw again and return everything that happens in it: columns as `experiment.trace.COLUMNS`.

        Without a schedule, that which stands for the run. Errors: Problem for a draw or schedule that was not run.
        """
        return trace.events(self.plan, self._drawn(draw), self._ran(schedule or stands(self.case)), self.central)

    def trace(self, family: int, draw: int = 0, schedule: str | None = None) -> list[tuple[float, str]]:
        """Return one family's life: (day, sentence), in order; empty for a family that never comes. As `events`."""
        chosen = self._ran(schedule or stands(self.case))
        return trace.traced(self.plan, self._drawn(draw), chosen, family, self.central)

    def _ran(self, schedule: str) -> str:
        """Return the name of a schedule that was run; Problem for another."""
        name = known_schedule(self.plan.scenario, schedule)
        if name not in self.plan.schedules:
            raise Problem(f"schedule = {name}: was not run; {', '.join(self.plan.schedules)} were")
        return name

    def _drawn(self, draw: int) -> int:
        """Return the number of a draw that was run; Problem for another."""
        if not 0 <= draw < self.plan.draws:
            raise Problem(f"draw = {draw}: must be from 0 to {self.plan.draws - 1}, the draws that were run")
        return draw

    def _measured(self, measure: str) -> str:
        """Return the name of a monthly measure; Problem for another."""
        names = sorted(map(str, self.monthly["measure"].unique()))
        if measure not in names:
            raise Problem(f"measure = {measure}: is not recorded by month{suggestion(measure, names)}")
        return measure

    def document(self) -> Document:
        """Return the results over the whole horizon as plain values."""
        return publication.document(self)

    def json(self) -> str:
        """Return the results over the whole horizon as JSON text."""
        return results_json.text(self.document())

    def show(self, file: IO[str] | None = None) -> None:
        """Print the findings on standard output or to a file."""
        console.show(terminal.sections(self), file)

    def write_workbook(self, path: Path) -> None:
        """Write the investment case as a workbook with live formulas; Problem when it cannot be."""
        publication.write_workbook(self, path)

    @property
    def saved(self) -> bool:
        """Return whether the findings lie in the folder."""
        return (self.folder / results_json.RESULTS).exists()

    def save(self, tell: Progress = silent, wanted: Publication = PLAIN) -> None:
        """Write money, findings, fit, figures, page and paper beside the monthly records; Problem when it cannot be."""
        publication.save(self, tell, wanted)

    def publish(self, tell: Progress = silent, wanted: Publication = PLAIN) -> None:
        """Write what readers see, or write it again: summaries, figures, page, paper; Problem when it cannot be."""
        publication.publish(self, tell, wanted)
