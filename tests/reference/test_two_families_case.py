"""The two families of `test_two_families`, on the ladder, in nominal pounds and discounted: on paper, to the penny.

What is saved comes from there. Savings of foster care are cash at once for 80%, a year later for 10%; an allowance not
begun is cash at once; staff time is no cash. The budget against which growth is measured is that of 2023/24, in which
no change had 426 days of foster care (of 366 days) and no allowance.

    2023/24   foster care   426 days x 125 = 53,250.00: 42,600.00 at once, 10,650.00 not cash yet or ever
              staff time    -2,440.00 + 10,000.00 = 7,560.00 of capacity
              partners      30,000.00 + 455.00
              net           42,600.00 - 35,750.00 = 6,850.00; x 96/100 = 6,576.00 of the year's pounds
    2024/25   foster care   563.5 days; a year as the last has 426 x 365/366 = 424.836066, so 138.663934 are growth
              released      424.836066 x 125 = 53,104.51: 80% = 42,483.61 at once; later 10% of 53,250.00 = 5,325.00
              avoided       90% of 138.663934 x 125 = 15,599.69, and the allowance, 3,330.00
              capacity      70,437.50 - 42,483.61 - 5,325.00 - 15,599.69 = 7,029.20
              partners      1,825.00
              net           47,808.61 - 47,450.00 = 358.61
    value     6,850.00 + 358.6066 / 1.035 = 7,196.48 of 2023/24
    public    53,250 + 7,560 + 30,455 - 35,750 + (70,437.50 + 3,330 + 1,825 - 47,450) / 1.035 = 82,705.82
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pytest
from frames import days, records, samples, series
from paper import DEFLATOR, START, STATED

from familyflow.economics import appraisal, case, ladder
from familyflow.economics.appraisal import appraise
from familyflow.economics.case import Activity, Assumptions, term
from familyflow.economics.cashflow import grown, money, savings
from familyflow.economics.ladder import Rung
from familyflow.economics.prices import price_years, uprating
from familyflow.ground.calendar import month_ends
from familyflow.ground.quantity import Quantity, Status
from familyflow.scenario import tables

if TYPE_CHECKING:
    import pandas as pd

VALUES = {
    "price.on_cost": 0.30,
    "price.overhead": 0.25,
    "price.pay_real_growth": 0.0,
    "price.residential_real_growth": 0.0,
    **dict.fromkeys(("price.set_up_team", "price.recruitment_post", "price.training_post"), 0.0),
    **dict.fromkeys(("price.supervision_year", "price.evaluation_year"), 0.0),
    "case.placement_agency_foster.cash_now": 0.8,
    "case.placement_agency_foster.cash_later": 0.1,
    "case.placement_agency_foster.lag_months": 12.0,
    "case.special_guardianship_allowances.cash_now": 1.0,
}
Days = tuple[str, str, str, float]
NO_CHANGE: tuple[Days, ...] = (
    ("child_days_on_cp", "2023-04-01", "2023-08-31", 2),
    ("child_days_agency_foster", "2023-09-01", "2025-03-31", 1),
    ("child_days_agency_foster", "2023-09-01", "2024-09-30", 1),
    ("child_days_agency_foster", "2024-10-31", "2024-10-31", 15.5),
    ("child_days_residential", "2023-04-01", "2025-03-31", 1),
    ("harm_days_alcohol_misuse", "2023-04-01", "2025-03-31", 1),
    ("proceedings", "2023-08-31", "2023-08-31", 2),
    ("care_exits_sgo", "2024-10-31", "2024-10-31", 1),
)
PUBLISHED: tuple[Days, ...] = (
    ("child_days_on_cp", "2023-04-01", "2023-12-31", 2),
    ("child_days_residential", "2023-04-01", "2025-03-31", 1),
    ("harm_days_alcohol_misuse", "2023-04-01", "2023-12-31", 1),
    ("fte_days_substance_misuse_worker", "2023-07-01", "2025-03-31", 1),
)

SCHEDULES = {"no_change": NO_CHANGE, "as_published": PUBLISHED, "the_same": NO_CHANGE}


@pytest.fixture(scope="module")
def assumed() -> Assumptions:
    quantities = {name: _plain(each) for name, each in tables.parameters(tables.sources()).items()}
    stated = {name: _exact(price, "gbp", year) for name, (price, year) in STATED.items()}
    chosen = {name: _exact(value, quantities[name].unit, "2024/25") for name, value in VALUES.items()}
    return case.assumptions({**quantities, **stated, **chosen}, DEFLATOR, "2024/25", month_ends(START, 2))


@pytest.fixture(scope="module")
def found(assumed: Assumptions) -> Activity:
    return _activity(assumed, SCHEDULES)


def test_each_rung_agrees_with_paper_to_the_penny(assumed: Assumptions, found: Activity) -> None:
    flows = ladder.cash_flow(found, assumed)
    rungs = {rung: _pence(amounts[0, 1]) for rung, amounts in appraisal.by_rung(flows).items()}
    assert rungs == {
        Rung.NOW: [42_600_00, 42_483_61],
        Rung.LATER: [0, 5_325_00],
        Rung.CAPACITY: [10_650_00 + 7_560_00, 7_029_20],
        Rung.AVOIDED: [0, 15_599_69 + 3_330_00],
        Rung.PARTNER: [30_455_00, 1_825_00],
    }
    assert _pence(flows.cost[0, 1].sum(axis=-1)) == [35_750_00, 47_450_00]


def test_the_position_and_the_present_values_agree_with_paper_to_the_penny(
    assumed: Assumptions, found: Activity
) -> None:
    answer = appraise(found, ladder.cash_flow(found, assumed), assumed)
    assert _pence(answer.budget[0, 1]) == [6_576_00, 358_61]
    assert _pence(answer.cumulative[0, 1]) == [6_576_00, 6_934_61]
    assert _pence(answer.npv[0, 1:2]) == [7_196_48]
    assert _pence(answer.npv_public[0, 1:2]) == [82_705_82]


def test_a_grant_of_one_year_comes_in_that_years_pounds(assumed: Assumptions, found: Activity) -> None:
    granted = assumed.changed("case.grant_year", 9_600.0).changed("case.grant_years", 1.0)
    grants = ladder.cash_flow(found, granted).grant
    assert [_pence(row) for row in grants] == [[0, 0], [10_000_00, 0], [0, 0]]
    assert _pence(appraise(found, ladder.cash_flow(found, granted), granted).budget[0, 1])[0] == 6_576_00 + 9_600_00


def test_a_schedule_that_is_no_change_is_exactly_nought_everywhere(assumed: Assumptions, found: Activity) -> None:
    flows = ladder.corrected(ladder.cash_flow(found, assumed), assumed)
    assert not any(each[:, 2].any() for each in (*flows.rungs.values(), flows.cost))
    answer = appraise(found, flows, assumed)
    for each in (answer.budget, answer.cumulative, answer.npv, answer.npv_public, answer.pv_spending, answer.peak):
        assert not each[:, 2].any()


def test_the_rungs_of_every_line_add_up_to_what_it_saves(assumed: Assumptions, found: Activity) -> None:
    flows = ladder.cash_flow(found, assumed)
    parts, q = ladder.weighed(found, assumed), case.unit_prices(assumed) * case.real_growth(assumed)
    built = sum(flows.rungs.values()) - flows.cost
    np.testing.assert_allclose(built, parts.saved * q, atol=1e-9)


def test_the_case_and_the_priced_ledger_are_built_of_the_same_pounds(assumed: Assumptions, found: Activity) -> None:
    """Each line's rungs of each year are what `money`, the source of the summary, says is saved; nothing is twice."""
    flows = ladder.cash_flow(found, assumed)
    saved = np.sum([*flows.rungs.values()], axis=0)
    stated = price_years(assumed.quantities)
    priced = money(_monthly(SCHEDULES), _samples(assumed), uprating(stated, "2024/25", DEFLATOR), assumed.lines)
    ledger = savings(grown(priced, _samples(assumed), stated, assumed.lines))
    rows = ledger[ledger["schedule"] == "as_published"].set_index(["financial_year", "line"])
    assert len(rows) == len(assumed.years) * len(assumed.lines)
    for y, year in enumerate(assumed.years):
        for at, line in enumerate(assumed.lines):
            assert saved[0, 1, y, at] == pytest.approx(rows["saving_gbp"][year, line.name], abs=1e-9)
            assert flows.cost[0, 1, y, at] == pytest.approx(rows["cost_gbp"][year, line.name], abs=1e-9)


def test_the_order_of_schedules_does_not_matter(assumed: Assumptions, found: Activity) -> None:
    turned = _activity(assumed, {"the_same": NO_CHANGE, "as_published": PUBLISHED, "no_change": NO_CHANGE})
    assert turned.schedules == ("no_change", "the_same", "as_published")
    one, other = (appraise(each, ladder.cash_flow(each, assumed), assumed) for each in (found, turned))
    assert one.npv[0, [0, 2, 1]].tolist() == other.npv[0].tolist()


def test_costs_are_linear_in_each_price(assumed: Assumptions, found: Activity) -> None:
    """Twice the price of foster care is twice its value and changes nothing else."""
    line = [line.name for line in assumed.lines].index("placement_agency_foster")
    dear = assumed.changed("price.agency_foster_week", 1_680.0)
    one, two = (ladder.cash_flow(found, each) for each in (assumed, dear))
    for rung in Rung:
        np.testing.assert_allclose(two.rungs[rung][..., line], 2 * one.rungs[rung][..., line], rtol=1e-12)
        others = np.arange(len(assumed.lines)) != line
        assert (two.rungs[rung][..., others] == one.rungs[rung][..., others]).all()


def test_what_is_released_in_whole_places_stays_below_what_is_saved(assumed: Assumptions, found: Activity) -> None:
    """426 days are one whole place of 365.25 days; 424.8 in the second year are one too."""
    whole = assumed.changed("case.placement_agency_foster.step", 365.25)
    line = next(line for line in assumed.lines if line.name == "placement_agency_foster")
    at = assumed.lines.index(line)
    assert term(line, "step") in whole.quantities
    assert ladder.split(found, whole).released[0, 1, :, at].tolist() == [365.25, 365.25]


def _plain(quantity: Quantity) -> Quantity:
    """Put a shipped price into the price year, so that the small deflator has it."""
    return replace(quantity, year="2024/25") if quantity.unit.startswith("gbp") else quantity


def _exact(value: float, unit: str, year: str) -> Quantity:
    return Quantity(value, value, value, unit, year, "gmca", Status.PUBLISHED)


def _activity(a: Assumptions, schedules: dict[str, tuple[Days, ...]]) -> Activity:
    """Give the activity of one draw at the stated prices."""
    return case.activity([_monthly(schedules)], _samples(a), a, list(schedules))


def _samples(a: Assumptions) -> pd.DataFrame:
    return samples({name: each.value for name, each in a.quantities.items()})


def _monthly(schedules: dict[str, tuple[Days, ...]]) -> pd.DataFrame:
    """Lay days out as monthly rows."""
    months = month_ends(START, 2)
    idle = [series(name, "contacts", months, [0.0] * len(months)) for name in schedules]
    lived = [days(name, "north", *stay) for name, stays in schedules.items() for stay in stays]
    return records(chain.from_iterable([*idle, *lived]))


def _pence(amounts: np.ndarray) -> list[int]:
    return [round(100 * float(each)) for each in amounts]
