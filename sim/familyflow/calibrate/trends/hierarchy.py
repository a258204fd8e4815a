"""What all councils together say of how rates move: fitted once from every council's past, and shipped."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.calibrate.trends.history import ENDS, SERIES, STOCKS
from familyflow.calibrate.trends.state_space import (
    PRIOR,
    REVERTING,
    STOCK_SAMPLING,
    Belief,
    Dynamics,
    Variant,
    believe,
    fitted,
)
from familyflow.ground import paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd

    from familyflow.calibrate.trends.history import Floats, Panel

DRIFT: Final = "drift.csv"
COVID: Final = 2021
"""The financial year of the pandemic: no year to learn a trend from, nor to be judged by."""
SHARED_YEARS: Final = 2
"""Years that the size of all series' shared shocks counts for in each one's own: few years are known."""
RECENT: Final = 3
DOUBT: Final = 3
"""Years whose changes of what is typical may go on, and as many years of no change beside them."""
DAMPED: Final = 0.7
"""What is left a year later of an expected change."""
CLIPPED: Final = 3.0
"""A change of more standard deviations counts as one of so many where correlations are taken."""
COLUMNS: Final = ("series", "name", "year", "value", "unit", "years", "source", "status", "note")
_LEAST: Final = 1e-6
_DIGITS: Final = 6
_LOGS: Final = "log"
UNITS: Final = {
    "level_spread": (_LOGS, "standard deviation of councils' own levels"),
    "walk": (_LOGS, "standard deviation of a year's lasting shock; 0: none lasts for ever"),
    "shock": (_LOGS, "standard deviation of a year's shock in a council of middling restlessness"),
    "keep": ("share", "of a council's distance from its own level, left after a year"),
    "sampling": ("ratio", "variance of a count over its mean: children of one family come together"),
    "unevenness": (_LOGS, "standard deviation of councils' restlessness"),
    "jumps": ("share", "of years in which a shock is three times as large"),
}
"""Each number's unit, and what it is."""


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """What councils have in common, in the order of SERIES.

    `typical` (S, Y): the log rate per child that is typical of councils in each year; `onward` (S,): where it starts
    from after the last, and `growth` (S,): how much it is expected to rise in the year after. `shared` (S,): standard
    deviation of a year's change that was not foreseen. `together` (S, S): correlation of shocks. `spread` (S, H):
    factor of distances from the median, by years ahead.
    """

    years: tuple[int, ...]
    dynamics: tuple[Dynamics, ...]
    typical: Floats
    onward: Floats
    growth: Floats
    shared: Floats
    together: Floats
    spread: Floats

    def spreads(self, years: int) -> Floats:
        """Return the factor of distances for each of so many years ahead, (S, years): the last one goes on."""
        return self.spread[:, np.minimum(np.arange(years), self.spread.shape[1] - 1)]

    def beliefs(self, known: Panel) -> tuple[Belief, ...]:
        """Filter places' pasts, a belief for each series. Years before the hierarchy's first or after its last drop."""
        v, counts = self.apart(known)
        return tuple(believe(each, v[i], counts[i]) for i, each in enumerate(self.dynamics))

    def apart(self, known: Panel) -> tuple[Floats, Floats]:
        """Return log rates less what is typical, and counts, each (S, P, Y), for the years that both have."""
        both = [year for year in known.years if year in self.years]
        mine, theirs = [self.years.index(y) for y in both], [known.years.index(y) for y in both]
        return known.logs()[..., theirs] - self.typical[:, None, mine], known.counts[..., theirs]


def fit(known: Panel, variant: Variant = REVERTING, tell: Callable[[str], None] | None = None) -> Hierarchy:
    """Fit what councils have in common to all that is known; shocks are not yet multiplied (`spread` is 1)."""
    logs = known.logs()
    typical = np.array([_typical(each) for each in logs])
    steps = np.array([_steps(t, known.years, stock=s.stock) for t, s in zip(typical, SERIES, strict=True)])
    foreseen = np.array([_growth(typical[:, : year + 1]) for year in range(steps.shape[1])]).T
    v = logs - typical[:, None]
    dynamics = []
    for i, series in enumerate(SERIES):
        if tell is not None:
            tell(series.title)
        sampling = STOCK_SAMPLING if series.stock else PRIOR.sampling
        dynamics.append(fitted(v[i], known.counts[i], sampling, variant))
    return Hierarchy(
        known.years,
        tuple(dynamics),
        typical,
        _onward(typical, known.years),
        _growth(typical),
        _shared(steps, foreseen),
        _together(v),
        np.ones((len(SERIES), 1)),
    )


def _typical(logs: Floats) -> Floats:
    """Return the typical log rate by year (Y,): councils' median change, added up, at the councils' mean level."""
    changes = np.diff(logs, axis=1)
    medians = [float(np.median(c[~np.isnan(c)])) if np.any(~np.isnan(c)) else 0.0 for c in changes.T]
    path = np.concatenate([[0.0], np.cumsum(medians)])
    apart = (logs - path)[~np.isnan(logs)]
    return path + (float(apart.mean()) if apart.size else 0.0)


def _onward(typical: Floats, years: tuple[int, ...]) -> Floats:
    """Return where forecasts start: the last year's typical rate, but flows of the pandemic's year do not count."""
    last = typical[:, -1].copy()
    if years[-1] == COVID and len(years) > 1:
        flows = [not each.stock for each in SERIES]
        last[flows] = typical[flows, -2]
    return last


def _growth(typical: Floats) -> Floats:
    """Return the mean of the latest years' changes, halved by doubt, of what goes on; nought for the rest."""
    latest = np.diff(typical[:, -1 - RECENT :], axis=1)
    return np.where([each.goes_on for each in SERIES], latest.sum(axis=1) / (RECENT + DOUBT), 0.0)


def _steps(path: Floats, years: tuple[int, ...], *, stock: bool) -> Floats:
    """Return the yearly changes of a typical rate, with flows of the pandemic's year as its neighbours have them."""
    path = path.copy()
    if COVID in years and not stock:
        at = years.index(COVID)
        path[at] = path[at - 1 : at + 2 : 2].mean() if at > 0 else path[at]
    return np.diff(path)


def _shared(steps: Floats, foreseen: Floats) -> Floats:
    """Return the size of a year's shared change that was not foreseen: each series' own, drawn towards that of all."""
    moved = steps != 0
    squares = np.where(moved, (steps - foreseen) ** 2, 0.0)
    overall = float(squares.sum() / max(moved.sum(), 1))
    return np.asarray(np.sqrt((SHARED_YEARS * overall + squares.sum(axis=1)) / (SHARED_YEARS + moved.sum(axis=1))))


def _together(v: Floats) -> Floats:
    """Return the correlation of yearly changes between series, over councils and years that have both."""
    changes = np.diff(v, axis=2).reshape(len(v), -1)
    sizes = np.array([np.std(c[~np.isnan(c)]) if np.any(~np.isnan(c)) else 1.0 for c in changes])
    clipped = np.ma.masked_invalid(np.clip(changes / np.maximum(sizes, _LEAST)[:, None], -CLIPPED, CLIPPED))
    found = np.ma.corrcoef(clipped).filled(0.0)  # type: ignore[no-untyped-call]
    np.fill_diagonal(found, 1.0)
    values, vectors = np.linalg.eigh(found)
    mended = (vectors * np.maximum(values, _LEAST)) @ vectors.T
    scale = np.sqrt(np.diag(mended))
    return np.asarray(mended / np.outer(scale, scale))


# ---------------------------------------------------------------- as shipped


def imbalance(table: pd.DataFrame) -> Iterator[tuple[str, float, float]]:
    """Yield, by stock, mean and standard deviation over councils and years of (published ends - balance's) / stock."""
    councils = table[table["geography_type"] == "council"].sort_values(["council", "year"])
    for stock, starts in STOCKS.items():
        measures = {each.name: each.measure for each in SERIES}
        now = councils[measures[stock]]
        before = now.groupby(councils["council"]).shift()
        balance = councils[measures[starts]] - (now - before)
        gap = ((councils[ENDS[stock]] - balance) / now)[(now > 0) & before.gt(0)].dropna()
        low, high = gap.quantile([0.01, 0.99])
        yield stock, float(gap.mean()), float(gap[gap.between(low, high)].std())


def to_text(found: Hierarchy, gaps: Iterator[tuple[str, float, float]]) -> str:
    """Write the hierarchy as a tidy table, numbers to six digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    span = f"{found.years[0]}-{found.years[-1]}"
    for series, name, year, value, unit, note in (*_rows(found), *_gap_rows(gaps)):
        writer.writerow([series, name, year, f"{value:.{_DIGITS}g}", unit, span, _SOURCE, "derived", note])
    return out.getvalue()


_SOURCE: Final = "dfe_cin, dfe_cla, dfe_lait, ons_population"
Row = tuple[str, str, str, float, str, str]


def _rows(found: Hierarchy) -> Iterator[Row]:
    for i, series in enumerate(SERIES):
        for name, value in asdict(found.dynamics[i]).items():
            yield series.name, name, "", value, *UNITS[name]
        for ahead, value in enumerate(found.spread[i], 1):
            yield series.name, f"spread.{ahead}", "", value, "ratio", _ahead(ahead)
        yield series.name, "shared", "", found.shared[i], _LOGS, "standard deviation of a year's change of the typical"
        yield (
            series.name,
            "growth",
            "",
            found.growth[i],
            _LOGS,
            "expected change of the typical in the first year ahead",
        )
        yield series.name, "onward", "", found.onward[i], _LOGS, "typical count per child from which forecasts start"
        for year, value in zip(found.years, found.typical[i], strict=True):
            yield series.name, "typical", str(year), value, _LOGS, "typical count per child"
        for other, value in zip(SERIES, found.together[i], strict=True):
            yield series.name, f"with.{other.name}", "", value, "correlation", "of yearly changes, councils and years"


def _ahead(years: int) -> str:
    ahead = f"{years} year{'' if years == 1 else 's'} ahead"
    return f"of distances from the median, {ahead}: with it past 80% ranges would have held 80%"


def _gap_rows(gaps: Iterator[tuple[str, float, float]]) -> Iterator[Row]:
    for stock, mean, sd in gaps:
        yield stock, "gap_mean", "", mean, "share of stock", "published ends less starts less rise of the stock"
        yield stock, "gap_spread", "", sd, "share of stock", "standard deviation of the same, the outer 2% left out"


def from_text(text: str) -> Hierarchy:
    """Read a hierarchy that was written as a table."""
    rows = list(csv.DictReader(io.StringIO(text)))
    found = {(r["series"], r["name"], r["year"]): float(r["value"]) for r in rows}
    years = tuple(sorted({int(r["year"]) for r in rows if r["year"]}))
    names = [each.name for each in SERIES]
    spreads = sorted({r["name"] for r in rows if r["name"].startswith("spread.")})

    def table(*columns: tuple[str, str]) -> Floats:
        """Return some columns (N, C), a row a series."""
        return np.array([[found[name, *column] for column in columns] for name in names])

    return Hierarchy(
        years,
        tuple(Dynamics(*row) for row in table(*((f.name, "") for f in fields(Dynamics))).tolist()),
        table(*(("typical", str(year)) for year in years)),
        table(("onward", ""))[:, 0],
        table(("growth", ""))[:, 0],
        table(("shared", ""))[:, 0],
        table(*((f"with.{name}", "") for name in names)),
        table(*((name, "") for name in spreads)),
    )


def shipped() -> Hierarchy:
    """Read the hierarchy that ships with the product."""
    return from_text(paths.shipped("calibration", DRIFT).read_text(encoding="utf-8"))


def standing(found: Hierarchy, year: int) -> Hierarchy:
    """Return the hierarchy with forecasts that start from what was typical in an earlier year."""
    at = found.years.index(year) + 1
    typical = found.typical[:, :at]
    return replace(found, onward=_onward(typical, found.years[:at]), growth=_growth(typical))


def grown(found: Hierarchy, years: int) -> Floats:
    """Return how much what is typical is expected to have changed after each of so many years, (S, years)."""
    return np.asarray(found.growth[:, None] * (DAMPED ** np.arange(years)).cumsum())


def spread_by(found: Hierarchy, factors: Floats) -> Hierarchy:
    """Multiply distances from the median by factors (S, H), by years ahead."""
    return replace(found, spread=found.spread * factors)


def save(found: Hierarchy, table: pd.DataFrame, path: Path) -> None:
    """Write the hierarchy beside the table that it was fitted to."""
    path.write_text(to_text(found, imbalance(table)), encoding="utf-8", newline="\n")
