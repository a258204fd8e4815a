"""A parent's way through a programme, or a family's through a service."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from familyflow.engine import rules
from familyflow.engine.compiled.cases import alert, chance
from familyflow.engine.compiled.queue import at, record, serve, stand, step_out, urge
from familyflow.engine.compiled.shapes import (
    ATTENDS,
    DELIVERIES,
    JOURNEY_BEGINS,
    JOURNEY_GRANTED,
    JOURNEY_NEWS,
    JOURNEY_TIMER,
    NOBODY,
    OFFERED,
    POOL_FREED,
    QUEUES,
    RELAPSED,
    WAITS,
)
from familyflow.engine.keys import Purpose
from familyflow.engine.records import Event
from familyflow.ground.compiled import compiled, row

if TYPE_CHECKING:
    from familyflow.engine.compiled.shapes import Rows

OFFERED_EVENT, DECLINED, QUEUED, STARTED = (
    int(e) for e in (Event.OFFERED, Event.DECLINED, Event.QUEUED, Event.STARTED)
)
COMPLETED, DROPPED, GAVE_UP = (int(e) for e in (Event.COMPLETED, Event.DROPPED, Event.GAVE_UP))
APPOINTMENTS, MISSED_EVENT = int(Event.APPOINTMENTS), int(Event.MISSED)
HARM_ENDS, HARM_RETURNS = int(Event.HARM_ENDS), int(Event.HARM_RETURNS)
OFFER_ACCEPTED, OFFER_WAIT, COMPLETES = (
    int(p) for p in (Purpose.OFFER_ACCEPTED, Purpose.OFFER_WAIT, Purpose.COMPLETES)
)
DROPS_OUT, MISSED, ENDS, RELAPSE = (
    int(p) for p in (Purpose.DROPS_OUT, Purpose.MISSED, Purpose.HARM_ENDS, Purpose.RELAPSE)
)
VISITS = 24
"""Bits of a visit's key that count (`keys.visit_key`)."""


@compiled
def pool_for(w: Rows, team: int, role: int) -> int:
    """Return the pool whose places a team's families can have: its own, else that which live teams share, or nobody."""
    if team == NOBODY or not row(w.teams, team).live:
        return NOBODY
    roles = w.fixed.roles
    own, shared = (team + 1) * roles + role, role
    if row(w.pools, own).capacity >= 0:
        return int(own)
    return int(shared) if row(w.pools, shared).capacity >= 0 else NOBODY


@compiled
def active(w: Rows, f: int, harm: int) -> bool:
    """Say whether a harm is active."""
    return bool(w.fixed.combos[row(w.families, f).combo, harm])


@compiled
def offer_programmes(w: Rows, f: int, past: float, afresh: bool) -> None:
    """Offer what the stage and the team offer and the family is not in; or so many days ago.

    `afresh`: only what the team's own workers give, as on the day on which they start.
    """
    family = row(w.families, f)
    if family.stage < 0 or not row(w.stages, family.stage).offers_some:
        return
    for p in range(w.fixed.programmes):
        own = pool_for(w, family.team, row(w.programmes, p).role) != NOBODY
        free = not family.services >> p & 1 and not is_in(w, f, p)
        if free and (own or not afresh) and offered(w, f, p, own):
            begin(w, f, p, past)


@compiled
def change_workers(w: Rows, f: int) -> None:
    """Be offered what the team's own workers give, and wait for nobody else's in their place."""
    family = row(w.families, f)
    j = family.first_journey
    while j != NOBODY:
        journey = row(w.journeys, j)
        if journey.pool != pool_for(w, family.team, row(w.programmes, journey.programme).role):
            give_up(w, j, True)
        j = journey.next
    offer_programmes(w, f, 0.0, True)


@compiled
def is_in(w: Rows, f: int, programme: int) -> bool:
    """Say whether a family is in a programme, or has been offered it and waits."""
    j = row(w.families, f).first_journey
    while j != NOBODY:
        if row(w.journeys, j).programme == programme:
            return True
        j = row(w.journeys, j).next
    return False


@compiled
def offered(w: Rows, f: int, p: int, own: bool) -> bool:
    """Say whether a programme is offered: outside on plans only, by own workers at the stages that are named too."""
    family, programme = row(w.families, f), row(w.programmes, p)
    stage = row(w.stages, family.stage)
    if not (own or programme.outside):
        return False
    if programme.harm == NOBODY:
        return bool(stage.serves[p])
    return bool(stage.offers or (own and stage.offers_live)) and active(w, f, programme.harm)


@compiled
def begin(w: Rows, f: int, p: int, past: float) -> None:
    """Offer a programme."""
    family, counts = row(w.families, f), w.counts
    j = counts.free_journey
    if j == NOBODY:
        j = counts.journeys
        counts.journeys += 1
    else:
        counts.free_journey = row(w.journeys, j).next
    journey = row(w.journeys, j)
    family.turns[p] += 1
    journey.family, journey.programme, journey.visit = f, p, (p << VISITS) | (family.turns[p] - 1)
    journey.pool = pool_for(w, family.team, row(w.programmes, p).role)
    journey.owner = NOBODY if journey.pool == NOBODY else family.team
    journey.delivery = 0 if journey.owner == NOBODY else (2 if counts.supervised else 1)
    journey.past, journey.attended, journey.phase = past, 0.0, OFFERED
    journey.waits, journey.gave_up, journey.moves, journey.holds = 0, 0, 0, 0
    journey.next, journey.previous = NOBODY, family.last_journey
    if journey.previous == NOBODY:
        family.first_journey = j
    else:
        row(w.journeys, journey.previous).next = j
    family.last_journey = j
    note(w, j, OFFERED_EVENT, 1.0)
    journey.token += 1
    urge(w, JOURNEY_BEGINS, j, journey.token)


@compiled
def end(w: Rows, j: int) -> None:
    """Be free to be offered the programme again."""
    journey = row(w.journeys, j)
    family, counts = row(w.families, journey.family), w.counts
    if journey.previous == NOBODY:
        family.first_journey = journey.next
    else:
        row(w.journeys, journey.previous).next = journey.next
    if journey.next == NOBODY:
        family.last_journey = journey.previous
    else:
        row(w.journeys, journey.next).previous = journey.previous
    journey.token += 1
    journey.next = counts.free_journey
    counts.free_journey = j


@compiled
def note(w: Rows, j: int, event: int, amount: float) -> None:
    """Write a line of the log about a programme."""
    journey = row(w.journeys, j)
    own = journey.owner != NOBODY
    team = journey.owner if own else row(w.families, journey.family).team
    record(w, event, journey.family, team, journey.programme, -1, 1 if own else 0, amount)


@compiled
def draw(w: Rows, j: int, purpose: int) -> float:
    """Return the draw that decides one thing about this turn in the programme."""
    return chance(w, row(w.journeys, j).family, row(w.journeys, j).visit, purpose)


@compiled
def take_up(w: Rows, j: int) -> None:
    """Take up the offer or not; and wait for a first appointment."""
    journey = row(w.journeys, j)
    how = row(w.delivery, journey.programme * DELIVERIES + journey.delivery)
    if draw(w, j, OFFER_ACCEPTED) >= how.engages:
        note(w, j, DECLINED, 1.0)
        end(w, j)
        return
    note(w, j, QUEUED, 1.0)
    journey.asked = w.counts.now - journey.past
    journey.waits, journey.phase = 1, WAITS
    days = -how.wait_days * log(draw(w, j, OFFER_WAIT))
    journey.attended = max(0.0, journey.past - days)
    journey.token += 1
    at(w, max(0.0, days - journey.past), JOURNEY_TIMER, j, journey.token)


@compiled
def go_on(w: Rows, j: int) -> None:
    """Go on when a time has passed: to the line for a place, or to the end of the programme."""
    journey = row(w.journeys, j)
    if journey.phase == ATTENDS:
        finish(w, j)
    elif journey.pool == NOBODY:
        attend(w, j)
    else:
        journey.phase = QUEUES
        journey.priority = row(w.stages, max(row(w.families, journey.family).stage, 0)).adult_priority
        stand(row(w.pools, journey.pool), w.journeys, j, journey.priority)
        grant_place(w, journey.pool)


@compiled
def grant_place(w: Rows, pool: int) -> bool:
    """Give a free place to the first in a pool's line."""
    first = serve(row(w.pools, pool), w.journeys)
    if first == NOBODY:
        return False
    row(w.journeys, first).holds = 1
    at(w, 0.0, JOURNEY_GRANTED, first, row(w.journeys, first).token)
    return True


@compiled
def free_place(w: Rows, j: int) -> None:
    """Give a place back."""
    journey = row(w.journeys, j)
    journey.holds = 0
    row(w.pools, journey.pool).taken -= 1
    at(w, 0.0, POOL_FREED, journey.pool, 0)


@compiled
def attend(w: Rows, j: int) -> None:
    """Take part, to the end or not."""
    journey = row(w.journeys, j)
    journey.waits = 0
    how = row(w.delivery, journey.programme * DELIVERIES + journey.delivery)
    journey.completes = 1 if draw(w, j, COMPLETES) < how.completes else 0
    journey.part = 1.0 if journey.completes else draw(w, j, DROPS_OUT)
    left = how.length_days * journey.part - journey.attended
    note(w, j, STARTED, w.counts.now - journey.asked - journey.attended)
    if row(w.programmes, journey.programme).harm == NOBODY:
        begin_service(w, journey.family, journey.programme)
    if left <= 0:
        note(w, j, DROPPED, 1.0)
        end(w, j)
        return
    journey.phase = ATTENDS
    journey.token += 1
    at(w, left, JOURNEY_TIMER, j, journey.token)


@compiled
def begin_service(w: Rows, f: int, programme: int) -> None:
    """Note that a family has begun a service, which works until the case closes."""
    family = row(w.families, f)
    if family.team != NOBODY:
        family.services |= 1 << programme
        alert(w, f)


@compiled
def finish(w: Rows, j: int) -> None:
    """End a programme, completed or not, and see whether the harm ends."""
    journey = row(w.journeys, j)
    f, p, visit, completes = journey.family, journey.programme, journey.visit, journey.completes
    how = row(w.delivery, p * DELIVERIES + journey.delivery)
    if journey.holds:
        free_place(w, j)
    due = round(how.sessions * journey.part)
    note(w, j, APPOINTMENTS, due)
    note(w, j, MISSED_EVENT, rules.binomial(due, how.missed, draw(w, j, MISSED)))
    note(w, j, COMPLETED if completes else DROPPED, 1.0)
    ends = draw(w, j, ENDS) < how.success
    end(w, j)
    harm = row(w.programmes, p).harm
    if completes and harm != NOBODY and ends and active(w, f, harm):
        set_harm(w, f, harm, False, HARM_ENDS)
        if how.relapse_rate > 0:
            row(w.families, f).relapses += at(
                w, -log(chance(w, f, visit, RELAPSE)) / how.relapse_rate, RELAPSED, f, 0, p
            )


@compiled
def relapse(w: Rows, f: int, programme: int) -> None:
    """Let a harm return, to be offered a programme again if the family has a plan."""
    row(w.families, f).relapses -= 1
    set_harm(w, f, row(w.programmes, programme).harm, True, HARM_RETURNS)
    offer_programmes(w, f, 0.0, False)


@compiled
def set_harm(w: Rows, f: int, harm: int, on: bool, event: int) -> None:
    """Switch a harm on or off and tell everybody whose hazards hang on it."""
    family = row(w.families, f)
    if active(w, f, harm) == on:
        return
    family.combo = w.fixed.having[family.combo, harm] if on else w.fixed.without[family.combo, harm]
    record(w, event, f, family.team, harm, -1, 0, 1.0)
    alert(w, f)


@compiled
def give_up(w: Rows, j: int, moves: bool) -> None:
    """Give up waiting; on moving, to be offered the team's own worker instead."""
    journey = row(w.journeys, j)
    if journey.waits:
        journey.waits, journey.gave_up, journey.moves = 0, 1, 1 if moves else 0
        journey.token += 1
        urge(w, JOURNEY_NEWS, j, journey.token)


@compiled
def give_up_all(w: Rows, f: int) -> None:
    """Let a family give up waiting for adult workers: the case is closed."""
    j = row(w.families, f).first_journey
    while j != NOBODY:
        give_up(w, j, False)
        j = row(w.journeys, j).next


@compiled
def leave_line(w: Rows, j: int) -> None:
    """Carry out that a parent has given up waiting."""
    journey = row(w.journeys, j)
    if journey.phase == QUEUES:
        if journey.holds:
            free_place(w, j)
        else:
            step_out(row(w.pools, journey.pool), w.journeys, j, journey.priority)
    f, moves = journey.family, journey.moves
    note(w, j, GAVE_UP, 1.0)
    end(w, j)
    if moves:
        offer_programmes(w, f, 0.0, False)
