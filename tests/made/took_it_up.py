"""Made-up councils of which some took a programme up, with a planted change or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from councils_like import KNOWN, TYPICAL, YEARS, councils

from familyflow.calibrate.trends.adopters import Adopter, Study
from familyflow.calibrate.trends.departures import ahead
from familyflow.calibrate.trends.hierarchy import Hierarchy
from familyflow.calibrate.trends.history import SERIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from familyflow.calibrate.trends.departures import Forecast
    from familyflow.calibrate.trends.history import Panel

STARTS = [date(2017, 6, 1), date(2018, 9, 1), date(2019, 4, 1)]
ORIGINS = range(2015, 2020)
CARE = [each.name for each in SERIES].index("care_starts")


def truth() -> Hierarchy:
    """Return what made-up councils have in common, as it is."""
    many = len(SERIES)
    still = np.repeat(TYPICAL[:, None], len(YEARS), axis=1)
    return Hierarchy(
        YEARS, (KNOWN,) * many, still, TYPICAL, np.zeros(many), np.zeros(many), np.eye(many), np.ones((many, 1))
    )


@cache
def world(seed: int) -> tuple[Panel, Mapping[int, Forecast]]:
    """Make a hundred councils, and forecasts of them."""
    known = councils(100, seed)
    return known, {origin: ahead(truth(), known, origin) for origin in ORIGINS}


def study(seed: int, places: Sequence[int], ratio: float = 1.0) -> Study:
    """Let some councils take it up, from three dates on in turn, after which care starts are so many times as many."""
    known, forecasts = world(seed)
    began = [STARTS[i % len(STARTS)] for i in range(len(places))]
    took = [
        Adopter(known.places[place], "Made-up", "own", day, day, "made_up", "assumed", "")
        for place, day in zip(places, began, strict=True)
    ]
    return Study(planted(known, took, ratio), tuple(took), forecasts)


def planted(known: Panel, took: Sequence[Adopter], ratio: float) -> Panel:
    """Multiply care starts after each adopter's origin, to whole children."""
    counts = known.counts.copy()
    for each in took:
        after = np.array(known.years) > each.origin
        place = known.places.index(each.council)
        counts[CARE, place, after] = np.round(counts[CARE, place, after] * ratio)
    return replace(known, counts=counts)
