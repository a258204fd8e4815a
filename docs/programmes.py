"""Run the five programmes and keep the numbers that programmes.md shows: `python docs/programmes.py`.

Each scenario is run as `familyflow run NAME --draws 60` does, or read from where such a run lies; a run's page, paper
and workbook are not made. The numbers go into docs/programmes/*.csv and the figure beside them, from which
docs/build.py makes the page.
"""
# ruff: noqa: INP001 - a script beside the pages, not a package

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import date
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow import __version__, api
from familyflow.economics.lines import Kind
from familyflow.experiment import store
from familyflow.experiment.provenance import code_digest
from familyflow.ground.calendar import DAYS_PER_YEAR
from familyflow.pathway import PATHWAY
from familyflow.pathway.teams import KEY_WORKER
from familyflow.report.figures import style
from familyflow.report.figures.team_caseloads import caseload_by_team
from familyflow.results import caseloads
from familyflow.results.measures import NO_CHANGE
from familyflow.results.monthly import by_team, council, months_of
from familyflow.results.outcome import outcomes
from familyflow.results.summary import in_quarters, ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from familyflow.api import Results
    from familyflow.scenario import Scenario

NAMES: Final = ("swindon", "somerset", "durham", "thurrock", "bradford")
DRAWS: Final = 60
TABLES: Final = Path(__file__).parent / "programmes"
HEADLINES: Final = (
    "care_entries_averted",
    "children_in_care_end",
    "caseload_mean",
    "worker_changes_per_child_year",
    "programme_cost_gbp",
    "displaced_gbp",
    "programme_spend_gbp",
    "gross_saving_gbp",
    "partner_saving_gbp",
    "net_saving_gbp",
)
"""What the page shows of each schedule's summary."""
HISTORY: Final = ("children_on_cp", "children_in_care")
EASINGTON: Final = ("easington", "peterlee", "seaham")
DRAWN: Final = ("as_published", "easington_transfer", "without_easington")
"""The schedules of Durham that tell what the new team does and what moving its cases would."""
TITLES: Final = {
    NO_CHANGE: "No change",
    "as_published": "Assumed plan: existing cases stay",
    "easington_transfer": "Existing cases move",
    "without_easington": "The ten teams alone",
}
"""What the figure calls them, short enough for its key."""
LEVEL: Final = 0.15
"""Teams are level when each caseload is within this share of their mean."""
A_YEAR: Final = pd.DateOffset(years=1)
A_YEAR_ON: Final = date(2019, 9, 30)
"""What the committee of Bradford asked for, and the end of the first twelve months of its hubs."""
YEAR_ON_FLOWS: Final = ("referrals", "assessments", "section47s")
YEAR_ON_STOCKS: Final = (
    "children_on_cin",
    "children_on_cp",
    "children_in_care",
    "children_open",
    "children_in_early_help",
)
MILLION: Final = 1e6
_RUN: Final = ["schedule", "draw"]


# ---------------------------------------------------------------- running, and writing what was found


def main(arguments: Sequence[str]) -> int:
    """Run or read every programme, write the tables and draw the figure."""
    asked = _asked(arguments)
    found = {name: _run(name, asked.draws, asked.out) for name in NAMES}
    TABLES.mkdir(exist_ok=True)
    for name, table in tables(found).items():
        table.round(4).to_csv(TABLES / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    _draw(found["durham"])
    return 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run the five programmes and keep the numbers of programmes.md.")
    parser.add_argument("--draws", type=int, default=DRAWS, help="draws of each scenario (default: %(default)s)")
    parser.add_argument("--out", type=Path, help="folder for the runs (default: each run's own under outputs)")
    return parser.parse_args(arguments)


def _run(name: str, draws: int, out: Path | None) -> Results:
    """Run a scenario, or read the same run again."""
    return api.load(name).run(draws=draws, out=out / name if out else None, tell=_say)


def _say(what: str, done: int, whole: int) -> None:
    sys.stderr.write(f"\r{what}: {done} of {whole}\x1b[K" if whole else f"\r{what}\x1b[K")


def tables(found: dict[str, Results]) -> dict[str, pd.DataFrame]:
    """Give every table of the page by its name."""
    durham, thurrock = found["durham"], found["thurrock"]
    return {
        "origin": pd.DataFrame([_origin(each) for each in found.values()]),
        "headlines": pd.concat([_named(each, _headlines(each)) for each in found.values()]),
        "claims": pd.concat([_named(each, each.claims) for each in found.values()]),
        "history": pd.concat([_named(each, _history(each)) for each in found.values()]),
        "somerset_parts": _somerset_parts(found["somerset"]),
        "durham_caseloads": _by_quarter(durham),
        "durham_levels": _levels(durham),
        "durham_transfer": _transfer(durham),
        "thurrock_displaced": _displaced(thurrock),
        "thurrock_services": _services(thurrock),
        "bradford_year_on": _year_on(found["bradford"], A_YEAR_ON),
    }


def _monthly(results: Results) -> Path:
    """Name the file of monthly records: it is read a few measures at a time."""
    return results.folder / store.MONTHLY


def _named(results: Results, table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(scenario=results.plan.scenario.name)


# ---------------------------------------------------------------- all five


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
        "digest": plan.scenario.digest,
        "code": code_digest(),
    }


def _headlines(results: Results) -> pd.DataFrame:
    """Give summary measures over the whole horizon, with the schedules' titles."""
    found = results.summary
    shown = found[(found["period"] == "all") & found["measure"].isin(HEADLINES)]
    titles = {name: each.title for name, each in results.plan.scenario.schedules.items()}
    columns = ["schedule", "title", "measure", "mean", "p5", "p95", "probability_better", "unit"]
    return shown.assign(title=shown["schedule"].map(titles))[columns]


def _history(results: Results) -> pd.DataFrame:
    """Set each published count beside what the run has at that date, under no change and the plan."""
    simulated = outcomes(_stocks(results), ["schedule", "measure", "date"])
    rows = [
        {"measure": each.measure, "date": each.date, "published": each.value, "schedule": schedule}
        for each in results.plan.scenario.history
        if each.measure in HISTORY
        for schedule in (NO_CHANGE, "as_published")
    ]
    return pd.DataFrame(rows).join(simulated, on=["schedule", "measure", "date"])


def _stocks(results: Results) -> pd.Series:
    """Give stocks by schedule, measure, date and draw."""
    panel = council(_monthly(results), HISTORY).reset_index()
    panel = panel.assign(date=panel["month"].dt.date).drop(columns="month")
    return panel.melt([*_RUN, "date"], var_name="measure").set_index(["schedule", "measure", "date", "draw"])["value"]


def changed(values: pd.DataFrame, measures: Iterable[str]) -> pd.DataFrame:
    """Give level and change against no change of columns by schedule and draw: average and range of outcomes."""
    before = values.xs(NO_CHANGE, level="schedule")
    rows = [
        _change(str(schedule), measure, mine.droplevel("schedule")[measure], before[measure])
        for schedule, mine in values.groupby(level="schedule", observed=True)
        for measure in measures
    ]
    return pd.DataFrame(rows)


def _change(schedule: str, measure: str, mine: pd.Series, before: pd.Series) -> dict[str, object]:
    change = mine - before
    low, high = change.quantile([0.05, 0.95])
    level = {"schedule": schedule, "measure": measure, "mean": mine.mean()}
    return {**level, "change": change.mean(), "p5": low, "p95": high, "draws": len(mine)}


# ---------------------------------------------------------------- Somerset


def _somerset_parts(results: Results) -> pd.DataFrame:
    """Give what its plan hopes for beside the claims: going home, agency workers, completion, partners by payer."""
    names = ["care_exits_home", "child_days_in_care", "fte_days_agency_social_worker"]
    work = [f"programmes_{what}{where}" for what in ("started", "completed") for where in ("", "_outside")]
    sums = council(_monthly(results), [*names, *work]).groupby(_RUN).sum()
    values = pd.DataFrame(
        {
            "returns_home": sums["care_exits_home"],
            "returns_home_per_100_child_years": 100 * DAYS_PER_YEAR * ratio(sums[names[0]], sums[names[1]]),
            "agency_social_workers": sums[names[2]] / (DAYS_PER_YEAR * results.plan.years),
            "completed_share": ratio(sums[work[2]] + sums[work[3]], sums[work[0]] + sums[work[1]]),
        }
    ).join(_spending(results).reindex(sums.index).fillna(0.0))
    return changed(values, values.columns)


def _spending(results: Results) -> pd.DataFrame:
    """Give millions of pounds by schedule and draw: each partner's costs, agency premium, psychologists."""
    money = results.money.astype({"schedule": str, "line": str, "payer": str, "kind": str})
    partners = money[money["kind"] == Kind.PARTNER]
    lines = money[money["line"].isin(["agency_premium", "post_psychologist"])]
    both = pd.concat([partners.assign(what="partner_" + partners["payer"]), lines.assign(what=lines["line"])])
    return both.pivot_table("gbp", _RUN, "what", aggfunc="sum") / MILLION


# ---------------------------------------------------------------- Durham


def _caseloads(results: Results) -> pd.DataFrame:
    """Give the monthly caseloads of the three teams around Easington."""
    rows = caseloads.by_month(_monthly(results))
    return rows[rows["team"].isin(EASINGTON)]


def _by_quarter(results: Results) -> pd.DataFrame:
    """Give the three teams' caseloads by schedule and quarter: average and range of outcomes."""
    keys = ["schedule", "team", "quarter"]
    quarters = in_quarters(_caseloads(results)).groupby([*keys, "draw"])["caseload"].mean()
    return outcomes(quarters, keys).reset_index().astype({"quarter": str})


def _levels(results: Results) -> pd.DataFrame:
    """Give how soon the three teams are level after Easington opens, and for how much of each year they are."""
    scenario, wide = results.plan.scenario, spread(_caseloads(results))
    rows = []
    for name, schedule in scenario.schedules.items():
        since = _opens(scenario, name)
        if since is not None:
            rows.append({"schedule": name, "title": schedule.title, "opens": since, **level(wide.loc[name], since)})
    return pd.DataFrame(rows)


def spread(rows: pd.DataFrame) -> pd.Series:
    """Give the largest distance of a team from the teams' mean, as a share of it, by schedule, draw and month.

    While one of the teams has no caseload it is without end.
    """
    wide = rows.astype({"schedule": str}).pivot_table("caseload", [*_RUN, "month"], "team")
    mean = wide.mean(axis=1)
    distance = wide.sub(mean, axis="index").abs().max(axis=1) / mean
    return distance.where(wide.notna().all(axis=1), inf)


def level(distance: pd.Series, since: date) -> dict[str, float]:
    """Give the months after a date until teams are first level, draw by draw, and the share of month ends they are."""
    later = distance[distance.index.get_level_values("month") > pd.Timestamp(since)] <= LEVEL
    by_draw = later.astype(float).unstack("month").sort_index(axis="columns")  # noqa: PD010 - one value a cell
    ever = by_draw.max(axis=1) > 0
    first = pd.Series(by_draw.to_numpy().argmax(axis=1) + 1.0, by_draw.index)[ever]
    share = by_draw.mean()
    years = {f"year_{y + 1}": float(share.iloc[12 * y : 12 * y + 12].mean()) for y in range(2)}
    low, middle, high = first.quantile([0.05, 0.5, 0.95])
    return {"ever": ever.mean(), "first_p50": middle, "first_p5": low, "first_p95": high, **years}


def _opens(scenario: Scenario, schedule: str) -> date | None:
    steps = scenario.schedules[schedule].steps
    return next((step.date for step in steps if step.action == "open" and step.team == EASINGTON[0]), None)


def _transfer(results: Results) -> pd.DataFrame:
    """Give what the three teams met in the year after Easington opens, by what becomes of existing cases."""
    since = _opens(results.plan.scenario, DRAWN[0])
    if since is None:
        return pd.DataFrame()
    after, before = pd.Timestamp(since), pd.Timestamp(since) + A_YEAR
    loads = _within(_caseloads(results), after, before)
    counts = by_team(_monthly(results), ["worker_changes", "children_unallocated"]).reset_index()
    counts = _within(counts[counts["team"].isin(EASINGTON)], after, before)
    months = loads.groupby([*_RUN, "month"])["caseload"]
    values = pd.DataFrame(
        {
            "highest_caseload": months.max().groupby(_RUN).mean(),
            "lowest_caseload": months.min().groupby(_RUN).mean(),
            "worker_changes": counts.groupby(_RUN)["worker_changes"].sum(),
            "children_unallocated": counts.groupby(_RUN)["children_unallocated"].sum() / 12,
        }
    ).loc[list(DRAWN)]
    tidy = values.fillna(0.0).melt(ignore_index=False, var_name="measure").set_index("measure", append=True)["value"]
    return outcomes(tidy, ["measure", "schedule"]).reset_index()


def _within(rows: pd.DataFrame, after: pd.Timestamp, before: pd.Timestamp) -> pd.DataFrame:
    """Take the rows of month ends after one date and not after another."""
    return rows[(rows["month"] > after) & (rows["month"] <= before)].astype({"schedule": str})


def _draw(results: Results) -> None:
    """Draw the three teams' caseloads month by month, as the report draws every team's."""
    scenario = results.plan.scenario
    chosen = by_team(_monthly(results), ["children_open", "social_workers_in_post"])
    rows = chosen.melt(ignore_index=False, var_name="measure").reset_index()
    rows = rows[rows["team"].isin(EASINGTON) & rows["schedule"].isin(TITLES)]
    three = replace(scenario, teams={name: scenario.teams[name] for name in EASINGTON})
    picture = caseload_by_team(rows, three, TITLES)
    (TABLES / "durham_caseloads.png").write_bytes(style.png(picture))


# ---------------------------------------------------------------- Thurrock


def _displaced(results: Results) -> pd.DataFrame:
    """Give what pays for the lots: key workers in post, and who waits for one, on average over the last year."""
    path = _monthly(results)
    last = pd.Timestamp(months_of(path)[-1])
    panel = council(path, ["key_workers_in_post", "children_in_early_help", "children_waiting_early_help"])
    panel = panel[panel.index.get_level_values("month") > last - A_YEAR]
    values = panel.groupby(_RUN).mean()
    values["key_worker_cost"] = _key_workers_paid(results).reindex(values.index).fillna(0.0)
    return changed(values, values.columns)


def _key_workers_paid(results: Results) -> pd.Series:
    """Give millions of pounds paid for key workers over the horizon, by schedule and draw."""
    money = results.money.astype({"schedule": str, "line": str})
    return money[money["line"] == f"post_{KEY_WORKER}"].groupby(_RUN)["gbp"].sum() / MILLION


def _services(results: Results) -> pd.DataFrame:
    """Give what was started of each programme and service, by schedule: a year on average, and with whom."""
    scenario = results.plan.scenario
    started = by_team(_monthly(results), [f"started_{each.name}" for each in PATHWAY.programmes]).reset_index()
    early = {name for name, team in scenario.teams.items() if "early_help" in team.stages}
    where = started["team"].isin(early).map({True: "early_help", False: "cin_or_cp"}).rename("where")
    sums = started.groupby(["schedule", where], observed=True)[list(_started(started))].sum()
    yearly = sums.melt(ignore_index=False, var_name="service", value_name="a_year").set_index("service", append=True)
    wide = yearly["a_year"].div(results.plan.draws * results.plan.years).unstack("where", fill_value=0)  # noqa: PD010 - one value a cell
    wide = wide[wide.sum(axis=1) > 0].reset_index()
    wide["service"] = wide["service"].str.removeprefix("started_")
    return wide.assign(share_cin_or_cp=wide["cin_or_cp"] / (wide["cin_or_cp"] + wide["early_help"]))


def _started(rows: pd.DataFrame) -> Iterator[str]:
    return (name for name in rows.columns if str(name).startswith("started_"))


# ---------------------------------------------------------------- Bradford


def _year_on(results: Results, end: date) -> pd.DataFrame:
    """Give each measure in the twelve months up to a date, and its change against no change, draw by draw."""
    last = pd.Timestamp(end)
    workers = ["social_workers_in_post", "key_workers_in_post"]
    panel = council(_monthly(results), [*YEAR_ON_FLOWS, *YEAR_ON_STOCKS, *workers]).reset_index()
    grouped = _within(panel, last - A_YEAR, last).groupby(_RUN)
    stocks = grouped[[*YEAR_ON_STOCKS, *workers]].last()
    loads = {
        "caseload": stocks["children_open"] / stocks["social_workers_in_post"],
        "key_worker_caseload": stocks["children_in_early_help"] / stocks["key_workers_in_post"],
    }
    values = pd.DataFrame(loads).join(grouped[list(YEAR_ON_FLOWS)].sum()).join(stocks[list(YEAR_ON_STOCKS)])
    values = values.join(_continuity(results, last))
    return changed(values, values.columns)


def _continuity(results: Results, last: pd.Timestamp) -> pd.DataFrame:
    """Give the children whose worker changed in the year up to a date, by schedule and draw: in hubs, and elsewhere."""
    hubs = {name for name, team in results.plan.scenario.teams.items() if team.worker == KEY_WORKER}
    rows = _within(by_team(_monthly(results), ["worker_changes"]).reset_index(), last - A_YEAR, last)
    where = rows["team"].isin(hubs).map({True: "worker_changes_hubs", False: "worker_changes_social_work"})
    return rows.groupby([*_RUN, where.rename("where")])["worker_changes"].sum().unstack("where", fill_value=0)  # noqa: PD010 - one value a cell


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
