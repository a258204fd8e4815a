"""Two families, two years, computed on paper: the money must agree to the penny.

Prices, each brought to 2024/25 (deflator 80 in 2020/21, 96 in 2023/24, 100 in 2024/25):
    agency foster care     840.00 a week,  2023/24: x 100/96 =    875.00  / 7       = 125.00 a day
    children's home      6,048.00 a week,  2023/24: x 100/96 =  6,300.00  / 7       = 900.00 a day
    CP plan                243.50 a month, 2020/21: x 100/80 =    304.375 / 30.4375 =  10.00 a day
    proceedings, council 4,000.00 a child, 2020/21: x 100/80 =  5,000.00
    proceedings, courts 12,000.00 a child, 2020/21: x 100/80 = 15,000.00
    alcohol misuse       1,461.00 a year,  2020/21: x 100/80 =  1,826.25  / 365.25  =   5.00 a day
    allowance            7,305.00 a year,  2024/25                        / 365.25  =  20.00 a day
    worker 29,220.00 a year, 2024/25: x 1.30 on-costs x 1.25 overheads    / 365.25  = 130.00 a day

Family A has two children on CP plans on 31 March 2023. With no change, both go to court in August 2023
and are in agency foster care from 1 September; one leaves to special guardianship in the middle of
October 2024. As published, both stay at home, and their plans end on 31 December 2023. Family B has one
child in a children's home throughout, and a parent who misuses alcohol: throughout with no change, until
31 December 2023 as published. A substance misuse worker is employed from 1 July 2023 as published.

    2023/24              no change                       as published             saving
    foster care          426 days      53,250.00           0                   53,250.00  cash
    children's home      366 days     329,400.00         366     329,400.00         0.00  cash
    CP plans             306 days       3,060.00         550       5,500.00    -2,440.00  capacity
    proceedings            2           10,000.00           0                   10,000.00  capacity
    courts                 2           30,000.00           0                   30,000.00  partner
    alcohol misuse       366 days       1,830.00         275       1,375.00       455.00  partner
    worker                 0                             275      35,750.00  cost 35,750.00
    net: 53,250.00 - 35,750.00 = 17,500.00

    2024/25
    foster care          563.5 days    70,437.50           0                   70,437.50  cash
    children's home      365 days     328,500.00         365     328,500.00         0.00  cash
    allowance            166.5 days     3,330.00           0                    3,330.00  cash
    alcohol misuse       365 days       1,825.00           0                    1,825.00  partner
    worker                 0                             365      47,450.00  cost 47,450.00
    net: 73,767.50 - 47,450.00 = 26,317.50; cumulative 43,817.50
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from frames import days, records, samples, series
from paper import DEFLATOR, START, STATED

from familyflow.economics.cashflow import cumulative, money, savings
from familyflow.economics.prices import uprating
from familyflow.ground.calendar import month_ends

if TYPE_CHECKING:
    import pandas as pd
    from frames import Row

SHARES = {"price.on_cost": 0.30, "price.overhead": 0.25}
OTHER_PRICES = (
    *(f"price.{name}_week" for name in ("kinship", "in_house_foster", "supported", "with_parents")),
    *(f"price.{name}" for name in ("adoption", "contact", "referral", "assessment", "section47", "closing")),
    *(f"price.{name}" for name in ("pre_proceedings", "cin_month", "early_help_month", "salary.social_worker")),
    *(f"price.{name}" for name in ("drug_misuse_year", "mental_ill_health_year", "domestic_abuse_incident")),
)
OTHER_SHARES = ("price.agency_premium", "rate.domestic_abuse_incidents_year")

POSITION = (
    "programme_cost_gbp",
    "gross_saving_gbp",
    "capacity_saving_gbp",
    "partner_saving_gbp",
    "net_saving_gbp",
    "cumulative_net_gbp",
)

Days = tuple[str, str, date, date, float]
Event = tuple[str, str, date, float]

NO_CHANGE_DAYS: tuple[Days, ...] = (
    ("north", "child_days_on_cp", date(2023, 4, 1), date(2023, 8, 31), 2),
    ("north", "child_days_agency_foster", date(2023, 9, 1), date(2025, 3, 31), 1),
    ("north", "child_days_agency_foster", date(2023, 9, 1), date(2024, 9, 30), 1),
    ("south", "child_days_residential", date(2023, 4, 1), date(2025, 3, 31), 1),
    ("south", "harm_days_alcohol_misuse", date(2023, 4, 1), date(2025, 3, 31), 1),
)
NO_CHANGE_EVENTS: tuple[Event, ...] = (
    ("north", "proceedings", date(2023, 8, 31), 2),
    ("north", "child_days_agency_foster", date(2024, 10, 31), 15.5),
    ("north", "care_exits_sgo", date(2024, 10, 31), 1),
)
PUBLISHED_DAYS: tuple[Days, ...] = (
    ("north", "child_days_on_cp", date(2023, 4, 1), date(2023, 12, 31), 2),
    ("south", "child_days_residential", date(2023, 4, 1), date(2025, 3, 31), 1),
    ("south", "harm_days_alcohol_misuse", date(2023, 4, 1), date(2023, 12, 31), 1),
    ("north", "fte_days_substance_misuse_worker", date(2023, 7, 1), date(2025, 3, 31), 1),
)


@pytest.fixture(scope="module")
def priced() -> pd.DataFrame:
    rows = [*_rows("no_change", NO_CHANGE_DAYS, NO_CHANGE_EVENTS), *_rows("as_published", PUBLISHED_DAYS, ())]
    return money(records(rows), _samples(), _factors())


def test_what_two_families_cost_agrees_with_paper_to_the_penny(priced: pd.DataFrame) -> None:
    assert _pence(priced[priced["schedule"] == "no_change"], "gbp") == {
        ("2023/24", "placement_agency_foster"): 53_250_00,
        ("2023/24", "placement_residential"): 329_400_00,
        ("2023/24", "cp_plans"): 3_060_00,
        ("2023/24", "proceedings_council"): 10_000_00,
        ("2023/24", "proceedings_partners"): 30_000_00,
        ("2023/24", "alcohol_misuse"): 1_830_00,
        ("2024/25", "placement_agency_foster"): 70_437_50,
        ("2024/25", "placement_residential"): 328_500_00,
        ("2024/25", "special_guardianship_allowances"): 3_330_00,
        ("2024/25", "alcohol_misuse"): 1_825_00,
    }
    assert _pence(priced[priced["schedule"] == "as_published"], "gbp") == {
        ("2023/24", "placement_residential"): 329_400_00,
        ("2023/24", "cp_plans"): 5_500_00,
        ("2023/24", "alcohol_misuse"): 1_375_00,
        ("2023/24", "post_substance_misuse_worker"): 35_750_00,
        ("2024/25", "placement_residential"): 328_500_00,
        ("2024/25", "post_substance_misuse_worker"): 47_450_00,
    }


def test_what_is_saved_and_what_it_costs_agree_with_paper_to_the_penny(priced: pd.DataFrame) -> None:
    saved = savings(priced)
    published = saved[saved["schedule"] == "as_published"]
    assert _pence(published, "saving_gbp") == {
        ("2023/24", "placement_agency_foster"): 53_250_00,
        ("2023/24", "cp_plans"): -2_440_00,
        ("2023/24", "proceedings_council"): 10_000_00,
        ("2023/24", "proceedings_partners"): 30_000_00,
        ("2023/24", "alcohol_misuse"): 455_00,
        ("2024/25", "placement_agency_foster"): 70_437_50,
        ("2024/25", "special_guardianship_allowances"): 3_330_00,
        ("2024/25", "alcohol_misuse"): 1_825_00,
    }
    assert _pence(published, "cost_gbp") == {
        ("2023/24", "post_substance_misuse_worker"): 35_750_00,
        ("2024/25", "post_substance_misuse_worker"): 47_450_00,
    }


def test_the_position_by_year_agrees_with_paper_to_the_penny(priced: pd.DataFrame) -> None:
    position = cumulative(savings(priced))
    published = position[position["schedule"] == "as_published"].set_index("financial_year")
    in_pence = {name: (100 * published[name]).round().astype(int).tolist() for name in POSITION}
    assert published.index.tolist() == ["2023/24", "2024/25"]
    assert in_pence == {
        "programme_cost_gbp": [35_750_00, 47_450_00],
        "gross_saving_gbp": [53_250_00, 73_767_50],
        "capacity_saving_gbp": [7_560_00, 0],
        "partner_saving_gbp": [30_455_00, 1_825_00],
        "net_saving_gbp": [17_500_00, 26_317_50],
        "cumulative_net_gbp": [17_500_00, 43_817_50],
    }


def _rows(schedule: str, stays: tuple[Days, ...], events: tuple[Event, ...]) -> list[Row]:
    """Lay days and events out as monthly rows, the snapshot's rows of nothing first."""
    months = month_ends(START, 2)
    rows = series(schedule, "contacts", months, [0.0] * len(months))
    for stay in stays:
        rows += days(schedule, *stay)
    return rows + [(0, schedule, month, team, measure, value) for team, measure, month, value in events]


def _samples() -> pd.DataFrame:
    """Give the one draw: the prices above, and 0 for what these families never use."""
    stated = {name: price for name, (price, _) in STATED.items()}
    return samples({**dict.fromkeys((*OTHER_PRICES, *OTHER_SHARES), 0.0), **stated, **SHARES})


def _factors() -> dict[str, float]:
    years = {**dict.fromkeys(OTHER_PRICES, "2024/25"), **{name: year for name, (_, year) in STATED.items()}}
    return uprating(years, "2024/25", DEFLATOR)


def _pence(rows: pd.DataFrame, column: str) -> dict[tuple[str, str], int]:
    """Give a column in whole pence by year and line, leaving out the lines that are exactly 0."""
    some = rows[rows[column] != 0]
    keys = zip(some["financial_year"], some["line"], strict=True)
    return {key: round(100 * value) for key, value in zip(keys, some[column], strict=True)}
