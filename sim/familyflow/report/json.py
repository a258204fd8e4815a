"""The results of a study as the JSON that other programs read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Final

from familyflow.report.measures import WHOLE

if TYPE_CHECKING:
    import pandas as pd

STATISTICS: Final = ("mean", "p5", "p50", "p95", "mc_error")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a study was: the scenario's name, the product's version, the seed and the number of draws."""

    scenario: str
    version: str
    seed: int
    draws: int


def document(origin: Origin, summary: pd.DataFrame) -> dict[str, object]:
    """Give the results over the whole horizon as plain values; what is undefined is None."""
    whole = summary.loc[summary["period"] == WHOLE]
    schedules = {
        str(name): {"measures": {str(row["measure"]): _numbers(row) for _, row in rows.iterrows()}}
        for name, rows in whole.groupby("schedule", sort=False)
    }
    return {
        "scenario": origin.scenario,
        "version": origin.version,
        "seed": origin.seed,
        "draws": origin.draws,
        "schedules": schedules,
    }


def _numbers(row: pd.Series) -> dict[str, float | None]:
    """Give one measure's statistics."""
    return {name: float(row[name]) if isfinite(row[name]) else None for name in STATISTICS}


def text(origin: Origin, summary: pd.DataFrame) -> str:
    """Give the results as JSON text that any strict reader accepts, one final line break included."""
    return json.dumps(document(origin, summary), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
