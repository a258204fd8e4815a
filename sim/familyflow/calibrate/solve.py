"""The fit: unknown rates found so that expected flows meet the published targets, weighed by their ranges.

Nonlinear least squares on targets and priors together. For a draw, targets and priors are moved as that draw has them
and the same problem is solved again (randomised maximum a posteriori; Bardsley et al. 2014, SIAM J Sci Comput 36),
so the spread of the fits over draws is the uncertainty that the published ranges leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares

from familyflow.calibrate.targets import TARGETS, read
from familyflow.calibrate.unknowns import NINETY, Unknown, list_unknowns, to_rates
from familyflow.engine import practice, structure
from familyflow.engine import rates as fitted
from familyflow.engine.balance import expect
from familyflow.ground.problem import Problem
from familyflow.pathway import PATHWAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Floats, Structure
    from familyflow.pathway import Pathway
    from familyflow.scenario.model import Scenario

CLOSE = 0.05
"""A fitted target within this share of the published value counts as met, whatever its range."""
SNAPSHOT_SPREAD = 0.02
STEPS = 60
STILL = 1e-3
"""A fit has settled when a step changes the sum of squares by less than this share."""
WILD = 8.0
"""A fit is lost when an unknown, the log of a ratio, is this far from the centre."""


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked of a fit: the targets' ids, their spreads (infinite where held out), and the unknowns."""

    keys: list[str]
    spreads: Floats
    logs: np.ndarray
    unknowns: tuple[Unknown, ...]


@dataclass(frozen=True, eq=False)
class Solution:
    """A solved fit: unknowns (in the question's order), rates, expected targets, and the residuals' Jacobian."""

    x: Floats
    rates: Rates
    expected: Floats
    jacobian: Floats
    structure: Structure


def ask(scenario: Scenario, arrays: Structure) -> Question:
    """Collect the targets that the scenario gives and the unknowns."""
    quantities = scenario.quantities
    keys = [t.key for t in TARGETS if t.key in quantities]
    given = [quantities[k] for k in keys]
    logs = np.array([q.unit != "share" and q.value > 0 for q in given])
    ranges = np.array([_range(q.value, q.low, q.high, log) for q, log in zip(given, logs, strict=True)])
    held_out = np.array([t.held_out for t in TARGETS if t.key in quantities])
    spreads = np.where(held_out, np.inf, ranges / NINETY)
    return Question(keys, spreads, logs, list_unknowns(arrays, quantities))


def _range(value: float, low: float, high: float, log: bool) -> float:  # noqa: FBT001 - a row of an array
    """Return a 90% range's width on the scale that it is compared on; an exact number is given one per cent."""
    if low == high:
        return SNAPSHOT_SPREAD * NINETY * (1.0 if log else value)
    return float(np.log(high / max(low, value / 100)) if log else high - low)


def solve(scenario: Scenario, values: Mapping[str, float], pathway: Pathway = PATHWAY) -> Solution:
    """Fit a scenario whose quantities have the given values. Errors: Problem when no rates can be found."""
    arrays = structure.build(pathway, values)
    question = ask(scenario, arrays)
    outside = practice.outside(arrays)

    def residuals(x: Floats) -> Floats:
        return _residuals(arrays, question, values, outside, x)

    found = least_squares(
        residuals, np.zeros(len(question.unknowns)), x_scale="jac", max_nfev=STEPS, xtol=1e-6, ftol=1e-8
    )
    if not found.success:
        raise Problem(_unfinished(scenario, found.message))
    return _solution(arrays, question, values, outside, found.x, np.asarray(found.jac))


def near(scenario: Scenario, values: Mapping[str, float], central: Solution, pathway: Pathway = PATHWAY) -> Solution:
    """Fit a draw from the central solution, by steps along its Jacobian; solve afresh where those do not settle."""
    arrays = structure.build(pathway, values)
    question = ask(scenario, arrays)
    outside = practice.outside(arrays)
    inverse = np.linalg.pinv(central.jacobian)
    x, cost = central.x.copy(), np.inf
    for _ in range(STEPS):
        apart = _residuals(arrays, question, values, outside, x)
        if abs(cost - float(apart @ apart)) < STILL * cost:
            return _solution(arrays, question, values, outside, x, central.jacobian)
        cost = float(apart @ apart)
        x = x - inverse @ apart
        if np.abs(x - central.x).max() > WILD:
            break
    return solve(scenario, values, pathway)


def _residuals(
    arrays: Structure, question: Question, values: Mapping[str, float], outside: Floats, x: Floats
) -> Floats:
    named = dict(zip((u.name for u in question.unknowns), x, strict=True))
    expected = read(expect(arrays, to_rates(arrays, values, named), outside), question.keys)
    wanted = np.array([values[k] for k in question.keys])
    apart = np.where(
        question.logs,
        np.log(np.maximum(expected, 1e-9) / np.where(question.logs, wanted, 1.0)),
        expected - wanted,
    )
    priors = np.array([u.spread for u in question.unknowns])
    return np.concatenate([apart / question.spreads, x / priors])


def _solution(
    arrays: Structure,
    question: Question,
    values: Mapping[str, float],
    outside: Floats,
    x: Floats,
    jacobian: Floats,
) -> Solution:
    named = dict(zip((u.name for u in question.unknowns), x, strict=True))
    rates = to_rates(arrays, values, named)
    return Solution(x, rates, read(expect(arrays, rates, outside), question.keys), jacobian, arrays)


def _unfinished(scenario: Scenario, why: str) -> str:
    return f"{scenario.path}: targets: no rates meet them together ({why}); check the targets' values and ranges"


def flat(solution: Solution) -> dict[str, float]:
    """Return a solution's rates as a flat table by name."""
    return fitted.to_values(solution.rates, solution.structure.pathway)
