"""The posterior: the errors of each draw's targets and priors drawn, and the same problem solved with them.

Randomise then optimise (Bardsley, Solonen, Haario and Laine 2014, SIAM Journal on Scientific Computing 36). With F the
residuals of targets and priors in standard deviations, and Q an orthonormal base of the central Jacobian's columns, a
draw is the x at which Q'F(x) = Q'e, e being standard normal. Where F is linear, that is an exact sample.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from familyflow.calibrate.fit.moments import central as central_fit
from familyflow.calibrate.fit.solve import ask, flat, pose, root, solve
from familyflow.calibrate.trends import drift
from familyflow.ground.defaults import MOST_YEARS
from familyflow.ground.threads import one_thread
from familyflow.scenario.sampling import normal, sample

if TYPE_CHECKING:
    from familyflow.calibrate.fit.solve import Solution
    from familyflow.engine.structure import Floats
    from familyflow.ground.progress import Progress
    from familyflow.scenario import Scenario


def posterior(
    scenario: Scenario,
    seed: int,
    draws: int,
    tell: Progress | None = None,
    central: Solution | None = None,
) -> pd.DataFrame:
    """Return the rates and drift of draws 0 to draws - 1, a row each, a column a name. Errors: Problem as in `solve`.

    `central`: the scenario's central solution, where it is known already.
    """
    central = central or central_fit(scenario)
    rows = []
    for draw in range(draws):
        rows.append(of_draw(scenario, seed, draw, central))
        if tell is not None:
            tell("fitting the rates of each draw", draw + 1, draws)
    return pd.DataFrame(rows)


def of_draw(scenario: Scenario, seed: int, draw: int, central: Solution) -> dict[str, float]:
    """Return one draw's fitted rates by name, and how they move by themselves in each year that a run may have."""
    rates = flat(near(scenario, sample(scenario, seed, draw), central, errors_of(scenario, central, seed, draw)))
    return rates | drift.paths(scenario.authority, scenario.start, MOST_YEARS, seed, draw)


def errors_of(scenario: Scenario, central: Solution, seed: int, draw: int) -> Floats:
    """Return by how many standard deviations a draw's targets, then its priors, are wrong.

    It is the luck by which the sample takes the same quantities from their ranges.
    """
    question = ask(scenario, central.structure)
    names = (*question.keys, *(unknown.prior for unknown in question.unknowns))
    return np.array([normal(seed, draw, name) for name in names])


def near(scenario: Scenario, values: dict[str, float], central: Solution, errors: Floats) -> Solution:
    """Fit a draw from the central solution; solve afresh where the steps do not lead there.

    `values`: of all that is not asked. `errors`: of targets, then priors.
    """
    with one_thread():
        posed = pose(scenario, values, central.shift, errors)
        x, found = root(posed, central.x, central.jacobian)
        if found:
            return posed.solved(x, central.jacobian, central.shift)
    return solve(scenario, values, central.shift, errors=errors)
