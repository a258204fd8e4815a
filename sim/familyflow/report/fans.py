"""Fan charts of children on plans and in care: how many, how many fewer, and how the run starts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from matplotlib.lines import Line2D

from familyflow.report import canvas
from familyflow.report.canvas import GREY, INK, Picture, styled
from familyflow.report.frames import bands, draws_in, ends, part
from familyflow.report.measures import NO_CHANGE, RANGE
from familyflow.report.words import day, fewer, fewer_span, number, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    import pandas as pd
    from matplotlib.axes import Axes

    from familyflow.scenario import Scenario
    from familyflow.scenario.schema import History

STOCKS: Final = {
    "children_on_cin": "Children on CIN plans",
    "children_on_cp": "Children on CP plans",
    "children_in_care": "Children in care",
}
_FIRST_MONTHS: Final = 24
_MARGIN: Final = timedelta(days=60)
_COLUMNS: Final = 3


@styled
def stock(values: pd.Series, scenario: Scenario, titles: Mapping[str, str], least: int = 0) -> Picture:
    """Draw one stock of children as fans, a panel a schedule, with what was published before and since.

    `values` is named by its measure and indexed by schedule, draw and month. Fewer children than `least` are not
    numbered.
    """
    measure, quantiles = str(values.name), bands(values, ["schedule", "month"])
    fewer_at_end, end = ends(averted(values)), quantiles.index.unique("month").max()
    points = [point for point in scenario.history if point.measure == measure]
    first = min([scenario.start, *(point.date for point in points)]) - _MARGIN
    figure, panels = canvas.small_multiples(len(titles), _COLUMNS, (4.2, 3.1))
    for axes, (name, title) in zip(panels, titles.items(), strict=True):
        canvas.fan(axes, part(quantiles, name), canvas.looks(titles)[name].colour)
        if name != NO_CHANGE:
            _no_change(axes, part(quantiles, NO_CHANGE))
        _published(axes, scenario, measure)
        canvas.head(axes, title, *_gain(fewer_at_end, name, least))
        canvas.year_axis(axes, first, end)
    canvas.zoom(panels[0], min([quantiles["p5"].min(), *(point.value for point in points)]))
    canvas.label_rows(panels, "children")
    heading = f"{STOCKS[measure]} under each schedule, to {end:%B %Y}"
    key = [*canvas.fan_key(GREY), *_reference_key(), *_published_key(points, scenario.start)]
    canvas.finish(figure, heading, canvas.band_note(draws_in(values), canvas.ZOOMED), key)
    return Picture(measure, heading, _described(values, titles, end, least), figure)


def averted(values: pd.Series) -> pd.Series:
    """Give no change minus each schedule, in the same draw and month."""
    rows = values.rename("value").reset_index()
    wide = rows.pivot_table("value", ["draw", "month"], "schedule")
    tidy = wide.rsub(wide[NO_CHANGE], axis=0).reset_index().melt(["draw", "month"], value_name="value")
    return tidy.set_index(["schedule", "draw", "month"])["value"]


def _no_change(axes: Axes, base: pd.DataFrame) -> None:
    """Draw the median under no change as a thin line."""
    axes.plot(base.index, base["p50"], color=INK, linewidth=1, linestyle="--")


def _gain(fewer_at_end: Mapping[str, Mapping[str, float]], schedule: str, least: int) -> tuple[str, ...]:
    """Say how many fewer children there are at the end than under no change: median and range of outcomes."""
    if schedule == NO_CHANGE:
        return ("what the others are compared with",)
    row = fewer_at_end[schedule]
    if row["p5"] == row["p95"] == 0:
        return ("ends as no change does",)
    found = f"ends {fewer(row['p50'], least)} than no change"
    return (found, f"{RANGE}: {fewer_span(row['p5'], row['p95'], least)}") if row["p5"] < row["p95"] else (found,)


def _published(axes: Axes, scenario: Scenario, measure: str) -> None:
    """Mark what was published: before day 0, on day 0 and since."""
    for point in scenario.history:
        if point.measure == measure and point.date != scenario.start:
            face = INK if point.date < scenario.start else "white"
            where = [canvas.place(point.date)]
            axes.plot(where, [point.value], "o", markersize=4.5, mfc=face, mec=INK, zorder=5)
    snapshot = scenario.quantities[f"snapshot.{measure}"].value
    axes.plot([canvas.place(scenario.start)], [snapshot], "D", markersize=5, color=INK, zorder=6)


def _reference_key() -> Iterator[Line2D]:
    """Give the entry of a key that explains the line of no change."""
    yield Line2D([], [], color=INK, linewidth=1, linestyle="--", label="median under no change")


def _published_key(points: list[History], start: date) -> Iterator[Line2D]:
    """Give the entries of a key that explain the published points that are shown."""
    if any(point.date < start for point in points):
        yield Line2D([], [], color=INK, marker="o", markersize=4.5, linestyle="", label="published earlier")
    yield Line2D([], [], color=INK, marker="D", markersize=5, linestyle="", label="published for day 0")
    if any(point.date > start for point in points):
        yield Line2D([], [], color=INK, marker="o", mfc="white", markersize=4.5, linestyle="", label="published later")


def _described(values: pd.Series, titles: Mapping[str, str], end: pd.Timestamp, least: int) -> str:
    """Say in words where each schedule ends."""
    rows = ends(values)
    said = (
        f"{title}: median {number(rows[name]['p50'], 'children', least)}, {RANGE} "
        f"{span(rows[name]['p5'], rows[name]['p95'], 'children', least)}"
        for name, title in titles.items()
    )
    return f"Children at {day(end)}. {'; '.join(said)}."


@styled
def children_fewer(stocks: pd.DataFrame, titles: Mapping[str, str], least: int = 0) -> Picture:
    """Draw how many fewer children than under no change: a row a stock, a column a schedule; `least` as in `stock`."""
    others = {name: title for name, title in titles.items() if name != NO_CHANGE}
    figure, rows = canvas.matrix(len(STOCKS), len(others), (3.3, 2.1))
    for panels, (measure, words) in zip(rows, STOCKS.items(), strict=True):
        _fewer_row(panels, stocks[measure], titles)
        canvas.label_rows(panels, f"{words},\nfewer than no change")
    for axes, title in zip(rows[0], others.values(), strict=True):
        canvas.head(axes, title)
    heading = "How many children fewer than under no change, with the same families and luck"
    note = canvas.band_note(draws_in(stocks), "Below nought there are more children than under no change.")
    canvas.finish(figure, heading, note, canvas.fan_key(GREY))
    said = "; ".join(f"{words}: {_fewer_said(stocks[measure], others, least)}" for measure, words in STOCKS.items())
    return Picture("children_fewer", heading, f"Median at the end, fewer than no change. {said}.", figure)


def _fewer_row(panels: list[Axes], values: pd.Series, titles: Mapping[str, str]) -> None:
    """Draw one stock's difference under each schedule."""
    quantiles = bands(averted(values), ["schedule", "month"])
    dates = quantiles.index.unique("month")
    shown = [(name, look.colour) for name, look in canvas.looks(titles).items() if name != NO_CHANGE]
    for axes, (name, colour) in zip(panels, shown, strict=True):
        axes.axhline(0, color=INK, linewidth=0.8)
        canvas.fan(axes, part(quantiles, name), colour)
        canvas.year_axis(axes, dates.min(), dates.max())


def _fewer_said(values: pd.Series, titles: Mapping[str, str], least: int) -> str:
    """Say in words how many fewer children each schedule ends with."""
    rows = ends(averted(values))
    return ", ".join(f"{title} {number(rows[name]['p50'], 'children', least)}" for name, title in titles.items())


@styled
def baseline_start(stocks: pd.DataFrame, scenario: Scenario, least: int = 0) -> Picture:
    """Draw the first two years under no change against the published snapshot: a jump would show; `least` as before."""
    months = stocks.index.unique("month").sort_values()[: _FIRST_MONTHS + 1]
    chosen = stocks.index.get_level_values("month") <= months[-1]
    early = part(stocks[chosen], NO_CHANGE)
    figure, rows = canvas.matrix(1, len(STOCKS), (4.2, 3.2), sharey="none")
    for axes, (measure, title) in zip(rows[0], STOCKS.items(), strict=True):
        quantiles = bands(early[measure], ["month"])
        canvas.fan(axes, quantiles, canvas.COLOURS[0])
        _published(axes, scenario, measure)
        snapshot = scenario.quantities[f"snapshot.{measure}"].value
        axes.set_title(f"{title}: {number(snapshot, 'children', least)} on day 0")
        canvas.zoom(axes, min(snapshot, quantiles["p5"].min()))
        axes.set_ylim(top=1.25 * max(snapshot, quantiles["p95"].max()))
        canvas.month_axis(axes, scenario.start - _MARGIN / 2, months[-1])
    canvas.label_rows(rows[0], "children")
    heading = f"How the run starts: the first {len(months) - 1} months under no change"
    first, last = scenario.start - _MARGIN / 2, months[-1].date()
    points = [point for point in scenario.history if first < point.date < last and point.measure in STOCKS]
    key = [*canvas.fan_key(canvas.COLOURS[0]), *_published_key(points, scenario.start)]
    canvas.finish(figure, heading, canvas.band_note(draws_in(early), canvas.ZOOMED), key)
    return Picture("baseline_start", heading, _start_said(early, least), figure)


def _start_said(early: pd.DataFrame, least: int) -> str:
    """Say in words how each stock moves in the first months."""
    medians = early.groupby("month").median()
    first, last = medians.iloc[0].to_dict(), medians.iloc[-1].to_dict()
    said = (
        f"{title}: median {number(first[measure], 'children', least)}, then {number(last[measure], 'children', least)}"
        for measure, title in STOCKS.items()
    )
    return f"First and last of these months. {'; '.join(said)}."
