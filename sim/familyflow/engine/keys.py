"""What each keyed draw decides: the purpose in (seed, replication, family, visit, purpose, index).

Numbers are part of the results: adding one at the end moves nothing, changing one moves every result.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from familyflow.ground.problem import Problem

ARRIVALS = 2**40
"""The entity that owns the streams of arrivals; families are numbered from 0 and stay far below."""
SCENARIO = 2**41
"""The entity that owns the draw's choices about the start."""
LEAVERS = 2**42
"""The entity of the first team's leavers; the teams that follow have the numbers that follow."""
VISIT_BITS: Final = 24
"""Bits of a visit's key that count; those above them say where."""
MOST_VISITS: Final = (1 << 15) - 1
"""How often one family can come to one stage, or take its turn in one programme: records count in 16 bits."""
TOO_OFTEN: Final = f"a family comes to a stage, or is offered a programme, more than {MOST_VISITS:,} times in a run"


class Purpose(IntEnum):
    """One row per decision that needs chance."""

    GAP = 1
    AREA = 2
    SIZE = 3
    AGE = 4
    HARMS = 5
    BUDGET = 7
    LENGTH = 8
    OUTCOME = 9
    TOGETHER = 10
    WHO_ENTERS = 11
    PLACEMENT = 12
    START_PLACE = 13
    START_ELAPSED = 14
    START_COUNT = 15
    START_RESIDUAL = 16
    OFFER_ACCEPTED = 17
    OFFER_WAIT = 18
    COMPLETES = 19
    MISSED = 20
    HARM_ENDS = 21
    DROPS_OUT = 22
    RELAPSE = 23
    TO_COURT = 24
    LEAVES = 25
    WHOSE_CASES = 26
    WORKER = 27
    CATEGORY = 28
    CAUSAL = 29
    PARTS = 30


def visit_key(place: int, count: int) -> int:
    """Return the visit part of a key: the count-th visit to a stage (or turn in a programme)."""
    return (place << VISIT_BITS) | count


def count_up(counts: dict[int, int], place: int) -> int:
    """Count one more visit to a stage, or turn in a programme; return its key. Errors: Problem after MOST_VISITS."""
    counts[place] = counts.get(place, -1) + 1
    if counts[place] >= MOST_VISITS:
        raise Problem(TOO_OFTEN)
    return visit_key(place, counts[place])
