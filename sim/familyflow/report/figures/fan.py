"""Fan charts of children on plans and in care: how many, how many fewer, and how the run starts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from matplotlib.lines import Line2D

from familyflow.report.figures import style
from familyflow.report.figures.messages import fewer_of, gap, untold
from familyflow.report.figures.published import later, outside
from familyflow.report.figures.style import GREY, INK, Picture, styled
from familyflow.report.words import day, fewer, fewer_span, number, span
from familyflow.results.measures import NO_CHANGE, RANGE
from familyflow.results.monthly import draws_in, ends, part
from familyflow.results.outcome import bands
from familyflow.results.precision import is_apart

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
_HEIGHT: Final = 2.5


@styled
def stock(values: pd.Series, scenario: Scenario, titles: Mapping[str, str], least: int = 0) -> Picture:
    """Draw one stock of children as fans, a panel a schedule, with what was published before and since.

    `values` is named by its measure and indexed by schedule, draw and month. Fewer children than `least` are not
    numbered.
    """
    measure, quantiles = str(values.name), bands(values, ["schedule", "month"])
    end, gaps = quantiles.index.unique("month").max(), _gaps(values)
    points = [point for point in scenario.history if point.measure == measure]
    first = min([scenario.start, *(point.date for point in points)]) - _MARGIN
    left = outside(later(scenario, measure), part(quantiles, NO_CHANGE))
    figure, panels = style.small_multiples(len(titles), _COLUMNS, _HEIGHT)
    for axes, (name, title) in zip(panels, titles.items(), strict=True):
        style.fan(axes, part(quantiles, name), style.looks(titles)[name].colour)
        if name != NO_CHANGE:
            _no_change(axes, part(quantiles, NO_CHANGE))
        _published(axes, scenario, measure)
        style.head(axes, title, *([left] if name == NO_CHANGE and left else _gain(gaps, name, least)))
        style.year_axis(axes, first, end + _MARGIN)
    style.zoom(panels[0], min([quantiles["p5"].min(), *(point.value for point in points)]))
    style.label_rows(panels, "children")
    heading = f"{STOCKS[measure]} at {day(end)}: {_message(values, gaps, least)}"
    key = [*style.fan_key(GREY), *_reference_key(titles), *_published_key(points, scenario.start)]
    style.finish(figure, heading, style.band_note(draws_in(values), style.ZOOMED), key)
    note = f"{STOCKS[measure]}: {left}." if left else ""
    return Picture(measure, heading, _described(values, titles, end, least), figure, note)


@styled
def levels(values: pd.Series, titles: Mapping[str, str]) -> Picture:
    """Draw a measure as fans, a panel a schedule, with the average under no change.

    `values` is named by its measure and indexed by schedule, draw and month.
    """
    quantiles, last = bands(values, ["schedule", "month"]), ends(values)
    months = quantiles.index.unique("month")
    figure, panels = style.small_multiples(len(titles), _COLUMNS, _HEIGHT)
    for axes, (name, title) in zip(panels, titles.items(), strict=True):
        style.fan(axes, part(quantiles, name), style.looks(titles)[name].colour)
        if name != NO_CHANGE:
            _no_change(axes, part(quantiles, NO_CHANGE))
        style.head(axes, title, f"ends at {last[name]['mean']:,.0f} on average")
        style.year_axis(axes, months.min(), months.max())
    measure = str(values.name)
    named = STOCKS.get(measure) or measure.replace("_", " ").capitalize()
    heading = f"{named} to {day(months.max())}"
    style.finish(figure, heading, style.band_note(draws_in(values)), [*style.fan_key(GREY), *_reference_key(titles)])
    said = "; ".join(f"{title}: {last[name]['mean']:,.1f} on average at the end" for name, title in titles.items())
    return Picture(measure, heading, f"{said}.", figure)


def _gaps(values: pd.Series) -> dict[str, dict[str, float]]:
    """Return how many children fewer than under no change each other schedule ends with: as `ends`."""
    return {name: row for name, row in ends(averted(values)).items() if name != NO_CHANGE}


def _message(values: pd.Series, gaps: Mapping[str, Mapping[str, float]], least: int) -> str:
    """Say what the schedules end with against no change; of no change alone, what it ends with."""
    if not gaps:
        return f"{number(ends(values)[NO_CHANGE]['mean'], 'children', least)} on average under no change"
    return gap(gaps, least)


def averted(values: pd.Series) -> pd.Series:
    """Return no change minus each schedule, in the same draw and month."""
    rows = values.rename("value").reset_index()
    wide = rows.pivot_table("value", ["draw", "month"], "schedule")
    tidy = wide.rsub(wide[NO_CHANGE], axis=0).reset_index().melt(["draw", "month"], value_name="value")
    return tidy.set_index(["schedule", "draw", "month"])["value"]


def _no_change(axes: Axes, base: pd.DataFrame) -> None:
    """Draw the average under no change as a thin line."""
    axes.plot(base.index, base["mean"], color=INK, linewidth=1, linestyle="--")


def _gain(gaps: Mapping[str, Mapping[str, float]], schedule: str, least: int) -> tuple[str, ...]:
    """Say how many fewer children there are at the end than under no change: average and range of outcomes."""
    if schedule == NO_CHANGE:
        return ("what the others are compared with",) if gaps else ()
    row = gaps[schedule]
    if row["p5"] == row["p95"] == 0:
        return ("ends as no change does",)
    told = "than no change" if is_apart(row["mean"], row["mc_error"]) else "(not told from 0)"
    found = f"average: {fewer(row['mean'], least)} {told}"
    return (found, f"{RANGE}: {fewer_span(row['p5'], row['p95'], least)}") if row["p5"] < row["p95"] else (found,)


def _published(axes: Axes, scenario: Scenario, measure: str) -> None:
    """Mark what was published: before day 0, on day 0 and since."""
    for point in scenario.history:
        if point.measure == measure and point.date != scenario.start:
            face = INK if point.date < scenario.start else "white"
            where = [style.place(point.date)]
            axes.plot(where, [point.value], "o", markersize=4.5, mfc=face, mec=INK, zorder=5)
    snapshot = scenario.quantities[f"snapshot.{measure}"].value
    axes.plot([style.place(scenario.start)], [snapshot], "D", markersize=5, color=INK, zorder=6)


def _reference_key(titles: Mapping[str, str]) -> Iterator[Line2D]:
    """Return the entry of a key that explains the line of no change, where other schedules stand beside it."""
    if len(titles) > 1:
        yield Line2D([], [], color=INK, linewidth=1, linestyle="--", label="average under no change")


def _published_key(points: list[History], start: date) -> Iterator[Line2D]:
    """Return the entries of a key that explain the published points that are shown."""
    if any(point.date < start for point in points):
        yield Line2D([], [], color=INK, marker="o", markersize=4.5, linestyle="", label="published earlier")
    yield Line2D([], [], color=INK, marker="D", markersize=5, linestyle="", label="published for day 0")
    if any(point.date > start for point in points):
        yield Line2D([], [], color=INK, marker="o", mfc="white", markersize=4.5, linestyle="", label="published later")


def _described(values: pd.Series, titles: Mapping[str, str], end: pd.Timestamp, least: int) -> str:
    """Say in words where each schedule ends."""
    rows = ends(values)
    said = (
        f"{title}: {number(rows[name]['mean'], 'children', least)} on average, {RANGE} "
        f"{span(rows[name]['p5'], rows[name]['p95'], 'children', least)}"
        for name, title in titles.items()
    )
    return f"Children at {day(end)}. {'; '.join(said)}."


@styled
def children_fewer(stocks: pd.DataFrame, titles: Mapping[str, str], least: int = 0) -> Picture:
    """Draw how many fewer children than under no change: a row a schedule, a column a stock; `least` as in `stock`."""
    others = {name: title for name, title in titles.items() if name != NO_CHANGE}
    figure, rows = style.bands_of(others.values(), len(STOCKS), 1.7)
    gaps = {measure: _gaps(stocks[measure]) for measure in STOCKS}
    for column, measure in enumerate(reversed(STOCKS)):
        panels = {name: row[column] for name, row in zip(others, rows, strict=True)}
        _fewer_column(panels, stocks[measure], titles)
        for name, axes in panels.items():
            style.head(axes, STOCKS[measure], *_gain(gaps[measure], name, least)[:1])
    for row in rows:
        row[0].set_ylabel("fewer than no change")
    end = stocks.index.unique("month").max()
    heading = f"Against no change at {day(end)}, on average: {_fewer_message(gaps, least)}"
    note = "The same families and luck. Below nought there are more children than under no change."
    style.finish(figure, heading, style.band_note(draws_in(stocks), note), style.fan_key(GREY))
    said = "; ".join(f"{words}: {_fewer_said(gaps[measure], others, least)}" for measure, words in STOCKS.items())
    return Picture("children_fewer", heading, f"Average at the end, fewer than no change. {said}.", figure)


def _fewer_message(gaps: Mapping[str, Mapping[str, Mapping[str, float]]], least: int) -> str:
    """Say of each stock by how much schedules differ from no change, where the draws can tell any."""
    every = [row for rows in gaps.values() for row in rows.values()]
    if any(row["mean"] for row in every) and not any(is_apart(row["mean"], row["mc_error"]) for row in every):
        return untold(len(next(iter(gaps.values()))))
    return "; ".join(_fewer_of_stock(words, gaps[measure], least) for measure, words in reversed(STOCKS.items()))


def _fewer_of_stock(words: str, rows: Mapping[str, Mapping[str, float]], least: int) -> str:
    """Say it of one stock."""
    told = [row["mean"] for row in rows.values() if is_apart(row["mean"], row["mc_error"])]
    what = words[:1].lower() + words[1:]
    if not told:
        return f"{what} not told apart" if any(row["mean"] for row in rows.values()) else f"{what} the same"
    some = "" if len(told) == len(rows) else f" under {len(told)} of {len(rows)} schedules, the others not told apart"
    return f"{what} {fewer_of(told, least)}{some}"


def _fewer_column(panels: Mapping[str, Axes], values: pd.Series, titles: Mapping[str, str]) -> None:
    """Draw one stock's difference under each schedule, on one scale."""
    quantiles = bands(averted(values), ["schedule", "month"])
    dates, looks = quantiles.index.unique("month"), style.looks(titles)
    for name, axes in panels.items():
        axes.axhline(0, color=INK, linewidth=0.8)
        style.fan(axes, part(quantiles, name), looks[name].colour)
        style.year_axis(axes, dates.min(), dates.max())
        style.count_axis(axes)
        style.fit(axes, [0.0, *quantiles["p5"], *quantiles["p95"]], 1.0)


def _fewer_said(rows: Mapping[str, Mapping[str, float]], titles: Mapping[str, str], least: int) -> str:
    """Say in words how many fewer children each schedule ends with."""
    return ", ".join(f"{title} {number(rows[name]['mean'], 'children', least)}" for name, title in titles.items())


@styled
def baseline_start(stocks: pd.DataFrame, scenario: Scenario, least: int = 0) -> Picture:
    """Draw the first two years under no change against the published snapshot: a jump would show; `least` as before."""
    months = stocks.index.unique("month").sort_values()[: _FIRST_MONTHS + 1]
    chosen = stocks.index.get_level_values("month") <= months[-1]
    early = part(stocks[chosen], NO_CHANGE)
    figure, rows = style.matrix(1, len(STOCKS), 2.7, sharey="none")
    for axes, (measure, title) in zip(rows[0], reversed(STOCKS.items()), strict=True):
        quantiles = bands(early[measure], ["month"])
        style.fan(axes, quantiles, style.COLOURS[0])
        _published(axes, scenario, measure)
        snapshot = scenario.quantities[f"snapshot.{measure}"].value
        style.head(axes, f"{title}: {number(snapshot, 'children', least)} on day 0")
        style.zoom(axes, min(snapshot, quantiles["p5"].min()))
        axes.set_ylim(top=1.25 * max(snapshot, quantiles["p95"].max()))
        style.month_axis(axes, scenario.start - _MARGIN / 2, months[-1] + _MARGIN)
    style.label_rows(rows[0], "children")
    heading = f"No change runs on from day 0: {_start_said(early, least)} after {len(months) - 1} months, on average"
    first, last = scenario.start - _MARGIN / 2, months[-1].date()
    points = [point for point in scenario.history if first < point.date < last and point.measure in STOCKS]
    key = [*style.fan_key(style.COLOURS[0]), *_published_key(points, scenario.start)]
    style.finish(figure, heading, style.band_note(draws_in(early), style.ZOOMED), key)
    said = "How the run starts: children on day 0 and at the end of these months, on average under no change."
    return Picture("baseline_start", heading, said, figure)


def _start_said(early: pd.DataFrame, least: int) -> str:
    """Say in words how each stock moves in the first months, on average."""
    means = early.groupby("month").mean()
    first, last = means.iloc[0].to_dict(), means.iloc[-1].to_dict()
    said = (
        f"{title[:1].lower()}{title[1:]} {number(first[measure], 'children', least)}, "
        f"then {number(last[measure], 'children', least)}"
        for measure, title in reversed(STOCKS.items())
    )
    return "; ".join(said)
