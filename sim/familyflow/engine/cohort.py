"""Care by cohort: what becomes, month by month until 18, of one child a day entering care."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import expm

from familyflow.engine.structure import STARTS, TO_CARE, TO_HOME
from familyflow.ground.compiled import compiled
from familyflow.pathway.care import ENTRY_AGES
from familyflow.pathway.people import AGE_BANDS, YEAR

if TYPE_CHECKING:
    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Floats, Ints, Structure

MONTHS = 216
STEP = YEAR / 12
AGES = np.arange(18, dtype=np.float64) + 0.5
CUTS = (0.0, 10.0, 16.0, 18.0)
"""Ages at which exits open or close."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """The fate of one child a day entering care; `_alone` for one unaccompanied child a day.

    `stock` (ages at entry, months, placements): children there on a day. `exits` (S, E): exits taken a day.
    `home_share`: the share who go home. `turned_18`: the share who leave by growing up.
    """

    stock: Floats
    stock_alone: Floats
    exits: Floats
    exits_alone: Floats
    home_share: float
    turned_18: float
    turned_18_alone: float


def follow(structure: Structure, rates: Rates) -> Cohort:
    """Follow entrants of each year of age by month, with hazards constant within bands and ages."""
    hazards = _hazards(structure, rates)
    staying, days = _operators(structure, hazards)
    from_families = entrants(rates, structure.age_shares)
    alone = entrants(rates, np.eye(len(AGE_BANDS))[-1])
    stock, exits, grown = _walk(structure, from_families, staying, days, hazards)
    stock_alone, exits_alone, grown_alone = _walk(structure, alone, staying, days, hazards)
    home = float(exits[structure.to == TO_HOME].sum())
    return Cohort(stock, stock_alone, exits, exits_alone, home, grown, grown_alone)


def entrants(rates: Rates, shares: Floats) -> Floats:
    """Return entrants by year of age and first placement; they sum to 1."""
    widths = np.array([high - low for _, low, high in AGE_BANDS])
    band = np.array([[low <= a < high for _, low, high in AGE_BANDS] for a in AGES]).argmax(axis=1)
    first = np.array([[low <= a < high for _, low, high in ENTRY_AGES] for a in AGES]).argmax(axis=1)
    placements = rates.placements / rates.placements.sum(axis=1, keepdims=True)
    return np.asarray((shares / widths)[band][:, None] * placements[first])


def at_entry(structure: Structure) -> Floats:
    """Return the share (C,) of children entering care by their parents' active harms, commoner there than at home."""
    weights = structure.joint * structure.ratio[structure.to == TO_CARE].mean(axis=0)
    return np.asarray(weights / weights.sum())


def _hazards(structure: Structure, rates: Rates) -> Floats:
    """Return hazards a day (bands, age cuts, placements, exits)."""
    at = [s for s, stage in enumerate(structure.pathway.stages) if stage.in_care]
    average = (rates.base * (structure.ratio @ at_entry(structure))[:, :, None])[at]
    low, high = structure.ages[at][:, :, 0], structure.ages[at][:, :, 1]
    ages = np.array(CUTS[:-1])[:, None, None]
    open_at = (low <= ages) & (ages < high)
    return np.asarray(np.einsum("peb,ape->bape", average, open_at))


def _moves(structure: Structure) -> Ints:
    """Return (placements, exits): the placement that an exit moves to, else -1."""
    at = [s for s, stage in enumerate(structure.pathway.stages) if stage.in_care]
    lookup = {s: p for p, s in enumerate(at)}
    return np.array([[lookup.get(int(to), -1) for to in structure.to[s]] for s in at])


def _operators(structure: Structure, hazards: Floats) -> tuple[Floats, Floats]:
    """Return a month's transition matrices and expected days, (bands, age cuts, placements, placements)."""
    places = hazards.shape[2]
    moves = _moves(structure)
    generator = -np.einsum("bape,pq->bapq", hazards, np.eye(places)) - 1e-12 * np.eye(places)
    for p, e in zip(*np.nonzero(moves >= 0), strict=True):
        generator[:, :, p, moves[p, e]] += hazards[:, :, p, e]
    staying = expm(generator * STEP)
    return staying, np.linalg.solve(generator, staying - np.eye(places))


def _walk(
    structure: Structure, entrants: Floats, staying: Floats, days: Floats, hazards: Floats
) -> tuple[Floats, Floats, float]:
    """Step the entrants month by month; return stock, exits taken and the share who turn 18 in care."""
    stock, taken, grown = _months(entrants, staying, days, hazards, AGES, np.array(CUTS), STARTS)
    exits = np.zeros(structure.to.shape)
    exits[[s.in_care for s in structure.pathway.stages]] = taken
    return stock, exits, grown


@compiled
def _months(
    entrants: Floats,
    staying: Floats,
    days: Floats,
    hazards: Floats,
    ages: Floats,
    cuts: Floats,
    starts: Floats,
) -> tuple[Floats, Floats, float]:
    """Follow each age at entry until 18; arguments as in `_operators`, ages in years, starts of bands in days."""
    places, exits = hazards.shape[2], hazards.shape[3]
    stock = np.zeros((len(ages), MONTHS, places))
    taken = np.zeros((places, exits))
    grown = 0.0
    for a in range(len(ages)):
        state = entrants[a].copy()
        if state.sum() == 0:
            continue
        for m in range(MONTHS):
            age = ages[a] + m / 12
            if age >= cuts[len(cuts) - 1]:
                break
            cut = np.searchsorted(cuts, age, side="right") - 1
            band = np.searchsorted(starts, m * STEP, side="right") - 1
            here = _through(state, days[band, cut])
            stock[a, m] = here
            for p in range(places):
                for e in range(exits):
                    taken[p, e] += here[p] * hazards[band, cut, p, e]
            state = _through(state, staying[band, cut])
        grown += state.sum()
    return stock, taken, grown


@compiled
def _through(state: Floats, matrix: Floats) -> Floats:
    """Multiply a row of a few numbers by a matrix, without a call to a library."""
    result = np.zeros(len(state))
    for p in range(len(state)):
        for q in range(len(state)):
            result[q] += state[p] * matrix[p, q]
    return result
