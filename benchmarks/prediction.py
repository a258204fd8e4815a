"""Make the rows of the prediction of the national trial: `python benchmarks/prediction.py`.

Prints the parts and the ranges, from the shipped estimates of adopters. What is registered is never made again: it lies
in docs/predictions, dated; this shows how it was made, and makes the next.
"""

from __future__ import annotations

from datetime import date
from math import log
from typing import Final

import numpy as np
from scipy.special import ndtr

from familyflow.calibrate.trends import adopters
from familyflow.calibrate.trends.adopters import CARE_STARTS, SINCE
from familyflow.calibrate.trends.departures import PER_REFERRAL, YEARS
from familyflow.calibrate.trends.prediction import Part, difference, quantile, with_error

FIRST: Final = date(2020, 3, 1)
LAST: Final = date(2022, 11, 24)
"""When a child's first referral may lie."""
FOLLOWED: Final = 548
"""Days, 18 months."""
MEAN_DAYS: Final = 182.6
"""Of the time from first referral to care, exponential within the 18 months: assumed."""
POOLED: Final = 5.19
"""Per cent: the unweighted mean of the five councils, both phases together."""
SAMPLING: Final = 0.10
"""Standard deviation of the log ratio that the trial itself will have: assumed."""
TRIALS: Final = 0.894
"""Two randomised trials of like work, as calibration/evidence_positions.csv has them."""


def five() -> list[adopters.Adopter]:
    """Return the trial's councils."""
    return [each for each in adopters.read() if each.wave == "trial"]


def shares(each: adopters.Adopter, first: date, last: date) -> np.ndarray:
    """Return where the risk of children referred between two days lies: before go-live, and in years 1 to 4 of it."""
    referred = np.arange(first.toordinal(), last.toordinal())
    later = np.arange(FOLLOWED) + 0.5
    weight = np.exp(-later / MEAN_DAYS)
    when = referred[:, None] + later
    marks = [each.earliest, *(date(each.origin + year, 4, 1) for year in range(1, YEARS + 1))]
    year = np.searchsorted([day.toordinal() for day in marks], when, side="right")
    return np.array([(weight * (year == k)).sum() / weight.sum() / len(referred) for k in range(len(marks) + 1)])


def exposure() -> tuple[np.ndarray, np.ndarray, float]:
    """Return the mean shares after and before go-live, and what part of the referrals is after it."""
    after = np.mean([shares(each, each.earliest, LAST) for each in five()], axis=0)
    before = np.mean([shares(each, FIRST, each.earliest) for each in five()], axis=0)
    treated = np.mean([(LAST - each.earliest) / (LAST - FIRST) for each in five()])
    return after, before, float(treated)


def contrast(measure: str) -> tuple[float, float]:
    """Return the log ratio that the trial would see of what adopters show, and its error, the years taken together."""
    found = {
        each.year: each
        for each in adopters.shipped()
        if (each.kind, each.measure, each.comparison) == (SINCE, measure, adopters.OTHERS)
    }
    after, before, _ = exposure()
    logs = np.array([0.0, *(found[year].found.mean for year in (1, 2, 3, 3))])
    errors = np.array([0.0, *(found[year].found.sd for year in (1, 2, 3, 3))])
    differ = np.mean([found[year].found.between for year in (1, 2, 3)]) / np.sqrt(len(five()))
    error = float(np.abs(after - before) @ errors)
    return float((after - before) @ logs), float(np.hypot(error, differ))


def parts() -> tuple[Part, ...]:
    """Return the lines of evidence."""
    _, before, _ = exposure()
    return (
        Part("adopters_per_child", 0.25, *contrast(CARE_STARTS)),
        Part("adopters_per_referral", 0.35, *contrast(PER_REFERRAL)),
        Part("like_trials", 0.20, float(before[0]) * log(TRIALS), 0.09),
        Part("nothing", 0.20, 0.0, 0.02),
    )


def main() -> None:
    """Print parts and ranges."""
    made, (after, before, treated) = parts(), exposure()
    print("risk after go-live, by year of it", after.round(3), "and of children referred before", before.round(3))
    for each in made:
        print(f"{each.name},{each.weight:.2f},{each.mean:.4f},{each.sd:.4f}")
    whole = with_error(made, SAMPLING)
    ratios = [quantile(whole, share) for share in (0.05, 0.10, 0.50, 0.90, 0.95)]
    below = sum(each.weight * ndtr(-each.mean / each.sd) for each in whole)
    print(f"below 1: {below:.2f}")
    print("risk ratio", *(f"{each:.3f}" for each in ratios))
    print("risk difference", *(f"{difference(each, POOLED, treated):.2f}" for each in ratios), f"treated {treated:.3f}")


if __name__ == "__main__":
    main()
