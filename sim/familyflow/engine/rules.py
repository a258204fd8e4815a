"""The science, written once: how a stay is timed, which exit it takes, and what a decision decides.

Small compiled functions of plain numbers and arrays. Every interpreter of the pathway calls these.
The stay follows the modified next reaction method (Anderson 2007, J Chem Phys 127:214107): each exit has a
unit-exponential budget, spent at the exit's hazard; a change of hazard re-times the exit and draws nothing.
"""

from __future__ import annotations

from math import exp, inf, lgamma, log
from typing import TYPE_CHECKING

import numpy as np

from familyflow.engine.keys import Purpose
from familyflow.ground.compiled import compiled
from familyflow.ground.draws import exponential

if TYPE_CHECKING:
    from familyflow.engine.structure import Floats

BUDGET = int(Purpose.BUDGET)


@compiled
def time_to_spend(hazards: Floats, starts: Floats, ratio: float, budget: float, elapsed: float) -> float:
    """Return the days until an exit's budget is spent, from `elapsed` days into the spell; inf if never.

    `hazards` holds one value per duration band, per day; `starts` the day on which each band begins.
    """
    waited = 0.0
    for band in range(len(starts)):
        ends = starts[band + 1] if band + 1 < len(starts) else inf
        if elapsed >= ends:
            continue
        rate = float(hazards[band] * ratio)
        length = ends - max(elapsed, starts[band])
        if rate > 0 and budget <= rate * length:
            return waited + budget / rate
        if length == inf:
            return inf
        budget -= rate * length
        waited += length
    return inf


@compiled
def soonest(hazards: Floats, starts: Floats, ratios: Floats, budgets: Floats, elapsed: float) -> tuple[float, int]:
    """Return the days until the first exit and that exit's index; (inf, -1) when none can happen.

    `hazards` is exits x bands; `ratios` and `budgets` hold one value per exit.
    """
    wait, chosen = inf, -1
    for e in range(len(budgets)):
        mine = time_to_spend(hazards[e], starts, ratios[e], budgets[e], elapsed)
        if mine < wait:
            wait, chosen = mine, e
    return wait, chosen


@compiled
def spent(hazards: Floats, starts: Floats, ratio: float, elapsed: float, days: float) -> float:
    """Return how much of a budget `days` more in the stage use up: the hazard's integral."""
    total = 0.0
    until = elapsed + days
    for band in range(len(starts)):
        ends = starts[band + 1] if band + 1 < len(starts) else inf
        overlap = min(until, ends) - max(elapsed, starts[band])
        if overlap > 0:
            total += hazards[band] * ratio * overlap
    return total


@compiled
def spend(hazards: Floats, starts: Floats, ratios: Floats, budgets: Floats, elapsed: float, days: float) -> None:
    """Take `days` of hazard from every exit's budget, in place; never below zero."""
    for e in range(len(budgets)):
        budgets[e] = max(0.0, budgets[e] - spent(hazards[e], starts, ratios[e], elapsed, days))


@compiled
def budgets(seed: int, replication: int, family: int, visit: int, first: int, count: int) -> Floats:
    """Return a unit-exponential budget for each exit of a visit, keyed by the exit's index from `first` on."""
    drawn = np.empty(count)
    for e in range(count):
        drawn[e] = exponential(seed, replication, family, visit, BUDGET, first + e)
    return drawn


@compiled
def choose(weights: Floats, u: float) -> int:
    """Return the index that u falls on when [0, 1) is shared out in proportion to the weights."""
    left = u * weights.sum()
    last = 0
    for i in range(len(weights)):
        if weights[i] > 0:
            last = i
            if left < weights[i]:
                return i
        left -= weights[i]
    return last


@compiled
def weibull(scale: float, shape: float, u: float) -> float:
    """Return the time at which a Weibull survival curve has fallen to u."""
    return float(scale * (-log(u)) ** (1.0 / shape))


@compiled
def weibull_scale(mean: float, shape: float) -> float:
    """Return the scale at which a Weibull time has this mean."""
    return mean / exp(lgamma(1.0 + 1.0 / shape))


@compiled
def binomial(trials: int, share: float, u: float) -> int:
    """Return the number of successes at probability u, by walking up the distribution."""
    if share <= 0.0:
        return 0
    if share >= 1.0:
        return trials
    term = (1.0 - share) ** trials
    total, k = term, 0
    while total < u and k < trials:
        term *= (trials - k) / (k + 1.0) * share / (1.0 - share)
        k += 1
        total += term
    return k
