"""The answers to what an authority claimed: how large the change is, how sure that is, and what it would take."""

from __future__ import annotations

from datetime import timedelta
from math import nan
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.ground.calendar import anniversary, financial_year, month_end
from familyflow.report.frames import council, months_of, part, schedules_of
from familyflow.report.measures import NO_CHANGE, with_outside
from familyflow.report.tables import QUANTILES, ratio
from familyflow.scenario.vocabulary import STOCKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from familyflow.report.frames import Monthly
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

mc_error is the precision of the average."""
SUPPORTED: Final = "supported"
UNCERTAIN: Final = "uncertain"
NOT_SUPPORTED: Final = "not supported"
NOT_REACHED: Final = "not reached"
BEFORE: Final = "before the run"
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
PLACEMENT_SPEND: Final = "placement_spend"
PLACEMENT_LINES: Final = "placement_"
"""The cost lines of placements begin so."""
ALWAYS: Final = "children_open"
"""A measure that every run records in every month, so that what was never recorded is nought in each."""
_AT_A_DATE: Final = frozenset({*STOCKS, "caseload"})
_LIKELY: Final = 0.8
_UNLIKELY: Final = 0.2
_RUN: Final = ["schedule", "draw"]


def answers(monthly: Monthly, money: pd.DataFrame, claims: Sequence[Claim]) -> pd.DataFrame:
    """Answer every claim for every schedule but no change: columns as CLAIMS.

    A flow is that of the 12 months up to the claim's date, a stock that of the last month end not after it,
    spending that of the financial year in which that month end falls. Draws in which there was nothing to take a
    share of are left out of `draws`.
    """
    schedules = [name for name in schedules_of(monthly) if name != NO_CHANGE]
    rows = [
        row
        for number, claim in enumerate(claims, 1)
        for row in _answer({"number": number, **_asked(claim)}, claim, _levels(monthly, money, claim), schedules)
    ]
    return pd.DataFrame(rows, columns=list(CLAIMS))


def _asked(claim: Claim) -> dict[str, object]:
    """Give what is the same for every schedule."""
    return {
        "claim": claim.text,
        "measure": claim.measure,
        "against": claim.against,
        "by": claim.by,
        "source": claim.source,
        "promised": claim.change,
    }


def _answer(
    asked: dict[str, object], claim: Claim, levels: pd.DataFrame | str, schedules: Sequence[str]
) -> Iterator[dict[str, object]]:
    """Answer a claim for each schedule, or say why it cannot be."""
    for schedule in schedules:
        found = _unanswered(levels) if isinstance(levels, str) else _judged(part(levels, schedule), claim.change)
        yield {**asked, "schedule": schedule, **found}


def _unanswered(verdict: str) -> dict[str, object]:
    """Give an answer without numbers."""
    return {"draws": 0, "verdict": verdict}


def _judged(levels: pd.DataFrame, promised: float) -> dict[str, object]:
    """Judge one schedule: `levels` has the columns level and compared_with, a row a draw."""
    changes = _relative(levels).dropna()
    met = (changes <= promised) if promised <= 0 else (changes >= promised)
    mean, probability = float(changes.mean()), float(met.mean())
    return {
        "mean": mean,
        "p5": changes.quantile(QUANTILES["p5"]),
        "p95": changes.quantile(QUANTILES["p95"]),
        "mc_error": changes.sem() if len(changes) > 1 else nan,
        "draws": len(changes),
        "probability_met": probability,
        "verdict": verdict(probability, len(changes)),
        "multiple": promised / mean if promised * mean > 0 else nan,
        **levels[["compared_with", "level"]].mean(),
    }


def verdict(probability: float, draws: int) -> str:
    """Say whether a claim is supported, from the share of draws that meet it; one draw cannot say."""
    if draws <= 1:
        return UNCERTAIN
    if probability >= _LIKELY:
        return SUPPORTED
    return NOT_SUPPORTED if probability <= _UNLIKELY else UNCERTAIN


def _relative(levels: pd.DataFrame) -> pd.Series:
    """Give the change as a share of what it is compared with: nothing where both are the same, a gap for x of 0."""
    less = levels["level"] - levels["compared_with"]
    return ratio(less, levels["compared_with"]).mask(less == 0, 0.0)


def _levels(monthly: Monthly, money: pd.DataFrame, claim: Claim) -> pd.DataFrame | str:
    """Give level and compared_with by schedule and draw, or the verdict on a claim whose date is not in the run."""
    months, last = months_of(monthly), _month_end_by(claim.by)
    if last > months[-1]:
        return NOT_REACHED
    if last < months[1]:
        return BEFORE
    if claim.measure == PLACEMENT_SPEND:
        return _against_no_change(_placement_spend(money, financial_year(last)))
    own = _level(monthly, claim.measure, _window(claim.measure, months, last))
    if claim.against == "start":
        return pd.DataFrame({"level": own, "compared_with": _level(monthly, claim.measure, months[:1])})
    return _against_no_change(own)


def _month_end_by(day: date) -> date:
    """Give the last month end that is not after a date."""
    return day if day == month_end(day) else day.replace(day=1) - timedelta(days=1)


def _window(measure: str, months: Sequence[date], last: date) -> list[date]:
    """Give the rows that a claim is about: the one of its date, or of up to 12 months, never day 0."""
    first = anniversary(last, -1)
    return [last] if measure in _AT_A_DATE else [month for month in months[1:] if first < month <= last]


def _level(monthly: Monthly, measure: str, window: Sequence[date]) -> pd.Series:
    """Give a measure summed over a window, or the ratio of two such sums, by schedule and draw."""
    above, *below = map(with_outside, RATIOS.get(measure, (measure,)))
    panel = council(monthly, [ALWAYS, *above, *(name for names in below for name in names)])
    sums = panel[panel.index.get_level_values("month").isin(pd.to_datetime(list(window)))].groupby(_RUN).sum()
    total = sums[list(above)].sum(axis=1)
    return ratio(total, sums[list(below[0])].sum(axis=1)) if below else total


def _placement_spend(money: pd.DataFrame, year: str) -> pd.Series:
    """Give what placements cost (GBP) in a financial year, by schedule and draw."""
    chosen = money["line"].astype(str).str.startswith(PLACEMENT_LINES) & (money["financial_year"] == year)
    return money.loc[chosen].astype({"schedule": object}).groupby(_RUN)["gbp"].sum()


def _against_no_change(own: pd.Series) -> pd.DataFrame:
    """Put beside each draw's level that of no change in the same draw."""
    base = own.loc[NO_CHANGE]
    return pd.DataFrame({"level": own, "compared_with": base.reindex(own.index.get_level_values("draw")).to_numpy()})


def write(table: pd.DataFrame, path: Path) -> None:
    """Write claims.csv, numbers to four decimals; what is undefined stays empty."""
    table.round(4).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
