"""Turn one schedule into what happens on which day: routes, staff, posts, go-lives and transfers of cases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import floor, inf
from typing import TYPE_CHECKING, Final

from familyflow.ground.calendar import DAYS_PER_MONTH, DAYS_PER_WEEK, MONTHS_PER_YEAR, day_of, months_on
from familyflow.ground.problem import Problem
from familyflow.scenario import boundaries, workforce
from familyflow.scenario.rollout import TRAINING
from familyflow.scenario.schema import Boundary, Close, GoLive, Income, Open, one_of
from familyflow.scenario.sorting import by_team
from familyflow.scenario.vocabulary import GROUPS
from familyflow.scenario.workforce import AS_ON_DAY_0, RECRUITMENT, Spell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from familyflow.scenario.boundaries import Ground
    from familyflow.scenario.model import Scenario, Schedule
    from familyflow.scenario.schema import Step
    from familyflow.scenario.workforce import Leaving, Staffing, Work

SLIPPAGE: Final = "staff.slippage_weeks"
UNFILLED: Final = "staff.unfilled_share"


@dataclass(frozen=True, slots=True)
class Route:
    """From this day, new work of an area's group of stages goes to this team."""

    day: float
    area: str
    group: str
    team: str


@dataclass(frozen=True, slots=True)
class Training:
    """From this day until it goes live, a team trains."""

    day: float
    until: float
    team: str


@dataclass(frozen=True, slots=True)
class TeamDay:
    """The day on which a team goes live, opens or closes."""

    day: float
    team: str


@dataclass(frozen=True, slots=True)
class Post:
    """Programme posts (FTE): paid from the hired day, at work from the working day, both until they end.

    The team is None for posts shared by all live teams.
    """

    hired_day: float
    working_day: float
    team: str | None
    role: str
    fte: float
    end_day: float = inf


@dataclass(frozen=True, slots=True)
class Transfer:
    """On this day, open cases of these areas in these groups of stages move from one team to another."""

    day: float
    from_team: str
    to_team: str
    areas: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inflow:
    """Between these days all of an income comes in, evenly; the money of a date is there by the end of it."""

    day: float
    until: float
    income: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """What one schedule makes happen, each tuple in order of day; day 0 rows are the state as it is."""

    schedule: str
    routes: tuple[Route, ...]
    staff: tuple[Staffing, ...]
    live: tuple[TeamDay, ...]
    posts: tuple[Post, ...]
    transfers: tuple[Transfer, ...]
    opens: tuple[TeamDay, ...]
    closes: tuple[TeamDay, ...]
    training: tuple[Training, ...] = ()
    leavers: tuple[Leaving, ...] = ()
    income: tuple[Inflow, ...] = ()


@dataclass(frozen=True, slots=True)
class _Moment:
    """A step with its planned day and the ground before and after it."""

    day: float
    step: Step
    before: Ground
    after: Ground


def build(scenario: Scenario, schedule: str, values: Mapping[str, float], work: Work = AS_ON_DAY_0) -> Timeline:
    """Lay out a schedule with one draw's values by quantity id; Problem when there is no such schedule.

    Without `work` posts are those of day 0 and of the steps. Steps after the horizon are kept: their day never comes.
    """
    if schedule not in scenario.schedules:
        allowed = one_of(tuple(scenario.schedules), schedule)
        raise Problem(f'{scenario.name}: schedule = "{schedule}": a schedule {allowed}')
    moments = _moments(scenario, schedule)
    closes = tuple(TeamDay(moment.day, moment.step.team) for moment in moments if isinstance(moment.step, Close))
    ends = by_team(closes)
    live = tuple(_live(scenario.schedules[schedule], moments, ends, values))
    spells = [Spell(start.day, _end(start, ends), start.team) for start in live]
    dated = [(moment.day, moment.step) for moment in moments]
    workers = list(workforce.lay_out(scenario, dated, spells, work, values))
    return Timeline(
        schedule=schedule,
        routes=tuple(_routes(scenario, moments)),
        staff=tuple(workforce.staffing(workers)),
        live=live,
        posts=tuple(sorted(_posts(scenario, live, ends, values), key=lambda post: post.hired_day)),
        transfers=tuple(transfer for moment in moments for transfer in _transfers(scenario, moments, moment)),
        opens=tuple(_opens(scenario, moments)),
        closes=closes,
        training=tuple(Training(_hired_day(start.day, values), start.day, start.team) for start in live),
        leavers=tuple(workforce.leavers(workers)),
        income=tuple(_inflow(moment.step, scenario) for moment in moments if isinstance(moment.step, Income)),
    )


def _moments(scenario: Scenario, schedule: str) -> list[_Moment]:
    """Give each step of a schedule with the ground around it."""
    steps = scenario.schedules[schedule].steps
    grounds = [boundaries.as_is(scenario.teams.values())]
    for step in steps:
        grounds.append(boundaries.after(grounds[-1], step, scenario.teams))
    around = zip(steps, pairwise(grounds), strict=True)
    return [_Moment(day_of(step.date, scenario.start), step, *between) for step, between in around]


def _routes(scenario: Scenario, moments: list[_Moment]) -> Iterator[Route]:
    """Give the map on day 0, then what each step changes in it."""
    served = boundaries.as_is(scenario.teams.values()).served
    for area in scenario.areas:
        for group in GROUPS:
            if (area, group) in served:
                yield Route(0.0, area, group, served[area, group])
    for moment in moments:
        if moment.after.served is moment.before.served:
            continue
        for (area, group), team in moment.after.served.items():
            if moment.before.served.get((area, group)) != team:
                yield Route(moment.day, area, group, team)


def _opens(scenario: Scenario, moments: list[_Moment]) -> Iterator[TeamDay]:
    """Give the teams open on day 0, then those that open later."""
    for team in scenario.teams.values():
        if team.areas:
            yield TeamDay(0.0, team.name)
    for moment in moments:
        if isinstance(moment.step, Open):
            yield TeamDay(moment.day, moment.step.team)


def _live(
    plan: Schedule, moments: list[_Moment], ends: Mapping[str, list[TeamDay]], values: Mapping[str, float]
) -> Iterator[TeamDay]:
    """Give each go-live, as late as it slips; one that slips past its team's closing never comes."""
    late = 0.0 if plan.as_happened else values[SLIPPAGE] * DAYS_PER_WEEK
    for moment in moments:
        if isinstance(moment.step, GoLive):
            planned = TeamDay(moment.day, moment.step.team)
            if planned.day + late <= _end(planned, ends):
                yield replace(planned, day=planned.day + late)


def _end(start: TeamDay, ends: Mapping[str, list[TeamDay]]) -> float:
    """Give the day on which a team that goes live closes, or infinity."""
    return min((close.day for close in ends.get(start.team, []) if close.day >= start.day), default=inf)


# Income ------------------------------------------------------------------------------------------------------


def _inflow(step: Income, scenario: Scenario) -> Inflow:
    """Give when an income comes in: on its own dates, however late teams go live; that of day 0 comes after it."""
    months = step.years * MONTHS_PER_YEAR
    whole = floor(months)
    length = day_of(months_on(step.date, whole), step.date) + (months - whole) * DAYS_PER_MONTH
    first = max(0.0, day_of(step.date, scenario.start) - 1)
    return Inflow(first, first + length, step.income)


# Programme posts ---------------------------------------------------------------------------------------------


def _posts(
    scenario: Scenario, live: tuple[TeamDay, ...], ends: Mapping[str, list[TeamDay]], values: Mapping[str, float]
) -> Iterator[Post]:
    """Give the posts of each live team where programmes are offered, then those that all share from the first on."""
    programme = scenario.programme
    for start in live:
        if set(programme.stages) & set(scenario.teams[start.team].stages):
            for role in programme.roles:
                yield from _hired(role, start.day, start.team, _end(start, ends), values)
    if live:
        end = max(_end(start, ends) for start in live)
        for role in programme.shared_roles:
            yield from _hired(role, live[0].day, None, end, values)


def _hired(role: str, day: float, team: str | None, end: float, values: Mapping[str, float]) -> Iterator[Post]:
    """Give the posts of a role: those filled in time for going live, and those left unfilled until recruited again."""
    hired, fte = _hired_day(day, values), values[f"post.{role}"]
    unfilled = fte * values[UNFILLED]
    late = values[f"{RECRUITMENT}{role}"] * DAYS_PER_WEEK
    yield Post(hired, day, team, role, fte - unfilled, end)
    if unfilled and day + late < end:
        yield Post(hired + late, day + late, team, role, unfilled, end)


def _hired_day(live: float, values: Mapping[str, float]) -> float:
    """Give the day on which workers are hired, a training time before they go live, but not before day 0."""
    return max(0.0, live - values[TRAINING] * DAYS_PER_WEEK)


# Cases -------------------------------------------------------------------------------------------------------


def _transfers(scenario: Scenario, moments: list[_Moment], moment: _Moment) -> Iterator[Transfer]:
    """Give the moves of open cases that a step makes."""
    step = moment.step
    if isinstance(step, Close):
        yield Transfer(moment.day, step.team, step.to, tuple(scenario.areas), GROUPS)
    elif isinstance(step, Open | Boundary) and step.existing_cases == "transfer":
        team = scenario.teams[step.team]
        earlier = moments[: moments.index(moment) + 1]
        held = {past.before.served.get(work) for past in earlier for work in boundaries.works(team, step.areas)}
        for former in scenario.teams:
            if former in held and former != step.team:
                yield Transfer(moment.day, former, step.team, step.areas, team.stages)
