from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest
from office import values, with_edits
from small_case import activity, assumptions, contents

from familyflow import scenario as scenarios
from familyflow.ground.problem import Problem
from familyflow.report import xlsx
from familyflow.report.xlsx import edits as edited
from familyflow.report.xlsx import inputs, model
from familyflow.results.measures import UNIDENTIFIED
from familyflow.scenario import amend

if TYPE_CHECKING:
    from pathlib import Path

    from familyflow.report.xlsx import Model
    from familyflow.scenario import Scenario

HOSTILE = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture
def swindon() -> Scenario:
    return scenarios.load("swindon")


def belonging(book: Path, scenario: Scenario, case: Model, to: Path) -> Path:
    """Write the small case's workbook as one of a scenario."""
    own = replace(contents(case, case), identity=edited.identity(scenario, "0"))
    xlsx.write(own, to)
    assert book.exists()
    return to


def test_the_same_case_gives_the_same_bytes(case: Model, book: Path, tmp_path: Path) -> None:
    xlsx.write(contents(case, case), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == book.read_bytes()


def test_text_of_a_scenario_never_becomes_a_formula_or_a_link(case: Model, tmp_path: Path) -> None:
    titles = {name: f"{start}1+1 http://example.org" for name, start in zip(case.titles, HOSTILE, strict=False)}
    hostile = replace(case, titles=titles)
    path = tmp_path / "hostile.xlsx"
    xlsx.write(contents(hostile, hostile), path)
    found = [
        cell
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and "example.org" in cell.value
    ]
    assert found
    assert {cell.data_type for cell in found} == {"s"}
    with zipfile.ZipFile(path) as parts:
        assert not any(b"hyperlink" in parts.read(name) for name in parts.namelist() if name.endswith(".rels"))


def test_every_formula_has_a_value_beside_it(book: Path) -> None:
    shown = values(book)
    formulas = [
        (sheet.title, cell.coordinate)
        for sheet in openpyxl.load_workbook(book)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    gaps = [place for place in formulas if place not in shown]
    assert len(formulas) > 1000
    assert all(sheet in {"Outcomes", "Appraisal"} for sheet, _ in gaps)  # a draw that never pays back has no date


def test_what_is_worked_out_twice_agrees(book: Path) -> None:
    said = [value for (sheet, cell), value in values(book).items() if sheet == "Checks" and cell.startswith("D")]
    assert said[1:] == ["agree"] * 4


def test_the_summary_holds_the_average_of_the_draws(case: Model, book: Path) -> None:
    shown = [value for (sheet, cell), value in values(book).items() if sheet == "Summary" and cell.startswith("B")]
    npv = case.appraisal.npv.mean(axis=0)
    assert shown[-2:] == pytest.approx([npv[1], npv[2]])


def test_the_cash_flow_ends_with_money_from_outside_and_the_net_after_it(case: Model, book: Path) -> None:
    shown = values(book)
    labels = {cell: words for (sheet, cell), words in shown.items() if sheet == "Cash flow" and cell.startswith("A")}
    (first, _), (after, _) = (
        [int(cell[1:]) for cell, words in labels.items() if words == wanted]
        for wanted in ("Grants and partners' money, real", "Net cash after grants, real")
    )
    income, flows = case.flows.income[:, 1].mean(axis=0), case.flows
    net = (flows.cash - flows.spending)[:, 1].mean(axis=0)
    assert income.all()
    for column, brought, before in zip("BCD", income, net, strict=True):
        assert shown["Cash flow", f"{column}{first}"] == pytest.approx(brought)
        assert shown["Cash flow", f"{column}{after}"] == pytest.approx(brought + before)


def test_a_case_without_money_from_outside_has_nothing_of_it_in_its_workbook(case: Model, tmp_path: Path) -> None:
    a = replace(case.a, lines=case.a.lines[: case.appraised])
    kept = slice(case.appraised)
    found = replace(
        case.activity,
        lines=case.activity.lines[kept],
        amounts=case.activity.amounts[..., kept],
        relative=case.activity.relative[..., kept],
        reference=case.activity.reference[..., kept],
    )
    alone = model.build_model(a, found, case.titles)
    made = replace(contents(alone, alone), quantities={})
    xlsx.write(made, tmp_path / "alone.xlsx")
    said = [words for words in values(tmp_path / "alone.xlsx").values() if isinstance(words, str)]
    assert not [words for words in said if "Grants" in words or "income." in words or "after grants" in words]
    assert alone.appraisal.npv.tolist() == case.appraisal.npv.tolist()


def test_no_array_formula_and_no_npv_function_is_used(book: Path) -> None:
    with zipfile.ZipFile(book) as parts:
        text = "".join(parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/worksheets/sheet"))
    assert 't="array"' not in text
    assert "NPV(" not in text.replace("Net present", "")
    assert "_xlfn" not in text


def test_every_input_of_the_case_has_a_named_cell(case: Model, book: Path) -> None:
    names = set(openpyxl.load_workbook(book).defined_names)
    assert {name.replace(".", "_") for name in inputs.used(case.a)} <= names


def test_a_study_with_many_draws_is_cut_to_what_a_workbook_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    a = assumptions()
    full = activity(a, draws=9)
    cells = 3 * 2 * len(a.years) * len(a.lines)
    monkeypatch.setattr(model, "MOST_CELLS", 4 * cells + 1)
    held = model.build_model(a, full, {})
    assert held.draws == 4
    assert held.activity.amounts.sum() == pytest.approx(full.amounts[:4].sum())


def test_an_unchanged_workbook_brings_no_edits(case: Model, book: Path, swindon: Scenario, tmp_path: Path) -> None:
    own = belonging(book, swindon, with_values(case, swindon), tmp_path / "own.xlsx")
    assert edited.edits(own, swindon) == {}


def with_values(case: Model, scenario: Scenario) -> Model:
    """Give the case the scenario's own numbers."""
    return case.with_(replace(case.a, quantities={name: scenario.quantities[name] for name in case.a.quantities}))


def test_edits_come_back_as_assumed_numbers_that_are_held_exactly(
    case: Model, book: Path, swindon: Scenario, tmp_path: Path
) -> None:
    own = belonging(book, swindon, with_values(case, swindon), tmp_path / "own.xlsx")
    changes = {"price.residential_week": 5000.0, "case.cin_plans.cash_later": 0.5}
    found = edited.edits(with_edits(own, changes, tmp_path / "edited.xlsx"), swindon)
    assert {name: each.value for name, each in found.items()} == changes
    assert {each.status.value for each in found.values()} == {"assumed"}
    assert {name: (each.low, each.high) for name, each in found.items()} == {k: (v, v) for k, v in changes.items()}
    text = amend.with_quantities(swindon.path.read_text("utf-8"), found, edited.sources("edited.xlsx", found))
    (tmp_path / "new.toml").write_text(text, "utf-8")
    again = scenarios.load(tmp_path / "new.toml")
    assert again.quantities == {**swindon.quantities, **found}
    twice = amend.with_quantities(text, found, edited.sources("edited.xlsx", found))
    assert twice == text


def test_a_parameter_that_the_file_has_is_replaced_where_it_stands(swindon: Scenario) -> None:
    text = '[parameters]\n# why\n"contact.days" = { value = 1 } # note\n\n[areas.north]\nx = 1\n'
    made = amend.with_quantities(text, {"contact.days": swindon.quantities["contact.days"]}, {})
    assert made.count("contact.days") == 1
    assert made.index("# why") < made.index("contact.days") < made.index("[areas.north]")


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ({"case.cin_plans.cash_later": 1.5}, "row .*case.cin_plans.cash_later = 1.5: must be a number from 0 to 1"),
        ({"price.residential_week": "dear"}, "price.residential_week = 'dear': must be a number"),
        ({"price.residential_week": -1.0}, "price.residential_week = -1: must be a number from 0.01"),
        ({"case.cin_plans.step": 3.0}, "case.cin_plans.step = 3: cannot be edited in a workbook"),
    ],
)
def test_what_an_input_cannot_be_is_refused(
    case: Model, book: Path, swindon: Scenario, tmp_path: Path, edits: dict[str, float], said: str
) -> None:
    own = belonging(book, swindon, with_values(case, swindon), tmp_path / "own.xlsx")
    with pytest.raises(Problem, match=said):
        edited.edits(with_edits(own, edits, tmp_path / "edited.xlsx"), swindon)


def test_a_workbook_of_another_scenario_or_of_older_numbers_is_refused(
    case: Model, book: Path, swindon: Scenario, tmp_path: Path
) -> None:
    own = belonging(book, swindon, case, tmp_path / "own.xlsx")
    with pytest.raises(Problem, match="belongs to swindon, not to somerset"):
        edited.edits(own, scenarios.load("somerset"))
    with pytest.raises(Problem, match="from other numbers than"):
        edited.edits(own, replace(swindon, digest="another"))


def test_what_is_no_workbook_is_refused(swindon: Scenario, tmp_path: Path) -> None:
    (tmp_path / "text.xlsx").write_text("no")
    with pytest.raises(Problem, match="is not an Excel workbook"):
        edited.edits(tmp_path / "text.xlsx", swindon)
    with pytest.raises(Problem, match="there is no such file"):
        edited.edits(tmp_path / "missing.xlsx", swindon)


def test_the_run_rate_stands_beside_the_horizon_by_formula(case: Model, book: Path) -> None:
    found = openpyxl.load_workbook(book)["Appraisal"]
    rows = {str(row[0].value): row[1].value for row in found.iter_rows() if "alone" in str(row[0].value)}
    year = case.a.years[case.appraisal.last_year]
    assert len(rows) == 2
    assert all(f"in {year} alone" in words and str(form).startswith("=AVERAGE(") for words, form in rows.items())
    held = values(book)
    cells = {cell: value for (sheet, cell), value in held.items() if sheet == "Appraisal"}
    (row,) = [cell[1:] for cell, value in cells.items() if cell[0] == "A" and "Run rate of cash" in str(value)][:1]
    assert cells[f"B{row}"] == pytest.approx(float(case.appraisal.run_rate[:, 1].mean()))


def test_what_stands_apart_has_sheets_of_its_own_where_there_is_any(case: Model, tmp_path: Path) -> None:
    names = ["whole_run", "other_years", "same_years", "overheads", "unexplained", "published_budget"]
    gbp = dict(zip(names, (10.0, -4.0, 6.0, -1.0, 0.5, 5.5), strict=True))
    bridge = pd.DataFrame(
        [
            {"schedule": case.schedules[0], "row": name, "title": f"={name}", "basis": basis, "mean": gbp[name]}
            | {"p5": gbp[name] - 1, "p95": gbp[name] + 1}
            for name in names
            for basis in ("nominal", "real")
        ]
    )
    after = pd.DataFrame(
        [{"schedule": case.schedules[0], "item": "still_out", "title": "Children", "mean": 3.0, "p5": 1.0, "p95": 4.0}]
    )
    path = tmp_path / "apart.xlsx"
    xlsx.write(replace(contents(case, case), apart=xlsx.Apart(after, bridge)), path)
    formulas = openpyxl.load_workbook(path)
    assert {"Bridge", "After the run"} <= set(formulas.sheetnames)
    sums = {row[0].value: row[1].value for row in formulas["Bridge"].iter_rows(min_row=5)}
    assert sums["=whole_run"] == 10.0
    assert str(sums["=same_years"]).count("+") == 1
    assert str(sums["=published_budget"]).count("+") == 3
    assert {"Bridge", "After the run"}.isdisjoint(openpyxl.load_workbook(_plain(case, tmp_path)).sheetnames)


def _plain(case: Model, folder: Path) -> Path:
    path = folder / "plain.xlsx"
    xlsx.write(contents(case, case), path)
    return path


def test_lines_that_no_published_figure_identifies_say_so(book: Path) -> None:
    rows = {row[0].value: row[2].value for row in openpyxl.load_workbook(book)["Ladder"].iter_rows(min_row=5)}
    assert UNIDENTIFIED in str(rows["early help"])
    assert UNIDENTIFIED in str(rows["domestic abuse nhs"])
    assert rows["Of it: NHS"] == UNIDENTIFIED
    assert rows["Of it: courts, legal aid and Cafcass"] is None
