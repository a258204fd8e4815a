"""A study's results: its tables, and all that shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from familyflow.experiment.study import Study
from familyflow.ground.progress import silent
from familyflow.report import console, publication
from familyflow.report.document import terminal
from familyflow.report.publication import PLAIN, Publication
from familyflow.results import json as results_json

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

    from familyflow.ground.progress import Progress
    from familyflow.results.json import Document


@dataclass(frozen=True, eq=False)
class Results(Study):
    """What a run left behind in its folder, as tidy tables, and the reports that are made of them."""

    @classmethod
    def of(cls, study: Study) -> Results:
        """Make results of a study."""
        return cls(study.plan, study.folder, study.central)

    def document(self) -> Document:
        """Give the results over the whole horizon as plain values."""
        return publication.document(self)

    def json(self) -> str:
        """Give the results over the whole horizon as JSON text."""
        return results_json.text(self.document())

    def show(self, file: IO[str] | None = None) -> None:
        """Print the findings on standard output or to a file."""
        console.show(terminal.sections(self), file)

    def write_workbook(self, path: Path) -> None:
        """Write the investment case as a workbook with live formulas; Problem when it cannot be."""
        publication.write_workbook(self, path)

    @property
    def saved(self) -> bool:
        """Say whether the findings lie in the folder."""
        return (self.folder / results_json.RESULTS).exists()

    def save(self, tell: Progress = silent, wanted: Publication = PLAIN) -> None:
        """Write money, findings, fit, figures, page and paper beside the monthly records; Problem when it cannot be."""
        publication.save(self, tell, wanted)

    def publish(self, tell: Progress = silent, wanted: Publication = PLAIN) -> None:
        """Write what readers see, or write it again: summaries, figures, page, paper; Problem when it cannot be."""
        publication.publish(self, tell, wanted)
