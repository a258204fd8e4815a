"""A case: a process that lets time pass, can be told that its hazards have changed, and has a worker who may change."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Any

import simpy

from familyflow.engine import rules
from familyflow.engine.handover import SETTLING_DAYS

if TYPE_CHECKING:
    from collections.abc import Generator

    from familyflow.engine.reference.town import Town


class Case(ABC):
    """What a family and a child in care have in common: one process that waits for a time or for news, and a worker."""

    town: Town
    env: simpy.Environment
    process: simpy.Process | None
    horizon: float
    listening = False
    stalled_until = -inf
    settled_at = -inf

    def listen(self, days: float) -> Generator[simpy.Event, Any, bool]:
        """Let time pass until a time or news; say whether the whole time passed. Only news comes past the horizon."""
        soon = self.env.now + days < self.horizon
        timer = self.env.timeout(days) if soon else self.env.event()
        self.listening = True
        with suppress(simpy.Interrupt):
            yield timer
        self.listening = False
        return bool(timer.processed)

    def alert(self) -> None:
        """Tell the process that its hazards have changed."""
        if self.listening and self.process is not None:
            self.listening = False
            self.process.interrupt()

    def hand_over(self) -> None:
        """Pass to another worker: the case stalls, then goes slower until that worker has settled in."""
        self.stalled_until = self.env.now + self.town.handover.stall
        self.settled_at = self.stalled_until + SETTLING_DAYS
        self.alert()

    @abstractmethod
    def worker(self) -> float:
        """Return which of a team's workers has the case: a place between 0 and 1."""

    def allocated(self) -> bool:
        """Return whether a worker has the case."""
        return True

    def stalled(self) -> bool:
        """Return whether the case waits for its new worker to take it up."""
        return self.env.now < self.stalled_until - rules.A_MOMENT

    def pace(self) -> float:
        """Return what a change of worker leaves of the case's pace."""
        return rules.pace(self.env.now, self.stalled_until, self.settled_at, self.town.handover.ratio)

    def next_pace(self) -> float:
        """Return the day on which the pace changes next by itself."""
        return rules.next_pace(self.env.now, self.stalled_until, self.settled_at)
