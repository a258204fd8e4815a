"""The figure of caseloads: each team on its own axis, what was promised, and the difference from no change."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from familyflow.report.figures import style
from familyflow.report.figures.messages import spread
from familyflow.report.figures.style import GREY, INK, Picture, styled
from familyflow.report.words import capital, day, draws, number
from familyflow.results.caseloads import ALWAYS, KEPT_FROM, NEVER, NOT_AT_THE_END, PROMISED, kept, kept_since, promise
from familyflow.results.comparison import CASELOAD
from familyflow.results.measures import NO_CHANGE, RANGE
from familyflow.results.monthly import EARLY_HELP, SOCIAL_WORK, caseloads, draws_in, part
from familyflow.results.outcome import outcomes
from familyflow.results.precision import BAND, BAND_SAID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from familyflow.results.monthly import Holding, Monthly
    from familyflow.scenario import Scenario

HEADINGS: Final = MappingProxyType(
    {SOCIAL_WORK: ("caseload_by_team", "social worker"), EARLY_HELP: ("key_worker_caseload", "key worker")}
)
"""The name of a figure of caseloads, and whose they are."""
_COLUMNS: Final = 3
_NARROW: Final = (3.0, 1.0)
"""Children per worker that the axis of a caseload, and of a difference, shows at least."""
_PALE: Final = 0.13
"""How dark the bands are that stand behind the averages."""
_BY: Final = ["team", "schedule", "month"]


@dataclass(frozen=True, eq=False)
class Loads:
    """Caseloads over draws (mean, p5, p95, mc_error): levels, and paired differences from no change.

    Both have the index team, schedule and month; `whole` is the mean over the months after day 0, by team and
    schedule; `promises` is what was promised to a team or is its target.
    """

    levels: pd.DataFrame
    differences: pd.DataFrame
    whole: pd.Series
    teams: Mapping[str, str]
    promises: Mapping[str, float]
    draws: int

    @property
    def end(self) -> pd.Timestamp:
        """The last month of the run."""
        return pd.Timestamp(self.levels.index.unique("month").max())

    def means(self, team: str) -> dict[str, pd.Series]:
        """Return a team's average caseload by month, by schedule that has it."""
        rows = part(self.levels, team)["mean"]
        return {str(name): rows.loc[name] for name in rows.index.unique("schedule")}

    def paired(self, team: str) -> dict[str, pd.DataFrame]:
        """Return a team's differences from no change by month, by schedule that has any."""
        if team not in self.differences.index.unique("team"):
            return {}
        rows = part(self.differences, team)
        return {str(name): rows.loc[name] for name in rows.index.unique("schedule")}


def loads(monthly: Monthly, scenario: Scenario, holding: Holding = SOCIAL_WORK) -> Loads:
    """Collect what the figure shows."""
    rows = caseloads(monthly, holding).set_index([*_BY, "draw"])["caseload"].sort_index()
    present = set(rows.index.unique("team"))
    teams = {name: team.title for name, team in scenario.teams.items() if name in present}
    promises = {name: value for name in teams if (value := promise(scenario, name)) is not None}
    after = rows[rows.index.get_level_values("month") > rows.index.unique("month").min()]
    whole = after.groupby(["team", "schedule", "draw"]).mean().groupby(["team", "schedule"]).mean()
    return Loads(outcomes(rows, _BY), outcomes(_paired(rows), _BY), whole, teams, promises, draws_in(rows))


def _paired(rows: pd.Series) -> pd.Series:
    """Return each schedule less no change, in the same team, month and draw, where no change has the team."""
    named = rows.rename("own").reset_index()
    base = named[named["schedule"] == NO_CHANGE].drop(columns="schedule").rename(columns={"own": "base"})
    both = named[named["schedule"] != NO_CHANGE].merge(base, on=["team", "month", "draw"])
    return both.assign(less=both["own"] - both["base"]).set_index([*_BY, "draw"])["less"]


@styled
def caseload_by_team(
    monthly: Monthly, scenario: Scenario, titles: Mapping[str, str], holding: Holding = SOCIAL_WORK
) -> Picture:
    """Draw children per worker, a panel a team, a line a schedule, with what was promised or is the target.

    The axis is a team's own, made for the averages; beneath is each schedule's difference from no change.
    """
    name, worker = HEADINGS[holding]
    found = loads(monthly, scenario, holding)
    figure, panels = _panels(len(found.teams), paired=not found.differences.empty)
    for place, ((axes, beneath), team) in enumerate(zip(panels, found.teams, strict=True)):
        _levels(axes, found, team, titles)
        if beneath is not None:
            _differences(beneath, found, team, titles)
        style.year_axis(axes, found.levels.index.unique("month").min(), found.end)
        if place % _COLUMNS == 0:
            axes.set_ylabel(f"children per\n{worker}")
            _label_beneath(beneath)
    target = _target(found, scenario)
    heading = message(found, titles, f"children per {worker}", target)
    style.finish(figure, heading, _said_of_bands(found), [*_key(found, titles, target)])
    said = "; ".join(f"{found.teams[team]}: {_at_the_end(found, team, titles)}" for team in found.teams)
    return Picture(name, heading, f"Average at the end. {said}.", figure)


def _panels(teams: int, *, paired: bool) -> tuple[Figure, list[tuple[Axes, Axes | None]]]:
    """Make a panel a team, and one beneath it where there are differences to show."""
    if paired:
        figure, pairs = style.pairs(teams, _COLUMNS)
        return figure, [(above, beneath) for above, beneath in pairs]
    figure, rows = style.matrix(-(-teams // _COLUMNS), min(_COLUMNS, teams), sum(style.PAIRED), sharey="none")
    grid = [axes for row in rows for axes in row]
    for spare in grid[teams:]:
        spare.set_visible(False)
    return figure, [(axes, None) for axes in grid[:teams]]


def _label_beneath(beneath: Axes | None) -> None:
    """Name the axis of the differences."""
    if beneath is not None:
        beneath.set_ylabel("less no\nchange")


def _levels(axes: Axes, found: Loads, team: str, titles: Mapping[str, str]) -> None:
    """Draw a team's average under each schedule, what was promised, and from when it is kept."""
    means, promised = found.means(team), found.promises.get(team)
    base = part(found.levels, team)
    if NO_CHANGE in means:
        band = base.loc[NO_CHANGE]
        axes.fill_between(band.index, band["p5"], band["p95"], color=GREY, alpha=_PALE, linewidth=0)
    for name, look in style.looks(titles).items():
        if name in means:
            axes.plot(means[name].index, means[name], color=look.colour, linestyle=look.dash, linewidth=1.6)
            if promised is not None:
                _mark(axes, means[name], promised, look.colour)
    if promised is not None:
        axes.axhline(promised, color=INK, linewidth=1, linestyle=":")
    style.count_axis(axes)
    shown = [value for name, each in means.items() if name in titles for value in each]
    style.fit(axes, shown if promised is None else [*shown, promised], _NARROW[0])
    style.head(axes, found.teams[team], *_kept_here(found, team, titles))


def _mark(axes: Axes, means: pd.Series, promised: float, colour: str) -> None:
    """Mark the month from which the promise is kept, where it is not kept from the start."""
    since = kept_since(means, promised)
    if since is not None and since != means.index[0]:
        axes.plot([style.place(since)], [promised], "o", color=colour, markersize=5, zorder=4)


def _differences(axes: Axes, found: Loads, team: str, titles: Mapping[str, str]) -> None:
    """Draw how far each schedule's average is from no change's, with the precision of that."""
    rows = found.paired(team)
    axes.axhline(0, color=INK, linewidth=0.8)
    shown = [0.0]
    for name, look in style.looks(titles).items():
        if name in rows:
            each, reach = rows[name]["mean"], BAND * rows[name]["mc_error"]
            axes.fill_between(each.index, each - reach, each + reach, color=look.colour, alpha=_PALE, linewidth=0)
            axes.plot(each.index, each, color=look.colour, linestyle=look.dash, linewidth=1.4)
            shown += [*each, *(each - reach), *(each + reach)]
    if not rows:
        axes.text(0.5, 0.65, "no such team under no change", transform=axes.transAxes, ha="center", fontsize=8.5)
        axes.set_yticks([])
        return
    style.count_axis(axes, 4)
    style.fit(axes, shown, _NARROW[1])


def _kept_here(found: Loads, team: str, titles: Mapping[str, str]) -> list[str]:
    """Say in a panel from when a team's promise is kept: under no change, and under the other schedules."""
    promised = found.promises.get(team)
    if promised is None:
        return []
    said = {name: kept(each, promised) for name, each in found.means(team).items() if name in titles}
    others = [words for name, words in said.items() if name != NO_CHANGE]
    base = [f"no change: {said[NO_CHANGE]}"] if NO_CHANGE in said else []
    return [*base, *([f"schedules: {_together(others)}"] if others else [])]


def _together(said: list[str]) -> str:
    """Say what several schedules do, in few words."""
    if len(set(said)) == 1:
        return said[0]
    parts = [f"{each} under {said.count(each)}" for each in (ALWAYS, NOT_AT_THE_END, NEVER) if each in said]
    since = [pd.Timestamp(each.removeprefix(KEPT_FROM)) for each in said if each.startswith(KEPT_FROM)]
    if since:
        dated = spread([each.toordinal() for each in since], _month)
        parts.insert(0, f"{KEPT_FROM} {dated} under {len(since)}")
    return ", ".join(parts)


def _month(ordinal: float) -> str:
    """Write a month by the ordinal of a day of it."""
    return f"{pd.Timestamp.fromordinal(int(ordinal)):%b %Y}"


def _target(found: Loads, scenario: Scenario) -> str:
    """Name what caseloads are held against, as "promise of 15.0"; nothing where there is none."""
    values = set(found.promises.values())
    promised = scenario.quantities[PROMISED].value if PROMISED in scenario.quantities else None
    kinds = [f"promise of {number(promised, CASELOAD)}"] if promised is not None and promised in values else []
    return " or ".join([*kinds, *(f"target of {number(each, CASELOAD)}" for each in sorted(values - {promised}))])


def message(found: Loads, titles: Mapping[str, str], unit: str, target: str) -> str:
    """Say how many teams keep to their promise at the end; without one, between what their caseloads lie."""
    counts = {name: count for name in titles if (count := _keeping(found, name))}
    base = counts.pop(NO_CHANGE, None)
    if not target or not (base or counts):
        own = _over_the_run(found, [name for name in titles if name == NO_CHANGE], "under no change")
        other = _over_the_run(found, [name for name in titles if name != NO_CHANGE], "under the schedules")
        return f"{capital(unit)} by team, on average over the run: {', '.join(filter(None, [own, other]))}"
    held = f"teams within the {target} {unit} on average at {day(found.end)}"
    under = f"under no change {_of(base)}" if base else ""
    others = f"under the schedules {spread_of(list(counts.values()))}" if counts else ""
    return f"{capital(held)}: {'; '.join(filter(None, [under, others]))}"


def _over_the_run(found: Loads, schedules: list[str], under: str) -> str:
    """Say between what teams' caseloads lie under some schedules, as the table has their averages over the run."""
    means = found.whole[found.whole.index.get_level_values("schedule").isin(schedules)]
    return f"{spread(means, lambda value: number(value, CASELOAD))} {under}" if len(means) else ""


def _keeping(found: Loads, schedule: str) -> tuple[int, int] | None:
    """Count the teams that keep to their promise on average at the end, and those that have one then."""
    last = [
        means[schedule].iloc[-1] <= promised
        for team, promised in found.promises.items()
        if schedule in (means := found.means(team)) and means[schedule].index[-1] == found.end
    ]
    return (sum(map(bool, last)), len(last)) if last else None


def spread_of(counts: list[tuple[int, int]]) -> str:
    """Write how many of how many, from the smallest share to the largest."""
    ordered = sorted(counts, key=lambda each: (each[0] / each[1], each[1]))
    low, high = _of(ordered[0]), _of(ordered[-1])
    return low if low == high else f"{low} to {high}"


def _of(count: tuple[int, int]) -> str:
    """Write a number out of another."""
    return f"{count[0]} of {count[1]}"


def _said_of_bands(found: Loads) -> str:
    """Say what lines and bands are, and that an axis is a team's own."""
    said = (
        f"Lines: average of {draws(found.draws)}. Each team has its own axis, made for the averages and not from nought"
    )
    grey = f"; the grey {RANGE} under no change, 90% of draws, is cut off at it" if found.draws > 1 else ""
    dots = " Dots: the month from which it is kept on average." if found.promises else ""
    less = "" if found.differences.empty else f" Beneath: each schedule less no change, paired, with the {BAND_SAID}."
    return f"{said}{grey}.{dots}{less}"


def _key(found: Loads, titles: Mapping[str, str], target: str) -> Iterator[Artist]:
    """Return the entries of a key: schedules, what was promised, and bands."""
    for name, look in style.looks(titles).items():
        yield Line2D([], [], color=look.colour, linestyle=look.dash, linewidth=1.7, label=titles[name])
    if target:
        yield Line2D([], [], color=INK, linewidth=1, linestyle=":", label=target)
    if found.draws > 1:
        yield Patch(color=GREY, alpha=_PALE, linewidth=0, label=f"{RANGE} under no change, 90% of draws")


def _at_the_end(found: Loads, team: str, titles: Mapping[str, str]) -> str:
    """Say in words what a team's average caseload is in its last month, under each schedule that has it."""
    last = {name: means.iloc[-1] for name, means in found.means(team).items()}
    return ", ".join(f"{title} {number(last[name], CASELOAD)}" for name, title in titles.items() if name in last)
