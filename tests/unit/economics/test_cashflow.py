from __future__ import annotations

from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any

import frames
import pandas as pd
import pytest
from frames import records, series
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from familyflow.economics.cashflow import activity, by_year, cumulative, money, savings
from familyflow.economics.lines import Kind, Line
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from frames import Row

START = date(2020, 3, 30)
MONTHS = (date(2020, 3, 31), date(2020, 4, 30), date(2020, 5, 31), date(2021, 3, 31), date(2021, 4, 30))
SCHEDULES = ("no_change", "as_published", "slower")
LINES = (
    Line("care", "child_days_residential", "price.week", Kind.CASHABLE, factor=1 / 7),
    Line("fees", "care_exits_adoption", "price.fee", Kind.CASHABLE),
    Line("plans", "child_days_on_cp", "price.month", Kind.CAPACITY),
    Line("courts", "proceedings", "price.court", Kind.PARTNER, "courts"),
    Line("health", "harm_days_alcohol_misuse", "price.health", Kind.PARTNER, "NHS"),
    Line("posts", "fte_days_psychologist", "price.salary", Kind.PROGRAMME, uplifts=("price.on_cost",)),
)
PRICES = tuple(line.price for line in LINES)
FACTORS = dict.fromkeys(PRICES, 1.0)


def runs(flows: Iterable[Row], draws: tuple[int, ...] = (0,)) -> pd.DataFrame:
    """Add to the flows the rows of nothing that every run has, its snapshot among them."""
    months = (START, *MONTHS)
    idle = [series(each, "contacts", months, [0.0] * len(months), draw=draw) for draw in draws for each in SCHEDULES]
    return records([*chain.from_iterable(idle), *flows])


def samples(price: float = 1.0, draws: tuple[int, ...] = (0,), **others: float) -> pd.DataFrame:
    return frames.samples({**dict.fromkeys(PRICES, price), "price.on_cost": 0.3, **others}, draws)


def amounts_in(priced: pd.DataFrame, **where: Any) -> list[float]:  # noqa: ANN401 - a column's value
    for column, value in where.items():
        priced = priced[priced[column] == value]
    return [float(gbp) for gbp in priced["gbp"]]


values = st.floats(0, 1e4, allow_subnormal=False)
flows = st.lists(
    st.tuples(
        st.sampled_from((0, 1)),
        st.sampled_from(SCHEDULES),
        st.sampled_from(MONTHS),
        st.sampled_from(("north", "south")),
        st.sampled_from([line.measure for line in LINES]),
        values,
    ),
    max_size=30,
)
quick = settings(max_examples=25, deadline=None)


def test_a_row_of_31_march_is_in_the_old_year_and_the_next_month_in_the_new() -> None:
    monthly = runs([(0, "no_change", month, "north", "proceedings", 1.0) for month in MONTHS])
    priced = money(monthly, samples(), FACTORS, LINES)
    years = ("2019/20", "2020/21", "2021/22")
    found = [amounts_in(priced, schedule="no_change", line="courts", financial_year=year) for year in years]
    assert found == [[1.0], [3.0], [1.0]]


def test_a_row_of_1_april_is_in_the_new_year() -> None:
    monthly = records(
        (0, "no_change", month, "", "proceedings", value)
        for month, value in ((START, 0.0), (date(2020, 3, 31), 2.0), (date(2020, 4, 1), 5.0))
    )
    priced = money(monthly, samples(), FACTORS, LINES)
    assert amounts_in(priced, line="courts", financial_year="2019/20") == [2.0]
    assert amounts_in(priced, line="courts", financial_year="2020/21") == [5.0]


def test_a_snapshot_on_31_march_adds_no_year_of_its_own() -> None:
    monthly = records(
        (0, "no_change", month, "", "proceedings", value)
        for month, value in ((date(2020, 3, 31), 0.0), (date(2020, 4, 30), 1.0))
    )
    assert money(monthly, samples(), FACTORS, LINES)["financial_year"].unique().tolist() == ["2020/21"]


def test_teams_are_summed_and_every_line_has_a_row_even_when_nothing_happened() -> None:
    rows: list[Row] = [(0, "slower", MONTHS[1], team, "proceedings", 2.0) for team in ("north", "south")]
    priced = money(runs(rows), samples(price=10.0), FACTORS, LINES)
    assert len(priced) == len(SCHEDULES) * 3 * len(LINES)
    assert amounts_in(priced, schedule="slower", line="courts", financial_year="2020/21") == [40.0]
    assert priced["gbp"].sum() == 40.0


def test_each_draw_is_priced_at_its_own_prices() -> None:
    rows: list[Row] = [(draw, "no_change", MONTHS[1], "north", "care_exits_adoption", 2.0) for draw in (3, 5)]
    drawn = pd.concat([samples(100.0, draws=(5,)), samples(1.0, draws=(3,))])
    priced = money(runs(rows, draws=(3, 5)), drawn, FACTORS, LINES)
    assert amounts_in(priced, draw=3, schedule="no_change", line="fees", financial_year="2020/21") == [2.0]
    assert amounts_in(priced, draw=5, schedule="no_change", line="fees", financial_year="2020/21") == [200.0]


def test_a_draw_without_sampled_prices_is_named() -> None:
    with pytest.raises(Problem, match=r"^draw 4: in the monthly results"):
        money(runs([], draws=(4,)), samples(), FACTORS, LINES)


def test_dates_schedules_and_measures_may_come_as_parquet_gives_them() -> None:
    monthly = runs([(0, "slower", MONTHS[1], "north", "proceedings", 2.0)])
    packed = monthly.astype({"schedule": "category", "team": "category", "measure": "category", "draw": "int32"})
    packed["month"] = pd.to_datetime(packed["month"])
    plain = money(monthly, samples(), FACTORS, LINES)
    assert_frame_equal(money(packed, samples(), FACTORS, LINES), plain, check_dtype=False)


def test_a_lasting_cost_runs_from_the_middle_of_its_month() -> None:
    allowance = Line("allowance", "care_exits_sgo", "price.fee", Kind.CASHABLE, lasting=True)
    monthly = runs([(0, "no_change", date(2020, 4, 30), "north", "care_exits_sgo", 2.0)])
    amounts = activity(monthly, [allowance])["allowance"]
    until_march = 30 / 2 + (date(2021, 3, 31) - date(2020, 4, 30)).days
    assert amounts[0, "no_change", "2019/20"] == 0.0
    assert amounts[0, "no_change", "2020/21"] == 2 * until_march
    assert amounts[0, "no_change", "2021/22"] == 2 * 30
    assert (amounts[0, "slower"] == 0).all()


def test_care_counted_in_all_and_by_placement_is_priced_once() -> None:
    rows: list[Row] = [
        (0, "no_change", MONTHS[1], "", measure, 70.0) for measure in ("child_days_in_care", "child_days_residential")
    ]
    priced = money(runs(rows), samples(price=6_000.0), FACTORS, LINES)
    assert priced["gbp"].sum() == pytest.approx(60_000.0)


def test_without_a_choice_of_lines_every_salary_is_priced_and_unpriced_posts_are_refused() -> None:
    monthly = runs([(0, "slower", MONTHS[1], "", "fte_days_play_therapist", 1.0)])
    with pytest.raises(Problem, match=r"price\.salary|fte_days_play_therapist has no price"):
        money(monthly, samples(), FACTORS)


@quick
@given(flows, st.floats(0, 50))
def test_money_is_linear_in_prices(drawn: list[Row], times: float) -> None:
    monthly = runs(drawn, draws=(0, 1))
    one = money(monthly, samples(3.0, draws=(0, 1)), FACTORS, LINES)["gbp"]
    many = money(monthly, samples(3.0 * times, draws=(0, 1)), FACTORS, LINES)["gbp"]
    assert many.tolist() == pytest.approx((one * times).tolist(), rel=1e-12, abs=1e-9)


@quick
@given(flows, st.sampled_from(LINES))
def test_a_price_moves_its_own_line_and_no_other(drawn: list[Row], line: Line) -> None:
    monthly = runs(drawn, draws=(0, 1))
    before = money(monthly, samples(draws=(0, 1)), FACTORS, LINES)
    after = money(monthly, samples(draws=(0, 1)), {**FACTORS, line.price: 2.0}, LINES)
    own = before["line"] == line.name
    assert (after["gbp"] == before["gbp"].where(~own, 2 * before["gbp"])).all()


@quick
@given(flows)
def test_every_total_is_the_sum_of_its_parts(drawn: list[Row]) -> None:
    saved = savings(money(runs(drawn, draws=(0, 1)), samples(draws=(0, 1)), FACTORS, LINES))
    position = by_year(saved).set_index(["draw", "schedule", "financial_year"])
    kinds = {
        "gross_saving_gbp": "cashable",
        "capacity_saving_gbp": "capacity",
        "partner_saving_gbp": "partner",
    }
    for year, row in position.iterrows():
        parts = saved[(saved[["draw", "schedule", "financial_year"]] == list(year)).all(axis=1)]  # type: ignore[call-overload]
        for column, kind in kinds.items():
            assert row[column] == pytest.approx(parts[parts["kind"] == kind]["saving_gbp"].sum(), abs=1e-6)
        assert row["programme_cost_gbp"] == pytest.approx(parts["cost_gbp"].sum(), abs=1e-6)
        assert row["net_saving_gbp"] == row["gross_saving_gbp"] - row["programme_cost_gbp"]


@quick
@given(flows, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_schedules_does_not_matter(drawn: list[Row], order: Any) -> None:  # noqa: ANN401 - a random.Random
    monthly = runs(drawn, draws=(0, 1))
    places = list(range(len(monthly)))
    order.shuffle(places)
    prices = samples(draws=(0, 1))
    first = savings(money(monthly, prices, FACTORS, LINES))
    assert_frame_equal(savings(money(monthly.iloc[places], prices, FACTORS, LINES)), first)


@quick
@given(flows)
def test_a_schedule_that_changes_nothing_saves_exactly_nothing(drawn: list[Row]) -> None:
    same: list[Row] = [
        (draw, schedule, month, team, measure, value)
        for draw, _, month, team, measure, value in drawn
        for schedule in SCHEDULES
    ]
    position = cumulative(savings(money(runs(same, draws=(0, 1)), samples(7.7, draws=(0, 1)), FACTORS, LINES)))
    numbers = position.drop(columns=["draw", "schedule", "financial_year"])
    assert (numbers == 0).all(axis=None)


def test_the_same_days_shared_out_among_other_teams_save_exactly_nothing() -> None:
    split: list[Row] = [
        (0, "no_change", MONTHS[1], "north", "child_days_residential", 0.3),
        (0, "slower", MONTHS[1], "north", "child_days_residential", 0.1),
        (0, "slower", MONTHS[1], "south", "child_days_residential", 0.2),
    ]
    saved = savings(money(runs(split), samples(), FACTORS, LINES))
    assert (saved[saved["schedule"] == "slower"]["saving_gbp"] == 0).all()


def test_a_post_is_a_cost_and_never_a_saving() -> None:
    monthly = runs([(0, "slower", MONTHS[1], "north", "fte_days_psychologist", 10.0)])
    saved = savings(money(monthly, samples(price=100.0), FACTORS, LINES))
    assert saved["cost_gbp"].sum() == pytest.approx(1_300.0)
    assert (saved["saving_gbp"] == 0).all()


def test_a_child_kept_at_home_is_a_saving_on_care_and_a_dearer_plan_a_negative_one() -> None:
    rows: list[Row] = [
        (0, "no_change", MONTHS[1], "north", "child_days_residential", 14.0),
        (0, "slower", MONTHS[1], "north", "child_days_on_cp", 3.0),
    ]
    saved = savings(money(runs(rows), samples(price=10.0), FACTORS, LINES))
    slower = saved[saved["schedule"] == "slower"].groupby("line")["saving_gbp"].sum()
    assert slower["care"] == pytest.approx(20.0)
    assert slower["plans"] == pytest.approx(-30.0)


def test_what_a_schedule_spends_less_on_posts_is_displaced_and_taken_off_its_cost() -> None:
    rows: list[Row] = [
        (0, "no_change", MONTHS[1], "north", "fte_days_psychologist", 10.0),
        (0, "slower", MONTHS[1], "north", "fte_days_psychologist", 4.0),
        (0, "as_published", MONTHS[1], "north", "fte_days_psychologist", 15.0),
        (0, "slower", MONTHS[1], "north", "child_days_residential", 7.0),
    ]
    position = by_year(savings(money(runs(rows), samples(price=100.0), FACTORS, LINES)))
    sums = position.groupby("schedule")[["programme_cost_gbp", "displaced_gbp"]].sum()
    assert sums["displaced_gbp"].to_dict() == pytest.approx({"no_change": 0, "as_published": 0, "slower": 780})
    assert sums["programme_cost_gbp"].to_dict() == pytest.approx({"no_change": 0, "as_published": 650, "slower": -780})


def test_neither_capacity_nor_partners_savings_are_ever_cash() -> None:
    measures = ("child_days_on_cp", "proceedings", "harm_days_alcohol_misuse")
    monthly = runs([(0, "no_change", MONTHS[1], "north", measure, 1.0) for measure in measures])
    position = by_year(savings(money(monthly, samples(), FACTORS, LINES)))
    assert (position[["gross_saving_gbp", "net_saving_gbp"]] == 0).all(axis=None)
    assert position["capacity_saving_gbp"].sum() == 2.0
    assert position["partner_saving_gbp"].sum() == 4.0


def test_the_cumulative_position_adds_the_net_of_each_year_within_a_run() -> None:
    rows: list[Row] = [(0, "no_change", month, "north", "care_exits_adoption", 1.0) for month in MONTHS]
    rows += [(0, "slower", MONTHS[1], "north", "fte_days_psychologist", 10.0)]
    position = cumulative(savings(money(runs(rows), samples(price=10.0), FACTORS, LINES)))
    of = {name: group["cumulative_net_gbp"].tolist() for name, group in position.groupby("schedule")}
    assert of["no_change"] == [0, 0, 0]
    assert of["as_published"] == pytest.approx([10, 40, 50])
    assert of["slower"] == pytest.approx([10, 10 + 30 - 130, 10 + 30 - 130 + 10])


@pytest.mark.parametrize("kept", [("slower",), ("as_published", "slower")])
def test_savings_need_no_change_to_compare_with(kept: tuple[str, ...]) -> None:
    priced = money(runs([]), samples(), FACTORS, LINES)
    with pytest.raises(Problem, match=r"^draw 0: schedule '.*' has no 'no_change'"):
        savings(priced[priced["schedule"].isin(kept)])


def test_savings_are_paired_draw_by_draw() -> None:
    priced = money(runs([], draws=(0, 1)), samples(draws=(0, 1)), FACTORS, LINES)
    alone = priced[(priced["draw"] == 0) | (priced["schedule"] == "slower")]
    with pytest.raises(Problem, match=r"^draw 1: schedule 'slower' has no 'no_change'"):
        savings(alone)
