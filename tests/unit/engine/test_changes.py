from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pytest
from small_town import (
    LOCALITIES,
    SHARED,
    STEADY,
    begin,
    claiming,
    live,
    on,
    scenario,
    whole,
    with_posts,
    with_schedules,
)

from familyflow.engine import changes, dose, world
from familyflow.engine.changes import COUNCIL, SLIVER, Act, Change
from familyflow.ground.calendar import DAYS_PER_MONTH
from familyflow.pathway.adult_work import REFERENCE, SUPERVISOR, roles
from familyflow.scenario import null
from familyflow.scenario.schema import Staff

if TYPE_CHECKING:
    from familyflow.scenario.model import Scenario

TEAMS = list(whole().teams)
SERVING = (*SHARED, "neglect_practitioner")
"""Roles that end none of the harms which parents can be referred out for."""


def dated(town: Scenario, schedule: str, more: dict[str, float] | None = None, years: int = 1) -> list[Change]:
    return changes.dated(world.under(begin(more, size=0.2, years=years, town=town), schedule))


def of(found: list[Change], act: Act, team: str = "") -> list[Change]:
    return [c for c in found if c.act is act and team in ("", TEAMS[c.team])]


def test_changes_come_by_day_and_on_one_day_in_the_order_of_acts() -> None:
    found = dated(whole(), "upheaval")
    assert [(c.day, c.act) for c in found] == sorted((c.day, c.act) for c in found)
    assert {c.act for c in found} == set(Act) - {Act.PRESS}
    assert all(0 <= c.day < 365.25 for c in found)


def test_the_map_comes_before_staff_cases_workers_and_the_start() -> None:
    order = [Act.ROUTE, Act.STAFF, Act.TRANSFER, Act.WORK, Act.SUPERVISE, Act.GO_LIVE, Act.PRACTISE, Act.PRESS]
    assert [*order, Act.LEAVE, Act.FOLLOW] == sorted(Act)


def test_overload_is_looked_at_each_month_where_that_is_switched_on() -> None:
    assert not of(dated(scenario(), "no_change"), Act.PRESS)
    teams = range(len(scenario().teams))
    found = [(c.day, c.team) for c in of(dated(scenario(), "no_change", {"staff.overload_on": 1.0}), Act.PRESS)]
    assert found == [(month * DAYS_PER_MONTH, team) for month in range(1, 13) for team in teams]


def test_a_team_is_staffed_once_a_day_with_all_its_roles() -> None:
    steps = [Staff(date=on(50), action="staff", team="north", social_workers=9.0)]
    found = of(dated(with_schedules(whole(), more=steps), "more"), Act.STAFF, "north")
    assert len({c.day for c in found}) == len(found)
    assert [c.day for c in found][:2] == [0.0, 50.0 + 21.0]  # agency cover first
    assert [c.amount for c in found] == sorted(c.amount for c in found)


def test_a_front_door_has_no_staff_no_leavers_and_no_posts() -> None:
    found = dated(whole(), "everybody")
    for act in (Act.STAFF, Act.LEAVE, Act.WORK):
        assert not of(found, act, "front")
    assert len(of(found, Act.GO_LIVE, "front")) == 1


def test_a_null_programme_has_no_work_no_start_and_no_practice() -> None:
    acts = {c.act for c in dated(null(whole()), "everybody")}
    assert not acts & {Act.WORK, Act.SUPERVISE, Act.GO_LIVE, Act.PRACTISE}
    assert Act.LEAVE in acts


def test_places_are_workers_at_work_times_those_whom_each_can_see() -> None:
    more = {"post.parenting_worker": 1.5, "adult.parenting_worker.concurrent": 10.0, "staff.unfilled_share": 0.2}
    town = with_posts(whole(), "parenting_worker")
    role = roles().index("parenting_worker")
    work = of(dated(town, "everybody", more | {"staff.recruitment_weeks.parenting_worker": 10.0}), Act.WORK, "hub")
    assert [(c.day, c.role, c.places) for c in work] == [(60.0, role, 12), (130.0, role, 15)]


def test_parts_of_posts_are_whole_places_again_when_they_are_together() -> None:
    more = {"post.parenting_worker": 0.3, "adult.parenting_worker.concurrent": 10.0, "staff.unfilled_share": 0.1}
    work = of(dated(with_posts(whole(), "parenting_worker"), "everybody", more, years=2), Act.WORK, "hub")
    assert [c.places for c in work] == [int(0.3 * 0.9 * 10 + SLIVER), 3]


def test_shared_workers_are_the_council_s_and_start_with_the_first_team() -> None:
    found = dated(with_posts(whole(), shared=["parenting_worker", SUPERVISOR]), "upheaval")
    assert {c.team for c in of(found, Act.WORK)} == {COUNCIL}
    assert of(found, Act.WORK)[0].day == of(found, Act.GO_LIVE)[0].day == 50.0
    assert of(found, Act.SUPERVISE)[0].day == 50.0


def test_a_team_starts_anew_when_the_first_place_with_a_role_comes_after_it_went_live() -> None:
    more = {"post.parenting_worker": 0.3, "adult.parenting_worker.concurrent": 4.0, "staff.unfilled_share": 0.5}
    more |= {"staff.recruitment_weeks.parenting_worker": 10.0}
    for town in (with_posts(whole(), "parenting_worker"), with_posts(whole(), shared=["parenting_worker"])):
        found = dated(town, "everybody", more)
        assert [(c.day, c.places) for c in of(found, Act.WORK)][-1] == (130.0, 1)
        assert [c.day for c in of(found, Act.GO_LIVE, "hub")] == [60.0, 130.0]


def test_a_role_that_works_with_no_family_has_no_places() -> None:
    town = with_posts(whole(), "coordinator", shared=["team_manager"])
    more = {"post.coordinator": 2.0, "post.team_manager": 1.0}
    assert not of(dated(town, "everybody", more), Act.WORK)


# Practice --------------------------------------------------------------------------------------------------------


def test_a_programme_that_claims_nothing_and_has_no_adult_worker_practises_nothing() -> None:
    assert not of(dated(with_posts(claiming(whole()), shared=SERVING), "everybody"), Act.PRACTISE)


def test_what_adult_workers_do_is_held_at_nothing_where_nothing_is_claimed() -> None:
    found = of(dated(with_posts(claiming(whole()), *REFERENCE), "everybody"), Act.PRACTISE)
    assert {TEAMS[c.team] for c in found} == set(LOCALITIES)
    assert not any(c.for_all for c in found)


def test_practice_follows_the_workers_in_post() -> None:
    """Half of the posts are filled in time for going live, and the others by the day on which they are recruited."""
    more = dict.fromkeys((f"post.{role}" for role in REFERENCE), 0.2) | {"effect.care_entry": 0.5}
    more |= {f"staff.recruitment_weeks.{role}": 10.0 for role in REFERENCE}
    more |= {"staff.unfilled_share": 0.5, "effect.ramp_months": 0.0, "staff.slippage_weeks": 0.0}
    town = with_posts(claiming(whole(), "care_entry"), *REFERENCE)
    run = world.under(begin(more, size=0.2, town=town), "everybody")
    steps = of(changes.dated(run), Act.PRACTISE, "north")
    assert [c.day for c in steps] == [60.0, 130.0]
    s, e = run.start.structure.locate("cp.care")
    doses = dose.TeamDoses(town, run.start.structure.values, run.start.structure.pathway, run.timeline)
    at = [doses.at("north", c.day) for c in steps]
    assert 0 < at[0] == pytest.approx(at[1] / 2)
    found = [float(np.log(c.factors.offered[s, e])) for c in steps if c.factors is not None]
    assert found == pytest.approx([run.start.practice.offered(each)[s, e].sum() for each in at])
    assert found[1] < found[0] < 0


@pytest.mark.parametrize("effect", ["step_up", "front_door_referral", "front_door_time"])
def test_practice_changes_by_the_month_until_it_is_whole_and_then_no_more(effect: str) -> None:
    found = dated(claiming(whole(), effect), "everybody", {f"effect.{effect}": 0.5, "effect.ramp_months": 4.0}, years=2)
    steps = of(found, Act.PRACTISE, "hub")
    assert [c.day for c in steps] == pytest.approx([60 + month * DAYS_PER_MONTH for month in (1, 2, 3, 4)])
    assert all(c.for_all for c in steps)


def test_practice_for_families_offered_the_programme_tells_no_others() -> None:
    town = with_posts(claiming(whole(), "cp_plan_entry"))
    found = of(dated(town, "everybody", {"effect.cp_entry_first_year": 0.5}, 2), Act.PRACTISE)
    assert len(found) > 0
    assert not any(c.for_all for c in found)
    assert len(of(found, Act.PRACTISE, "north")) == 2  # begins, and ends after a year


def test_a_team_dips_from_its_first_day_of_training_until_it_is_live() -> None:
    more = {"effect.training_dip": 0.5, "staff.training_weeks": 4.0}
    steps = of(dated(with_posts(claiming(whole(), "training_dip")), "everybody", more), Act.PRACTISE, "north")
    exits = world.under(begin(town=whole()), "no_change").start.structure
    s, e = exits.locate("cin.close")
    values = [c.factors.everyone[s, e] for c in steps if c.factors is not None]
    assert [c.day for c in steps] == [60 - 28, 60]
    assert values == pytest.approx([0.5, 1.0])


def test_a_schedule_that_happened_does_not_slip_and_one_that_is_planned_does() -> None:
    late = {"staff.slippage_weeks": 5.0}
    planned = with_schedules(whole(), some=[live(80, "north")])
    assert [c.day for c in of(dated(planned, "some", late | STEADY), Act.GO_LIVE)] == [115.0]


def test_on_no_day_is_a_team_told_of_practice_twice() -> None:
    found = of(dated(whole(), "upheaval", years=2), Act.PRACTISE)
    for _, together in groupby(sorted(found, key=lambda c: (c.team, c.day)), key=lambda c: (c.team, c.day)):
        assert len(list(together)) == 1
    assert np.all([c.factors is not None for c in found])


@pytest.mark.parametrize(("fte", "starts"), [(0.0, 0), (1.0, 1)])
def test_supervision_starts_where_there_is_a_psychologist(fte: float, starts: int) -> None:
    town = with_posts(claiming(whole()), shared=[SUPERVISOR])
    changes = {f"post.{SUPERVISOR}": fte, "staff.unfilled_share": 0.0}
    assert len(of(dated(town, "everybody", changes), Act.SUPERVISE)) == starts
