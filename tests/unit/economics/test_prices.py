from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from familyflow.economics.lines import (
    AGENCY_LINE,
    PER_MONTH,
    PER_WEEK,
    PER_YEAR,
    Kind,
    Line,
    lines_for,
    post_line,
)
from familyflow.economics.prices import line_prices, price_years, read_deflator, uprating
from familyflow.ground.paths import shipped
from familyflow.ground.problem import Problem
from familyflow.ground.quantity import Quantity, Status

if TYPE_CHECKING:
    from pathlib import Path

DEFLATOR = {"2013/14": 80.0, "2023/24": 96.0, "2024/25": 100.0}
UNITS = {"team": 1.0, "post": 1.0, "week": PER_WEEK, "month": PER_MONTH, "year": PER_YEAR, "child": 1.0}


def quantity(unit: str, year: str) -> Quantity:
    return Quantity(1.0, 1.0, 1.0, unit, year, "gmca", Status.PUBLISHED)


def shipped_parameters() -> dict[str, dict[str, str]]:
    with shipped("calibration", "parameters.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_a_price_is_brought_from_its_own_year_to_the_price_year() -> None:
    factors = uprating({"price.a": "2013/14", "price.b": "2024/25"}, "2023/24", DEFLATOR)
    assert factors == {"price.a": 96 / 80, "price.b": 96 / 100}


def test_prices_already_in_the_price_year_do_not_move() -> None:
    assert uprating({"price.a": "2024/25"}, "2024/25", DEFLATOR) == {"price.a": 1.0}


@pytest.mark.parametrize(
    ("year", "price_year", "message"),
    [
        ("1999/00", "2024/25", r"^price\.a: price year '1999/00' is not in .* has 2013/14 to 2024/25$"),
        ("2013/14", "2030/31", r"^price_year: price year '2030/31' is not in"),
        ("2013", "2024/25", r"^price\.a: price year '2013' is not in"),
    ],
)
def test_a_year_without_a_price_level_is_named(year: str, price_year: str, message: str) -> None:
    with pytest.raises(Problem, match=message):
        uprating({"price.a": year}, price_year, DEFLATOR)


def test_an_empty_deflator_table_is_said_to_be_empty() -> None:
    with pytest.raises(Problem, match=r"which has none$"):
        uprating({}, "2024/25", {})


def test_only_amounts_of_money_have_a_price_year() -> None:
    given = {
        "price.residential_week": quantity("gbp per week", "2023/24"),
        "price.on_cost": quantity("share", "2025/26"),
        "rate.domestic_abuse_incidents_year": quantity("per year", "2026"),
    }
    assert price_years(given) == {"price.residential_week": "2023/24"}


def test_the_deflator_table_is_read_by_financial_year(tmp_path: Path) -> None:
    path = tmp_path / "gdp_deflator.csv"
    path.write_text("financial_year,index,status\n2013/14,80,published\n2024/25,100.0,published\n", encoding="utf-8")
    assert read_deflator(path) == {"2013/14": 80.0, "2024/25": 100.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("year,index\n2013/14,80\n", "not a table with the columns financial_year and index"),
        ("financial_year,index\n2013/14,eighty\n", "not a table with the columns"),
        ("financial_year,index\n2013/14\n", "not a table with the columns"),
        ("financial_year,index\n2013/14,0\n", r"index of 2013/14 = 0: a price index is above 0"),
        ("financial_year,index\n2013/14,nan\n", r"index of 2013/14 = nan"),
    ],
)
def test_an_unusable_deflator_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "gdp_deflator.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match=rf"^gdp_deflator\.csv: {message}"):
        read_deflator(path)


def test_a_missing_deflator_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"^gdp_deflator\.csv: not a table"):
        read_deflator(tmp_path / "gdp_deflator.csv")


SAMPLES = pd.DataFrame(
    {
        "draw": [7, 8],
        "price.salary.psychologist": [36_525.0, 73_050.0],
        "price.salary.social_worker": [36_525.0, 36_525.0],
        "price.on_cost": [0.3, 0.2],
        "price.overhead": [0.25, 0.5],
        "price.agency_premium": [0.5, 1.0],
    }
)


def test_a_post_costs_its_salary_with_on_costs_and_overheads_by_the_day() -> None:
    prices = line_prices(SAMPLES, [post_line("psychologist")], {"price.salary.psychologist": 2.0})
    assert prices.loc[7, "post_psychologist"] == pytest.approx(2 * 100 * 1.3 * 1.25, rel=1e-14)
    assert prices.loc[8, "post_psychologist"] == pytest.approx(2 * 200 * 1.2 * 1.5, rel=1e-14)


def test_the_agency_premium_is_a_share_of_a_permanent_workers_full_cost() -> None:
    prices = line_prices(SAMPLES, [AGENCY_LINE], {"price.salary.social_worker": 1.0})
    assert prices["agency_premium"].tolist() == pytest.approx([100 * 1.3 * 0.5, 100 * 1.2 * 1.0], rel=1e-14)


def test_a_line_whose_price_was_not_sampled_is_named_with_the_nearest() -> None:
    line = Line("psychology", "fte_days_psychologist", "price.salary.psycologist", Kind.PROGRAMME)
    with pytest.raises(Problem, match=r"^price\.salary\.psycologist: missing.*'price\.salary\.psychologist'"):
        line_prices(SAMPLES, [line], {line.price: 1.0})


def test_a_line_whose_price_has_no_year_is_named() -> None:
    with pytest.raises(Problem, match=r"^price\.salary\.psychologist: no price year is known"):
        line_prices(SAMPLES, [post_line("psychologist")], {})


def test_the_shipped_tables_price_every_line() -> None:
    known = shipped_parameters()
    for line in lines_for(known):
        assert {line.price, *line.times, *line.uplifts} <= known.keys()
        assert known[line.price]["year"] in read_deflator(shipped("calibration", "gdp_deflator.csv"))


def test_the_unit_of_each_shipped_price_is_the_one_that_its_line_assumes() -> None:
    known = shipped_parameters()
    for line in lines_for(known):
        unit = known[line.price]["unit"].removeprefix("gbp per ")
        if not line.times or line == AGENCY_LINE:
            assert line.factor == UNITS[unit], line.name
        else:
            assert (unit, known[line.times[0]]["unit"]) == ("incident", "per year"), line.name
        assert {known[name]["unit"] for name in line.uplifts} <= {"share"}
