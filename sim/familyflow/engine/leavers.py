"""Workers who leave: on which days, and which of a team's workers each time. Keyed by team and count."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from familyflow.engine.keys import LEAVERS, Purpose
from familyflow.ground.calendar import DAYS_PER_YEAR
from familyflow.ground.draws import exponential, uniform

if TYPE_CHECKING:
    from collections.abc import Sequence


def days(seed: int, replication: int, team: int, rows: Sequence[tuple[float, float]], horizon: float) -> list[float]:
    """Return the days before the horizon on which a worker leaves: a Poisson process with a stepped rate.

    `rows`: (day, leavers per year from then on), in order of day. The k-th leaver spends the k-th unit-exponential
    budget at that rate, so that teams of a size lose the same workers on the same days under every schedule.
    """
    found: list[float] = []
    budget = _budget(seed, replication, team, 0)
    for i, (since, per_year) in enumerate(rows):
        now, until = since, min(rows[i + 1][0] if i + 1 < len(rows) else inf, horizon)
        rate = per_year / DAYS_PER_YEAR
        while rate > 0 and budget <= rate * (until - now):
            now += budget / rate
            found.append(now)
            budget = _budget(seed, replication, team, len(found))
        budget -= rate * max(0.0, until - now)
    return found


def _budget(seed: int, replication: int, team: int, leaver: int) -> float:
    return exponential(seed, replication, LEAVERS + team, 0, int(Purpose.LEAVES), leaver)


def whose(seed: int, replication: int, team: int, leaver: int, workers: float) -> tuple[float, float]:
    """Return where the leaver's cases begin among a team's, between 0 and 1, and the share that they are."""
    first = uniform(seed, replication, LEAVERS + team, 0, int(Purpose.WHOSE_CASES), leaver)
    return first, 1 / max(workers, 1.0)


def parted(seed: int, replication: int, team: int, parting: int) -> float:
    """Return where the cases of those whom a reorganisation takes away begin among a team's, between 0 and 1."""
    return uniform(seed, replication, LEAVERS + team, 0, int(Purpose.PARTS), parting)
