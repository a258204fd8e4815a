"""The first page: what was asked, the answer of each schedule, and how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.economics import case
from familyflow.report.blocks import Bullets, Paragraph, Section, Statement, Table
from familyflow.report.content.judgement import Position, Verdict, verdict
from familyflow.report.content.money import over_draws
from familyflow.report.content.proof import standing
from familyflow.report.measures import PRECISION, RANGE
from familyflow.report.readings import stands_on
from familyflow.report.words import CHILDREN, care, day, draws, likelihood, number, pounds

if TYPE_CHECKING:
    from familyflow.report.blocks import Block
    from familyflow.report.content.material import Material


def asked(material: Material) -> str:
    """Say, after a verb, what the run asked, and how."""
    scenario = material.scenario
    return (
        f"what {schedules(material)} of {scenario.programme.title} would change for children and for money in "
        f"{scenario.authority} from {day(scenario.start)} to {day(material.end)}. Each is compared with no "
        f"change for the same families with the same luck, in {draws(material.plan.draws)} of everything that "
        "is uncertain."
    )


def schedules(material: Material) -> str:
    """Count the schedules that are compared with no change."""
    count = len(material.others)
    return f"{count} schedule{'' if count == 1 else 's'}"


def found(material: Material) -> Verdict:
    """Judge the schedules by the present value of their cash."""
    positions = [_position(material, name, title) for name, title in material.others.items()]
    return verdict(positions, material.plan.draws, material.end)


def _position(material: Material, name: str, title: str) -> Position:
    """Give a schedule's net present value."""
    npv = material.case.appraisal.npv[:, material.place(name)]
    return Position(title, **over_draws(npv), above=float((npv > 0).mean()), below=float((npv < 0).mean()))


def answers(material: Material) -> Bullets:
    """Say of each schedule whether it pays for itself, and how many children fewer enter care."""
    return Bullets([_answer(material, name, title) for name, title in material.others.items()])


def _answer(material: Material, name: str, title: str) -> str:
    """Say what one schedule comes to."""
    own, count = _position(material, name, title), material.plan.draws
    entries = care(material.of(name, "care_entries_averted"), material.least)
    if not (own.above or own.below):
        return f"{title}. It changes the council's cash in no draw; {entries}."
    peak = material.case.appraisal.peak[:, material.place(name)].mean()
    said = f"{likelihood(own.above)}: it pays for itself in {round(own.above * count):,} of {draws(count)}"
    band = f" ({RANGE}: {pounds(own.p5)} to {pounds(own.p95)})" if own.p5 < own.p95 else ""
    return (
        f"{title}. {said if count > 1 else 'One draw cannot say'}; on average its net present value is "
        f"{pounds(own.mean)}{band}, and {pounds(peak)} has to be found before savings make it good; {entries}."
    )


def summary(material: Material) -> Section:
    """Say in plain words what was asked and what was found."""
    judged = found(material)
    blocks: list[Block] = [Statement(judged.heading), Paragraph(judged.reason)]
    if material.others:
        blocks += [Paragraph(stands_on(material.scenario)), answers(material), headline(material)]
        blocks.append(Paragraph(reading(material)))
    blocks += [Paragraph(f"Asked: {asked(material)}"), Paragraph(standing(material))]
    if material.least:
        blocks.append(Paragraph(withheld(material.least)))
    return Section("summary", "Summary", blocks)


def reading(material: Material) -> str:
    """Say how numbers are to be read."""
    a = material.case.assumptions
    return (
        f"Below each average stands its {RANGE}: nine draws in ten lie within it.{_precision(material)} Money "
        f"is cash in {material.scenario.price_year} prices; net present value is discounted to {a.base_year} at "
        f"{a.value(case.DISCOUNT_RATE):.1%} a year. Staff time freed and partners' savings are not in it, nor "
        f"is anything after {day(material.end)}."
    )


def _precision(material: Material) -> str:
    """Say how far more draws would move the averages; nothing of a single draw."""
    npv, count = material.case.appraisal.npv, material.plan.draws
    if count == 1:
        return ""
    widest = float(npv.std(axis=0, ddof=1).max()) / count**0.5
    return f" The averages of net present value are known to ±{pounds(widest)} ({PRECISION})."


def withheld(least: int) -> str:
    """Say what is withheld."""
    return (
        f"Counts of children below {least}, and differences below {least}, are shown as <{least}. They are averages of "
        "simulated children; a difference that is withheld may still be worked out from two levels."
    )


def headline(material: Material) -> Table:
    """Tabulate every schedule's main results."""
    headings = (
        "Schedule",
        "Entries to care averted",
        "Children in care at the end, change",
        "Children on CP plans at the end, change",
        "Cost, £m",
        "Cash saved, £m",
        "Net present value, £m",
        "Pays for itself in",
    )
    rows = [_headline(material, name, title) for name, title in material.others.items()]
    return Table("headline", f"By {day(material.end)}: average, and {RANGE}", headings, [("", rows)])


def _headline(material: Material, name: str, title: str) -> list[str]:
    """Write a schedule's main results."""
    flows, place = material.case.flows, material.place(name)
    own = _position(material, name, title)
    return [
        title,
        material.cell(material.of(name, "care_entries_averted"), CHILDREN),
        material.change(material.less(name, "children_in_care_end"), CHILDREN),
        material.change(material.less(name, "children_on_cp_end"), CHILDREN),
        material.cell(over_draws(flows.spending[:, place].sum(axis=1)), "gbp"),
        material.cell(over_draws(flows.cash[:, place].sum(axis=1)), "gbp"),
        material.cell({"mean": own.mean, "p5": own.p5, "p95": own.p95}, "gbp"),
        f"{number(own.above, 'share')} of draws",
    ]
