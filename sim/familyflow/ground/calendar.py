"""Dates and the model's clock: time in the model is days since the scenario's start date, as a float."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from math import floor
from typing import Final, TypeAlias

Span: TypeAlias = tuple[date, date]
"""A first and a last day."""
DAYS_PER_YEAR: Final = 365.25
MONTHS_PER_YEAR: Final = 12
DAYS_PER_MONTH: Final = DAYS_PER_YEAR / MONTHS_PER_YEAR
DAYS_PER_WEEK: Final = 7
WORKING_DAYS_PER_WEEK: Final = 5
WORKING_TO_CALENDAR: Final = DAYS_PER_WEEK / WORKING_DAYS_PER_WEEK
"""Calendar days in a working day; bank holidays are left out."""
_APRIL: Final = 4
_YEAR_DIGITS: Final = 4


def month_end(day: date) -> date:
    """Return the last day of a date's calendar month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def anniversary(start: date, years: int) -> date:
    """Return the same date some years on; the last day of a month stays the last day of that month."""
    first = start.replace(year=start.year + years, day=1)
    last = month_end(first)
    return last if start == month_end(start) else first.replace(day=min(start.day, last.day))


def years_on(start: date, years: float) -> date:
    """Return the date some years on, of which there may be a part: whole years by the calendar, the rest in days."""
    whole = floor(years)
    return anniversary(start, whole) + timedelta(days=round((years - whole) * DAYS_PER_YEAR))


def months_on(day: date, months: int) -> date:
    """Return the same day some months on, or the last of that month where it has no such day."""
    last = _month_end_after(day, months)
    return last.replace(day=min(day.day, last.day))


def month_ends(start: date, years: int) -> tuple[date, ...]:
    """Return the start itself, then the last day of every calendar month after it, up to start + years."""
    end = anniversary(start, years)
    ends = (_month_end_after(start, months) for months in range(MONTHS_PER_YEAR * years + 1))
    return (start, *(day for day in ends if start < day <= end))


def _month_end_after(start: date, months: int) -> date:
    """Return the last day of the calendar month that lies some months after the start's."""
    years, month = divmod(start.month - 1 + months, MONTHS_PER_YEAR)
    return month_end(date(start.year + years, month + 1, 1))


def day_of(when: date, start: date) -> float:
    """Return the model's time at the beginning of a date, in days since the start; negative before it."""
    return float((when - start).days)


def date_of(day: float, start: date) -> date:
    """Return the date on which a model time falls; the inverse of day_of."""
    return start + timedelta(days=floor(day))


def financial_year(when: date) -> str:
    """Name the April-to-March year in which a date falls, as "2020/21"."""
    first = when.year if when.month >= _APRIL else when.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def financial_year_start(label: str) -> date:
    """Return the 1 April on which a financial year such as "2020/21" begins."""
    return date(int(label.partition("/")[0]), _APRIL, 1)


def financial_year_end(label: str) -> date:
    """Return the 31 March on which a financial year such as "2020/21" ends."""
    first = financial_year_start(label)
    return first.replace(year=first.year + 1) - timedelta(days=1)


def year_fraction(days: float) -> float:
    """Turn a length in days into years of 365.25 days."""
    return days / DAYS_PER_YEAR


def calendar_days(working_days: float) -> float:
    """Turn a length in working days into calendar days, five to the week."""
    return working_days * DAYS_PER_WEEK / WORKING_DAYS_PER_WEEK


def working_days(days: float) -> float:
    """Turn a length in calendar days into working days, five to the week."""
    return days * WORKING_DAYS_PER_WEEK / DAYS_PER_WEEK


def first_year(label: str) -> int:
    """Return the calendar year in which a financial year such as "2020/21" begins."""
    return int(label[:_YEAR_DIGITS])


def financial_year_span(label: str) -> Span:
    """Return the first and the last day of a financial year such as "2020/21"."""
    return financial_year_start(label), financial_year_end(label)


def days_in(span: Span) -> int:
    """Count the days of a span, its first and last among them; none in one that ends before it begins."""
    return max((span[1] - span[0]).days + 1, 0)


def common(one: Span, other: Span) -> Span:
    """Return the days that two spans have in common; where there are none, it ends before it begins."""
    return max(one[0], other[0]), min(one[1], other[1])


def share_by(span: Span, day: date) -> float:
    """Return the share of a span's days that are over by the end of a day: 0 before it, 1 after it."""
    return days_in((span[0], min(span[1], day))) / days_in(span)
