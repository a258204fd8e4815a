"""The figures that a run leaves behind, from its results alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.report.figures import style
from familyflow.report.figures.fan import STOCKS, baseline_start, children_fewer, stock
from familyflow.report.figures.rollout import rollout
from familyflow.report.figures.style import Image
from familyflow.report.figures.team_caseloads import caseload_by_team
from familyflow.report.figures.time_series import adult_wait, net_position
from familyflow.results.monthly import EARLY_HELP, caseloads, council, months_of, schedules_of, titles_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from familyflow.report.figures.style import Picture
    from familyflow.results.monthly import Monthly
    from familyflow.scenario import Scenario
    from familyflow.scenario.timeline import Timeline


def save_all(
    monthly: Monthly,
    money: pd.DataFrame,
    scenario: Scenario,
    timelines: Mapping[str, Timeline],
    folder: Path,
    least: int = 0,
) -> list[Image]:
    """Write every figure of a run as PNG and SVG into a folder that exists, and give them for a page.

    Fewer children than `least` are not numbered.
    """
    return [saved(picture, folder) for picture in pictures(monthly, money, scenario, timelines, least)]


def saved(picture: Picture, folder: Path) -> Image:
    """Write a figure as PNG and SVG into a folder that exists, and give it for a page."""
    png, _ = style.save(picture, folder)
    return Image(picture.name, picture.title, picture.description, png.read_bytes(), picture.note)


def pictures(
    monthly: Monthly, money: pd.DataFrame, scenario: Scenario, timelines: Mapping[str, Timeline], least: int = 0
) -> Iterator[Picture]:
    """Draw every figure of a run, one after the other; `timelines` are by schedule, at central values."""
    yield from _of_all(monthly, scenario, least)
    if len(schedules_of(monthly)) > 1:
        yield from _of_differences(monthly, money, scenario, timelines, least)


def _of_all(monthly: Monthly, scenario: Scenario, least: int) -> Iterator[Picture]:
    """Draw the figures that show every schedule, no change among them."""
    titles, stocks = titles_of(scenario, schedules_of(monthly)), council(monthly, STOCKS)
    for measure in STOCKS:
        yield stock(stocks[measure], scenario, titles, least)
    yield caseload_by_team(monthly, scenario, titles)
    if not caseloads(monthly, EARLY_HELP).empty:
        yield caseload_by_team(monthly, scenario, titles, EARLY_HELP)
    yield adult_wait(monthly, titles)
    yield baseline_start(stocks, scenario, least)


def _of_differences(
    monthly: Monthly, money: pd.DataFrame, scenario: Scenario, timelines: Mapping[str, Timeline], least: int
) -> Iterator[Picture]:
    """Draw the figures that compare schedules with no change."""
    titles = titles_of(scenario, schedules_of(monthly))
    yield children_fewer(council(monthly, STOCKS), titles, least)
    yield net_position(monthly, money, scenario, titles)
    yield rollout(timelines, scenario, titles, months_of(monthly)[-1])
