"""A made-up sweep of the fake town that a worker process can import."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar, Unpack, cast

import pandas as pd
import pytest
from fake_engine import Asked, Engine, Ledger, Start, Town, quick, rates_of, records, slow

from familyflow.calibrate.fit.moments import central
from familyflow.calibrate.fit.posterior import of_draw
from familyflow.economics import lines
from familyflow.experiment import sweep
from familyflow.experiment.design import Design, Input, fixed
from familyflow.experiment.plan import planned
from familyflow.ground.problem import Problem
from familyflow.ground.progress import Progress, silent
from familyflow.scenario.sampling import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from familyflow.experiment.sweep import Part
    from familyflow.scenario.model import Scenario

P = ParamSpec("P")
T = TypeVar("T")
EFFECT, VACANCY, PRICE = "effect.care_entry", "staff.vacancy_rate", "price.residential_week"
MEASURES = ("children_in_care_end", "net_saving_gbp")
GRID = (
    Input(EFFECT, 0.7, 0.9, (0.7, 0.9)),
    Input(PRICE, 4000, 8000, (4000, 6000, 8000)),
    Input(VACANCY, 0.1, 0.3, (0.1, 0.3)),
)


def town_design(
    inputs: tuple[Input, ...] = GRID, draws: int = 2, scenario: Scenario | None = None, **asked: Unpack[Asked]
) -> Design:
    """Plan a small grid of the town, or of another scenario."""
    plan = planned(scenario or Town(), draws=draws, **asked)
    return Design("what_if", plan, "grid", inputs, MEASURES)


def solve(scenario: Scenario) -> str:
    """Give a central fit that tells which scenario it is of."""
    return f"fit at {scenario.quantities[VACANCY].value:g}"


def rates(scenario: Scenario, seed: int, draw: int, central: str, seen: Path | None = None) -> dict[str, float]:
    """Give rates that depend on the draw and on the central fit."""
    if seen:
        (seen / f"{central} draw {draw}").touch(exist_ok=False)
    made = rates_of(planned(scenario, seed=seed), draw)
    return {**made, "hazard.cp.care.0_3m": float(central.rpartition(" ")[2])}


def witness(start: Start, schedule: str, seen: Path) -> Ledger:
    """Leave a trace of each life, and refuse to live it twice."""
    (seen / f"{start.drawn[EFFECT]} {start.drawn[VACANCY]} {start.replication} {schedule}").touch(exist_ok=False)
    return quick(start, schedule)


def measured(_scenario: object, monthly: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    """Give two measures: one that prices do not touch, and one that is a price times that."""
    last = monthly[(monthly["measure"] == "children_in_care") & (monthly["month"] == monthly["month"].max())]
    care: pd.DataFrame = last.groupby(["schedule", "draw"], sort=False)["value"].sum().rename("value").reset_index()
    paid = care.merge(samples[["draw", PRICE]], on="draw")
    money: pd.DataFrame = paid.assign(value=paid["value"] * paid[PRICE], measure="net_saving_gbp")[
        [*care.columns, "measure"]
    ]
    return pd.concat([care.assign(measure="children_in_care_end"), money], ignore_index=True)


@dataclass(frozen=True)
class Method:
    """How the town is swept: what stands in for fit, rates and lives."""

    rates: Callable[..., dict[str, float]] = rates
    simulate: Engine = quick


def method(seconds: float = 0, seen: Path | None = None, simulate: Engine | None = None) -> Method:
    """Give how the town is swept; the vacancy rate is read by the fit."""
    engine = simulate or (partial(witness, seen=seen / "lives") if seen else partial(slow, seconds=seconds))
    return Method(partial(rates, seen=seen / "fits") if seen else rates, engine)


def work(by: Method, design: Design, part: Part, fitted: Mapping[int, Mapping[str, float]]) -> bytes:
    """Do one part with made-up lives."""
    plan = replace(design.plan, scenario=fixed(design.plan.scenario, part.fixed))
    try:
        monthly = pd.concat([records(plan, draw, fitted[draw], by.simulate) for draw in part.draws])
    except Problem as problem:
        where = ", ".join(f"{key} = {value:g}" for key, value in part.fixed.items())
        raise Problem(f"{design.name}: at {where}: {problem}") from None
    samples = pd.DataFrame([{"draw": draw, **sample(plan.scenario, plan.seed, draw)} for draw in part.draws])
    frames = [measured(None, monthly, samples.assign(**prices)).assign(point=n) for n, prices in part.points.items()]
    return sweep.encoded(pd.concat(frames, ignore_index=True))


class MadeUp(Executor):
    """Hands on what stands in for a fit, a draw's rates and a part, in place of the real ones."""

    def __init__(self, inner: Executor, by: Method) -> None:
        """Hand on to another executor."""
        self.inner = inner
        self.instead: dict[Callable[..., object], Callable[..., object]] = {
            central: solve,
            of_draw: by.rates,
            sweep.work: partial(work, by),
        }

    def submit(self, fn: Callable[P, T], /, *given: P.args, **_named: P.kwargs) -> Future[T]:
        """Hand on what stands in for a task."""
        return cast("Future[T]", self.inner.submit(self.instead[fn], *given))


def conduct(
    design: Design, by: Method, folder: Path, executor: Executor, *, ahead: int = 1, tell: Progress = silent
) -> None:
    """Sweep the town, of which fit and prices read one input each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "reads", lambda _scenario: {VACANCY})
        patch.setattr(lines, "reads", lambda _lines: {PRICE})
        patch.setattr(sweep, "make_engine_ready", lambda _scenario, _tell: None)
        sweep.conduct(design, folder, MadeUp(executor, by), ahead=ahead, tell=tell)
