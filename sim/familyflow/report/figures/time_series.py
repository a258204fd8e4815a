"""Figures of waits for adult workers and of the money: how each runs over the years."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Final

import pandas as pd
from matplotlib.lines import Line2D

from familyflow.report.figures import style
from familyflow.report.figures.messages import spread
from familyflow.report.figures.style import GREY, INK, Picture, styled
from familyflow.report.words import day, draws, number, pounds
from familyflow.results.measures import NO_CHANGE, RANGE, WHOLE, measure
from familyflow.results.monthly import council, draws_in, ends, months_of, part, periods, year_ends
from familyflow.results.outcome import Outcome, bands
from familyflow.results.summary import finances

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from familyflow.results.monthly import Monthly
    from familyflow.scenario import Scenario

WAITS: Final = (
    ("adult_wait_days", "adult_waits", "the team's own adult workers", "#0072B2"),
    ("adult_wait_days_outside", "adult_waits_outside", "outside services", "#D55E00"),
)
"""Days waited and number of waits, whom parents wait for, and the colour."""
NET: Final = f"{measure('gross_saving_gbp').title}, less programme cost:"
"""How the difference is called: the gross saving as the tables call it."""
_NOT_CASH: Final = "How much of it becomes cash stands in the ladder of benefits."
_MILLION: Final = 1e6
_COLUMNS: Final = 3
_HALF: Final = 0.5
_ENOUGH: Final = 5
"""Waits in a quarter without which its mean says little."""
_MIDDLE_OF_QUARTER: Final = pd.Timedelta(days=45)


@styled
def adult_wait(monthly: Monthly, titles: Mapping[str, str]) -> Picture:
    """Draw the mean wait for an adult worker by quarter, a panel a schedule, own and outside apart."""
    panel = council(monthly, [name for days, waits, _, _ in WAITS for name in (days, waits)])
    dates, means = panel.index.unique("month"), mean_waits(panel)
    figure, panels = style.small_multiples(len(titles), _COLUMNS, 2.5)
    for axes, (name, title) in zip(panels, titles.items(), strict=True):
        of_schedule = part(panel, name)
        for days, waits, _, colour in WAITS:
            style.fan(axes, _waits(of_schedule, days, waits), colour)
        style.head(axes, title, _waits_said(means, name))
        style.year_axis(axes, dates.min(), dates.max())
    panels[0].set_ylim(bottom=0)
    style.label_rows(panels, "mean wait, days")
    heading = f"From accepted offer to start, parents wait for an adult worker {_waits_message(means)}"
    note = style.band_note(draws_in(panel), f"By quarter, where half of the draws have {_ENOUGH} starts or more.")
    style.finish(figure, heading, note, [*_who_key(panel), *style.band_key(GREY)])
    said = "; ".join(f"{title}: {_waits_said(means, name)}" for name, title in titles.items())
    return Picture("adult_wait", heading, f"{said}.", figure)


def _who_key(panel: pd.DataFrame) -> Iterator[Line2D]:
    """Return the entries of a key that explain whom parents wait for."""
    for _, waits, who, colour in WAITS:
        if (panel[waits] > 0).any():
            yield Line2D([], [], color=colour, linewidth=1.8, label=f"{who}, average of draws")


def _waits(panel: pd.DataFrame, days: str, waits: str) -> pd.DataFrame:
    """Return the quarterly mean wait over draws, where at least half of the draws had enough waits."""
    rows = panel.reset_index()
    rows["quarter"] = rows["month"].dt.to_period("Q").dt.start_time + _MIDDLE_OF_QUARTER
    sums = rows.groupby(["quarter", "draw"])[[days, waits]].sum()
    means = sums[days] / sums[waits].where(sums[waits] >= _ENOUGH)
    quantiles = bands(means, ["quarter"])
    common = means.notna().groupby("quarter").mean() >= _HALF
    return quantiles[common.reindex(quantiles.index)]


def mean_waits(panel: pd.DataFrame) -> dict[str, float]:
    """Return the mean wait by schedule as the summary has it: own workers and outside together, averaged over draws."""
    after = panel[panel.index.get_level_values("month") > panel.index.unique("month").min()]
    sums = after.groupby(["schedule", "draw"]).sum()
    days, waits = (sums[[pair[place] for pair in WAITS]].sum(axis=1) for place in (0, 1))
    means = (days / waits.where(waits > 0)).groupby("schedule").mean()
    return {str(name): float(value) for name, value in means.items()}


def _waits_said(means: Mapping[str, float], schedule: str) -> str:
    """Say what the mean wait is over the whole run."""
    return "nobody waited" if isnan(means[schedule]) else f"mean wait {number(means[schedule], 'days')} days on average"


def _waits_message(means: Mapping[str, float]) -> str:
    """Say what the mean waits are under no change and under the other schedules."""
    base, others = means[NO_CHANGE], [each for name, each in means.items() if name != NO_CHANGE and not isnan(each)]
    own = "nobody under no change" if isnan(base) else f"{number(base, 'days')} days on average under no change"
    return f"{own}, {spread(others, lambda each: number(each, 'days'))} under the schedules" if others else own


@styled
def net_position(monthly: Monthly, money: pd.DataFrame, scenario: Scenario, titles: Mapping[str, str]) -> Picture:
    """Draw gross saving, not all cash, less programme cost, added up year by year, a panel a schedule."""
    net, end = cumulative_net(monthly, money), months_of(monthly)[-1]
    quantiles = bands(net / _MILLION, ["schedule", "month"])
    others = {name: title for name, title in titles.items() if name != NO_CHANGE}
    said = {name: _net_said(part(net.to_frame("gbp"), name)["gbp"]) for name in others}
    figure, panels = style.small_multiples(len(others), 2, 2.5)
    for axes, (name, title) in zip(panels, others.items(), strict=True):
        rows, colour = part(quantiles, name), style.looks(titles)[name].colour
        axes.axhline(0, color=INK, linewidth=0.9)
        style.fan(axes, rows, colour)
        axes.plot(rows.index[1:], rows["mean"].iloc[1:], "o", markersize=4, color=colour, clip_on=False)
        style.head(axes, title, *said[name])
        style.year_axis(axes, rows.index.min(), rows.index.max())
    style.label_rows(panels, f"£m, {scenario.price_year} prices")
    last = ends(net)
    heading = f"{NET} {spread([last[name]['mean'] for name in others], pounds)} on average by {day(end)}"
    note = f"Dots: ends of financial years. Above nought the saving is more than the cost. {_NOT_CASH}"
    style.finish(figure, heading, style.band_note(draws_in(net), note), style.fan_key(GREY))
    words = "; ".join(f"{title}: {', '.join(said[name])}" for name, title in others.items())
    return Picture("net_position", heading, f"At {day(end)}. {words}.", figure)


def cumulative_net(monthly: Monthly, money: pd.DataFrame) -> pd.Series:
    """Return the cumulative net saving (GBP) by schedule, draw and month: 0 on day 0, then at each year's end."""
    days = months_of(monthly)
    labels = [str(label) for label in periods(days).unique()]
    dates = dict(zip([WHOLE, *labels], [pd.Timestamp(days[0]), *year_ends(labels)], strict=True))
    ran = money[["schedule", "draw"]].drop_duplicates()
    runs = ran.merge(pd.DataFrame({"period": list(dates)}), how="cross")
    index = pd.MultiIndex.from_frame(runs[["schedule", "period", "draw"]])
    rows = finances(money, index)["net_saving_cumulative_gbp"].rename("gbp").reset_index()
    rows = rows.assign(month=rows["period"].map(dates), gbp=rows["gbp"].fillna(0.0))
    return rows.set_index(["schedule", "draw", "month"])["gbp"].sort_index()


def _net_said(net: pd.Series) -> tuple[str, ...]:
    """Say what a schedule ends at on average, and in how many draws it saves more than it costs."""
    last = net[net.index.get_level_values("month") == net.index.get_level_values("month").max()]
    found = Outcome.over(last.to_numpy())
    band = [f"{RANGE}: {pounds(found.p5)} to {pounds(found.p95)}"] if found.is_range else []
    share = f"saves more than it costs in {int((last > 0).sum())} of {draws(len(last))}"
    return (f"ends at {pounds(found.mean)} on average", *band, share)
