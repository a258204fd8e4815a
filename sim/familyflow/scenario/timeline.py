"""Turn one schedule into what happens on which day: routes, staff, posts, go-lives and transfers of cases."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

from familyflow.ground.calendar import DAYS_PER_WEEK, day_of
from familyflow.ground.problem import Problem
from familyflow.pathway.teams import AGENCY_SOCIAL_WORKER, SOCIAL_WORKER
from familyflow.scenario import boundaries
from familyflow.scenario.rollout import TRAINING
from familyflow.scenario.schema import Boundary, Close, GoLive, Open, Staff, one_of
from familyflow.scenario.vocabulary import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from familyflow.scenario.boundaries import Ground
    from familyflow.scenario.model import Scenario
    from familyflow.scenario.schema import Step


@dataclass(frozen=True, slots=True)
class Route:
    """From this day, new work of an area's group of stages goes to this team."""

    day: float
    area: str
    group: str
    team: str


@dataclass(frozen=True, slots=True)
class Staffing:
    """From this day, a team has this many in post (FTE) in a role: social_worker or agency_social_worker."""

    day: float
    team: str
    role: str
    fte: float


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


@dataclass(frozen=True, slots=True)
class _Moment:
    """A step with its day and the ground before and after it."""

    day: float
    step: Step
    before: Ground
    after: Ground


def build(scenario: Scenario, schedule: str, values: Mapping[str, float]) -> Timeline:
    """Lay out a schedule with one draw's values by quantity id; Problem when there is no such schedule.

    Steps after the horizon are kept: their day never comes.
    """
    if schedule not in scenario.schedules:
        allowed = one_of(tuple(scenario.schedules), schedule)
        raise Problem(f'{scenario.name}: schedule = "{schedule}": a schedule {allowed}')
    moments = _moments(scenario, schedule)
    closes = tuple(TeamDay(moment.day, moment.step.team) for moment in moments if isinstance(moment.step, Close))
    live = tuple(TeamDay(moment.day, moment.step.team) for moment in moments if isinstance(moment.step, GoLive))
    return Timeline(
        schedule=schedule,
        routes=tuple(_routes(scenario, moments)),
        staff=tuple(_staff(scenario, moments, values)),
        live=live,
        posts=tuple(sorted(_posts(scenario, live, closes, values), key=lambda post: post.hired_day)),
        transfers=tuple(transfer for moment in moments for transfer in _transfers(scenario, moments, moment)),
        opens=tuple(_opens(scenario, moments)),
        closes=closes,
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
            yield Route(0.0, area, group, served[area, group])
    for moment in moments:
        for (area, group), team in moment.after.served.items():
            if moment.before.served[area, group] != team:
                yield Route(moment.day, area, group, team)


def _opens(scenario: Scenario, moments: list[_Moment]) -> Iterator[TeamDay]:
    """Give the teams open on day 0, then those that open later."""
    for team in scenario.teams.values():
        if team.areas:
            yield TeamDay(0.0, team.name)
    for moment in moments:
        if isinstance(moment.step, Open):
            yield TeamDay(moment.day, moment.step.team)


def _staff(scenario: Scenario, moments: list[_Moment], values: Mapping[str, float]) -> Iterator[Staffing]:
    """Give the social workers in post on day 0, then whenever a team opens, closes or is staffed anew."""
    establishment = {name: values[f"team.{name}.social_workers"] for name in scenario.teams}
    for team in scenario.teams.values():
        if team.areas:
            yield from _in_post(0.0, team.name, establishment[team.name], values)
    for moment in moments:
        match moment.step:
            case Open(team=team_name):
                yield from _in_post(moment.day, team_name, establishment[team_name], values)
            case Staff(team=team_name, social_workers=posts):
                establishment[team_name] = posts
                yield from _in_post(moment.day, team_name, posts, values)
            case Close(team=team_name):
                yield from _in_post(moment.day, team_name, 0.0, values)
            case _:
                pass


def _in_post(day: float, team: str, establishment: float, values: Mapping[str, float]) -> Iterator[Staffing]:
    """Split an establishment (posts, FTE) into permanent workers and the agency workers who cover vacancies.

    In post = establishment x (1 - vacancy rate x (1 - cover)), where the cover is `staff.agency_share`.
    """
    vacant = establishment * values["staff.vacancy_rate"]
    yield Staffing(day, team, SOCIAL_WORKER, establishment - vacant)
    yield Staffing(day, team, AGENCY_SOCIAL_WORKER, vacant * values["staff.agency_share"])


def _posts(
    scenario: Scenario, live: tuple[TeamDay, ...], closes: tuple[TeamDay, ...], values: Mapping[str, float]
) -> Iterator[Post]:
    """Give the posts of each live team, then those that all share from the first go-live on.

    They are hired a training time before they work, but not before day 0.
    """
    lead = values[TRAINING] * DAYS_PER_WEEK
    roles, shared = scenario.programme.roles, scenario.programme.shared_roles
    for start in live:
        hired, end = max(0.0, start.day - lead), _end(start, closes)
        for role in roles:
            yield Post(hired, start.day, start.team, role, values[f"post.{role}"], end)
    if live:
        hired, end = max(0.0, live[0].day - lead), max(_end(start, closes) for start in live)
        for role in shared:
            yield Post(hired, live[0].day, None, role, values[f"post.{role}"], end)


def _end(start: TeamDay, closes: tuple[TeamDay, ...]) -> float:
    """Give the day on which a team that goes live closes, or infinity."""
    return min((close.day for close in closes if close.team == start.team and close.day >= start.day), default=inf)


def _transfers(scenario: Scenario, moments: list[_Moment], moment: _Moment) -> Iterator[Transfer]:
    """Give the moves of open cases that a step makes."""
    step = moment.step
    if isinstance(step, Close):
        yield Transfer(moment.day, step.team, step.to, tuple(scenario.areas), GROUPS)
    elif isinstance(step, Open | Boundary) and step.existing_cases == "transfer":
        team = scenario.teams[step.team]
        earlier = moments[: moments.index(moment) + 1]
        held = {past.before.served[work] for past in earlier for work in boundaries.works(team, step.areas)}
        for former in scenario.teams:
            if former in held and former != step.team:
                yield Transfer(moment.day, former, step.team, step.areas, team.stages)
