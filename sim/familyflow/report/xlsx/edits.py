"""Edited assumptions read back from a workbook: which inputs were changed, and to what."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from familyflow.ground.problem import Problem, suggestion
from familyflow.ground.quantity import Status
from familyflow.report.xlsx import inputs
from familyflow.scenario.readings import arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from familyflow.ground.quantity import Quantity
    from familyflow.scenario import Scenario

SCENARIO: Final = "familyflow scenario"
DIGEST: Final = "familyflow digest"
VERSION: Final = "familyflow version"
ASKED: Final = "familyflow options"
SOURCE: Final = "edited_in_workbook"
"""The key of the source that an edited number is given."""


def identity(scenario: Scenario, version: str) -> dict[str, str]:
    """Return what a workbook is known by when it comes back."""
    asked = {ASKED: " ".join(arguments(scenario))} if arguments(scenario) else {}
    return {SCENARIO: scenario.name, DIGEST: scenario.digest, VERSION: version, **asked}


def edits(path: Path, scenario: Scenario) -> dict[str, Quantity]:
    """Read the inputs that were changed in a workbook, as assumed quantities; Problem when it cannot be used."""
    book = _opened(path)
    _refuse_another(path, book, scenario)
    changed = dict(_changed(path, book[inputs.NAME], scenario))
    return {name: _quantity(path.name, scenario.quantities[name], value) for name, value in changed.items()}


def _opened(path: Path) -> Any:  # noqa: ANN401 - openpyxl publishes no types
    """Open a workbook for its values."""
    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except FileNotFoundError:
        raise Problem(f"{path}: there is no such file") from None
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError):
        raise Problem(f"{path}: is not an Excel workbook: save it as .xlsx") from None
    if inputs.NAME not in book.sheetnames:
        raise Problem(f"{path}: has no sheet {inputs.NAME}: give a workbook that familyflow run has written")
    return book


def _refuse_another(path: Path, book: Any, scenario: Scenario) -> None:  # noqa: ANN401 - as above
    """Refuse a workbook of another scenario, or of other numbers."""
    known = {each.name: str(each.value) for each in book.custom_doc_props.props}
    if known.get(SCENARIO) != scenario.name:
        held = known.get(SCENARIO, "no scenario of familyflow's")
        raise Problem(f"{path}: belongs to {held}, not to {scenario.name}: give the scenario that it was made from")
    if asked := known.get(ASKED):
        raise Problem(
            f"{path}: was made with {asked}, which no scenario file holds: run {scenario.name} without, and edit that"
        )
    if known.get(DIGEST) != scenario.digest:
        made = known.get(VERSION, "an unknown version")
        raise Problem(
            f"{path}: was made by familyflow {made} from other numbers than {scenario.path.name} and the evidence have "
            "now: run the scenario again and edit the new workbook"
        )


def _changed(path: Path, sheet: Any, scenario: Scenario) -> Iterator[tuple[str, float]]:  # noqa: ANN401 - as above
    """Yield the inputs whose value is not that of the run."""
    for number, cells in enumerate(sheet.iter_rows(min_row=inputs.HEADER_ROW + 2, max_col=inputs.AS_RUN + 1), 1):
        name, value, as_run = (cell.value for cell in cells)
        if name is None or (value is None and as_run is None):
            continue
        where = f"{path}: {inputs.NAME}, row {inputs.HEADER_ROW + 1 + number}"
        if name not in scenario.quantities:
            raise Problem(f"{where}: {name} is no input{suggestion(str(name), scenario.quantities)}")
        quantity = scenario.quantities[name]
        found = _number(where, name, value, quantity)
        if found != quantity.value:
            yield name, found


def _number(where: str, name: str, value: object, quantity: Quantity) -> float:
    """Read a cell as a number that the input can have."""
    low, high = inputs.bounds(quantity)
    allowed = f"must be a number from {low:g} to {high:g} ({quantity.unit})"
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        given = "nothing" if value is None else repr(value)
        raise Problem(f"{where}: {name} = {given}: {allowed}")
    if value != quantity.value and not low <= value <= high:
        raise Problem(f"{where}: {name} = {value:g}: {allowed}")
    if value != quantity.value and not inputs.is_editable(name):
        raise Problem(f"{where}: {name} = {value:g}: cannot be edited in a workbook; put it into the scenario instead")
    return float(value)


def _quantity(book: str, old: Quantity, value: float) -> Quantity:
    """Return an edited number: assumed, and held exactly, as one that is set for a run without a range."""
    was = f"{old.value:g} ({old.low:g} to {old.high:g}, {old.status.value})"
    note = f"Edited in {book} and held exactly: it was {was}. {old.note}".strip()
    return replace(old, value=value, low=value, high=value, status=Status.ASSUMED, source=SOURCE, note=note)


def sources(book: str, changed: Mapping[str, Quantity]) -> dict[str, str]:
    """Return the source that edited numbers name; none when nothing was edited."""
    return {SOURCE: f"Edited in the workbook {book}"} if changed else {}
