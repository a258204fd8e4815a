"""Turn one schedule into what happens on which day: routes, staff, posts, go-lives and transfers of cases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from math import exp, fsum, inf
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from familyflow.ground.calendar import DAYS_PER_MONTH, DAYS_PER_WEEK, DAYS_PER_YEAR, day_of
from familyflow.ground.problem import Problem
from familyflow.pathway.effects import EFFECTS
from familyflow.pathway.teams import AGENCY_SOCIAL_WORKER, KEY_WORKER, SOCIAL_WORKER, WORKERS
from familyflow.scenario import boundaries, recruitment
from familyflow.scenario.rollout import TRAINING
from familyflow.scenario.schema import Boundary, Close, GoLive, Open, Staff, one_of
from familyflow.scenario.sorting import by_team
from familyflow.scenario.vocabulary import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from familyflow.scenario.boundaries import Ground
    from familyflow.scenario.model import Scenario, Schedule, Team
    from familyflow.scenario.schema import Step

RECRUITMENT: Final = "staff.recruitment_weeks."
SLIPPAGE: Final = "staff.slippage_weeks"
UNFILLED: Final = "staff.unfilled_share"
RAMP: Final = "effect.ramp_months"
FOLLOW: Final = "staff.posts_follow_demand"
LENT: Final = "staff.lent_between_teams"
ASSESSMENT: Final = "assessment"
TURNOVER: Final = MappingProxyType(
    {
        SOCIAL_WORKER: "staff.turnover_rate",
        AGENCY_SOCIAL_WORKER: "staff.agency_turnover_rate",
        KEY_WORKER: "staff.key_worker_turnover_rate",
    }
)
"""The share of workers who leave in a year, by role."""


@dataclass(frozen=True, slots=True)
class Route:
    """From this day, new work of an area's group of stages goes to this team."""

    day: float
    area: str
    group: str
    team: str


@dataclass(frozen=True, slots=True)
class Staffing:
    """From this day, a team has this many in post (FTE) in a role.

    The role is social_worker, agency_social_worker or family_key_worker.
    """

    day: float
    team: str
    role: str
    fte: float


@dataclass(frozen=True, slots=True)
class Leaving:
    """From this day, so many of a team's workers (FTE) leave it per year."""

    day: float
    team: str
    per_year: float


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
class Work:
    """How much there is to do as each year of a run begins, whatever the schedule: logs against day 0, a year each."""

    children_open: tuple[float, ...] = ()
    referrals: tuple[float, ...] = ()


AS_ON_DAY_0: Final = Work()


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
    following, grown = _following(scenario, work, values), _grown(scenario, live, ends, values)
    workers = list(_workers(scenario, moments, following, grown, values))
    return Timeline(
        schedule=schedule,
        routes=tuple(_routes(scenario, moments)),
        staff=tuple(_staff(workers)),
        live=live,
        posts=tuple(sorted(_posts(scenario, live, ends, values), key=lambda post: post.hired_day)),
        transfers=tuple(transfer for moment in moments for transfer in _transfers(scenario, moments, moment)),
        opens=tuple(_opens(scenario, moments)),
        closes=closes,
        training=tuple(Training(_hired_day(start.day, values), start.day, start.team) for start in live),
        leavers=tuple(_leavers(workers)),
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


# Workers in post ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Grown:
    """From this day until it ends, what a live team does for its own staff works in full."""

    day: float
    end: float
    team: str


@dataclass(frozen=True, slots=True)
class _Workers:
    """From this day, a team's workers in post (FTE by role) and how many of them leave per year."""

    day: float
    team: str
    in_post: Mapping[str, float]
    leaving: float


def _grown(
    scenario: Scenario, live: tuple[TeamDay, ...], ends: Mapping[str, list[TeamDay]], values: Mapping[str, float]
) -> tuple[_Grown, ...]:
    """Give when each live team's effects on its own staff hold: a ramp after going live; never in a null programme."""
    if scenario.programme.null:
        return ()
    ramp = values[RAMP] * DAYS_PER_MONTH
    grown = (_Grown(start.day + ramp, _end(start, ends), start.team) for start in live)
    return tuple(each for each in grown if each.day < each.end)


def _following(scenario: Scenario, work: Work, values: Mapping[str, float]) -> dict[float, dict[str, float]]:
    """Give what multiplies social workers' establishments, by team, from which day on: they step as a run's years turn.

    All together go along with children open; of that, each team has what its own work asks for. So far as workers are
    lent, a team's work is that of the groups of stages it takes, evenly: assessments come as referrals do, and the
    rest is children open. The multipliers are those of the teams of day 0, whatever the schedule.
    """
    teams = [team for team in scenario.teams.values() if team.worker == SOCIAL_WORKER and team.establishment]
    assessing = {team.name: team.stages.count(ASSESSMENT) / len(team.stages) for team in teams}
    begun = {team.name: values[team.establishment] for team in teams if team.areas and team.establishment}
    found = {}
    for year, (children_open, referrals) in enumerate(zip(work.children_open, work.referrals, strict=True)):
        lent = values[LENT] * (referrals - children_open)
        apart = {team: exp(lent * share) for team, share in assessing.items()}
        asked = fsum(fte * apart[team] for team, fte in begun.items())
        together = exp(values[FOLLOW] * children_open) * (fsum(begun.values()) / asked if asked else 1.0)
        found[year * DAYS_PER_YEAR] = {team: together * each for team, each in apart.items()}
    return found


def _workers(
    scenario: Scenario,
    moments: list[_Moment],
    following: Mapping[float, Mapping[str, float]],
    grown: tuple[_Grown, ...],
    values: Mapping[str, float],
) -> Iterator[_Workers]:
    """Give each team's workers whenever its posts or its rates may change, team by team."""
    turning = {SOCIAL_WORKER: following}
    rows = by_team(
        row for role in WORKERS for row in _recruited(scenario, role, moments, turning.get(role, {}), values)
    )
    lasting = by_team(grown)
    rates = {False: values, True: _improved(scenario, values)}
    for team in scenario.teams.values():
        posts = rows.get(team.name, [])
        spells = lasting.get(team.name, []) if posts else []
        turns = {edge for each in spells for edge in (each.day, each.end) if edge < inf}
        for day in sorted({row.day for row in posts} | turns):
            held = next(row for row in reversed(posts) if row.day <= day)
            now = rates[any(each.day <= day < each.end for each in spells)]
            in_post = dict(_in_post(team, held, now))
            leaving = fsum(fte * now[TURNOVER[role]] for role, fte in in_post.items())
            yield _Workers(day, team.name, in_post, leaving)


def _improved(scenario: Scenario, values: Mapping[str, float]) -> Mapping[str, float]:
    """Give the values with the effects on a live team's own staff that the programme claims, in full."""
    effects = [effect for effect in EFFECTS if effect.staff and effect.name in scenario.programme.effects]
    return {**values, **{effect.staff: values[effect.staff] * values[effect.ratio] for effect in effects}}


def _recruited(
    scenario: Scenario,
    role: str,
    moments: list[_Moment],
    following: Mapping[float, Mapping[str, float]],
    values: Mapping[str, float],
) -> Iterator[recruitment.Posts]:
    """Give the posts of the teams whose cases a role holds."""
    agency = values[f"{RECRUITMENT}{AGENCY_SOCIAL_WORKER}"] if role == SOCIAL_WORKER else inf
    dated = list(_establishments(scenario, role, moments, following, values))
    yield from recruitment.lay_out(dated, agency * DAYS_PER_WEEK, values[f"{RECRUITMENT}{role}"] * DAYS_PER_WEEK)


def _establishments(
    scenario: Scenario,
    role: str,
    moments: list[_Moment],
    following: Mapping[float, Mapping[str, float]],
    values: Mapping[str, float],
) -> Iterator[recruitment.Establishments]:
    """Give the establishments (posts, FTE) of one kind's open teams on day 0, and after each date that moves them.

    A step that sets posts sets those of a council with as much work as on day 0: they follow as others do.
    """
    teams = [team for team in scenario.teams.values() if team.worker == role]
    size = {team.name: values[team.establishment] for team in teams if team.establishment}
    held = {team.name: size[team.name] for team in teams if team.areas}
    yield 0.0, dict(held)
    moving = [m for m in moments if m.step.team in size and isinstance(m.step, Open | Staff | Close)]
    by_day = {day: list(together) for day, together in groupby(moving, key=lambda moment: moment.day)}
    multiplied = dict.fromkeys(size, 1.0)
    for day in sorted({*by_day, *following}):
        multiplied |= following.get(day, {})
        for step in (moment.step for moment in by_day.get(day, [])):
            match step:
                case Open():
                    held[step.team] = size[step.team]
                case Staff():
                    held[step.team] = size[step.team] = step.posts
                case _:
                    held[step.team] = 0.0
        yield day, {team: fte * multiplied[team] for team, fte in held.items()}


def _in_post(team: Team, posts: recruitment.Posts, rates: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Split posts (FTE) into permanent workers and, for social workers, the agency workers who cover vacancies.

    In post = posts filled x (1 - vacancy rate x (1 - cover)), where the cover is `staff.agency_share`.
    """
    if team.worker == KEY_WORKER:
        yield KEY_WORKER, posts.filled * (1 - rates["staff.key_worker_vacancy_rate"])
    else:
        vacant = posts.filled * min(1.0, rates["staff.vacancy_rate"])
        yield SOCIAL_WORKER, posts.filled - vacant
        yield AGENCY_SOCIAL_WORKER, (vacant + posts.bridged) * rates["staff.agency_share"]


def _staff(workers: list[_Workers]) -> Iterator[Staffing]:
    """Give the workers in post by role on day 0, then whenever they change."""
    last: dict[tuple[str, str], float] = {}
    for row in sorted(workers, key=lambda row: row.day):
        for role, fte in row.in_post.items():
            if last.get((row.team, role)) != fte:
                yield Staffing(row.day, row.team, role, fte)
            last[row.team, role] = fte


def _leavers(workers: list[_Workers]) -> Iterator[Leaving]:
    """Give how many leave each team on day 0, then whenever that changes."""
    last: dict[str, float] = {}
    for row in sorted(workers, key=lambda row: row.day):
        if last.get(row.team) != row.leaving:
            yield Leaving(row.day, row.team, row.leaving)
        last[row.team] = row.leaving


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
