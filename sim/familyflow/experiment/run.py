"""One draw under every schedule: the same families and the same luck, compared month by month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

import pandas as pd

from familyflow.experiment.draw import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from familyflow.experiment.plan import Plan
    from familyflow.scenario import Scenario

Begun = TypeVar("Begun")
"""Whatever an engine prepares for a draw."""
COLUMNS: Final = ("draw", "schedule", "month", "team", "measure", "value")
ORDER: Final = ("schedule", "month", "team", "measure")


class Records(Protocol):
    """What an engine hands back, as far as an experiment reads it."""

    def frame(self) -> pd.DataFrame:
        """Give month (date), team, measure and value, one row each."""


@dataclass(frozen=True, slots=True)
class Engine(Generic[Begun]):
    """An engine as two functions, which a new process can import by their names.

    `prepare` builds what all schedules of a draw share from (scenario, values, rates, seed, replication, years);
    `simulate` lives that under one schedule.
    """

    prepare: Callable[[Scenario, Mapping[str, float], Mapping[str, float], int, int, int], Begun]
    simulate: Callable[[Begun, str], Records]


def run(plan: Plan, draw: int, rates: Mapping[str, float], engine: Engine[Begun]) -> pd.DataFrame:
    """Simulate one draw under each of the plan's schedules: COLUMNS, in their ORDER.

    `rates` are the draw's fitted rates by name. The draw's number is also the replication, the key of luck.
    """
    values = sample(plan.scenario, plan.seed, draw)
    start = engine.prepare(plan.scenario, values, rates, plan.seed, draw, plan.years)
    frames = {name: engine.simulate(start, name).frame() for name in plan.schedules}
    return _tidy(pd.concat(frames, names=["schedule"]).reset_index("schedule"), draw)


def _tidy(records: pd.DataFrame, draw: int) -> pd.DataFrame:
    """Give records their draw, their types and their order."""
    typed = records.assign(draw=draw).astype(
        {"draw": "int32", "schedule": "str", "team": "str", "measure": "str", "value": "float64"}
    )
    return typed.sort_values(list(ORDER), ignore_index=True)[list(COLUMNS)]
