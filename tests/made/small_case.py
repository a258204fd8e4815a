"""A small investment case with made-up activity and the shipped prices, and a workbook of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from familyflow import scenario as scenarios
from familyflow.economics import case as cases
from familyflow.economics import prices
from familyflow.economics.case import Activity
from familyflow.ground import paths
from familyflow.report.xlsx import Contents, Model, build_model
from familyflow.report.xlsx.text_sheets import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.economics.case import Assumptions

MONTHS = [date(2020, 6, 30), date(2021, 3, 31), date(2022, 3, 31), date(2023, 2, 28)]
SCHEDULES = ("no_change", "early", "late")
TITLES = {"no_change": "No change", "early": "Everything at once", "late": '=cmd|"/c calc"!A1'}


def assumptions() -> Assumptions:
    """Return the shipped prices over three financial years, with a grant of the case beside that of the schedules."""
    scenario = scenarios.load("swindon")
    deflator = prices.read_deflator(paths.shipped("calibration", "gdp_deflator.csv"))
    made = cases.assumptions(scenario.quantities, deflator, "2024/25", MONTHS, scenario.payers())
    return made.changed("case.grant_year", 150_000.0).changed("case.grant_years", 1.5)


def activity(a: Assumptions, draws: int = 5) -> Activity:
    """Return random amounts: each schedule saves or costs some of every line, more in later years, and brings money."""
    luck = np.random.Generator(np.random.Philox(7))
    years, lines = len(a.years), len(a.lines)
    before = luck.uniform(500, 5000, (draws, 1, years, lines))
    share = luck.uniform(-0.1, 0.4, (draws, 2, years, lines)) * np.arange(1, years + 1)[None, None, :, None] / years
    programme = np.array([line.kind == "programme" for line in a.lines])
    share[..., programme] = -np.abs(share[..., programme])
    amounts = np.concatenate([before, before * (1 - share)], axis=1)
    income = np.array([line.kind == "income" for line in a.lines])
    amounts[..., income] = 0.0
    amounts[:, 1, :, income], amounts[:, 2, 1:, income] = 1 / 3, 1 / 2
    firsts = [MONTHS[0].replace(month=7, day=1), *(date(year, 4, 1) for year in (2021, 2022))]
    return Activity(
        draws=np.arange(draws, dtype=np.int64),
        schedules=SCHEDULES,
        years=a.years,
        spans=tuple(zip(firsts, MONTHS[1:], strict=True)),
        lines=tuple(line.name for line in a.lines),
        amounts=amounts,
        relative=luck.lognormal(0, 0.1, (draws, years, lines)),
        reference=before[:, 0] * luck.uniform(0.8, 1.1, (draws, years, lines)),
        live=np.array([3, 0, 1]),
        care_days=amounts[..., :6].sum(axis=-1),
        ending=amounts[:, :, -1] / 365,
        leaving=np.full(draws, 0.35),
    )


def case() -> Model:
    """Return the case."""
    a = assumptions()
    return build_model(a, activity(a), TITLES)


def edited(original: Model, edits: Mapping[str, float]) -> Model:
    """Return the case with some inputs edited."""
    a = original.a
    for name, value in edits.items():
        a = a.changed(name, value)
    return original.with_(a)


def contents(now: Model, as_run: Model) -> Contents:
    """Return what a workbook of the case shows."""
    scenario = scenarios.load("swindon")
    return Contents(
        model=now,
        as_run=as_run.a,
        origin=Origin("=1+1 Swindon", ["@sum of all: no"], ["+made by hand"]),
        quantities=scenario.quantities,
        sources=scenario.sources,
        claims=pd.DataFrame(
            [
                {
                    "claim": "-fewer children",
                    "by": "2023-03-31",
                    "against": "no_change",
                    "promised": -0.1,
                    "schedule": "early",
                    "mean": -0.05,
                    "p5": -0.2,
                    "p95": 0.1,
                    "probability_met": 0.3,
                    "verdict": "uncertain",
                    "multiple": 2.0,
                }
            ]
        ),
        identity={"familyflow scenario": "swindon"},
    )
