from __future__ import annotations

from dataclasses import replace
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_town import claiming, rates_for, scenario, values, whole, with_posts

from familyflow.engine import balance, delivery, dose, effect_sizes, rates, structure
from familyflow.engine.structure import PROFILES, Floats, Structure
from familyflow.pathway import PATHWAY
from familyflow.pathway.adult_work import PROGRAMMES, REFERENCE, SUPERVISOR, Programme
from familyflow.pathway.effects import CARE_ENTRIES, EFFECTS, Effect, Profile, Whom

if TYPE_CHECKING:
    from collections.abc import Collection

    from familyflow.engine.balance import Expectation
    from familyflow.engine.effect_sizes import Practice
    from familyflow.scenario.model import Scenario

ALL = tuple(effect.name for effect in EFFECTS)
NEUTRAL = {effect.ratio: 1.0 for effect in EFFECTS}
TOTALS = {e.outcome: e for e in EFFECTS if e.outcome}
CARE, CP, CIN, CP_STARTS = (TOTALS[name] for name in (CARE_ENTRIES, "cp", "cin", "cp.starts"))
EVERYBODY = [effect for effect in EFFECTS if effect.exits and effect.whom is Whom.ALL]
NOBODY = {f"post.{role}": 0.0 for role in REFERENCE}
FULL = {f"post.{role}": 1e3 for role in REFERENCE}


def solved(town: Scenario, changes: dict[str, float]) -> tuple[Structure, Practice]:
    given_ = values(changes)
    arrays, found = structure.build(PATHWAY, given_), rates.from_values(rates_for(given_), PATHWAY)
    flows = balance.expect(arrays, found, delivery.outside(arrays))
    return arrays, effect_sizes.solve(town, arrays, found, flows)


def logs(changes: dict[str, float], claimed: Collection[str] = ALL) -> tuple[Structure, Practice]:
    """Return what a programme without workers claims."""
    return solved(with_posts(claiming(whole(), *claimed)), changes)


def family_safeguarding(*claimed: Effect) -> Scenario:
    return claiming(scenario(), *(effect.name for effect in claimed))


def of_offered(arrays: Structure, practice: Floats, resolving: Floats) -> Expectation:
    """Return the flows of families with a harm when they came, with hazards multiplied by practice (S, E; logs)."""
    joint = np.where(arrays.combos.any(axis=1), arrays.joint, 0.0)
    mine = replace(arrays, joint=joint, ratio=arrays.ratio * np.exp(practice)[:, :, None])
    return balance.expect(mine, rates.from_values(rates_for(dict(arrays.values)), PATHWAY), resolving)


def outcomes(flows: Expectation) -> dict[str, float]:
    stays = {g: flows.stock(g) / flows.started(g) for g in ("cp", "cin")}
    return {CARE_ENTRIES: flows.entering, "cp.starts": flows.started("cp")} | stays


def delivered(town: Scenario, changes: dict[str, float]) -> tuple[dict[str, float], dict[str, float], float]:
    """Return what the balance delivers to families offered at no dose and at the plan's, by outcome; and that dose."""
    arrays, found = solved(town, changes)
    as_is = delivery.outside(arrays)
    before = outcomes(of_offered(arrays, np.zeros(arrays.to.shape), as_is))
    ramp = PROFILES.index(Profile.RAMP)
    plan = dose.planned(town, arrays.values, PATHWAY)
    flows = balance.expect(arrays, rates.from_values(rates_for(dict(arrays.values)), PATHWAY), as_is)
    after = effect_sizes.in_plan(town, arrays, flows, plan)
    none = outcomes(of_offered(arrays, found.none[:, :, ramp], as_is))
    whole_ = outcomes(of_offered(arrays, found.plan[:, :, ramp], after))
    return {k: none[k] / before[k] for k in before}, {k: whole_[k] / before[k] for k in before}, found.dose


def places(table: Floats) -> set[tuple[int, ...]]:
    """Return the indices of what is not zero."""
    return {tuple(x) for x in np.argwhere(table).tolist()}


# Totals ----------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=12)
@given(ratios=st.lists(st.floats(0.5, 1.2), min_size=4, max_size=4), posts=st.sampled_from([0.0, 0.3, 1e3]))
def test_every_claimed_total_is_delivered_at_once_at_the_plan_s_dose_and_at_none(
    ratios: list[float], posts: float
) -> None:
    stated = dict(zip((CARE_ENTRIES, "cp", "cin", "cp.starts"), ratios, strict=True))
    changes = {TOTALS[name].ratio: ratio for name, ratio in stated.items()} | dict.fromkeys(FULL, posts)
    none, plan, at = delivered(family_safeguarding(CARE, CP, CIN, CP_STARTS), changes)
    without = values()[dose.WITHOUT_WORKERS]
    for name, ratio in stated.items():
        assert log(none[name]) == pytest.approx(without * log(ratio), abs=1e-9)
        assert log(plan[name]) == pytest.approx((without + (1 - without) * at) * log(ratio), abs=1e-9)


@pytest.mark.parametrize("posts", [NOBODY, {}, FULL], ids=["none", "planned", "many"])
def test_totals_of_exactly_1_change_no_outcome_at_any_dose(posts: dict[str, float]) -> None:
    none, plan, _ = delivered(family_safeguarding(CARE, CP, CIN), NEUTRAL | posts)
    assert set(none.values()) == {1.0}
    assert list(plan.values()) == pytest.approx([1.0] * 4, abs=1e-9)


def test_practice_makes_good_what_workers_do_where_no_effect_is_stated() -> None:
    arrays, found = solved(family_safeguarding(CARE, CP, CIN), NEUTRAL | FULL | {"harm.causal_share": 1.0})
    assert found.plan[arrays.locate("cp.care")].sum() > 0.01
    assert not places(found.none)


def test_claimed_lengths_leave_care_where_it_is() -> None:
    changes = {CP.ratio: 0.7, CIN.ratio: 0.7, CARE.ratio: 0.5} | FULL
    _, plan, at = delivered(family_safeguarding(CP, CIN), changes)
    assert at == pytest.approx(1.0)
    assert plan[CARE_ENTRIES] == pytest.approx(1.0, abs=1e-9)
    assert plan["cp"] == pytest.approx(0.7)


def test_care_follows_exposure_where_the_programme_says_so() -> None:
    town = family_safeguarding(CP, CIN)
    town = replace(town, programme=replace(town.programme, care_follows_exposure=True))
    _, plan, _ = delivered(town, {CP.ratio: 0.7, CIN.ratio: 0.7} | FULL)
    assert plan[CARE_ENTRIES] < 0.97
    assert plan["cp"] == pytest.approx(0.7)


def test_a_programme_with_workers_that_claims_nothing_is_held_at_nothing() -> None:
    _, plan, _ = delivered(family_safeguarding(), FULL)
    assert list(plan.values()) == pytest.approx([1.0] * 4, abs=1e-9)


def test_a_programme_without_a_psychologist_is_held_at_nothing_too() -> None:
    town = family_safeguarding()
    alone = with_posts(town, *town.programme.roles)
    assert SUPERVISOR not in alone.programme.shared_roles
    _, plan, _ = delivered(alone, FULL | {"adult.psychologist.completion_ratio": 1.3, "harm.causal_share": 1.0})
    assert list(plan.values()) == pytest.approx([1.0] * 4, abs=1e-9)


def test_half_the_dose_is_half_way_in_logs() -> None:
    _, found = solved(family_safeguarding(CARE, CP, CIN), {})
    np.testing.assert_allclose(found.offered(0.0), found.none)
    np.testing.assert_allclose(found.offered(found.dose), found.plan)
    np.testing.assert_allclose(found.offered(found.dose / 2), (found.none + found.plan) / 2)


def test_a_total_of_the_council_is_met_by_the_council() -> None:
    town = family_safeguarding(CARE, CP, CIN)
    town = replace(town, programme=replace(town.programme, council_level=(CP.ratio,)))
    arrays, found = solved(town, NEUTRAL | NOBODY | {CP.ratio: 0.6, dose.WITHOUT_WORKERS: 1.0})
    given_ = rates.from_values(rates_for(dict(arrays.values)), PATHWAY)
    as_is = delivery.outside(arrays)
    practice = found.none[:, :, PROFILES.index(Profile.RAMP)]
    others = replace(arrays, joint=np.where(arrays.combos.any(axis=1), 0.0, arrays.joint))
    apart = balance.expect(others, given_, as_is).stock("cp")
    before, after = (of_offered(arrays, p, as_is).stock("cp") + apart for p in (0 * practice, practice))
    assert after / before == pytest.approx(0.6)
    assert not found.unmet


def test_a_total_that_cannot_be_met_is_told() -> None:
    town = family_safeguarding(CARE, CP, CIN)
    town = replace(town, programme=replace(town.programme, council_level=(CP.ratio,)))
    _, found = solved(town, NEUTRAL | FULL | {CP.ratio: 0.05})
    assert CP.name in found.unmet
    assert np.isfinite(found.plan).all()


def test_without_families_that_have_a_harm_there_is_nobody_to_offer_anything() -> None:
    harms = {f"harms.{harm}": 0.0 for harm in (*PATHWAY.harms, "any", "all_three")}
    _, found = solved(family_safeguarding(CARE, CP, CIN), harms)
    assert not places(found.plan)


def test_a_null_programme_practises_nothing() -> None:
    town = family_safeguarding(CARE, CP, CIN)
    _, found = solved(replace(town, programme=replace(town.programme, null=True)), {})
    assert not any(places(table) for table in (found.none, found.plan))


# What needs no balance -------------------------------------------------------------------------------------------


def test_an_effect_that_is_not_claimed_is_not_there() -> None:
    _, found = logs({effect.ratio: 0.8 for effect in EFFECTS}, ())
    assert not any(places(table) for table in (found.none, found.plan, found.everyone, found.times))


@pytest.mark.parametrize("effect", EVERYBODY, ids=lambda e: e.name)
def test_an_effect_on_every_family_stands_on_its_exits_under_its_profile_and_nowhere_else(effect: Effect) -> None:
    arrays, found = logs({effect.ratio: 0.8}, (effect.name,))
    profile = PROFILES.index(effect.profile)
    assert places(found.everyone) == {(*arrays.locate(path), profile) for path in effect.exits}
    assert not any(places(table) for table in (found.none, found.plan, found.times))


def test_an_effect_on_times_stands_on_its_stages_and_on_no_exit() -> None:
    _, found = logs({"effect.front_door_time": 0.8}, ("front_door_time",))
    ramp = PROFILES.index(Profile.RAMP)
    assert places(found.times) == {(PATHWAY.index[stage], ramp) for stage in ("contact", "referral")}
    assert np.exp(found.times[PATHWAY.index["contact"], ramp]) == pytest.approx(0.8)
    assert not any(places(table) for table in (found.none, found.plan, found.everyone))


@pytest.mark.parametrize("effect", [e for e in EFFECTS if e.staff], ids=lambda e: e.name)
def test_an_effect_on_a_team_s_own_staff_changes_no_hazard(effect: Effect) -> None:
    _, found = logs({effect.ratio: 0.5}, (effect.name,))
    assert not any(places(table) for table in (found.none, found.plan, found.everyone, found.times))


def test_two_effects_on_one_exit_multiply() -> None:
    changes = {"effect.step_down": 1.5, "effect.training_dip": 0.6, "effect.cin_duration": 0.9}
    arrays, both = logs(changes, ("step_down", "training_dip"))
    assert np.exp(both.everyone[arrays.locate("cin.early_help")].sum()) == pytest.approx(1.5 * 0.6)
    assert np.exp(both.everyone[arrays.locate("cin.close")].sum()) == pytest.approx(0.6)


def test_a_ratio_of_a_length_divides_the_hazard() -> None:
    arrays, found = logs({"effect.early_help_length": 0.5}, ("early_help_length",))
    assert np.exp(found.everyone[arrays.locate("early_help.close")].sum()) == pytest.approx(1 / 0.5)


@pytest.mark.parametrize("ratio", [0.7, 1.3])
def test_a_ratio_of_a_decision_is_of_the_share_and_not_of_the_odds(ratio: float) -> None:
    changes = {"effect.cp_entry_first_year": ratio, dose.WITHOUT_WORKERS: 1.0}
    arrays, found = logs(changes, ("cp_plan_entry",))
    first_year = PROFILES.index(Profile.FIRST_YEAR)
    as_is = delivery.outside(arrays)
    before, after = (of_offered(arrays, p, as_is) for p in (np.zeros(arrays.to.shape), found.none[:, :, first_year]))
    s, e = arrays.locate("section47.cp")
    shares = [flows.flows[s, e] / flows.flows[s].sum() for flows in (before, after)]
    assert shares[1] / shares[0] == pytest.approx(ratio, rel=0.02)
    assert places(found.none) == {(s, e, first_year)}


# Services --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda p: p.name)
def test_a_service_stands_on_its_own_exits_and_harm_work_on_none(programme: Programme) -> None:
    begins = {f"adult.{programme.role}.engages": 0.5} if programme.ratio else {}
    arrays, found = logs({programme.ratio: 0.7} | begins if programme.ratio else {}, ())
    mine = found.services[PROGRAMMES.index(programme)]
    assert places(mine) == {arrays.locate(path) for path in programme.exits}
    assert np.exp(mine[mine != 0]) == pytest.approx(1 - 0.3 / 0.5)


@pytest.mark.parametrize(("stated", "begins"), [(0.8, 0.5), (0.9, 1.0), (1.2, 0.6)])
def test_families_that_do_not_begin_a_service_are_inside_its_stated_ratio(stated: float, begins: float) -> None:
    service = next(p for p in PROGRAMMES if p.name == "family_intervention")
    changes = {service.ratio: stated, f"adult.{service.role}.engages": begins}
    arrays, found = logs(changes, ())
    begun = exp(found.services[PROGRAMMES.index(service)][arrays.locate(service.exits[0])])
    assert begins * begun + (1 - begins) == pytest.approx(stated)


def test_a_service_s_ratio_that_too_few_begin_for_is_told() -> None:
    service = next(p for p in PROGRAMMES if p.name == "family_intervention")
    changes = {service.ratio: 0.3, f"adult.{service.role}.engages": 0.5}
    _, found = solved(with_posts(claiming(whole()), service.role), changes)
    assert found.unmet == (service.name,)
