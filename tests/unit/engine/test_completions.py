from __future__ import annotations

import numpy as np

from familyflow.engine.completions import Completions, first_in_a_year
from familyflow.engine.records import Event, pack
from familyflow.pathway.adult_work import PROGRAMMES

EDGES = np.array([0.0, 30.0, 60.0, 800.0])
PLACES = {programme.name: place for place, programme in enumerate(PROGRAMMES)}


def completed(*rows: tuple[float, int, str], team: int = 0) -> np.ndarray:
    """Return records of programmes that families complete, as (day, family, programme)."""
    return pack([(day, Event.COMPLETED, family, -1, team, PLACES[name], 1, 1.0) for day, family, name in rows])


def counted(*chunks: np.ndarray) -> list[float]:
    """Return the parents counted by row, over all teams."""
    completions = Completions.of(PROGRAMMES)
    assert [len(each) for each in completions.noting(iter(chunks))] == [len(each) for each in chunks]
    return [float(row) for row in completions.by_month(EDGES, 2).sum(axis=1)]


def test_a_parent_who_completes_two_programmes_in_a_year_counts_once() -> None:
    assert counted(completed((10, 1, "drug_work"), (40, 1, "mental_health_work"), (50, 2, "drug_work"))) == [0, 1, 1, 0]


def test_a_parent_counts_again_after_a_year_without_one() -> None:
    assert counted(completed((10, 1, "drug_work")), completed((300, 1, "drug_work"), (700, 1, "drug_work"))) == [
        0,
        1,
        0,
        1,
    ]


def test_a_perpetrator_and_the_other_parent_are_two() -> None:
    assert counted(completed((10, 1, "perpetrator_work"), (10, 1, "victim_support"))) == [0, 2, 0, 0]


def test_what_works_on_no_harm_is_no_treatment_and_other_records_are_not_counted() -> None:
    started = completed((10, 1, "drug_work"))
    started["event"] = Event.STARTED
    assert counted(completed((10, 1, "parenting")), started) == [0, 0, 0, 0]


def test_without_records_nobody_is_counted() -> None:
    assert counted() == [0, 0, 0, 0]


def test_the_first_of_a_year_is_found_whatever_the_order() -> None:
    parents, times = np.array([7, 3, 7, 3]), np.array([50.0, 10.0, 20.0, 600.0])
    assert first_in_a_year(parents, times).tolist() == [False, True, True, True]
