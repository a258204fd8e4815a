"""A finished run by hand, for the page and the paper: made-up activity, the real sums of the investment case."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from familyflow.economics.case import Activity, Assumptions
from familyflow.economics.lines import PER_WEEK, PER_YEAR, Kind, Line
from familyflow.experiment.plan import Plan
from familyflow.ground.calendar import financial_year, financial_year_start, month_ends
from familyflow.ground.quantity import Quantity, Status
from familyflow.report.document.inputs import Material
from familyflow.report.figures.style import Image
from familyflow.results import findings
from familyflow.results.investment_case import Case

if TYPE_CHECKING:
    from collections.abc import Sequence

    from made_study import Study

    from familyflow.results.findings import Findings

DOT = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
"""A picture of one dot."""
PICTURES = ("children_on_cin", "children_on_cp", "children_in_care", "children_fewer", "caseload_by_team", "rollout")
LINES = (
    Line("placement_residential", "child_days_residential", "price.residential_week", Kind.CASHABLE, factor=PER_WEEK),
    Line("placement_agency_foster", "child_days_foster", "price.agency_foster_week", Kind.CASHABLE, factor=PER_WEEK),
    Line("cin_plans", "child_days_on_cin", "price.cin_year", Kind.CAPACITY, factor=PER_YEAR),
    Line("drug_misuse", "harm_days_drugs", "price.drugs_year", Kind.PARTNER, "criminal justice", factor=PER_YEAR),
    Line("post_psychologist", "fte_days_psychologist", "price.salary.psychologist", Kind.PROGRAMME, factor=PER_YEAR),
)
PRICES = {
    "price.residential_week": (6107, "gbp per week"),
    "price.agency_foster_week": (1100, "gbp per week"),
    "price.cin_year": (4000, "gbp per year"),
    "price.drugs_year": (9000, "gbp per year"),
    "price.salary.psychologist": (70000, "gbp per year"),
}
SHARES = {
    "placement_residential": (0.8, 0.15, 12),
    "placement_agency_foster": (0.95, 0.05, 2),
    "cin_plans": (0, 0.2, 24),
}
SETTINGS = {
    "price.discount_rate": (0.035, "share"),
    "case.deflator_growth": (0.02, "share"),
    "case.grant_year": (100_000, "gbp per year"),
    "case.grant_years": (2, "years"),
    "case.growth_counts": (0, "share"),
    "case.saving_kept": (1, "share"),
    "case.effect.grade": (3, "grade"),
    **{f"case.correction.grade_{grade}": (0.05 * (grade - 1), "share") for grade in range(1, 7)},
}


def stated(value: float, unit: str, status: Status = Status.ASSUMED) -> Quantity:
    return Quantity(value, 0.8 * value, 1.2 * value, unit, "2023/24", "slides", status, "a judgement & its <reason>")


def quantities() -> dict[str, Quantity]:
    prices = {name: stated(value, unit, Status.PUBLISHED) for name, (value, unit) in PRICES.items()}
    fixed = {
        name: Quantity(value, value, value, unit, "2022", "slides", Status.ASSUMED)
        for name, (value, unit) in SETTINGS.items()
    }
    terms = {
        f"case.{name}.{what}": Quantity(
            value, value, value, "months" if what == "lag_months" else "share", "2026", "slides", Status.ASSUMED
        )
        for name, shares in SHARES.items()
        for what, value in zip(("cash_now", "cash_later", "lag_months"), shares, strict=True)
    }
    steps = {f"case.{name}.step": Quantity(0, 0, 0, "per step", "2026", "slides", Status.ASSUMED) for name in SHARES}
    grades = {f"case.{line.name}.grade": Quantity(3, 3, 3, "grade", "2026", "slides", Status.ASSUMED) for line in LINES}
    return {**prices, **fixed, **terms, **steps, **grades}


def case_of(study: Study, draws: int, schedules: Sequence[str]) -> Case:
    """Amounts fall by a hundred days a year and more where a schedule has a rank; every draw has its own luck."""
    days = month_ends(study.scenario.start, study.scenario.years)
    years = tuple(dict.fromkeys(financial_year(day) for day in days[1:]))
    a = Assumptions(
        LINES, quantities(), {"2019/20": 90.0, "2023/24": 98.0, "2024/25": 100.0}, "2024/25", years[0], years
    )
    luck = np.random.default_rng(3)
    shape = (draws, len(schedules), len(years), len(LINES))
    base = np.array([20_000, 60_000, 300_000, 150_000, 0.0])
    effect = np.array([-2_000, -3_000, -9_000, -6_000, 1_100.0])
    ramp = np.clip((np.arange(len(years)) - 1) / 3, 0, 1)
    strength = luck.normal(1.0, 0.7, (draws, 1, 1, 1))
    rank = np.arange(len(schedules))[None, :, None, None] / max(len(schedules) - 1, 1)
    amounts = base * luck.normal(1, 0.02, (draws, 1, len(years), 1)) + effect * rank * ramp[
        None, None, :, None
    ] * np.where(np.arange(len(LINES)) < len(LINES) - 1, strength, 1.0)
    activity = Activity(
        draws=np.arange(draws),
        schedules=tuple(schedules),
        years=years,
        spans=tuple((financial_year_start(year), financial_year_start(year).replace(month=12)) for year in years),
        lines=tuple(line.name for line in LINES),
        amounts=np.broadcast_to(amounts, shape).copy(),
        relative=luck.normal(1, 0.1, (draws, len(years), len(LINES))),
        reference=np.broadcast_to(base, (draws, len(years), len(LINES))).copy(),
        live=np.array([len(years), *([1] * (len(schedules) - 1))]),
        care_days=np.zeros(shape[:3]),
        ending=np.broadcast_to(amounts, shape)[:, :, -1] / 275,
        leaving=np.full(draws, 0.35),
    )
    samples = pd.DataFrame({"draw": np.arange(draws), "effect.care_entry": strength.ravel()})
    effect_of = {"effect.care_entry": Quantity(1, 0.5, 1.5, "ratio", "2024", "slides", Status.ASSUMED)}
    return Case(a, activity, samples, {**a.quantities, **effect_of}, tuple(effect_of))


def material_of(
    study: Study, draws: int, least: int = 0, schedules: Sequence[str] = (), found: Findings | None = None
) -> Material:
    """Give a run of some schedules, or of all; its pictures are dots."""
    wanted = [name for name in study.scenario.schedules if not schedules or name in {"no_change", *schedules}]
    monthly, money = (table[table["schedule"].isin(wanted)] for table in (study.monthly, study.money))
    names = PICTURES if len(wanted) > 1 else PICTURES[:3]
    return Material(
        plan=Plan(study.scenario, tuple(wanted), study.scenario.years, 1, draws),
        findings=found or findings.find(monthly, money, study.scenario),
        case=case_of(study, draws, wanted),
        images={name: Image(name, name.capitalize(), "What it <shows>.", DOT) for name in (*names, "ladder")},
        timelines=study.timelines,
        manifest={"version": "0.1.0", "commit": None, "digest": "d" * 64, "code": "c" * 64, "packages": {"numpy": "2"}},
        end=month_ends(study.scenario.start, study.scenario.years)[-1],
        least=least,
    )
