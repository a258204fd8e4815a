"""The science, written once: how a stay is timed, which exit it takes, and what a decision decides.

Small compiled functions of plain numbers and arrays. Every interpreter of the pathway calls these.
The stay follows the modified next reaction method (Anderson 2007, J Chem Phys 127:214107): each exit has a
unit-exponential budget, spent at the exit's hazard; a change of hazard re-times the exit and draws nothing.
"""

from __future__ import annotations

from math import exp, inf, lgamma, log
from typing import TYPE_CHECKING

from familyflow.engine.keys import Purpose
from familyflow.ground.compiled import compiled
from familyflow.ground.draws import WORDS, fill_exponentials
from familyflow.pathway.people import ADULT

if TYPE_CHECKING:
    from typing import TypeAlias

    from familyflow.engine.structure import Flags, Floats

    Clock: TypeAlias = tuple[Floats, Floats]
    Since: TypeAlias = tuple[float, float]

BUDGET = int(Purpose.BUDGET)
A_MOMENT = 1e-9
"""Days, or years: what lies closer than this counts as now."""
BLOCKS = 4
"""Indices that the exits of one member's visit take, WORDS exits to an index."""
EXITS = BLOCKS * WORDS
"""Most exits of a stage: one more would share its draw with the first exit of the next member."""


@compiled
def under_way(edges: Floats, at: float) -> int:
    """Return which stretch is under way; `edges` holds where each begins, in order."""
    k = 0
    while k + 1 < len(edges) and edges[k + 1] <= at:
        k += 1
    return k


@compiled
def left_of(edges: Floats, k: int, at: float) -> float:
    """Return how long a stretch still lasts; the last never ends."""
    return float(edges[k + 1] - at) if k + 1 < len(edges) else inf


@compiled
def time_to_spend(  # noqa: PLR0913, PLR0917 - plain arguments: tuples handed on for each exit take three times as long
    hazards: Floats,
    drift: Floats,
    starts: Floats,
    turns: Floats,
    ratio: float,
    budget: float,
    elapsed: float,
    year: int,
    in_year: float,
) -> float:
    """Return the days until an exit's budget is spent, from `elapsed` days into the spell; inf if never.

    `hazards` holds one value per duration band, per day; `starts` the day on which each band begins. `drift` is what
    multiplies them from each of `turns`, days of the run, on; `year` is under way now and lasts `in_year` days more.
    """
    waited = 0.0
    for band in range(len(starts)):
        ends = starts[band + 1] if band + 1 < len(starts) else inf
        in_band = ends - max(elapsed, starts[band])
        while elapsed < ends and in_band > 0:
            rate = float(hazards[band] * ratio * drift[year])
            length = min(in_band, in_year)
            if rate > 0 and budget <= rate * length:
                return waited + budget / rate
            if length == inf:
                return inf
            budget -= rate * length
            waited += length
            in_band -= length
            in_year -= length
            if in_year == 0:
                year += 1
                in_year = left_of(turns, year, turns[year])
    return inf


@compiled
def soonest(
    hazards: Floats, drift: Floats, clock: Clock, ratios: Floats, budgets: Floats, since: Since
) -> tuple[float, int]:
    """Return the days until the first exit and that exit's index; (inf, -1) when none can happen.

    `hazards` is exits x bands, `drift` exits x years; `ratios` and `budgets` hold one value per exit. `clock`: the days
    of the spell on which bands begin, and the days of the run on which drift changes; `since`: days of each so far.
    """
    starts, turns = clock
    elapsed, now = since
    year = under_way(turns, now)
    in_year = left_of(turns, year, now)
    wait, chosen = inf, -1
    for e in range(len(budgets)):
        mine = time_to_spend(hazards[e], drift[e], starts, turns, ratios[e], budgets[e], elapsed, year, in_year)
        if mine < wait:
            wait, chosen = mine, e
    return wait, chosen


@compiled
def spent(  # noqa: PLR0913, PLR0917 - as above
    hazards: Floats,
    drift: Floats,
    starts: Floats,
    turns: Floats,
    ratio: float,
    elapsed: float,
    now: float,
    days: float,
) -> float:
    """Return how much of a budget `days` more in the stage use up: the hazard's integral. `now`: the day of the run."""
    until, day_0 = elapsed + days, elapsed - now
    total = 0.0
    for year in range(under_way(turns, now), len(turns)):
        begins = max(elapsed, turns[year] + day_0)
        if begins >= until:
            break
        stops = min(until, turns[year + 1] + day_0) if year + 1 < len(turns) else until
        for band in range(len(starts)):
            ends = starts[band + 1] if band + 1 < len(starts) else inf
            overlap = min(stops, ends) - max(begins, starts[band])
            if overlap > 0:
                total += hazards[band] * ratio * drift[year] * overlap
    return total


@compiled
def spend(
    hazards: Floats, drift: Floats, clock: Clock, ratios: Floats, budgets: Floats, since: Since, days: float
) -> None:
    """Take `days` of hazard from every exit's budget, in place; never below zero."""
    starts, turns = clock
    elapsed, now = since
    for e in range(len(budgets)):
        used = spent(hazards[e], drift[e], starts, turns, ratios[e], elapsed, now, days)
        budgets[e] = max(0.0, budgets[e] - used)


@compiled
def weigh(weights: Floats, drift: Floats, turns: Floats, now: float, out: Floats) -> None:
    """Turn ratios, in place, into the odds of a decision's outcomes, with the drift in force when it is made."""
    year = under_way(turns, now)
    for e in range(len(out)):
        out[e] *= weights[e] * drift[e, year]


@compiled
def draw_budgets(seed: int, replication: int, family: int, visit: int, member: int, out: Floats) -> None:
    """Fill in a unit-exponential budget for each exit of a visit, of the family (member 0) or of its member-th child.

    There are at most EXITS exits.
    """
    fill_exponentials(seed, replication, family, visit, BUDGET, member * BLOCKS, out)


@compiled
def choose(weights: Floats, u: float) -> int:
    """Return the index that u falls on when [0, 1) is shared out in proportion to the weights."""
    left = u * weights.sum()
    last = 0
    for i in range(len(weights)):
        if weights[i] > 0:
            last = i
            if left < weights[i]:
                return i
        left -= weights[i]
    return last


@compiled
def weibull(scale: float, shape: float, u: float) -> float:
    """Return the time at which a Weibull survival curve has fallen to u."""
    return float(scale * (-log(u)) ** (1.0 / shape))


@compiled
def weibull_scale(mean: float, shape: float) -> float:
    """Return the scale at which a Weibull time has this mean."""
    return mean / exp(lgamma(1.0 + 1.0 / shape))


@compiled
def binomial(trials: int, share: float, u: float) -> int:
    """Return the number of successes at probability u, by walking up the distribution."""
    if share <= 0.0:
        return 0
    if share >= 1.0:
        return trials
    term = (1.0 - share) ** trials
    total, k = term, 0
    while total < u and k < trials:
        term *= (trials - k) / (k + 1.0) * share / (1.0 - share)
        k += 1
        total += term
    return k


@compiled
def pace(now: float, stalled_until: float, settled_at: float, ratio: float) -> float:
    """Return what a change of worker leaves of a case's pace: nothing while it stalls, `ratio` until it is settled."""
    if now >= settled_at - A_MOMENT:
        return 1.0
    return 0.0 if now < stalled_until - A_MOMENT else ratio


@compiled
def next_pace(now: float, stalled_until: float, settled_at: float) -> float:
    """Return the day on which that pace changes next by itself; inf if never."""
    if now + A_MOMENT < stalled_until:
        return stalled_until
    return settled_at if now + A_MOMENT < settled_at else inf


@compiled
def compose(harms: Floats, practice: Floats, improves: Flags, progress: float, waits: float, out: Floats) -> None:
    """Fill in what multiplies the hazard or odds of each exit: harms, practice, and progress where it improves.

    `waits`: what multiplies those that do not improve, for a family that waits for a worker; 1 for others.
    """
    for e in range(len(out)):
        out[e] = harms[e] * practice[e] * (progress if improves[e] else waits)


@compiled
def of_age(ages: Floats, age: float, out: Floats) -> None:
    """Close, in place, the exits whose ages (exits, from and below) a child is not of."""
    for e in range(len(out)):
        if not ages[e, 0] <= age + A_MOMENT < ages[e, 1]:
            out[e] = 0.0


@compiled
def next_age(ages: Floats, age: float) -> float:
    """Return the age in years at which an exit next opens or closes, or adulthood."""
    found = ADULT
    for e in range(len(ages)):
        for k in range(2):
            if age + A_MOMENT < ages[e, k] < found:
                found = ages[e, k]
    return found


@compiled
def entry_row(age: float, entry_ages: Floats) -> int:
    """Return the row of ages at entry (from, below) in which a child is; the last for whoever is older."""
    for row in range(len(entry_ages)):
        if entry_ages[row, 0] <= age < entry_ages[row, 1]:
            return row
    return len(entry_ages) - 1


@compiled
def pressure(load: float, target: float, exponent: float) -> float:
    """Return how far a caseload above the target slows what improves."""
    return float(min(1.0, (target / max(load, A_MOMENT)) ** exponent))
