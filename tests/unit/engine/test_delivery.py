from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_town import rates_for, values

from familyflow.engine import balance, delivery, rates, structure
from familyflow.engine.structure import STARTS
from familyflow.pathway import PATHWAY
from familyflow.pathway.adult_work import PROGRAMMES, REFERENCE

DRUGS, SUPPORT = (next(p for p in PROGRAMMES if p.name == name) for name in ("drug_work", "sexual_violence_support"))
CAUSE = {"harm.causal_share": 1.0}


def test_what_is_offered_nowhere_but_in_teams_has_its_own_numbers() -> None:
    ratios = {"effect.missed": 0.5, "effect.completion": 1.5, "adult.engages_team_ratio": 1.1}
    plain, better = (delivery.of(values(given), SUPPORT, team=True) for given in ({}, ratios))
    assert plain == better
    other = {f"adult.{SUPPORT.role}.engages": 0.123, "adult.team_first_appointment_days": 4.0}
    how = delivery.of(values(ratios | other), SUPPORT, team=True)
    assert (how.engages, how.wait_days) == (0.123, 4.0)


def test_a_service_ends_no_harm_and_nothing_returns_after_it() -> None:
    how = delivery.of(values(), next(p for p in PROGRAMMES if not p.harm), team=True)
    assert (how.success, how.relapse_rate) == (0.0, 0.0)


def test_the_ratio_of_completions_is_of_all_parents_offered_by_a_supervised_team() -> None:
    given = values({"effect.missed": 0.5, "effect.completion": 1.5, "adult.engages_team_ratio": 1.1})
    out = delivery.of(given, DRUGS, team=False)
    own = delivery.of(given, DRUGS, team=True)
    supervised = delivery.of(given, DRUGS, team=True, supervised=True)
    assert own.engages == pytest.approx(1.1 * out.engages)
    assert own.missed == pytest.approx(0.5 * out.missed)
    assert supervised.engages * supervised.completes == pytest.approx(1.5 * out.engages * out.completes)
    assert supervised.completes == pytest.approx(own.completes * given["adult.psychologist.completion_ratio"])
    assert own.wait_days == given["adult.team_first_appointment_days"]
    assert (own.length_days, own.sessions, own.success) == (out.length_days, out.sessions, out.success)


def test_no_share_passes_its_bound_whatever_the_ratios() -> None:
    given = values({"effect.missed": 9.0, "effect.completion": 9.0, "adult.engages_team_ratio": 9.0})
    own = delivery.of(given, DRUGS, team=True, supervised=True)
    assert own.engages == own.completes == delivery.HIGHEST
    assert own.missed == 1.0


def test_a_harm_that_ended_is_back_within_a_year_as_often_as_published() -> None:
    how = delivery.of(values({"adult.substance_misuse_worker.relapse_12m": 0.35}), DRUGS, team=True)
    assert -np.expm1(-how.relapse_rate * 365.25) == pytest.approx(0.35)
    assert how.lasting == pytest.approx(how.engages * how.completes * how.success * 0.65)


def test_offers_end_risks_only_where_they_are_made_and_no_sooner_than_the_work_takes() -> None:
    arrays = structure.build(PATHWAY, values(CAUSE))
    found = delivery.outside(arrays)
    offering = np.array([s.offers for s in PATHWAY.stages])
    assert found.shape == (len(STARTS), len(PATHWAY.stages), len(PATHWAY.harms))
    assert (found[:, ~offering] == 0).all()
    drugs = found[:, offering, PATHWAY.harms.index("drug_misuse")]
    shortest = values()["adult.substance_misuse_worker.length_days"]
    over = [end for end in STARTS[1:] if end <= shortest]
    assert over
    assert (drugs[: len(over)] == 0).all()
    assert (drugs[len(over)] > 0).all()


def test_the_bands_end_as_many_risks_as_parents_are_cured() -> None:
    arrays = structure.build(PATHWAY, values(CAUSE | {"adult.substance_misuse_worker.wait_days_outside": 1.0}))
    rate = delivery.outside(arrays)[:, PATHWAY.index["cp"], PATHWAY.harms.index("drug_misuse")]
    ended = -np.expm1(-float(rate @ np.diff(delivery.EDGES)))
    assert ended == pytest.approx(delivery.of(arrays.values, DRUGS, team=False).lasting, rel=1e-6)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_a_harm_that_is_no_cause_lowers_no_risk_by_its_end(share: float) -> None:
    whole = structure.build(PATHWAY, values(CAUSE))
    part = structure.build(PATHWAY, values({"harm.causal_share": share}))
    survive = [np.exp(-np.tensordot(np.diff(delivery.EDGES), delivery.outside(x), axes=1)) for x in (whole, part)]
    one_role = PATHWAY.harms.index("drug_misuse")
    ended = [1 - x[PATHWAY.index["cp"], one_role] for x in survive]
    assert ended[1] == pytest.approx(share * ended[0])


def test_workers_in_teams_see_as_many_as_they_have_places_for() -> None:
    given = values()
    arrays = structure.build(PATHWAY, given)
    flows = balance.expect(arrays, rates.from_values(rates_for(given), PATHWAY), delivery.outside(arrays))
    plans = np.array([stage.offers for stage in PATHWAY.stages])
    nobody = delivery.seen_in_teams(arrays, flows, {}, plans)
    some, more, all_ = (
        delivery.seen_in_teams(arrays, flows, dict.fromkeys(REFERENCE, n), plans) for n in (0.5, 1.0, 1e6)
    )
    assert set(nobody) == set(REFERENCE)
    assert set(nobody.values()) == {0.0}
    assert set(all_.values()) == {1.0}
    for role in REFERENCE:
        assert 0 < some[role] <= more[role] <= 1
        assert more[role] == pytest.approx(min(1.0, 2 * some[role]))


def test_teams_that_see_nobody_end_risks_as_outside_services_do() -> None:
    arrays = structure.build(PATHWAY, values(CAUSE))
    as_is = delivery.outside(arrays)
    np.testing.assert_array_equal(delivery.in_teams(arrays, delivery.Seen(dict.fromkeys(REFERENCE, 0.0))), as_is)
    assert delivery.in_teams(arrays, delivery.Seen(dict.fromkeys(REFERENCE, 1.0))).sum() > as_is.sum()


def test_help_that_began_before_a_plan_ends_risks_sooner_on_it() -> None:
    arrays = structure.build(PATHWAY, values(CAUSE))
    cp, everybody = PATHWAY.index["cp"], dict.fromkeys(REFERENCE, 1.0)
    first, early = (
        delivery.in_teams(arrays, delivery.Seen(everybody, before, days=days))[:, cp]
        for before, days in (({}, 0.0), (everybody, 40.0))
    )
    assert early[0].sum() > first[0].sum()
    ended = [1 - np.exp(-np.tensordot(np.diff(delivery.EDGES), each, axes=1)) for each in (first, early)]
    assert (ended[1] <= 1).all()
    assert (ended[1] > ended[0]).all()


def test_help_before_a_plan_that_has_not_had_time_to_work_is_the_plan_s_own() -> None:
    sure = {f"adult.{role}.engages_outside": 0.95 for role in REFERENCE}
    arrays = structure.build(PATHWAY, values(CAUSE | sure | {"adult.engages_team_ratio": 1.0}))
    everybody = dict.fromkeys(REFERENCE, 1.0)
    first, early = (delivery.in_teams(arrays, delivery.Seen(everybody, before)) for before in ({}, everybody))
    np.testing.assert_allclose(early, first, rtol=0.06, atol=1e-7)


def test_teams_without_a_psychologist_end_no_more_risks_than_supervised_ones() -> None:
    arrays = structure.build(PATHWAY, values(CAUSE | {"adult.psychologist.completion_ratio": 1.3}))
    seen = delivery.Seen(dict.fromkeys(REFERENCE, 1.0))
    alone, together = (delivery.in_teams(arrays, seen, supervised=each) for each in (False, True))
    assert alone.sum() < together.sum()


def test_a_place_is_held_for_the_wait_and_for_half_the_course_by_those_who_drop_out() -> None:
    how = replace(delivery.of(values(), DRUGS, team=True), completes=0.5, wait_days=10.0, length_days=100.0)
    assert how.days_of_a_place == pytest.approx(10 + 75)
