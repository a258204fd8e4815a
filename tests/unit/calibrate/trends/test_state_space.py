from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from councils_like import KNOWN, YEARS, apart
from scipy.stats import multivariate_normal

from familyflow.calibrate.trends.state_space import Dynamics, Variant, believe, fitted, restlessness

CALM = Dynamics(0.3, 0.05, 0.1, 0.6, 2.0, 1e-9, 0.0)
"""Without jumps and alike in restlessness: the filter is then a plain Kalman filter."""


def covariance(given: Dynamics, noise: np.ndarray) -> np.ndarray:
    """Write out the covariance of a council's years: level, random walk, fading shocks, and sampling."""
    years = np.arange(len(noise))
    early = np.minimum(years[:, None], years)
    apart_in_years = np.abs(years[:, None] - years)
    fading = given.shock**2 / (1 - given.keep**2) * given.keep**apart_in_years
    made: np.ndarray = given.level_spread**2 + given.walk**2 * early + fading + np.diag(noise)
    return made


def test_without_jumps_the_likelihood_is_that_of_the_joint_normal() -> None:
    counts = np.array([[40.0, 55.0, 70.0, 60.0, 80.0, 75.0]])
    v = np.array([[0.1, -0.2, 0.05, 0.3, 0.25, 0.1]])
    found = believe(CALM, v, counts, fade=1.0)
    joint = covariance(CALM, CALM.sampling / (counts[0] + 0.5))
    assert found.likelihood[0] == pytest.approx(multivariate_normal(cov=joint).logpdf(v[0]), abs=1e-6)


def test_without_jumps_the_belief_is_the_conditional_normal_and_gaps_are_bridged() -> None:
    counts, v = np.full((1, 5), 50.0), np.array([[0.1, np.nan, 0.2, 0.4, np.nan]])
    found = believe(CALM, v, counts, fade=1.0)
    joint, seen = covariance(CALM, np.zeros(5)), [0, 2, 3]
    noise = np.diag(np.full(3, CALM.sampling / 50.5))
    gain = joint[4, seen] @ np.linalg.inv(joint[np.ix_(seen, seen)] + noise)
    assert found.level[0] + found.apart[0] == pytest.approx(gain @ v[0, seen], abs=1e-6)
    spread = found.var_level + 2 * found.covariance + found.var_apart
    assert spread[0] == pytest.approx(joint[4, 4] - gain @ joint[seen, 4], abs=1e-6)


def test_a_council_without_figures_is_believed_to_be_as_any() -> None:
    found = believe(KNOWN, np.full((1, 6), np.nan), np.full((1, 6), np.nan))
    factors, prior = restlessness(KNOWN.unevenness)
    assert found.likelihood[0] == pytest.approx(0.0, abs=1e-9)
    assert found.weights[0] == pytest.approx(prior)
    assert found.level[0] == pytest.approx(0.0)
    jumped = 1 + KNOWN.jumps * 8
    lasting = KNOWN.shock**2 * factors**2 / (1 - KNOWN.keep**2)
    grown = lasting * (KNOWN.keep**10 + jumped * (1 - KNOWN.keep**10))
    assert found.var_apart[0] == pytest.approx(grown)


def test_one_jump_is_weighed_as_two_cases_are_by_bayes() -> None:
    given = replace(CALM, jumps=0.2, walk=0.0)
    counts, v = np.full((1, 2), 1e9), np.array([[0.0, 0.9]])
    found = believe(given, v, counts, fade=1.0)
    lasting = given.shock**2 / (1 - given.keep**2)
    parts = []
    for chance, size in ((0.8, 1.0), (0.2, 9.0)):
        later = given.keep**2 * lasting + given.shock**2 * size
        cov = given.level_spread**2 + np.array([[lasting, given.keep * lasting], [given.keep * lasting, later]])
        parts.append(chance * multivariate_normal(cov=cov).pdf(v[0]))
    assert found.likelihood[0] == pytest.approx(np.log(sum(parts)), abs=1e-6)


def test_a_restless_council_is_known_by_its_past() -> None:
    years = len(YEARS)
    calm, wild = apart(replace(KNOWN, shock=0.04), 1, years, 5), apart(replace(KNOWN, shock=0.5), 1, years, 5)
    given = replace(KNOWN, unevenness=0.5)
    weights = believe(given, np.concatenate([calm, wild]), np.full((2, years), 1e6)).weights
    factors, _ = restlessness(given.unevenness)
    assert weights[0] @ factors < 0.8
    assert weights[1] @ factors > 1.5


def test_known_dynamics_of_made_up_councils_are_recovered() -> None:
    counts = np.full((400, len(YEARS)), 300.0)
    v = apart(KNOWN, 400, len(YEARS), 8)
    v = v + np.sqrt(KNOWN.sampling / 300.5) * np.random.default_rng(8).standard_normal(v.shape)
    found = fitted(v, counts, 2.0)
    assert found.shock == pytest.approx(KNOWN.shock, rel=0.15)
    assert found.keep == pytest.approx(KNOWN.keep, abs=0.1)
    assert found.level_spread == pytest.approx(KNOWN.level_spread, rel=0.2)
    assert found.unevenness == pytest.approx(KNOWN.unevenness, abs=0.12)
    assert found.sampling == pytest.approx(KNOWN.sampling, rel=0.4)
    assert found.walk == 0.0


def test_lasting_shocks_are_recovered_where_councils_walk() -> None:
    given = replace(KNOWN, walk=0.12, shock=0.06, keep=0.0, level_spread=0.2)
    v = apart(given, 400, len(YEARS), 9)
    found = fitted(v, np.full(v.shape, 1e5), 2.0, Variant(walks=True, keeps=False))
    assert found.walk == pytest.approx(given.walk, rel=0.15)
    assert found.keep == 0.0
