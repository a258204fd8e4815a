from __future__ import annotations

from dataclasses import replace

import pytest

from familyflow.economics.lines import (
    AGENCY_LINE,
    INCIDENT_SHARES,
    LINES,
    PARTNER_LINES,
    PLACEMENT_LINES,
    Kind,
    Line,
    lines_for,
    post_line,
    refuse_double_counting,
    refuse_unpriced,
)
from familyflow.ground.problem import Problem
from familyflow.pathway.adult_work import OTHER_ROLES, SUPERVISOR, roles
from familyflow.pathway.care import PLACEMENTS
from familyflow.pathway.harms import HARMS
from familyflow.pathway.teams import KEY_WORKER, SOCIAL_WORKER

POSTS = (SOCIAL_WORKER, KEY_WORKER, SUPERVISOR, *roles(), *OTHER_ROLES)
SALARIES = [f"price.salary.{role}" for role in POSTS]


def test_every_line_has_its_own_name() -> None:
    names = [line.name for line in lines_for(SALARIES)]
    assert len(set(names)) == len(names)


def test_every_placement_is_priced_by_the_week() -> None:
    assert [line.measure for line in PLACEMENT_LINES] == [f"child_days_{name}" for name in PLACEMENTS]
    assert {line.factor for line in PLACEMENT_LINES} == {1 / 7}


def test_only_placements_permanence_and_agency_spend_are_cash() -> None:
    cash = {line.name for line in LINES if line.kind == Kind.CASHABLE}
    others = {AGENCY_LINE.name, "special_guardianship_allowances", "adoption_fees"}
    assert cash == {line.name for line in PLACEMENT_LINES} | others


def test_the_council_pays_every_line_but_the_partners() -> None:
    assert all((line.payer == "council") == (line.kind != Kind.PARTNER) for line in lines_for(SALARIES))


def test_every_harm_costs_a_partner_something() -> None:
    partners = {line.measure for line in LINES if line.kind == Kind.PARTNER}
    assert {f"harm_days_{harm}" for harm in HARMS} <= partners


def test_the_payers_of_an_incident_pay_all_of_it_between_them() -> None:
    assert sum(share for _, share in INCIDENT_SHARES) == pytest.approx(1, abs=1e-15)


def test_each_role_with_a_salary_is_a_programme_line_with_on_costs_and_overheads() -> None:
    added = lines_for(["price.salary.play_therapist", "price.adoption"])[len(LINES) :]
    assert added == (post_line("play_therapist"),)
    assert added[0].measure == "fte_days_play_therapist"
    assert added[0].uplifts == ("price.on_cost", "price.overhead")
    assert added[0].kind == Kind.PROGRAMME


def test_family_key_workers_are_paid_as_social_workers_are_under_a_name_of_their_own() -> None:
    line = post_line(KEY_WORKER)
    assert (line.name, line.measure, line.price) == (
        "post_family_key_worker",
        "fte_days_family_key_worker",
        "price.salary.family_key_worker",
    )
    alike = post_line(SOCIAL_WORKER)
    assert (line.kind, line.uplifts, line.factor) == (alike.kind, alike.uplifts, alike.factor)


def test_the_lines_price_nothing_twice_and_leave_no_daily_cost_out() -> None:
    lines = lines_for(SALARIES)
    refuse_double_counting(lines)
    counted = [f"child_days_{name}" for name in (*PLACEMENTS, "in_care", "on_cin", "on_cp", "early_help")]
    posts = [f"fte_days_{role}" for role in ("agency_social_worker", *POSTS)]
    refuse_unpriced([*counted, *posts, "contacts"], lines)
    assert {line.measure for line in lines} >= {"child_days_residential", "fte_days_social_worker"}


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (
            Line("average care", "child_days_in_care", "price.care_year", Kind.CASHABLE),
            r"child_days_in_care beside its parts",
        ),
        (
            replace(PLACEMENT_LINES[0], name="the same again"),
            r"council for child_days_kinship",
        ),
        (
            Line("plan time as cash", "child_days_on_cp", "price.cp_month", Kind.CASHABLE),
            r"council for child_days_on_cp",
        ),
        (
            Line("care exits", "care_exits", "price.adoption", Kind.CASHABLE),
            r"care_exits beside its parts",
        ),
    ],
)
def test_double_counting_is_refused(extra: Line, message: str) -> None:
    with pytest.raises(Problem, match=message):
        refuse_double_counting([*LINES, extra])


@pytest.mark.parametrize("measure", ["child_days_secure", "fte_days_play_therapist"])
def test_days_that_nothing_prices_are_refused(measure: str) -> None:
    with pytest.raises(Problem, match=f"^cost lines: {measure} has no price"):
        refuse_unpriced([measure], lines_for(SALARIES))


def test_what_no_published_figure_identifies_is_early_help_and_what_a_harm_costs_others() -> None:
    told = {line.name for line in LINES if not line.identified}
    assert told == {"early_help", *(line.name for line in PARTNER_LINES if line.name != "proceedings_partners")}
