"""What the compiled engine works on: records in flat arrays, one array for each kind of thing.

Family, stay and journey are the same three cases as in the reference engine, with the same names; a generator's
place in its own code is here a phase.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import numpy as np

from familyflow.engine.drift import STRETCHES
from familyflow.pathway.people import SIZES

if TYPE_CHECKING:
    from familyflow.engine.structure import Structure

Record: TypeAlias = Any
"""One record of an array, whose fields only Numba knows."""

NOBODY: Final = -1
"""In place of an index: no team, no request, no next."""
AWAY: Final = -1
GONE: Final = -2
"""Stages of a family without children at home: some are in care, or none is left."""

BEGINS, IS_AWAY, WORKS, PAUSES, STAYS, ENDED, VACANT = 0, 1, 2, 3, 4, 5, 6
"""Phases of a case: about to go on; away; a decision under way, or interrupted; on a plan or placed; over; let go."""
OFFERED, WAITS, QUEUES, ATTENDS = 0, 1, 2, 3
"""Phases of a journey."""

TIMER, GRANTED, FREED, RETURNED = 0, 1, 2, 3
"""Things that happen at their time: a case's timer, a slot granted, a slot given back, a child come home."""
STAY_TIMER, JOURNEY_TIMER, JOURNEY_GRANTED, POOL_FREED, RELAPSED, ROLL_OUT, ADMIT = 4, 5, 6, 7, 8, 9, 10
NEWS, STAY_NEWS, JOURNEY_NEWS, FAMILY_BEGINS, STAY_BEGINS, JOURNEY_BEGINS = 20, 21, 22, 23, 24, 25
"""Things that come before all else at their moment, in the order in which they were caused."""

PRIORITIES: Final = 10
"""Priorities of waiting, 0 first."""
CHILDREN: Final = SIZES[-1]
DELIVERIES: Final = 3
"""Ways in which a programme is delivered: outside, by the team's own worker, and by one with supervision."""

THING = np.dtype(
    [
        ("time", "f8"),
        ("order", "i8"),
        ("subject", "i4"),
        ("token", "i4"),
        ("next", "i4"),
        ("kind", "i2"),
        ("programme", "i2"),
    ]
)
"""Something that is to happen; `next`: another of the same window."""
WINDOW = np.dtype([("first", "i4"), ("number", "i4")])
"""The things that are to happen within one of many equal lengths of time."""
NEWS_ITEM = np.dtype([("kind", "i4"), ("subject", "i4"), ("token", "i4")])
COMER = np.dtype([("number", "i4"), ("asleep", "i1")], align=True)
"""One family in the order in which they come, and whether nothing happens to it."""
JOURNEY = np.dtype(
    [
        ("family", "i4"),
        ("programme", "i4"),
        ("visit", "i8"),
        ("past", "f8"),
        ("attended", "f8"),
        ("asked", "f8"),
        ("part", "f8"),
        ("token", "i4"),
        ("next", "i4"),
        ("previous", "i4"),
        ("queue_next", "i4"),
        ("queue_previous", "i4"),
        ("pool", "i4"),
        ("priority", "i4"),
        ("owner", "i4"),
        ("delivery", "i4"),
        ("phase", "i1"),
        ("waits", "i1"),
        ("gave_up", "i1"),
        ("moves", "i1"),
        ("completes", "i1"),
        ("holds", "i1"),
    ],
    align=True,
)
SLOTS = np.dtype([("capacity", "i4"), ("taken", "i4"), ("head", "i4", (PRIORITIES,)), ("tail", "i4", (PRIORITIES,))])
"""A team's desk or a pool of adult workers: places, how many are taken, and a line of those who wait by priority."""
DELIVERY = np.dtype(
    [
        ("engages", "f8"),
        ("missed", "f8"),
        ("completes", "f8"),
        ("wait_days", "f8"),
        ("length_days", "f8"),
        ("success", "f8"),
        ("relapse_rate", "f8"),
        ("sessions", "i8"),
    ]
)
SHELF = np.dtype([("first", "i4"), ("last", "i4"), ("cursor", "i4")])
"""The cases that some of a team's workers have, in the order in which they joined; a leaver's are on a few shelves."""
COUNTS = np.dtype(
    [
        ("now", "f8"),
        ("order", "i8"),
        ("heap", "i8"),
        ("first", "i8"),
        ("last", "i8"),
        ("present_first", "i8"),
        ("present_last", "i8"),
        ("log", "i8"),
        ("stays", "i8"),
        ("families", "i8"),
        ("free_family", "i8"),
        ("free_stay", "i8"),
        ("journeys", "i8"),
        ("free_journey", "i8"),
        ("change", "i8"),
        ("admitted", "i8"),
        ("waited", "i8"),
        ("supervised", "i8"),
        ("begun", "i8"),
        ("window", "i8"),
        ("later", "i8"),
        ("free_later", "i8"),
        ("heap_room", "i8"),
        ("later_room", "i8"),
        ("news_room", "i8"),
        ("present_room", "i8"),
        ("log_room", "i8"),
        ("stays_room", "i8"),
        ("journeys_room", "i8"),
        ("joins", "i8"),
        ("acting", "i8"),
        ("cursor", "i8"),
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
    stages, exits = structure.to.shape
    return np.dtype(
        [
            ("spell", "f8"),
            ("referred", "f8"),
            ("stalled", "f8"),
            ("settled", "f8"),
            ("began", "f8"),
            ("entered", "f8"),
            ("wait", "f8"),
            ("turning", "f8"),
            ("left", "f8"),
            ("residual", "f8"),
            ("budgets", "f8", (exits,)),
            ("ratios", "f8", (exits,)),
            ("visit", "i8"),
            ("joined", "i8"),
            ("joins", "i8"),
            ("worker", "f8"),
            ("number", "i8"),
            ("area", "i4"),
            ("combo", "i4"),
            ("stage", "i4"),
            ("team", "i4"),
            ("next", "i4"),
            ("previous", "i4"),
            ("shelf_next", "i4"),
            ("shelf_previous", "i4"),
            ("desk", "i4"),
            ("priority", "i4"),
            ("queue_next", "i4"),
            ("queue_previous", "i4"),
            ("request", "i4"),
            ("token", "i4"),
            ("leads", "i4"),
            ("services", "i4"),
            ("first_stay", "i4"),
            ("last_stay", "i4"),
            ("first_journey", "i4"),
            ("last_journey", "i4"),
            ("visits", "i2", (stages,)),
            ("turns", "i2", (len(structure.pathway.programmes),)),
            ("home", "i1", (CHILDREN,)),
            ("at_home", "i1"),
            ("in_care", "i1"),
            ("relapses", "i1"),
            ("timed", "i1"),
            ("engaged", "i1"),
            ("alone", "i1"),
            ("granted", "i1"),
            ("waiting", "i1"),
            ("listening", "i1"),
            ("known", "i1"),
            ("reopens", "i1"),
            ("returned", "i1"),
            ("fresh", "i1"),
            ("phase", "i1"),
        ],
        align=True,
    )


def stay_type(structure: Structure) -> np.dtype:
    """Return the record of one child's time in care."""
    exits = structure.to.shape[1]
    return np.dtype(
        [
            ("spell", "f8"),
            ("stalled", "f8"),
            ("settled", "f8"),
            ("began", "f8"),
            ("wait", "f8"),
            ("turning", "f8"),
            ("budgets", "f8", (exits,)),
            ("ratios", "f8", (exits,)),
            ("visit", "i8"),
            ("joins", "i8"),
            ("worker", "f8"),
            ("family", "i4"),
            ("team", "i4"),
            ("place", "i4"),
            ("leads", "i4"),
            ("token", "i4"),
            ("next", "i4"),
            ("previous", "i4"),
            ("shelf_next", "i4"),
            ("shelf_previous", "i4"),
            ("sibling", "i4"),
            ("elder", "i4"),
            ("child", "i1"),
            ("listening", "i1"),
            ("phase", "i1"),
        ],
        align=True,
    )


def stage_type(structure: Structure) -> np.dtype:
    """Return the record of one stage: what is declared of it, and the draw's rates."""
    exits, combos = structure.to.shape[1], len(structure.combos)
    bands, programmes = 5, len(structure.pathway.programmes)
    return np.dtype(
        [
            ("ratio", "f8", (combos, exits)),
            ("unserved", "f8", (combos, exits)),
            ("base", "f8", (exits, bands)),
            ("weights", "f8", (exits,)),
            ("drift", "f8", (exits, STRETCHES)),
            ("service", "f8", (programmes, exits)),
            ("ages", "f8", (exits, 2)),
            ("scale", "f8"),
            ("shape", "f8"),
            ("limit", "f8"),
            ("to", "i4", (exits,)),
            ("group", "i4"),
            ("priority", "i4"),
            ("adult_priority", "i4"),
            ("exits", "i4"),
            ("improves", "i1", (exits,)),
            ("voluntary", "i1", (exits,)),
            ("serves", "i1", (programmes,)),
            ("decision", "i1"),
            ("statutory", "i1"),
            ("offers", "i1"),
            ("offers_live", "i1"),
            ("in_care", "i1"),
            ("referral", "i1"),
            ("tells_harms", "i1"),
            ("categorised", "i1"),
        ],
        align=True,
    )


def team_type(structure: Structure) -> np.dtype:
    """Return the record of one team: its cases, its staff, and what its practice multiplies today."""
    stages, exits = structure.to.shape
    return np.dtype(
        [
            ("engaged", "f8", (stages, exits)),
            ("everyone", "f8", (stages, exits)),
            ("times", "f8", (stages,)),
            ("pressure", "f8"),
            ("workers", "f8"),
            ("first", "i4"),
            ("last", "i4"),
            ("first_stay", "i4"),
            ("last_stay", "i4"),
            ("shelf", "i4"),
            ("shelves", "i4"),
            ("live", "i1"),
            ("groups", "i1", (len(structure.pathway.groups),)),
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


class Rows(NamedTuple):
    """The first record of each of those arrays; the others are reached by their number (`ground.compiled.row`)."""

    fixed: Record
    counts: Record
    stages: Record
    programmes: Record
    delivery: Record
    areas: Record
    changes: Record
    moved: Record
    factors: Record
    order: Record
    people: Record
    times: Record
    families: Record
    stays: Record
    journeys: Record
    teams: Record
    shelves: Record
    desks: Record
    pools: Record
    heap: Record
    later: Record
    windows: Record
    present: Record
    news: Record
    log: Record
