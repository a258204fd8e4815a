"""The back-cast: what would have been forecast from each past year on, and what then came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from familyflow.calibrate.trends import forecast, hierarchy, naive, scores
from familyflow.calibrate.trends.history import HALF, SERIES, Panel
from familyflow.calibrate.trends.state_space import REVERTING, Variant
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from familyflow.calibrate.trends.history import Floats
    from familyflow.ground.progress import Progress

FIRST: Final = 2017
"""The first year that forecasts are made from: looked-after counts begin in 2015."""
SEED: Final = 1
PER: Final = 10_000
"""Scores are per so many children, so that large councils do not decide them."""


def origins(known: Panel, scored: Panel) -> list[int]:
    """List the years that forecasts can be made from: from 2017 on, with a hierarchy, and with a year after them."""
    return [year for year in known.years if FIRST <= year < scored.years[-1] and year in scored.years]


def backtest(
    known: Panel,
    scored: Panel | None = None,
    years: Sequence[int] | None = None,
    seed: int = SEED,
    variant: Variant = REVERTING,
    tell: Progress | None = None,
) -> pd.DataFrame:
    """Forecast from each origin on with figures up to it alone, and set beside it what came; a row a forecast.

    `known`: the councils that the hierarchy is fitted to, up to each origin. `scored`: the places that are forecast;
    without them the same. Errors: Problem when there is nothing to score.
    """
    scored = scored or known
    chosen = origins(known, scored) if years is None else list(years)
    rows = []
    for done, origin in enumerate(chosen):
        rows += _origin(known, scored, origin, (seed, variant), _told(tell, origin, done, len(chosen)))
    found = [each for each in rows if len(each)]
    if not found:
        raise Problem(
            "nothing can be scored: no place has a figure both up to a year from "
            f"{FIRST} on and within {forecast.HORIZON} years after it, {hierarchy.COVID} left out"
        )
    return pd.concat(found, ignore_index=True)


def _told(tell: Progress | None, origin: int, done: int, total: int) -> Callable[[str], None]:
    """Say what is being done, and how many origins are done."""

    def say(doing: str) -> None:
        """Say what is done of a forecast."""
        if tell is not None:
            tell(f"forecasts from {origin}: {doing}", done, total)

    return say


def _origin(
    known: Panel, scored: Panel, origin: int, how: tuple[int, Variant], say: Callable[[str], None]
) -> list[pd.DataFrame]:
    """Forecast from one origin on, and score."""
    seed, variant = how
    then, theirs = known.until(origin), scored.until(origin)
    found = forecast.learned(hierarchy.fit(then, variant, say), then, seed, say)
    drawn = forecast.simulate(found, theirs, forecast.HORIZON, seed)
    return list(_scored(then, theirs, scored, drawn))


def _scored(then: Panel, theirs: Panel, scored: Panel, drawn: Floats) -> Iterator[pd.DataFrame]:
    """Score each measure and horizon whose year is known and is not the pandemic's."""
    last = theirs.years[-1]
    for i, series in enumerate(SERIES):
        for ahead in range(1, forecast.HORIZON + 1):
            year = last + ahead
            if series.scored and year in scored.years and year != hierarchy.COVID:
                came = scored.counts[i, :, scored.years.index(year)]
                asked = ~np.isnan(came) & ~np.isnan(theirs.counts[i]).all(axis=1)
                guesses = _naive(then, theirs, i, ahead)
                frame = _frame(theirs, asked, came, drawn[i, ..., ahead - 1], guesses)
                yield frame.assign(measure=series.measure, origin=last, horizon=ahead)


def _naive(then: Panel, theirs: Panel, i: int, ahead: int) -> dict[str, tuple[Floats, Floats]]:
    """Return each naive forecast's points (P,) and samples (P, N), in counts; spreads from the hierarchy's councils."""
    left_out = [y for y, year in enumerate(then.years) if year == hierarchy.COVID]
    pooled, logs, children = then.logs()[i], theirs.logs()[i], theirs.children[:, -1]
    out = {}
    for name, guess in naive.NAIVE.items():
        point = guess(logs, ahead)
        many = point[:, None] + naive.spread(guess, pooled, ahead, left_out)
        out[name] = (_counted(point, children), _counted(many, children[:, None]))
    return out


def _counted(logs: Floats, children: Floats) -> Floats:
    return np.maximum(np.exp(logs) * children - HALF, 0.0)


def _frame(
    theirs: Panel, asked: np.ndarray, came: Floats, drawn: Floats, guesses: dict[str, tuple[Floats, Floats]]
) -> pd.DataFrame:
    """Score one measure and horizon: a row a place of which the figure was asked."""
    scale, seen = PER / theirs.children[asked, -1], came[asked]
    middle = np.median(drawn[asked], axis=1)
    low, high = np.quantile(drawn[asked], [0.1, 0.9], axis=1)
    columns = {
        "council": np.array(theirs.places)[asked],
        "published": seen,
        "median": middle,
        "p10": low,
        "p90": high,
        "placed": scores.place(drawn[asked], seen),
        "crps": scores.crps(drawn[asked], seen) * scale,
        "off": np.abs(middle - seen) * scale,
    }
    for name, (point, many) in guesses.items():
        columns[f"crps_{name}"] = scores.crps(many[asked], seen) * scale
        columns[f"off_{name}"] = np.abs(point[asked] - seen) * scale
    return pd.DataFrame(columns)
