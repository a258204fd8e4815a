"""What a schedule makes happen, and on which day."""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import date, timedelta
from functools import cache
from itertools import product
from math import exp, inf, isclose, log
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyflow import scenario
from familyflow.ground.calendar import DAYS_PER_YEAR
from familyflow.ground.problem import Problem
from familyflow.scenario import boundaries, rollout
from familyflow.scenario.model import Area, Schedule, Team
from familyflow.scenario.posts import Post
from familyflow.scenario.schema import Boundary, Close, Cut, GoLive, Open, Staff
from familyflow.scenario.timeline import (
    Route,
    TeamDay,
    Timeline,
    Training,
    Transfer,
    build,
)
from familyflow.scenario.vocabulary import GROUPS, KINDS, REQUIRED_GROUPS
from familyflow.scenario.workforce import Leaving, Staffing, Work, multipliers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from familyflow.scenario.schema import Step

START = date(2020, 3, 31)
PLANS = ("cin", "cp", "care")
DOOR = Team("door", "Front door", ("north", "south"), ("contact", "referral"))
HUB = Team("hub", "Hub", ("north",), ("early_help",))
TEAMS = (
    Team("front", "Front", ("north", "south"), ("assessment", "section47")),
    Team("plans", "Plans", ("north", "south"), PLANS),
    Team("new", "New", (), PLANS),
    Team("newer", "Newer", (), PLANS),
)
LATER = Team("later", "Later hub", (), ("early_help",))
ALL_TEAMS = (*TEAMS, DOOR, HUB, LATER)
VALUES = {
    "team.front.social_workers": 10.0,
    "team.plans.social_workers": 20.0,
    "team.new.social_workers": 8.0,
    "team.newer.social_workers": 6.0,
    "staff.vacancy_rate": 0.2,
    "staff.agency_share": 0.5,
    "team.hub.key_workers": 10.0,
    "team.later.key_workers": 5.0,
    "staff.turnover_rate": 0.15,
    "staff.agency_turnover_rate": 1.5,
    "staff.key_worker_turnover_rate": 0.1,
    "staff.key_worker_vacancy_rate": 0.2,
    "staff.slippage_weeks": 0.0,
    "staff.unfilled_share": 0.0,
    "staff.posts_follow_demand": 1.0,
    "staff.lent_between_teams": 1.0,
    "staff.recruitment_weeks.social_worker": 10.0,
    "staff.recruitment_weeks.agency_social_worker": 2.0,
    "staff.recruitment_weeks.family_key_worker": 4.0,
    "staff.recruitment_weeks.da_victim_worker": 5.0,
    "staff.recruitment_weeks.psychologist": 20.0,
    "staff.training_weeks": 6.0,
    "effect.ramp_months": 12.0,
    "effect.vacancies": 0.5,
    "effect.turnover": 0.6,
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


def council(
    *steps: Step, teams: tuple[Team, ...] = TEAMS, effects: tuple[str, ...] = (), as_happened: bool = False
) -> scenario.Scenario:
    """Make a council of two areas with one schedule."""
    shipped = somerset()
    return replace(
        shipped,
        start=START,
        areas={name: Area(name, name.title()) for name in ("north", "south")},
        teams={team.name: team for team in teams},
        schedules={"plan": Schedule("plan", "Plan", steps, as_happened)},
        programme=replace(
            shipped.programme,
            stages=("cin", "cp"),
            roles=("da_victim_worker",),
            shared_roles=("psychologist",),
            effects=effects,
        ),
    )


def timeline(*steps: Step, **changes: float) -> Timeline:
    """Lay out a schedule for that council; a change of a value gives its id with __ for dots."""
    return build(council(*steps), "plan", values(changes))


def values(changes: Mapping[str, float]) -> dict[str, float]:
    """Give the council's values, with some changed."""
    return VALUES | {key.replace("__", "."): value for key, value in changes.items()}


def staffs(day: float, team: str, **posts: float) -> Staff:
    """Make a step that staffs a team."""
    return Staff(date=on(day), action="staff", team=team, **posts)


def in_post(laid: Timeline, team: str, role: str) -> list[tuple[float, float]]:
    """Give a team's workers in post in a role as (day, FTE), rounded to a thousandth."""
    return [(row.day, round(row.fte, 3)) for row in laid.staff if (row.team, row.role) == (team, role)]


def leaving(laid: Timeline, team: str) -> list[tuple[float, float]]:
    """Give a team's leavers as (day, FTE per year), rounded to a thousandth."""
    return [(row.day, round(row.per_year, 3)) for row in laid.leavers if row.team == team]


def test_without_steps_there_is_only_day_0() -> None:
    laid = timeline()
    assert {route.day for route in laid.routes} == {staff.day for staff in laid.staff} == {0.0}
    assert laid.opens == (TeamDay(0.0, "front"), TeamDay(0.0, "plans"))
    assert (*laid.live, *laid.posts, *laid.transfers, *laid.closes) == ()


def test_on_day_0_every_group_of_every_area_has_its_team() -> None:
    routes = {(route.area, route.group, route.kind): route.team for route in timeline().routes}
    assert set(routes) == set(product(("north", "south"), REQUIRED_GROUPS, KINDS))
    assert {routes["south", "section47", kind] for kind in KINDS} == {"front"}
    assert {routes["south", "care", kind] for kind in KINDS} == {"plans"}


def test_social_workers_in_post_are_permanent_ones_and_agency_cover() -> None:
    assert timeline().staff[:2] == (
        Staffing(0.0, "front", "social_worker", 8.0),
        Staffing(0.0, "front", "agency_social_worker", 1.0),
    )


def test_in_post_is_the_establishment_less_vacancies_without_cover() -> None:
    total = sum(staff.fte for staff in timeline().staff if staff.team == "plans")
    assert isclose(total, 20 * (1 - 0.2 * (1 - 0.5)))


def test_an_opening_team_takes_its_area_from_that_day() -> None:
    later = [route for route in timeline(opens(100)).routes if route.day > 0]
    assert later == [Route(100.0, "south", group, kind, "new") for group in PLANS for kind in KINDS]


def test_posts_that_move_to_an_opening_team_bring_their_workers_that_day() -> None:
    laid = timeline(opens(100), staffs(100, "plans", social_workers=12))
    assert in_post(laid, "new", "social_worker") == [(100, 6.4)]
    assert in_post(laid, "new", "agency_social_worker") == [(100, 0.8)]


def test_new_posts_of_an_opening_team_are_recruited_to_with_agency_cover_meanwhile() -> None:
    laid = timeline(opens(100))
    assert in_post(laid, "new", "social_worker") == [(100, 0), (170, 6.4)]
    assert in_post(laid, "new", "agency_social_worker") == [(100, 0), (114, 4), (170, 0.8)]


def test_only_the_net_rise_of_a_date_is_recruited_to() -> None:
    laid = timeline(opens(100), staffs(100, "plans", social_workers=18), staffs(100, "front", social_workers=8))
    assert in_post(laid, "new", "social_worker") == [(100, 3.2), (170, 6.4)]
    assert in_post(laid, "plans", "social_worker") == [(0, 16), (100, 14.4)]


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
    assert [route.team for route in laid.routes if route.day == 300] == ["plans"] * len(PLANS) * len(KINDS)
    assert laid.transfers == (Transfer(300.0, "new", "plans", ("north", "south"), GROUPS, for_all=True),)
    assert [row.fte for row in laid.staff if row.day == 300] == [0.0, 0.0]


def test_a_staffing_step_sets_the_establishment() -> None:
    laid = timeline(staffs(40, "plans", social_workers=10.0))
    assert [row.fte for row in laid.staff if row.day == 40] == [8.0, 1.0]


def test_the_posts_of_a_closing_team_can_move_to_the_receiving_one() -> None:
    opening = (opens(10), staffs(10, "plans", social_workers=12))
    laid = timeline(*opening, closes(90, "new", "plans"), staffs(90, "plans", social_workers=20))
    assert in_post(laid, "new", "social_worker")[-1] == (90, 0)
    assert in_post(laid, "plans", "social_worker") == [(0, 16), (10, 9.6), (90, 16)]


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
    laid = timeline(goes_live(45, "plans"), staff__training_weeks=10.0)
    assert [post.hired_day for post in laid.posts] == [0.0, 0.0]


def test_an_unknown_schedule_is_refused_with_the_nearest() -> None:
    with pytest.raises(Problem, match=r"schedule = \"plna\": a schedule must be plan"):
        build(council(), "plna", VALUES)


# ---------------------------------------------------------------- late, and unfilled


def test_a_team_trains_from_the_day_its_adult_workers_are_hired_until_it_goes_live() -> None:
    assert timeline(goes_live(100, "plans")).training == (Training(58.0, 100.0, "plans"),)


def test_training_does_not_begin_before_day_0() -> None:
    assert timeline(goes_live(45, "plans"), staff__training_weeks=10.0).training == (Training(0.0, 45.0, "plans"),)


def test_a_late_go_live_takes_its_training_and_its_posts_with_it() -> None:
    late = timeline(goes_live(100, "plans"), staff__slippage_weeks=3.0)
    assert late.live == (TeamDay(121.0, "plans"),)
    assert late.training == (Training(79.0, 121.0, "plans"),)
    assert {(post.hired_day, post.working_day) for post in late.posts} == {(79.0, 121.0)}


def test_only_going_live_slips() -> None:
    steps = (opens(50), goes_live(100, "new"), closes(300, "new", "plans"))
    late, planned = timeline(*steps, staff__slippage_weeks=3.0), timeline(*steps)
    for part in ("routes", "staff", "transfers", "opens", "closes"):
        assert getattr(late, part) == getattr(planned, part)


def test_what_happened_does_not_slip() -> None:
    happened = council(goes_live(100, "plans"), as_happened=True)
    laid = build(happened, "plan", values({"staff__slippage_weeks": 3.0}))
    assert laid == timeline(goes_live(100, "plans"))


def test_a_go_live_that_slips_past_the_closing_of_its_team_never_comes() -> None:
    steps = (opens(50), goes_live(100, "new"), closes(110, "new", "plans"))
    laid = timeline(*steps, staff__slippage_weeks=3.0)
    assert (*laid.live, *laid.posts, *laid.training) == ()


def test_an_unfilled_part_of_each_post_is_hired_a_recruitment_time_later() -> None:
    laid = timeline(goes_live(100, "plans"), staff__unfilled_share=0.25)
    assert laid.posts == (
        Post(58.0, 100.0, "plans", "da_victim_worker", 1.5),
        Post(58.0, 100.0, None, "psychologist", 0.75),
        Post(93.0, 135.0, "plans", "da_victim_worker", 0.5),
        Post(198.0, 240.0, None, "psychologist", 0.25),
    )


def test_a_post_that_could_only_be_filled_after_its_team_closes_stays_unfilled() -> None:
    steps = (opens(10), goes_live(100, "new"), closes(130, "new", "plans"))
    posts = timeline(*steps, staff__unfilled_share=0.25).posts
    assert [(post.role, post.fte) for post in posts] == [("da_victim_worker", 1.5), ("psychologist", 0.75)]


def test_a_null_programme_has_its_posts_and_slips_but_changes_no_rate_of_its_staff() -> None:
    claiming = council(goes_live(100, "plans"), effects=("vacancies", "turnover"))
    nothing = build(scenario.null(claiming), "plan", values({"staff__slippage_weeks": 3.0}))
    assert nothing == timeline(goes_live(100, "plans"), staff__slippage_weeks=3.0)


# ---------------------------------------------------------------- staff who leave, and who stay


def test_leavers_are_a_share_of_each_kind_of_worker() -> None:
    assert leaving(timeline(), "plans") == [(0, 0.15 * 16 + 1.5 * 2)]


def test_leavers_follow_the_workers_in_post() -> None:
    laid = timeline(opens(100), closes(300, "new", "plans"))
    assert leaving(laid, "new") == [(100, 0), (114, 1.5 * 4), (170, 2.16), (300, 0)]


def test_fewer_leave_a_live_team_once_its_effect_has_grown() -> None:
    laid = build(council(goes_live(100, "plans"), effects=("turnover",)), "plan", VALUES)
    assert leaving(laid, "plans") == [(0, 5.4), (465.25, 4.44)]
    assert leaving(laid, "front") == [(0, 2.7)]
    assert in_post(laid, "plans", "social_worker") == [(0, 16)]


def test_a_live_team_has_fewer_vacancies_once_its_effect_has_grown() -> None:
    laid = build(council(goes_live(100, "plans"), effects=("vacancies",)), "plan", VALUES)
    assert in_post(laid, "plans", "social_worker") == [(0, 16), (465.25, 18)]
    assert in_post(laid, "plans", "agency_social_worker") == [(0, 2), (465.25, 1)]
    assert in_post(laid, "front", "social_worker") == [(0, 8)]


def test_an_effect_on_staff_ends_when_its_team_closes() -> None:
    steps = (opens(10), goes_live(100, "new"), closes(600, "new", "plans"), opens(700))
    laid = build(council(*steps, effects=("vacancies",)), "plan", VALUES)
    assert in_post(laid, "new", "social_worker")[-3:] == [(465.25, 7.2), (600, 0), (770, 6.4)]


def test_an_effect_that_the_programme_does_not_claim_does_not_happen() -> None:
    claimed = build(council(goes_live(100, "plans"), effects=("care_entry",)), "plan", VALUES)
    assert claimed == timeline(goes_live(100, "plans"))


def test_vacancies_are_never_more_than_the_posts() -> None:
    adverse = council(goes_live(100, "plans"), effects=("vacancies",))
    laid = build(adverse, "plan", values({"effect__vacancies": 8.0}))
    assert in_post(laid, "plans", "social_worker")[-1] == (465.25, 0)


# ---------------------------------------------------------------- posts follow the children who are open

TWICE = (0.0, log(2))
HALF = (0.0, -log(2))
EVENTFUL = (opens(100), goes_live(200, "new"), staffs(400, "plans", social_workers=12), closes(500, "new", "plans"))


def following(children_open: Sequence[float], *steps: Step, **changes: float) -> Timeline:
    """Lay out a schedule for the council with all its teams, where all work moves by these logs, year by year."""
    return working(Work(tuple(children_open), tuple(children_open)), *steps, **changes)


def working(work: Work, *steps: Step, **changes: float) -> Timeline:
    """Lay out a schedule for the council with all its teams and so much work."""
    return build(council(*steps, teams=ALL_TEAMS), "plan", values(changes), work)


@pytest.mark.parametrize("steps", [(), EVENTFUL])
def test_where_no_more_are_open_posts_stay(steps: tuple[Step, ...]) -> None:
    assert following((0.0, 0.0, 0.0), *steps) == following((), *steps)


@pytest.mark.parametrize("steps", [(), EVENTFUL])
def test_without_elasticity_and_lending_posts_stay(steps: tuple[Step, ...]) -> None:
    work = Work((0.0, 0.7, -0.3), (0.0, -0.2, 0.9))
    laid = working(work, *steps, staff__posts_follow_demand=0.0, staff__lent_between_teams=0.0)
    assert laid == following((), *steps)


@pytest.mark.parametrize("steps", [(), EVENTFUL])
def test_where_all_work_moves_alike_and_posts_do_not_none_is_lent(steps: tuple[Step, ...]) -> None:
    assert following((0.0, 0.7, -0.3), *steps, staff__posts_follow_demand=0.0) == following((), *steps)


def test_twice_the_children_bring_twice_the_posts_recruited_to_from_the_turn_of_the_year() -> None:
    laid = following(TWICE)
    assert in_post(laid, "plans", "social_worker") == [(0, 16), (435.25, 32)]
    assert in_post(laid, "plans", "agency_social_worker") == [(0, 2), (379.25, 12), (435.25, 4)]
    assert in_post(laid, "front", "social_worker") == [(0, 8), (435.25, 16)]
    assert leaving(laid, "plans")[-1] == (435.25, 10.8)


def test_posts_go_along_by_the_elasticity() -> None:
    laid = following((0.0, log(4)), staff__posts_follow_demand=0.5)
    assert laid.staff == following(TWICE).staff


def test_posts_that_too_few_children_need_go_at_once() -> None:
    assert in_post(following(HALF), "plans", "social_worker") == [(0, 16), (365.25, 8)]


def test_the_last_year_given_lasts_and_each_year_is_against_day_0() -> None:
    laid = following((0.0, -log(2), -log(4), 0.0))
    assert in_post(laid, "plans", "social_worker") == [(0, 16), (365.25, 8), (730.5, 4), (1165.75, 16)]


def test_key_workers_and_programme_posts_do_not_follow() -> None:
    moved, still = (following(path, goes_live(100, "plans")) for path in (TWICE, ()))
    assert moved.posts == still.posts
    assert in_post(moved, "hub", "family_key_worker") == [(0, 8)]


def test_a_team_that_opens_later_has_the_posts_of_that_year() -> None:
    laid = following(HALF, opens(400), staffs(400, "plans", social_workers=12))
    assert in_post(laid, "new", "social_worker") == [(400, 3.2)]
    assert in_post(laid, "plans", "social_worker") == [(0, 16), (365.25, 8), (400, 4.8)]


def test_a_team_that_is_closed_has_no_posts_to_follow() -> None:
    laid = following(TWICE, opens(10), closes(300, "new", "plans"))
    assert in_post(laid, "new", "social_worker")[-1] == (300, 0)


def test_posts_that_a_step_sets_are_those_of_day_0_s_children() -> None:
    laid = following((0.0, -log(2), 0.0), staffs(400, "plans", social_workers=30))
    assert in_post(laid, "plans", "social_worker") == [(0, 16), (365.25, 8), (470, 12), (800.5, 24)]


def test_a_step_on_the_day_on_which_a_year_turns_is_one_change_with_it() -> None:
    moves = (opens(1461), staffs(1461, "plans", social_workers=12))
    laid = following((0.0, 0.0, 0.0, 0.0, -log(2)), *moves)
    assert in_post(laid, "new", "social_worker") == [(1461, 3.2)]
    assert in_post(laid, "plans", "social_worker") == [(0, 16), (1461, 4.8)]


@given(st.lists(st.floats(-1.3, 1.3), min_size=1, max_size=6), st.floats(0.0, 1.0))
def test_posts_follow_alike_in_teams_that_no_step_touches(path: list[float], elasticity: float) -> None:
    steps = (opens(100, cases="transfer"), goes_live(450, "new"), closes(900, "new", "plans"))
    plain, eventful = (following(path, *each, staff__posts_follow_demand=elasticity) for each in ((), steps))
    for role in ("social_worker", "agency_social_worker"):
        assert in_post(plain, "front", role) == in_post(eventful, "front", role)
    assert leaving(plain, "front") == leaving(eventful, "front")


def test_workers_are_lent_to_teams_that_assess_when_referrals_rise_and_none_is_new() -> None:
    """Of the front team's groups of stages one in two is assessment: its work rises by the root of referrals."""
    laid = working(Work((0.0, 0.0), (0.0, log(4))))
    posts = {team: in_post(laid, team, "social_worker") for team in ("front", "plans")}
    assert posts == {"front": [(0, 8), (365.25, 12)], "plans": [(0, 16), (365.25, 12)]}


def test_workers_are_lent_as_far_as_they_may_be() -> None:
    half = working(Work((0.0, 0.0), (0.0, log(16))), staff__lent_between_teams=0.5)
    assert half.staff == working(Work((0.0, 0.0), (0.0, log(4)))).staff


@given(st.floats(-1.3, 1.3), st.floats(-1.3, 1.3), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_lending_leaves_all_posts_together_what_children_open_ask_for(
    children_open: float, referrals: float, elasticity: float, lent: float
) -> None:
    given = {"staff__posts_follow_demand": elasticity, "staff__lent_between_teams": lent}
    work = Work((0.0, children_open), (0.0, referrals))
    following = multipliers(council(teams=ALL_TEAMS), work, values(given))[DAYS_PER_YEAR]
    together = sum(VALUES[f"team.{team}.social_workers"] * following[team] for team in ("front", "plans"))
    assert together == pytest.approx(30 * exp(elasticity * children_open))


def test_multipliers_are_those_of_the_teams_of_day_0_whatever_the_schedule() -> None:
    work = Work((0.0, 0.2), (0.0, 0.9))
    plain, eventful = (multipliers(council(*each, teams=ALL_TEAMS), work, VALUES) for each in ((), EVENTFUL))
    assert plain == eventful


# ---------------------------------------------------------------- teams of other kinds


def with_early_help(*steps: Step) -> Timeline:
    """Lay out a schedule for the council with a front door, and key workers in one of its areas."""
    return build(council(*steps, teams=ALL_TEAMS), "plan", VALUES)


def test_optional_groups_have_routes_only_where_a_team_takes_them() -> None:
    routes = {(route.area, route.group): route.team for route in with_early_help().routes}
    assert routes["north", "early_help"] == "hub"
    assert ("south", "early_help") not in routes
    assert routes["south", "contact"] == routes["north", "referral"] == "door"


def test_early_help_can_open_where_nobody_had_it_and_take_over_where_somebody_had() -> None:
    laid = with_early_help(opens(100, "later", "transfer", "south"), closes(300, "hub", "later"))
    routes = dict.fromkeys((route.day, route.area, route.team) for route in laid.routes if route.group == "early_help")
    assert list(routes) == [(0, "north", "hub"), (100, "south", "later"), (300, "north", "later")]
    assert [(move.day, move.from_team, move.to_team) for move in laid.transfers] == [(300, "hub", "later")]


def test_key_workers_in_post_are_the_establishment_less_vacancies() -> None:
    laid = with_early_help()
    assert [row for row in laid.staff if row.team == "hub"] == [Staffing(0.0, "hub", "family_key_worker", 8.0)]
    assert leaving(laid, "hub") == [(0, 0.8)]
    assert Leaving(0.0, "hub", 0.8) in laid.leavers


def test_new_key_workers_are_recruited_to_without_agency_cover() -> None:
    laid = with_early_help(staffs(100, "hub", key_workers=15))
    assert in_post(laid, "hub", "family_key_worker") == [(0, 8), (128, 12)]
    assert {row.role for row in laid.staff if row.team == "hub"} == {"family_key_worker"}


def test_posts_do_not_move_between_teams_of_different_workers() -> None:
    laid = with_early_help(staffs(100, "hub", key_workers=15), staffs(100, "plans", social_workers=15))
    assert in_post(laid, "hub", "family_key_worker") == [(0, 8), (128, 12)]


def test_a_front_door_has_no_workers_and_no_posts_when_it_goes_live() -> None:
    laid = with_early_help(goes_live(100, "door"), goes_live(200, "plans"))
    assert "door" not in {*(row.team for row in laid.staff), *(row.team for row in laid.leavers)}
    assert [(post.team, post.working_day) for post in laid.posts] == [(None, 100), ("plans", 200)]
    assert [each.team for each in laid.training] == ["door", "plans"]


# ---------------------------------------------------------------- cuts


def cuts(day: float, role: str, to: float, team: str | None = None) -> Cut:
    """Make a step that cuts posts of a role."""
    return Cut(date=on(day), action="cut", team=team, role=role, to=to)


def at_work(laid: Timeline, role: str, day: float) -> float:
    """Give the posts of a role at work on a day."""
    return sum(post.fte for post in laid.posts if post.role == role and post.working_day <= day < post.end_day)


def test_a_cut_ends_posts_of_a_live_team_and_keeps_the_rest() -> None:
    laid = timeline(goes_live(100, "plans"), cuts(300, "da_victim_worker", 0.5, "plans"))
    before = at_work(timeline(goes_live(100, "plans")), "da_victim_worker", 299)
    assert at_work(laid, "da_victim_worker", 299) == before > 0.5
    assert at_work(laid, "da_victim_worker", 300) == 0.5
    assert sum(each.fte for each in laid.ended) == pytest.approx(before - 0.5)
    assert {(each.day, each.team, each.role) for each in laid.ended} == {(300, "plans", "da_victim_worker")}


def test_a_cut_to_what_there_is_cuts_nothing() -> None:
    steps = (goes_live(100, "plans"), cuts(300, "da_victim_worker", 50.0, "plans"))
    assert timeline(*steps) == timeline(steps[0])


def test_posts_that_would_be_filled_after_a_cut_are_never_filled() -> None:
    steps = (goes_live(100, "plans"), cuts(101, "da_victim_worker", 0.0, "plans"))
    laid = timeline(*steps, staff__unfilled_share=0.5, staff__slippage_weeks=20.0)
    assert all(at_work(laid, "da_victim_worker", day) == 0 for day in range(0, 2000, 50))


def test_shared_posts_are_cut_without_a_team() -> None:
    laid = timeline(goes_live(100, "plans"), cuts(300, "psychologist", 0.0))
    assert at_work(laid, "psychologist", 299) > 0
    assert at_work(laid, "psychologist", 300) == 0


def test_a_cut_of_social_workers_ends_posts_and_takes_their_cases_to_others() -> None:
    laid = timeline(cuts(100, "social_worker", 15.0, "plans"))
    assert in_post(laid, "plans", "social_worker") == [(0, 16), (100, 12)]
    assert [astuple(each) for each in laid.ended] == [(100.0, "plans", "social_worker", pytest.approx(5.0))]
    assert [astuple(each) for each in laid.partings] == [(100.0, "plans", pytest.approx(0.25))]


def test_posts_that_move_to_another_team_do_not_end_but_leave_their_cases() -> None:
    laid = timeline(opens(100), staffs(100, "plans", social_workers=12))
    assert laid.ended == ()
    assert [astuple(each) for each in laid.partings] == [(100.0, "plans", pytest.approx(0.4))]


def test_workers_who_go_along_with_their_cases_leave_none_behind() -> None:
    assert timeline(opens(100, cases="transfer"), staffs(100, "plans", social_workers=12)).partings == ()


def test_a_post_that_ends_with_its_team_has_ended() -> None:
    laid = timeline(opens(50), goes_live(100, "new"), closes(300, "new", "plans"))
    assert {(each.day, each.role) for each in laid.ended} >= {(300.0, "da_victim_worker")}


def test_posts_of_day_0_are_paid_from_then_on_until_they_are_cut() -> None:
    teams = tuple(replace(team, roles=("prevention_worker",)) if team.name == "plans" else team for team in TEAMS)
    given_council = council(cuts(100, "prevention_worker", 7.0, "plans"), teams=teams)
    laid = build(given_council, "plan", values({"team__plans__post__prevention_worker": 12.0}))
    assert [(post.hired_day, post.fte, post.end_day) for post in laid.posts] == [(0, 7.0, inf), (0, 5.0, 100.0)]


# ---------------------------------------------------------------- kinds of family


def test_a_team_for_one_kind_of_family_takes_that_kind_alone() -> None:
    split = tuple(replace(team, kinds=("with_harms",)) if team.name == "new" else team for team in TEAMS)
    laid = build(council(opens(100), teams=split), "plan", values({}))
    assert {route.kind for route in laid.routes if route.day == 100} == {"with_harms"}


def test_a_team_where_no_programme_is_offered_gets_no_posts_of_its_own() -> None:
    assert [post.role for post in timeline(goes_live(100, "front")).posts] == ["psychologist"]


# ---------------------------------------------------------------- any possible rollout


@st.composite
def rollouts(draw: st.DrawFn) -> scenario.Scenario:
    """Make a schedule of random steps, each kept only if it is possible after those before it."""
    steps: tuple[Step, ...] = ()
    days = sorted(draw(st.lists(st.integers(43, 2000), max_size=8)))
    for day in days:
        team, other = (draw(st.sampled_from([team.name for team in ALL_TEAMS])) for _ in range(2))
        area = draw(st.sampled_from(["north", "south"]))
        cases = draw(st.sampled_from(["stay", "transfer"]))
        possible: list[Step] = [opens(day, team, cases, area), closes(day, team, other), goes_live(day, team)]
        step = draw(st.sampled_from(possible))
        steps = (*steps, step) if not rollout.findings(council(*steps, step, teams=ALL_TEAMS)) else steps
    return council(*steps, teams=ALL_TEAMS)


@given(rollouts())
def test_work_is_always_with_an_open_team(given_council: scenario.Scenario) -> None:
    ground = boundaries.as_is(given_council.teams.values())
    for step in given_council.schedules["plan"].steps:
        ground = boundaries.after(ground, step, given_council.teams)
        assert set(ground.served) >= set(product(("north", "south"), REQUIRED_GROUPS, KINDS))
        assert set(ground.served.values()) <= ground.open
        assert ground.live <= ground.open


@given(rollouts())
def test_everything_comes_in_order_of_day(given_council: scenario.Scenario) -> None:
    laid = build(given_council, "plan", VALUES)
    days = [[row.day for row in rows] for rows in (laid.routes, laid.staff, laid.transfers, laid.leavers)]
    days += [[row.day for row in rows] for rows in (laid.live, laid.opens, laid.closes, laid.training)]
    for row in (*days, [post.hired_day for post in laid.posts]):
        assert row == sorted(row)


@given(rollouts())
def test_in_the_end_every_team_has_its_establishment_less_vacancies(given_council: scenario.Scenario) -> None:
    ground = boundaries.as_is(given_council.teams.values())
    for step in given_council.schedules["plan"].steps:
        ground = boundaries.after(ground, step, given_council.teams)
    last = {(row.team, row.role): row.fte for row in build(given_council, "plan", VALUES).staff}
    for team in (team for team in given_council.teams.values() if team.establishment in VALUES):
        posts = VALUES[str(team.establishment)] if team.name in ground.open else 0.0
        assert isclose(last.get((team.name, str(team.worker)), 0.0), 0.8 * posts, abs_tol=1e-9)


@given(rollouts(), st.floats(0, 30))
def test_every_go_live_slips_alike(given_council: scenario.Scenario, weeks: float) -> None:
    planned = build(given_council, "plan", VALUES)
    late = build(given_council, "plan", VALUES | {"staff.slippage_weeks": weeks})
    assert {(row.day, row.team) for row in late.live} <= {(row.day + 7 * weeks, row.team) for row in planned.live}
    assert [(row.until, row.team) for row in late.training] == [(row.day, row.team) for row in late.live]
    assert {post.working_day for post in late.posts} <= {row.day for row in late.live}


@given(rollouts())
def test_the_routes_lead_where_the_steps_say(given_council: scenario.Scenario) -> None:
    ground = boundaries.as_is(given_council.teams.values())
    for step in given_council.schedules["plan"].steps:
        ground = boundaries.after(ground, step, given_council.teams)
    routes = build(given_council, "plan", VALUES).routes
    assert {(route.area, route.group, route.kind): route.team for route in routes} == ground.served
