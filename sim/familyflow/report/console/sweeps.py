"""What `familyflow sweep` prints, and its JSON: which inputs an answer hangs on."""

from __future__ import annotations

from math import isnan
from typing import IO, TYPE_CHECKING, Any, Final

from rich.text import Text

from familyflow.experiment.design import GRID, LATIN_HYPERCUBE, SOBOL
from familyflow.experiment.indices import FIRST, TOTAL, _rows
from familyflow.report import words
from familyflow.report.console import tables
from familyflow.results.measures import PRECISION, measure

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from familyflow.experiment.design import Design

_METHODS: Final = {GRID: "a full grid", LATIN_HYPERCUBE: "a Latin hypercube", SOBOL: "a Sobol design (Saltelli)"}
_LEGEND: Final = (
    "What varies from point to point is the average over draws. Alone: the share of that which an input",
    "explains by itself. With others: all that it has a part in. ±: half of a 95% interval, over {}.",
)
_NOISY: Final = 0.1
"""From this share of the variation on, chance is said to be a part of it."""


def show(
    design: Design,
    table: pd.DataFrame,
    indices: pd.DataFrame,
    main_effects: pd.DataFrame,
    file: IO[str] | None = None,
) -> None:
    """Print, for each schedule, how far each measure goes over the points, and which inputs explain it."""
    console, plan = tables.page(file), design.plan
    console.print(Text(plan.scenario.title, style="bold"))
    number = table["point"].nunique()
    console.print(f"{number} points of {_METHODS[design.method]}, {words.draws(plan.draws)} at each, seed {plan.seed}")
    for line in _LEGEND:
        console.print(Text(line.format("draws" if design.method == GRID else "points"), style="dim"))
    for schedule in indices["schedule"].unique():
        tables.rule(console, plan.scenario.schedules[schedule].title)
        own, explained, levels = (each[each["schedule"] == schedule] for each in (table, indices, main_effects))
        _schedule(console, own, explained, levels, plan.scenario.price_year)


def _schedule(
    console: Console, table: pd.DataFrame, indices: pd.DataFrame, main_effects: pd.DataFrame, price_year: str
) -> None:
    """Print one schedule's measures."""
    for name in indices["measure"].unique():
        console.print()
        own = [each[each["measure"] == name] for each in (table, indices, main_effects)]
        console.print(_heading(name, own[0], price_year))
        console.print(_explained(own[1]))
        console.print(Text(_remark(name, own[0], own[1]), style="dim"))
        if not own[2].empty:
            console.print()
            console.print(_levels(name, own[2]))


def _explained(indices: pd.DataFrame) -> Table:
    """Tabulate one measure's indices."""
    made = tables.table("", ["Alone", "±", "With others", "±"])
    for given in dict.fromkeys(indices["input"]):
        rows = {row["index"]: row for row in indices[indices["input"] == given].to_dict("records")}
        made.add_row(f"  {given}", *_cells(rows.get(FIRST)), *_cells(rows.get(TOTAL)))
    return made


def _heading(name: str, table: pd.DataFrame, price_year: str) -> str:
    """Name a measure, and its average at the points where it is least and most."""
    each = measure(name)
    money = f", £m, {price_year} prices" if each.unit == "gbp" else ""
    least, most = (words.number(float(end), each.unit) for end in (table["mean"].min(), table["mean"].max()))
    return f"{each.title}{money}: averages from {least} to {most}"


def _cells(row: dict[Any, Any] | None) -> tuple[str, str]:
    """Write an index and its half-width."""
    if row is None or isnan(row["value"]):
        return words.MISSING, ""
    return f"{row['value']:.2f}", "" if isnan(row["confidence"]) else f"{row['confidence']:.2f}"


def _remark(name: str, table: pd.DataFrame, indices: pd.DataFrame) -> str:
    """Say why there are no indices, or how precise the averages are that they rest on."""
    error, chance = float(table["mc_error"].mean()), float(indices["monte_carlo_share"].iloc[0])
    if note := indices["note"].iloc[0]:
        return f"No index: {note}."
    if isnan(error):
        return f"One draw shows no {PRECISION}."
    noisy = f"; {chance:.0%} of the variation is chance: take more draws" if chance >= _NOISY else ""
    return f"{PRECISION.capitalize()} at a point: {words.error(error, measure(name).unit)}{noisy}."


def _levels(name: str, effects: pd.DataFrame) -> Table:
    """Tabulate what each level of a grid's inputs does to one measure, against the average over the grid."""
    unit = measure(name).unit
    made = tables.table("", ["Average", "Against all", "±"])
    for row in _rows(effects):
        cells = (words.number(row["mean"], unit), words.signed(row["effect"], unit), words.error(row["mc_error"], unit))
        made.add_row(f"  {row['input']} = {row['value']:g}", *cells)
    made.caption = f"±: {PRECISION}, of the one before it"
    return made
