"""The families of one draw: those known on day 0, exactly as many children as published, and those who come later.

Nobody here depends on a schedule: every schedule of a draw is lived by the same families.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaincinv

from familyflow.engine import cohort
from familyflow.engine.keys import ARRIVALS, Purpose
from familyflow.engine.structure import STARTS
from familyflow.ground.compiled import compiled
from familyflow.ground.draws import uniform
from familyflow.pathway.people import ADULT, AGE_BANDS, SIZES, YEAR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from familyflow.engine.balance import Expectation
    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Flags, Floats, Ints, Structure

LARGEST = SIZES[-1]
AT_HOME = -1
SMALLEST = 1e-300
"""Shares that sum to nothing are asked of nobody, and may be divided by this."""
SNAPSHOT = {"cin": "children_on_cin", "cp": "children_on_cp", "care": "children_in_care"}
"""Stage groups whose children on day 0 are published, and the quantity that says how many."""


FAMILY = np.dtype(
    [
        ("arrives", "f8"),
        ("elapsed", "f8"),
        ("residual", "f8"),
        ("born", "f8", (LARGEST,)),
        ("area", "i2"),
        ("combo", "i2"),
        ("size", "i1"),
        ("stage", "i1"),
        ("alone", "i1"),
        ("placement", "i1", (LARGEST,)),
    ],
    align=True,
)
"""One family as it comes: there are millions of them in a country, so each is kept in few bytes."""


@dataclass(frozen=True, eq=False)
class Population:
    """Families by number (N) and their children (N, 6). Times are days from day 0.

    `rows` (N,) holds them as records (`FAMILY`), of which all else but `care_elapsed` are views. `arrives`: when the
    family enters `stage`; 0 for those known on day 0. `elapsed`: days already spent in the spell. `residual`: days left
    of a decision under way, else nan. `born`: nan where there is no child. `placement`: the stage of a child in care on
    arrival, else AT_HOME; `care_elapsed` its days in care, memory that only those in care on day 0 take. `combo`: row
    of active harms. `alone`: an unaccompanied child.
    """

    rows: np.ndarray
    care_elapsed: Floats
    arrives: Floats
    elapsed: Floats
    residual: Floats
    born: Floats
    area: Ints
    combo: Ints
    size: Ints
    stage: Ints
    alone: Ints
    placement: Ints

    @classmethod
    def of(cls, rows: np.ndarray, care_elapsed: Floats) -> Population:
        """Return a population that reads and writes these arrays."""
        return cls(rows, care_elapsed, **{name: rows[name] for name in rows.dtype.names or ()})

    def __len__(self) -> int:
        """Return the number of families."""
        return len(self.rows)


@compiled
def _fill(seed: int, replication: int, first: int, out: Floats, purpose: int, index: int) -> None:
    for i in range(len(out)):
        out[i] = uniform(seed, replication, first + i, 0, purpose, index)


@dataclass(frozen=True)
class Keys:
    """The draw's key and where the next family is numbered from."""

    seed: int
    replication: int
    first: int = 0

    def uniforms(self, count: int, purpose: Purpose, index: int = 0) -> Floats:
        """Return one uniform per family from `first` on."""
        out = np.empty(count)
        _fill(self.seed, self.replication, self.first, out, int(purpose), index)
        return out

    def after(self, count: int) -> Keys:
        """Return the keys of the families that follow `count` more."""
        return Keys(self.seed, self.replication, self.first + count)


@dataclass(frozen=True)
class Part:
    """Families of one origin: how many, the keys of their draws, and what fills in their records."""

    count: int
    keys: Keys
    fill: Callable[[Population, Keys], None]


def build(
    structure: Structure,
    rates: Rates,
    expected: Expectation,
    areas: Floats,
    snapshot: Mapping[str, float],
    arrivals: Sequence[Floats],
    keys: Keys,
) -> Population:
    """Return everybody who matters up to the horizon.

    `areas`: shares; `snapshot`: children by published group; `arrivals`: days, source by source.
    """
    parts: list[Part] = []
    for group, children in _on_day_0(structure, expected, snapshot, keys).items():
        parts.append(_known(structure, expected, areas, group, children, keys))
        keys = keys.after(parts[-1].count)
    for source, times in enumerate(arrivals):
        parts.append(Part(len(times), keys, partial(_arriving, structure, rates, areas, source, times)))
        keys = keys.after(parts[-1].count)
    total = sum(part.count for part in parts)
    rows, care_elapsed = np.zeros(total, FAMILY), np.zeros((total, LARGEST))
    rows["residual"], rows["placement"] = np.nan, AT_HOME
    for part in parts:
        mine = slice(part.keys.first - parts[0].keys.first, part.keys.first - parts[0].keys.first + part.count)
        part.fill(Population.of(rows[mine], care_elapsed[mine]), part.keys)
    return Population.of(rows, care_elapsed)


def _is_care(structure: Structure, group: str) -> bool:
    return any(s.in_care for s in structure.pathway.stages if s.group == group)


def _on_day_0(structure: Structure, expected: Expectation, snapshot: Mapping[str, float], keys: Keys) -> dict[str, int]:
    """Return the children in each group on day 0: as published, else as expected, rounded by chance."""
    counts: dict[str, int] = {}
    for g, group in enumerate(structure.pathway.groups):
        if group in SNAPSHOT:
            counts[group] = round(snapshot[SNAPSHOT[group]])
        else:
            u = uniform(keys.seed, keys.replication, ARRIVALS, 0, Purpose.START_COUNT, g)
            counts[group] = int(expected.stock(group) + u)
    return counts


def _meet(structure: Structure, areas: Floats, size: Ints, families: Population, keys: Keys) -> None:
    """Fill in families of these sizes as they are at first contact, all at home, at no stage yet."""
    count = len(families)
    families.size[:] = size
    for k in range(LARGEST):
        ages = _ages(structure, keys.uniforms(count, Purpose.AGE, k))
        families.born[:, k] = np.where(size > k, -ages * YEAR, np.nan)
    families.area[:] = _pick(areas, keys.uniforms(count, Purpose.AREA))
    families.combo[:] = _pick(structure.joint, keys.uniforms(count, Purpose.HARMS))


def _sizes(structure: Structure, count: int, keys: Keys) -> Ints:
    """Return how many children each of so many families has."""
    return (1 + _pick(structure.sizes, keys.uniforms(count, Purpose.SIZE))).astype(np.int8)


def _pick(shares: Floats, u: Floats) -> Ints:
    """Return the row on which each u falls when [0, 1) is shared out."""
    edges = np.cumsum(shares) / max(float(np.sum(shares)), SMALLEST)
    return np.minimum(np.searchsorted(edges, u, side="right"), len(shares) - 1)


def _ages(structure: Structure, u: Floats) -> Floats:
    """Return ages in years: a band by its share, then evenly within it, from one uniform."""
    edges = np.concatenate([[0.0], np.cumsum(structure.age_shares)])
    years = np.array([low for _, low, _ in AGE_BANDS] + [AGE_BANDS[-1][2]])
    return np.asarray(np.interp(u, edges / edges[-1], years))


def _exactly(size: Ints, children: int) -> Ints:
    """Keep the first families that hold this many children, the last cut to fit."""
    total = np.cumsum(size)
    keep = int(np.searchsorted(total, children)) + 1 if children else 0
    kept = size[:keep].copy()
    if children:
        kept[-1] -= total[keep - 1] - children
    return kept


def _known(structure: Structure, expected: Expectation, areas: Floats, group: str, children: int, keys: Keys) -> Part:
    """Return the families known in a group on day 0."""
    size = _sizes(structure, children, keys)
    if not _is_care(structure, group):
        size = _exactly(size, children)
        return Part(len(size), keys, partial(_at_home, structure, expected, areas, group, size))
    alone = keys.uniforms(children, Purpose.START_RESIDUAL) < _share_alone(structure, expected)
    size = _exactly(np.where(alone, np.int8(1), size), children)
    return Part(len(size), keys, partial(_in_care, structure, expected, areas, alone[: len(size)], size))


def _at_home(
    structure: Structure, expected: Expectation, areas: Floats, group: str, size: Ints, families: Population, keys: Keys
) -> None:
    """Fill in families open at home in a group on day 0, with stage, time elapsed and harms from the equilibrium."""
    _meet(structure, areas, size, families, keys)
    inside = [s for s, stage in enumerate(structure.pathway.stages) if stage.group == group]
    weights = expected.occupancy[inside]
    where = _pick(weights.ravel(), keys.uniforms(len(families), Purpose.START_PLACE))
    at, band, combo = np.unravel_index(where, weights.shape)
    stage = np.array(inside)[at]
    families.stage[:] = stage
    families.combo[:] = combo
    u = keys.uniforms(len(families), Purpose.START_ELAPSED)
    families.elapsed[:] = _elapsed(expected, stage, band, combo, u)
    families.residual[:] = residual(structure, stage, u, keys)


def _elapsed(expected: Expectation, stage: Ints, band: Ints, combo: Ints, u: Floats) -> Floats:
    """Return days elapsed within a band, in which those who stay thin out at the total hazard."""
    hazard = expected.leaving[stage, band, combo]
    length = np.append(np.diff(STARTS), np.inf)[band]
    whole = -np.expm1(-hazard * length)
    return np.asarray(STARTS[band] - np.log1p(-u * whole) / hazard)


def residual(structure: Structure, stage: Ints, u: Floats, keys: Keys) -> Floats:
    """Return the days left of a decision found under way: an even part of a length-biased Weibull time."""
    deciding = structure.decision[stage]
    shape = np.where(deciding, structure.shape[stage], 1.0)
    v = keys.uniforms(len(stage), Purpose.START_RESIDUAL)
    length = structure.scale[stage] * gammaincinv(1 + 1 / shape, v) ** (1 / shape)
    return np.where(deciding, u * length, np.nan)


def _share_alone(structure: Structure, expected: Expectation) -> float:
    """Return the share of unaccompanied children among the families with children in care on day 0."""
    alone = expected.alone * float(expected.cohort.stock_alone.sum())
    in_families = (expected.care_stock - alone) / structure.mean_size
    return alone / (alone + in_families)


def _in_care(
    structure: Structure,
    expected: Expectation,
    areas: Floats,
    alone: Flags,
    size: Ints,
    families: Population,
    keys: Keys,
) -> None:
    """Fill in the children looked after on day 0, sibling groups together, each child with its own time in care.

    A family here has all its children in care. One unaccompanied child is a family of its own.
    """
    _meet(structure, areas, size, families, keys)
    families.alone[:] = alone
    for k in range(LARGEST):
        _place(structure, expected, families, k, keys)
    families.combo[:] = _pick(cohort.at_entry(structure), keys.uniforms(len(families), Purpose.HARMS))
    families.combo[alone] = 0
    families.stage[:] = AT_HOME


def _place(structure: Structure, expected: Expectation, families: Population, k: int, keys: Keys) -> None:
    """Return the k-th child of each family an age, a placement and a time in care from the equilibrium, jointly."""
    here = families.size > k
    u = keys.uniforms(len(families), Purpose.START_PLACE, k)
    where = np.where(
        families.alone == 1,
        _pick(expected.cohort.stock_alone.ravel(), u),
        _pick(expected.cohort.stock.ravel(), u),
    )
    entry, month, place = np.unravel_index(where, expected.cohort.stock.shape)
    within = keys.uniforms(len(families), Purpose.START_ELAPSED, k)
    days = (month + within) * cohort.STEP
    at = np.array([s for s, stage in enumerate(structure.pathway.stages) if stage.in_care])
    room = np.minimum(ADULT - entry - days / YEAR, 1.0)  # nobody in care has turned 18
    age = entry + room * keys.uniforms(len(families), Purpose.AGE, k) + days / YEAR
    families.care_elapsed[here, k] = days[here]
    families.placement[here, k] = at[place][here]
    families.born[here, k] = -age[here] * YEAR


def _arriving(
    structure: Structure, rates: Rates, areas: Floats, source: int, times: Floats, families: Population, keys: Keys
) -> None:
    """Fill in the families that one source brings at these times."""
    _meet(structure, areas, _sizes(structure, len(families), keys), families, keys)
    families.arrives[:] = times
    families.born[:] += families.arrives[:, None]
    declared = structure.pathway.sources[source]
    if declared.single:
        _make_alone(structure, rates, families, keys)
    else:
        families.stage[:] = structure.pathway.index[declared.to]


def _make_alone(structure: Structure, rates: Rates, families: Population, keys: Keys) -> None:
    """Turn families into unaccompanied children of the oldest age band, entering care on arrival."""
    _, low, high = AGE_BANDS[-1]
    age = low + (high - low) * keys.uniforms(len(families), Purpose.AGE)
    at = np.array([s for s, stage in enumerate(structure.pathway.stages) if stage.in_care])
    families.size[:] = 1
    families.combo[:] = 0
    families.alone[:] = 1
    families.stage[:] = AT_HOME
    families.born[:, 1:] = np.nan
    families.born[:, 0] = families.arrives - age * YEAR
    families.placement[:, 0] = at[_pick(rates.placements[-1], keys.uniforms(len(families), Purpose.PLACEMENT))]
