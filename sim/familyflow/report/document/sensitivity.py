"""What the answer hangs on: one input at a time, what would have to be true, and what not knowing is worth."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from familyflow.economics.sensitivity import REGRESSED
from familyflow.economics.value_of_information import ERRORS, FEWEST, Estimate
from familyflow.report.document.blocks import Bullets, Chart, Paragraph, Section, Table
from familyflow.report.figures.bars import Swing
from familyflow.report.words import capital, figure, number, pounds, quoted
from familyflow.results.information import CHANCE, advice, cannot_be_told, reach, with_error
from familyflow.results.investment_case import stands

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    import pandas as pd

    from familyflow.report.document.blocks import Block
    from familyflow.report.document.inputs import Material

_BARS: Final = 12
"""Inputs that are shown: the widest swings."""


def hangs_on(material: Material) -> Section:
    """Show what the answer hangs on, in full."""
    return Section(
        "hangs-on", "What the answer hangs on", [*swings_shown(material), *needed(material), *unknown(material)]
    )


def chosen(material: Material) -> str:
    """Name the schedule whose answer is looked into: the one that stands for the run."""
    return stands(material.case)


def widest(material: Material) -> pd.DataFrame:
    """Return the rows of the sensitivity table for that schedule with the widest swings, the widest first."""
    table = material.case.sensitivity_table
    return table[table["schedule"] == chosen(material)].head(_BARS)


def swings(material: Material) -> list[Swing]:
    """Return the bars of the tornado."""
    rows = widest(material).to_dict("records")
    return [Swing(spoken(str(row["input"])), row["npv_at_low_gbp"], row["npv_at_high_gbp"]) for row in rows]


def answer_of(material: Material) -> tuple[float, str]:
    """Return the average that the bars move, and what it is."""
    name = chosen(material)
    mean = float(material.case.appraisal.npv[:, material.place(name)].mean())
    return mean, f"Average net present value of {quoted(material.others[name])}"


def spoken(name: str) -> str:
    """Write the id of an input in words, as "Price: residential week"."""
    kind, _, rest = name.partition(".")
    return f"{capital(kind)}: {rest.replace('.', ', ').replace('_', ' ')}"


def swings_shown(material: Material) -> Iterator[Block]:
    """Show how far each input alone moves the average answer."""
    rows = [_swing(row) for row in widest(material).to_dict("records")]
    mean, what = answer_of(material)
    said = (
        f"{what} is {pounds(mean)}. Each row moves one input to the ends of its 90% range and leaves all "
        f"others. Inputs of money are recalculated. {_of_effects(material)}"
    )
    yield Paragraph(said)
    headings = ("Input", "Stated", "Low end", "High end", "Unit", "Status", "At the low end, £m", "At the high end, £m")
    table = Table("tornado-table", "Net present value at the ends of each input", headings, [("", rows)])
    yield Chart(material.images["tornado"], table) if "tornado" in material.images else table


def _of_effects(material: Material) -> str:
    """Say where the bars of effects come from, or why there is none."""
    if material.plan.draws < FEWEST:
        return f"Effects have no bar: fewer than {FEWEST} draws were run."
    return "Those of effects, marked * where they are among the widest, are estimated by regression over the draws."


def _swing(row: Mapping[Hashable, Any]) -> list[str]:
    """Write one input."""
    mark = "*" if row["method"] == REGRESSED else ""
    ends = (figure(row[name]) for name in ("value", "low", "high"))
    values = (number(float(str(row[name])), "gbp") for name in ("npv_at_low_gbp", "npv_at_high_gbp"))
    return [f"{spoken(str(row['input']))}{mark}", *ends, str(row["unit"]), str(row["status"]), *values]


def needed(material: Material) -> Iterator[Block]:
    """Say by how much cost or savings would have to differ for the average to break even."""
    yield Paragraph("For the average net present value to be nought, all else as stated:")
    yield Bullets([_needed(material, name, title) for name, title in material.others.items()])
    yield Paragraph(
        "How strong the effects would have to be, and how late the start may be, takes simulation: familyflow require."
    )


def _needed(material: Material, name: str, title: str) -> str:
    """Say it of one schedule: both are linear, so a multiple is exact."""
    found, place = material.case.appraisal, material.place(name)
    cash, spending = (float(each[:, place].mean()) for each in (found.pv_cash, found.pv_spending))
    if spending <= 0:
        return f"{title}: it costs nothing on average."
    if cash <= 0:
        return f"{title}: no cost is low enough, as it saves no cash on average."
    return (
        f"{title}: its cost would have to be {cash / spending:.2f} times what is stated, or its cash savings "
        f"{spending / cash:.1f} times what is simulated."
    )


def unknown(material: Material) -> Iterator[Block]:
    """Say what not knowing is worth, by group of inputs, and what of it the draws can tell."""
    found = material.case.unknowns
    rows = [_known(row) for row in material.case.information_table.to_dict("records")]
    headings = (
        "What is not known",
        "Share of the variance, at the least",
        "What knowing it would be worth to the choice of schedule",
    )
    yield Table("information-table", "What not knowing is worth", headings, [("", rows)], frozenset({1, 2}))
    if found.enough:
        yield Paragraph(
            "Each number has its Monte Carlo error beside it, and is given where it is more than "
            f"{ERRORS} errors above nought. {reach(found.draws)}"
        )
    yield Paragraph(advice(found, material.case.assumptions))


def _known(row: Mapping[Hashable, Any]) -> list[str]:
    """Write one row: what knowing something is worth, or why that is not known or nothing."""
    gbp = Estimate(float(row["gbp"]), float(row["gbp_error"]))
    worth = f"{with_error(gbp)} of present value" if gbp.told else capital(str(row["words"]))
    return [capital(str(row["what"])), _share(row), worth]


def _share(row: Mapping[Hashable, Any]) -> str:
    """Write a share of the variance with its error, or that it cannot be told."""
    share = Estimate(float(row["share_of_variance"]), float(row["share_error"]))
    if not isfinite(share.value):
        return cannot_be_told(int(row["draws"]))
    if not share.error:
        return number(share.value, "share")
    most = "at the most " if row["what"] == CHANCE else ""
    return f"{most}{number(share.value, 'share')} (error {share.error:.1%})"


def first_to_measure(material: Material) -> Iterator[str]:
    """Say what is worth measuring first, if anything is, and on which assumed inputs the answer hangs."""
    yield advice(material.case.unknowns, material.case.assumptions)
    rows = widest(material)
    assumed = rows[rows["status"] == "assumed"]
    if not assumed.empty:
        names = ", ".join(quoted(spoken(name)) for name in assumed["input"].head(3))
        yield f"Of the assumed inputs the answer hangs most on {names}."
