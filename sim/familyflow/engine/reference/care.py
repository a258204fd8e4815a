"""A child's time in care, on its own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from familyflow.engine import rules
from familyflow.engine.keys import Purpose, count_up
from familyflow.engine.records import GREW_UP, MOVED, NEW, PASSED, TRANSFERRED, Event
from familyflow.engine.reference.listener import Case
from familyflow.engine.structure import TO_HOME
from familyflow.pathway.people import ADULT, YEAR

if TYPE_CHECKING:
    from collections.abc import Generator

    import simpy

    from familyflow.engine.reference.life import Life
    from familyflow.engine.reference.town import Team
    from familyflow.engine.structure import Floats

    Process: TypeAlias = Generator[simpy.Event, Any, None]


class Stay(Case):
    """One child's time in care, on its own clock, from placement to placement."""

    def __init__(self, life: Life, child: int, place: int, elapsed: float) -> None:
        self.life = life
        self.town = life.town
        self.env = life.env
        self.child = child
        self.place = place
        self.spell = self.env.now - elapsed
        self.horizon = life.horizon
        self.team: Team | None = None
        life.in_care[child] = self
        self.enter(within=False)
        self.process = self.env.process(self.be_in_care())

    def enter(self, *, within: bool) -> None:
        """Start a placement."""
        self.visit = count_up(self.life.visits, self.place)
        if not within:
            self.join(self.town.team_for(self.life, self.place))
        self.record(Event.ENTER, MOVED if within else NEW)

    def join(self, team: Team | None) -> None:
        """Be one of the children whom a team looks after, in place of the team before."""
        if self.team is not None:
            self.team.stays.pop(self, None)
        self.team, self.joined = team, self.visit
        if team is not None:
            team.stays[self] = None

    def change_team(self, team: Team, *, along: bool) -> None:
        """Pass to another team, in the same placement, the worker along or not."""
        self.record(Event.LEAVE, TRANSFERRED)
        self.join(team)
        self.record(Event.ENTER, PASSED)
        self.alert() if along else self.hand_over()

    def hand_over(self) -> None:
        """Pass to another worker."""
        self.record(Event.WORKER_CHANGED, 0)
        super().hand_over()

    def worker(self) -> float:
        """Return which of a team's workers has the case: a place between 0 and 1."""
        return self.town.uniform(self.life.number, self.joined, Purpose.WORKER, self.child + 1)

    def be_in_care(self) -> Process:
        """Stay until home, permanence or 18; re-time the exits when harms change or an age opens or closes one."""
        town, start = self.town, self.town.start
        budgets = town.budgets(self.life.number, self.visit, self.child)
        while self.child in self.life.in_care:
            base, drift = start.rates.base[self.place], start.drift.exits[self.place]
            ratios, began = self.ratios(), self.env.now
            since = (began - self.spell, began)
            wait, leads = rules.soonest(base, drift, town.clock, ratios, budgets, since)
            turning = min(self.next_turning_point(), self.next_pace())
            done = yield from self.listen(min(wait, turning - began))
            rules.spend(base, drift, town.clock, ratios, budgets, since, self.env.now - began)
            if done and wait <= turning - began:
                self.take(leads)
                budgets = town.budgets(self.life.number, self.visit, self.child)
            elif self.age() >= ADULT - rules.A_MOMENT:
                self.leave(GREW_UP)
                self.life.child_gone()

    def age(self) -> float:
        """Return the child's age in years."""
        return float((self.env.now - self.life.born[self.child]) / YEAR)

    def next_turning_point(self) -> float:
        """Return the day on which the child next passes an age at which an exit opens or closes, or turns 18."""
        return float(
            self.life.born[self.child] + rules.next_age(self.town.structure.ages[self.place], self.age()) * YEAR
        )

    def ratios(self) -> Floats:
        """Return what multiplies each exit's hazard: harms, practice, a new worker, and the child's age."""
        ratios = self.town.ratios(self.life, self.team, self.place, self.pace())
        rules.of_age(self.town.structure.ages[self.place], self.age(), ratios)
        return ratios

    def take(self, leads: int) -> None:
        """Leave the placement by an exit: another placement, home, or permanence elsewhere."""
        to = int(self.town.structure.to[self.place, leads])
        if to >= 0:
            self.record(Event.LEAVE, leads)
            self.place = to
            self.enter(within=True)
            return
        self.leave(leads)
        if to == TO_HOME and not self.life.alone:
            self.life.come_home(self.child)
        else:
            self.life.child_gone()

    def leave(self, leads: int) -> None:
        """Leave care."""
        self.record(Event.LEAVE, leads)
        self.join(None)
        del self.life.in_care[self.child]

    def record(self, event: Event, leads: int) -> None:
        """Write a line of the log about the child."""
        self.town.record(event, self.life.number, self.team, self.place, child=self.child, leads=leads)
