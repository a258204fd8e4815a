from __future__ import annotations

import numpy as np
import pytest
import simpy
from small_town import AMPLE, begin, live, on, scenario, short, with_schedules

from familyflow.engine import Ledger, simulate, world
from familyflow.engine.records import Event
from familyflow.engine.reference.town import Team, Town, _resize
from familyflow.engine.structure import PROFILES
from familyflow.ground.calendar import DAYS_PER_MONTH
from familyflow.pathway import PATHWAY
from familyflow.pathway.effects import Profile
from familyflow.scenario.schema import Boundary, Staff

RAMP, FIRST_YEAR = PROFILES.index(Profile.RAMP), PROFILES.index(Profile.FIRST_YEAR)


def town(changes: dict[str, float], schedule: str = "north_only") -> Town:
    return Town(world.under(begin(changes, size=0.03, years=3), schedule))


def power_after(months: float, ramp: float) -> list[float]:
    """Return a live team's practice, by profile, some months after going live on day 30."""
    there = town({"effect.ramp_months": ramp})
    there.env.run(until=30 + months * DAYS_PER_MONTH + 0.001)
    return [float(x) for x in there.teams[list(scenario().teams).index("north")].power]


@pytest.mark.parametrize(
    ("months", "ramp", "expected"),
    [(0, 10, 0.0), (1, 10, 0.1), (4.5, 10, 0.4), (10, 10, 1.0), (15, 10, 1.0), (3, 2, 1.0), (0, 0, 1.0)],
)
def test_practice_grows_by_the_month_over_its_ramp(months: float, ramp: float, expected: float) -> None:
    assert power_after(months, ramp)[RAMP] == pytest.approx(expected)


@pytest.mark.parametrize(("months", "expected"), [(0, 1.0), (11, 1.0), (12.5, 0.0)])
def test_an_effect_of_the_first_year_ends_with_it(months: float, expected: float) -> None:
    assert power_after(months, 12)[FIRST_YEAR] == expected


def test_a_team_that_is_not_live_has_no_practice_and_no_pools() -> None:
    there = town({})
    there.env.run(until=200)
    central = there.teams[list(scenario().teams).index("central")]
    assert not central.live
    assert central.pools == {}
    assert not central.power.any()


def test_more_places_serve_at_once_all_who_wait_and_fit() -> None:
    env = simpy.Environment()
    desk = simpy.PriorityResource(env, capacity=1)
    requests = [desk.request(priority=k) for k in (3, 2, 1, 0)]
    _resize(desk, 3)
    assert [r.triggered for r in requests] == [True, False, True, True]
    assert desk.capacity == desk.count == 3


def test_fewer_places_send_nobody_away() -> None:
    env = simpy.Environment()
    desk = simpy.PriorityResource(env, capacity=3)
    requests = [desk.request(priority=0) for _ in range(4)]
    _resize(desk, 1)
    assert desk.count == 3
    for request in requests[:2]:
        desk.release(request)
    env.run()
    assert not requests[3].triggered
    desk.release(requests[2])
    env.run()
    assert requests[3].triggered


def team_of(ledger: Ledger, area: str, group: str, since: float, until: float) -> set[str]:
    """Return the teams that took new cases of an area in a group between two days."""
    log, start = ledger.events, ledger.world.start
    stages = [s for s, stage in enumerate(PATHWAY.stages) if stage.group == group]
    mine = start.families.area[log["family"]] == list(start.scenario.areas).index(area)
    new = log[(log["event"] == Event.ENTER) & (log["exit"] == 0) & np.isin(log["place"], stages) & mine]
    here = new[(new["time"] > since) & (new["time"] <= until)]
    return {list(start.scenario.teams)[t] for t in here["team"]}


def test_new_cases_follow_the_map_and_open_cases_keep_their_team() -> None:
    step = Boundary(date=on(150), action="boundary", team="north", areas=("central",), existing_cases="stay")
    moved = with_schedules(scenario(), moved=[step])
    ledger = simulate(begin(AMPLE, town=moved), "moved")
    assert team_of(ledger, "central", "section47", 0, 150) == {"central"}
    assert team_of(ledger, "central", "section47", 150, 365) == {"north"}
    assert team_of(ledger, "central", "cp", 150, 365) == {"north", "central"}  # enquiries begun before stay
    assert not (ledger.events["event"] == Event.WORKER_CHANGED).any()


def test_overload_slows_what_improves_where_that_is_switched_on() -> None:
    heavy = {"staff.target_caseload": 2.0, "staff.overload_exponent": 0.8}
    freely, slowed = (
        simulate(begin(AMPLE | heavy | switch, size=0.2), "no_change") for switch in ({}, {"staff.overload_on": 1.0})
    )
    assert slowed.total("child_days_on_cin").sum() > 1.1 * freely.total("child_days_on_cin").sum()


def test_under_no_overload_the_switch_changes_nothing() -> None:
    light = {"staff.target_caseload": 1e9}
    freely, switched = (
        simulate(begin(AMPLE | light | switch, size=0.05), "no_change").events
        for switch in ({}, {"staff.overload_on": 1.0})
    )
    assert freely["event"].tolist() == switched["event"].tolist()
    np.testing.assert_allclose(freely["time"], switched["time"], rtol=1e-9)


def test_a_team_that_is_staffed_anew_lets_waiting_families_in_that_day() -> None:
    more = Staff(date=on(100), action="staff", team="central", social_workers=100.0)
    ledger = simulate(begin(short(0.5), town=with_schedules(scenario(), more=[more])), "more")
    waiting = ledger.stock(np.isin(ledger.events["event"], (Event.WAIT, Event.WAIT_ENDS)), waits(ledger))[0]
    central = list(scenario().teams).index("central")
    assert waiting[ledger.edges < 100, central].max() > 0
    assert (waiting[ledger.edges > 100, central] == 0).all()


def waits(ledger: Ledger) -> np.ndarray:
    return np.where(ledger.events["event"] == Event.WAIT_ENDS, -1.0, 1.0)


def test_a_team_is_live_from_the_day_that_it_goes_live() -> None:
    team = Team(0, (), frozenset(), simpy.PriorityResource(simpy.Environment(), capacity=1))
    assert not team.live
    team.went_live = 5.0
    assert team.live


def test_two_teams_that_go_live_on_one_day_do_so_together() -> None:
    together = with_schedules(scenario(), both=[live(40, "north"), live(40, "south")])
    log = simulate(begin(size=0.1, town=together), "both").events
    own = log[(log["event"] == Event.OFFERED) & (log["exit"] == 1)]
    on_the_day = own[own["time"] == 40]
    assert set(on_the_day["team"].tolist()) == {list(scenario().teams).index(name) for name in ("north", "south")}
