from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from small_town import rates_for, values

from familyflow.engine import practice, rates, structure
from familyflow.engine.structure import PROFILES, Floats, Structure
from familyflow.pathway import PATHWAY
from familyflow.pathway.adult_work import PROGRAMMES, Programme
from familyflow.pathway.effects import EFFECTS, Effect, Profile, Whom

if TYPE_CHECKING:
    from collections.abc import Collection

    from familyflow.engine.practice import Practice

AS_BEFORE = {
    "adult.engages_team_ratio": 1.0,
    "effect.missed": 1.0,
    "effect.completion": 1.0,
    "adult.psychologist.completion_ratio": 1.0,
    "adult.team_first_appointment_days": 30.0,
} | {f"adult.{p.role}.wait_days_outside": 30.0 for p in PROGRAMMES if p.outside}
"""Workers in the team who do exactly what outside services do."""
NEUTRAL = {effect.ratio: 1.0 for effect in EFFECTS}
ALL = tuple(effect.name for effect in EFFECTS)
ON_EXITS = [effect for effect in EFFECTS if effect.exits]
DRUGS, SUPPORT = (next(p for p in PROGRAMMES if p.name == name) for name in ("drug_work", "sexual_violence_support"))
HOLDERS = {Whom.ENGAGED: "engaged", Whom.ALL: "everyone"}
"""The array that holds the effects on each kind of family."""


def logs(changes: dict[str, float], claimed: Collection[str] = ALL) -> tuple[Structure, Practice]:
    given = values(changes)
    arrays = structure.build(PATHWAY, given)
    return arrays, practice.full(arrays, rates.from_values(rates_for(given), PATHWAY), claimed)


def places(table: Floats) -> set[tuple[int, ...]]:
    """Return the indices of what is not zero."""
    return {tuple(x) for x in np.argwhere(table).tolist()}


def test_a_null_programme_leaves_practice_at_exactly_one() -> None:
    _, found = logs(AS_BEFORE | NEUTRAL)
    assert not any(places(table) for table in (found.engaged, found.everyone, found.times))


def test_an_effect_that_is_not_claimed_is_not_there() -> None:
    _, found = logs({effect.ratio: 0.8 for effect in EFFECTS}, ())
    assert not any(places(table) for table in (found.engaged, found.everyone, found.times))


@pytest.mark.parametrize("effect", ON_EXITS, ids=lambda e: e.name)
def test_an_effect_stands_on_its_exits_under_its_profile_for_whom_it_is_and_nowhere_else(effect: Effect) -> None:
    arrays, found = logs({effect.ratio: 0.8}, (effect.name,))
    profile = PROFILES.index(effect.profile)
    held, other = (vars(found)[name] for name in sorted(HOLDERS.values(), key=lambda x: x != HOLDERS[effect.whom]))
    assert places(held) == {(*arrays.locate(path), profile) for path in effect.exits}
    assert not places(other)
    assert not places(found.times)


def test_an_effect_on_times_stands_on_its_stages_and_on_no_exit() -> None:
    _, found = logs({"effect.front_door_time": 0.8}, ("front_door_time",))
    ramp = PROFILES.index(Profile.RAMP)
    assert places(found.times) == {(PATHWAY.index[stage], ramp) for stage in ("contact", "referral")}
    assert np.exp(found.times[PATHWAY.index["contact"], ramp]) == pytest.approx(0.8)
    assert not places(found.engaged)
    assert not places(found.everyone)


@pytest.mark.parametrize("effect", [e for e in EFFECTS if e.staff], ids=lambda e: e.name)
def test_an_effect_on_a_team_s_own_staff_changes_no_hazard(effect: Effect) -> None:
    _, found = logs({effect.ratio: 0.5}, (effect.name,))
    assert not any(places(table) for table in (found.engaged, found.everyone, found.times))


def test_two_effects_on_one_exit_multiply() -> None:
    changes = {"effect.step_down": 1.5, "effect.training_dip": 0.6, "effect.cin_duration": 0.9}
    arrays, both = logs(changes, ("step_down", "training_dip"))
    assert np.exp(both.everyone[arrays.locate("cin.early_help")].sum()) == pytest.approx(1.5 * 0.6)
    assert np.exp(both.everyone[arrays.locate("cin.close")].sum()) == pytest.approx(0.6)


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda p: p.name)
def test_a_service_stands_on_its_own_exits_and_harm_work_on_none(programme: Programme) -> None:
    arrays, found = logs({programme.ratio: 0.7} if programme.ratio else {}, ())
    mine = found.services[PROGRAMMES.index(programme)]
    assert places(mine) == {arrays.locate(path) for path in programme.exits}
    assert np.exp(mine[mine != 0]) == pytest.approx(0.7)


def test_practice_is_what_the_workers_own_part_leaves_of_the_published_total() -> None:
    given = values({"effect.care_entry": 0.7})
    arrays = structure.build(PATHWAY, given)
    found = rates.from_values(rates_for(given), PATHWAY)
    before, after = (practice._outcomes(arrays, found, x(arrays)) for x in (practice.outside, practice.engaged))
    own = after["care_entries"] / before["care_entries"]
    ratio = np.exp(practice.full(arrays, found, ("care_entry",)).engaged[arrays.locate("cp.care")].sum())
    assert own < 1
    assert ratio * own == pytest.approx(0.7)


def test_a_ratio_of_a_length_divides_the_hazard() -> None:
    arrays, found = logs(AS_BEFORE | NEUTRAL | {"effect.cp_duration": 0.8, "effect.early_help_length": 0.5})
    assert np.exp(found.engaged[arrays.locate("cp.close")].sum()) == pytest.approx(1 / 0.8)
    assert np.exp(found.everyone[arrays.locate("early_help.close")].sum()) == pytest.approx(1 / 0.5)


def test_an_effect_that_no_mechanism_shares_is_used_whole() -> None:
    arrays, found = logs({"effect.cp_entry_first_year": 0.9, "effect.return_home": 1.2})
    assert np.exp(found.engaged[arrays.locate("section47.cp")].sum()) == pytest.approx(0.9)
    for stage in PATHWAY.placements:
        assert np.exp(found.everyone[arrays.locate(f"{stage.name}.home")].sum()) == pytest.approx(1.2)


def test_what_is_offered_nowhere_but_in_teams_has_its_own_numbers() -> None:
    given = values({"effect.missed": 0.5, "effect.completion": 1.5, "adult.engages_team_ratio": 1.1})
    how = practice.delivery(given, SUPPORT, team=True)
    role = f"adult.{SUPPORT.role}"
    assert (how.engages, how.missed, how.completes) == tuple(
        given[f"{role}.{what}"] for what in ("engages", "missed", "completes")
    )
    assert how.wait_days == given["adult.team_first_appointment_days"]


def test_a_service_ends_no_harm_and_nothing_returns_after_it() -> None:
    how = practice.delivery(values(), next(p for p in PROGRAMMES if not p.harm), team=True)
    assert (how.success, how.relapse_rate) == (0.0, 0.0)


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
