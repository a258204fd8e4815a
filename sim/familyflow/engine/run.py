"""One run: a prepared start lived under one schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.engine import reference, tale, world
from familyflow.engine.ledger import Ledger

if TYPE_CHECKING:
    from familyflow.engine.world import Start


def simulate(start: Start, schedule: str) -> Ledger:
    """Live a start under one of its scenario's schedules, with the reference engine."""
    lived = world.under(start, schedule)
    return Ledger(lived, reference.run(lived))


def story(start: Start, schedule: str, family: int) -> list[tuple[float, str]]:
    """Tell one family's life under a schedule: (day, sentence), in order; empty for a family that never comes."""
    return tale.tell(simulate(start, schedule), family)
