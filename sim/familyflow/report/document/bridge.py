"""From what the programme costs in the run to the budget that the council's document publishes, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.report.document.blocks import Paragraph, Section, Table
from familyflow.report.document.money import over_draws
from familyflow.report.words import day, pounds
from familyflow.results.apart import row_titles, rows_of
from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from familyflow.economics.bridge import Bridge, Budget
    from familyflow.report.document.inputs import Material

BRIDGE: Final = "The document's budget, beside the cost in the run"
_WHOLE: Final = 0.9995
"""Share of the budget's days from which a run is said to have them all."""


def bridge(material: Material) -> list[Section]:
    """Reconcile the cost with the published budget, where the scenario has one and a schedule is compared."""
    budget, found = material.case.budget, material.case.bridge
    if budget is None or found is None or not material.others:
        return []
    said = map(Paragraph, _said(material, budget, found))
    return [Section("bridge", BRIDGE, [*said, bridge_table(material, budget, found)])]


def _said(material: Material, budget: Budget, found: Bridge) -> Iterator[str]:
    """Say what the budget is taken to be, and what the rows can and cannot tell."""
    source = material.scenario.sources.get(budget.source, budget.source)
    yield (
        f"{source} has {pounds(budget.total)} over {_years(budget.years)}, taken as pounds of each year that come "
        f"evenly from {day(budget.start)} to {day(budget.end)}. The steps lead to it from the programme's cost in the "
        "run, before any grant. Averages add up; ranges do not. What is not explained may be pay, posts or dates other "
        "than assumed here, or what the document leaves out."
    )
    if budget.named is None:
        yield "The scenario does not say which posts the document names, so none is taken off."
    if found.covered < _WHOLE:
        share = f"{found.covered:.0%}"
        yield f"The run has {share} of the budget's days; what the other days would cost is in what is not explained."
    yield from _late(material, found, budget)


def _years(count: float) -> str:
    """Write a number of years."""
    return "one year" if count == 1 else f"{count:g} years"


def _late(material: Material, found: Bridge, budget: Budget) -> Iterator[str]:
    """Name the schedules that begin after the budget does, so that years of it are without them."""
    activity = material.case.activity
    for name, title in material.others.items():
        place = material.place(name)
        if found.late[place]:
            yield f"{title}: nobody is employed in the document's years, so that all of its budget is not explained."
        elif activity.spans[activity.live[place]][0] > budget.start:
            first = activity.years[activity.live[place]]
            yield f"{title}: nobody is employed before {first}, in years for which the document has money."


def bridge_table(material: Material, budget: Budget, found: Bridge) -> Table:
    """Tabulate the steps of each schedule, in pounds of each year and of the price year."""
    price_year = material.scenario.price_year
    titles, both = row_titles(budget, price_year), (found.nominal, found.real)
    groups = []
    for name, title in material.others.items():
        place = material.place(name)
        rows = [[titles[row], *(_cell(material, each[row][:, place]) for each in both)] for row in rows_of(budget)]
        groups.append((title, rows))
    headings = ["Step", "To the budget as published", f"In {price_year} prices throughout"]
    caption = f"From the run's cost to the published budget, £m: average, and {RANGE}"
    return Table("bridge-table", caption, headings, groups)


def _cell(material: Material, values: NDArray[np.float64]) -> str:
    """Write an average, and below it its range."""
    return material.cell(over_draws(values), "gbp")
