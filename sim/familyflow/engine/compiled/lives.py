"""A family's life: stage after stage, with or without a worker, and its children into care and home again."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from familyflow.engine import rules
from familyflow.engine.compiled.cases import (
    age_of,
    alert,
    allocated,
    ask,
    born,
    chance,
    count_up,
    hand_over,
    join,
    listen,
    ratios,
    release,
    team_for,
)
from familyflow.engine.compiled.journeys import active, change_workers, follow_workers, give_up_all, offer_programmes
from familyflow.engine.compiled.memory import copy, row
from familyflow.engine.compiled.queue import at, record, urge
from familyflow.engine.compiled.shapes import (
    AWAY,
    BEGINS,
    ENDED,
    FAMILY_BEGINS,
    GONE,
    IS_AWAY,
    NOBODY,
    PAUSES,
    RETURNED,
    STAYS,
    VACANT,
    WORKS,
)
from familyflow.engine.compiled.stays import HOME, LEFT, begin_stay, go_on_in_care
from familyflow.engine.keys import VISIT_BITS, Purpose
from familyflow.engine.population import AT_HOME
from familyflow.engine.records import GREW_UP, MOVED, NEW, PASSED, REOPENED, STAYED, TRANSFERRED, Event
from familyflow.engine.structure import TO_CARE
from familyflow.ground.compiled import compiled
from familyflow.pathway.people import ADULT, YEAR

if TYPE_CHECKING:
    from familyflow.engine.compiled.shapes import Record, Rows

ENTER, LEAVE, ON_TIME, WAIT, WAIT_ENDS = (
    int(e) for e in (Event.ENTER, Event.LEAVE, Event.ON_TIME, Event.WAIT, Event.WAIT_ENDS)
)
REREFERRED, COURT, HARM_KNOWN, CATEGORISED = (
    int(e) for e in (Event.REREFERRED, Event.COURT, Event.HARM_KNOWN, Event.CATEGORY)
)
LENGTH, OUTCOME, CATEGORY, TOGETHER = (
    int(p) for p in (Purpose.LENGTH, Purpose.OUTCOME, Purpose.CATEGORY, Purpose.TOGETHER)
)
WHO_ENTERS, PLACEMENT, TO_COURT = (int(p) for p in (Purpose.WHO_ENTERS, Purpose.PLACEMENT, Purpose.TO_COURT))


@compiled
def come(w: Rows, number: int) -> None:
    """Let a family come: put its children where they are then, and set it going."""
    f, came = open_record(w, number), row(w.people, number)
    family = row(w.families, f)
    for child in range(came.size):
        if came.placement[child] == AT_HOME:
            family.home[family.at_home] = child
            family.at_home += 1
        else:
            begin_stay(w, f, child, came.placement[child], row(w.times, number).days[child])
    if family.at_home:
        enter(w, f, came.stage, came.elapsed, False)
    family.phase = BEGINS
    urge(w, FAMILY_BEGINS, f)


@compiled
def open_record(w: Rows, number: int) -> int:
    """Find a record for a family; marks go on counting in it, so that nobody hears what was meant for another."""
    counts, came = w.counts, row(w.people, number)
    f = counts.free_family
    if f == NOBODY:
        f = counts.families
        counts.families += 1
    else:
        counts.free_family = row(w.families, f).next
    family = row(w.families, f)
    token, desk = family.token, family.desk
    copy(family, row(w.families, 0))
    family.token, family.desk, family.number = token, desk, number
    family.area, family.combo, family.alone = came.area, came.combo, came.alone
    family.born[:] = came.born
    family.risk, family.offered = came.combo, 1 if came.combo > 0 else 0
    if came.residual >= 0:
        family.residual = came.residual
    return int(f)


@compiled
def let_go(w: Rows, f: int) -> None:
    """Return a family's record to whoever comes next, if nothing more can come of this family before the horizon."""
    family = row(w.families, f)
    closed = family.phase == STAYS and family.listening and not family.timed and family.team == NOBODY
    if not (closed or family.phase == ENDED):
        return
    if family.first_stay == NOBODY and family.first_journey == NOBODY and not family.relapses:
        family.phase = VACANT
        family.next = w.counts.free_family
        w.counts.free_family = f


@compiled
def visit(w: Rows, f: int) -> int:
    """Return the key of this visit to the stage: the count of earlier ones is part of it."""
    family = row(w.families, f)
    return int((family.stage << VISIT_BITS) | (family.visits[family.stage] - 1))


@compiled
def note(w: Rows, f: int, event: int, leads: int, amount: float) -> None:
    """Write a line of the log about a family."""
    record(w, event, f, row(w.families, f).team, row(w.families, f).stage, -1, leads, amount)


# What a family does when its time has come, or news ------------------------------------------------------------


@compiled
def go_on(w: Rows, f: int, done: bool) -> None:
    """Go on when a time has passed or news has come, as far as the next wait."""
    family = row(w.families, f)
    family.listening = 0
    if family.phase == WORKS:
        family.left = 0.0 if done else family.left - (w.counts.now - family.began)
    elif family.phase == STAYS:
        end_wait(w, f, done)
    proceed(w, f)


@compiled
def proceed(w: Rows, f: int) -> None:
    """Go from stage to stage until there is something to wait for."""
    family = row(w.families, f)
    while True:
        if family.phase in (WORKS, PAUSES):
            if works(w, f):
                return
            decide(w, f)
            family.phase = BEGINS
        elif family.phase == STAYS:
            if family.stage >= 0 and visit(w, f) == family.visit:
                wait_on_plan(w, f)
                return
            family.phase = BEGINS
        if family.stage == AWAY:
            be_away(w, f)
            return
        if row(w.stages, family.stage).decision:
            begin_decision(w, f)
        else:
            begin_plan(w, f)
        family.residual = -1.0


@compiled
def be_away(w: Rows, f: int) -> None:
    """Wait, with every child in care, for one to come home; with none left, the family's life here ends."""
    family = row(w.families, f)
    if family.in_care:
        family.phase, family.returned = IS_AWAY, 0
    else:
        family.phase, family.stage = ENDED, GONE
        let_go(w, f)


@compiled
def begin_decision(w: Rows, f: int) -> None:
    """Begin a decision: the time that it takes is drawn, or what is left of one found under way."""
    family = row(w.families, f)
    family.began = family.entered = w.counts.now
    family.visit = visit(w, f)
    family.fresh = 1 if family.residual < 0 else 0
    family.left = family.residual
    if family.fresh:
        declared = row(w.stages, family.stage)
        length = rules.weibull(declared.scale, declared.shape, chance(w, f, family.visit, LENGTH))
        haste = 1.0 if family.team == NOBODY else row(w.teams, family.team).times[family.stage]
        family.left = length * haste
    family.phase = PAUSES


@compiled
def works(w: Rows, f: int) -> bool:
    """Let a worker's days on a decision pass; say whether there is something to wait for."""
    family, now = row(w.families, f), w.counts.now
    if family.left <= 0:
        return False
    if family.waiting:
        family.phase = PAUSES
        listen(w, f, inf)
    elif now < family.stalled - rules.A_MOMENT:
        family.phase = PAUSES
        listen(w, f, family.stalled - now)
    else:
        family.phase, family.began = WORKS, now
        listen(w, f, family.left)
    return True


@compiled
def decide(w: Rows, f: int) -> None:
    """Decide."""
    family, declared = row(w.families, f), row(w.stages, row(w.families, f).stage)
    days = w.counts.now - family.entered
    if family.fresh and 0 < days <= declared.limit:
        note(w, f, ON_TIME, 0, family.at_home)
    grow_up(w, f)
    if not family.at_home:
        leave_empty(w, f)
        return
    odds = compose(w, f)
    rules.weigh(declared.weights, declared.drift, w.fixed.turns, w.counts.now, odds)
    take(w, f, rules.choose(odds, chance(w, f, family.visit, OUTCOME)))


@compiled
def begin_plan(w: Rows, f: int) -> None:
    """Begin a plan: draw a budget for each exit."""
    family, fixed = row(w.families, f), w.fixed
    family.visit = visit(w, f)
    budgets = family.budgets[: row(w.stages, family.stage).exits]
    rules.draw_budgets(fixed.seed, fixed.replication, family.number, family.visit, 0, budgets)
    family.phase = STAYS


@compiled
def wait_on_plan(w: Rows, f: int) -> None:
    """Time the exits from here, and wait for the first, or for what changes them."""
    family, now, fixed = row(w.families, f), w.counts.now, w.fixed
    multiplied, declared = compose(w, f), row(w.stages, family.stage)
    budgets, clock = family.budgets[: len(multiplied)], (fixed.starts, fixed.turns)
    family.wait, family.leads = rules.soonest(
        declared.base, declared.drift, clock, multiplied, budgets, (now - family.spell, now)
    )
    birthday = inf
    for k in range(family.at_home):
        birthday = min(birthday, born(w, f, family.home[k]) + ADULT * YEAR)
    family.turning = min(birthday, rules.next_pace(now, family.stalled, family.stalled + fixed.settling))
    family.began = now
    listen(w, f, min(family.wait, family.turning - now))
    let_go(w, f)


@compiled
def end_wait(w: Rows, f: int, done: bool) -> None:
    """Take an exit, or count what has been spent of each exit's budget."""
    family, now = row(w.families, f), w.counts.now
    if family.reopens:
        reopen(w, f)
    elif done and family.wait <= family.turning - family.began:
        take(w, f, family.leads)
    else:
        declared, clock = row(w.stages, family.stage), (w.fixed.starts, w.fixed.turns)
        multiplied, budgets = family.ratios[: declared.exits], family.budgets[: declared.exits]
        since = (family.began - family.spell, family.began)
        rules.spend(declared.base, declared.drift, clock, multiplied, budgets, since, now - family.began)
        grow_up(w, f)
        if not family.at_home:
            leave_empty(w, f)


@compiled
def compose(w: Rows, f: int) -> Record:
    """Fill in, and return, what multiplies each exit now: harms, practice, services, the worker's pace."""
    family, fixed = row(w.families, f), w.fixed
    declared = row(w.stages, family.stage)
    multiplied = family.ratios[: declared.exits]
    progress = 1.0
    if family.team != NOBODY and not declared.decision:
        progress = 0.0
        if not family.waiting:
            pace = rules.pace(w.counts.now, family.stalled, family.stalled + fixed.settling, fixed.change_ratio)
            progress = pace * row(w.teams, family.team).pressure
    ratios(w, family, family.team, family.stage, progress, multiplied)
    if family.services:
        for p in range(fixed.programmes):
            if family.services >> p & 1:
                for e in range(len(multiplied)):
                    multiplied[e] *= declared.service[p, e]
    return multiplied


# Stages ---------------------------------------------------------------------------------------------------------


@compiled
def enter(w: Rows, f: int, stage: int, elapsed: float, within: bool) -> None:
    """Enter a stage with every child at home; find the team and, where one is needed, a worker."""
    family = row(w.families, f)
    family.stage = stage
    count_up(family.visits, stage)
    if not within:
        family.spell = w.counts.now - elapsed
    find_worker(w, f)
    note(w, f, ENTER, MOVED if within else NEW, family.at_home)
    declared = row(w.stages, stage)
    if declared.categorised and not within:
        categorise(w, f, family.at_home)
    if family.waiting:
        note(w, f, WAIT, 0, family.at_home)
    if declared.referral:
        refer(w, f)
    if declared.tells_harms:
        become_known(w, f)
    offer_programmes(w, f, elapsed, False)


@compiled
def categorise(w: Rows, f: int, children: float) -> None:
    """Record the category of abuse under which children's plans start."""
    category = rules.choose(w.fixed.categories, chance(w, f, visit(w, f), CATEGORY))
    record(w, CATEGORISED, f, row(w.families, f).team, category, -1, 0, children)


@compiled
def become_known(w: Rows, f: int) -> None:
    """Record the active harms of a family that the service now knows: once, whatever it is offered later."""
    family = row(w.families, f)
    if family.known:
        return
    family.known = 1
    for harm in range(w.fixed.harms):
        if active(w, f, harm):
            record(w, HARM_KNOWN, f, family.team, harm, -1, 0, 1.0)


@compiled
def refer(w: Rows, f: int) -> None:
    """Count a re-referral as it is published: within 12 months of the family's previous referral."""
    family, now = row(w.families, f), w.counts.now
    if now - family.referred <= YEAR:
        note(w, f, REREFERRED, 0, family.at_home)
    family.referred = now


@compiled
def take(w: Rows, f: int, leads: int) -> None:
    """Leave by an exit and enter the stage that it leads to."""
    family = row(w.families, f)
    declared = row(w.stages, family.stage)
    to = declared.to[leads]
    if to == TO_CARE:
        enter_care(w, f, leads)
        return
    leave(w, f, leads, family.at_home)
    enter(w, f, to, 0.0, declared.group == row(w.stages, to).group)


@compiled
def leave(w: Rows, f: int, leads: int, children: float) -> None:
    """Record that children leave the stage."""
    if row(w.families, f).waiting:
        note(w, f, WAIT_ENDS, 0, children)
    note(w, f, LEAVE, leads, children)


@compiled
def leave_empty(w: Rows, f: int) -> None:
    """Close: no child is left at home."""
    release(w, f)
    row(w.families, f).stage = AWAY
    row(w.families, f).services = 0
    follow_workers(w, f)


@compiled
def grow_up(w: Rows, f: int) -> None:
    """Let children at home who have turned 18 leave."""
    family, now, kept = row(w.families, f), w.counts.now, 0
    for k in range(family.at_home):
        child = family.home[k]
        if now >= born(w, f, child) + ADULT * YEAR - rules.A_MOMENT:
            leave(w, f, GREW_UP, 1.0)
        else:
            family.home[kept] = child
            kept += 1
    family.at_home = kept


@compiled
def find_worker(w: Rows, f: int) -> None:
    """Keep the team that has the case if it works this stage; else pass to the one that serves the area."""
    family, declared = row(w.families, f), row(w.stages, row(w.families, f).stage)
    team = family.team
    keeps = team != NOBODY and row(w.teams, team).groups[declared.group]
    if not (keeps and allocated(w, f)):
        release(w, f)
        if not keeps:
            team = team_for(w, family, family.stage)
        join(w, f, team, visit(w, f))
        if team != NOBODY and declared.priority >= 0:
            ask(w, f, team)
    if family.team == NOBODY:
        give_up_all(w, f)
        family.services = 0
    follow_workers(w, f)


@compiled
def allocate(w: Rows, f: int, request: int) -> None:
    """Note that a worker has taken the case, unless the family no longer asks."""
    family = row(w.families, f)
    if family.request != NOBODY and family.desk == request and family.waiting:
        family.waiting = 0
        note(w, f, WAIT_ENDS, 0, family.at_home)
        alert(w, f)


@compiled
def change_team(w: Rows, f: int, team: int, along: bool) -> None:
    """Pass the open case to another team, its worker along or not; the family waits there if that team is full."""
    family = row(w.families, f)
    leave(w, f, TRANSFERRED, family.at_home)
    release(w, f)
    join(w, f, team, visit(w, f))
    if row(w.stages, family.stage).priority >= 0:
        ask(w, f, team)
    note(w, f, ENTER, PASSED, family.at_home)
    if family.waiting:
        note(w, f, WAIT, 0, family.at_home)
    if family.request != NOBODY:
        if along:
            alert(w, f)
        else:
            hand_over(w, f)
    change_workers(w, f)


# Care -----------------------------------------------------------------------------------------------------------


@compiled
def enter_care(w: Rows, f: int, leads: int) -> None:
    """Bring all children at home into care, or one of them; those who stay are children in need."""
    family, here = row(w.families, f), visit(w, f)
    first, last = 0, family.at_home
    if chance(w, f, here, TOGETHER) >= w.fixed.care_together:
        first = int(chance(w, f, here, WHO_ENTERS) * family.at_home)
        last = first + 1
    entering = last - first
    leave(w, f, leads, entering)
    count_court(w, f, leads, here, entering)
    remaining = family.at_home - entering
    if remaining:
        leave(w, f, STAYED, remaining)
    for k in range(first, last):
        child = family.home[k]
        begin_stay(w, f, child, first_placement(w, f, child, here), 0.0)
    for k in range(last, family.at_home):
        family.home[k - entering] = family.home[k]
    family.at_home = remaining
    if remaining:
        enter(w, f, w.fixed.cin, 0.0, False)
    else:
        leave_empty(w, f)


@compiled
def count_court(w: Rows, f: int, leads: int, here: int, children: float) -> None:
    """Count those who enter by agreement and later become the subject of proceedings."""
    voluntary = row(w.stages, row(w.families, f).stage).voluntary[leads]
    if voluntary and chance(w, f, here, TO_COURT) < w.fixed.to_proceedings:
        note(w, f, COURT, 0, children)


@compiled
def first_placement(w: Rows, f: int, child: int, here: int) -> int:
    """Return the stage of care in which a child is first placed, by age."""
    ages = rules.entry_row(age_of(w, f, child), w.fixed.entry_ages)
    chosen = rules.choose(w.fixed.placements[ages], chance(w, f, here, PLACEMENT, child))
    return int(w.fixed.care_places[chosen])


@compiled
def go_on_stay(w: Rows, c: int, done: bool) -> None:
    """Go on with a child in care; one who comes home or leaves for good changes the family."""
    f, child = row(w.stays, c).family, row(w.stays, c).child
    became = go_on_in_care(w, c, done)
    if became == HOME:
        come_home(w, f, child)
    elif became == LEFT:
        child_gone(w, f)


@compiled
def come_home(w: Rows, f: int, child: int) -> None:
    """Take a child back: into the family's open plan, else a child in need plan opens."""
    family = row(w.families, f)
    family.home[family.at_home] = child
    family.at_home += 1
    if family.stage == AWAY:
        enter(w, f, w.fixed.cin, 0.0, False)
        hear_of_return(w, f)
        return
    note(w, f, ENTER, 0, 1.0)
    declared = row(w.stages, family.stage)
    if declared.categorised:
        categorise(w, f, 1.0)
    if family.waiting:
        note(w, f, WAIT, 0, 1.0)
    family.reopens = 0 if declared.statutory or declared.decision else 1
    alert(w, f)


@compiled
def child_gone(w: Rows, f: int) -> None:
    """Note that a child has left care and the family; with nobody left, the family's life here ends."""
    if row(w.families, f).stage == AWAY and not row(w.families, f).in_care:
        hear_of_return(w, f)
    let_go(w, f)


@compiled
def hear_of_return(w: Rows, f: int) -> None:
    """Let a family that is away hear, once, that a child has come home or none will."""
    family = row(w.families, f)
    if family.phase == IS_AWAY and not family.returned:
        family.returned = 1
        at(w, 0.0, RETURNED, f, 0)


@compiled
def reopen(w: Rows, f: int) -> None:
    """Open a child in need plan for a family that had none when its child came home."""
    row(w.families, f).reopens = 0
    leave(w, f, REOPENED, row(w.families, f).at_home)
    enter(w, f, w.fixed.cin, 0.0, False)
