"""Money from outside is shown wherever money is, and nothing of it where a scenario has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO, StringIO
from types import MappingProxyType
from typing import TYPE_CHECKING

import made_up
import numpy as np
import pandas as pd
import pytest
import reader
from by_hand import frame, money, series
from docx import Document
from made_case import case_of, material_of

from familyflow.economics.lines import income_line
from familyflow.ground.quantity import Quantity, Status
from familyflow.report import console, words
from familyflow.report.document import case_in_words, report, terminal
from familyflow.report.document.money import grants_table
from familyflow.report.docx.paper import paper
from familyflow.report.html import run as page
from familyflow.results import investment_case
from familyflow.results import summary as tables
from familyflow.results.findings import find
from familyflow.results.investment_case import Case, groups_of
from familyflow.results.measures import APART, WITH_INCOME
from familyflow.scenario.model import Funding

if TYPE_CHECKING:
    from made_study import Study

    from familyflow.report.document.inputs import Material

END = date(2024, 6, 30)
GRANT = income_line("grant", "Department for Education")
TOTAL = Quantity(3.5e6, 3.5e6, 3.5e6, "gbp", "2020/21", "slides", Status.PUBLISHED)
GRANT_ROW = "Grants and partners' money"
SAID = ("Grants and partners' money", "after grants", "grants and partners")


@pytest.fixture(scope="module")
def granted(study: Study) -> Study:
    """Give the study with half a million a year from outside under every schedule but no change."""
    rows = study.money[study.money["line"] == "posts"]
    gbp = (rows["schedule"] != "no_change") * 500_000.0
    brought = rows.assign(line=GRANT.name, kind=str(GRANT.kind), payer=GRANT.payer, gbp=gbp)
    scenario = replace(
        study.scenario,
        income=MappingProxyType({"grant": Funding("grant", "The grant", GRANT.payer)}),
        quantities=MappingProxyType({**study.scenario.quantities, GRANT.price: TOTAL}),
    )
    return replace(study, scenario=scenario, money=pd.concat([study.money, brought], ignore_index=True))


def with_grant(case: Case) -> Case:
    """Give a case in which a million comes in evenly over its years under every schedule but no change."""
    a, found = case.assumptions, case.activity
    shares = np.zeros((*found.amounts.shape[:3], 1))
    shares[:, 1:] = 1 / len(found.years)
    one = np.ones((*found.relative.shape[:2], 1))
    assumptions = replace(a, lines=(*a.lines, GRANT), quantities={**a.quantities, GRANT.price: made_up.quantity(1e6)})
    activity = replace(
        found,
        lines=(*found.lines, GRANT.name),
        amounts=np.concatenate([found.amounts, shares], axis=-1),
        relative=np.concatenate([found.relative, one], axis=-1),
        reference=np.concatenate([found.reference, 0 * one], axis=-1),
        ending=np.concatenate([found.ending, shares[:, :, -1]], axis=-1),
    )
    return Case(assumptions, activity, case.samples, case.quantities, case.effects)


@pytest.fixture(scope="module")
def material(granted: Study) -> Material:
    made = material_of(granted, 40)
    return replace(made, case=with_grant(case_of(granted, 40, list(made.titles))))


def printed(study: Study) -> str:
    file = StringIO()
    found = find(study.monthly, study.money, study.scenario)
    console.show(terminal.found(found, study.scenario, 40, END), file)
    return file.getvalue()


def test_the_net_after_grants_is_net_saving_and_income_in_each_draw(granted: Study) -> None:
    values = tables.by_period(granted.monthly, granted.money).astype({"measure": str, "period": str, "schedule": str})
    wide = values.pivot_table("value", ["schedule", "period", "draw"], "measure")
    assert (wide["net_after_income_gbp"] == wide["net_saving_gbp"] + wide["income_gbp"]).all()
    assert wide["income_gbp"]["as_published", "all"].unique() == pytest.approx([3e6])
    assert not wide["income_gbp"]["no_change"].any()


def test_a_summary_has_measures_of_income_for_the_horizon_and_each_year_and_no_other_number_moves(
    study: Study, granted: Study
) -> None:
    summary, alone = (find(each.monthly, each.money, each.scenario).summary for each in (granted, study))
    income = summary["measure"].isin(WITH_INCOME)
    pd.testing.assert_frame_equal(summary[~income].reset_index(drop=True), alone)
    periods = summary["period"].nunique()
    assert income.sum() == 2 * periods * 5
    assert set(summary.loc[income, "unit"]) == {"gbp"}
    own = summary[(summary["measure"] == "income_gbp") & (summary["schedule"] == "slower")]
    assert own["probability_better"].isna().all()


def test_a_study_of_some_schedules_by_hand_adds_up() -> None:
    records = frame(series("no_change", "cp_starts", [0, 1, 1, 1]), series("fast", "cp_starts", [0, 1, 1, 1]))
    spent = {("fast", 0, "2019/20", "programme"): 400.0, ("fast", 0, "2019/20", "income"): 300.0}
    values = tables.measures(records, money({**spent, ("no_change", 0, "2019/20", "cashable"): 0.0}))
    found = values[values["schedule"] == "fast"].astype({"measure": str}).set_index("measure")["value"]
    assert found[["programme_cost_gbp", "net_saving_gbp", "income_gbp", "net_after_income_gbp"]].tolist() == [
        *(400.0, -400.0, 300.0, -100.0)
    ]


def test_the_terminal_shows_income_by_schedule_and_year_and_says_it_in_short(study: Study, granted: Study) -> None:
    text = printed(granted)
    assert text.count("Grants and partners' money") == text.count("Net saving after grants") == 8
    assert " ".join(text.split()).count("towards which grants and partners give £3.00m,") == 4
    assert max(len(line) for line in text.splitlines()) <= 100
    assert not [said for said in SAID if said in printed(study)]


def test_the_answer_in_short_says_nothing_of_income_where_none_comes_in(granted: Study) -> None:
    summary = find(granted.monthly, granted.money, granted.scenario).summary
    none = summary.assign(mean=summary["mean"].mask(summary["measure"] == "income_gbp", 0.0))
    assert "grants" not in words.answer(none, "slower", "Slower", END)


def test_the_case_in_cash_has_a_row_of_income_in_the_place_of_the_grant_and_says_that_it_stands_apart() -> None:
    a, found = made_up.with_grant()
    samples = pd.DataFrame({"draw": found.draws})
    with_money, without = (
        Case(each, amounts, samples, each.quantities, ())
        for each, amounts in ((a, found), (made_up.assumptions(), made_up.activity()))
    )
    said, plain = (shown(each) for each in (with_money, without))
    assert f"{GRANT_ROW} 1.00" in said
    assert " ".join(APART.split()) in said
    assert " Grant 0.00" not in said
    assert " Grant 0.00" in plain
    assert not [each for each in SAID if each in plain]


def shown(case: Case) -> str:
    file = StringIO()
    console.show([case_in_words.in_short(case, {"no_change": "No change", "plan": "The plan"})], file)
    return " ".join(file.getvalue().split())


def test_the_cash_flow_table_has_income_and_the_net_after_it_and_no_other_row_moves() -> None:
    a, found = made_up.with_grant()
    samples = pd.DataFrame({"draw": found.draws})
    table = Case(a, found, samples, a.quantities, ()).cash_flow_table
    alone = Case(made_up.assumptions(), made_up.activity(), samples, {}, ()).cash_flow_table
    new = table["item"].isin(["grants and partners' money", "net cash after grants"])
    pd.testing.assert_frame_equal(table[~new].reset_index(drop=True), alone)
    keys = ["schedule", "basis", "financial_year"]
    means = table[table["schedule"] == "plan"].pivot_table("mean", keys, "item")
    assert means["grants and partners' money"].tolist() == pytest.approx([1e6 / 3] * 6)
    expected = means["net cash"] + means["grants and partners' money"]
    assert means["net cash after grants"].tolist() == pytest.approx(expected.tolist())


def test_no_ladder_appraisal_or_tornado_has_a_row_of_income() -> None:
    a, found = made_up.with_grant()
    case = Case(a, found, pd.DataFrame({"draw": found.draws}), a.quantities, ())
    assert investment_case.brings_money(case)
    assert GRANT.name not in set(case.ladder_table["line"])
    assert GRANT.price not in set(case.sensitivity_table["input"])
    alone = Case(made_up.assumptions(), made_up.activity(), case.samples, {}, ())
    pd.testing.assert_frame_equal(case.appraisal_table, alone.appraisal_table)
    assert not investment_case.brings_money(alone)


def test_income_is_in_no_group_of_inputs_whose_information_is_valued() -> None:
    assert not any(groups_of([GRANT.price, "snapshot.children_on_cp"]).values())


def test_the_page_has_a_section_of_grants_after_the_appraisal(material: Material) -> None:
    sections = report.page_sections(material)
    names = [section.name for section in sections]
    assert names.index("grants") == names.index("value") + 1
    text = " ".join(reader.read(page.page("Swindon", report.page_lead(material), sections)).text)
    assert "The grant, from Department for Education: £3.50m in pounds of 2020/21, published." in text
    assert APART in text
    assert "costs, before grants, which stand apart below" in text
    table = grants_table(material)
    assert [title for title, _ in table.groups] == list(material.others.values())
    for _, rows in table.groups:
        assert [row[0] for row in rows] == [GRANT_ROW, "Net cash before them", "Net cash after them"]
        assert rows[0][-1] == "1.00"
        before, after = (float(row[-1].partition("\n")[0]) for row in rows[1:])
        assert after - before == pytest.approx(1.0, abs=0.15)


def test_the_paper_has_the_table_of_grants_among_its_finances(material: Material) -> None:
    content = paper(report.cover(material), report.paper_sections(material))
    found = Document(BytesIO(content))
    assert APART in [each.text for each in found.paragraphs]
    cells = {cell.text for table in found.tables for row in table.rows for cell in row.cells[:1]}
    assert {GRANT_ROW, "Net cash after them"} <= cells


def test_a_page_without_income_says_nothing_of_it(study: Study) -> None:
    sections = report.page_sections(material_of(study, 40))
    read = " ".join(reader.read(page.page("Swindon", [], sections)).text)
    assert "grants" not in [section.name for section in sections]
    assert not [said for said in SAID if said in read]
