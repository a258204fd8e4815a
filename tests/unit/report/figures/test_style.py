from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from by_hand import run, schedule, statistics
from made_case import material_of
from made_study import title_of, with_key_workers

from familyflow.report.document.money import pictures_of_money
from familyflow.report.figures import fan, fit, save, style
from familyflow.report.figures.intervals import dots
from familyflow.report.html import comparison as page
from familyflow.results import comparison
from familyflow.results.outcome import bands
from familyflow.scenario.model import Schedule, Team

if TYPE_CHECKING:
    from collections.abc import Iterator

    from made_study import Study
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

    from familyflow.report.figures.style import Picture

LONG = "The published order, with the assumed months: two areas in the first year, county-wide in the second"
FAST = schedule(
    LONG,
    care_entries_averted=statistics(50.0, -25.0, 100.0),
    caseload_worst_quarter=statistics(28.0, 20.0, 35.0),
    programme_cost_gbp=statistics(3.5e6),
    net_saving_gbp=statistics(-1.2e6, -3.4e6, 2.1e6),
)
WITHIN = "within 1.6 standard deviations of what was published; nine in ten do when all is as stated"
SLACK = 1.0
"""Pixels by which a box may be rounded."""


def long_names(study: Study) -> Study:
    """Give every schedule and team a long title."""
    scenario = study.scenario
    schedules = {name: Schedule(name, f"{LONG}, {name}", ()) for name in scenario.schedules}
    teams = {
        name: Team(name, f"{each.title} safeguarding and family support", each.areas, each.stages)
        for name, each in scenario.teams.items()
    }
    changed = replace(scenario, schedules=MappingProxyType(schedules), teams=MappingProxyType(teams))
    return replace(study, scenario=changed)


def every_picture(study: Study) -> Iterator[Picture]:
    yield from save.pictures(study.monthly, study.money, study.scenario, study.timelines)
    yield from pictures_of_money(material_of(study, 12))


@pytest.fixture(scope="module", params=["as they are", "long names", "key workers"])
def drawn(study: Study, request: pytest.FixtureRequest) -> dict[str, Picture]:
    """Every figure of a run, laid out."""
    few = study.monthly[study.monthly["draw"] < 12]
    small = replace(study, monthly=few, money=study.money[study.money["draw"] < 12])
    changed = {"as they are": small, "long names": long_names(small), "key workers": with_key_workers(small)}
    made = {picture.name: picture for picture in every_picture(changed[request.param])}
    with style.house_style():
        for picture in made.values():
            picture.figure.draw_without_rendering()
    return made


def panels(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.get_visible()]


def title_box(axes: Axes) -> Bbox | None:
    """Give the box of a panel's title, where it has one."""
    left = axes.get_title(loc="left")
    return title_of(axes).get_window_extent() if left else None


def boxes(figure: Figure) -> Iterator[tuple[str, Bbox]]:
    """Give what a figure shows in words, and the box that each takes."""
    for part in (figure, *figure.subfigs):
        yield from ((text.get_text(), text.get_window_extent()) for text in part.texts)
    yield from (("key", legend.get_window_extent()) for legend in figure.legends)
    for axes in panels(figure):
        title = title_box(axes)
        if title is not None:
            yield axes.get_title(loc="left"), title
        yield from ((text.get_text(), text.get_window_extent()) for text in axes.texts)
        yield from ((f"axis of {axes.get_title(loc='left')}", box) for box in axis_boxes(axes))


def axis_boxes(axes: Axes) -> list[Bbox]:
    """Give the boxes of the two axes with their labels and the labels of their marks."""
    found = (axis.get_tightbbox() for axis in (axes.xaxis, axes.yaxis))
    return [box for box in found if box is not None]


def outside(picture: Picture) -> list[str]:
    """Name what a figure shows beyond its canvas."""
    whole = picture.figure.bbox.padded(SLACK)
    within = [
        (text, whole.contains(box.x0, box.y0) and whole.contains(box.x1, box.y1)) for text, box in boxes(picture.figure)
    ]
    return [f"{picture.name}: {text}" for text, fits in within if not fits]


def test_nothing_that_a_figure_says_leaves_its_canvas(drawn: dict[str, Picture]) -> None:
    assert [each for picture in drawn.values() for each in outside(picture)] == []


def of_comparisons() -> Iterator[Picture]:
    """Draw what compares councils, and what a fit shows, with long titles."""
    rows = comparison.rows(
        comparison.labelled(
            [
                (
                    "a",
                    run(
                        "Somewhere",
                        {"no_change": schedule("No change", caseload_worst_quarter=statistics(30.0)), "b": FAST},
                    ),
                )
            ]
        )[0]
    )
    yield from (dots(shown, [("Somewhere", rows), ("Elsewhere", rows)]) for shown, _ in page.CHARTS)
    targets = [f"{LONG}, {rank}" for rank in range(5)]
    yield fit.residuals(pd.DataFrame({"target": targets, "residual": [-3.0, 0.1, 0.4, 1.0, 2.0]}))
    unknowns = {"prior_p5": 0.5, "prior_p95": 2.0, "p5": 0.8, "p50": 1.0, "p95": 1.2, "value": 1.0, "says": "informed"}
    yield fit.prior_posterior(pd.DataFrame([{"unknown": f"arrivals.{each}", **unknowns} for each in "abc"]))
    years = [(measure, year, "published", *[10.0] * 5) for measure in fan.STOCKS for year in (2018, 2019)]
    fitted = pd.DataFrame([[10.0, 9.0, 11.0]] * 3, index=list(fan.STOCKS), columns=["fitted", "p5", "p95"])
    yield fit.history(pd.DataFrame(years, columns=list(fit.FAN)), fitted, 2019, LONG)


def test_figures_of_comparisons_and_of_fits_stay_within_their_canvas() -> None:
    with style.house_style():
        made = list(of_comparisons())
        for picture in made:
            picture.figure.draw_without_rendering()
    assert [each for picture in made for each in outside(picture)] == []
    assert [picture.title for picture in made] == [
        "Care entries averted per 10,000 children a year: 2.0 on average",
        "Children per social worker in the worst team-quarter: 28.0 to 30.0 on average",
        "Net saving by the end (gross, not all cash, less cost), £m: -1.20 on average",
        f"3 of 5 fitted figures lie {WITHIN}",
        "The published figures inform 3 of 3 unknowns; the others keep their prior",
        f"{LONG}; the fitted range holds the figure of 2019 for 3 of 3 measures",
    ]


def test_a_key_covers_no_panel_and_no_label(drawn: dict[str, Picture]) -> None:
    for name, picture in drawn.items():
        (key,) = picture.figure.legends
        above = min(box.y0 for axes in panels(picture.figure) if (box := axes.get_tightbbox()) is not None)
        assert key.get_window_extent().y1 <= above + SLACK, name


def test_no_panel_s_title_runs_into_another_s(drawn: dict[str, Picture]) -> None:
    for name, picture in drawn.items():
        titles = [box for axes in panels(picture.figure) if (box := title_box(axes)) is not None]
        assert not any(one.overlaps(other) for one, other in combinations(titles, 2)), name


def test_no_axis_runs_into_the_one_beside_it(drawn: dict[str, Picture]) -> None:
    for name, picture in drawn.items():
        labels = [axes.yaxis.label.get_window_extent() for axes in panels(picture.figure) if axes.get_ylabel()]
        assert not any(one.overlaps(other) for one, other in combinations(labels, 2)), name


def test_a_history_says_how_many_figures_leave_the_forecast_s_range() -> None:
    past = [("children_in_care", year, "published", *[value] * 5) for year, value in ((2019, 9.0), (2020, 2.0))]
    ahead = [("children_in_care", year, "forecast", 4.0, 5.0, 6.0, 7.0, 8.0) for year in (2020, 2021)]
    years = pd.DataFrame([*past, *ahead], columns=list(fit.FAN))
    picture = fit.history(years, pd.DataFrame(columns=["fitted", "p5", "p95"]), 2019, "Somewhere")
    said = picture.figure.axes[0].get_title(loc="left").replace("\n", " ")
    assert said == "Children in care 1 of 1 published then lies below the range of outcomes of forecasts"


def test_no_mark_s_label_runs_into_the_next(drawn: dict[str, Picture]) -> None:
    for name, picture in drawn.items():
        for axes in panels(picture.figure):
            low, high = axes.get_xlim()
            ticks = [tick for tick in axes.xaxis.get_major_ticks() if low <= tick.get_loc() <= high]
            shown = [tick.label1.get_window_extent() for tick in ticks if tick.label1.get_visible()]
            shown = [box for box in shown if box.width > 0]
            assert not any(one.overlaps(other) for one, other in pairwise(shown)), name


def test_every_figure_is_as_wide_as_page_and_paper_show_it(drawn: dict[str, Picture]) -> None:
    assert {picture.figure.get_figwidth() for picture in drawn.values()} == {style.WIDTH}


def test_a_text_is_broken_where_it_would_be_too_wide_and_nowhere_else() -> None:
    assert style.broken("two words", 9) == "two words"
    assert style.broken("word " * 100, 9).count("\n") > 3
    assert style.broken("one two", 9, 0.1) == "one\ntwo"


def test_an_axis_shows_values_with_room_and_no_less_than_a_span() -> None:
    _, ((axes,),) = style.matrix(1, 1, 2.0)
    style.fit(axes, [10.0, 12.0, float("nan")])
    assert axes.get_ylim()[0] < 10
    assert 12 < axes.get_ylim()[1] < 13
    style.fit(axes, [10.0, 10.1], 4.0)
    assert axes.get_ylim() == pytest.approx((8.05, 12.05))


def test_bands_have_the_average_too() -> None:
    index = pd.MultiIndex.from_product([["a"], [0, 1, 2]], names=["team", "draw"])
    assert bands(pd.Series([0.0, 0.0, 9.0], index), ["team"])["mean"].tolist() == [3.0]
