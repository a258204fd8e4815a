"""From the ledger to money: what each schedule costs by financial year, and what it saves against no change.

Everything is real, in the price year to which the prices were brought. Draws are independent, so a large
result may be priced part by part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.economics import rollout
from familyflow.economics.lines import Kind, Line, lines_for, refuse_double_counting, refuse_unpriced
from familyflow.economics.prices import line_prices
from familyflow.ground.calendar import financial_year, first_year
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NO_CHANGE: Final = "no_change"
_RUN: Final = ["draw", "schedule"]
_YEARLY: Final = [*_RUN, "financial_year"]
_LINE: Final = ["line", "kind", "payer"]
_SAVINGS_OF: Final = (
    ("gross_saving_gbp", Kind.CASHABLE),
    ("capacity_saving_gbp", Kind.CAPACITY),
    ("partner_saving_gbp", Kind.PARTNER),
)
_DIGITS: Final = 6
"""Sums over teams are kept to a millionth, so that how a sum is grouped can make no difference."""


def money(
    monthly: pd.DataFrame,
    samples: pd.DataFrame,
    factors: Mapping[str, float],
    lines: Sequence[Line] | None = None,
) -> pd.DataFrame:
    """Price a ledger: a row a draw, schedule, financial year and line, in GBP of the price year.

    Columns: draw, schedule, financial_year, line, kind, payer, gbp. `monthly` and `samples` are the results'
    tables; `factors` comes from `prices.uprating`; without `lines`, every line that the samples price.
    Problem when something is priced twice, or not at all.
    """
    chosen = lines_for(map(str, samples.columns)) if lines is None else tuple(lines)
    refuse_double_counting(chosen)
    refuse_unpriced(map(str, monthly["measure"].unique()), chosen)
    amounts = activity(monthly, chosen)
    prices = line_prices(samples, chosen, factors)
    draws = amounts.index.get_level_values("draw")
    for draw in draws.difference(prices.index):
        raise Problem(f"draw {draw}: in the monthly results but not among the sampled prices")
    return _tidy(amounts * prices.loc[draws].to_numpy(), chosen)


def activity(monthly: pd.DataFrame, lines: Sequence[Line]) -> pd.DataFrame:
    """Return the amount that each line prices: index draw, schedule, financial_year; a column a line.

    Amounts are in the measure's unit. A lasting line's are in days: each event counts from the middle of its
    month onwards. A month belongs to the financial year of its last day; the first date is the snapshot.
    """
    return by_financial_year(by_month(monthly, lines))


def by_month(monthly: pd.DataFrame, lines: Sequence[Line]) -> pd.DataFrame:
    """Return `activity` by month: index draw, schedule, month after day 0; a column a line."""
    flows = _flows(monthly, [line.measure for line in lines])
    months = flows.index.get_level_values("month")
    days = months.to_series(index=flows.index).groupby(level=_RUN).diff().dt.days
    held = (flows.groupby(level=_RUN).cumsum() - flows / 2).mul(days, axis="index")
    amounts = pd.DataFrame({line.name: (held if line.lasting else flows)[line.measure] for line in lines})
    after: pd.DataFrame = amounts.drop(index=months.min(), level="month")
    return after


def grown(
    priced: pd.DataFrame, samples: pd.DataFrame, stated: Mapping[str, str], lines: Sequence[Line] | None = None
) -> pd.DataFrame:
    """Let `money` of lines with a growth of their own grow in real terms from the year of their stated price.

    gbp x (1 + the draw's growth) ^ (financial year - year stated); `stated` comes from `prices.price_years`.
    """
    chosen = lines_for(map(str, samples.columns)) if lines is None else tuple(lines)
    growing = {line.name: line for line in chosen if line.growth}
    by_draw = samples.set_index("draw")
    gbp = priced["gbp"].copy()
    for name, rows in priced[priced["line"].isin(growing)].groupby("line"):
        line = growing[str(name)]
        rates = rows["draw"].map(by_draw[line.growth])
        since = rows["financial_year"].map(lambda year, line=line: first_year(year) - first_year(stated[line.price]))
        gbp.loc[rows.index] *= (1 + rates) ** since
    return priced.assign(gbp=gbp)


def savings(priced: pd.DataFrame) -> pd.DataFrame:
    """Compare each schedule with no change, draw by draw and line by line; Problem where that is missing.

    Columns: draw, schedule, financial_year, line, kind, payer, saving_gbp, cost_gbp, income_gbp. A programme line is
    a cost and an income line income (schedule less no change), any other a saving (no change less schedule); the
    other columns are 0.
    """
    keys = ["draw", "financial_year", "line"]
    before = priced[priced["schedule"] == NO_CHANGE].set_index(keys)["gbp"].rename("before")
    paired = priced.join(before, on=keys)
    alone = paired[paired["before"].isna()]
    if not alone.empty:
        draw, schedule = alone.iloc[0][_RUN]
        raise Problem(f"draw {draw}: schedule '{schedule}' has no '{NO_CHANGE}' to be compared with")
    programme, income = paired["kind"] == Kind.PROGRAMME, paired["kind"] == Kind.INCOME
    more = paired["gbp"] - paired["before"]
    paired["saving_gbp"] = (paired["before"] - paired["gbp"]).mask(programme | income, 0.0)
    paired["cost_gbp"] = more.where(programme, 0.0)
    paired["income_gbp"] = more.where(income, 0.0)
    return paired[[*_YEARLY, *_LINE, "saving_gbp", "cost_gbp", "income_gbp"]]


def by_year(saved: pd.DataFrame) -> pd.DataFrame:
    """Return each draw's, schedule's and financial year's position: a column a kind of saving, and the net.

    Columns: draw, schedule, financial_year, programme_cost_gbp, displaced_gbp, gross_saving_gbp,
    capacity_saving_gbp, partner_saving_gbp, net_saving_gbp. Gross and net are cash: no capacity or partner saving
    is in them. Displaced is existing budget: what is spent less than under no change on the programme lines where
    it is less; programme cost has it taken off already. Where a line is income, income_gbp and net_after_income_gbp,
    the net with it, come last; it is in no other column.
    """
    position = saved.groupby(_YEARLY)[["cost_gbp"]].sum().set_axis(["programme_cost_gbp"], axis="columns")
    less = saved["cost_gbp"].clip(upper=0).abs()
    position["displaced_gbp"] = less.groupby([saved[key] for key in _YEARLY]).sum()
    for name, kind in _SAVINGS_OF:
        of_kind = saved["saving_gbp"].where(saved["kind"] == kind, 0.0)
        position[name] = of_kind.groupby([saved[key] for key in _YEARLY]).sum()
    position["net_saving_gbp"] = position["gross_saving_gbp"] - position["programme_cost_gbp"]
    if (saved["kind"] == Kind.INCOME).any():
        position["income_gbp"] = saved.groupby(_YEARLY)["income_gbp"].sum()
        position["net_after_income_gbp"] = position["net_saving_gbp"] + position["income_gbp"]
    return position.reset_index()


def cumulative(saved: pd.DataFrame) -> pd.DataFrame:
    """Return `by_year` with cumulative_net_gbp, the running sum of cashable saving less programme cost."""
    position = by_year(saved)
    position["cumulative_net_gbp"] = position.groupby(_RUN)["net_saving_gbp"].cumsum()
    return position


def _flows(monthly: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Sum measures over teams: index draw, schedule, month; a column a measure, 0 where none is counted."""
    keys = [*_RUN, "month"]
    dated = monthly.astype({"schedule": str}).assign(month=pd.to_datetime(monthly["month"]))
    every = pd.MultiIndex.from_frame(dated[keys].drop_duplicates()).sort_values()
    counted = dated[dated["measure"].isin(measures)]
    if rollout.MEASURES & set(measures):
        counted = rollout.with_measures(counted, every.unique("month"))
    sums = counted.pivot_table("value", keys, "measure", aggfunc="sum", observed=True)
    columns = list(dict.fromkeys(measures))
    return sums.reindex(index=every, columns=columns).fillna(0.0).round(_DIGITS)


def by_financial_year(amounts: pd.DataFrame) -> pd.DataFrame:
    """Sum months into financial years: index draw, schedule, financial_year."""
    months = amounts.index.get_level_values("month")
    labels = {month: financial_year(month.date()) for month in months.unique()}
    return amounts.assign(financial_year=months.map(labels)).groupby(_YEARLY).sum()


def _tidy(gbp: pd.DataFrame, lines: Sequence[Line]) -> pd.DataFrame:
    """Turn a column a line into a row a line, with its kind and payer."""
    tidy = gbp.reset_index().melt(id_vars=_YEARLY, var_name="line", value_name="gbp")
    kinds = {line.name: str(line.kind) for line in lines}
    payers = {line.name: line.payer for line in lines}
    known = tidy.assign(kind=tidy["line"].map(kinds), payer=tidy["line"].map(payers))
    return known[[*_YEARLY, *_LINE, "gbp"]].sort_values(_YEARLY, kind="stable", ignore_index=True)
