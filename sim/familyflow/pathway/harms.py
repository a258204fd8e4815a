"""Parental harms: which there are, how they come together in a family, and how their risks combine.

Councils publish how common each harm is at assessment and, at best, two facts about overlap: the share of
families with any harm and the share with all three of the "trio". Many joint distributions fit. The one of
maximum entropy (Jaynes 1957) adds nothing that was not published: where only the harms' own shares are known,
it is independence.

Adding a harm means adding its name here and its figures to the data; nothing else counts the harms.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from familyflow.ground.problem import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HARMS: Final = ("domestic_abuse", "mental_ill_health", "drug_misuse", "alcohol_misuse")
ALL_THREE: Final = (("domestic_abuse",), ("mental_ill_health",), ("drug_misuse", "alcohol_misuse"))
"""What councils count as "all three": one of each group, so either substance counts as substance misuse."""

TOLERANCE: Final = 1e-9
"""How exactly every share given is met."""
_CONVERGED: Final = 1e-11
_STEPS: Final = 200

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class _Margin:
    """One published share: of all families, those whose combination of harms is among `cells`."""

    key: str
    cells: Flags
    share: float


def combinations(harms: Sequence[str] = HARMS) -> Flags:
    """List every combination of n harms, shape (2^n, n): row i has harm j when bit j of i is set."""
    rows = np.arange(2 ** len(harms))[:, np.newaxis]
    return np.asarray((rows >> np.arange(len(harms))) & 1, dtype=np.bool_)


def joint(
    prevalence: Mapping[str, float],
    any_harm: float | None = None,
    all_three: float | None = None,
    harms: Sequence[str] = HARMS,
) -> Floats:
    """Return the share of families with each row of `combinations`, shape (2^n,), by maximum entropy.

    All shares run from 0 to 1 and are met to 1e-9; None leaves an overlap open. Problem when a harm is
    missing or unknown, a share is out of bounds, or no distribution meets them all.
    """
    margins = _margins(prevalence, any_harm, all_three, harms)
    possible = _possible(margins)
    result = np.zeros(len(possible))
    if possible.any():
        cells = np.array([margin.cells[possible] for margin in margins], dtype=np.float64)
        result[possible] = _most_entropy(cells, np.array([margin.share for margin in margins]))
    if any(abs(result[margin.cells].sum() - margin.share) > TOLERANCE for margin in margins):
        raise Problem(_clash(margins))
    return result


def combined_ratio(ratios: Floats, active: Flags, power: float, cap: float) -> float:
    """Combine the active harms' ratios: their product to a power (0 to 1, for overlap), at most the cap.

    No active harm gives 1. The cap is at least 1 and bounds from above only: ratios below 1 multiply to
    something between 0 and 1, which is a valid ratio as it stands and needs no bound.
    """
    return min(cap, float(np.prod(ratios[active]) ** power))


def _margins(
    prevalence: Mapping[str, float], any_harm: float | None, all_three: float | None, harms: Sequence[str]
) -> list[_Margin]:
    """Turn the shares given into margins, the harms' own first; Problem as in `joint`."""
    _refuse_other_harms(prevalence, harms)
    has = dict(zip(harms, combinations(harms).T, strict=True))
    margins = [_Margin(f"harms.{harm}", has[harm], prevalence[harm]) for harm in harms]
    if any_harm is not None:
        margins.append(_Margin("harms.any", _either(has.values()), any_harm))
    if all_three is not None:
        groups = [_either(has[harm] for harm in group) for group in ALL_THREE]
        margins.append(_Margin("harms.all_three", reduce(np.logical_and, groups), all_three))
    for margin in margins:
        if not 0 <= margin.share <= 1:
            raise Problem(f"{margin.key} = {margin.share:g}: a share lies between 0 and 1")
    return margins


def _refuse_other_harms(given: Iterable[str], harms: Sequence[str]) -> None:
    """Raise Problem unless exactly the harms are given."""
    names = set(given)
    for name in sorted(names.difference(harms)):
        raise Problem(f"harms.{name}: not a harm; allowed are {', '.join(harms)}{suggestion(name, harms)}")
    for harm in harms:
        if harm not in names:
            raise Problem(f"harms.{harm}: missing; give the share of families with this harm, from 0 to 1")


def _either(flags: Iterable[Flags]) -> Flags:
    """Return where at least one of the flags is set."""
    return reduce(np.logical_or, flags)


def _possible(margins: Sequence[_Margin]) -> Flags:
    """Return the combinations that no share of exactly 0 or 1 rules out."""
    never = [margin.cells for margin in margins if margin.share == 0]
    always = [~margin.cells for margin in margins if margin.share == 1]
    return ~_either([np.zeros(len(margins[0].cells), dtype=np.bool_), *never, *always])


def _most_entropy(cells: Floats, shares: Floats) -> Floats:
    """Minimise the convex dual, log sum exp(multipliers @ cells) - multipliers @ shares, by Newton's method.

    `cells` is (margins, combinations). The dual's gradient is how far the margins are off. Each step is
    shortened by its reach, which makes the method converge from anywhere (generalised self-concordance: Sun
    and Tran-Dinh 2019). At the edge of what is possible the multipliers grow without end while the margins
    converge; the caller checks the margins.
    """
    from scipy.linalg import pinvh  # noqa: PLC0415 - slow to import; most commands draw no families
    from scipy.special import softmax  # noqa: PLC0415 - the same

    multipliers = np.zeros(len(shares))
    for _ in range(_STEPS):
        weights = softmax(multipliers @ cells)
        means = cells @ weights
        off = means - shares
        if np.abs(off).max() < _CONVERGED:
            break
        spread = cells - means[:, np.newaxis]
        step = pinvh((spread * weights) @ spread.T, rtol=1e-15) @ off
        multipliers = multipliers - step / (1 + np.ptp(step @ cells) / 2)
    return np.asarray(softmax(multipliers @ cells))


def _clash(margins: Sequence[_Margin]) -> str:
    """Name the first share that the ones before it rule out, with the range that they leave."""
    for count, margin in enumerate(margins):
        low, high = _range(margin, margins[:count])
        if not low - TOLERANCE <= margin.share <= high + TOLERANCE:
            break
    held = ", ".join(f"{other.key} {other.share:g}" for other in margins[:count])
    return f"{margin.key} = {margin.share:g}: with {held} it lies between {low:.4g} and {high:.4g}"


def _range(margin: _Margin, held: Sequence[_Margin]) -> tuple[float, float]:
    """Return the least and the greatest share of a margin while others are held (two linear programmes)."""
    from scipy.optimize import linprog  # noqa: PLC0415 - slow to import, and needed only to explain a clash

    rows = np.array([np.ones(len(margin.cells)), *(other.cells for other in held)])
    shares = np.array([1.0, *(other.share for other in held)])
    inside = margin.cells.astype(np.float64)
    ends = [linprog(sign * inside, A_eq=rows, b_eq=shares).x for sign in (1, -1)]
    low, high = np.asarray(ends, dtype=np.float64) @ inside
    return float(low), float(high)
