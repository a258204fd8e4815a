"""One run: a prepared start lived under one schedule, by either engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.engine import compiled, reference, tale, world
from familyflow.engine.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from familyflow.engine.world import Start, World

COMPILED: Final = "compiled"
SIMPY: Final = "simpy"
ENGINES: Final = (COMPILED, SIMPY)
"""The engines by name; both write the same records, to the byte."""


def simulate(start: Start, schedule: str, engine: str = COMPILED) -> Ledger:
    """Live a start under one of its scenario's schedules, and keep every record. Errors: KeyError for no engine."""
    lived = world.under(start, schedule)
    return Ledger(lived, tuple(_records(lived, engine)))


def measure(start: Start, schedule: str, engine: str = COMPILED) -> Ledger:
    """Live a start under a schedule for its measures alone: records are added up as they come, and not kept."""
    lived = world.under(start, schedule)
    return Ledger(lived, _records(lived, engine))


def _records(lived: World, engine: str) -> Iterator[np.ndarray]:
    """Live a world with one of the engines, by its name. Errors: KeyError for no engine."""
    if engine == COMPILED:
        return compiled.live(lived)
    if engine == SIMPY:
        return reference.live(lived)
    raise KeyError(engine)


def make_ready(start: Start) -> None:
    """Compile the compiled engine, or read it from where it was kept."""
    compiled.make_ready(world.under(start, next(iter(start.scenario.schedules))))


def story(start: Start, schedule: str, family: int) -> list[tuple[float, str]]:
    """Tell one family's life under a schedule: (day, sentence), in order; empty for a family that never comes."""
    return tale.tell(simulate(start, schedule, SIMPY), family)
