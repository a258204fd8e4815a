"""What the published figures say and what they do not: prior against posterior, and which figures pull apart."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.stats import chi2

from familyflow.calibrate.fit.goodness import fit, residuals
from familyflow.calibrate.fit.posterior import errors_of, near
from familyflow.calibrate.fit.solve import ask, pose
from familyflow.calibrate.fit.targets import TARGETS
from familyflow.scenario.sampling import sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from familyflow.calibrate.fit.solve import Question, Solution
    from familyflow.engine.structure import Floats
    from familyflow.ground.progress import Progress
    from familyflow.scenario import Scenario

DRAWS: Final = 100
SEED: Final = 1
INFORMED: Final = 0.1
"""An unknown whose variance the figures cut by less than this share keeps its prior."""
CHANCE: Final = 0.01
"""Figures that would differ this much from a fit in fewer councils than this contradict each other."""
_PULL: Final = 0.25
"""Two figures pull apart when leaving out either lets the other come this much closer, in squared deviations."""
_MOST: Final = 10


@dataclass(frozen=True, eq=False)
class Sampled:
    """Posterior draws beside the draws of the prior that they come from.

    `prior`, `logs` (draws, unknowns): logs of the unknowns' rates, of an outcome's share among its stage's outcomes.
    `targets` (draws, K): the targets as the fit has them, with what simulation adds.
    """

    prior: Floats
    logs: Floats
    targets: Floats


def sampled(scenario: Scenario, central: Solution, draws: int = DRAWS, tell: Progress | None = None) -> Sampled:
    """Sample the posterior from a central solution."""
    question = ask(scenario, central.structure)
    prior, logs, targets = [], [], []
    for draw in range(draws):
        luck = errors_of(scenario, central, SEED, draw)
        found = near(scenario, sample(scenario, SEED, draw), central, luck)
        prior.append(question.log_rates(luck[len(question.keys) :]))
        logs.append(question.log_rates(found.x))
        targets.append(question.unscaled(question.scaled(found.expected) + central.shift))
        if tell is not None:
            tell("sampling the posterior", draw + 1, draws)
    wholes = _wholes(question)
    return Sampled(shared(np.array(prior), wholes), shared(np.array(logs), wholes), np.array(targets))


def _wholes(question: Question) -> list[list[int]]:
    """Return the unknowns, by place, whose rates are shares of one whole: the outcomes of each stage."""
    stages: dict[str, list[int]] = {}
    for i, unknown in enumerate(question.unknowns):
        if unknown.name.startswith(("decision.", "plan.")):
            stages.setdefault(unknown.name.rpartition(".")[0], []).append(i)
    return list(stages.values())


def shared(logs: Floats, wholes: list[list[int]]) -> Floats:
    """Turn logs of odds (..., unknowns) into logs of shares, where they are of one whole."""
    shared = logs.copy()
    for members in wholes:
        shared[..., members] -= np.log(np.exp(logs[..., members]).sum(axis=-1, keepdims=True))
    return shared


def unknowns(scenario: Scenario, central: Solution, draws: Sampled) -> pd.DataFrame:
    """Tabulate every unknown, a row each.

    Columns: unknown, prior (its quantity), unit, value (the prior's), prior_p5, prior_p95, p5, p50, p95 (of the draws,
    in that unit), prior_sd and posterior_sd (of logs), shrinkage (share of the prior's variance that the figures take
    away) and says.
    """
    question = ask(scenario, central.structure)
    centre = shared(question.log_rates(np.zeros(len(question.unknowns))), _wholes(question))
    before, after = draws.prior.std(axis=0, ddof=1), draws.logs.std(axis=0, ddof=1)
    cut = 1 - (after / before) ** 2
    low, middle, high = np.exp(np.quantile(draws.logs, (0.05, 0.5, 0.95), axis=0))
    prior_low, prior_high = np.exp(np.quantile(draws.prior, (0.05, 0.95), axis=0))
    return pd.DataFrame(
        {
            "unknown": [u.name for u in question.unknowns],
            "prior": [u.prior for u in question.unknowns],
            "unit": [u.quantity.unit for u in question.unknowns],
            "value": np.exp(centre),
            "prior_p5": prior_low,
            "prior_p95": prior_high,
            "p5": low,
            "p50": middle,
            "p95": high,
            "prior_sd": before,
            "posterior_sd": after,
            "shrinkage": cut,
            "says": ["informed" if share >= INFORMED else "keeps its prior" for share in cut],
        }
    )


def misfit(scenario: Scenario, central: Solution) -> tuple[float, int, float]:
    """Return the fit's sum of squares, the number of figures fitted, and how often chance alone gives so much.

    Were the priors and the stated errors true, the sum over targets and priors would be chi-square distributed, with
    as many degrees of freedom as there are figures.
    """
    posed = pose(scenario, scenario.central(), central.shift)
    apart = posed.residuals(central.x)
    count = int((~posed.question.held_out).sum())
    total = float(apart @ apart)
    return total, count, float(chi2.sf(total, count))


def tension(scenario: Scenario, central: Solution) -> pd.DataFrame:
    """Tabulate the pairs of targets, and of a target and a prior, that pull apart most, strongest first.

    Columns: one, other (titles), one_off, other_off (residuals in standard deviations), one_without, other_without
    (what they would be if the other were left out), pull (how much closer the two come, in squared deviations).
    """
    posed = pose(scenario, scenario.central(), central.shift)
    apart, hat = posed.residuals(central.x), _hat(central.jacobian)
    names = titles(posed.question)
    fitted = [i for i in range(len(names)) if i >= len(posed.question.keys) or not posed.question.held_out[i]]
    rows = sorted(_pairs(names, fitted, len(posed.question.keys), apart, hat), key=lambda row: -float(row["pull"]))  # type: ignore[arg-type]
    columns = ("one", "other", "one_off", "other_off", "one_without", "other_without", "pull")
    return pd.DataFrame(rows[:_MOST], columns=list(columns))


def titles(question: Question) -> list[str]:
    """Name the residuals in their order: the targets, then the priors."""
    by_key = {t.key: t.title for t in TARGETS}
    return [by_key[key] for key in question.keys] + [f"prior of {u.name}" for u in question.unknowns]


def _hat(jacobian: Floats) -> Floats:
    """Return what moves which residual: the projection on the Jacobian's columns."""
    return np.asarray(jacobian @ np.linalg.pinv(jacobian))


def _pairs(
    names: list[str], fitted: list[int], targets: int, apart: Floats, hat: Floats
) -> Iterator[dict[str, object]]:
    """Yield the pairs in which leaving out either lets the other come closer, by the fit's linear neighbourhood.

    The first of a pair is a target: that two priors are traded for each other says nothing of the figures.
    """
    for k, m in combinations(fitted, 2):
        if k >= targets:
            return
        one, other = without(apart, hat, k, m), without(apart, hat, m, k)
        closer = apart[k] ** 2 - one**2, apart[m] ** 2 - other**2
        if min(closer) > _PULL:
            yield {
                "one": names[k],
                "other": names[m],
                "one_off": float(apart[k]),
                "other_off": float(apart[m]),
                "one_without": one,
                "other_without": other,
                "pull": float(sum(closer)),
            }


def without(apart: Floats, hat: Floats, k: int, left_out: int) -> float:
    """Return residual k of the fit that leaves another out."""
    return float(apart[k] + hat[k, left_out] * apart[left_out] / (1 - hat[left_out, left_out]))


def notes(scenario: Scenario, central: Solution) -> list[str]:
    """Say in sentences what a reader should know of the figures: contradictions, what is missing, and old years."""
    return [*_contradiction(scenario, central), *_missing(scenario), *_other_years(scenario)]


def _contradiction(scenario: Scenario, central: Solution) -> Iterator[str]:
    total, count, chance = misfit(scenario, central)
    if chance < CHANCE:
        worst = _worst(scenario, central)
        yield (
            f"The published figures and the priors contradict each other: their misfit is {total:.0f} where {count} is "
            f"usual, and chance gives so much in {chance:.1%} of cases. Furthest off: {worst}."
        )


def _worst(scenario: Scenario, central: Solution) -> str:
    """Name the three targets that are furthest off."""
    question = ask(scenario, central.structure)
    off = residuals(question, central, np.array([scenario.quantities[key].value for key in question.keys]))
    order = np.argsort(-np.abs(np.nan_to_num(off)))[:3]
    names = titles(question)
    return ", ".join(f"{names[i]} ({off[i]:+.1f} standard deviations)" for i in order)


def _missing(scenario: Scenario) -> Iterator[str]:
    """Say which targets the scenario does not give."""
    for target in (t for t in TARGETS if t.key not in scenario.quantities):
        yield f"{scenario.name} gives no {target.key} ({target.title}): nothing is fitted to it."


def _other_years(scenario: Scenario) -> Iterator[str]:
    """Say which targets are of another year than most."""
    years = {t.title: scenario.quantities[t.key].year for t in TARGETS if t.key in scenario.quantities}
    usual = max(sorted(set(years.values())), key=list(years.values()).count)
    other = [f"{title} ({year})" for title, year in years.items() if year != usual]
    if other:
        yield f"Most figures are of {usual}; of another year: {', '.join(other)}."


@dataclass(frozen=True, eq=False)
class Account:
    """A fit and all that is to be said of it, as tables: see `fit`, `unknowns` and `tension` for their columns.

    The fit's table has p5 and p95 too: between them lie 90% of the posterior's draws of each target.
    """

    scenario: Scenario
    table: pd.DataFrame
    unknowns: pd.DataFrame
    tension: pd.DataFrame
    notes: list[str]
    misfit: tuple[float, int, float]
    draws: int


def account(scenario: Scenario, tell: Progress | None = None, draws: int = DRAWS) -> Account:
    """Fit a scenario, live it, sample its posterior, and give an account of it. Errors: Problem as in `solve`."""
    fitted = fit(scenario, tell)
    central = fitted.solution
    found = sampled(scenario, central, draws, tell)
    low, high = np.quantile(found.targets, (0.05, 0.95), axis=0)
    return Account(
        scenario,
        fitted.table.assign(p5=low, p95=high),
        unknowns(scenario, central, found),
        tension(scenario, central),
        notes(scenario, central),
        misfit(scenario, central),
        draws,
    )
