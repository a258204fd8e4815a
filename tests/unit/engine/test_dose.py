from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_town import EVERYBODY, begin, live, scenario, values, whole, with_posts, with_schedules

from familyflow.engine import dose, world
from familyflow.pathway import PATHWAY
from familyflow.pathway.adult_work import REFERENCE
from familyflow.scenario import load
from familyflow.scenario.vocabulary import KINDS

if TYPE_CHECKING:
    from familyflow.scenario import Scenario

HUNDRED = 100.0
ROLES = st.dictionaries(st.sampled_from(REFERENCE), st.floats(0.0, 20.0))


def reference(children: float = HUNDRED) -> dict[str, float]:
    return dose.reference(values(), children)


def test_the_reference_is_so_many_workers_for_each_hundred_children() -> None:
    assert sum(reference().values()) == pytest.approx(values()["adult.reference_posts"])
    assert sum(reference(250.0).values()) == pytest.approx(2.5 * values()["adult.reference_posts"])


def test_the_evidence_s_own_staffing_is_a_dose_of_one_and_nobody_is_none() -> None:
    assert dose.dose(values(), reference(), HUNDRED) == pytest.approx(1.0)
    assert dose.dose(values(), {}, HUNDRED) == 0.0
    assert dose.dose(values(), reference(), 0.0) == 0.0


def test_half_of_every_role_is_half_a_dose_and_one_role_alone_is_its_own_part() -> None:
    half = {role: fte / 2 for role, fte in reference().items()}
    assert dose.dose(values(), half, HUNDRED) == pytest.approx(0.5)
    assert dose.dose(values(), {REFERENCE[0]: 50.0}, HUNDRED) == pytest.approx(0.25)


def test_a_role_that_the_evidence_s_teams_had_not_is_no_dose() -> None:
    assert dose.dose(values(), {"neglect_practitioner": 5.0, "psychologist": 2.0}, HUNDRED) == 0.0


@settings(deadline=None)
@given(ROLES, st.sampled_from(REFERENCE), st.floats(0.0, 5.0), st.floats(1.0, 1000.0))
def test_more_posts_are_never_a_lower_dose(fte: dict[str, float], role: str, more: float, children: float) -> None:
    before = dose.dose(values(), fte, children)
    after = dose.dose(values(), {**fte, role: fte.get(role, 0.0) + more}, children)
    assert 0 <= before <= after + 1e-12
    assert after <= 1 + 1e-12


@pytest.mark.parametrize(("at", "power"), [(0.0, 0.2), (0.5, 0.6), (1.0, 1.0)])
def test_what_needs_no_worker_stays_at_no_dose(at: float, power: float) -> None:
    assert dose.delivered({dose.WITHOUT_WORKERS: 0.2}, at) == pytest.approx(power)


def everywhere(town: Scenario, *areas: str) -> list[dose.Served]:
    """Return some areas of a town, or all of them, with every kind of family."""
    return list(product(areas or town.areas, KINDS))


def test_children_on_plans_are_shared_by_area_and_kind_of_family() -> None:
    town, given_ = scenario(), values()
    every = dose.on_plans(town, given_, PATHWAY, everywhere(town))
    assert every == pytest.approx(given_["snapshot.children_on_cin"] + given_["snapshot.children_on_cp"])
    assert sum(dose.on_plans(town, given_, PATHWAY, [each]) for each in everywhere(town)) == pytest.approx(every)


def test_a_plan_counts_the_posts_of_each_team_on_plans_that_goes_live_and_shared_posts_once() -> None:
    town = with_posts(whole(), "da_victim_worker", shared=["mental_health_practitioner"])
    plan = dose.planned(town, values({"post.da_victim_worker": 2.0, "post.mental_health_practitioner": 3.0}), PATHWAY)
    assert plan.fte == {"da_victim_worker": 6.0, "mental_health_practitioner": 3.0}
    assert plan.children == pytest.approx(dose.on_plans(town, values(), PATHWAY, everywhere(town)))


def test_a_plan_in_one_area_is_measured_against_that_area_s_children() -> None:
    town = with_schedules(scenario(), some=[live(30, "north")])
    plan = dose.planned(town, values(), PATHWAY)
    assert plan.children == pytest.approx(dose.on_plans(town, values(), PATHWAY, everywhere(town, "north")))


def test_a_plan_that_takes_nobody_live_on_plans_has_no_posts() -> None:
    plan = dose.planned(with_schedules(whole(), some=[live(30, "front")]), values(), PATHWAY)
    assert (plan.children, dict.fromkeys(plan.fte.values())) == (0.0, {0.0: None})


def test_a_team_has_its_dose_when_its_workers_are_at_work_and_none_before_or_after() -> None:
    town = with_schedules(scenario(), some=[live(60, "north")])
    changes = {f"post.{role}": 1e3 for role in town.programme.roles} | {
        "staff.unfilled_share": 0.0,
        "staff.slippage_weeks": 0.0,
    }
    start = begin(changes, town=town)
    run = world.under(start, "some")
    doses = dose.TeamDoses(town, start.structure.values, PATHWAY, run.timeline)
    assert doses.at("north", 59.0) == 0.0
    assert doses.at("north", 60.0) == pytest.approx(1.0)
    assert doses.at("south", 60.0) == 0.0
    cut = replace(run.timeline, posts=tuple(replace(post, end_day=200.0) for post in run.timeline.posts))
    ended = dose.TeamDoses(town, start.structure.values, PATHWAY, cut)
    assert (ended.at("north", 199.0), ended.at("north", 200.0)) == (pytest.approx(1.0), 0.0)
    assert 200.0 in ended.days("north")
    assert 200.0 not in ended.days("south")


def test_shared_workers_are_shared_by_the_children_of_the_teams_that_are_live() -> None:
    town = with_posts(whole(), shared=REFERENCE)
    town = with_schedules(town, one=[live(60, "north")], all_=[live(60, team) for team in EVERYBODY])
    changes = {f"post.{role}": 0.1 for role in REFERENCE} | {"staff.unfilled_share": 0.0, "staff.slippage_weeks": 0.0}
    start = begin(changes, town=town)
    alone, shared = (
        dose.TeamDoses(town, start.structure.values, PATHWAY, world.under(start, name).timeline).at("north", 60.0)
        for name in ("one", "all_")
    )
    share = start.structure.values["area.north.share"] / sum(
        start.structure.values[f"area.{a}.share"] for a in town.areas
    )
    assert 0 < shared < alone < 1
    assert shared == pytest.approx(alone * share)


def test_a_team_is_measured_against_the_areas_and_kinds_of_family_that_it_has_in_the_end() -> None:
    county = load("somerset")
    given_ = county.central()
    teams = dose.by_team(county, given_, PATHWAY)
    assert list(teams) == ["family_safeguarding_east", "bridgwater"]
    harmed = dose.on_plans(county, given_, PATHWAY, [(area, "with_harms") for area in county.areas])
    every = dose.on_plans(county, given_, PATHWAY, everywhere(county))
    assert harmed == pytest.approx(given_["harms.any"] * every)
    assert sum(plan.children for plan in teams.values()) == pytest.approx(harmed)
    west = [(area, "with_harms") for area in ("bridgwater", "west_somerset_taunton")]
    assert teams["bridgwater"].children == pytest.approx(dose.on_plans(county, given_, PATHWAY, west))


def test_posts_of_live_teams_that_work_no_plans_are_counted_apart() -> None:
    county = load("somerset")
    assert dose.before_plans(county, county.central(), PATHWAY) == dict.fromkeys(county.programme.roles, 4.0)
    assert dose.before_plans(scenario(), values(), PATHWAY) == {}
