"""Which published prevalence of harms to put right when no joint distribution can have them all."""

from __future__ import annotations

from itertools import product
from math import fsum
from typing import TYPE_CHECKING, Final

from familyflow.ground.problem import Problem
from familyflow.pathway.harms import ALL_THREE, HARMS, joint
from familyflow.scenario.vocabulary import MARGINS

if TYPE_CHECKING:
    from collections.abc import Mapping

COMBINATIONS: Final = tuple(dict(zip(HARMS, row, strict=True)) for row in product((False, True), repeat=len(HARMS)))
"""Each combination of harms: by harm, whether it is there."""


def is_present(margin: str, combination: Mapping[str, bool]) -> bool:
    """Return whether a combination of harms counts towards a published prevalence."""
    if margin == "any":
        return any(combination.values())
    if margin == "all_three":
        return all(any(combination[harm] for harm in group) for group in ALL_THREE)
    return combination[margin]


def possible(shares: Mapping[str, float]) -> bool:
    """Return whether families can have these prevalences (shares by margin), all at once."""
    try:
        joint({harm: shares[harm] for harm in HARMS}, shares["any"], shares["all_three"])
    except Problem:
        return False
    return True


def nearest(shares: Mapping[str, float]) -> tuple[str, float, float] | None:
    """Name a margin that would fit if it alone were different, and the least and the most it could be."""
    for margin in reversed(MARGINS):
        others = {name: share for name, share in shares.items() if name != margin}
        if reach := _reach(others, margin):
            return margin, *reach
    return None


def _reach(shares: Mapping[str, float], margin: str) -> tuple[float, float] | None:
    """Return the least and the most that a margin can be, given the shares; None when they contradict."""
    from scipy.optimize import linprog  # noqa: PLC0415 - half a second, and needed only to explain

    rows = [[float(is_present(name, combination)) for combination in COMBINATIONS] for name in shares]
    whole = [1.0] * len(COMBINATIONS)
    aim = [float(is_present(margin, combination)) for combination in COMBINATIONS]
    ends = []
    for sign in (1, -1):
        goal = [sign * weight for weight in aim]
        found = linprog(goal, A_eq=[whole, *rows], b_eq=[1.0, *shares.values()])
        if not found.success or found.x is None:
            return None
        ends.append(fsum(weight * share for weight, share in zip(aim, found.x, strict=True)))
    return ends[0], ends[1]
