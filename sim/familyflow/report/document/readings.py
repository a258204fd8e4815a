"""The case under each reading of the evidence, as readers see it."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Final

from familyflow.ground.readings import CENTRAL, NONE, TITLES
from familyflow.report import words
from familyflow.report.document.blocks import Paragraph, Section, Table
from familyflow.results.measures import PRECISION, RANGE
from familyflow.results.readings import MEASURES, NPV, ON_CP, Readings, cells, readings_of, schedules_of
from familyflow.scenario.readings import stands_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from familyflow.report.document.blocks import Block
    from familyflow.scenario import Scenario


def titled(reading: str, found: Readings) -> str:
    """Name a reading, and mark the one that the run stands on."""
    return f"{TITLES[reading]}*" if reading == found.standing else TITLES[reading]


def legend(found: Readings) -> str:
    """Say how the rows are to be read."""
    return (
        f"The same {words.draws(found.draws)}, families and luck under each reading: rows differ by the reading alone. "
        f"With each average stand its {RANGE} and the {PRECISION} (±). * is the reading that this run stands on."
    )


def notes(found: Readings) -> Iterator[str]:
    """Say, reading by reading, which effects are 1 for want of evidence, and which are of the whole council."""
    for name in dict.fromkeys(found.table["reading"]):
        if said := list(_notes(found, name)):
            yield f"{words.capital(TITLES[name])}: {'; '.join(said)}."


def _notes(found: Readings, name: str) -> Iterator[str]:
    """Say it of one reading."""
    if name == NONE:
        yield "every effect is exactly 1, the training dip too; the workers stay, and cost what they cost"
    elif found.silent[name]:
        yield f"no evidence, so exactly 1: {', '.join(map(_short, found.silent[name]))}"
    if found.council[name]:
        yield f"of the whole council's outcome, not of families offered: {', '.join(map(_short, found.council[name]))}"
    if name == CENTRAL:
        yield "a synthesis of the readings by stated weights, judged where none has evidence"


def _short(effect: str) -> str:
    """Write an effect's id in words."""
    return effect.removeprefix("effect.").replace("_", " ")


def _cell(measure: str, row: Mapping[str, float], least: int) -> tuple[str, str, str]:
    """Write an average, its range and its precision."""
    unit = MEASURES[measure][1]
    mean = words.signed(row["mean"], unit, least) if measure == ON_CP else words.number(row["mean"], unit, least)
    if isnan(row["mc_error"]):
        return mean, "", ""
    return mean, words.span(row["p5"], row["p95"], unit, least), words.error(row["mc_error"], unit)


def section(found: Readings | None, scenario: Scenario, titles: Mapping[str, str], least: int = 0) -> Section:
    """Show the case under each reading."""
    return Section("readings", "The case under each reading of the evidence", [*blocks(found, scenario, titles, least)])


def blocks(found: Readings | None, scenario: Scenario, titles: Mapping[str, str], least: int = 0) -> Iterator[Block]:
    """Return what says, and shows, what the case is under each reading."""
    yield Paragraph(stands_on(scenario))
    if found is None:
        yield Paragraph("The other readings were not run: familyflow run works them out.")
        return
    yield Paragraph(legend(found))
    headings = ("Reading", *(heading for heading, _ in MEASURES.values()))
    groups = [
        (titles[schedule], [_row(found, name, schedule, least) for name in readings_of(found)])
        for schedule in schedules_of(found)
    ]
    caption = f"By reading, {words.draws(found.draws)}: average, {RANGE}, {PRECISION}"
    yield Table("readings-table", caption, headings, groups)
    yield from map(Paragraph, notes(found))


def _row(
    found: Readings, reading: str, schedule: str, least: int, measures: Iterable[str] = tuple(MEASURES)
) -> list[str]:
    """Write one reading's row."""
    own = cells(found, reading, schedule)
    written = ("\n".join(filter(None, _cell(measure, own[measure], least))) for measure in measures)
    return [titled(reading, found), *written]


_PRINTED: Final = ("care_entries_averted", ON_CP, "programme_cost_gbp", "net_saving_gbp", NPV)
_HEADINGS: Final = ("", "Entries\naverted", "On CP\nplans", "Cost", "Net saving", "NPV of cash")
_WIDTHS: Final = (30, 9, 10, 14, 16, 16)


def in_short(found: Readings, titles: Mapping[str, str]) -> Section:
    """Show the case under each reading where there is little room."""
    groups = [
        (titles[schedule], [_row(found, name, schedule, 0, _PRINTED) for name in readings_of(found)])
        for schedule in schedules_of(found)
    ]
    table = Table("readings-in-short", "", _HEADINGS, groups, widths=_WIDTHS)
    heading = "The case under each reading of the evidence"
    return Section("readings", heading, [Paragraph(legend(found)), table, *map(Paragraph, notes(found))])
