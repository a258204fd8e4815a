from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from familyflow import scenario as scenarios
from familyflow.experiment import indices
from familyflow.experiment.design import Design, Input, points
from familyflow.experiment.indices import EFFECTS, INDICES, STATISTICS
from familyflow.experiment.plan import planned
from familyflow.experiment.sweep import read_points

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from familyflow.experiment.design import Kind

    Floats = NDArray[np.float64]

NAMES = ("effect.care_entry", "effect.cp_duration", "effect.cin_duration")
MEASURE = "care_entries_averted"
ISHIGAMI = {"first_order": (0.3139, 0.4424, 0.0), "total": (0.5576, 0.4424, 0.2437)}
"""Closed forms for a = 7, b = 0.1 (Ishigami and Homma 1990; Saltelli et al. 2008)."""


def design(
    method: Kind, size: int = 0, inputs: int = 3, ends: tuple[float, float] = (-pi, pi), levels: int = 4
) -> Design:
    values = tuple(map(float, np.linspace(*ends, levels))) if method == "grid" else ()
    given = tuple(Input(name, *ends, values) for name in NAMES[:inputs])
    return Design("test", planned(scenarios.load("somerset"), draws=3), method, given, (MEASURE,), size)


def ishigami(x: Floats) -> Floats:
    found: Floats = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return found


def outcomes(
    asked: Design, law: Callable[[Floats], Floats], luck: tuple[float, ...] = (-1.0, 0.0, 1.0)
) -> pd.DataFrame:
    """Give outcomes at the points: the law's, and luck that a draw brings to all points alike."""
    rows = [
        (point, "as_published", MEASURE, draw, value + more)
        for point, value in enumerate(law(points(asked)))
        for draw, more in enumerate(luck)
    ]
    return pd.DataFrame(rows, columns=["point", "schedule", "measure", "draw", "value"])


def found(asked: Design, law: Callable[[Floats], Floats], kind: str = "first_order") -> pd.DataFrame:
    table = indices.indices(asked, outcomes(asked, law))
    assert list(table.columns) == list(INDICES)
    return table[table["index"] == kind]


@pytest.mark.parametrize("kind", ["first_order", "total"])
def test_a_sobol_design_finds_the_indices_of_the_ishigami_function(kind: str) -> None:
    table = found(design("sobol", 2048), ishigami, kind)
    assert table["value"].to_numpy() == pytest.approx(ISHIGAMI[kind], abs=0.03)
    assert ((table["value"] - np.array(ISHIGAMI[kind])).abs() <= 1.5 * table["confidence"] + 1e-3).all()


def test_a_latin_hypercube_finds_the_first_order_indices_of_the_ishigami_function() -> None:
    table = found(design("latin_hypercube", 2000), ishigami)
    assert table["value"].to_numpy() == pytest.approx(ISHIGAMI["first_order"], abs=0.05)
    assert (table["confidence"] > 0).all()
    assert found(design("latin_hypercube", 100), ishigami, "total").empty


def test_a_grid_finds_the_indices_of_a_sum_and_a_product_exactly() -> None:
    grid = design("grid", inputs=2, ends=(-1, 1), levels=5)
    variance = float(np.linspace(-1, 1, 5).var())
    weights = np.array([9 * variance, variance, variance**2])  # 3a, b and ab share nothing on such a grid
    alone = weights[:2] / weights.sum()
    law = partial_product
    assert found(grid, law)["value"].to_numpy() == pytest.approx(alone)
    assert found(grid, law, "total")["value"].to_numpy() == pytest.approx(alone + weights[2] / weights.sum())


def partial_product(x: Floats) -> Floats:
    return 3 * x[:, 0] + x[:, 1] + x[:, 0] * x[:, 1]


def test_main_effects_are_averages_at_each_level_less_the_average_of_all() -> None:
    grid = design("grid", inputs=2, ends=(-1, 1), levels=3)
    table = indices.main_effects(grid, outcomes(grid, lambda x: 10 + 3 * x[:, 0]))
    assert list(table.columns) == list(EFFECTS)
    assert table["input"].tolist() == [NAMES[0]] * 3 + [NAMES[1]] * 3
    assert table["effect"].to_numpy() == pytest.approx([-3, 0, 3, 0, 0, 0])
    assert table["mean"].to_numpy() == pytest.approx([7, 10, 13, 10, 10, 10])
    assert table["mc_error"].to_numpy() == pytest.approx(0)  # luck is the same at every point
    assert indices.main_effects(design("sobol", 4), outcomes(design("sobol", 4), ishigami)).empty


def test_luck_that_all_points_share_is_no_part_of_their_variation_and_other_luck_is() -> None:
    grid = design("grid", inputs=2, ends=(-1, 1), levels=3)
    shared = outcomes(grid, lambda x: x[:, 0])
    noise = np.random.default_rng(3).normal(size=len(shared))
    assert indices.indices(grid, shared)["monte_carlo_share"].max() == pytest.approx(0)
    noisy = indices.indices(grid, shared.assign(value=shared["value"] + 0.3 * noise))["monte_carlo_share"].iloc[0]
    assert noisy == pytest.approx(0.09 / 3 / (2 / 3 * 9 / 8), rel=0.5)
    only = indices.indices(grid, shared.assign(value=noise))["monte_carlo_share"].iloc[0]
    assert only > 0.5


def test_the_interval_of_a_grid_is_over_draws() -> None:
    grid = design("grid", inputs=2, ends=(-1, 1), levels=3)
    shared = outcomes(grid, partial_product)
    noise = np.random.default_rng(3).normal(size=len(shared))
    assert found(grid, partial_product)["confidence"].max() == pytest.approx(0)
    noisy = indices.indices(grid, shared.assign(value=shared["value"] + noise))
    assert (noisy["confidence"] > 0.005).all()


@pytest.mark.parametrize(("method", "size"), [("sobol", 16), ("latin_hypercube", 64), ("grid", 0)])
def test_the_same_outcomes_give_the_same_indices_and_leave_the_global_generator_alone(method: Kind, size: int) -> None:
    asked = design(method, size)
    state = str(np.random.get_state(legacy=False))  # noqa: NPY002 - to see that it is left alone
    one, again = (indices.indices(asked, outcomes(asked, ishigami)) for _ in range(2))
    assert one.equals(again)
    assert str(np.random.get_state(legacy=False)) == state  # noqa: NPY002


@pytest.mark.parametrize(
    ("method", "size", "law", "note"),
    [
        ("sobol", 4, lambda x: 0 * x[:, 0] + 5e6, "the average is the same at every point"),
        ("grid", 0, lambda x: 0 * x[:, 0], "the average is the same at every point"),
        ("grid", 0, lambda x: np.where(x[:, 0] > 0, np.nan, x[:, 1]), "not defined at every point"),
        ("latin_hypercube", 39, ishigami, "fewer than 40 points"),
    ],
)
def test_where_there_is_no_index_the_reason_is_given(
    method: Kind, size: int, law: Callable[[Floats], Floats], note: str
) -> None:
    table = found(design(method, size), law)
    assert table["note"].tolist() == [note] * 3
    assert table["value"].isna().all()


def test_the_table_joins_inputs_to_outcomes_with_range_and_monte_carlo_error() -> None:
    grid = design("grid", inputs=2, ends=(-1, 1), levels=2)
    table = indices.table(outcomes(grid, lambda x: x[:, 0]), read_points(grid))
    assert list(table.columns) == ["point", *NAMES[:2], *STATISTICS]
    last = table.iloc[-1].to_dict()
    assert (last["point"], last[NAMES[0]], last["unit"], last["draws"]) == (3, 1.0, "children", 3)
    assert [last[name] for name in ("mean", "p5", "p95")] == pytest.approx([1, 0.1, 1.9])
    assert last["mc_error"] == pytest.approx(1 / 3**0.5)


def test_a_single_draw_has_no_monte_carlo_error() -> None:
    grid = design("grid", inputs=1, ends=(-1, 1), levels=3)
    single = outcomes(grid, lambda x: x[:, 0], luck=(0.0,))
    assert indices.table(single, read_points(grid))["mc_error"].isna().all()
    assert indices.indices(grid, single)["monte_carlo_share"].isna().all()
    assert indices.main_effects(grid, single)["mc_error"].isna().all()
