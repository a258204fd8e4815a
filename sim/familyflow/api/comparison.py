"""Finished runs side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from familyflow.ground.files import plain_words, writing
from familyflow.report import console
from familyflow.report.document.comparison import side_by_side as shown
from familyflow.report.html.comparison import page
from familyflow.results import comparison as side_by_side
from familyflow.results import json as report_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from familyflow.api.results import Results
    from familyflow.results.comparison import Run
    from familyflow.results.json import Document


def compare(runs: Sequence[Results | Path], schedules: Sequence[str] = ()) -> Comparison:
    """Put finished runs side by side: results at hand, or the folders of runs that were saved.

    Of each run all schedules, or those named and no change. Problem when a folder holds no such results.
    """
    found = [(str(run if isinstance(run, Path) else run.folder), _document(run)) for run in runs]
    chosen = [(name, report_json.only(document, schedules, name)) for name, document in found]
    return Comparison(tuple(side_by_side.labelled(chosen)))


def _document(run: Results | Path) -> Document:
    """Return a run's document."""
    return report_json.read(run / report_json.RESULTS) if isinstance(run, Path) else run.document()


@dataclass(frozen=True, eq=False)
class Comparison:
    """Runs side by side."""

    runs: tuple[Run, ...]

    def json(self) -> str:
        """Return the rows, the notes and the runs' own documents as JSON text."""
        return report_json.text(side_by_side.document(self.runs))

    def show(self, file: IO[str] | None = None) -> None:
        """Print one table on standard output or to a file."""
        console.show([shown(self.runs)], file)

    def save(self, path: Path) -> None:
        """Write one HTML page; Problem when it cannot be."""
        with plain_words(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        with writing(path) as temporary:
            temporary.write_text(page(self.runs), encoding="utf-8")
