from __future__ import annotations

import csv
from dataclasses import replace
from itertools import pairwise

import pytest

from familyflow.ground import paths
from familyflow.pathway import PATHWAY, Pathway
from familyflow.pathway.adult_work import SUPERVISOR, roles
from familyflow.pathway.care import ENTRY_AGES, MOVES, MOVES_FROM, PLACEMENTS, WAYS_OUT
from familyflow.pathway.people import AGE_BANDS
from familyflow.pathway.stages import BAND_STARTS, BANDS, CARE, HOME, LEFT, Exit, Kind, Stage
from familyflow.pathway.teams import EARLY_HELP_GROUP, FRONT_DOOR_GROUPS, OPTIONAL_GROUPS, TEAM_GROUPS

STAGES = PATHWAY.stages
WAYS = {(s.name, e.name): e for s in PATHWAY.stages for e in s.exits}


def shipped_parameters() -> set[str]:
    with paths.shipped("calibration", "parameters.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"] for row in csv.DictReader(file)}


def reached(pathway: Pathway) -> set[str]:
    """Return the stages that a first arrival can come to, home again from care included."""
    found, ahead = set(), ["contact"]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ways = {e.to for e in pathway.stage(name).exits}
            ahead += [to for to in ways if to not in (CARE, HOME, LEFT)]
            ahead += [s.name for s in pathway.placements] if CARE in ways else []
    return found


def leading_to(*places: str) -> set[str]:
    """Return the stages that have a way to one of some places."""
    return {stage for stage, leads in WAYS if WAYS[stage, leads].to in places}


def without(*stages: str) -> Pathway:
    """Return the pathway with no way into some stages, whose families are closed instead."""
    shut = [replace(s, exits=tuple(replace(e, to="closed") if e.to in stages else e for e in s.exits)) for s in STAGES]
    return replace(PATHWAY, stages=tuple(shut))


@pytest.mark.parametrize(
    ("through", "to"),
    [
        ("referral", "assessment"),  # nobody is assessed but after a referral or help
        ("assessment", "section47"),  # nor enquired into but after an assessment
        ("section47", "cp"),  # nor on a child protection plan but after an enquiry
        ("cp", "pre_proceedings"),  # nor on the road to court but from a plan
        ("pre_proceedings", "care_proceedings"),  # nor in court but from that road
    ],
)
def test_a_step_of_the_law_is_taken_only_after_the_one_before(through: str, to: str) -> None:
    helped = ("early_help",) if through == "referral" else ()
    assert to in reached(PATHWAY)
    assert to not in reached(without(through, *helped))


def test_children_come_into_care_from_a_plan_an_enquiry_or_the_court_and_never_from_the_front_door() -> None:
    assert not leading_to(CARE) & {"contact", "referral", "assessment", "early_help"}
    assert "care_proceedings" in leading_to(CARE)


def test_whoever_is_closed_comes_back_as_a_referral_and_every_work_at_home_but_the_court_s_can_be_closed() -> None:
    assert {leads.to for leads in PATHWAY.stage("closed").exits} == {"referral"}
    held = {s.name for s in STAGES if s.priority is not None and s.group != "cp"} | {"cp"}
    assert held <= leading_to("closed")


def test_every_stage_can_be_reached_from_a_contact() -> None:
    assert reached(PATHWAY) == {s.name for s in PATHWAY.stages}


def test_stages_and_the_exits_of_each_have_names_of_their_own() -> None:
    assert len(PATHWAY.index) == len(PATHWAY.stages)
    assert all(len(set(s.exit_names)) == len(s.exits) for s in PATHWAY.stages)


def test_decisions_take_time_and_plans_do_not() -> None:
    assert all(bool(s.days) == bool(s.shape) == (s.kind is Kind.DECISION) for s in PATHWAY.stages)


def test_every_number_that_a_stage_names_is_shipped() -> None:
    named = {key for s in PATHWAY.stages for key in (s.days, s.shape) if key}
    assert named - shipped_parameters() == set()


def test_every_way_out_of_a_stage_at_home_has_a_shipped_prior() -> None:
    split = [s for s in PATHWAY.stages if not s.in_care and len(s.exits) > 1]
    assert {f"{s.kind.value}.{s.name}.{e.name}" for s in split for e in s.exits} - shipped_parameters() == set()


def test_every_risk_has_a_ratio_for_every_harm() -> None:
    risks = {e.risk for e in WAYS.values()} - {""}
    assert {f"harm.{risk}.{harm}" for risk in risks for harm in PATHWAY.harms} - shipped_parameters() == set()


def test_what_improves_never_leads_into_care_and_what_is_feared_never_improves() -> None:
    assert not any(e.improves for e in WAYS.values() if e.to == CARE)
    assert not any(e.improves for e in WAYS.values() if e.risk in ("cp_entry", "care_entry", "rereferral"))


def test_the_statutory_limits_are_45_and_15_working_days() -> None:
    assert {s.name: s.limit for s in PATHWAY.stages if s.limit} == {"assessment": 45.0, "section47": 15.0}


def test_workers_go_first_to_protection_then_enquiries_assessments_and_need() -> None:
    needing = [s for s in PATHWAY.stages if s.priority is not None]
    order = [s.group for s in sorted(needing, key=lambda s: s.priority or 0)]
    assert list(dict.fromkeys(order)) == ["cp", "section47", "assessment", "cin", "early_help"]


def test_stages_that_need_a_worker_are_in_groups_that_teams_take() -> None:
    held = {s.group for s in PATHWAY.stages if s.priority is not None or s.in_care}
    assert held == {*TEAM_GROUPS, EARLY_HELP_GROUP}
    assert set(OPTIONAL_GROUPS) == {EARLY_HELP_GROUP, *FRONT_DOOR_GROUPS} <= set(PATHWAY.groups)


def test_a_spell_of_protection_runs_on_through_the_road_to_court() -> None:
    assert [s.name for s in PATHWAY.stages if s.group == "cp"] == ["cp", "pre_proceedings", "care_proceedings"]


def test_care_has_the_placements_and_the_same_ways_out_of_each() -> None:
    assert tuple(s.name for s in PATHWAY.placements) == PLACEMENTS
    assert all(s.exits[: len(WAYS_OUT)] == WAYS_OUT for s in PATHWAY.placements)
    assert {e.to for e in WAYS_OUT} == {HOME, LEFT}


def test_children_move_to_other_placements_only_at_ages_at_which_those_are_allowed() -> None:
    youngest = {m.to: m.ages[0] for m in MOVES}
    assert youngest["supported"] == 16  # the law since 2021
    assert all(0 < least < most == 18 for least, most in (m.ages for m in MOVES))
    assert set(MOVES_FROM) == set(PLACEMENTS)
    assert all(f"to_{name}" not in ways for name, ways in MOVES_FROM.items())


@pytest.mark.parametrize("bands", [AGE_BANDS, ENTRY_AGES])
def test_age_bands_cover_childhood_without_gap_or_overlap(bands: tuple[tuple[str, float, float], ...]) -> None:
    assert bands[0][1] == 0
    assert bands[-1][2] == 18
    assert all(low[2] == high[1] for low, high in pairwise(bands))


def test_duration_bands_are_those_that_are_published() -> None:
    assert len(set(BANDS)) == len(BAND_STARTS)
    assert [round(start / 365.25 * 12) for start in BAND_STARTS] == [0, 3, 6, 12, 24]


def test_every_programme_works_on_a_harm_or_on_exits_and_every_harm_has_one_outside() -> None:
    assert {p.harm for p in PATHWAY.programmes if p.outside} == set(PATHWAY.harms)
    assert all(p.harm or (p.ratio and p.exits and p.stages and not p.outside) for p in PATHWAY.programmes)


def test_every_service_is_on_exits_that_exist_and_at_stages_that_exist() -> None:
    for service in (p for p in PATHWAY.programmes if not p.harm):
        assert service.ratio in shipped_parameters()
        assert {tuple(path.split(".")) for path in service.exits} <= set(WAYS)
        assert set(service.stages) <= set(PATHWAY.index)


def test_every_role_has_its_numbers_and_is_listed_once() -> None:
    named: set[str] = set()
    for p in PATHWAY.programmes:
        attendance = ["engages", "missed", "completes"]
        whats = [f"{what}_outside" for what in attendance] + ["wait_days_outside"] if p.outside else attendance
        whats += ["concurrent", "length_days", "sessions", *(("success", "relapse_12m") if p.harm else ())]
        named |= {f"adult.{p.role}.{what}" for what in whats}
    assert named - shipped_parameters() == set()
    assert len(roles()) == len(set(roles()))
    assert SUPERVISOR not in roles()


def test_every_effect_is_on_exits_that_exist_and_has_a_shipped_ratio() -> None:
    named = [tuple(path.split(".")) for effect in PATHWAY.effects for path in effect.exits]
    assert set(named) - set(WAYS) == set()
    assert {effect.ratio for effect in PATHWAY.effects} - shipped_parameters() == set()


def test_an_effect_on_a_length_is_on_exits_that_improve() -> None:
    inverse = [path for effect in PATHWAY.effects if effect.inverse for path in effect.exits]
    assert all(WAYS[tuple(path.split("."))].improves for path in inverse)  # type: ignore[index]


def test_an_exit_that_leads_nowhere_is_refused() -> None:
    astray = Stage("lost", "lost", Kind.PLAN, (Exit("away", to="atlantis"), Exit("home", to=HOME)), "lost")
    with pytest.raises(ValueError, match=r"lead to no stage: lost\.away$"):
        replace(PATHWAY, stages=(*PATHWAY.stages, astray))


def test_a_stage_with_one_more_exit_is_a_stage_of_its_own() -> None:
    cin = PATHWAY.stage("cin")
    more = cin.with_exit(Exit("moved_away", to="closed"))
    assert more.exit_names == (*cin.exit_names, "moved_away")
    assert "moved_away" not in cin.exit_names
