"""The engine: the rules of a stay written once, what interprets them, and the ledger that they fill."""

from __future__ import annotations

from familyflow.engine.compiled import is_ready
from familyflow.engine.ledger import Ledger
from familyflow.engine.records import Event
from familyflow.engine.run import COMPILED, ENGINES, make_ready, measure, simulate, story
from familyflow.engine.world import Start, prepare

__all__ = [
    "COMPILED",
    "ENGINES",
    "Event",
    "Ledger",
    "Start",
    "is_ready",
    "make_ready",
    "measure",
    "prepare",
    "simulate",
    "story",
]
