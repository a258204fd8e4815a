"""What a schedule makes happen, and on which day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from math import inf, isclose
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyflow import scenario
from familyflow.ground.problem import Problem
from familyflow.scenario import boundaries, rollout
from familyflow.scenario.model import Area, Schedule, Team
from familyflow.scenario.schema import Boundary, Close, GoLive, Open, Staff
from familyflow.scenario.timeline import Post, Route, Staffing, TeamDay, Timeline, Transfer, build
from familyflow.scenario.vocabulary import GROUPS

if TYPE_CHECKING:
    from familyflow.scenario.schema import Step

START = date(2020, 3, 31)
PLANS = ("cin", "cp", "care")
TEAMS = (
    Team("front", "Front", ("north", "south"), ("assessment", "section47")),
    Team("plans", "Plans", ("north", "south"), PLANS),
    Team("new", "New", (), PLANS),
    Team("newer", "Newer", (), PLANS),
)
VALUES = {
    "team.front.social_workers": 10.0,
    "team.plans.social_workers": 20.0,
    "team.new.social_workers": 8.0,
    "team.newer.social_workers": 6.0,
    "staff.vacancy_rate": 0.2,
    "staff.agency_share": 0.5,
    "staff.training_weeks": 6.0,
    "post.da_victim_worker": 2.0,
    "post.psychologist": 1.0,
}


def on(day: float) -> date:
    """Give the date of a day of the model."""
    return START + timedelta(days=day)


def opens(day: float, team: str = "new", cases: str = "stay", area: str = "south") -> Open:
    """Make a step that opens a team."""
    step = {"date": on(day), "action": "open", "team": team, "areas": [area], "existing_cases": cases}
    return Open.model_validate(step)


def closes(day: float, team: str, to: str) -> Close:
    """Make a step that closes a team."""
    return Close(date=on(day), action="close", team=team, to=to)


def goes_live(day: float, team: str) -> GoLive:
    """Make a step with which a team goes live."""
    return GoLive(date=on(day), action="go_live", team=team)


@cache
def somerset() -> scenario.Scenario:
    """Load a shipped scenario once."""
    return scenario.load("somerset")


def council(*steps: Step) -> scenario.Scenario:
    """Make a council of two areas with one schedule."""
    shipped = somerset()
    return replace(
        shipped,
        start=START,
        areas={name: Area(name, name.title()) for name in ("north", "south")},
        teams={team.name: team for team in TEAMS},
        schedules={"plan": Schedule("plan", "Plan", steps)},
        programme=replace(shipped.programme, roles=("da_victim_worker",), shared_roles=("psychologist",)),
    )


def timeline(*steps: Step) -> Timeline:
    """Lay out a schedule for that council."""
    return build(council(*steps), "plan", VALUES)


def test_without_steps_there_is_only_day_0() -> None:
    laid = timeline()
    assert {route.day for route in laid.routes} == {staff.day for staff in laid.staff} == {0.0}
    assert laid.opens == (TeamDay(0.0, "front"), TeamDay(0.0, "plans"))
    assert (*laid.live, *laid.posts, *laid.transfers, *laid.closes) == ()


def test_on_day_0_every_group_of_every_area_has_its_team() -> None:
    routes = {(route.area, route.group): route.team for route in timeline().routes}
    assert set(routes) == {(area, group) for area in ("north", "south") for group in GROUPS}
    assert routes["south", "section47"] == "front"
    assert routes["south", "care"] == "plans"


def test_social_workers_in_post_are_permanent_ones_and_agency_cover() -> None:
    assert timeline().staff[:2] == (
        Staffing(0.0, "front", "social_worker", 8.0),
        Staffing(0.0, "front", "agency_social_worker", 1.0),
    )


def test_in_post_is_the_establishment_less_vacancies_without_cover() -> None:
    in_post = sum(staff.fte for staff in timeline().staff if staff.team == "plans")
    assert isclose(in_post, 20 * (1 - 0.2 * (1 - 0.5)))


def test_an_opening_team_takes_its_area_from_that_day() -> None:
    later = [route for route in timeline(opens(100)).routes if route.day > 0]
    assert later == [Route(100.0, "south", group, "new") for group in PLANS]


def test_an_opening_team_has_its_staff_from_that_day() -> None:
    staff = [row for row in timeline(opens(100)).staff if row.team == "new"]
    assert [(row.day, row.fte) for row in staff] == [(100.0, 6.4), (100.0, 0.8)]


def test_existing_cases_stay_where_they_are() -> None:
    assert timeline(opens(100)).transfers == ()


def test_existing_cases_of_the_area_are_transferred() -> None:
    laid = timeline(opens(100, cases="transfer"))
    assert laid.transfers == (Transfer(100.0, "plans", "new", ("south",), PLANS),)


def test_cases_that_stayed_with_an_earlier_team_are_transferred_too() -> None:
    laid = timeline(opens(100), opens(200, team="newer", cases="transfer"))
    assert [(move.day, move.from_team) for move in laid.transfers] == [(200.0, "plans"), (200.0, "new")]


def test_an_open_team_can_take_another_area() -> None:
    taken = Boundary(date=on(50), action="boundary", team="new", areas=("north",), existing_cases="stay")
    laid = timeline(opens(10), taken)
    assert {route.area for route in laid.routes if route.day == 50} == {"north"}
    assert {route.team for route in laid.routes if route.day == 50} == {"new"}


def test_a_closing_team_gives_up_its_area_its_cases_and_its_staff() -> None:
    laid = timeline(opens(100), closes(300, "new", "plans"))
    assert laid.closes == (TeamDay(300.0, "new"),)
    assert [route.team for route in laid.routes if route.day == 300] == ["plans"] * len(PLANS)
    assert laid.transfers == (Transfer(300.0, "new", "plans", ("north", "south"), GROUPS),)
    assert [row.fte for row in laid.staff if row.day == 300] == [0.0, 0.0]


def test_a_staffing_step_sets_the_establishment() -> None:
    step = Staff(date=on(40), action="staff", team="plans", social_workers=30.0)
    assert [row.fte for row in timeline(step).staff if row.day == 40] == [24.0, 3.0]


def test_posts_are_hired_a_training_time_before_they_work() -> None:
    laid = timeline(goes_live(100, "plans"))
    assert laid.live == (TeamDay(100.0, "plans"),)
    assert laid.posts[0] == Post(58.0, 100.0, "plans", "da_victim_worker", 2.0, inf)


def test_shared_posts_come_once_with_the_first_team() -> None:
    laid = timeline(opens(10), goes_live(100, "plans"), goes_live(200, "new"))
    shared = [post for post in laid.posts if post.team is None]
    assert shared == [Post(58.0, 100.0, None, "psychologist", 1.0, inf)]
    assert [post.hired_day for post in laid.posts] == [58.0, 58.0, 158.0]


def test_posts_end_when_their_team_closes() -> None:
    laid = timeline(opens(10), goes_live(100, "new"), closes(300, "new", "plans"))
    assert {post.end_day for post in laid.posts} == {300.0}


def test_shared_posts_stay_as_long_as_a_team_is_live() -> None:
    laid = timeline(opens(10), goes_live(100, "new"), goes_live(100, "plans"), closes(300, "new", "plans"))
    assert [post.end_day for post in laid.posts] == [300.0, inf, inf]


def test_nobody_is_hired_before_day_0_however_long_training_is() -> None:
    laid = build(council(goes_live(45, "plans")), "plan", VALUES | {"staff.training_weeks": 10.0})
    assert [post.hired_day for post in laid.posts] == [0.0, 0.0]


def test_an_unknown_schedule_is_refused_with_the_nearest() -> None:
    with pytest.raises(Problem, match=r"schedule = \"plna\": a schedule must be plan"):
        build(council(), "plna", VALUES)


# ---------------------------------------------------------------- any possible rollout


@st.composite
def rollouts(draw: st.DrawFn) -> scenario.Scenario:
    """Make a schedule of random steps, each kept only if it is possible after those before it."""
    steps: tuple[Step, ...] = ()
    days = sorted(draw(st.lists(st.integers(43, 2000), max_size=8)))
    for day in days:
        team, other = (draw(st.sampled_from([team.name for team in TEAMS])) for _ in range(2))
        area = draw(st.sampled_from(["north", "south"]))
        cases = draw(st.sampled_from(["stay", "transfer"]))
        possible: list[Step] = [opens(day, team, cases, area), closes(day, team, other), goes_live(day, team)]
        step = draw(st.sampled_from(possible))
        steps = (*steps, step) if not rollout.findings(council(*steps, step)) else steps
    return council(*steps)


@given(rollouts())
def test_work_is_always_with_an_open_team(given_council: scenario.Scenario) -> None:
    ground = boundaries.as_is(given_council.teams.values())
    for step in given_council.schedules["plan"].steps:
        ground = boundaries.after(ground, step, given_council.teams)
        assert set(ground.served) == {(area, group) for area in ("north", "south") for group in GROUPS}
        assert set(ground.served.values()) <= ground.open
        assert ground.live <= ground.open


@given(rollouts())
def test_everything_comes_in_order_of_day(given_council: scenario.Scenario) -> None:
    laid = build(given_council, "plan", VALUES)
    days = [[row.day for row in rows] for rows in (laid.routes, laid.staff, laid.transfers)]
    days += [[row.day for row in rows] for rows in (laid.live, laid.opens, laid.closes)]
    for row in (*days, [post.hired_day for post in laid.posts]):
        assert row == sorted(row)


@given(rollouts())
def test_the_routes_lead_where_the_steps_say(given_council: scenario.Scenario) -> None:
    ground = boundaries.as_is(given_council.teams.values())
    for step in given_council.schedules["plan"].steps:
        ground = boundaries.after(ground, step, given_council.teams)
    routes = build(given_council, "plan", VALUES).routes
    assert {(route.area, route.group): route.team for route in routes} == ground.served
