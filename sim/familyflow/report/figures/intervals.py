"""Averages and their ranges as dots and lines, a row for each schedule of each council."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from familyflow.report.figures import style
from familyflow.report.figures.messages import spread
from familyflow.report.figures.style import COLOURS, INK, Picture, styled
from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from familyflow.results.comparison import Row
    from familyflow.results.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Shown:
    """What a chart shows of each row: its name, title, axis label, value in the axis's unit, and the value in words.

    `level`: what is shown is no difference, so that nought is nothing to hold it against.
    """

    name: str
    title: str
    axis: str
    value: Callable[[Row], Outcome]
    words: Callable[[float], str]
    level: bool = False


@styled
def dots(shown: Shown, councils: Sequence[tuple[str, Sequence[Row]]]) -> Picture:
    """Draw a panel a council with a common axis; rows in which there is nothing to show are left out."""
    kept = [(name, [row for row in rows if not isnan(shown.value(row).mean)]) for name, rows in councils]
    kept = [(name, rows) for name, rows in kept if rows]
    figure, panels = style.stacked([len(rows) for _, rows in kept])
    for position, (axes, (name, rows)) in enumerate(zip(panels, kept, strict=True)):
        _panel(axes, shown, rows, COLOURS[position % len(COLOURS)])
        style.head(axes, name, beside=style.LABELS)
    style.name_axis(panels[-1], shown.axis)
    key = [
        Line2D([], [], color=INK, marker="o", linestyle="", label="average of draws"),
        Line2D([], [], color=INK, linewidth=2.5, label=f"{RANGE}, 90% of draws"),
    ]
    means = [shown.value(row).mean for _, rows in kept for row in rows]
    heading = f"{shown.title}: {spread(means, shown.words)} on average"
    style.finish(figure, heading, "", key)
    return Picture(shown.name, heading, _said(shown, kept), figure)


def _panel(axes: Axes, shown: Shown, rows: Sequence[Row], colour: str) -> None:
    """Draw one council's rows, the first on top."""
    places = range(len(rows), 0, -1)
    for place, row in zip(places, rows, strict=True):
        outcome = shown.value(row)
        axes.plot([outcome.p5, outcome.p95], [place, place], color=colour, linewidth=2.5, alpha=0.6)
        axes.plot(outcome.mean, place, "o", color=colour, markersize=7)
    if not shown.level:
        axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_yticks(list(places), [style.row_label(row.title) for row in rows])
    axes.set_ylim(0.4, len(rows) + 0.6)


def _said(shown: Shown, councils: Sequence[tuple[str, Sequence[Row]]]) -> str:
    """Say in words what is drawn."""
    return " ".join(f"{name}: {'; '.join(_row_said(shown, row) for row in rows)}." for name, rows in councils)


def _row_said(shown: Shown, row: Row) -> str:
    """Say one row's average and range."""
    outcome = shown.value(row)
    band = f", {shown.words(outcome.p5)} to {shown.words(outcome.p95)}" if outcome.p5 < outcome.p95 else ""
    return f"{row.title} {shown.words(outcome.mean)}{band}"
