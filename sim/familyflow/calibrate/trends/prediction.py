"""A registered prediction of a published ratio, and how it is scored: a mixture of normals on the ratio's logarithm."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from math import exp, log, pi, sqrt
from typing import TYPE_CHECKING, Final

from scipy.optimize import brentq
from scipy.special import ndtr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_REACH: Final = 10.0
"""A quantile lies within so many standard deviations of some part."""


@dataclass(frozen=True, slots=True)
class Part:
    """One line of evidence: what it counts for, and what it says of the log of the ratio."""

    name: str
    weight: float
    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Score:
    """How a prediction did: whether its ranges held what came; log density and CRPS of the log ratio."""

    in_80: bool
    in_90: bool
    log_score: float
    crps: float


def read(path: Path) -> tuple[Part, ...]:
    """Read the parts of a prediction; weights add to 1."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(Part(row["part"], float(row["weight"]), float(row["log_mean"]), float(row["log_sd"])) for row in rows)


def with_error(parts: Sequence[Part], sd: float) -> tuple[Part, ...]:
    """Return parts with a study's own sampling error, of the log, added."""
    return tuple(Part(each.name, each.weight, each.mean, sqrt(each.sd**2 + sd**2)) for each in parts)


def quantile(parts: Sequence[Part], share: float) -> float:
    """Return the ratio below which a share of the prediction lies."""
    low = min(each.mean - _REACH * each.sd for each in parts)
    high = max(each.mean + _REACH * each.sd for each in parts)
    return exp(float(brentq(lambda x: _below(parts, x) - share, low, high)))


def _below(parts: Sequence[Part], x: float) -> float:
    return sum(each.weight * float(ndtr((x - each.mean) / each.sd)) for each in parts)


def difference(ratio: float, pooled: float, treated: float) -> float:
    """Return the difference of risks that a ratio is, where a share is treated and all together have a pooled risk."""
    untreated = pooled / (1 - treated + treated * ratio)
    return untreated * (ratio - 1)


def score(parts: Sequence[Part], came: float) -> Score:
    """Score a prediction by the ratio that came.

    `log_score`: log density of the log ratio, more is better. `crps`: its continuous ranked probability score, less is
    better; of a mixture of normals in closed form (Grimit and others 2006).
    """
    p05, p10, p90, p95 = (quantile(parts, share) for share in (0.05, 0.10, 0.90, 0.95))
    x = log(came)
    density = sum(each.weight * _density((x - each.mean) / each.sd) / each.sd for each in parts)
    return Score(p10 <= came <= p90, p05 <= came <= p95, log(density), _crps(parts, x))


def _crps(parts: Sequence[Part], x: float) -> float:
    off = sum(each.weight * _distance(x - each.mean, each.sd**2) for each in parts)
    apart = sum(
        one.weight * two.weight * _distance(one.mean - two.mean, one.sd**2 + two.sd**2)
        for one in parts
        for two in parts
    )
    return off - apart / 2


def _distance(mean: float, variance: float) -> float:
    """Return the mean of the absolute value of a normal."""
    sd = sqrt(variance)
    z = mean / sd
    return mean * (2 * float(ndtr(z)) - 1) + 2 * sd * _density(z)


def _density(z: float) -> float:
    return exp(-z * z / 2) / sqrt(2 * pi)
