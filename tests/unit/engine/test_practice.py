from __future__ import annotations

import numpy as np
import pytest
from small_town import rates_for, values

from familyflow.engine import practice, rates, structure
from familyflow.engine.structure import PROFILES, Floats, Structure
from familyflow.pathway import PATHWAY
from familyflow.pathway.adult_work import PROGRAMMES, roles
from familyflow.pathway.effects import EFFECTS, Profile

AS_BEFORE = {
    "adult.engages_team_ratio": 1.0,
    "effect.missed": 1.0,
    "effect.completion": 1.0,
    "adult.psychologist.completion_ratio": 1.0,
    "adult.team_first_appointment_days": 30.0,
} | {f"adult.{role}.wait_days_outside": 30.0 for role in roles()}
"""Workers in the team who do exactly what outside services do."""
NEUTRAL = {effect.ratio: 1.0 for effect in EFFECTS}
DRUGS = next(p for p in PROGRAMMES if p.name == "drug_work")


def logs(changes: dict[str, float]) -> tuple[Structure, Floats]:
    given = values(changes)
    arrays = structure.build(PATHWAY, given)
    return arrays, practice.ratios(arrays, rates.from_values(rates_for(given), PATHWAY))


def test_a_null_programme_leaves_practice_at_exactly_one() -> None:
    _, found = logs(AS_BEFORE | NEUTRAL)
    assert (found == 0.0).all()


def test_an_effect_stands_on_its_exits_under_its_profile_and_nowhere_else() -> None:
    arrays, found = logs({effect.ratio: 0.8 for effect in EFFECTS})
    named = {arrays.locate(path) for effect in EFFECTS for path in effect.exits}
    assert {(int(s), int(e)) for s, e, _ in np.argwhere(found)} == named
    first_year = PROFILES.index(Profile.FIRST_YEAR)
    assert {tuple(x) for x in np.argwhere(found[:, :, first_year]).tolist()} == {arrays.locate("section47.cp")}


def test_practice_is_what_the_workers_own_part_leaves_of_the_published_total() -> None:
    given = values({"effect.care_entry": 0.7})
    arrays = structure.build(PATHWAY, given)
    found = rates.from_values(rates_for(given), PATHWAY)
    before, after = (practice._outcomes(arrays, found, x(arrays)) for x in (practice.outside, practice.engaged))
    own = after["care_entries"] / before["care_entries"]
    ratio = np.exp(practice.ratios(arrays, found)[arrays.locate("cp.care")].sum())
    assert own < 1
    assert ratio * own == pytest.approx(0.7)


def test_a_ratio_of_a_length_divides_the_hazard() -> None:
    arrays, found = logs(AS_BEFORE | NEUTRAL | {"effect.cp_duration": 0.8})
    assert np.exp(found[arrays.locate("cp.close")].sum()) == pytest.approx(1 / 0.8)


def test_an_effect_that_no_mechanism_shares_is_used_whole() -> None:
    arrays, found = logs({"effect.cp_entry_first_year": 0.9})
    assert np.exp(found[arrays.locate("section47.cp")].sum()) == pytest.approx(0.9)


def test_a_worker_in_the_team_engages_misses_and_completes_by_the_ratios() -> None:
    given = values({"effect.missed": 0.5, "effect.completion": 1.5, "adult.engages_team_ratio": 1.1})
    out = practice.delivery(given, DRUGS, team=False)
    own = practice.delivery(given, DRUGS, team=True)
    supervised = practice.delivery(given, DRUGS, team=True, supervised=True)
    assert own.engages == pytest.approx(1.1 * out.engages)
    assert own.missed == pytest.approx(0.5 * out.missed)
    assert own.completes == pytest.approx(1.5 * out.completes)
    assert supervised.completes == pytest.approx(own.completes * given["adult.psychologist.completion_ratio"])
    assert own.wait_days == given["adult.team_first_appointment_days"]
    assert (own.length_days, own.sessions, own.success) == (out.length_days, out.sessions, out.success)


def test_no_share_passes_its_bound_whatever_the_ratios() -> None:
    given = values({"effect.missed": 9.0, "effect.completion": 9.0, "adult.engages_team_ratio": 9.0})
    own = practice.delivery(given, DRUGS, team=True, supervised=True)
    assert own.engages == own.completes == practice.HIGHEST
    assert own.missed == 1.0


def test_a_harm_that_ended_is_back_within_a_year_as_often_as_published() -> None:
    given = values({"adult.substance_misuse_worker.relapse_12m": 0.35})
    how = practice.delivery(given, DRUGS, team=True)
    assert -np.expm1(-how.relapse_rate * 365.25) == pytest.approx(0.35)


def test_offers_end_harms_only_where_they_are_made() -> None:
    arrays = structure.build(PATHWAY, values())
    found = practice.outside(arrays)
    offering = np.array([s.offers for s in PATHWAY.stages])
    assert (found[offering] > 0).all()
    assert (found[~offering] == 0).all()
    assert (practice.engaged(arrays)[offering] > found[offering]).all()
