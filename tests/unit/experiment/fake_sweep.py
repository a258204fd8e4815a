"""A made-up sweep of the fake town that a worker process can import."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
from fake_engine import Town, prepare, quick, rates_of, slow

from familyflow.experiment.design import Design, Input
from familyflow.experiment.plan import planned
from familyflow.experiment.run import Engine
from familyflow.experiment.sweep import Method

if TYPE_CHECKING:
    from pathlib import Path

EFFECT, VACANCY, PRICE = "effect.care_entry", "staff.vacancy_rate", "price.residential_week"
MEASURES = ("children_in_care_end", "net_saving_gbp")
GRID = (
    Input(EFFECT, 0.7, 0.9, (0.7, 0.9)),
    Input(PRICE, 4000, 8000, (4000, 6000, 8000)),
    Input(VACANCY, 0.1, 0.3, (0.1, 0.3)),
)


def town_design(inputs: tuple[Input, ...] = GRID, draws: int = 2, **asked: object) -> Design:
    """Plan a small grid of the town."""
    plan = planned(asked.pop("scenario", Town()), draws=draws, **asked)
    return Design("what_if", plan, "grid", inputs, MEASURES)


def solve(scenario: Town) -> str:
    """Give a central fit that tells which scenario it is of."""
    return f"fit at {scenario.quantities[VACANCY].value:g}"


def rates(plan: object, draw: int, central: str, seen: Path | None = None) -> dict[str, float]:
    """Give rates that depend on the draw and on the central fit."""
    if seen:
        (seen / f"{central} draw {draw}").touch(exist_ok=False)
    return {**rates_of(plan, draw), "hazard.cp.care.0_3m": float(central.rpartition(" ")[2])}


def witness(start: tuple[object, ...], schedule: str, seen: Path) -> object:
    """Leave a trace of each life, and refuse to live it twice."""
    (seen / f"{start[1][EFFECT]} {start[1][VACANCY]} {start[4]} {schedule}").touch(exist_ok=False)
    return quick(start, schedule)


def measured(_scenario: object, monthly: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    """Give two measures: one that prices do not touch, and one that is a price times that."""
    last = monthly[(monthly["measure"] == "children_in_care") & (monthly["month"] == monthly["month"].max())]
    care = last.groupby(["schedule", "draw"], sort=False)["value"].sum().rename("value").reset_index()
    paid = care.merge(samples[["draw", PRICE]], on="draw")
    money = paid.assign(value=paid["value"] * paid[PRICE], measure="net_saving_gbp")[[*care.columns, "measure"]]
    return pd.concat([care.assign(measure="children_in_care_end"), money], ignore_index=True)


def method(seconds: float = 0, seen: Path | None = None, simulate: object = None) -> Method:
    """Give how the town is swept; the vacancy rate is read by the fit."""
    engine = simulate or (partial(witness, seen=seen / "lives") if seen else partial(slow, seconds=seconds))
    fitting = partial(rates, seen=seen / "fits") if seen else rates
    return Method(solve, fitting, Engine(prepare, engine), measured, {VACANCY}, {PRICE}, lambda: None)
