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
)
from familyflow.engine.compiled.journeys import (
    change_workers,
    follow_workers,
    go_on,
    grant_place,
    hear,
    relapse,
    take_place,
    take_up,
)
from familyflow.engine.compiled.lives import allocate, change_team, come, go_on_stay, let_go, proceed
from familyflow.engine.compiled.lives import go_on as go_on_family
from familyflow.engine.compiled.memory import firsts, row
from familyflow.engine.compiled.queue import at, drop_first, find_window, is_present, open_window
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
)
from familyflow.engine.compiled.stays import change_team_in_care, draw_stay, wait_in_care
from familyflow.engine.records import NEW, Event
from familyflow.ground.compiled import compiled

if TYPE_CHECKING:
    from familyflow.engine.compiled.shapes import Arrays, Record, Rows

ENTER = int(Event.ENTER)
ROUTE, STAFF, TRANSFER, WORK, SUPERVISE = (
    int(a) for a in (Act.ROUTE, Act.STAFF, Act.TRANSFER, Act.WORK, Act.SUPERVISE)
)
GO_LIVE, PRACTISE, PRESS, LEAVE, FOLLOW = (
    int(a) for a in (Act.GO_LIVE, Act.PRACTISE, Act.PRESS, Act.LEAVE, Act.FOLLOW)
)
OVER, FULL = 0, 1
"""Why a stretch has ended: the horizon, or an array that is nearly full."""
ROOM = 256
"""Rows that any one thing that happens may add to an array; a change stops between two cases when there is no room."""
IDLE, FAMILIES, CARE = 0, 1, 2
"""How far a change is that goes from case to case: not begun; at a team's families; at its children in care."""


@compiled
def stretch(a: Arrays) -> int:
    """Let things happen in order until the horizon, or until an array is nearly full."""
    w = firsts(a)
    counts = w.counts
    if not counts.begun:
        counts.begun = 1
        roll_out(w)
        admit(w)
    while has_room(w, ROOM):
        if counts.acting:
            roll_out(w)
        elif counts.first < counts.last:
            item = row(w.news, counts.first & (counts.news_room - 1))
            counts.first += 1
            be_told(w, item.kind, item.subject, item.token)
        elif is_present(w):
            thing = row(w.present, counts.present_first & (counts.present_room - 1))
            counts.present_first += 1
            happen(w, thing.kind, thing.subject, thing.token, thing.programme)
        elif counts.heap == 0:
            if not find_window(w):
                return OVER
            if row(w.windows, counts.window).number + ROOM > counts.heap_room:
                return FULL
            open_window(w)
        else:
            thing = row(w.heap, 0)
            kind, subject, token, programme = thing.kind, thing.subject, thing.token, thing.programme
            counts.now = thing.time
            drop_first(w)
            happen(w, kind, subject, token, programme)
    return FULL


@compiled
def has_room(w: Rows, rows: int) -> bool:
    """Return whether every array that grows has room for so many more rows."""
    counts = w.counts
    return bool(
        counts.heap + rows <= counts.heap_room
        and counts.later + rows <= counts.later_room
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
    elif kind in (JOURNEY_NEWS, JOURNEY_BEGINS):
        go_on_journey(w, kind, subject)
    elif kind == FAMILY_BEGINS:
        proceed(w, subject)
    elif kind == STAY_BEGINS:
        draw_stay(w, subject)
        wait_in_care(w, subject)


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
    elif kind in (JOURNEY_TIMER, JOURNEY_GRANTED):
        if row(w.journeys, subject).token == token:
            go_on_journey(w, kind, subject)
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
        let_go(w, subject)
    elif kind == ADMIT:
        admit(w)
    elif kind == ROLL_OUT:
        roll_out(w)


@compiled
def go_on_journey(w: Rows, kind: int, j: int) -> None:
    """Go on with a parent's way through a programme, which may be the last that was to come of a family."""
    f = row(w.journeys, j).family
    if kind == JOURNEY_BEGINS:
        take_up(w, j)
    elif kind == JOURNEY_TIMER:
        go_on(w, j)
    elif kind == JOURNEY_GRANTED:
        take_place(w, j)
    else:
        hear(w, j)
    let_go(w, f)


@compiled
def admit(w: Rows) -> None:
    """Let the next family in, when its time has come."""
    counts = w.counts
    while counts.admitted < w.fixed.families and counts.log + ROOM <= counts.log_room:
        comer = row(w.order, counts.admitted)
        delay = row(w.people, comer.number).arrives - counts.now
        if delay > 0 and not counts.waited:
            counts.waited = 1
            at(w, delay, ADMIT, 0, 0)
            return
        counts.waited = 0
        counts.admitted += 1
        if comer.asleep:
            note_asleep(w, comer.number)
        else:
            come(w, comer.number)
            at(w, 0.0, ADMIT, 0, 0)
            return
    if counts.admitted < w.fixed.families:
        at(w, 0.0, ADMIT, 0, 0)


@compiled
def note_asleep(w: Rows, number: int) -> None:
    """Note a family to whom nothing happens before the horizon."""
    counts, came = w.counts, row(w.people, number)
    line = row(w.log, counts.log)
    line.time, line.event, line.family, line.child = counts.now, ENTER, number, -1
    line.team, line.place, line.exit, line.amount = NOBODY, came.stage, NEW, came.size
    counts.log += 1


@compiled
def roll_out(w: Rows) -> None:
    """Carry out the schedule's dated changes, as far as they are due and there is room."""
    counts = w.counts
    while counts.change < w.fixed.changes:
        change = row(w.changes, counts.change)
        delay = change.day - counts.now
        if delay > 0 and not change.waited:
            change.waited = 1
            at(w, delay, ROLL_OUT, 0, 0)
            return
        if not act(w, change):
            return
        counts.acting = IDLE
        counts.change += 1


@compiled
def act(w: Rows, change: Record) -> bool:
    """Carry out one change; say whether it is done, or stopped between two cases for want of room."""
    counts = w.counts
    if counts.acting == IDLE:
        begin(w, change)
        counts.acting = FAMILIES
    while has_room(w, ROOM):
        if change.act == STAFF:
            done = not grant(w, change.team)
        elif change.act == WORK:
            done = not grant_place(w, pool_of(w, change))
        elif change.act == LEAVE:
            done = not let_leave(w, change)
        elif change.act in (TRANSFER, GO_LIVE, PRACTISE, PRESS, FOLLOW):
            done = not tell_next(w, change)
        else:
            done = True
        if done:
            return True
    return False


@compiled
def begin(w: Rows, change: Record) -> None:
    """Bring about what a change means for a team, before its cases are told one by one."""
    if change.act == ROUTE:
        row(w.areas, change.area).teams[change.kind, change.group] = change.team
    elif change.act == SUPERVISE:
        w.counts.supervised = change.places
    elif change.act == WORK:
        set_places(w, change)
    else:
        team = row(w.teams, change.team)
        w.counts.cursor = team.first
        if change.act == STAFF:
            team.workers = change.amount
            row(w.desks, change.team).capacity = change.places
        elif change.act == GO_LIVE:
            team.live = 1
        elif change.act == PRACTISE:
            factors = row(w.factors, change.factors)
            team.offered[:] = factors.offered
            team.everyone[:] = factors.everyone
            team.times[:] = factors.times
        elif change.act == PRESS:
            press(w, team)
        elif change.act == LEAVE:
            open_shelves(w, change)


@compiled
def pool_of(w: Rows, change: Record) -> int:
    """Return the pool of a role in a team, or of what all live teams share."""
    owner = 0 if change.team == COUNCIL else change.team + 1
    return int(owner * w.fixed.roles + change.role)


@compiled
def set_places(w: Rows, change: Record) -> None:
    """Set the places of a pool."""
    row(w.pools, pool_of(w, change)).capacity = change.places


@compiled
def press(w: Rows, team: Record) -> None:
    """Set how far overload slows what improves in a team: (target / caseload) to a power."""
    load, f = 0, team.first
    while f != NOBODY:
        load += row(w.families, f).at_home
        f = row(w.families, f).next
    caseload = load / max(team.workers, rules.A_MOMENT)
    team.pressure = rules.pressure(caseload, w.fixed.target_caseload, w.fixed.overload_exponent)


@compiled
def tell_next(w: Rows, change: Record) -> bool:
    """Tell a team's next case of a change, families before children in care; say if there was one."""
    counts = w.counts
    if counts.acting == FAMILIES:
        f = counts.cursor
        if f != NOBODY:
            counts.cursor = row(w.families, f).next
            tell(w, change, f)
            return True
        counts.acting, counts.cursor = CARE, row(w.teams, change.team).first_stay
    c = counts.cursor
    if c == NOBODY:
        return False
    counts.cursor = row(w.stays, c).next
    tell_in_care(w, change, c)
    return True


@compiled
def tell(w: Rows, change: Record, f: int) -> None:
    """Tell one family of a change in its team."""
    if change.act == TRANSFER:
        if moves(w, change, row(w.families, f), row(w.families, f).stage):
            change_team(w, f, change.to, change.along)
    elif change.act == GO_LIVE:
        change_workers(w, f)
    elif change.act == FOLLOW:
        follow_workers(w, f)
    elif change.act == PRESS or change.for_all or row(w.families, f).offered:
        alert(w, f)


@compiled
def tell_in_care(w: Rows, change: Record, c: int) -> None:
    """Tell one child in care of a change in its team."""
    family = row(w.families, row(w.stays, c).family)
    if change.act == TRANSFER:
        if moves(w, change, family, row(w.stays, c).place):
            change_team_in_care(w, c, change.to, change.along)
    elif change.act == PRACTISE and (change.for_all or family.offered):
        alert_stay(w, c)


@compiled
def moves(w: Rows, change: Record, family: Record, stage: int) -> bool:
    """Return whether a case passes to another team: its area's cases move, and that team takes its stage and kind."""
    to = row(w.teams, change.to)
    taken = (change.for_all or to.kinds[family.offered]) and to.groups[row(w.stages, stage).group]
    return bool(row(w.moved, change.moved + family.area).on and taken)


@compiled
def open_shelves(w: Rows, change: Record) -> None:
    """Begin to look for a leaver's cases at the first of each shelf that may have some."""
    for children in range(2):
        for k in range(span(w, change)):
            shelf = shelf_at(w, change, children, k)
            shelf.cursor = shelf.first


@compiled
def span(w: Rows, change: Record) -> int:
    """Return on how many shelves a leaver's cases may be."""
    shelves = row(w.teams, change.team).shelves
    return min(int(change.width * shelves) + 2, int(shelves))


@compiled
def shelf_at(w: Rows, change: Record, children: int, k: int) -> Record:
    """Return the k-th of the shelves on which a leaver's cases may be: families, or children in care."""
    team = row(w.teams, change.team)
    return row(w.shelves, team.shelf + children * team.shelves + (int(change.first * team.shelves) + k) % team.shelves)


@compiled
def let_leave(w: Rows, change: Record) -> bool:
    """Pass the next of a leaver's cases to another worker, families before children in care; say if there was one."""
    f = next_on_shelves(w, change, 0, w.families)
    if f != NOBODY:
        if allocated(w, f) and (row(w.families, f).worker - change.first) % 1.0 < change.width:
            hand_over(w, f)
        return True
    c = next_on_shelves(w, change, 1, w.stays)
    if c != NOBODY and (row(w.stays, c).worker - change.first) % 1.0 < change.width:
        hand_over_stay(w, c)
    return bool(c != NOBODY)


@compiled
def next_on_shelves(w: Rows, change: Record, children: int, line: Record) -> int:
    """Return the case not yet looked at that joined first among those on a leaver's shelves. `line`: their records."""
    found = found_on = NOBODY
    for k in range(span(w, change)):
        node = shelf_at(w, change, children, k).cursor
        if node != NOBODY and (found == NOBODY or row(line, node).joins < row(line, found).joins):
            found, found_on = node, k
    if found != NOBODY:
        shelf_at(w, change, children, found_on).cursor = row(line, found).shelf_next
    return int(found)
