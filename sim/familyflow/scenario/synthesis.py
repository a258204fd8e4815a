"""The central reading of an effect as arithmetic on the others: stated weights, levels and discounts.

The log of the central ratio is the weighted mean of the logs of the readings that say something, each kept in the
share that its design deserves. A council's ratio is first made one of the families whom the programme reaches. What a
council aims at weighs nothing. Decision 37 has the reasons.
"""

from __future__ import annotations

from math import exp, fsum, log
from typing import TYPE_CHECKING, Final

from familyflow.scenario import tables
from familyflow.scenario.readings import AIM, COUNCIL, rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from familyflow.scenario.readings import Row

FILE: Final = "synthesis.csv"
_RANDOMISED: Final = "randomised"
_ADVERSE: Final = -0.5
"""How far the range goes beyond no effect, as a power of the central ratio, where nothing was randomised alone."""


def weights() -> dict[str, float]:
    """Read the stated weights, discounts and reaches by id."""
    return {name: each.value for name, each in tables.quantities(FILE, tables.sources()).items()}


def central(found: Sequence[Row] | None = None) -> dict[str, tuple[float, float, float]]:
    """Return the central value, low and high of each effect of which some reading says more than an aim."""
    stated = weights()
    evidence = [row for row in (rows() if found is None else found) if row.design != AIM]
    effects = dict.fromkeys(row.effect for row in evidence)
    return {name: _synthesis([row for row in evidence if row.effect == name], stated) for name in effects}


def of_families(ratio: float, row: Row, stated: Mapping[str, float]) -> float:
    """Return a row's ratio as one of the families reached: 1 - (1 - ratio) / reach for one of the whole council."""
    if row.level != COUNCIL:
        return ratio
    return 1 - (1 - ratio) / stated[f"reach.{row.effect.removeprefix('effect.')}"]


def beyond_referrals(row: Row, ratio: float, stated: Mapping[str, float]) -> float:
    """Return the part of a council's ratio that came after referral, where that is known: all of any other row's."""
    known = row.level == COUNCIL and stated.get(f"beyond_referrals.{row.effect.removeprefix('effect.')}")
    return ratio**known if known else ratio


def _synthesis(evidence: Sequence[Row], stated: Mapping[str, float]) -> tuple[float, float, float]:
    """Return one effect's central value and its range, which holds the boldest reading at face value."""
    middle, low, high = (_mean(evidence, stated, end) for end in ("value", "low", "high"))
    boldest = min(of_families(row.quantity.value, row, stated) for row in evidence)
    chosen = any(row.design != _RANDOMISED for row in evidence)
    return middle, min(boldest, low), max(high, middle**_ADVERSE) if chosen else high


def _mean(evidence: Sequence[Row], stated: Mapping[str, float], end: str) -> float:
    """Return the weighted mean of discounted logs, as a ratio."""
    shares = [stated[f"weight.{row.reading}"] for row in evidence]
    ratios = [beyond_referrals(row, getattr(row.quantity, end), stated) for row in evidence]
    logs = [
        stated[f"discount.{row.design}"] * log(of_families(ratio, row, stated))
        for row, ratio in zip(evidence, ratios, strict=True)
    ]
    return exp(fsum(share * each for share, each in zip(shares, logs, strict=True)) / fsum(shares))
