"""What figures say above them: averages as the tables have them, and nothing that the draws cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.report.words import fewer, fewer_span
from familyflow.results.precision import is_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Row = Mapping[str, float]


def spread(values: Iterable[float], write: Callable[[float], str]) -> str:
    """Write the least and the greatest of some numbers as "4 to 9", or the one there is."""
    given = list(values)
    low, high = write(min(given)), write(max(given))
    return low if low == high else f"{low} to {high}"


def fewer_of(values: Iterable[float], least: int = 0) -> str:
    """Write numbers of children fewer as "4 to 9 fewer" or "2 more to 9 fewer"; fewer than `least` are withheld."""
    given = list(values)
    low, high = min(given), max(given)
    return fewer(low, least) if fewer(low, least) == fewer(high, least) else fewer_span(low, high, least)


def gap(rows: Mapping[str, Row], least: int = 0) -> str:
    """Say how many children fewer than under no change schedules have on average, of those that the draws can tell.

    `rows` are mean and mc_error of the paired difference by schedule, no change less the schedule.
    """
    if all(row["mean"] == 0 and not row["mc_error"] > 0 for row in rows.values()):
        return "as many as under no change"
    told = [row["mean"] for row in rows.values() if is_apart(row["mean"], row["mc_error"])]
    if not told:
        return untold(len(rows))
    rest = len(rows) - len(told)
    tail = f"; the draws cannot tell {rest} of {len(rows)} schedules from it" if rest else ""
    return f"{fewer_of(told, least)} than under no change on average{tail}"


def untold(schedules: int) -> str:
    """Say that no average is told from no change's."""
    which = "the schedule's" if schedules == 1 else "any schedule's"
    return f"the draws cannot tell {which} average from no change's"
