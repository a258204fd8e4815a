"""Figures of caseloads, waits for adult workers and the money: how each runs over the years."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import pandas as pd
from matplotlib.lines import Line2D

from familyflow.report import canvas
from familyflow.report.canvas import GREY, INK, Picture, styled
from familyflow.report.caseloads import PROMISED, promise
from familyflow.report.frames import (
    EARLY_HELP,
    SOCIAL_WORK,
    bands,
    by_schedule,
    caseloads,
    council,
    draws_in,
    months_of,
    part,
    periods,
    year_ends,
)
from familyflow.report.measures import NO_CHANGE, RANGE, WHOLE
from familyflow.report.tables import finances
from familyflow.report.words import day, draws, pounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matplotlib.axes import Axes

    from familyflow.report.frames import Holding, Monthly
    from familyflow.scenario import Scenario

WAITS: Final = (
    ("adult_wait_days", "adult_waits", "the team's own adult workers", "#0072B2"),
    ("adult_wait_days_outside", "adult_waits_outside", "outside services", "#D55E00"),
)
"""Days waited and number of waits, whom parents wait for, and the colour."""
CASELOADS: Final = MappingProxyType(
    {
        SOCIAL_WORK: ("caseload_by_team", "Caseload by team: open children per social worker in post", "social worker"),
        EARLY_HELP: ("key_worker_caseload", "Caseload in early help: children per key worker in post", "key worker"),
    }
)
"""The name and heading of a figure of caseloads, and whose they are."""
_MILLION: Final = 1e6
_COLUMNS: Final = 3
_HALF: Final = 0.5
_ENOUGH: Final = 5
"""Waits in a quarter without which its mean says little."""
_MIDDLE_OF_QUARTER: Final = pd.Timedelta(days=45)


@styled
def caseload_by_team(
    monthly: Monthly, scenario: Scenario, titles: Mapping[str, str], holding: Holding = SOCIAL_WORK
) -> Picture:
    """Draw children per worker, a panel a team, a line a schedule, with what was promised or is the target."""
    name, heading, worker = CASELOADS[holding]
    rows = caseloads(monthly, holding).set_index(["schedule", "team", "month", "draw"])["caseload"]
    quantiles = bands(rows, ["team", "schedule", "month"])
    present, dates = set(quantiles.index.unique("team")), quantiles.index.unique("month")
    teams = {team: each.title for team, each in scenario.teams.items() if team in present}
    promises = {team: value for team in teams if (value := promise(scenario, team)) is not None}
    figure, panels = canvas.small_multiples(len(teams), _COLUMNS, (4.2, 3.0))
    for axes, (team, title) in zip(panels, teams.items(), strict=True):
        _team_lines(axes, part(quantiles, team), titles)
        if team in promises:
            axes.axhline(promises[team], color=INK, linewidth=1, linestyle=":")
        canvas.head(axes, title)
        canvas.year_axis(axes, dates.min(), dates.max())
    canvas.zoom(panels[0], min([quantiles["p5"].min(), *promises.values()]))
    canvas.label_rows(panels, f"children per {worker}")
    band = f"Lines: median of {draws(draws_in(rows))}. Grey band: {RANGE} under no change, 90% of draws."
    key = [*_line_key(titles), *_promise_key(promises, scenario)]
    canvas.finish(figure, heading, f"{band} {canvas.ZOOMED}", key)
    return Picture(name, heading, _caseloads_said(quantiles, teams, titles), figure)


def _team_lines(axes: Axes, quantiles: pd.DataFrame, titles: Mapping[str, str]) -> None:
    """Draw one team's median under each schedule that has it, and the band of no change."""
    present = set(quantiles.index.unique("schedule"))
    for name, look in canvas.looks(titles).items():
        if name in present:
            rows = part(quantiles, name)
            axes.plot(rows.index, rows["p50"], color=look.colour, linestyle=look.dash, linewidth=1.7)
    if NO_CHANGE in present:
        base = part(quantiles, NO_CHANGE)
        axes.fill_between(base.index, base["p5"], base["p95"], color=GREY, alpha=canvas.LIGHT, linewidth=0)


def _line_key(titles: Mapping[str, str]) -> Iterator[Line2D]:
    """Give the entries of a key that explain the schedules' lines."""
    for name, look in canvas.looks(titles).items():
        yield Line2D([], [], color=look.colour, linestyle=look.dash, linewidth=1.7, label=titles[name])


def _promise_key(promises: Mapping[str, float], scenario: Scenario) -> Iterator[Line2D]:
    """Give the entry of a key that explains the promise or target, if there is one."""
    if promises:
        values = " or ".join(f"{value:g}" for value in sorted(set(promises.values())))
        label = f"{'promise or target' if PROMISED in scenario.quantities else 'target'}, {values}"
        yield Line2D([], [], color=INK, linewidth=1, linestyle=":", label=label)


def _caseloads_said(quantiles: pd.DataFrame, teams: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """Say in words what each team's median caseload is at the end, under each schedule that has it."""
    said = (f"{title}: {_caseload_said(part(quantiles, team), titles)}" for team, title in teams.items())
    return f"Median caseload at the end. {'; '.join(said)}."


def _caseload_said(quantiles: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """Say in words what one team's median caseload is at the end, under each schedule that has it."""
    last = by_schedule(quantiles.groupby("schedule").last())
    return ", ".join(f"{title} {last[name]['p50']:.1f}" for name, title in titles.items() if name in last)


@styled
def adult_wait(monthly: Monthly, titles: Mapping[str, str]) -> Picture:
    """Draw the mean wait for an adult worker by quarter, a panel a schedule, own and outside apart."""
    panel = council(monthly, [name for days, waits, _, _ in WAITS for name in (days, waits)])
    dates = panel.index.unique("month")
    figure, panels = canvas.small_multiples(len(titles), _COLUMNS, (4.2, 3.1))
    for axes, (name, title) in zip(panels, titles.items(), strict=True):
        of_schedule = part(panel, name)
        for days, waits, _, colour in WAITS:
            canvas.fan(axes, _waits(of_schedule, days, waits), colour)
        canvas.head(axes, title, _waits_said(of_schedule))
        canvas.year_axis(axes, dates.min(), dates.max())
    panels[0].set_ylim(bottom=0)
    canvas.label_rows(panels, "mean wait, days")
    heading = "How long parents wait for an adult worker, from accepted offer to start"
    note = canvas.band_note(draws_in(panel), f"By quarter, where half of the draws have {_ENOUGH} starts or more.")
    canvas.finish(figure, heading, note, [*_who_key(), *canvas.band_key(GREY)])
    said = "; ".join(f"{title}: {_waits_said(part(panel, name))}" for name, title in titles.items())
    return Picture("adult_wait", heading, f"{said}.", figure)


def _who_key() -> Iterator[Line2D]:
    """Give the entries of a key that explain whom parents wait for."""
    for _, _, who, colour in WAITS:
        yield Line2D([], [], color=colour, linewidth=1.8, label=f"{who}, median")


def _waits(panel: pd.DataFrame, days: str, waits: str) -> pd.DataFrame:
    """Give the quantiles of the quarterly mean wait, where at least half of the draws had enough waits."""
    rows = panel.reset_index()
    rows["quarter"] = rows["month"].dt.to_period("Q").dt.start_time + _MIDDLE_OF_QUARTER
    sums = rows.groupby(["quarter", "draw"])[[days, waits]].sum()
    means = sums[days] / sums[waits].where(sums[waits] >= _ENOUGH)
    quantiles = bands(means, ["quarter"])
    common = means.notna().groupby("quarter").mean() >= _HALF
    return quantiles[common.reindex(quantiles.index)]


def _waits_said(panel: pd.DataFrame) -> str:
    """Say what the mean wait is over the whole run, own workers and outside services together."""
    waits = sum(float(panel[name].sum()) for _, name, _, _ in WAITS)
    days = sum(float(panel[name].sum()) for name, _, _, _ in WAITS)
    return f"mean wait {days / waits:.0f} days" if waits else "nobody waited"


@styled
def net_position(monthly: Monthly, money: pd.DataFrame, scenario: Scenario, titles: Mapping[str, str]) -> Picture:
    """Draw cashable saving less programme cost, added up year by year, a panel a schedule."""
    net = cumulative_net(monthly, money)
    quantiles = bands(net / _MILLION, ["schedule", "month"])
    others = {name: title for name, title in titles.items() if name != NO_CHANGE}
    said = {name: _net_said(part(net.to_frame("gbp"), name)["gbp"]) for name in others}
    figure, panels = canvas.small_multiples(len(others), 2, (5.2, 2.9))
    for axes, (name, title) in zip(panels, others.items(), strict=True):
        rows, colour = part(quantiles, name), canvas.looks(titles)[name].colour
        axes.axhline(0, color=INK, linewidth=0.9)
        canvas.fan(axes, rows, colour)
        axes.plot(rows.index[1:], rows["p50"].iloc[1:], "o", markersize=4, color=colour, clip_on=False)
        canvas.head(axes, title, *said[name])
        canvas.year_axis(axes, rows.index.min(), rows.index.max())
    canvas.label_rows(panels, f"£m, {scenario.price_year} prices")
    heading = "Cumulative net position: cashable saving less programme cost"
    note = (
        "Dots: ends of financial years. Above nought placements and agency staff save more than the cost, cash or not."
    )
    canvas.finish(figure, heading, canvas.band_note(draws_in(net), note), canvas.fan_key(GREY))
    words = "; ".join(f"{title}: {', '.join(said[name])}" for name, title in others.items())
    return Picture("net_position", heading, f"At {day(months_of(monthly)[-1])}. {words}.", figure)


def cumulative_net(monthly: Monthly, money: pd.DataFrame) -> pd.Series:
    """Give the cumulative net saving (GBP) by schedule, draw and month: 0 on day 0, then at each year's end."""
    days = months_of(monthly)
    labels = [str(label) for label in periods(days).unique()]
    dates = dict(zip([WHOLE, *labels], [pd.Timestamp(days[0]), *year_ends(labels)], strict=True))
    ran = money[["schedule", "draw"]].drop_duplicates()
    runs = ran.merge(pd.DataFrame({"period": list(dates)}), how="cross")
    index = pd.MultiIndex.from_frame(runs[["schedule", "period", "draw"]])
    rows = finances(money, index)["net_saving_cumulative_gbp"].rename("gbp").reset_index()
    rows = rows.assign(month=rows["period"].map(dates), gbp=rows["gbp"].fillna(0.0))
    return rows.set_index(["schedule", "draw", "month"])["gbp"].sort_index()


def _net_said(net: pd.Series) -> tuple[str, str]:
    """Say where a schedule ends and in how many draws its cost is repaid."""
    last = net[net.index.get_level_values("month") == net.index.get_level_values("month").max()]
    low, middle, high = (float(last.quantile(share)) for share in (0.05, 0.5, 0.95))
    band = f" ({RANGE}: {pounds(low)} to {pounds(high)})" if low < high else ""
    return f"ends at {pounds(middle)}{band}", f"repaid in {int((last > 0).sum())} of {draws(len(last))}"
