"""One draw: a sample of everything uncertain, each quantity by its own key."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.ground.draws import name_key, uniform
from familyflow.ground.problem import Problem
from familyflow.pathway.harms import HARMS, joint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.ground.quantity import Quantity
    from familyflow.scenario import Scenario

EXACT: Final = ("snapshot.", "case.")
"""Published counts on day 0, which every draw reproduces, and what the council chooses or owns, which luck does not."""
_HALVINGS: Final = 8
"""How often prevalences that clash are pulled half-way to their central values before those are taken."""


def sample(scenario: Scenario, seed: int, draw: int) -> dict[str, float]:
    """Return every quantity's value in one draw, by id and in the quantity's unit; the snapshot is exact.

    A quantity's value depends on the seed, the draw and its own id only: adding another shifts nothing.
    """
    values = {name: _value(name, each, seed, draw) for name, each in scenario.quantities.items()}
    return values | _possible_harms(scenario, values)


def normal(seed: int, draw: int, name: str) -> float:
    """Return a standard normal number that depends on the seed, the draw and a name only."""
    return NormalDist().inv_cdf(uniform(seed, draw, name_key(name), 0, 0, 0))


def table(scenario: Scenario, seed: int, draws: int) -> pd.DataFrame:
    """Return the samples of draws 0 to draws - 1, a row each: the column draw (int32), then one a quantity."""
    samples = pd.DataFrame([sample(scenario, seed, draw) for draw in range(draws)])
    numbers = pd.Series(range(draws), dtype="int32", name="draw")
    return pd.concat([numbers, samples.astype("float64")], axis="columns")


def _possible_harms(scenario: Scenario, values: Mapping[str, float]) -> dict[str, float]:
    """Return the prevalences of harms, pulled half-way to their central values until they can be true together.

    Each is drawn from its own range, and rarely no family population has them all; the central ones are checked
    when the scenario is loaded. Prevalences that fit stay as they were drawn.
    """
    names = [f"harms.{name}" for name in (*HARMS, "any", "all_three")]
    for halvings in range(_HALVINGS):
        share = 0.5**halvings
        pulled = {n: scenario.quantities[n].value * (1 - share) + values[n] * share for n in names}
        drawn = pulled if halvings else {n: values[n] for n in names}
        if _fits(drawn):
            return drawn
    return {n: scenario.quantities[n].value for n in names}


def _fits(shares: Mapping[str, float]) -> bool:
    """Return whether a joint distribution has these prevalences, by quantity id."""
    try:
        joint({h: shares[f"harms.{h}"] for h in HARMS}, shares["harms.any"], shares["harms.all_three"])
    except Problem:
        return False
    return True


def _value(name: str, quantity: Quantity, seed: int, draw: int) -> float:
    """Return one quantity's value in one draw."""
    if name.startswith(EXACT):
        return quantity.value
    return quantity.at(uniform(seed, draw, name_key(name), 0, 0, 0))
