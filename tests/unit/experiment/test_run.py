from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from fake_engine import MEASURES, TEAMS, Ledger, Start, quick, study

from familyflow.experiment import run as running
from familyflow.experiment.run import COLUMNS, ORDER, run
from familyflow.scenario.sampling import sample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.scenario.model import Scenario

RATES = {"arrivals.family": 1.5}


@pytest.fixture
def lived(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """List what the engine is asked to prepare, then what it simulates."""
    calls: list[tuple[object, ...]] = []

    def prepare(*keys: *tuple[Scenario, Mapping[str, float], Mapping[str, float], int, int, int]) -> Start:
        calls.append(keys)
        return Start(*keys)

    def measure(start: Start, schedule: str, engine: str) -> Ledger:
        calls.append((start, schedule, engine))
        return quick(start, schedule)

    monkeypatch.setattr(running, "prepare", prepare)
    monkeypatch.setattr(running, "measure", measure)
    return calls


@pytest.mark.usefixtures("lived")
def test_a_draw_is_run_under_every_schedule() -> None:
    plan = study().plan
    records = run(plan, 3, RATES)
    assert set(records["schedule"]) == set(plan.schedules)
    assert len(records) == len(plan.schedules) * 25 * len(TEAMS) * len(MEASURES)


@pytest.mark.usefixtures("lived")
def test_records_are_tidy_typed_and_in_order() -> None:
    records = run(study().plan, 3, RATES)
    assert tuple(records.columns) == COLUMNS
    assert records.dtypes.astype(str).to_dict() == {
        "draw": "int32",
        "schedule": "str",
        "month": "object",
        "team": "str",
        "measure": "str",
        "value": "float64",
    }
    assert records["draw"].unique().tolist() == [3]
    pd.testing.assert_frame_equal(records, records.sort_values(list(ORDER), ignore_index=True))


def test_a_draw_is_prepared_once_and_every_schedule_starts_from_there(lived: list[tuple[object, ...]]) -> None:
    plan = study(seed=5).plan
    run(plan, 3, RATES, "simpy")
    begun = (plan.scenario, sample(plan.scenario, 5, 3), RATES, 5, 3, 2)
    assert lived == [begun, *((begun, schedule, "simpy") for schedule in plan.schedules)]
