"""What a schedule does to a town, dated and worked out beforehand: engines only carry it out.

On one day the map comes before staff, staff before cases that move, workers before the start, practice after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from familyflow.engine import leavers
from familyflow.engine.dose import TeamDoses
from familyflow.ground.calendar import DAYS_PER_MONTH
from familyflow.pathway.adult_work import SUPERVISOR, roles
from familyflow.pathway.effects import Profile
from familyflow.scenario.sorting import by_team
from familyflow.scenario.vocabulary import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from familyflow.engine.structure import Floats
    from familyflow.engine.world import World
    from familyflow.scenario.timeline import Timeline

COUNCIL = -1
"""In place of a team: shared by all live teams."""
FIRST_YEAR_MONTHS = 12
Power: TypeAlias = "dict[Profile, float]"
SLIVER = 1e-9
"""Added before a number of places is cut to a whole one, so that sums of parts are not cut below it."""


class Act(IntEnum):
    """What is done, and the order of what is done on one day."""

    ROUTE = 0
    STAFF = 1
    TRANSFER = 2
    WORK = 3
    SUPERVISE = 4
    GO_LIVE = 5
    PRACTISE = 6
    PRESS = 7
    LEAVE = 8
    FOLLOW = 9


@dataclass(frozen=True, eq=False)
class Factors:
    """What a team's practice multiplies today: exits of families offered and of all (S, E), times (S,)."""

    offered: Floats
    everyone: Floats
    times: Floats


@dataclass(frozen=True, eq=False)
class Change:
    """One dated change; what it does not use is left as it is.

    `team` and `to`: indices of teams; `area`, `group`, `role`: indices of areas, stage groups, and roles that work
    with families. `kind`: whose work it is, 1 for families with a parental harm, 0 for others. `places`: cases or
    parents that can be held at once. `amount`: workers in post. `first`, `width`: which cases a leaver has, as a
    stretch of [0, 1). `areas`: whose cases move. `for_all`: practice changes for every case, not only for families
    offered the programme; or cases move whatever kinds of family the other team takes. `along`: their workers move too.
    """

    day: float
    act: Act
    team: int = COUNCIL
    to: int = COUNCIL
    area: int = 0
    kind: int = 0
    group: int = 0
    role: int = 0
    places: int = 0
    amount: float = 0.0
    first: float = 0.0
    width: float = 0.0
    areas: tuple[int, ...] = ()
    factors: Factors | None = None
    for_all: bool = False
    along: bool = False


def dated(world: World) -> list[Change]:
    """Return every change before the horizon, by day, and on one day in the order of acts."""
    planner = _Planner(world)
    rows = [*planner.routes(), *planner.staff(), *planner.transfers(), *planner.partings()]
    rows += [*planner.leavers(), *planner.presses()]
    if not world.start.scenario.programme.null:
        rows += [*planner.adult_work(), *planner.follows(), *planner.supervision()]
        rows += [*planner.go_lives(), *planner.practice()]
    return sorted((row for row in rows if row.day < world.start.horizon), key=lambda row: (row.day, row.act))


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """Return the number of each name, in their order."""
    return {name: number for number, name in enumerate(names)}


class _Planner:
    """Indices and values at hand while changes are worked out."""

    def __init__(self, world: World) -> None:
        self.start = world.start
        self.timeline: Timeline = world.timeline
        self.values = world.start.structure.values
        self.teams = _numbered(world.start.scenario.teams)
        self.areas = _numbered(world.start.scenario.areas)
        self.roles = _numbered(roles(world.start.structure.pathway.programmes))
        self.in_post = by_team(world.timeline.staff)

    def routes(self) -> Iterator[Change]:
        """Send new cases of an area and stage group to a team."""
        groups = self.start.structure.pathway.groups
        for r in self.timeline.routes:
            area, group, kind = self.areas[r.area], groups.index(r.group), KINDS.index(r.kind)
            yield Change(r.day, Act.ROUTE, self.teams[r.team], area=area, group=group, kind=kind)

    def staff(self) -> Iterator[Change]:
        """Set the workers in post who hold cases; cases above a lowered number of places stay until they close."""
        for day, name in dict.fromkeys((row.day, row.team) for row in self.timeline.staff):
            workers = self._workers(name, day)
            ceiling = self.start.ceilings[self.start.scenario.teams[name].stages]
            places = int(workers * ceiling / self.start.structure.mean_size)
            yield Change(day, Act.STAFF, self.teams[name], places=places, amount=workers)

    def transfers(self) -> Iterator[Change]:
        """Pass open cases of some areas from team to team."""
        for t in self.timeline.transfers:
            moved = tuple(self.areas[a] for a in t.areas)
            pair = self.teams[t.from_team], self.teams[t.to_team]
            yield Change(t.day, Act.TRANSFER, *pair, areas=moved, for_all=t.for_all, along=t.with_workers)

    def leavers(self) -> Iterator[Change]:
        """Let workers leave, whose cases pass to others."""
        seed, replication = self.start.seed, self.start.replication
        leaving = by_team(self.timeline.leavers)
        for name, team in self.teams.items():
            rows = [(row.day, row.per_year) for row in leaving.get(name, [])]
            for k, day in enumerate(leavers.days(seed, replication, team, rows, self.start.horizon)):
                first, width = leavers.whose(seed, replication, team, k, self._workers(name, day))
                yield Change(day, Act.LEAVE, team, first=first, width=width)

    def partings(self) -> Iterator[Change]:
        """Let a reorganisation take workers away, whose cases pass to those who stay."""
        parted = by_team(self.timeline.partings)
        for name, rows in parted.items():
            team = self.teams[name]
            for k, row in enumerate(rows):
                first = leavers.parted(self.start.seed, self.start.replication, team, k)
                yield Change(row.day, Act.LEAVE, team, first=first, width=row.share)

    def _workers(self, team: str, day: float) -> float:
        """Return a team's workers in post after all that happens on a day."""
        in_post = {row.role: row.fte for row in self.in_post[team] if row.day <= day}
        return sum(in_post.values())

    def presses(self) -> Iterator[Change]:
        """Look at overload each month, where that switch is on."""
        if self.values["staff.overload_on"]:
            for month in range(1, int(self.start.horizon / DAYS_PER_MONTH) + 1):
                yield from (Change(month * DAYS_PER_MONTH, Act.PRESS, team) for team in range(len(self.teams)))

    def adult_work(self) -> Iterator[Change]:
        """Let workers begin and end work with families: with each change, the places that there are from then on."""
        changes: list[tuple[float, int, int, float]] = []
        for post in self.timeline.posts:
            if post.role in self.roles:
                owner, role = self.teams[post.team] if post.team else COUNCIL, self.roles[post.role]
                changes += [(post.working_day, owner, role, post.fte), (post.end_day, owner, role, -post.fte)]
        at_work: dict[tuple[int, int], float] = {}
        names = list(self.roles)
        for day, owner, role, fte in sorted(changes, key=lambda change: change[0]):
            at_work[owner, role] = at_work.get((owner, role), 0.0) + fte
            places = int(at_work[owner, role] * self.values[f"adult.{names[role]}.concurrent"] + SLIVER)
            yield Change(day, Act.WORK, owner, role=role, places=places)

    def follows(self) -> Iterator[Change]:
        """Let parents who wait for a role whose last place ends look for other workers."""
        live = [self.teams[go.team] for go in self.timeline.live]
        for change in self.adult_work():
            if not change.places:
                teams = live if change.team == COUNCIL else [change.team]
                yield from (Change(change.day, Act.FOLLOW, team) for team in teams)

    def supervision(self) -> Iterator[Change]:
        """Start and end the psychologist's reflective supervision of live teams, where there is one."""
        posts = [post for post in self.timeline.posts if post.role == SUPERVISOR and post.fte > 0]
        for day in sorted({day for post in posts for day in (post.working_day, post.end_day)}):
            at_work = any(post.working_day <= day < post.end_day for post in posts)
            yield Change(day, Act.SUPERVISE, places=int(at_work))

    def go_lives(self) -> Iterator[Change]:
        """Start the teams' own adult workers: when a team goes live, and again when the first of a role comes later."""
        first: dict[tuple[int, int], float] = {}
        for change in self.adult_work():
            if change.places:
                first.setdefault((change.team, change.role), change.day)
        for go in self.timeline.live:
            team = self.teams[go.team]
            late = {day for (owner, _), day in first.items() if owner in {team, COUNCIL} and day > go.day}
            yield from (Change(day, Act.GO_LIVE, team) for day in (go.day, *sorted(late)))

    def practice(self) -> Iterator[Change]:
        """Let a team train, then practise, as its ramp and its dose stand from day to day; no change is none."""
        doses = TeamDoses(self.start.scenario, self.values, self.start.structure.pathway, self.timeline)
        for team, steps in self._powers().items():
            last = self._factors({}, 0.0)
            for day, power in _by_day(steps, doses.days(team)):
                now = self._factors(power, doses.at(team, day))
                for_all = bool((now.everyone != last.everyone).any() or (now.times != last.times).any())
                if for_all or (now.offered != last.offered).any():
                    yield Change(day, Act.PRACTISE, self.teams[team], factors=now, for_all=for_all)
                last = now

    def _powers(self) -> dict[str, list[tuple[float, Power]]]:
        """Return, by team, how much of each profile's effects there is from which day on."""
        ramp = self.values["effect.ramp_months"]
        powers: dict[str, list[tuple[float, Power]]] = {name: [] for name in self.teams}
        for row in self.timeline.training:
            powers[row.team].append((row.day, {Profile.TRAINING: 1.0}))
        for go in self.timeline.live:
            for month in range(int(max(ramp, FIRST_YEAR_MONTHS)) + 2):
                grown = min(1.0, month / ramp) if ramp > 0 else 1.0
                power = {Profile.RAMP: grown, Profile.FIRST_YEAR: float(month < FIRST_YEAR_MONTHS)}
                powers[go.team].append((go.day + month * DAYS_PER_MONTH, power))
        return powers

    def _factors(self, power: Power, dose: float) -> Factors:
        full, share = self.start.practice, np.array([power.get(p, 0.0) for p in Profile])
        everyone = full.everyone @ share
        return Factors(np.exp(full.offered(dose) @ share + everyone), np.exp(everyone), np.exp(full.times @ share))


def _by_day(steps: list[tuple[float, Power]], days: list[float]) -> Iterator[tuple[float, Power]]:
    """Yield each day on which power or dose may change, with the power in force, from the first step on."""
    ordered = sorted(steps, key=lambda step: step[0])
    begun = [day for day in days if ordered and day > ordered[0][0]]
    power: Power = {}
    for day in sorted({*begun, *(day for day, _ in ordered)}):
        power = next((each for when, each in reversed(ordered) if when == day), power)
        yield day, power
