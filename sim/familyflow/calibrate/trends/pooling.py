"""One effect of several councils, each with its own: the normal random-effects model, by quadrature.

    y[i] ~ N(effect[i], v[i])      effect[i] ~ N(mean, between^2)      mean flat      between ~ half-normal(BETWEEN)

The mean given `between` has a normal posterior in closed form; `between` is summed over a grid (Rover 2020). With few
councils this keeps the doubt about how much they differ, which moment estimators drop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from familyflow.calibrate.trends.history import Floats

BETWEEN: Final = 0.15
"""Scale of the prior of how much councils' own effects differ, in logs: by a third is far out."""
_GRID: Final = (np.arange(40) + 0.5) * 0.015
"""Middles of equal steps up to 0.6, four scales."""
_RANGE: Final = (0.05, 0.95)
_REACH: Final = 8.0
"""Standard deviations about the mean within which quantiles are looked for."""
_STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class Pooled:
    """The mean effect (log): its posterior mean, standard deviation and 90% range; and that of one more council."""

    mean: float
    sd: float
    low: float
    high: float
    between: float
    next_low: float
    next_high: float


def pool(y: Floats, v: Floats) -> Pooled:
    """Return what estimates y (n,) with variances v (n,) say together; gaps are nan. At least one must be given."""
    weights, centres, variances = (each[0] for each in _posterior(y[None], v[None]))
    mean = float(weights @ centres)
    sd = float(np.sqrt(weights @ (variances + (centres - mean) ** 2)))
    between = float(weights @ _GRID)
    low, high = _range(weights, centres, np.sqrt(variances))
    next_low, next_high = _range(weights, centres, np.sqrt(variances + _GRID**2))
    return Pooled(mean, sd, low, high, between, next_low, next_high)


def ratios_to_error(y: Floats, v: Floats) -> Floats:
    """Return for each of many samples, (N, n) each, the posterior mean over its standard deviation, (N,)."""
    weights, centres, variances = _posterior(y, v)
    mean = (weights * centres).sum(axis=1)
    sd = np.sqrt((weights * (variances + (centres - mean[:, None]) ** 2)).sum(axis=1))
    return np.asarray(mean / sd)


def _posterior(y: Floats, v: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the grid's weights, and the mean's centre and variance at each point of it, (N, grid) each."""
    known = np.isfinite(y) & np.isfinite(v)
    y, v = np.where(known, y, 0.0)[..., None], np.where(known, v, 1.0)[..., None]
    precision = known[..., None] / (v + _GRID**2)
    total = precision.sum(axis=1)
    centres = (precision * y).sum(axis=1) / total
    logs = np.log(precision, out=np.zeros_like(precision), where=precision > 0).sum(axis=1)
    squares = (precision * (y - centres[:, None]) ** 2).sum(axis=1)
    joint = (logs - squares - np.log(total) - (_GRID / BETWEEN) ** 2) / 2
    weights = np.exp(joint - joint.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True), centres, 1 / total


def _range(weights: Floats, centres: Floats, sizes: Floats) -> tuple[float, float]:
    """Return the 90% range of a mixture of normals."""
    low, high = (_quantile(weights, centres, sizes, share) for share in _RANGE)
    return low, high


def _quantile(weights: Floats, centres: Floats, sizes: Floats, share: float) -> float:
    """Return a quantile of a mixture of normals, by bisection."""
    low, high = float((centres - _REACH * sizes).min()), float((centres + _REACH * sizes).max())
    for _ in range(_STEPS):
        middle = (low + high) / 2
        below = float(weights @ ndtr((middle - centres) / sizes)) < share
        low, high = (middle, high) if below else (low, middle)
    return (low + high) / 2
