"""The workbook: the investment case with live formulas, each beside the value that Python worked out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from xlsxwriter.workbook import Workbook

from familyflow import __version__
from familyflow.report.xlsx import apart_sheets, cells, draws, inputs, prices, result_sheets, sensitivity, text_sheets
from familyflow.report.xlsx.apart_sheets import Apart
from familyflow.report.xlsx.model import Model, build_model
from familyflow.report.xlsx.text_sheets import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from familyflow.economics.case import Assumptions
    from familyflow.ground.quantity import Quantity
    from familyflow.results.readings import Readings

__all__ = ["Apart", "Contents", "Model", "Origin", "build_model", "write"]

_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The same for every workbook, so that the same run gives the same bytes."""
_READ: Final = (
    "Summary",
    text_sheets.READINGS,
    inputs.NAME,
    "Cash flow",
    "Appraisal",
    "Ladder",
    apart_sheets.BRIDGE,
    apart_sheets.AFTER,
    "Sensitivity",
    "Activity",
    "Claims",
    text_sheets.GLOSSARY,
    "Evidence",
)
_BEHIND: Final = ("Checks", "Years", "Prices", "Averages", "Worth", "Outcomes", "Draws")
"""The sheets, in their order: those to read, then those that they are made of."""


@dataclass(frozen=True, eq=False)
class Contents:
    """What a workbook shows: the case, its words, the scenario's evidence and its claims.

    `as_run`: the case's assumptions before any edit. `identity`: what an edited workbook is known by.
    `readings`: the case under each reading of the evidence, where it was run. `apart`: what is in no total.
    """

    model: Model
    as_run: Assumptions
    origin: Origin
    quantities: Mapping[str, Quantity]
    sources: Mapping[str, str]
    claims: pd.DataFrame
    identity: Mapping[str, str]
    readings: Readings | None = None
    apart: Apart | None = None

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets that there is something for, in their order."""
        bridged = self.apart is not None and self.apart.bridge is not None
        none = {*(() if self.apart else (apart_sheets.AFTER,)), *(() if bridged else (apart_sheets.BRIDGE,))}
        return tuple(name for name in (*_READ, *_BEHIND) if name not in none)


def write(contents: Contents, path: Path) -> None:
    """Write a workbook: every figure a formula of the inputs with its value, except what only a run can say."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(str(path), options) as book:
        book.set_properties({"title": contents.origin.title, "author": f"familyflow {__version__}", "created": _MADE})
        for name, value in contents.identity.items():
            book.set_custom_property(name, value)
        formats = cells.formats(book)
        sheets = {name: cells.add(book, formats, name) for name in contents.sheets}
        _write_sheets(book, sheets, contents)
        for name in _BEHIND:
            sheets[name].sheet.set_tab_color("#999999")


def _write_sheets(book: Workbook, sheets: Mapping[str, cells.Sheet], contents: Contents) -> None:
    """Write every sheet, those that others are made of first."""
    case = contents.model
    inputs.write(book, sheets[inputs.NAME], case.a, contents.as_run, contents.sources)
    years = prices.write_years(sheets["Years"], case)
    priced = prices.write_prices(sheets["Prices"], years, case)
    drawn = draws.write_draws(sheets["Draws"], years, priced, case)
    outcomes = draws.write_outcomes(sheets["Outcomes"], years, drawn, case)
    averages = draws.write_averages(sheets["Averages"], case)
    flow = result_sheets.write_cash_flow(sheets["Cash flow"], drawn, outcomes, case)
    found = result_sheets.write_appraisal(sheets["Appraisal"], outcomes, case)
    ladder = result_sheets.write_ladder(sheets["Ladder"], priced, averages, case)
    worth = sensitivity.write_worth(sheets["Worth"], years, priced, averages, case)
    places = sensitivity.Places(years, priced, averages, flow, worth)
    bars = sensitivity.widest(case.with_(replace(case.a, quantities=contents.as_run.quantities)))
    sensitivity.write_sensitivity(sheets["Sensitivity"], places, bars)
    text_sheets.write_summary(sheets["Summary"], contents.origin, found, flow, case)
    text_sheets.write_readings(sheets[text_sheets.READINGS], contents.readings, case.titles)
    text_sheets.write_checks(sheets["Checks"], ladder, flow, found, worth)
    text_sheets.write_activity(sheets["Activity"], case)
    text_sheets.write_claims(sheets["Claims"], contents.claims, case.titles)
    apart = contents.apart
    if apart is not None:
        apart_sheets.write_after(sheets[apart_sheets.AFTER], apart.after, case.titles)
        if apart.bridge is not None:
            apart_sheets.write_bridge(sheets[apart_sheets.BRIDGE], apart.bridge, case.a.price_year, case.titles)
    budget = apart is not None and apart.bridge is not None
    text_sheets.write_glossary(sheets[text_sheets.GLOSSARY], case, budget=budget)
    text_sheets.write_evidence(sheets["Evidence"], contents.quantities, contents.sources)
