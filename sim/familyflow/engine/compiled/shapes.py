"""What the compiled engine works on: records in flat arrays, one array for each kind of thing.

Family, stay and journey are the same three cases as in the reference engine, with the same names; a generator's
place in its own code is here a phase.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import numpy as np

from familyflow.engine.drift import STRETCHES
from familyflow.pathway.people import SIZES
from familyflow.pathway.stages import BANDS
from familyflow.scenario.vocabulary import KINDS

if TYPE_CHECKING:
    from familyflow.engine.structure import Structure

Record: TypeAlias = Any
"""One record of an array, whose fields only Numba knows."""
Rows: TypeAlias = Any
"""The first record of each of `Arrays`, by its name; the others are reached by their number (`memory.row`)."""

NOBODY: Final = -1
"""In place of an index: no team, no request, no next."""
AWAY: Final = -1
GONE: Final = -2
"""Stages of a family without children at home: some are in care, or none is left."""

BEGINS, IS_AWAY, WORKS, PAUSES, STAYS, ENDED, VACANT = 0, 1, 2, 3, 4, 5, 6
"""Phases of a case: about to go on; away; a decision under way, or interrupted; on a plan or placed; over; let go."""
OFFERED, QUEUES, APPOINTED, ATTENDS = 0, 1, 2, 3
"""Phases of a journey."""

TIMER, GRANTED, FREED, RETURNED = 0, 1, 2, 3
"""Things that happen at their time: a case's timer, a slot granted, a slot given back, a child come home."""
STAY_TIMER, JOURNEY_TIMER, JOURNEY_GRANTED, POOL_FREED, RELAPSED, ROLL_OUT, ADMIT = 4, 5, 6, 7, 8, 9, 10
NEWS, STAY_NEWS, JOURNEY_NEWS, FAMILY_BEGINS, STAY_BEGINS, JOURNEY_BEGINS = 20, 21, 22, 23, 24, 25
"""Things that come before all else at their moment, in the order in which they were caused."""

PRIORITIES: Final = 10
"""Priorities of waiting, 0 first."""
SERVICES: Final = 32
"""Most programmes and services: a bit for each in a family's record says whether it has begun the service."""
HARMS: Final = 15
"""Most harms: 16 bits number their combinations."""
NUMBERS: Final = 1 << 31
"""Most records of one array: 32 bits number them."""
CHILDREN: Final = SIZES[-1]
DELIVERIES: Final = 3
"""Ways in which a programme is delivered: outside, by the team's own worker, and by one with supervision."""


def _each(kind: str, names: str) -> list[tuple[str, str]]:
    """Return fields of one kind by their names."""
    return [(name, kind) for name in names.split()]


THING = np.dtype(
    [("time", "f8"), ("order", "i8"), *_each("i4", "subject token next"), *_each("i2", "kind programme")],
)
"""Something that is to happen; `next`: another of the same window."""
WINDOW = np.dtype([("first", "i4"), ("number", "i4")])
"""The things that are to happen within one of many equal lengths of time."""
NEWS_ITEM = np.dtype([("kind", "i4"), ("subject", "i4"), ("token", "i4")])
COMER = np.dtype([("number", "i4"), ("asleep", "i1")], align=True)
"""One family in the order in which they come, and whether nothing happens to it."""
JOURNEY = np.dtype(
    [
        *_each("f8", "past attended asked called part"),
        *_each(
            "i4", "family programme visit token next previous queue_next queue_previous pool priority owner delivery"
        ),
        *_each("i1", "phase waits gave_up told completes holds stands"),
    ],
    align=True,
)
SLOTS = np.dtype([("capacity", "i8"), ("taken", "i4"), ("head", "i4", (PRIORITIES,)), ("tail", "i4", (PRIORITIES,))])
"""A team's desk or a pool of adult workers: places, how many are taken, and a line of those who wait by priority."""
DELIVERY = np.dtype(
    [*_each("f8", "engages missed completes wait_days length_days success relapse_rate"), ("sessions", "i8")]
)
SHELF = np.dtype([("first", "i4"), ("last", "i4"), ("cursor", "i4")])
"""The cases that some of a team's workers have, in the order in which they joined; a leaver's are on a few shelves."""
COUNTS = np.dtype(
    [
        ("now", "f8"),
        *_each("i8", "order heap first last present_first present_last log stays families journeys later"),
        *_each("i8", "free_family free_stay free_journey free_later change admitted waited supervised begun window"),
        *_each("i8", "heap_room later_room news_room present_room log_room stays_room journeys_room joins"),
        *_each("i8", "acting cursor"),
    ]
)
"""One record: the clock, the next order of a cause, how full each array is, and how far the schedule has come.

`window`: up to which everything that is to happen is on the heap. `joins`: how often a case has joined a team.
`acting`, `cursor`: what part of a change is under way, and its next case.
"""


def family_type(structure: Structure) -> np.dtype:
    """Return the record of one family of which something may come yet.

    `ratios` and `budgets` are those of the stay under way. `timed`: its timer goes off before the horizon. `relapses`:
    how many of its harms are still to return.
    """
    stages, programmes = len(structure.to), len(structure.pathway.programmes)
    exits = max(len(stage.exits) for stage in structure.pathway.stages if not stage.in_care)
    return np.dtype(
        [
            *_each("f8", "spell referred stalled began entered wait turning left residual worker"),
            *(("budgets", "f8", (exits,)), ("ratios", "f8", (exits,)), ("born", "f8", (CHILDREN,))),
            *_each("i8", "joins"),
            *_each("i4", "number visit joined area combo risk stage team request desk priority token leads services"),
            *_each("i4", "next previous shelf_next shelf_previous queue_next queue_previous"),
            *_each("i4", "first_stay last_stay first_journey last_journey"),
            *(("visits", "i2", (stages,)), ("turns", "i2", (programmes,)), ("home", "i1", (CHILDREN,))),
            *_each("i1", "at_home in_care relapses timed offered alone granted waiting listening known reopens"),
            *_each("i1", "returned fresh phase"),
        ],
        align=True,
    )


def stay_type(structure: Structure) -> np.dtype:
    """Return the record of one child's time in care."""
    exits = structure.to.shape[1]
    return np.dtype(
        [
            *_each("f8", "spell stalled began wait turning worker"),
            *(("budgets", "f8", (exits,)), ("ratios", "f8", (exits,))),
            *_each("i8", "joins"),
            *_each("i4", "family visit team place leads token"),
            *_each("i4", "next previous shelf_next shelf_previous sibling elder"),
            *_each("i1", "child listening phase"),
        ],
        align=True,
    )


def stage_type(structure: Structure) -> np.dtype:
    """Return the record of one stage: what is declared of it, and the draw's rates."""
    exits, combos = structure.to.shape[1], len(structure.combos)
    bands, programmes = len(BANDS), len(structure.pathway.programmes)
    return np.dtype(
        [
            *(("ratio", "f8", (combos, exits)), ("unserved", "f8", (combos, exits)), ("base", "f8", (exits, bands))),
            *(("weights", "f8", (exits,)), ("drift", "f8", (exits, STRETCHES))),
            *(("service", "f8", (programmes, exits)), ("ages", "f8", (exits, 2))),
            *_each("f8", "scale shape waits limit"),
            ("to", "i4", (exits,)),
            *_each("i4", "group priority adult_priority exits"),
            *(("improves", "i1", (exits,)), ("voluntary", "i1", (exits,)), ("serves", "i1", (programmes,))),
            *_each("i1", "decision statutory offers offers_live offers_some in_care referral tells_harms categorised"),
        ],
        align=True,
    )


def team_type(structure: Structure) -> np.dtype:
    """Return the record of one team: its cases, its staff, and what its practice multiplies today."""
    stages, exits = structure.to.shape
    return np.dtype(
        [
            *(("offered", "f8", (stages, exits)), ("everyone", "f8", (stages, exits)), ("times", "f8", (stages,))),
            *_each("f8", "pressure workers"),
            *_each("i4", "first last first_stay last_stay shelf shelves"),
            ("live", "i1"),
            ("groups", "i1", (len(structure.pathway.groups),)),
            ("kinds", "i1", (len(KINDS),)),
        ],
        align=True,
    )


class Arrays(NamedTuple):
    """Everything that the compiled engine reads and writes; what can run full is grown between its stretches.

    `fixed`: plain numbers and tables of the draw. `counts`: the clock and how full each array is. `stages`,
    `programmes`, `delivery`, `changes`, `moved`, `factors`: what the pathway, the draw and the schedule say. `areas`:
    which team has each stage group today. `order`: the families as they come; `people`, `times`: what each is then, and
    how long its children have been in care. `families`, `stays`, `journeys`, `teams`, `shelves`, `desks`, `pools`: who
    is where; the first family is what a record is before anybody has it. `heap`, `later`, `windows`, `present`,
    `news`: what is to happen. `log`: what has, since last emptied.
    """

    fixed: np.ndarray
    counts: np.ndarray
    stages: np.ndarray
    programmes: np.ndarray
    delivery: np.ndarray
    areas: np.ndarray
    changes: np.ndarray
    moved: np.ndarray
    factors: np.ndarray
    order: np.ndarray
    people: np.ndarray
    times: np.ndarray
    families: np.ndarray
    stays: np.ndarray
    journeys: np.ndarray
    teams: np.ndarray
    shelves: np.ndarray
    desks: np.ndarray
    pools: np.ndarray
    heap: np.ndarray
    later: np.ndarray
    windows: np.ndarray
    present: np.ndarray
    news: np.ndarray
    log: np.ndarray
