"""Caseloads team by team: worst quarter, the promised ceiling, workload in hours, and how often workers change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from familyflow.ground.problem import Problem, suggestion
from familyflow.pathway.teams import SOCIAL_WORKER
from familyflow.results import monthly as frames
from familyflow.results.monthly import HOLDINGS, in_order, months_of, quarter_of, schedules_of
from familyflow.results.outcome import outcomes
from familyflow.results.summary import USABLE_HOURS, WORKER_CHANGES, WORKLOAD_HOURS, in_quarters, ratio

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from familyflow.results.monthly import Monthly
    from familyflow.scenario import Scenario

CASELOADS: Final = (
    "schedule",
    "team",
    "title",
    "worker",
    "draws",
    "mean",
    "p5",
    "p95",
    "mc_error",
    "promise",
    "probability_over_promise",
    "promise_kept",
    "worst_quarter",
    "worst_quarter_mean",
    "worst_quarter_p5",
    "worst_quarter_p95",
    "worst_quarter_mc_error",
    "workload_share",
    "workload_share_worst_quarter",
    "worker_changes_per_child_year",
)
"""Columns of caseloads.csv: children per worker in post; p5 to p95 is the range of outcomes, mc_error the precision."""
PROMISED: Final = "programme.promised_caseload"
TARGET: Final = "staff.target_caseload"
KEPT_FROM: Final = "kept from"
NEVER: Final = "never kept"
NOT_AT_THE_END: Final = "not kept to the end"
ALWAYS: Final = "kept throughout"
"""Whether what was promised is kept on average, month by month to the team's last."""
_TEAM: Final = ["schedule", "team"]
_RUN: Final = ["schedule", "draw"]


def by_month(monthly: Monthly) -> pd.DataFrame:
    """Return schedule, draw, month, team, worker, children, workers and caseload, where a team has workers in post.

    `worker` is the role that holds the cases: `social_worker`, or `family_key_worker` for children in early help.
    """
    every = [frames.caseloads(monthly, each).assign(worker=each.worker) for each in HOLDINGS]
    rows = pd.concat([each for each in every if not each.empty] or every[:1], ignore_index=True)
    return rows[[*_RUN, "month", "team", "worker", "children", "workers", "caseload"]]


def table(monthly: Monthly, scenario: Scenario) -> pd.DataFrame:
    """Return a row for each schedule and team with a caseload: columns as CASELOADS."""
    counted = [_of_draws(block) for block in frames.blocks(monthly)]
    runs, quarters, months = (pd.concat(parts) for parts in zip(*counted, strict=True))
    found = _means(runs, scenario).join(_worst(quarters["caseload"])).join(_shares(runs, quarters))
    found = found.join(_kept(months, scenario))
    titles = {name: team.title for name, team in scenario.teams.items()}
    found = found.reset_index()
    found = found.assign(title=found["team"].map(titles), worst_quarter=found["worst_quarter"].fillna(""))
    return _ordered(found, in_order(schedules_of(monthly)), list(titles))[list(CASELOADS)]


def _of_draws(monthly: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return what some draws' teams come to over the run after day 0, in each of its complete quarters, and by month.

    Index schedule, team (and quarter) and draw; columns caseload (mean of the months) and workload (hours worked over
    usable hours), and over the run worker and changes (of worker, for each child-year that the team held).
    By month: sum and count of the caseload.
    """
    days = months_of(monthly)
    start = pd.Timestamp(days[0])
    rows = by_month(monthly)
    months = rows.groupby([*_TEAM, "month"])["caseload"].agg(["sum", "count"])
    rows = rows.assign(years=frames.child_years(rows, days))[rows["month"] > start]
    work = frames.by_team(monthly, [*WORKLOAD_HOURS, USABLE_HOURS, WORKER_CHANGES]).reset_index()
    after = work[work["month"] > start].assign(hours=work[list(WORKLOAD_HOURS)].sum(axis=1))
    run, quarter = [*_TEAM, "draw"], [*_TEAM, "quarter", "draw"]
    grouped = rows.groupby(run)
    runs = pd.DataFrame({"caseload": grouped["caseload"].mean(), "worker": grouped["worker"].first()})
    changed = work.groupby(run)[WORKER_CHANGES].sum().reindex(runs.index).fillna(0.0)
    runs = runs.assign(changes=ratio(changed, grouped["years"].sum())).join(_share(after, run), how="outer")
    quarters = in_quarters(rows).groupby(quarter)["caseload"].mean().to_frame()
    return runs, quarters.join(_share(in_quarters(after), quarter), how="outer"), months


def _means(runs: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Return the mean caseload over a team's months, its range, and how often it is over what was promised."""
    means = runs.dropna(subset="caseload").reset_index("draw")
    promises = {name: promise(scenario, name) for name in scenario.teams}
    means["promise"] = np.array([promises[team] for team in means.index.get_level_values("team")], dtype=float)
    means["over"] = (means["caseload"] > means["promise"]).astype(float).where(means["promise"].notna())
    grouped = means.groupby(_TEAM)
    return outcomes(means["caseload"], _TEAM).assign(
        worker=grouped["worker"].first(),
        draws=grouped["draw"].nunique(),
        promise=grouped["promise"].first(),
        probability_over_promise=grouped["over"].mean(),
    )


def promise(scenario: Scenario, team: str) -> float | None:
    """Return the caseload that was promised to a team's workers, or their target; None when there is neither.

    A programme's promise is for the teams in whose stages it works. The target is social workers'.
    """
    given, known = scenario.teams[team], scenario.quantities
    if PROMISED in known and set(given.stages) & set(scenario.programme.stages):
        return known[PROMISED].value
    return known[TARGET].value if TARGET in known and given.worker == SOCIAL_WORKER else None


def _kept(months: pd.DataFrame, scenario: Scenario) -> pd.Series:
    """Say for each team whether and from when what was promised is kept on average; nothing without a promise."""
    sums = months.groupby([*_TEAM, "month"]).sum()
    means = sums["sum"] / sums["count"]
    promises = {name: promise(scenario, name) for name in scenario.teams}
    said = {
        (str(schedule), str(team)): _kept_of(rows.droplevel([*_TEAM]), promises[str(team)])
        for (schedule, team), rows in means.groupby(_TEAM)
    }
    index = pd.MultiIndex.from_tuples(list(said), names=[*_TEAM])
    return pd.Series(list(said.values()), index, dtype=object, name="promise_kept")


def _kept_of(means: pd.Series, promised: float | None) -> str:
    """Say what `kept` does; nothing without a promise."""
    return "" if promised is None else kept(means, promised)


def kept(means: pd.Series, promised: float) -> str:
    """Say from which month an average caseload (by month) stays at or below what was promised."""
    within = means <= promised
    over = means.index[~within]
    if over.empty:
        return ALWAYS
    since = kept_since(means, promised)
    if since is not None:
        return f"{KEPT_FROM} {since:%B %Y}"
    return NOT_AT_THE_END if within.any() else NEVER


def kept_since(means: pd.Series, promised: float) -> pd.Timestamp | None:
    """Return the month from which an average caseload stays at or below what was promised; None where it does not."""
    over = means.index[means > promised]
    later = means.index[means.index > over[-1]] if len(over) else means.index
    return pd.Timestamp(later[0]) if len(later) else None


def _worst(quarters: pd.Series) -> pd.DataFrame:
    """Return each team's worst complete quarter: the one whose mean over draws is highest, with its range."""
    over_draws = outcomes(quarters.dropna(), [*_TEAM, "quarter"]).add_prefix("worst_quarter_")
    worst = over_draws.loc[over_draws.groupby(_TEAM)["worst_quarter_mean"].idxmax()].reset_index("quarter")
    return worst.assign(worst_quarter=worst["quarter"].map(quarter_of).astype(object)).drop(columns="quarter")


def _shares(runs: pd.DataFrame, quarters: pd.DataFrame) -> pd.DataFrame:
    """Give, averaged over draws, the workload over the run and in the quarter where it is highest, and the changes."""
    whole = runs.groupby(_TEAM)[["workload", "changes"]].mean()
    worst = quarters.groupby([*_TEAM, "quarter"])["workload"].mean().groupby(_TEAM).max()
    return pd.DataFrame(
        {
            "workload_share": whole["workload"],
            "workload_share_worst_quarter": worst,
            "worker_changes_per_child_year": whole["changes"],
        }
    )


def _share(work: pd.DataFrame, by: Sequence[str]) -> pd.Series:
    """Return hours worked over usable hours, summed by some columns."""
    sums = work.groupby(list(by))[["hours", USABLE_HOURS]].sum()
    return ratio(sums["hours"], sums[USABLE_HOURS]).rename("workload")


def _ordered(found: pd.DataFrame, schedules: Sequence[str], teams: Sequence[str]) -> pd.DataFrame:
    """Put rows by schedule and by team in the given orders."""
    ranks = {"schedule": schedules, "team": teams}
    order = found.assign(**{f"{name} rank": found[name].map(list(names).index) for name, names in ranks.items()})
    return order.sort_values([f"{name} rank" for name in ranks], ignore_index=True)


def most_loaded(found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `table` with the highest worst quarter, one for each schedule and kind of worker."""
    known = found.dropna(subset="worst_quarter_mean")
    return known.loc[known.groupby(["schedule", "worker"], sort=False)["worst_quarter_mean"].idxmax().sort_values()]


def levelled(rows: pd.DataFrame, teams: Sequence[str], since: date, tolerance: float) -> pd.Series:
    """Give, by schedule and draw, how many months after a date the caseloads of some teams are level for good.

    `rows` are those of `by_month`. Level is: each team within `tolerance`, a share, of the teams' mean, at every
    month end from then to the end of the run; while a team has no caseload they are not. A gap: never in the run.
    Problem when a team never has a caseload.
    """
    known = set(rows["team"])
    for team in teams:
        if team not in known:
            raise Problem(f"there is no team '{team}' with a caseload in this run{suggestion(team, known)}")
    level = _level(rows[rows["team"].isin(teams)], teams, tolerance)
    months = sorted(rows.loc[rows["month"] > pd.Timestamp(since), "month"].unique())
    runs = pd.MultiIndex.from_frame(rows[_RUN].drop_duplicates()).sort_values()
    every = pd.MultiIndex.from_tuples([(*run, month) for run in runs for month in months], names=level.index.names)
    held = level.reindex(every, fill_value=False).to_numpy(dtype=bool).reshape(len(runs), len(months))
    for_good = np.logical_and.accumulate(held[:, ::-1], axis=1).sum(axis=1)
    counted = np.where(for_good > 0, len(months) - for_good + 1.0, np.nan)
    return pd.Series(counted, index=runs, name="months")


def _level(rows: pd.DataFrame, teams: Sequence[str], tolerance: float) -> pd.Series:
    """Say by schedule, draw and month whether all teams have a caseload within a share of their mean."""
    wide = rows.pivot_table("caseload", [*_RUN, "month"], "team").reindex(columns=list(teams))
    mean = wide.mean(axis=1)
    spread = wide.sub(mean, axis="index").abs().max(axis=1)
    return (spread <= tolerance * mean) & wide.notna().all(axis=1)


def write(found: pd.DataFrame, path: Path) -> None:
    """Write caseloads.csv, numbers to four decimals; what is undefined stays empty."""
    found.round(4).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
