from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats
from small_town import begin, rates_for, scenario, values

from familyflow.engine import Start, balance, delivery, population, prepare
from familyflow.engine.keys import Purpose
from familyflow.engine.population import AT_HOME, Population
from familyflow.pathway import PATHWAY
from familyflow.pathway.stages import BANDS

if TYPE_CHECKING:
    from familyflow.engine.balance import Expectation

YEAR = 365.25
INDEX = PATHWAY.index


@pytest.fixture(scope="module")
def start() -> Start:
    """Return a town of half of Swindon: enough families that their shares can be seen."""
    return begin({"target.contacts": 3000.0}, size=0.5, years=2)


@pytest.fixture(scope="module")
def expected(start: Start) -> Expectation:
    return balance.expect(start.structure, start.rates, delivery.outside(start.structure))


def on_day_0(families: Population) -> np.ndarray:
    return np.asarray(families.arrives == 0)


def in_care(families: Population) -> np.ndarray:
    return np.asarray((families.placement != AT_HOME).any(axis=1))


@pytest.mark.parametrize(("cin", "cp", "care"), [(523, 130, 170), (7, 1, 3), (1, 9, 1)])
def test_day_0_has_exactly_the_published_children(cin: int, cp: int, care: int) -> None:
    published = {"snapshot.children_on_cin": cin, "snapshot.children_on_cp": cp, "snapshot.children_in_care": care}
    families = begin({key: float(count) for key, count in published.items()}).families
    now = on_day_0(families)
    for group, count in (("cin", cin), ("cp", cp)):
        stages = [INDEX[s.name] for s in PATHWAY.stages if s.group == group]
        assert families.size[now & np.isin(families.stage, stages) & ~in_care(families)].sum() == count
    assert (families.placement[now] != AT_HOME).sum() == care


def test_a_child_is_there_for_each_place_in_the_family_and_no_more(start: Start) -> None:
    children = ~np.isnan(start.families.born)
    np.testing.assert_array_equal(children.sum(axis=1), start.families.size)
    assert (children == (np.arange(6) < start.families.size[:, None])).all()
    assert not (start.families.placement[~children] != AT_HOME).any()


def test_families_who_arrive_have_the_published_sizes_and_ages(start: Start) -> None:
    families = start.families
    came = (families.arrives > 0) & (families.alone == 0)
    sizes = np.bincount(families.size[came], minlength=7)[1:]
    assert (
        stats.chisquare(sizes[:4], start.structure.sizes[:4] / start.structure.sizes[:4].sum() * sizes[:4].sum()).pvalue
        > 0.001
    )
    ages = (families.arrives[came][:, None] - families.born[came]) / YEAR
    bands = np.histogram(ages[~np.isnan(ages)], bins=[0, 1, 5, 10, 16, 18])[0]
    assert stats.chisquare(bands, start.structure.age_shares * bands.sum()).pvalue > 0.001


def test_families_who_arrive_have_the_joint_harms(start: Start) -> None:
    families = start.families
    came = (families.arrives > 0) & (families.alone == 0)
    share = start.structure.combos[families.combo[came]].mean(axis=0)
    expected = start.structure.joint @ start.structure.combos
    assert share == pytest.approx(expected, abs=3.5 * np.sqrt(0.25 / came.sum()))


def test_arrivals_are_poisson_in_number_and_even_in_time(start: Start) -> None:
    families = start.families
    came = np.sort(families.arrives[(families.arrives > 0) & (families.alone == 0)])
    rate = float(start.rates.arrivals[0])
    assert len(came) == pytest.approx(rate * start.horizon, abs=3.5 * np.sqrt(rate * start.horizon))
    assert stats.kstest(came / start.horizon, "uniform").pvalue > 0.001
    assert stats.kstest(np.diff(came), stats.expon(scale=1 / rate).cdf).pvalue > 0.001


def test_a_child_who_arrives_alone_is_16_or_17_has_no_harm_and_enters_care(start: Start) -> None:
    families = start.families
    alone = (families.alone == 1) & (families.arrives > 0)
    ages = (families.arrives[alone] - families.born[alone, 0]) / YEAR
    assert alone.sum() > 5
    assert (families.size[alone] == 1).all()
    assert (families.combo[alone] == 0).all()
    assert (families.placement[alone, 0] != AT_HOME).all()
    assert ages.min() >= 16
    assert ages.max() < 18


def test_unaccompanied_children_are_as_common_in_care_on_day_0_as_in_balance() -> None:
    given = values({"snapshot.children_in_care": 1500.0})
    named = rates_for(given)
    named["arrivals.unaccompanied"] *= 10
    begun = prepare(scenario(), given, named, 1, 0, 1)
    found = balance.expect(begun.structure, begun.rates, delivery.outside(begun.structure))
    share = found.alone * found.cohort.stock_alone.sum() / found.care_stock
    families = begun.families
    children = families.alone[on_day_0(families) & in_care(families)].sum()
    assert 0.2 < share < 0.8
    assert children / 1500 == pytest.approx(share, abs=3.5 * np.sqrt(share * (1 - share) / 1500))


def test_time_in_care_on_day_0_and_placements_are_those_of_the_balance(start: Start, expected: Expectation) -> None:
    families = start.families
    children = (families.placement != AT_HOME) & on_day_0(families)[:, None]
    stock = expected.entering * expected.cohort.stock + expected.alone * expected.cohort.stock_alone
    months = stock.sum(axis=(0, 2)) / stock.sum()
    mean = float((months * (np.arange(len(months)) + 0.5)).sum() * YEAR / 12)
    days = families.care_elapsed[children]
    assert days.mean() == pytest.approx(mean, abs=4.5 * days.std() / np.sqrt(len(days)))
    by_place = stock.sum(axis=(0, 1)) / stock.sum()
    places = [INDEX[s.name] for s in PATHWAY.placements]
    counted = np.array([(families.placement[children] == p).sum() for p in places]) / children.sum()
    assert counted == pytest.approx(by_place, abs=4.5 * np.sqrt(0.25 / children.sum()))


def test_children_in_care_on_day_0_are_under_18_and_turn_18_evenly() -> None:
    families = begin({"snapshot.children_in_care": 4000.0, "target.contacts": 500.0}).families
    children = (families.placement != AT_HOME) & on_day_0(families)[:, None]
    days_left = families.born[children] + 18 * YEAR
    assert days_left.min() > 0
    first_year = days_left[days_left < YEAR]
    assert (first_year < 7).mean() < 3 * 7 / YEAR


def test_nobody_was_in_care_before_birth(start: Start) -> None:
    families = start.families
    children = families.placement != AT_HOME
    assert (
        families.care_elapsed[children]
        <= np.tile(families.arrives[:, None], 6)[children] - families.born[children] + 1e-9
    ).all()


def test_time_on_plans_on_day_0_follows_the_balance(start: Start, expected: Expectation) -> None:
    families = start.families
    for group in ("cin", "early_help"):
        s = INDEX[group]
        mine = families.elapsed[on_day_0(families) & (families.stage == s)]
        by_band = np.histogram(mine, bins=[0.0, 91.3125, 182.625, 365.25, 730.5, np.inf])[0] / len(mine)
        share = expected.occupancy[s].sum(axis=1) / expected.occupancy[s].sum()
        assert by_band == pytest.approx(share, abs=4.5 * np.sqrt(0.25 / len(mine)))


def test_a_decision_under_way_on_day_0_has_days_left_and_a_plan_has_none_set(start: Start) -> None:
    families = start.families
    now = on_day_0(families) & ~in_care(families)
    deciding = start.structure.decision[np.where(now, families.stage, 0)] & now
    assert deciding.sum() > 20
    assert (families.residual[deciding] > 0).all()
    assert np.isnan(families.residual[~deciding]).all()


def test_what_is_left_of_a_decision_is_an_even_part_of_a_length_biased_time(start: Start) -> None:
    s, count = INDEX["assessment"], 20_000
    stage = np.full(count, s)
    keys = population.Keys(3, 0)
    u = keys.uniforms(count, Purpose.START_ELAPSED)
    left = population.residual(start.structure, stage, u, keys)
    law = stats.weibull_min(start.structure.shape[s], scale=start.structure.scale[s])
    # in equilibrium, what is left has density survival(t) / mean
    mean = law.moment(2) / (2 * law.mean())
    assert left.mean() == pytest.approx(mean, abs=3.5 * left.std() / np.sqrt(count))


def test_who_is_there_does_not_hang_on_how_long_the_run_is() -> None:
    one, two = (begin(size=0.03, years=years).families for years in (1, 2))
    known = on_day_0(one).sum()
    for name in ("size", "combo", "stage", "area", "elapsed"):
        np.testing.assert_array_equal(getattr(one, name)[:known], getattr(two, name)[:known])
    early = two.arrives[(two.arrives > 0) & (two.alone == 0) & (two.arrives < begin(size=0.03).horizon)]
    np.testing.assert_array_equal(one.arrives[(one.arrives > 0) & (one.alone == 0)], early)


def test_two_replications_have_families_of_their_own() -> None:
    given = values(size=0.03)
    named = rates_for(given)
    first, second = (prepare(scenario(), given, named, 1, k, 1).families for k in (0, 1))
    assert first.size[:50].tolist() != second.size[:50].tolist()


def test_a_group_that_nobody_can_be_in_is_empty_on_day_0() -> None:
    given = values(size=0.03)
    closed = [f"hazard.cin.early_help.{band}" for band in BANDS]
    closed += ["decision.contact.early_help", "decision.assessment.early_help"]
    named = rates_for(given) | dict.fromkeys(closed, 0.0)
    families = prepare(scenario(), given, named, 1, 0, 1).families
    assert not (families.stage == INDEX["early_help"]).any()
