"""The sheets Cash flow, Appraisal and Ladder: by formula from the draws, so that they follow every input."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from familyflow.economics import appraisal, case
from familyflow.economics.ladder import Rung
from familyflow.economics.lines import Kind
from familyflow.ground.calendar import first_year
from familyflow.report.document.glossary import RUNGS
from familyflow.report.xlsx import draws as d
from familyflow.report.xlsx.inputs import NAME as INPUTS
from familyflow.results import outcome
from familyflow.results.measures import APART, UNIDENTIFIED
from familyflow.results.outcome import HIGH, LOW, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from familyflow.economics.case import Floats
    from familyflow.economics.lines import Line
    from familyflow.report.xlsx.cells import Sheet
    from familyflow.report.xlsx.draws import Averages, Draws, Outcomes
    from familyflow.report.xlsx.model import Model
    from familyflow.report.xlsx.prices import Prices

Written: TypeAlias = tuple[str, float | str]
"""A formula, and its value."""
RANGE: Final = "range of outcomes"
_FLOWS: Final = (
    (RUNGS[Rung.NOW], d.NOW),
    (RUNGS[Rung.LATER], d.LATER),
    ("Programme cost", d.COST),
    ("Grant", d.GRANT),
    ("Net cash, real", d.NET),
    (RUNGS[Rung.CAPACITY], d.CAPACITY),
    (RUNGS[Rung.AVOIDED], d.AVOIDED),
    (RUNGS[Rung.PARTNER], d.PARTNER),
)
_APART: Final = (("Grants and partners' money, real", d.INCOME), ("Net cash after grants, real", d.AFTER))
"""What comes last where some schedule brings money from outside."""


@dataclass(frozen=True, eq=False)
class CashFlow:
    """Where the sheet Cash flow keeps what: a block a schedule, years across."""

    sheet: Sheet
    model: Model

    TOP = 4
    COLUMN = 1
    NET = 4
    BUDGET, CHANGE, CUMULATIVE, LOW, HIGH, SAVING = range(len(_FLOWS), len(_FLOWS) + 6)
    APART = len(_FLOWS) + 6

    @property
    def size(self) -> int:
        """Rows of a block: heading, header, lines, and one that is empty."""
        return self.APART + (len(_APART) if self.model.income else 0) + 3

    @property
    def averages(self) -> list[tuple[int, str, int]]:
        """The lines that are averages of the draws' results: their places, words and results."""
        apart = _APART if self.model.income else ()
        return [
            (first + step, words, result)
            for first, rows in ((0, _FLOWS), (self.APART, apart))
            for step, (words, result) in enumerate(rows)
        ]

    def row(self, schedule: int, which: int) -> int:
        """Return the row of one of a schedule's lines."""
        return self.TOP + (schedule - 1) * self.size + 2 + which

    def cell(self, schedule: int, which: int, year: int) -> str:
        """Name a year's cell; the year after the last is the sum."""
        return self.sheet.at(self.row(schedule, which), self.COLUMN + year)

    def years(self, schedule: int, which: int) -> str:
        """Name the cells of all years."""
        row = self.row(schedule, which)
        return self.sheet.block(row, self.COLUMN, row, self.COLUMN + self.model.years - 1)

    @property
    def since(self) -> str:
        """Name the years since the base year, across."""
        return self.sheet.block(self.TOP - 1, self.COLUMN, self.TOP - 1, self.COLUMN + self.model.years - 1)


def write_cash_flow(sheet: Sheet, draws: Draws, outcomes: Outcomes, model: Model) -> CashFlow:
    """Write each schedule's budget impact by financial year: averages, and the range of the cumulative position."""
    flow = CashFlow(sheet, model)
    sheet.text(0, 0, "Cash flow: budget impact by financial year", "title")
    note = (
        "Averages over draws, GBP, against no change; positive is better for the council. Real pounds are of "
        f"{model.a.price_year}; budget impact and cumulative are pounds of each year, as a medium-term plan books them."
        f"{_apart(model)}"
    )
    sheet.text(1, 0, note, "note")
    sheet.sheet.set_column(0, 0, 58)
    sheet.sheet.set_column(1, model.years + 1, 14)
    sheet.sheet.freeze_panes(flow.TOP, 1)
    base = first_year(model.a.base_year)
    sheet.text(flow.TOP - 1, 0, f"Years since {model.a.base_year}", "note")
    sheet.numbers(flow.TOP - 1, 1, [first_year(label) - base for label in model.a.years], "exact")
    results = d.results(model)
    for schedule, name in enumerate(model.schedules, 1):
        means = [each[:, schedule].mean(axis=0) for each in results]
        _write_schedule(flow, draws, outcomes, schedule, model.titles[name], means)
    return flow


def _apart(model: Model) -> str:
    """Say that money from outside is in no figure of the appraisal, where some schedule brings any."""
    return f" {APART}" if model.income else ""


def _write_schedule(
    flow: CashFlow, draws: Draws, outcomes: Outcomes, schedule: int, title: str, values: Sequence[Floats]
) -> None:
    """Write one schedule's block. `values`: each result's average over draws (Y,)."""
    model, sheet = flow.model, flow.sheet
    top = flow.row(schedule, 0) - 2
    sheet.text(top, 0, title, "heading")
    sheet.text(top + 1, 0, "GBP", "header")
    sheet.texts(top + 1, 1, [*model.a.years, "All years"], "right")

    def mean(result: int, year: int) -> str:
        """Write the average of a result over draws."""
        return f"AVERAGEIFS({draws.column(result)},{draws.key(0)},{schedule},{draws.key(3)},{year})"

    for which, words, result in flow.averages:
        style = "total" if result in {d.NET, d.AFTER} else "gbp"
        means = [mean(result, year) for year in range(model.years)]
        _write_row(flow, schedule, which, words, values[result], means.__getitem__, style)
        total = f"SUM({flow.years(schedule, which)})"
        sheet.formula(flow.row(schedule, which), flow.COLUMN + model.years, total, values[result].sum(), style)
    _write_nominal(flow, outcomes, schedule)


def _write_nominal(flow: CashFlow, outcomes: Outcomes, schedule: int) -> None:
    """Write what is in pounds of each year: budget impact, its change, the cumulative position and its range."""
    found = flow.model.appraisal
    budget, change, cumulative = (each[:, schedule] for each in (found.budget, found.change, found.cumulative))
    middle = "AVERAGE({})"
    impact = _over(outcomes, schedule, middle, outcomes.budget)
    position = _over(outcomes, schedule, middle, outcomes.cumulative)
    _write_row(flow, schedule, flow.BUDGET, "Budget impact, nominal", budget.mean(axis=0), impact, "total")
    _write_row(flow, schedule, flow.CHANGE, "Change on the year before", change.mean(axis=0), _change(flow, schedule))
    _write_row(flow, schedule, flow.CUMULATIVE, "Cumulative, nominal", cumulative.mean(axis=0), position, "total")
    ends = ((flow.LOW, LOW, "low", "below"), (flow.HIGH, HIGH, "high", "above"))
    for which, share, end, beyond in ends:
        words = f"Cumulative, {RANGE}: {end} (5 in 100 draws are {beyond})"
        form = _over(outcomes, schedule, f"PERCENTILE({{}},{share})", outcomes.cumulative)
        _write_row(flow, schedule, which, words, outcome.end(cumulative, share), form)
    words = "Probability of a net saving by the end of the year"
    form = _over(outcomes, schedule, f'COUNTIF({{}},">0")/{flow.model.draws}', outcomes.cumulative)
    _write_row(flow, schedule, flow.SAVING, words, appraisal.probability_of_saving(found)[schedule], form, "percent")


def _over(outcomes: Outcomes, schedule: int, form: str, column: Callable[[int], int]) -> Callable[[int], str]:
    """Return what writes a year's formula over the draws' cells, which stand in its `{}`."""
    return lambda year: form.format(outcomes.all(schedule, column(year)))


def _change(flow: CashFlow, schedule: int) -> Callable[[int], str]:
    """Return what writes the change of the budget impact on the year before; in the first year, all of it."""
    here = partial(flow.cell, schedule, flow.BUDGET)
    return lambda year: f"{here(year)}-{here(year - 1)}" if year else here(year)


def _write_row(
    flow: CashFlow,
    schedule: int,
    which: int,
    words: str,
    values: Floats,
    make: Callable[[int], str],
    style: str = "gbp",
) -> None:
    """Write a line of a block."""
    row = flow.row(schedule, which)
    flow.sheet.text(row, 0, words)
    flow.sheet.along(row, flow.COLUMN, values, make, style)


_APPRAISED: Final = (
    ("Net present value: cash saved less spending", d.NPV),
    ("Present value of cash saved", d.PV_CASH),
    ("Present value of spending", d.PV_SPENDING),
    ("Net present value, all rungs (with capacity, cost avoided and partners)", d.NPV_PUBLIC),
    ("Peak funding needed (cumulative, nominal)", d.PEAK),
    ("Regret: present value lost against the best choice in each draw", d.REGRET),
    ("Net present value with optimism bias corrected", d.NPV_CAUTIOUS),
    ("Run rate of cash: cash saved less spending in {} alone, not discounted", d.RUN_RATE),
    ("Run rate for the public purse: all rungs less spending in {} alone, not discounted", d.RUN_RATE_PUBLIC),
)
"""What is appraised; a run rate names its year."""


@dataclass(frozen=True, eq=False)
class Appraised:
    """Where the sheet Appraisal keeps what: a block a schedule; rows of measures, columns of statistics."""

    sheet: Sheet
    model: Model

    TOP = 4
    STATISTICS = ("Average", "Low", "Middle", "High", "Precision of the average")
    PUBLIC, RUN_RATE, RUN_RATE_PUBLIC = 3, 7, 8
    EXTRA = 7
    ROWS = len(_APPRAISED) + EXTRA
    PAYS, PAYS_ON, NO_REGRET, BENEFIT_COST, RETURN, CAUTIOUS_LOSS, PEAK_YEAR = range(
        len(_APPRAISED), len(_APPRAISED) + EXTRA
    )

    def row(self, schedule: int, which: int) -> int:
        """Return the row of one of a schedule's measures."""
        return self.TOP + (schedule - 1) * (self.ROWS + 3) + 2 + which

    def cell(self, schedule: int, which: int, statistic: int = 0) -> str:
        """Name a statistic of a measure."""
        return self.sheet.at(self.row(schedule, which), 1 + statistic)


def write_appraisal(sheet: Sheet, outcomes: Outcomes, model: Model) -> Appraised:
    """Write each schedule's appraisal: every answer as a distribution over draws."""
    found = Appraised(sheet, model)
    sheet.text(0, 0, "Appraisal", "title")
    note = (
        f"GBP of {model.a.price_year}, discounted to {model.a.base_year}. Low to high is the {RANGE}: 90% of draws lie "
        f"within it. The precision of the average is its standard error, which more draws make smaller.{_apart(model)}"
    )
    sheet.text(1, 0, note, "note")
    sheet.sheet.set_column(0, 0, 66)
    sheet.sheet.set_column(1, len(found.STATISTICS), 16)
    sheet.sheet.freeze_panes(found.TOP, 1)
    values = d.answers(model)
    for schedule, name in enumerate(model.schedules, 1):
        top = found.row(schedule, 0) - 2
        sheet.text(top, 0, model.titles[name], "heading")
        sheet.text(top + 1, 0, "", "header")
        sheet.texts(top + 1, 1, found.STATISTICS, "right")
        for which, (words, column) in enumerate(_APPRAISED):
            sheet.text(found.row(schedule, which), 0, words.format(model.a.years[model.appraisal.last_year]))
            _write_statistics(found, outcomes, schedule, which, column, values[column][:, schedule])
        _write_shares(found, outcomes, schedule, [each[:, schedule] for each in values])
    return found


def _write_statistics(
    found: Appraised, outcomes: Outcomes, schedule: int, which: int, column: int, values: Floats
) -> None:
    """Write a measure's average, range, middle and precision."""
    cells, row = outcomes.all(schedule, column), found.row(schedule, which)
    sums = Outcome.over(values)
    several = len(values) > 1
    precision = f"STDEV({cells})/SQRT({len(values)})" if several else '""'
    forms = (
        f"AVERAGE({cells})",
        f"PERCENTILE({cells},{LOW})",
        f"PERCENTILE({cells},0.5)",
        f"PERCENTILE({cells},{HIGH})",
        precision,
    )
    found.sheet.along(row, 1, tuple(sums.row().values()), forms.__getitem__)


def _write_shares(found: Appraised, outcomes: Outcomes, schedule: int, answers: Sequence[Floats]) -> None:
    """Write probabilities, ratios of averages, and when it is usually paid back. `answers`: each draw's (D,)."""
    over = _Over(found.model, answers, [outcomes.all(schedule, column) for column in range(len(answers))])
    rows = (
        (found.PAYS, "Probability that it pays back by the end of the run", over.average(d.PAYS), "percent"),
        (found.PAYS_ON, "Pays back on, middle of the draws that do", over.paid_on(), "date"),
        (
            found.NO_REGRET,
            "Probability of regret: no change would have left more cash",
            over.below_nought(d.NPV),
            "percent",
        ),
        (found.BENEFIT_COST, "Benefit-cost ratio, all rungs (ratio of averages)", over.a_pound(d.PV_PUBLIC), "ratio"),
        (found.RETURN, "Cash back for a pound spent (ratio of averages)", over.a_pound(d.PV_CASH), "ratio"),
        (
            found.CAUTIOUS_LOSS,
            "Probability of regret with optimism bias corrected",
            over.below_nought(d.NPV_CAUTIOUS),
            "percent",
        ),
        (found.PEAK_YEAR, "Year in which funding peaks, in most draws", over.usual_year(d.PEAK_YEAR), "text"),
    )
    for which, words, (formula, value), style in rows:
        sheet, row = found.sheet, found.row(schedule, which)
        sheet.text(row, 0, words)
        sheet.formula(row, 1, formula, value, style)


@dataclass(frozen=True, eq=False)
class _Over:
    """A schedule's answers over draws: the values of each, and its cells. Each method gives a formula and its value."""

    model: Model
    values: Sequence[Floats]
    cells: Sequence[str]

    def average(self, answer: int) -> tuple[str, float]:
        """Average an answer."""
        return f"AVERAGE({self.cells[answer]})", float(self.values[answer].mean())

    def below_nought(self, answer: int) -> Written:
        """Return the share of draws with an answer below nought."""
        return f'COUNTIF({self.cells[answer]},"<0")/{self.model.draws}', float((self.values[answer] < 0).mean())

    def a_pound(self, answer: int) -> Written:
        """Divide an answer's average by that of spending, where there is any."""
        (above, _), (below, spending) = self.average(answer), self.average(d.PV_SPENDING)
        return f'IF({below}>0,{above}/{below},"")', self.values[answer].mean() / spending if spending > 0 else ""

    def paid_on(self) -> Written:
        """Return the middle date of the draws that pay back."""
        paid = self.values[d.PAYS_ON][~np.isnan(self.values[d.PAYS_ON])]
        formula = f'IF(SUM({self.cells[d.PAYS]})>0,MEDIAN({self.cells[d.PAYS_ON]}),"")'
        return formula, float(np.median(paid)) if len(paid) else ""

    def usual_year(self, answer: int) -> Written:
        """Return the financial year that most draws have, the first of those that tie; nothing where none has any."""
        years = [str(each) for each in self.values[answer] if each]
        counted = [f'COUNTIF({self.cells[answer]},"{label}")' for label in self.model.a.years]
        most = f"MAX({','.join(counted)})"
        named = "".join(
            f'IF({count}={most},"{label}",' for count, label in zip(counted, self.model.a.years, strict=True)
        )
        formula = f'IF({most}=0,"",{named}""{")" * len(counted)})'
        return formula, max(sorted(set(years)), key=years.count) if years else ""


_RUNGS: Final = (Rung.NOW, Rung.LATER, Rung.CAPACITY, Rung.AVOIDED, Rung.PARTNER)


@dataclass(frozen=True, eq=False)
class Ladder:
    """Where the sheet Ladder keeps what: a block a schedule; a row a line, a column a rung."""

    sheet: Sheet
    model: Model

    TOP = 4
    COLUMN = 3

    @property
    def size(self) -> int:
        """Rows of a block: heading, header, lines, total, payers."""
        return self.model.appraised + len(self.payers) + 6

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines that are saved or spent."""
        return self.model.a.lines[: self.model.appraised]

    @property
    def payers(self) -> list[str]:
        """Who pays, each once."""
        return list(dict.fromkeys(line.payer for line in self.lines))

    def row(self, schedule: int, line: int) -> int:
        """Return a line's row; the line after the last is the total."""
        return self.TOP + (schedule - 1) * self.size + 2 + line


def write_ladder(sheet: Sheet, prices: Prices, averages: Averages, model: Model) -> Ladder:
    """Write where each line's average pound over all years stands on the ladder, by line and by payer."""
    ladder = Ladder(sheet, model)
    sheet.text(0, 0, "Ladder: what each pound saved is worth, and to whom", "title")
    note = (
        f"Averages over draws, all years, real GBP of {model.a.price_year}. The headline is the first two rungs; "
        f"the rungs are never added together. Growth not incurred counts as cash as far as {case.GROWTH_COUNTS} on "
        f"{INPUTS} says. Where no published figure identifies what a line comes to, it says so."
    )
    sheet.text(1, 0, note, "note")
    for column, width in enumerate((38, 30, 44, *[17] * (len(_RUNGS) + 1))):
        sheet.sheet.set_column(column, column, width)
    sheet.sheet.freeze_panes(ladder.TOP, 1)
    for schedule, name in enumerate(model.schedules, 1):
        _write_rungs(ladder, prices, averages, schedule, model.titles[name])
    return ladder


def _write_rungs(ladder: Ladder, prices: Prices, averages: Averages, schedule: int, title: str) -> None:
    """Write one schedule's block."""
    model, sheet = ladder.model, ladder.sheet
    top = ladder.row(schedule, 0) - 2
    sheet.text(top, 0, title, "heading")
    headings = [RUNGS[rung] for rung in _RUNGS]
    sheet.texts(top + 1, 0, ["Line", "Payer", "What it buys"], "header")
    sheet.texts(top + 1, ladder.COLUMN, [*headings, "Programme cost"], "right")
    sheet.sheet.set_row(top + 1, 48)
    values = rungs_of(model, schedule)
    for i, line in enumerate(ladder.lines):
        row = ladder.row(schedule, i)
        bought = line.service if line.identified else "; ".join(filter(None, (line.service, UNIDENTIFIED)))
        sheet.texts(row, 0, (line.name.replace("_", " "), line.payer, bought))
        formulas = _rung_formulas(ladder, prices, averages, schedule, i)
        sheet.along(row, ladder.COLUMN, values[i], formulas.__getitem__)
    _write_sums(ladder, schedule, values)


def rungs_of(model: Model, schedule: int) -> Floats:
    """Return the mean real GBP over all years (L, rungs and cost) of a schedule; no income is on the ladder."""
    rungs = [model.average.rungs[rung][0, schedule].sum(axis=0) for rung in _RUNGS]
    return np.stack([*rungs, model.average.cost[0, schedule].sum(axis=0)], axis=-1)[: model.appraised]


def _rung_formulas(ladder: Ladder, prices: Prices, averages: Averages, schedule: int, i: int) -> list[str]:
    """Write a line's cells along its row."""
    model, row = ladder.model, ladder.row(schedule, i)
    saved, price = averages.down(schedule, 0, i), prices.down(prices.price, i)
    value = f"SUMPRODUCT({saved},{price})"
    if i >= model.council + model.partner:
        return ["0"] * len(_RUNGS) + [f"0-{value}"]
    if i >= model.council:
        return [*["0"] * (len(_RUNGS) - 1), value, "0"]
    released = averages.down(schedule, 2, i)
    now = f"SUMPRODUCT({released},{prices.down(prices.now, i)})"
    arrives = prices.down(prices.arrives, i)
    later = f"SUMPRODUCT({released},{price},{arrives})*{prices.term(prices.LATER, i)}"
    avoided = f"SUMPRODUCT({averages.down(schedule, 1, i)},{prices.down(prices.avoided, i)})"
    others = "-".join(ladder.sheet.at(row, ladder.COLUMN + place) for place in (0, 1, 3))
    return [now, later, f"{value}-{others}", avoided, "0", "0"]


def _write_sums(ladder: Ladder, schedule: int, values: Floats) -> None:
    """Write the totals, and each payer's."""
    model, sheet = ladder.model, ladder.sheet
    first, last, total = (ladder.row(schedule, line) for line in (0, model.appraised - 1, model.appraised))

    def column(place: int) -> str:
        """Name the lines' cells of a rung."""
        return sheet.block(first, ladder.COLUMN + place, last, ladder.COLUMN + place)

    sheet.text(total, 0, "All lines", "heading")
    sheet.along(total, ladder.COLUMN, values.sum(axis=0), lambda place: f"SUM({column(place)})", "total")
    whose = np.array([line.payer for line in ladder.lines])
    payers = sheet.block(first, 1, last, 1)
    for step, payer in enumerate(ladder.payers, 1):
        row = total + step
        sheet.text(row, 0, f"Of it: {payer}")
        if not all(line.identified for line in ladder.lines if line.payer == payer and line.kind is Kind.PARTNER):
            sheet.text(row, 2, UNIDENTIFIED)
        parts = [f'SUMIF({payers},"{payer}",{column(place)})' for place in range(len(_RUNGS) + 1)]
        sheet.along(row, ladder.COLUMN, values[whose == payer].sum(axis=0), parts.__getitem__)
