"""The posterior: the fit solved again for each draw's targets and priors; a table of draws by rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from familyflow.calibrate import drift
from familyflow.calibrate.solve import flat, near, solve
from familyflow.experiment.draw import sample
from familyflow.experiment.limits import MOST_YEARS

if TYPE_CHECKING:
    from collections.abc import Callable

    from familyflow.calibrate.solve import Solution
    from familyflow.scenario import Scenario


def posterior(
    scenario: Scenario,
    seed: int,
    draws: int,
    tell: Callable[[str, int, int], None] | None = None,
    central: Solution | None = None,
) -> pd.DataFrame:
    """Return the rates and drift of draws 0 to draws - 1, a row each, a column a name. Errors: Problem as in `solve`.

    `central`: the scenario's central solution, where it is known already.
    """
    central = central or solve(scenario, scenario.central())
    rows = []
    for draw in range(draws):
        rows.append(of_draw(scenario, seed, draw, central))
        if tell is not None:
            tell("fitting the rates of each draw", draw + 1, draws)
    return pd.DataFrame(rows)


def of_draw(scenario: Scenario, seed: int, draw: int, central: Solution) -> dict[str, float]:
    """Return one draw's fitted rates by name, and how they move by themselves in each year that a run may have."""
    moved = drift.paths(scenario.authority, scenario.start, MOST_YEARS, seed, draw)
    return flat(near(scenario, sample(scenario, seed, draw), central)) | moved
