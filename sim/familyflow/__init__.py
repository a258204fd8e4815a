"""Families flowing through children's social care, and what a phased rollout of adult workers changes.

`familyflow.load("somerset").run(draws=100)` runs a scenario and returns its results as tidy tables.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from familyflow.ground.readings import CENTRAL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from familyflow.api import Experiment

__version__ = version("familyflow")
__all__ = ["__version__", "load"]


def load(name_or_path: str | Path, *, reading: str = CENTRAL, settings: Sequence[str] = ()) -> Experiment:
    """Open a scenario by its shipped name or its path, ready to run. Errors: Problem when it cannot be used.

    `reading` is a reading of the evidence, and `settings` are numbers set for this run, as "effect.care_entry=1".
    """
    from familyflow import api

    return api.load(name_or_path, reading=reading, settings=settings)
