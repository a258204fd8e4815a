"""Numbers and answers in the words of readers: rounded, with their unit, and able to say no."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Final

from familyflow.report.measures import NO_CHANGE, RANGE, WHOLE

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

MISSING: Final = "-"
_MILLION: Final = 1e6
_SHORT: Final = 10.0
_VERDICTS: Final = ((0.95, "Yes"), (0.5, "Probably"), (0.05, "Probably not"), (0.0, "No"))
"""Least share of draws in which the cost is repaid, and what is then said."""


def number(value: float, unit: str) -> str:
    """Write a value as readers want it: children whole, GBP in millions, shares in percent, ratios to 0.1."""
    if isnan(value):
        return MISSING
    if unit == "gbp":
        return _plain(value / _MILLION, 2 if abs(value) < _SHORT * _MILLION else 1)
    if unit == "share":
        return _plain(100 * value, 0) + "%"
    return _plain(value, 1 if unit == "children per social worker" else 0)


def error(value: float, unit: str) -> str:
    """Write a standard error with one digit more than the number it belongs to; nothing for a single draw."""
    if isnan(value):
        return MISSING
    if unit == "gbp":
        return "±" + _plain(value / _MILLION, 3)
    if unit == "share":
        return "±" + _plain(100 * value, 1) + "%"
    return "±" + _plain(value, 2 if unit == "children per social worker" else 1)


def span(low: float, high: float, unit: str) -> str:
    """Write a range, low to high; nothing when it is undefined."""
    if isnan(low) or isnan(high):
        return MISSING
    return f"{number(low, unit)} to {number(high, unit)}"


def fewer(value: float) -> str:
    """Write a number of children fewer; a negative one is more."""
    return f"{number(abs(value), 'children')} {'more' if round(value) < 0 else 'fewer'}"


def fewer_span(low: float, high: float) -> str:
    """Write a range of children fewer, as "4 to 20 fewer" or "2 more to 9 fewer"."""
    first, last = fewer(low), fewer(high)
    same = (round(low) < 0) == (round(high) < 0)
    return f"{first.split()[0] if same else first} to {last}"


def chance(better: float, worse: float) -> str:
    """Write the probability of being better than no change; "same" when no draw differs."""
    if isnan(better):
        return MISSING
    if better == worse == 0:
        return "same"
    rounded = f"{100 * better:.0f}%"
    if rounded == "100%" and better < 1:
        return ">99%"
    return "<1%" if rounded == "0%" and better > 0 else rounded


def draws(count: int) -> str:
    """Write a number of draws, as "1 draw" or "1,000 draws"."""
    return f"{count:,} draw{'s' if count != 1 else ''}"


def pounds(value: float) -> str:
    """Write GBP in words' company, as "£3.50m" or "-£0.25m"."""
    text = number(abs(value), "gbp")
    return f"-£{text}m" if value < 0 and float(text) != 0 else f"£{text}m"


def day(when: date) -> str:
    """Write a date in full, as "31 March 2025"."""
    return f"{when.day} {when:%B %Y}"


def _plain(value: float, digits: int) -> str:
    """Write a number with thousands separated; a negative that rounds to nothing loses its sign."""
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def lines(summary: pd.DataFrame, schedule: str) -> dict[tuple[str, str], dict[str, float]]:
    """Give one schedule's statistics by measure and period."""
    rows = summary.loc[summary["schedule"] == schedule]
    columns = rows[["mean", "p5", "p50", "p95", "mc_error", "probability_better", "probability_worse"]]
    numbers = columns.astype(float).to_dict("records")
    keys = zip(rows["measure"], rows["period"], strict=True)
    return {key: {str(name): value for name, value in row.items()} for key, row in zip(keys, numbers, strict=True)}


def answer(summary: pd.DataFrame, schedule: str, title: str, count: int, end: date) -> str:
    """Answer in one sentence whether a schedule repays its cost by the end, and how many enter care."""
    if schedule == NO_CHANGE:
        return f"{title}: what every other schedule is compared with."
    rows = {measure: row for (measure, period), row in lines(summary, schedule).items() if period == WHOLE}
    return f"{title}. {_repaid(rows, count, end)}; {_care(rows['care_entries_averted'])}."


def _repaid(rows: dict[str, dict[str, float]], count: int, end: date) -> str:
    """Say in how many draws the cost is repaid, and the average cost and saving."""
    cost, saving = (rows[name]["mean"] for name in ("programme_cost_gbp", "gross_saving_gbp"))
    if cost == 0:
        return f"It has no programme cost to repay; on average it saves {pounds(saving)} in cash by {day(end)}"
    share = rows["net_saving_gbp"]["probability_better"]
    verdict = next(word for least, word in _VERDICTS if share >= least)
    first = verdict if count > 1 else "One draw cannot say"
    return (
        f"{first}: in {round(share * count)} of {draws(count)} it repays its cost by {day(end)}; "
        f"on average it costs {pounds(cost)} and saves {pounds(saving)} in cash"
    )


def _care(row: dict[str, float]) -> str:
    """Say how many fewer or more entries to care there are, with the range of outcomes."""
    if row["probability_better"] == row["probability_worse"] == 0:
        return "entries to care are the same in every draw"
    band = f" ({RANGE}: {fewer_span(row['p5'], row['p95'])})" if row["p5"] < row["p95"] else ""
    return f"entries to care: {fewer(row['mean'])} on average{band}"
