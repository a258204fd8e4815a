from __future__ import annotations

import pytest

from familyflow.economics.ladder import Rung
from familyflow.report.document import glossary
from familyflow.results.measures import MEASURES


def test_every_money_measure_has_one_definition() -> None:
    money = {each.name for each in MEASURES if each.group == "Money"}
    named = [term.name for term in glossary.terms()]
    assert money <= set(named)
    assert len(named) == len(set(named))


def test_no_two_figures_have_one_name() -> None:
    titles = [term.title for term in glossary.terms()]
    assert len(titles) == len(set(titles))
    assert all(term.means.endswith((".", "?")) for term in glossary.terms())


@pytest.mark.parametrize("income", [True, False])
def test_grants_are_defined_where_there_are_any(income: bool) -> None:  # noqa: FBT001 - a row
    assert any("income" in term.name for term in glossary.terms(income=income)) == income


def test_every_rung_has_a_name_of_its_own() -> None:
    assert set(glossary.RUNGS) == set(Rung)
    assert len(set(glossary.RUNGS.values())) == len(Rung)
