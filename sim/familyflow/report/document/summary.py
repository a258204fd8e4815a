"""The first page: what was asked, the answer of each schedule, and how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.economics import case
from familyflow.report.document.blocks import Bullets, Paragraph, Section, Statement, Table
from familyflow.report.document.evidence import standing
from familyflow.report.document.money import growth_said, over_draws
from familyflow.report.document.recommendation import Position, Verdict, changes, verdict
from familyflow.report.words import CHILDREN, capital, care, day, draws, number, pounds, signed, span, too_few
from familyflow.results.investment_case import stands
from familyflow.results.measures import FEW, PRECISION, RANGE
from familyflow.results.outcome import Outcome
from familyflow.scenario.readings import stands_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.report.document.blocks import Block
    from familyflow.report.document.inputs import Material


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
    """Judge by the schedule that stands for the run, and say between what the others lie."""
    the = stands(material.case) if material.others else ""
    order = sorted(material.others, key=lambda name: name != the)
    year = material.case.activity.years[material.case.appraisal.last_year]
    return verdict([_position(material, name) for name in order], material.plan.draws, material.end, year)


def _position(material: Material, name: str) -> Position:
    """Return a schedule's answers to both questions."""
    found, place = material.case.appraisal, material.place(name)
    arrays = (found.npv, found.npv_public, found.run_rate, found.run_rate_public)
    return Position(material.others[name], *(Outcome.over(values[:, place]) for values in arrays))


def answers(material: Material) -> Bullets:
    """Answer both questions for each schedule, and say how many children fewer enter care."""
    return Bullets([_answer(material, name, title) for name, title in material.others.items()])


def _answer(material: Material, name: str, title: str) -> str:
    """Say what one schedule comes to."""
    own, count = _position(material, name), material.plan.draws
    entries = care(material.of(name, "care_entries_averted"), material.least)
    if not changes(own.cash):
        return f"{title}. It changes the council's cash in no draw; {entries}."
    peak = material.case.appraisal.peak[:, material.place(name)].mean()
    said = too_few(count)
    if count >= FEW:
        both = (f"{round(each.above * count):,}" for each in (own.cash, own.public))
        said = "Cash for the council in {}, worth it for the public purse in {} of ".format(*both) + draws(count)
    band = f" ({RANGE}: {pounds(own.cash.p5)} to {pounds(own.cash.p95)})" if own.cash.p5 < own.cash.p95 else ""
    return (
        f"{title}. {said}; on average its net present value in cash is {pounds(own.cash.mean)}{band}, and "
        f"{pounds(peak)} has to be found before savings make it good; {entries}."
    )


def summary(material: Material) -> Section:
    """Say in plain words what was asked and what was found."""
    judged = found(material)
    blocks: list[Block] = [Statement(judged.heading), Paragraph(judged.reason)]
    if material.others:
        blocks += [Paragraph(stands_on(material.scenario)), headline(material), Paragraph(reading(material))]
    blocks += [Paragraph(f"Asked: {asked(material)}"), Paragraph(standing(material))]
    if material.least:
        blocks.append(Paragraph(withheld(material.least)))
    return Section("summary", "Summary", blocks)


def reading(material: Material) -> str:
    """Say how numbers are to be read."""
    a = material.case.assumptions
    return (
        f"By each average stands its {RANGE}: nine draws in ten lie within it.{_precision(material)} Money is in "
        f"{material.scenario.price_year} prices; present values are discounted to {a.base_year} at "
        f"{a.value(case.DISCOUNT_RATE):.1%} a year. Staff time freed and partners' savings count for the public purse "
        f"and are no cash; nothing after {day(material.end)} is in either. {growth_said(a)}"
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
    """Tabulate the main results of the schedule that stands for the run: both questions, and what they rest on."""
    name = stands(material.case)
    place, own, flows = material.place(name), _position(material, name), material.case.flows
    year = material.case.activity.years[material.case.appraisal.last_year]
    spending, cash = (Outcome.over(each[:, place].sum(axis=1)) for each in (flows.spending, flows.cash))
    rows = [
        ["Entries to care averted", *_counted(material, material.of(name, "care_entries_averted"))],
        ["Children in care at the end, change", *_changed(material, material.less(name, "children_in_care_end"))],
        ["Cost, £m", *_shown(spending), ""],
        ["Cash saved, £m", *_shown(cash), ""],
        ["Is it cash for the council? Net present value, £m", *_amounts(material, own.cash)],
        [f"... and in {year} alone, £m", *_amounts(material, own.cash_a_year)],
        ["Is it worth it for the public purse? Net present value, £m", *_amounts(material, own.public)],
        [f"... and in {year} alone, £m", *_amounts(material, own.public_a_year)],
    ]
    headings = ("Result", "Average", capital(RANGE), "Yes in")
    return Table("headline", f"{material.others[name]}, by {day(material.end)}", headings, [("", rows)])


def _counted(material: Material, row: Mapping[str, float]) -> list[str]:
    """Write a count's average, range and the share of draws in which it is better than under no change."""
    mean = number(row["mean"], CHILDREN, material.least)
    return [mean, material.range(row, CHILDREN), _share(row["probability_better"], material)]


def _changed(material: Material, row: Mapping[str, float]) -> list[str]:
    """Write a change's average and range."""
    return [signed(row["mean"], CHILDREN, material.least), material.range(row, CHILDREN), ""]


def _shown(amount: Outcome) -> list[str]:
    """Write an amount's average and range, in millions."""
    return [number(amount.mean, "gbp"), span(amount.p5, amount.p95, "gbp")]


def _amounts(material: Material, amount: Outcome) -> list[str]:
    """Write an amount's average, range and the share of draws above 0."""
    return [*_shown(amount), _share(amount.above, material)]


def _share(share: float, material: Material) -> str:
    """Write a share of draws, where there are enough for one."""
    return f"{number(share, 'share')} of draws" if material.plan.draws >= FEW else "too few to decide"


def compared(material: Material) -> Table:
    """Tabulate every schedule's main results."""
    headings = (
        "Schedule",
        "Entries to care averted",
        "Children in care at the end, change",
        "Children on CP plans at the end, change",
        "Cost, £m",
        "Cash saved, £m",
        "Net present value of cash, £m",
        "Cash for the council in",
        "Worth it for the public purse in",
    )
    rows = [_compared(material, name, title) for name, title in material.others.items()]
    return Table("schedules-table", f"By {day(material.end)}: average, and {RANGE}", headings, [("", rows)])


def _compared(material: Material, name: str, title: str) -> list[str]:
    """Write a schedule's main results."""
    flows, place = material.case.flows, material.place(name)
    own = _position(material, name)
    return [
        title,
        material.cell(material.of(name, "care_entries_averted"), CHILDREN),
        material.change(material.less(name, "children_in_care_end"), CHILDREN),
        material.change(material.less(name, "children_on_cp_end"), CHILDREN),
        material.cell(over_draws(flows.spending[:, place].sum(axis=1)), "gbp"),
        material.cell(over_draws(flows.cash[:, place].sum(axis=1)), "gbp"),
        material.cell({"mean": own.cash.mean, "p5": own.cash.p5, "p95": own.cash.p95}, "gbp"),
        _share(own.cash.above, material),
        _share(own.public.above, material),
    ]


def schedules_section(material: Material) -> Section:
    """Set the schedules side by side."""
    return Section("schedules", "The schedules side by side", [answers(material), compared(material)])
