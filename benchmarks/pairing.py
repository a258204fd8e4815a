"""What pairing is worth: `python benchmarks/pairing.py [SCENARIO] [REPLICATIONS]` (default somerset, 60).

The planned schedule against no change: the variance of the difference when both are lived by the same families with
the same luck, against that of independent runs, which is the sum of the two variances. Their ratio is how many times as
many independent runs would be needed. First with fixed (central) parameters, where all variance is chance; then over
full draws, each with parameters of its own.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from familyflow import api, scenario
from familyflow.calibrate.fit.solve import flat, solve
from familyflow.economics import cashflow, prices
from familyflow.engine import prepare, simulate
from familyflow.ground import paths
from familyflow.scenario.vocabulary import NO_CHANGE

if TYPE_CHECKING:
    from familyflow.scenario import Scenario

SCHEDULE = "as_published"
SEED = 1
COUNTS = ("care_entries", "child_days_in_care")


def by_chance(loaded: Scenario, replications: int) -> pd.DataFrame:
    """Live both schedules with central parameters: a row a replication and schedule, a column a measure."""
    values = loaded.central()
    rates = flat(solve(loaded, values))
    parts = []
    for replication in range(replications):
        start = prepare(loaded, values, rates, SEED, replication, loaded.years)
        lived = ((name, simulate(start, name).frame()) for name in (NO_CHANGE, SCHEDULE))
        parts += [frame.assign(draw=replication, schedule=name) for name, frame in lived]
    monthly = pd.concat(parts)
    samples = pd.DataFrame([values | {"draw": draw} for draw in range(replications)])
    return totals(loaded, monthly, samples)


def by_draw(loaded: Scenario, draws: int) -> pd.DataFrame:
    """Run both schedules over full draws, and give the same table."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        results = api.Experiment(loaded).run(draws=draws, schedules=[SCHEDULE], seed=SEED, out=out)
        return totals(loaded, results.monthly, results.draws)


def totals(loaded: Scenario, monthly: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    """Add up counts, and the cost of placements and other cashable lines, over the whole horizon."""
    deflator = prices.read_deflator(paths.shipped("calibration", "gdp_deflator.csv"))
    factors = prices.uprating(prices.price_years(loaded.quantities), loaded.price_year, deflator)
    money = cashflow.money(monthly, samples, factors)
    cash = money[money["kind"] == "cashable"].groupby(["draw", "schedule"], observed=True)["gbp"].sum()
    counted = monthly[monthly["measure"].isin(COUNTS)]
    wide = counted.pivot_table("value", ["draw", "schedule"], "measure", "sum", observed=True)
    return wide.join(cash.rename("cashable_cost_gbp"))


def report(name: str, table: pd.DataFrame) -> None:
    """Print, for each measure, the variances and their ratio."""
    print(name)
    for measure in table.columns:
        by_schedule = table[measure].unstack("schedule")  # noqa: PD010 - two columns
        before, after = by_schedule[NO_CHANGE], by_schedule[SCHEDULE]
        paired, independent = (before - after).var(), before.var() + after.var()
        print(
            f"  {measure:<20} difference {(before - after).mean():14,.1f}"
            f"  standard deviation paired {paired**0.5:14,.1f}, independent {independent**0.5:14,.1f}"
            f"  runs saved: {independent / paired:6.1f} times"
        )


def main(arguments: list[str]) -> None:
    """Measure one scenario."""
    name, count = [*arguments, *("somerset", "60")[len(arguments) :]]
    loaded = scenario.load(name)
    report(f"{name}, fixed parameters, {count} replications", by_chance(loaded, int(count)))
    report(f"{name}, full draws, {count}", by_draw(loaded, int(count)))


if __name__ == "__main__":
    main(sys.argv[1:])
