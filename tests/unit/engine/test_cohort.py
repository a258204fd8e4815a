from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from small_town import rates_for, values

from familyflow.engine import cohort, rates, structure
from familyflow.engine.cohort import AGES, Cohort
from familyflow.engine.structure import TO_HOME, Structure
from familyflow.pathway import PATHWAY

if TYPE_CHECKING:
    from familyflow.engine.rates import Rates

YEAR = 365.25
IN_CARE = [s for s, stage in enumerate(PATHWAY.stages) if stage.in_care]


@pytest.fixture(scope="module")
def arrays() -> Structure:
    return structure.build(PATHWAY, values())


@pytest.fixture(scope="module")
def found() -> Rates:
    return rates.from_values(rates_for(values()), PATHWAY)


@pytest.fixture(scope="module")
def fate(arrays: Structure, found: Rates) -> Cohort:
    return cohort.follow(arrays, found)


def with_hazards(found: Rates, hazards: dict[str, float]) -> Rates:
    """Return rates with these ways out of every placement, a day, and no others."""
    base = found.base.copy()
    for s in IN_CARE:
        base[s] = 0.0
        for e, leads in enumerate(PATHWAY.stages[s].exits):
            base[s, e] = hazards.get(leads.name, 0.0)
    return replace(found, base=base)


def test_with_no_way_out_everybody_stays_for_what_is_left_of_childhood(arrays: Structure, found: Rates) -> None:
    fate = cohort.follow(arrays, with_hazards(found, {}))
    entrants = cohort.entrants(found, arrays.age_shares).sum(axis=1)
    remaining = float(entrants @ (18 - AGES)) * YEAR
    assert fate.stock.sum() == pytest.approx(remaining, rel=1e-4)
    assert fate.turned_18 == pytest.approx(1.0)
    assert fate.exits.sum() == 0.0
    assert fate.stock_alone.sum() == pytest.approx(YEAR, rel=1e-4)  # 16 and 17: a year on average


def test_everybody_leaves_by_an_exit_or_at_18(fate: Cohort, arrays: Structure) -> None:
    moves = np.isin(arrays.to, IN_CARE)
    assert fate.exits[~moves].sum() + fate.turned_18 == pytest.approx(1.0, abs=1e-6)
    assert fate.exits_alone[~moves].sum() + fate.turned_18_alone == pytest.approx(1.0, abs=1e-6)
    assert fate.home_share == pytest.approx(fate.exits[arrays.to == TO_HOME].sum())


def test_one_constant_hazard_gives_the_exponential_share(arrays: Structure, found: Rates) -> None:
    level = 0.002
    fate = cohort.follow(arrays, with_hazards(found, {"other": level}))
    entrants = cohort.entrants(found, arrays.age_shares).sum(axis=1)
    stays = np.exp(-level * (18 - AGES) * YEAR)
    assert fate.turned_18 == pytest.approx(float(entrants @ stays), rel=1e-6)
    assert fate.stock.sum() == pytest.approx(float(entrants @ (1 - stays)) / level, rel=1e-6)


def test_ways_out_are_open_at_their_ages_only(arrays: Structure, found: Rates) -> None:
    fate = cohort.follow(arrays, with_hazards(found, {"adoption": 0.01, "sgo": 0.01}))
    assert fate.exits_alone.sum() == 0.0
    assert fate.exits[:, 2].sum() > 0
    still = fate.stock.sum(axis=2)
    assert still[16, :12] == pytest.approx(still[16, 0])  # at 16 neither is open, and nobody leaves


def test_children_move_to_supported_accommodation_from_16(arrays: Structure, found: Rates) -> None:
    fate = cohort.follow(arrays, with_hazards(found, {"to_supported": 0.01}))
    supported = [s.name for s in PATHWAY.placements].index("supported")
    by_age = [(a + m / 12, fate.stock[a, m, supported]) for a in range(10) for m in range(cohort.MONTHS)]
    young = [held for age, held in by_age if age + 0.5 < 16]
    older = [held for age, held in by_age if 16 < age + 0.5 < 18 - 1 / 12]
    assert max(young) < 1e-9
    assert min(older) > 0


def test_who_enters_is_placed_by_age(found: Rates, arrays: Structure) -> None:
    entrants = cohort.entrants(found, arrays.age_shares)
    assert entrants.sum() == pytest.approx(1.0)
    assert entrants.sum(axis=1)[16:].sum() == pytest.approx(arrays.age_shares[-1])
    assert entrants[12] / entrants[12].sum() == pytest.approx(found.placements[1])


def test_harms_are_commoner_at_entry_to_care_than_at_home(arrays: Structure) -> None:
    harmed = arrays.combos.any(axis=1)
    assert cohort.at_entry(arrays).sum() == pytest.approx(1.0)
    assert cohort.at_entry(arrays)[harmed].sum() > arrays.joint[harmed].sum()
