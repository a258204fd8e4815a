"""All that a report is made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from familyflow.report.words import heading, number, signed, span
from familyflow.results.measures import NO_CHANGE, WHOLE
from familyflow.results.monthly import titles_of
from familyflow.results.summary import lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from familyflow.experiment.plan import Plan
    from familyflow.report.figures.style import Image
    from familyflow.results.findings import Findings
    from familyflow.results.investment_case import Case
    from familyflow.results.readings import Readings
    from familyflow.scenario import Scenario
    from familyflow.scenario.timeline import Timeline


@dataclass(frozen=True, eq=False)
class Material:
    """A finished run: its plan, findings, investment case, pictures by name, timelines by schedule, manifest.

    Counts of children below `least` are not numbered; `end` is the last date simulated; `readings` is the case under
    each reading of the evidence, where it was run.
    """

    plan: Plan
    findings: Findings
    case: Case
    images: Mapping[str, Image]
    timelines: Mapping[str, Timeline]
    manifest: Mapping[str, object]
    end: date
    least: int = 0
    readings: Readings | None = None

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        return self.plan.scenario

    @cached_property
    def titles(self) -> dict[str, str]:
        """The titles of the schedules that were run, no change first."""
        return titles_of(self.scenario, self.plan.schedules)

    @cached_property
    def others(self) -> dict[str, str]:
        """The titles of the schedules that are compared with no change."""
        return {name: title for name, title in self.titles.items() if name != NO_CHANGE}

    @cached_property
    def _statistics(self) -> dict[str, dict[tuple[str, str], dict[str, float]]]:
        """Statistics by schedule, then by measure and period."""
        return {name: lines(self.findings.summary, name) for name in self.titles}

    @cached_property
    def years(self) -> list[str]:
        """The financial years of the run, as the summary names them."""
        names = self.findings.summary["period"].unique()
        return [str(name) for name in names if name != WHOLE]

    @property
    def case_years(self) -> list[str]:
        """The financial years of the case, those that the run cuts short with their own first or last date."""
        return [heading(year) for year in self.years]

    def place(self, schedule: str) -> int:
        """Return a schedule's place in the arrays of the case."""
        return self.case.activity.schedules.index(schedule)

    def of(self, schedule: str, measure: str, period: str = WHOLE) -> dict[str, float]:
        """Return a measure's statistics."""
        return self._statistics[schedule][measure, period]

    def cell(self, row: Mapping[str, float], unit: str) -> str:
        """Write an average, and below it its range of outcomes."""
        mean = number(row["mean"], unit, self.least)
        return f"{mean}\n{self.range(row, unit)}" if row["p5"] < row["p95"] else mean

    def change(self, row: Mapping[str, float], unit: str) -> str:
        """Write an average change with its sign, and below it its range of outcomes."""
        mean = signed(row["mean"], unit, self.least)
        return f"{mean}\n{self.range(row, unit)}" if row["p5"] < row["p95"] else mean

    def range(self, row: Mapping[str, float], unit: str) -> str:
        """Write a range of outcomes."""
        return span(row["p5"], row["p95"], unit, self.least)

    def less(self, schedule: str, measure: str) -> dict[str, float]:
        """Return how a level differs from that of no change, over the whole horizon: mean, p5 and p95."""
        rows = self.findings.differences
        (row,) = rows[(rows["schedule"] == schedule) & (rows["measure"] == measure)].to_dict("records")
        return {name: float(row[name]) for name in ("mean", "p5", "p95")}


def with_images(material: Material, images: Sequence[Image]) -> Material:
    """Return the same material with some more pictures."""
    return replace(material, images={**material.images, **{each.name: each for each in images}})
