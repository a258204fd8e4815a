from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import inf
from types import MappingProxyType
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from made_study import title_of, with_key_workers

from familyflow.report.figures import fan, rollout, save, style, team_caseloads, time_series
from familyflow.results import caseloads, summary
from familyflow.results.monthly import EARLY_HELP, council, months_of, titles_of
from familyflow.scenario.model import Schedule
from familyflow.scenario.timeline import TeamDay

if TYPE_CHECKING:
    from pathlib import Path

    from made_study import Study
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray

NAMES = {
    "children_on_cin",
    "children_on_cp",
    "children_in_care",
    "children_fewer",
    "caseload_by_team",
    "net_position",
    "rollout",
    "adult_wait",
    "baseline_start",
}


@pytest.fixture(scope="module")
def titles(study: Study) -> dict[str, str]:
    return titles_of(study.scenario, study.scenario.schedules)


@pytest.fixture(scope="module")
def stocks(study: Study) -> pd.DataFrame:
    return council(study.monthly, fan.STOCKS)


def shown(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.get_visible()]


def heights(line: Line2D) -> NDArray[np.float64]:
    return np.asarray(line.get_ydata(), dtype=float)


def levels_in(figure: Figure) -> list[Axes]:
    """Give the panels of caseloads, without those of differences beneath."""
    return [axes for axes in shown(figure) if axes.get_title(loc="left")]


def words_in(figure: Figure) -> str:
    legend = figure.legends[0]
    entries = [text.get_text() for text in legend.get_texts()]
    panels = [axes.get_title(loc="left") for axes in shown(figure)]
    return " | ".join([figure.get_suptitle(), legend.get_title().get_text(), *entries, *panels])


def test_a_run_leaves_every_figure_as_png_and_svg(single: Study, tmp_path: Path) -> None:
    written = save.save_all(single.monthly, single.money, single.scenario, single.timelines, tmp_path)
    files = {path.name: path for path in tmp_path.iterdir()}
    assert set(files) == {f"{name}.{kind}" for name in NAMES for kind in ("png", "svg")}
    for path in files.values():
        assert path.stat().st_size > 5000
    assert {image.name: image.png for image in written} == {name: files[f"{name}.png"].read_bytes() for name in NAMES}
    assert all(image.title and image.description for image in written)
    svg = ET.parse(tmp_path / "rollout.svg").getroot()  # noqa: S314 - our own file
    assert svg.tag.endswith("svg")


def test_no_change_alone_has_no_differences_to_draw(single: Study) -> None:
    monthly = single.monthly[single.monthly["schedule"] == "no_change"]
    money = single.money[single.money["schedule"] == "no_change"]
    drawn = {picture.name for picture in save.pictures(monthly, money, single.scenario, single.timelines)}
    assert drawn == NAMES - {"children_fewer", "net_position", "rollout"}


def test_the_same_picture_has_the_same_bytes(
    study: Study, stocks: pd.DataFrame, titles: dict[str, str], tmp_path: Path
) -> None:
    found = []
    for attempt in ("first", "second"):
        folder = tmp_path / attempt
        folder.mkdir()
        with mpl.rc_context({"font.size": 20 if attempt == "second" else 10, "svg.hashsalt": None}):
            picture = fan.stock(stocks["children_in_care"], study.scenario, titles)
            found.append([path.read_bytes() for path in style.save(picture, folder)])
    assert found[0] == found[1]
    assert b"<dc:date>" not in found[0][1]


def test_drawing_leaves_the_reader_s_settings_alone(study: Study, titles: dict[str, str]) -> None:
    before = dict(mpl.rcParams)
    time_series.adult_wait(study.monthly, titles)
    assert dict(mpl.rcParams) == before


def test_a_fan_shows_the_average_and_both_bands(study: Study, stocks: pd.DataFrame, titles: dict[str, str]) -> None:
    picture = fan.stock(stocks["children_in_care"], study.scenario, titles)
    axes = shown(picture.figure)[0]
    end = stocks["children_in_care"].xs("no_change", level="schedule").unstack("draw").iloc[-1]  # noqa: PD010
    assert heights(axes.lines[0])[-1] == pytest.approx(end.mean())
    low, high = np.quantile(end, [0.05, 0.95])
    reached = np.asarray(axes.collections[0].get_paths()[0].vertices, dtype=float)
    last = reached[reached[:, 0] == reached[:, 0].max()][:, 1]
    assert (last.min(), last.max()) == pytest.approx((low, high))
    assert "range of outcomes, 90% of draws" in words_in(picture.figure)
    assert "range of outcomes over 40 draws" in words_in(picture.figure)


def test_a_fan_says_how_many_fewer_than_no_change(study: Study, stocks: pd.DataFrame, titles: dict[str, str]) -> None:
    picture = fan.stock(stocks["children_in_care"], study.scenario, titles)
    values = summary.by_period(study.monthly, study.money)
    ends = values[(values["measure"] == "children_in_care_end") & (values["period"] == "all")]
    by_draw = ends.pivot_table("value", "draw", "schedule", observed=True)
    fewer = by_draw["no_change"] - by_draw["as_published"]
    low, high = (f"{number:.0f}" for number in fewer.quantile([0.05, 0.95]))
    said = f"average: {fewer.mean():.0f} fewer than no change\nrange of outcomes: {low} to {high} fewer"
    assert said in words_in(picture.figure)


def test_published_points_stand_before_on_and_after_day_0(
    study: Study, stocks: pd.DataFrame, titles: dict[str, str]
) -> None:
    picture = fan.stock(stocks["children_on_cp"], study.scenario, titles)
    points = [line for line in shown(picture.figure)[0].lines if line.get_marker() in {"o", "D"}]
    found = {(float(np.asarray(line.get_xdata())[0]), heights(line)[0]) for line in points}
    assert found == {
        (style.place(date(2018, 3, 31)), 301.0),
        (style.place(date(2019, 3, 31)), 333.0),
        (style.place(date(2019, 6, 30)), 260.0),
        (style.place(date(2020, 3, 31)), 169.0),
    }


def test_panels_of_a_figure_share_their_axes(study: Study, stocks: pd.DataFrame, titles: dict[str, str]) -> None:
    panels = shown(fan.stock(stocks["children_on_cin"], study.scenario, titles).figure)
    assert len(panels) == len(titles)
    assert len({axes.get_ylim() for axes in panels}) == 1
    assert len({axes.get_xlim() for axes in panels}) == 1


def test_a_schedule_that_changes_nothing_is_drawn_at_nought(study: Study) -> None:
    base = study.monthly[study.monthly["schedule"] == "no_change"]
    both = pd.concat([base, base.assign(schedule="as_published")])
    found = council(both, fan.STOCKS)
    titles = titles_of(study.scenario, ["no_change", "as_published"])
    picture = fan.children_fewer(found, titles)
    assert all((heights(axes.lines[1]) == 0).all() for axes in shown(picture.figure))
    assert "ends as no change does" in words_in(fan.stock(found["children_in_care"], study.scenario, titles).figure)


def test_the_start_is_shown_against_the_snapshot(study: Study, stocks: pd.DataFrame) -> None:
    picture = fan.baseline_start(stocks, study.scenario)
    cin = shown(picture.figure)[-1]
    assert len(heights(cin.lines[0])) == 25
    assert "Children on CIN plans: 1,045 on day 0" in words_in(picture.figure).replace("\n", " ")


def test_caseloads_have_a_panel_a_team_and_the_target(study: Study, titles: dict[str, str]) -> None:
    picture = team_caseloads.caseload_by_team(study.monthly, study.scenario, titles)
    above = levels_in(picture.figure)
    assert [axes.get_title(loc="left").split("\n")[0] for axes in above] == [
        "North",
        "Town centre",
        "South and the villages",
    ]
    assert all(any(set(heights(line)) == {18} for line in axes.lines) for axes in above)
    assert "target of 18.0" in words_in(picture.figure)
    assert above[0].get_ylabel() == "children per\nsocial worker"


def test_without_a_target_none_is_drawn(study: Study, titles: dict[str, str]) -> None:
    numbers = {key: number for key, number in study.scenario.quantities.items() if key != caseloads.TARGET}
    changed = replace(study.scenario, quantities=MappingProxyType(numbers))
    assert "target" not in words_in(team_caseloads.caseload_by_team(study.monthly, changed, titles).figure)


def test_key_workers_have_a_figure_of_their_own_with_what_they_were_promised(
    study: Study, titles: dict[str, str]
) -> None:
    changed = with_key_workers(study)
    early = team_caseloads.caseload_by_team(changed.monthly, changed.scenario, titles, EARLY_HELP)
    social = team_caseloads.caseload_by_team(changed.monthly, changed.scenario, titles)
    assert (early.name, social.name) == ("key_worker_caseload", "caseload_by_team")
    assert [len(levels_in(picture.figure)) for picture in (early, social)] == [1, 2]
    assert "promise of 15.0" in words_in(early.figure)
    assert "target of 18.0" in words_in(social.figure)
    assert shown(early.figure)[0].get_ylabel() == "children per\nkey worker"
    drawn = save.pictures(changed.monthly, changed.money, changed.scenario, changed.timelines)
    assert {picture.name for picture in drawn} == {*NAMES, "key_worker_caseload"}


def test_waits_are_those_that_ended_in_the_quarter(study: Study, titles: dict[str, str]) -> None:
    picture = time_series.adult_wait(study.monthly, titles)
    panel = council(study.monthly, ["adult_wait_days_outside", "adult_waits_outside"]).xs("no_change", level="schedule")
    first = panel[panel.index.get_level_values("month") <= "2019-09-30"].groupby("draw").sum()
    expected = (first["adult_wait_days_outside"] / first["adult_waits_outside"]).mean()
    outside = heights(shown(picture.figure)[0].lines[1])
    assert outside[0] == pytest.approx(expected)
    assert "outside services, average of draws" in words_in(picture.figure)


def test_the_net_position_starts_at_nought_and_ends_as_the_summary_does(study: Study, titles: dict[str, str]) -> None:
    net = time_series.cumulative_net(study.monthly, study.money)
    assert (net.xs(pd.Timestamp(2019, 6, 30), level="month") == 0).all()
    values = summary.measures(study.monthly, study.money)
    expected = (
        values[values["measure"] == "net_saving_gbp"].astype({"schedule": str}).set_index(["schedule", "draw"])["value"]
    )
    ends = net.xs(pd.Timestamp(2024, 6, 30), level="month")
    pd.testing.assert_series_equal(ends.sort_index(), expected.sort_index(), check_names=False)
    dates = net.index.unique("month")
    assert [f"{date:%Y-%m-%d}" for date in dates[1:3]] == ["2020-03-31", "2021-03-31"]
    picture = time_series.net_position(study.monthly, study.money, study.scenario, titles)
    repaid = int((expected["as_published"] > 0).sum())
    assert f"saves more than it costs in {repaid} of 40 draws" in words_in(picture.figure)
    assert shown(picture.figure)[0].get_ylabel() == "£m, 2024/25 prices"


def test_a_team_recruits_trains_grows_and_is_live(study: Study) -> None:
    found = [bar for bar in rollout.bars(study.timelines["as_published"], study.scenario) if bar.row == "North"]
    live = 12 * 30.4
    assert [bar.phase for bar in found] == ["recruitment", "training", "ramp", "live"]
    assert [bar.start for bar in found] == pytest.approx([live - 42 - 13 * 7, live - 42, live, live + 9 * 30.4375])
    assert [bar.end for bar in found] == pytest.approx([live - 42, live, live + 9 * 30.4375, inf])


def test_shared_posts_work_from_the_end_of_their_training(study: Study) -> None:
    found = [bar for bar in rollout.bars(study.timelines["as_published"], study.scenario) if bar.row == rollout.SHARED]
    ready = 12 * 30.4
    assert [bar.phase for bar in found] == ["recruitment", "training", "working"]
    assert [bar.start for bar in found] == pytest.approx([ready - 42 - 140, ready - 42, ready])


def test_the_rollout_ends_at_the_horizon_and_marks_openings_and_moves(study: Study, titles: dict[str, str]) -> None:
    end = months_of(study.monthly)[-1]
    picture = rollout.rollout(study.timelines, study.scenario, titles, end)
    panels = shown(picture.figure)
    assert len(panels) == len(titles) - 1
    rights = [bar.get_extents().transformed(axes.transData.inverted()).x1 for axes in panels for bar in axes.patches]
    assert max(rights) == pytest.approx(style.place(end))
    assert "open cases move to another team" in words_in(picture.figure)
    assert "A slower rollout, teams live: North on 28 December 2020" in picture.description


def test_a_schedule_whose_teams_go_live_after_the_horizon_is_empty(study: Study, titles: dict[str, str]) -> None:
    picture = rollout.rollout(study.timelines, study.scenario, titles, date(2020, 3, 31))
    late = shown(picture.figure)[-1]
    assert not late.patches
    assert "One year late, teams live: none." in picture.description


def test_text_of_a_scenario_is_never_read_as_mathematics(study: Study, tmp_path: Path) -> None:
    schedules = {name: Schedule(name, f"$x_{{ {name}", ()) for name in study.scenario.schedules}
    changed = replace(study.scenario, schedules=MappingProxyType(schedules))
    picture = time_series.adult_wait(study.monthly, titles_of(changed, schedules))
    _, svg = style.save(picture, tmp_path)
    assert "$x_{ no_change" in svg.read_text(encoding="utf-8")


def test_a_long_title_is_broken_above_its_panel(study: Study, stocks: pd.DataFrame) -> None:
    schedules = {name: Schedule(name, "One locality every six months " * 3, ()) for name in study.scenario.schedules}
    changed = replace(study.scenario, schedules=MappingProxyType(schedules))
    picture = fan.stock(stocks["children_in_care"], changed, titles_of(changed, schedules))
    picture.figure.draw_without_rendering()
    first, second = (title_of(axes).get_window_extent() for axes in shown(picture.figure)[:2])
    assert first.x1 < second.x0


def test_a_team_that_is_there_on_day_0_does_not_open(study: Study) -> None:
    late, there = TeamDay(9.0, "south"), TeamDay(0.0, "north")
    timeline = replace(study.timelines["slower"], opens=(there, late), transfers=())
    assert list(rollout.marks(timeline, study.scenario)) == [rollout.Mark("South and the villages", "opens", 9.0)]


def test_a_quarter_with_few_waits_shows_no_mean(study: Study, titles: dict[str, str]) -> None:
    rare = study.monthly["measure"].isin(["adult_waits_outside", "adult_wait_days_outside"])
    few = study.monthly.assign(value=study.monthly["value"].where(~rare, study.monthly["value"] / 100))
    picture = time_series.adult_wait(few, titles)
    assert len(heights(shown(picture.figure)[0].lines[1])) == 0


def test_schedules_differ_in_colour_and_dash() -> None:
    looks = style.looks([str(rank) for rank in range(6)])
    assert len({look.colour for look in looks.values()}) == 6
    assert len({look.dash for look in list(looks.values())[1:]}) == 5
    assert looks["0"].colour == style.GREY
