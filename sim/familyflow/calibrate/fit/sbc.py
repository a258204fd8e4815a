"""Does the posterior hold what it says? Councils with known rates, fitted, and the truth ranked among the draws.

Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman 2018, arXiv 1804.06788): the truth is drawn
from the prior, figures are published from it with their stated errors, and the posterior is sampled. If the sampler is
right, the rank of the truth among the draws is uniform, for each number by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.stats import chisquare

from familyflow.calibrate.fit.moments import live
from familyflow.calibrate.fit.parameters import NINETY
from familyflow.calibrate.fit.posterior import errors_of, near
from familyflow.calibrate.fit.solve import ask, pose, solve
from familyflow.ground.threads import one_thread
from familyflow.scenario.sampling import EXACT, normal, sample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from familyflow.calibrate.fit.solve import Posed, Question, Solution
    from familyflow.engine.structure import Floats
    from familyflow.ground.quantity import Quantity
    from familyflow.scenario import Scenario

BINS: Final = 10
LEVEL: Final = 0.01
SHARES: Final = (0.5, 0.8, 0.9)


@dataclass(frozen=True, eq=False)
class Known:
    """A council whose rates are known, with the figures that it publishes from them.

    `truth`: by name, each unknown's score, and each target as it truly is, on its scale.
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
    at = _drawn(posed.question, seed, number)
    expected = posed.question.scaled(posed.expected(at))
    errors = np.array([normal(seed, number, f"error.{key}") for key in posed.question.keys])
    wrong = np.where(posed.question.held_out, 0.0, posed.question.apart(errors))
    figures = published(scenario, posed.question, expected - wrong)
    return Known(_told(scenario, values, posed.question, figures), named(posed.question, at, expected))


def _drawn(question: Question, seed: int, number: int) -> Floats:
    """Draw the unknowns' scores."""
    return np.array([normal(seed, number, u.prior) for u in question.unknowns])


def named(question: Question, x: Floats, expected: Floats) -> dict[str, float]:
    """Return the unknowns' scores, and the targets on their scales, by name."""
    names = (*(u.name for u in question.unknowns), *question.keys)
    return dict(zip(names, map(float, (*x, *expected)), strict=True))


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
    """Fit a council, sample its posterior, and rank the truth among the draws.

    Each council needs a seed of its own: what the figures do not inform would else be ranked in the same sample again.
    """
    scenario = council.scenario
    with one_thread():
        return _ranked(council, solve(scenario, scenario.central()), seed, draws)


def _ranked(council: Known, central: Solution, seed: int, draws: int) -> Ranked:
    """Rank the truth among draws from a central solution."""
    scenario = council.scenario
    question = ask(scenario, central.structure)
    ranks, afresh = dict.fromkeys(council.truth, 0), 0
    for draw in range(draws):
        errors = errors_of(scenario, central, seed, draw)
        found = near(scenario, sample(scenario, seed, draw), central, errors)
        afresh += found.jacobian is not central.jacobian
        there = named(question, found.x, question.scaled(found.expected))
        for name, truth in council.truth.items():
            ranks[name] += there[name] < truth
    return Ranked(ranks, draws, afresh)


def log_weights(scenario: Scenario, seed: int, draws: int) -> Floats:
    """Return by how much, in logs, draws should count for more or less to be exact draws of the posterior (draws).

    Everything but targets and priors is held at its central value. The density of the draws is known (Bardsley and
    others 2014): exp(-|Q'F|^2 / 2) |det Q'J|, against the posterior's exp(-|F|^2 / 2) over the errors' standard
    deviations, each on the side on which the truth lies. Only differences mean anything.
    """
    values = scenario.central()
    with one_thread():
        posed = pose(scenario, values)
        central = solve(scenario, values)
        base, _ = np.linalg.qr(central.jacobian)
        lucks = (errors_of(scenario, central, seed, draw) for draw in range(draws))
        return np.array([_log_weight(posed, base, near(scenario, values, central, luck).x) for luck in lucks])


def _log_weight(posed: Posed, base: Floats, x: Floats) -> float:
    apart = posed.residuals(x)
    across = base.T @ apart
    slope = np.linalg.slogdet(base.T @ posed.jacobian(x))[1]
    question = posed.question
    sides = np.where(apart[: len(question.keys)] < 0, question.below, question.above)[~question.held_out]
    return float((across @ across - apart @ apart) / 2 - slope - np.log(sides).sum())


def effective(logs: Floats) -> float:
    """Return the share of weighted draws that equally many exact draws would be worth (Kish)."""
    weights = np.exp(logs - logs.max())
    return float(weights.sum() ** 2 / (len(weights) * (weights**2).sum()))


def lived(scenario: Scenario, seed: int, number: int) -> Known:
    """Return the number-th council like a scenario, which publishes what the engine makes of its rates.

    What the ledger does not have it publishes as the balance has it; its snapshot is that of its balance.
    """
    values = sample(scenario, seed, number)
    posed = pose(scenario, values)
    at = _drawn(posed.question, seed, number)
    expected = posed.expected(at)
    begun = {key: float(x) for key, x in zip(posed.question.keys, expected, strict=True) if key.startswith(EXACT)}
    told = _told(scenario, values | begun, posed.question, {})
    solution = posed.solved(at, np.zeros((0, 0)), np.zeros(len(expected)))
    seen = live(told, solution).mean
    figures = posed.question.scaled(np.where(np.isfinite(seen), seen, expected))
    return Known(
        _told(scenario, values, posed.question, published(scenario, posed.question, figures)),
        named(posed.question, at, posed.question.scaled(expected)),
    )


def recovered(council: Known, central: Solution) -> pd.DataFrame:
    """Set a fit's unknowns beside the truth, a row an unknown: unknown, truth, fitted, low, high (90%), off, shrinkage.

    `truth` to `high` are rates or shares; `off` is fitted less truth in posterior standard deviations near the fit.
    """
    question = ask(council.scenario, central.structure)
    spread = np.sqrt(np.diag(np.linalg.inv(central.jacobian.T @ central.jacobian)))
    truth = np.array([council.truth[u.name] for u in question.unknowns])
    reach = NINETY / 2 * spread
    return pd.DataFrame(
        {
            "unknown": [u.name for u in question.unknowns],
            "truth": np.exp(question.log_rates(truth)),
            "fitted": np.exp(question.log_rates(central.x)),
            "low": np.exp(question.log_rates(central.x - reach)),
            "high": np.exp(question.log_rates(central.x + reach)),
            "off": (central.x - truth) / spread,
            "shrinkage": 1 - spread**2,
        }
    )


def judged(fits: Sequence[Ranked], bins: int = BINS) -> pd.DataFrame:
    """Judge the ranks of many fits with as many draws each, a row a number.

    Columns: name, fits, mean_rank (of 0 to 1), p (of chi-square against uniform ranks), cover_50, cover_80, cover_90
    (share of fits in which so wide an interval of the draws holds the truth), and one for each bin of ranks.
    """
    rows = []
    for name in fits[0].ranks:
        ranks = np.array([fit.ranks[name] for fit in fits])
        counts = np.bincount(ranks * bins // (fits[0].draws + 1), minlength=bins)
        rows.append(
            {
                "name": name,
                "fits": len(fits),
                "mean_rank": float((ranks.mean() + 0.5) / (fits[0].draws + 1)),
                "p": float(chisquare(counts).pvalue),
                **{f"cover_{share:.0%}".rstrip("%"): covered(ranks, fits[0].draws, share) for share in SHARES},
                **{f"bin_{number}": int(count) for number, count in enumerate(counts, start=1)},
            }
        )
    return pd.DataFrame(rows)


def covered(ranks: np.ndarray, draws: int, share: float) -> float:
    """Return how often a central interval that is to hold the truth with a probability, `share`, does hold it.

    Among draws + 1 equally likely ranks the middle ones are taken; one that the interval cuts counts in part.
    """
    edge = (1 - share) / 2 * (draws + 1)
    low, part = int(edge), edge - int(edge)
    inside = np.where((ranks >= low) & (ranks <= draws - low), 1.0, 0.0)
    return float(np.where((ranks == low) | (ranks == draws - low), 1 - part, inside).mean())


def rejected(found: pd.DataFrame, level: float = LEVEL) -> list[str]:
    """Name the numbers whose ranks are not uniform: Holm's test of all of them together at one level."""
    order = found.sort_values("p")
    names: list[str] = []
    for tried, (name, p) in enumerate(zip(order["name"], order["p"], strict=True)):
        if p > level / (len(order) - tried):
            break
        names.append(str(name))
    return names
