"""The sheets Worth and Sensitivity: the mean net present value with one input at either end of its range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.economics import case
from familyflow.economics.lines import Kind
from familyflow.economics.sensitivity import middle, one_way
from familyflow.report.xlsx.cells import name_of
from familyflow.report.xlsx.prices import kernel_of, level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from familyflow.economics.case import Assumptions, Floats
    from familyflow.economics.sensitivity import Bar
    from familyflow.report.xlsx.cells import Sheet
    from familyflow.report.xlsx.draws import Averages
    from familyflow.report.xlsx.model import Model
    from familyflow.report.xlsx.prices import Prices, Years
    from familyflow.report.xlsx.result_sheets import CashFlow

_GRANT: Final = (case.GRANT, case.GRANT_YEARS, case.DEFLATOR_GROWTH)
"""Inputs on which, among real pounds, the grant alone depends."""


@dataclass(frozen=True, eq=False)
class Worth:
    """Where the sheet Worth keeps what: present value by line of each year's mean amounts, a block a schedule."""

    sheet: Sheet
    model: Model

    ROW = 4
    KEYS = 2

    def row(self, schedule: int, year: int) -> int:
        """Return a year's row; the year after the last is the sum."""
        return self.ROW + (schedule - 1) * (self.model.years + 1) + year

    def total(self, schedule: int, line: int) -> str:
        """Name a line's sum over years."""
        return self.sheet.at(self.row(schedule, self.model.years), self.KEYS + line)

    def down(self, schedule: int, line: int) -> str:
        """Name a line's cells of all years."""
        first = self.row(schedule, 0)
        return self.sheet.block(first, self.KEYS + line, first + self.model.years - 1, self.KEYS + line)

    def grant(self, schedule: int) -> str:
        """Name the grant's sum."""
        return self.total(schedule, self.model.appraised)

    def npv(self, schedule: int) -> str:
        """Name the net present value: all lines and the grant."""
        return self.sheet.at(self.row(schedule, self.model.years), self.KEYS + self.model.appraised + 1)


def write_worth(sheet: Sheet, years: Years, prices: Prices, averages: Averages, model: Model) -> Worth:
    """Write what each line's mean amounts are worth in cash, discounted."""
    worth = Worth(sheet, model)
    sheet.text(0, 0, "Present value by line, averages over draws", "title")
    sheet.text(1, 0, "Cash saved, less programme cost; the last two columns are the grant and the sum.", "note")
    names = [line.name for line in model.a.lines[: model.appraised]]
    sheet.texts(worth.ROW - 1, 0, ["Schedule", "Year", *names, "grant", "Net present value"], "header")
    sheet.sheet.set_column(worth.KEYS, worth.KEYS + model.appraised + 1, 14)
    sheet.sheet.freeze_panes(worth.ROW, worth.KEYS)
    for schedule in range(1, len(model.schedules) + 1):
        _write_block(worth, years, prices, averages, schedule)
    return worth


def _write_block(worth: Worth, years: Years, prices: Prices, averages: Averages, schedule: int) -> None:
    """Write one schedule's years and their sum."""
    model, sheet = worth.model, worth.sheet
    values, grant = _worth(model, schedule), _grants(model, schedule)
    for k in range(model.years):
        row = worth.row(schedule, k)
        sheet.number(row, 0, schedule, "exact")
        sheet.text(row, 1, model.a.years[k])
        formulas = [_line_worth(worth, years, prices, averages, schedule, k, i) for i in range(model.appraised)]
        sheet.along(row, worth.KEYS, values[k], formulas.__getitem__)
        paid = f"{years.grant(k, schedule)}*{years.at(k, years.DISCOUNT)}"
        sheet.formula(row, worth.KEYS + model.appraised, paid, grant[k])
    row = worth.row(schedule, model.years)
    sheet.text(row, 1, "all")
    sums = np.append(values.sum(axis=0), grant.sum())
    sheet.along(row, worth.KEYS, sums, lambda i: f"SUM({worth.down(schedule, i)})", "total")
    across = sheet.block(row, worth.KEYS, row, worth.KEYS + model.appraised)
    sheet.formula(row, worth.KEYS + model.appraised + 1, f"SUM({across})", sums.sum(), "total")


def _line_worth(
    worth: Worth, years: Years, prices: Prices, averages: Averages, schedule: int, year: int, line: int
) -> str:
    """Write what a line's mean amount of a year is worth."""
    model = worth.model

    def amount(part: int) -> str:
        """Name the average amount of a line in the year."""
        return f"INDEX({averages.down(schedule, part, line)},{year + 1})"

    def price(row: int) -> str:
        """Name a line's price in the year."""
        return prices.term(row + year, line)

    discount = years.at(year, years.DISCOUNT)
    if line >= model.council + model.partner:
        return f"{amount(0)}*{price(prices.price)}*{discount}"
    if line >= model.council:
        return "0"
    later = f"{prices.term(prices.LATER, line)}*{price(prices.price)}*{price(prices.worth)}"
    growth = f"{name_of(case.GROWTH_COUNTS)}*{amount(1)}*{price(prices.avoided)}*{discount}"
    return f"{amount(2)}*({price(prices.now)}*{discount}+{later})+{growth}"


def _worth(model: Model, schedule: int) -> Floats:
    """Return what each line's mean amounts are worth (Y, L), by the year of the amount; income has no present value."""
    a, c = model.a, model.council
    discount, q = case.discount_factors(a), model.prices
    worth_later = np.einsum("t,stl->sl", discount, kernel_of(model))
    now, later = (share[:c] for share in case.cash_shares(a))
    values = model.means.saved[0, schedule] * q * discount[:, None]
    values[:, c : c + model.partner] = 0.0
    released, avoided = (part[0, schedule][:, :c] for part in (model.means.released, model.means.avoided))
    growth = a.value(case.GROWTH_COUNTS) * avoided * (now + later) * discount[:, None]
    values[:, :c] = (released * (now * discount[:, None] + later * worth_later) + growth) * q[:, :c]
    return np.asarray(values[:, : model.appraised])


def _grants(model: Model, schedule: int) -> Floats:
    """Return the present value of each year's grant (Y,)."""
    return np.asarray(model.flows.grant[schedule] * case.discount_factors(model.a))


@dataclass(frozen=True, eq=False)
class Places:
    """The sheets that a bar is made of."""

    years: Years
    prices: Prices
    averages: Averages
    flow: CashFlow
    worth: Worth


def write_sensitivity(sheet: Sheet, places: Places, bars: Sequence[Bar]) -> None:
    """Write a row an input, in the order and with the ranges of the run's `bars`."""
    model = places.worth.model
    titles = [model.titles[name] for name in model.schedules]
    sheet.text(0, 0, "Sensitivity: one input at a time", "title")
    note = (
        "Mean net present value (cash saved less spending), GBP, with one input at the low or high end of its range, "
        "all else as it stands. Inputs that a run must simulate, such as effects, are in sensitivity.csv."
    )
    sheet.text(1, 0, note, "note")
    head = [f"{title}: {end}" for title in titles for end in ("at low", "at high", "swing")]
    sheet.texts(3, 0, ["Input", "Low", "High", "Unit", *head], "header")
    for column, width in enumerate((46, 12, 12, 14, *[16] * len(head))):
        sheet.sheet.set_column(column, column, width)
    sheet.sheet.freeze_panes(4, 1)
    for row, bar in enumerate(bars, 4):
        _write_bar(sheet, places, row, bar)


def widest(model: Model) -> list[Bar]:
    """List the inputs that move the answer and whose ends a workbook can recalculate, the widest swing first."""
    bars = (bar for bar in one_way(model.activity, model.a) if _is_linear(model.a, bar.name))
    return sorted(bars, key=lambda bar: (-float(bar.swing.max()), bar.name))


def _is_linear(a: Assumptions, name: str) -> bool:
    """Return whether the case is linear in what an input makes: the deflator's growth is where no price needs it."""
    stated = {a.price_year, *(a.quantities[line.price].year for line in a.lines)}
    return name != case.DEFLATOR_GROWTH or stated <= a.deflator.keys()


def _write_bar(sheet: Sheet, places: Places, row: int, bar: Bar) -> None:
    """Write one input's row, by formula at both ends of the range that the run had."""
    model = places.worth.model
    sheet.text(row, 0, bar.name)
    sheet.numbers(row, 1, (bar.quantity.low, bar.quantity.high), "exact")
    sheet.text(row, 3, bar.quantity.unit)
    moved = [_moved_model(model, bar.name, end) for end in (bar.quantity.low, bar.quantity.high)]
    values = [middle(each.activity, each.a).npv(each.a) for each in moved]
    for schedule in range(1, len(model.schedules) + 1):
        column = 4 + 3 * (schedule - 1)
        for step, end in enumerate(moved):
            form = _moved(places, bar.name, schedule, sheet.at(row, 1 + step), end)
            sheet.formula(row, column + step, form, values[step][schedule])
        low, high = (sheet.at(row, column + step) for step in (0, 1))
        swing = abs(values[1][schedule] - values[0][schedule])
        sheet.formula(row, column + 2, f"ABS({high}-{low})", swing)


def _moved_model(model: Model, name: str, end: float) -> Model:
    """Return the case with one input at an end of its range."""
    return model.with_(model.a.changed(name, end))


def _moved(places: Places, name: str, schedule: int, end: str, moved: Model) -> str:
    """Write the net present value with an input at a cell's value; `moved` is the case with it there."""
    if name == case.DISCOUNT_RATE:
        return f"SUMPRODUCT({places.flow.years(schedule, places.flow.NET)},(1+{end})^(0-{places.flow.since}))"
    if name in _GRANT:
        return f"{places.worth.npv(schedule)}+{_granted(places, schedule, {name: end})}-{places.worth.grant(schedule)}"
    changes = [
        change
        for i, line in enumerate(places.worth.model.a.lines)
        if line.kind not in {Kind.PARTNER, Kind.INCOME}
        for change in _changes(places, name, schedule, i, end, moved)
    ]
    return f"{places.worth.npv(schedule)}+{'+'.join(changes)}"


def _granted(places: Places, schedule: int, cells: Mapping[str, str]) -> str:
    """Write the present value of a grant, with some of its inputs in other cells."""
    model = places.worth.model
    names = {name: cells.get(name, name_of(name)) for name in _GRANT}
    base = level(model.a, model.a.price_year, names[case.DEFLATOR_GROWTH])
    terms = ["0"]
    for k in range(int(model.activity.live[schedule]), model.years):
        share = f"MAX(0,MIN(1,{names[case.GRANT_YEARS]}-{k - int(model.activity.live[schedule])}))"
        nominal = f"({level(model.a, model.a.years[k], names[case.DEFLATOR_GROWTH])})/({base})"
        terms.append(f"{share}*{names[case.GRANT]}/({nominal})*{places.years.at(k, places.years.DISCOUNT)}")
    return "+".join(terms)


def _changes(places: Places, name: str, schedule: int, i: int, end: str, moved: Model) -> Iterator[str]:
    """Write what a line adds when an input moves, if anything."""
    line, total, now = places.worth.model.a.lines[i], places.worth.total(schedule, i), name_of(name)
    if name == line.price or name in line.times:
        yield f"{total}*({end}/{now}-1)"
    elif name in line.uplifts:
        yield f"{total}*((1+{end})/(1+{now})-1)"
    elif name == line.growth:
        power = f"({places.years.all(places.years.FIRST)}-{places.prices.term(places.prices.STATED, i)})"
        yield f"SUMPRODUCT({places.worth.down(schedule, i)},((1+{end})/(1+{now}))^{power}-1)"
    elif case.has_terms(line):
        yield from _term_changes(places, name, schedule, i, end, moved)


def _term_changes(places: Places, name: str, schedule: int, i: int, end: str, moved: Model) -> Iterator[str]:
    """Write what a line adds when its own share, lag or step moves; a step is taken in every draw, by Python."""
    line, years, prices = places.worth.model.a.lines[i], places.years, places.prices
    released, price = places.averages.down(schedule, 2, i), prices.down(prices.price, i)
    pounds = f"{released},{price}"
    worth = prices.down(prices.worth, i)
    now, later = (case.term(line, share) for share in (case.CASH_NOW, case.CASH_LATER))
    if name in {now, later}:
        left = f"1-{end if name == now else name_of(now)}"
        most = f"MIN({name_of(later) if name == now else end},{left})"
        yield f"({most}-{prices.term(prices.LATER, i)})*SUMPRODUCT({pounds},{worth})"
        moved_shares = f"{most}-{prices.term(prices.LATER, i)}"
        if name == now:
            yield f"({end}-{name_of(now)})*SUMPRODUCT({pounds},{years.all(years.DISCOUNT)})"
            moved_shares += f"+{end}-{name_of(now)}"
        grown = f"{places.averages.down(schedule, 1, i)},{price}"
        yield f"{name_of(case.GROWTH_COUNTS)}*({moved_shares})*SUMPRODUCT({grown},{years.all(years.DISCOUNT)})"
    elif name == case.term(line, case.LAG):
        moves = "+".join(
            f"INDEX({released},{k})*INDEX({price},{k})*({_worth_at(years, k - 1, end)}-INDEX({worth},{k}))"
            for k in range(1, places.worth.model.years + 1)
        )
        yield f"{prices.term(prices.LATER, i)}*({moves})"
    elif name == case.term(line, case.STEP):
        stepped = ";".join(repr(float(each)) for each in moved.means.released[0, schedule, :, i])
        more = f"{{{stepped}}}-{released}"
        yield f"SUMPRODUCT({more},{prices.down(prices.now, i)},{years.all(years.DISCOUNT)})"
        yield f"{prices.term(prices.LATER, i)}*SUMPRODUCT({more},{price},{worth})"


def _worth_at(years: Years, year: int, lag: str) -> str:
    """Write the present value of a pound of a year that is paid after a lag."""
    apart = f"ABS({years.all(years.PLACE)}-{year}-{lag}/12)"
    return f"SUMPRODUCT(({apart}<1)*(1-{apart})*{years.all(years.DISCOUNT)})"
