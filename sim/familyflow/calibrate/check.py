"""Does the posterior hold what it says? Councils with known rates, fitted, and the truth ranked among the draws.

Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman 2018, arXiv 1804.06788): the truth is drawn
from the prior, figures are published from it with their stated errors, and the posterior is sampled. If the sampler is
right, the rank of the truth among the draws is uniform, for each number by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log
from typing import TYPE_CHECKING

import numpy as np

from familyflow.calibrate.posterior import moved, near
from familyflow.calibrate.solve import one_thread, pose, solve
from familyflow.experiment.draw import normal, sample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.calibrate.solve import Posed, Question, Solution
    from familyflow.engine.structure import Floats
    from familyflow.ground.quantity import Quantity
    from familyflow.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Known:
    """A council whose rates are known, with the figures that it publishes from them.

    `truth`: by name, the log of each unknown's rate or odds, and each target as it truly is, on its scale.
    """

    scenario: Scenario
    truth: dict[str, float]


@dataclass(frozen=True)
class Ranked:
    """How a fit's draws lie about the truth.

    `ranks`: by name, how many of the draws are below the truth. `afresh`: draws that had to be solved afresh.
    """

    ranks: dict[str, int]
    draws: int
    afresh: int


def known(scenario: Scenario, seed: int, number: int) -> Known:
    """Return the number-th council like a scenario: rates from the priors, figures with their stated errors."""
    values = sample(scenario, seed, number)
    posed = pose(scenario, values)
    at = np.zeros(len(posed.question.unknowns))
    expected = posed.question.scaled(posed.expected(at))
    errors = np.array([normal(seed, number, f"error.{key}") for key in posed.question.keys])
    spreads = np.where(posed.question.held_out, 0.0, posed.question.spreads)
    figures = published(scenario, posed.question, expected + errors * spreads)
    return Known(_told(scenario, values, posed.question, figures), named(posed, at, expected))


def named(posed: Posed, x: Floats, expected: Floats) -> dict[str, float]:
    """Return the logs of the unknowns' rates or odds, and the targets on their scales, by name."""
    logs = {u.name: log(posed.values[u.prior]) + float(at) for u, at in zip(posed.question.unknowns, x, strict=True)}
    return logs | dict(zip(posed.question.keys, map(float, expected), strict=True))


def published(scenario: Scenario, question: Question, figures: Floats) -> dict[str, Quantity]:
    """Return figures (K), given on their scales, as a scenario's targets, with ranges as wide as its own."""
    given = [scenario.quantities[key] for key in question.keys]
    value = question.scaled(np.array([q.value for q in given]))
    low, high = (question.scaled(end) - value for end in question.ends(given))
    columns = (question.unscaled(figures + apart) for apart in (0 * low, low, high))
    return {
        key: replace(old, value=float(v), low=float(lo), high=float(hi))
        for key, old, v, lo, hi in zip(question.keys, given, *columns, strict=True)
    }


def _told(
    scenario: Scenario, values: Mapping[str, float], question: Question, figures: Mapping[str, Quantity]
) -> Scenario:
    """Return a scenario that publishes figures, with everything else but the priors known exactly."""
    priors = {u.prior for u in question.unknowns}
    exact = {
        key: replace(given, value=values[key], low=values[key], high=values[key])
        for key, given in scenario.quantities.items()
        if key not in priors
    }
    return replace(scenario, quantities={**scenario.quantities, **exact, **figures})


def ranked(council: Known, seed: int, draws: int) -> Ranked:
    """Fit a council, sample its posterior, and rank the truth among the draws."""
    scenario = council.scenario
    with one_thread():
        return _ranked(council, solve(scenario, scenario.central()), seed, draws)


def _ranked(council: Known, central: Solution, seed: int, draws: int) -> Ranked:
    """Rank the truth among draws from a central solution."""
    scenario = council.scenario
    ranks, afresh = dict.fromkeys(council.truth, 0), 0
    for draw in range(draws):
        values = moved(scenario, seed, draw)
        found = near(scenario, values, central)
        afresh += found.jacobian is not central.jacobian
        posed = pose(scenario, values)
        there = named(posed, found.x, posed.question.scaled(found.expected))
        for name, truth in council.truth.items():
            ranks[name] += there[name] < truth
    return Ranked(ranks, draws, afresh)
