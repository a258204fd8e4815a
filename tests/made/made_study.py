"""Made-up studies: monthly records, money and a scenario, as plausible as the figures need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.text import Text

from familyflow.ground.calendar import financial_year, month_ends
from familyflow.scenario.model import Team
from familyflow.scenario.posts import Post
from familyflow.scenario.timeline import TeamDay, Timeline, Transfer

if TYPE_CHECKING:
    from datetime import date
    from typing import TypeAlias

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from familyflow.scenario.model import Scenario

    Floats: TypeAlias = NDArray[np.float64]
    from collections.abc import Mapping


from by_hand import BEGIN, STOCKS, TEAMS, TITLES, quantity, scenario

LEAD = {"no_change": None, "as_published": 12.0, "all_at_once": 6.0, "slower": 18.0, "one_year_late": 24.0}


@dataclass(frozen=True)
class Study:
    """A scenario with the results of running it."""

    scenario: Scenario
    monthly: pd.DataFrame
    money: pd.DataFrame
    timelines: Mapping[str, Timeline]


def share_of_effect(schedule: str, months: int) -> Floats:
    """How much of the full effect holds in each month: nothing before go-live, then a ramp of nine months."""
    lead = LEAD[schedule]
    return np.zeros(months) if lead is None else np.clip((np.arange(months) - lead) / 9, 0, 1)


def month_rows(draws: int, months: list[date], schedule: str, team: str, position: int) -> list[pd.DataFrame]:
    """One team's records under one schedule; every schedule uses the same luck."""
    luck = np.random.default_rng(100 + position)
    span = len(months)
    live = share_of_effect(schedule, span)
    effect = np.cumsum(live)
    strength = luck.normal(0.5, 0.5, (draws, 1))

    def stock(name: str, sway: float, pull: float) -> Floats:
        steps = luck.normal(0, sway, (draws, span))
        steps[:, 0] = 0
        share = [0.4, 0.35, 0.25][position]
        level: Floats = STOCKS[name] * share + steps.cumsum(axis=1) - pull * strength * effect
        return np.clip(np.round(level), 0, None)

    def flow(rate: float, pull: float) -> Floats:
        values: Floats = luck.poisson(rate, (draws, span)) - np.round(pull * strength * live)
        values[:, 0] = 0
        return np.clip(values, 0, None)

    cin, cp = stock("children_on_cin", 6.0, 0.3), stock("children_on_cp", 3.0, 0.2)
    care = stock("children_in_care", 2.0, 0.15)
    outside = flow(6.0, 0) * (live == 0)
    own = flow(9.0, 0) * (live > 0)
    slow = luck.gamma(8, 1, (draws, span))
    values = {
        "children_on_cin": cin,
        "children_on_cp": cp,
        "children_in_care": care,
        "children_open": cin + cp + care + 40,
        "social_workers_in_post": np.full((draws, span), 32.0 - 6 * position) + luck.normal(0, 0.4, (draws, 1)),
        "care_entries": flow(5.0, 1.0),
        "cp_starts": flow(9.0, 1.0),
        "child_days_in_care": care * 30.4,
        "adult_waits": own,
        "adult_wait_days": own * slow * 2.5,
        "adult_waits_outside": outside,
        "adult_wait_days_outside": outside * slow * 9,
        "programmes_completed": np.round(own * 0.6),
        "programmes_completed_outside": np.round(outside * 0.3),
        "appointments": own * 8,
        "appointments_outside": outside * 8,
        "appointments_missed": own * 1,
        "appointments_missed_outside": outside * 3,
    }
    return [
        pd.DataFrame(
            {
                "draw": np.repeat(np.arange(draws, dtype=np.int32), span),
                "schedule": schedule,
                "month": np.tile(np.array(months, dtype=object), draws),
                "team": team,
                "measure": name,
                "value": table.ravel(),
            }
        )
        for name, table in values.items()
    ]


def money_rows(draws: int, months: list[date], schedule: str) -> list[pd.DataFrame]:
    """One schedule's cost by financial year and line."""
    luck = np.random.default_rng(7)
    years = [financial_year(month) for month in months[1:]]
    live = share_of_effect(schedule, len(months))[1:]
    hired = np.zeros(len(live)) if LEAD[schedule] is None else (np.arange(len(live)) >= (LEAD[schedule] or 0) - 3)
    effect = pd.Series(live).groupby(years).sum()
    posts = pd.Series(np.asarray(hired, dtype=float)).groupby(years).sum()
    strength = np.clip(luck.normal(1.0, 0.8, draws), -0.5, None)
    level = luck.normal(1.0, 0.03, (draws, len(effect)))
    lines = {
        ("placements", "cashable", "council"): 1.6e6 * level - np.outer(strength, effect) * 6e4,
        ("social_workers", "capacity", "council"): 4e5 * level - np.outer(strength, effect) * 8e3,
        ("police", "partner", "police"): 1e5 * level - np.outer(strength, effect) * 2e3,
        ("posts", "programme", "council"): np.tile(posts.to_numpy() * 5e4, (draws, 1)),
    }
    return [
        pd.DataFrame(
            {
                "draw": np.repeat(np.arange(draws, dtype=np.int32), len(effect)),
                "schedule": schedule,
                "financial_year": np.tile(np.array(effect.index, dtype=object), draws),
                "line": line,
                "kind": kind,
                "payer": payer,
                "gbp": values.ravel(),
            }
        )
        for (line, kind, payer), values in lines.items()
    ]


def timeline(schedule: str) -> Timeline:
    """Teams go live four months apart, or at once; the psychologist comes with the first."""
    lead = LEAD[schedule]
    apart = 0.0 if schedule == "all_at_once" else 120.0
    days = [] if lead is None else [lead * 30.4 + apart * position for position in range(len(TEAMS))]
    posts = [
        Post(day - 42, day, team, "mental_health_practitioner", 2.0) for day, team in zip(days, TEAMS, strict=False)
    ]
    shared = [Post(day - 42, day, None, "psychologist", 1.0) for day in days[:1]]
    slow = schedule == "slower"
    return Timeline(
        schedule=schedule,
        routes=(),
        staff=(),
        live=tuple(TeamDay(day, team) for day, team in zip(days, TEAMS, strict=False)),
        posts=(*posts, *shared),
        transfers=(Transfer(days[1], "central", "south", (), ()),) if slow else (),
        opens=(TeamDay(days[2], "south"),) if slow else (),
        closes=(),
    )


def make(draws: int, years: int = 5, start: date = BEGIN) -> Study:
    months = list(month_ends(start, years))
    monthly = [
        rows
        for schedule in TITLES
        for position, team in enumerate(TEAMS)
        for rows in month_rows(draws, months, schedule, team, position)
    ]
    money = [rows for schedule in TITLES for rows in money_rows(draws, months, schedule)]
    return Study(
        scenario(start, years),
        pd.concat(monthly, ignore_index=True),
        pd.concat(money, ignore_index=True),
        MappingProxyType({name: timeline(name) for name in TITLES}),
    )


def title_of(axes: Axes) -> Text:
    title = axes.get_title(loc="left")
    return next(text for text in axes.findobj(Text) if text.get_text() == title)


def with_key_workers(study: Study) -> Study:
    """Let the first team be one of key workers who were promised 15 children each."""
    team = {"children_open": "children_in_early_help", "social_workers_in_post": "key_workers_in_post"}
    renamed = study.monthly["measure"].replace(team).where(study.monthly["team"] == "north", study.monthly["measure"])
    scenario = replace(
        study.scenario,
        teams={**study.scenario.teams, "north": Team("north", "North", (), ("early_help",))},
        programme=replace(study.scenario.programme, stages=("early_help",)),
        quantities={**study.scenario.quantities, "programme.promised_caseload": quantity(15, "children")},
    )
    return replace(study, monthly=study.monthly.assign(measure=renamed), scenario=scenario)
