"""Numbers and answers in the words of readers: rounded, with their unit, and able to say no."""

from __future__ import annotations

from datetime import date
from math import isnan
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from familyflow.results.measures import NO_CHANGE, OF_CHILDREN, PER_CHILD_YEAR, RANGE, WHOLE
from familyflow.results.summary import is_displaced, lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


Claimed: TypeAlias = "Mapping[str, Any] | pd.Series[Any]"
"""One claim, as a row of the answers to claims or a document has it."""
LANGUAGE: Final = "en-GB"
MISSING: Final = "-"
CHILDREN: Final = "children"
"""The unit of what is counted in children."""
_UNSIGNED: Final = frozenset("0123456789<")
"""How a number that has no sign begins."""
_MILLION: Final = 1e6
_THOUSAND: Final = 1e3
_SHORT: Final = 10.0
_OVERLOAD: Final = 2.0
"""A team with more than so many times the average caseload has more work than it can do."""
_WHOLE_PERCENT: Final = 9.95
_MANY: Final = 99.95
_DIGITS: Final = MappingProxyType({"children per social worker": 1, "children per 10,000 a year": 1, PER_CHILD_YEAR: 2})
"""Decimals of units that are not written as whole numbers."""
_NO_MORE: Final = "no_more"
"""The direction of a claim that something will not rise."""
_PERCENT: Final = MappingProxyType({"share": 0, OF_CHILDREN: 1})
"""Decimals of units that are written in percent."""
_VERDICTS: Final = ((0.95, "Yes"), (0.5, "Probably"), (0.05, "Probably not"), (0.0, "No"))
"""Least share of draws in which the cost is repaid, and what is then said."""


def is_withheld(value: float, unit: str, least: int) -> bool:
    """Return whether a value is a count of children, or a difference, that rounds to less than `least` but not to 0."""
    return unit == CHILDREN and 0 < round(abs(0.0 if isnan(value) else value)) < least


def number(value: float, unit: str, least: int = 0) -> str:
    """Write a value as readers want it: children whole, GBP in millions, shares in percent, caseloads to 0.1.

    Fewer children than `least` are only said to be fewer, however many; see `is_withheld`.
    """
    if isnan(value):
        return MISSING
    if is_withheld(value, unit, least):
        return f"{'-' if value < 0 else ''}<{least}"
    if unit == "gbp":
        return _plain(value / _MILLION, 2 if abs(value) < _SHORT * _MILLION else 1)
    if unit in _PERCENT:
        return _plain(100 * value, _PERCENT[unit]) + "%"
    return _plain(value, _DIGITS.get(unit, 0))


def signed(value: float, unit: str, least: int = 0) -> str:
    """Write a change in a level with its sign; none for what rounds to nothing."""
    text = number(value, unit, least)
    plus = text[:1] in _UNSIGNED and any(digit in text for digit in "123456789")
    return f"+{text}" if plus else text


def error(value: float, unit: str) -> str:
    """Write a standard error with one digit more than the number it belongs to; nothing for a single draw."""
    if isnan(value):
        return MISSING
    if unit == "gbp":
        return "±" + _plain(value / _MILLION, 3)
    if unit in _PERCENT:
        return "±" + _plain(100 * value, _PERCENT[unit] + 1) + "%"
    return "±" + _plain(value, _DIGITS.get(unit, 0) + 1)


def span(low: float, high: float, unit: str, least: int = 0) -> str:
    """Write a range, low to high; nothing when it is undefined."""
    if isnan(low) or isnan(high):
        return MISSING
    return f"{number(low, unit, least)} to {number(high, unit, least)}"


def change(value: float) -> str:
    """Write a change as a signed percentage, to a tenth below 10%."""
    if isnan(value):
        return MISSING
    percent = 100 * value
    text = f"{percent:+,.{1 if abs(percent) < _WHOLE_PERCENT else 0}f}%"
    return "0%" if float(text.rstrip("%").replace(",", "")) == 0 else text


def change_span(low: float, high: float) -> str:
    """Write a range of changes, low to high; nothing when it is undefined or a single number."""
    return MISSING if isnan(low) or isnan(high) or low == high else f"{change(low)} to {change(high)}"


def promise(claim: Claimed) -> str:
    """Write what a claim promises, by when and against what: a row of the answers to claims, or one of a document."""
    return f"{promised(claim)}, {compared(claim)}"


def promised(claim: Claimed) -> str:
    """Write what a claim promises or, where its authority only asked, how the question is read; and by when."""
    said = "asked, and read here as" if claim.get("question") else "promised"
    return f"{said}: {size(claim)} {when(claim)}"


def compared(claim: Claimed) -> str:
    """Write what a claim's change is taken from."""
    if base := _known(claim.get("base")):
        return f"from the published {base:,g}"
    return "against no change" if claim["against"] == NO_CHANGE else "since the start"


def size(claim: Claimed) -> str:
    """Write the size that a claim gives or, where it gives none, its direction alone."""
    direction, margin = claim.get("direction") or "", _known(claim.get("margin"))
    if direction == _NO_MORE and margin:
        return f"no or minimal increase (read here as at most {100 * margin:g}%)"
    if direction == _NO_MORE or not (direction or claim["promised"]):
        return "no increase"
    return direction or f"{100 * claim['promised']:+g}%"


def when(claim: Claimed) -> str:
    """Write by when a claim is to be true, and whether its document says so."""
    years = _known(claim.get("within_years"))
    plural = "s" if years > 1 else ""
    if claim.get("date_given") is False:
        dated = f"{years:g} year{plural} after the first go-live" if years else f"at {day(_date(claim['by']))}"
        return f"(no date given: judged {dated})"
    return f"within {years:g} year{plural} of the first go-live" if years else f"by {day(_date(claim['by']))}"


def due(claim: Claimed) -> str:
    """Write the month in which a claim falls due under one schedule, as "Sep 2023"."""
    return f"{_date(claim['by']):%b %Y}"


def _known(value: Any) -> float:  # noqa: ANN401 - a table's gap is not a number, a document's is None
    """Return a number, and 0 for a gap."""
    return 0.0 if value is None or isnan(value) else float(value)


def _date(value: date | str) -> date:
    """Return a date, which a document has as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def multiple(value: float, mean: float, promised: float) -> str:
    """Write how many times the modelled change keeps a promise; "none" when no multiple of it does.

    A direction without a size has none: `promised` is a gap.
    """
    if isnan(mean) or isnan(promised):
        return MISSING
    if isnan(value):
        return "any" if promised == 0 and mean <= 0 else "none"
    return f"x {value:,.1f}" if value < _MANY else f"x {value:,.0f}"


def fewer(value: float, least: int = 0) -> str:
    """Write a number of children fewer; a negative one is more."""
    return f"{number(abs(value), CHILDREN, least)} {'more' if round(value) < 0 else 'fewer'}"


def fewer_span(low: float, high: float, least: int = 0) -> str:
    """Write a range of children fewer, as "4 to 20 fewer" or "2 more to 9 fewer"."""
    first, last = fewer(low, least), fewer(high, least)
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


def too_few(count: int) -> str:
    """Say that so many draws decide nothing."""
    return f"{draws(count).capitalize()} {'is' if count == 1 else 'are'} too few to decide"


def draws(count: int) -> str:
    """Write a number of draws, as "1 draw" or "1,000 draws"."""
    return f"{count:,} draw{'s' if count != 1 else ''}"


def pounds(value: float) -> str:
    """Write GBP in words' company, as "£3.50m" or "-£0.25m"."""
    text = number(abs(value), "gbp")
    return f"-£{text}m" if value < 0 and float(text) != 0 else f"£{text}m"


def figure(value: float) -> str:
    """Write an input's value as it was stated: thousands separated, four significant digits below a thousand."""
    return f"{value:,.0f}" if abs(value) >= _THOUSAND else f"{value:.4g}"


def capital(text: str) -> str:
    """Begin a text with a capital letter and leave the rest."""
    return text[:1].upper() + text[1:]


def quoted(text: str) -> str:
    """Put a text in quotation marks."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}"


def day(when: date) -> str:
    """Write a date in full, as "31 March 2025"."""
    return f"{when.day} {when:%B %Y}"


def heading(period: str) -> str:
    """Write a financial year that a run may cut short, as "2019/20" and below it "from 30 June 2019"."""
    year, _, cut = period.partition(" ")
    words = cut.split()
    said = [f"{word} {day(date.fromisoformat(when))}" for word, when in zip(words[::2], words[1::2], strict=True)]
    return "\n".join([year, *said])


def _plain(value: float, digits: int) -> str:
    """Write a number with thousands separated; a negative that rounds to nothing loses its sign."""
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def answer(summary: pd.DataFrame, schedule: str, title: str, end: date) -> str:
    """Say in one sentence what a schedule costs and saves by the end, and how many enter care."""
    if schedule == NO_CHANGE:
        return f"{title}: what every other schedule is compared with."
    rows = {measure: row for (measure, period), row in lines(summary, schedule).items() if period == WHOLE}
    return f"{title}. {_costs(rows, end)}; {care(rows['care_entries_averted'])}."


def overload(summary: pd.DataFrame) -> str | None:
    """Warn where demand outgrows the posts that there are under no change; None where it does not.

    It does where, in one draw of twenty, the worst team's quarter has over twice the average caseload of all.
    """
    found = lines(summary, NO_CHANGE)
    average, worst = (found[name, WHOLE] for name in ("caseload_mean", "caseload_worst_quarter"))
    if not worst["p95"] > _OVERLOAD * average["mean"]:
        return None
    return (
        "Mind the caseloads: posts follow demand only in part, and in one draw of twenty it outgrows them. "
        f"Under no change the worst team's quarter then reaches {worst['p95']:,.0f} children a worker or more."
    )


def likelihood(share: float) -> str:
    """Say in a word how likely something is that a share of draws has."""
    return next(word for least, word in _VERDICTS if share >= least)


def _costs(rows: dict[str, dict[str, float]], end: date) -> str:
    """Say what it costs on average, and what placements and agency staff cost less, cash or not."""
    cost, saving = (rows[name]["mean"] for name in ("programme_cost_gbp", "gross_saving_gbp"))
    if cost == 0:
        saved = f"{pounds(saving)} on placements and agency staff"
        return f"It has no programme cost to repay; on average it saves {saved} by {day(end)}"
    if cost < 0:
        return (
            f"On average it costs {pounds(-cost)} less than no change by {day(end)}, and saves {pounds(saving)} on "
            "placements and agency staff, cash or not"
        )
    displaced = rows["displaced_gbp"]["mean"]
    moved = f", moves {pounds(displaced)} of existing budget" if is_displaced(displaced, cost) else ""
    income = rows["income_gbp"]["mean"] if "income_gbp" in rows else 0.0
    given = f", towards which grants and partners give {pounds(income)}," if income else ""
    return (
        f"By {day(end)} it costs {pounds(cost)} on average{given}{moved} and saves {pounds(saving)} on placements and "
        "agency staff, cash or not"
    )


def care(row: dict[str, float], least: int = 0) -> str:
    """Say how many fewer or more entries to care there are, with the range of outcomes."""
    if row["probability_better"] == row["probability_worse"] == 0:
        return "entries to care are the same in every draw"
    band = f" ({RANGE}: {fewer_span(row['p5'], row['p95'], least)})" if row["p5"] < row["p95"] else ""
    return f"entries to care: {fewer(row['mean'], least)} on average{band}"
