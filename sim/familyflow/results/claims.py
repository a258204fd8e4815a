"""The answers to what an authority claimed: how large the change is, how sure that is, and what it would take."""

from __future__ import annotations

from datetime import timedelta
from math import nan
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.ground.calendar import anniversary, financial_year, month_end
from familyflow.results.measures import LIKELY, NO_CHANGE, UNLIKELY, with_outside
from familyflow.results.monthly import council, months_of, part, schedules_of
from familyflow.results.outcome import Outcome
from familyflow.results.summary import ratio
from familyflow.scenario.vocabulary import STOCKS, TREATMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from familyflow.results.monthly import Monthly
    from familyflow.scenario.schema import Claim

CLAIMS: Final = (
    "number",
    "claim",
    "measure",
    "against",
    "by",
    "source",
    "schedule",
    "promised",
    "direction",
    "margin",
    "within_years",
    "date_given",
    "question",
    "base",
    "mean",
    "p5",
    "p95",
    "mc_error",
    "draws",
    "probability_met",
    "verdict",
    "multiple",
    "compared_with",
    "level",
)
"""Columns of claims.csv. Changes are shares of what they are compared with; p5 to p95 is the range of outcomes.

A claim has a size, `promised`, or a `direction`; `margin` is ours. mc_error is the precision of the average."""
SUPPORTED: Final = "supported"
UNCERTAIN: Final = "uncertain"
NOT_SUPPORTED: Final = "not supported"
NOT_REACHED: Final = "not within the run"
BEFORE: Final = "before the run"
ANSWERED: Final = frozenset({SUPPORTED, UNCERTAIN, NOT_SUPPORTED})
"""The verdicts on claims that fall due within the run; the others are no answers, and are not counted."""
FEWER: Final = "fewer"
MORE: Final = "more"
NO_MORE: Final = "no_more"
"""The directions of claims without a size."""
RATIOS: Final = MappingProxyType(
    {
        "appointments_missed_share": ("appointments_missed", "appointments"),
        "programmes_completed_share": ("programmes_completed", "programmes_started"),
        "rereferrals_12m_share": ("rereferrals_12m", "referrals"),
        "care_within_18_months_share": ("entered_care_18m_under_13", "first_referred_under_13"),
        "caseload": ("children_open", "social_workers_in_post"),
    }
)
"""What a claim can be about that is not recorded itself: one recorded measure over another."""
SUMS: Final = MappingProxyType(
    {
        "appointments_missed_treatment": tuple(f"appointments_missed_{role}" for role in TREATMENT),
    }
)
"""What a claim can be about that is a sum of recorded measures."""
PLACEMENT_SPEND: Final = "placement_spend"
PLACEMENT_LINES: Final = "placement_"
"""The cost lines of placements begin so."""
ALWAYS: Final = "children_open"
"""A measure that every run records in every month, so that what was never recorded is nought in each."""
_AT_A_DATE: Final = frozenset({*STOCKS, "caseload"})
_RUN: Final = ["schedule", "draw"]
NO_DATES: Final[Mapping[str, date | None]] = MappingProxyType({})
"""No schedule whose go-live is known."""


def answers(
    monthly: Monthly, money: pd.DataFrame, claims: Sequence[Claim], begins: Mapping[str, date | None] = NO_DATES
) -> pd.DataFrame:
    """Answer every claim for every schedule but no change: columns as CLAIMS.

    `begins`: each schedule's first go-live, from which a claim within so many years falls due; without one, day 0.
    A flow is that of the 12 months up to the claim's date, a stock that of the last month end not after it,
    spending that of the financial year in which that month end falls. Draws in which there was nothing to take a
    share of are left out of `draws`.
    """
    first = months_of(monthly)[0]
    starts = {name: begins.get(name) or first for name in schedules_of(monthly) if name != NO_CHANGE}
    rows = [
        {"number": number, **asked(claim), **answer}
        for number, claim in enumerate(claims, 1)
        for answer in _answers(monthly, money, claim, starts)
    ]
    return pd.DataFrame(rows, columns=list(CLAIMS))


def asked(claim: Claim) -> dict[str, object]:
    """Return what is the same for every schedule."""
    return {
        "claim": claim.text,
        "measure": claim.measure,
        "against": claim.against,
        "source": claim.source,
        "promised": nan if claim.change is None else claim.change,
        "direction": claim.direction or "",
        "margin": nan if claim.margin is None else claim.margin,
        "within_years": nan if claim.within_years is None else claim.within_years,
        "date_given": claim.date_given,
        "question": claim.question,
        "base": nan if claim.base is None else claim.base,
    }


def _answers(
    monthly: Monthly, money: pd.DataFrame, claim: Claim, starts: Mapping[str, date]
) -> Iterator[dict[str, object]]:
    """Answer a claim for each schedule at the date on which it falls due there, or say why it cannot be."""
    dues = {schedule: due(claim, start) for schedule, start in starts.items()}
    levels = {day: _levels(monthly, money, claim, day) for day in sorted(set(dues.values()))}
    for schedule, day in dues.items():
        found = levels[day]
        answer = _unanswered(found) if isinstance(found, str) else _judged(part(found, schedule), claim)
        yield {"schedule": schedule, "by": day, **answer}


def due(claim: Claim, start: date) -> date:
    """Return the date on which a claim falls due under a schedule that first goes live on `start`."""
    return claim.by or anniversary(start, claim.within_years or 0)


def _unanswered(verdict: str) -> dict[str, object]:
    """Return an answer without numbers."""
    return {"draws": 0, "verdict": verdict}


def _judged(levels: pd.DataFrame, claim: Claim) -> dict[str, object]:
    """Judge one schedule: `levels` has the columns level and compared_with, a row a draw."""
    changes = _relative(levels).dropna()
    found, probability = Outcome.over(changes.to_numpy()), float(met(changes, claim).mean())
    return {
        "mean": found.mean,
        "p5": found.p5,
        "p95": found.p95,
        "mc_error": found.mc_error,
        "draws": len(changes),
        "probability_met": probability,
        "verdict": verdict(probability, len(changes)),
        "multiple": _multiple(claim.change, found.mean),
        **levels[["compared_with", "level"]].mean(),
    }


def met(changes: pd.Series, claim: Claim) -> pd.Series:
    """Return which draws keep a promise: its size or, without one, any fall, any rise, or no more than its margin."""
    if claim.direction == FEWER:
        return changes < 0
    if claim.direction == MORE:
        return changes > 0
    promised = claim.margin or 0.0 if claim.change is None else claim.change
    upwards = claim.direction is None and promised > 0
    return changes >= promised if upwards else changes <= promised


def _multiple(promised: float | None, mean: float) -> float:
    """Return how many times the change is promised; nothing for a direction, or where the two have not one sign."""
    return promised / mean if promised is not None and promised * mean > 0 else nan


def verdict(probability: float, draws: int) -> str:
    """Return whether a claim is supported, from the share of draws that meet it; one draw cannot say."""
    if draws <= 1:
        return UNCERTAIN
    if probability >= LIKELY:
        return SUPPORTED
    return NOT_SUPPORTED if probability <= UNLIKELY else UNCERTAIN


def _relative(levels: pd.DataFrame) -> pd.Series:
    """Return the change as a share of what it is compared with: nothing where both are the same, a gap for x of 0."""
    less = levels["level"] - levels["compared_with"]
    return ratio(less, levels["compared_with"]).mask(less == 0, 0.0)


def _levels(monthly: Monthly, money: pd.DataFrame, claim: Claim, day: date) -> pd.DataFrame | str:
    """Return level and compared_with by schedule and draw at a date, or the verdict where it is not in the run."""
    months, last = months_of(monthly), _month_end_by(day)
    if last > months[-1]:
        return NOT_REACHED
    if last < months[1]:
        return BEFORE
    if claim.measure == PLACEMENT_SPEND:
        return _against_no_change(_placement_spend(money, financial_year(last)))
    own = _level(monthly, claim.measure, _window(claim.measure, months, last))
    if claim.base is not None:
        return pd.DataFrame({"level": own, "compared_with": claim.base})
    if claim.against == "start":
        return pd.DataFrame({"level": own, "compared_with": _level(monthly, claim.measure, months[:1])})
    return _against_no_change(own)


def _month_end_by(day: date) -> date:
    """Return the last month end that is not after a date."""
    return day if day == month_end(day) else day.replace(day=1) - timedelta(days=1)


def _window(measure: str, months: Sequence[date], last: date) -> list[date]:
    """Return the rows that a claim is about: the one of its date, or of up to 12 months, never day 0."""
    first = anniversary(last, -1)
    return [last] if measure in _AT_A_DATE else [month for month in months[1:] if first < month <= last]


def _level(monthly: Monthly, measure: str, window: Sequence[date]) -> pd.Series:
    """Return a measure summed over a window, or the ratio of two such sums, by schedule and draw."""
    above, *below = map(_recorded, RATIOS.get(measure, (measure,)))
    panel = council(monthly, [ALWAYS, *above, *(name for names in below for name in names)])
    sums = panel[panel.index.get_level_values("month").isin(pd.to_datetime(list(window)))].groupby(_RUN).sum()
    total = sums[list(above)].sum(axis=1)
    return ratio(total, sums[list(below[0])].sum(axis=1)) if below else total


def _recorded(measure: str) -> tuple[str, ...]:
    """Return the recorded measures of which a measure is the sum."""
    return tuple(name for part in SUMS.get(measure, (measure,)) for name in with_outside(part))


def _placement_spend(money: pd.DataFrame, year: str) -> pd.Series:
    """Return what placements cost (GBP) in a financial year, by schedule and draw."""
    chosen = money["line"].astype(str).str.startswith(PLACEMENT_LINES) & (money["financial_year"] == year)
    return money.loc[chosen].astype({"schedule": object}).groupby(_RUN)["gbp"].sum()


def _against_no_change(own: pd.Series) -> pd.DataFrame:
    """Put beside each draw's level that of no change in the same draw."""
    base = own.loc[NO_CHANGE]
    return pd.DataFrame({"level": own, "compared_with": base.reindex(own.index.get_level_values("draw")).to_numpy()})


def write(table: pd.DataFrame, path: Path) -> None:
    """Write claims.csv, numbers to four decimals; what is undefined stays empty."""
    table.round(4).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
