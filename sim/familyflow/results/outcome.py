"""What draws say of a number: its average, its range of outcomes, and how precise the average is.

This is the one place where quantiles of draws are taken. A range of outcomes reaches from p5 to p95: nine draws of ten
lie within it. The precision of an average is its standard error, which more draws make smaller; one draw has none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray
    from pandas.api.typing import SeriesGroupBy

    Floats: TypeAlias = NDArray[np.float64]
    Grouped: TypeAlias = SeriesGroupBy[float, Any]

LOW: Final = 0.05
HIGH: Final = 0.95
"""The ends of a range of outcomes."""
ENDS: Final = MappingProxyType({"p5": LOW, "p95": HIGH})
QUANTILES: Final = MappingProxyType({"p5": LOW, "p50": 0.5, "p95": HIGH})
FAN: Final = MappingProxyType({"p5": LOW, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": HIGH})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One number over draws; gaps where there is nothing to say.

    `p5` to `p95` is the range of outcomes, `mc_error` the precision of the average, `above` the share of draws above
    nought.
    """

    mean: float = nan
    p5: float = nan
    p50: float = nan
    p95: float = nan
    mc_error: float = nan
    above: float = nan

    @classmethod
    def over(cls, draws: Floats) -> Outcome:
        """Sum up draws (D,); gaps among them are left out."""
        known = draws[~np.isnan(draws)]
        if not len(known):
            return cls()
        low, middle, high = (float(each) for each in np.quantile(known, tuple(QUANTILES.values())))
        return cls(float(known.mean()), low, middle, high, error(known), float((known > 0).mean()))

    @property
    def is_range(self) -> bool:
        """Return whether draws differ, so that there is a range."""
        return self.p5 < self.p95

    def times(self, factor: float) -> Outcome:
        """Return it in another unit."""
        return replace(self, **{name: each * factor for name, each in self.row().items()})

    def row(self) -> dict[str, float]:
        """Return it as the columns of a table: mean, p5, p50, p95, mc_error."""
        return {"mean": self.mean, "p5": self.p5, "p50": self.p50, "p95": self.p95, "mc_error": self.mc_error}


def error(draws: Floats) -> float:
    """Return the standard error of the average of draws (D,); a gap for a single one."""
    return float(draws.std(ddof=1) / len(draws) ** 0.5) if len(draws) > 1 else nan


def end(draws: Floats, share: float) -> Floats:
    """Return the end of a range over draws (D, ...) below which a share of them lies."""
    return np.asarray(np.quantile(draws, share, axis=0))


def of_groups(grouped: Grouped, shares: Mapping[str, float] = ENDS) -> pd.DataFrame:
    """Return mean, mc_error and quantiles by name over the draws of each group; gaps are left out."""
    table = grouped.agg(["mean", "sem"]).rename(columns={"sem": "mc_error"})
    return table.assign(**{name: grouped.quantile(share) for name, share in shares.items()})


def outcomes(values: pd.Series, by: Sequence[str]) -> pd.DataFrame:
    """Return mean, p5, p95 and mc_error over draws, by some levels of the index."""
    return of_groups(values.groupby(list(by), observed=True))[["mean", *ENDS, "mc_error"]]


def bands(values: pd.Series, by: Sequence[str]) -> pd.DataFrame:
    """Return the mean and the quantiles of a FAN over draws, by some levels of the index."""
    return of_groups(values.dropna().groupby(list(by)), FAN)[["mean", *FAN]]
