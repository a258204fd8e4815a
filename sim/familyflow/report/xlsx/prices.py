"""The sheets Years and Prices: what a pound of each year is worth, and what each line's amounts are multiplied by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.economics import case, ladder
from familyflow.economics.lines import Kind
from familyflow.ground.calendar import first_year
from familyflow.report.xlsx.cells import name_of
from familyflow.report.xlsx.inputs import GRADES

if TYPE_CHECKING:
    from collections.abc import Callable

    from familyflow.economics.case import Assumptions, Floats
    from familyflow.economics.lines import Line
    from familyflow.report.xlsx.cells import Sheet
    from familyflow.report.xlsx.model import Model

_MONTHS: Final = 12


@dataclass(frozen=True, eq=False)
class Years:
    """Where the sheet Years keeps what: one row a financial year."""

    sheet: Sheet
    count: int

    ROW = 4
    LABEL, FIRST, START, DAYS, PLACE, LEVEL, NOMINAL, DISCOUNT, GRANT = range(9)

    def at(self, year: int, column: int) -> str:
        """Name one cell."""
        return self.sheet.at(self.ROW + year, column)

    def all(self, column: int) -> str:
        """Name a column's cells."""
        return self.sheet.block(self.ROW, column, self.ROW + self.count - 1, column)

    def grant(self, year: int, schedule: int) -> str:
        """Name the cell of a schedule's grant, schedules from 1."""
        return self.at(year, self.GRANT + schedule - 1)


def write_years(sheet: Sheet, model: Model) -> Years:
    """Write each financial year's factors."""
    years, a = Years(sheet, model.years), model.a
    sheet.text(0, 0, "Financial years", "title")
    sheet.text(1, 0, f"Real pounds are of {a.price_year}; discounted to {a.base_year}.", "note")
    grants = [f"Grant, real: {model.titles[name]}" for name in model.schedules]
    headings = ["Year", "Begins in", "First day", "Days", "Place", "Price level", "Nominal", "Discount factor", *grants]
    sheet.texts(years.ROW - 1, 0, headings, "header")
    sheet.sheet.set_column(0, len(headings) - 1, 14)
    paid = ladder.grants(model.activity, a)
    levels = np.array([case.price_level(a, label) for label in a.years])
    nominal, discount = case.nominal_factors(a), case.discount_factors(a)
    for k, (label, (start, end)) in enumerate(zip(a.years, model.activity.spans, strict=True)):
        row = years.ROW + k
        sheet.text(row, years.LABEL, label)
        sheet.number(row, years.FIRST, first_year(label), "exact")
        sheet.day(row, years.START, start)
        sheet.number(row, years.DAYS, (end - start).days + 1, "exact")
        sheet.number(row, years.PLACE, k, "exact")
        sheet.formula(row, years.LEVEL, level(a, label), levels[k], "ratio")
        base = f"({level(a, a.price_year)})"
        sheet.formula(row, years.NOMINAL, f"{years.at(k, years.LEVEL)}/{base}", nominal[k], "ratio")
        power = first_year(label) - first_year(a.base_year)
        sheet.formula(row, years.DISCOUNT, f"1/(1+{name_of(case.DISCOUNT_RATE)})^{power}", discount[k], "ratio")
        for schedule in range(1, len(model.activity.schedules)):
            _write_grant(years, model, k, schedule, float(paid[schedule, k]))
    return years


def _write_grant(years: Years, model: Model, year: int, schedule: int, paid: float) -> None:
    """Write a year's grant income under one schedule."""
    since = year - int(model.activity.live[schedule])
    share = f"MAX(0,MIN(1,{name_of(case.GRANT_YEARS)}-{since}))" if since >= 0 else "0"
    formula = f"{share}*{name_of(case.GRANT)}/{years.at(year, years.NOMINAL)}"
    years.sheet.formula(years.ROW + year, years.GRANT + schedule - 1, formula, paid)


def level(a: Assumptions, year: str, growth: str = "") -> str:
    """Write a year's price level: from the table, or grown from its end, by a cell's rate or the input's own."""
    if year in a.deflator:
        return repr(a.deflator[year])
    last = max(a.deflator)
    rate = growth or name_of(case.DEFLATOR_GROWTH)
    return f"{a.deflator[last]!r}*(1+{rate})^{first_year(year) - first_year(last)}"


@dataclass(frozen=True, eq=False)
class Prices:
    """Where the sheet Prices keeps what: one column a line, in the order of the model; blocks of a row a year."""

    sheet: Sheet
    years: int
    lines: int
    council: int

    COLUMN = 2
    NAME, KIND, PAYER, SERVICE, UNIT, NOW, LATER, LAG, GROWTH, STATED, BIAS = range(4, 15)
    BLOCKS = 17

    def term(self, row: int, line: int) -> str:
        """Name a line's cell in one of the single rows."""
        return self.sheet.at(row, self.COLUMN + line)

    def along(self, row: int, first: int, last: int) -> str:
        """Name the cells of lines first to last - 1 in a row."""
        return self.sheet.block(row, self.COLUMN + first, row, self.COLUMN + last - 1)

    def _block(self, number: int) -> int:
        """Return the first row of a block, its heading above it."""
        return self.BLOCKS + number * (self.years + 2) + 1

    @property
    def price(self) -> int:
        """First row of real prices."""
        return self._block(0)

    @property
    def now(self) -> int:
        """First row of price x share that is cash at once."""
        return self._block(1)

    @property
    def avoided(self) -> int:
        """First row of price x share that is ever cash."""
        return self._block(2)

    @property
    def arrives(self) -> int:
        """First row of the share that arrives within the run."""
        return self._block(3)

    @property
    def worth(self) -> int:
        """First row of the present value of a pound that is paid after its lag."""
        return self._block(4)

    def later(self, year: int) -> int:
        """First row of what a year receives later, from each year up to it."""
        return self._block(5 + year)

    def down(self, row: int, line: int) -> str:
        """Name a line's cells of all years in a block."""
        return self.sheet.block(row, self.COLUMN + line, row + self.years - 1, self.COLUMN + line)


def write_prices(sheet: Sheet, years: Years, model: Model) -> Prices:
    """Write what each line's amounts are multiplied by, from the inputs."""
    prices = Prices(sheet, model.years, model.lines, model.council)
    sheet.text(0, 0, "Prices and shares by line", "title")
    note = "Made of the inputs by formula; one column a line. Amounts times these give the pounds of every other sheet."
    sheet.text(1, 0, note, "note")
    sheet.sheet.set_column(0, 0, 34)
    sheet.sheet.set_column(1, 1, 10)
    sheet.sheet.set_column(prices.COLUMN, prices.COLUMN + model.lines - 1, 15)
    sheet.sheet.freeze_panes(prices.NAME + 1, prices.COLUMN)
    _write_terms(prices, model)
    _write_blocks(prices, years, model)
    return prices


def _write_terms(prices: Prices, model: Model) -> None:
    """Write the single rows: who pays, unit price, shares, lag, growth, optimism bias."""
    a, sheet, column = model.a, prices.sheet, prices.COLUMN
    words: tuple[tuple[int, str, Callable[[Line], str]], ...] = (
        (prices.NAME, "Line", lambda line: line.name),
        (prices.KIND, "Kind", lambda line: line.kind.value),
        (prices.PAYER, "Payer", lambda line: line.payer),
        (prices.SERVICE, "Measure", lambda line: line.measure),
    )
    for row, title, say in words:
        sheet.text(row, 0, title)
        sheet.texts(row, column, [say(line) for line in a.lines], "header" if row == prices.NAME else "wrapped")
    shown: tuple[tuple[int, str, Floats, Callable[[Line], str], str], ...] = (
        (prices.UNIT, f"Unit price, GBP of {a.price_year}", model.unit_prices, lambda line: _unit(a, line), "number"),
        (prices.NOW, "Cash at once", case.terms(a, case.CASH_NOW), lambda line: _term(line, case.CASH_NOW), "ratio"),
        (
            prices.LATER,
            "Cash later",
            case.cash_shares(a)[1],
            _later,
            "ratio",
        ),
        (prices.LAG, "Months until then", case.terms(a, case.LAG), lambda line: _term(line, case.LAG), "number"),
        (prices.GROWTH, "Own growth a year", _growth(a), _growth_name, "ratio"),
        (prices.BIAS, "Optimism bias, times", case.corrections(a), _bias, "ratio"),
    )
    for row, title, values, make, style in shown:
        sheet.text(row, 0, title)
        sheet.along(row, column, values, [make(line) for line in a.lines].__getitem__, style)
    sheet.text(prices.STATED, 0, "Price stated in the year that begins in")
    sheet.numbers(prices.STATED, column, [first_year(a.quantities[line.price].year) for line in a.lines], "exact")


def _unit(a: Assumptions, line: Line) -> str:
    """Write a line's unit price: stated price x uprating x factor x each of times x (1 + each of uplifts)."""
    uprating = f"({level(a, a.price_year)})/({level(a, a.quantities[line.price].year)})"
    times = "".join(f"*{name_of(name)}" for name in line.times)
    uplifts = "".join(f"*(1+{name_of(name)})" for name in line.uplifts)
    return f"{name_of(line.price)}*{uprating}*{line.factor!r}{times}{uplifts}"


def _term(line: Line, what: str) -> str:
    """Write one of a line's terms."""
    return name_of(case.term(line, what)) if case.has_terms(line) else "0"


def _later(line: Line) -> str:
    """Write the share that is cash later: never more than is left."""
    return f"MIN({_term(line, case.CASH_LATER)},1-{_term(line, case.CASH_NOW)})" if case.has_terms(line) else "0"


def _growth(a: Assumptions) -> Floats:
    """Return each line's own growth (L,)."""
    return np.array([a.value(line.growth) if line.growth else 0.0 for line in a.lines])


def _growth_name(line: Line) -> str:
    """Write a line's own growth."""
    return name_of(line.growth) if line.growth else "0"


def _bias(line: Line) -> str:
    """Write what optimism bias multiplies a line by; an income has none."""
    if not case.has_grade(line):
        return "1"
    own = _correction(case.term(line, case.GRADE))
    if line.kind == Kind.PROGRAMME:
        return f"1+{own}"
    return f"(1-{own})*(1-{_correction(case.EFFECT_GRADE)})"


def _correction(grade: str) -> str:
    """Write the correction of a grade."""
    choices = ",".join(name_of(f"{case.CORRECTION}{each}") for each in GRADES)
    return f"CHOOSE({name_of(grade)},{choices})"


def _write_blocks(prices: Prices, years: Years, model: Model) -> None:
    """Write the blocks of a row a year."""
    _heading(prices, prices.price, "Real price of a unit, GBP")
    _heading(prices, prices.now, "Price x cash at once")
    _heading(prices, prices.avoided, "Price x share that is ever cash")
    _heading(prices, prices.arrives, "Share of what is later that arrives within the run")
    _heading(prices, prices.worth, "Present value of a pound paid after its lag")
    kernel = kernel_of(model)
    for year in range(model.years):
        _write_year(prices, years, model, year, kernel)
        _write_later(prices, model, year, kernel)


def _write_year(prices: Prices, years: Years, model: Model, year: int, kernel: Floats) -> None:
    """Write a year's row in each block."""
    a, label, q = model.a, model.a.years[year], model.prices[year, : model.council]
    now, later = (share[: model.council] for share in case.cash_shares(a))

    def price(i: int) -> str:
        """Write a line's price in the year, growth included."""
        power = f"({years.at(year, years.FIRST)}-{prices.term(prices.STATED, i)})"
        return f"{prices.term(prices.UNIT, i)}*(1+{prices.term(prices.GROWTH, i)})^{power}"

    def times(i: int, *shares: int) -> str:
        """Write a price of the year times some shares."""
        return f"{prices.term(prices.price + year, i)}*({'+'.join(prices.term(share, i) for share in shares)})"

    def arriving(i: int, weight: str = "") -> str:
        """Write how much of each year's saving arrives in the year."""
        apart = f"ABS({years.all(years.PLACE)}-{year}-{prices.term(prices.LAG, i)}/{_MONTHS})"
        return f"SUMPRODUCT(({apart}<1)*(1-{apart}){weight})"

    discounted = f"*{years.all(years.DISCOUNT)}"
    _row(prices, prices.price + year, label, model.prices[year], price)
    _row(prices, prices.now + year, label, q * now, lambda i: times(i, prices.NOW))
    _row(prices, prices.avoided + year, label, q * (now + later), lambda i: times(i, prices.NOW, prices.LATER))
    _row(prices, prices.arrives + year, label, kernel[year].sum(axis=0), arriving)
    worth = case.discount_factors(a) @ kernel[year]
    _row(prices, prices.worth + year, label, worth, lambda i: arriving(i, discounted))


def kernel_of(model: Model) -> Floats:
    """Return the share of a pound released in one year that is cash in another (Y from, Y to, C): 1 - |apart - lag|."""
    places = np.arange(model.years)
    apart = places[None, :, None] - places[:, None, None] - case.terms(model.a, case.LAG)[: model.council] / _MONTHS
    return np.asarray(np.maximum(1 - np.abs(apart), 0.0))


def _write_later(prices: Prices, model: Model, year: int, kernel: Floats) -> None:
    """Write what a year receives later for a unit released in each year up to it."""
    later = case.cash_shares(model.a)[1][: model.council]
    first = prices.later(year)
    _heading(prices, first, f"Cash in {model.a.years[year]} for a unit released in")
    for source in range(year + 1):
        value = later * kernel[source, year] * model.prices[source, : model.council]

        def formula(i: int, source: int = source) -> str:
            """Write what a saving of one year is worth when it comes later."""
            share = f"MAX(0,1-ABS({year - source}-{prices.term(prices.LAG, i)}/{_MONTHS}))"
            return f"{prices.term(prices.LATER, i)}*{share}*{prices.term(prices.price + source, i)}"

        _row(prices, first + source, model.a.years[source], value, formula)


def _heading(prices: Prices, row: int, words: str) -> None:
    """Head a block."""
    prices.sheet.text(row - 1, 0, words, "heading")


def _row(prices: Prices, row: int, label: str, values: Floats, make: Callable[[int], str]) -> None:
    """Write a year's row of a block."""
    prices.sheet.text(row, 1, label)
    prices.sheet.along(row, prices.COLUMN, values, make, "number")
