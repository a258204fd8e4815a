"""Discounting, payback, peak funding and the value of information against arithmetic that others have published."""

from __future__ import annotations

from datetime import date
from math import erf, exp, pi, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from familyflow.economics import appraisal, case, value_of_information
from familyflow.economics.appraisal import Appraisal, appraise
from familyflow.economics.case import Activity, Assumptions
from familyflow.economics.ladder import Flows, Rung
from familyflow.ground.calendar import first_year
from familyflow.ground.quantity import Quantity, Status

GREEN_BOOK_FACTORS = {1: 0.9662, 2: 0.9335, 3: 0.9019, 4: 0.8714, 5: 0.8420, 10: 0.7089, 20: 0.5026, 30: 0.3563}
"""HM Treasury's table of discount factors at 3.5%."""
GRID = 201
"""Draws of a one-dimensional integral, taken at the middles of equal shares."""


def exact(value: float, unit: str = "share") -> Quantity:
    return Quantity(value, value, value, unit, "2024/25", "green_book", Status.PUBLISHED)


def assumed(years: int, rate: float = 0.035) -> Assumptions:
    """Give a case without lines, in which prices never change."""
    labels = tuple(f"{2024 + year}/{(25 + year) % 100:02d}" for year in range(years))
    quantities = {case.DISCOUNT_RATE: exact(rate), case.DEFLATOR_GROWTH: exact(0.0)}
    return Assumptions((), quantities, {"2024/25": 100.0}, "2024/25", labels[0], labels)


def appraised(nets: list[float], rate: float = 0.035) -> Appraisal:
    """Appraise one draw of one schedule: what is negative is spent, what is positive saved."""
    a, net = assumed(len(nets), rate), np.array(nets)
    cash, nothing = np.maximum(net, 0)[None, None, :, None], np.zeros((1, 1, len(nets), 1))
    rungs = {rung: cash if rung is Rung.NOW else nothing for rung in Rung}
    flows = Flows(rungs, np.maximum(-net, 0)[None, None, :, None], np.zeros((1, len(nets))), nothing[..., 0])
    return appraise(activity(a), flows, a)


def activity(a: Assumptions) -> Activity:
    starts = [date(first_year(year), 4, 1) for year in a.years]
    spans = tuple((start, date(start.year + 1, 3, 31)) for start in starts)
    empty, none = np.zeros((1, 1, len(a.years), 0)), np.zeros((1, len(a.years), 0))
    live = np.zeros(1, dtype=np.int64)
    care, days = empty.sum(axis=-1), empty[:, :, 0]
    return Activity(live, ("plan",), a.years, spans, (), empty, none, none, live, care, days, care[:, 0, 0])


@pytest.mark.parametrize(("year", "factor"), GREEN_BOOK_FACTORS.items())
def test_discount_factors_are_those_of_the_green_books_table(year: int, factor: float) -> None:
    assert round(float(case.discount_factors(assumed(31))[year]), 4) == factor


def test_two_investments_are_ranked_by_present_value_as_in_a_worked_example() -> None:
    """10 million for 2.5 million in each of four years, or 5 million for 1.5 million: -0.82 and 0.51 million."""
    dear, cheap = appraised([-10.0] + [2.5] * 4), appraised([-5.0] + [1.5] * 4)
    assert (round(float(dear.npv[0, 0]), 2), round(float(cheap.npv[0, 0]), 2)) == (-0.82, 0.51)
    assert cheap.cash_return[0, 0] == pytest.approx((5 + 0.5096) / 5, abs=1e-4)


def test_an_annuity_has_its_closed_form() -> None:
    rate, years = 0.035, 10
    closed = 1_000 * (1 - (1 + rate) ** -years) / rate
    assert float(appraised([0.0] + [1_000.0] * years).npv[0, 0]) == pytest.approx(closed, abs=1e-9)
    assert round(closed / 1_000, 4) == 8.3166


def test_payback_is_where_the_cumulative_position_crosses_nought_for_good() -> None:
    """100 spent and 40 back a year: after two and a half years of return, on 1 October of the third."""
    found = appraised([-100.0, 40.0, 40.0, 40.0, 40.0])
    assert found.payback[0, 0] == np.datetime64("2027-10-01")
    assert (found.peak[0, 0], found.peak_year[0, 0]) == (100.0, 0)


def test_a_position_that_falls_below_nought_again_is_not_paid_back_before() -> None:
    found = appraised([-10.0, 20.0, -20.0, 40.0])
    assert found.payback[0, 0] == np.datetime64("2027-07-01")
    assert found.peak[0, 0] == 10.0


def test_what_is_never_repaid_has_no_date_and_its_peak_is_the_end() -> None:
    found = appraised([-10.0, 2.0, -4.0])
    assert np.isnat(found.payback[0, 0])
    assert not found.paid[0, 0]
    assert (found.peak[0, 0], found.peak_year[0, 0]) == (12.0, 2)


def test_what_costs_and_saves_nothing_is_nought_everywhere() -> None:
    found = appraised([0.0, 0.0, 0.0])
    assert [float(each[0, 0]) for each in (found.npv, found.npv_public, found.peak)] == [0.0, 0.0, 0.0]
    assert np.isnat(found.payback[0, 0])
    assert np.isnan(found.cash_return[0, 0])
    assert appraisal.probability_of_saving(found).tolist() == [[0.0, 0.0, 0.0]]
    assert appraisal.probability_of_regret(found).tolist() == [0.0]


def test_the_plan_books_each_years_change_and_their_sums_are_the_impact() -> None:
    found = appraised([-10.0, -4.0, 6.0])
    assert found.change[0, 0].tolist() == [-10.0, 6.0, 10.0]
    assert found.change.cumsum(axis=-1).tolist() == found.budget.tolist()
    assert found.cumulative[0, 0].tolist() == [-10.0, -14.0, -8.0]


def normal_scores(count: int) -> np.ndarray:
    """Give the middles of equal shares of a standard normal."""
    return np.array([NormalDist().inv_cdf((i + 0.5) / count) for i in range(count)])


def even_scores(count: int) -> np.ndarray:
    """Give standard normals that are spread evenly against `normal_scores`: steps of the golden section."""
    return np.array([NormalDist().inv_cdf((i + 0.5) * (sqrt(5) - 1) / 2 % 1) for i in range(count)])


def unit_loss(mean: float, spread: float) -> float:
    """Give the closed form of EVPI for a normal benefit against nought: spread x the unit normal loss integral."""
    z = abs(mean) / spread
    density, tail = exp(-z * z / 2) / sqrt(2 * pi), (1 - erf(z / sqrt(2))) / 2
    return spread * (density - z * tail)


@pytest.mark.parametrize("mean", [-1.0, -0.3, 0.5])
def test_perfect_information_about_a_normal_benefit_has_its_closed_form(mean: float) -> None:
    benefits = np.column_stack([np.zeros(GRID * 10), mean + 2 * normal_scores(GRID * 10)])
    assert value_of_information.perfect(benefits) == pytest.approx(unit_loss(mean, 2.0), rel=2e-3)


@pytest.mark.parametrize("mean", [-1.0, 0.5])
def test_partial_information_about_one_of_two_normal_inputs_has_its_closed_form(mean: float) -> None:
    """Benefit = mean + 2 x + 1.5 y, chance included: knowing x is worth the loss integral at a spread of 2."""
    x = normal_scores(GRID)
    y = even_scores(GRID)
    benefits = np.column_stack([np.zeros(GRID), mean + 2 * x + 1.5 * y])
    assert value_of_information.partial(benefits, x[:, None]) == pytest.approx(unit_loss(mean, 2.0), rel=0.03)
    assert value_of_information.partial(benefits, y[:, None]) == pytest.approx(unit_loss(mean, 1.5), rel=0.05)
    both = np.column_stack([x, y])
    assert value_of_information.partial(benefits, both) == pytest.approx(
        value_of_information.perfect(benefits), rel=0.03
    )


def test_partial_information_sees_a_curve() -> None:
    """Benefit = x squared - 1 and noise: a line would see nothing, and the mean of max(x^2 - 1, 0) is 0.4839."""
    x = normal_scores(GRID)
    noise = even_scores(GRID)
    benefits = np.column_stack([np.zeros(GRID), x**2 - 1 + 0.5 * noise])
    assert value_of_information.partial(benefits, x[:, None]) == pytest.approx(0.4839, rel=0.05)


def test_information_about_what_does_not_matter_is_worth_nothing() -> None:
    rng = np.random.default_rng(11)
    worth = [_worth_of_noise(rng) for _ in range(6)]
    assert np.mean(worth) < 0.05 * unit_loss(0.2, 2.0)


def _worth_of_noise(rng: np.random.Generator) -> float:
    benefits = np.column_stack([np.zeros(100), 0.2 + 2 * rng.standard_normal(100)])
    return value_of_information.partial(benefits, rng.standard_normal((100, 5)))
