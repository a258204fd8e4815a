"""What a report recommends on financial grounds, by rule from the draws: it can say no, and it can say uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from familyflow.report.measures import RANGE
from familyflow.report.words import day, draws, pounds, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

LIKELY: Final = 0.8
UNLIKELY: Final = 0.2
"""Shares of draws from which, and up to which, something is said without "uncertain"; those of claims too."""


class Answer(StrEnum):
    """What can be said of an investment on financial grounds."""

    YES = "recommended"
    UNCERTAIN = "uncertain"
    NO = "not recommended"
    SILENT = "no answer"


HEADINGS: Final = {
    Answer.YES: "Likely to pay for itself.",
    Answer.UNCERTAIN: "It is uncertain whether any schedule pays for itself.",
    Answer.NO: "No schedule is likely to pay for itself.",
    Answer.SILENT: "This run gives no answer.",
}


@dataclass(frozen=True, slots=True)
class Position:
    """One schedule's net present value of cash: average GBP and range, and the shares of draws above and below 0."""

    title: str
    mean: float
    p5: float
    p95: float
    above: float
    below: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer, and its reason in full."""

    answer: Answer
    reason: str

    @property
    def heading(self) -> str:
        """The answer in a few words."""
        return HEADINGS[self.answer]


def verdict(positions: Sequence[Position], count: int, end: date) -> Verdict:
    """Judge schedules by the one that is likeliest to leave the council with more cash by the end."""
    if not positions:
        return Verdict(Answer.SILENT, "Only no change was run: run the schedules too.")
    if count == 1:
        return Verdict(Answer.SILENT, "One draw cannot say whether a schedule pays for itself: run more draws.")
    if not any(each.above or each.below for each in positions):
        return Verdict(Answer.NO, "No schedule changes the council's cash in any draw.")
    return _judged(max(positions, key=lambda each: (each.above, each.mean)), count, end)


def _judged(best: Position, count: int, end: date) -> Verdict:
    """Judge by the likeliest schedule, and say why."""
    side = "better" if best.mean >= 0 else "worse"
    reason = (
        f"{_chance(best, count, end)}. On average it leaves the council {pounds(abs(best.mean))} {side} off in present "
        f"value ({RANGE}: {pounds(best.p5)} to {pounds(best.p95)})."
    )
    if best.above >= LIKELY:
        return Verdict(Answer.YES, reason)
    return Verdict(Answer.NO if best.above <= UNLIKELY else Answer.UNCERTAIN, reason)


def _chance(best: Position, count: int, end: date) -> str:
    """Say how often the cash savings of the likeliest schedule outweigh its cost."""
    by = f"by {day(end)}"
    if not best.above:
        return f"In none of {draws(count)} do cash savings outweigh cost {by}; {quoted(best.title)} comes nearest"
    often = f"in {round(best.above * count):,} of {draws(count)}"
    return f"{quoted(best.title)} is likeliest to: {by} its cash savings outweigh its cost {often}"
