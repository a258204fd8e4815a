"""The investment case in short: how much of each pound is cash, when it is paid back, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from familyflow.economics import appraisal as appraisals
from familyflow.report import words
from familyflow.report.console import tables
from familyflow.report.document.case_in_words import sentences
from familyflow.report.document.glossary import RUNGS
from familyflow.results.investment_case import brings_money
from familyflow.results.measures import APART, NO_CHANGE, measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console
    from rich.table import Table

    from familyflow.economics.case import Floats
    from familyflow.results.investment_case import Case


def show(console: Console, case: Case, titles: Mapping[str, str]) -> None:
    """Print the ladder of every schedule, and a sentence on each."""
    tables.rule(console, "The case, in cash")
    console.print(ladder_table(case))
    if brings_money(case):
        console.print(APART)
    for sentence in sentences(case, titles):
        console.print()
        console.print(sentence)


def ladder_table(case: Case) -> Table:
    """Tabulate the average of each rung, of cost and of grants, real GBP m over all years, a column a schedule."""
    chosen = [s for s, name in enumerate(case.activity.schedules) if name != NO_CHANGE]
    names = [case.activity.schedules[s].replace("_", "\n") for s in chosen]
    table = tables.table(f"Averages, £m, {case.assumptions.price_year} prices, not discounted", names)
    for rung, amounts in appraisals.by_rung(case.flows).items():
        table.add_row(RUNGS[rung], *_cells(amounts.sum(axis=-1), chosen))
    table.add_row("Programme cost", *_cells(case.flows.cost.sum(axis=(2, 3)), chosen))
    if brings_money(case):
        table.add_row(measure("income_gbp").title, *_cells(case.flows.income.sum(axis=-1), chosen))
    else:
        grant = np.broadcast_to(case.flows.grant.sum(axis=-1), case.appraisal.npv.shape)
        table.add_row("Grant", *_cells(grant, chosen))
    return table


def _cells(amounts: Floats, chosen: list[int]) -> list[str]:
    """Write the means over draws of some schedules."""
    return [words.number(float(amounts[:, s].mean()), "gbp") for s in chosen]
