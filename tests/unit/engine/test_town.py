from __future__ import annotations

import numpy as np
import pytest
import simpy
from small_town import (
    AMPLE,
    RECRUITED,
    STEADY,
    begin,
    claiming,
    live,
    on,
    scenario,
    short,
    with_posts,
    with_schedules,
)

from familyflow.engine import Ledger, simulate, world
from familyflow.engine.records import Event
from familyflow.engine.reference.slots import Slots
from familyflow.engine.reference.town import Town
from familyflow.ground.calendar import DAYS_PER_MONTH
from familyflow.pathway import PATHWAY
from familyflow.scenario.schema import Boundary, Staff

NORTH, CENTRAL = (list(scenario().teams).index(name) for name in ("north", "central"))
GROWS, FIRST_YEAR, DIPS = "early_help.assessment", "section47.cp", "cp.close"
"""An exit on which each profile's effect stands alone, in a programme without adult workers."""
HALVED = {
    "effect.step_up": 0.5,
    "effect.cp_entry_first_year": 0.5,
    "effect.training_dip": 0.5,
    "effect.without_workers_share": 1.0,
}


def town(changes: dict[str, float], schedule: str = "north_only") -> Town:
    claimed = with_posts(claiming(scenario(), "step_up", "cp_plan_entry", "training_dip"))
    return Town(world.under(begin(HALVED | changes, size=0.03, years=3, town=claimed), schedule))


def power_on(day: float, ramp: float, path: str) -> float:
    """Return how much of an effect there is in a team that goes live on day 30, on an exit that it halves.

    Of those who could take the exit of a decision the effect halves the share: the odds are multiplied by less.
    """
    there = town({"effect.ramp_months": ramp, "staff.training_weeks": 2.0})
    there.env.run(until=day + 0.001)
    stage, leads = there.structure.locate(path)
    whole = there.start.practice.offered(0.0)[stage, leads].sum() if path == FIRST_YEAR else np.log(0.5)
    assert whole <= np.log(0.5)
    return float(np.log(there.teams[NORTH].practice(stage, offered=True)[leads]) / whole)


def test_practice_is_of_families_offered_the_programme_or_of_everyone() -> None:
    there = town({"effect.ramp_months": 0.0})
    there.env.run(until=100)
    north = there.teams[NORTH]
    for path, for_all in ((GROWS, True), (FIRST_YEAR, False)):
        stage, leads = there.structure.locate(path)
        offered, others = (north.practice(stage, offered=kind)[leads] for kind in (True, False))
        assert offered < 1
        assert others == (offered if for_all else 1.0)


def power_after(months: float, ramp: float, path: str) -> float:
    """Return it some months after going live."""
    return power_on(30 + months * DAYS_PER_MONTH, ramp, path)


@pytest.mark.parametrize(
    ("months", "ramp", "expected"),
    [(0, 10, 0.0), (1, 10, 0.1), (4.5, 10, 0.4), (10, 10, 1.0), (15, 10, 1.0), (3, 2, 1.0), (0, 0, 1.0)],
)
def test_practice_grows_by_the_month_over_its_ramp(months: float, ramp: float, expected: float) -> None:
    assert power_after(months, ramp, GROWS) == pytest.approx(expected)


@pytest.mark.parametrize(("months", "expected"), [(0, 1.0), (11, 1.0), (12.5, 0.0)])
def test_an_effect_of_the_first_year_ends_with_it(months: float, expected: float) -> None:
    assert power_after(months, 12, FIRST_YEAR) == pytest.approx(expected)


def test_a_team_that_is_not_live_has_no_practice_and_no_pools() -> None:
    there = town({})
    there.env.run(until=200)
    central = there.teams[CENTRAL]
    assert not central.live
    assert central.pools == {}
    assert all((part == 1).all() for part in vars(central.factors).values())


@pytest.mark.parametrize(("day", "expected"), [(15, 0.0), (17, 1.0), (29, 1.0), (31, 0.0), (200, 0.0)])
def test_a_team_dips_from_the_first_day_of_training_until_it_goes_live(day: float, expected: float) -> None:
    assert power_on(day, 12, DIPS) == pytest.approx(expected)


def test_more_places_serve_at_once_all_who_wait_and_fit() -> None:
    env = simpy.Environment()
    desk = Slots(env, capacity=1)
    requests = [desk.request(priority=k) for k in (3, 2, 1, 0)]
    desk.resize(3)
    assert [r.triggered for r in requests] == [True, False, True, True]
    assert desk.capacity == desk.count == 3


def test_fewer_places_send_nobody_away() -> None:
    env = simpy.Environment()
    desk = Slots(env, capacity=3)
    requests = [desk.request(priority=0) for _ in range(4)]
    desk.resize(1)
    assert desk.count == 3
    for request in requests[:2]:
        desk.release(request)
    env.run()
    assert not requests[3].triggered
    desk.release(requests[2])
    env.run()
    assert requests[3].triggered


def team_of(ledger: Ledger, area: str, stage: str, since: float, until: float) -> set[str]:
    """Return the teams to which an area's families passed from assessment to a stage, between two days."""
    log, start = ledger.events, ledger.world.start
    mine = log[start.families.area[log["family"]] == list(start.scenario.areas).index(area)]
    mine = mine[(mine["time"] > since) & (mine["time"] <= until)]
    left = mine[(mine["event"] == Event.LEAVE) & (mine["place"] == PATHWAY.index["assessment"])]
    assessed = set(zip(left["family"].tolist(), left["time"].tolist(), strict=True))
    here = mine[(mine["event"] == Event.ENTER) & (mine["place"] == PATHWAY.index[stage])]
    return {list(start.scenario.teams)[r["team"]] for r in here if (int(r["family"]), float(r["time"])) in assessed}


def test_new_cases_follow_the_map_and_open_cases_keep_their_team() -> None:
    step = Boundary(date=on(150), action="boundary", team="north", areas=("central",), existing_cases="stay")
    moved = with_schedules(scenario(), moved=[step])
    ledger = simulate(begin(AMPLE | STEADY, size=0.2, town=moved), "moved")
    for stage in ("section47", "cin"):
        assert team_of(ledger, "central", stage, 0, 150) == {"central"}
        assert team_of(ledger, "central", stage, 150, 365) == {"north"}
    log = ledger.events
    kept = log[(log["time"] > 150) & (log["event"] == Event.ENTER) & (log["team"] == CENTRAL)]
    assert set(kept["place"].tolist()) >= {PATHWAY.index["section47"], PATHWAY.index["cp"]}  # from plans begun before
    assert not (log["event"] == Event.WORKER_CHANGED).any()


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
    ledger = simulate(begin(short(0.5) | RECRUITED, town=with_schedules(scenario(), more=[more])), "more")
    waiting = dict(ledger.measures())["children_unallocated"]
    central = list(scenario().teams).index("central")
    assert waiting[ledger.edges < 100, central].max() > 0
    assert (waiting[ledger.edges > 100, central] == 0).all()


def test_a_team_is_live_from_the_day_that_it_goes_live() -> None:
    there = town({})
    there.env.run(until=29.9)
    assert not there.teams[NORTH].live
    there.env.run(until=30.1)
    assert there.teams[NORTH].live


def test_two_teams_that_go_live_on_one_day_do_so_together() -> None:
    together = with_schedules(scenario(), both=[live(40, "north"), live(40, "south")])
    log = simulate(begin(size=0.1, town=together), "both").events
    own = log[(log["event"] == Event.OFFERED) & (log["exit"] == 1)]
    on_the_day = own[own["time"] == 40]
    assert set(on_the_day["team"].tolist()) == {list(scenario().teams).index(name) for name in ("north", "south")}
