"""A scenario with the assumptions that were edited in a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow import scenario as scenarios
from familyflow.ground.files import writing
from familyflow.ground.problem import Problem
from familyflow.report.xlsx import edits
from familyflow.scenario import amend

if TYPE_CHECKING:
    from pathlib import Path


def import_assumptions(book: Path, name_or_path: str | Path, out: Path) -> dict[str, tuple[float, float]]:
    """Write a scenario file with the assumptions that were edited in a workbook; give (before, after) by id.

    Problem when the workbook is another scenario's or holds what an input cannot be; then nothing is written.
    """
    scenario = scenarios.load(name_or_path)
    changed = edits.edits(book, scenario)
    text = scenario.path.read_text(encoding="utf-8")
    with writing(out) as temporary:
        made = amend.with_quantities(text, changed, edits.sources(book.name, changed))
        temporary.write_text(made, encoding="utf-8")
        found = scenarios.load(temporary)
        expected = {**scenario.quantities, **changed}
        if found.quantities != expected:
            raise Problem(f"{scenario.path}: its [parameters] cannot be amended line by line: edit the file by hand")
    return {name: (scenario.quantities[name].value, each.value) for name, each in changed.items()}
