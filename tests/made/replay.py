"""Lives a log again, record by record, and fails where it could not have happened.

What is asserted here is what the log says of itself; the laws ask what else must be true at each instant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import inf, log
from typing import TYPE_CHECKING

import numpy as np

from familyflow.engine import delivery
from familyflow.engine.changes import COUNCIL
from familyflow.engine.keys import Purpose, visit_key
from familyflow.engine.population import AT_HOME
from familyflow.engine.records import GREW_UP, TRANSFERRED, Event
from familyflow.engine.structure import TO_CARE, TO_HOME
from familyflow.ground.draws import uniform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from familyflow.engine import Ledger, Start

NOBODY = -1
MOMENT = 1e-9
"""Days by which two moments that are one may differ: a sum of fewer roundings."""


@dataclass
class Household:
    """Where one family's children are: `coming` are between two places, `gone` have left the town's care for good."""

    size: int
    coming_home: int
    coming_to_care: int
    alone: bool
    stage: int = NOBODY
    team: int = NOBODY
    at_home: int = 0
    in_care: dict[int, int] = field(default_factory=dict)
    gone: int = 0
    waits: bool = False
    next_stage: int = NOBODY

    @property
    def placed(self) -> bool:
        """Whether nobody is between two places, and everybody is somewhere."""
        settled = self.coming_home == 0 == self.coming_to_care
        return settled and self.at_home + len(self.in_care) + self.gone == self.size


class Replay:
    """A log lived again; what it holds is as it stands after the latest instant."""

    def __init__(self, ledger: Ledger) -> None:
        self.start: Start = ledger.world.start
        self.structure = self.start.structure
        self.stages = self.structure.pathway.stages
        moves = (Event.ENTER, Event.LEAVE, Event.WAIT, Event.WAIT_ENDS)
        self.records = ledger.events[np.isin(ledger.events["event"], moves)]
        self.households: dict[int, Household] = {}
        self.serving: Counter[int] = Counter()
        self.waiting: Counter[int] = Counter()
        self.queue: dict[int, Household] = {}

    def instants(self) -> Iterator[tuple[float, dict[int, Household]]]:
        """Live through the log; yield each instant and the households as they were, of the families it touched."""
        for time, records in groupby(self.records.tolist(), key=lambda r: r[0]):
            before: dict[int, Household] = {}
            for record in records:
                family = record[2]
                home = self.households.get(family) or self._arriving(family)
                self.households[family] = home
                before.setdefault(family, Household(**vars(home)))
                self._happen(home, Event(record[1]), record[3:])
            for family, was in before.items():
                self._count(was, -1)
                self._count(self.households[family], 1)
                self._queue_up(family)
                assert self.households[family].placed, f"family {family} on day {time}"
            yield time, before

    def needs_worker(self, home: Household) -> bool:
        """Say whether a family is at a stage that a social worker must hold."""
        return home.stage >= 0 and home.team >= 0 and self.structure.priority[home.stage] >= 0

    def priority(self, home: Household) -> int:
        """Return a family's place in the order for a worker, 0 first."""
        return int(self.structure.priority[home.stage])

    def _arriving(self, family: int) -> Household:
        families = self.start.families
        size = int(families.size[family])
        at_home = int((families.placement[family, :size] == AT_HOME).sum())
        return Household(size, at_home, size - at_home, bool(families.alone[family]))

    def _count(self, home: Household, sign: int) -> None:
        if self.needs_worker(home):
            (self.waiting if home.waits else self.serving)[home.team] += sign

    def _queue_up(self, family: int) -> None:
        if self.households[family].waits:
            self.queue[family] = self.households[family]
        else:
            self.queue.pop(family, None)

    def _happen(self, home: Household, event: Event, record: tuple[int, int, int, int, float]) -> None:
        child, team, place, leads, amount = record[0], record[1], record[2], record[3], round(record[4])
        if event is Event.WAIT:
            home.waits = True
        elif event is Event.WAIT_ENDS:
            assert home.waits
            home.waits = home.at_home > amount  # one child of several may have left
        elif event is Event.ENTER and child >= 0:
            self._enters_care(home, child, place)
        elif event is Event.ENTER:
            self._enters(home, team, place, amount)
        elif child >= 0:
            self._leaves_care(home, child, place, leads)
        else:
            self._leaves(home, team, place, leads, amount)

    def _enters_care(self, home: Household, child: int, place: int) -> None:
        assert self.stages[place].in_care
        assert child not in home.in_care
        home.in_care[child] = place
        home.coming_to_care -= 1

    def _leaves_care(self, home: Household, child: int, place: int, leads: int) -> None:
        assert home.in_care.pop(child) == place
        to = int(self.structure.to[place, leads]) if leads >= 0 else NOBODY
        if to >= 0 or leads == TRANSFERRED:
            home.coming_to_care += 1
        elif leads >= 0 and to == TO_HOME and not home.alone:
            home.coming_home += 1
        else:
            home.gone += 1

    def _enters(self, home: Household, team: int, place: int, amount: int) -> None:
        assert not self.stages[place].in_care
        assert amount == home.coming_home > 0
        if home.stage == NOBODY:
            assert home.next_stage in (NOBODY, place)
            home.stage, home.team, home.next_stage = place, team, NOBODY
        assert (home.stage, home.team) == (place, team)
        home.at_home += amount
        home.coming_home = 0

    def _leaves(self, home: Household, team: int, place: int, leads: int, amount: int) -> None:
        assert (home.stage, home.team) == (place, team)
        assert 0 < amount <= home.at_home
        home.at_home -= amount
        to = int(self.structure.to[place, leads]) if leads >= 0 else NOBODY
        if leads == GREW_UP:
            home.gone += amount
        elif leads >= 0 and to == TO_CARE:
            home.coming_to_care += amount
        else:
            home.coming_home += amount
            home.next_stage = to if leads >= 0 else self._own_ways(place, leads)
        if home.at_home == 0:
            home.stage, home.team, home.waits = NOBODY, NOBODY, False

    def _own_ways(self, place: int, leads: int) -> int:
        """Return where a departure leads that no exit declares: another team's same stage, else a new CIN plan."""
        return place if leads == TRANSFERRED else self.structure.pathway.index["cin"]


class Room:
    """How many families each team's workers can hold, by day; a front door holds none."""

    def __init__(self, ledger: Ledger) -> None:
        staff = ledger.world.timeline.staff
        self.days = sorted({s.day for s in staff})
        self.places = [[_places(ledger, name, day) for name in ledger.world.start.scenario.teams] for day in self.days]

    def on(self, day: float) -> list[int]:
        """Return each team's places on a day."""
        return self.places[bisect_right(self.days, day) - 1]


def _places(ledger: Ledger, name: str, day: float) -> int:
    world = ledger.world
    latest = {s.role: s.fte for s in world.timeline.staff if s.team == name and s.day <= day}
    children = sum(latest.values()) * world.start.ceilings[world.start.scenario.teams[name].stages]
    return int(children / world.start.structure.mean_size)


class Whereabouts:
    """At which stage, and with which team, each family's children at home were, by day: -1 for none."""

    def __init__(self, ledger: Ledger) -> None:
        log = ledger.events
        self.days: dict[int, list[float]] = defaultdict(list)
        self.places: dict[int, list[tuple[int, int]]] = defaultdict(list)
        at_home: Counter[int] = Counter()
        moves = log[(log["event"] <= Event.LEAVE) & (log["child"] < 0)]
        for time, event, family, _, team, place, _, amount in moves.tolist():
            at_home[family] += round(amount) if event == Event.ENTER else -round(amount)
            if self.days[family][-1:] == [time]:
                self.places[family].pop()
            else:
                self.days[family].append(time)
            self.places[family].append((place, team) if at_home[family] else (NOBODY, NOBODY))

    def on(self, family: int, day: float) -> tuple[int, int]:
        """Return a family's stage and team on a day, after what happened on it."""
        last = bisect_right(self.days[family], day) - 1
        return self.places[family][last] if last >= 0 else (NOBODY, NOBODY)

    def without_team(self, family: int, since: float, until: float) -> bool:
        """Say whether there was a time between two days when no team had the family."""
        first, last = (bisect_right(self.days[family], day) for day in (since, until))
        return any(team == NOBODY for _, team in self.places[family][max(first - 1, 0) : last])


@dataclass(frozen=True)
class Turn:
    """One stand in the line of a team's own workers, or of the council's, and the place that came of it.

    In line from `asks`; the log does not tell of the grant, but it was no sooner than `earliest` and no later than
    `latest`, which are the same day unless the wait ended before the first appointment; `ends`: no more in line, and
    the place given back. What never came is infinite.
    """

    family: int
    programme: int
    pool: tuple[int, str]
    priority: int
    asks: float
    earliest: float
    latest: float
    ends: float

    def waits(self, day: float) -> bool:
        """Say whether the parent waited in line on a day, for certain."""
        return self.asks <= day < min(self.earliest, self.ends)

    def holds(self, day: float) -> bool:
        """Say whether the parent had a place on a day, for certain."""
        return self.latest <= day < self.ends

    def may_hold(self, day: float) -> bool:
        """Say whether the parent may have had a place on a day."""
        return self.earliest <= day < self.ends


def pool_places(ledger: Ledger, pool: tuple[int, str], day: float) -> int:
    """Return how many parents the workers of a team, or of all, can see at once on a day."""
    teams, (owner, role) = list(ledger.world.start.scenario.teams), pool
    name = None if owner == COUNCIL else teams[owner]
    posts = [p for p in ledger.world.timeline.posts if (p.team, p.role) == (name, role)]
    at_work = sum(p.fte for p in posts if p.working_day <= day < p.end_day)
    return int(at_work * ledger.world.start.structure.values[f"adult.{role}.concurrent"] + 1e-6)


@dataclass(frozen=True)
class Wait:
    """A parent's wait in one turn in a programme, from the day on which the offer was taken up until it ended.

    `called`: the day of the outside appointment; infinite for who would not go outside. `first`: days from a place to
    the first appointment with the team's own worker. `own`: a worker of `team` began it. `over`: when the programme
    ended. `accepted`: the offer's draw, below the share who engage. Days that never came are infinite.
    """

    family: int
    programme: int
    turn: int
    asked: float
    called: float
    first: float
    accepted: float
    started: bool = False
    gave_up: bool = False
    own: bool = False
    team: int = NOBODY
    until: float = inf
    over: float = inf


def waits(ledger: Ledger) -> list[Wait]:
    """Return every wait that an offer taken up began; when a parent would be called is drawn again."""
    found: list[Wait] = []
    offered: Counter[tuple[int, int]] = Counter()
    own = ledger.events[(ledger.events["event"] >= Event.OFFERED) & (ledger.events["event"] <= Event.GAVE_UP)]
    order = np.lexsort((np.arange(len(own)), own["place"], own["family"]))
    for time, event, family, _, team, place, leads, _ in own[order].tolist():
        if event == Event.OFFERED:
            offered[family, place] += 1
        elif event == Event.QUEUED:
            found.append(_wait(ledger, family, place, offered[family, place] - 1, time))
        elif event in (Event.STARTED, Event.GAVE_UP):
            ended = {"started": event == Event.STARTED, "gave_up": event == Event.GAVE_UP, "own": bool(leads)}
            found[-1] = replace(found[-1], **ended, team=team, until=time)
        elif event in (Event.COMPLETED, Event.DROPPED):
            found[-1] = replace(found[-1], over=time)
    return found


def _wait(ledger: Ledger, family: int, place: int, turn: int, day: float) -> Wait:
    start = ledger.world.start
    programme, key = start.structure.pathway.programmes[place], (family, visit_key(place, turn))
    accepted, waits_for = (
        uniform(start.seed, start.replication, *key, int(purpose), 0)
        for purpose in (Purpose.OFFER_ACCEPTED, Purpose.OFFER_WAIT)
    )
    outside, team = (delivery.of(start.structure.values, programme, team=own) for own in (False, True))
    past = float(start.families.elapsed[family]) if day == 0 else 0.0
    called = inf
    if programme.outside and accepted < outside.engages:
        called = day - past - outside.wait_days * log(waits_for)
    return Wait(family, place, turn, day, called, -team.wait_days * log(waits_for), accepted)


class Lines:
    """In whose line a parent stands: that of the workers whom the family's team has today, its own or shared."""

    def __init__(self, ledger: Ledger) -> None:
        world = ledger.world
        self.start, self.places = world.start, Whereabouts(ledger)
        teams = list(self.start.scenario.teams)
        self.live = {teams.index(go.team): go.day for go in reversed(world.timeline.live)}
        self.open: dict[tuple[int, str], float] = {}
        seeing = {programme.role for programme in self.start.structure.pathway.programmes}
        posts = (post for post in world.timeline.posts if post.role in seeing)
        for post in sorted(posts, key=lambda post: post.working_day, reverse=True):
            pool = (teams.index(post.team) if post.team else COUNCIL, post.role)
            if pool_places(ledger, pool, post.working_day) > 0:
                self.open[pool] = post.working_day

    def of(self, wait: Wait, day: float) -> tuple[int, str] | None:
        """Return the line in which a parent who waits stands on a day, if in any."""
        programme = self.start.structure.pathway.programmes[wait.programme]
        team = self.places.on(wait.family, day)[1]
        takes_up = delivery.of(self.start.structure.values, programme, team=True).engages
        if not (self.live.get(team, inf) <= day and wait.accepted < takes_up):
            return None
        pools = [(team, programme.role), (COUNCIL, programme.role)]
        return next((pool for pool in pools if self.open.get(pool, inf) <= day), None)

    def moves(self, wait: Wait) -> list[float]:
        """Return the days within a wait on which the parent may come to stand in another line."""
        days = {*self.places.days[wait.family], *self.live.values(), *self.open.values()}
        return sorted(day for day in days if wait.asked < day < min(wait.until, self.start.horizon))

    def turns(self, wait: Wait) -> Iterator[Turn]:
        """Yield the stands in line of one wait, one after the other."""
        until = min(wait.until, self.start.horizon)
        line, since = self.of(wait, wait.asked), wait.asked
        for day in self.moves(wait):
            now = self.of(wait, day)
            if now != line:
                if line is not None:
                    yield self._turn(wait, line, since, max(since, day - wait.first), inf, day)
                line, since = now, day
        if line is None or wait.called <= wait.asked:
            return
        if wait.started and wait.own:
            granted = until - wait.first
            late = abs(until - wait.called) < MOMENT
            earliest, latest = (max(since, granted), until) if late else (granted, granted)
            yield self._turn(wait, line, since, earliest, latest, wait.over)
        elif wait.started:
            yield self._turn(wait, line, since, inf, inf, until)
        else:
            yield self._turn(wait, line, since, max(since, until - wait.first), inf, until)

    def _turn(
        self, wait: Wait, pool: tuple[int, str], asks: float, earliest: float, latest: float, ends: float
    ) -> Turn:
        stage = max(0, self.places.on(wait.family, asks)[0])
        priority = self.start.structure.pathway.stages[stage].adult_priority
        return Turn(wait.family, wait.programme, pool, priority, asks, earliest, latest, ends)


def turns(ledger: Ledger) -> list[Turn]:
    """Return every stand in line for a team's own worker."""
    lines = Lines(ledger)
    return [turn for wait in waits(ledger) for turn in lines.turns(wait)]
