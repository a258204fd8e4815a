"""A parent's way through an adult worker's programme."""

from __future__ import annotations

from math import inf, log
from typing import TYPE_CHECKING, Any, TypeAlias

import simpy

from familyflow.engine import delivery, rules
from familyflow.engine.delivery import CAUSAL_SHARE
from familyflow.engine.keys import Purpose, count_up
from familyflow.engine.records import Event

if TYPE_CHECKING:
    from collections.abc import Generator

    from familyflow.engine.delivery import Delivery
    from familyflow.engine.reference.life import Life

    Process: TypeAlias = Generator[simpy.Event, Any, None]


class Journey:
    """One parent's way through one programme: offered, taken up, waited for, attended, completed or not.

    A parent who would go outside waits for that appointment whatever the team has, and is seen by the team's own worker
    where a place is free before it. `past`: the offer was made so many days before day 0, so the parent may be
    attending already, or be done; what was before day 0 is in the log at day 0, and in no measure.
    """

    def __init__(self, life: Life, programme: int, past: float = 0.0) -> None:
        self.life = life
        self.town = life.town
        self.env = life.env
        self.programme = programme
        self.declared = life.town.pathway.programmes[programme]
        self.visit = count_up(life.turns, programme)
        self.find_pool()
        self.slot: Any = None
        self.waits = False
        self.told = False
        self.gave_up = False
        self.placed = False
        self.past = past
        self.called = inf
        life.journeys[programme] = self
        self.record(Event.OFFERED)
        self.process = self.env.process(self.attend())

    def find_pool(self) -> None:
        """Find the places of the team's own workers, and note whose they are."""
        self.pool = self.town.pool(self.life.team, self.declared.role)
        self.own = None if self.pool is None else self.life.team

    def attend(self) -> Process:
        """Take up the offer or not; wait; take part, to the end or not; and see whether the harm ends."""
        outside = self.delivered(team=False)
        if not (self.goes_outside(outside) or self.sees_the_team()):
            self.record(Event.DECLINED)
            self.end()
            return
        self.record(Event.QUEUED)
        asked, days = self.env.now - self.past, outside.wait_days * self.patience()
        if self.goes_outside(outside):
            self.called = self.env.now + (days - self.past)
        yield from self.wait()
        if self.gave_up:
            self.record(Event.GAVE_UP)
            self.end()
            return
        how = self.delivered(team=self.own is not None)
        attended = max(0.0, self.past - days) if self.own is None else 0.0
        completes = self.uniform(Purpose.COMPLETES) < how.completes
        part = 1.0 if completes else self.uniform(Purpose.DROPS_OUT)
        left = how.length_days * part - attended
        self.record(Event.STARTED, self.env.now - asked - attended)
        if not self.declared.harm:
            self.life.begin_service(self.programme)
        if left <= 0:
            self.record(Event.DROPPED)
            self.end()
            return
        yield self.env.timeout(left)
        self.free_place()
        self.count_appointments(how, part)
        self.record(Event.COMPLETED if completes else Event.DROPPED)
        self.end()
        if completes and self.declared.harm and self.uniform(Purpose.HARM_ENDS) < how.success:
            self.end_harm(how)

    def delivered(self, *, team: bool) -> Delivery:
        """Return how the programme is delivered today: outside, or by the team's own worker."""
        return delivery.of(self.town.values, self.declared, team=team, supervised=team and self.town.supervised)

    def goes_outside(self, outside: Delivery) -> bool:
        """Return whether the parent takes up an outside service."""
        return self.declared.outside and self.uniform(Purpose.OFFER_ACCEPTED) < outside.engages

    def sees_the_team(self) -> bool:
        """Return whether the parent takes up what the team's own worker offers, and there is one."""
        return self.pool is not None and self.uniform(Purpose.OFFER_ACCEPTED) < self.delivered(team=True).engages

    def patience(self) -> float:
        """Return how many times the mean a first appointment is waited for."""
        return -log(self.uniform(Purpose.OFFER_WAIT))

    def wait(self) -> Generator[simpy.Event, Any, None]:
        """Wait until the outside service calls, or until a place with the team's own worker and its appointment."""
        self.waits = True
        while self.waits:
            if self.called <= self.env.now:
                self.waits, self.own = False, None
                return
            self.stand_in_line()
            if self.gave_up:
                return
            if not (yield from self.listen(self.called - self.env.now)):
                self.free_place()
                self.waits, self.own = False, None
            elif self.placed:
                first = self.delivered(team=True).wait_days * self.patience()
                self.waits = yield from self.listen(min(first, self.called - self.env.now))
            if self.gave_up:
                self.waits = False
                self.free_place()
            elif self.waits:
                self.free_place()
                self.find_pool()

    def stand_in_line(self) -> None:
        """Stand in line for a place with the team's own worker; give up where no place of any kind can come."""
        self.placed = False
        if self.pool is not None and self.sees_the_team():
            self.slot = self.pool.request(priority=self.priority())
            self.slot.callbacks.append(self.take_place)
        elif self.called == inf:
            self.waits, self.gave_up = False, True

    def listen(self, days: float) -> Generator[simpy.Event, Any, bool]:
        """Let time pass; say whether news came before it had passed."""
        try:
            yield self.env.timeout(days) if days < inf else self.env.event()
        except simpy.Interrupt:
            self.told = False
            return True
        return False

    def take_place(self, slot: simpy.Event) -> None:
        """Note that a place is free, unless the parent no longer waits for it."""
        if slot is self.slot and self.waits:
            self.placed = True
            self.tell()

    def tell(self) -> None:
        """Let the parent hear that something has changed, once."""
        if not self.told:
            self.told = True
            self.process.interrupt()

    def free_place(self) -> None:
        """Return back the place, or leave the line for it."""
        if self.slot is not None:
            self.slot.resource.release(self.slot) if self.slot.triggered else self.slot.cancel()
        self.slot = None

    def give_up(self) -> None:
        """Return up waiting: the case is closed."""
        if self.waits:
            self.gave_up = True
            self.tell()

    def move(self) -> None:
        """Wait for the workers whom the family's team has now, where they are others."""
        if self.waits and self.pool is not self.town.pool(self.life.team, self.declared.role):
            self.tell()

    def count_appointments(self, how: Delivery, part: float) -> None:
        """Count the appointments that were due and those that were missed."""
        due = round(how.sessions * part)
        missed = rules.binomial(due, how.missed, self.uniform(Purpose.MISSED))
        self.record(Event.APPOINTMENTS, due)
        self.record(Event.MISSED, missed)

    def end_harm(self, how: Delivery) -> None:
        """Switch the harm off, and its risk where it was a cause; it may return."""
        if self.life.active(self.declared.harm):
            causal = self.uniform(Purpose.CAUSAL) < self.town.values[CAUSAL_SHARE]
            self.life.set_harm(self.declared.harm, active=False, event=Event.HARM_ENDS, causal=causal)
            self.env.process(self.relapse(how))

    def relapse(self, how: Delivery) -> Process:
        """Let the harm return after a time, to be offered a programme again if the family has a plan."""
        if how.relapse_rate <= 0:
            return
        yield self.env.timeout(-log(self.uniform(Purpose.RELAPSE)) / how.relapse_rate)
        self.life.set_harm(self.declared.harm, active=True, event=Event.HARM_RETURNS)
        self.life.offer_programmes()

    def end(self) -> None:
        """Be free to be offered the programme again."""
        del self.life.journeys[self.programme]

    def priority(self) -> int:
        """Return the family's place in the order of a team's pool: protection before need before the rest."""
        stage = max(self.life.stage, 0)
        return self.town.pathway.stages[stage].adult_priority

    def uniform(self, purpose: Purpose) -> float:
        """Return the draw that decides one thing about this turn in the programme."""
        return self.town.uniform(self.life.number, self.visit, purpose)

    def record(self, event: Event, amount: float = 1.0) -> None:
        """Write a line of the log about the programme."""
        team = self.own or self.life.team
        self.town.record(event, self.life.number, team, self.programme, leads=int(self.own is not None), amount=amount)
