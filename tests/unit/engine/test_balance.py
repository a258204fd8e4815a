from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.linalg import expm
from small_town import rates_for, values

from familyflow.engine import balance, delivery, rates, structure
from familyflow.engine.structure import STARTS, TO_CARE
from familyflow.pathway import PATHWAY
from familyflow.pathway.stages import BANDS

if TYPE_CHECKING:
    from familyflow.engine.balance import Expectation


@pytest.fixture(scope="module")
def found() -> Expectation:
    return expectation(values())


def expectation(given: dict[str, float], named: dict[str, float] | None = None) -> Expectation:
    arrays = structure.build(PATHWAY, given)
    return balance.expect(arrays, rates.from_values(named or rates_for(given), PATHWAY), delivery.outside(arrays))


def test_what_enters_a_stage_leaves_it_by_an_exit_or_grows_up(found: Expectation) -> None:
    grow = balance.growing_up(found.structure)
    for s, stage in enumerate(PATHWAY.stages):
        if not stage.in_care:
            grown = 0.0 if found.structure.decision[s] else grow * found.occupancy[s].sum()
            assert found.flows[s].sum() + grown == pytest.approx(found.entries[s].sum(), rel=1e-9)


def test_what_leaves_one_stage_enters_the_next(found: Expectation) -> None:
    arrays = found.structure
    arrivals = found.structure.values["target.contacts"] / 2 / 365.25
    for s, stage in enumerate(PATHWAY.stages):
        if stage.name in ("cin", *(p.name for p in PATHWAY.placements)):
            continue
        into = found.flows[arrays.to == s].sum() + (arrivals if stage.name == "contact" else 0.0)
        assert into == pytest.approx(found.entries[s].sum(), rel=1e-6)


def test_children_who_stay_or_come_home_open_a_plan(found: Expectation) -> None:
    arrays = found.structure
    families = found.flows[arrays.to == TO_CARE].sum()
    stay = families * (1 - balance.together_share(arrays))
    home = found.entering * found.cohort.home_share
    direct = found.flows[arrays.to == PATHWAY.index["cin"]].sum()
    assert found.entries[PATHWAY.index["cin"]].sum() == pytest.approx(direct + stay + home, rel=1e-6)


def test_a_decision_holds_those_who_enter_for_its_mean_time(found: Expectation) -> None:
    for s in np.flatnonzero(found.structure.decision):
        days = balance.mean_days(found.structure, int(s))
        assert found.occupancy[s].sum() == pytest.approx(found.entries[s].sum() * days, rel=1e-9)


def test_twice_the_arrivals_are_twice_the_stocks(found: Expectation) -> None:
    named = rates_for(values())
    doubled = {key: 2 * x if key.startswith("arrivals.") else x for key, x in named.items()}
    twice = expectation(values(), doubled)
    for group in PATHWAY.groups:
        assert twice.stock(group) == pytest.approx(2 * found.stock(group), rel=1e-9)
        assert twice.started(group) == pytest.approx(2 * found.started(group), rel=1e-9)


def test_stocks_by_band_thin_out_as_the_hazards_say() -> None:
    none = {f"harms.{h}": 0.0 for h in (*PATHWAY.harms, "any", "all_three")}
    given = values(none)
    found = expectation(given)
    s, calm = PATHWAY.index["early_help"], 0
    hazard = found.leaving[s, :, calm]
    reach = np.concatenate([[1.0], np.exp(-np.cumsum(hazard[:-1] * np.diff(STARTS)))])
    lasts = np.append(-np.expm1(-hazard[:-1] * np.diff(STARTS)), 1.0) / hazard
    expected = found.entries[s, calm] * reach * lasts
    assert found.occupancy[s, :, calm] == pytest.approx(expected, rel=1e-9)


def test_harms_that_end_on_a_plan_move_children_between_states_as_a_chain_does() -> None:
    given = values(
        {f"harms.{h}": 0.0 for h in PATHWAY.harms[1:]}
        | {"harms.domestic_abuse": 0.4, "harms.any": 0.4, "harms.all_three": 0.0}
    )
    named = rates_for(given)
    for leads in PATHWAY.stage("cin").exits:
        level = named[f"hazard.cin.{leads.name}.0_3m"]
        named |= {f"hazard.cin.{leads.name}.{band}": level for band in BANDS}
    arrays = structure.build(PATHWAY, given)
    resolving = np.zeros((len(PATHWAY.stages), len(PATHWAY.harms)))
    s = PATHWAY.index["cin"]
    resolving[s, 0] = 0.004
    found = balance.expect(arrays, rates.from_values(named, PATHWAY), resolving)
    calm, harmed = 0, 1  # rows of no harm, and of domestic abuse alone
    leave = found.leaving[s, 0]
    chain = np.array([[-leave[calm], 0.0], [0.004, -leave[harmed] - 0.004]])
    days = np.linalg.solve(-chain, np.eye(2))
    assert expm(chain * 1e6) == pytest.approx(0.0)
    expected = found.entries[s, [calm, harmed]] @ days
    assert found.occupancy[s].sum(axis=0)[[calm, harmed]] == pytest.approx(expected, rel=1e-9)


def test_fewer_active_harms_mean_fewer_children_in_care() -> None:
    arrays = structure.build(PATHWAY, values())
    named = rates.from_values(rates_for(values()), PATHWAY)
    before, after = (balance.expect(arrays, named, k * delivery.outside(arrays)) for k in (1, 5))
    assert after.entering < before.entering
    assert after.stock("cp") < before.stock("cp")


def test_one_child_of_a_family_or_all_enter_care() -> None:
    all_of_them = structure.build(PATHWAY, values({"family.care_together": 1.0}))
    assert balance.together_share(all_of_them) == 1.0
    one = structure.build(PATHWAY, values({"family.care_together": 0.0}))
    assert balance.together_share(one) == pytest.approx(1 / one.mean_size)


def test_a_measure_is_counted_where_the_table_says(found: Expectation) -> None:
    assert found.counted("referrals") == pytest.approx(found.started("referral") * 365.25)
    assert found.counted("contacts") > found.started("contact") * 365.25  # re-referrals are contacts too
    assert found.counted("care_exits") + turned_18(found) == pytest.approx(found.started("care") * 365.25, rel=1e-3)
    assert found.counted("no_such_measure") == 0.0


def turned_18(found: Expectation) -> float:
    grown = found.entering * found.cohort.turned_18 + found.alone * found.cohort.turned_18_alone
    return float(grown * 365.25)
