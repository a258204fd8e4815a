"""All that a run prints: every schedule's measures, teams, claims, the answers in short, the case and its readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.report import words
from familyflow.report.document import adult_workers, case_in_words, claims, readings
from familyflow.report.document.blocks import Bullets, Paragraph, Section, Statement
from familyflow.report.document.measures import of_schedule
from familyflow.report.document.teams import most_loaded_teams
from familyflow.results.measures import PRECISION, RANGE
from familyflow.results.monthly import titles_of
from familyflow.scenario.readings import stands_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from familyflow.experiment.study import Study
    from familyflow.results.findings import Findings
    from familyflow.scenario import Scenario

_LEGEND: Final = (
    f"{RANGE.capitalize()}: 90% of draws lie within it; inputs are uncertain, and chance plays its part. "
    f"{PRECISION.capitalize()}: its standard error, which more draws make smaller. Better: share of draws in which the "
    "schedule beats no change, with the same families and luck."
)
_SINGLE: Final = f"One draw shows neither a {RANGE} nor the {PRECISION}: run more draws."


def sections(study: Study) -> Iterator[Section]:
    """Show all that was found: results, the case in cash, the readings."""
    titles = titles_of(study.plan.scenario, study.plan.schedules)
    yield from found(study.findings, study.plan.scenario, study.plan.draws, study.end)
    yield case_in_words.in_short(study.case, titles)
    if study.readings:
        yield readings.in_short(study.readings, titles)


def found(findings: Findings, scenario: Scenario, draws: int, end: date) -> Iterator[Section]:
    """Show the results of every schedule; `end` is the last date simulated."""
    titles = titles_of(scenario, findings.summary["schedule"])
    period = f"{words.day(scenario.start)} to {words.day(end)}"
    asked = f"{words.draws(draws)}, {period}, money in {scenario.price_year} prices"
    lead = (asked, stands_on(scenario), _LEGEND if draws > 1 else _SINGLE)
    yield Section("run", "", [Statement(scenario.title), *map(Paragraph, lead)])
    for schedule, title in titles.items():
        yield of_schedule(findings.summary, schedule, title, scenario.price_year)
    yield most_loaded_teams(findings.caseloads, titles)
    if not findings.claims.empty:
        yield claims.answered(findings.claims, titles)
    yield _in_short(findings, scenario, titles, end)


def _in_short(findings: Findings, scenario: Scenario, titles: Mapping[str, str], end: date) -> Section:
    """Say what each schedule comes to, and what to mind."""
    answers = [words.answer(findings.summary, schedule, title, end) for schedule, title in titles.items()]
    warned = (words.overload(findings.summary), *adult_workers.shortfalls(scenario), *findings.unmet)
    said = (*filter(None, warned), *adult_workers.compared(findings.waits, titles))
    return Section("in-short", "In short", [Bullets(answers), *map(Paragraph, said)])
