"""The fit as people read it: each target as published, as the balance meets it, and as simulation shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from familyflow.calibrate.fit.moments import Seen, by_month, corrected, live, of_months, rounds
from familyflow.calibrate.fit.solve import CLOSE, Solution, ask
from familyflow.calibrate.fit.targets import TARGETS, Target
from familyflow.scenario.vocabulary import NO_CHANGE

if TYPE_CHECKING:
    from familyflow.calibrate.fit.solve import Question
    from familyflow.ground.progress import Progress
    from familyflow.scenario import Scenario

SHOWN = 100
"""Draws of a run that a fit is checked against."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A solved scenario and its table, a row a target.

    Columns: key, target, published, low, high, balance, fitted (with what simulation adds), simulated_before (the
    correction), simulated, mc_error, residual (in standard deviations), status, source.
    """

    scenario: Scenario
    solution: Solution
    table: pd.DataFrame


def fit(scenario: Scenario, tell: Progress | None = None) -> Fit:
    """Fit a scenario and live it under no change, before and after the correction. Errors: Problem as in `solve`."""
    lived = list(rounds(scenario, tell))
    solution = corrected(scenario, lived[-1])
    seen = live(scenario, solution, _corrected(tell))
    return Fit(scenario, solution, compare(scenario, solution, seen, lived[0].seen))


def _corrected(tell: Progress | None) -> Progress | None:
    """Say that it is the corrected fit that is lived."""
    if tell is None:
        return None
    return lambda _doing, done, total: tell("simulating the corrected fit", done, total)


def of_run(scenario: Scenario, monthly: pd.DataFrame, solution: Solution) -> Fit:
    """Set beside a scenario's central solution what a run's draws of no change came to, by its tidy months."""
    shown = monthly[(monthly["schedule"] == NO_CHANGE) & (monthly["draw"] < SHOWN)]
    runs = [by_month(each) for _, each in shown.groupby("draw")]
    seen = of_months(ask(scenario, solution.structure).keys, runs)
    return Fit(scenario, solution, compare(scenario, solution, seen).drop(columns="simulated_before"))


def compare(scenario: Scenario, solution: Solution, seen: Seen, before: Seen | None = None) -> pd.DataFrame:
    """Return the table of the fit. `seen`, `before`: simulations of this fit, and of the one by balance alone."""
    question = ask(scenario, solution.structure)
    titles = {t.key: t for t in TARGETS}
    given = [scenario.quantities[key] for key in question.keys]
    fitted = question.unscaled(question.scaled(solution.expected) + solution.shift)
    return pd.DataFrame(
        {
            "key": question.keys,
            "target": [titles[key].title for key in question.keys],
            "published": [q.value for q in given],
            "low": [q.low for q in given],
            "high": [q.high for q in given],
            "balance": solution.expected,
            "fitted": fitted,
            "simulated_before": before.mean if before else np.nan,
            "simulated": seen.mean,
            "mc_error": seen.error,
            "residual": residuals(question, solution, np.array([q.value for q in given])),
            "status": [
                verdict(titles[key], q.value, q.low, q.high, float(value))
                for key, q, value in zip(question.keys, given, fitted, strict=True)
            ],
            "source": [f"{q.source}, {q.year}, {q.status.value}" for q in given],
        }
    )


def residuals(question: Question, solution: Solution, published: np.ndarray) -> np.ndarray:
    """Return fitted less published (K) in the standard deviations of what is published; nan where held out."""
    apart = question.scaled(solution.expected) + solution.shift - question.scaled(published)
    return np.asarray(np.where(question.held_out, np.nan, question.deviations(apart)))


def verdict(target: Target, value: float, low: float, high: float, expected: float) -> str:
    """Return whether a target is met: within 5% or within its stated range; or that it was not fitted at all."""
    met = abs(expected - value) <= CLOSE * value or low <= expected <= high
    if target.held_out:
        return "held out, agrees" if met else "held out, differs"
    return "met" if met else "NOT MET with the others"
