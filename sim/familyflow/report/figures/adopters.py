"""Figures of what is found of councils that took up Family Safeguarding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.lines import Line2D

from familyflow.calibrate.trends.adopters import CARE_STARTS, LIKE, LOOKALIKES, OTHERS, SINCE, TWO_EARLY
from familyflow.calibrate.trends.departures import MEASURES, PER_REFERRAL, YEARS
from familyflow.report.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from familyflow.calibrate.trends.adopters import Record

_DRAWN: Final = (
    *(CARE_STARTS, "cla_at_31mar_number", "referrals_number"),
    *(PER_REFERRAL, "cpp_at_31mar_number", "cin_at_31mar_number"),
)
_SHORT: Final = {each.name: each.title for each in MEASURES}
_KEYS: Final = {OTHERS: ("o", "beside all others"), LIKE: ("s", "beside the twelve nearest")}
_LIMIT: Final = (-60, 60)
_NINETY: Final = 1.645


@style.styled
def by_year(record: Record) -> style.Picture:
    """Draw the change by year since the start, with the two years before, by measure."""
    figure, panels = style.small_multiples(len(_DRAWN), 3, 2.5)
    for axes, measure in zip(panels, _DRAWN, strict=True):
        style.head(axes, _SHORT[measure])
        axes.axhline(0, color=style.GREY, linewidth=0.8)
        axes.axvline(0.5, color=style.GREY, linewidth=0.8, linestyle=(0, (4, 3)))
        for rank, comparison in enumerate((OTHERS, LIKE)):
            _points(axes, record, measure, comparison, (rank - 0.5) * 0.24)
        _lookalikes(axes, record, measure)
        axes.set_xticks(range(-1, YEARS + 1), ["2 before", "1 before", "year 1", "year 2", "year 3"])
        axes.set_ylim(*_LIMIT)
    style.label_rows(panels, "% against forecast")
    title = "Councils that took up Family Safeguarding, against what was forecast of them"
    note = "Bars: 90% ranges. Left of the dashed line: forecast from two years before, when nothing had begun."
    handles = [
        Line2D([], [], color=style.COLOURS[rank], marker=_KEYS[each][0], linewidth=1.2, label=_KEYS[each][1])
        for rank, each in enumerate((OTHERS, LIKE))
    ]
    crosses = Line2D(
        [], [], color=style.GREY, marker="x", linewidth=0, label="the twelve nearest themselves, beside all others"
    )
    style.finish(figure, title, note, [*handles, crosses])
    return style.Picture("adopters", title, "Change against forecast by year since the start, six measures.", figure)


def _points(axes: Axes, record: Record, measure: str, comparison: str, aside: float) -> None:
    """Draw one comparison's changes and ranges."""
    colour, marker = style.COLOURS[(OTHERS, LIKE).index(comparison)], _KEYS[comparison][0]
    placed = [(year - 2, record.of(measure, TWO_EARLY, year, comparison)) for year in (1, 2)]
    placed += [(year, record.of(measure, SINCE, year, comparison)) for year in range(1, YEARS + 1)]
    for where, each in placed:
        if each is not None:
            low, middle, high = (100 * (ratio - 1) for ratio in (each.low, each.ratio, each.high))
            axes.plot([where + aside] * 2, [low, high], color=colour, linewidth=1.4)
            axes.plot(where + aside, middle, color=colour, marker=marker, markersize=4.5)


def _lookalikes(axes: Axes, record: Record, measure: str) -> None:
    """Draw how the nearest fared that did not take it up."""
    for year in range(1, YEARS + 1):
        each = record.of(measure, LOOKALIKES, year)
        if each is not None:
            axes.plot(year + 0.34, 100 * (each.ratio - 1), color=style.GREY, marker="x", markersize=5)


@style.styled
def by_council(record: Record) -> style.Picture:
    """Draw care starts in the third year, council by council, and together."""
    own = [each for each in record.one_by_one if (each.measure, each.year) == (CARE_STARTS, YEARS)]
    own.sort(key=lambda each: each.others)
    figure, (axes,) = style.stacked([len(own) + 2], 0.3)
    axes.axvline(0, color=style.GREY, linewidth=0.8)
    for row, each in enumerate(own):
        _bar(axes, row, (each.others, each.sd), style.COLOURS[0], "o")
        axes.plot(100 * (np.exp(each.nearest) - 1), row, color=style.COLOURS[1], marker="s", markersize=4)
    names = [f"{each.council} ({each.origin + YEARS})" for each in own]
    whole = record.of(CARE_STARTS, SINCE, YEARS)
    if whole is not None:
        _bar(axes, len(own), (whole.found.mean, whole.found.sd), style.INK, "D")
        names.append("Together")
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlabel("% against forecast")
    title = "Care starts in the third year, against what was forecast"
    handles = [
        Line2D(
            [], [], color=style.COLOURS[0], marker="o", linewidth=1.2, label="beside all others, 90% range of chance"
        ),
        Line2D([], [], color=style.COLOURS[1], marker="s", linewidth=0, label="beside the twelve nearest"),
    ]
    style.finish(figure, title, "In brackets the year that is asked: the one that ends on its 31 March.", handles)
    return style.Picture("adopters_by_council", title, "Care starts in the third year by council, with ranges.", figure)


def _bar(axes: Axes, row: int, log: tuple[float, float], colour: str, marker: str) -> None:
    """Draw a change with its 90% range from a log and its standard deviation."""
    middle, sd = log
    ends = [100 * (np.exp(middle + step * sd) - 1) for step in (-_NINETY, _NINETY)]
    axes.plot(ends, [row, row], color=colour, linewidth=1.4)
    axes.plot(100 * (np.exp(middle) - 1), row, color=colour, marker=marker, markersize=5)
