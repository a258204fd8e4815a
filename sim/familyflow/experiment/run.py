"""One draw under every schedule: the same families and the same luck, compared month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.engine import COMPILED, measure, prepare
from familyflow.scenario.sampling import sample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.experiment.plan import Plan

COLUMNS: Final = ("draw", "schedule", "month", "team", "measure", "value")
ORDER: Final = ("schedule", "month", "team", "measure")


def run(plan: Plan, draw: int, rates: Mapping[str, float], engine: str = COMPILED) -> pd.DataFrame:
    """Simulate one draw under each of the plan's schedules with one of `ENGINES`: COLUMNS, in their ORDER.

    `rates` are the draw's fitted rates by name. The draw's number is also the replication, the key of luck.
    """
    values = sample(plan.scenario, plan.seed, draw)
    start = prepare(plan.scenario, values, rates, plan.seed, draw, plan.years)
    frames = {name: measure(start, name, engine).frame() for name in plan.schedules}
    return tidy(pd.concat(frames, names=["schedule"]).reset_index("schedule"), draw)


def tidy(records: pd.DataFrame, draw: int) -> pd.DataFrame:
    """Return records their draw, their types and their order."""
    typed = records.assign(draw=draw).astype(
        {"draw": "int32", "schedule": "str", "team": "str", "measure": "str", "value": "float64"}
    )
    return typed.sort_values(list(ORDER), ignore_index=True)[list(COLUMNS)]
