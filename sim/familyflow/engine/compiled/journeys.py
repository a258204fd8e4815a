"""A parent's way through a programme, or a family's through a service."""

from __future__ import annotations

from math import inf, log
from typing import TYPE_CHECKING

from familyflow.engine import rules
from familyflow.engine.compiled.cases import alert, chance, count_up
from familyflow.engine.compiled.memory import row
from familyflow.engine.compiled.queue import at, record, serve, stand, step_out, urge
from familyflow.engine.compiled.shapes import (
    APPOINTED,
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
)
from familyflow.engine.keys import Purpose
from familyflow.engine.records import Event
from familyflow.ground.compiled import compiled

if TYPE_CHECKING:
    from familyflow.engine.compiled.shapes import Record, Rows

OFFERED_EVENT, DECLINED, QUEUED, STARTED = (
    int(e) for e in (Event.OFFERED, Event.DECLINED, Event.QUEUED, Event.STARTED)
)
COMPLETED, DROPPED, GAVE_UP = (int(e) for e in (Event.COMPLETED, Event.DROPPED, Event.GAVE_UP))
APPOINTMENTS, MISSED_EVENT = int(Event.APPOINTMENTS), int(Event.MISSED)
HARM_ENDS, HARM_RETURNS = int(Event.HARM_ENDS), int(Event.HARM_RETURNS)
OFFER_ACCEPTED, OFFER_WAIT, COMPLETES, CAUSAL = (
    int(p) for p in (Purpose.OFFER_ACCEPTED, Purpose.OFFER_WAIT, Purpose.COMPLETES, Purpose.CAUSAL)
)
DROPS_OUT, MISSED, ENDS, RELAPSE = (
    int(p) for p in (Purpose.DROPS_OUT, Purpose.MISSED, Purpose.HARM_ENDS, Purpose.RELAPSE)
)


@compiled
def pool_for(w: Rows, team: int, role: int) -> int:
    """Return the pool whose places a team's families can have: its own, else that which live teams share, or nobody."""
    if team == NOBODY or not row(w.teams, team).live:
        return NOBODY
    roles = w.fixed.roles
    own, shared = (team + 1) * roles + role, role
    if row(w.pools, own).capacity > 0:
        return int(own)
    return int(shared) if row(w.pools, shared).capacity > 0 else NOBODY


@compiled
def active(w: Rows, f: int, harm: int) -> bool:
    """Return whether a harm is active."""
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
    """Be offered what the team's own workers give; who waits already waits for those workers too."""
    follow_workers(w, f)
    offer_programmes(w, f, 0.0, True)


@compiled
def follow_workers(w: Rows, f: int) -> None:
    """Let parents who wait stand in the line of the team that has the case now, and in no other's."""
    family = row(w.families, f)
    j = family.first_journey
    while j != NOBODY:
        journey = row(w.journeys, j)
        if journey.waits and journey.pool != pool_for(w, family.team, row(w.programmes, journey.programme).role):
            tell(w, j)
        j = journey.next


@compiled
def tell(w: Rows, j: int) -> None:
    """Let a parent hear that something has changed, once."""
    journey = row(w.journeys, j)
    if not journey.told:
        journey.told = 1
        journey.token += 1
        urge(w, JOURNEY_NEWS, j, journey.token)


@compiled
def is_in(w: Rows, f: int, programme: int) -> bool:
    """Return whether a family is in a programme, or has been offered it and waits."""
    j = row(w.families, f).first_journey
    while j != NOBODY:
        if row(w.journeys, j).programme == programme:
            return True
        j = row(w.journeys, j).next
    return False


@compiled
def offered(w: Rows, f: int, p: int, own: bool) -> bool:
    """Return whether a programme is offered: outside on plans only, by own workers at the stages that are named too."""
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
    journey.family, journey.programme, journey.visit = f, p, count_up(family.turns, p)
    find_pool(w, j)
    journey.past, journey.attended, journey.called, journey.phase = past, 0.0, inf, OFFERED
    journey.waits, journey.gave_up, journey.told, journey.holds, journey.stands = 0, 0, 0, 0, 0
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
def find_pool(w: Rows, j: int) -> None:
    """Find the places of the team's own workers, and note whose they are."""
    journey = row(w.journeys, j)
    family = row(w.families, journey.family)
    journey.pool = pool_for(w, family.team, row(w.programmes, journey.programme).role)
    journey.owner = NOBODY if journey.pool == NOBODY else family.team


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
def delivered(w: Rows, j: int, team: bool) -> Record:
    """Return how the programme is delivered today: outside, or by the team's own worker."""
    way = 0
    if team:
        way = 2 if w.counts.supervised else 1
    return row(w.delivery, row(w.journeys, j).programme * DELIVERIES + way)


@compiled
def goes_outside(w: Rows, j: int) -> bool:
    """Return whether the parent takes up an outside service."""
    outside = row(w.programmes, row(w.journeys, j).programme).outside
    return bool(outside and draw(w, j, OFFER_ACCEPTED) < delivered(w, j, False).engages)


@compiled
def sees_the_team(w: Rows, j: int) -> bool:
    """Return whether the parent takes up what the team's own worker offers, and there is one."""
    return bool(row(w.journeys, j).pool != NOBODY and draw(w, j, OFFER_ACCEPTED) < delivered(w, j, True).engages)


@compiled
def patience(w: Rows, j: int) -> float:
    """Return how many times the mean a first appointment is waited for."""
    return -log(draw(w, j, OFFER_WAIT))


@compiled
def take_up(w: Rows, j: int) -> None:
    """Take up the offer or not; and wait for the outside service, and for a place with the team's own worker."""
    journey, now = row(w.journeys, j), w.counts.now
    outside = goes_outside(w, j)
    if not (outside or sees_the_team(w, j)):
        note(w, j, DECLINED, 1.0)
        end(w, j)
        return
    note(w, j, QUEUED, 1.0)
    journey.asked, journey.waits = now - journey.past, 1
    if outside:
        days = delivered(w, j, False).wait_days * patience(w, j)
        journey.attended = max(0.0, journey.past - days)
        journey.called = now + (days - journey.past)
    wait(w, j)


@compiled
def wait(w: Rows, j: int) -> None:
    """Wait until the outside service calls, or until a place with the team's own worker."""
    journey, now = row(w.journeys, j), w.counts.now
    if journey.called <= now:
        go_outside(w, j)
        return
    stands = sees_the_team(w, j)
    if not stands and journey.called == inf:
        note(w, j, GAVE_UP, 1.0)
        end(w, j)
        return
    journey.phase, journey.stands = QUEUES, 1 if stands else 0
    journey.token += 1
    if stands:
        journey.priority = row(w.stages, max(row(w.families, journey.family).stage, 0)).adult_priority
        stand(row(w.pools, journey.pool), w.journeys, j, journey.priority)
        grant_place(w, journey.pool)
    at(w, journey.called - now, JOURNEY_TIMER, j, journey.token)


@compiled
def take_place(w: Rows, j: int) -> None:
    """Take a free place, and wait for a first appointment, no longer than for the outside service."""
    journey = row(w.journeys, j)
    journey.phase = APPOINTED
    journey.token += 1
    first = delivered(w, j, True).wait_days * patience(w, j)
    at(w, min(first, journey.called - w.counts.now), JOURNEY_TIMER, j, journey.token)


@compiled
def go_on(w: Rows, j: int) -> None:
    """Go on when a time has passed: outside, to the team's own worker, or to the end of the programme."""
    journey = row(w.journeys, j)
    if journey.phase == ATTENDS:
        finish(w, j)
    elif journey.phase == APPOINTED:
        journey.attended = 0.0
        attend(w, j)
    else:
        leave_line(w, j)
        go_outside(w, j)


@compiled
def go_outside(w: Rows, j: int) -> None:
    """See the outside service, which has called before the team's own worker had a place."""
    row(w.journeys, j).owner = NOBODY
    attend(w, j)


@compiled
def grant_place(w: Rows, pool: int) -> bool:
    """Return a free place to the first in a pool's line."""
    first = serve(row(w.pools, pool), w.journeys)
    if first == NOBODY:
        return False
    row(w.journeys, first).holds = 1
    at(w, 0.0, JOURNEY_GRANTED, first, row(w.journeys, first).token)
    return True


@compiled
def free_place(w: Rows, j: int) -> None:
    """Return a place back."""
    journey = row(w.journeys, j)
    journey.holds = 0
    row(w.pools, journey.pool).taken -= 1
    at(w, 0.0, POOL_FREED, journey.pool, 0)


@compiled
def attend(w: Rows, j: int) -> None:
    """Take part, to the end or not."""
    journey = row(w.journeys, j)
    journey.waits = 0
    journey.delivery = 0 if journey.owner == NOBODY else (2 if w.counts.supervised else 1)
    how = delivered(w, j, journey.owner != NOBODY)
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
        set_harm(w, f, harm, False, HARM_ENDS, chance(w, f, visit, CAUSAL) < w.fixed.causal_share)
        if how.relapse_rate > 0:
            row(w.families, f).relapses += at(
                w, -log(chance(w, f, visit, RELAPSE)) / how.relapse_rate, RELAPSED, f, 0, p
            )


@compiled
def relapse(w: Rows, f: int, programme: int) -> None:
    """Let a harm return, to be offered a programme again if the family has a plan."""
    row(w.families, f).relapses -= 1
    set_harm(w, f, row(w.programmes, programme).harm, True, HARM_RETURNS, True)
    offer_programmes(w, f, 0.0, False)


@compiled
def set_harm(w: Rows, f: int, harm: int, on: bool, event: int, causal: bool) -> None:
    """Switch a harm on or off; where its risk goes with it, tell everybody whose hazards hang on that."""
    family, fixed = row(w.families, f), w.fixed
    if active(w, f, harm) == on:
        return
    family.combo = fixed.having[family.combo, harm] if on else fixed.without[family.combo, harm]
    record(w, event, f, family.team, harm, -1, 0, 1.0)
    if causal:
        family.risk = fixed.having[family.risk, harm] if on else fixed.without[family.risk, harm]
        alert(w, f)


@compiled
def give_up_all(w: Rows, f: int) -> None:
    """Let a family give up waiting for adult workers: the case is closed."""
    j = row(w.families, f).first_journey
    while j != NOBODY:
        journey = row(w.journeys, j)
        if journey.waits:
            journey.gave_up = 1
            tell(w, j)
        j = journey.next


@compiled
def hear(w: Rows, j: int) -> None:
    """Carry out what a parent who waits has heard: the case is closed, or its team has other workers."""
    journey = row(w.journeys, j)
    journey.told = 0
    leave_line(w, j)
    if journey.gave_up:
        note(w, j, GAVE_UP, 1.0)
        end(w, j)
    else:
        find_pool(w, j)
        wait(w, j)


@compiled
def leave_line(w: Rows, j: int) -> None:
    """Return back the place, or leave the line for it."""
    journey = row(w.journeys, j)
    if journey.holds:
        free_place(w, j)
    elif journey.stands:
        step_out(row(w.pools, journey.pool), w.journeys, j, journey.priority)
    journey.stands = 0
