"""What each money figure is called and means: one name, one definition, in page, paper, workbook, terminal and docs."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from familyflow.economics.bridge import Row
from familyflow.economics.ladder import Rung
from familyflow.report.document.blocks import Paragraph, Section, Table
from familyflow.results.apart import FADING_CASH, FADING_PUBLIC, STILL_OUT, TEN_CASH, TEN_PUBLIC
from familyflow.results.measures import measure

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNGS: Final = MappingProxyType(
    {
        Rung.NOW: "Cash this year",
        Rung.LATER: "Cash when a contract or post ends",
        Rung.CAPACITY: "Freed, but no cash",
        Rung.AVOIDED: "Growth not incurred",
        Rung.PARTNER: "Partners' saving, no cash here",
    }
)
"""What each rung of the ladder is called."""


class Term(NamedTuple):
    """A money figure: its name in tables and text, its name in files, and what it is."""

    title: str
    name: str
    means: str


_LIVED: Final = (
    (
        "programme_cost_gbp",
        (
            "What the council pays for posts, set-up, recruitment, training, supervision, evaluation and redundancy "
            "with the schedule, less what it pays under no change. Below nought where it pays less."
        ),
    ),
    ("displaced_gbp", "The part of existing budget for posts that the schedule spends less of than no change does."),
    ("programme_spend_gbp", "Programme cost before displaced budget is taken off it."),
    (
        "gross_saving_gbp",
        "What placements, agency staff and allowances cost less than under no change, cash or not.",
    ),
    (
        "capacity_saving_gbp",
        "What the council's staff do less of than under no change, at the price of their time. It is no cash.",
    ),
    (
        "partner_saving_gbp",
        "What the NHS, the police, criminal justice and the courts spend less than under no change.",
    ),
    ("net_saving_gbp", "Gross saving less programme cost. Not all of it is cash: see cash saved."),
    ("net_saving_cumulative_gbp", "Net saving of all financial years so far."),
    (
        "income_gbp",
        "What grants and partners pay the council, more than under no change. Neither saving nor cost.",
    ),
    ("net_after_income_gbp", "Net saving and grants and partners' money together."),
)
_CASED: Final = (
    Term(
        "Cash saved",
        "pv_cash",
        "The part of gross saving and of staff time freed that becomes cash, now or when a contract or post ends, and "
        "of growth not incurred the share `case.growth_counts`. Discounted under its name in files.",
    ),
    Term(
        "Cost, in the case",
        "pv_spending",
        "Programme cost, less `case.grant_year` where that is set. Discounted under its name in files.",
    ),
    Term("Benefit to the public purse", "pv_public", "All five rungs, each year discounted."),
    Term(RUNGS[Rung.NOW], Rung.NOW, "The share of a line's saving that is cash at once."),
    Term(RUNGS[Rung.LATER], Rung.LATER, "The share that is cash once a contract or a post has ended."),
    Term(
        RUNGS[Rung.CAPACITY],
        Rung.CAPACITY,
        "Staff time freed that becomes no cash, and what no contract or post releases of gross saving.",
    ),
    Term(
        RUNGS[Rung.AVOIDED],
        Rung.AVOIDED,
        "What only undoes growth above the first twelve months of no change: spending that does not rise, where other "
        "rungs are spending that falls. It is cash only as far as `case.growth_counts` says: where a plan has it.",
    ),
    Term(RUNGS[Rung.PARTNER], Rung.PARTNER, "The same as partners' saving."),
    Term(
        "Net present value, of cash",
        "npv",
        "Cash saved less cost, each year discounted. It answers: is it cash for the council?",
    ),
    Term(
        "Net present value, for the public purse",
        "npv_public",
        "All five rungs less cost, each year discounted. It answers: is it worth it for the public purse?",
    ),
    Term(
        "Run rate, of cash", "run_rate", "Cash saved less cost in the last whole financial year alone, not discounted."
    ),
    Term(
        "Run rate, for the public purse",
        "run_rate_public",
        "All five rungs less cost in the last whole financial year alone, not discounted.",
    ),
    Term(
        "Cash back for £1",
        "cash_return",
        "Average present value of cash saved over average present value of cost; its range is of single draws.",
    ),
    Term("Public benefit for £1", "benefit_cost", "The same with all five rungs."),
    Term(
        "Budget impact",
        "budget impact",
        "Cash saved less cost in pounds of each year: what a medium-term plan books.",
    ),
    Term(
        "Paid back by",
        "payback",
        "The day from which budget impact, summed from the start, stays at or above nought, in half of the draws.",
    ),
    Term(
        "Peak funding", "peak_funding", "The deepest that budget impact, summed from the start, gets at a year's end."
    ),
    Term(
        "Worse off in",
        "probability_of_regret",
        "The share of draws in which net present value of cash is below nought.",
    ),
    Term("Paid back in", "probability_paid_back", "The share of draws that are paid back by the end of the run."),
    Term(
        "Regret",
        "regret",
        "Net present value of cash that a schedule loses on average against the best in each draw, or no change.",
    ),
)
_APART: Final = (
    Term(
        "Children still out of care at the end",
        STILL_OUT,
        "What the placements of children still out of care at the end are worth after it, discounted, if the programme "
        "stops there. In no other figure.",
    ),
    Term(
        "Ten years, net present value of cash",
        TEN_CASH,
        "Net present value of cash of the run, and of its last whole year carried on to year ten. In no other figure.",
    ),
    Term("Ten years, net present value for the public purse", TEN_PUBLIC, "The same with all five rungs."),
    Term(
        "Ten years of cash, savings fading",
        FADING_CASH,
        "The same of cash, where the low end of `case.saving_kept` of each year's saving is left in the next.",
    ),
    Term("Ten years for the public purse, savings fading", FADING_PUBLIC, "The same with all five rungs."),
)
_BRIDGED: Final = (
    Term(
        "Published budget",
        Row.PUBLISHED,
        "What the council's document says the programme costs, in pounds of each year, evenly over its years.",
    ),
    Term(
        "Not explained",
        Row.UNEXPLAINED,
        "Published budget less programme cost in its years, in pounds of each year, without overheads and what the "
        "document does not name.",
    ),
)


def terms(*, income: bool = True, budget: bool = True) -> Iterator[Term]:
    """Return every money figure; those of grants, and of a published budget, only where there are any."""
    for name, means in _LIVED:
        if income or "income" not in name:
            yield Term(measure(name).title, name, means)
    yield from (*_CASED, *_APART)
    if budget:
        yield from _BRIDGED


def definitions(*, income: bool, budget: bool) -> dict[str, dict[str, str]]:
    """Return every definition by the figure's name in files."""
    return {str(each.name): {"title": each.title, "means": each.means} for each in terms(income=income, budget=budget)}


def section(*, income: bool, budget: bool) -> Section:
    """Define every money figure."""
    rows = [[each.title, each.name, each.means] for each in terms(income=income, budget=budget)]
    said = (
        "Every figure is a difference from no change, an average over draws, and in pounds of the price year unless it "
        "says otherwise."
    )
    table = Table(
        "glossary-table", "Money, name by name", ("Figure", "In files", "What it is"), [("", rows)], frozenset({2})
    )
    return Section("glossary", "What the money figures are", [Paragraph(said), table])
