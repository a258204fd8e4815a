"""The dose of a programme: adult workers in post against the staffing of the teams that the evidence is about.

A stated effect is of teams with a reference staffing, so many adult workers for each hundred children on plans. A
team with a part of it has a part of the effect; what needs no adult worker, training and supervision, stays.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import groupby
from math import inf
from typing import TYPE_CHECKING, TypeAlias

from familyflow.engine.population import SNAPSHOT
from familyflow.pathway.adult_work import REFERENCE
from familyflow.scenario import boundaries
from familyflow.scenario.vocabulary import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from familyflow.pathway import Pathway
    from familyflow.scenario.boundaries import Work
    from familyflow.scenario.model import Scenario
    from familyflow.scenario.posts import Post
    from familyflow.scenario.timeline import Timeline

Served: TypeAlias = tuple[str, str]
"""An area and a kind of family."""

POSTS = "adult.reference_posts"
"""Adult workers (FTE) for each hundred children on plans, in the evidence's teams."""
WITHOUT_WORKERS = "effect.without_workers_share"
"""The share of a total effect, in logs, that needs no adult worker."""
HUNDRED = 100.0


def dose(values: Mapping[str, float], fte: Mapping[str, float], children: float) -> float:
    """Return the dose (0 to 1) of so many posts (FTE by role) for so many children on plans.

    A role counts up to its own part of the reference staffing: many workers of one role are not the evidence's team.
    """
    wanted = reference(values, children)
    total = sum(wanted.values())
    return sum(min(posts, fte.get(role, 0.0)) for role, posts in wanted.items()) / total if total else 0.0


def reference(values: Mapping[str, float], children: float) -> dict[str, float]:
    """Return the evidence's staffing (FTE by role) for so many children on plans."""
    parts = {role: values[f"adult.{role}.reference_part"] for role in REFERENCE}
    per_child = values[POSTS] / HUNDRED / sum(parts.values())
    return {role: per_child * part * children for role, part in parts.items()}


def delivered(values: Mapping[str, float], at: float) -> float:
    """Return the power to which a stated total is raised at a dose: s + (1 - s) d."""
    without = values[WITHOUT_WORKERS]
    return without + (1 - without) * at


def on_plans(scenario: Scenario, values: Mapping[str, float], pathway: Pathway, served: Iterable[Served]) -> float:
    """Return the children on plans in some areas and of some kinds of family on day 0.

    Plans are the stages that offer interventions. Children of families with a parental harm are as many of those on
    plans as of those assessed (`harms.any`): a few too few, since harms lead to plans.
    """
    groups = dict.fromkeys(stage.group for stage in pathway.stages if stage.offers)
    children = sum(values[f"snapshot.{SNAPSHOT[group]}"] for group in groups if group in SNAPSHOT)
    total = sum([values[f"area.{name}.share"] for name in scenario.areas])
    kinds: dict[str, dict[str, None]] = {}
    for area, kind in served:
        kinds.setdefault(area, {})[kind] = None
    mine = sum(values[f"area.{area}.share"] * _of_kinds(values, each) for area, each in kinds.items())
    return children * mine / total


def _of_kinds(values: Mapping[str, float], kinds: Iterable[str]) -> float:
    """Return the share of children whose families are of some kinds; exactly 1 for all."""
    without, harmed = ((kind in kinds) for kind in KINDS)
    if without and harmed:
        return 1.0
    return values["harms.any"] if harmed else 1 - values["harms.any"]


@dataclass(frozen=True)
class Plan:
    """The posts (FTE by role) of a team on plans that some schedule takes live, or of all; its children on plans."""

    fte: Mapping[str, float]
    children: float

    def dose(self, values: Mapping[str, float]) -> float:
        """Return the dose of the whole plan."""
        return dose(values, self.fte, self.children)


def by_team(scenario: Scenario, values: Mapping[str, float], pathway: Pathway) -> dict[str, Plan]:
    """Return the staffing of each team on plans once every team that any schedule takes live has gone live.

    Shared posts are shared out by children on plans.
    """
    live = _live(scenario, pathway)
    every = on_plans(scenario, values, pathway, dict.fromkeys(each for served in live.values() for each in served))
    found: dict[str, Plan] = {}
    for team, served in live.items():
        children = on_plans(scenario, values, pathway, served)
        fte = {role: values[f"post.{role}"] for role in scenario.programme.roles}
        for role in scenario.programme.shared_roles:
            fte[role] = fte.get(role, 0.0) + values[f"post.{role}"] * children / every
        found[team] = Plan(fte, children)
    return found


def planned(scenario: Scenario, values: Mapping[str, float], pathway: Pathway) -> Plan:
    """Return the programme's staffing once every team that any schedule takes live has gone live."""
    live, programme = _live(scenario, pathway), scenario.programme
    own = {role: values[f"post.{role}"] * len(live) for role in programme.roles}
    shared = {role: values[f"post.{role}"] for role in programme.shared_roles} if live else {}
    fte = {role: own.get(role, 0.0) + shared.get(role, 0.0) for role in (*own, *shared)}
    served = dict.fromkeys(each for mine in live.values() for each in mine)
    return Plan(fte, on_plans(scenario, values, pathway, served))


def before_plans(scenario: Scenario, values: Mapping[str, float], pathway: Pathway) -> dict[str, float]:
    """Return the posts (FTE by role) of live teams that offer the programme and work no plans."""
    teams = len(_going_live(scenario)) - len(_live(scenario, pathway))
    return {role: values[f"post.{role}"] * teams for role in scenario.programme.roles} if teams else {}


def _live(scenario: Scenario, pathway: Pathway) -> dict[str, tuple[Served, ...]]:
    """Return the areas and kinds of family that each team that works plans serves once it is live and has posts."""
    groups = {stage.group for stage in pathway.stages if stage.offers}
    found = {
        name: tuple(dict.fromkeys((area, kind) for area, group, kind in works if group in groups))
        for name, works in _going_live(scenario).items()
    }
    return {name: served for name, served in found.items() if served}


def _going_live(scenario: Scenario) -> dict[str, tuple[Work, ...]]:
    """Return the work of each team that some schedule takes live where programmes are offered, so that it has posts.

    That is its work once that schedule is carried out; of several schedules the first counts.
    """
    offered = set(scenario.programme.stages)
    found: dict[str, tuple[Work, ...]] = {}
    for schedule in scenario.schedules.values():
        ground = boundaries.as_is(scenario.teams.values())
        for step in schedule.steps:
            ground = boundaries.after(ground, step, scenario.teams)
        for name in ground.live - set(found):
            works = tuple(work for work, team in ground.served.items() if team == name)
            if works and offered & set(scenario.teams[name].stages):
                found[name] = works
    return {name: found[name] for name in scenario.teams if name in found}


class TeamDoses:
    """The dose of each team on each day of one schedule: from the posts at work, and the areas it serves then.

    What each team serves is read off the map once, so that a plan of more teams takes as long for each.
    """

    def __init__(self, scenario: Scenario, values: Mapping[str, float], pathway: Pathway, timeline: Timeline) -> None:
        self.values = values
        self.posts: dict[str | None, list[Post]] = {}
        for post in (post for post in timeline.posts if post.role in REFERENCE):
            self.posts.setdefault(post.team, []).append(post)
        self.live: dict[str, float] = {}
        for go in timeline.live:
            self.live.setdefault(go.team, go.day)
        self.served = _served(scenario, values, pathway, timeline)
        self.together = self._together() if self.posts.get(None) else []

    def days(self, team: str) -> list[float]:
        """Return the days on which a team's dose may change."""
        posts = [*self.posts.get(team, []), *self.posts.get(None, [])]
        work = [day for post in posts for day in (post.working_day, post.end_day)]
        steps = [day for day, _ in (*self.served.get(team, []), *self.together)]
        return sorted({*work, *steps, *([self.live[team]] if team in self.live else [])})

    def at(self, team: str, day: float) -> float:
        """Return a team's dose after all that happens on a day."""
        mine = self._children(team, day)
        if not mine:
            return 0.0
        fte: dict[str, float] = {}
        for post in (*self.posts.get(team, []), *self.posts.get(None, [])):
            if post.working_day <= day < post.end_day:
                part = 1.0 if post.team else mine / _on(self.together, day)
                fte[post.role] = fte.get(post.role, 0.0) + part * post.fte
        return dose(self.values, fte, mine)

    def _children(self, team: str, day: float) -> float:
        """Return the children on plans whom a live team serves on a day; none before it is live."""
        return _on(self.served.get(team, []), day) if self.live.get(team, inf) <= day else 0.0

    def _together(self) -> list[tuple[float, float]]:
        """Return the children whom all live teams serve, from each day on which that changes."""
        days = sorted({*self.live.values(), *(day for steps in self.served.values() for day, _ in steps)})
        return [(day, sum(self._children(team, day) for team in self.live)) for day in days]


def _on(steps: Sequence[tuple[float, float]], day: float) -> float:
    """Return what holds on a day, of what holds from each of some days on; nothing before the first."""
    last = bisect_right(steps, (day, inf))
    return steps[last - 1][1] if last else 0.0


def _served(
    scenario: Scenario, values: Mapping[str, float], pathway: Pathway, timeline: Timeline
) -> dict[str, list[tuple[float, float]]]:
    """Return the children on plans in the areas that each team serves, from each day on which those change."""
    groups = {stage.group for stage in pathway.stages if stage.offers}
    owner: dict[Work, str] = {}
    works: dict[str, dict[Work, None]] = {}
    found: dict[str, list[tuple[float, float]]] = {}
    routes = [route for route in timeline.routes if route.group in groups]
    for day, together in groupby(sorted(routes, key=lambda route: route.day), key=lambda route: route.day):
        touched: dict[str, None] = {}
        for route in together:
            work = (route.area, route.group, route.kind)
            if former := owner.get(work):
                del works[former][work]
                touched[former] = None
            owner[work] = route.team
            works.setdefault(route.team, {})[work] = None
            touched[route.team] = None
        for team in touched:
            served = dict.fromkeys((area, kind) for area, _, kind in works[team])
            found.setdefault(team, []).append((day, on_plans(scenario, values, pathway, served)))
    return found
