"""The page's sections and the paper's, from the same material."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.report.document import adult_workers, glossary
from familyflow.report.document.after_the_run import after_the_run
from familyflow.report.document.blocks import Bullets, Cover, Paragraph, Section, Statement
from familyflow.report.document.bridge import bridge
from familyflow.report.document.children import caseloads, children, rollout
from familyflow.report.document.evidence import again, claims, evidence, method, standing, status_table
from familyflow.report.document.money import budget, grants, ladder, value, what_if
from familyflow.report.document.readings import blocks as of_readings
from familyflow.report.document.readings import section
from familyflow.report.document.recommendation import Answer
from familyflow.report.document.risks import not_supported, risks
from familyflow.report.document.sensitivity import first_to_measure, hangs_on, needed, swings_shown
from familyflow.report.document.summary import (
    answers,
    asked,
    compared,
    found,
    headline,
    reading,
    schedules,
    schedules_section,
    summary,
    withheld,
)
from familyflow.report.words import CHILDREN, day, draws, number
from familyflow.results.investment_case import brings_money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from familyflow.report.document.blocks import Block
    from familyflow.report.document.inputs import Material

FOR_AUTHOR: Final = "[For the author to complete.]"
"""What stands where the model has nothing to say and a person must."""
RECOMMENDATIONS: Final = {
    Answer.YES: "On the council's own finances the programme can be recommended, on the schedule named below.",
    Answer.UNCERTAIN: "No recommendation is made on the council's own finances: whether it is cash is uncertain.",
    Answer.NO: "On the council's own finances the programme is not recommended.",
    Answer.SILENT: "No recommendation can be made from this run.",
}
_CASH_ONLY: Final = (
    "The recommendation is about the council's cash alone; what it is worth to the public purse stands beside it. "
    "Whether the programme is right for children and families is for members, on the advice of professional officers; "
    "what the simulation says of children stands under the options."
)
_EQUALITY: Final = (
    "The model says nothing about protected characteristics: families in it have ages, areas and harms only. "
    f"{FOR_AUTHOR}"
)
_LEGAL: Final = f"The model gives no legal advice. {FOR_AUTHOR}"


def page_lead(material: Material) -> list[str]:
    """Say below the page's title what was run."""
    return [
        (
            f"{material.scenario.authority}, {day(material.scenario.start)} to {day(material.end)}: "
            f"{draws(material.plan.draws)}, {schedules(material)} compared with no change."
        )
    ]


def page_sections(material: Material) -> list[Section]:
    """Return what stands on the page; what compares schedules only where there are any."""
    compared = [*_compared(material)] if material.others else []
    first, rest = compared[:1], compared[1:]
    about = [children(material), caseloads(material), adult_workers.section(material)]
    last = [claims(material), method(material), *_glossary(material), again(material), evidence(material)]
    side = [schedules_section(material)] if material.others else []
    return [summary(material), *side, *_readings(material), *first, *about, *rest, *last]


def _glossary(material: Material) -> list[Section]:
    """Define the money figures, where a schedule is compared."""
    case = material.case
    return [glossary.section(income=brings_money(case), budget=case.budget is not None)] if material.others else []


def _readings(material: Material) -> list[Section]:
    """Show the case under each reading of the evidence, where a schedule is compared."""
    return [section(material.readings, material.scenario, material.titles, material.least)] if material.others else []


def _compared(material: Material) -> Iterator[Section]:
    """Return the sections that compare schedules with no change."""
    yield rollout(material)
    yield budget(material)
    yield value(material)
    yield from grants(material)
    yield from bridge(material)
    yield ladder(material)
    yield after_the_run(material)
    yield what_if(material)
    yield hangs_on(material)


def cover(material: Material) -> Cover:
    """Return what stands before the paper's first section."""
    scenario = material.scenario
    blanks = ("Meeting", "Date", "Report of", "Contact", "Wards affected")
    return Cover(
        title=scenario.title,
        subject=f"{scenario.programme.title} in {scenario.authority}: financial case and risks",
        fields=[(name, FOR_AUTHOR) for name in blanks],
    )


def paper_sections(material: Material) -> list[Section]:
    """Return the sections of a committee paper."""
    money = [_options(material), _finances(material)] if material.others else []
    return [
        Section("purpose", "Purpose", [Paragraph(f"To say {asked(material)}")]),
        _recommendation(material),
        _background(material),
        *money,
        _risks(material),
        _evidence(material),
        Section("equality", "Equality implications", [Paragraph(_EQUALITY)]),
        Section("legal", "Legal implications", [Paragraph(_LEGAL)]),
        _next(material),
        again(material),
    ]


def _recommendation(material: Material) -> Section:
    """Word the recommendation by rule from the results."""
    judged = found(material)
    blocks: list[Block] = [Statement(RECOMMENDATIONS[judged.answer]), Paragraph(judged.reason)]
    blocks += [headline(material)] if material.others else []
    blocks.append(Paragraph(_CASH_ONLY))
    return Section("recommendation", "Recommendation", blocks)


def _background(material: Material) -> Section:
    """Say what the programme is and from what counts the run starts."""
    scenario = material.scenario
    care, cp, cin = (_on_day_0(material, name) for name in ("children_in_care", "children_on_cp", "children_on_cin"))
    said = (
        f"On {day(scenario.start)} {scenario.authority} had {care} children in care, {cp} on child protection "
        f"plans and {cin} on child in need plans, as published. {scenario.programme.title} puts adult workers "
        f"into children's teams. {FOR_AUTHOR}"
    )
    return Section("background", "Background", [Paragraph(said)])


def _on_day_0(material: Material, stock: str) -> str:
    """Write a published count of day 0."""
    return number(material.scenario.quantities[f"snapshot.{stock}"].value, CHILDREN, material.least)


def _options(material: Material) -> Section:
    """Say what the schedules are, and what each would change."""
    blocks: list[Block] = [Paragraph("No change is the option that every other is compared with.")]
    blocks += [answers(material), compared(material), Paragraph(reading(material))]
    if material.others:
        blocks += of_readings(material.readings, material.scenario, material.titles, material.least)
    if material.least:
        blocks.append(Paragraph(withheld(material.least)))
    return Section("options", "Options considered", blocks)


def _finances(material: Material) -> Section:
    """Return the financial implications by financial year, and the appraisal."""
    money: list[Block] = [
        *budget(material).blocks,
        *value(material).blocks,
        *(block for section in (*grants(material), *bridge(material)) for block in section.blocks),
        *ladder(material).blocks[:2],
        *after_the_run(material).blocks,
    ]
    return Section("finances", "Financial implications", money)


def _risks(material: Material) -> Section:
    """Say what may go otherwise, and what the answer hangs on."""
    hinges = [*needed(material), *swings_shown(material)] if material.others else []
    return Section("risks", "Risks and uncertainty", [Bullets(risks(material)), *hinges])


def _evidence(material: Material) -> Section:
    """Say what the numbers rest on, and how the authority's claims fare."""
    answered = claims(material).blocks
    return Section("evidence", "Evidence", [Paragraph(standing(material)), status_table(material), *answered])


def _next(material: Material) -> Section:
    """Say what would make the answer surer."""
    steps = [
        *(first_to_measure(material) if material.others else ()),
        "Replace assumed inputs by the council's own figures, and run again.",
        "Agree with the finance team which savings become cash, when, and whose budget they leave.",
        *not_supported(material),
        "Say before the start what will be measured, when, and what result would stop the programme.",
    ]
    return Section("next", "Next steps", [Bullets(steps)])
