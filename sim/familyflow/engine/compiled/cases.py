"""What a family and a child in care have in common: teams, changes of worker, news and timers."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from familyflow.engine import rules
from familyflow.engine.compiled.memory import row
from familyflow.engine.compiled.queue import at, record, serve, stand, step_out, urge
from familyflow.engine.compiled.shapes import FREED, GRANTED, NEWS, NOBODY, STAY_NEWS, STAY_TIMER, TIMER
from familyflow.engine.keys import MOST_VISITS, TOO_OFTEN, VISIT_BITS, Purpose
from familyflow.engine.records import Event
from familyflow.ground.compiled import compiled
from familyflow.ground.draws import uniform
from familyflow.ground.problem import Problem
from familyflow.pathway.people import YEAR

if TYPE_CHECKING:
    from familyflow.engine.compiled.shapes import Record, Rows

WORKER_CHANGED = int(Event.WORKER_CHANGED)
WORKER = int(Purpose.WORKER)


@compiled
def chance(w: Rows, family: int, visit: int, purpose: int, index: int = 0) -> float:
    """Return the draw that decides one thing about one visit of one family."""
    fixed = w.fixed
    return uniform(fixed.seed, fixed.replication, row(w.families, family).number, visit, purpose, index)


@compiled
def count_up(counts: Record, place: int) -> int:
    """Count one more visit to a stage, or turn in a programme; return its key. Errors: Problem after MOST_VISITS."""
    if counts[place] >= MOST_VISITS:
        raise Problem(TOO_OFTEN)
    counts[place] += 1
    return int((place << VISIT_BITS) | (counts[place] - 1))


@compiled
def age_of(w: Rows, f: int, child: int) -> float:
    """Return a child's age in years."""
    return float((w.counts.now - born(w, f, child)) / YEAR)


@compiled
def born(w: Rows, f: int, child: int) -> float:
    """Return a child's day of birth."""
    return float(row(w.families, f).born[child])


@compiled
def ratios(w: Rows, family: Record, team: int, stage: int, progress: float, out: Record) -> None:
    """Fill in what multiplies the hazard or odds of each exit of a stage: harms, the team's practice, progress."""
    declared = row(w.stages, stage)
    harms = declared.ratio[family.risk]
    waits = declared.waits if family.waiting else 1.0
    if team == NOBODY:
        rules.compose(declared.unserved[family.risk], w.fixed.nothing, declared.improves, progress, 1.0, out)
    elif family.offered:
        rules.compose(harms, row(w.teams, team).offered[stage], declared.improves, progress, waits, out)
    else:
        rules.compose(harms, row(w.teams, team).everyone[stage], declared.improves, progress, waits, out)


@compiled
def team_for(w: Rows, family: Record, stage: int) -> int:
    """Return the team that takes a family's area and kind for a stage today, or nobody."""
    return int(row(w.areas, family.area).teams[family.offered, row(w.stages, stage).group])


@compiled
def listen(w: Rows, f: int, days: float) -> None:
    """Let time pass for a family until a time or news."""
    family = row(w.families, f)
    family.listening = 1
    family.token += 1
    family.timed = at(w, days, TIMER, f, family.token)


@compiled
def alert(w: Rows, f: int) -> None:
    """Tell a family, and its children in care, that their hazards have changed."""
    family = row(w.families, f)
    if family.listening:
        family.listening = 0
        family.token += 1
        urge(w, NEWS, f)
    c = family.first_stay
    while c != NOBODY:
        alert_stay(w, c)
        c = row(w.stays, c).sibling


@compiled
def listen_stay(w: Rows, c: int, days: float) -> None:
    """Let time pass for a child in care until a time or news."""
    stay = row(w.stays, c)
    stay.listening = 1
    stay.token += 1
    at(w, days, STAY_TIMER, c, stay.token)


@compiled
def alert_stay(w: Rows, c: int) -> None:
    """Tell a child in care that its hazards have changed."""
    stay = row(w.stays, c)
    if stay.listening:
        stay.listening = 0
        stay.token += 1
        urge(w, STAY_NEWS, c, stay.token)


@compiled
def hand_over(w: Rows, f: int) -> None:
    """Pass a family to another worker: the case stalls, then goes slower until that worker has settled in."""
    family, fixed, now = row(w.families, f), w.fixed, w.counts.now
    record(w, WORKER_CHANGED, f, family.team, family.stage, -1, 0, family.at_home)
    family.stalled = now + fixed.stall
    alert(w, f)


@compiled
def hand_over_stay(w: Rows, c: int) -> None:
    """Pass a child in care to another worker."""
    stay, fixed, now = row(w.stays, c), w.fixed, w.counts.now
    record(w, WORKER_CHANGED, stay.family, stay.team, stay.place, stay.child, 0, 1.0)
    stay.stalled = now + fixed.stall
    alert_stay(w, c)


@compiled
def join(w: Rows, f: int, team: int, visit: int) -> None:
    """Be one of a team's families, the last."""
    family = row(w.families, f)
    family.team = team
    if team == NOBODY:
        return
    family.joined, family.joins = visit, w.counts.joins
    w.counts.joins += 1
    if row(w.teams, team).shelves:
        family.worker = chance(w, f, visit, WORKER)
        put_on(shelf(w, team, 0, family.worker), w.families, f)
    family.next, family.previous = NOBODY, row(w.teams, team).last
    if family.previous == NOBODY:
        row(w.teams, team).first = f
    else:
        row(w.families, family.previous).next = f
    row(w.teams, team).last = f


@compiled
def part(w: Rows, f: int) -> None:
    """Be no more one of the team's families."""
    family = row(w.families, f)
    if family.team == NOBODY:
        return
    team = row(w.teams, family.team)
    if family.previous == NOBODY:
        team.first = family.next
    else:
        row(w.families, family.previous).next = family.next
    if family.next == NOBODY:
        team.last = family.previous
    else:
        row(w.families, family.next).previous = family.previous
    if team.shelves:
        take_off(shelf(w, family.team, 0, family.worker), w.families, f)
    family.team = NOBODY


@compiled
def join_stay(w: Rows, c: int, team: int) -> None:
    """Be one of the children whom a team looks after, in place of the team before."""
    stay = row(w.stays, c)
    if stay.team != NOBODY:
        before = row(w.teams, stay.team)
        if stay.previous == NOBODY:
            before.first_stay = stay.next
        else:
            row(w.stays, stay.previous).next = stay.next
        if stay.next == NOBODY:
            before.last_stay = stay.previous
        else:
            row(w.stays, stay.next).previous = stay.previous
        if before.shelves:
            take_off(shelf(w, stay.team, 1, stay.worker), w.stays, c)
    stay.team = team
    if team == NOBODY:
        return
    stay.joins = w.counts.joins
    w.counts.joins += 1
    if row(w.teams, team).shelves:
        stay.worker = chance(w, stay.family, stay.visit, WORKER, stay.child + 1)
        put_on(shelf(w, team, 1, stay.worker), w.stays, c)
    stay.next, stay.previous = NOBODY, row(w.teams, team).last_stay
    if stay.previous == NOBODY:
        row(w.teams, team).first_stay = c
    else:
        row(w.stays, stay.previous).next = c
    row(w.teams, team).last_stay = c


@compiled
def shelf(w: Rows, team: int, children: int, worker: float) -> Record:
    """Return the shelf of a team on which a worker's families are, or children in care. `worker`: between 0 and 1."""
    shelves = row(w.teams, team).shelves
    return row(w.shelves, row(w.teams, team).shelf + children * shelves + int(worker * shelves))


@compiled
def put_on(shelf: Record, line: Record, node: int) -> None:
    """Put a case on a shelf, the last. `line`: records of the cases of its kind."""
    row(line, node).shelf_previous = shelf.last
    row(line, node).shelf_next = NOBODY
    if shelf.last == NOBODY:
        shelf.first = node
    else:
        row(line, shelf.last).shelf_next = node
    shelf.last = node


@compiled
def take_off(shelf: Record, line: Record, node: int) -> None:
    """Take a case off its shelf."""
    before, after = row(line, node).shelf_previous, row(line, node).shelf_next
    if before == NOBODY:
        shelf.first = after
    else:
        row(line, before).shelf_next = after
    if after == NOBODY:
        shelf.last = before
    else:
        row(line, after).shelf_previous = before


@compiled
def ask(w: Rows, f: int, team: int) -> None:
    """Ask a team's desk for a worker, and wait if none is free."""
    family = row(w.families, f)
    family.request, family.granted = team, 0
    family.desk += 1
    family.priority = row(w.stages, family.stage).priority
    stand(row(w.desks, team), w.families, f, family.priority)
    grant(w, team)
    family.waiting = 0 if family.granted else 1


@compiled
def grant(w: Rows, team: int) -> bool:
    """Return a free worker to the first family in a team's line; one that has waited hears of it."""
    first = serve(row(w.desks, team), w.families)
    if first == NOBODY:
        return False
    family = row(w.families, first)
    family.granted = 1
    if family.waiting:
        at(w, 0.0, GRANTED, first, family.desk)
    return True


@compiled
def release(w: Rows, f: int) -> None:
    """Return the case slot back, or the place in the line for it, and leave the team."""
    family = row(w.families, f)
    if family.request != NOBODY:
        if family.granted:
            row(w.desks, family.request).taken -= 1
            at(w, 0.0, FREED, family.request, 0)
        else:
            step_out(row(w.desks, family.request), w.families, f, family.priority)
    part(w, f)
    family.request, family.waiting, family.granted = NOBODY, 0, 0
    family.stalled = -inf


@compiled
def allocated(w: Rows, f: int) -> bool:
    """Return whether a worker has the case: it needs one, and waits for none."""
    return row(w.families, f).request != NOBODY and not row(w.families, f).waiting
