"""What engines emit: one flat record for each thing that happens; measures are made of these alone."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


class Event(IntEnum):
    """What a record says. `place` is a stage, for programmes a programme, for harms a harm."""

    ENTER = 1
    """`amount` children enter a stage; `exit` is one of NEW, MOVED and PASSED."""
    LEAVE = 2
    """`amount` children leave a stage by `exit`, or by one of the ways below zero."""
    ON_TIME = 3
    """A decision on `amount` children was made within its statutory limit."""
    WAIT = 4
    """`amount` children wait for a social worker."""
    WAIT_ENDS = 5
    """`amount` children no longer wait: allocated, or gone."""
    REREFERRED = 6
    """`amount` children referred within 12 months of their previous referral."""
    COURT = 7
    """`amount` children who came into care by agreement become the subject of proceedings."""
    OFFERED = 10
    DECLINED = 11
    QUEUED = 12
    STARTED = 13
    """A programme starts; `amount` is the days waited since the offer was accepted."""
    COMPLETED = 14
    DROPPED = 15
    GAVE_UP = 16
    APPOINTMENTS = 17
    """`amount` appointments were due in a programme that has ended."""
    MISSED = 18
    HARM_KNOWN = 20
    """An active harm of a family becomes known to the service: past the front door, or at the start."""
    HARM_ENDS = 21
    HARM_RETURNS = 22
    WORKER_CHANGED = 23
    """A case passes to another worker, in the team or in another one; `amount` children."""
    CATEGORY = 24
    """`amount` children start a plan under the category of abuse `place`."""


NEW, MOVED, PASSED = 0, 1, 2
"""Ways into a stage: a new spell, a move within the stage group's spell, or from another team as it stands."""
GREW_UP, STAYED, REOPENED, TRANSFERRED = -1, -2, -3, -4
"""Ways out of a stage that no exit declares: turned 18; a sibling entered care; a child came home; another team."""

RECORD = np.dtype(
    [
        ("time", np.float64),
        ("event", np.int16),
        ("family", np.int64),
        ("child", np.int16),
        ("team", np.int16),
        ("place", np.int16),
        ("exit", np.int16),
        ("amount", np.float64),
    ]
)
"""`child` is 0-5, or -1 for the whole family; `team` -1 for none; for programmes `exit` is 1 in the team, 0 outside."""


def pack(rows: Sequence[tuple[float, int, int, int, int, int, int, float]]) -> np.ndarray:
    """Return the rows as a structured array, in the order in which they happened."""
    return np.array(rows, dtype=RECORD)
