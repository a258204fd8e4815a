"""The town: the clock, the teams, the map of areas, the log, and the schedule carried out."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from math import inf
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import simpy

from familyflow.engine import rules
from familyflow.engine.keys import visit_key
from familyflow.engine.records import Event
from familyflow.engine.reference.life import Life
from familyflow.engine.structure import STARTS
from familyflow.ground.calendar import DAYS_PER_MONTH
from familyflow.ground.draws import uniform
from familyflow.pathway.adult_work import SUPERVISOR
from familyflow.pathway.effects import Profile
from familyflow.pathway.people import ADULT, YEAR

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from familyflow.engine.keys import Purpose
    from familyflow.engine.reference.care import Stay
    from familyflow.engine.structure import Floats
    from familyflow.engine.world import World

    Process: TypeAlias = Generator[simpy.Event, Any, None]

FIRST_YEAR_MONTHS = 12
Change: TypeAlias = tuple[float, int, "Callable[[], None]"]
"""A day, the order within the day, and what to do."""


@dataclass(eq=False)
class Team:
    """A team at work: its desk of case slots, the stage groups it takes, and, once live, its adult workers."""

    index: int
    kind: tuple[str, ...]
    groups: frozenset[int]
    desk: simpy.PriorityResource
    lives: dict[Life, None] = field(default_factory=dict)
    stays: dict[Stay, None] = field(default_factory=dict)
    went_live: float = inf
    power: Floats = field(default_factory=lambda: np.zeros(len(Profile)))
    pools: dict[str, simpy.PriorityResource] = field(default_factory=dict)
    pressure: float = 1.0
    workers: float = 0.0

    @property
    def live(self) -> bool:
        """Whether the team's own adult workers are at work."""
        return self.went_live < inf


class Town:
    """Everything that families share: the clock, the teams, the map of areas, and the log."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.start = world.start
        self.structure = world.start.structure
        self.values = self.structure.values
        self.pathway = self.structure.pathway
        self.env = simpy.Environment()
        self.log: list[tuple[float, int, int, int, int, int, int, float]] = []
        self.supervised = False
        self.map: dict[tuple[int, int], int] = {}
        self.teams = [self._team(i, name) for i, name in enumerate(world.start.scenario.teams)]
        self.quiet = ~self.structure.decision & (self.structure.priority < 0)
        self.env.process(self.roll_out())
        self.env.process(self.admit())

    def _team(self, index: int, name: str) -> Team:
        groups = self.start.scenario.teams[name].stages
        return Team(
            index,
            groups,
            frozenset(self.pathway.groups.index(g) for g in groups),
            simpy.PriorityResource(self.env, capacity=1),
        )

    def uniform(self, family: int, visit: int, purpose: Purpose, index: int = 0) -> float:
        """Return the draw that decides one thing about one visit of one family."""
        return uniform(self.start.seed, self.start.replication, family, visit, int(purpose), index)

    def budgets(self, family: int, visit: int, child: int) -> Floats:
        """Return a unit-exponential budget for every exit of a visit."""
        width = self.structure.to.shape[1]
        return rules.budgets(self.start.seed, self.start.replication, family, visit, (child + 1) * width, width)

    def record(
        self,
        event: Event,
        family: int,
        team: Team | None,
        place: int,
        *,
        child: int = -1,
        leads: int = 0,
        amount: float = 1.0,
    ) -> None:
        """Write one line of the log."""
        self.log.append((self.env.now, int(event), family, child, team.index if team else -1, place, leads, amount))

    def team_for(self, area: int, stage: int) -> Team | None:
        """Return the team that serves an area for a stage today; None where no team is needed."""
        index = self.map.get((area, int(self.structure.group[stage])), -1)
        return self.teams[index] if index >= 0 else None

    def admit(self) -> Process:
        """Let families in: those known on day 0 at once, the others as they arrive."""
        families = self.start.families
        first = np.where(families.stage >= 0, self.structure.priority[families.stage], -1)
        for number in np.lexsort((first, families.arrives)):
            delay = families.arrives[number] - self.env.now
            if delay > 0:
                yield self.env.timeout(delay)
            if not self.sleeps(int(number)):
                Life(self, int(number)).begin()

    def sleeps(self, number: int) -> bool:
        """Note a family known on day 0 with no open work, to whom nothing happens before the horizon; say if it is one.

        Nothing can change its hazards meanwhile, so it needs no process; most closed families are such.
        """
        families, stage = self.start.families, int(self.start.families.stage[number])
        grown = np.nanmin(families.born[number]) + ADULT * YEAR < self.start.horizon
        quiet = stage >= 0 and self.quiet[stage] and families.arrives[number] == 0 and not grown
        if not quiet:
            return False
        ratios = self.structure.ratio[stage, :, families.combo[number]]
        budgets = self.budgets(number, visit_key(stage, 0), -1)
        elapsed = float(families.elapsed[number])
        wait, _ = rules.soonest(self.start.rates.base[stage], STARTS, ratios, budgets, elapsed)
        if wait < self.start.horizon:
            return False
        self.record(Event.ENTER, number, None, stage, amount=float(families.size[number]))
        return True

    def roll_out(self) -> Process:
        """Carry out the schedule's dated changes, and each month's step of practice and pressure."""
        for day, change in _changes(self):
            if day > self.env.now:
                yield self.env.timeout(day - self.env.now)
            change()

    # Dated changes -------------------------------------------------------------------------------------------

    def route(self, area: int, group: int, team: int) -> None:
        """Send new cases of an area and stage group to a team."""
        self.map[area, group] = team

    def staff(self, team: Team, workers: float) -> None:
        """Set a team's social workers in post; cases above a lowered ceiling stay until they close."""
        team.workers = workers
        children = workers * self.start.ceilings[team.kind]
        _resize(team.desk, int(children / self.structure.mean_size))

    def go_live(self, team: Team) -> None:
        """Start the team's own adult workers: everybody open is offered them, those who wait outside too."""
        team.went_live = self.env.now
        for life in list(team.lives):
            for journey in list(life.journeys.values()):
                journey.give_up(moves=True)
            life.offer_programmes()

    def work(self, team: Team, role: str, workers: float) -> None:
        """Set the adult workers at work in a team."""
        places = int(workers * self.values[f"adult.{role}.concurrent"])
        if role in team.pools:
            _resize(team.pools[role], places)
        elif places:
            team.pools[role] = simpy.PriorityResource(self.env, capacity=places)

    def step(self, team: Team) -> None:
        """Move practice one month along its ramp and tell the families whom it changes."""
        months = (self.env.now - team.went_live) / DAYS_PER_MONTH + 1e-6
        ramp = self.values["effect.ramp_months"]
        grown = min(1.0, int(months) / ramp) if ramp > 0 else 1.0
        team.power = np.array([grown if p is Profile.RAMP else float(months < FIRST_YEAR_MONTHS) for p in Profile])
        for life in list(team.lives):
            if life.engaged:
                life.alert()

    def supervise(self) -> None:
        """Start the psychologist's reflective supervision of live teams."""
        self.supervised = True

    def transfer(self, source: Team, target: Team, areas: set[int]) -> None:
        """Pass a team's open cases in some areas to another team, as far as it works their stage."""
        for life in list(source.lives):
            if life.area in areas and int(self.structure.group[life.stage]) in target.groups:
                life.change_team(target)
        for stay in list(source.stays):
            if stay.life.area in areas and int(self.structure.group[stay.place]) in target.groups:
                stay.change_team(target)

    def press(self) -> None:
        """Set how far overload slows what improves: (target / caseload) to a power, where that switch is on."""
        for team in self.teams:
            load = sum(len(life.home) for life in team.lives) / max(team.workers, 1e-9)
            exponent = self.values["staff.overload_exponent"]
            team.pressure = min(1.0, (self.values["staff.target_caseload"] / max(load, 1e-9)) ** exponent)
            for life in list(team.lives):
                life.alert()


def _resize(resource: simpy.PriorityResource, capacity: int) -> None:
    """Change a resource's slots; more slots serve those who wait at once, fewer take effect as cases end."""
    resource._capacity = capacity  # noqa: SLF001 - SimPy offers no public way to change it
    while resource.queue and resource.count < capacity:  # each trigger serves one
        resource._trigger_put(None)  # noqa: SLF001


def _changes(town: Town) -> list[tuple[float, Callable[[], None]]]:
    """Return the schedule's changes as (day, what to do), by day; on one day, the map before people and cases."""
    timeline = town.world.timeline
    names = list(town.start.scenario.teams)
    areas = list(town.start.scenario.areas)
    groups = town.pathway.groups
    team = {name: town.teams[i] for i, name in enumerate(names)}
    dated: list[tuple[float, int, Callable[[], None]]] = [
        (r.day, 0, partial(town.route, areas.index(r.area), groups.index(r.group), names.index(r.team)))
        for r in timeline.routes
    ]
    in_post: dict[str, dict[str, float]] = {name: {} for name in names}
    for s in timeline.staff:
        in_post[s.team][s.role] = s.fte
        dated.append((s.day, 1, partial(town.staff, team[s.team], sum(in_post[s.team].values()))))
    dated += [
        (
            t.day,
            2,
            partial(town.transfer, team[t.from_team], team[t.to_team], {areas.index(a) for a in t.areas}),
        )
        for t in timeline.transfers
    ]
    if not town.start.scenario.programme.null:
        dated += _programme(town, team)
    if town.values["staff.overload_on"]:
        dated += [
            (month * DAYS_PER_MONTH, 6, town.press) for month in range(1, int(town.start.horizon / DAYS_PER_MONTH) + 1)
        ]
    return [(day, do) for day, _, do in sorted(dated, key=itemgetter(0, 1))]


def _programme(town: Town, team: dict[str, Team]) -> list[tuple[float, int, Callable[[], None]]]:
    """Return the dated changes that going live brings: workers, then the start, then each month of the ramp."""
    timeline = town.world.timeline
    dated: list[tuple[float, int, Callable[[], None]]] = []
    for post in timeline.posts:
        if post.role == SUPERVISOR:
            dated.append((post.working_day, 3, town.supervise))
        elif post.team is not None:
            dated.append((post.working_day, 3, partial(town.work, team[post.team], post.role, post.fte)))
    months = int(max(town.values["effect.ramp_months"], FIRST_YEAR_MONTHS)) + 2
    for go in timeline.live:
        dated.append((go.day, 4, partial(town.go_live, team[go.team])))
        dated += [(go.day + m * DAYS_PER_MONTH, 5, partial(town.step, team[go.team])) for m in range(months)]
    return dated
