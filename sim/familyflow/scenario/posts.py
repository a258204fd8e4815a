"""The posts beside those that hold cases: those of day 0, those that a programme brings, and when a cut ends them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Final

from familyflow.ground.calendar import DAYS_PER_WEEK
from familyflow.scenario.rollout import TRAINING
from familyflow.scenario.schema import Cut
from familyflow.scenario.workforce import RECRUITMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from familyflow.scenario.model import Scenario
    from familyflow.scenario.timeline import TeamDay
    from familyflow.scenario.workforce import Dated

UNFILLED: Final = "staff.unfilled_share"


@dataclass(frozen=True, slots=True)
class Post:
    """Posts (FTE) of a role: paid from the hired day, at work from the working day, both until they end.

    The team is None for posts shared by all live teams.
    """

    hired_day: float
    working_day: float
    team: str | None
    role: str
    fte: float
    end_day: float = inf


@dataclass(frozen=True, slots=True)
class Ended:
    """On this day, posts (FTE) of a role end for good: in a team, or of those that all live teams share."""

    day: float
    team: str | None
    role: str
    fte: float


def lay_out(
    scenario: Scenario, live: Sequence[tuple[TeamDay, float]], dated: Sequence[Dated], values: Mapping[str, float]
) -> tuple[tuple[Post, ...], tuple[Ended, ...]]:
    """Return a schedule's posts in order of their hiring, and which end.

    `live`: each go-live and the day on which its team closes. `dated`: the schedule's steps in order of day.
    """
    posts = sorted((*_earlier(scenario, values), *_brought(scenario, live, values)), key=lambda post: post.hired_day)
    for day, step in dated:
        if isinstance(step, Cut):
            posts = _cut(posts, day, step)
    ended = (Ended(post.end_day, post.team, post.role, post.fte) for post in posts if post.end_day < inf)
    return tuple(posts), tuple(ended)


def _earlier(scenario: Scenario, values: Mapping[str, float]) -> Iterator[Post]:
    """Return the posts of day 0."""
    for team in scenario.teams.values():
        for role in team.roles:
            yield Post(0.0, 0.0, team.name, role, values[f"team.{team.name}.post.{role}"])


def _brought(scenario: Scenario, live: Sequence[tuple[TeamDay, float]], values: Mapping[str, float]) -> Iterator[Post]:
    """Return the posts of each live team where programmes are offered, then those that all share from the first on."""
    programme = scenario.programme
    for start, end in live:
        if set(programme.stages) & set(scenario.teams[start.team].stages):
            for role in programme.roles:
                yield from _hired(role, start.day, start.team, end, values)
    if live:
        last = max(end for _, end in live)
        for role in programme.shared_roles:
            yield from _hired(role, live[0][0].day, None, last, values)


def _hired(role: str, day: float, team: str | None, end: float, values: Mapping[str, float]) -> Iterator[Post]:
    """Return the posts of a role: those filled in time for going live, and those unfilled until recruited again."""
    hired, fte = hired_day(day, values), values[f"post.{role}"]
    unfilled = fte * values[UNFILLED]
    late = values[f"{RECRUITMENT}{role}"] * DAYS_PER_WEEK
    yield Post(hired, day, team, role, fte - unfilled, end)
    if unfilled and day + late < end:
        yield Post(hired + late, day + late, team, role, unfilled, end)


def hired_day(live: float, values: Mapping[str, float]) -> float:
    """Return the day on which workers are hired, a training time before they go live, but not before day 0."""
    return max(0.0, live - values[TRAINING] * DAYS_PER_WEEK)


def _cut(posts: list[Post], day: float, step: Cut) -> list[Post]:
    """Keep at most so many of a role's posts from a day on: those hired first; what would come later does not come."""
    left, found = step.to, []
    for post in posts:
        if (post.team, post.role) != (step.team, step.role) or post.end_day <= day:
            found.append(post)
            continue
        kept = min(left, post.fte)
        left -= kept
        found += [replace(post, fte=kept)] if kept else []
        if kept < post.fte and post.hired_day < day:
            found.append(replace(post, fte=post.fte - kept, working_day=min(post.working_day, day), end_day=day))
    return found
