"""How good forecasts were: whether ranges held, how far they were off, and what they are beside naive ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from familyflow.calibrate.trends.history import SERIES
from familyflow.calibrate.trends.naive import NAIVE

if TYPE_CHECKING:
    from familyflow.calibrate.trends.history import Floats

RANGES: Final = (50, 80, 95)
"""Ranges in per cent, of equal tails."""
AIMED: Final = (0.75, 0.85)
"""Between what shares an 80% range should hold."""
_HALF: Final = 0.5
_PERCENT: Final = 100.0


def crps(samples: Floats, came: Floats) -> Floats:
    """Return the continuous ranked probability score of samples (..., N) for what came (...), in its unit.

    Less is better. The mean distance to what came, less half the mean distance between two samples (Gneiting and
    Raftery 2007, eq. 21).
    """
    ordered = np.sort(samples, axis=-1)
    count = ordered.shape[-1]
    rank = 2 * np.arange(1, count + 1) - count - 1
    off = np.abs(ordered - came[..., None]).mean(axis=-1)
    return np.asarray(off - (ordered * rank).sum(axis=-1) / count**2)


def place(samples: Floats, came: Floats) -> Floats:
    """Return the share of samples (..., N) below what came (...), half of what equals it: even if ranges are right."""
    below = (samples < came[..., None]).mean(axis=-1)
    return np.asarray(below + _HALF * (samples == came[..., None]).mean(axis=-1))


def held(placed: pd.Series[float], percent: int) -> pd.Series[bool]:
    """Return whether what came fell within a range of so many per cent."""
    return (placed - _HALF).abs() <= percent / _PERCENT / 2


def cells(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Summarise forecasts by measure and horizon, and over all of them in the last row (measure "all", horizon 0).

    Columns: `held_50`, `held_80`, `held_95`, `below`, `above` (shares; the last two outside the 80% range), `crps` and
    `crps_NAIVE`, `off` and `off_NAIVE` (mean distance of the median, or of the point, from what came), all per 10,000
    children; `skill_NAIVE` and `skill_best` (1 - crps / the naive's), `point_skill_NAIVE` likewise of points. Over all,
    a skill is taken from the mean over cells of the logarithm of the ratio, so that each cell counts the same.
    """
    rows = forecasts.assign(
        **{f"held_{each}": held(forecasts["placed"], each) for each in RANGES},
        below=forecasts["placed"] < _HALF - 0.4,
        above=forecasts["placed"] > _HALF + 0.4,
    )
    order = [each.measure for each in SERIES if each.scored]
    means = [name for name in rows if str(name).startswith(("held_", "below", "above", "crps", "off"))]
    grouped = rows.groupby(["measure", "horizon"], sort=False)
    found = grouped[means].mean()
    found.insert(0, "forecasts", grouped.size())
    found.insert(1, "councils", grouped["council"].nunique())
    found = found.reset_index().sort_values(["measure", "horizon"], key=lambda c: c.map(_rank(order)))
    return _with_skills(pd.concat([found, _overall(found, rows)], ignore_index=True), len(found))


def _rank(order: list[str]) -> dict[object, int]:
    return {name: i for i, name in enumerate(order)} | {horizon: horizon for horizon in range(100)}


def _overall(found: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the row over all cells: shares of all forecasts, scores left to be filled."""
    shares = [name for name in rows if str(name).startswith(("held_", "below", "above"))]
    row = {"measure": "all", "horizon": 0, "forecasts": len(rows), "councils": rows["council"].nunique()}
    return pd.DataFrame([dict.fromkeys(map(str, found), np.nan) | row | rows[shares].mean().to_dict()])


def _with_skills(found: pd.DataFrame, count: int) -> pd.DataFrame:
    """Add skills by cell, and over all cells in the last row."""
    for score, name in (("crps", "skill"), ("off", "point_skill")):
        for each in NAIVE:
            ratio = found[score] / found[f"{score}_{each}"]
            ratio.iloc[-1] = np.exp(np.log(ratio.iloc[:count]).mean())
            found[f"{name}_{each}"] = 1 - ratio
        found[f"{name}_best"] = found[[f"{name}_{each}" for each in NAIVE]].min(axis=1)
    return found


def even(forecasts: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Return by measure and horizon the share of what came that fell in each of equally likely bins, a column each."""
    number = np.minimum((forecasts["placed"] * bins).astype("int64"), bins - 1)
    shares = pd.crosstab([forecasts["measure"], forecasts["horizon"]], number, normalize="index")
    return shares.reindex(columns=range(bins), fill_value=0.0)
