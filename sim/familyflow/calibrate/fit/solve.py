"""The fit: unknown rates found so that expected flows meet the published targets, weighed by their ranges.

Nonlinear least squares on targets and priors together, on scales on which their errors are about normal: counts by
their logs, shares by the logs of their odds. `familyflow.calibrate.fit.posterior` samples what the ranges leave open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import least_squares

from familyflow.calibrate.fit.parameters import NINETY, Unknown, list_unknowns, to_rates
from familyflow.calibrate.fit.targets import TARGETS, read
from familyflow.engine import delivery, structure
from familyflow.engine import rates as fitted
from familyflow.engine.balance import expect
from familyflow.ground.problem import Problem
from familyflow.ground.threads import one_thread
from familyflow.pathway import PATHWAY
from familyflow.scenario.vocabulary import INCOME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Flags, Floats, Structure
    from familyflow.ground.quantity import Quantity
    from familyflow.pathway import Pathway
    from familyflow.scenario.model import Scenario

CLOSE = 0.05
"""A fitted target within this share of the published value counts as met, whatever its range."""
EXACT_SPREAD = 0.02
"""How exactly a number that is stated without a range has to be met, as a share of it."""
NOBODY_SPREAD = 1.0
"""Where nobody is counted, as on plans in the smallest councils, there might as well have been one."""
STEPS = 60
SEARCH = 40
FOUND = 0.01
"""A root is found when what is left to go is this short, each unknown in its posterior standard deviations."""
HALVINGS = 4
"""How often a step that leads away is halved."""
SETTLED = 1e-3
"""A fit has settled when a step changes the sum of squares, or the unknowns, by less than this share."""
NUDGE = 1e-5
_NOT_YET: Final = ("price.", "rate.", "case.", "effect.", "post.", "programme.", INCOME)
"""Ids of what touches no life before a team goes live: money, and what a programme brings."""
_EDGE: Final = 1e-9
"""No count and no share is taken closer to nothing, or to all, than this."""
_NARROW: Final = 100
"""A range that reaches nothing, or all, is taken to stop at this part of the way from the value."""


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked of a fit: the targets' ids, their scales, their errors on them, and the unknowns.

    `logs`, `odds` (K): compared by logs, or by the logs of odds; the others as they are. `below`, `above` (K): standard
    deviations of a truth below and above what is published, infinite where a target is held out.
    """

    keys: list[str]
    below: Floats
    above: Floats
    logs: Flags
    odds: Flags
    unknowns: tuple[Unknown, ...]

    def scaled(self, values: Floats) -> Floats:
        """Return the targets' values (K) on the scales on which they are compared."""
        floor = np.where(self.logs | self.odds, np.maximum(values, _EDGE), values)
        beside = np.where(self.odds, np.log(np.maximum(1 - values, _EDGE)), 0.0)
        return np.where(self.logs | self.odds, np.log(np.where(self.logs | self.odds, floor, 1.0)) - beside, values)

    def unscaled(self, scaled: Floats) -> Floats:
        """Return the targets' values (K) from their scales."""
        ratio = np.exp(np.where(self.logs | self.odds, scaled, 0.0))
        return np.where(self.odds, ratio / (1 + ratio), np.where(self.logs, ratio, scaled))

    def slopes(self, values: Floats) -> Floats:
        """Return how fast the scales (K) grow with the targets' values."""
        whole = np.where(self.odds, np.maximum(1 - values, _EDGE), 1.0)
        return np.where(self.logs | self.odds, 1 / (np.maximum(values, _EDGE) * whole), 1.0)

    def ends(self, given: list[Quantity]) -> tuple[Floats, Floats]:
        """Return the low and high ends (K) of the targets' ranges, kept off nothing and off all."""
        low, value, high = (np.array([getattr(q, end) for q in given]) for end in ("low", "value", "high"))
        low = np.where(self.logs | self.odds, np.maximum(low, value / _NARROW), low)
        return low, np.where(self.odds, np.minimum(high, 1 - (1 - value) / _NARROW), high)

    def deviations(self, apart: Floats) -> Floats:
        """Return how far truths lie from what is published (K), given on the scales, in standard deviations."""
        return np.asarray(apart / np.where(apart < 0, self.below, self.above))

    def apart(self, deviations: Floats) -> Floats:
        """Return how far truths lie from what is published (K) on the scales; nan where held out."""
        return np.asarray(
            deviations * np.where(self.held_out, np.nan, np.where(deviations < 0, self.below, self.above))
        )

    def log_rates(self, scores: Floats) -> Floats:
        """Return the logs of the unknowns' rates and shares at their scores."""
        return np.array([unknown.log(float(x)) for unknown, x in zip(self.unknowns, scores, strict=True)])

    @cached_property
    def held_out(self) -> Flags:
        """Say which targets (K) are shown and not fitted."""
        return np.isinf(self.above)


@dataclass(frozen=True, eq=False)
class Solution:
    """A solved fit.

    `x`: the unknowns' scores, in the question's order. `expected` (K): the targets as the balance has them. `jacobian`:
    of the residuals, targets before priors. `shift` (K): what simulation adds to the balance, on the targets' scales.
    """

    x: Floats
    rates: Rates
    expected: Floats
    jacobian: Floats
    structure: Structure
    shift: Floats


def ask(scenario: Scenario, arrays: Structure) -> Question:
    """Collect the targets that the scenario gives and the unknowns."""
    quantities = scenario.quantities
    asked = [t for t in TARGETS if t.key in quantities]
    given = [quantities[t.key] for t in asked]
    odds = np.array([q.unit == "share" and 0 < q.value < 1 for q in given])
    logs = np.array([q.unit != "share" and q.value > 0 for q in given])
    held_out = np.array([t.held_out for t in asked])
    even = np.ones(len(asked))
    bare = Question([t.key for t in asked], even, even, logs, odds, list_unknowns(arrays, quantities))
    below, above = (np.where(held_out, np.inf, errors) for errors in _errors(bare, given))
    return replace(bare, below=below, above=above)


def _errors(question: Question, given: list[Quantity]) -> Iterator[Floats]:
    """Yield the standard deviations below and above that 90% ranges imply; an end without a range has two per cent."""
    value = np.array([q.value for q in given])
    exact = EXACT_SPREAD * np.where(
        question.logs, 1.0, np.where(question.odds, 1 / np.maximum(1 - value, _EDGE), value)
    )
    exact = np.where(value == 0, NOBODY_SPREAD, exact)
    for end in question.ends(given):
        ranged = np.abs(question.scaled(end) - question.scaled(value)) / (NINETY / 2)
        yield np.maximum(np.where(end == value, exact, ranged), _EDGE)


@dataclass(frozen=True, eq=False)
class Posed:
    """A fit with its numbers in place.

    `wanted` (K): what the balance is to give, on the targets' scales. `errors`: by how many standard deviations the
    targets (K), then the priors, are wrong.
    """

    arrays: Structure
    question: Question
    values: Mapping[str, float]
    outside: Floats
    wanted: Floats
    errors: Floats

    def rates(self, x: Floats) -> Rates:
        """Return the rates that the unknowns make."""
        unknowns = zip(self.question.unknowns, map(float, x), strict=True)
        return to_rates(self.arrays, {**self.values, **{u.prior: u.quantity.at_score(score) for u, score in unknowns}})

    def expected(self, x: Floats) -> Floats:
        """Return the targets' expected values."""
        return read(expect(self.arrays, self.rates(x), self.outside), self.question.keys)

    def residuals(self, x: Floats) -> Floats:
        """Return how far targets, then priors, are missed, in their standard deviations."""
        apart = self.question.scaled(self.expected(x)) - self.wanted
        return np.concatenate([self.question.deviations(apart), x]) - self.errors

    def jacobian(self, x: Floats) -> Floats:
        """Return the residuals' slopes by forward differences."""
        here = self.residuals(x)
        steps = NUDGE * np.eye(len(x))
        return np.stack([(self.residuals(x + step) - here) / NUDGE for step in steps], axis=1)

    def solved(self, x: Floats, jacobian: Floats, shift: Floats) -> Solution:
        """Return the solution at a point."""
        return Solution(x, self.rates(x), self.expected(x), jacobian, self.arrays, shift)


def pose(
    scenario: Scenario,
    values: Mapping[str, float],
    shift: Floats | None = None,
    errors: Floats | None = None,
    pathway: Pathway = PATHWAY,
) -> Posed:
    """Put a scenario's question with the given values of all that is not asked.

    `shift` (K) is taken off what is wanted. `errors`: as in `Posed`; none unless given.
    """
    arrays = structure.build(pathway, values)
    question = ask(scenario, arrays)
    wanted = question.scaled(np.array([scenario.quantities[key].value for key in question.keys]))
    none = np.zeros(len(question.keys) + len(question.unknowns))
    return Posed(
        arrays,
        question,
        values,
        delivery.outside(arrays),
        wanted if shift is None else wanted - shift,
        none if errors is None else errors,
    )


@dataclass(frozen=True, eq=False)
class _Place:
    """A place in the search for a root: the unknowns, how far they seem to have to go, and that in one number."""

    x: Floats
    left: Floats
    far: float


def root(posed: Posed, x: Floats, jacobian: Floats) -> tuple[Floats, bool]:
    """Search from x for the point at which the residuals are orthogonal to a Jacobian's columns.

    Return it, and whether it is found. Broyden's steps start with the Jacobian given and learn the slopes as they go.
    """
    inverse = np.linalg.pinv(jacobian)
    spreads = np.linalg.norm(inverse, axis=1)
    slopes = np.eye(len(x))

    def look(x: Floats) -> _Place:
        """Return a place on the way, with what is left over there."""
        left = inverse @ posed.residuals(x)
        return _Place(x, left, float(np.linalg.norm(left / spreads)))

    at = look(x)
    for _ in range(SEARCH):
        if at.far < FOUND:
            break
        to = _shortened(look, at, -slopes @ at.left)
        step, turned = to.x - at.x, slopes @ (to.left - at.left)
        slopes += np.outer(step - turned, step @ slopes) / (step @ turned)
        at = to
    return at.x, at.far < FOUND


def _shortened(look: Callable[[Floats], _Place], at: _Place, step: Floats) -> _Place:
    """Take a step; halve it while it leads away, a few times."""
    to = look(at.x + step)
    for _ in range(HALVINGS):
        if to.far < at.far:
            break
        step = step / 2
        to = look(at.x + step)
    return to


def solve(
    scenario: Scenario,
    values: Mapping[str, float],
    shift: Floats | None = None,
    near: Floats | None = None,
    errors: Floats | None = None,
) -> Solution:
    """Fit a scenario; what is not asked has the given values. Errors: Problem when no rates can be found.

    `shift` (K): what simulation adds to the balance, on the targets' scales. `near`: unknowns to start from. `errors`:
    as in `Posed`.
    """
    with one_thread():
        posed = pose(scenario, values, shift, errors)
        start = np.zeros(len(posed.question.unknowns)) if near is None else near
        approached, found_way = root(posed, start, posed.jacobian(start))
        found = least_squares(
            posed.residuals,
            approached if found_way else start,
            posed.jacobian,
            max_nfev=STEPS,
            xtol=SETTLED,
            ftol=SETTLED,
        )
        if not found.success:
            raise Problem(_unfinished(scenario, found.message))
        nothing = np.zeros(len(posed.question.keys))
        return posed.solved(found.x, np.asarray(found.jac), nothing if shift is None else shift)


def reads(scenario: Scenario) -> frozenset[str]:
    """Name the quantities that a fit depends on: where the others differ, rates are the same.

    The fit is lived under no change, so whatever moves a family before a team goes live is among them.
    """
    return frozenset(name for name in scenario.quantities if not name.startswith(_NOT_YET))


def _unfinished(scenario: Scenario, why: str) -> str:
    return f"{scenario.path}: targets: no rates meet them together ({why}); check the targets' values and ranges"


def flat(solution: Solution) -> dict[str, float]:
    """Return a solution's rates as a flat table by name."""
    return fitted.to_values(solution.rates, solution.structure.pathway)
