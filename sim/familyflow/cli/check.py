"""familyflow check: whether a scenario is sound."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from familyflow.scenario import Scenario


@click.command()
@click.argument("scenario")
def check(scenario: str) -> None:
    """Check a scenario: its numbers, their sources, and every schedule. Nothing is simulated."""
    from familyflow.scenario import load
    from familyflow.scenario.timeline import build

    checked = load(scenario)
    for name in checked.schedules:
        build(checked, name, checked.central())
    click.echo("\n".join(_lines(checked)))


def _lines(scenario: Scenario) -> list[str]:
    """Describe a sound scenario in a few lines."""
    statuses = Counter(str(quantity.status) for quantity in scenario.quantities.values())
    known = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    return [
        f"{scenario.name}: {scenario.title}",
        f"  from {scenario.start}, {scenario.years} years, prices of {scenario.price_year}",
        f"  areas: {', '.join(scenario.areas)}",
        f"  teams: {', '.join(scenario.teams)}",
        f"  schedules: {', '.join(scenario.schedules)}",
        f"  numbers: {len(scenario.quantities)}, of which {known}",
        *_staffing(scenario),
        "No problem found.",
    ]


def _staffing(scenario: Scenario) -> list[str]:
    """Say which teams have fewer adult workers than the teams that the evidence is about."""
    from familyflow.report.document.adult_workers import crowded, shortfalls

    return [f"  mind: {each}" for each in (*shortfalls(scenario), *crowded(scenario))]
