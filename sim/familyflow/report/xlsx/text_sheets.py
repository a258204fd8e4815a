"""The sheets Summary, Readings, Activity, Evidence and Claims: what is seen first, and where numbers come from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from familyflow.economics.ladder import HEADLINE
from familyflow.report import words
from familyflow.report.document import glossary
from familyflow.report.document.claims import DIRECTION
from familyflow.report.document.readings import legend, notes, titled
from familyflow.report.xlsx import draws as d
from familyflow.report.xlsx.result_sheets import RANGE
from familyflow.results import readings
from familyflow.results.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from familyflow.ground.quantity import Quantity
    from familyflow.report.xlsx.cells import Sheet
    from familyflow.report.xlsx.model import Model
    from familyflow.report.xlsx.result_sheets import Appraised, CashFlow, Ladder
    from familyflow.report.xlsx.sensitivity import Worth
    from familyflow.results.readings import Readings

READINGS: Final = "Readings"
GLOSSARY: Final = "Glossary"
_PENNY: Final = 0.005
_AGREE: Final = "agree"


@dataclass(frozen=True)
class Origin:
    """What the Summary says of a run: title, sentences, how it was made, and how to make it again."""

    title: str
    answers: Sequence[str]
    made: Sequence[str]


def write_summary(sheet: Sheet, origin: Origin, found: Appraised, flow: CashFlow, model: Model) -> None:
    """Write what a reader sees first: the answers in words, as run, then the figures that follow the inputs."""
    sheet.sheet.set_column(0, 0, 64)
    sheet.sheet.set_column(1, 10, 17)
    sheet.text(0, 0, origin.title, "title")
    row = 2
    sheet.text(row, 0, "The answers, as run", "heading")
    for sentence in origin.answers:
        row += 1
        sheet.sheet.merge_range(row, 0, row, 7, "", sheet.formats["wrapped"])
        sheet.text(row, 0, sentence, "wrapped")
        sheet.sheet.set_row(row, 34)
    row += 2
    sheet.text(row, 0, "The figures, which follow the sheet Assumptions", "heading")
    row = _write_table(sheet, row + 1, found, flow, model)
    sheet.text(row + 1, 0, "How it was made", "heading")
    for step, sentence in enumerate(origin.made, row + 2):
        sheet.sheet.merge_range(step, 0, step, 7, "", sheet.formats["wrapped"])
        sheet.text(step, 0, sentence, "wrapped")


def _write_table(sheet: Sheet, row: int, found: Appraised, flow: CashFlow, model: Model) -> int:
    """Write a row a schedule; return the row after the last."""
    headings = (
        f"GBP of {model.a.price_year}, discounted; {RANGE} is 90% of draws",
        "Net present value, average",
        f"{RANGE.capitalize()}: low",
        f"{RANGE.capitalize()}: high",
        "Probability that it pays back",
        "Probability of regret",
        "Peak funding, average",
        "Cumulative at the end, nominal",
        "Net present value for the public purse, average",
        f"Run rate of cash, {model.a.years[model.appraisal.last_year]} alone",
        f"Run rate for the public purse, {model.a.years[model.appraisal.last_year]} alone",
    )
    sheet.text(row, 0, headings[0], "header")
    sheet.texts(row, 1, headings[1:], "right")
    sheet.sheet.set_row(row, 48)
    npv, pays, peak = (d.answers(model)[column] for column in (d.NPV, d.PAYS, d.PEAK))
    apart = ((d.NPV_PUBLIC, found.PUBLIC), (d.RUN_RATE, found.RUN_RATE), (d.RUN_RATE_PUBLIC, found.RUN_RATE_PUBLIC))
    for schedule, name in enumerate(model.schedules, 1):
        here = row + schedule
        values = npv[:, schedule]
        over = Outcome.over(values)
        sheet.text(here, 0, model.titles[name])
        cells: Sequence[tuple[str, float, str]] = (
            (found.cell(schedule, 0), over.mean, "gbp"),
            (found.cell(schedule, 0, 1), over.p5, "gbp"),
            (found.cell(schedule, 0, 3), over.p95, "gbp"),
            (found.cell(schedule, found.PAYS), float(pays[:, schedule].mean()), "percent"),
            (found.cell(schedule, found.NO_REGRET), float((values < 0).mean()), "percent"),
            (found.cell(schedule, 4), float(peak[:, schedule].mean()), "gbp"),
            (
                flow.cell(schedule, flow.CUMULATIVE, model.years - 1),
                float(model.appraisal.cumulative[:, schedule, -1].mean()),
                "gbp",
            ),
            *(
                (found.cell(schedule, which), float(d.answers(model)[column][:, schedule].mean()), "gbp")
                for column, which in apart
            ),
        )
        for column, (formula, value, style) in enumerate(cells, 1):
            sheet.formula(here, column, formula, value, style)
    return row + len(model.schedules) + 1


def write_readings(sheet: Sheet, found: Readings | None, titles: Mapping[str, str]) -> None:
    """Write the case under each reading of the evidence: values, as simulated."""
    sheet.text(0, 0, "The case under each reading of the evidence", "title")
    sheet.sheet.set_column(0, 1, 44)
    sheet.sheet.set_column(2, 5, 16)
    if found is None:
        sheet.text(1, 0, "The other readings were not run: familyflow run works them out.", "note")
        return
    sheet.text(1, 0, f"{legend(found)} These figures follow no input of this workbook.", "note")
    sheet.texts(3, 0, ("Reading", "Measure"), "header")
    sheet.texts(3, 2, ("Average", f"{RANGE.capitalize()}: low", f"{RANGE.capitalize()}: high", "Precision"), "right")
    row = 4
    for schedule in readings.schedules_of(found):
        sheet.text(row, 0, titles[schedule], "heading")
        for name in readings.readings_of(found):
            for measure, own in readings.cells(found, name, schedule).items():
                row += 1
                title, unit = readings.MEASURES[measure]
                sheet.texts(row, 0, (titled(name, found), title.removesuffix(", £m")))
                sheet.numbers(row, 2, [*own.values()], "gbp" if unit == "gbp" else "number")
        row += 2
    for said in notes(found):
        sheet.text(row, 0, said, "note")
        row += 1


def write_glossary(sheet: Sheet, model: Model, *, budget: bool) -> None:
    """Write what each money figure is called and means, as page and docs do."""
    sheet.text(0, 0, "What the money figures are", "title")
    sheet.sheet.set_column(0, 1, 40)
    sheet.sheet.set_column(2, 2, 110)
    sheet.texts(2, 0, ("Figure", "In files", "What it is"), "header")
    for row, term in enumerate(glossary.terms(income=bool(model.income), budget=budget), 3):
        sheet.texts(row, 0, term)


def write_checks(sheet: Sheet, ladder: Ladder, flow: CashFlow, found: Appraised, worth: Worth) -> None:
    """Write that what is worked out twice, in two ways, agrees to the penny."""
    model = flow.model
    sheet.sheet.set_column(0, 0, 64)
    sheet.sheet.set_column(1, 3, 20)
    sheet.text(0, 0, "Checks: what is worked out in two ways agrees to the penny", "title")
    sheet.texts(2, 0, ("What", "One way", "The other", "They"), "header")
    row = 3
    for schedule, name in enumerate(model.schedules, 1):
        title = model.titles[name]
        total = ladder.row(schedule, model.appraised)
        cash = "+".join(ladder.sheet.at(total, ladder.COLUMN + place) for place in (0, 1))
        flows = "+".join(flow.cell(schedule, which, model.years) for which in (0, 1))
        value = sum(float(model.average.rungs[rung][0, schedule].sum()) for rung in HEADLINE)
        _write_check(sheet, row, f"Cash, growth apart, all years: {title} (Ladder, Cash flow)", cash, flows, value)
        npv = float(model.appraisal.npv[:, schedule].mean())
        both = (worth.npv(schedule), found.cell(schedule, 0))
        _write_check(sheet, row + 1, f"Net present value: {title} (Worth, Appraisal)", *both, npv)
        row += 2


def _write_check(sheet: Sheet, row: int, what: str, one: str, other: str, value: float) -> None:
    """Write one check."""
    sheet.text(row, 0, what)
    sheet.formula(row, 1, one, value, "pence")
    sheet.formula(row, 2, other, value, "pence")
    both = f"ABS({sheet.at(row, 1)}-{sheet.at(row, 2)})"
    sheet.formula(row, 3, f'IF({both}<{_PENNY},"{_AGREE}","DIFFER")', _AGREE, "text")


def write_activity(sheet: Sheet, model: Model) -> None:
    """Write what each schedule changes by line and year, in each line's measure: values, as simulated."""
    sheet.text(0, 0, "Activity: what is counted, by schedule, line and year", "title")
    note = f"Values from the simulation, not formulas. Fewer is no change less the schedule. Low to high: {RANGE}."
    sheet.text(1, 0, note, "note")
    headings = ("Schedule", "Line", "Measure", "Year", "No change, average", "Schedule, average")
    sheet.texts(3, 0, (*headings, "Fewer, average", "Low", "Middle", "High", "Precision of the average"), "header")
    for column, width in enumerate((44, 34, 30, 10, *[16] * 7)):
        sheet.sheet.set_column(column, column, width)
    sheet.sheet.freeze_panes(4, 2)
    row = 4
    for schedule, name in enumerate(model.schedules, 1):
        for i, line in enumerate(model.a.lines[: model.appraised]):
            for k, label in enumerate(model.a.years):
                sheet.texts(row, 0, (model.titles[name], line.name, line.measure, label))
                sheet.numbers(row, 4, _activity(model, schedule, k, i))
                row += 1
    sheet.sheet.autofilter(3, 0, row - 1, 10)


def _activity(model: Model, schedule: int, year: int, line: int) -> list[float]:
    """Return a line's numbers in one year."""
    before, after = (model.activity.amounts[:, each, year, line] for each in (0, schedule))
    fewer = before - after
    return [before.mean(), after.mean(), *Outcome.over(fewer).row().values()]


def write_evidence(sheet: Sheet, quantities: Mapping[str, Quantity], sources: Mapping[str, str]) -> None:
    """Write every number of the scenario with its range, source and status, and how many there are of each."""
    counts = Counter(quantity.status.value for quantity in quantities.values())
    sheet.text(0, 0, "Evidence: every number that the run used", "title")
    said = ", ".join(f"{counts[status]} {status}" for status in ("published", "derived", "assumed"))
    sheet.text(1, 0, f"{len(quantities)} numbers: {said}. Low to high is a 90% range of the number itself.", "note")
    headings = ("Number", "Value", "Low", "High", "Unit", "Year", "Status", "Source", "Note")
    sheet.texts(3, 0, headings, "header")
    for column, width in enumerate((46, 13, 12, 12, 18, 11, 11, 50, 100)):
        sheet.sheet.set_column(column, column, width)
    sheet.sheet.freeze_panes(4, 1)
    for row, (name, quantity) in enumerate(quantities.items(), 4):
        sheet.text(row, 0, name)
        sheet.numbers(row, 1, (quantity.value, quantity.low, quantity.high), "exact")
        source = sources.get(quantity.source, quantity.source)
        sheet.texts(row, 4, (quantity.unit, quantity.year, quantity.status.value, source, quantity.note))
    sheet.sheet.autofilter(3, 0, 3 + len(quantities), len(headings) - 1)


def write_claims(sheet: Sheet, claims: pd.DataFrame, titles: Mapping[str, str]) -> None:
    """Write each claim under each schedule, and its answer."""
    sheet.text(0, 0, "Claims: what was promised, and what the run says", "title")
    said = "Values from the simulation, not formulas."
    note = f"{said} Low to high: {RANGE}. Met in: share of draws that keep the promise. {DIRECTION}"
    sheet.text(1, 0, note, "note")
    headings = (
        "Claim",
        "Due",
        "Against",
        "Promised",
        "Schedule",
        "Change, average",
        "Low",
        "High",
        "Met in",
        "Verdict",
    )
    sheet.texts(3, 0, (*headings, "Would need"), "header")
    for column, width in enumerate((70, 14, 14, 40, 50, 12, 12, 12, 12, 18, 16)):
        sheet.sheet.set_column(column, column, width)
    sheet.sheet.freeze_panes(4, 1)
    for row, claim in enumerate(_rows(claims), 4):
        sheet.texts(row, 0, (str(claim["claim"]), str(claim["by"]), words.compared(claim)))
        sheet.text(row, 3, words.promised(claim))
        sheet.text(row, 4, titles.get(str(claim["schedule"]), str(claim["schedule"])))
        for column, key in enumerate(("mean", "p5", "p95"), 5):
            sheet.text(row, column, words.change(float(claim[key])))
        sheet.number(row, 8, float(claim["probability_met"]), "percent")
        need = words.multiple(float(claim["multiple"]), float(claim["mean"]), float(claim["promised"]))
        sheet.texts(row, 9, (str(claim["verdict"]), need))


def _rows(claims: pd.DataFrame) -> list[dict[str, Any]]:
    """Return each answer as its columns."""
    return [{str(key): value for key, value in row.items()} for row in claims.to_dict("records")]
