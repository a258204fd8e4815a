"""What not knowing is worth, as a table and as advice: nothing is said that the draws cannot tell.

Whether a number is printed is decided in one place, `economics.information.Estimate.told`; here are its words.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Final

from familyflow.economics import case, value_of_information
from familyflow.economics.value_of_information import UNKNOWN, Estimate, Information

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from familyflow.economics.case import Assumptions, Floats

COLUMNS: Final = (
    "what",
    "inputs",
    "gbp",
    "gbp_error",
    "share_of_variance",
    "share_error",
    "draws",
    "words",
)
"""Columns of information.csv: a number that the draws cannot tell from nought is left out, with its error."""
EVERYTHING: Final = "everything"
ALL: Final = "all inputs"
CHANCE: Final = "chance"
MEASURING: Final = "price.evaluation_year"
"""What a measurement costs: a year of evaluation."""
_SMALL_SHARE: Final = 0.1
_IN_FULL: Final = 100_000
"""Pounds below this are written in full, not in millions."""


@dataclass(frozen=True, eq=False)
class Unknowns:
    """What not knowing is worth: everything, chance included; each group of inputs; all inputs together."""

    draws: int
    everything: Estimate
    groups: Sequence[Information]
    inputs: Information

    @property
    def enough(self) -> bool:
        """Return whether there are draws enough for the table at all."""
        return self.draws >= value_of_information.FEWEST

    @property
    def settled(self) -> bool:
        """Return whether no draw would change the choice: one schedule is best in each."""
        return self.enough and self.everything.value == 0


def unknowns(benefits: Floats, samples: pd.DataFrame, names: Mapping[str, Sequence[str]]) -> Unknowns:
    """Look at groups of inputs, and at all of them together, of benefits (D, S)."""
    every = [name for members in names.values() for name in members]
    *groups, inputs = value_of_information.groups(benefits, samples, {**names, ALL: every})
    everything = value_of_information.evpi(benefits) if len(benefits) >= value_of_information.FEWEST else UNKNOWN
    return Unknowns(len(benefits), everything, groups, inputs)


def rows(found: Unknowns) -> Iterator[dict[str, object]]:
    """Return the rows of the table: columns as COLUMNS."""
    yield _row(found, EVERYTHING, found.inputs.inputs, found.everything, Estimate(1.0, 0.0))
    for each in (*found.groups, found.inputs):
        yield _row(found, each.group, each.inputs, each.worth, each.part)
    if found.enough:
        yield _row(found, CHANCE, 0, UNKNOWN, found.inputs.part.shown.rest)


def _row(found: Unknowns, what: str, inputs: int, worth: Estimate, part: Estimate) -> dict[str, object]:
    """Write one row."""
    gbp = value_of_information.NOTHING if found.settled and what != CHANCE else worth.shown
    share = part.shown if found.enough else UNKNOWN
    return {
        "what": what,
        "inputs": inputs,
        "gbp": gbp.value,
        "gbp_error": gbp.error,
        "share_of_variance": share.value,
        "share_error": share.error,
        "draws": found.draws,
        "words": _words(found, what, gbp, share),
    }


def _words(found: Unknowns, what: str, gbp: Estimate, share: Estimate) -> str:
    """Say in words what not knowing is worth."""
    told = isfinite(share.value)
    if not found.enough:
        return too_few(found.draws)
    if what == CHANCE:
        return (
            "chance, and what the regression does not see, at the most: no study takes it away"
            if told
            else _cannot(found)
        )
    less = "" if told else f"; its share of the variance {_cannot(found)}"
    if found.settled:
        return f"in none of {found.draws:,} draws would knowing {what} change the choice between the schedules{less}"
    if not isfinite(gbp.value):
        return f"what knowing {what} is worth {_cannot(found)}" if told else _cannot(found)
    more = "; no study takes chance away, which is in it" if what == EVERYTHING else ""
    return f"knowing {what} is worth {with_error(gbp)} of present value to the choice between the schedules{more}{less}"


def _cannot(found: Unknowns) -> str:
    """Say that there is no telling."""
    return cannot_be_told(found.draws)


def cannot_be_told(draws: int) -> str:
    """Say that there is no telling."""
    return f"cannot be told at {draws:,} draws"


def too_few(draws: int) -> str:
    """Say that there is no table, and what it would take."""
    return f"{draws} draws are too few to tell; {value_of_information.FEWEST} are needed"


def reach(draws: int) -> str:
    """Say how large a share must be for some draws to tell it, and how many draws a small one takes."""
    large = value_of_information.draws_for(1.0) / draws
    least = f"mostly tell a share from {large:.0%} upwards" if large < 1 else "seldom tell any share"
    many = value_of_information.draws_for(_SMALL_SHARE)
    small = f"one of {_SMALL_SHARE:.0%} takes some {many:,}" if large > _SMALL_SHARE else ""
    last = "what many inputs share out among them takes more"
    return f"{draws:,} draws {least}, where it is of one input; " + "; ".join(filter(None, (small, last))) + "."


def money(gbp: float) -> str:
    """Write pounds, small sums in full: "£30,000" and "£3.50m"."""
    sign, size = "-" if gbp < 0 else "", abs(gbp)
    return f"{sign}£{size:,.0f}" if size < _IN_FULL else f"{sign}£{size / 1e6:.2f}m"


def with_error(gbp: Estimate) -> str:
    """Write pounds and their error."""
    return f"{money(gbp.value)} (error {money(gbp.error)})"


def advice(found: Unknowns, a: Assumptions) -> str:
    """Say what is worth measuring first, if anything is shown to be worth more than measuring it costs."""
    if not found.enough:
        return f"What is worth measuring first is not known: {too_few(found.draws)}."
    if found.settled:
        return (
            "No measurement is shown to be worth its cost: in none of the "
            f"{found.draws:,} draws would knowing more change the choice between the schedules."
        )
    if MEASURING not in a.quantities:
        return (
            f"No measurement is shown to be worth its cost, as there is no input {MEASURING} that says what one costs."
        )
    return _compared(found, a)


def _compared(found: Unknowns, a: Assumptions) -> str:
    """Hold what knowing is worth, at the least, against what measuring costs."""
    cost, price = measuring_cost(a), f"a year of evaluation costs {_price(a)}"
    worthy = [each for each in found.groups if _pays(each.worth, cost)]
    if worthy:
        best = max(worthy, key=lambda each: each.worth.low)
        return (
            f"Measure first: {best.group}. Knowing this is worth {with_error(best.worth)} to this choice, and {price}. "
            "A study tells less than all."
        )
    if found.everything.high < cost:
        return (
            f"No measurement is worth its cost: knowing everything is worth {money(found.everything.high)} to this "
            f"choice at the most, and {price}."
        )
    together = ""
    if _pays(found.inputs.worth, cost):
        together = (
            f" All inputs together are worth {with_error(found.inputs.worth)}, but no group alone is shown to be."
        )
    return f"No measurement is shown to be worth its cost at {found.draws:,} draws: {price}.{together}"


def _pays(worth: Estimate, cost: float) -> bool:
    """Return whether knowing is worth more than it costs, at the least."""
    return worth.told and worth.low > cost


def measuring_cost(a: Assumptions) -> float:
    """Return what a measurement costs, in pounds of the price year: a year of evaluation."""
    stated = a.quantities[MEASURING]
    return stated.value * case.price_level(a, a.price_year) / case.price_level(a, stated.year)


def _price(a: Assumptions) -> str:
    """Write what a measurement costs, with the status of that number."""
    return f"{money(measuring_cost(a))} ({MEASURING}, {a.quantities[MEASURING].status})"
