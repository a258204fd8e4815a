"""How a draw's rates move from year to year by themselves, under every schedule of the draw alike.

`drift.<factor>.<year>` is a log multiplier of what a rate is on day 0, in year 0, 1, 2, ... of a run (year k: days
365.25 k up to 365.25 (k + 1)). Each factor is per unit of what flows in from upstream, so that they compose as hazards
do: when demand rises by a tenth and nothing else moves, everything downstream rises by a tenth.

- `demand`: referrals per child. In a run it multiplies the arrivals of families and the hazard of `closed.rereferral`
  and nothing else: `pathway.drift` says which exits each factor multiplies.
- `cp_starts`: CP plans started per referral. `care_starts`: starts of care per child open and not in care.
- `cin_ends`, `cp_ends`, `care_ends`: the hazard of leaving that makes the stock move as it does, ends per child-year:
  starts less the rise of the stock, over the mean stock. For CIN the starts move with demand alone, so that a change in
  how many referrals become episodes of need is here too: the stock in the model moves as stocks do.

Two go with them and multiply no rate, by the same movement: `drift.open.<year>`, the log of how many children are open
(in need) when the year begins, against day 0, and `drift.referred.<year>`, that of how fast referrals come then,
half-way between the years about it. Posts follow them. They are 0 in year 0.

The movement is that of `calibrate.reverting`, from the level of day 0 on: half a year's shock to the middle of year 0
in a flow, a whole one to the end of it in a stock, and a whole one a year after that. It is 0 in the middle: whether a
council stands above its own level, and may be expected to come down, is what `expected` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtri, stdtrit

from familyflow.calibrate.evidence import councils
from familyflow.calibrate.trends import hierarchy
from familyflow.calibrate.trends.forecast import TAILS
from familyflow.calibrate.trends.history import SERIES, panel
from familyflow.calibrate.trends.state_space import JUMP, restlessness
from familyflow.ground.draws import name_key, uniform
from familyflow.pathway.drift import BESIDE

if TYPE_CHECKING:
    from datetime import date

    from familyflow.calibrate.trends.hierarchy import Hierarchy
    from familyflow.calibrate.trends.history import Floats, Panel

FACTORS: Final = ("demand", "cin_ends", "cp_starts", "cp_ends", "care_starts", "care_ends")
MOST: Final = float(np.log(4))
"""No factor is above 4 or below 1/4: beyond, a council has changed what it records rather than how it works."""
_REFERRALS, _CIN_STARTS, _CIN, _CP_STARTS, _CP, _CARE_STARTS, _CARE = range(len(SERIES))
_STOCK: Final = np.array([each.stock for each in SERIES])
_LEAST_OPEN: Final = 0.1
_MARCH: Final = 3
_LAST_DAY: Final = 31
_HALF: Final = 0.5


@dataclass(frozen=True, eq=False)
class Standing:
    """Where one council stands on day 0, in the order of SERIES.

    `level` (S,): log count per child. `above` (S,): how far that is above the council's own level. `weights` (S, K): of
    each restlessness.
    """

    level: Floats
    above: Floats
    weights: Floats


def paths(authority: str, start: date, years: int, seed: int, draw: int) -> dict[str, float]:
    """Return a draw's log multipliers by name, `drift.<factor>.<year>` for years 0 to years - 1, and those BESIDE.

    Even about 0. The same for the same authority, start, seed and draw, whatever else is drawn; the first years are the
    same however many are asked for. `authority`: a council as councils.csv has it; one that is not there moves as a
    typical council does, as restless as any may be.
    """
    found, standing = _shipped(), stand(authority, start)
    return logs(standing.level, _moved(found, standing, years, _Luck(seed, draw, authority)))


def expected(authority: str, start: date, years: int) -> dict[str, float]:
    """Return by the same names how far they may be expected to come back to the council's own level after day 0.

    To be added to `paths` only where day 0's rates are those of the last published year: a target that is a mean of
    years has come back already. Nothing for an authority that is not in councils.csv.
    """
    standing = stand(authority, start)
    keep = _each(_shipped(), "keep")
    since = np.arange(years) + np.where(_STOCK, 1.0, _HALF)[:, None]
    return logs(standing.level, standing.above[:, None] * (keep[:, None] ** since - 1.0))


def logs(level: Floats, moved: Floats) -> dict[str, float]:
    """Return by name what movements of flows and stocks (S, years) from a level (S,) are in rates and children open."""
    rows = (*factors(level, moved), *_beside(moved))
    return {
        f"drift.{name}.{year}": float(value)
        for name, row in zip((*FACTORS, *BESIDE), rows, strict=True)
        for year, value in enumerate(row)
    }


@dataclass(frozen=True, slots=True)
class _Luck:
    """One draw's luck: numbers in (0, 1) by name."""

    seed: int
    draw: int
    authority: str

    def shared(self, name: str, count: int) -> Floats:
        """Return numbers that all councils of a draw share."""
        key = name_key(f"drift.{name}")
        return np.array([uniform(self.seed, self.draw, key, i, 0, 0) for i in range(count)])

    def own(self, name: str, count: int) -> Floats:
        """Return numbers of this council's own."""
        return self.shared(f"{self.authority}.{name}", count)


def _moved(found: Hierarchy, standing: Standing, years: int, luck: _Luck) -> Floats:
    """Draw how far each series is from its level of day 0, in logs (S, years): flows in a year, stocks at its end."""
    walk, shock, keep, jumps = (_each(found, name) for name in ("walk", "shock", "keep", "jumps"))
    restless, turned = _restless(found, standing, luck), np.linalg.cholesky(found.together)
    level, apart, typical = np.zeros((3, len(SERIES)))
    out = np.empty((len(SERIES), years))
    for year in range(years):
        part = np.where(_STOCK | (year > 0), 1.0, np.sqrt(_HALF))
        size = part * restless * np.where(luck.own(f"jump.{year}", len(SERIES)) < jumps, JUMP, 1.0)
        lasting, passing = (turned @ ndtri(luck.own(f"{name}.{year}", len(SERIES))) for name in ("walk", "shock"))
        heavy = stdtrit(TAILS, luck.shared(f"typical.{year}", len(SERIES))) / np.sqrt(TAILS / (TAILS - 2))
        typical = typical + part * found.shared * (turned @ heavy)
        level = level + walk * size * lasting
        apart = keep * apart + shock * size * passing
        out[:, year] = typical + level + apart
    return np.asarray(found.spreads(years) * out)


def _each(found: Hierarchy, name: str) -> Floats:
    """Return one number of the dynamics by series (S,)."""
    return np.array([getattr(each, name) for each in found.dynamics])


def _restless(found: Hierarchy, standing: Standing, luck: _Luck) -> Floats:
    """Draw how restless the council is in each series (S,), by what its past makes likely."""
    drawn = zip(found.dynamics, standing.weights, luck.own("restless", len(SERIES)), strict=True)
    return np.array(
        [restlessness(d.unevenness)[0][min(np.searchsorted(np.cumsum(w), u), len(w) - 1)] for d, w, u in drawn]
    )


def factors(level: Floats, moved: Floats) -> Floats:
    """Turn movements of flows and stocks (S, years) into those of rates, in the order of FACTORS, by the balance."""
    stocks = {i: np.exp(level[i] + np.concatenate([[0.0], moved[i]])) for i in (_CIN, _CP, _CARE)}
    starts = {i: np.exp(level[i] + moved[i]) for i in (_CP_STARTS, _CARE_STARTS)}
    starts[_CIN_STARTS] = np.exp(level[_CIN_STARTS] + moved[_REFERRALS])
    pairs = {_CIN: _CIN_STARTS, _CP: _CP_STARTS, _CARE: _CARE_STARTS}
    ends = {i: _ends(starts[j], stocks[i], float(np.exp(level[j] - level[i]))) for i, j in pairs.items()}
    rows = (
        moved[_REFERRALS],
        ends[_CIN],
        moved[_CP_STARTS] - moved[_REFERRALS],
        ends[_CP],
        moved[_CARE_STARTS] - _at_home(stocks[_CIN], stocks[_CARE]),
        ends[_CARE],
    )
    return np.asarray(np.clip(np.array(rows), -MOST, MOST))


def _beside(moved: Floats) -> Floats:
    """Return the logs of how many children are open and how fast referrals come as years begin, against day 0."""
    later = moved[_CIN, :-1], _middle(moved[_REFERRALS])
    return np.asarray(np.clip([[0.0, *each] for each in later], -MOST, MOST))


def _at_home(need: Floats, care: Floats) -> Floats:
    """Return the log of how many children are open and not in care, against day 0, by year."""
    # Where care outnumbers need, one of the two is recorded amiss: all who are open stand in.
    home = need - care if need[0] > care[0] else need
    return np.asarray(np.log(np.maximum(_middle(home) / home[0], _LEAST_OPEN)))


def _ends(starts: Floats, stock: Floats, hazard: float) -> Floats:
    """Return the log of the hazard of leaving that the balance asks for, against that of day 0, by year."""
    left = np.maximum(starts - np.diff(stock), 0.0) / _middle(stock)
    return np.asarray(np.log(np.maximum(left / hazard, np.exp(-MOST))))


def _middle(stock: Floats) -> Floats:
    """Return the mean of each two that follow each other, such as a year's stock from those at its ends."""
    return np.asarray((stock[1:] + stock[:-1]) / 2)


# ---------------------------------------------------------------- where a council stands


@cache
def _shipped() -> Hierarchy:
    return hierarchy.shipped()


@cache
def _councils() -> Panel:
    return panel(councils.table())


def stand(authority: str, start: date) -> Standing:
    """Say where a council stands on a date, by its figures up to then and the shipped hierarchy."""
    return _stand(authority, start.year - ((start.month, start.day) < (_MARCH, _LAST_DAY)))


@cache
def _stand(authority: str, year: int) -> Standing:
    found, every = _shipped(), _councils()
    year = min(max(year, found.years[0]), found.years[-1])
    typical = found.typical[:, found.years.index(year)]
    if authority not in every.places:
        weights = np.array([restlessness(each.unevenness)[1] for each in found.dynamics])
        return Standing(typical, np.zeros(len(SERIES)), weights)
    beliefs = found.beliefs(every.of([authority]).until(year))
    above = np.array([float((b.weights * b.apart).sum()) for b in beliefs])
    level = np.array([float((b.weights * b.level).sum()) for b in beliefs])
    return Standing(typical + level + above, above, np.array([b.weights[0] for b in beliefs]))
