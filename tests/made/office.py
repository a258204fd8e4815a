"""LibreOffice as a second reader: it recalculates workbooks in a profile of its own that makes it do so on load."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import openpyxl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""Without it LibreOffice shows the values that it finds in the file, and a wrong one passes."""
SOFFICE = shutil.which("soffice")


def recalculated(books: Sequence[Path], folder: Path) -> list[Path]:
    """Recalculate workbooks, all in one start, and return the new ones."""
    assert SOFFICE
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
    out = folder / "recalculated"
    command = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(out), *map(str, books)], check=True, capture_output=True, timeout=300)
    return [out / book.name for book in books]


def with_edits(book: Path, edits: Mapping[str, float], to: Path) -> Path:
    """Save a copy in which some named cells hold other values; openpyxl drops every formula's value on the way."""
    found = openpyxl.load_workbook(book)
    for name, value in edits.items():
        ((sheet, cell),) = found.defined_names[name.replace(".", "_")].destinations
        found[sheet][cell.replace("$", "")] = value
    found.save(to)
    return to


@cache
def values(book: Path) -> dict[tuple[str, str], object]:
    """Return what every cell that holds something shows, by sheet and cell."""
    found = openpyxl.load_workbook(book, data_only=True)
    cells = ((sheet.title, cell) for sheet in found for row in sheet.iter_rows() for cell in row)
    return {(sheet, cell.coordinate): cell.value for sheet, cell in cells if cell.value not in (None, "")}


def differences(one: Path, other: Path, penny: float = 0.005) -> list[str]:
    """List the cells in which two workbooks differ by a penny or more, or in words."""
    left, right = values(one), values(other)
    return [
        f"{sheet}!{cell}: {left.get((sheet, cell))!r} {right.get((sheet, cell))!r}"
        for sheet, cell in sorted(left.keys() | right.keys())
        if not _same(left.get((sheet, cell)), right.get((sheet, cell)), penny)
    ]


def _same(one: object, other: object, penny: float) -> bool:
    """Say whether two cells hold the same."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) < penny
    return one == other
