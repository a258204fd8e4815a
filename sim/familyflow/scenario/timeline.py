"""Turn one schedule into what happens on which day: routes, staff, posts, go-lives and transfers of cases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import floor, inf
from typing import TYPE_CHECKING, Final

from familyflow.ground.calendar import DAYS_PER_MONTH, DAYS_PER_WEEK, MONTHS_PER_YEAR, day_of, months_on
from familyflow.ground.problem import Problem
from familyflow.scenario import boundaries, posts, workforce
from familyflow.scenario.posts import Ended, Post
from familyflow.scenario.schema import Boundary, Close, GoLive, Income, Open, one_of
from familyflow.scenario.sorting import by_team
from familyflow.scenario.vocabulary import GROUPS, KINDS
from familyflow.scenario.workforce import AS_ON_DAY_0, Spell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from familyflow.scenario.boundaries import Ground
    from familyflow.scenario.model import Scenario, Schedule
    from familyflow.scenario.schema import Step
    from familyflow.scenario.workforce import Fall, Leaving, Staffing, Work

SLIPPAGE: Final = "staff.slippage_weeks"


@dataclass(frozen=True, slots=True)
class Route:
    """From this day, new work of an area's group of stages goes to this team, for one kind of family."""

    day: float
    area: str
    group: str
    kind: str
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
class Transfer:
    """On this day, open cases of these areas in these groups of stages move from one team to another.

    `for_all`: whatever kinds of family the other team takes, since the first one closes. `with_workers`: their workers
    move along, so that no case changes worker.
    """

    day: float
    from_team: str
    to_team: str
    areas: tuple[str, ...]
    groups: tuple[str, ...]
    for_all: bool = False
    with_workers: bool = False


@dataclass(frozen=True, slots=True)
class Parting:
    """On this day a reorganisation takes this share of a team's workers away: their cases pass to those who stay."""

    day: float
    team: str
    share: float


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
    partings: tuple[Parting, ...] = ()
    ended: tuple[Ended, ...] = ()
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
    held, ended = posts.lay_out(scenario, [(start, _end(start, ends)) for start in live], dated, values)
    transfers = tuple(transfer for moment in moments for transfer in _transfers(scenario, moments, moment))
    falls = list(workforce.falls(scenario, dated, work, values))
    return Timeline(
        schedule=schedule,
        routes=tuple(_routes(scenario, moments)),
        staff=tuple(workforce.staffing(workers)),
        live=live,
        posts=held,
        transfers=transfers,
        opens=tuple(_opens(scenario, moments)),
        closes=closes,
        training=tuple(Training(posts.hired_day(start.day, values), start.day, start.team) for start in live),
        leavers=tuple(workforce.leavers(workers)),
        partings=tuple(_partings(falls, transfers)),
        ended=(*ended, *(Ended(fall.day, fall.team, fall.role, fall.ended) for fall in falls if fall.ended > 0)),
        income=tuple(_inflow(moment.step, scenario) for moment in moments if isinstance(moment.step, Income)),
    )


def _moments(scenario: Scenario, schedule: str) -> list[_Moment]:
    """Return each step of a schedule with the ground around it."""
    steps = scenario.schedules[schedule].steps
    grounds = [boundaries.as_is(scenario.teams.values())]
    for step in steps:
        grounds.append(boundaries.after(grounds[-1], step, scenario.teams))
    around = zip(steps, pairwise(grounds), strict=True)
    return [_Moment(day_of(step.date, scenario.start), step, *between) for step, between in around]


def _routes(scenario: Scenario, moments: list[_Moment]) -> Iterator[Route]:
    """Return the map on day 0, then what each step changes in it."""
    served = boundaries.as_is(scenario.teams.values()).served
    for area in scenario.areas:
        for work in ((area, group, kind) for group in GROUPS for kind in KINDS):
            if work in served:
                yield Route(0.0, *work, served[work])
    for moment in moments:
        if moment.after.served is moment.before.served:
            continue
        for work, team in moment.after.served.items():
            if moment.before.served.get(work) != team:
                yield Route(moment.day, *work, team)


def _opens(scenario: Scenario, moments: list[_Moment]) -> Iterator[TeamDay]:
    """Return the teams open on day 0, then those that open later."""
    for team in scenario.teams.values():
        if team.areas:
            yield TeamDay(0.0, team.name)
    for moment in moments:
        if isinstance(moment.step, Open):
            yield TeamDay(moment.day, moment.step.team)


def _live(
    plan: Schedule, moments: list[_Moment], ends: Mapping[str, list[TeamDay]], values: Mapping[str, float]
) -> Iterator[TeamDay]:
    """Return each go-live, as late as it slips; one that slips past its team's closing never comes."""
    late = 0.0 if plan.as_happened else values[SLIPPAGE] * DAYS_PER_WEEK
    for moment in moments:
        if isinstance(moment.step, GoLive):
            planned = TeamDay(moment.day, moment.step.team)
            if planned.day + late <= _end(planned, ends):
                yield replace(planned, day=planned.day + late)


def _end(start: TeamDay, ends: Mapping[str, list[TeamDay]]) -> float:
    """Return the day on which a team that goes live closes, or infinity."""
    return min((close.day for close in ends.get(start.team, []) if close.day >= start.day), default=inf)


# Income ------------------------------------------------------------------------------------------------------


def _inflow(step: Income, scenario: Scenario) -> Inflow:
    """Return when an income comes in: on its own dates, however late teams go live; that of day 0 comes after it."""
    months = step.years * MONTHS_PER_YEAR
    whole = floor(months)
    length = day_of(months_on(step.date, whole), step.date) + (months - whole) * DAYS_PER_MONTH
    first = max(0.0, day_of(step.date, scenario.start) - 1)
    return Inflow(first, first + length, step.income)


# Cases -------------------------------------------------------------------------------------------------------


def _partings(falls: list[Fall], transfers: tuple[Transfer, ...]) -> Iterator[Parting]:
    """Return the workers who go at a reorganisation and leave their cases behind.

    Where cases leave a team on that day, they change worker by moving, or their workers move along; no others change.
    """
    along = {(transfer.day, transfer.from_team) for transfer in transfers}
    return (Parting(each.day, each.team, each.share) for each in falls if (each.day, each.team) not in along)


def _transfers(scenario: Scenario, moments: list[_Moment], moment: _Moment) -> Iterator[Transfer]:
    """Return the moves of open cases that a step makes."""
    step = moment.step
    if isinstance(step, Close):
        along = step.existing_cases == "with_workers"
        areas = tuple(scenario.areas)
        yield Transfer(moment.day, step.team, step.to, areas, GROUPS, for_all=True, with_workers=along)
    elif isinstance(step, Open | Boundary) and step.existing_cases != "stay":
        along = step.existing_cases == "with_workers"
        team = scenario.teams[step.team]
        earlier = moments[: moments.index(moment) + 1]
        held = {past.before.served.get(work) for past in earlier for work in boundaries.works(team, step.areas)}
        for former in scenario.teams:
            if former in held and former != step.team:
                yield Transfer(moment.day, former, step.team, step.areas, team.stages, with_workers=along)
