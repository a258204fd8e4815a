"""familyflow trace: one family's life as a dated story, under one or two schedules side by side."""

from __future__ import annotations

from itertools import groupby, zip_longest
from math import floor
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Final, TypeAlias

import click

from familyflow.cli import study
from familyflow.cli.progress import telling
from familyflow.ground.defaults import DEFAULT_SEED, LARGEST_SEED, MOST_DRAWS, MOST_YEARS
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from familyflow.scenario import Scenario

Story: TypeAlias = "list[tuple[float, str]]"
"""What happens to a family, in order: the day since the start and a sentence."""
ABREAST: Final = 2
_NARROWEST: Final = 60


@click.command()
@click.argument("scenario")
@click.option("--family", type=click.IntRange(0), required=True, help="The family's number.")
@click.option("--schedule", "schedules", multiple=True, metavar="NAME", help="Up to two; see below.")
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), default=DEFAULT_SEED, show_default=True)
@click.option(
    "--draw",
    type=click.IntRange(0, MOST_DRAWS - 1),
    default=0,
    show_default=True,
    help="Which draw of a run with this seed.",
)
@click.option("--years", type=click.IntRange(1, MOST_YEARS), help="[default: the scenario's horizon]")
@study.reading()
@study.settings
def trace(  # noqa: PLR0913 - each is an option
    *,
    scenario: str,
    family: int,
    schedules: tuple[str, ...],
    seed: int,
    draw: int,
    years: int | None,
    reading: str,
    settings: tuple[str, ...],
) -> None:
    """Tell one family's life, dated, under one schedule or two side by side.

    Without --schedule: under no change and under the first other schedule of the scenario.
    """
    from familyflow.scenario import load

    loaded = load(scenario, reading=reading, settings=settings)
    chosen = _chosen(loaded, schedules)
    with telling(json=True, quiet=False) as tell:  # a terminal is told at once that work goes on, a pipe is not
        tell(f"{loaded.title}: fitting the rates and living {years or loaded.years} years of draw {draw}", 0, 0)
        stories = _stories(loaded, chosen, family, seed, draw, years or loaded.years)
    if not any(stories.values()):
        raise Problem(f"family {family}: does not come into draw {draw} of {loaded.name}; try a lower number")
    click.echo(f"{loaded.title}: family {family}, seed {seed}, draw {draw}\n")
    _show(loaded, stories)


def _chosen(scenario: Scenario, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the schedules to tell of, each once; Problem for an unknown one or too many."""
    from familyflow.experiment.plan import known_schedule

    names = tuple(dict.fromkeys(known_schedule(scenario, name) for name in asked))
    if len(names) > ABREAST:
        raise Problem(f"--schedule: {len(names)} were given; a story has room for {ABREAST}")
    return names or tuple(scenario.schedules)[:ABREAST]


def _stories(
    scenario: Scenario, schedules: Sequence[str], family: int, seed: int, draw: int, years: int
) -> dict[str, Story]:
    """Return the family's story under each schedule, with the same inputs and luck as that draw of a run."""
    from familyflow.engine import story
    from familyflow.experiment.central import CentralFit
    from familyflow.experiment.plan import planned
    from familyflow.experiment.trace import start_of

    plan = planned(scenario, schedules=schedules, years=years, seed=seed)
    start = start_of(plan, draw, CentralFit(scenario))
    return {name: story(start, name, family) for name in schedules}


def _show(scenario: Scenario, stories: Mapping[str, Story]) -> None:
    """Print the stories as a table: a date, and what happens on it under each schedule."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from familyflow.ground.calendar import date_of

    table = Table("Date", box=SIMPLE_HEAD, padding=(0, 1))
    for name in stories:
        table.add_column(Text(scenario.schedules[name].title), ratio=1)
    for day, sentences in abreast(list(stories.values())):
        table.add_row(str(date_of(day, scenario.start)), *map(Text, sentences))
    width = max(get_terminal_size((100, 24)).columns, _NARROWEST)
    Console(width=width, highlight=False, markup=False, emoji=False).print(table)


def abreast(stories: Sequence[Story]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Return each day on which something happens, and row by row what it is in each story, if anything."""
    days = sorted({_date(event) for story in stories for event in story})
    by_day = [
        {day: [text for _, text in told] for day, told in groupby(sorted(story, key=_time), _date)} for story in stories
    ]
    for day in days:
        for row in zip_longest(*(told.get(day, []) for told in by_day), fillvalue=""):
            yield day, row


def _time(event: tuple[float, str]) -> float:
    """Return when an event happens, in days since the start."""
    return event[0]


def _date(event: tuple[float, str]) -> int:
    """Return the whole day on which an event happens, since the start."""
    return floor(event[0])
