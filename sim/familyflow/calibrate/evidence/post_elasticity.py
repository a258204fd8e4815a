"""How far posts of social workers follow the children who are open: an elasticity, from all councils' changes.

    change of log(workers) = elasticity x change of log(children) + what the councils of a year have in common

Workers are counted at 30 September and children at 31 March of the same year, half a year before. What is said of
several years counts each council's overlapping changes, so errors are clustered by council.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.calibrate.evidence.councils import COUNCIL

if TYPE_CHECKING:
    import pandas as pd

WORKERS: Final = "workforce_case_holders_fte"
CHILDREN: Final = "cin_at_31mar_number"
MOST: Final = 1.0
"""Changes of a log beyond this are left out: such a council has changed what it counts, or counts a handful."""


@dataclass(frozen=True, slots=True)
class Followed:
    """An elasticity with its standard error, and how many changes of how many councils it rests on."""

    elasticity: float
    error: float
    changes: int
    councils: int


def followed(
    wide: pd.DataFrame, apart: int, workers: str = WORKERS, children: str = CHILDREN, most: float = MOST
) -> Followed:
    """Estimate the elasticity of one measure to another, over changes of so many years, from a table as councils.csv.

    Least squares with each year's mean taken out.
    """
    change = {name: _changes(wide, name, apart) for name in (workers, children)}
    kept = np.logical_and.reduce([each.abs() <= most for each in change.values()])
    y, x = (each.where(kept) - each.where(kept).mean() for each in change.values())
    squares = float((x * x).sum().sum())
    elasticity = float((x * y).sum().sum()) / squares
    scores = (x * (y - elasticity * x)).sum(axis="columns")
    error = float(np.sqrt((scores**2).sum())) / squares
    return Followed(elasticity, error, int(kept.sum()), int(kept.any(axis=1).sum()))


def _changes(wide: pd.DataFrame, measure: str, apart: int) -> pd.DataFrame:
    """Return the change of a measure's log over so many years: a row a council, a column a year; gaps where none is."""
    rows = wide[wide["geography_type"] == COUNCIL]
    years = range(int(wide["year"].min()), int(wide["year"].max()) + 1)
    counts = rows.pivot_table(measure, "council", "year", dropna=False).reindex(columns=list(years))
    logs = counts.where(counts > 0).transform(np.log)
    return logs - logs.shift(apart, axis="columns")
