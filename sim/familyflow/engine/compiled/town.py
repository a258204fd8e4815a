"""The town: what happens next, families who come, and the schedule carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.engine import rules
from familyflow.engine.changes import COUNCIL, Act
from familyflow.engine.compiled.cases import (
    alert,
    alert_stay,
    allocated,
    grant,
    hand_over,
    hand_over_stay,
    worker,
    worker_of_stay,
)
from familyflow.engine.compiled.journeys import (
    attend,
    change_workers,
    go_on,
    grant_place,
    leave_line,
    relapse,
    take_up,
)
from familyflow.engine.compiled.lives import allocate, begin_family, change_team, go_on_stay, proceed
from familyflow.engine.compiled.lives import go_on as go_on_family
from familyflow.engine.compiled.queue import at, drop_first, is_present
from familyflow.engine.compiled.shapes import (
    ADMIT,
    BEGINS,
    FAMILY_BEGINS,
    FREED,
    GRANTED,
    JOURNEY_BEGINS,
    JOURNEY_GRANTED,
    JOURNEY_NEWS,
    JOURNEY_TIMER,
    NEWS,
    NOBODY,
    POOL_FREED,
    RELAPSED,
    RETURNED,
    ROLL_OUT,
    STAY_BEGINS,
    STAY_NEWS,
    STAY_TIMER,
    TIMER,
    Rows,
)
from familyflow.engine.compiled.stays import change_team_in_care, draw_stay, wait_in_care
from familyflow.engine.records import NEW, Event
from familyflow.ground.compiled import compiled, row

if TYPE_CHECKING:
    from familyflow.engine.compiled.shapes import Arrays, Record

ENTER = int(Event.ENTER)
ROUTE, STAFF, TRANSFER, WORK, SUPERVISE = (
    int(a) for a in (Act.ROUTE, Act.STAFF, Act.TRANSFER, Act.WORK, Act.SUPERVISE)
)
GO_LIVE, PRACTISE, PRESS, LEAVE = (int(a) for a in (Act.GO_LIVE, Act.PRACTISE, Act.PRESS, Act.LEAVE))
OVER, FULL = 0, 1
"""Why a stretch has ended: the horizon, or an array that is nearly full."""
ROOM = 256
"""Rows that any one thing that happens may add to an array, apart from what a whole team is told."""
ROOM_A_CASE = 24
"""Rows that one case may add when its whole team is told something."""


@compiled
def stretch(a: Arrays) -> int:
    """Let things happen in order until the horizon, or until an array is nearly full."""
    w = Rows(
        a.fixed[0],
        a.counts[0],
        a.stages[0],
        a.programmes[0],
        a.delivery[0],
        a.areas[0],
        a.changes[0],
        a.moved[0],
        a.factors[0],
        a.order[0],
        a.families[0],
        a.stays[0],
        a.journeys[0],
        a.teams[0],
        a.desks[0],
        a.pools[0],
        a.heap[0],
        a.present[0],
        a.news[0],
        a.log[0],
    )
    counts = w.counts
    if not counts.begun:
        counts.begun = 1
        roll_out(w)
        admit(w)
    while has_room(w, ROOM):
        if counts.first < counts.last:
            item = row(w.news, counts.first & (counts.news_room - 1))
            counts.first += 1
            be_told(w, item.kind, item.subject, item.token)
        elif is_present(w):
            thing = row(w.present, counts.present_first & (counts.present_room - 1))
            counts.present_first += 1
            happen(w, thing.kind, thing.subject, thing.token, thing.programme)
        elif counts.heap == 0:
            return OVER
        else:
            thing = row(w.heap, 0)
            kind, subject, token, programme = thing.kind, thing.subject, thing.token, thing.programme
            if kind == ROLL_OUT and not has_room(w, ROOM + ROOM_A_CASE * counts.cases):
                return FULL
            counts.now = thing.time
            drop_first(w)
            happen(w, kind, subject, token, programme)
    return FULL


@compiled
def has_room(w: Rows, rows: int) -> bool:
    """Say whether every array that grows has room for so many more rows."""
    counts = w.counts
    return bool(
        counts.heap + rows <= counts.heap_room
        and counts.last - counts.first + rows <= counts.news_room
        and counts.present_last - counts.present_first + rows <= counts.present_room
        and counts.log + rows <= counts.log_room
        and counts.stays + rows <= counts.stays_room
        and counts.journeys + rows <= counts.journeys_room
    )


@compiled
def be_told(w: Rows, kind: int, subject: int, token: int) -> None:
    """Carry out what is urgent."""
    if kind == NEWS:
        go_on_family(w, subject, False)
    elif kind == STAY_NEWS:
        if row(w.stays, subject).token == token:
            go_on_stay(w, subject, False)
    elif kind == JOURNEY_NEWS:
        leave_line(w, subject)
    elif kind == FAMILY_BEGINS:
        proceed(w, subject)
    elif kind == STAY_BEGINS:
        draw_stay(w, subject)
        wait_in_care(w, subject)
    elif kind == JOURNEY_BEGINS:
        take_up(w, subject)


@compiled
def happen(  # noqa: C901, PLR0912 - one line for each kind of thing
    w: Rows, kind: int, subject: int, token: int, programme: int
) -> None:
    """Carry out what happens at its time; what has been overtaken does nothing."""
    if kind == TIMER:
        if row(w.families, subject).token == token:
            go_on_family(w, subject, True)
    elif kind == STAY_TIMER:
        if row(w.stays, subject).token == token:
            go_on_stay(w, subject, True)
    elif kind == JOURNEY_TIMER:
        if row(w.journeys, subject).token == token:
            go_on(w, subject)
    elif kind == JOURNEY_GRANTED:
        if row(w.journeys, subject).token == token:
            attend(w, subject)
    elif kind == GRANTED:
        allocate(w, subject, token)
    elif kind == FREED:
        grant(w, subject)
    elif kind == POOL_FREED:
        grant_place(w, subject)
    elif kind == RETURNED:
        row(w.families, subject).phase = BEGINS
        proceed(w, subject)
    elif kind == RELAPSED:
        relapse(w, subject, programme)
    elif kind == ADMIT:
        admit(w)
    elif kind == ROLL_OUT:
        roll_out(w)


@compiled
def admit(w: Rows) -> None:
    """Let the next family in, when its time has come."""
    counts = w.counts
    while counts.admitted < w.fixed.families and counts.log + ROOM <= counts.log_room:
        comer = row(w.order, counts.admitted)
        delay = comer.arrives - counts.now
        if delay > 0 and not counts.waited:
            counts.waited = 1
            at(w, delay, ADMIT, 0, 0)
            return
        counts.waited = 0
        counts.admitted += 1
        if comer.row == NOBODY:
            note_asleep(w, comer)
        else:
            begin_family(w, comer.row)
            at(w, 0.0, ADMIT, 0, 0)
            return
    if counts.admitted < w.fixed.families:
        at(w, 0.0, ADMIT, 0, 0)


@compiled
def note_asleep(w: Rows, comer: Record) -> None:
    """Note a family to whom nothing happens before the horizon."""
    counts = w.counts
    line = row(w.log, counts.log)
    line.time, line.event, line.family, line.child = counts.now, ENTER, comer.number, -1
    line.team, line.place, line.exit, line.amount = NOBODY, comer.stage, NEW, comer.size
    counts.log += 1


@compiled
def roll_out(w: Rows) -> None:
    """Carry out the schedule's dated changes, as far as they are due."""
    counts = w.counts
    while counts.change < w.fixed.changes:
        change = row(w.changes, counts.change)
        delay = change.day - counts.now
        if delay > 0 and not change.waited:
            change.waited = 1
            at(w, delay, ROLL_OUT, 0, 0)
            return
        counts.change += 1
        act(w, change)


@compiled
def act(w: Rows, change: Record) -> None:  # noqa: C901 - one line for each act
    """Carry out one change."""
    if change.act == ROUTE:
        row(w.areas, change.area).teams[change.group] = change.team
    elif change.act == STAFF:
        row(w.teams, change.team).workers = change.amount
        row(w.desks, change.team).capacity = change.places
        while grant(w, change.team):
            pass
    elif change.act == TRANSFER:
        transfer(w, change)
    elif change.act == WORK:
        set_places(w, change)
    elif change.act == SUPERVISE:
        w.counts.supervised = 1
    elif change.act == GO_LIVE:
        go_live(w, change.team)
    elif change.act == PRACTISE:
        practise(w, change)
    elif change.act == PRESS:
        press(w)
    elif change.act == LEAVE:
        let_leave(w, change)


@compiled
def set_places(w: Rows, change: Record) -> None:
    """Set the places of a role in a team, or of what all live teams share."""
    owner = 0 if change.team == COUNCIL else change.team + 1
    pool = owner * w.fixed.roles + change.role
    if row(w.pools, pool).capacity < 0 and change.places == 0:
        return
    row(w.pools, pool).capacity = change.places
    while grant_place(w, pool):
        pass


@compiled
def transfer(w: Rows, change: Record) -> None:
    """Pass a team's open cases in some areas to another team, as far as it works their stage."""
    target = row(w.teams, change.to)
    f = row(w.teams, change.team).first
    while f != NOBODY:
        family = row(w.families, f)
        after = family.next
        moves = row(w.moved, change.moved + family.area).on
        if moves and target.groups[row(w.stages, family.stage).group]:
            change_team(w, f, change.to)
        f = after
    c = row(w.teams, change.team).first_stay
    while c != NOBODY:
        after = row(w.stays, c).next
        area = row(w.families, row(w.stays, c).family).area
        if row(w.moved, change.moved + area).on and target.groups[row(w.stages, row(w.stays, c).place).group]:
            change_team_in_care(w, c, change.to)
        c = after


@compiled
def go_live(w: Rows, team: int) -> None:
    """Start the team's own adult workers: everybody open is offered them, those who wait for them elsewhere too."""
    row(w.teams, team).live = 1
    f = row(w.teams, team).first
    while f != NOBODY:
        change_workers(w, f)
        f = row(w.families, f).next


@compiled
def practise(w: Rows, change: Record) -> None:
    """Bring a team's practice to where it stands from today, and tell its cases."""
    team, factors = row(w.teams, change.team), row(w.factors, change.factors)
    team.engaged[:] = factors.engaged
    team.everyone[:] = factors.everyone
    team.times[:] = factors.times
    f = team.first
    while f != NOBODY:
        if change.for_all or row(w.families, f).engaged:
            alert(w, f)
        f = row(w.families, f).next
    c = team.first_stay
    while c != NOBODY:
        if change.for_all or row(w.families, row(w.stays, c).family).engaged:
            alert_stay(w, c)
        c = row(w.stays, c).next


@compiled
def let_leave(w: Rows, change: Record) -> None:
    """Let a worker leave: the cases that the worker has pass to others."""
    f = row(w.teams, change.team).first
    while f != NOBODY:
        if allocated(w, f) and (worker(w, f) - change.first) % 1.0 < change.width:
            hand_over(w, f)
        f = row(w.families, f).next
    c = row(w.teams, change.team).first_stay
    while c != NOBODY:
        if (worker_of_stay(w, c) - change.first) % 1.0 < change.width:
            hand_over_stay(w, c)
        c = row(w.stays, c).next


@compiled
def press(w: Rows) -> None:
    """Set how far overload slows what improves: (target / caseload) to a power."""
    fixed = w.fixed
    for t in range(w.fixed.teams):
        load, f = 0, row(w.teams, t).first
        while f != NOBODY:
            load += row(w.families, f).at_home
            f = row(w.families, f).next
        workers = max(row(w.teams, t).workers, rules.A_MOMENT)
        row(w.teams, t).pressure = rules.pressure(load / workers, fixed.target_caseload, fixed.overload_exponent)
        f = row(w.teams, t).first
        while f != NOBODY:
            alert(w, f)
            f = row(w.families, f).next
