"""Parents who complete a programme, each counted once a year, of the records of whole programmes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.engine.records import Event
from familyflow.ground.calendar import DAYS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from familyflow.engine.structure import Flags, Floats
    from familyflow.pathway.adult_work import Programme

PARENTS: Final = 2
"""A family's programmes are taken up by one parent, those of a perpetrator by the other."""


@dataclass(frozen=True, eq=False)
class Completions:
    """Completed programmes that work on a harm, and whose they are: a parent who completes two in a year counts once.

    `treats`, `other`: by programme, whether it works on a harm, and whether the other parent takes it up.
    """

    treats: Flags
    other: Flags
    chunks: list[np.ndarray] = field(default_factory=list)

    @classmethod
    def of(cls, programmes: Sequence[Programme]) -> Completions:
        """Begin with none."""
        treats = np.array([bool(each.harm) for each in programmes])
        return cls(treats, np.array([each.other_parent for each in programmes]))

    def noting(self, chunks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Pass records on, and keep those of completed programmes."""
        for events in chunks:
            done = events[events["event"] == Event.COMPLETED]
            self.chunks.append(done[self.treats[done["place"]]])
            yield events

    def by_month(self, edges: Floats, columns: int) -> Floats:
        """Return the parents (rows, columns) who complete a programme and had completed none in the year before."""
        counted = np.zeros((len(edges), columns))
        if self.chunks:
            done = np.concatenate(self.chunks)
            first = done[first_in_a_year(self._parents(done), done["time"])]
            row = np.searchsorted(edges, first["time"], side="left")
            np.add.at(counted, (row, first["team"].astype(np.int64) % columns), 1.0)
        counted[0] = 0.0
        return counted

    def _parents(self, done: np.ndarray) -> np.ndarray:
        """Return whose each completion is."""
        return np.asarray(done["family"] * PARENTS + self.other[done["place"]])


def first_in_a_year(parents: np.ndarray, times: Floats) -> Flags:
    """Return which completions have no earlier one of the same parent within a year."""
    order = np.lexsort((times, parents))
    same, gap = np.diff(parents[order], prepend=-1) == 0, np.diff(times[order], prepend=-np.inf)
    first = np.empty(len(order), dtype=bool)
    first[order] = ~same | (gap > DAYS_PER_YEAR)
    return first
