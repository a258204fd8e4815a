"""The fit as people read it: each target as published, as the balance meets it, and as simulation shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from familyflow.calibrate.solve import CLOSE, Solution, ask, flat, solve
from familyflow.calibrate.targets import TARGETS, Target
from familyflow.engine import prepare, simulate
from familyflow.ground.calendar import DAYS_PER_YEAR
from familyflow.scenario.vocabulary import NO_CHANGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from familyflow.scenario import Scenario

REPLICATIONS = 6
YEARS = 3
SEED = 1
SHOWN = 100
"""Draws of a run that a fit is checked against."""
SETTLED = 365
"""Flows are read from this day on: what came before day 0, such as earlier referrals, is not known to a run."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A solved scenario and its table: target, published, low, high, fitted, simulated, mc_error, status, note."""

    scenario: Scenario
    solution: Solution
    table: pd.DataFrame


def fit(
    scenario: Scenario,
    replications: int = REPLICATIONS,
    tell: Callable[[str, int, int], None] | None = None,
) -> Fit:
    """Fit a scenario and check it by simulating no change at the central values. Errors: Problem as in `solve`."""
    solution = solve(scenario, scenario.central())
    runs = []
    for replication in range(replications):
        runs.append(_no_change(scenario, solution, replication))
        if tell is not None:
            tell("simulating the fit", replication + 1, replications)
    return Fit(scenario, solution, compare(scenario, solution, runs))


def of_run(scenario: Scenario, monthly: pd.DataFrame, solution: Solution) -> Fit:
    """Set beside a scenario's central solution what a run's draws of no change came to, by its tidy months."""
    shown = monthly[(monthly["schedule"] == NO_CHANGE) & (monthly["draw"] < SHOWN)]
    runs = [by_month(each) for _, each in shown.groupby("draw")]
    return Fit(scenario, solution, compare(scenario, solution, runs))


def _no_change(scenario: Scenario, solution: Solution, replication: int) -> pd.DataFrame:
    """Return one replication's no-change months: month by measure, over all teams."""
    start = prepare(scenario, scenario.central(), flat(solution), SEED, replication, YEARS)
    return by_month(simulate(start, NO_CHANGE).frame())


def by_month(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum a run's tidy months over teams: a row a month, a column a measure, gaps zero."""
    return frame.pivot_table(index="month", columns="measure", values="value", aggfunc="sum", fill_value=0.0)


def compare(scenario: Scenario, solution: Solution, runs: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the table of the fit. `runs`: months of no change, one for each replication; none leaves gaps."""
    question = ask(scenario, solution.structure)
    titles = {t.key: t for t in TARGETS}
    rows = [
        _row(scenario, titles[key], float(expected), runs)
        for key, expected in zip(question.keys, solution.expected, strict=True)
    ]
    return pd.DataFrame(rows)


def _row(scenario: Scenario, target: Target, expected: float, runs: list[pd.DataFrame]) -> dict[str, object]:
    given = scenario.quantities[target.key]
    seen = np.array([simulated(target, run) for run in runs])
    return {
        "target": target.title,
        "published": given.value,
        "low": given.low,
        "high": given.high,
        "fitted": expected,
        "simulated": float(seen.mean()) if len(seen) else np.nan,
        "mc_error": float(seen.std(ddof=1) / np.sqrt(len(seen))) if len(seen) > 1 else np.nan,
        "status": verdict(target, given.value, given.low, given.high, expected),
        "source": f"{given.source}, {given.year}, {given.status.value}",
    }


def verdict(target: Target, value: float, low: float, high: float, expected: float) -> str:
    """Say whether a target is met: within 5% or within its stated range; or that it was not fitted at all."""
    met = abs(expected - value) <= CLOSE * value or low <= expected <= high
    if target.held_out:
        return "held out, agrees" if met else "held out, differs"
    return "met" if met else "NOT MET with the others"


def simulated(target: Target, run: pd.DataFrame) -> float:
    """Return a target's measure in one run; nan where the ledger has none, or the run is too short."""
    months = pd.DatetimeIndex(run.index)
    day = (months - months[0]).days
    if not target.simulated or day[-1] <= SETTLED:
        return float("nan")
    settled = run[day > SETTLED]
    name = target.simulated[0]
    if name.endswith("="):
        return float(run[name[:-1]].iloc[1:].mean())
    years = (day[-1] - day[day <= SETTLED][-1]) / DAYS_PER_YEAR
    total = float(settled[name].sum())
    return total / float(settled[target.simulated[1]].sum()) if len(target.simulated) > 1 else total / years
