"""Three forecasts that anybody could make: as last year, on along the trend, and as on average; with fair spreads."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from familyflow.calibrate.trends.history import Floats

Naive: TypeAlias = "Callable[[Floats, int], Floats]"
TREND_YEARS: Final = 5
LEAST_YEARS: Final = 3
"""With fewer published years than these a trend is none, and last year's figure is taken."""
ENOUGH: Final = 50
"""Past errors from which a spread can be taken; with fewer, those of a shorter horizon are scaled up."""
POINTS: Final = 199


def last(logs: Floats, horizon: int) -> Floats:  # noqa: ARG001 - the three are asked in one way
    """Forecast the last published value of each place, (P,) from (P, Y); nan where there is none."""
    out = np.full(len(logs), np.nan)
    for year in logs.T:
        out = np.where(np.isnan(year), out, year)
    return out


def trend(logs: Floats, horizon: int) -> Floats:
    """Forecast on along the straight line through the last five years' logarithms."""
    recent = logs[:, -TREND_YEARS:]
    ahead = np.arange(recent.shape[1]) - (recent.shape[1] - 1.0)
    known = ~np.isnan(recent)
    count = np.maximum(known.sum(axis=1), 1)
    when = np.where(known, ahead, 0.0).sum(axis=1) / count
    middle = np.where(known, recent, 0.0).sum(axis=1) / count
    off = np.where(known, ahead - when[:, None], 0.0)
    slope = (off * np.nan_to_num(recent - middle[:, None])).sum(axis=1) / np.maximum((off**2).sum(axis=1), 1e-9)
    return np.where(known.sum(axis=1) >= LEAST_YEARS, middle + slope * (horizon - when), last(logs, horizon))


def mean(logs: Floats, horizon: int) -> Floats:  # noqa: ARG001 - the three are asked in one way
    """Forecast the place's own mean logarithm over all published years; nan where there is none."""
    known = ~np.isnan(logs)
    total = np.where(known, logs, 0.0).sum(axis=1)
    return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)


NAIVE: Final[Mapping[str, Naive]] = MappingProxyType({"last": last, "trend": trend, "mean": mean})
TITLES: Final = MappingProxyType({"last": "same as last year", "trend": "linear trend", "mean": "the council's mean"})


def errors(forecast: Naive, logs: Floats, horizon: int, left_out: Sequence[int] = ()) -> Floats:
    """Return the errors that a naive forecast has made in the known years (N,), pooled over places.

    `left_out`: places in the last axis that are no targets.
    """
    every = [
        logs[:, origin + horizon] - forecast(logs[:, : origin + 1], horizon)
        for origin in range(1, logs.shape[1] - horizon)
        if origin + horizon not in left_out
    ]
    made = np.concatenate(every) if every else np.empty(0)
    return np.asarray(made[~np.isnan(made)])


def spread(forecast: Naive, logs: Floats, horizon: int, left_out: Sequence[int] = ()) -> Floats:
    """Return equally likely distances from a naive forecast (POINTS,), in logs: its past errors, either way round."""
    for shorter in range(horizon, 0, -1):
        made = errors(forecast, logs, shorter, left_out)
        if len(made) >= ENOUGH or shorter == 1:
            made = made * np.sqrt(horizon / shorter)
            break
    either = np.concatenate([made, -made]) if len(made) else np.zeros(1)
    return np.asarray(np.quantile(either, (np.arange(POINTS) + 0.5) / POINTS))
