"""A parent's way through an adult worker's programme."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Any, TypeAlias

import simpy

from familyflow.engine import practice, rules
from familyflow.engine.keys import Purpose, visit_key
from familyflow.engine.records import Event

if TYPE_CHECKING:
    from collections.abc import Generator

    from familyflow.engine.reference.life import Life

    Process: TypeAlias = Generator[simpy.Event, Any, None]


class Journey:
    """One parent's way through one programme: offered, taken up, waited for, attended, completed or not.

    `past`: the offer was made so many days before day 0, so the parent may be waiting or attending already, or be
    done; what was before day 0 is in the log at day 0, and in no measure.
    """

    def __init__(self, life: Life, programme: int, past: float = 0.0) -> None:
        self.life = life
        self.town = life.town
        self.env = life.env
        self.programme = programme
        self.declared = life.town.pathway.programmes[programme]
        self.pool = self.town.pool(life.team, self.declared.role)
        self.own = None if self.pool is None else life.team
        supervised = self.own is not None and self.town.supervised
        self.how = practice.delivery(self.town.values, self.declared, team=self.own is not None, supervised=supervised)
        life.turns[programme] = life.turns.get(programme, -1) + 1
        self.visit = visit_key(programme, life.turns[programme])
        self.waits = False
        self.gave_up = False
        self.moves = False
        self.attended = 0.0
        self.past = past
        life.journeys[programme] = self
        self.record(Event.OFFERED)
        self.process = self.env.process(self.attend())

    def attend(self) -> Process:
        """Take up the offer or not; wait; take part, to the end or not; and see whether the harm ends."""
        if self.uniform(Purpose.OFFER_ACCEPTED) >= self.how.engages:
            self.record(Event.DECLINED)
            self.end()
            return
        self.record(Event.QUEUED)
        asked = self.env.now - self.past
        slot = yield from self.wait()
        if self.gave_up:
            self.record(Event.GAVE_UP)
            self.end()
            if self.moves:
                self.life.offer_programmes()
            return
        completes = self.uniform(Purpose.COMPLETES) < self.how.completes
        part = 1.0 if completes else self.uniform(Purpose.DROPS_OUT)
        left = self.how.length_days * part - self.attended
        self.record(Event.STARTED, self.env.now - asked - self.attended)
        if not self.declared.harm:
            self.life.begin_service(self.programme)
        if left <= 0:
            self.record(Event.DROPPED)
            self.end()
            return
        yield self.env.timeout(left)
        if slot is not None:
            slot.resource.release(slot)
        self.count_appointments(part)
        self.record(Event.COMPLETED if completes else Event.DROPPED)
        self.end()
        if completes and self.declared.harm and self.uniform(Purpose.HARM_ENDS) < self.how.success:
            self.end_harm()

    def wait(self) -> Generator[simpy.Event, Any, Any]:
        """Wait for a first appointment, then for a free place with the team's own worker; return the place."""
        slot = None
        self.waits = True
        try:
            days = -self.how.wait_days * log(self.uniform(Purpose.OFFER_WAIT))
            self.attended = max(0.0, self.past - days)
            yield self.env.timeout(max(0.0, days - self.past))
            if self.pool is not None:
                slot = self.pool.request(priority=self.priority())
                yield slot
        except simpy.Interrupt:
            if slot is not None and self.pool is not None:
                self.pool.release(slot) if slot.triggered else slot.cancel()
        self.waits = False
        return slot

    def give_up(self, *, moves: bool = False) -> None:
        """Give up waiting; on moving, to be offered the team's own worker instead."""
        if self.waits:
            self.waits, self.gave_up, self.moves = False, True, moves
            self.process.interrupt()

    def count_appointments(self, part: float) -> None:
        """Count the appointments that were due and those that were missed."""
        due = round(self.how.sessions * part)
        missed = rules.binomial(due, self.how.missed, self.uniform(Purpose.MISSED))
        self.record(Event.APPOINTMENTS, due)
        self.record(Event.MISSED, missed)

    def end_harm(self) -> None:
        """Switch the harm off; it may return."""
        if self.life.active(self.declared.harm):
            self.life.set_harm(self.declared.harm, active=False, event=Event.HARM_ENDS)
            self.env.process(self.relapse())

    def relapse(self) -> Process:
        """Let the harm return after a time, to be offered a programme again if the family has a plan."""
        if self.how.relapse_rate <= 0:
            return
        yield self.env.timeout(-log(self.uniform(Purpose.RELAPSE)) / self.how.relapse_rate)
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
