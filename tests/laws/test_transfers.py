"""When teams open, close and change their areas, cases pass between them and nobody is lost on the way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from replay import MOMENT, Lines, Replay, Room, waits
from small_town import RECRUITED, begin, flow_of, left_group, on, scenario, short, whole, with_schedules

from familyflow.engine import Ledger, simulate
from familyflow.engine.ledger import ENDS_OF_GROUP, STARTS_OF_GROUP, STOCK_OF_GROUP
from familyflow.engine.records import PASSED, TRANSFERRED, Event
from familyflow.pathway import PATHWAY
from familyflow.pathway.adult_work import roles
from familyflow.scenario.model import Team
from familyflow.scenario.schema import Boundary, Close, Open, Staff, Step

TOWNS = {
    "crowded": short(0.6),
    "full": short(0.3),
    "busy": short(0.0),
    "ample": short(-1e6),
    "deciding": short(0.6) | {"section47.days": 150.0},
}
"""Towns with fewer places than children on day 0, or more; in the last, cases pass in the middle of long enquiries."""
WHOLE = {
    "whole": {},
    "whole and crowded": short(0.6) | {"early_help.families_per_worker": 3.0},
    "whole and deciding": TOWNS["deciding"] | {"contact.days": 20.0, "referral.days": 20.0, "assessment.days": 90.0},
}
"""The whole town, with its front doors and hubs, everything claimed and every role at work."""
FEW_POSTS = {f"post.{role}": 0.15 for role in roles()}


@pytest.fixture(scope="module", params=[*TOWNS, *WHOLE])
def moved(request: pytest.FixtureRequest) -> Ledger:
    """Return a year in which every kind of step is taken, and workers come and go."""
    if request.param in TOWNS:
        return simulate(begin(TOWNS[request.param], size=0.2), "reorganised")
    changes = WHOLE[request.param] | FEW_POSTS | {"snapshot.children_in_care": 100.0}
    return simulate(begin(changes, size=0.2, town=whole()), "upheaval")


def test_every_family_is_in_one_stage_with_one_team(moved: Ledger) -> None:
    replay = Replay(moved)
    for _ in replay.instants():
        pass
    assert all(home.placed for home in replay.households.values())


def test_desks_serve_up_to_capacity_and_nobody_waits_while_one_is_free(moved: Ledger) -> None:
    replay, rooms = Replay(moved), Room(moved)
    held_before = [0] * len(moved.world.start.scenario.teams)
    for time, _ in replay.instants():
        for team, room in enumerate(rooms.on(time)):
            held = replay.serving[team]
            assert held <= max(room, held_before[team])
            assert held >= room or replay.waiting[team] == 0, f"team {team} on day {time}"
            held_before[team] = held


@pytest.mark.parametrize("group", STARTS_OF_GROUP)
def test_each_teams_stock_changes_by_starts_ends_and_cases_passed(moved: Ledger, group: str) -> None:
    tables, log = dict(moved.measures()), moved.events
    here = np.isin(log["place"], [s for s, stage in enumerate(PATHWAY.stages) if stage.group == group])
    given = flow_of(moved, (log["event"] == Event.LEAVE) & (log["exit"] == TRANSFERRED) & here)
    taken = flow_of(moved, (log["event"] == Event.ENTER) & (log["exit"] == PASSED) & here)
    change = tables[STARTS_OF_GROUP[group]] - left_group(moved, group) + taken - given
    np.testing.assert_array_equal(np.diff(tables[STOCK_OF_GROUP[group]], axis=0), change[1:])
    assert taken.sum() == given.sum()
    if group in ENDS_OF_GROUP:
        np.testing.assert_array_equal(tables[ENDS_OF_GROUP[group]][1:], left_group(moved, group)[1:])
        assert taken.sum() > 0


def test_a_case_that_passes_in_the_middle_of_an_enquiry_waits_and_is_served_like_any_other() -> None:
    steps: list[Step] = [
        Open(date=on(20), action="open", team="east", areas=("north",), existing_cases="transfer"),
        Staff(date=on(60), action="staff", team="east", social_workers=100.0),
    ]
    town = with_schedules(scenario(), opened=steps)
    changes = short(0.0) | RECRUITED | {"section47.days": 300.0, "team.east.social_workers": 0.1}
    ledger = simulate(begin(changes, town=town), "opened")
    east = list(scenario().teams).index("east")
    replay, most = Replay(ledger), 0
    for time, _ in replay.instants():
        most = max(most, replay.waiting[east])
        assert time < 60 or replay.waiting[east] == 0
    assert most > 10


def test_a_place_that_is_given_and_passed_on_within_a_day_is_free_for_the_next() -> None:
    steps: list[Step] = [
        Boundary(date=on(10), action="boundary", team="north", areas=("central", "south"), existing_cases="transfer"),
        Staff(date=on(100), action="staff", team="north", social_workers=4.0),
        Open(date=on(100), action="open", team="east", areas=("central",), existing_cases="transfer"),
    ]
    ledger = simulate(begin(short(0.2) | RECRUITED, town=with_schedules(scenario(), both=steps)), "both")
    north = list(scenario().teams).index("north")
    replay, rooms = Replay(ledger), Room(ledger)
    for time, _ in replay.instants():
        assert replay.serving[north] >= rooms.on(time)[north] or replay.waiting[north] == 0, f"day {time}"


def test_a_closed_team_has_no_cases_left(moved: Ledger) -> None:
    teams, tables = list(moved.world.start.scenario.teams), dict(moved.measures())
    assert len(moved.world.timeline.closes) > 0
    for close in moved.world.timeline.closes:
        for stock in STOCK_OF_GROUP.values():
            assert (tables[stock][moved.edges >= close.day, teams.index(close.team)] == 0).all()
        log = moved.events[(moved.events["event"] == Event.ENTER) & (moved.events["time"] > close.day)]
        assert not (log["team"] == teams.index(close.team)).any()


def test_nobody_is_seen_by_a_team_that_has_closed_or_no_longer_has_the_case(moved: Ledger) -> None:
    teams, lines = list(moved.world.start.scenario.teams), Lines(moved)
    closed = {teams.index(close.team): close.day for close in moved.world.timeline.closes}
    began = [wait for wait in waits(moved) if wait.started and wait.own]
    assert len(began) > 5
    for wait in began:
        assert wait.team == lines.places.on(wait.family, wait.until)[1]
        assert lines.live[wait.team] <= wait.until <= closed.get(wait.team, np.inf)


def test_whoever_has_an_outside_appointment_keeps_it_and_who_has_none_waits_while_a_place_can_come(
    moved: Ledger,
) -> None:
    """Whatever happens to the teams, nobody gives up but where the case is closed, or nothing can come."""
    lines, changed = Lines(moved), 0
    for wait in (w for w in waits(moved) if w.asked > 0):
        stage, team = lines.places.on(wait.family, wait.until)
        lined = [lines.of(wait, day) for day in lines.moves(wait)]
        assert min(wait.until, moved.world.start.horizon) <= wait.called + MOMENT
        assert wait.own or not wait.started or wait.until == pytest.approx(wait.called, abs=MOMENT)
        assert wait.called < np.inf or None not in lined
        if wait.gave_up and not stage >= 0 > team:
            assert wait.called == np.inf
            assert lines.of(wait, wait.until) is None
        changed += len({lines.of(wait, wait.asked), *lined}) > 1
    assert changed > 0


def test_a_case_that_passes_to_a_live_team_is_offered_its_programmes(moved: Ledger) -> None:
    log, north = moved.events, list(scenario().teams).index("north")
    families = moved.world.start.families
    passed = log[(log["event"] == Event.ENTER) & (log["exit"] == PASSED) & (log["team"] == north)]
    harmed = [r["family"] for r in passed if families.combo[r["family"]] > 0]
    offers = log[(log["event"] == Event.OFFERED) & (log["exit"] == 1) & (log["time"] == 240)]
    assert set(offers["family"].tolist()) & set(harmed)


def test_a_case_that_passes_to_another_team_begins_no_new_proceedings() -> None:
    start = begin({"proceedings.days_to_first_hearing": 200.0, "pre_proceedings.days": 400.0}, size=0.2)
    kept, passed = simulate(start, "no_change"), simulate(start, "reorganised")
    rows = (kept.edges > 30) & (kept.edges <= 91)  # cases pass on day 60
    assert passed.total("pre_proceedings")[rows].sum() == kept.total("pre_proceedings")[rows].sum()
    assert passed.total("proceedings")[rows].sum() == kept.total("proceedings")[rows].sum()


def test_children_in_care_pass_to_the_team_that_takes_over() -> None:
    second = Team("second", "Second team", ("south",), ("care",))
    teams = {**scenario().teams, "second": second}
    teams["looked_after"] = replace(teams["looked_after"], areas=("north", "central"))
    step = Close(date=on(100), action="close", team="second", to="looked_after")
    town = with_schedules(replace(scenario(), teams=teams), merged=[step])
    ledger = simulate(begin({"team.second.social_workers": 1.0}, town=town), "merged")
    stock = dict(ledger.measures())["children_in_care"]
    second_column = list(teams).index("second")
    assert stock[0, second_column] > 0
    assert (stock[ledger.edges >= 100, second_column] == 0).all()
    assert stock.min() >= 0
