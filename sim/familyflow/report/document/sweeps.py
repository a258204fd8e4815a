"""What a sweep found: which inputs an answer hangs on."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any, Final

from familyflow.experiment.design import GRID, LATIN_HYPERCUBE, SOBOL
from familyflow.experiment.indices import FIRST, TOTAL
from familyflow.report import words
from familyflow.report.document.blocks import Paragraph, Section, Statement, Table
from familyflow.results.measures import PRECISION, measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from familyflow.experiment.design import Design
    from familyflow.report.document.blocks import Block

_METHODS: Final = {GRID: "a full grid", LATIN_HYPERCUBE: "a Latin hypercube", SOBOL: "a Sobol design (Saltelli)"}
_LEGEND: Final = (
    "What varies from point to point is the average over draws. Alone: the share of that which an input explains by "
    "itself. With others: all that it has a part in. ±: half of a 95% interval, over {}."
)
_EXPLAINED: Final = ("", "Alone", "±", "With others", "±")
_NOISY: Final = 0.1
"""From this share of the variation on, chance is said to be a part of it."""


def found(design: Design, table: pd.DataFrame, indices: pd.DataFrame, main_effects: pd.DataFrame) -> Iterator[Section]:
    """Show, for each schedule, how far each measure goes over the points, and which inputs explain it."""
    plan, number = design.plan, table["point"].nunique()
    over = "draws" if design.method == GRID else "points"
    asked = f"{number} points of {_METHODS[design.method]}, {words.draws(plan.draws)} at each, seed {plan.seed}"
    lead: list[Block] = [Statement(plan.scenario.title), Paragraph(asked), Paragraph(_LEGEND.format(over))]
    yield Section("sweep", "", lead)
    for schedule in indices["schedule"].unique():
        own = [each[each["schedule"] == schedule] for each in (table, indices, main_effects)]
        blocks = [
            block
            for name in own[1]["measure"].unique()
            for block in _of_measure(name, [each[each["measure"] == name] for each in own], plan.scenario.price_year)
        ]
        yield Section(f"sweep-{schedule}", plan.scenario.schedules[schedule].title, blocks)


def _of_measure(name: str, found: Sequence[pd.DataFrame], price_year: str) -> Iterator[Block]:
    """Show one measure: the range of its averages, what explains it, and a grid's levels."""
    table, indices, main_effects = found
    yield Table(f"explained-{name}", _heading(name, table, price_year), _EXPLAINED, [("", [*_explained(indices)])])
    yield Paragraph(_remark(name, table, indices))
    if not main_effects.empty:
        yield Table(f"levels-{name}", "", ("", "Average", "Against all", "±"), [("", [*_levels(name, main_effects)])])
        yield Paragraph(f"±: {PRECISION}, of the one before it")


def _explained(indices: pd.DataFrame) -> Iterator[list[str]]:
    """Write one measure's indices."""
    for given in dict.fromkeys(indices["input"]):
        rows = {row["index"]: row for row in indices[indices["input"] == given].to_dict("records")}
        yield [str(given), *_cells(rows.get(FIRST)), *_cells(rows.get(TOTAL))]


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


def _levels(name: str, effects: pd.DataFrame) -> Iterator[list[str]]:
    """Write what each level of a grid's inputs does to one measure, against the average over the grid."""
    unit = measure(name).unit
    for row in effects.to_dict("records"):
        cells = (words.number(row["mean"], unit), words.signed(row["effect"], unit), words.error(row["mc_error"], unit))
        yield [f"{row['input']} = {row['value']:g}", *cells]
