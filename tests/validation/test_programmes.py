"""What was published of five councils after their programmes began, beside what the model had expected.

docs/programmes/history.csv is made by docs/programmes.py of a run of each shipped scenario from its own day 0. A count
inside a range is no test of an effect: it may have come about with the programme or without it. How many lie inside is
a test of the ranges, which are meant to hold nine in ten: they hold 30 of 47.
"""

from __future__ import annotations

import pandas as pd
import pytest
from scripts import DOCS, script

from familyflow.scenario import load

COUNCILS: tuple[str, ...] = script("programmes").NAMES
SCHEDULES = ("no_change", "as_published")
INSIDE = {
    "swindon": (6, 10),
    "somerset": (8, 8),
    "durham": (7, 10),
    "thurrock": (8, 9),
    "bradford": (1, 10),
}
"""Counts inside the 90% range of no change, of those published after day 0: the first may rise and not fall."""


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(DOCS / "programmes" / "history.csv", parse_dates=["date"])


def of(table: pd.DataFrame, council: str, schedule: str = "no_change") -> pd.DataFrame:
    return table[(table["scenario"] == council) & (table["schedule"] == schedule)]


def later(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows whose date the run reaches after day 0, on which every draw is the same."""
    return rows[rows["p5"] < rows["p95"]]


def inside(rows: pd.DataFrame) -> int:
    return int(rows["published"].between(rows["p5"], rows["p95"]).sum())


@pytest.mark.parametrize("council", COUNCILS)
def test_every_published_count_of_a_scenario_is_in_the_table_under_no_change_and_the_plan(
    table: pd.DataFrame, council: str
) -> None:
    published = {
        (each.measure, pd.Timestamp(each.date), each.value)
        for each in load(council).history
        if each.measure in script("programmes").HISTORY
    }
    assert len(published) >= 20
    for schedule in SCHEDULES:
        rows = of(table, council, schedule)
        assert set(zip(rows["measure"], rows["date"], rows["published"], strict=True)) == published
        assert len(rows) == len(published)


@pytest.mark.parametrize("council", COUNCILS)
def test_a_count_has_a_range_where_the_run_reaches_its_date_and_none_elsewhere(
    table: pd.DataFrame, council: str
) -> None:
    scenario = load(council)
    begin = pd.Timestamp(scenario.start)
    within = table["date"].between(begin, begin + pd.DateOffset(years=scenario.years))
    mine = table["scenario"] == council
    assert table.loc[mine & within, ["mean", "p5", "p95"]].notna().all(axis=None)
    assert table.loc[mine & ~within, ["mean", "p5", "p95"]].isna().all(axis=None)


@pytest.mark.parametrize("council", COUNCILS)
def test_the_run_begins_with_the_published_counts_of_its_day_0(table: pd.DataFrame, council: str) -> None:
    for schedule in SCHEDULES:
        rows = of(table, council, schedule)
        first = rows[rows["date"] == pd.Timestamp(load(council).start)]
        assert first["published"].tolist() == pytest.approx(first["mean"].tolist(), rel=0.01)


@pytest.mark.parametrize("council", COUNCILS)
def test_no_fewer_published_counts_lie_in_the_ranges_than_did(table: pd.DataFrame, council: str) -> None:
    rows = later(of(table, council))
    least, published = INSIDE[council]
    assert len(rows) == published
    assert inside(rows) >= least


def test_the_ranges_of_all_councils_together_hold_no_fewer_counts_than_they_did(table: pd.DataFrame) -> None:
    held = {schedule: inside(later(table[table["schedule"] == schedule])) for schedule in SCHEDULES}
    assert len(later(table)) == 2 * 47
    assert held["no_change"] >= 30
    assert held["as_published"] >= 29


@pytest.mark.parametrize("council", COUNCILS)
def test_what_is_further_off_has_a_wider_range(table: pd.DataFrame, council: str) -> None:
    for _, rows in later(of(table, council)).groupby("measure"):
        width = ((rows["p95"] - rows["p5"]) / rows["mean"]).to_numpy()
        assert width[-1] > width[0]
