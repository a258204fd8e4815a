from __future__ import annotations

from dataclasses import replace
from math import exp, log, sqrt
from typing import TYPE_CHECKING

import numpy as np
import pytest
from small_town import moved, values

from familyflow.calibrate.fit.parameters import NINETY, Unknown, kind_of_placement, list_unknowns, to_rates
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
def unknowns(arrays: Structure) -> tuple[Unknown, ...]:
    return list_unknowns(arrays, load("swindon").quantities)


def rates_at(arrays: Structure, unknowns: tuple[Unknown, ...], **logs: float) -> Rates:
    return to_rates(arrays, moved(arrays.values, {key.replace("__", "."): x for key, x in logs.items()}, unknowns))


def test_every_unknown_has_a_name_of_its_own_and_a_prior_with_some_width(unknowns: tuple[Unknown, ...]) -> None:
    assert len(unknowns) == len({u.name for u in unknowns})
    assert all(u.log(-1) < u.log(0) < u.log(1) for u in unknowns)


def test_at_the_prior_an_average_family_leaves_by_the_prior_shares(
    arrays: Structure, unknowns: tuple[Unknown, ...]
) -> None:
    found = rates_at(arrays, unknowns)
    for s, stage in enumerate(PATHWAY.stages):
        if stage.in_care or len(stage.exits) < 2:
            continue
        mean = arrays.ratio[s, : len(stage.exits)] @ arrays.joint
        taken = found.weights[s] if stage.kind is Kind.DECISION else found.base[s].sum(axis=1)
        shares = taken[: len(stage.exits)] * mean / (taken[: len(stage.exits)] * mean).sum()
        prior = np.array([arrays.values[f"{stage.kind.value}.{stage.name}.{e.name}"] for e in stage.exits])
        assert shares == pytest.approx(prior / prior.sum())


def test_an_unknown_moves_its_own_rate_by_its_log(arrays: Structure, unknowns: tuple[Unknown, ...]) -> None:
    before, after = rates_at(arrays, unknowns), rates_at(arrays, unknowns, pace__early_help=0.3, care__sgo=-0.7)
    s = PATHWAY.index["early_help"]
    assert after.base[s] == pytest.approx(before.base[s] * exp(0.3))
    s, e = arrays.locate("kinship.sgo")
    assert after.base[s, e] == pytest.approx(before.base[s, e] * exp(-0.7))
    np.testing.assert_array_equal(after.weights, before.weights)


def test_an_outcome_s_unknown_moves_its_odds(arrays: Structure, unknowns: tuple[Unknown, ...]) -> None:
    before, after = rates_at(arrays, unknowns), rates_at(arrays, unknowns, decision__referral__nfa=log(2))
    s = PATHWAY.index["referral"]
    odds = [found.weights[s, 0] / found.weights[s, 1] for found in (before, after)]
    assert odds[1] == pytest.approx(2 * odds[0])
    assert after.weights[s].sum() == pytest.approx(before.weights[s].sum())


def test_arrivals_begin_at_the_prior_of_the_population(arrays: Structure, unknowns: tuple[Unknown, ...]) -> None:
    found, children = rates_at(arrays, unknowns), arrays.values["population.children"]
    new, alone = (arrays.values[f"prior.arrivals.{source}"] for source in ("family", "unaccompanied"))
    assert found.arrivals[0] * arrays.mean_size * 365.25 == pytest.approx(new * children)
    assert found.arrivals[1] * 365.25 == pytest.approx(alone * children)


def test_every_unknown_has_a_prior_that_moves_it(arrays: Structure, unknowns: tuple[Unknown, ...]) -> None:
    before = rates_at(arrays, unknowns)
    for unknown in unknowns:
        given = values({unknown.prior: arrays.values[unknown.prior] * 1.1})
        after = to_rates(replace(arrays, values=given), given)
        differ = [
            not np.array_equal(getattr(before, part), getattr(after, part))
            for part in ("weights", "base", "arrivals", "placements")
        ]
        assert any(differ), unknown.name


def test_plans_end_in_the_bands_in_which_they_were_published_to_end(
    arrays: Structure, unknowns: tuple[Unknown, ...]
) -> None:
    found = rates_at(arrays, unknowns)
    s = PATHWAY.index["cp"]
    mean = arrays.ratio[s, :4] @ arrays.joint
    hazard = mean @ found.base[s, :4]
    left = np.concatenate([[1.0], np.exp(-np.cumsum(hazard[:-1] * np.diff(BAND_STARTS)))])
    ended = left - np.append(left[1:], 0.0)
    published = np.array([arrays.values[f"target.cp_ended_share_{band}"] for band in BANDS])
    assert ended == pytest.approx(published / published.sum(), abs=1e-6)


def test_plans_of_which_none_was_published_to_last_two_years_do_end(arrays: Structure) -> None:
    shares = dict(zip(BANDS, (0.2, 0.3, 0.4, 0.1, 0.0), strict=True))
    given = values({f"target.cp_ended_share_{band}": x for band, x in shares.items()})
    found = to_rates(replace(arrays, values=given), given)
    hazard = found.base[PATHWAY.index["cp"]].sum(axis=0)
    assert np.isfinite(hazard).all()
    assert (hazard > 0).all()


def test_all_fostering_is_one_kind_of_placement() -> None:
    kinds = {s.name: kind_of_placement(s.name) for s in PATHWAY.placements}
    assert {name for name, kind in kinds.items() if kind == "foster"} == {"kinship", "in_house_foster", "agency_foster"}
    assert kinds["residential"] == "residential"


def test_a_placement_that_no_child_of_an_age_is_in_stays_so(arrays: Structure, unknowns: tuple[Unknown, ...]) -> None:
    found = rates_at(arrays, unknowns, placement__supported=3.0)
    supported = [s.name for s in PATHWAY.placements].index("supported")
    assert found.placements[:2, supported].tolist() == [0.0, 0.0]
    assert found.placements.sum(axis=1) == pytest.approx(1.0)


def test_an_unknown_s_score_is_that_of_its_range() -> None:
    unknown = Unknown("pace", "prior.pace", Quantity(2.0, 1.0, 8.0, "ratio", "2020", "house", Status.ASSUMED))
    assert exp(unknown.log(0.0)) == pytest.approx(2.0)
    assert [exp(unknown.log(sign * NINETY / 2)) for sign in (-1, 1)] == pytest.approx([1.0, 8.0])
    assert [exp(unknown.log(sign * NINETY / 4)) for sign in (-1, 1)] == pytest.approx([sqrt(2.0), 4.0])
    assert pytest.approx(3.29, abs=0.01) == NINETY


def test_an_unknown_without_a_range_stays_what_it_is() -> None:
    exact = Unknown("pace", "prior.pace", Quantity(0.2, 0.2, 0.2, "ratio", "2020", "house", Status.ASSUMED))
    assert exact.log(-3.0) == exact.log(3.0) == log(0.2)


def test_plans_of_which_none_was_published_to_last_a_year_do_end() -> None:
    shares = dict(zip(BANDS, (0.2, 0.3, 0.5, 0.0, 0.0), strict=True))
    given = values({f"target.cp_ended_share_{band}": x for band, x in shares.items()})
    arrays = structure.build(PATHWAY, given)
    hazard = to_rates(arrays, given).base[PATHWAY.index["cp"]].sum(axis=0)
    assert np.isfinite(hazard).all()
    assert (hazard > 0).all()
