"""Simulated moments: the engine in the loop, so that what is published is what simulation gives and not only balance.

The balance leaves out waits for workers, real ages and siblings' own clocks. So the central fit is lived under no
change; what simulation adds to a target, as far as it is more than chance, is taken off what the balance is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from familyflow.calibrate.fit.solve import ask, flat, solve
from familyflow.calibrate.fit.targets import TARGETS, Target
from familyflow.engine import is_ready, make_ready, measure, prepare
from familyflow.ground.calendar import DAYS_PER_YEAR
from familyflow.ground.threads import one_thread
from familyflow.scenario.vocabulary import NO_CHANGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from familyflow.calibrate.fit.solve import Question, Solution
    from familyflow.engine.structure import Floats
    from familyflow.ground.progress import Progress
    from familyflow.scenario import Scenario

ROUNDS: Final = 2
"""How often the engine is asked; the second time at rates that are nearly the last."""
REPLICATIONS: Final = 24
YEARS: Final = 5
SEED: Final = 1
SETTLED: Final = 365
"""Flows are read from this day on: what came before day 0, such as earlier referrals, is not known to a run."""
_CHANCE: Final = 2.0
"""What simulation adds has to be more than this many standard errors, or it counts as chance."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What replications of no change came to (replications, K), targets in the question's order; gaps are nan."""

    values: Floats

    @property
    def mean(self) -> Floats:
        """Averages (K) of the replications without a gap; nan where all have one."""
        return _over(np.nansum(self.values, axis=0), self._count)

    @property
    def error(self) -> Floats:
        """Standard errors of the averages (K); nan where fewer than two replications have no gap."""
        squares = np.nansum((self.values - self.mean) ** 2, axis=0)
        return np.asarray(np.sqrt(_over(squares, self._count - 1)) / np.sqrt(np.maximum(self._count, 1)))

    @property
    def _count(self) -> NDArray[np.int64]:
        """Replications without a gap (K)."""
        return np.asarray(np.isfinite(self.values).sum(axis=0))


def _over(sums: Floats, counts: NDArray[np.int64]) -> Floats:
    """Divide (K), leaving a gap where there is nothing to divide by."""
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))


@dataclass(frozen=True, eq=False)
class Round:
    """A fit, and what it comes to when it is lived."""

    solution: Solution
    seen: Seen


def central(scenario: Scenario, tell: Progress | None = None) -> Solution:
    """Return a scenario's central fit, corrected by simulation. Errors: Problem as in `solve`.

    The same scenario gives the same fit, to the bit. It takes some seconds; first of all the engine is compiled where
    it is not.
    """
    return corrected(scenario, list(rounds(scenario, tell))[-1])


def rounds(scenario: Scenario, tell: Progress | None = None) -> Iterator[Round]:
    """Yield each fit that is lived: by balance alone first, then with what simulation was seen to add."""
    solution = solve(scenario, scenario.central())
    _compiled(scenario, solution, tell)
    for number in range(ROUNDS):
        lived = Round(solution, live(scenario, solution, _from(tell, number)))
        yield lived
        solution = corrected(scenario, lived)


def _from(tell: Progress | None, number: int) -> Progress | None:
    """Count the replications of all rounds together."""
    if tell is None:
        return None
    return lambda doing, done, total: tell(doing, number * total + done, ROUNDS * total)


def corrected(scenario: Scenario, lived: Round) -> Solution:
    """Return the fit that asks of the balance what is published less what simulation adds."""
    shift = added(ask(scenario, lived.solution.structure), lived.solution, lived.seen)
    return solve(scenario, scenario.central(), shift, lived.solution.x)


def added(question: Question, solution: Solution, seen: Seen) -> Floats:
    """Return what simulation adds to the balance (K), on the targets' scales, shrunk towards none by its error.

    With t the difference in standard errors, a part 1 - (2 / t)^2 of it is taken, and none of a t below 2 (the
    non-negative garrote: Breiman 1995, Technometrics 37). Nothing is taken where the ledger has no such measure, nor
    where all replications agree to the bit: in a tiny council that is too little happening, and no precision.
    """
    mean, error = seen.mean, seen.error
    known = np.isfinite(mean) & (error > 0) & ~question.held_out
    apart = np.where(known, question.scaled(np.where(known, mean, solution.expected)), 0.0)
    apart = np.where(known, apart - question.scaled(solution.expected), 0.0)
    spread = np.where(known, error * question.slopes(np.where(known, mean, solution.expected)), 0.0)
    kept = 1 - (_CHANCE * spread) ** 2 / np.maximum(apart**2, np.finfo(float).tiny)
    return np.asarray(apart * np.clip(kept, 0.0, 1.0))


def live(scenario: Scenario, solution: Solution, tell: Progress | None = None) -> Seen:
    """Live a fit under no change at central values: the same families and luck for each fit, by replication."""
    keys = ask(scenario, solution.structure).keys
    values, rates, rows = scenario.central(), flat(solution), []
    for replication in range(REPLICATIONS):
        with one_thread():
            start = prepare(scenario, values, rates, SEED, replication, YEARS)
        rows.append(read_off(keys, by_month(measure(start, NO_CHANGE).frame())))
        if tell is not None:
            tell("simulating the fit", replication + 1, REPLICATIONS)
    return Seen(np.array(rows))


def of_months(keys: Sequence[str], runs: Sequence[pd.DataFrame]) -> Seen:
    """Read the targets off runs' months, as `by_month` gives them."""
    return Seen(np.array([read_off(keys, run) for run in runs]).reshape(len(runs), len(keys)))


def read_off(keys: Sequence[str], run: pd.DataFrame) -> Floats:
    """Return a run's measures (K) for the targets named."""
    by_key = {t.key: t for t in TARGETS}
    return np.array([simulated(by_key[key], run) for key in keys])


def by_month(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum a run's tidy months over teams: a row a month, a column a measure, gaps zero."""
    return frame.pivot_table(index="month", columns="measure", values="value", aggfunc="sum", fill_value=0.0)


def simulated(target: Target, run: pd.DataFrame) -> float:
    """Return a target's measure in one run: what was never recorded is nought.

    nan where the ledger has no such measure, the run is too short, or there was nothing to take a share of.
    """
    months = pd.DatetimeIndex(run.index)
    day = (months - months[0]).days
    if not target.simulated or day[-1] <= SETTLED:
        return float("nan")
    name, *within = target.simulated
    if name.endswith("="):
        return float(_recorded(run, name[:-1]).iloc[1:].mean())
    settled = run[day > SETTLED]
    total = float(_recorded(settled, name).sum())
    years = (day[-1] - day[day <= SETTLED][-1]) / DAYS_PER_YEAR
    below = float(_recorded(settled, within[0]).sum()) if within else years
    return total / below if below else float("nan")


def _recorded(run: pd.DataFrame, name: str) -> pd.Series:
    """Return a measure by month; a ledger has no row of what never happened, such as leaving care in a tiny council."""
    return run[name] if name in run else pd.Series(0.0, index=run.index)


def make_engine_ready(scenario: Scenario, tell: Progress | None = None) -> None:
    """Compile the engine if it is not, as a fit would, before any process needs it."""
    if not is_ready():
        _compiled(scenario, solve(scenario, scenario.central()), tell)


def _compiled(scenario: Scenario, solution: Solution, tell: Progress | None) -> None:
    """Compile the engine, once for this version on this machine, before any process needs it."""
    if is_ready():
        return
    if tell is not None:
        tell("compiling the engine, once on this machine: about half a minute", 0, 0)
    make_ready(prepare(scenario, scenario.central(), flat(solution), SEED, 0, 1))
