"""The case under each reading of the evidence, as the terminal prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.report.console import tables
from familyflow.report.document.readings import _cell, legend, notes, titled
from familyflow.results.readings import NPV, ON_CP, Readings, cells, readings_of, schedules_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console


_WIDTHS: Final = (
    *(("", 30), ("Entries\naverted", 9), ("On CP\nplans", 10)),
    *(("Cost", 14), ("Net saving", 16), ("NPV of cash", 16)),
)


_PRINTED: Final = ("care_entries_averted", ON_CP, "programme_cost_gbp", "net_saving_gbp", NPV)


def show(console: Console, found: Readings, titles: Mapping[str, str]) -> None:
    """Print the case under each reading."""
    tables.rule(console, "The case under each reading of the evidence")
    console.print(legend(found))
    for schedule in schedules_of(found):
        console.print()
        table = tables.columns(titles[schedule], _WIDTHS)
        for name in readings_of(found):
            own = cells(found, name, schedule)
            written = (_cell(measure, own[measure], 0) for measure in _PRINTED)
            table.add_row(titled(name, found), *("\n".join(filter(None, each)) for each in written))
        console.print(table)
    for said in notes(found):
        console.print(said)
