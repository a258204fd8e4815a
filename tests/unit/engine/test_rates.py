from __future__ import annotations

import pytest
from small_town import rates_for, values

from familyflow.engine import rates
from familyflow.pathway import PATHWAY
from familyflow.pathway.stages import Kind


def test_rates_are_the_same_after_a_journey_through_their_names() -> None:
    named = rates_for(values())
    assert rates.to_values(rates.from_values(named, PATHWAY), PATHWAY) == named


def test_every_rate_has_one_name_and_one_place() -> None:
    rows = list(rates.names(PATHWAY))
    assert len({name for name, _, _ in rows}) == len({(part, index) for _, part, index in rows}) == len(rows)


def test_decisions_have_shares_and_plans_have_hazards_by_band() -> None:
    names = {name for name, _, _ in rates.names(PATHWAY)}
    for stage in PATHWAY.stages:
        for leads in stage.exits:
            decided = f"decision.{stage.name}.{leads.name}" in names
            assert decided == (stage.kind is Kind.DECISION)
            assert (f"hazard.{stage.name}.{leads.name}.2y_plus" in names) == (not decided)


def test_a_rate_that_is_missing_is_named() -> None:
    named = rates_for(values())
    del named["hazard.cp.close.3_6m"]
    with pytest.raises(KeyError, match=r"hazard\.cp\.close\.3_6m"):
        rates.from_values(named, PATHWAY)


def test_children_are_first_placed_somewhere_at_every_age() -> None:
    found = rates.from_values(rates_for(values()), PATHWAY)
    assert found.placements.sum(axis=1) == pytest.approx(1.0)
