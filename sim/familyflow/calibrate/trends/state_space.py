"""One series of many councils: levels of their own, shocks that fade, uneven restlessness; filtered exactly.

For council c and year t, with v = log(count per child) less what is typical of all councils in that year:

    v[c, t] = level[c, t] + apart[c, t] + e[c, t]
    apart[c, t] = keep x apart[c, t-1] + shock x restless[c] x jump[c, t] x normal
    level[c, t] = level[c, t-1] + walk x restless[c] x jump[c, t] x normal,      level[c, 0] ~ N(0, level_spread)
    e[c, t] ~ N(0, sampling / count)        log restless[c] ~ N(0, unevenness)        jump = JUMP with probability jumps

Given restlessness and jumps this is a linear Gaussian state-space model (Kalman 1960; Harvey 1989). Restlessness is
summed over the nodes of Gauss-Hermite quadrature, jumps over both cases a year with the mixture put together again by
its moments (the generalised pseudo-Bayes filter of the first order; Bar-Shalom, Li and Kirubarajan 2001, ch. 11).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, log, pi
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.optimize import minimize

from familyflow.ground.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from familyflow.calibrate.trends.history import Floats

JUMP: Final = 3.0
"""A jump is so many times an ordinary shock."""
NODES: Final = 5
FADE: Final = 0.9
"""What a year's likelihood counts for beside that of the year after it: recording has become steadier."""
HALF: Final = 0.5
TURN: Final = 2 * pi
_STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How one series moves: all but `keep` and `jumps` (shares) and `sampling` (a variance ratio) in logs."""

    level_spread: float
    walk: float
    shock: float
    keep: float
    sampling: float
    unevenness: float
    jumps: float


PRIOR: Final = Dynamics(0.3, 0.04, 0.10, 0.7, 2.0, 0.3, 0.05)
"""Where the search begins; the weak prior of the five that few years may leave open is centred here."""
STOCK_SAMPLING: Final = 0.1
"""The same for a stock: nothing is sampled, but records are put right later."""


@dataclass(frozen=True, eq=False)
class Belief:
    """What is known of each council after its last year, a column for each restlessness (P, K).

    Means of level and apart, their variances and covariance, and the weights of the columns.
    """

    level: Floats
    apart: Floats
    var_level: Floats
    covariance: Floats
    var_apart: Floats
    weights: Floats
    likelihood: Floats


def restlessness(unevenness: float) -> tuple[Floats, Floats]:
    """Return the factors that restlessness takes (K,), and their prior weights, which add to 1."""
    nodes, weights = hermegauss(NODES)
    return np.exp(unevenness * nodes), weights / weights.sum()


def believe(given: Dynamics, v: Floats, counts: Floats, fade: float = FADE) -> Belief:
    """Filter v (P, Y), gaps nan; `counts` (P, Y) are what each value was counted from. Likelihood in logs, (P,)."""
    factors, prior = restlessness(given.unevenness)
    noise = given.sampling / (np.nan_to_num(counts, nan=1.0) + HALF)
    state = np.zeros((5, len(v), len(factors)))
    state[2] = given.level_spread**2
    state[4] = (given.shock * factors) ** 2 / (1 - given.keep**2)
    total = np.zeros(state.shape[1:])
    moves = (given.walk, given.shock, given.keep, given.jumps, fade)
    _filter(np.ascontiguousarray(v), noise, factors, moves, state, total)
    joint = total + np.log(prior)
    likelihood = np.logaddexp.reduce(joint, axis=1)
    level, apart, var_level, covariance, var_apart = state
    weights = np.exp(joint - likelihood[:, None])
    return Belief(level, apart, var_level, covariance, var_apart, weights, likelihood)


@compiled
def _filter(
    v: Floats,
    noise: Floats,
    factors: Floats,
    moves: tuple[float, float, float, float, float],
    state: Floats,
    total: Floats,
) -> None:
    """Take in all years of all places: state (5, P, K) and total (P, K) are changed in place."""
    walk, shock, keep, jumps, fade = moves
    years = v.shape[1]
    for p in range(v.shape[0]):
        for k in range(len(factors)):
            now = state[:, p, k]
            for year in range(years):
                if year > 0:
                    now[1] *= keep
                    now[3] *= keep
                    now[4] *= keep * keep
                sizes = (walk * factors[k], shock * factors[k]) if year > 0 else (0.0, 0.0)
                gained = _year(now, v[p, year], noise[p, year], sizes, jumps)
                total[p, k] += gained * fade ** (years - 1 - year)


@compiled
def _year(now: Floats, v: float, noise: float, sizes: tuple[float, float], jumps: float) -> float:
    """Add a year's shocks, ordinary or a jump, and take in its value unless it is nan; give the log likelihood."""
    calm, wild = _case(now, v, noise, sizes, 1.0), _case(now, v, noise, sizes, JUMP * JUMP)
    gained, share = 0.0, jumps
    if v == v:  # noqa: PLR0124 - nan is not itself
        most = max(calm[5], wild[5])
        likely, unlikely = (1 - jumps) * exp(calm[5] - most), jumps * exp(wild[5] - most)
        gained, share = most + log(likely + unlikely), unlikely / (likely + unlikely)
    level, apart = calm[0] + share * (wild[0] - calm[0]), calm[1] + share * (wild[1] - calm[1])
    for i, (m, n) in enumerate(((0, 0), (0, 1), (1, 1))):
        between = share * (1 - share) * (wild[m] - calm[m]) * (wild[n] - calm[n])
        now[2 + i] = calm[2 + i] + share * (wild[2 + i] - calm[2 + i]) + between
    now[0], now[1] = level, apart
    return gained


@compiled
def _case(
    now: Floats, v: float, noise: float, sizes: tuple[float, float], size: float
) -> tuple[float, float, float, float, float, float]:
    """Return means, variances, covariance and log likelihood after a year whose shocks have this variance ratio."""
    a, b, d = now[2] + sizes[0] * sizes[0] * size, now[3], now[4] + sizes[1] * sizes[1] * size
    if v != v:  # noqa: PLR0124 - nan is not itself
        return now[0], now[1], a, b, d, 0.0
    spread, miss = a + 2 * b + d + noise, v - now[0] - now[1]
    up, down = (a + b) / spread, (b + d) / spread
    likely = -HALF * (log(TURN * spread) + miss * miss / spread)
    return now[0] + up * miss, now[1] + down * miss, a - up * (a + b), b - up * (b + d), d - down * (b + d), likely


@dataclass(frozen=True, slots=True)
class Variant:
    """A structure to try: which of the ways of moving it has."""

    walks: bool = False
    fades: bool = True
    keeps: bool = True


REVERTING: Final = Variant()
"""The one that is used; the others are tried beside it."""
_BOUNDS: Final = ((-4, 2), (-6, 0), (-6, 0), (-6, 4), (-5, 2.5), (-3, 0.3), (-6, 4))


def fitted(v: Floats, counts: Floats, sampling: float, variant: Variant = REVERTING) -> Dynamics:
    """Find the dynamics that all councils' pasts together make likeliest, with a weak prior."""

    def cost(x: Floats) -> float:
        """Return minus the log of the posterior, less a constant."""
        given = _dynamics(x, variant)
        return -float(believe(given, v, counts).likelihood.sum()) - _log_prior(given, sampling)

    found = minimize(cost, _start(sampling), method="L-BFGS-B", bounds=_BOUNDS, options={"maxiter": _STEPS})
    return _dynamics(found.x, variant)


def _start(sampling: float) -> Floats:
    begin = replace(PRIOR, sampling=sampling)
    logs = [begin.level_spread, begin.walk, begin.shock, 1.0, begin.sampling, begin.unevenness]
    return np.array([*np.log(logs), -1.5])


def _dynamics(x: Sequence[float] | Floats, variant: Variant) -> Dynamics:
    """Turn the search's numbers, free of bounds, into dynamics."""
    level_spread, walk, shock, sampling, unevenness = np.exp([x[0], x[1], x[2], x[4], x[5]])
    keep, jumps = 0.985 / (1 + np.exp(-x[3])), 0.3 / (1 + np.exp(-x[6]))
    return Dynamics(
        float(level_spread),
        float(walk) if variant.walks else 0.0,
        float(shock) if variant.fades else 0.0,
        float(keep) if variant.keeps else 0.0,
        float(sampling),
        float(unevenness),
        float(jumps),
    )


def _log_prior(given: Dynamics, sampling: float) -> float:
    """Return the log of a weak prior: within a factor of about 2 to 7 of where the search begins."""
    pairs = (
        (given.walk or PRIOR.walk, PRIOR.walk, 1.0),
        (given.shock or PRIOR.shock, PRIOR.shock, 1.0),
        (given.unevenness, PRIOR.unevenness, 0.5),
        (given.sampling, sampling, 0.7),
    )
    return -HALF * sum((float(np.log(value / centre)) / spread) ** 2 for value, centre, spread in pairs)
