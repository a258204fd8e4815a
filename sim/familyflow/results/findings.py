"""All that a study has found, worked out together so that nothing is read or counted twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from familyflow.results import adult_workers, caseloads, claims
from familyflow.results import summary as tables

if TYPE_CHECKING:
    import pandas as pd

    from familyflow.results.monthly import Monthly
    from familyflow.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Findings:
    """The tables that every report shows.

    `summary` has the columns tables.SUMMARY, `differences` tables.DIFFERENCES, `claims` claims.CLAIMS and
    `caseloads` caseloads.CASELOADS, `waits` adult_workers.WAITS. `unmet`: what is to be said of stated effects that
    cannot be delivered.
    """

    summary: pd.DataFrame
    differences: pd.DataFrame
    claims: pd.DataFrame
    caseloads: pd.DataFrame
    waits: pd.DataFrame
    unmet: tuple[str, ...] = ()


def find(monthly: Monthly, money: pd.DataFrame, scenario: Scenario) -> Findings:
    """Work out a study's findings; Problem when no change was not run."""
    values, worst = tables.collected(monthly, money)
    begins = {name: schedule.begins for name, schedule in scenario.schedules.items()}
    return Findings(
        tables.summarised(values, worst),
        tables.differences(values),
        claims.answers(monthly, money, scenario.claims, begins),
        caseloads.table(monthly, scenario),
        adult_workers.waits(monthly),
        tuple(adult_workers.unmet(monthly)),
    )
