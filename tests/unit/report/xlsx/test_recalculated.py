from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from office import SOFFICE, differences, recalculated, values, with_edits
from small_case import contents, edited

from familyflow.report import xlsx

if TYPE_CHECKING:
    from pathlib import Path

    from familyflow.report.xlsx import Model

pytestmark = [pytest.mark.long, pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")]

EDITS = (
    {"price.discount_rate": 0.015},
    {"price.residential_week": 5000.0},
    {"price.salary.social_worker": 52_000.0},
    {"price.on_cost": 0.25},
    {"case.placement_residential.cash_now": 0.9, "case.placement_residential.cash_later": 0.7},
    {"case.placement_residential.lag_months": 7.0},
    {"case.cin_plans.cash_later": 0.5, "case.cin_plans.lag_months": 18.0},
    {"price.residential_real_growth": 0.05},
    {"case.grant_year": 400_000.0, "case.effect.grade": 2.0, "case.deflator_growth": 0.03},
    {"case.placement_in_house_foster.lag_months": 0.0, "case.contacts.cash_later": 0.3},
    {"income.national_programme": 2_500_000.0},
    {"case.growth_counts": 1.0},
    {"case.growth_counts": 0.4, "case.placement_residential.cash_now": 0.7, "case.effect.grade": 4.0},
)
PLANTED = "123456789"


def with_a_wrong_value(book: Path, to: Path) -> Path:
    """Copy a workbook, one formula's value replaced by a wrong one."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            held = old.read(item)
            if item.filename == "xl/worksheets/sheet4.xml":
                text, count = re.subn(r"(</f><v>)[^<]+(</v>)", rf"\g<1>{PLANTED}\g<2>", held.decode(), count=1)
                assert count == 1
                held = text.encode()
            new.writestr(item, held)
    return to


@pytest.fixture(scope="module")
def checked(case: Model, book: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path]]:
    """Return (what Python wrote, what LibreOffice makes of it): unchanged, with a wrong value, and edited."""
    folder = tmp_path_factory.mktemp("office")
    planted = with_a_wrong_value(book, folder / "planted.xlsx")
    asked, expected = [book, planted], [book, book]
    for number, edits in enumerate(EDITS):
        asked.append(with_edits(book, edits, folder / f"edited{number}.xlsx"))
        expected.append(folder / f"expected{number}.xlsx")
        xlsx.write(contents(edited(case, edits), case), expected[-1])
    assert differences(planted, book)  # a wrong value is seen when nothing recalculates
    return list(zip(expected, recalculated(asked, folder), strict=True))


def test_an_unchanged_workbook_recalculates_to_the_penny(checked: list[tuple[Path, Path]]) -> None:
    assert differences(*checked[0]) == []


def test_a_planted_wrong_value_is_put_right_so_it_was_really_recalculated(checked: list[tuple[Path, Path]]) -> None:
    assert differences(*checked[1]) == []


def test_a_grant_that_is_edited_moves_what_is_after_grants_and_no_answer(checked: list[tuple[Path, Path]]) -> None:
    number = EDITS.index({"income.national_programme": 2_500_000.0})
    moved = [each.partition(":")[0] for each in differences(checked[0][1], checked[2 + number][1])]
    assert {cell.partition("!")[0] for cell in moved} == {"Assumptions", "Prices", "Draws", "Cash flow"}
    book = values(checked[0][1])
    rows = {book["Cash flow", f"A{re.sub('[A-Z]', '', cell.partition('!')[2])}"] for cell in moved if "Cash" in cell}
    assert rows == {"Grants and partners' money, real", "Net cash after grants, real"}


@pytest.mark.parametrize("number", range(len(EDITS)), ids=lambda number: ", ".join(EDITS[number]))
def test_an_edit_moves_the_answer_and_equals_python_to_the_penny(checked: list[tuple[Path, Path]], number: int) -> None:
    unedited, (_, recalculated_book) = checked[0][1], checked[2 + number]
    moved = {each.partition("!")[0] for each in differences(unedited, recalculated_book)}
    assert moved & {"Cash flow", "Ladder", "Appraisal"}
    assert differences(*checked[2 + number]) == []
