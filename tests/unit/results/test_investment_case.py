from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import made_up
import numpy as np
import pandas as pd
import pytest

from familyflow.economics import appraisal as appraisals
from familyflow.economics import value_of_information
from familyflow.economics.ladder import Rung
from familyflow.report import console
from familyflow.report.document import case_in_words
from familyflow.results import investment_case as tables
from familyflow.results.information import CHANCE
from familyflow.results.investment_case import CORRECTED, DRIFT, Case, groups_of

if TYPE_CHECKING:
    from pathlib import Path

FEW, MANY = 5, 60
TITLES = {"no_change": "No change", "plan": "The plan"}


def case(draws: int = FEW) -> Case:
    a = made_up.assumptions()
    rng = np.random.default_rng(9)
    names = ["price.home", "price.worker", "effect.x", "target.y", "case.home.cash_now"]
    samples = pd.DataFrame({"draw": range(draws), **{name: rng.uniform(0.5, 1.5, draws) for name in names}})
    quantities = {**a.quantities, "effect.x": made_up.quantity(1.0, 0.6, 1.4)}
    return Case(a, made_up.activity(draws=draws), samples, quantities, ("effect.x",))


def test_the_ladders_rows_add_up_to_every_rung_of_every_schedule() -> None:
    found = case()
    whole = found.ladder_table[found.ladder_table["financial_year"] == "all"].groupby("rung")["mean"].sum()
    for rung, amounts in appraisals.by_rung(found.flows).items():
        assert whole.get(str(rung), 0.0) == pytest.approx(float(amounts[:, 1].sum(axis=-1).mean()))


def test_the_ladders_years_add_up_to_all_of_them() -> None:
    rows = case().ladder_table
    keys = ["rung", "line"]
    years = rows[rows["financial_year"] != "all"].groupby(keys)["mean"].sum()
    whole = rows[rows["financial_year"] == "all"].set_index(keys)["mean"]
    pd.testing.assert_series_equal(years.sort_index(), whole.sort_index())


def test_no_change_is_nought_in_every_row_of_appraisal_and_cash_flow() -> None:
    found = case()
    for table in (found.appraisal_table, found.cash_flow_table):
        own = table[
            (table["schedule"] == "no_change") & ~table["measure" if "measure" in table else "item"].isin(["regret"])
        ]
        assert not own["mean"].fillna(0.0).any()


def test_the_cash_flow_builds_net_cash_of_its_parts() -> None:
    rows = case().cash_flow_table
    means = rows.pivot_table("mean", ["schedule", "basis", "financial_year"], "item", dropna=False)
    cash = means[str(Rung.NOW)] + means[str(Rung.LATER)]
    built = cash - means["programme cost"] + means["grant"]
    pd.testing.assert_series_equal(built, means["net cash"], check_names=False)


def test_both_bases_stand_side_by_side_and_caution_never_saves_more() -> None:
    rows = case().appraisal_table.query("schedule == 'plan' and measure == 'pv_spending'").set_index("basis")["mean"]
    assert set(rows.index) == {tables.AS_STATED, CORRECTED}
    assert rows[CORRECTED] > rows[tables.AS_STATED]


def test_a_payback_that_most_draws_never_reach_has_no_median_and_no_mean() -> None:
    found = case(MANY).appraisal_table.query("schedule == 'plan' and basis == @tables.AS_STATED").set_index("measure")
    assert 0.05 < found["mean"]["probability_paid_back"] < 0.5
    assert np.isfinite(found["p5"]["payback"])
    assert np.isnan([found[name]["payback"] for name in ("mean", "p50", "p95")]).all()


def test_inputs_fall_into_groups_once_and_what_luck_does_not_touch_into_none() -> None:
    names = ["effect.a", "adult.b", "price.c", "staff.d", "target.e", "harms.f", "case.g", "snapshot.h"]
    found = groups_of(names)
    assert found[DRIFT] == ["target.e", "harms.f"]
    assert sorted(name for members in found.values() for name in members) == sorted(names[:6])


def test_too_few_draws_say_so_and_give_no_number() -> None:
    rows = case(FEW).information_table.set_index("what")
    assert rows[["gbp", "gbp_error", "share_of_variance", "share_error"]].isna().all(axis=None)
    assert set(rows["words"]) == {f"5 draws are too few to tell; {value_of_information.FEWEST} are needed"}
    assert [bar.name for bar in case(FEW).bars if bar.name.startswith("effect")] == []


def test_inputs_that_nothing_hangs_on_cannot_be_told_and_nor_can_chance() -> None:
    """The activity of this case is drawn apart from its inputs."""
    rows = case(MANY).information_table.set_index("what")
    others = rows.drop("everything")
    assert others[["share_of_variance", "share_error"]].isna().all(axis=None)
    assert rows.loc[CHANCE, "words"] == "cannot be told at 60 draws"
    assert all(said.endswith("cannot be told at 60 draws") for said in others["words"])


def test_the_tornado_is_in_order_and_says_how_each_bar_was_found() -> None:
    rows = case(MANY).sensitivity_table
    assert rows["swing_gbp"].is_monotonic_decreasing
    methods = rows.set_index("input")["method"]
    assert methods["price.home"] == "recalculated"
    assert methods["effect.x"] == "regression over draws"


def test_the_map_has_the_two_widest_bars_of_money_on_its_edges() -> None:
    found = case()
    widest = found.sensitivity_table["input"].tolist()[:2]
    rows = found.map_table
    assert rows[["input_x", "input_y"]].drop_duplicates().to_numpy().tolist() == [widest]
    assert len(rows) == 25


def test_the_plane_has_a_row_a_draw_and_costs_what_the_appraisal_says() -> None:
    found = case()
    assert found.plane_table["draw"].tolist() == list(range(FEW))
    assert found.plane_table["net_cost_gbp"].tolist() == (-found.appraisal.npv[:, 1]).tolist()


def test_every_table_is_written(tmp_path: Path) -> None:
    found = case()
    found.save(tmp_path)
    names = {"appraisal", "cashflow", "ladder", "sensitivity", "information", "map", "plane", "after"}
    assert {path.stem for path in tmp_path.iterdir()} == names
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "appraisal.csv")[["schedule", "measure"]], found.appraisal_table[["schedule", "measure"]]
    )


def test_the_case_in_words_names_its_range_and_the_caution() -> None:
    file = StringIO()
    console.show([case_in_words.in_short(case(), TITLES)], file)
    said = " ".join(file.getvalue().split())
    for words in (
        "Cash this year",
        "Growth not incurred",
        "range of outcomes",
        "optimism bias corrected",
        "The plan.",
    ):
        assert words in said
    assert "No change would have left more cash in" in said


def test_one_sentence_answers_both_questions_and_few_draws_decide_nothing() -> None:
    found = case(MANY)
    cash, public = (int((npv[:, 1] > 0).sum()) for npv in (found.appraisal.npv, found.appraisal.npv_public))
    said = next(case_in_words.sentences(found, TITLES))
    assert said.startswith("The plan. Is it cash for the council? ")
    assert f", in {cash} of {MANY} draws. Worth it for the public purse? " in said
    assert f", in {public} of {MANY} draws. Net present value" in said
    assert "1 draw is too few to decide" in next(case_in_words.sentences(case(1), TITLES))


def test_the_run_rate_is_the_net_of_the_last_whole_year() -> None:
    found = case(MANY)
    year = found.appraisal.last_year
    start, end = found.activity.spans[year]
    assert (end - start).days + 1 >= 365
    net = (found.flows.cash - found.flows.spending)[..., year]
    np.testing.assert_allclose(found.appraisal.run_rate, net)


def test_the_schedule_that_stands_is_the_first_that_changes_anything() -> None:
    found = case(MANY)
    assert tables.stands(found) == found.activity.schedules[1]
