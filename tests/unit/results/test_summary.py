from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from by_hand import NOTHING, START, frame, money, series

from familyflow.ground.calendar import month_ends
from familyflow.ground.problem import Problem
from familyflow.report import words
from familyflow.results import monthly
from familyflow.results import summary as tables
from familyflow.results.measures import MEASURES, OVER_ALL, WITH_INCOME
from familyflow.scenario.vocabulary import MEASURES as RECORDED

if TYPE_CHECKING:
    from pathlib import Path

    from frames import Row

FIRST, LAST = "2019/20 from 2020-01-31", "2020/21 to 2020-04-30"


def value(values: pd.DataFrame, schedule: str, measure: str, period: str = "all", draw: int = 0) -> float:
    """Give the one value asked for."""
    keys = {"schedule": schedule, "measure": measure, "period": period, "draw": draw}
    chosen = values
    for key, wanted in keys.items():
        if key in chosen:
            chosen = chosen[chosen[key] == wanted]
    (found,) = chosen["value"]
    return float(found)


def row(summary: pd.DataFrame, schedule: str, measure: str, period: str = "all") -> pd.Series:
    """Give the one row asked for."""
    chosen = (summary["schedule"] == schedule) & (summary["measure"] == measure) & (summary["period"] == period)
    assert chosen.sum() == 1
    return summary[chosen].iloc[0]


def test_flows_are_summed_over_teams_and_months_and_taken_from_no_change() -> None:
    records = frame(
        series("no_change", "care_entries", [0, 4, 5, 6]),
        series("no_change", "care_entries", [0, 1, 1, 1], team="b"),
        series("late", "care_entries", [0, 4, 3, 2]),
        series("late", "care_entries", [0, 1, 1, 0], team="b"),
    )
    values = tables.by_period(records, NOTHING)
    assert value(values, "late", "care_entries_averted") == 18 - 11
    assert value(values, "late", "care_entries_averted", FIRST) == 11 - 9
    assert value(values, "late", "care_entries_averted", LAST) == 7 - 2
    assert value(values, "no_change", "care_entries_averted") == 0


def test_differences_are_paired_by_draw() -> None:
    records = frame(
        series("no_change", "cp_starts", [0, 10, 0, 0], draw=0),
        series("no_change", "cp_starts", [0, 90, 0, 0], draw=1),
        series("slow", "cp_starts", [0, 9, 0, 0], draw=0),
        series("slow", "cp_starts", [0, 89, 0, 0], draw=1),
    )
    found = row(tables.summary(records, NOTHING), "slow", "cp_starts_averted")
    assert (found["p5"], found["mean"], found["p95"]) == (1, 1, 1)
    assert found["mc_error"] == 0
    assert found["probability_better"] == 1


def test_stocks_are_those_at_the_end_of_the_year_and_of_the_horizon() -> None:
    records = frame(series("no_change", "children_on_cp", [260, 250, 240, 230]))
    values = tables.by_period(records, NOTHING)
    assert value(values, "no_change", "children_on_cp_end", FIRST) == 240
    assert value(values, "no_change", "children_on_cp_end", LAST) == 230
    assert value(values, "no_change", "children_on_cp_end") == 230


@pytest.mark.parametrize(
    ("start", "years", "expected"),
    [
        (date(2020, 3, 31), 1, ["2020/21"]),
        (date(2020, 4, 1), 2, ["2020/21", "2021/22"]),
        (date(2019, 6, 30), 1, ["2019/20 from 2019-06-30", "2020/21 to 2020-06-30"]),
        (date(2019, 12, 15), 1, ["2019/20 from 2019-12-15", "2020/21 to 2020-11-30"]),
    ],
)
def test_a_financial_year_cut_short_says_where(start: date, years: int, expected: list[str]) -> None:
    months = month_ends(start, years)
    records = frame(series("no_change", "care_entries", range(len(months)), months=months), months=months)
    summary = tables.summary(records, NOTHING)
    assert list(summary["period"].unique()) == ["all", *expected]


def test_caseload_is_all_open_children_per_social_worker_averaged_over_months() -> None:
    records = frame(
        series("no_change", "children_open", [99, 30, 30, 60]),
        series("no_change", "children_open", [99, 10, 30, 30], team="b"),
        series("no_change", "social_workers_in_post", [1, 1, 2, 2]),
        series("no_change", "social_workers_in_post", [1, 3, 2, 1], team="b"),
    )
    values = tables.by_period(records, NOTHING)
    assert value(values, "no_change", "caseload_mean") == pytest.approx((40 / 4 + 60 / 4 + 90 / 3) / 3)
    assert value(values, "no_change", "caseload_mean", LAST) == 30


def quarterly() -> pd.DataFrame:
    """Give eight months from 31 January: the second and third quarters are complete, the first has two months."""
    months = month_ends(START, 1)[:9]
    worst_a, worst_b = [9, 90, 90, 10, 20, 30, 6, 6, 6], [9, 90, 90, 15, 15, 15, 8, 8, 8]
    return frame(
        series("no_change", "children_open", worst_a, draw=0, months=months),
        series("no_change", "children_open", worst_b, draw=0, team="b", months=months),
        series("no_change", "children_open", [1] * 9, draw=1, months=months),
        series("no_change", "children_open", [19] * 9, draw=1, team="b", months=months),
        *(
            series("no_change", "social_workers_in_post", [1] * 9, draw=draw, team=team, months=months)
            for draw in (0, 1)
            for team in ("a", "b")
        ),
        months=months,
    )


def test_the_worst_quarter_is_the_highest_of_any_team_in_each_draw() -> None:
    values = tables.by_period(quarterly(), NOTHING)
    assert value(values, "no_change", "caseload_worst_quarter", draw=0) == 20
    assert value(values, "no_change", "caseload_worst_quarter", draw=1) == 19


def test_the_worst_quarter_is_named_for_the_mean_over_draws() -> None:
    found = row(tables.summary(quarterly(), NOTHING), "no_change", "caseload_worst_quarter")
    assert found["mean"] == 19.5
    assert found["note"] == "worst on average: b, Apr to Jun 2020 (17.0)"


def test_a_team_without_social_workers_has_no_caseload() -> None:
    records = frame(
        series("no_change", "children_open", [5, 5, 5, 5]),
        series("no_change", "children_open", [7, 7, 7, 7], team="closing"),
        series("no_change", "social_workers_in_post", [1, 1, 1, 1]),
        series("no_change", "social_workers_in_post", [1, 0, 0, 0], team="closing"),
    )
    assert set(monthly.caseloads(records).query("month > '2020-01-31'")["team"]) == {"a"}
    assert value(tables.by_period(records, NOTHING), "no_change", "caseload_mean") == 12


def test_waits_for_own_and_outside_workers_are_pooled() -> None:
    records = frame(
        series("no_change", "adult_wait_days", [0, 30, 0, 10]),
        series("no_change", "adult_waits", [0, 3, 0, 1]),
        series("no_change", "adult_wait_days_outside", [0, 60, 0, 0]),
        series("no_change", "adult_waits_outside", [0, 1, 0, 0]),
    )
    values = tables.by_period(records, NOTHING)
    assert value(values, "no_change", "adult_wait_days_mean") == 100 / 5
    assert value(values, "no_change", "adult_wait_days_mean", LAST) == 10


def test_where_nobody_waited_there_is_no_mean_wait() -> None:
    found = row(
        tables.summary(frame(series("no_change", "care_entries", [0, 1, 1, 1])), NOTHING),
        "no_change",
        "adult_wait_days_mean",
    )
    assert np.isnan(found["mean"])
    assert np.isnan(found["p50"])


def test_completed_programmes_and_missed_appointments_count_own_and_outside() -> None:
    records = frame(
        series("no_change", "programmes_completed", [0, 2, 0, 0]),
        series("no_change", "programmes_completed_outside", [0, 1, 0, 1]),
        series("no_change", "appointments", [0, 10, 0, 0]),
        series("no_change", "appointments_outside", [0, 10, 10, 10]),
        series("no_change", "appointments_missed", [0, 1, 0, 0]),
        series("no_change", "appointments_missed_outside", [0, 3, 3, 3]),
    )
    values = tables.by_period(records, NOTHING)
    assert value(values, "no_change", "programmes_completed") == 4
    assert value(values, "no_change", "appointments_missed") == 10
    assert value(values, "no_change", "appointments_missed_share") == 0.25


def test_children_in_care_within_18_months_are_a_share_of_those_followed_up_so_long() -> None:
    records = frame(
        series("no_change", "first_referred_under_13", [0, 30, 10, 0]),
        series("no_change", "entered_care_18m_under_13", [0, 2, 0, 0]),
        series("fast", "first_referred_under_13", [0, 30, 10, 0]),
        series("fast", "entered_care_18m_under_13", [0, 1, 0, 0]),
    )
    values = tables.by_period(records, NOTHING)
    assert value(values, "no_change", "care_within_18_months_share") == 0.05
    assert value(values, "fast", "care_within_18_months_share", FIRST) == 0.025
    found = row(tables.summary(records, NOTHING), "fast", "care_within_18_months_share")
    assert (found["probability_better"], found["unit"]) == (1.0, "share of children")


def test_a_run_too_short_to_follow_children_up_has_no_share_of_them() -> None:
    records = frame(series("no_change", "care_entries", [0, 1, 1, 1]))
    found = row(tables.summary(records, NOTHING), "no_change", "care_within_18_months_share")
    assert np.isnan(found["mean"])
    assert words.number(found["mean"], found["unit"]) == words.MISSING


def test_what_was_never_recorded_did_not_happen() -> None:
    values = tables.by_period(frame(series("no_change", "children_on_cp", [1, 1, 1, 1])), NOTHING)
    assert value(values, "no_change", "programmes_completed") == 0
    assert value(values, "no_change", "children_on_cin_end") == 0


def priced() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give two schedules, one draw, two financial years."""
    records = frame(series("no_change", "cp_starts", [0, 1, 1, 1]), series("fast", "cp_starts", [0, 1, 1, 1]))
    spent = {
        ("no_change", 0, "2019/20", "cashable"): 1000.0,
        ("fast", 0, "2019/20", "cashable"): 900.0,
        ("no_change", 0, "2020/21", "cashable"): 1000.0,
        ("fast", 0, "2020/21", "cashable"): 300.0,
        ("fast", 0, "2019/20", "programme"): 400.0,
        ("fast", 0, "2020/21", "programme"): 50.0,
        ("no_change", 0, "2020/21", "capacity"): 80.0,
        ("fast", 0, "2020/21", "capacity"): 60.0,
        ("no_change", 0, "2020/21", "partner"): 10.0,
        ("fast", 0, "2020/21", "partner"): 15.0,
    }
    return records, money(spent)


@pytest.mark.parametrize(
    ("measure", "first", "last", "whole"),
    [
        ("gross_saving_gbp", 100, 700, 800),
        ("programme_cost_gbp", 400, 50, 450),
        ("capacity_saving_gbp", 0, 20, 20),
        ("partner_saving_gbp", 0, -5, -5),
        ("net_saving_gbp", -300, 650, 350),
    ],
)
def test_money_by_hand(measure: str, first: float, last: float, whole: float) -> None:
    values = tables.by_period(*priced())
    found = [value(values, "fast", measure, period) for period in (FIRST, LAST, "all")]
    assert found == [first, last, whole]


def moved() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give a schedule that pays for psychologists with social workers' posts, and hires some back."""
    records = frame(series("no_change", "cp_starts", [1] * 4), series("fast", "cp_starts", [1] * 4))
    spent = {
        ("no_change", 0, "2019/20", "programme social_workers"): 900.0,
        ("fast", 0, "2019/20", "programme social_workers"): 600.0,
        ("fast", 0, "2019/20", "programme post_psychologist"): 350.0,
        ("no_change", 0, "2020/21", "programme social_workers"): 900.0,
        ("fast", 0, "2020/21", "programme social_workers"): 950.0,
        ("fast", 0, "2020/21", "programme post_psychologist"): 350.0,
        ("no_change", 0, "2020/21", "cashable placement_kinship"): 70.0,
    }
    return records, money(spent)


@pytest.mark.parametrize(
    ("measure", "first", "last", "whole"),
    [("programme_cost_gbp", 50, 400, 450), ("displaced_gbp", 300, 0, 300), ("programme_spend_gbp", 350, 400, 750)],
)
def test_existing_budget_that_is_displaced_adds_up_line_by_line_and_year_by_year(
    measure: str, first: float, last: float, whole: float
) -> None:
    values = tables.by_period(*moved())
    assert [value(values, "fast", measure, period) for period in (FIRST, LAST, "all")] == [first, last, whole]
    assert [value(values, "no_change", measure, period) for period in (FIRST, LAST, "all")] == [0, 0, 0]


def test_workload_is_hours_of_every_kind_and_team_over_usable_hours() -> None:
    records = frame(
        series("no_change", "workload_hours_cin", [0, 10, 20, 30]),
        series("no_change", "workload_hours_care", [0, 10, 0, 30], team="b"),
        series("no_change", "usable_hours", [0, 50, 50, 20]),
        series("no_change", "usable_hours", [0, 0, 0, 20], team="b"),
    )
    values = tables.by_period(records, NOTHING)
    assert value(values, "no_change", "workload_share") == 100 / 140
    assert value(values, "no_change", "workload_share", LAST) == 1.5


def test_changes_of_worker_are_per_child_year_of_those_who_have_one() -> None:
    records = frame(
        series("no_change", "children_open", [0, 365.25, 0, 0]),
        series("no_change", "children_in_early_help", [0, 0, 365.25, 0], team="e"),
        series("no_change", "key_workers_in_post", [1, 1, 1, 1], team="e"),
        series("no_change", "children_in_early_help", [1000] * 4, team=""),
        series("no_change", "worker_changes", [0, 15, 0, 0]),
        series("no_change", "worker_changes", [0, 0, 30, 0], team="e"),
    )
    values = tables.by_period(records, NOTHING)
    assert value(values, "no_change", "worker_changes_per_child_year") == pytest.approx(45 / (29 + 31))


def test_where_hours_are_not_recorded_there_is_no_workload() -> None:
    values = tables.by_period(frame(series("no_change", "cp_starts", [1] * 4)), NOTHING)
    assert np.isnan(value(values, "no_change", "workload_share"))


def test_differences_in_levels_are_paired_and_leave_out_what_is_a_difference_already() -> None:
    records = frame(
        *(series("no_change", "children_on_cp", [1, 1, 1, level], draw) for draw, level in enumerate((10, 110))),
        *(series("fast", "children_on_cp", [1, 1, 1, level], draw) for draw, level in enumerate((8, 106))),
    )
    found = tables.differences(tables.by_period(records, NOTHING))
    assert tuple(found.columns) == tables.DIFFERENCES
    assert set(found["schedule"]) == {"fast"}
    assert set(found["measure"]) == {each.name for each in MEASURES if not each.difference}
    cp = found[found["measure"] == "children_on_cp_end"].iloc[0]
    assert (cp["mean"], cp["p5"], cp["p95"], cp["mc_error"]) == pytest.approx((-3, -3.9, -2.1, 1))


def test_the_cumulative_position_adds_up_year_by_year_and_is_not_given_for_the_whole() -> None:
    values = tables.by_period(*priced())
    cumulative = [value(values, "fast", "net_saving_cumulative_gbp", period) for period in (FIRST, LAST)]
    assert cumulative == [-300, 350]
    assert "net_saving_cumulative_gbp" not in set(tables.measures(*priced())["measure"])


def alike(draws: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give a schedule that changes nothing, in numbers that do not add up exactly."""
    luck = np.random.default_rng(1)
    rows: list[list[Row]] = []
    spent: dict[tuple[str, int, str, str], float] = {}
    for draw in range(draws):
        for team in "abc":
            days, staff = list(luck.uniform(0, 1e3, 4)), list(luck.uniform(1, 9, 4))
            for schedule in ("no_change", "null"):
                rows.append(series(schedule, "child_days_in_care", days, draw, team))
                rows.append(series(schedule, "children_open", days, draw, team))
                rows.append(series(schedule, "social_workers_in_post", staff, draw, team))
        for kind in ("cashable", "capacity", "partner"):
            cost = float(luck.uniform(0, 1e6))
            spent |= {(schedule, draw, "2019/20", kind): cost for schedule in ("no_change", "null")}
    return frame(*rows), money(spent)


def test_a_schedule_that_changes_nothing_differs_by_exactly_nothing() -> None:
    records, spent = alike(3)
    shuffled = records.sample(frac=1, random_state=4)
    summary = tables.summary(shuffled, spent.sample(frac=1, random_state=5))
    null = summary[summary["schedule"] == "null"].set_index(["measure", "period"])
    differences = [name for name, _ in null.index if name.endswith(("_averted", "_gbp"))]
    assert (null.loc[differences, ["mean", "p5", "p50", "p95", "mc_error"]] == 0).all(axis=None)
    assert (null[["probability_better", "probability_worse"]].dropna() == 0).all(axis=None)


def test_the_order_of_records_does_not_matter() -> None:
    records, spent = alike(2)
    again = tables.summary(records.iloc[::-1], spent.iloc[::-1])
    same = tables.summary(records, spent)
    keys = ["schedule", "measure", "period"]
    pd.testing.assert_frame_equal(
        again.set_index(keys).sort_index(), same.set_index(keys).sort_index(), check_exact=True
    )


@pytest.mark.parametrize(("name", "value_then", "better"), [("children_in_care", 8, 1), ("children_in_care", 12, 0)])
def test_fewer_children_in_care_is_better(name: str, value_then: float, better: float) -> None:
    records = frame(series("no_change", name, [10] * 4), series("fast", name, [10, 10, 10, value_then]))
    found = row(tables.summary(records, NOTHING), "fast", "children_in_care_end")
    assert found["probability_better"] == better
    assert found["probability_worse"] == 1 - better


def test_probability_is_a_share_of_draws_and_ties_are_neither_better_nor_worse() -> None:
    then = [9, 10, 11, 8]
    records = frame(
        *(series("no_change", "children_in_care", [10] * 4, draw) for draw in range(4)),
        *(series("fast", "children_in_care", [10, 10, 10, end], draw) for draw, end in enumerate(then)),
    )
    found = row(tables.summary(records, NOTHING), "fast", "children_in_care_end")
    assert (found["probability_better"], found["probability_worse"]) == (0.5, 0.25)


def test_no_change_and_the_cost_have_no_probability_of_being_better() -> None:
    summary = tables.summary(*priced())
    assert summary.loc[summary["schedule"] == "no_change", "probability_better"].isna().all()
    assert np.isnan(row(summary, "fast", "programme_cost_gbp")["probability_better"])
    assert row(summary, "fast", "net_saving_gbp")["probability_better"] == 1


def test_range_and_precision_over_draws() -> None:
    ends = [10.0, 20.0, 40.0, 80.0]
    records = frame(*(series("no_change", "children_on_cin", [1, 1, 1, end], draw) for draw, end in enumerate(ends)))
    found = row(tables.summary(records, NOTHING), "no_change", "children_on_cin_end")
    assert found["mean"] == 37.5
    assert [found[name] for name in ("p5", "p50", "p95")] == pytest.approx(np.quantile(ends, [0.05, 0.5, 0.95]))
    assert found["mc_error"] == pytest.approx(np.std(ends, ddof=1) / 2)


def test_one_draw_has_no_precision() -> None:
    found = row(tables.summary(*priced()), "fast", "gross_saving_gbp")
    assert np.isnan(found["mc_error"])
    assert found["mean"] == found["p5"] == found["p95"] == 800


def test_without_no_change_there_is_nothing_to_compare_with() -> None:
    with pytest.raises(Problem, match="no schedule 'no_change'"):
        tables.summary(frame(series("fast", "cp_starts", [0, 1, 1, 1])), NOTHING)


def test_measures_are_tidy_over_the_whole_horizon() -> None:
    found = tables.measures(*priced())
    assert list(found.columns) == ["schedule", "measure", "draw", "value"]
    assert value(found, "fast", "net_saving_gbp") == 350
    assert len(found) == 2 * len(OVER_ALL)


def test_a_summary_has_every_measure_by_year_with_its_unit() -> None:
    summary = tables.summary(*priced())
    assert tuple(summary.columns) == tables.SUMMARY
    assert list(summary["schedule"].unique()) == ["no_change", "fast"]
    assert set(summary["measure"]) == {each.name for each in MEASURES}.difference(WITH_INCOME)
    assert row(summary, "fast", "cp_starts_averted", FIRST)["unit"] == "children"


@pytest.mark.parametrize("kind", ["category", "str", "timestamps"])
def test_the_types_of_the_records_do_not_matter(kind: str) -> None:
    records, spent = priced()
    changed = records.astype(
        dict.fromkeys(("schedule", "team", "measure"), "category" if kind == "category" else "str")
    )
    if kind == "timestamps":
        changed["month"] = pd.to_datetime(changed["month"])
    pd.testing.assert_frame_equal(tables.summary(changed, spent), tables.summary(records, spent))


def test_a_parquet_file_and_a_folder_of_parts_give_what_their_frame_gives(tmp_path: Path) -> None:
    records, spent = alike(3)
    records.to_parquet(tmp_path / "monthly.parquet", index=False)
    (tmp_path / "parts").mkdir()
    for draw, part in records.groupby("draw"):
        part.to_parquet(tmp_path / "parts" / f"{draw}.parquet", index=False)
    expected = tables.summary(records, spent)
    pd.testing.assert_frame_equal(tables.summary(tmp_path / "monthly.parquet", spent), expected)
    pd.testing.assert_frame_equal(tables.summary(tmp_path / "parts", spent), expected)


def test_the_written_summary_reads_back(tmp_path: Path) -> None:
    summary = tables.summary(*priced())
    tables.write_summary(summary, tmp_path / "summary.csv")
    again = pd.read_csv(tmp_path / "summary.csv", keep_default_na=True)
    assert list(again.columns) == list(summary.columns)
    assert row(again, "fast", "net_saving_gbp")["mean"] == 350
    assert np.isnan(row(again, "fast", "net_saving_gbp")["mc_error"])


def test_only_measures_that_an_engine_records_are_asked_for() -> None:
    asked = {
        *tables.AVERTED.values(),
        *tables.STOCKS.values(),
        *(name for pair in tables.SUMS.values() for name in pair),
        *tables.WORKLOAD_HOURS,
        tables.USABLE_HOURS,
        tables.WORKER_CHANGES,
        *(name for each in monthly.HOLDINGS for name in (each.children, each.workers)),
    }
    assert asked <= set(RECORDED)
