"""The order of things: what is urgent, what happens now, what happens soon, and what happens later.

Ties are broken by the order of causes, as SimPy does: first what is urgent, then what was caused first. Soon is a heap
of the window of time under way; later things lie unsorted in the windows to come, so that each costs the same however
many there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.engine.compiled.memory import copy, fetch, row
from familyflow.engine.compiled.shapes import JOURNEY_TIMER, NOBODY, STAY_TIMER, TIMER
from familyflow.ground.compiled import compiled

if TYPE_CHECKING:
    from familyflow.engine.compiled.shapes import Record, Rows


@compiled
def at(w: Rows, days: float, kind: int, subject: int, token: int, programme: int = 0) -> bool:
    """Let something happen after so many days, if before the horizon; say whether it will."""
    counts = w.counts
    time = counts.now + days
    if not time < w.fixed.horizon:
        return False
    counts.order += 1
    if time == counts.now:
        entry = row(w.present, counts.present_last & (counts.present_room - 1))
        counts.present_last += 1
        put(entry, time, counts.order, kind, subject, token, programme)
        return True
    window = int(time * w.fixed.windows_a_day)
    if window <= counts.window:
        rise(w, time, counts.order, kind, subject, token, programme)
    else:
        put_off(w, row(w.windows, window), time, counts.order, kind, subject, token, programme)
    return True


@compiled
def put(entry: Record, time: float, order: int, kind: int, subject: int, token: int, programme: int) -> None:
    """Fill in one thing that happens."""
    entry.time, entry.order, entry.kind = time, order, kind
    entry.subject, entry.token, entry.programme = subject, token, programme


@compiled
def put_off(  # noqa: PLR0913, PLR0917 - each is a column
    w: Rows, window: Record, time: float, order: int, kind: int, subject: int, token: int, programme: int
) -> None:
    """Put something into a window to come."""
    counts = w.counts
    n = counts.free_later
    if n == NOBODY:
        n = counts.later
        counts.later += 1
    else:
        counts.free_later = row(w.later, n).next
    entry = row(w.later, n)
    put(entry, time, order, kind, subject, token, programme)
    entry.next = window.first
    window.first = n
    window.number += 1


@compiled
def rise(w: Rows, time: float, order: int, kind: int, subject: int, token: int, programme: int) -> None:
    """Put something on the heap."""
    counts = w.counts
    i = counts.heap
    counts.heap += 1
    while i > 0:
        above = row(w.heap, (i - 1) >> 1)
        if above.time < time or (above.time == time and above.order < order):
            break
        copy(row(w.heap, i), above)
        i = (i - 1) >> 1
    put(row(w.heap, i), time, order, kind, subject, token, programme)


@compiled
def find_window(w: Rows) -> bool:
    """Go on to the next window in which something is to happen; say if there is one."""
    counts = w.counts
    while counts.window < w.fixed.windows and row(w.windows, counts.window).number == 0:
        counts.window += 1
    return bool(counts.window < w.fixed.windows)


@compiled
def open_window(w: Rows) -> None:
    """Put the things of the window under way on the heap."""
    counts, window = w.counts, row(w.windows, w.counts.window)
    n = window.first
    while n != NOBODY:
        entry = row(w.later, n)
        after = entry.next
        fetch(w.later, after)
        fetch_subject(w, entry.kind, entry.subject)
        rise(w, entry.time, entry.order, entry.kind, entry.subject, entry.token, entry.programme)
        entry.next = counts.free_later
        counts.free_later = n
        n = after
    window.first, window.number = NOBODY, 0


@compiled
def fetch_subject(w: Rows, kind: int, subject: int) -> None:
    """Have the record to which something is soon to happen on its way from memory: by then it is there."""
    if kind == TIMER:
        fetch(w.families, subject)
    elif kind == STAY_TIMER:
        fetch(w.stays, subject)
    elif kind == JOURNEY_TIMER:
        fetch(w.journeys, subject)


@compiled
def is_present(w: Rows) -> bool:
    """Return whether what happens next was caused at this moment, and nothing that was caused before is due now."""
    counts = w.counts
    if counts.present_first == counts.present_last:
        return False
    first = row(w.present, counts.present_first & (counts.present_room - 1))
    return counts.heap == 0 or _before(first, row(w.heap, 0))


@compiled
def drop_first(w: Rows) -> None:
    """Take the first thing off the heap."""
    counts = w.counts
    counts.heap -= 1
    last, i, size = counts.heap, 0, counts.heap
    moved = row(w.heap, last)
    while True:
        below = 2 * i + 1
        if below >= size:
            break
        if below + 1 < size and _before(row(w.heap, below + 1), row(w.heap, below)):
            below += 1
        if not _before(row(w.heap, below), moved):
            break
        copy(row(w.heap, i), row(w.heap, below))
        i = below
    copy(row(w.heap, i), row(w.heap, last))


@compiled
def _before(one: Record, other: Record) -> bool:
    if one.time != other.time:
        return bool(one.time < other.time)
    return bool(one.order < other.order)


@compiled
def urge(w: Rows, kind: int, subject: int, token: int = 0) -> None:
    """Let something come next, after what is urgent already."""
    counts = w.counts
    item = row(w.news, counts.last & (counts.news_room - 1))
    item.kind, item.subject, item.token = kind, subject, token
    counts.last += 1


@compiled
def record(  # noqa: PLR0913, PLR0917 - each is a column
    w: Rows, event: int, family: int, team: int, place: int, child: int, leads: int, amount: float
) -> None:
    """Write one line of the log."""
    counts = w.counts
    line = row(w.log, counts.log)
    line.time, line.event, line.family, line.child = counts.now, event, row(w.families, family).number, child
    line.team, line.place, line.exit, line.amount = team, place, leads, amount
    counts.log += 1


@compiled
def stand(slots: Record, line: Record, node: int, priority: int) -> None:
    """Stand in the line of a desk or pool, behind those of the same priority. `line`: records of those who wait."""
    row(line, node).queue_previous = slots.tail[priority]
    row(line, node).queue_next = NOBODY
    if slots.tail[priority] == NOBODY:
        slots.head[priority] = node
    else:
        row(line, slots.tail[priority]).queue_next = node
    slots.tail[priority] = node


@compiled
def step_out(slots: Record, line: Record, node: int, priority: int) -> None:
    """Leave the line."""
    before, after = row(line, node).queue_previous, row(line, node).queue_next
    if before == NOBODY:
        slots.head[priority] = after
    else:
        row(line, before).queue_next = after
    if after == NOBODY:
        slots.tail[priority] = before
    else:
        row(line, after).queue_previous = before


@compiled
def serve(slots: Record, line: Record) -> int:
    """Return a free place to the first in line; return who that is, or nobody."""
    if slots.taken >= slots.capacity:
        return NOBODY
    for priority in range(len(slots.head)):
        node = slots.head[priority]
        if node != NOBODY:
            step_out(slots, line, node, priority)
            slots.taken += 1
            return int(node)
    return NOBODY
