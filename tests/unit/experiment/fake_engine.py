"""A made-up scenario and engines that a worker process can import: quick, slow, failing and deadly."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from familyflow.experiment.batch import Study
from familyflow.experiment.plan import planned
from familyflow.experiment.run import Engine
from familyflow.ground.calendar import month_ends
from familyflow.ground.problem import Problem
from familyflow.ground.quantity import Quantity, Status

if TYPE_CHECKING:
    from pathlib import Path

    from familyflow.experiment.plan import Plan

START = date(2019, 6, 30)
TEAMS = ("north", "south", "")
MEASURES = ("children_on_cin", "children_on_cp", "children_in_care")


def quantity(value: float, low: float, high: float, unit: str = "children") -> Quantity:
    return Quantity(value, low, high, unit, "2019", "slides", Status.ASSUMED)


QUANTITIES = {
    "snapshot.children_on_cin": quantity(1045, 900, 1200),
    "effect.care_entry": quantity(0.85, 0.7, 1.0, "ratio"),
    "staff.vacancy_rate": quantity(0.2, 0.1, 0.4, "share"),
    "price.residential_week": quantity(6000, 6000, 6000, "gbp per week"),
    "harms.domestic_abuse": quantity(0.4, 0.35, 0.45, "share"),
    "harms.mental_ill_health": quantity(0.4, 0.35, 0.45, "share"),
    "harms.drug_misuse": quantity(0.2, 0.15, 0.25, "share"),
    "harms.alcohol_misuse": quantity(0.2, 0.15, 0.25, "share"),
    "harms.any": quantity(0.7, 0.6, 0.8, "share"),
    "harms.all_three": quantity(0.14, 0.1, 0.18, "share"),
}


@dataclass(frozen=True)
class Titled:
    """Something with a name, a title and no earlier names."""

    name: str
    title: str
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True)
class Town:
    """As much of a scenario as an experiment reads."""

    name: str = "town"
    title: str = "Town: Family Safeguarding"
    start: date = START
    years: int = 2
    price_year: str = "2024/25"
    digest: str = "d1"
    reading: str = "central"
    settings: tuple[str, ...] = ()
    quantities: dict[str, Quantity] = field(default_factory=lambda: dict(QUANTITIES))
    schedules: dict[str, Titled] = field(
        default_factory=lambda: {
            "no_change": Titled("no_change", "No change"),
            "as_published": Titled("as_published", "As published"),
            "all_at_once": Titled("all_at_once", "Everything at once"),
        }
    )

    def central(self) -> dict[str, float]:
        """Give every quantity's central value."""
        return {name: each.value for name, each in self.quantities.items()}


@dataclass(frozen=True)
class Ledger:
    """Records in no particular order."""

    records: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """Give them."""
        return self.records


def prepare(*keys: object) -> tuple[object, ...]:
    """Keep what a draw is given: scenario, values, rates, seed, replication, years."""
    return keys


def quick(start: tuple[object, ...], schedule: str) -> Ledger:
    """Make up records that depend on everything an engine is given."""
    scenario, values, rates, seed, replication, years = start
    months = month_ends(scenario.start, years)
    luck = np.random.Generator(np.random.Philox(key=[seed, replication]))
    rows = pd.DataFrame(
        [(month, team, measure) for month in months for team in TEAMS for measure in MEASURES],
        columns=["month", "team", "measure"],
    )
    level = len(schedule) + sum(values.values()) + sum(rates.values())
    rows["value"] = level + luck.random(len(rows))
    return Ledger(rows.sample(frac=1, random_state=replication))


def draw_of(start: tuple[object, ...]) -> object:
    """Give the number of the draw that was prepared."""
    return start[4]


def slow(start: tuple[object, ...], schedule: str, seconds: float) -> Ledger:
    """Take some time."""
    time.sleep(seconds)
    return quick(start, schedule)


def failing(start: tuple[object, ...], schedule: str, draw: int, error: type[Exception] = Problem) -> Ledger:
    """Fail in one draw."""
    if draw_of(start) == draw:
        raise error("cannot be simulated")
    return quick(start, schedule)


def deadly(start: tuple[object, ...], schedule: str, draw: int) -> Ledger:
    """Be killed in one draw, as by a system that is out of memory."""
    if draw_of(start) == draw:
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(start, schedule)


def witness(start: tuple[object, ...], schedule: str, folder: Path) -> Ledger:
    """Leave a trace of each draw that is really simulated."""
    (folder / f"{draw_of(start)}-{schedule}").touch()
    return quick(start, schedule)


def study(simulate: object = quick, draws: int = 6, **asked: object) -> Study:
    """Plan a small study of the town."""
    plan = planned(asked.pop("scenario", Town()), draws=draws, **asked)
    return Study(plan, lambda: rates_of, Engine(prepare, simulate))


def rates_of(plan: Plan, draw: int) -> dict[str, float]:
    """Give a draw's rates."""
    return {"arrivals.family": 1 + (plan.seed + draw) / 100, "hazard.cp.care.0_3m": 0.001}


def with_pause(seconds: float) -> object:
    """Make the quick engine slow."""
    return partial(slow, seconds=seconds)
