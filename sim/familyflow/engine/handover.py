"""Changes of worker: what one costs a case, and the pace of cases between them.

Published durations were lived with the turnover of their day. So that a run with that turnover has those durations
again, cases between changes of worker go faster than published by as much as a change then costs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from familyflow.ground.calendar import DAYS_PER_MONTH, DAYS_PER_WEEK, DAYS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from familyflow.engine.structure import Floats, Structure
    from familyflow.scenario.model import Team
    from familyflow.scenario.timeline import Timeline

SETTLING_DAYS = 3 * DAYS_PER_MONTH
"""How long a new worker's cases go at `staff.worker_change_ratio` of their pace, once they have been taken up."""


@dataclass(frozen=True)
class Handover:
    """What a change of worker does: nothing moves for `stall` days, then all at `ratio` of its pace for a while."""

    stall: float
    ratio: float

    @property
    def lost(self) -> float:
        """Days of a plan's progress that one change costs."""
        return self.stall + (1 - self.ratio) * SETTLING_DAYS


def cost(values: Mapping[str, float]) -> Handover:
    """Return what a change of worker costs in this draw."""
    return Handover(values["staff.handover_stall_weeks"] * DAYS_PER_WEEK, values["staff.worker_change_ratio"])


@dataclass(frozen=True, eq=False)
class Between:
    """The pace of cases between changes of worker: (S,) of what improves, and of times to a decision."""

    pace: Floats
    time: Floats


def between(structure: Structure, teams: Iterable[Team], as_is: Timeline) -> Between:
    """Return the pace at which, with the turnover of day 0, durations are those published."""
    each, yearly = cost(structure.values), _changes(structure, teams, as_is) / DAYS_PER_YEAR
    return Between(
        pace=np.where(structure.decision, 1.0, 1 / (1 - yearly * each.lost)),
        time=np.where(structure.decision, 1 - yearly * each.stall, 1.0),
    )


def _changes(structure: Structure, teams: Iterable[Team], as_is: Timeline) -> Floats:
    """Return how often a case of each stage changes worker, a year, with the teams of day 0: (S,)."""
    leavers, workers = np.zeros((2, len(structure.pathway.groups)))
    for team in teams:
        groups = [structure.pathway.groups.index(g) for g in team.stages]
        leavers[groups] += sum(row.per_year for row in as_is.leavers if row.team == team.name)
        workers[groups] += sum(row.fte for row in as_is.staff if row.team == team.name)
    yearly = np.divide(leavers, workers, out=np.zeros_like(leavers), where=workers > 0)
    held = (structure.priority >= 0) | [s.in_care for s in structure.pathway.stages]
    return np.where(held, yearly[structure.group], 0.0)
