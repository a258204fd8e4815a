"""When families come: a Poisson process for each source, whose rate drifts from year to year.

The k-th family of a source spends the k-th unit-exponential budget at the rate of the day, so that under more demand
the same families come, sooner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from familyflow.engine.keys import ARRIVALS
from familyflow.ground.compiled import compiled
from familyflow.ground.draws import exponential

if TYPE_CHECKING:
    from familyflow.engine.drift import Drift
    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Floats


@compiled
def _gaps(seed: int, replication: int, entity: int, out: Floats) -> None:
    for i in range(len(out)):
        out[i] = exponential(seed, replication, entity, i, 1, 0)


def times(rates: Rates, drift: Drift, horizon: float, seed: int, replication: int) -> list[Floats]:
    """Return the days before the horizon on which families come, source by source, in order."""
    begun = drift.turns < horizon
    turns, multipliers = drift.turns[begun], drift.sources[:, begun]
    return [
        _come(float(rate), turns, pace, horizon, (seed, replication, ARRIVALS + 1 + source))
        for source, (rate, pace) in enumerate(zip(rates.arrivals, multipliers, strict=True))
    ]


def _come(rate: float, turns: Floats, pace: Floats, horizon: float, key: tuple[int, int, int]) -> Floats:
    """Return one source's days. `pace`: what multiplies its rate from each of the turns on."""
    clock = np.concatenate([[0.0], np.cumsum(pace * np.diff(turns, append=horizon))])
    most = rate * float(clock[-1])
    gaps = np.empty(int(most + 8 * np.sqrt(most) + 20))
    _gaps(*key, gaps)
    at_rate = np.cumsum(gaps) / rate if rate > 0 else np.empty(0)
    k = np.searchsorted(clock[1:-1], at_rate, side="right")
    days = turns[k] + (at_rate - clock[k]) / pace[k]
    return np.asarray(days[days < horizon])
