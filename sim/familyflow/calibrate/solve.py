"""The fit: unknown rates found so that expected flows meet the published targets, weighed by their ranges.

Nonlinear least squares on targets and priors together. For a draw, targets and priors are moved as that draw has them
and the same problem is solved again (randomised maximum a posteriori; Bardsley et al. 2014, SIAM J Sci Comput 36),
so the spread of the fits over draws is the uncertainty that the published ranges leave.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import least_squares
from threadpoolctl import threadpool_limits

from familyflow.calibrate.targets import TARGETS, read
from familyflow.calibrate.unknowns import NINETY, Unknown, list_unknowns, to_rates
from familyflow.engine import practice, structure
from familyflow.engine import rates as fitted
from familyflow.engine.balance import expect
from familyflow.ground.problem import Problem
from familyflow.pathway import PATHWAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Floats, Structure
    from familyflow.pathway import Pathway
    from familyflow.scenario.model import Scenario

CLOSE = 0.05
"""A fitted target within this share of the published value counts as met, whatever its range."""
SNAPSHOT_SPREAD = 0.02
NOBODY_SPREAD = 1.0
"""Where nobody is counted, as on plans in the smallest councils, there might as well have been one."""
STEPS = 60
STILL = 1e-3
"""A fit has settled when a step changes the sum of squares by less than this share."""
APPROACHES = 2
NUDGE = 1e-5


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
    """Return a 90% range's width on the scale that it is compared on; an exact number is given two per cent."""
    if low == high:
        return NINETY * (SNAPSHOT_SPREAD * (1.0 if log else value) or NOBODY_SPREAD)
    return float(np.log(high / max(low, value / 100)) if log else high - low)


@dataclass(frozen=True, eq=False)
class _Posed:
    """A fit with its numbers in place."""

    arrays: Structure
    question: Question
    values: Mapping[str, float]
    outside: Floats

    def rates(self, x: Floats) -> Rates:
        """Return the rates that the unknowns make."""
        named = dict(zip((u.name for u in self.question.unknowns), x, strict=True))
        return to_rates(self.arrays, self.values, named)

    def expected(self, x: Floats) -> Floats:
        """Return the targets' expected values."""
        return read(expect(self.arrays, self.rates(x), self.outside), self.question.keys)

    def residuals(self, x: Floats) -> Floats:
        """Return how far targets, then priors, are missed, in their standard deviations."""
        expected, logs = self.expected(x), self.question.logs
        wanted = np.array([self.values[k] for k in self.question.keys])
        ratio = np.log(np.maximum(expected, 1e-9) / np.where(logs, wanted, 1.0))
        apart = np.where(logs, ratio, expected - wanted)
        priors = np.array([u.spread for u in self.question.unknowns])
        return np.concatenate([apart / self.question.spreads, x / priors])

    def jacobian(self, x: Floats) -> Floats:
        """Return the residuals' slopes by forward differences."""
        here = self.residuals(x)
        steps = NUDGE * np.eye(len(x))
        return np.stack([(self.residuals(x + step) - here) / NUDGE for step in steps], axis=1)

    def settle(self, x: Floats, jacobian: Floats) -> tuple[Floats, bool]:
        """Step along a fixed Jacobian until the sum of squares rests; return where, and whether it does."""
        inverse, best, least = np.linalg.pinv(jacobian), x, np.inf
        for _ in range(STEPS):
            apart = self.residuals(x)
            cost = float(apart @ apart)
            if not cost < least * (1 - STILL):
                return best if least <= cost else x, abs(cost - least) <= STILL * least
            best, least = x, cost
            x = x - inverse @ apart
        return best, False

    def solved(self, x: Floats, jacobian: Floats) -> Solution:
        """Return the solution at a point."""
        return Solution(x, self.rates(x), self.expected(x), jacobian, self.arrays)


def one_thread() -> threadpool_limits:
    """Keep linear algebra on one thread for a while: the matrices are small, and threads only wait for each other."""
    return threadpool_limits(limits=1, user_api="blas")


def _pose(scenario: Scenario, values: Mapping[str, float], pathway: Pathway) -> _Posed:
    arrays = structure.build(pathway, values)
    return _Posed(arrays, ask(scenario, arrays), values, practice.outside(arrays))


def solve(scenario: Scenario, values: Mapping[str, float], pathway: Pathway = PATHWAY) -> Solution:
    """Fit a scenario whose quantities have the given values. Errors: Problem when no rates can be found.

    Cheap steps along two Jacobians come near; a trust-region search then makes sure.
    """
    posed = _pose(scenario, values, pathway)
    x = np.zeros(len(posed.question.unknowns))
    with one_thread():
        for _ in range(APPROACHES):
            x, _ = posed.settle(x, posed.jacobian(x))
        found = least_squares(posed.residuals, x, x_scale="jac", max_nfev=STEPS, xtol=1e-5, ftol=1e-5)
    if not found.success:
        raise Problem(_unfinished(scenario, found.message))
    return posed.solved(found.x, np.asarray(found.jac))


def near(scenario: Scenario, values: Mapping[str, float], central: Solution, pathway: Pathway = PATHWAY) -> Solution:
    """Fit a draw from the central solution, by steps along its Jacobian; solve afresh where those do not settle."""
    posed = _pose(scenario, values, pathway)
    with one_thread():
        x, settled = posed.settle(central.x, central.jacobian)
    return posed.solved(x, central.jacobian) if settled else solve(scenario, values, pathway)


def reads(scenario: Scenario) -> frozenset[str]:
    """Name the quantities that a fit depends on: where the others differ, rates are the same."""
    quantities = _Noted(scenario.quantities)
    values = _Noted(scenario.central())
    posed = _pose(replace(scenario, quantities=quantities), values, PATHWAY)
    posed.residuals(np.zeros(len(posed.question.unknowns)))
    return frozenset(quantities.read | values.read)


class _Noted(Mapping[str, Any]):
    """A table that notes which of its rows are read."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.table = table
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - a number or a quantity
        self.read.add(key)
        return self.table[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    def __len__(self) -> int:
        return len(self.table)


def _unfinished(scenario: Scenario, why: str) -> str:
    return f"{scenario.path}: targets: no rates meet them together ({why}); check the targets' values and ranges"


def flat(solution: Solution) -> dict[str, float]:
    """Return a solution's rates as a flat table by name."""
    return fitted.to_values(solution.rates, solution.structure.pathway)
