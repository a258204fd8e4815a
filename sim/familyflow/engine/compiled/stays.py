"""A child's time in care, on its own clock, from placement to placement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.engine import rules
from familyflow.engine.compiled.cases import (
    age_of,
    alert_stay,
    born,
    count_up,
    hand_over_stay,
    join_stay,
    listen_stay,
    ratios,
    team_for,
)
from familyflow.engine.compiled.memory import row
from familyflow.engine.compiled.queue import record, urge
from familyflow.engine.compiled.shapes import NOBODY, STAY_BEGINS
from familyflow.engine.records import GREW_UP, MOVED, NEW, PASSED, TRANSFERRED, Event
from familyflow.engine.structure import TO_HOME
from familyflow.ground.compiled import compiled
from familyflow.pathway.people import ADULT, YEAR

if TYPE_CHECKING:
    from familyflow.engine.compiled.shapes import Rows

ENTER, LEAVE = int(Event.ENTER), int(Event.LEAVE)
STILL, HOME, LEFT = 0, 1, 2
"""What becomes of a child in care: still there, home again, or gone elsewhere."""


@compiled
def begin_stay(w: Rows, f: int, child: int, place: int, elapsed: float) -> None:
    """Bring a child into care."""
    family, counts = row(w.families, f), w.counts
    c = counts.free_stay
    if c == NOBODY:
        c = counts.stays
        counts.stays += 1
    else:
        counts.free_stay = row(w.stays, c).next
    stay = row(w.stays, c)
    stay.family, stay.child, stay.place, stay.team = f, child, place, NOBODY
    stay.spell = counts.now - elapsed
    stay.stalled, stay.listening = -1e300, 0
    stay.sibling, stay.elder = NOBODY, family.last_stay
    if stay.elder == NOBODY:
        family.first_stay = c
    else:
        row(w.stays, stay.elder).sibling = c
    family.last_stay = c
    family.in_care += 1
    enter_placement(w, c, NEW)
    urge(w, STAY_BEGINS, c, stay.token)


@compiled
def enter_placement(w: Rows, c: int, way: int) -> None:
    """Start a placement."""
    stay = row(w.stays, c)
    family = row(w.families, stay.family)
    stay.visit = count_up(family.visits, stay.place)
    if way == NEW:
        join_stay(w, c, team_for(w, family, stay.place))
    note(w, c, ENTER, way)


@compiled
def note(w: Rows, c: int, event: int, leads: int) -> None:
    """Write a line of the log about a child in care."""
    stay = row(w.stays, c)
    record(w, event, stay.family, stay.team, stay.place, stay.child, leads, 1.0)


@compiled
def draw_stay(w: Rows, c: int) -> None:
    """Draw a budget for each exit of a placement."""
    stay, fixed = row(w.stays, c), w.fixed
    number, budgets = row(w.families, stay.family).number, stay.budgets[: row(w.stages, stay.place).exits]
    rules.draw_budgets(fixed.seed, fixed.replication, number, stay.visit, stay.child + 1, budgets)


@compiled
def wait_in_care(w: Rows, c: int) -> None:
    """Time the exits from here, and wait for the first, or for what changes them."""
    stay, fixed, now = row(w.stays, c), w.fixed, w.counts.now
    family, declared = row(w.families, stay.family), row(w.stages, stay.place)
    multiplied, budgets = stay.ratios[: declared.exits], stay.budgets[: declared.exits]
    settled = stay.stalled + fixed.settling
    progress = rules.pace(now, stay.stalled, settled, fixed.change_ratio)
    ratios(w, family, stay.team, stay.place, progress, multiplied)
    age = age_of(w, stay.family, stay.child)
    rules.of_age(declared.ages, age, multiplied)
    stay.began = now
    clock = (fixed.starts, fixed.turns)
    stay.wait, stay.leads = rules.soonest(
        declared.base, declared.drift, clock, multiplied, budgets, (now - stay.spell, now)
    )
    birthday = born(w, stay.family, stay.child) + rules.next_age(declared.ages, age) * YEAR
    stay.turning = min(birthday, rules.next_pace(now, stay.stalled, settled))
    listen_stay(w, c, min(stay.wait, stay.turning - now))


@compiled
def go_on_in_care(w: Rows, c: int, done: bool) -> int:
    """Go on when a time has passed or news has come; say what has become of the child."""
    stay, now = row(w.stays, c), w.counts.now
    stay.listening = 0
    declared, clock = row(w.stages, stay.place), (w.fixed.starts, w.fixed.turns)
    multiplied, budgets = stay.ratios[: declared.exits], stay.budgets[: declared.exits]
    since = (stay.began - stay.spell, stay.began)
    rules.spend(declared.base, declared.drift, clock, multiplied, budgets, since, now - stay.began)
    if done and stay.wait <= stay.turning - stay.began:
        to = declared.to[stay.leads]
        if to < 0:
            leave_care(w, c, stay.leads)
            return HOME if to == TO_HOME and not row(w.families, stay.family).alone else LEFT
        note(w, c, LEAVE, stay.leads)
        stay.place = to
        enter_placement(w, c, MOVED)
        draw_stay(w, c)
    elif age_of(w, stay.family, stay.child) >= ADULT - rules.A_MOMENT:
        leave_care(w, c, GREW_UP)
        return LEFT
    wait_in_care(w, c)
    return STILL


@compiled
def leave_care(w: Rows, c: int, leads: int) -> None:
    """Leave care."""
    stay, counts = row(w.stays, c), w.counts
    family = row(w.families, stay.family)
    note(w, c, LEAVE, leads)
    join_stay(w, c, NOBODY)
    if stay.elder == NOBODY:
        family.first_stay = stay.sibling
    else:
        row(w.stays, stay.elder).sibling = stay.sibling
    if stay.sibling == NOBODY:
        family.last_stay = stay.elder
    else:
        row(w.stays, stay.sibling).elder = stay.elder
    family.in_care -= 1
    stay.token += 1
    stay.next = counts.free_stay
    counts.free_stay = c


@compiled
def change_team_in_care(w: Rows, c: int, team: int, along: bool) -> None:
    """Pass a child in care to another team, in the same placement, its worker along or not."""
    note(w, c, LEAVE, TRANSFERRED)
    join_stay(w, c, team)
    note(w, c, ENTER, PASSED)
    if along:
        alert_stay(w, c)
    else:
        hand_over_stay(w, c)
