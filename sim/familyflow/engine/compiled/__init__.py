"""The compiled engine: the reference engine's town in flat arrays, one heap of things to come, no objects.

It carries out the same declared pathway with the same rules and the same keyed draws, in the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.engine.compiled import build, town
from familyflow.ground.compiled import is_kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from familyflow.engine.compiled.shapes import Arrays
    from familyflow.engine.world import World

__all__ = ["is_ready", "live", "make_ready"]


def live(world: World) -> Iterator[np.ndarray]:
    """Live the world to its horizon and yield its records, in order, chunk after chunk (`records.RECORD`)."""
    arrays = build.arrays(world)
    while town.stretch(arrays) == town.FULL:
        yield _emptied(arrays)
        arrays = build.grown(arrays)
    yield _emptied(arrays)


def _emptied(arrays: Arrays) -> np.ndarray:
    """Take what has happened out of the log."""
    counts = arrays.counts[0]
    taken = arrays.log[: counts["log"]].copy()
    counts["log"] = 0
    return taken


def is_ready() -> bool:
    """Return whether the engine's machine code has been kept from an earlier run."""
    return is_kept(town.stretch)


def make_ready(world: World) -> None:
    """Compile the engine, or read its machine code from where it was kept, without living a day."""
    arrays = build.arrays(world)
    arrays.fixed["horizon"] = 0.0
    town.stretch(arrays)
