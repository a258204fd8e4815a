from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import nan
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from by_hand import point, scenario
from made_case import material_of

from familyflow.report.document.money import pictures_of_money
from familyflow.report.document.summary import compared
from familyflow.report.figures import fan, messages, published, rollout, save, team_caseloads, time_series
from familyflow.report.words import fewer, number, pounds
from familyflow.results import caseloads, findings
from familyflow.results.monthly import SOCIAL_WORK, council, titles_of
from familyflow.results.precision import BAND, is_apart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from made_study import Study

    from familyflow.results.findings import Findings
    from familyflow.scenario.schema import History

MONTHS = pd.date_range("2020-01-31", periods=5, freq="ME")


@pytest.fixture(scope="module")
def titles(study: Study) -> dict[str, str]:
    return titles_of(study.scenario, study.scenario.schedules)


@pytest.fixture(scope="module")
def found(study: Study) -> Findings:
    return findings.find(study.monthly, study.money, study.scenario)


@pytest.fixture(scope="module")
def pictures(study: Study) -> Mapping[str, str]:
    drawn = save.pictures(study.monthly, study.money, study.scenario, study.timelines)
    return {picture.name: picture.title for picture in drawn}


def means(found: Findings, measure: str) -> dict[str, float]:
    """Give the averages of the summary over the whole run, by schedule."""
    rows = found.summary[(found.summary["measure"] == measure) & (found.summary["period"] == "all")]
    return dict(zip(rows["schedule"], rows["mean"], strict=True))


def less(found: Findings, measure: str) -> list[float]:
    """Give the averages of the table of differences from no change."""
    rows = found.differences
    return [float(value) for value in rows.loc[rows["measure"] == measure, "mean"]]


@pytest.mark.parametrize("measure", list(fan.STOCKS))
def test_a_stock_s_title_has_the_differences_of_the_table(
    pictures: Mapping[str, str], found: Findings, measure: str
) -> None:
    low, high = (abs(value) for value in (max(less(found, f"{measure}_end")), min(less(found, f"{measure}_end"))))
    said = f"{number(low, 'children')} to {fewer(high)} than under no change on average"
    assert pictures[measure] == f"{fan.STOCKS[measure]} at 30 June 2024: {said}"
    part = f"{fan.STOCKS[measure][1:]} {number(low, 'children')} to {fewer(high)}"
    assert part in pictures["children_fewer"]


def test_a_wait_s_title_has_the_averages_of_the_summary(pictures: Mapping[str, str], found: Findings) -> None:
    rows = means(found, "adult_wait_days_mean")
    others = [value for name, value in rows.items() if name != "no_change"]
    assert f"{rows['no_change']:.0f} days on average under no change" in pictures["adult_wait"]
    assert messages.spread(others, "{:.0f}".format) in pictures["adult_wait"]


def test_the_net_position_is_the_gross_saving_less_cost_as_the_tables_call_and_have_them(
    pictures: Mapping[str, str], found: Findings
) -> None:
    others = [value for name, value in means(found, "net_saving_gbp").items() if name != "no_change"]
    said = f"{pounds(min(others))} to {pounds(max(others))} on average by 30 June 2024"
    assert pictures["net_position"] == f"Gross saving, not all cash, less programme cost: {said}"


def test_the_start_s_title_has_the_averages_of_the_summary_at_a_year_s_end(study: Study) -> None:
    months = sorted(study.monthly["month"].unique())[:25]
    two_years = study.monthly[study.monthly["month"].isin(months)]
    rows = means(findings.find(two_years, study.money, study.scenario), "children_in_care_end")
    title = fan.baseline_start(council(two_years, fan.STOCKS), study.scenario).title
    assert f"then {rows['no_change']:.0f}; children on CP plans" in title


def test_a_caseload_s_title_counts_the_teams_within_the_table_s_target(
    study: Study, pictures: Mapping[str, str], found: Findings
) -> None:
    (target,) = found.caseloads["promise"].unique()
    last = caseloads.by_month(study.monthly)
    last = last[last["month"] == last["month"].max()].groupby(["schedule", "team"])["caseload"].mean()
    within = (last <= target).groupby("schedule").sum()
    said = f"Teams within the target of {number(target, 'children per social worker')} children per social worker"
    assert pictures["caseload_by_team"].startswith(said)
    assert f"under no change {within['no_change']} of 3" in pictures["caseload_by_team"]


def test_without_a_target_a_caseload_s_title_has_the_averages_of_the_table(
    study: Study, titles: dict[str, str], found: Findings
) -> None:
    shown = team_caseloads.loads(study.monthly, study.scenario)
    title = team_caseloads.message(shown, titles, "children per social worker", "")
    rows = found.caseloads[found.caseloads["schedule"] == "no_change"]
    said = f"{rows['mean'].min():.1f} to {rows['mean'].max():.1f} under no change"
    assert title.startswith(f"Children per social worker by team, on average over the run: {said}")


def test_the_ladder_s_title_has_the_cash_and_the_cost_of_the_schedules_side_by_side(study: Study) -> None:
    material = material_of(study, 12)
    title = {picture.name: picture.title for picture in pictures_of_money(material)}["ladder"]
    rows = [row for _, group in compared(material).groups for row in group]
    cost, cash = (sorted(1e6 * float(row[column].split("\n")[0]) for row in rows) for column in (4, 5))
    assert title == (
        f"Cash saved is {pounds(cash[0])} to {pounds(cash[-1])} on average, "
        f"against a cost of {pounds(cost[0])} to {pounds(cost[-1])}"
    )


def test_no_figure_calls_a_schedule_best_or_likeliest_or_gross_saving_cash(
    study: Study, pictures: Mapping[str, str]
) -> None:
    titles = [*pictures.values(), *(picture.title for picture in pictures_of_money(material_of(study, 12)))]
    assert not any(word in title.lower() for title in titles for word in ("best", "likeliest", "cashable", "median"))


def row(mean: float, error: float) -> dict[str, float]:
    return {"mean": mean, "mc_error": error}


def test_an_average_is_told_from_nought_beyond_its_precision_band() -> None:
    assert is_apart(BAND + 0.1, 1.0)
    assert not is_apart(-BAND, 1.0)
    assert is_apart(1.0, 0.0)
    assert not is_apart(5.0, nan)


def test_a_difference_that_the_draws_cannot_tell_is_not_numbered() -> None:
    assert messages.gap({"a": row(40, 10)}) == "40 fewer than under no change on average"
    assert messages.gap({"a": row(40, 10), "b": row(-30, 10)}) == (
        "30 more to 40 fewer than under no change on average"
    )
    assert messages.gap({"a": row(40, 10), "b": row(10, 10)}) == (
        "40 fewer than under no change on average; the draws cannot tell 1 of 2 schedules from it"
    )
    assert messages.gap({"a": row(10, 10)}) == "the draws cannot tell the schedule's average from no change's"
    assert "any schedule's" in messages.gap({"a": row(10, nan), "b": row(20, nan)})
    assert messages.gap({"a": row(0, 0.0), "b": row(0, 0.0)}) == "as many as under no change"


def test_a_small_difference_is_withheld() -> None:
    assert messages.gap({"a": row(4, 1), "b": row(5, 1)}, 6) == "<6 fewer than under no change on average"


def test_what_cannot_be_told_is_said_in_title_and_panel(study: Study, titles: dict[str, str]) -> None:
    one = study.monthly[study.monthly["draw"] == 0]
    picture = fan.stock(council(one, fan.STOCKS)["children_in_care"], study.scenario, titles)
    assert picture.title.endswith("the draws cannot tell any schedule's average from no change's")
    assert "(not told from 0)" in picture.figure.axes[1].get_title(loc="left").replace("\n", " ")


def bands(low: float, high: float) -> pd.DataFrame:
    return pd.DataFrame({"p5": low, "p95": high}, index=MONTHS)


def counts(*values: float) -> list[History]:
    return [point("children_in_care", month.date(), value) for month, value in zip(MONTHS, values, strict=False)]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((5, 6, 7), ""),
        ((5, 11, 7), "1 of 3 counts published after day 0 lies above the range of outcomes of no change"),
        ((3, 2, 7), "2 of 3 counts published after day 0 lie below the range of outcomes of no change"),
        ((11, 12, 1), "2 of 3 counts published after day 0 lie above and 1 below the range of outcomes of no change"),
        ((), ""),
    ],
)
def test_published_counts_that_leave_the_range_are_counted_by_side(values: tuple[float, ...], said: str) -> None:
    assert published.outside(counts(*values), bands(4, 10)) == said


def test_a_count_of_a_date_that_is_not_recorded_is_left_out() -> None:
    assert published.outside([point("children_in_care", date(2020, 2, 3), 99)], bands(4, 10)) == ""


def test_only_counts_after_day_0_are_held_against_the_range() -> None:
    later = published.later(scenario(date(2019, 6, 30), 5), "children_in_care")
    assert [each.date for each in later] == [date(2020, 3, 31)]


def test_a_figure_says_beside_it_which_counts_leave_the_range_and_else_nothing(
    study: Study, titles: dict[str, str]
) -> None:
    stocks = council(study.monthly, fan.STOCKS)
    low = fan.stock(stocks["children_on_cp"], study.scenario, titles)
    said = "1 of 1 counts published after day 0 lies below the range of outcomes of no change"
    assert low.note == f"Children on CP plans: {said}."
    assert said in low.figure.axes[0].get_title(loc="left").replace("\n", " ")
    assert fan.stock(stocks["children_on_cin"], study.scenario, titles).note == ""


def test_a_promise_is_kept_from_the_month_after_which_it_is_never_broken() -> None:
    def kept(*values: float) -> str:
        return caseloads.kept(pd.Series(values, MONTHS[: len(values)]), 15)

    assert kept(20, 14, 16, 15, 14) == "kept from April 2020"
    assert kept(15, 15) == "kept throughout"
    assert kept(20, 16) == "never kept"
    assert kept(20, 14, 16) == "not kept to the end"


def test_a_caseload_s_axis_is_made_for_the_averages_and_the_target(study: Study, titles: dict[str, str]) -> None:
    wild = study.monthly.copy()
    chosen = (wild["draw"] < 3) & (wild["measure"] == "children_open") & (wild["team"] == "north")
    wild.loc[chosen, "value"] *= 4
    picture = team_caseloads.caseload_by_team(wild, study.scenario, titles)
    found = team_caseloads.loads(wild, study.scenario)
    shown = [18, *(value for name in titles for value in found.means("north")[name])]
    low, high = picture.figure.axes[0].get_ylim()
    assert low <= min(shown)
    assert max(shown) <= high <= max(shown) + 0.1 * (high - low)
    assert found.levels["p95"].loc["north", "no_change"].max() > high
    assert picture.figure.axes[0].get_ylim() != picture.figure.axes[1].get_ylim()


def test_beneath_a_caseload_is_the_paired_difference_from_no_change(study: Study, titles: dict[str, str]) -> None:
    rows = caseloads.by_month(study.monthly)
    last = rows[(rows["month"] == rows["month"].max()) & (rows["team"] == "north")]
    wide = last.pivot_table("caseload", "draw", "schedule")
    paired = wide["as_published"] - wide["no_change"]
    found = team_caseloads.loads(study.monthly, study.scenario).paired("north")["as_published"].iloc[-1]
    assert (found["mean"], found["mc_error"]) == pytest.approx((paired.mean(), paired.sem()))
    picture = team_caseloads.caseload_by_team(study.monthly, study.scenario, titles)
    beneath = [axes for axes in picture.figure.axes if axes.get_ylabel() == "less no\nchange"]
    assert len(beneath) == 1
    assert any(line.get_ydata()[-1] == pytest.approx(paired.mean()) for line in beneath[0].lines)  # type: ignore[index]


def test_table_and_panel_say_from_when_a_promise_is_kept(study: Study, titles: dict[str, str], found: Findings) -> None:
    drawn = team_caseloads.loads(study.monthly, study.scenario, SOCIAL_WORK)
    rows = found.caseloads.set_index(["schedule", "team"])["promise_kept"].to_dict()
    assert rows == {
        (name, team): caseloads.kept(each, 18) for team in drawn.teams for name, each in drawn.means(team).items()
    }
    picture = team_caseloads.caseload_by_team(study.monthly, study.scenario, titles)
    assert f"no change: {rows['no_change', 'north']}" in picture.figure.axes[0].get_title(loc="left")


def test_without_a_promise_nothing_is_said_to_be_kept(study: Study) -> None:
    numbers = {key: each for key, each in study.scenario.quantities.items() if key != caseloads.TARGET}
    changed = replace(study.scenario, quantities=MappingProxyType(numbers))
    assert set(caseloads.table(study.monthly, changed)["promise_kept"]) == {""}


def test_without_no_change_there_is_no_difference_to_draw(study: Study) -> None:
    monthly = study.monthly[study.monthly["schedule"] == "as_published"]
    picture = team_caseloads.caseload_by_team(monthly, study.scenario, {"as_published": "As published"})
    assert picture.figure.axes[0].get_ylabel() == "children per\nsocial worker"
    assert not any(axes.get_ylabel() == "less no\nchange" for axes in picture.figure.axes)


@pytest.mark.parametrize(
    ("lives", "said"),
    [
        ([[]], "No team goes live within the run"),
        ([[date(2020, 1, 1)]], "Teams go live on 1 January 2020"),
        ([[date(2020, 1, 1), date(2021, 1, 1)]], "Teams go live from 1 January 2020 to 1 January 2021"),
        (
            [[date(2020, 1, 1)], [date(2021, 1, 1)], []],
            "The first team goes live on 1 January 2020, the last from 1 January 2020 to 1 January 2021, by schedule",
        ),
        (
            [[date(2020, 1, 1), date(2021, 1, 1)], [date(2021, 1, 1)]],
            "The first team goes live on 1 January 2020, the last of every schedule on 1 January 2021",
        ),
    ],
)
def test_the_rollout_s_title_says_when_teams_go_live(lives: list[list[date]], said: str) -> None:
    assert rollout.message(lives) == said


def test_the_mean_wait_leaves_out_schedules_in_which_nobody_waits(study: Study) -> None:
    still = study.monthly["measure"].str.startswith("adult_wait") & (study.monthly["schedule"] == "slower")
    panel = council(
        study.monthly.assign(value=study.monthly["value"].where(~still, 0.0)),
        [name for days, waits, _, _ in time_series.WAITS for name in (days, waits)],
    )
    assert pd.isna(time_series.mean_waits(panel)["slower"])
