"""Money from outside: deflated as every price, in a column of its own, and in no saving, cost or present value."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import frames
import made_up
import numpy as np
import pandas as pd
import pytest
from frames import records, series
from hypothesis import given, settings
from hypothesis import strategies as st

from familyflow.economics import case, ladder, prices, sensitivity
from familyflow.economics.appraisal import Appraisal, appraise
from familyflow.economics.case import corrections
from familyflow.economics.cashflow import by_year, money, savings
from familyflow.economics.lines import (
    LINES,
    Kind,
    Line,
    income_line,
    lines_for,
    post_line,
    reads,
    refuse_double_counting,
)

GRANT = made_up.GRANT
COST = Line("posts", "fte_days_psychologist", "price.salary", Kind.PROGRAMME)
CARE = Line("care", "child_days_residential", "price.week", Kind.CASHABLE)
MONTHS = (date(2020, 3, 31), date(2020, 9, 30), date(2021, 3, 31), date(2021, 9, 30))
quick = settings(max_examples=25, deadline=None)


def ledger(shares: tuple[float, ...], days: float = 10.0) -> pd.DataFrame:
    """Give one draw in which a plan brings a grant, month by month, employs somebody and saves some days in care."""
    months = MONTHS[1:]
    return records(
        [
            *series("no_change", "child_days_residential", months, [100.0] * 3),
            *series("plan", "child_days_residential", months, [100.0 - days] * 3),
            *series("plan", "fte_days_psychologist", months, [30.0] * 3),
            *series("plan", GRANT.measure, months, shares),
            *series("no_change", "contacts", MONTHS[:1], [0.0]),
            *series("plan", "contacts", MONTHS[:1], [0.0]),
        ]
    )


def samples(total: float) -> pd.DataFrame:
    return frames.samples({"price.week": 70.0, "price.salary": 50.0, GRANT.price: total})


def positions(shares: tuple[float, ...], total: float, *lines: Line, factor: float = 1.0) -> pd.DataFrame:
    factors = {"price.week": 1.0, "price.salary": 1.0, GRANT.price: factor}
    found = by_year(savings(money(ledger(shares), samples(total), factors, (CARE, COST, *lines))))
    return found[found["schedule"] == "plan"].set_index("financial_year")


def test_each_income_of_a_scenario_is_a_line_with_its_own_payer() -> None:
    found = lines_for(["price.salary.psychologist", "income.grant", "income.partner"], {"grant": GRANT.payer})
    assert found[len(LINES) :] == (post_line("psychologist"), GRANT, income_line("partner", "council"))
    assert (GRANT.name, GRANT.measure, GRANT.price, GRANT.kind) == (
        *("income_grant", "income_share_grant", "income.grant"),
        Kind.INCOME,
    )
    refuse_double_counting(lines_for(["income.grant", "income.partner"], dict.fromkeys(("grant", "partner"), "NHS")))
    assert reads([GRANT]) == {"income.grant"}


def test_without_an_income_there_is_no_column_of_it() -> None:
    assert not {"income_gbp", "net_after_income_gbp"} & set(positions((0.5, 0.5, 0.0), 1e6))


@quick
@given(st.lists(st.floats(0, 1), min_size=3, max_size=3), st.floats(0, 1e7))
def test_an_income_is_neither_a_saving_nor_a_cost_and_comes_on_top_of_the_net(
    shares: list[float], total: float
) -> None:
    given_shares = (shares[0], shares[1], shares[2])
    alone, brought = positions(given_shares, total), positions(given_shares, total, GRANT)
    pd.testing.assert_frame_equal(brought[alone.columns], alone)
    expected = [total * (shares[0] + shares[1]), total * shares[2]]
    assert brought["income_gbp"].tolist() == pytest.approx(expected, abs=0.000_002 * total)
    assert (brought["net_after_income_gbp"] == brought["net_saving_gbp"] + brought["income_gbp"]).all()


def test_an_income_is_brought_from_its_own_year_to_the_price_year() -> None:
    factors = prices.uprating({GRANT.price: "2020/21"}, "2024/25", {"2020/21": 80.0, "2024/25": 100.0})
    found = positions((1.0, 0.0, 0.0), 3.5e6, GRANT, factor=factors[GRANT.price])
    assert found["income_gbp"].tolist() == pytest.approx([3.5e6 * 100 / 80, 0.0])


def test_an_income_is_on_no_rung_in_no_cost_and_in_no_answer_of_the_appraisal() -> None:
    (a, found), (bare, alone) = made_up.with_grant(), (made_up.assumptions(), made_up.activity())
    brought, without = ladder.cash_flow(found, a), ladder.cash_flow(alone, bare)
    assert not any(rung[..., -1].any() for rung in brought.rungs.values())
    assert not brought.cost[..., -1].any()
    np.testing.assert_allclose(brought.income, np.broadcast_to([[0.0], [1e6 / 3]], (5, 2, 3)))
    assert not without.income.any()
    answers, others = appraise(found, brought, a), appraise(alone, without, bare)
    for field in fields(Appraisal):
        np.testing.assert_array_equal(getattr(answers, field.name), getattr(others, field.name))


def test_optimism_bias_leaves_a_grant_as_it_is() -> None:
    a, found = made_up.with_grant()
    assert corrections(a)[-1] == 1.0
    flows = ladder.cash_flow(found, a)
    np.testing.assert_array_equal(ladder.corrected(flows, a).income, flows.income)


def test_no_bar_of_the_tornado_is_an_income_as_no_answer_hangs_on_it() -> None:
    a, found = made_up.with_grant()
    assert [bar.name for bar in sensitivity.one_way(found, a)] == [
        bar.name for bar in sensitivity.one_way(made_up.activity(), made_up.assumptions())
    ]


def test_a_schedule_that_only_brings_money_employs_nobody() -> None:
    terms = {name: made_up.quantity(0.02) for name in (case.DISCOUNT_RATE, case.DEFLATOR_GROWTH)}
    prices = {COST.price: made_up.quantity(50.0), GRANT.price: made_up.quantity(1e6)}
    years = ("2020/21", "2021/22")
    a = case.Assumptions((COST, GRANT), prices | terms, {"2024/25": 100.0}, "2024/25", years[0], years)
    records = ledger((0.2, 0.3, 0.5))
    unstaffed = records[records["measure"] != COST.measure]
    live = [case.activity([each], samples(1e6), a, ["no_change", "plan"]).live[-1] for each in (records, unstaffed)]
    assert live == [0, len(years)]


def test_a_case_is_made_of_every_income_of_the_scenario_and_who_pays_it() -> None:
    a = case.assumptions(
        {"income.grant": made_up.quantity(1e6)}, {"2024/25": 100.0}, "2024/25", MONTHS, {"grant": GRANT.payer}
    )
    assert a.lines[-1] == GRANT
    assert a.quantities["income.grant"].value == 1e6
