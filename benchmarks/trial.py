"""Make the model's rows of the prediction of the national trial: `python benchmarks/trial.py FOLDER [DRAWS.csv]`.

FOLDER holds a finished run: `familyflow run swindon --schedule all_at_once --years 5 --out FOLDER`. Of children first
referred after the last go-live, the share who enter care within 18 months, under the schedule and under no change in
the same draw. Prints the rows; writes the draws where a file is named. What is registered is never made again.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from familyflow import scenario
from familyflow.experiment import store
from familyflow.results.measures import NO_CHANGE
from familyflow.results.monthly import council
from familyflow.results.summary import FOLLOWED
from familyflow.scenario.schema import GoLive

if TYPE_CHECKING:
    from datetime import date

SCHEDULE: Final = "all_at_once"
SHARES: Final = (0.05, 0.10, 0.50, 0.90, 0.95)


def last_go_live(name: str) -> date:
    """Return the planned day on which the last team of the schedule goes live."""
    steps = scenario.load(name).schedules[SCHEDULE].steps
    return max(step.date for step in steps if isinstance(step, GoLive))


def draws(monthly: Path, since: date) -> pd.DataFrame:
    """Return each draw's ratio and difference (percentage points) of risks, of those first referred since a day."""
    counted = council(monthly, FOLLOWED)
    late = counted[counted.index.get_level_values("month") > pd.Timestamp(since)]
    sums = late.groupby(["schedule", "draw"]).sum()
    risk = sums[FOLLOWED[0]] / sums[FOLLOWED[1]]
    after, before = risk[SCHEDULE], risk[NO_CHANGE]
    return pd.DataFrame(
        {"no_change": 100 * before, "risk_ratio": after / before, "risk_difference": 100 * (after - before)}
    )


def main(folder: Path, out: Path | None) -> None:
    """Print the ranges, and write the draws."""
    found = draws(folder / store.MONTHLY, last_go_live(store.scenario_of(folder)))
    logs = np.log(found["risk_ratio"])
    print(f"{len(found)} draws; risk under no change {found['no_change'].mean():.2f}%")
    for name, digits in (("risk_ratio", 3), ("risk_difference", 2)):
        print(name, *(f"{each:.{digits}f}" for each in found[name].quantile(list(SHARES))))
    print(f"log ratio: mean {logs.mean():.4f}, sd {logs.std():.4f}; below 1 in {(logs < 0).mean():.0%} of draws")
    if out:
        found.to_csv(out, float_format="%.4f", lineterminator="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2:] else None)
