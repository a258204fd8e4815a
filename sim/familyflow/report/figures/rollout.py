"""The rollout as a Gantt chart: each team's recruitment, training, growing and full effect by schedule."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from familyflow.ground.calendar import DAYS_PER_MONTH, DAYS_PER_WEEK, date_of
from familyflow.report.figures import style
from familyflow.report.figures.style import INK, PALE, Picture, styled
from familyflow.report.words import day
from familyflow.results.measures import NO_CHANGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from familyflow.scenario import Scenario
    from familyflow.scenario.timeline import Timeline

RECRUITMENT: Final = "staff.recruitment_weeks."
RAMP: Final = "effect.ramp_months"
SHARED: Final = "Shared posts"
PHASES: Final = {
    "recruitment": (PALE, "recruitment (no cost yet)"),
    "training": ("#E69F00", "hired, in training (cost starts)"),
    "ramp": ("#8cc4e8", "live, effect growing"),
    "live": ("#0072B2", "live, full effect"),
    "working": ("#5f8a6e", "shared posts at work"),
}
"""Colour and meaning of each phase."""
MARKS: Final = {
    "opens": ("^", "team opens", 0.42),
    "moves": (">", "open cases move to another team", 0.42),
    "closes": ("X", "team closes", 0.0),
}
"""Marker and meaning of each moment, and how far above the middle of its row it is marked."""

_LIVE: Final = "ramp"
"""The phase that begins when a team goes live."""

_MARGIN: Final = 24.0
"""Days left free before the first bar."""

_WORDS: Final = 0.13
"""Share of the axis that a month in words needs."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One phase of one row, in days since day 0."""

    row: str
    phase: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment of one row, in days since day 0."""

    row: str
    moment: str
    day: float


@styled
def rollout(timelines: Mapping[str, Timeline], scenario: Scenario, titles: Mapping[str, str], end: date) -> Picture:
    """Draw each schedule's timeline, a panel a schedule, a row a team; `timelines` at central values."""
    shown = {name: title for name, title in titles.items() if name != NO_CHANGE}
    horizon = float((end - scenario.start).days)
    drawn = {name: _within(bars(timelines[name], scenario), horizon) for name in shown}
    marked = {name: [mark for mark in marks(timelines[name], scenario) if mark.day < horizon] for name in shown}
    rows = _rows(scenario, drawn, marked)
    first = min([0.0, *(bar.start for each in drawn.values() for bar in each)]) - _MARGIN
    figure, grid = style.matrix(len(shown), 1, 0.3 * len(rows) + 0.55, sharey="all")
    for (axes,), (name, title) in zip(grid, shown.items(), strict=True):
        _panel(axes, drawn[name], marked[name], rows, (scenario.start, end))
        style.head(axes, title, beside=style.LABELS)
        style.year_axis(axes, date_of(first, scenario.start), end)
    heading = message([_live_dates(each, scenario.start) for each in drawn.values()])
    note = f"Lead times at their central values. Dotted line: day 0, {day(scenario.start)}."
    style.finish(figure, heading, note, _key(drawn, marked))
    said = " ".join(_said(timelines[name], scenario, title, horizon) for name, title in shown.items())
    return Picture("rollout", heading, said, figure)


def _live_dates(drawn: list[Bar], start: date) -> list[date]:
    """Return the dates on which the teams of one schedule go live."""
    return [date_of(bar.start, start) for bar in drawn if bar.phase == _LIVE]


def message(lives: Sequence[Sequence[date]]) -> str:
    """Say when teams go live, or between which dates the last of each schedule does; `lives` has a list a schedule."""
    known = [dates for dates in lives if dates]
    if not known:
        return "No team goes live within the run"
    first, last = min(map(min, known)), sorted(map(max, known))
    if len(known) == 1:
        each = last[0]
        return f"Teams go live on {day(each)}" if first == each else f"Teams go live from {day(first)} to {day(each)}"
    if last[0] == last[-1]:
        return f"The first team goes live on {day(first)}, the last of every schedule on {day(last[0])}"
    return f"The first team goes live on {day(first)}, the last from {day(last[0])} to {day(last[-1])}, by schedule"


def bars(timeline: Timeline, scenario: Scenario) -> Iterator[Bar]:
    """Return the phases of every team and of the shared posts; a last phase may have no end."""
    closes = {each.team: each.day for each in timeline.closes}
    for live in timeline.live:
        row = scenario.teams[live.team].title
        yield from _lead(timeline, scenario, live.team, row, live.day)
        grown = live.day + scenario.quantities[RAMP].value * DAYS_PER_MONTH
        last = closes.get(live.team, inf)
        yield Bar(row, "ramp", live.day, min(grown, last))
        yield Bar(row, "live", min(grown, last), last)
    shared = [post for post in timeline.posts if post.team is None]
    if shared:
        working = min(post.working_day for post in shared)
        yield from _lead(timeline, scenario, None, SHARED, working)
        yield Bar(SHARED, "working", working, max(post.end_day for post in shared))


def _lead(timeline: Timeline, scenario: Scenario, team: str | None, row: str, ready: float) -> Iterator[Bar]:
    """Return recruitment and training before a row is ready, from the first of its posts."""
    posts = [post for post in timeline.posts if post.team == team and post.hired_day < ready]
    if posts:
        hired = min(post.hired_day for post in posts)
        begins = min(post.hired_day - _weeks(scenario, post.role) * DAYS_PER_WEEK for post in posts)
        yield Bar(row, "recruitment", begins, hired)
        yield Bar(row, "training", hired, ready)


def _weeks(scenario: Scenario, role: str) -> float:
    """Return the weeks that recruiting for a role takes; none when the scenario does not say."""
    quantity = scenario.quantities.get(f"{RECRUITMENT}{role}")
    return quantity.value if quantity else 0.0


def marks(timeline: Timeline, scenario: Scenario) -> Iterator[Mark]:
    """Return the days on which teams open, close or give up open cases; those of day 0 are not news."""
    title = {name: team.title for name, team in scenario.teams.items()}
    yield from (Mark(title[each.team], "opens", each.day) for each in timeline.opens if each.day > 0)
    yield from (Mark(title[each.from_team], "moves", each.day) for each in timeline.transfers)
    yield from (Mark(title[each.team], "closes", each.day) for each in timeline.closes)


def _within(every: Iterator[Bar], horizon: float) -> list[Bar]:
    """Cut bars at the horizon and leave out those without length."""
    cut = (Bar(bar.row, bar.phase, bar.start, min(bar.end, horizon)) for bar in every)
    return [bar for bar in cut if bar.start < bar.end]


def _rows(scenario: Scenario, drawn: Mapping[str, list[Bar]], marked: Mapping[str, list[Mark]]) -> list[str]:
    """Return the rows that have something to show, teams in the scenario's order and shared posts last."""
    used = {bar.row for each in drawn.values() for bar in each}
    used |= {mark.row for each in marked.values() for mark in each}
    return [row for row in (*(team.title for team in scenario.teams.values()), SHARED) if row in used]


def _date_of_bar(axes: Axes, bar: Bar, row: int, start: date, end: date) -> None:
    """Write when a team goes live beside the place where its bar begins, on the side that has room."""
    left, when = style.place(start) + bar.start, date_of(bar.start, start).strftime("%b %Y")
    near = style.place(end) - left < _WORDS * (style.place(end) - style.place(start))
    side, aside = ("right", -_MARGIN / 2) if near else ("left", _MARGIN / 2)
    axes.text(left + aside, row, when, va="center", ha=side, fontsize=8)


def _panel(axes: Axes, drawn: list[Bar], marked: list[Mark], rows: list[str], days: tuple[date, date]) -> None:
    """Draw one schedule from day 0 to the end."""
    start, end = days
    zero = style.place(start)
    for bar in drawn:
        colour = PHASES[bar.phase][0]
        axes.barh(rows.index(bar.row), bar.end - bar.start, left=zero + bar.start, height=0.62, color=colour)
        if bar.phase == _LIVE:
            _date_of_bar(axes, bar, rows.index(bar.row), start, end)
    for mark in marked:
        shape, _, above = MARKS[mark.moment]
        axes.plot([zero + mark.day], [rows.index(mark.row) - above], shape, color=INK, markersize=5, zorder=5)
    axes.axvline(zero, color=INK, linewidth=1, linestyle=":")
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.5, -0.7)
    axes.grid(visible=False, axis="y")
    axes.xaxis_date()


def _key(drawn: Mapping[str, list[Bar]], marked: Mapping[str, list[Mark]]) -> Iterator[Artist]:
    """Return the entries of a key for what is shown."""
    phases = {bar.phase for each in drawn.values() for bar in each}
    moments = {mark.moment for each in marked.values() for mark in each}
    for phase, (colour, label) in PHASES.items():
        if phase in phases:
            yield Patch(color=colour, label=label)
    for moment, (shape, label, _) in MARKS.items():
        if moment in moments:
            yield Line2D([], [], color=INK, marker=shape, linestyle="", markersize=6, label=label)


def _said(timeline: Timeline, scenario: Scenario, title: str, horizon: float) -> str:
    """Say in words when each team goes live under one schedule."""
    live = [each for each in timeline.live if each.day < horizon]
    said = (f"{scenario.teams[each.team].title} on {day(date_of(each.day, scenario.start))}" for each in live)
    return f"{title}, teams live: {', '.join(said) or 'none'}."
