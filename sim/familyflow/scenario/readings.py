"""Readings of the evidence: named sets of effects, and a scenario under one of them.

*None*: every claimed effect is exactly 1. *Trial*, *adopters*, *innovator*: what `calibration/readings.csv` says, and
exactly 1 where it says nothing. *Central*: as the scenario has it, a synthesis of the other three where they say
something (`scenario.synthesis`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from familyflow.ground import paths
from familyflow.ground.problem import Problem, suggestion
from familyflow.ground.quantity import Quantity, Status
from familyflow.ground.readings import CENTRAL, NONE, READINGS, TITLES
from familyflow.pathway.adult_work import PROGRAMMES
from familyflow.pathway.effects import ratios
from familyflow.scenario import tables
from familyflow.scenario.reader import amended
from familyflow.scenario.settings import ids_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from familyflow.scenario import Scenario

FILE: Final = "readings.csv"
FAMILIES: Final = "families"
COUNCIL: Final = "council"
LEVELS: Final = (FAMILIES, COUNCIL)
"""Whose outcome a ratio is of: families offered the programme, or all of the council's."""
AIM: Final = "aim"
DESIGNS: Final = ("randomised", "compared", "uncontrolled", AIM)
"""How a figure was found: by lot, against others, over time alone, or not found but aimed at."""
SILENT: Final = Quantity(
    *(1.0, 1.0, 1.0, "ratio", "2026", "readings_synthesis", Status.ASSUMED),
    note="This reading of the evidence has nothing on it: exactly 1.",
)
"""What an effect is in a reading that says nothing of it."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one reading says of one effect, at which level, and by which design it was found."""

    effect: str
    reading: str
    level: str
    design: str
    quantity: Quantity


def rows(path: Path | None = None) -> tuple[Row, ...]:
    """Read what the readings say, shipped or in a file; Problem when a row cannot be used."""
    known = tables.sources()
    return tuple(_row(*each, known) for each in tables.rows(path or paths.shipped("calibration", FILE)))


def _row(where: str, cells: dict[str, str], sources: Mapping[str, str]) -> Row:
    """Make a row; Problem when it has no known source, year, status, level, design or reading."""
    allowed = {
        "reading": [each for each in READINGS if each not in {NONE, CENTRAL}],
        "level": LEVELS,
        "design": DESIGNS,
    }
    for column, words in allowed.items():
        if cells[column] not in words:
            raise Problem(f"{where}: {column} = {cells[column]}: must be one of {', '.join(words)}")
    if not cells["year"]:
        raise Problem(f"{where}: year of {cells['effect']}: must not be empty")
    quantity = tables.quantity(where, {**cells, "id": cells["effect"], "unit": "ratio"}, sources)
    if quantity.low <= 0:
        raise Problem(f"{where}: low of {cells['effect']} = {quantity.low:g}: must be above 0")
    return Row(cells["effect"], cells["reading"], cells["level"], cells["design"], quantity)


@cache
def _shipped() -> tuple[Row, ...]:
    """Return the shipped rows, read once."""
    return rows()


def said(reading: str) -> dict[str, Row]:
    """Return what a reading says, by effect."""
    return {row.effect: row for row in _shipped() if row.reading == reading}


def claimed(scenario: Scenario) -> tuple[str, ...]:
    """Return the ids of what the scenario's programme claims to change; none for one that changes nothing."""
    programme = scenario.programme
    if programme.null:
        return ()
    return ratios(programme.effects, (*programme.roles, *programme.shared_roles), PROGRAMMES)


def open_to(scenario: Scenario) -> tuple[str, ...]:
    """Return the claimed effects that a reading decides: those that were not set for this run."""
    held = ids_of(scenario.settings)
    return tuple(name for name in claimed(scenario) if name not in held)


def silent(scenario: Scenario, reading: str) -> tuple[str, ...]:
    """Return the claimed effects that are 1 in a reading for want of evidence; all of them in *none*."""
    known = said(reading)
    return () if reading == CENTRAL else tuple(name for name in open_to(scenario) if name not in known)


def known_reading(name: str) -> str:
    """Return a reading's name; Problem when there is none of that name."""
    if name not in READINGS:
        raise Problem(f"reading = {name}: must be one of {', '.join(READINGS)}{suggestion(name, READINGS)}")
    return name


def under(scenario: Scenario, reading: str) -> Scenario:
    """Return the scenario under a reading of the evidence; what was set for this run stays as it was set."""
    if known_reading(reading) == scenario.reading:
        return scenario
    stated = {name: scenario.stated.get(name, scenario.quantities[name]) for name in open_to(scenario)}
    found = {name: row for name, row in said(reading).items() if name in stated}
    read = {name: found[name].quantity if name in found else SILENT for name in stated}
    council = tuple(name for name, row in found.items() if row.level == COUNCIL)
    return replace(
        scenario,
        quantities={**scenario.quantities, **(stated if reading == CENTRAL else read)},
        stated={} if reading == CENTRAL else stated,
        programme=replace(scenario.programme, council_level=council),
        reading=reading,
        digest=amended(scenario, f"reading {reading}"),
    )


def stands_on(scenario: Scenario) -> str:
    """Say which reading of the evidence the results stand on, and what was set for this run."""
    said = f"Reading of the evidence: {TITLES[scenario.reading]} ({scenario.reading})."
    return f"{said} Set for this run: {', '.join(scenario.settings)}." if scenario.settings else said


def arguments(scenario: Scenario) -> list[str]:
    """Return the options of a command line that ask for this reading and these settings."""
    read = [] if scenario.reading == CENTRAL else [f"--reading {scenario.reading}"]
    return [*read, *(f"--set {each}" for each in scenario.settings)]
