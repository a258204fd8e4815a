"""The summary measures of a study: draw by draw, then over draws, for the horizon and each financial year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.economics.cashflow import by_year, savings
from familyflow.ground.problem import Problem
from familyflow.pathway.teams import WORKLOAD
from familyflow.results.measures import MEASURES, NO_CHANGE, WHOLE, with_outside
from familyflow.results.monthly import (
    HOLDINGS,
    blocks,
    caseloads,
    child_years,
    council,
    in_order,
    months_of,
    periods,
    quarter_of,
    schedules_of,
)
from familyflow.results.outcome import QUANTILES, of_groups, outcomes

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from familyflow.results.monthly import Monthly

AVERTED: Final = {
    "care_entries_averted": "care_entries",
    "cp_starts_averted": "cp_starts",
    "child_days_in_care_averted": "child_days_in_care",
}
STOCKS: Final = {
    "children_in_care_end": "children_in_care",
    "children_on_cp_end": "children_on_cp",
    "children_on_cin_end": "children_on_cin",
}
SUMS: Final = {
    "waits": with_outside("adult_waits"),
    "wait_days": with_outside("adult_wait_days"),
    "completed": with_outside("programmes_completed"),
    "appointments": with_outside("appointments"),
    "missed": with_outside("appointments_missed"),
}
"""Counts of adult work: the teams' own workers and the outside services, added."""
WORKLOAD_HOURS: Final = tuple(f"workload_hours_{work.name}" for work in WORKLOAD)
"""Hours of social work by kind; against them stand USABLE_HOURS."""
USABLE_HOURS: Final = "usable_hours"
WORKER_CHANGES: Final = "worker_changes"
FOLLOWED: Final = ("entered_care_18m_under_13", "first_referred_under_13")
"""Children who entered care within 18 months of their family's first referral, and all who were followed up so long."""
SUMMARY: Final = (
    "schedule",
    "measure",
    "period",
    "mean",
    "p5",
    "p50",
    "p95",
    "mc_error",
    "probability_better",
    "probability_worse",
    "unit",
    "note",
)
"""Columns of summary.csv: p5 to p95 is the range of outcomes, mc_error the precision of the average."""
DIFFERENCES: Final = ("schedule", "measure", "mean", "p5", "p95", "mc_error")
"""Columns of `differences`: p5 to p95 is the range of outcomes, mc_error the precision of the average."""
_STAFFED: Final = ("children_open", "social_workers_in_post", WORKER_CHANGES, *WORKLOAD_HOURS, USABLE_HOURS)
_KEYS: Final = ["schedule", "period", "draw"]
_QUARTER: Final = ["schedule", "period", "team", "quarter"]
_MONTHS_A_QUARTER: Final = 3


def measures(monthly: Monthly, money: pd.DataFrame) -> pd.DataFrame:
    """Return schedule, measure, draw and value for every summary measure over the whole horizon."""
    values = by_period(monthly, money)
    whole = values.loc[values["period"] == WHOLE]
    return whole[["schedule", "measure", "draw", "value"]].reset_index(drop=True)


def by_period(monthly: Monthly, money: pd.DataFrame) -> pd.DataFrame:
    """Return schedule, period, measure, draw and value: the whole horizon ("all") and each financial year.

    Stocks are those at the period's end, flows those within it. Problem when no change was not run.
    """
    return collected(monthly, money)[0]


def collected(monthly: Monthly, money: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `by_period`, and the team-quarters worst on average: schedule, period, team, quarter and caseload.

    Some draws are counted at a time, so that their months need not be in memory together.
    """
    values, means = [], []
    for block in blocks(monthly):
        every = quarters(block)
        values.append(_values(block, money[money["draw"].isin(block["draw"].unique())], every))
        means.append(every.groupby(_QUARTER)["caseload"].agg(["sum", "count"]))
    return _arranged(pd.concat(values), schedules_of(monthly)), _worst(pd.concat(means).groupby(_QUARTER).sum())


def _values(monthly: pd.DataFrame, money: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """Return `by_period` of some draws: `every` is that of `quarters`."""
    schedules = schedules_of(monthly)
    if NO_CHANGE not in schedules:
        message = f"the study has no schedule '{NO_CHANGE}': differences are taken against it, so run it too"
        raise Problem(message)
    counted = _counted(monthly, every)
    wide = counted.join(finances(money, pd.MultiIndex.from_frame(counted.reset_index()[_KEYS])))
    tidy = wide.reset_index().melt(_KEYS, var_name="measure", value_name="value")
    wanted = (tidy["period"] != WHOLE) | (tidy["measure"] != "net_saving_cumulative_gbp")
    return _arranged(tidy.loc[wanted], schedules)


def _arranged(tidy: pd.DataFrame, schedules: list[str]) -> pd.DataFrame:
    """Sort values by schedule as recorded, period, measure as listed and draw."""
    names = [each.name for each in MEASURES]
    order = tidy.assign(
        schedule=pd.Categorical(tidy["schedule"], schedules),
        period=pd.Categorical(tidy["period"], sorted(tidy["period"].unique(), key=_period_order)),
        measure=pd.Categorical(tidy["measure"], names),
    )
    return order.sort_values(["schedule", "period", "measure", "draw"], ignore_index=True)


def _period_order(period: str) -> tuple[bool, str]:
    """Put the whole horizon before the years."""
    return period != WHOLE, period


def _counted(monthly: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """Count children, caseloads and adult work: one row per schedule, period and draw."""
    adult_work = [name for pair in SUMS.values() for name in pair]
    panel = council(monthly, [*AVERTED.values(), *STOCKS.values(), *FOLLOWED, *_STAFFED, *adult_work])
    panel["caseload"] = ratio(panel["children_open"], panel["social_workers_in_post"])
    panel["child_years"] = _child_years(monthly).reindex(panel.index).fillna(0.0)
    grouped = _spread(panel, _labels(monthly)).groupby(_KEYS)
    flows, ends = grouped.sum(), grouped.last()
    columns = {name: _less(flows[part]) for name, part in AVERTED.items()}
    columns |= {name: ends[part] for name, part in STOCKS.items()}
    columns["care_within_18_months_share"] = ratio(*(flows[name] for name in FOLLOWED))
    columns["caseload_mean"] = grouped["caseload"].mean()
    columns["caseload_worst_quarter"] = every.groupby(_KEYS)["caseload"].max()
    columns["workload_share"] = ratio(flows[list(WORKLOAD_HOURS)].sum(axis=1), flows[USABLE_HOURS])
    columns["worker_changes_per_child_year"] = ratio(flows[WORKER_CHANGES], flows["child_years"])
    return pd.DataFrame(columns | _adult_work(flows))


def _child_years(monthly: pd.DataFrame) -> pd.Series:
    """Return the child-years held by teams with workers, by schedule, draw and month."""
    rows, days = pd.concat([caseloads(monthly, each) for each in HOLDINGS]), months_of(monthly)
    return rows.assign(years=child_years(rows, days)).groupby(["schedule", "draw", "month"])["years"].sum()


def _adult_work(flows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the mean wait (days), programmes completed and appointments missed (number, share)."""
    total = {name: flows[list(pair)].sum(axis=1) for name, pair in SUMS.items()}
    return {
        "adult_wait_days_mean": ratio(total["wait_days"], total["waits"]),
        "programmes_completed": total["completed"],
        "appointments_missed": total["missed"],
        "appointments_missed_share": ratio(total["missed"], total["appointments"]),
    }


def ratio(above: pd.Series, below: pd.Series) -> pd.Series:
    """Divide, leaving a gap where there is nothing to divide by."""
    return above / below.where(below > 0)


def _less(values: pd.Series) -> pd.Series:
    """Return no change minus each schedule, paired by period and draw."""
    rows = values.rename("own").reset_index()
    base = rows.loc[rows["schedule"] == NO_CHANGE, ["period", "draw", "own"]]
    paired = rows.merge(base.rename(columns={"own": "base"}), on=["period", "draw"], how="left")
    return pd.Series((paired["base"] - paired["own"]).to_numpy(), index=values.index)


def _spread(panel: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    """Return the months after day 0 twice: once under "all" and once under their financial year."""
    rows = panel.reset_index()
    rows = rows.assign(period=rows["month"].map(labels)).dropna(subset="period").drop(columns="month")
    return pd.concat([rows.assign(period=WHOLE), rows])


def quarters(monthly: pd.DataFrame) -> pd.DataFrame:
    """Return schedule, period, draw, team, quarter and mean caseload for each complete calendar quarter."""
    rows = caseloads(monthly)
    rows = in_quarters(rows.assign(period=rows["month"].map(_labels(monthly))).dropna(subset="period"))
    by_team = rows.groupby([*_KEYS, "team", "quarter"])["caseload"].mean().reset_index()
    return pd.concat([by_team.assign(period=WHOLE), by_team], ignore_index=True)


def in_quarters(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of complete calendar quarters, with their quarter; the first and last may be cut short."""
    dated = rows.assign(quarter=rows["month"].dt.to_period("Q"))
    return dated.loc[dated.groupby("quarter")["month"].transform("nunique") == _MONTHS_A_QUARTER]


def _worst(sums: pd.DataFrame) -> pd.DataFrame:
    """Return where the mean over draws is highest, of sums and counts by schedule, period, team and quarter."""
    means = (sums["sum"] / sums["count"]).rename("caseload").reset_index()
    return means.loc[means.groupby(["schedule", "period"])["caseload"].idxmax()].reset_index(drop=True)


def _labels(monthly: pd.DataFrame) -> pd.Series:
    """Return the financial year of every month after day 0."""
    return periods(months_of(monthly))


def finances(money: pd.DataFrame, index: pd.MultiIndex) -> pd.DataFrame:
    """Return cost, savings and income (GBP) for an index of schedule, period and draw; what has no row cost nothing."""
    years = {label.partition(" ")[0]: label for label in index.unique("period") if label != WHOLE}
    yearly = by_year(savings(money)).astype({"schedule": object})
    yearly = yearly.assign(period=yearly["financial_year"].map(years)).drop(columns="financial_year")
    both = pd.concat([yearly.assign(period=WHOLE), yearly.dropna(subset="period")])
    sums = both.groupby(_KEYS).sum().reindex(index).fillna(0.0)
    if "income_gbp" in sums:
        sums["net_after_income_gbp"] = sums["net_saving_gbp"] + sums["income_gbp"]
    spent = sums["programme_cost_gbp"] + sums["displaced_gbp"]
    return sums.assign(programme_spend_gbp=spent, net_saving_cumulative_gbp=_cumulative(sums["net_saving_gbp"]))


def _cumulative(values: pd.Series) -> pd.Series:
    """Add a year's values to those of the years before it, draw by draw; the whole horizon is left out."""
    years = values[values.index.get_level_values("period") != WHOLE].sort_index(level="period")
    return years.groupby(["schedule", "draw"]).cumsum()


def statistics(values: pd.DataFrame) -> pd.DataFrame:
    """Return mean, p5, p50, p95, mc_error and the probabilities over draws, by schedule, period and measure.

    p5 to p95 is the range of outcomes. mc_error, the precision of the average, is the standard error of the
    mean and is missing for a single draw. Better and worse are strict, against no change in the same draw.
    """
    keys = ["schedule", "period", "measure"]
    gain = _gain(values)
    compared = values.assign(better=_share(gain > 0, gain), worse=_share(gain < 0, gain))
    grouped = compared.groupby(keys, observed=True, sort=True)
    table = of_groups(grouped["value"], QUANTILES)
    table["probability_better"] = grouped["better"].mean()
    table["probability_worse"] = grouped["worse"].mean()
    return table.reset_index().astype(dict.fromkeys(keys, str))


def _gain(values: pd.DataFrame) -> pd.Series:
    """Return how much better a value is than no change's in the same draw; a gap where that means nothing."""
    sign = values["measure"].astype(object).map({each.name: each.better for each in MEASURES})
    gain: pd.Series = sign * (values["value"] - _of_no_change(values))
    return gain.where((sign != 0) & (values["schedule"] != NO_CHANGE))


def _of_no_change(values: pd.DataFrame) -> NDArray[np.float64]:
    """Give, row by row, the value of no change in the same period and draw."""
    names = ["period", "measure", "draw"]
    plain = values.astype({"schedule": object, "period": object, "measure": object})
    base = plain.loc[plain["schedule"] == NO_CHANGE].set_index(names)["value"]
    return base.reindex(pd.MultiIndex.from_frame(plain[names])).to_numpy(dtype=float)


def _share(yes: pd.Series, gain: pd.Series) -> pd.Series:
    """Turn yes and no into 1 and 0, with a gap where there is no gain to speak of."""
    return yes.astype(float).where(gain.notna())


def summary(monthly: Monthly, money: pd.DataFrame) -> pd.DataFrame:
    """Return a study's summary (columns as SUMMARY) by schedule, measure and period; Problem as by_period."""
    return summarised(*collected(monthly, money))


def summarised(values: pd.DataFrame, worst: pd.DataFrame) -> pd.DataFrame:
    """Return the summary of what `collected` gives."""
    table = statistics(values)
    table["unit"] = table["measure"].map({each.name: each.unit for each in MEASURES})
    notes = _notes(worst)
    keys = zip(table["measure"], table["schedule"], table["period"], strict=True)
    table["note"] = [notes.get(key, "") for key in keys]
    return _in_reading_order(table)[list(SUMMARY)]


def _notes(rows: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """Name, by measure, schedule and period, the team-quarter that is the worst on average over draws."""
    columns = zip(rows["schedule"], rows["period"], rows["team"], rows["quarter"], rows["caseload"], strict=True)
    return {
        ("caseload_worst_quarter", schedule, period): _note(team, quarter, caseload)
        for schedule, period, team, quarter, caseload in columns
    }


def _note(team: str, quarter: pd.Period, caseload: float) -> str:
    """Write a team-quarter and its mean caseload."""
    return f"worst on average: {team}, {quarter_of(quarter)} ({caseload:.1f})"


def displaces(summary_table: pd.DataFrame) -> bool:
    """Return whether any schedule of a summary displaces existing budget."""
    whole = summary_table.loc[summary_table["period"] == WHOLE]
    means = whole.pivot_table("mean", "schedule", "measure", observed=True)
    rows = means.reindex(columns=["displaced_gbp", "programme_cost_gbp"]).fillna(0.0)
    return any(is_displaced(*row) for row in rows.to_numpy())


def differences(values: pd.DataFrame) -> pd.DataFrame:
    """Return each level over the whole horizon less that of no change in the same draw, over draws: as DIFFERENCES.

    `values` are those of `by_period`. What is a difference already has no row, nor has no change.
    """
    levels = [each.name for each in MEASURES if not each.difference]
    less = values.assign(value=values["value"] - _of_no_change(values))
    chosen = (less["period"] == WHOLE) & less["measure"].isin(levels) & (less["schedule"] != NO_CHANGE)
    plain = less.loc[chosen].astype({"schedule": str, "measure": str}).set_index(["schedule", "measure"])
    return outcomes(plain["value"], ["schedule", "measure"]).reset_index()[list(DIFFERENCES)]


def _in_reading_order(table: pd.DataFrame) -> pd.DataFrame:
    """Put a summary's rows by schedule, measure as listed, and period with the whole horizon first."""
    ranks = {
        "schedule": in_order(table["schedule"]),
        "measure": [each.name for each in MEASURES],
        "period": sorted(table["period"].unique(), key=_period_order),
    }
    ranked = table.assign(**{f"{name} rank": table[name].map(order.index) for name, order in ranks.items()})
    return ranked.sort_values([f"{name} rank" for name in ranks], ignore_index=True)


def write_summary(table: pd.DataFrame, path: Path) -> None:
    """Write summary.csv, numbers to four decimals; what is undefined stays empty."""
    table.round(4).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


_VACANCIES: Final = 0.02
"""Share of a programme's gross spend that existing posts may cost less merely because vacancies come and go."""


def lines(summary: pd.DataFrame, schedule: str) -> dict[tuple[str, str], dict[str, float]]:
    """Return one schedule's statistics by measure and period."""
    rows = summary.loc[summary["schedule"] == schedule]
    columns = rows[["mean", "p5", "p50", "p95", "mc_error", "probability_better", "probability_worse"]]
    numbers = columns.astype(float).to_dict("records")
    keys = zip(rows["measure"], rows["period"], strict=True)
    return {key: {str(name): value for name, value in row.items()} for key, row in zip(keys, numbers, strict=True)}


def is_displaced(displaced: float, cost: float) -> bool:
    """Return whether what is spent less on existing posts is more than vacancies come and go: GBP, averages."""
    return displaced > _VACANCIES * (displaced + cost)
