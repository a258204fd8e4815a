from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from familyflow.ground.calendar import (
    anniversary,
    calendar_days,
    common,
    date_of,
    day_of,
    days_in,
    financial_year,
    financial_year_span,
    financial_year_start,
    month_end,
    month_ends,
    months_on,
    share_by,
    working_days,
    year_fraction,
)

dates = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("when", "last"),
    [
        (date(2020, 2, 3), date(2020, 2, 29)),
        (date(2019, 2, 28), date(2019, 2, 28)),
        (date(2100, 2, 1), date(2100, 2, 28)),
        (date(2019, 12, 31), date(2019, 12, 31)),
    ],
)
def test_a_month_ends_on_its_last_day_in_leap_years_too(when: date, last: date) -> None:
    assert month_end(when) == last


@pytest.mark.parametrize(
    ("start", "years", "then"),
    [
        (date(2019, 6, 30), 5, date(2024, 6, 30)),
        (date(2019, 7, 15), 1, date(2020, 7, 15)),
        (date(2020, 2, 29), 1, date(2021, 2, 28)),
        (date(2019, 2, 28), 1, date(2020, 2, 29)),
        (date(2020, 2, 28), 1, date(2021, 2, 28)),
    ],
)
def test_an_anniversary_of_a_month_end_is_a_month_end(start: date, years: int, then: date) -> None:
    assert anniversary(start, years) == then


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2020, 12, 1), 1, date(2021, 1, 1)),
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
        (date(2020, 10, 1), 24, date(2022, 10, 1)),
    ],
)
def test_months_on_is_the_same_day_or_the_last_of_the_month(day: date, months: int, found: date) -> None:
    assert months_on(day, months) == found


def test_the_months_of_a_run_begin_with_the_snapshot_and_end_with_the_horizon() -> None:
    ends = month_ends(date(2019, 6, 30), 5)
    assert ends[:2] == (date(2019, 6, 30), date(2019, 7, 31))
    assert (ends[-1], len(ends)) == (date(2024, 6, 30), 61)


def test_a_start_within_a_month_has_its_own_month_end_next_and_none_after_the_horizon() -> None:
    ends = month_ends(date(2019, 7, 15), 1)
    assert ends[:2] == (date(2019, 7, 15), date(2019, 7, 31))
    assert (ends[-1], len(ends)) == (date(2020, 6, 30), 13)


@given(dates, st.integers(1, 10))
@example(date(2000, 2, 28), 1)
@example(date(2019, 2, 28), 1)
def test_month_ends_are_whole_months_in_order(start: date, years: int) -> None:
    ends = month_ends(start, years)
    assert ends[0] == start
    assert all(month_end(day) == day for day in ends[1:])
    assert all(0 < (b - a).days <= 31 for a, b in pairwise(ends))
    assert ends[-1] <= anniversary(start, years) < month_end(ends[-1] + timedelta(days=1))


@given(dates, st.integers(-20000, 20000))
def test_a_date_and_its_model_time_are_one_and_the_same(start: date, days: int) -> None:
    when = start + timedelta(days=days)
    assert day_of(when, start) == days
    assert date_of(day_of(when, start), start) == when


@given(dates, st.floats(-1000, 1000).map(lambda day: round(day, 6)))
def test_a_time_within_a_day_falls_on_that_date(start: date, day: float) -> None:
    assert 0 <= day - day_of(date_of(day, start), start) < 1


@pytest.mark.parametrize(
    ("when", "label"),
    [
        (date(2020, 3, 31), "2019/20"),
        (date(2020, 4, 1), "2020/21"),
        (date(2020, 12, 31), "2020/21"),
        (date(2000, 1, 1), "1999/00"),
    ],
)
def test_a_financial_year_runs_from_april_to_march(when: date, label: str) -> None:
    assert financial_year(when) == label


@given(dates)
def test_a_date_lies_in_the_year_after_its_financial_year_started(when: date) -> None:
    start = financial_year_start(financial_year(when))
    assert financial_year(start) == financial_year(when)
    assert start <= when < anniversary(start, 1)


def test_the_statutory_45_working_days_are_nine_weeks() -> None:
    assert calendar_days(45) == 63
    assert working_days(63) == 45


def test_four_years_are_1461_days() -> None:
    assert year_fraction(1461) == 4


DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@given(st.tuples(DAYS, DAYS).map(sorted), st.tuples(DAYS, DAYS).map(sorted))
def test_days_in_common_are_those_that_lie_in_both(one: list[date], other: list[date]) -> None:
    first, second = (one[0], one[1]), (other[0], other[1])
    each = {one[0] + timedelta(days=k) for k in range(days_in(first))}
    assert max(each) == one[1]
    assert days_in(common(first, second)) == sum(other[0] <= day <= other[1] for day in each)


@given(st.tuples(DAYS, DAYS).map(sorted), DAYS)
def test_the_share_of_a_span_that_is_over_is_nothing_before_it_and_all_after_it(span: list[date], day: date) -> None:
    share = share_by((span[0], span[1]), day)
    assert share == np.clip(((day - span[0]).days + 1) / ((span[1] - span[0]).days + 1), 0, 1)


def test_a_financial_year_spans_its_days() -> None:
    assert days_in(financial_year_span("2023/24")) == 366
    assert days_in(financial_year_span("2022/23")) == 365
