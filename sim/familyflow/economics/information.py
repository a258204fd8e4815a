"""What not knowing is worth: the expected value of perfect and of partial information, and a split of the variance.

A council that decides now takes the schedule with the highest mean present value, no change among them. With perfect
information it would take the best in each draw: what that adds on average is EVPI, the most that any study could be
worth. What knowing a group of inputs alone would add is EVPPI. It needs the mean present value given the group, which
is regressed on the draws' own samples (Strong, Oakley and Brennan 2014), by a Gaussian process that is additive over
the inputs: a line and a smooth curve for each, as strong as the marginal likelihood says. Where the draws show nothing,
or the fit does not foretell one draw from the others, the regression is flat and EVPPI is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from familyflow.economics.case import Floats

_LINEAR_SHARES: Final = (0.0, 0.5, 1.0)
"""How much of the kernel is lines rather than curves: each is tried."""
_SIGNAL_SHARES: Final = np.linspace(0.0, 0.99, 100)
"""How much of the variance is the group's own: each is tried."""
FEWEST: Final = 50
"""A regression over fewer draws than this says nothing."""
MOST: Final = 1_000
"""A regression takes no more than the first so many draws: its time grows with their cube."""


@dataclass(frozen=True)
class Information:
    """What knowing a group of inputs would be worth (GBP of present value), and its own share of the variance.

    `share`: of the variance of the present value of the schedule that one would choose among those that change
    anything. `inputs`: how many of the group vary.
    """

    group: str
    gbp: float
    share: float
    inputs: int


def perfect(benefits: Floats) -> float:
    """Give EVPI of benefits (D, S): mean of the best in each draw, less the best mean."""
    return float(benefits.max(axis=1).mean() - benefits.mean(axis=0).max())


def partial(benefits: Floats, inputs: Floats) -> float:
    """Give EVPPI of a group of inputs (D, P), for benefits (D, S)."""
    return perfect(expected(benefits, inputs))


def expected(benefits: Floats, inputs: Floats) -> Floats:
    """Give the mean of benefits (D, S) given a group of inputs (D, P), by regression."""
    scaled = _scaled(inputs)
    if len(benefits) < FEWEST or not scaled.shape[1]:
        return np.broadcast_to(benefits.mean(axis=0), benefits.shape)
    bases = [np.linalg.eigh(_kernel(scaled, share)) for share in _LINEAR_SHARES]
    return np.column_stack([_fitted(column, bases) for column in benefits.T])


def groups(benefits: Floats, samples: pd.DataFrame, names: Mapping[str, Sequence[str]]) -> list[Information]:
    """Give EVPPI and the share of variance of each group of inputs, named with the samples' columns."""
    benefits, samples = benefits[:MOST], samples.iloc[:MOST]
    moving = benefits[:, benefits.std(axis=0) > 0]
    best = moving[:, [moving.mean(axis=0).argmax()]] if moving.shape[1] else benefits[:, :1]
    return [_one(group, benefits, best, samples[list(columns)]) for group, columns in names.items()]


def _one(group: str, benefits: Floats, best: Floats, samples: pd.DataFrame) -> Information:
    """Look at one group."""
    inputs = samples.to_numpy(dtype=np.float64)
    total, own = float(best.var()), float(expected(best, inputs).var())
    return Information(group, partial(benefits, inputs), own / total if total else 0.0, _scaled(inputs).shape[1])


def _scaled(inputs: Floats) -> Floats:
    """Bring inputs to mean 0 and standard deviation 1; those that do not vary are left out."""
    spread = inputs.std(axis=0)
    varied = inputs[:, spread > 0]
    return np.asarray((varied - varied.mean(axis=0)) / spread[spread > 0])


def _kernel(x: Floats, linear: float) -> Floats:
    """Give the centred kernel (D, D) of a sum of lines and smooth curves, one of each an input; mean diagonal 1."""
    curves = sum(np.exp(-0.5 * (column[:, None] - column[None, :]) ** 2) for column in x.T)
    both = linear * _normed(_centred(x @ x.T)) + (1 - linear) * _normed(_centred(np.asarray(curves)))
    return np.asarray(both)


def _centred(k: Floats) -> Floats:
    """Take the constant out of a kernel."""
    rows = k - k.mean(axis=0, keepdims=True)
    return np.asarray(rows - rows.mean(axis=1, keepdims=True))


def _normed(k: Floats) -> Floats:
    """Bring a kernel to a mean diagonal of 1."""
    return np.asarray(k / np.trace(k) * len(k))


def _fitted(y: Floats, bases: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Give the regression of y by the kernel and the signal share with the highest marginal likelihood."""
    away = y - y.mean()
    if not away.any():
        return y
    tried = np.array([_likelihoods(values, vectors.T @ away) for values, vectors in bases])
    kernel, signal = np.unravel_index(int(tried.argmax()), tried.shape)
    values, vectors = bases[int(kernel)]
    share = _SIGNAL_SHARES[signal]
    kept = share * values / (share * values + 1 - share)
    fitted = vectors @ (kept * (vectors.T @ away))
    return np.asarray(y.mean() + fitted * _foretells(away, fitted, (vectors**2) @ kept))


def _foretells(away: Floats, fitted: Floats, leverage: Floats) -> bool:
    """Say whether a fit foretells each draw from all others better than their mean does; otherwise it is noise."""
    mean_alone = away / (1 - 1 / len(away))
    left_out = (away - fitted) / (1 - leverage - 1 / len(away))
    return bool((left_out**2).sum() < (mean_alone**2).sum())


def _likelihoods(values: Floats, turned: Floats) -> Floats:
    """Give the log marginal likelihood of each signal share, its scale profiled out, up to a constant.

    `turned` is what is to be fitted, in the directions of the kernel's vectors.
    """
    shares = _SIGNAL_SHARES[:, None]
    spread = shares * np.maximum(values, 0.0) + 1 - shares
    scale = (turned**2 / spread).mean(axis=1)
    return np.asarray(-0.5 * (len(turned) * np.log(scale) + np.log(spread).sum(axis=1)))
