from __future__ import annotations

from typing import TYPE_CHECKING

from made_case import material_of

from familyflow.report.document.money import pictures_of_money
from familyflow.results.investment_case import Case

if TYPE_CHECKING:
    import pytest
    from made_study import Study


def test_a_tornado_is_drawn_where_some_input_moves_the_answer_and_else_left_out(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    material = material_of(study, 3)
    assert [picture.name for picture in pictures_of_money(material)] == ["tornado", "ladder"]
    monkeypatch.setattr(Case, "sensitivity_table", material.case.sensitivity_table.iloc[:0])
    assert [picture.name for picture in pictures_of_money(material)] == ["ladder"]
