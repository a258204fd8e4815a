"""The case under each reading of the evidence: the same draws, families and luck, so that rows differ by it alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.ground.readings import CENTRAL, NONE, TITLES
from familyflow.report import boxes, words
from familyflow.report.blocks import Paragraph, Section, Table
from familyflow.report.measures import NO_CHANGE, PRECISION, RANGE
from familyflow.scenario.readings import silent, under

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rich.console import Console

    from familyflow.report.blocks import Block
    from familyflow.report.json import Document
    from familyflow.scenario import Scenario

FILE: Final = "readings.csv"
COLUMNS: Final = ("reading", "schedule", "measure", "mean", "p5", "p95", "mc_error", "draws", "unit")
"""Columns of readings.csv: p5 to p95 is the range of outcomes, mc_error the precision of the average."""
NPV: Final = "npv_gbp"
ON_CP: Final = "children_on_cp_end"
MEASURES: Final = {
    "care_entries_averted": ("Entries to care averted", "children"),
    ON_CP: ("Children on CP plans at the end, change", "children"),
    "programme_cost_gbp": ("Cost, £m", "gbp"),
    "gross_saving_gbp": ("Gross saving, £m", "gbp"),
    "net_saving_gbp": ("Net saving, £m", "gbp"),
    NPV: ("Net present value of cash, £m", "gbp"),
}
"""What is shown of each reading: its heading and unit. Children on CP plans are the schedule less no change."""


@dataclass(frozen=True, eq=False)
class Readings:
    """What schedules come to under each reading: rows as COLUMNS.

    `standing` is the reading that the run itself stands on, `silent` the effects that are 1 for want of evidence, and
    `council` those whose ratio is of the whole council's outcome, by reading.
    """

    standing: str
    draws: int
    table: pd.DataFrame
    silent: Mapping[str, tuple[str, ...]]
    council: Mapping[str, tuple[str, ...]]


def readings(scenario: Scenario, draws: int, outcomes: Mapping[str, pd.DataFrame]) -> Readings:
    """Put readings together: `outcomes` are schedule, measure, draw and value by reading."""
    table = pd.concat(_statistics(found).assign(reading=name, draws=draws) for name, found in outcomes.items())
    return Readings(
        scenario.reading,
        draws,
        table[list(COLUMNS)].reset_index(drop=True),
        {name: silent(scenario, name) for name in outcomes},
        {name: under(scenario, name).programme.council_level for name in outcomes},
    )


def compared(values: pd.DataFrame) -> pd.DataFrame:
    """Take from a run's measures (schedule, measure, draw, value) those shown, less no change where they are levels."""
    plain = values.astype({"schedule": str, "measure": str})
    base = plain[(plain["schedule"] == NO_CHANGE) & (plain["measure"] == ON_CP)].set_index("draw")["value"]
    shown = plain[(plain["schedule"] != NO_CHANGE) & plain["measure"].isin(MEASURES)]
    less = shown["draw"].map(base).where(shown["measure"] == ON_CP, 0.0)
    return shown.assign(value=shown["value"] - less)[["schedule", "measure", "draw", "value"]]


def _statistics(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Give average, range and precision over draws, by schedule and measure, in the order of the schedules."""
    grouped = outcomes.groupby(["schedule", "measure"], sort=False)["value"]
    table = grouped.agg(["mean", "sem"]).rename(columns={"sem": "mc_error"})
    found = table.assign(p5=grouped.quantile(0.05), p95=grouped.quantile(0.95)).reset_index()
    ranked = found.assign(rank=found["measure"].map(list(MEASURES).index))
    ordered = ranked.sort_values("rank", kind="stable").sort_values(
        "schedule",
        key=lambda names: names.map({name: i for i, name in enumerate(found["schedule"].unique())}),
        kind="stable",
    )
    return ordered.assign(unit=[MEASURES[name][1] for name in ordered["measure"]])


# In words ----------------------------------------------------------------------------------------------------


def stands_on(scenario: Scenario) -> str:
    """Say which reading of the evidence the results stand on, and what was set for this run."""
    said = f"Reading of the evidence: {TITLES[scenario.reading]} ({scenario.reading})."
    return f"{said} Set for this run: {', '.join(scenario.settings)}." if scenario.settings else said


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


def cells(found: Readings, reading: str, schedule: str) -> dict[str, dict[str, float]]:
    """Give one row's statistics by measure."""
    rows = found.table[(found.table["reading"] == reading) & (found.table["schedule"] == schedule)]
    return {
        str(row["measure"]): {k: float(row[k]) for k in ("mean", "p5", "p95", "mc_error")}
        for row in rows.to_dict("records")
    }


def schedules_of(found: Readings) -> list[str]:
    """Give the schedules that were run under each reading."""
    return [str(name) for name in found.table["schedule"].unique()]


def readings_of(found: Readings) -> list[str]:
    """Give the readings, in their order."""
    return [str(name) for name in found.table["reading"].unique()]


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
    """Give what says, and shows, what the case is under each reading."""
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


def _row(found: Readings, reading: str, schedule: str, least: int) -> list[str]:
    """Write one reading's row of a page."""
    own = cells(found, reading, schedule)
    written = ("\n".join(filter(None, _cell(measure, own[measure], least))) for measure in MEASURES)
    return [titled(reading, found), *written]


_WIDTHS: Final = (
    *(("", 30), ("Entries\naverted", 9), ("On CP\nplans", 10)),
    *(("Cost", 14), ("Net saving", 16), ("NPV of cash", 16)),
)
_PRINTED: Final = ("care_entries_averted", ON_CP, "programme_cost_gbp", "net_saving_gbp", NPV)


def show(console: Console, found: Readings, titles: Mapping[str, str]) -> None:
    """Print the case under each reading."""
    boxes.rule(console, "The case under each reading of the evidence")
    console.print(legend(found))
    for schedule in schedules_of(found):
        console.print()
        table = boxes.columns(titles[schedule], _WIDTHS)
        for name in readings_of(found):
            own = cells(found, name, schedule)
            written = (_cell(measure, own[measure], 0) for measure in _PRINTED)
            table.add_row(titled(name, found), *("\n".join(filter(None, each)) for each in written))
        console.print(table)
    for said in notes(found):
        console.print(said)


def document(found: Readings) -> Document:
    """Give the readings as plain values."""
    return {
        "standing": found.standing,
        "draws": found.draws,
        "readings": {
            name: {
                "title": TITLES[name],
                "no_evidence": list(found.silent[name]),
                "council_level": list(found.council[name]),
                "schedules": {schedule: cells(found, name, schedule) for schedule in schedules_of(found)},
            }
            for name in readings_of(found)
        },
    }


def write(found: Readings, path: Path) -> None:
    """Write the table as CSV."""
    found.table.to_csv(path, index=False, lineterminator="\n", float_format="%.10g", encoding="utf-8")


def arguments(scenario: Scenario) -> list[str]:
    """Give the options of a command line that ask for this reading and these settings."""
    read = [] if scenario.reading == CENTRAL else [f"--reading {scenario.reading}"]
    return [*read, *(f"--set {each}" for each in scenario.settings)]
