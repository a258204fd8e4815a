"""A scenario and small studies by hand: a few months, whose every number is in the test that uses them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import frames
import pandas as pd

from familyflow.ground.quantity import Quantity, Status
from familyflow.scenario.model import Programme, Scenario, Schedule, Team
from familyflow.scenario.schema import Claim, History

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from frames import Row

BEGIN = date(2019, 6, 30)
"""Day 0 of the scenario."""
TITLES = {
    "no_change": "No change",
    "as_published": "As published",
    "all_at_once": "Everything at once",
    "slower": "A slower rollout",
    "one_year_late": "One year late",
}
TEAMS = {"north": "North", "central": "Town centre", "south": "South and the villages"}
STOCKS = {"children_on_cin": 1045.0, "children_on_cp": 260.0, "children_in_care": 339.0}

START = date(2020, 1, 31)
"""Day 0 of the small studies."""
END = date(2020, 4, 30)
MONTHS = (START, date(2020, 2, 29), date(2020, 3, 31), END)
CLAIMS = (
    Claim(text="15% fewer care entries", measure="care_entries", change=-0.15, by=date(2023, 9, 30), source="slides"),
    Claim(
        text="8% fewer children in care than at the start",
        measure="children_in_care",
        change=-0.08,
        against="start",
        by=date(2022, 3, 31),
        source="slides",
    ),
    Claim(
        text="Half the appointments missed",
        measure="appointments_missed",
        change=-0.5,
        by=date(2030, 1, 1),
        source="slides",
    ),
)


def quantity(value: float, unit: str) -> Quantity:
    return Quantity(value, value, value, unit, "2019", "slides", Status.PUBLISHED)


def point(measure: str, when: date, value: float) -> History:
    return History(measure=measure, date=when, value=value, source="slides")


HISTORY = (
    point("children_on_cin", date(2018, 3, 31), 1102),
    point("children_on_cin", date(2019, 3, 31), 1075),
    point("children_on_cp", date(2018, 3, 31), 301),
    point("children_on_cp", date(2019, 3, 31), 333),
    point("children_on_cp", date(2020, 3, 31), 169),
    point("children_in_care", date(2017, 3, 31), 289),
    point("children_in_care", date(2018, 3, 31), 312),
    point("children_in_care", date(2019, 3, 31), 330),
    point("children_in_care", date(2020, 3, 31), 345),
)


def scenario(start: date, years: int) -> Scenario:
    numbers = {f"snapshot.{name}": quantity(value, "children") for name, value in STOCKS.items()}
    numbers |= {
        "population.children": quantity(49000, "children"),
        "staff.target_caseload": quantity(18, "children"),
        "effect.ramp_months": quantity(9, "months"),
        "staff.recruitment_weeks.mental_health_practitioner": quantity(13, "weeks"),
        "staff.recruitment_weeks.psychologist": quantity(20, "weeks"),
    }
    return Scenario(
        name="swindon",
        title="Swindon: Family Safeguarding",
        authority="Swindon",
        start=start,
        years=years,
        price_year="2024/25",
        path=Path("swindon.toml"),
        quantities=MappingProxyType(numbers),
        areas=MappingProxyType({}),
        teams=MappingProxyType({name: Team(name, title, (), ("cin", "cp", "care")) for name, title in TEAMS.items()}),
        programme=Programme(
            title="Family Safeguarding",
            null=False,
            stages=("cin", "cp"),
            roles=(),
            shared_roles=(),
            budget_years=None,
        ),
        schedules=MappingProxyType({name: Schedule(name, title, ()) for name, title in TITLES.items()}),
        history=HISTORY,
        claims=CLAIMS,
        sources=MappingProxyType({"slides": "Slides, September 2019"}),
        digest="",
    )


def series(
    schedule: str,
    measure: str,
    values: Sequence[float],
    draw: int = 0,
    team: str = "a",
    months: Sequence[date] = MONTHS,
) -> list[Row]:
    """Give one measure's values, month by month from day 0."""
    return frames.series(schedule, measure, months, values, draw=draw, team=team)


def frame(*rows: list[Row], months: Sequence[date] = MONTHS) -> pd.DataFrame:
    """Make records with somebody in care and one social worker in every draw and schedule that has rows."""
    given = [row for each in rows for row in each]
    runs = sorted({(draw, schedule) for draw, schedule, *_ in given})
    named = {(draw, schedule, measure) for draw, schedule, _, _, measure, _ in given}
    base = {"children_in_care": 1.0, "children_open": 1.0, "social_workers_in_post": 1.0}
    filled = [
        row
        for draw, schedule in runs
        for measure, value in base.items()
        if (draw, schedule, measure) not in named
        for row in series(schedule, measure, [value] * len(months), draw, months=months)
    ]
    return frames.records([*given, *filled])


def money(spent: Mapping[tuple[str, int, str, str], float]) -> pd.DataFrame:
    """Give GBP by schedule, draw, financial year and kind; no change costs nothing unless it is given.

    A kind such as "programme psychologist" is the line psychologist of the kind programme; else both have one name.
    """
    runs = {(draw, year, kind) for _, draw, year, kind in spent}
    full = {("no_change", *run): 0.0 for run in runs} | dict(spent)
    rows = [
        (draw, schedule, year, kind.split()[-1], kind.split()[0], "council", gbp)
        for (schedule, draw, year, kind), gbp in full.items()
    ]
    columns = ["draw", "schedule", "financial_year", "line", "kind", "payer", "gbp"]
    return pd.DataFrame(rows, columns=columns)


NOTHING = money({("no_change", 0, "2019/20", "cashable"): 0.0})


def statistics(mean: float | None, low: float | None = None, high: float | None = None) -> dict[str, float | None]:
    """Give one measure of a document; without a range a single number."""
    low, high = (mean if end is None else end for end in (low, high))
    return {"mean": mean, "p5": low, "p50": mean, "p95": high, "mc_error": 0.1, "probability_better": 0.25}


def schedule(title: str, verdicts: Sequence[str] = (), **measures: dict[str, float | None]) -> dict[str, object]:
    """Give one schedule of a document, nought where nothing is given; differences are named after a "d_"."""
    names = ("care_entries_averted", "caseload_mean", "caseload_worst_quarter", "programme_cost_gbp")
    full = {name: statistics(0.0) for name in (*names, "displaced_gbp", "net_saving_gbp")}
    own = {name: value for name, value in measures.items() if not name.startswith("d_")}
    changes = {name.removeprefix("d_"): value for name, value in measures.items() if name.startswith("d_")}
    answers = [answer(number, verdict) for number, verdict in enumerate(verdicts, 1)]
    return {"title": title, "measures": full | own, "differences": changes, "teams": [], "claims": answers}


def answer(number: int, verdict: str) -> dict[str, object]:
    """Give one answer to a claim, as a document has it."""
    reached = verdict != "not within the run"
    return {
        "number": number,
        "claim": f"Claim {number} <b>& more</b>",
        "measure": "children_on_cp",
        "against": "no_change",
        "by": "2023-09-30",
        "source": "slides",
        "promised": -0.15,
        "mean": -0.05 if reached else None,
        "p5": -0.09 if reached else None,
        "p95": 0.01 if reached else None,
        "draws": 40 if reached else 0,
        "probability_met": 0.05 if reached else None,
        "verdict": verdict,
        "multiple": 3.0 if reached else None,
        "compared_with": 100.0 if reached else None,
        "level": 95.0 if reached else None,
    }


def run(authority: str, schedules: dict[str, dict[str, object]], **changed: object) -> dict[str, object]:
    """Give a document of five years and 40 draws in a council of 50,000 children."""
    return {
        "scenario": authority.lower(),
        "version": "0.1.0",
        "seed": 1,
        "draws": 40,
        "title": f"{authority}: a programme",
        "authority": authority,
        "start": "2019-06-30",
        "end": "2024-06-30",
        "years": 5,
        "price_year": "2024/25",
        "children": 50_000.0,
        "reading": "central",
        "settings": [],
        **changed,
        "schedules": schedules,
    }
