"""What stands apart from a case's totals, as tables: the bridge to a published budget, and what follows the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from familyflow.economics.bridge import SUMS, Row
from familyflow.results.measures import NO_CHANGE
from familyflow.results.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from familyflow.economics.after import Still, TenYears
    from familyflow.economics.bridge import Bridge, Budget
    from familyflow.economics.case import Activity, Floats

BRIDGE: Final = ("schedule", "row", "title", "basis", "mean", "p5", "p50", "p95", "mc_error", "unit")
"""Columns of bridge.csv; basis is nominal, which ends at the budget as published, or real, of the price year."""
AFTER: Final = ("schedule", "item", "title", "mean", "p5", "p50", "p95", "mc_error", "unit")
"""Columns of after.csv; none of its amounts is in any other figure."""
STILL_OUT: Final = "still_out"
TEN_CASH, TEN_PUBLIC = "ten_years_cash", "ten_years_public"
FADING_CASH, FADING_PUBLIC = "ten_years_cash_fading", "ten_years_public_fading"
_BEFORE_PRICES: Final = (Row.WHOLE, Row.YEARS, Row.SAME)
"""Rows in pounds of the price year on either way."""
_SIMULATED: Final = 0.01
"""Years carried forward up to which ten years count as simulated."""


def row_titles(budget: Budget, price_year: str) -> dict[Row, str]:
    """Name the bridge's rows; those that sum up what stands above them begin with an equals sign."""
    first, last = budget.labels[0], budget.labels[-1]
    years = first if first == last else f"{first} to {last}"
    titles = {
        Row.WHOLE: f"Programme cost, whole run, {price_year} prices",
        Row.YEARS: f"Outside the document's years, {years}",
        Row.SAME: "Programme cost in the document's years",
        Row.PRICES: "To pounds of each year",
        Row.EACH: "The same in pounds of each year",
        Row.OVERHEADS: "Without overheads",
        Row.POSTS: "Without posts that the document does not name",
        Row.NOT_POSTS: "Without set-up, recruitment, training, supervision, evaluation",
        Row.LIKE: "Posts, with on-costs" if budget.named is None else "Posts that the document names, with on-costs",
        Row.UNEXPLAINED: "Not explained",
        Row.PUBLISHED: "Published budget",
    }
    return {row: f"= {title}" if row in {*SUMS, Row.PUBLISHED} else title for row, title in titles.items()}


def rows_of(budget: Budget) -> list[Row]:
    """List the bridge's rows that are shown: none of posts where the scenario cannot tell which are the document's."""
    return [row for row in Row if row is not Row.POSTS or budget.named is not None]


def bridge_table(found: Bridge, budget: Budget, activity: Activity, price_year: str) -> pd.DataFrame:
    """Return a row a schedule, step and price base: columns as BRIDGE."""
    titles = row_titles(budget, price_year)
    bases = {"nominal": found.nominal, "real": found.real}
    rows = [
        {
            "schedule": name,
            "row": str(row),
            "title": titles[row],
            "basis": basis,
            **Outcome.over(values[row][:, s]).row(),
            "unit": "gbp, real" if basis == "real" or row in _BEFORE_PRICES else "gbp, nominal",
        }
        for s, name in enumerate(activity.schedules)
        if name != NO_CHANGE
        for row in rows_of(budget)
        for basis, values in bases.items()
    ]
    return pd.DataFrame(rows, columns=list(BRIDGE))


def is_simulated(view: TenYears) -> bool:
    """Return whether the ten years are simulated, and nothing is carried forward."""
    return view.carried <= _SIMULATED


def after_titles(low: float) -> dict[str, str]:
    """Name the amounts after the run; `low` is the share of a saving that is left each year where savings fade."""
    return {
        STILL_OUT: "Children still out of care at the end",
        TEN_CASH: "Ten years, net present value of cash",
        TEN_PUBLIC: "Ten years, net present value for the public purse",
        FADING_CASH: f"Ten years of cash, {low:.0%} of a saving left each year",
        FADING_PUBLIC: f"Ten years for the public purse, {low:.0%} of a saving left each year",
    }


def amounts(still: Still, view: TenYears, fading: TenYears) -> dict[str, Floats]:
    """Return the amounts (D, S) that a run can say, by item: no value of children where nobody leaves care."""
    found: dict[str, Floats] = {} if np.isnan(still.value).all() else {STILL_OUT: still.value}
    found |= {TEN_CASH: view.cash, TEN_PUBLIC: view.public}
    if not (is_simulated(view) or np.array_equal(view.public, fading.public)):
        found |= {FADING_CASH: fading.cash, FADING_PUBLIC: fading.public}
    return found


def after_table(values: Mapping[str, Floats], titles: Mapping[str, str], activity: Activity) -> pd.DataFrame:
    """Return a row a schedule and item: columns as AFTER."""
    return pd.DataFrame(list(_after_rows(values, titles, activity)), columns=list(AFTER))


def _after_rows(
    values: Mapping[str, Floats], titles: Mapping[str, str], activity: Activity
) -> Iterator[dict[str, object]]:
    """Return the rows."""
    for s, name in enumerate(activity.schedules):
        if name != NO_CHANGE:
            for item, each in values.items():
                head = {"schedule": name, "item": item, "title": titles[item]}
                yield {**head, **Outcome.over(each[:, s]).row(), "unit": "gbp, present value"}
