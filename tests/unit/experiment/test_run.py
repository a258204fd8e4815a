from __future__ import annotations

import pandas as pd
from fake_engine import MEASURES, TEAMS, Ledger, prepare, quick, study

from familyflow.experiment.draw import sample
from familyflow.experiment.run import COLUMNS, ORDER, Engine, run

RATES = {"arrivals.family": 1.5}
ENGINE = Engine(prepare, quick)


def test_a_draw_is_run_under_every_schedule() -> None:
    plan = study().plan
    records = run(plan, 3, RATES, ENGINE)
    assert set(records["schedule"]) == set(plan.schedules)
    assert len(records) == len(plan.schedules) * 25 * len(TEAMS) * len(MEASURES)


def test_records_are_tidy_typed_and_in_order() -> None:
    records = run(study().plan, 3, RATES, ENGINE)
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


def test_a_draw_is_prepared_once_and_every_schedule_starts_from_there() -> None:
    begun, lived = [], []

    def begin(*keys: object) -> tuple[object, ...]:
        begun.append(keys)
        return prepare(*keys)

    def live(start: tuple[object, ...], schedule: str) -> Ledger:
        lived.append((start, schedule))
        return quick(start, schedule)

    plan = study(seed=5).plan
    run(plan, 3, RATES, Engine(begin, live))
    assert begun == [(plan.scenario, sample(plan.scenario, 5, 3), RATES, 5, 3, 2)]
    assert lived == [(begun[0], schedule) for schedule in plan.schedules]
