"""A made-up scenario and engines that a worker process can import: quick, slow, failing and deadly.

An executor stands between a batch and them: it does a made-up draw in place of the one that is handed to it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeAlias, TypedDict, TypeVar, Unpack, cast

import numpy as np
import pandas as pd

from familyflow.experiment import batch, store
from familyflow.experiment.plan import planned
from familyflow.experiment.run import tidy
from familyflow.ground.calendar import month_ends
from familyflow.ground.problem import Problem
from familyflow.ground.progress import Progress, silent
from familyflow.ground.quantity import Quantity, Status
from familyflow.scenario.model import Area, Programme, Scenario, Schedule, Team
from familyflow.scenario.sampling import sample

if TYPE_CHECKING:
    from concurrent.futures import Future

    from familyflow.experiment.central import CentralFit
    from familyflow.experiment.plan import Plan, Slice
    from familyflow.results.precision import Precision

START = date(2019, 6, 30)
TEAMS = ("north", "south", "")
P = ParamSpec("P")
T = TypeVar("T")
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


TITLES = {"no_change": "No change", "as_published": "As published", "all_at_once": "Everything at once"}


@dataclass(frozen=True)
class Town(Scenario):
    """A scenario of two years, with no more in it than an experiment reads."""

    name: str = "town"
    title: str = "Town: Family Safeguarding"
    authority: str = "Town"
    start: date = START
    years: int = 2
    price_year: str = "2024/25"
    path: Path = Path("town.toml")
    quantities: Mapping[str, Quantity] = field(default_factory=lambda: dict(QUANTITIES))
    areas: Mapping[str, Area] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    programme: Programme = field(
        default_factory=lambda: Programme("", null=True, stages=(), roles=(), shared_roles=(), budget_years=None)
    )
    schedules: Mapping[str, Schedule] = field(
        default_factory=lambda: {name: Schedule(name, title, ()) for name, title in TITLES.items()}
    )
    history: tuple[()] = ()
    claims: tuple[()] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    digest: str = "d1"


@dataclass(frozen=True)
class Ledger:
    """Records in no particular order."""

    records: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """Give them."""
        return self.records


class Start(NamedTuple):
    """What an engine is given."""

    scenario: Scenario
    drawn: Mapping[str, float]
    rates: Mapping[str, float]
    seed: int
    replication: int
    years: int


Engine: TypeAlias = Callable[[Start, str], Ledger]


def quick(start: Start, schedule: str) -> Ledger:
    """Make up records that depend on everything an engine is given."""
    scenario, drawn, rates, seed, replication, years = start
    months = month_ends(scenario.start, years)
    luck = np.random.Generator(np.random.Philox(key=[seed, replication]))
    rows = pd.DataFrame(
        [(month, team, measure) for month in months for team in TEAMS for measure in MEASURES],
        columns=["month", "team", "measure"],
    )
    level = len(schedule) + sum(drawn.values()) + sum(rates.values())
    rows["value"] = level + luck.random(len(rows))
    return Ledger(rows.sample(frac=1, random_state=replication))


def slow(start: Start, schedule: str, seconds: float) -> Ledger:
    """Take some time."""
    time.sleep(seconds)
    return quick(start, schedule)


def failing(start: Start, schedule: str, draw: int, error: type[Exception] = Problem) -> Ledger:
    """Fail in one draw."""
    if start.replication == draw:
        raise error("cannot be simulated")
    return quick(start, schedule)


def deadly(start: Start, schedule: str, draw: int) -> Ledger:
    """Be killed in one draw, as by a system that is out of memory."""
    if start.replication == draw:
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(start, schedule)


def witness(start: Start, schedule: str, folder: Path) -> Ledger:
    """Leave a trace of each draw that is really simulated."""
    (folder / f"{start.replication}-{schedule}").touch()
    return quick(start, schedule)


def rates_of(plan: Plan, draw: int) -> dict[str, float]:
    """Give a draw's rates."""
    return {"arrivals.family": 1 + (plan.seed + draw) / 100, "hazard.cp.care.0_3m": 0.001}


@dataclass(frozen=True)
class Central:
    """A central fit that holds nothing."""

    solution: object = None


@dataclass(frozen=True)
class Study:
    """A small study of the town, by one of the engines, with what gives a draw its rates."""

    plan: Plan
    simulate: Engine
    rates: Callable[[Plan, int], Mapping[str, float]] = rates_of
    known: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    central: object = Central()


class Asked(TypedDict, total=False):
    """What else may be asked of a study."""

    schedules: Sequence[str]
    years: int | None
    seed: int
    precision: Precision | None


def study(simulate: Engine = quick, draws: int = 6, scenario: Scenario | None = None, **asked: Unpack[Asked]) -> Study:
    """Plan a small study of the town, or of another scenario."""
    return Study(planned(scenario or Town(), draws=draws, **asked), simulate)


def made_up(asked: Study, given: tuple[object, ...]) -> bytes:
    """Make up a draw: its rates too, unless they are known and given."""
    plan, (_, draw, known, *_) = asked.plan, given
    assert isinstance(draw, int)
    rates = known if isinstance(known, Mapping) else asked.rates(plan, draw)
    return store.encoded(records(plan, draw, rates, asked.simulate), sample(plan.scenario, plan.seed, draw), rates)


def records(plan: Plan, draw: int, rates: Mapping[str, float], simulate: Engine) -> pd.DataFrame:
    """Make up a draw's records under every schedule."""
    start = Start(plan.scenario, sample(plan.scenario, plan.seed, draw), rates, plan.seed, draw, plan.years)
    frames = {name: simulate(start, name).frame() for name in plan.schedules}
    return tidy(pd.concat(frames, names=["schedule"]).reset_index("schedule"), draw)


class MadeUp(Executor):
    """Hands on made-up draws in place of real ones."""

    def __init__(self, inner: Executor, asked: Study) -> None:
        """Hand on to another executor."""
        self.inner, self.asked = inner, asked

    def submit(self, _fn: Callable[P, T], /, *given: P.args, **_named: P.kwargs) -> Future[T]:
        """Hand on a made-up draw."""
        return cast("Future[T]", self.inner.submit(made_up, self.asked, given))


def conduct(asked: Study, folder: Path, executor: Executor, *, ahead: int = 1, tell: Progress = silent) -> int:
    """Conduct a made-up study."""
    return batch.conduct(_batch(asked, folder), MadeUp(executor, asked), ahead=ahead, tell=tell)


def conduct_slice(asked: Study, part: Slice, folder: Path, executor: Executor) -> None:
    """Conduct a slice of a made-up study."""
    batch.conduct_slice(_batch(asked, folder), part, MadeUp(executor, asked))


def _batch(asked: Study, folder: Path) -> batch.Batch:
    return batch.Batch(asked.plan, folder, cast("CentralFit", asked.central), known=asked.known)


def with_pause(seconds: float) -> Engine:
    """Make the quick engine slow."""
    return partial(slow, seconds=seconds)
