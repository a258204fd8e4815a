"""The engine: the rules of a stay written once, what interprets them, and the ledger that they fill."""

from __future__ import annotations

from familyflow.engine.ledger import Ledger
from familyflow.engine.run import simulate, story
from familyflow.engine.world import Start, prepare

__all__ = ["Ledger", "Start", "prepare", "simulate", "story"]
