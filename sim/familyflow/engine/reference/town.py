"""The town: the clock, the teams, the map of areas, the log, and the schedule carried out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import simpy

from familyflow.engine import changes, handover, rules
from familyflow.engine.changes import COUNCIL, Act, Factors
from familyflow.engine.records import Event
from familyflow.engine.reference.life import Life
from familyflow.engine.reference.slots import Slots
from familyflow.engine.structure import STARTS
from familyflow.ground.draws import uniform
from familyflow.pathway.adult_work import roles
from familyflow.pathway.care import ENTRY_AGES
from familyflow.scenario.vocabulary import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from familyflow.engine.changes import Change
    from familyflow.engine.keys import Purpose
    from familyflow.engine.reference.care import Stay
    from familyflow.engine.structure import Floats
    from familyflow.engine.world import World

    Process: TypeAlias = Generator[simpy.Event, Any, None]


@dataclass(eq=False)
class Team:
    """A team at work: its desk of case slots, the stage groups it takes, and, once live, its adult workers."""

    index: int
    groups: frozenset[int]
    kinds: frozenset[bool]
    desk: Slots
    factors: Factors
    lives: dict[Life, None] = field(default_factory=dict)
    stays: dict[Stay, None] = field(default_factory=dict)
    live: bool = False
    pools: dict[int, Slots] = field(default_factory=dict)
    pressure: float = 1.0
    workers: float = 0.0

    def practice(self, stage: int, *, offered: bool) -> Floats:
        """Return what the team's practice multiplies each exit of a stage by."""
        return np.asarray((self.factors.offered if offered else self.factors.everyone)[stage])


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
        self.handover = handover.cost(self.values)
        self.clock = (STARTS, world.start.drift.turns)
        self.services = np.exp(world.start.practice.services)
        self.entry_ages = np.array([(low, high) for _, low, high in ENTRY_AGES])
        self.nothing = np.ones(self.structure.to.shape[1])
        self.supervised = False
        self.roles = roles(self.pathway.programmes)
        self.pools: dict[int, Slots] = {}
        self.map: dict[tuple[int, bool, int], int] = {}
        self.teams = [self._team(i, name) for i, name in enumerate(world.start.scenario.teams)]
        self.env.process(self.roll_out())
        self.env.process(self.admit())

    def _team(self, index: int, name: str) -> Team:
        shape = self.structure.to.shape
        return Team(
            index,
            frozenset(self.pathway.groups.index(g) for g in self.start.scenario.teams[name].stages),
            frozenset(bool(KINDS.index(kind)) for kind in self.start.scenario.teams[name].kinds),
            Slots(self.env, capacity=1),
            Factors(np.ones(shape), np.ones(shape), np.ones(shape[0])),
        )

    def uniform(self, family: int, visit: int, purpose: Purpose, index: int = 0) -> float:
        """Return the draw that decides one thing about one visit of one family."""
        return uniform(self.start.seed, self.start.replication, family, visit, int(purpose), index)

    def ratios(self, life: Life, team: Team | None, stage: int, progress: float) -> Floats:
        """Return what multiplies the hazard or odds of each exit of a stage: harms, the team's practice, progress."""
        multiplied = np.empty(self.structure.to.shape[1])
        harms, practice, waits = self.start.unserved[stage, life.risk], self.nothing, 1.0
        if team is not None:
            harms, practice = self.start.ratio[stage, life.risk], team.practice(stage, offered=life.offered)
            waits = float(self.structure.waits[stage]) if life.waiting else 1.0
        rules.compose(harms, practice, self.structure.improves[stage], progress, waits, multiplied)
        return multiplied

    def budgets(self, family: int, visit: int, child: int) -> Floats:
        """Return a unit-exponential budget for every exit of a visit, of the family or of one child."""
        drawn = np.empty(self.structure.to.shape[1])
        rules.draw_budgets(self.start.seed, self.start.replication, family, visit, child + 1, drawn)
        return drawn

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

    def team_for(self, life: Life, stage: int) -> Team | None:
        """Return the team that takes a family's area and kind for a stage today; None where no team is needed."""
        index = self.map.get((life.area, life.offered, int(self.structure.group[stage])), -1)
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
                yield self.env.timeout(0)  # each family settles in before the next one comes

    def sleeps(self, number: int) -> bool:
        """Note a family to whom nothing happens before the horizon; say if it is one."""
        if self.start.asleep[number]:
            families = self.start.families
            self.record(Event.ENTER, number, None, int(families.stage[number]), amount=float(families.size[number]))
        return bool(self.start.asleep[number])

    def roll_out(self) -> Process:
        """Carry out the schedule's dated changes."""
        for change in changes.dated(self.world):
            if change.day > self.env.now:
                yield self.env.timeout(change.day - self.env.now)
            ACTS[change.act](self, change)

    # Dated changes -------------------------------------------------------------------------------------------

    def route(self, change: Change) -> None:
        """Send new cases of an area and stage group to a team."""
        self.map[change.area, bool(change.kind), change.group] = change.team

    def staff(self, change: Change) -> None:
        """Set a team's workers in post and the cases that they can hold."""
        self.teams[change.team].workers = change.amount
        self.teams[change.team].desk.resize(change.places)

    def transfer(self, change: Change) -> None:
        """Pass a team's open cases in some areas to another team, as far as it takes their stage and their kind."""
        source, target = self.teams[change.team], self.teams[change.to]

        def moves(life: Life, stage: int) -> bool:
            """Return whether a case passes to the other team."""
            taken = change.for_all or life.offered in target.kinds
            return taken and life.area in change.areas and int(self.structure.group[stage]) in target.groups

        for life in list(source.lives):
            if moves(life, life.stage):
                life.change_team(target, along=change.along)
        for stay in list(source.stays):
            if moves(stay.life, stay.place):
                stay.change_team(target, along=change.along)

    def work(self, change: Change) -> None:
        """Set the places of a role in a team, or of what all live teams share."""
        pools = self.pools if change.team == COUNCIL else self.teams[change.team].pools
        if change.role in pools:
            pools[change.role].resize(change.places)
        elif change.places:
            pools[change.role] = Slots(self.env, capacity=change.places)

    def supervise(self, change: Change) -> None:
        """Start or end the psychologist's reflective supervision of live teams."""
        self.supervised = bool(change.places)

    def go_live(self, change: Change) -> None:
        """Start the team's own adult workers: everybody open is offered them, those who wait for them elsewhere too."""
        team = self.teams[change.team]
        team.live = True
        for life in list(team.lives):
            life.change_workers()

    def follow(self, change: Change) -> None:
        """Let the team's parents who wait for workers who are there no more look for others."""
        for life in list(self.teams[change.team].lives):
            life.follow_workers()

    def practise(self, change: Change) -> None:
        """Bring a team's practice to where it stands from today, and tell its cases."""
        team = self.teams[change.team]
        team.factors = change.factors or team.factors
        for life in list(team.lives):
            if change.for_all or life.offered:
                life.alert()
        for stay in list(team.stays):
            if change.for_all or stay.life.offered:
                stay.alert()

    def leave(self, change: Change) -> None:
        """Let a worker leave: the cases that the worker has pass to others."""
        team = self.teams[change.team]
        for case in [*team.lives, *team.stays]:
            if case.allocated() and (case.worker() - change.first) % 1.0 < change.width:
                case.hand_over()

    def press(self, change: Change) -> None:
        """Set how far overload slows what improves in a team: (target / caseload) to a power."""
        team = self.teams[change.team]
        target, exponent = self.values["staff.target_caseload"], self.values["staff.overload_exponent"]
        load = sum(len(life.home) for life in team.lives) / max(team.workers, rules.A_MOMENT)
        team.pressure = rules.pressure(load, target, exponent)
        for life in list(team.lives):
            life.alert()

    def pool(self, team: Team | None, role: str) -> Slots | None:
        """Return the places of a role that a team's families can have: its own, else those that live teams share."""
        if team is None or not team.live:
            return None
        number = self.roles.index(role)
        return next((pools[number] for pools in (team.pools, self.pools) if has_places(pools.get(number))), None)


def has_places(slots: Slots | None) -> bool:
    """Return whether there are workers of a role: they may have gone."""
    return slots is not None and slots.capacity > 0


ACTS: dict[Act, Callable[[Town, Change], None]] = {
    Act.ROUTE: Town.route,
    Act.STAFF: Town.staff,
    Act.TRANSFER: Town.transfer,
    Act.WORK: Town.work,
    Act.SUPERVISE: Town.supervise,
    Act.GO_LIVE: Town.go_live,
    Act.PRACTISE: Town.practise,
    Act.PRESS: Town.press,
    Act.LEAVE: Town.leave,
    Act.FOLLOW: Town.follow,
}
