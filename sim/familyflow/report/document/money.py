"""What a run means for money: the budget by year, the appraisal, the ladder, and sliders for rate and unit costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.economics import case
from familyflow.economics.appraisal import for_a_pound
from familyflow.economics.ladder import HEADLINE
from familyflow.economics.ladder import Rung as Step
from familyflow.economics.lines import Kind
from familyflow.ground.calendar import first_year
from familyflow.report.document.blocks import Chart, Live, Paragraph, Section, Table
from familyflow.report.document.calculator import (
    BY_YEAR,
    Calculator,
    Lever,
    carried,
    lever,
    position,
)
from familyflow.report.document.glossary import RUNGS
from familyflow.report.document.sensitivity import answer_of, swings
from familyflow.report.figures import bars as rungs
from familyflow.report.figures.bars import CASH, COST, NO_CASH, Rung
from familyflow.report.words import MISSING, capital, day, draws, number, pounds
from familyflow.results.investment_case import brings_money, payback_dates
from familyflow.results.measures import APART, RANGE, UNIDENTIFIED, measure
from familyflow.results.outcome import Outcome
from familyflow.scenario.vocabulary import INCOME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from familyflow.economics.case import Assumptions
    from familyflow.economics.lines import Line
    from familyflow.report.document.blocks import Block
    from familyflow.report.document.inputs import Material
    from familyflow.report.figures.style import Picture

_LEVERS: Final = 4
"""Unit costs that have a slider: those on which most cash depends."""
_PERCENT: Final = 100.0
_HIGHEST_RATE: Final = 8.0
_RATE_STEP: Final = 0.1
_GROWTH_STEP: Final = 1.0
_SLACK: Final = (0.5, 1.5)
"""How far a slider reaches below and above the stated cost, as shares of it; further where its range does."""


def budget(material: Material) -> Section:
    """Say what each financial year's budget would gain or lose."""
    cost = "costs, before grants, which stand apart below" if brings_money(material.case) else "costs net of grant"
    said = (
        (
            "Pounds of each year (nominal), above nought is better for the council than no change. Only cash "
            "counts: savings that are cash at once or when a contract or post ends, less what the programme "
            f"{cost}. {growth_said(material.case.assumptions)}"
        ),
    )
    blocks: list[Block] = [*map(Paragraph, said), budget_table(material), chances_table(material)]
    return Section("budget", "Effect on the council's budget", blocks)


def growth_said(a: Assumptions) -> str:
    """Say how far growth not incurred counts as cash."""
    share = a.value(case.GROWTH_COUNTS)
    if not share:
        return "Growth not incurred is no cash here: the council's plan is taken not to have that growth in it."
    much = "all of it" if share == 1 else f"{share:.0%} of it"
    return f"Growth not incurred counts as cash, {much}: the council's plan is taken to have that growth in it."


def budget_table(material: Material) -> Table:
    """Tabulate each schedule's effect by financial year: the year's gain, the change, the sum so far, and growth."""
    found = material.case.appraisal
    parts = (("Effect on the year's budget", found.budget), ("Change on the year before", found.change))
    a = material.case.assumptions
    growth = material.case.flows.rungs[Step.AVOIDED].sum(axis=-1) * case.nominal_factors(a)
    every = (*parts, ("Cumulative", found.cumulative), (_growth_line(a), growth))
    groups = [
        (title, [[name, *_by_year(material, values[:, material.place(schedule)])] for name, values in every])
        for schedule, title in material.others.items()
    ]
    caption = f"Effect on the budget by financial year, £m, nominal: average, and {RANGE}"
    return Table("budget-table", caption, ["Schedule and figure", *material.case_years], groups)


def _growth_line(a: Assumptions) -> str:
    """Name the line of growth not incurred, and say how much of it is in the effect on the budget."""
    share = a.value(case.GROWTH_COUNTS)
    much = f"{share:.0%} of it " if 0 < share < 1 else "" if share else "not "
    return f"Growth not incurred, nominal ({much}in the lines above)"


def _by_year(material: Material, values: NDArray[np.float64]) -> Iterator[str]:
    """Write what each year's values (draws, years) come to."""
    return (material.cell(over_draws(column), "gbp") for column in values.T)


def over_draws(values: NDArray[np.float64]) -> dict[str, float]:
    """Return mean, p5 and p95 of some values, one a draw."""
    found = Outcome.over(values)
    return {"mean": found.mean, "p5": found.p5, "p95": found.p95}


def chances_table(material: Material) -> Table:
    """Tabulate how likely each schedule has saved more than it cost by each year's end."""
    above = (material.case.appraisal.cumulative > 0).mean(axis=0)
    rows = [
        [title, *(number(float(share), "share") for share in above[material.place(name)])]
        for name, title in material.others.items()
    ]
    caption = "Share of draws in which the council has more cash than under no change, added up to each year's end"
    return Table("chances-table", caption, ["Schedule", *material.case_years], [("", rows)])


def value(material: Material) -> Section:
    """Appraise the schedules."""
    rate = material.case.assumptions.value(case.DISCOUNT_RATE)
    base = material.case.assumptions.base_year
    said = (
        (
            f"Present values are in {material.scenario.price_year} prices, discounted to {base} at {rate:.1%} a year "
            "(HM Treasury, Green Book). Net present value is cash saved less the programme's cost. Public benefits add "
            "staff time freed, what partners save, and all of growth not incurred."
        ),
        (
            "With optimism corrected: savings are cut and costs raised by what the grade of each input's "
            "evidence asks for. Pounds back for a pound are those of the averages. Peak funding is the most "
            "that has to be found before savings make it good. Paid back and worse off are shares of draws; half of "
            "draws are paid back by the date."
        ),
    )
    return Section("value", "Value for money", [*map(Paragraph, said), value_table(material)])


def value_table(material: Material) -> Table:
    """Tabulate each schedule's appraisal."""
    headings = (
        "Schedule",
        "Net present value, £m",
        "With optimism corrected, £m",
        "Cash back for £1",
        "Public benefit for £1",
        "Peak funding, £m",
        "Paid back in",
        "Worse off in",
        "Paid back by",
    )
    dates = payback_dates(material.case.activity, material.case.appraisal)
    rows = [
        [title, *_appraised(material, place), _worse(material, place), _paid_by(dates[place])]
        for title, place in ((title, material.place(name)) for name, title in material.others.items())
    ]
    return Table("value-table", f"Appraisal to {day(material.end)}: average, and {RANGE}", headings, [("", rows)])


def _appraised(material: Material, place: int) -> Iterator[str]:
    """Write a schedule's appraisal."""
    found, cautious = material.case.appraisal, material.case.cautious
    yield material.cell(over_draws(found.npv[:, place]), "gbp")
    yield material.cell(over_draws(cautious.npv[:, place]), "gbp")
    spending = found.pv_spending[:, place]
    yield _for_a_pound(for_a_pound(found.pv_cash[:, place], spending), found.cash_return[:, place])
    yield _for_a_pound(for_a_pound(found.pv_public[:, place], spending), found.benefit_cost[:, place])
    yield material.cell(over_draws(found.peak[:, place]), "gbp")
    yield number(float(found.paid[:, place].mean()), "share")


def _worse(material: Material, place: int) -> str:
    """Write the share of draws in which no change would have left more cash."""
    return number(float((material.case.appraisal.npv[:, place] < 0).mean()), "share")


def _paid_by(when: date | None) -> str:
    """Write the date by which half of all draws have paid back."""
    return day(when) if when else "not in half of draws"


def _for_a_pound(average: float, ratios: NDArray[np.float64]) -> str:
    """Write pounds back for a pound, of the averages, and below it the range; nothing where nothing is spent."""
    if np.isnan(average):
        return MISSING
    found = Outcome.over(ratios)
    return f"{average:.2f}\n{found.p5:.2f} to {found.p95:.2f}" if found.is_range else f"{average:.2f}"


def grants(material: Material) -> list[Section]:
    """Say what money the schedules bring from outside, where any does."""
    if not brings_money(material.case):
        return []
    said = (f"{' '.join(_granted(material))} It comes in on its own dates, however late teams go live.", APART)
    blocks: list[Block] = [*map(Paragraph, said), grants_table(material)]
    return [Section("grants", measure("income_gbp").title, blocks)]


def _granted(material: Material) -> Iterator[str]:
    """Say of each income how much it is, who pays it and how that is known."""
    for name, funding in material.scenario.income.items():
        total = material.scenario.quantities[f"{INCOME}{name}"]
        known = f"in pounds of {total.year}, {total.status.value}"
        yield f"{funding.title}, from {funding.payer}: {pounds(total.value)} {known}."


def grants_table(material: Material) -> Table:
    """Tabulate each schedule's money from outside, and its net cash before and after that, by year and in all."""
    flows = material.case.flows
    net = flows.cash - flows.spending
    parts = (
        (measure("income_gbp").title, flows.income),
        ("Net cash before them", net),
        ("Net cash after them", net + flows.income),
    )
    groups = [
        (title, [[name, *_by_year_and_in_all(material, values[:, material.place(schedule)])] for name, values in parts])
        for schedule, title in material.others.items()
    ]
    caption = f"By financial year, £m in {material.scenario.price_year} prices: average, and {RANGE}"
    return Table("grants-table", caption, ["Schedule and figure", *material.case_years, "All years"], groups)


def _by_year_and_in_all(material: Material, values: NDArray[np.float64]) -> Iterator[str]:
    """Write what each year's values (draws, years) come to, and what they add up to."""
    yield from _by_year(material, values)
    yield material.cell(over_draws(values.sum(axis=1)), "gbp")


def rungs_of(material: Material) -> dict[str, list[Rung]]:
    """Return each schedule's bars, by its title: the rungs of the ladder and the cost, real GBP over all years."""
    flows = material.case.flows
    made: dict[str, list[Rung]] = {}
    for name, title in material.others.items():
        place = material.place(name)
        made[title] = [
            Rung(words, _outcome(share * flows.rungs[step][:, place].sum(axis=(1, 2))), kind)
            for step in RUNGS
            for words, share, kind in _parts(step, flows.growth_counts)
        ]
        made[title].append(Rung("Cost of the programme", _outcome(flows.spending[:, place].sum(axis=1)), COST))
    return made


def _parts(step: Step, counts: float) -> Iterator[tuple[str, float, str]]:
    """Return a rung's name, share and whether it is cash; growth not incurred in two where a part of it counts."""
    if step is not Step.AVOIDED:
        yield RUNGS[step], 1.0, CASH if step in HEADLINE else NO_CASH
        return
    if counts:
        yield f"{RUNGS[step]}, counted as cash", counts, CASH
    if counts < 1:
        yield f"{RUNGS[step]}, not counted" if counts else RUNGS[step], 1 - counts, NO_CASH


def _outcome(values: NDArray[np.float64]) -> Outcome:
    """Sum up some values, one a draw."""
    return Outcome(**over_draws(values))


def pictures_of_money(material: Material) -> Iterator[Picture]:
    """Draw what a report shows of money, where there are schedules to compare."""
    if material.others:
        if bars := swings(material):  # none where a schedule changes nothing yet in the years that are run
            yield rungs.tornado(bars, *answer_of(material))
        yield rungs.ladder(rungs_of(material), material.scenario.price_year)


def ladder(material: Material) -> Section:
    """Say what each pound saved is worth to whom."""
    said = (
        (
            "A pound is on one rung only. The first two are cash for the council: spending that falls. "
            f"{growth_said(material.case.assumptions)} No other rung is in any answer about cash. Shares, lags and "
            "steps of every line are assumptions in the evidence register: replace them by your own contracts. "
            f"{_not_identified(material.case.assumptions)}"
        ),
    )
    shown = [Chart(material.images["ladder"], ladder_table(material))]
    return Section("ladder", "The ladder of benefits", [*map(Paragraph, said), *shown, *_payers(material)])


def ladder_table(material: Material) -> Table:
    """Tabulate the rungs of the ladder, and the cost, by schedule."""
    found = rungs_of(material)
    titles = [rung.title for rung in next(iter(found.values()))]
    rows = [[title, *(material.cell(_plain(rung.outcome), "gbp") for rung in each)] for title, each in found.items()]
    caption = f"Over the whole run, £m in {material.scenario.price_year} prices: average, and {RANGE}"
    return Table("ladder-table", caption, ["Schedule", *titles], [("", rows)])


def _plain(outcome: Outcome) -> dict[str, float]:
    """Return an outcome by the names of its parts."""
    return {"mean": outcome.mean, "p5": outcome.p5, "p95": outcome.p95}


def _payers(material: Material) -> Iterator[Block]:
    """Tabulate what partners save, by who pays."""
    lines = material.case.assumptions.lines
    payers = list(dict.fromkeys(line.payer for line in lines if line.kind is Kind.PARTNER))
    if not payers:
        return
    flow = material.case.flows.rungs[Step.PARTNER]
    rows = []
    for name, title in material.others.items():
        sums = (flow[:, material.place(name)][..., _of(lines, payer)].sum(axis=(1, 2)) for payer in payers)
        rows.append([title, *(material.cell(over_draws(each), "gbp") for each in sums)])
    headings = ["Schedule", *(_whose(lines, payer) for payer in payers)]
    yield Table("payers-table", f"Saved by partners, £m: average, and {RANGE}", headings, [("", rows)])


def _whose(lines: Sequence[Line], payer: str) -> str:
    """Name a partner, and say where no published figure identifies what it spends."""
    identified = all(line.identified for line, own in zip(lines, _of(lines, payer), strict=True) if own)
    return capital(payer) if identified else f"{capital(payer)}\n({UNIDENTIFIED})"


def _not_identified(a: Assumptions) -> str:
    """Say what no published figure identifies: partners by name, a line of the council's own by what it is."""
    lines = [line for line in a.lines if not line.identified]
    names = dict.fromkeys(line.payer if line.kind is Kind.PARTNER else line.name.replace("_", " ") for line in lines)
    if not names:
        return ""
    *most, last = names
    listed = f"{', '.join(most)} and {last}" if most else last
    return (
        f"What {listed} {'come' if most else 'comes'} to is a unit price times a count that nobody publishes: "
        f"{UNIDENTIFIED}."
    )


def _of(lines: Sequence[Line], payer: str) -> list[bool]:
    """Say which lines a partner pays."""
    return [line.kind is Kind.PARTNER and line.payer == payer for line in lines]


def what_if(material: Material) -> Section:
    """Let a reader try other rates and unit costs."""
    given = calculator(material)
    all_draws = material.plan.draws
    carries = "" if given.draws == all_draws else f" They act on the first {given.draws:,} of {draws(all_draws)}."
    said = (
        "The sliders work out the cumulative present value of net cash again, in every draw, in your browser. A unit "
        "cost that is moved scales each draw's own price; shares, lags and everything about children stay as they are. "
        "Growth not incurred is no cash unless the council's plan has that growth in it: then move its slider to 100%."
        f"{carries}"
    )
    return Section(
        "what-if", "Cumulative position: try other values", [Paragraph(said), Live(given, live_tables(given))]
    )


def calculator(material: Material) -> Calculator:
    """Return what the sliders act on."""
    a, flows = material.case.assumptions, material.case.flows
    places = [material.place(name) for name in material.others]
    cash = np.asarray(sum(flows.rungs[step] for step in HEADLINE) - flows.cost)
    moved = _moved(material, cash)
    posts = case.of_kind(a, Kind.PROGRAMME)
    rest = ~posts
    rest[moved] = False
    parts = [*(np.array([rank]) for rank in moved), posts, rest]
    amounts, growth = (
        np.stack([each[..., part].sum(axis=-1)[:, places] for part in parts]).transpose(0, 2, 3, 1)
        for each in (cash, flows.rungs[Step.AVOIDED])
    )
    amounts[-1] += flows.grant[places][..., None]
    rate = Lever(
        "rate", "Discount rate", "{}% a year", _PERCENT * a.value(case.DISCOUNT_RATE), 0, _HIGHEST_RATE, _RATE_STEP
    )
    return Calculator(
        schedules=list(material.others.values()),
        years=material.case_years,
        ages=[first_year(year) - first_year(a.base_year) for year in a.years],
        rate=rate,
        levers=[*(_unit_cost(material, a.lines[rank]) for rank in moved), _programme()],
        amounts=carried(amounts),
        growth=carried(growth),
        counted=_counted(a),
        price_year=material.scenario.price_year,
        all_draws=material.plan.draws,
    )


def _counted(a: Assumptions) -> Lever:
    """Return the slider of growth not incurred that counts as cash."""
    stated = _PERCENT * a.value(case.GROWTH_COUNTS)
    return Lever("growth", "Growth not incurred that counts as cash", "{}%", stated, 0, _PERCENT, _GROWTH_STEP)


def _moved(material: Material, cash: NDArray[np.float64]) -> list[int]:
    """Return the lines whose unit cost has a slider: of those bought at a plain price, the ones that move most cash."""
    size = np.abs(cash).mean(axis=0).sum(axis=(0, 1))
    lines = material.case.assumptions.lines
    plain = [
        rank
        for rank, line in enumerate(lines)
        if line.kind is Kind.CASHABLE and not (line.times or line.uplifts) and size[rank] > 0
    ]
    return sorted(plain, key=lambda rank: -size[rank])[:_LEVERS]


def _unit_cost(material: Material, line: Line) -> Lever:
    """Return the slider of a unit cost, in whole pounds of the price year."""
    a = material.case.assumptions
    stated = a.quantities[line.price]
    level = case.price_level(a, a.price_year) / case.price_level(a, stated.year)
    cost = round(stated.value * level)
    low, high = min(stated.low * level, _SLACK[0] * cost), max(stated.high * level, _SLACK[1] * cost)
    unit = f"£{{}}{stated.unit.removeprefix('gbp')}"
    return lever(line.name, called(line), unit, cost, low, high)


def called(line: Line) -> str:
    """Return a line's name in words, as "Residential placement"."""
    kind, _, what = line.name.partition("placement_")
    return capital((f"{what} placement" if what else kind).replace("_", " "))


def _programme() -> Lever:
    """Return the slider of the programme's own cost."""
    return lever(
        "programme", "Cost of the programme", "{}% of stated", _PERCENT, *(_PERCENT * share for share in _SLACK)
    )


def live_tables(given: Calculator) -> tuple[Table, Table]:
    """Tabulate what the sliders show while they stand at the stated values."""
    found = position(given, given.rate.value, given.stated())
    headings = ("Average, £m", f"{RANGE.capitalize()}, £m", "Above nought in")
    by_schedule = [[title, *shown(Outcome.over(each[-1]))] for title, each in zip(given.schedules, found, strict=True)]
    by_year = [[year, *shown(Outcome.over(each))] for year, each in zip(given.years, found[0], strict=True)]
    caption = f"Net present value of cash, {given.price_year} prices"
    return (
        Table("live-schedules", caption, ("Schedule", *headings), [("", by_schedule)]),
        Table("live-years", f"{given.schedules[0]}, {BY_YEAR}", ("By the end of", *headings), [("", by_year)]),
    )


def shown(found: Outcome) -> list[str]:
    """Write one position as the script does: average, range, share of draws above nought."""
    return [
        number(found.mean, "gbp"),
        f"{number(found.p5, 'gbp')} to {number(found.p95, 'gbp')}",
        f"{100 * found.above:.0f}%",
    ]
