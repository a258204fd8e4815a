"""The investment case in short: how much of each pound is cash, when it is paid back, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from familyflow.economics import appraisal as appraisals
from familyflow.report import words
from familyflow.report.document.blocks import Bullets, Paragraph, Section, Table
from familyflow.report.document.glossary import RUNGS
from familyflow.report.document.money import growth_said
from familyflow.results.investment_case import brings_money, payback_dates
from familyflow.results.measures import APART, FEW, NO_CHANGE, RANGE, measure
from familyflow.results.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from familyflow.economics.appraisal import Appraisal
    from familyflow.economics.case import Floats
    from familyflow.results.investment_case import Case


def in_short(case: Case, titles: Mapping[str, str]) -> Section:
    """Show the ladder of every schedule, and a sentence on each."""
    said = [growth_said(case.assumptions), *([APART] if brings_money(case) else [])]
    return Section(
        "case-in-short",
        "The case, in cash",
        [_ladder(case), *map(Paragraph, said), Bullets(list(sentences(case, titles)))],
    )


def _ladder(case: Case) -> Table:
    """Tabulate the average of each rung, of cost and of grants, real GBP m over all years, a column a schedule."""
    chosen = [s for s, name in enumerate(case.activity.schedules) if name != NO_CHANGE]
    names = [case.activity.schedules[s].replace("_", "\n") for s in chosen]
    rungs = appraisals.by_rung(case.flows).items()
    rows = [[RUNGS[rung], *_cells(amounts.sum(axis=-1), chosen)] for rung, amounts in rungs]
    rows.append(["Programme cost", *_cells(case.flows.cost.sum(axis=(2, 3)), chosen)])
    if brings_money(case):
        rows.append([measure("income_gbp").title, *_cells(case.flows.income.sum(axis=-1), chosen)])
    else:
        grant = np.broadcast_to(case.flows.grant.sum(axis=-1), case.appraisal.npv.shape)
        rows.append(["Grant", *_cells(grant, chosen)])
    caption = f"Averages, £m, {case.assumptions.price_year} prices, not discounted"
    return Table("case-in-short", caption, ("", *names), [("", rows)])


def _cells(amounts: Floats, chosen: list[int]) -> list[str]:
    """Write the means over draws of some schedules."""
    return [words.number(float(amounts[:, s].mean()), "gbp") for s in chosen]


def sentences(case: Case, titles: Mapping[str, str]) -> Iterator[str]:
    """Return each schedule's case in words, but no change's."""
    dates = payback_dates(case.activity, case.appraisal)
    for s, name in enumerate(case.activity.schedules):
        if name != NO_CHANGE:
            said = f"{_answered(case, s)}. {_value(case, s)}; {_funding(case, s, dates[s])}"
            yield f"{titles[name]}. {said}. {_regret(case.appraisal, s)}"


def _answered(case: Case, s: int) -> str:
    """Answer whether it is cash for the council and worth it for the public purse; few draws decide nothing."""
    found, count = case.appraisal, len(case.appraisal.npv)
    if count < FEW:
        return words.too_few(count)
    cash, public = (float((npv[:, s] > 0).mean()) for npv in (found.npv, found.npv_public))
    return f"Is it cash for the council? {_often(cash, count)}. Worth it for the public purse? {_often(public, count)}"


def _often(share: float, count: int) -> str:
    """Say how likely something is, and in how many draws it is so."""
    return f"{words.likelihood(share)}, in {round(share * count):,} of {words.draws(count)}"


def _value(case: Case, s: int) -> str:
    """Return the present value of cash, its range, and with optimism bias corrected."""
    count, found = len(case.appraisal.npv), Outcome.over(case.appraisal.npv[:, s])
    careful = float(case.cautious.npv[:, s].mean())
    band = f"{RANGE}: {words.pounds(found.p5)} to {words.pounds(found.p95)}; " if count > 1 else ""
    mean = words.pounds(found.mean)
    return f"Net present value in cash {mean} ({band}optimism bias corrected: {words.pounds(careful)})"


def _funding(case: Case, s: int, day: date | None) -> str:
    """Say what must be found and when it is paid back, or that less is spent than under no change."""
    cost = float(case.flows.cost[:, s].sum(axis=(1, 2)).mean())
    if cost < 0:
        return f"it costs {words.pounds(-cost)} less than no change, and {_peak(case, s)}"
    end = words.day(case.activity.spans[-1][1])
    paid = f"half of the draws are paid back by {words.day(day)}" if day else f"most draws are not paid back by {end}"
    return f"in pounds of each year {paid}; {_peak(case, s)}"


def _peak(case: Case, s: int) -> str:
    """Say how much must be found at most, and when on average that is."""
    peak, years = case.appraisal.peak[:, s], case.appraisal.peak_year[:, s]
    if not peak.any():
        return "no funding is needed at any year's end"
    year = int(np.bincount(years[years >= 0]).argmax())
    return (
        f"at most {words.pounds(float(peak.mean()))} must be found, mostly by {words.day(case.activity.spans[year][1])}"
    )


def _regret(found: Appraisal, s: int) -> str:
    """Say how likely it is that no change would have been better for the council's cash."""
    return f"No change would have left more cash in {float(appraisals.probability_of_regret(found)[s]):.0%} of draws."
