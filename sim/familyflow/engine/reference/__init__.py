"""The reference engine: SimPy processes that live the pathway, one for each family, child in care and programme.

It reads as prose and keeps every event. What is decided, and when, comes from `rules`; chance from keyed draws.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from familyflow.engine import records
from familyflow.engine.reference.town import Town

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from familyflow.engine.world import World

__all__ = ["live"]


def live(world: World) -> Iterator[np.ndarray]:
    """Live the world to its horizon and yield its records, in order, in one chunk (`records.RECORD`).

    Cyclic garbage collection rests meanwhile: nearly all that a run makes lives until its end.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        town = Town(world)
        town.env.run(until=world.start.horizon)
    finally:
        if collecting:
            gc.enable()
    yield records.pack(town.log)
