"""The bridge to a published budget and the views after the run, as page and paper show them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import reader
from docx import Document

from familyflow.economics import case
from familyflow.economics.bridge import Budget
from familyflow.report.document import glossary, report
from familyflow.report.document.after_the_run import after_table, after_the_run
from familyflow.report.document.blocks import Paragraph, Table
from familyflow.report.document.bridge import bridge
from familyflow.report.document.money import budget_table, growth_said, ladder, rungs_of
from familyflow.report.docx.paper import paper
from familyflow.report.figures.bars import CASH
from familyflow.report.html import run
from familyflow.results.measures import UNIDENTIFIED

if TYPE_CHECKING:
    from familyflow.report.document.blocks import Section
    from familyflow.report.document.inputs import Material

BUDGET = Budget(2_000_000.0, date(2020, 4, 1), 3.0, frozenset({"post_psychologist"}), "slides")


def published(material: Material, **changes: Any) -> Material:  # noqa: ANN401 - a field of any type
    """Give a run whose document says what the programme costs."""
    return replace(material, case=replace(material.case, budget=replace(BUDGET, **changes)))


def counting(material: Material, share: float) -> Material:
    """Give a run in which growth not incurred counts as cash."""
    own = material.case
    return replace(material, case=replace(own, assumptions=own.assumptions.changed(case.GROWTH_COUNTS, share)))


def text(section: Section) -> str:
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


def table(section: Section) -> Table:
    (found,) = (block for block in section.blocks if isinstance(block, Table))
    return found


def test_a_run_without_a_published_budget_has_no_section_of_it(material: Material) -> None:
    assert bridge(material) == []
    names = [section.name for section in report.page_sections(material)]
    assert "bridge" not in names
    assert material.case.bridge_table is None
    assert "Published budget" not in {term.title for term in glossary.terms(budget=False)}


def test_the_printed_steps_lead_to_the_budget_for_every_schedule(material: Material) -> None:
    (section,) = bridge(published(material))
    found = table(section)
    assert [title for title, _ in found.groups] == list(material.others.values())
    for _, rows in found.groups:
        for column in (1, 2):
            printed = [float(row[column].partition("\n")[0]) for row in rows]
            steps = [each for row, each in zip(rows, printed, strict=True) if not row[0].startswith("= ")]
            assert sum(steps) == pytest.approx(printed[-1], abs=0.005 * len(rows) + 0.05)
        assert rows[-1][:2] == ["= Published budget", "2.00"]


def test_the_section_says_what_the_budget_is_taken_to_be(material: Material) -> None:
    (section,) = bridge(published(material))
    said = text(section)
    assert (
        "£2.00m over 3 years, taken as pounds of each year that come evenly from 1 April 2020 to 31 March 2023" in said
    )
    assert "in years for which" not in said


def test_a_schedule_that_starts_after_the_budget_does_is_named(material: Material) -> None:
    after = published(material, start=date(2019, 4, 1), years=1.0)
    assert "nobody is employed in the document's years" in text(bridge(after)[0])
    during = published(material, start=date(2019, 4, 1), years=3.0)
    assert "nobody is employed before 2020/21, in years for which the document has money" in text(bridge(during)[0])


def test_a_run_that_has_not_all_days_of_the_budget_says_so(material: Material) -> None:
    assert "of the budget's days" in text(bridge(published(material, years=20.0))[0])


def test_no_post_is_taken_off_where_the_scenario_cannot_tell_whose_they_are(material: Material) -> None:
    (section,) = bridge(published(material, named=None))
    assert "does not say which posts the document names" in text(section)
    assert not any("does not name" in row[0] for _, rows in table(section).groups for row in rows)


def test_page_and_paper_have_the_bridge_and_the_views_after_the_run(material: Material) -> None:
    own = published(material)
    sections = report.page_sections(own)
    assert [section.name for section in sections if section.name in {"bridge", "after"}] == ["bridge", "after"]
    read = reader.read(run.page("Swindon", [], sections))
    assert "Not explained" in " ".join(read.text)
    cells = {
        cell.text
        for each in Document(BytesIO(paper(report.cover(own), report.paper_sections(own)))).tables
        for row in each.rows
        for cell in row.cells[:1]
    }
    assert {"Not explained", "Ten years, net present value of cash"} <= cells


def test_the_views_after_the_run_are_in_no_total_and_say_so(material: Material) -> None:
    section = after_the_run(material)
    assert "in no total" in section.heading
    assert "they are not to be added up" in text(section)
    assert "case.saving_kept, assumed" in text(section)
    assert "--years 10" in text(section)
    assert (
        after_table(material).groups[0][1][0][0] != "Children still out of care at the end" or material.case.afterwards
    )


def test_a_run_of_ten_years_carries_nothing_forward(material: Material) -> None:
    view = replace(material.case.long_view, carried=0.0)
    own = replace(material.case)
    own.__dict__["long_view"] = view
    section = after_the_run(replace(material, case=own))
    assert "are simulated; nothing is carried forward" in text(section)
    assert not any("left each year" in row[0] for _, rows in table(section).groups for row in rows)


def test_savings_that_fade_stand_beside_those_that_do_not(material: Material) -> None:
    a = material.case.assumptions
    kept = replace(a.quantities[case.SAVING_KEPT], low=0.8, high=1.0)
    own = replace(material.case, assumptions=replace(a, quantities={**a.quantities, case.SAVING_KEPT: kept}))
    section = after_the_run(replace(material, case=own))
    assert "below also at 80%" in text(section)
    titles = [row[0] for row in table(section).groups[0][1]]
    assert "Ten years of cash, 80% of a saving left each year" in titles


def test_growth_not_incurred_has_a_line_of_its_own_by_year(material: Material) -> None:
    for share, words in (
        (0.0, "not in the lines above"),
        (1.0, "(in the lines above)"),
        (0.4, "40% of it in the lines"),
    ):
        rows = budget_table(counting(material, share)).groups[0][1]
        assert rows[-1][0].startswith("Growth not incurred, nominal")
        assert words in rows[-1][0]


def test_what_is_said_of_growth_follows_what_counts(material: Material) -> None:
    a = material.case.assumptions
    assert "is no cash here" in growth_said(a)
    assert "counts as cash, all of it" in growth_said(a.changed(case.GROWTH_COUNTS, 1.0))
    assert "counts as cash, 40% of it" in growth_said(a.changed(case.GROWTH_COUNTS, 0.4))


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_the_bars_that_are_cash_add_up_to_cash_saved(material: Material, share: float) -> None:
    own = counting(material, share)
    for name, title in own.others.items():
        bars = [bar for bar in rungs_of(own)[title] if bar.kind == CASH]
        cash = own.case.flows.cash[:, own.place(name)].sum(axis=-1)
        assert sum(bar.outcome.mean for bar in bars) == pytest.approx(float(np.mean(cash)))


def test_what_no_published_figure_identifies_is_labelled(material: Material) -> None:
    own = material.case
    lines = tuple(replace(line, identified=line.name != "drug_misuse") for line in own.assumptions.lines)
    labelled = replace(material, case=replace(own, assumptions=replace(own.assumptions, lines=lines)))
    assert UNIDENTIFIED not in " ".join(str(block) for block in ladder(material).blocks)
    said, *_, payers = ladder(labelled).blocks
    assert isinstance(payers, Table)
    assert (
        f"What criminal justice comes to is a unit price times a count that nobody publishes: {UNIDENTIFIED}."
        in str(said)
    )
    assert payers.headings[1] == f"Criminal justice\n({UNIDENTIFIED})"
    notes = labelled.case.ladder_table.groupby("line")["note"].first()
    assert notes["drug_misuse"] == UNIDENTIFIED
    assert notes["cin_plans"] == ""
