"""What would have to be true for a saving by a date, in words and a table."""

from __future__ import annotations

from functools import partial
from math import isnan
from typing import TYPE_CHECKING, Final

from familyflow.ground.calendar import months_on
from familyflow.report import words
from familyflow.report.document.blocks import Paragraph, Section, Table
from familyflow.results.measures import RANGE
from familyflow.results.threshold import spread
from familyflow.scenario.evidence import EFFECT, START

if TYPE_CHECKING:
    from collections.abc import Iterator

    from familyflow.results.threshold import Point, Required

_HEADINGS: Final = ("", f"net position, {RANGE}", "met")
_WIDTHS: Final = (42, 40, 8)


def answers(found: Required) -> Section:
    """Show what would have to be true."""
    asked = f"A net saving of {words.pounds(found.saving)} by {words.day(found.by)}, schedule {found.schedule}"
    table = Table("settings", "", _HEADINGS, [("", [*map(partial(_row, found.saving), found.points)])], widths=_WIDTHS)
    stands = [Paragraph(found.stands_on)] if found.stands_on else []
    said = [Paragraph(each) for each in (*sentences(found), *_ranges(found))]
    return Section("threshold", "", [Paragraph(asked), *stands, table, *said])


def _row(saving: float, point: Point) -> list[str]:
    """Write one setting: its net position, and how often it meets the saving."""
    row = spread(point.net, saving)
    return [point.setting, _position(row), f"{row['probability_met']:.0%}"]


def _ranges(found: Required) -> Iterator[str]:
    """Write what each effect would have to be beside what the evidence allows."""
    for name, value, quantity in found.ranges():
        yield f"  {name}: {value:.3f}; evidence {quantity.low:g} to {quantity.high:g} ({quantity.status})"


def sentences(found: Required) -> Iterator[str]:
    """Return the answers in words."""
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
