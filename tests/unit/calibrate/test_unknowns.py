from __future__ import annotations

from dataclasses import replace
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
import pytest
from small_town import values

from familyflow.calibrate.unknowns import (
    NINETY,
    SMALLEST,
    kind_of_placement,
    list_unknowns,
    spread_of,
    to_rates,
)
from familyflow.engine import structure
from familyflow.ground.quantity import Quantity, Status
from familyflow.pathway import PATHWAY
from familyflow.pathway.stages import BAND_STARTS, BANDS, Kind
from familyflow.scenario import load

if TYPE_CHECKING:
    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Structure


@pytest.fixture(scope="module")
def arrays() -> Structure:
    return structure.build(PATHWAY, values())


@pytest.fixture(scope="module")
def names(arrays: Structure) -> list[str]:
    return [u.name for u in list_unknowns(arrays, load("swindon").quantities)]


def rates_at(arrays: Structure, names: list[str], **moved: float) -> Rates:
    logs = dict.fromkeys(names, 0.0) | {key.replace("__", "."): x for key, x in moved.items()}
    return to_rates(arrays, arrays.values, logs)


def test_every_unknown_has_a_name_of_its_own_and_a_prior_with_some_width(arrays: Structure, names: list[str]) -> None:
    assert len(names) == len(set(names))
    assert all(u.spread > 0 for u in list_unknowns(arrays, load("swindon").quantities))


def test_at_the_prior_an_average_family_leaves_by_the_prior_shares(arrays: Structure, names: list[str]) -> None:
    found = rates_at(arrays, names)
    for s, stage in enumerate(PATHWAY.stages):
        if stage.in_care or len(stage.exits) < 2:
            continue
        mean = arrays.ratio[s, : len(stage.exits)] @ arrays.joint
        taken = found.weights[s] if stage.kind is Kind.DECISION else found.base[s].sum(axis=1)
        shares = taken[: len(stage.exits)] * mean / (taken[: len(stage.exits)] * mean).sum()
        prior = np.array([arrays.values[f"{stage.kind.value}.{stage.name}.{e.name}"] for e in stage.exits])
        assert shares == pytest.approx(prior / prior.sum())


def test_an_unknown_moves_its_own_rate_by_its_log(arrays: Structure, names: list[str]) -> None:
    before, after = rates_at(arrays, names), rates_at(arrays, names, pace__early_help=0.3, care__sgo=-0.7)
    s = PATHWAY.index["early_help"]
    assert after.base[s] == pytest.approx(before.base[s] * exp(0.3))
    s, e = arrays.locate("kinship.sgo")
    assert after.base[s, e] == pytest.approx(before.base[s, e] * exp(-0.7))
    np.testing.assert_array_equal(after.weights, before.weights)


def test_an_outcome_s_unknown_moves_its_odds(arrays: Structure, names: list[str]) -> None:
    before, after = rates_at(arrays, names), rates_at(arrays, names, decision__referral__nfa=log(2))
    s = PATHWAY.index["referral"]
    odds = [found.weights[s, 0] / found.weights[s, 1] for found in (before, after)]
    assert odds[1] == pytest.approx(2 * odds[0])
    assert after.weights[s].sum() == pytest.approx(before.weights[s].sum())


def test_arrivals_begin_at_the_prior_of_the_population(arrays: Structure, names: list[str]) -> None:
    found, children = rates_at(arrays, names), arrays.values["population.children"]
    new, alone = (arrays.values[f"prior.arrivals.{source}"] for source in ("family", "unaccompanied"))
    assert found.arrivals[0] * arrays.mean_size * 365.25 == pytest.approx(new * children)
    assert found.arrivals[1] * 365.25 == pytest.approx(alone * children)


def test_every_unknown_has_a_prior_that_moves_it(arrays: Structure, names: list[str]) -> None:
    before = rates_at(arrays, names)
    for unknown in list_unknowns(arrays, load("swindon").quantities):
        given = values({unknown.prior: arrays.values[unknown.prior] * 1.1})
        after = to_rates(replace(arrays, values=given), given, dict.fromkeys(names, 0.0))
        moved = [
            not np.array_equal(getattr(before, part), getattr(after, part))
            for part in ("weights", "base", "arrivals", "placements")
        ]
        assert any(moved), unknown.name


def test_plans_end_in_the_bands_in_which_they_were_published_to_end(arrays: Structure, names: list[str]) -> None:
    found = rates_at(arrays, names)
    s = PATHWAY.index["cp"]
    mean = arrays.ratio[s, :4] @ arrays.joint
    hazard = mean @ found.base[s, :4]
    left = np.concatenate([[1.0], np.exp(-np.cumsum(hazard[:-1] * np.diff(BAND_STARTS)))])
    ended = left - np.append(left[1:], 0.0)
    published = np.array([arrays.values[f"target.cp_ended_share_{band}"] for band in BANDS])
    assert ended == pytest.approx(published / published.sum(), abs=1e-6)


def test_plans_of_which_none_was_published_to_last_two_years_do_end(arrays: Structure, names: list[str]) -> None:
    shares = dict(zip(BANDS, (0.2, 0.3, 0.4, 0.1, 0.0), strict=True))
    given = values({f"target.cp_ended_share_{band}": x for band, x in shares.items()})
    found = to_rates(replace(arrays, values=given), given, dict.fromkeys(names, 0.0))
    hazard = found.base[PATHWAY.index["cp"]].sum(axis=0)
    assert np.isfinite(hazard).all()
    assert (hazard > 0).all()


def test_all_fostering_is_one_kind_of_placement() -> None:
    kinds = {s.name: kind_of_placement(s.name) for s in PATHWAY.placements}
    assert {name for name, kind in kinds.items() if kind == "foster"} == {"kinship", "in_house_foster", "agency_foster"}
    assert kinds["residential"] == "residential"


def test_a_placement_that_no_child_of_an_age_is_in_stays_so(arrays: Structure, names: list[str]) -> None:
    found = rates_at(arrays, names, placement__supported=3.0)
    supported = [s.name for s in PATHWAY.placements].index("supported")
    assert found.placements[:2, supported].tolist() == [0.0, 0.0]
    assert found.placements.sum(axis=1) == pytest.approx(1.0)


def test_a_range_of_90_percent_is_a_normal_s() -> None:
    quantity = Quantity(0.2, 0.1, 0.4, "share", "2020", "house", Status.ASSUMED)
    assert spread_of(quantity) == pytest.approx(log(4) / NINETY)
    assert pytest.approx(3.29, abs=0.01) == NINETY
    exact = replace(quantity, low=0.2, high=0.2)
    assert spread_of(exact) == SMALLEST


def test_plans_of_which_none_was_published_to_last_a_year_do_end() -> None:
    shares = dict(zip(BANDS, (0.2, 0.3, 0.5, 0.0, 0.0), strict=True))
    given = values({f"target.cp_ended_share_{band}": x for band, x in shares.items()})
    arrays = structure.build(PATHWAY, given)
    names = [u.name for u in list_unknowns(arrays, load("swindon").quantities)]
    hazard = to_rates(arrays, given, dict.fromkeys(names, 0.0)).base[PATHWAY.index["cp"]].sum(axis=0)
    assert np.isfinite(hazard).all()
    assert (hazard > 0).all()
