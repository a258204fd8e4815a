"""Run the five programmes and keep the numbers that programmes.md shows: `python docs/programmes.py [FOLDER]`.

Each scenario is run as `familyflow run NAME` does, into FOLDER/NAME (default: outputs/programmes), or read from there.
The numbers go into docs/programmes/*.csv, from which docs/build.py makes the page.
"""
# ruff: noqa: INP001 - a script beside the pages, not a package

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow import __version__, api
from familyflow.report import caseloads
from familyflow.report.frames import council
from familyflow.report.tables import in_quarters

if TYPE_CHECKING:
    from familyflow.api import Results
    from familyflow.scenario import Scenario
    from familyflow.scenario.model import Schedule

NAMES: Final = ("swindon", "somerset", "durham", "thurrock", "bradford")
TABLES: Final = Path(__file__).parent / "programmes"
EASINGTON: Final = ("easington", "peterlee", "seaham")
LEVEL: Final = 0.15
"""Teams are level when each caseload is within this share of their mean."""
YEAR_ON: Final = (
    "caseload",
    "referrals",
    "assessments",
    "section47s",
    "children_on_cin",
    "children_on_cp",
    "children_in_care",
    "children_open",
    "children_in_early_help",
    "worker_changes",
)
A_YEAR_ON: Final = date(2019, 9, 30)
"""What the committee of Bradford asked for, and the end of the first twelve months of its hubs."""


def main(arguments: list[str]) -> int:
    """Run or read every programme and write the tables."""
    folder = Path(arguments[0]) if arguments else Path("outputs/programmes")
    found = {name: api.load(name).run(out=folder / name, tell=_say) for name in NAMES}
    for results in found.values():
        results.save(_say)
    TABLES.mkdir(exist_ok=True)
    tables = {
        "origin": pd.DataFrame([_origin(each) for each in found.values()]),
        "headlines": pd.concat([_named(each, _headlines(each)) for each in found.values()]),
        "claims": pd.concat([_named(each, each.claims) for each in found.values()]),
        "durham_caseloads": _by_quarter(found["durham"]),
        "durham_levels": _levels(found["durham"]),
        "thurrock_services": _services(found["thurrock"]),
        "bradford_year_on": _year_on(found["bradford"], A_YEAR_ON),
    }
    for name, table in tables.items():
        table.round(4).to_csv(TABLES / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    return 0


def _say(what: str, done: int, whole: int) -> None:
    sys.stderr.write(f"\r{what}: {done} of {whole}\x1b[K" if whole else f"\r{what}\x1b[K")


def _named(results: Results, table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(scenario=results.plan.scenario.name)


def _origin(results: Results) -> dict[str, object]:
    plan = results.plan
    return {
        "scenario": plan.scenario.name,
        "title": plan.scenario.title,
        "version": __version__,
        "draws": plan.draws,
        "seed": plan.seed,
        "start": plan.scenario.start,
        "end": results.end,
        "price_year": plan.scenario.price_year,
    }


def _headlines(results: Results) -> pd.DataFrame:
    """Give every summary measure over the whole horizon, with the schedules' titles."""
    whole = results.summary[results.summary["period"] == "all"]
    titles = {name: each.title for name, each in results.plan.scenario.schedules.items()}
    return whole.assign(title=whole["schedule"].map(titles)).drop(columns=["period", "note"])


def _by_quarter(results: Results) -> pd.DataFrame:
    """Give the caseloads of the three teams around Easington by schedule and quarter: mean and range of outcomes."""
    rows = caseloads.by_month(results.monthly)
    rows = in_quarters(rows[rows["team"].isin(EASINGTON)])
    quarters = rows.groupby(["schedule", "team", "quarter", "draw"])["caseload"].mean()
    grouped = quarters.groupby(["schedule", "team", "quarter"])
    table = grouped.agg(["mean"]).join(grouped.quantile(0.05).rename("p5")).join(grouped.quantile(0.95).rename("p95"))
    return table.reset_index().assign(quarter=lambda found: found["quarter"].astype(str))


def _levels(results: Results) -> pd.DataFrame:
    """Give in how many draws the three teams level for good before the run ends, and after how many months."""
    scenario = results.plan.scenario
    rows = caseloads.by_month(results.monthly)
    opened = {name: _opens(scenario, name) for name in scenario.schedules}
    return pd.DataFrame(
        [_level(rows, scenario.schedules[name], since) for name, since in opened.items() if since is not None]
    )


def _level(rows: pd.DataFrame, schedule: Schedule, since: date) -> dict[str, object]:
    mine = rows[rows["schedule"].astype(str) == schedule.name]
    months = caseloads.levelled(mine, EASINGTON, since, LEVEL)
    low, high = months.quantile([0.05, 0.95])
    return {
        "schedule": schedule.name,
        "title": schedule.title,
        "opens": since,
        "share_level": months.notna().mean(),
        "median_months": months.median(),
        "p5": low,
        "p95": high,
    }


def _opens(scenario: Scenario, schedule: str) -> date | None:
    steps = scenario.schedules[schedule].steps
    return next((step.date for step in steps if step.action == "open" and step.team == EASINGTON[0]), None)


def _services(results: Results) -> pd.DataFrame:
    """Give what was started of each programme and service, by schedule: a year on average, and with whom."""
    scenario, monthly = results.plan.scenario, results.monthly
    started = monthly[monthly["measure"].astype(str).str.startswith("started_")]
    early = {name for name, team in scenario.teams.items() if "early_help" in team.stages}
    where = started["team"].astype(str).isin(early).map({True: "early_help", False: "cin_or_cp"})
    keys = ["schedule", "measure", where.rename("where")]
    total = started.groupby(keys, observed=True)["value"].sum() / results.plan.draws / results.plan.years
    wide = total.unstack("where", fill_value=0.0).reset_index()  # noqa: PD010 - one value a cell
    wide["service"] = wide["measure"].astype(str).str.removeprefix("started_")
    wide["share_cin_or_cp"] = wide["cin_or_cp"] / (wide["cin_or_cp"] + wide["early_help"])
    return wide[["schedule", "service", "early_help", "cin_or_cp", "share_cin_or_cp"]]


def _year_on(results: Results, end: date) -> pd.DataFrame:
    """Give each measure in the twelve months up to a date, and its change against no change, draw by draw."""
    flows = ["referrals", "assessments", "section47s", "worker_changes"]
    stocks = [name for name in YEAR_ON if name not in (*flows, "caseload")]
    panel = council(results.monthly, [*flows, *stocks, "social_workers_in_post"]).reset_index()
    panel = panel[(panel["month"] <= pd.Timestamp(end)) & (panel["month"] > pd.Timestamp(end) - pd.DateOffset(years=1))]
    grouped = panel.groupby(["schedule", "draw"], observed=True)
    values = grouped[flows].sum().join(grouped[stocks].last())
    values["caseload"] = values["children_open"] / grouped["social_workers_in_post"].last()
    before = values.xs("no_change", level="schedule")
    rows = [
        _change(str(schedule), measure, mine.droplevel("schedule")[measure], before[measure])
        for schedule, mine in values.groupby(level="schedule", observed=True)
        for measure in YEAR_ON
    ]
    return pd.DataFrame(rows)


def _change(schedule: str, measure: str, mine: pd.Series, before: pd.Series) -> dict[str, object]:
    change = mine - before
    low, high = change.quantile([0.05, 0.95])
    return {
        "schedule": schedule,
        "measure": measure,
        "mean": mine.mean(),
        "change": change.mean(),
        "p5": low,
        "p95": high,
        "draws": len(mine),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
