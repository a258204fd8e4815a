"""What pages and terminal share of runs side by side."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from familyflow.report import words

if TYPE_CHECKING:
    from familyflow.results.comparison import Row
    from familyflow.results.outcome import Outcome


def below(outcome: Outcome, unit: str) -> str:
    """Write a range below its average; nothing when there is none."""
    return "" if isnan(outcome.p5) or outcome.p5 == outcome.p95 else f"\n{words.span(outcome.p5, outcome.p95, unit)}"


def kept(row: Row) -> str:
    """Write how many claims are supported."""
    return f"{row.supported} of {row.claims}" if row.claims else words.MISSING
