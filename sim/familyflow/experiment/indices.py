"""What a sweep found: outcomes joined to inputs, and how much of their variation each input explains."""

from __future__ import annotations

from dataclasses import asdict
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd

from familyflow.experiment.design import GRID, LATIN_HYPERCUBE, SOBOL, points, salib_problem
from familyflow.results.json import plain
from familyflow.results.measures import measure
from familyflow.results.outcome import of_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from familyflow.experiment.design import Design

    Floats: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = tuple[str, str, float, float]
    """Input, kind of index, its value and the half-width of its 95% interval."""


FIRST: Final = "first_order"
TOTAL: Final = "total"
STATISTICS: Final = ("schedule", "measure", "unit", "draws", "mean", "p5", "p95", "mc_error")
"""Columns of the table beside point and inputs: p5 to p95 is the range of outcomes, mc_error the precision."""
INDICES: Final = ("schedule", "measure", "input", "index", "value", "confidence", "monte_carlo_share", "note")
EFFECTS: Final = ("schedule", "measure", "input", "value", "mean", "effect", "mc_error")
FEWEST_POINTS: Final = 40
"""Below so many points of a Latin hypercube RBD-FAST tells nothing: its intervals come from halves of them."""
_HARMONICS: Final = 6
"""How finely RBD-FAST looks; its customary number for outcomes that change smoothly."""
_RESAMPLES: Final = 200
_LEVEL: Final = 0.95
_Z: Final = NormalDist().inv_cdf(0.5 + _LEVEL / 2)
_CELL: Final = ["schedule", "measure"]
STILL: Final = "the average is the same at every point"
UNDEFINED: Final = "not defined at every point"
FEW: Final = f"fewer than {FEWEST_POINTS} points"


def table(outcomes: pd.DataFrame, inputs: pd.DataFrame) -> pd.DataFrame:
    """Join outcomes over draws to inputs: a row a point, schedule and measure; point, the inputs, STATISTICS.

    `outcomes` has point, schedule, measure, draw and value; `inputs` has point and a column an input.
    """
    grouped = outcomes.groupby(["point", *_CELL], sort=False)["value"]
    found = of_groups(grouped).assign(draws=grouped.count())
    joined = inputs.merge(found.reset_index(), on="point", how="left", validate="one_to_many")
    joined["unit"] = joined["measure"].map(lambda name: measure(name).unit)
    return joined[[*inputs.columns, *STATISTICS]]


def indices(design: Design, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return the share of the variation between points that each input explains (columns as INDICES).

    What varies is the average over draws. `first_order` is what an input explains alone, `total` with all that it
    does together with others. Sobol designs: both, by Saltelli's and Jansen's estimators; a Latin hypercube: the
    first order, by RBD-FAST; a grid: both, exactly for its own points. `confidence` is the half-width of a 95%
    interval: over points, or for a grid over draws. `monte_carlo_share` is how much of the variation is chance:
    the averages' error variance, as draws are paired, over the variance between points.
    """
    rows = [
        (*cell, *index, chance, note)
        for cell, values in _cells(outcomes)
        for index, chance, note in _explained(design, values)
    ]
    return pd.DataFrame(rows, columns=list(INDICES))


def _cells(outcomes: pd.DataFrame) -> Iterator[tuple[tuple[str, str], Floats]]:
    """Return the values (points, draws) of each schedule and measure."""
    for (schedule, name), rows in outcomes.groupby(["schedule", "measure"], sort=False):
        yield (
            (str(schedule), str(name)),
            rows.pivot_table("value", "point", "draw", dropna=False).to_numpy(dtype=np.float64),
        )


def _explained(design: Design, values: Floats) -> Iterator[tuple[Index, float, str]]:
    """Return the indices of one schedule's measure, how much is chance, and why there are none."""
    means, chance = values.mean(axis=1), _chance(values)
    if note := _unexplained(design, means):
        for name in design.names:
            yield (name, FIRST, np.nan, np.nan), chance, note
        return
    for index in _methods()[design.method](design, values):
        yield index, chance, ""


def _unexplained(design: Design, means: Floats) -> str:
    """Say why there is nothing to explain, or nothing to explain it by."""
    if np.isnan(means).any():
        return UNDEFINED
    if np.ptp(means) <= 1e-12 * np.abs(means).max(initial=0.0):  # the same but for how sums are rounded
        return STILL
    return FEW if design.method == LATIN_HYPERCUBE and len(means) < FEWEST_POINTS else ""


def _chance(values: Floats) -> float:
    """Return the error variance of points' averages over the variance between them, at most 1.

    Points are paired: what a draw does to all of them alike is no error between them.
    """
    means, (points_taken, draws) = values.mean(axis=1), values.shape
    between = float(means.var(ddof=1)) if points_taken > 1 else 0.0
    if draws == 1 or between == 0:
        return float("nan")
    apart = values - means[:, None] - values.mean(axis=0) + values.mean()
    error = float((apart**2).sum()) / ((points_taken - 1) * (draws - 1)) / draws
    return float(min(1.0, error / between))


def _methods() -> dict[str, Callable[[Design, Floats], Iterator[Index]]]:
    """Return how each kind of design is analysed."""
    return {GRID: _of_grid, LATIN_HYPERCUBE: _of_hypercube, SOBOL: _of_sobol}


def _of_sobol(design: Design, values: Floats) -> Iterator[Index]:
    """Return the indices of Saltelli's scheme."""
    from SALib.analyze import sobol  # type: ignore[import-untyped] # noqa: PLC0415 - half a second, and only here

    found = sobol.analyze(
        salib_problem(design),
        values.mean(axis=1),
        calc_second_order=False,
        num_resamples=_RESAMPLES,
        seed=design.plan.seed + 1,  # SALib takes 0 for none
    )
    for kind, key in ((FIRST, "S1"), (TOTAL, "ST")):
        for name, value, width in zip(design.names, found[key], found[f"{key}_conf"], strict=True):
            yield name, kind, float(value), float(width)


def _of_hypercube(design: Design, values: Floats) -> Iterator[Index]:
    """Return the first-order indices of a Latin hypercube by RBD-FAST."""
    from SALib.analyze import rbd_fast  # noqa: PLC0415 - half a second, and only here

    found = rbd_fast.analyze(
        salib_problem(design),
        points(design),
        values.mean(axis=1),
        M=_HARMONICS,
        num_resamples=_RESAMPLES,
        seed=design.plan.seed + 1,
    )
    for name, value, width in zip(design.names, found["S1"], found["S1_conf"], strict=True):
        yield name, FIRST, float(value), float(width)


def _of_grid(design: Design, values: Floats) -> Iterator[Index]:
    """Return the indices of a full grid, whose points are all there are; the interval is over draws."""
    cells = _on_grid(design, values)
    luck = np.random.default_rng(design.plan.seed)
    draws = cells.shape[-1]
    again = [luck.integers(draws, size=draws) for _ in range(_RESAMPLES)]
    for kind, share in ((FIRST, _alone), (TOTAL, _with_others)):
        for axis, name in enumerate(design.names):
            spread = np.nanstd([share(cells[..., chosen].mean(axis=-1), axis) for chosen in again], ddof=1)
            yield name, kind, share(cells.mean(axis=-1), axis), _Z * float(spread) if draws > 1 else float("nan")


def _on_grid(design: Design, values: Floats) -> Floats:
    """Arrange values (points, draws) by the levels of each input, draws last."""
    return values.reshape(*(len(each.values) for each in design.inputs), values.shape[1])


def _alone(means: Floats, axis: int) -> float:
    """Return the variance of an input's averages over the others, as a share of all variance."""
    others = tuple(each for each in range(means.ndim) if each != axis)
    return float(np.divide(means.mean(axis=others).var(), means.var()))


def _with_others(means: Floats, axis: int) -> float:
    """Return the share of all variance that the other inputs, all of them together, do not explain."""
    return 1 - float(np.divide(means.mean(axis=axis).var(), means.var()))


def main_effects(design: Design, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return what each level of a grid's inputs does (columns as EFFECTS); empty for another design.

    `mean` is the average at a level over all levels of the other inputs, `effect` the same less the average over the
    whole grid, and `mc_error` the effect's standard error: draws are paired, so it is smaller than the mean's.
    """
    if design.method != GRID:
        return pd.DataFrame(columns=list(EFFECTS))
    rows = [
        (*cell, each.quantity, level, *found)
        for cell, values in _cells(outcomes)
        for axis, each in enumerate(design.inputs)
        for level, found in zip(each.values, _levels(_on_grid(design, values), axis), strict=True)
    ]
    return pd.DataFrame(rows, columns=list(EFFECTS))


def _levels(cells: Floats, axis: int) -> Iterator[tuple[float, float, float]]:
    """Return mean, effect and the effect's standard error at each level of one input."""
    others = tuple(each for each in range(cells.ndim - 1) if each != axis)
    levels = cells.mean(axis=others)
    effects = levels - levels.mean(axis=0)
    draws = cells.shape[-1]
    for level, effect in zip(levels, effects, strict=True):
        error = float(effect.std(ddof=1)) / draws**0.5 if draws > 1 else float("nan")
        yield float(level.mean()), float(effect.mean()), error


TABLE_FILE: Final = "sweep.parquet"


INDICES_FILE: Final = "sensitivity.csv"


MAIN_EFFECTS_FILE: Final = "main_effects.csv"


def _rows(frame: pd.DataFrame) -> Iterator[dict[Any, Any]]:
    """Return a frame's rows."""
    yield from frame.to_dict("records")


def document(
    design: Design, table: pd.DataFrame, indices: pd.DataFrame, main_effects: pd.DataFrame
) -> dict[str, object]:
    """Return design, table, indices and main effects as plain values; what is undefined is None."""
    plan = design.plan
    asked = {
        "scenario": plan.scenario.name,
        "method": design.method,
        "schedules": list(plan.schedules),
        "years": plan.years,
        "seed": plan.seed,
        "draws": plan.draws,
        "price_year": plan.scenario.price_year,
        "inputs": [{**asdict(each), "values": list(each.values)} for each in design.inputs],
        "measures": list(design.measures),
    }
    found = {"table": table, "indices": indices, "main_effects": main_effects}
    made: dict[str, object] = plain({"design": asked, **{name: [*_rows(each)] for name, each in found.items()}})
    return made
