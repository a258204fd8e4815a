"""A small made-up case: four lines of each kind, random activity, inputs without and with a range."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from familyflow.economics import case
from familyflow.economics.case import Activity, Assumptions, term
from familyflow.economics.lines import Kind, Line, income_line
from familyflow.ground.quantity import Quantity, Status

LINES = (
    Line("home", "child_days_home", "price.home", Kind.CASHABLE, growth="price.growth"),
    Line("visits", "visits", "price.visit", Kind.CAPACITY),
    Line("police", "incidents", "price.incident", Kind.PARTNER, "police"),
    Line("worker", "fte_days_worker", "price.worker", Kind.PROGRAMME),
)
GRANT = income_line("grant", "Department for Education")
YEARS = ("2024/25", "2025/26", "2026/27")


def quantity(value: float, low: float | None = None, high: float | None = None) -> Quantity:
    ends = (value if low is None else low, value if high is None else high)
    return Quantity(value, *ends, "gbp", "2024/25", "gmca", Status.PUBLISHED)


def assumptions() -> Assumptions:
    """Give a case in which half of what a home costs is cash at once and a quarter eighteen months later."""
    values = {
        "price.home": quantity(700, 600, 900),
        "price.visit": quantity(50),
        "price.incident": quantity(80),
        "price.worker": quantity(150, 120, 200),
        "price.growth": quantity(0.03, 0.0, 0.06),
        case.DISCOUNT_RATE: quantity(0.035),
        case.DEFLATOR_GROWTH: quantity(0.02),
        case.GRANT: quantity(0.0),
        case.GRANT_YEARS: quantity(0.0),
        case.GROWTH_COUNTS: quantity(0.0),
        case.SAVING_KEPT: quantity(1.0, 0.8, 1.0),
        case.EFFECT_GRADE: quantity(5.0),
        **{f"{case.CORRECTION}{grade}": quantity(share) for grade, share in ((1, 0.0), (3, 0.1), (5, 0.25), (6, 0.4))},
        **{term(line, case.GRADE): quantity(grade) for line, grade in zip(LINES, (3, 1, 5, 6), strict=True)},
        **{
            term(LINES[0], what): quantity(value)
            for what, value in zip(case.TERMS, (0.5, 0.25, 18.0, 0.0), strict=True)
        },
        **{
            term(LINES[1], what): quantity(value)
            for what, value in zip(case.TERMS, (0.0, 0.2, 12.0, 10.0), strict=True)
        },
    }
    return Assumptions(LINES, values, {"2024/25": 100.0}, "2024/25", YEARS[0], YEARS)


def activity(seed: int = 1, draws: int = 5) -> Activity:
    """Give random amounts under no change and one schedule, and relative prices about 1."""
    rng = np.random.default_rng(seed)
    amounts = rng.uniform(0, 1_000, (draws, 2, len(YEARS), len(LINES)))
    spans = tuple((date(int(year[:4]), 4, 1), date(int(year[:4]) + 1, 3, 31)) for year in YEARS)
    return Activity(
        draws=np.arange(draws),
        schedules=("no_change", "plan"),
        years=YEARS,
        spans=spans,
        lines=tuple(line.name for line in LINES),
        amounts=amounts,
        relative=rng.uniform(0.8, 1.2, (draws, len(YEARS), len(LINES))),
        reference=rng.uniform(0, 1_000, (draws, len(YEARS), len(LINES))),
        live=np.array([len(YEARS), 0]),
        care_days=amounts[..., 0],
        ending=amounts[:, :, -1] / 365,
        leaving=np.full(draws, 0.35),
    )


def with_grant(seed: int = 1, draws: int = 5) -> tuple[Assumptions, Activity]:
    """Give the same with a grant of a million, a third of which comes in each year under the schedule."""
    a, found = assumptions(), activity(seed, draws)
    shares = np.zeros((*found.amounts.shape[:3], 1))
    shares[:, 1] = 1 / 3
    one = np.ones((*found.relative.shape[:2], 1))
    return (
        replace(a, lines=(*a.lines, GRANT), quantities={**a.quantities, GRANT.price: quantity(1e6, 5e5, 2e6)}),
        replace(
            found,
            lines=(*found.lines, GRANT.name),
            amounts=np.concatenate([found.amounts, shares], axis=-1),
            relative=np.concatenate([found.relative, one], axis=-1),
            reference=np.concatenate([found.reference, 0 * one], axis=-1),
            ending=np.concatenate([found.ending, shares[:, :, -1]], axis=-1),
        ),
    )
