"""A stand-in for familyflow.api with the fake engine: the real batch and folder, no model and no report."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from fake_engine import Town, conduct, study, with_pause
from fake_sweep import conduct as conduct_sweep
from fake_sweep import method, town_design

from familyflow.experiment.processes import local
from familyflow.ground.problem import Problem
from familyflow.results.json import NEEDED, RESULTS

if TYPE_CHECKING:
    from datetime import date

    from familyflow.experiment.design import Design
    from familyflow.experiment.plan import Plan
    from familyflow.ground.progress import Progress
    from familyflow.report.publication import Publication

FIRST, EVERY = "first", "every"
PAUSE = "FAKE_ENGINE_SECONDS"


@dataclass(frozen=True)
class Results:
    folder: Path
    asked: dict[str, object]

    @property
    def saved(self) -> bool:
        return (self.folder / RESULTS).exists()

    def save(self, tell: Progress, wanted: Publication | None = None) -> None:
        tell("drawing the figures", 0, 0)
        (self.folder / "wanted.txt").write_text(str(wanted), encoding="utf-8")
        document: dict[str, object] = dict.fromkeys(NEEDED, "town") | {
            "schedules": {"no_change": {}, "as_published": {}}
        }
        (self.folder / RESULTS).write_text(json.dumps(document), encoding="utf-8")

    def json(self) -> str:
        return json.dumps({"scenario": "town", **self.asked}) + "\n"

    def show(self) -> None:
        print("a table for each schedule")  # noqa: T201 - as the report does


def run(
    plan: Plan,
    *,
    workers: int | None,
    tell: Progress,
    out: Path | None = None,
    engine: str = "compiled",
    dask: str | None = None,  # noqa: ARG001 - as the real one has it
    extent: str | None = None,
) -> Results:
    folder = out or Path("outputs", plan.scenario.name, "run")
    made_up = with_pause(float(os.environ.get(PAUSE, "0")))
    asked = study(
        made_up,
        scenario=plan.scenario,
        draws=plan.draws,
        seed=plan.seed,
        years=plan.years,
        schedules=plan.schedules,
    )
    with local(workers or 1) as executor:
        conduct(asked, folder, executor, ahead=workers or 1, tell=tell)
    return Results(
        folder, {"draws": plan.draws, "seed": plan.seed, "workers": workers, "engine": engine, "extent": extent}
    )


def finished(folder: Path, name_or_path: str | None) -> Published:
    if not (folder / RESULTS).exists():
        message = f"{folder}: holds no finished run"
        raise Problem(message)
    return Published(folder, name_or_path)


@dataclass(frozen=True)
class Published:
    folder: Path
    scenario: str | None

    def publish(self, tell: Progress, wanted: Publication) -> None:
        tell("writing the page and the paper", 0, 0)
        (self.folder / "published.txt").write_text(f"{self.scenario} {wanted}", encoding="utf-8")


@dataclass(frozen=True)
class Comparison:
    names: list[str]
    schedules: tuple[str, ...]

    def save(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text("<!doctype html>\n", encoding="utf-8")

    def json(self) -> str:
        return json.dumps({"rows": self.names, "schedules": self.schedules}) + "\n"

    def show(self) -> None:
        print(f"one table of {', '.join(self.names)}")  # noqa: T201 - as the report does


def compare(runs: list[Results | Path], schedules: tuple[str, ...]) -> Comparison:
    return Comparison([str(run if isinstance(run, Path) else run.folder) for run in runs], schedules)


def load(name_or_path: str, reading: str = "central", settings: tuple[str, ...] = ()) -> Town:
    """Stand in for the scenario's loader."""
    if name_or_path == "broken":
        message = "a defect\nof two lines"
        raise ZeroDivisionError(message)
    if name_or_path == "large":
        raise MemoryError
    if name_or_path not in {"town", "town.toml", "city"}:
        raise Problem(f"'{name_or_path}': there is no such scenario")
    name, digest = ("city", "d2") if name_or_path == "city" else ("town", "d1")
    return Town(name=name, digest=f"{digest} {reading} {settings}", reading=reading, settings=tuple(settings))


@dataclass(frozen=True)
class Sweep:
    folder: Path
    workers: int | None

    def save(self) -> None:
        (self.folder / "sensitivity.csv").touch()

    def json(self) -> str:
        return json.dumps({"table": [], "workers": self.workers}) + "\n"

    def show(self) -> None:
        print("what explains what")  # noqa: T201 - as the report does


def load_design(path: Path, reading: str, settings: tuple[str, ...]) -> Design:  # noqa: ARG001 - as the real one has it
    """Stand in for the design's reader: the town's small grid, whatever the file holds."""
    if not path.is_file():
        raise Problem(f"{path}: there is no such file")
    return town_design()


def sweep(asked: Design, *, workers: int | None, out: Path | None, tell: Progress) -> Sweep:
    folder = out or Path("outputs", "sweeps", asked.name)
    seconds = float(os.environ.get(PAUSE, "0"))
    with local(workers or 1) as executor:
        conduct_sweep(asked, method(seconds), folder, executor, ahead=workers or 1, tell=tell)
    return Sweep(folder, workers)


@dataclass(frozen=True)
class Required:
    asked: tuple[str, float, str]

    @property
    def table(self) -> pd.DataFrame:
        return pd.DataFrame([self.asked], columns=["schedule", "saving", "by"])

    def show(self) -> None:
        print("what would have to be true")  # noqa: T201 - as the report does


def require(plan: Plan, saving: float, by: date, *, workers: int | None, tell: Progress) -> Required:  # noqa: ARG001 - as the real one has it
    return Required((plan.schedules[-1], saving, by.isoformat()))
