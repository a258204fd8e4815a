"""The sheets Draws, Outcomes and Averages: each draw's amounts, what they are worth, and each draw's answers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.economics import case
from familyflow.economics.ladder import Rung
from familyflow.report.xlsx.cells import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from familyflow.economics.case import Floats
    from familyflow.report.xlsx.cells import Sheet
    from familyflow.report.xlsx.model import Model
    from familyflow.report.xlsx.prices import Prices, Years

_RESULTS: Final = (
    "Cash this year",
    "Cash later",
    "Capacity",
    "Cost avoided",
    "Partners",
    "Programme cost",
    "Grant",
    "Net cash, real",
    "Budget impact, nominal",
    "Cumulative",
    "Net cash with optimism bias corrected",
)
NOW, LATER, CAPACITY, AVOIDED, PARTNER, COST, GRANT, NET, BUDGET, CUMULATIVE, CAUTIOUS = range(len(_RESULTS))
"""The results of a row, in their order."""
_APART: Final = ("Grants and partners' money", "Net cash after grants, real")
INCOME, AFTER = range(len(_RESULTS), len(_RESULTS) + len(_APART))
"""The results of a row where some schedule brings money from outside."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Where the sheet Draws keeps what: one row a schedule, draw and year; results, then amounts by line."""

    sheet: Sheet
    model: Model

    ROW = 5
    KEYS = 4

    def row(self, schedule: int, draw: int, year: int) -> int:
        """Return the row of a schedule (from 1), draw and year."""
        return self.ROW + ((schedule - 1) * self.model.draws + draw) * self.model.years + year

    @property
    def last(self) -> int:
        """The last row."""
        return self.ROW + len(self.model.schedules) * self.model.draws * self.model.years - 1

    @property
    def results(self) -> tuple[str, ...]:
        """The headings of the results."""
        return (*_RESULTS, *(_APART if self.model.income else ()))

    @property
    def saved(self) -> int:
        """The first column of amounts saved."""
        return self.KEYS + len(self.results)

    @property
    def avoided(self) -> int:
        """The first column of the part that is growth not incurred."""
        return self.saved + self.model.lines

    @property
    def released(self) -> int:
        """The first column of the part released, in whole steps."""
        return self.avoided + self.model.council

    def result(self, row: int, result: int) -> str:
        """Name a result of a row."""
        return self.sheet.at(row, self.KEYS + result)

    def years(self, schedule: int, draw: int, result: int) -> str:
        """Name a result of all years of a schedule and draw."""
        first, column = self.row(schedule, draw, 0), self.KEYS + result
        return self.sheet.block(first, column, first + self.model.years - 1, column)

    def column(self, result: int) -> str:
        """Name a result of every row."""
        return self.sheet.block(self.ROW, self.KEYS + result, self.last, self.KEYS + result)

    def key(self, key: int) -> str:
        """Name a key of every row: 0 schedule's place, 3 year's place."""
        return self.sheet.block(self.ROW, key, self.last, key)

    def amounts(self, row: int, column: int, first: int, last: int, rows: int = 1) -> str:
        """Name the amounts of lines first to last - 1 in rows that end with one."""
        return self.sheet.block(row - rows + 1, column + first, row, column + last - 1)


def write_draws(sheet: Sheet, years: Years, prices: Prices, model: Model) -> Draws:
    """Write every draw's amounts and what they are worth."""
    draws = Draws(sheet, model)
    sheet.text(0, 0, "Draws", "title")
    note = (
        "One row a schedule, draw and financial year, against no change in the same draw. Amounts are in each line's "
        "measure, times the draw's own price over the stated one. Results are by formula, GBP."
    )
    sheet.text(1, 0, note, "note")
    _write_headings(draws)
    values = results(model)
    for schedule, draw in product(range(1, len(model.schedules) + 1), range(model.draws)):
        for year in range(model.years):
            _write_keys(draws, schedule, draw, year)
            _write_amounts(draws, schedule, draw, year)
            row = draws.row(schedule, draw, year)
            made = zip(_formulas(draws, years, prices, row, schedule, year), values, strict=True)
            for result, (formula, value) in enumerate(made):
                sheet.formula(row, draws.KEYS + result, formula, value[draw, schedule, year], "pence")
    return draws


def _write_headings(draws: Draws) -> None:
    """Head every column."""
    names = [line.name for line in draws.model.a.lines]
    council = names[: draws.model.council]
    sheet, row = draws.sheet, draws.ROW - 1
    sheet.texts(row - 1, draws.saved, ["Amount saved"], "heading")
    sheet.texts(row - 1, draws.avoided, ["Of it, growth not incurred"], "heading")
    sheet.texts(row - 1, draws.released, ["Released, in whole steps"], "heading")
    sheet.texts(row, 0, ["Schedule", "Draw", "Year", "Place", *draws.results, *names, *council, *council], "header")
    sheet.sheet.set_column(0, draws.KEYS - 1, 9)
    sheet.sheet.set_column(draws.KEYS, draws.released + draws.model.council - 1, 14)
    sheet.sheet.freeze_panes(draws.ROW, draws.KEYS)


def _write_keys(draws: Draws, schedule: int, draw: int, year: int) -> None:
    """Write which schedule, draw and year a row is."""
    row, model = draws.row(schedule, draw, year), draws.model
    draws.sheet.numbers(row, 0, (schedule, int(model.activity.draws[draw])), "exact")
    draws.sheet.text(row, 2, model.a.years[year])
    draws.sheet.number(row, 3, year, "exact")


def _write_amounts(draws: Draws, schedule: int, draw: int, year: int) -> None:
    """Write a row's amounts."""
    model, row = draws.model, draws.row(schedule, draw, year)
    here, council = (draw, schedule, year), model.council
    draws.sheet.numbers(row, draws.saved, model.parts.saved[here], "exact")
    draws.sheet.numbers(row, draws.avoided, model.parts.avoided[here][:council], "exact")
    draws.sheet.numbers(row, draws.released, model.parts.released[here][:council], "exact")


def _formulas(draws: Draws, years: Years, prices: Prices, row: int, schedule: int, year: int) -> Iterator[str]:
    """Write a row's results, in their order."""
    model = draws.model
    council, partner, appraised = model.council, model.council + model.partner, model.appraised
    released = draws.amounts(row, draws.released, 0, council)
    so_far = draws.amounts(row, draws.released, 0, council, year + 1)
    avoided = draws.amounts(row, draws.avoided, 0, council)
    now = prices.along(prices.now + year, 0, council)
    later = prices.sheet.block(
        prices.later(year), prices.COLUMN, prices.later(year) + year, prices.COLUMN + council - 1
    )
    bias = prices.along(prices.BIAS, 0, council)
    growth = name_of(case.GROWTH_COUNTS)

    def saved(first: int, last: int, weight: str = "") -> str:
        """Write what lines save in the year, by price."""
        amounts, price = draws.amounts(row, draws.saved, first, last), prices.along(prices.price + year, first, last)
        return f"SUMPRODUCT({amounts},{price}{weight})"

    def result(which: int) -> str:
        """Name the cell of a result."""
        return draws.result(row, which)

    yield f"SUMPRODUCT({released},{now})"
    yield f"SUMPRODUCT({so_far},{later})"
    yield f"{saved(0, council)}-{result(NOW)}-{result(LATER)}-{result(AVOIDED)}"
    yield f"SUMPRODUCT({avoided},{prices.along(prices.avoided + year, 0, council)})"
    yield saved(council, partner)
    yield f"0-{saved(partner, appraised)}"
    yield years.grant(year, schedule)
    yield f"{result(NOW)}+{result(LATER)}+{growth}*{result(AVOIDED)}-({result(COST)}-{result(GRANT)})"
    yield f"{result(NET)}*{years.at(year, years.NOMINAL)}"
    yield result(BUDGET) + (f"+{draws.result(row - 1, CUMULATIVE)}" if year else "")
    counted = f"{growth}*SUMPRODUCT({avoided},{prices.along(prices.avoided + year, 0, council)},{bias})"
    cash = f"SUMPRODUCT({released},{now},{bias})+SUMPRODUCT({so_far}*{later}*{bias})+{counted}"
    less = draws.amounts(row, draws.saved, partner, appraised)
    dearer = prices.along(prices.BIAS, partner, appraised)
    cost = saved(partner, appraised, f",{dearer}+({less}>0)*(2-2*{dearer})")
    yield f"{cash}+{cost}+{result(GRANT)}"
    if model.income:
        yield f"0-{saved(appraised, model.lines)}"
        yield f"{result(NET)}+{result(INCOME)}"


def results(model: Model) -> Sequence[Floats]:
    """Return the values (D, S, Y) of the results, in their order."""
    flows, cautious = model.flows, model.cautious_flows
    rungs = {rung: each.sum(axis=-1) for rung, each in flows.rungs.items()}
    cost = flows.cost.sum(axis=-1)
    net = flows.cash - flows.spending
    return (
        rungs[Rung.NOW],
        rungs[Rung.LATER],
        rungs[Rung.CAPACITY],
        rungs[Rung.AVOIDED],
        rungs[Rung.PARTNER],
        cost,
        np.broadcast_to(flows.grant, cost.shape),
        net,
        model.appraisal.budget,
        model.appraisal.cumulative,
        cautious.cash - cautious.spending,
        *((flows.income, net + flows.income) if model.income else ()),
    )


_ANSWERS: Final = (
    "Present value of cash saved",
    "Present value, all rungs",
    "Present value of spending",
    "Net present value",
    "Net present value, all rungs",
    "Benefit-cost ratio, all rungs",
    "Cash back for a pound",
    "Peak funding",
    "Peak in",
    "Years until it stays paid back",
    "Pays back",
    "Pays back on",
    "Net present value, optimism bias corrected",
    "Regret",
    "Run rate of cash",
    "Run rate for the public purse",
)
(
    PV_CASH,
    PV_PUBLIC,
    PV_SPENDING,
    NPV,
    NPV_PUBLIC,
    BENEFIT_COST,
    RETURN,
    PEAK,
    PEAK_YEAR,
    WAITS,
    PAYS,
    PAYS_ON,
    NPV_CAUTIOUS,
    REGRET,
    RUN_RATE,
    RUN_RATE_PUBLIC,
) = range(len(_ANSWERS))
"""The answers of a row, in their order."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Where the sheet Outcomes keeps what: one row a schedule and draw; answers, then yearly positions."""

    sheet: Sheet
    model: Model

    ROW = 4
    KEYS = 2

    def row(self, schedule: int, draw: int) -> int:
        """Return the row of a schedule (from 1) and draw."""
        return self.ROW + (schedule - 1) * self.model.draws + draw

    def all(self, schedule: int, column: int) -> str:
        """Name a column's cells of every draw of a schedule."""
        first = self.row(schedule, 0)
        return self.sheet.block(first, self.KEYS + column, first + self.model.draws - 1, self.KEYS + column)

    def budget(self, year: int) -> int:
        """Return the column of a year's budget impact."""
        return len(_ANSWERS) + year

    def cumulative(self, year: int) -> int:
        """Return the column of a year's cumulative position."""
        return len(_ANSWERS) + self.model.years + year


def write_outcomes(sheet: Sheet, years: Years, draws: Draws, model: Model) -> Outcomes:
    """Write each draw's answers and yearly positions."""
    outcomes = Outcomes(sheet, model)
    sheet.text(0, 0, "Outcomes: each draw's answers", "title")
    sheet.text(1, 0, "By formula from Draws. Present values are real; budget and cumulative are nominal.", "note")
    labels = [f"{word} {label}" for word in ("Budget", "Cumulative") for label in model.a.years]
    sheet.texts(outcomes.ROW - 1, 0, ["Schedule", "Draw", *_ANSWERS, *labels], "header")
    sheet.sheet.set_column(2, outcomes.KEYS + len(_ANSWERS) + len(labels) - 1, 15)
    sheet.sheet.freeze_panes(outcomes.ROW, outcomes.KEYS)
    values = answers(model)
    for schedule, draw in product(range(1, len(model.schedules) + 1), range(model.draws)):
        row = outcomes.row(schedule, draw)
        sheet.numbers(row, 0, (schedule, int(model.activity.draws[draw])), "exact")
        formulas = enumerate(zip(_answering(outcomes, years, draws, schedule, draw), values, strict=True))
        for column, (formula, value) in formulas:
            sheet.formula(row, outcomes.KEYS + column, formula, value[draw, schedule], _STYLES.get(column, "pence"))
        for first, result in ((outcomes.budget(0), BUDGET), (outcomes.cumulative(0), CUMULATIVE)):
            found = model.appraisal.budget if result == BUDGET else model.appraisal.cumulative
            cells = [draws.result(draws.row(schedule, draw, year), result) for year in range(model.years)]
            sheet.along(row, outcomes.KEYS + first, found[draw, schedule], cells.__getitem__, "pence")
    return outcomes


_STYLES: Final = {
    BENEFIT_COST: "ratio",
    RETURN: "ratio",
    PEAK_YEAR: "text",
    WAITS: "exact",
    PAYS: "exact",
    PAYS_ON: "date",
}


def _answering(outcomes: Outcomes, years: Years, draws: Draws, schedule: int, draw: int) -> Iterator[str]:
    """Write a row's answers, in their order."""
    row = outcomes.row(schedule, draw)

    def over(*results: int) -> str:
        """Write the sum of some results by year."""
        return "+".join(draws.years(schedule, draw, result) for result in results)

    def here(column: int) -> str:
        """Name another cell of the row."""
        return outcomes.sheet.at(row, outcomes.KEYS + column)

    discount, cumulative = years.all(years.DISCOUNT), draws.years(schedule, draw, CUMULATIVE)
    yield f"SUMPRODUCT(({over(NOW, LATER)}+{name_of(case.GROWTH_COUNTS)}*{over(AVOIDED)})*{discount})"
    yield f"SUMPRODUCT(({over(NOW, LATER, CAPACITY, AVOIDED, PARTNER)})*{discount})"
    yield f"SUMPRODUCT(({over(COST)}-{over(GRANT)})*{discount})"
    yield f"{here(PV_CASH)}-{here(PV_SPENDING)}"
    yield f"{here(PV_PUBLIC)}-{here(PV_SPENDING)}"
    yield f'IF({here(PV_SPENDING)}>0,{here(PV_PUBLIC)}/{here(PV_SPENDING)},"")'
    yield f'IF({here(PV_SPENDING)}>0,{here(PV_CASH)}/{here(PV_SPENDING)},"")'
    yield f"MAX(0,0-MIN({cumulative}))"
    labels = years.all(years.LABEL)
    yield f'IF(MIN({cumulative})<0,INDEX({labels},MATCH(MIN({cumulative}),{cumulative},0)),"")'
    yield f"SUMPRODUCT(MAX(({cumulative}<0)*({years.all(years.PLACE)}+1)))"
    reached = f"AND({here(WAITS)}<{outcomes.model.years},SUMPRODUCT(--({cumulative}<>0))>0)"
    yield f"IF({reached},1,0)"
    yield _payday(years, cumulative, here(WAITS), here(PAYS))
    yield f"SUMPRODUCT({draws.years(schedule, draw, CAUTIOUS)},{discount})"
    rivals = [
        outcomes.sheet.at(outcomes.row(other, draw), outcomes.KEYS + NPV)
        for other in range(1, len(outcomes.model.schedules) + 1)
    ]
    yield f"MAX(0,{','.join(rivals)})-{here(NPV)}"
    last = draws.row(schedule, draw, outcomes.model.appraisal.last_year)
    rungs = "+".join(draws.result(last, rung) for rung in (NOW, LATER, CAPACITY, AVOIDED, PARTNER))
    yield draws.result(last, NET)
    yield f"{rungs}-({draws.result(last, COST)}-{draws.result(last, GRANT)})"


def _payday(years: Years, cumulative: str, waits: str, pays: str) -> str:
    """Write the day from which a position stays at 0 or above: a straight line within the year."""
    before, here = f"INDEX({cumulative},MAX({waits},1))", f"INDEX({cumulative},{waits}+1)"
    share = f"IF({before}<0,(0-{before})/IF({here}>{before},{here}-{before},1),0)"
    start, days = (f"INDEX({years.all(column)},{waits}+1)" for column in (years.START, years.DAYS))
    return f'IF({pays}=1,{start}+IF({waits}=0,0,INT({share}*{days})),"")'


def answers(model: Model) -> Sequence[Floats]:
    """Return the values (D, S) of the answers, in their order; text and dates as a sheet has them."""
    found, labels = model.appraisal, np.array([*model.a.years, ""], dtype=object)
    below, places = found.cumulative < 0, np.arange(model.years) + 1
    best = np.maximum(found.npv[:, 1:].max(axis=1, initial=0.0), 0.0)
    return (
        found.pv_cash,
        found.pv_public,
        found.pv_spending,
        found.npv,
        found.npv_public,
        found.benefit_cost,
        found.cash_return,
        found.peak,
        np.asarray(labels[found.peak_year]),
        np.asarray((below * places).max(axis=-1)),
        np.asarray(found.paid.astype(np.float64)),
        np.asarray(_serials(found.payback)),
        model.cautious.npv,
        np.asarray(best[:, None] - found.npv),
        found.run_rate,
        found.run_rate_public,
    )


def _serials(days: np.ndarray) -> Floats:
    """Return dates as a sheet counts them, in days since 30 December 1899; gaps stay gaps."""
    since = (days - np.datetime64("1899-12-30")).astype(np.float64)
    return np.where(np.isnat(days), np.nan, since)


@dataclass(frozen=True, eq=False)
class Averages:
    """Where the sheet Averages keeps what: mean amounts of all draws, one row a schedule and year."""

    sheet: Sheet
    model: Model

    ROW = 4
    KEYS = 2

    def down(self, schedule: int, part: int, line: int) -> str:
        """Name a line's amounts of all years: part 0 saved, 1 avoided, 2 released."""
        first = self.ROW + (schedule - 1) * self.model.years
        column = self.KEYS + (0, self.model.lines, self.model.lines + self.model.council)[part] + line
        return self.sheet.block(first, column, first + self.model.years - 1, column)


def write_averages(sheet: Sheet, model: Model) -> Averages:
    """Write the mean amounts, from which Ladder and Sensitivity are made: exact, because pounds are linear in them."""
    averages = Averages(sheet, model)
    names = [line.name for line in model.a.lines]
    council = names[: model.council]
    sheet.text(0, 0, "Averages over draws of the amounts in Draws", "title")
    sheet.text(1, 0, "Saved by line; then growth not incurred, and released, by the council's lines.", "note")
    sheet.texts(averages.ROW - 1, 0, ["Schedule", "Year", *names, *council, *council], "header")
    sheet.sheet.freeze_panes(averages.ROW, averages.KEYS)
    for schedule, year in product(range(1, len(model.schedules) + 1), range(model.years)):
        row = averages.ROW + (schedule - 1) * model.years + year
        sheet.number(row, 0, schedule, "exact")
        sheet.text(row, 1, model.a.years[year])
        here = (0, schedule, year)
        sheet.numbers(row, averages.KEYS, model.means.saved[here], "exact")
        sheet.numbers(row, averages.KEYS + model.lines, model.means.avoided[here][: model.council], "exact")
        second = averages.KEYS + model.lines + model.council
        sheet.numbers(row, second, model.means.released[here][: model.council], "exact")
    return averages
