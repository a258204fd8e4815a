"""What would have to be true for a saving by a date, as the terminal prints it."""

from __future__ import annotations

from math import isnan
from typing import IO, TYPE_CHECKING, Final

from familyflow.ground.calendar import months_on
from familyflow.report import words
from familyflow.report.console import tables
from familyflow.results.measures import RANGE
from familyflow.results.threshold import spread
from familyflow.scenario.evidence import EFFECT, START

if TYPE_CHECKING:
    from collections.abc import Iterator

    from familyflow.results.threshold import Required

_WIDTHS: Final = (("", 42), (f"net position, {RANGE}", 40), ("met", 8))


def show(found: Required, file: IO[str] | None = None) -> None:
    """Print the answers on standard output or to a file."""
    console = tables.page(file)
    console.print(f"A net saving of {words.pounds(found.saving)} by {words.day(found.by)}, schedule {found.schedule}")
    if found.stands_on:
        console.print(found.stands_on)
    table = tables.columns("", _WIDTHS)
    for point in found.points:
        row = spread(point.net, found.saving)
        table.add_row(point.setting, _position(row), f"{row['probability_met']:.0%}")
    console.print(table)
    for sentence in sentences(found):
        console.print(sentence)
    for name, value, quantity in found.ranges():
        console.print(f"  {name}: {value:.3f}; evidence {quantity.low:g} to {quantity.high:g} ({quantity.status})")


def sentences(found: Required) -> Iterator[str]:
    """Give the answers in words."""
    yield _of_effect(found)
    yield _of_start(found)
    yield _of_cost(found)


def _of_effect(found: Required) -> str:
    """Say how strong the effects must be."""
    power, most = found.smallest_effect, max(x for x, _ in found.curve(EFFECT))
    if power is None:
        return f"Effect: none of those tried meets it, up to {most:g} times as strong as they are read."
    return f"Effect: {power:.2f} times as strong as they are read meets it on average."


def _of_start(found: Required) -> str:
    """Say how late it may begin."""
    last = max(x for x, _ in found.curve(START))
    if found.latest_start is None:
        return f"Start: none of those tried meets it, from {words.day(found.first)} to {last:g} months later."
    beyond = " or later still" if found.latest_start == months_on(found.first, int(last)) else ""
    return f"Start: the first step may be as late as {words.day(found.latest_start)}{beyond}."


def _of_cost(found: Required) -> str:
    """Say how much the programme may cost."""
    if isnan(found.largest_cost):
        return "Cost: the programme costs nothing by then."
    if found.largest_cost < 0:
        return "Cost: none is small enough; the cash saved falls short of it before anything is spent."
    return f"Cost: it may cost {found.largest_cost:.0%} of what it does."


def _position(row: dict[str, float]) -> str:
    """Write one position and its range."""
    return f"{words.pounds(row['mean'])} ({words.pounds(row['p5'])} to {words.pounds(row['p95'])})"
