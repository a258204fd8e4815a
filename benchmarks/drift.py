"""What councils have in common, fitted and shipped: `python benchmarks/drift.py [--check | --variants]`.

Without an option it fits the hierarchy to calibration/councils.csv and writes calibration/drift.csv. With --check it
writes nothing and says whether a fit gives the shipped numbers, 1 when it does not. With --variants it makes the
back-cast with each structure that was tried and prints what decision 25 tabulates; some minutes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.calibrate.evidence import councils
from familyflow.calibrate.trends import backtest, forecast, hierarchy, scores
from familyflow.calibrate.trends.history import Panel, panel
from familyflow.calibrate.trends.state_space import Variant
from familyflow.ground import paths

if TYPE_CHECKING:
    from familyflow.calibrate.trends.history import Floats

VARIANTS: Final = {
    "shocks fade": Variant(),
    "shocks last, years differ": Variant(walks=True, keeps=False),
    "some last, some fade": Variant(walks=True),
}
CLOSE: Final = 0.01
"""Within this of each other, two fits count as the same: a search stops where the likelihood is flat."""


def fitted(known: Panel) -> hierarchy.Hierarchy:
    """Fit what is shipped."""
    return forecast.learned(hierarchy.fit(known), known, backtest.SEED)


def apart(known: Panel) -> float:
    """Give the largest difference between a fit and the shipped numbers."""
    here, there = fitted(known), hierarchy.shipped()
    pairs = [(here.spread, there.spread), (here.typical, there.typical), (here.together, there.together)]
    pairs.append((_numbers(here), _numbers(there)))
    return max(float(np.abs(a - b).max()) for a, b in pairs)


def _numbers(found: hierarchy.Hierarchy) -> Floats:
    return np.array([[getattr(each, name) for name in hierarchy.UNITS] for each in found.dynamics])


def variants(known: Panel) -> None:
    """Print how each structure scores."""
    print(f"{'structure':<28}{'80% held':>10}{'least':>8}{'most':>8}{'in aim':>8}{'last':>8}{'trend':>8}{'mean':>8}")
    for name, variant in VARIANTS.items():
        cells = scores.cells(backtest.backtest(known, variant=variant))
        each, overall = cells.iloc[:-1], cells.iloc[-1]
        within = int(each["held_80"].between(*scores.AIMED).sum())
        held = f"{overall['held_80']:>10.1%}{each['held_80'].min():>8.1%}{each['held_80'].max():>8.1%}{within:>8}"
        print(f"{name:<28}{held}" + "".join(f"{overall[f'skill_{n}']:>+8.1%}" for n in ("last", "trend", "mean")))


def main(arguments: list[str]) -> int:
    """Fit and ship, check, or compare."""
    table = councils.table()
    known = panel(table)
    if "--variants" in arguments:
        variants(known)
        return 0
    if "--check" in arguments:
        off = apart(known)
        print(f"largest difference from {hierarchy.DRIFT}: {off:.2g}")
        return int(off > CLOSE)
    hierarchy.save(fitted(known), table, paths.folder("calibration") / hierarchy.DRIFT)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
