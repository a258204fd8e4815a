"""Made-up councils whose rates move in a known way."""

from __future__ import annotations

import numpy as np

from familyflow.calibrate.trends.history import SERIES, Panel
from familyflow.calibrate.trends.state_space import JUMP, Dynamics

YEARS = tuple(range(2013, 2025))
KNOWN = Dynamics(0.25, 0.0, 0.12, 0.75, 2.0, 0.2, 0.03)
TYPICAL = np.log([0.05, 0.04, 0.03, 0.006, 0.004, 0.003, 0.006])


def apart(given: Dynamics, places: int, years: int, seed: int) -> np.ndarray:
    """Live so many years of councils, (P, Y), from their long run on."""
    luck = np.random.default_rng(seed)
    restless = np.exp(given.unevenness * luck.standard_normal(places))
    level = given.level_spread * luck.standard_normal(places)
    off = given.shock * restless / np.sqrt(1 - given.keep**2) * luck.standard_normal(places)
    out = np.empty((places, years))
    for year in range(years):
        jump = np.where(luck.random((2, places)) < given.jumps, JUMP, 1.0)
        if year:
            off = given.keep * off + given.shock * restless * jump[0] * luck.standard_normal(places)
            level = level + given.walk * restless * jump[1] * luck.standard_normal(places)
        out[:, year] = level + off
    return out


def councils(places: int, seed: int, given: Dynamics = KNOWN) -> Panel:
    """Make a panel of councils with 20,000 to 200,000 children whose every series moves in the same known way."""
    luck = np.random.default_rng(seed)
    children = np.repeat(luck.uniform(2e4, 2e5, (places, 1)), len(YEARS), axis=1)
    counts = []
    for i, typical in enumerate(TYPICAL):
        mean = children * np.exp(typical + apart(given, places, len(YEARS), 100 * seed + i))
        noise = np.sqrt(given.sampling * mean) * luck.standard_normal(mean.shape)
        counts.append(np.maximum(np.round(mean + noise), 0))
    assert len(counts) == len(SERIES)
    return Panel(tuple(f"Made-up {i:03d}" for i in range(places)), YEARS, children, np.array(counts))
