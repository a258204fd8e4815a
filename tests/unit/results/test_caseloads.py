from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from by_hand import MONTHS, START, frame, quantity, scenario, series

from familyflow.ground.calendar import month_ends
from familyflow.ground.problem import Problem
from familyflow.results import caseloads, monthly
from familyflow.scenario.model import Team

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from frames import Row

    from familyflow.scenario.model import Scenario

LONG = month_ends(START, 1)[:9]
"""Day 0 is 31 January 2020; the second and third quarters are complete, the first has two months."""
SPLIT = date(2020, 4, 30)


def council(
    stages: tuple[str, ...] = ("cin", "cp"), quantities: Mapping[str, float] = MappingProxyType({})
) -> Scenario:
    """Give two social-work teams a and b and a key-worker team e; the programme works in some stages."""
    given = scenario(START, 1)
    teams = {
        "b": Team("b", "Bridge", ("north",), ("assessment",)),
        "a": Team("a", "Ash", ("north",), ("section47", "cin", "cp", "care")),
        "e": Team("e", "Early", ("north",), ("early_help",)),
    }
    numbers = {"staff.target_caseload": 18.0, **quantities}
    return replace(
        given,
        teams=MappingProxyType(teams),
        programme=replace(given.programme, stages=stages),
        quantities=MappingProxyType({name: quantity(value, "children") for name, value in numbers.items()}),
    )


def held(children: Mapping[str, Sequence[float]], schedule: str = "no_change", draw: int = 0) -> list[list[Row]]:
    """Give teams one social worker each, and so many open children month by month."""
    rows = []
    for team, values in children.items():
        rows.append(series(schedule, "children_open", values, draw, team, LONG))
        rows.append(series(schedule, "social_workers_in_post", [1.0] * len(values), draw, team, LONG))
    return rows


def table(records: pd.DataFrame, given: Scenario | None = None) -> pd.DataFrame:
    return caseloads.table(records, given or council())


def row(found: pd.DataFrame, team: str, schedule: str = "no_change") -> pd.Series:
    """Give the one row of a team."""
    chosen = found[(found["team"] == team) & (found["schedule"] == schedule)]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_months_are_tidy_by_team_with_the_worker_who_holds_the_cases() -> None:
    records = frame(
        series("no_change", "children_open", [30, 40, 50, 60]),
        series("no_change", "social_workers_in_post", [2, 2, 2, 3]),
        series("no_change", "children_in_early_help", [0, 90, 100, 0], team="e"),
        series("no_change", "key_workers_in_post", [0, 9, 10, 0], team="e"),
    )
    found = caseloads.by_month(records)
    assert list(found.columns) == ["schedule", "draw", "month", "team", "worker", "children", "workers", "caseload"]
    social = found[found["worker"] == "social_worker"]
    assert list(social["caseload"]) == [15, 20, 25, 20]
    early = found[found["team"] == "e"]
    assert list(zip(early["month"].dt.date, early["worker"], early["caseload"], strict=True)) == [
        (MONTHS[1], "family_key_worker", 10),
        (MONTHS[2], "family_key_worker", 10),
    ]


def test_the_mean_is_over_the_months_that_a_team_has_without_day_0() -> None:
    records = frame(*held({"a": [99, 10, 20, 10, 20, 10, 20, 10, 20], "b": [0, 0, 0, 0, 0, 0, 0, 30, 50]}), months=LONG)
    records.loc[(records["team"] == "b") & (records["month"] < LONG[7]), "value"] = 0
    found = table(records)
    assert row(found, "a")["mean"] == 15
    assert row(found, "b")["mean"] == 40


def test_the_worst_quarter_is_the_complete_one_whose_mean_over_draws_is_highest() -> None:
    rows = [
        *held({"a": [0, 90, 90, 10, 20, 30, 6, 6, 6]}),
        *held({"a": [0, 90, 90, 0, 0, 0, 20, 20, 20]}, draw=1),
    ]
    found = row(table(frame(*rows, months=LONG)), "a")
    assert found["worst_quarter"] == "Jul to Sep 2020"
    assert found["worst_quarter_mean"] == 13
    assert (found["worst_quarter_p5"], found["worst_quarter_p95"]) == pytest.approx((6.7, 19.3))
    assert found["draws"] == 2


def test_a_run_without_a_complete_quarter_has_no_worst_one() -> None:
    records = frame(series("no_change", "children_open", [5] * 4), series("no_change", "cp_starts", [1] * 4))
    found = row(table(records), "a")
    assert found["worst_quarter"] == ""
    assert np.isnan(found["worst_quarter_mean"])


@pytest.mark.parametrize(("target", "probability"), [(14.9, 1.0), (15.0, 0.5), (20.0, 0.0)])
def test_the_probability_is_the_share_of_draws_whose_mean_caseload_is_over_the_promise(
    target: float, probability: float
) -> None:
    rows = [*held({"a": [0, *[15] * 8]}), *held({"a": [0, *[20] * 8]}, draw=1)]
    found = row(table(frame(*rows, months=LONG), council(quantities={"staff.target_caseload": target})), "a")
    assert (found["promise"], found["probability_over_promise"]) == (target, probability)


def early(children: float) -> list[list[Row]]:
    return [
        series("no_change", "children_in_early_help", [children] * 4, team="e"),
        series("no_change", "key_workers_in_post", [1] * 4, team="e"),
    ]


def test_the_programmes_promise_holds_where_it_works_and_the_target_for_other_social_work_teams() -> None:
    every = {"children_open": 20, "social_workers_in_post": 1}
    rows = [series("no_change", name, [value] * 4, team=team) for name, value in every.items() for team in "ab"]
    records = frame(*early(16), *rows)
    given = council(("cin", "early_help"), {"programme.promised_caseload": 15.0})
    found = table(records, given).set_index("team")
    assert found["promise"].to_dict() == {"b": 18, "a": 15, "e": 15}
    assert found["probability_over_promise"].to_dict() == {"b": 1, "a": 1, "e": 1}


def test_key_workers_who_were_promised_nothing_are_not_held_to_social_workers_target() -> None:
    found = row(table(frame(*early(16))), "e")
    assert found["mean"] == 16
    assert np.isnan(found["promise"])
    assert np.isnan(found["probability_over_promise"])


def test_workload_is_hours_of_every_kind_over_usable_hours() -> None:
    rows = [
        *held({"a": [0, *[10] * 8]}),
        series("no_change", "workload_hours_cin", [0, 0, 0, 30, 30, 30, 90, 90, 90], months=LONG),
        series("no_change", "workload_hours_cp", [0, 0, 0, 20, 20, 20, 0, 0, 0], months=LONG),
        series("no_change", "usable_hours", [0, *[100] * 8], months=LONG),
    ]
    found = row(table(frame(*rows, months=LONG)), "a")
    assert found["workload_share"] == 420 / 800
    assert found["workload_share_worst_quarter"] == 0.9


def test_changes_of_worker_are_per_year_that_a_child_is_held() -> None:
    rows = [
        *held({"a": [0, *[365.25] * 8]}),
        series("no_change", "worker_changes", [0, 0, 0, 0, 0, 0, 0, 0, 274], months=LONG),
    ]
    days = (LONG[-1] - LONG[0]).days
    assert row(table(frame(*rows, months=LONG)), "a")["worker_changes_per_child_year"] == pytest.approx(274 / days)


def test_what_is_not_recorded_is_a_gap_and_not_nought() -> None:
    found = row(table(frame(*held({"a": [0, *[10] * 8]}), months=LONG)), "a")
    assert np.isnan(found["workload_share"])
    assert found["worker_changes_per_child_year"] == 0


def test_rows_are_by_schedule_with_no_change_first_and_then_as_the_scenario_has_its_teams() -> None:
    rows = [*held({"a": [1] * 9, "b": [1] * 9}, "slow"), *held({"a": [1] * 9, "b": [1] * 9})]
    found = table(frame(*rows, months=LONG))
    assert tuple(found.columns) == caseloads.CASELOADS
    keys = list(zip(found["schedule"], found["team"], found["title"], strict=True))
    assert keys == [
        ("no_change", "b", "Bridge"),
        ("no_change", "a", "Ash"),
        ("slow", "b", "Bridge"),
        ("slow", "a", "Ash"),
    ]


def test_the_most_loaded_team_is_named_for_each_schedule_and_kind_of_worker() -> None:
    rows = [*held({"a": [20] * 9, "b": [30] * 9}), *held({"a": [25] * 9, "b": [15] * 9}, "slow")]
    rows += [
        series("no_change", "children_in_early_help", [50] * 9, team="e", months=LONG),
        series("no_change", "key_workers_in_post", [1] * 9, team="e", months=LONG),
    ]
    found = caseloads.most_loaded(table(frame(*rows, months=LONG)))
    assert list(zip(found["schedule"], found["team"], strict=True)) == [
        ("no_change", "b"),
        ("no_change", "e"),
        ("slow", "a"),
    ]


def levelled(*rows: list[Row], tolerance: float = 0.15) -> pd.Series:
    records = frame(*rows, months=LONG)
    return caseloads.levelled(caseloads.by_month(records), ["a", "b"], SPLIT, tolerance)


def test_months_are_counted_from_the_date_until_the_teams_stay_together() -> None:
    rows = held({"a": [30, 30, 30, 30, 30, 23, 30, 22, 20], "b": [10, 10, 10, 10, 10, 17, 10, 18, 20]})
    assert levelled(*rows)["no_change", 0] == 4


def test_teams_that_are_level_at_once_take_one_month() -> None:
    assert (
        levelled(*held({"a": [9, 9, 9, 9, 20, 20, 20, 20, 20], "b": [1, 1, 1, 1, 20, 20, 20, 20, 20]}))["no_change", 0]
        == 1
    )


def test_teams_that_are_not_level_at_the_end_never_were() -> None:
    rows = held({"a": [20, 20, 20, 20, 20, 20, 20, 20, 30], "b": [20, 20, 20, 20, 20, 20, 20, 20, 20]})
    assert np.isnan(levelled(*rows)["no_change", 0])


def test_a_tolerance_is_a_share_of_the_mean_of_the_teams() -> None:
    rows = held({"a": [22] * 9, "b": [18] * 9})
    assert levelled(*rows, tolerance=0.1)["no_change", 0] == 1
    assert np.isnan(levelled(*rows, tolerance=0.09)["no_change", 0])


def test_a_team_that_opens_later_is_not_level_before() -> None:
    rows = held({"a": [20] * 9, "b": [20] * 9})
    records = frame(*rows, months=LONG)
    records.loc[(records["team"] == "b") & (records["month"] < LONG[6]), "value"] = 0
    found = caseloads.levelled(caseloads.by_month(records), ["a", "b"], SPLIT, 0.15)
    assert found["no_change", 0] == 3


def test_each_draw_and_schedule_has_its_own_answer() -> None:
    even, late = [20.0] * 9, [20.0] * 6 + [5.0] + [20.0] * 2
    rows = [
        *held({"a": even, "b": even}),
        *held({"a": even, "b": late}, draw=1),
        *held({"a": even, "b": even}, "slow"),
    ]
    found = levelled(*rows)
    assert found["no_change", 0] == 1
    assert found["no_change", 1] == 4
    assert found["slow", 0] == 1


def test_a_team_without_any_caseload_is_refused_by_name() -> None:
    rows = caseloads.by_month(frame(*held({"a": [1] * 9}), months=LONG))
    with pytest.raises(Problem, match=r"no team 'aa' with a caseload.*did you mean 'a'"):
        caseloads.levelled(rows, ["aa"], SPLIT, 0.15)


def test_the_written_table_reads_back(tmp_path: Path) -> None:
    found = table(frame(*held({"a": [1 / 3] * 9}), months=LONG))
    caseloads.write(found, tmp_path / "caseloads.csv")
    again = pd.read_csv(tmp_path / "caseloads.csv")
    assert list(again.columns) == list(caseloads.CASELOADS)
    assert again["mean"].iloc[0] == 0.3333


def test_where_nobody_is_in_post_the_table_is_empty() -> None:
    found = table(frame(series("no_change", "social_workers_in_post", [0] * 4)))
    assert tuple(found.columns) == caseloads.CASELOADS
    assert found.empty
    assert caseloads.most_loaded(found).empty


def test_the_precision_of_the_average_is_its_standard_error_and_one_draw_has_none() -> None:
    two = row(table(frame(*held({"a": [10] * 9}), *held({"a": [14] * 9}, draw=1), months=LONG)), "a")
    assert (two["mean"], two["mc_error"], two["worst_quarter_mc_error"]) == pytest.approx((12, 2, 2))
    assert np.isnan(row(table(frame(*held({"a": [10] * 9}), months=LONG)), "a")["mc_error"])


def test_a_quarter_is_named_by_its_months() -> None:
    assert monthly.quarter_of(pd.Period("2021Q3")) == "Jul to Sep 2021"
