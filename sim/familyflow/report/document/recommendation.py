"""What a report answers on financial grounds, by rule from the draws: it can say no, and it can say uncertain.

Two questions are answered apart: is it cash for the council, and is it worth it for the public purse.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from familyflow.report.words import day, draws, pounds, quoted, too_few
from familyflow.results.measures import FEW, LIKELY, RANGE, UNLIKELY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from familyflow.results.outcome import Outcome


class Answer(StrEnum):
    """What can be said of an investment on financial grounds."""

    YES = "recommended"
    UNCERTAIN = "uncertain"
    NO = "not recommended"
    SILENT = "no answer"


CASH: Final = {
    Answer.YES: "Likely to be cash for the council.",
    Answer.UNCERTAIN: "Whether it is cash for the council is uncertain.",
    Answer.NO: "Not likely to be cash for the council.",
}
PUBLIC: Final = {
    Answer.YES: "Likely to be worth it for the public purse.",
    Answer.UNCERTAIN: "Whether it is worth it for the public purse is uncertain.",
    Answer.NO: "Not likely to be worth it for the public purse.",
}
NO_ANSWER: Final = "This run gives no answer."


@dataclass(frozen=True, slots=True)
class Position:
    """One schedule's net present value, of cash and of all savings, and both in the last whole financial year."""

    title: str
    cash: Outcome
    public: Outcome
    cash_a_year: Outcome
    public_a_year: Outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer on the council's cash, its heading with that on the public purse, and the reasons in full."""

    answer: Answer
    heading: str
    reason: str


def answer_of(amount: Outcome) -> Answer:
    """Return what an amount's share of draws above 0 says."""
    if amount.above >= LIKELY:
        return Answer.YES
    return Answer.NO if amount.above <= UNLIKELY else Answer.UNCERTAIN


def changes(amount: Outcome) -> bool:
    """Return whether an amount is other than 0 in any draw: where none is above, its average is 0 only if all are."""
    return bool(amount.above or amount.mean)


def verdict(positions: Sequence[Position], count: int, end: date, year: str) -> Verdict:
    """Answer by the schedule that stands for the run, the first; `year`: the last whole financial year."""
    if not positions:
        return Verdict(Answer.SILENT, NO_ANSWER, "Only no change was run: run the schedules too.")
    if count < FEW:
        few = f"{too_few(count)}: run {FEW} or more."
        return Verdict(Answer.SILENT, NO_ANSWER, "One draw cannot decide: run more draws." if count == 1 else few)
    the, *others = positions
    if not any(changes(each.cash) for each in positions):
        none = "No schedule changes the council's cash in any draw."
        return Verdict(Answer.NO, CASH[Answer.NO], none)
    heading = f"{CASH[answer_of(the.cash)]} {PUBLIC[answer_of(the.public)]}"
    reasons = [_cash(the, count, end, year), _public(the, count, year)]
    reasons += [_others(others, count)] if others else []
    return Verdict(answer_of(the.cash), heading, " ".join(reasons))


def _cash(the: Position, count: int, end: date, year: str) -> str:
    """Say how often cash savings outweigh cost, over the horizon and in the last whole year."""
    return (
        f"{quoted(the.title)}: by {day(end)} its cash savings outweigh its cost {_often(the.cash, count)}; on average "
        f"the council is {_off(the.cash)} in present value{_band(the.cash)}. In {year} alone they do "
        f"{_often(the.cash_a_year, count)}, and it is {_off(the.cash_a_year)}."
    )


def _public(the: Position, count: int, year: str) -> str:
    """Say the same of all savings."""
    return (
        f"All savings, staff time freed, costs avoided and partners' money among them, outweigh the cost "
        f"{_often(the.public, count)}; the public purse is {_off(the.public)}{_band(the.public)}. In {year} alone they "
        f"do {_often(the.public_a_year, count)}, and it is {_off(the.public_a_year)}."
    )


def _others(others: Sequence[Position], count: int) -> str:
    """Say between which numbers of draws the other schedules lie; draws that differ little tell none apart."""
    cash, public = ([round(getattr(each, what).above * count) for each in others] for what in ("cash", "public"))
    which = "The other schedule is" if len(others) == 1 else f"The other {len(others)} schedules are"
    return (
        f"{which} cash for the council in {_span(cash)} and worth it for the public purse in {_span(public)} of "
        f"{draws(count)}."
    )


def _span(counts: list[int]) -> str:
    low, high = min(counts), max(counts)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _often(amount: Outcome, count: int) -> str:
    """Say in how many draws an amount is above 0."""
    return f"in {round(amount.above * count):,} of {draws(count)}" if amount.above else f"in none of {draws(count)}"


def _off(amount: Outcome) -> str:
    """Say how much better or worse off somebody is on average."""
    return f"{pounds(abs(amount.mean))} {'better' if amount.mean >= 0 else 'worse'} off"


def _band(amount: Outcome) -> str:
    return f" ({RANGE}: {pounds(amount.p5)} to {pounds(amount.p95)})" if amount.p5 < amount.p95 else ""
