"""What happened in councils that took up Family Safeguarding, shipped: `python benchmarks/adopters.py [--check]`.

Writes calibration/adopters_estimate.csv and docs/adopters.md with its tables and figures, from the shipped table. With
--check it writes nothing and says whether the shipped estimates are those that the code gives, 1 when they are not.
"""

from __future__ import annotations

import sys
from math import isnan
from pathlib import Path
from typing import Final

from familyflow.calibrate.trends import adopters
from familyflow.ground import paths
from familyflow.report.markdown import adopters as report

DOCS: Final = Path(__file__).parents[1] / "docs"
CLOSE: Final = 5e-4
"""Half of the third significant figure, of a ratio near 1."""


def apart(made: tuple[adopters.Estimate, ...], held: tuple[adopters.Estimate, ...]) -> float:
    """Return the largest difference of a ratio, of its range or of p; infinite where other things were asked."""
    if [_asked(each) for each in made] != [_asked(each) for each in held]:
        return float("inf")
    pairs = zip(map(_numbers, made), map(_numbers, held), strict=True)
    return max(abs(a - b) for one, two in pairs for a, b in zip(one, two, strict=True) if not isnan(a))


def _asked(each: adopters.Estimate) -> tuple[object, ...]:
    return each.kind, each.measure, each.year, each.comparison, each.councils, each.below, isnan(each.p_random)


def _numbers(each: adopters.Estimate) -> tuple[float, ...]:
    return each.ratio, each.low, each.high, each.p_random


def main(arguments: list[str]) -> int:
    """Make and ship, or check."""
    given = adopters.study()
    record = adopters.Record(adopters.estimates(given), adopters.departures(given))
    if "--check" in arguments:
        off = apart(record.found, adopters.shipped())
        print(f"largest difference from {adopters.ESTIMATE}: {off:.2g}")
        return int(off > CLOSE)
    report.write_rows(paths.folder("calibration") / adopters.ESTIMATE, adopters.to_rows(record.found))
    report.save(record, DOCS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
