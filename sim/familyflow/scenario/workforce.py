"""Who is in post in which team from which day on: establishments, recruitment, vacancies, agency cover and leavers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from math import exp, fsum, inf
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, TypeGuard

from familyflow.ground.calendar import DAYS_PER_MONTH, DAYS_PER_WEEK, DAYS_PER_YEAR
from familyflow.pathway.effects import EFFECTS
from familyflow.pathway.teams import AGENCY_SOCIAL_WORKER, KEY_WORKER, SOCIAL_WORKER, WORKERS
from familyflow.scenario import recruitment
from familyflow.scenario.schema import Close, Cut, Open, Staff
from familyflow.scenario.sorting import by_team

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from familyflow.scenario.model import Scenario, Team
    from familyflow.scenario.schema import Step

    Dated: TypeAlias = tuple[float, Step]

RECRUITMENT: Final = "staff.recruitment_weeks."
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
class Work:
    """How much there is to do as each year of a run begins, whatever the schedule: logs against day 0, a year each."""

    children_open: tuple[float, ...] = ()
    referrals: tuple[float, ...] = ()


AS_ON_DAY_0: Final = Work()


@dataclass(frozen=True, slots=True)
class Spell:
    """From this day until it ends, a team is live, or what it does for its own staff works in full."""

    day: float
    end: float
    team: str


@dataclass(frozen=True, slots=True)
class Workers:
    """From this day, a team's workers in post (FTE by role) and how many of them leave per year."""

    day: float
    team: str
    in_post: Mapping[str, float]
    leaving: float


def _grown(scenario: Scenario, live: Sequence[Spell], values: Mapping[str, float]) -> list[Spell]:
    """Return when each live team's effects on its own staff hold: a ramp after going live; none in a null programme."""
    if scenario.programme.null:
        return []
    ramp = values[RAMP] * DAYS_PER_MONTH
    return [replace(each, day=each.day + ramp) for each in live if each.day + ramp < each.end]


def multipliers(scenario: Scenario, work: Work, values: Mapping[str, float]) -> dict[float, dict[str, float]]:
    """Return what multiplies social workers' establishments, by team, from which day: they step as a run's years turn.

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


def lay_out(
    scenario: Scenario, dated: Sequence[Dated], live: Sequence[Spell], work: Work, values: Mapping[str, float]
) -> Iterator[Workers]:
    """Return each team's workers whenever its posts or its rates may change, team by team.

    `dated`: a schedule's steps in order of day. `live`: when teams are live. `values` by quantity id.
    """
    turning = {SOCIAL_WORKER: multipliers(scenario, work, values)}
    rows = by_team(row for role in WORKERS for row in _recruited(scenario, role, dated, turning.get(role, {}), values))
    lasting = by_team(_grown(scenario, live, values))
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
            yield Workers(day, team.name, in_post, leaving)


def _improved(scenario: Scenario, values: Mapping[str, float]) -> Mapping[str, float]:
    """Return the values with the effects on a live team's own staff that the programme claims, in full."""
    effects = [effect for effect in EFFECTS if effect.staff and effect.name in scenario.programme.effects]
    return {**values, **{effect.staff: values[effect.staff] * values[effect.ratio] for effect in effects}}


def _recruited(
    scenario: Scenario,
    role: str,
    dated: Sequence[Dated],
    following: Mapping[float, Mapping[str, float]],
    values: Mapping[str, float],
) -> Iterator[recruitment.Posts]:
    """Return the posts of the teams whose cases a role holds."""
    agency = values[f"{RECRUITMENT}{AGENCY_SOCIAL_WORKER}"] if role == SOCIAL_WORKER else inf
    sizes = list(_establishments(scenario, role, dated, following, values))
    yield from recruitment.lay_out(sizes, agency * DAYS_PER_WEEK, values[f"{RECRUITMENT}{role}"] * DAYS_PER_WEEK)


def _establishments(
    scenario: Scenario,
    role: str,
    dated: Sequence[Dated],
    following: Mapping[float, Mapping[str, float]],
    values: Mapping[str, float],
) -> Iterator[recruitment.Establishments]:
    """Return the establishments (posts, FTE) of one kind's open teams on day 0, and after each date that moves them.

    A step that sets posts sets those of a council with as much work as on day 0: they follow as others do.
    """
    (_, held), *stepped = _stepped(scenario, role, dated, values)
    yield 0.0, held
    by_day = dict(stepped)
    multiplied = dict.fromkeys(_sizes(scenario, role, values), 1.0)
    for day in sorted({*by_day, *following}):
        multiplied |= following.get(day, {})
        held = by_day.get(day, held)
        yield day, {team: fte * multiplied[team] for team, fte in held.items()}


def _sizes(scenario: Scenario, role: str, values: Mapping[str, float]) -> dict[str, float]:
    """Return the establishments (posts, FTE) of one kind's teams, open or not, as the scenario states them."""
    teams = [team for team in scenario.teams.values() if team.worker == role]
    return {team.name: values[team.establishment] for team in teams if team.establishment}


def _stepped(
    scenario: Scenario, role: str, dated: Sequence[Dated], values: Mapping[str, float]
) -> Iterator[recruitment.Establishments]:
    """Return the establishments of one kind's open teams on day 0, and after each day with a step that sets them."""
    size = _sizes(scenario, role, values)
    held = {name: size[name] for name in size if scenario.teams[name].areas}
    yield 0.0, dict(held)
    moving = [(day, step) for day, step in dated if _moves_posts(step, role) and step.team in size]
    for day, together in groupby(moving, key=itemgetter(0)):
        for _, step in together:
            match step:
                case Open():
                    held[step.team] = size[step.team]
                case Staff():
                    held[step.team] = size[step.team] = step.posts
                case Cut(team=str(team)):
                    held[team] = size[team] = min(size[team], step.to)
                case Close():
                    held[step.team] = 0.0
        yield day, dict(held)


def _moves_posts(step: Step, role: str) -> TypeGuard[Open | Staff | Close | Cut]:
    """Return whether a step may change the posts of a role that holds cases."""
    return step.role == role if isinstance(step, Cut) else isinstance(step, Open | Staff | Close)


@dataclass(frozen=True, slots=True)
class Fall:
    """On this day, steps take this share of a team's workers away, of whose posts so many (FTE) end for good."""

    day: float
    team: str
    role: str
    share: float
    ended: float


def falls(scenario: Scenario, dated: Sequence[Dated], work: Work, values: Mapping[str, float]) -> Iterator[Fall]:
    """Return where steps lower establishments; posts that other teams of the kind gain on that day move and do not end.

    `work`: how much there is to do by year, with which social workers' posts go along.
    """
    for role in WORKERS:
        following = multipliers(scenario, work, values) if role == SOCIAL_WORKER else {}
        for (_, before), (day, after) in pairwise(_stepped(scenario, role, dated, values)):
            change = {team: fte - before.get(team, 0.0) for team, fte in after.items()}
            lost = fsum(-each for each in change.values() if each < 0)
            gained = fsum(each for each in change.values() if each > 0)
            year = max((begins for begins in following if begins <= day), default=None)
            for team, each in change.items():
                if -each > recruitment.TRACE:
                    size = 1.0 if year is None else following[year].get(team, 1.0)
                    net = max(0.0, 1 - gained / lost)
                    yield Fall(day, team, role, -each / before[team], -each * size * net)


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


def staffing(workers: list[Workers]) -> Iterator[Staffing]:
    """Return the workers in post by role on day 0, then whenever they change."""
    last: dict[tuple[str, str], float] = {}
    for row in sorted(workers, key=lambda row: row.day):
        for role, fte in row.in_post.items():
            if last.get((row.team, role)) != fte:
                yield Staffing(row.day, row.team, role, fte)
            last[row.team, role] = fte


def leavers(workers: list[Workers]) -> Iterator[Leaving]:
    """Return how many leave each team on day 0, then whenever that changes."""
    last: dict[str, float] = {}
    for row in sorted(workers, key=lambda row: row.day):
        if last.get(row.team) != row.leaving:
            yield Leaving(row.day, row.team, row.leaving)
        last[row.team] = row.leaving
