"""Money that a schedule brings from outside: which dates it has, and that nothing else of a schedule heeds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyflow import scenario as scenarios
from familyflow.scenario import amend
from familyflow.scenario.evidence import delayed
from familyflow.scenario.model import Schedule
from familyflow.scenario.schema import GoLive, Income, Open
from familyflow.scenario.timeline import Inflow, build

if TYPE_CHECKING:
    from pathlib import Path

    from familyflow.scenario import Scenario
    from familyflow.scenario.schema import Step

GRANT = "social_care_grant"
SHIPPED = {"somerset": ("social_care_grant", 3.5e6), "durham": ("innovation_fund", 3.26e6)}


@cache
def somerset() -> Scenario:
    return scenarios.load("somerset")


def brings(when: date, years: float = 1.0) -> Income:
    return Income(date=when, action="income", income=GRANT, years=years)


def planned(*steps: Step) -> Scenario:
    """Return Somerset with one schedule of these steps beside no change."""
    schedules = {"no_change": somerset().schedules["no_change"], "plan": Schedule("plan", "Plan", steps)}
    return replace(somerset(), schedules=schedules)


def inflows(given_scenario: Scenario, schedule: str = "plan", **changes: float) -> tuple[Inflow, ...]:
    values = given_scenario.central() | {key.replace("__", "."): value for key, value in changes.items()}
    return build(given_scenario, schedule, values).income


def test_a_scenario_holds_who_pays_each_income_and_its_total_as_a_quantity() -> None:
    funding = somerset().income[GRANT]
    assert (funding.name, funding.title, funding.payer) == (GRANT, "Social care grant", "central government")
    assert somerset().payers() == {GRANT: "central government"}
    total = somerset().quantities[f"income.{GRANT}"]
    assert (total.value, total.unit, total.year, total.source) == (3.5e6, "gbp", "2020/21", "somerset_presentation")


@pytest.mark.parametrize("name", ["somerset", "durham", "swindon"])
def test_every_schedule_of_a_programme_with_a_grant_has_it_but_no_change(name: str) -> None:
    shipped = scenarios.load(name)
    (income,) = shipped.income
    for schedule in shipped.schedules:
        found = inflows(shipped, schedule)
        assert [row.income for row in found] == ([] if schedule == "no_change" else [income])


@pytest.mark.parametrize("name", ["thurrock", "bradford"])
def test_a_programme_without_a_published_amount_has_no_income(name: str) -> None:
    shipped = scenarios.load(name)
    assert shipped.income == {}
    assert all(inflows(shipped, schedule) == () for schedule in shipped.schedules)


def test_three_years_from_1_april_are_three_financial_years_to_the_day() -> None:
    (row,) = inflows(somerset(), "as_published")
    assert row == Inflow(0.0, (date(2023, 3, 31) - somerset().start).days, GRANT)


def test_a_year_and_a_half_from_october_ends_with_march() -> None:
    durham = scenarios.load("durham")
    (row,) = inflows(durham, "as_published")
    assert [durham.start + timedelta(days=day) for day in (row.day, row.until)] == [
        date(2014, 9, 30),
        date(2016, 3, 31),
    ]


def test_what_comes_in_from_day_0_on_comes_after_it() -> None:
    (row,) = inflows(planned(brings(somerset().start, 0.5)))
    assert (row.day, row.until) == (0.0, 183.0)


@given(st.integers(0, 3000), st.floats(0.01, 30))
def test_an_income_takes_as_long_as_it_says(day: int, years: float) -> None:
    (row,) = inflows(planned(brings(somerset().start + timedelta(days=day), years)))
    assert row.until - row.day == pytest.approx(365.25 * years, abs=4)


def test_an_income_is_on_its_own_dates_however_late_teams_go_live() -> None:
    live = GoLive(date=date(2020, 10, 1), action="go_live", team="south_somerset")
    plan = planned(brings(date(2020, 6, 1)), live)
    assert inflows(plan, staff__slippage_weeks=26.0) == inflows(plan, staff__slippage_weeks=0.0)
    happened = replace(plan.schedules["plan"], as_happened=True)
    assert inflows(replace(plan, schedules={**plan.schedules, "plan": happened})) == inflows(plan)


def test_an_income_begins_no_schedule() -> None:
    early, live, opens = (
        brings(date(2020, 4, 1)),
        GoLive(date=date(2020, 10, 1), action="go_live", team="south_somerset"),
        Open(date=date(2020, 9, 1), action="open", team="bridgwater", areas=("bridgwater",), existing_cases="stay"),
    )
    assert Schedule("plan", "Plan", (early, opens, live)).begins == live.date
    assert Schedule("plan", "Plan", (early, opens)).begins == opens.date
    assert Schedule("plan", "Plan", (early,)).begins is None
    assert Schedule("plan", "Plan", (early, opens, live)).rollout == (opens, live)


def test_a_schedule_that_is_delayed_leaves_its_income_where_it_was_and_stays_in_order() -> None:
    live = [GoLive(date=date(2020 + k, 10, 1), action="go_live", team="south_somerset") for k in (0, 1)]
    middle = brings(date(2021, 4, 1))
    later = delayed(planned(live[0], middle, live[1]), "plan", 12).schedules["plan"].steps
    assert [step.date for step in later] == [date(2021, 4, 1), date(2021, 10, 1), date(2022, 10, 1)]
    assert later[0] == middle


def test_an_income_moves_nothing_else_of_a_timeline() -> None:
    shipped = somerset().schedules["as_published"]
    plans = (planned(*steps) for steps in (shipped.steps, shipped.rollout))
    brought, alone = (build(plan, "plan", plan.central()) for plan in plans)
    assert brought.income
    assert replace(brought, income=()) == alone


def test_a_total_that_was_edited_is_replaced_where_it_stands(tmp_path: Path) -> None:
    edited = replace(somerset().quantities[f"income.{GRANT}"], value=2e6, low=2e6, high=2e6, source="book", note="")
    made = amend.with_quantities(
        somerset().path.read_text(encoding="utf-8"), {f"income.{GRANT}": edited}, {"book": "A workbook"}
    )
    (tmp_path / "made.toml").write_text(made, encoding="utf-8")
    found = scenarios.load(tmp_path / "made.toml")
    assert found.quantities == {**somerset().quantities, f"income.{GRANT}": edited}
    assert made.count(f"income.{GRANT}") == 1
