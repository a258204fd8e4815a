"""The shared numbers and their sources, read from the calibration tables."""

from __future__ import annotations

import csv
import hashlib
from typing import TYPE_CHECKING, Final

from familyflow.ground import evidence, paths
from familyflow.ground.problem import Problem, suggestion
from familyflow.ground.quantity import Quantity, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PARAMETERS: Final = "parameters.csv"
SOURCES: Final = "sources.csv"
DEFLATOR: Final = "gdp_deflator.csv"
PUBLISHED: Final = "measures.csv"


def parameters(sources: Mapping[str, str]) -> dict[str, Quantity]:
    """Read the shared quantities by id; Problem when a row cannot be used or its source is not known."""
    return quantities(PARAMETERS, sources)


def quantities(file: str, sources: Mapping[str, str]) -> dict[str, Quantity]:
    """Read the quantities of a calibration table by id; Problem when a row cannot be used or its source is unknown."""
    shared: dict[str, Quantity] = {}
    for where, row in rows(paths.shipped("calibration", file)):
        if row["id"] in shared:
            raise Problem(f"{where}: id = {row['id']}: stands there twice")
        shared[row["id"]] = quantity(where, row, sources)
    return shared


def sources() -> dict[str, str]:
    """Read the titles of the shared sources by key."""
    return {row["key"]: row["title"] for _, row in rows(paths.shipped("calibration", SOURCES))}


def measures() -> tuple[str, ...]:
    """Read the names of what is published of councils, in the table's order."""
    return tuple(row["measure"] for _, row in rows(paths.shipped("calibration", PUBLISHED)))


def last_price_year() -> str:
    """Return the last financial year to which prices can be brought."""
    return max(row["financial_year"] for _, row in rows(paths.shipped("calibration", DEFLATOR)))


def digest(content: bytes) -> str:
    """Return a SHA-256 of a scenario's content and of every calibration table in use."""
    total = hashlib.sha256(content)
    for name in paths.names("calibration", ".csv"):
        file = f"{name}.csv"
        path = evidence.path(file) if file in evidence.FILES else paths.shipped("calibration", file)
        total.update(f"\n{name}\n".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Read a table as (file and line, row by column)."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            yield f"{path.name} line {reader.line_num}", {column: cell or "" for column, cell in row.items()}


def quantity(where: str, row: dict[str, str], sources: Mapping[str, str]) -> Quantity:
    """Make a quantity of a row; Problem when it cannot be one."""
    if row["source"] not in sources:
        allowed = f"must be a key of {SOURCES}{suggestion(row['source'], sources)}"
        raise Problem(f"{where}: source of {row['id']} = {row['source']}: {allowed}")
    try:
        found = _from_row(row)
    except (ValueError, Problem) as error:
        raise Problem(f"{where}: {row['id']}: {error}") from None
    if found.low < 0:
        raise Problem(f"{where}: low of {row['id']} = {found.low:g}: must be 0 or more")
    return found


def _from_row(row: dict[str, str]) -> Quantity:
    """Turn a row's text into a quantity; ValueError or Problem when it says none."""
    value, low, high = (float(row[column]) for column in ("value", "low", "high"))
    return Quantity(value, low, high, row["unit"], row["year"], row["source"], Status(row["status"]), row["note"])
