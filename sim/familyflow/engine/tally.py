"""Records added up: how much of each kind of record there was, by month and team; measures are sums of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from familyflow.engine.structure import Flags, Floats, Ints

SHIFT = 8
"""Exits below zero are ways out that no exit declares; there are fewer than so many."""
PLACES, EXITS = 64, 64
"""Most stages, programmes or harms, and more than there are ways out of one."""
MEASURES = 3
"""Number of records, their amounts, and amount x days left to the row's end."""


@dataclass(frozen=True, eq=False)
class Tally:
    """Sums over records of one kind: the same event, place and exit.

    `event`, `place`, `exit` (K,): the kinds that there are. `number`, `amount`, `lasting` (K, rows, columns): how many
    records, their amounts, and amount x days left to the row's end. Rows are months, the first of them day 0; columns
    are teams, the last for none.
    """

    event: Ints
    place: Ints
    exit: Ints
    number: Floats
    amount: Floats
    lasting: Floats
    lengths: Floats

    def flow(self, chosen: Flags) -> Floats:
        """Return the amounts (rows, columns) of the chosen kinds."""
        return np.asarray(self.amount[chosen].sum(axis=0))

    def count(self, chosen: Flags) -> Floats:
        """Return the number of records (rows, columns) of the chosen kinds."""
        return np.asarray(self.number[chosen].sum(axis=0))

    def stock(self, adds: Flags, takes: Flags) -> tuple[Floats, Floats]:
        """Return (stock at each row's end, days in it during the row) of kinds that add to it and take from it."""
        stock = np.cumsum(self.flow(adds) - self.flow(takes), axis=0)
        before = np.vstack([np.zeros(stock.shape[1]), stock[:-1]])
        during = self.lasting[adds].sum(axis=0) - self.lasting[takes].sum(axis=0)
        return stock, during + before * self.lengths[:, None]


def of(chunks: Iterable[np.ndarray], edges: Floats, columns: int) -> Tally:
    """Add up records by kind, month and team, chunk after chunk. `edges`: the days on which rows end, day 0 first."""
    sums: dict[int, Floats] = {}
    for events in chunks:
        kinds, added = _added(events, edges, columns)
        for kind, each in zip(kinds.tolist(), added, strict=True):
            sums[kind] = sums[kind] + each if kind in sums else each
    kind = np.array(sorted(sums), dtype=np.int64)
    total = np.array([sums[k] for k in kind.tolist()]).reshape(len(kind), MEASURES, len(edges), columns)
    return Tally(
        event=kind // (PLACES * EXITS),
        place=kind // EXITS % PLACES,
        exit=kind % EXITS - SHIFT,
        number=total[:, 0],
        amount=total[:, 1],
        lasting=total[:, 2],
        lengths=np.diff(edges, prepend=0.0),
    )


def _added(events: np.ndarray, edges: Floats, columns: int) -> tuple[Ints, Floats]:
    """Return the kinds of some records, and their sums (kinds, MEASURES, rows, columns)."""
    kind = _kind(events)
    used = np.flatnonzero(np.bincount(kind, minlength=1))
    number = np.zeros(int(kind.max(initial=0)) + 1, dtype=np.int64)
    number[used] = np.arange(len(used))
    row = np.searchsorted(edges, events["time"], side="left")
    cell = (number[kind] * len(edges) + row) * columns + events["team"].astype(np.int64) % columns
    lasting = events["amount"] * (edges[row] - events["time"])
    shape = (len(used), len(edges), columns)
    sums = [np.bincount(cell, w, minlength=int(np.prod(shape))) for w in (None, events["amount"], lasting)]
    return used, np.stack([each.reshape(shape).astype(np.float64) for each in sums], axis=1)


def _kind(events: np.ndarray) -> Ints:
    place, leads = events["place"].astype(np.int64), events["exit"].astype(np.int64)
    return np.asarray((events["event"].astype(np.int64) * PLACES + np.maximum(place, 0)) * EXITS + leads + SHIFT)
