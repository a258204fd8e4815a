"""Families known on day 0 to whom nothing happens before the horizon: they need no life, and are most of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from familyflow.engine import rules
from familyflow.engine.keys import visit_key
from familyflow.engine.structure import STARTS
from familyflow.ground.compiled import compiled
from familyflow.pathway.people import ADULT, YEAR

if TYPE_CHECKING:
    from familyflow.engine.drift import Drift
    from familyflow.engine.population import Keys, Population
    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Flags, Floats, Ints, Structure


def asleep(
    structure: Structure, rates: Rates, drift: Drift, ratio: Floats, families: Population, horizon: float, keys: Keys
) -> Flags:
    """Return which families (N,) sleep: no open work, no child who turns 18, and no exit before the horizon.

    Nothing but drift can change their hazards meanwhile. `ratio` (S, C, E): what harms do to each exit.
    """
    quiet = np.append(~structure.decision & (structure.priority < 0), False)[families.stage]
    oldest = np.fmin.reduce(families.born, axis=1)
    calm = quiet & (families.arrives == 0) & (oldest + ADULT * YEAR >= horizon)
    visits = np.array([visit_key(s, 0) for s in range(len(structure.pathway.stages))])
    found: Flags = calm.copy()
    stay = np.column_stack([families.stage, families.combo])
    start = (rates.base, drift.exits, drift.turns, ratio)
    _wake(found, (keys.seed, keys.replication, horizon), visits, start, stay, families.elapsed)
    return found


@compiled
def _wake(
    calm: Flags,
    keys: tuple[int, int, float],
    visits: Ints,
    start: tuple[Floats, Floats, Floats, Floats],
    stay: Ints,
    elapsed: Floats,
) -> None:
    """Take out, in place, the families of whom an exit falls due before the horizon. `stay`: stage and combination."""
    seed, replication, horizon = keys
    base, drift, turns, ratio = start
    budgets = np.empty(base.shape[1])
    for i in range(len(calm)):
        if calm[i]:
            s, combo = stay[i]
            rules.draw_budgets(seed, replication, i, visits[s], 0, budgets)
            wait, _ = rules.soonest(base[s], drift[s], (STARTS, turns), ratio[s, combo], budgets, (elapsed[i], 0.0))
            calm[i] = wait >= horizon
