"""The value of partial information in a model that others have published.

The model of two treatments in nineteen inputs is that of Brennan, Kharroubi, O'Hagan and Chilcott (2007), Medical
Decision Making 27, 448-470, with the correlations of Strong and Oakley (2013), Medical Decision Making 33, 755-766. Its
mean net benefits are GBP 5,057.00 and 5,584.80. What each group is worth is worked out here from the conditional means.
"""

from __future__ import annotations

from math import erf, exp, pi, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from familyflow.economics import value_of_information

MEANS = (1000, 0.1, 5.2, 400, 0.7, 0.3, 3, 0.25, -0.1, 0.5, 1500, 0.08, 6.1, 0.8, 0.3, 3, 0.2, -0.1, 0.5)
SPREADS = (1, 0.02, 1, 200, 0.1, 0.1, 0.5, 0.1, 0.02, 0.2, 1, 0.02, 1, 0.1, 0.05, 1, 0.05, 0.02, 0.2)
TOGETHER = ((5, 7, 14, 16), (6, 15))
"""Inputs that go together, by the numbers of the papers."""
CORRELATION = 0.6
WORTH = 10_000.0
"""GBP for a year of full health."""
GAIN = 5584.80 - 5057.00
DRAWS = 5_000


@pytest.fixture(scope="module")
def inputs() -> np.ndarray:
    """Draw the inputs (D, 19)."""
    correlation = np.eye(len(MEANS))
    for group in TOGETHER:
        places = np.array(group) - 1
        correlation[np.ix_(places, places)] = CORRELATION
    np.fill_diagonal(correlation, 1.0)
    scores = np.random.default_rng(7).standard_normal((DRAWS, len(MEANS)))
    made: np.ndarray = np.array(MEANS) + np.array(SPREADS) * (scores @ np.linalg.cholesky(correlation).T)
    return made


@pytest.fixture(scope="module")
def benefits(inputs: np.ndarray) -> np.ndarray:
    """Give the net benefits (D, 2)."""
    t = dict(enumerate(inputs.T, 1))
    old = WORTH * (t[5] * t[6] * t[7] + t[8] * t[9] * t[10]) - (t[1] + t[2] * t[3] * t[4])
    new = WORTH * (t[14] * t[15] * t[16] + t[17] * t[18] * t[19]) - (t[11] + t[12] * t[13] * t[4])
    return np.column_stack([old, new])


def loss(mean: float, spread: float) -> float:
    """Give what knowing a normal benefit against nought is worth."""
    z = abs(mean) / spread
    return spread * (exp(-z * z / 2) / sqrt(2 * pi) - z * (1 - erf(z / sqrt(2))) / 2)


def of_pair(known: tuple[float, float]) -> float:
    """Integrate what knowing responders (5 and 14) or durations (7 and 16) of both treatments is worth.

    `known`: 1 and 0 for responders, 0 and 1 for durations. The scores u and v of the two are known, and those of the
    other two are then 0.6 / 1.6 x (u + v) on average, so the gain is a quadratic in u and v.
    """
    scores = np.array([NormalDist().inv_cdf((i + 0.5) / 801) for i in range(801)])
    u, free = np.meshgrid(scores, scores)
    v = CORRELATION * u + sqrt(1 - CORRELATION**2) * free
    shared = CORRELATION / (1 + CORRELATION) * (u + v)
    old, new = ([score if each else shared for each in known] for score in (u, v))
    healthy = (0.8 + 0.1 * new[0]) * (3 + 1.0 * new[1]) - (0.7 + 0.1 * old[0]) * (3 + 0.5 * old[1])
    gain = GAIN + WORTH * 0.3 * (healthy - healthy.mean())
    return float(np.maximum(gain, 0.0).mean() - GAIN)


def of_utilities() -> float:
    """Give what knowing utilities (6 and 15) is worth: given them the gain is a line, so it is normal."""
    new, old = WORTH * (0.8 * 3 + 0.06) * 0.05, WORTH * (0.7 * 3 + 0.03) * 0.1
    return loss(GAIN, sqrt(new**2 + old**2 - 2 * CORRELATION * new * old))


def test_mean_net_benefits_are_those_published(benefits: np.ndarray) -> None:
    errors = benefits.std(axis=0) / sqrt(DRAWS)
    assert (np.abs(benefits.mean(axis=0) - (5057.00, 5584.80)) < 3 * errors).all()


@pytest.mark.parametrize(
    ("group", "expected"),
    [((5, 14), of_pair((1, 0))), ((7, 16), of_pair((0, 1))), ((6, 15), of_utilities())],
    ids=["responders", "durations", "utilities"],
)
def test_a_group_of_a_published_model_is_worth_what_its_conditional_means_say(
    inputs: np.ndarray, benefits: np.ndarray, group: tuple[int, int], expected: float
) -> None:
    found = value_of_information.evppi(benefits, inputs[:, np.array(group) - 1])
    assert found.error < expected / 8
    assert found.value == pytest.approx(expected, abs=2 * found.error)


def test_the_inputs_of_that_model_that_hardly_matter_are_not_told(inputs: np.ndarray, benefits: np.ndarray) -> None:
    assert not value_of_information.evppi(benefits, inputs[:, [0, 9, 10, 18]]).told
