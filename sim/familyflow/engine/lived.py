"""The effect that is lived: outcomes of families offered a programme, counted in a run's records.

The estimand, written once in docs/model.md: families who had a harm when they came, in areas whose plans a live team
works by the first day of the window; from that day until the horizon; the same families under no change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from familyflow.engine.records import NEW, Event
from familyflow.engine.structure import TO_CARE
from familyflow.pathway.effects import STARTS
from familyflow.scenario.vocabulary import KINDS

if TYPE_CHECKING:
    from familyflow.engine.ledger import Ledger
    from familyflow.engine.structure import Flags
    from familyflow.engine.world import World

WITH_HARMS = KINDS[1]
"""The kind of family to whom a programme is offered."""


@dataclass(frozen=True)
class Lived:
    """What families offered lived in a window: children entering care, and child-days and starts on plans by group."""

    care_entries: float
    days: dict[str, float]
    starts: dict[str, float]

    def outcome(self, name: str) -> float:
        """Return the outcome that an effect's ratio is of: entries to care, plans started, or mean days on plans."""
        if name.endswith(STARTS):
            return self.starts[name.removesuffix(STARTS)]
        return self.days[name] / self.starts[name] if name in self.days else self.care_entries


def offered(world: World, since: float) -> Flags:
    """Return which families (N,) are offered the programme of a run's schedule by a day."""
    start, live = world.start, {go.team for go in world.timeline.live if go.day <= since}
    groups = {stage.group for stage in start.structure.pathway.stages if stage.offers}
    served: dict[tuple[str, str], str] = {}
    for route in world.timeline.routes:
        if route.day <= since and route.group in groups and route.kind == WITH_HARMS:
            served[route.area, route.group] = route.team
    areas = [any(served.get((area, group)) in live for group in groups) for area in start.scenario.areas]
    return np.asarray((start.families.combo > 0) & np.array(areas)[start.families.area])


def outcomes(ledger: Ledger, families: Flags, since: float, until: float) -> Lived:
    """Return what some families lived from one day until another. `families` (N,)."""
    structure, log = ledger.world.start.structure, ledger.events
    mine = log[families[log["family"]] & (log["time"] < until)]
    entered, left = mine["event"] == Event.ENTER, mine["event"] == Event.LEAVE
    taken = mine[left & (mine["exit"] >= 0) & (mine["time"] >= since)]
    into_care = structure.to[taken["place"], taken["exit"]] == TO_CARE
    days, starts = {}, {}
    lasting = (until - np.maximum(mine["time"], since)) * mine["amount"]
    for group in dict.fromkeys(stage.group for stage in structure.pathway.stages if stage.offers):
        here = np.array([stage.group == group for stage in structure.pathway.stages])
        at = (entered | left) & here[np.minimum(mine["place"], len(here) - 1)]
        days[group] = float(lasting[at & entered].sum() - lasting[at & left].sum())
        begun = at & entered & (mine["exit"] == NEW) & (mine["time"] >= since)
        starts[group] = float(mine["amount"][begun].sum())
    return Lived(float(taken["amount"][into_care].sum()), days, starts)
