"""The sheets Bridge and After the run: values of the run, which follow no input, and sums of them by formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from familyflow.economics.bridge import ADDENDS, Row
from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd

    from familyflow.report.xlsx.cells import Sheet

BRIDGE: Final = "Bridge"
AFTER: Final = "After the run"
_VALUES: Final = f"Values of the run, which follow no input of this workbook. Low to high: {RANGE}."
_COLUMNS: Final = ("mean", "p5", "p95")
_HEADINGS: Final = ("average", "low", "high")


@dataclass(frozen=True, eq=False)
class Apart:
    """What stands apart from every total: tables as `results.apart` makes them; no bridge where none is published."""

    after: pd.DataFrame
    bridge: pd.DataFrame | None = None


def write_bridge(sheet: Sheet, table: pd.DataFrame, price_year: str, titles: Mapping[str, str]) -> None:
    """Write the steps from programme cost to the published budget; sums of averages are formulas."""
    sheet.text(0, 0, "From the run's cost to the published budget", "title")
    sheet.text(1, 0, f"{_VALUES} Averages add up, by formula; ranges do not.", "note")
    sheet.sheet.set_column(0, 0, 66)
    sheet.sheet.set_column(1, 2 * len(_COLUMNS), 20)
    bases = {"nominal": "To the budget as published", "real": f"In {price_year} prices throughout"}
    heads = [f"{words}: {each}" for words in bases.values() for each in _HEADINGS]
    sheet.text(3, 0, "GBP", "header")
    sheet.texts(3, 1, heads, "right")
    sheet.sheet.set_row(3, 34)
    sheet.sheet.freeze_panes(4, 1)
    top = 4
    for schedule, rows in table.groupby("schedule", sort=False):
        sheet.text(top, 0, titles[str(schedule)], "heading")
        names = list(dict.fromkeys(rows["row"]))
        for place, basis in enumerate(bases):
            own = rows[rows["basis"] == basis].set_index("row")[[*_COLUMNS]].astype(float).T.to_dict("list")
            _write_steps(sheet, own, names, top + 1, 1 + place * len(_COLUMNS))
        for step, name in enumerate(names):
            sheet.text(top + 1 + step, 0, rows.loc[rows["row"] == name, "title"].iloc[0])
        top += len(names) + 2


def _write_steps(
    sheet: Sheet, own: Mapping[Hashable, Sequence[float]], names: Sequence[str], top: int, column: int
) -> None:
    """Write a schedule's rows in one price base: a step as a value, a sum as the sum of the steps above it."""
    for place, name in enumerate(names):
        values = own[name]
        if Row(name) in ADDENDS:
            sheet.numbers(top + place, column, values, "gbp")
            continue
        steps = [sheet.at(top + above, column) for above in range(place) if Row(names[above]) in ADDENDS]
        sheet.formula(top + place, column, "+".join(steps), values[0], "total")
        sheet.numbers(top + place, column + 1, values[1:], "gbp")


def write_after(sheet: Sheet, table: pd.DataFrame, titles: Mapping[str, str]) -> None:
    """Write what comes after the run."""
    sheet.text(0, 0, "After the run: in no total", "title")
    note = "Present values, GBP. The two views suppose different things and are not to be added up; see Glossary."
    sheet.text(1, 0, f"{_VALUES} {note}", "note")
    sheet.sheet.set_column(0, 0, 66)
    sheet.sheet.set_column(1, len(_COLUMNS), 20)
    sheet.text(3, 0, "GBP", "header")
    sheet.texts(3, 1, _HEADINGS, "right")
    sheet.sheet.freeze_panes(4, 1)
    row = 4
    for schedule, rows in table.groupby("schedule", sort=False):
        sheet.text(row, 0, titles[str(schedule)], "heading")
        for own in rows.to_dict("records"):
            row += 1
            sheet.text(row, 0, str(own["title"]))
            sheet.numbers(row, 1, [float(own[each]) for each in _COLUMNS], "gbp")
        row += 2
