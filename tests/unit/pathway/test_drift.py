from __future__ import annotations

from collections import Counter

from familyflow.pathway import PATHWAY
from familyflow.pathway.stages import CARE

WAYS = {f"{s.name}.{e.name}": e for s in PATHWAY.stages for e in s.exits}
EXITS = {factor.name: factor.exits for factor in PATHWAY.drift}


def test_factors_and_what_each_is_called_are_listed_once() -> None:
    assert len(EXITS) == len({factor.title for factor in PATHWAY.drift}) == len(PATHWAY.drift)


def test_an_exit_or_a_source_drifts_by_one_factor_only() -> None:
    named = Counter(path for factor in PATHWAY.drift for path in (*factor.exits, *factor.sources))
    assert set(named.values()) == {1}


def test_what_drifts_exists() -> None:
    assert {path for exits in EXITS.values() for path in exits} <= set(WAYS)
    assert {name for factor in PATHWAY.drift for name in factor.sources} <= {s.name for s in PATHWAY.sources}


def test_children_who_come_alone_are_no_part_of_a_council_s_demand() -> None:
    moving = {name for factor in PATHWAY.drift for name in factor.sources}
    assert moving == {source.name for source in PATHWAY.sources if not source.single}


def test_every_way_into_care_by_agreement_and_every_way_out_of_it_drifts() -> None:
    voluntary = {
        path for path, leads in WAYS.items() if leads.to == CARE and leads.counts == ("care_entries_voluntary",)
    }
    assert voluntary <= set(EXITS["care_starts"])
    moves = {path for path, leads in WAYS.items() if leads.to in {s.name for s in PATHWAY.placements}}
    out = {f"{s.name}.{e.name}" for s in PATHWAY.placements for e in s.exits}
    assert set(EXITS["care_ends"]) == out - moves


def test_ends_that_drift_are_those_that_improve() -> None:
    ends = {path for name in ("cin_ends", "cp_ends") for path in EXITS[name]}
    assert all(WAYS[path].improves for path in ends)
