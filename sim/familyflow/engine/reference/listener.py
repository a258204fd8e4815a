"""A process that lets time pass, and can be told meanwhile that its hazards have changed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import simpy

if TYPE_CHECKING:
    from collections.abc import Generator


class Listener:
    """What a family and a child in care have in common: one process that waits for a time or for news."""

    env: simpy.Environment
    process: simpy.Process | None
    horizon: float
    listening = False

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
