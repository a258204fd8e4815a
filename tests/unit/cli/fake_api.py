"""A stand-in for familyflow.api with the fake engine: the real batch and folder, no model and no report."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fake_engine import Town, study, with_pause

from familyflow.experiment.batch import conduct
from familyflow.experiment.processes import local
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from familyflow.experiment.plan import Plan

PAUSE = "FAKE_ENGINE_SECONDS"


@dataclass(frozen=True)
class Results:
    folder: Path
    asked: dict[str, object]

    def save(self, tell: object) -> None:
        tell("drawing the figures", 0, 0)

    def json(self) -> str:
        return json.dumps({"scenario": "town", **self.asked}) + "\n"

    def show(self) -> None:
        print("a table for each schedule")  # noqa: T201 - as the report does


def run(plan: Plan, *, workers: int | None, out: Path | None, tell: object) -> Results:
    folder = out or Path("outputs/town/run")
    engine = with_pause(float(os.environ.get(PAUSE, "0")))
    asked = study(engine, draws=plan.draws, seed=plan.seed, years=plan.years, schedules=plan.schedules)
    with local(workers or 1) as executor:
        conduct(asked, folder, executor, ahead=workers or 1, tell=tell)
    return Results(folder, {"draws": plan.draws, "seed": plan.seed, "workers": workers})


def load(name_or_path: str) -> Town:
    """Stand in for the scenario's loader."""
    if name_or_path == "broken":
        message = "a defect\nof two lines"
        raise ZeroDivisionError(message)
    if name_or_path == "large":
        raise MemoryError
    if name_or_path != "town":
        raise Problem(f"'{name_or_path}': there is no such scenario")
    return Town()
