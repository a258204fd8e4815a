"""Load a scenario as it is asked for: its file, under a reading of the evidence, with numbers set for one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.ground.readings import CENTRAL
from familyflow.scenario import reader
from familyflow.scenario.readings import under
from familyflow.scenario.settings import with_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from familyflow.scenario.model import Scenario


def load(name_or_path: str | Path, *, reading: str = CENTRAL, settings: Sequence[str] = ()) -> Scenario:
    """Load and check a scenario by its shipped name or its path; Problem when it cannot be used as asked for."""
    return as_asked(reader.load(name_or_path), reading, settings)


def as_asked(scenario: Scenario, reading: str, settings: Sequence[str]) -> Scenario:
    """Return a scenario under a reading of the evidence, then with some numbers set; Problem when that cannot be."""
    return with_settings(under(scenario, reading), settings)
