"""Forecasts of a council's published series: many possible futures, from its past and what councils have in common."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.special import ndtri

from familyflow.calibrate.evidence import councils
from familyflow.calibrate.trends import hierarchy, scores
from familyflow.calibrate.trends.history import HALF, SERIES, panel
from familyflow.calibrate.trends.state_space import JUMP, restlessness
from familyflow.ground.draws import name_key
from familyflow.ground.problem import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from familyflow.calibrate.trends.hierarchy import Hierarchy
    from familyflow.calibrate.trends.history import Floats, Panel
    from familyflow.calibrate.trends.state_space import Belief
    from familyflow.scenario import Scenario

DRAWS: Final = 1000
QUANTILES: Final = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
TAILS: Final = 5.0
"""Degrees of freedom of a year's shared change: years such as the pandemic's happen."""
HORIZON: Final = 3
LEARNING_DRAWS: Final = 200
"""Draws of each past forecast from which the factor of shocks is taken."""
LEARNING_FADE: Final = 0.5
"""What a past year counts for beside the one after it: how restless councils are now is asked."""
AIM: Final = 0.80
NARROWEST: Final = 0.7
WIDEST: Final = 1.4
AS_FITTED: Final = MappingProxyType(
    {
        "referrals_number": "referrals",
        "cin_at_31mar_number": "children_in_need_of_every_kind",
        "cpp_started_number": "cp_starts",
        "cpp_at_31mar_number": "children_on_cp",
        "cla_started_number": "care_entries",
        "cla_at_31mar_number": "children_in_care",
    }
)
"""The names that a fit has for what is forecast."""
_YEAR_END: Final = (3, 31)
_SHOWN_SEED: Final = 1
_FIRST: Final = 2
"""Years that must be known before a past forecast is made."""


def simulate(found: Hierarchy, known: Panel, horizon: int, seed: int, draws: int = DRAWS) -> Floats:
    """Draw possible futures of every place's counts: (S, P, draws, horizon), from the panel's last year on.

    A place's futures depend on the seed, its name, its own past and the hierarchy: not on what other places are asked.
    A series of which a place has published nothing is drawn from what is typical.
    """
    beliefs = found.beliefs(known)
    common = _common(found, known.years[-1], horizon, seed, draws)
    drawn = np.empty((len(SERIES), len(known.places), draws, horizon))
    for row, place in enumerate(known.places):
        own = _own(found, beliefs, row, _generator(seed, f"{place}.{known.years[-1]}"), (draws, horizon))
        logs = _centred(found, common + own)
        logs += _noise(found, logs, float(known.children[row, -1]), _generator(seed, f"{place}.counts"))
        drawn[:, row] = np.maximum(np.exp(logs) * known.children[row, -1] - HALF, 0.0)
    return drawn


def _generator(seed: int, name: str) -> np.random.Generator:
    """Return a generator of its own to a name."""
    return np.random.Generator(np.random.Philox(key=[seed, name_key(f"forecast.{name}")]))


def _common(found: Hierarchy, year: int, horizon: int, seed: int, draws: int) -> Floats:
    """Draw where the typical rates of all councils go, (S, draws, horizon)."""
    generator = _generator(seed, f"typical.{year}")
    unit = generator.standard_t(TAILS, (draws, horizon, len(SERIES))) / np.sqrt(TAILS / (TAILS - 2))
    steps = (unit @ np.linalg.cholesky(found.together).T) * found.shared
    start = (found.onward[:, None] + hierarchy.grown(found, horizon))[:, None]
    return np.asarray(start + np.moveaxis(steps, 2, 0).cumsum(axis=2))


def _own(
    found: Hierarchy, beliefs: tuple[Belief, ...], row: int, generator: np.random.Generator, shape: tuple[int, int]
) -> Floats:
    """Draw where one place goes apart from the typical, (S, draws, horizon)."""
    draws, horizon = shape
    turns = generator.standard_normal((horizon, 2, draws, len(SERIES))) @ np.linalg.cholesky(found.together).T
    out = np.empty((len(SERIES), draws, horizon))
    for i, (given, belief) in enumerate(zip(found.dynamics, beliefs, strict=True)):
        column = _columns(belief.weights[row], generator.random(draws))
        level, apart = _start(belief, row, column, generator.standard_normal((2, draws)))
        jumped = np.where(generator.random((horizon, draws)) < given.jumps, JUMP, 1.0)
        size = restlessness(given.unevenness)[0][column] * jumped
        for year in range(horizon):
            level = level + given.walk * size[year] * turns[year, 0, :, i]
            apart = given.keep * apart + given.shock * size[year] * turns[year, 1, :, i]
            out[i, :, year] = level + apart
    return out


def _columns(weights: Floats, uniform: Floats) -> np.ndarray:
    """Choose a restlessness for each draw by its weight."""
    return np.minimum(np.searchsorted(np.cumsum(weights), uniform), len(weights) - 1)


def _start(belief: Belief, row: int, column: np.ndarray, unit: Floats) -> tuple[Floats, Floats]:
    """Draw level and distance from it after the last known year."""
    var_level, covariance = belief.var_level[row, column], belief.covariance[row, column]
    root = np.sqrt(var_level)
    rest = np.maximum(belief.var_apart[row, column] - covariance**2 / var_level, 0.0)
    level = belief.level[row, column] + root * unit[0]
    return level, belief.apart[row, column] + covariance / root * unit[0] + np.sqrt(rest) * unit[1]


def _centred(found: Hierarchy, logs: Floats) -> Floats:
    """Multiply each future's distance from the median by the series' factor."""
    middle = np.median(logs, axis=1, keepdims=True)
    return np.asarray(middle + found.spreads(logs.shape[2])[:, None] * (logs - middle))


def _noise(found: Hierarchy, logs: Floats, children: float, generator: np.random.Generator) -> Floats:
    """Draw how counts differ from their expectation."""
    sampling = np.array([each.sampling for each in found.dynamics])[:, None, None]
    counts = np.exp(np.median(logs, axis=1, keepdims=True)) * children
    sizes = found.spreads(logs.shape[2])[:, None] * np.sqrt(sampling / (counts + HALF))
    return np.asarray(sizes * generator.standard_normal(logs.shape))


# ---------------------------------------------------------------- ranges that have held


def learned(found: Hierarchy, known: Panel, seed: int, tell: Callable[[str], None] | None = None) -> Hierarchy:
    """Multiply distances from the median so that past 80% ranges would have held 80%: by series and horizon.

    The past forecasts are made at each year that is known, of the one to three years after it that are known too.
    """
    past: list[list[tuple[Floats, Floats]]] = [[] for _ in range(HORIZON)]
    if tell is not None:
        tell("what past ranges would have held")
    for origin in known.years[_FIRST:-1]:
        for ahead, each in enumerate(_past(found, known, origin, seed)):
            past[ahead].append(each)
    own = np.array([_factors(each, len(SERIES)) for each in past])
    pooled = _factors([pair for each in past for pair in each], len(SERIES))
    # Few past years reach far ahead: a horizon's own factor is drawn half-way to that of all horizons.
    return hierarchy.spread_by(found, np.sqrt(own * pooled).T)


def _past(found: Hierarchy, known: Panel, origin: int, seed: int) -> Iterator[tuple[Floats, Floats]]:
    """Yield, by year ahead, the size in standard normal deviations of what came, and its weight, each (S, P)."""
    at = known.years.index(origin)
    ahead = min(HORIZON, len(known.years) - 1 - at)
    # What was typical is known by now; a past forecast starts from where that stood.
    drawn = simulate(hierarchy.standing(found, origin), known.until(origin), ahead, seed, LEARNING_DRAWS)
    for year in range(1, ahead + 1):
        came = known.counts[..., at + year]
        asked = ~np.isnan(came) & ~np.isnan(known.counts[..., at]) & (known.years[at + year] != hierarchy.COVID)
        size = np.abs(ndtri((scores.place(drawn[..., year - 1], came) * LEARNING_DRAWS + HALF) / (LEARNING_DRAWS + 1)))
        yield size, np.where(asked, LEARNING_FADE ** (len(known.years) - 1 - at - year), 0.0)


def _factors(past: list[tuple[Floats, Floats]], count: int) -> Floats:
    """Return each series' factor at one horizon; 1 where there is nothing to go by."""
    if not past:
        return np.ones(count)
    size, weight = (np.concatenate(each, axis=1) for each in zip(*past, strict=True))
    return np.array([_factor(s, w) for s, w in zip(size, weight, strict=True)])


def _factor(size: Floats, weight: Floats) -> float:
    """Return what the weighted 80% point of the sizes is to that of a normal; 1 where there is nothing to go by."""
    if not weight.sum():
        return 1.0
    order = np.argsort(size)
    reached = np.cumsum(weight[order]) / weight.sum()
    point = size[order][np.searchsorted(reached, AIM)]
    return float(np.clip(point / ndtri(HALF + AIM / 2), NARROWEST, WIDEST))


# ---------------------------------------------------------------- for figures


def fan(council: str, origin: int, horizon: int, seed: int) -> pd.DataFrame:
    """Return a council's published series and, from the year `origin` on, the range of outcomes of a forecast.

    Columns measure, year, kind (published or forecast), q05, q10, q25, q50, q75, q90, q95, all counts of children or
    of what the measure counts; a published figure stands in q50 alone. The council's own figures after `origin` are
    published rows and no part of the forecast; the hierarchy is the shipped one. Errors: Problem.
    """
    every = panel(councils.table())
    if council not in every.places:
        raise Problem(f"'{council}': is not in councils.csv{suggestion(council, every.places)}")
    if not every.years[0] <= origin <= every.years[-1]:
        raise Problem(f"{council}: forecast from {origin}: give a year from {every.years[0]} to {every.years[-1]}")
    own = every.of([council])
    found = hierarchy.standing(hierarchy.shipped(), origin)
    drawn = simulate(found, own.until(origin), horizon, seed)[:, 0]
    rows = [row for i, each in enumerate(SERIES) for row in _fan_rows(each.measure, own, i, drawn[i], origin)]
    return pd.DataFrame(rows, columns=["measure", "year", "kind", *(f"q{round(100 * q):02d}" for q in QUANTILES)])


def of_scenario(scenario: Scenario) -> pd.DataFrame | None:
    """Return the `fan` of a scenario's authority from day 0 on, its measures named as the fit names them.

    It begins at the last 31 March, not after day 0, that is published. None for an authority that has no figures.
    """
    every = panel(councils.table())
    if scenario.authority not in every.places:
        return None
    start = scenario.start
    origin = start.year - ((start.month, start.day) < _YEAR_END)
    found = fan(scenario.authority, min(max(origin, every.years[0]), every.years[-1]), HORIZON, _SHOWN_SEED)
    named = found.assign(measure=found["measure"].map(AS_FITTED))
    return named.dropna(subset="measure").reset_index(drop=True)


def _fan_rows(measure: str, own: Panel, i: int, drawn: Floats, origin: int) -> list[list[object]]:
    gaps = [np.nan] * (len(QUANTILES) // 2)
    seen = [
        [measure, year, "published", *gaps, value, *gaps]
        for year, value in zip(own.years, own.counts[i, 0], strict=True)
        if not np.isnan(value)
    ]
    ahead = [
        [measure, origin + 1 + year, "forecast", *np.quantile(drawn[:, year], QUANTILES)]
        for year in range(drawn.shape[1])
    ]
    return seen + ahead
