"""The case under each reading of the evidence: the same draws, families and luck, so that rows differ by it alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.ground.readings import TITLES
from familyflow.results.measures import NO_CHANGE
from familyflow.results.outcome import of_groups
from familyflow.scenario.readings import silent, under

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from familyflow.results.json import Document
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
    """Return average, range and precision over draws, by schedule and measure, in the order of the schedules."""
    grouped = outcomes.groupby(["schedule", "measure"], sort=False)["value"]
    found = of_groups(grouped).reset_index()
    ranked = found.assign(rank=found["measure"].map(list(MEASURES).index))
    ordered = ranked.sort_values("rank", kind="stable").sort_values(
        "schedule",
        key=lambda names: names.map({name: i for i, name in enumerate(found["schedule"].unique())}),
        kind="stable",
    )
    return ordered.assign(unit=[MEASURES[name][1] for name in ordered["measure"]])


# In words ----------------------------------------------------------------------------------------------------


def cells(found: Readings, reading: str, schedule: str) -> dict[str, dict[str, float]]:
    """Return one row's statistics by measure."""
    rows = found.table[(found.table["reading"] == reading) & (found.table["schedule"] == schedule)]
    return {
        str(row["measure"]): {k: float(row[k]) for k in ("mean", "p5", "p95", "mc_error")}
        for row in rows.to_dict("records")
    }


def schedules_of(found: Readings) -> list[str]:
    """Return the schedules that were run under each reading."""
    return [str(name) for name in found.table["schedule"].unique()]


def readings_of(found: Readings) -> list[str]:
    """Return the readings, in their order."""
    return [str(name) for name in found.table["reading"].unique()]


def document(found: Readings) -> Document:
    """Return the readings as plain values."""
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
