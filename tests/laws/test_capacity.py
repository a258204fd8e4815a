"""No team and no pool ever serves more than it can, and nobody waits while there is room."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise, product
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replay import MOMENT, Household, Replay, Room, Turn, pool_places, turns, waits
from small_town import UNSHRUNK, begin, on, scenario, short, whole, with_schedules

from familyflow.engine import Ledger, simulate
from familyflow.engine.records import Event
from familyflow.pathway.adult_work import roles
from familyflow.scenario.schema import GoLive, Staff

POSTS = {
    "post.da_victim_worker": 0.15,
    "post.da_perpetrator_worker": 0.1,
    "post.substance_misuse_worker": 0.15,
    "post.mental_health_practitioner": 0.1,
}
"""So few adult workers that parents queue for them."""
LONG = {f"adult.{post.removeprefix('post.')}.wait_days_outside": 120.0 for post in POSTS}
"""So long a wait outside that most who queue are still there when a place is free."""


@settings(max_examples=6, phases=UNSHRUNK)
@given(seed=st.integers(0, 2**40), fewer=st.floats(-0.2, 0.6), workers=st.floats(0.3, 2.0), day=st.integers(1, 360))
def test_desks_serve_up_to_capacity_and_nobody_waits_while_one_is_free(
    seed: int, fewer: float, workers: float, day: int
) -> None:
    steps = [Staff(date=on(day), action="staff", team="north", social_workers=workers)]
    town = with_schedules(scenario(), staffed=steps)
    ledger = simulate(begin(short(fewer), size=0.05, seed=seed, town=town), "staffed")
    replay, rooms, held_before = Replay(ledger), Room(ledger), [0] * len(town.teams)
    for time, before in replay.instants():
        for team, room in enumerate(rooms.on(time)):
            held = replay.serving[team]
            assert held <= max(room, held_before[team])  # cases above a lowered ceiling stay until they close
            assert held >= room or replay.waiting[team] == 0
            held_before[team] = held
        assert_served_in_order(replay, before)


def assert_served_in_order(replay: Replay, before: dict[int, Household]) -> None:
    """Fail when a family was given a worker before one of higher priority that was waiting too."""
    for family, was in before.items():
        now = replay.households[family]
        if was.waits and not now.waits and (now.stage, now.team) == (was.stage, was.team) and now.at_home:
            others = [h for f, h in replay.queue.items() if h.team == was.team and f not in before]
            assert all(replay.priority(was) <= replay.priority(other) for other in others)


def test_while_a_family_waits_for_a_worker_its_plan_does_not_improve() -> None:
    ledger = simulate(begin(short(0.5)), "no_change")
    replay = Replay(ledger)
    improves = ledger.world.start.structure.improves
    waited = 0
    for time, before in replay.instants():
        left = ledger.events[(ledger.events["time"] == time) & (ledger.events["event"] == Event.LEAVE)]
        for record in left[(left["child"] < 0) & (left["exit"] >= 0)]:
            if before[record["family"]].waits:
                waited += 1
                assert not improves[record["place"], record["exit"]]
    assert waited > 0


AT_ONCE = {"adult.team_first_appointment_days": 1e-6}
"""A first appointment on the day of the place: the log then tells of each place when it is given."""

LATE = {"staff.unfilled_share": 0.8} | {f"staff.recruitment_weeks.{role}": 10.0 for role in roles()}
"""Not one place when a team goes live: there is one when the posts left unfilled are recruited to."""


@pytest.fixture(scope="module")
def queueing() -> Ledger:
    """Return a year of a town with fewer adult workers than parents who ask for them."""
    return simulate(begin(POSTS | LONG), "all_at_once")


WAYS = {"": {}, "seen at once": AT_ONCE, "workers come late": LATE | LONG}


@pytest.fixture(scope="module", params=["queueing", *product(("everybody", "upheaval"), WAYS)], ids=str)
def queued(request: pytest.FixtureRequest, queueing: Ledger) -> Ledger:
    """Return that year, and years of the whole town with few workers, its own and shared."""
    if request.param == "queueing":
        return queueing
    few, (schedule, way) = {f"post.{role}": 0.15 for role in roles()}, request.param
    return simulate(begin(POSTS | few | WAYS[way], town=whole()), schedule)


def by_pool(ledger: Ledger) -> dict[tuple[int, str], list[Turn]]:
    found: dict[tuple[int, str], list[Turn]] = defaultdict(list)
    for turn in turns(ledger):
        found[turn.pool].append(turn)
    return found


def test_pools_serve_up_to_capacity_and_nobody_waits_while_one_is_free(queued: Ledger) -> None:
    """A place is held from the day on which it is given, before the first appointment."""
    posts = queued.world.timeline.posts
    steps = {day for post in posts for day in (post.working_day, post.end_day) if day < inf}
    full = 0
    for pool, queue in by_pool(queued).items():
        days = {t for turn in queue for t in (turn.asks, turn.earliest, turn.latest, turn.ends) if t < inf}
        most_before = 0
        for since, until in pairwise(sorted(steps | days)):
            if until - since < MOMENT:
                continue
            middle = (since + until) / 2
            room = pool_places(queued, pool, middle)
            served, most, waiting = (
                sum(is_so(turn, middle) for turn in queue) for is_so in (Turn.holds, Turn.may_hold, Turn.waits)
            )
            assert served <= max(room, most_before), f"{pool} on day {middle}"  # who has a place keeps it to the end
            assert most >= room or waiting == 0, f"{pool} on day {middle}"
            full += waiting > 0
            most_before = most
    assert full > 100


def test_workers_see_protection_before_need_before_early_help(queued: Ledger) -> None:
    passed_over = 0
    for queue in by_pool(queued).values():
        for turn in (t for t in queue if t.asks < t.earliest == t.latest < inf):
            others = [
                t for t in queue if t is not turn and t.waits(turn.latest - MOMENT) and t.waits(turn.latest + MOMENT)
            ]
            assert all((turn.priority, turn.asks) <= (t.priority, t.asks) for t in others)
            passed_over += len(others)
    assert passed_over > 20


def test_a_parent_is_seen_by_whoever_is_free_first(queued: Ledger) -> None:
    """Never later than the outside appointment; outside on that day, and never without having taken it up."""
    began = [wait for wait in waits(queued) if wait.started and wait.asked > 0]
    for wait in began:
        assert wait.until <= wait.called + MOMENT
        assert wait.own or wait.until == pytest.approx(wait.called, abs=MOMENT)
    assert min(sum(wait.own for wait in began), sum(not wait.own for wait in began)) > 20
    assert any(wait.called < inf and wait.own for wait in began)
    assert any(wait.called == inf for wait in began)


def test_a_place_is_given_no_sooner_than_it_is_asked_for(queued: Ledger) -> None:
    """The first appointment with the team's own worker comes the team's mean wait times the same draw after that."""
    for turn in turns(queued):
        assert turn.earliest >= turn.asks - MOMENT


def test_the_wait_that_is_counted_is_the_time_since_the_offer_was_accepted(queueing: Ledger) -> None:
    log = queueing.events
    accepted: dict[tuple[int, int], float] = {}
    for record in log[np.isin(log["event"], (Event.QUEUED, Event.STARTED))]:
        key = (int(record["family"]), int(record["place"]))
        if record["event"] == Event.QUEUED:
            accepted[key] = float(record["time"])
        else:
            asked = accepted.pop(key)
            seen = record["time"] - asked
            assert record["amount"] >= seen - 1e-9  # an offer from before day 0 had been waited for already
            assert asked == 0 or record["amount"] == pytest.approx(seen, abs=1e-9)


def test_nobody_is_in_a_teams_programme_before_the_team_is_live() -> None:
    town = with_schedules(scenario(), late=[GoLive(date=on(200), action="go_live", team="central")])
    log = simulate(begin(town=town), "late").events
    own = log[(log["event"] >= Event.OFFERED) & (log["event"] <= Event.MISSED) & (log["exit"] == 1)]
    assert len(own) > 0
    assert own["time"].min() >= 200
    assert set(own["team"].tolist()) == {list(town.teams).index("central")}


def test_a_parent_whose_case_has_closed_no_longer_waits() -> None:
    ledger = simulate(begin(POSTS), "all_at_once")
    replay = Replay(ledger)
    log = ledger.events
    waiting: dict[int, set[int]] = defaultdict(set)
    kinds = {int(Event.QUEUED), int(Event.STARTED), int(Event.GAVE_UP)}
    programmes = log[np.isin(log["event"], list(kinds))]
    at = 0
    for time, before in replay.instants():
        while at < len(programmes) and programmes["time"][at] <= time:
            record = programmes[at]
            change = waiting[int(record["family"])]
            change.add(int(record["place"])) if record["event"] == Event.QUEUED else change.discard(
                int(record["place"])
            )
            at += 1
        for family in before:
            home = replay.households[family]
            assert home.stage < 0 or home.team >= 0 or not waiting[family]
