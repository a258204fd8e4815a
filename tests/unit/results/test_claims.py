from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import pytest
from by_hand import END, NOTHING, START, frame, money, series

from familyflow.ground.calendar import month_ends
from familyflow.results import claims
from familyflow.scenario.schema import Claim
from familyflow.scenario.vocabulary import DERIVED, MEASURES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TWO_YEARS = month_ends(START, 2)
LAST = TWO_YEARS[-1]


def claim(
    measure: str, change: float, by: date = END, against: Literal["no_change", "start", "published"] = "no_change"
) -> Claim:
    return Claim(text=f"{measure} changes", measure=measure, change=change, by=by, against=against, source="slides")


def towards(direction: str, measure: str = "children_on_cp", **said: object) -> Claim:
    """Return a claim of a direction without a size, by the end of the small studies unless something else is said."""
    given = {"text": "It moves", "measure": measure, "direction": direction, "source": "slides"}
    return Claim.model_validate({"by": END, **given, **said} if "within_years" not in said else {**given, **said})


def only(table: pd.DataFrame) -> pd.Series:
    """Give the one row that is for a schedule."""
    assert len(table) == 1
    return table.iloc[0]


def answered(records: pd.DataFrame, *asked: Claim, spent: pd.DataFrame = NOTHING) -> pd.DataFrame:
    return claims.answers(records, spent, asked)


def two(measure: str, before: Sequence[float], after: Sequence[float]) -> pd.DataFrame:
    """Give one measure in one draw over two years, under no change and another schedule."""
    return frame(
        series("no_change", measure, before, months=TWO_YEARS),
        series("fast", measure, after, months=TWO_YEARS),
        months=TWO_YEARS,
    )


def test_a_flow_is_that_of_the_twelve_months_up_to_the_date_against_no_change() -> None:
    before, after = [0.0, *[100.0] * 12, *[10.0] * 12], [0.0, *[1.0] * 12, *[9.0] * 12]
    found = only(answered(two("proceedings", before, after), claim("proceedings", -0.15, LAST)))
    assert found["mean"] == pytest.approx(-0.1)
    assert (found["level"], found["compared_with"]) == (108, 120)
    assert (found["schedule"], found["draws"], found["probability_met"]) == ("fast", 1, 0)


def test_a_date_within_a_month_is_answered_by_the_month_end_before_it() -> None:
    before, after = [0.0, *[10.0] * 12, *[1000.0] * 12], [0.0, *[5.0] * 12, *[0.0] * 12]
    found = only(answered(two("care_entries", before, after), claim("care_entries", -0.5, date(2021, 2, 27))))
    assert found["mean"] == -0.5
    assert found["probability_met"] == 1


def test_a_run_shorter_than_a_year_is_compared_over_what_there_is_without_day_0() -> None:
    records = frame(series("no_change", "cp_starts", [500, 10, 10, 20]), series("fast", "cp_starts", [500, 10, 5, 5]))
    assert only(answered(records, claim("cp_starts", -0.5)))["mean"] == -0.5


def test_a_stock_is_that_of_the_last_month_end_not_after_the_date() -> None:
    records = frame(
        series("no_change", "children_on_cp", [100, 100, 200, 400]),
        series("fast", "children_on_cp", [100, 100, 150, 100]),
    )
    assert only(answered(records, claim("children_on_cp", -0.2, date(2020, 4, 29))))["mean"] == -0.25
    assert only(answered(records, claim("children_on_cp", -0.2, END)))["mean"] == -0.75


def test_a_change_since_the_start_is_taken_from_day_0_of_the_same_schedule() -> None:
    records = frame(
        series("no_change", "children_in_care", [100, 100, 100, 150]),
        series("fast", "children_in_care", [100, 95, 90, 92]),
    )
    found = only(answered(records, claim("children_in_care", -0.08, against="start")))
    assert (found["mean"], found["against"], found["probability_met"]) == (-0.08, "start", 1)
    assert found["compared_with"] == 100


def test_work_of_outside_services_is_counted_with_the_teams_own() -> None:
    records = frame(
        series("no_change", "appointments_missed_outside", [0, 40, 0, 0]),
        series("fast", "appointments_missed_outside", [0, 10, 0, 0]),
        series("fast", "appointments_missed", [0, 0, 5, 5]),
    )
    assert only(answered(records, claim("appointments_missed", -0.5)))["mean"] == -0.5


@pytest.mark.parametrize(
    ("measure", "above", "below"),
    [(share, *parts) for share, parts in claims.RATIOS.items() if share != "caseload"],
)
def test_a_share_is_a_ratio_of_sums(measure: str, above: str, below: str) -> None:
    records = frame(
        series("no_change", above, [0, 10, 10, 0]),
        series("no_change", below, [0, 50, 10, 20]),
        series("fast", above, [0, 1, 1, 1]),
        series("fast", below, [0, 2, 10, 0]),
    )
    found = only(answered(records, claim(measure, -0.1)))
    assert (found["compared_with"], found["level"]) == (0.25, 0.25)
    assert found["mean"] == 0


def test_a_caseload_is_children_per_social_worker_at_the_date() -> None:
    records = frame(
        series("no_change", "children_open", [100, 1, 1, 60]),
        series("no_change", "children_open", [100, 1, 1, 60], team="b"),
        series("no_change", "social_workers_in_post", [5, 5, 5, 6]),
        series("fast", "children_open", [200, 1, 1, 90]),
        series("fast", "social_workers_in_post", [5, 5, 5, 6]),
    )
    found = only(answered(records, claim("caseload", -0.25)))
    assert (found["compared_with"], found["level"], found["mean"]) == (20, 15, -0.25)


def test_spending_on_placements_is_that_of_the_financial_year_of_the_date() -> None:
    spent = money(
        {
            ("no_change", 0, "2019/20", "cashable placement_kinship"): 8.0,
            ("fast", 0, "2019/20", "cashable placement_kinship"): 4.0,
            ("no_change", 0, "2020/21", "cashable placement_kinship"): 100.0,
            ("no_change", 0, "2020/21", "cashable placement_residential"): 300.0,
            ("no_change", 0, "2020/21", "cashable adoption_fees"): 900.0,
            ("fast", 0, "2020/21", "cashable placement_residential"): 300.0,
        }
    )
    records = frame(series("no_change", "cp_starts", [1] * 4), series("fast", "cp_starts", [1] * 4))
    for by in (date(2020, 4, 30), date(2020, 5, 15)):
        assert only(answered(records, claim("placement_spend", -0.1, by), spent=spent))["mean"] == -0.25
    assert only(answered(records, claim("placement_spend", -0.1, date(2020, 4, 15)), spent=spent))["mean"] == -0.5


def many(changes: Sequence[float], measure: str = "children_on_cp") -> pd.DataFrame:
    """Give draws in which a schedule ends at 100 plus so many, and no change at 100."""
    return frame(
        *(series("no_change", measure, [100] * 4, draw) for draw in range(len(changes))),
        *(series("fast", measure, [100, 100, 100, 100 + each], draw) for draw, each in enumerate(changes)),
    )


def test_the_answer_is_paired_by_draw_and_gives_average_range_and_probability() -> None:
    records = frame(
        *(series("no_change", "children_on_cp", [1, 1, 1, level], draw) for draw, level in enumerate((100, 1000))),
        *(series("fast", "children_on_cp", [1, 1, 1, level], draw) for draw, level in enumerate((80, 900))),
    )
    found = only(answered(records, claim("children_on_cp", -0.15)))
    assert found["mean"] == pytest.approx(-0.15)
    assert (found["p5"], found["p95"]) == pytest.approx((-0.195, -0.105))
    assert (found["draws"], found["probability_met"]) == (2, 0.5)


@pytest.mark.parametrize(
    ("changes", "promised", "probability", "verdict"),
    [
        ([-20, -20, -20, -20, 0], -0.15, 0.8, "supported"),
        ([-20, -20, -20, 0, 0], -0.15, 0.6, "uncertain"),
        ([-20, 0, 0, 0, 0], -0.15, 0.2, "not supported"),
        ([-15, -15], -0.15, 1.0, "supported"),
        ([15, 15], 0.15, 1.0, "supported"),
        ([14, -15], 0.15, 0.0, "not supported"),
        ([0, 0], 0.0, 1.0, "supported"),
        ([0, 1], 0.0, 0.5, "uncertain"),
        ([-20], -0.15, 1.0, "uncertain"),
    ],
)
def test_a_claim_is_judged_by_the_share_of_draws_that_meet_it(
    changes: list[float], promised: float, probability: float, verdict: str
) -> None:
    found = only(answered(many(changes), claim("children_on_cp", promised)))
    assert (found["probability_met"], found["verdict"]) == (probability, verdict)


@pytest.mark.parametrize(
    ("changes", "promised", "multiple"),
    [([-4, -6], -0.15, 3.0), ([-30, -30], -0.15, 0.5), ([5, 5], 0.5, 10.0)],
)
def test_the_multiple_that_would_meet_the_promise(changes: list[float], promised: float, multiple: float) -> None:
    assert only(answered(many(changes), claim("children_on_cp", promised)))["multiple"] == pytest.approx(multiple)


@pytest.mark.parametrize(("changes", "promised"), [([5, 5], -0.15), ([0, 0], -0.15), ([-5, -5], 0.0)])
def test_no_multiple_of_nothing_or_of_the_opposite_meets_a_promise(changes: list[float], promised: float) -> None:
    assert np.isnan(only(answered(many(changes), claim("children_on_cp", promised)))["multiple"])


def test_a_claim_that_the_run_does_not_reach_is_said_to_be_so() -> None:
    found = only(answered(many([-20]), claim("children_on_cp", -0.15, date(2020, 5, 31))))
    assert (found["verdict"], found["draws"]) == ("not within the run", 0)
    assert np.isnan(found["mean"])
    assert np.isnan(found["probability_met"])


def test_a_date_in_the_month_after_the_last_is_reached() -> None:
    assert only(answered(many([-20, -20]), claim("children_on_cp", -0.1, date(2020, 5, 30))))["verdict"] == "supported"


@pytest.mark.parametrize("by", [date(2019, 12, 31), START, date(2020, 2, 28)])
def test_a_claim_about_a_time_before_the_first_month_end_is_not_judged(by: date) -> None:
    found = only(answered(many([-20]), claim("children_on_cp", -0.15, by)))
    assert (found["verdict"], found["draws"]) == ("before the run", 0)


def test_draws_in_which_there_was_nothing_to_change_are_left_out() -> None:
    records = frame(
        series("no_change", "cp_starts_sexual", [0, 0, 0, 0], 0),
        series("fast", "cp_starts_sexual", [0, 1, 0, 0], 0),
        series("no_change", "cp_starts_sexual", [0, 2, 0, 2], 1),
        series("fast", "cp_starts_sexual", [0, 1, 1, 0], 1),
    )
    found = only(answered(records, claim("cp_starts_sexual", -0.5)))
    assert (found["draws"], found["mean"]) == (1, -0.5)


def test_nothing_of_nothing_is_no_change() -> None:
    records = frame(series("no_change", "cp_starts", [1] * 4), series("fast", "cp_starts", [1] * 4))
    found = only(answered(records, claim("cp_starts_sexual", -0.1)))
    assert (found["mean"], found["draws"]) == (0, 1)


def test_where_no_draw_can_be_judged_the_verdict_is_uncertain() -> None:
    records = frame(series("no_change", "cp_starts", [1] * 4), series("fast", "cp_starts", [1] * 4))
    found = only(answered(records, claim("appointments_missed_share", -0.5)))
    assert (found["verdict"], found["draws"]) == ("uncertain", 0)
    assert np.isnan(found["mean"])


def test_a_schedule_that_changes_nothing_changes_every_claim_by_exactly_nothing() -> None:
    luck = np.random.default_rng(3)
    rows = [
        series(schedule, measure, [*values], draw)
        for draw in range(3)
        for measure in (
            "care_entries",
            "appointments_missed",
            "appointments",
            "children_open",
            "social_workers_in_post",
        )
        for values in [luck.uniform(0, 1e3, 4)]
        for schedule in ("no_change", "null")
    ]
    records = frame(*rows).sample(frac=1, random_state=1)
    names = ("care_entries", "appointments_missed", "appointments_missed_share", "caseload")
    table = answered(records, *(claim(name, -0.1) for name in names))
    assert (table[["mean", "p5", "p95"]] == 0).all(axis=None)


def test_every_claim_is_answered_for_every_schedule_but_no_change_in_order() -> None:
    records = frame(*(series(name, "cp_starts", [1] * 4) for name in ("slow", "no_change", "fast")))
    table = answered(records, claim("cp_starts", -0.1), claim("children_on_cp", -0.1))
    assert tuple(table.columns) == claims.CLAIMS
    assert list(zip(table["number"], table["schedule"], strict=True)) == [
        (1, "slow"),
        (1, "fast"),
        (2, "slow"),
        (2, "fast"),
    ]
    assert set(table["source"]) == {"slides"}


def test_without_claims_the_table_is_empty_but_has_its_columns() -> None:
    table = answered(many([1]))
    assert tuple(table.columns) == claims.CLAIMS
    assert table.empty


def test_every_measure_of_the_vocabulary_can_be_answered() -> None:
    records = frame(series("no_change", "cp_starts", [1] * 4), series("fast", "cp_starts", [1] * 4))
    spent = money({("fast", 0, "2020/21", "cashable placement_kinship"): 0.0})
    table = answered(records, *(claim(name, -0.1) for name in (*MEASURES, *DERIVED)), spent=spent)
    assert list(table["measure"]) == [*MEASURES, *DERIVED]
    assert set(table["verdict"]) <= {"uncertain", "not supported"}


def test_the_written_table_reads_back(tmp_path: Path) -> None:
    table = answered(many([-4, -6]), claim("children_on_cp", -0.15))
    claims.write(table, tmp_path / "claims.csv")
    again = pd.read_csv(tmp_path / "claims.csv", parse_dates=["by"])
    assert list(again.columns) == list(claims.CLAIMS)
    assert (again["mean"].iloc[0], again["multiple"].iloc[0]) == (-0.05, 3.0)
    assert again["by"].iloc[0].date() == END


def test_the_precision_of_the_average_is_its_standard_error_and_one_draw_has_none() -> None:
    assert answered(many([-4, -6]), claim("children_on_cp", -0.15))["mc_error"].iloc[0] == pytest.approx(0.01)
    assert np.isnan(answered(many([-4]), claim("children_on_cp", -0.15))["mc_error"].iloc[0])


@pytest.mark.parametrize(
    ("changes", "claimed", "probability"),
    [
        ([-0.001, 0, 1, -20], towards("fewer"), 0.5),
        ([0, 0], towards("fewer"), 0.0),
        ([0.001, 0, -1, 20], towards("more"), 0.5),
        ([0, -1, 0.001], towards("no_more"), 2 / 3),
        ([0, 2, 2.5, -9], towards("no_more", margin=0.02), 0.75),
    ],
)
def test_a_direction_without_a_size_is_met_by_any_move_that_way(
    changes: list[float], claimed: Claim, probability: float
) -> None:
    assert only(answered(many(changes), claimed))["probability_met"] == pytest.approx(probability)


def test_a_direction_has_no_size_and_no_multiple() -> None:
    found = only(answered(many([-4, -6]), towards("fewer")))
    assert (found["direction"], found["verdict"]) == ("fewer", "supported")
    assert np.isnan(found["promised"])
    assert np.isnan(found["margin"])
    assert np.isnan(found["multiple"])


def test_a_margin_is_told_apart_from_what_was_promised() -> None:
    found = only(answered(many([1, 3]), towards("no_more", margin=0.02)))
    assert (found["margin"], found["probability_met"]) == (0.02, 0.5)
    assert np.isnan(found["promised"])


def test_a_claim_within_so_many_years_falls_due_that_long_after_each_schedules_first_go_live() -> None:
    fall = [100.0] * 13 + [90.0] * 12
    records = frame(
        series("no_change", "children_on_cp", [100.0] * 25, months=TWO_YEARS),
        *(series(name, "children_on_cp", fall, months=TWO_YEARS) for name in ("early", "late", "later", "undated")),
        months=TWO_YEARS,
    )
    begins = {"early": date(2020, 2, 1), "late": date(2020, 6, 1), "later": date(2021, 3, 1), "undated": None}
    table = claims.answers(records, NOTHING, [towards("fewer", within_years=1)], begins).set_index("schedule")
    assert table["by"].to_dict() == {
        "early": date(2021, 2, 1),
        "late": date(2021, 6, 1),
        "later": date(2022, 3, 1),
        "undated": date(2021, 1, 31),
    }
    assert table["mean"].fillna(99).to_dict() == {"early": 0.0, "late": -0.1, "later": 99, "undated": 0.0}
    assert table.loc["later", "verdict"] == "not within the run"
    assert table.loc["late", "within_years"] == 1


def test_missed_appointments_with_treatment_services_are_those_of_their_roles_in_and_outside_the_team() -> None:
    records = frame(
        series("no_change", "appointments_missed_substance_misuse_worker_outside", [0, 40, 0, 0]),
        series("no_change", "appointments_missed_da_victim_worker", [0, 999, 0, 0]),
        series("fast", "appointments_missed_substance_misuse_worker", [0, 10, 0, 0]),
        series("fast", "appointments_missed_mental_health_practitioner", [0, 0, 5, 0]),
        series("fast", "appointments_missed_mental_health_practitioner_outside", [0, 0, 0, 5]),
    )
    assert only(answered(records, claim("appointments_missed_treatment", -0.5)))["mean"] == -0.5


def test_a_change_from_a_published_figure_is_taken_from_it_in_every_draw() -> None:
    given = {"text": "12% fewer", "measure": "children_on_cp", "change": -0.12, "by": END, "source": "slides"}
    asked = Claim.model_validate({**given, "against": "published", "base": 100.0})
    found = only(answered(many([-12, -11, -20]), asked))
    assert (found["base"], found["compared_with"], found["probability_met"]) == (100, 100, pytest.approx(2 / 3))
