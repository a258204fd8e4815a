"""One draw: a sample of everything uncertain, each quantity by its own key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.ground.draws import name_key, uniform

if TYPE_CHECKING:
    from familyflow.ground.quantity import Quantity
    from familyflow.scenario import Scenario

EXACT: Final = "snapshot."
"""Published counts on day 0, which every draw reproduces."""


def sample(scenario: Scenario, seed: int, draw: int) -> dict[str, float]:
    """Give every quantity's value in one draw, by id and in the quantity's unit; the snapshot is exact.

    A quantity's value depends on the seed, the draw and its own id only: adding another shifts nothing.
    """
    return {name: _value(name, each, seed, draw) for name, each in scenario.quantities.items()}


def table(scenario: Scenario, seed: int, draws: int) -> pd.DataFrame:
    """Give the samples of draws 0 to draws - 1, a row each: the column draw (int32), then one a quantity."""
    samples = pd.DataFrame([sample(scenario, seed, draw) for draw in range(draws)])
    numbers = pd.Series(range(draws), dtype="int32", name="draw")
    return pd.concat([numbers, samples.astype("float64")], axis="columns")


def _value(name: str, quantity: Quantity, seed: int, draw: int) -> float:
    """Give one quantity's value in one draw."""
    if name.startswith(EXACT):
        return quantity.value
    return quantity.at(uniform(seed, draw, name_key(name), 0, 0, 0))
