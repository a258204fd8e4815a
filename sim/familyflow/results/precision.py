"""How precise averages over draws are, and whether that is precise enough to stop."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isnan
from typing import TYPE_CHECKING, Final

from familyflow.ground.problem import Problem, suggestion
from familyflow.results.measures import NO_CHANGE, OVER_ALL, PRECISION, WHOLE

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd


DEFAULT: Final = ("care_entries_averted", "gross_saving_gbp", "net_saving_gbp")
"""What is made precise when nothing is said."""
EVERY: Final = 50
"""After every so many draws precision is looked at: few enough to stop early, enough for a standard error."""
NEAR_ZERO: Final = 0.25
"""A mean smaller than this part of the range of outcomes is near zero: precision is a share of that part then."""

BAND: Final = 2.0
"""Standard errors on each side of an average that its precision band reaches."""
BAND_SAID: Final = f"{PRECISION}, two standard errors each way"


@dataclass(frozen=True, slots=True)
class Error:
    """The Monte Carlo error of one average: its standard error as a share of what it is held against."""

    measure: str
    schedule: str
    share: float

    def __str__(self) -> str:
        """Say it in words."""
        return f"{self.measure} of {self.schedule}: {self.share:.1%}"


def known(names: Sequence[str]) -> tuple[str, ...]:
    """Return measures by name, each once, or the default ones; Problem when there is none of that name.

    Measures that are a schedule's own level may be chosen too. What is only defined by financial year may not.
    """
    for name in names:
        if name not in OVER_ALL:
            nearest = suggestion(name, OVER_ALL)
            raise Problem(f"--measure: there is no measure '{name}'; there are {', '.join(OVER_ALL)}{nearest}")
    return tuple(dict.fromkeys(names)) or DEFAULT


def errors(statistics: pd.DataFrame, measures: Sequence[str]) -> list[Error]:
    """Return the errors of some measures over the whole horizon under every schedule but no change, the largest first.

    `statistics` has the columns of `tables.statistics`. The standard error of the mean is held against the mean, or,
    where that is near zero, against a quarter of the range from p5 to p95.
    """
    whole = (statistics["period"] == WHOLE) & (statistics["schedule"] != NO_CHANGE)
    rows = statistics[whole & statistics["measure"].isin(measures)].to_dict("records")
    return sorted((Error(row["measure"], row["schedule"], _share(row)) for row in rows), key=lambda each: -each.share)


def _share(row: Mapping[Hashable, float]) -> float:
    """Return the standard error over the mean, or over part of the range; 0 where nothing varies, inf for one draw."""
    error = row["mc_error"]
    if isnan(error):
        return inf
    return error / max(abs(row["mean"]), NEAR_ZERO * (row["p95"] - row["p5"])) if error else 0.0


def document(found: Sequence[Error], asked: Precision) -> dict[str, object]:
    """Return what was asked for and what was reached as plain values; no largest where there is nothing to look at."""
    largest = found[0].share if found else None
    reached = _all_within(found, asked.share)
    return {"share": asked.share, "measures": list(asked.measures), "reached": reached, "largest": largest}


def sentence(found: Sequence[Error], asked: float, draws: int) -> str:
    """Say in words how many draws a precision took, and what was last to have it; or what has not."""
    if not found:
        return "Precision: there is no schedule but no change, so nothing to be precise about."
    missed = [error for error in found if error.share > asked]
    if missed:
        return f"Precision of {asked:.1%} was not reached in {draws} draws: {'; '.join(map(str, missed))}."
    return f"Precision of {asked:.1%} was reached in {draws} draws; the least precise is {found[0]}."


def is_reached(statistics: pd.DataFrame, asked: Precision) -> bool:
    """Return whether every average that is asked about is as precise as is asked; `statistics` as for `errors`."""
    return _all_within(errors(statistics, asked.measures), asked.share)


def _all_within(found: Sequence[Error], share: float) -> bool:
    """Return whether every error is at most a share."""
    return all(error.share <= share for error in found)


def is_apart(mean: float, error: float) -> bool:
    """Return whether an average is told from nought: it lies further off than its precision band, of `BAND` errors.

    One draw, whose error is a gap, tells nothing.
    """
    return not isnan(error) and abs(mean) > BAND * error


@dataclass(frozen=True, slots=True)
class Precision:
    """How precise the averages of some measures are to be: their standard error, as a share (`report.precision`)."""

    share: float
    measures: tuple[str, ...]

    def __str__(self) -> str:
        """Write it as a manifest does."""
        return f"{self.share:.6g} of {', '.join(self.measures)}"
