"""Expected flows: what the declared pathway does on average, solved and not simulated.

Children at home flow through the stages as a linear system, one state per stage, duration band and combination
of active harms; plans of one spell are solved together by matrix exponentials. Children in care are followed by
month from entry to 18. Waits for staff are left out: where capacity bites, simulation and balance differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import gamma
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import expm

from familyflow.engine import cohort
from familyflow.engine.structure import STARTS, TO_CARE, shape_of
from familyflow.pathway.people import YEAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from familyflow.engine.cohort import Cohort
    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Flags, Floats, Structure


@dataclass(frozen=True, eq=False)
class Expectation:
    """Expected flows in children a day and stocks in children.

    `entries` (S, C): into each stage from outside its group or by moves within it. `occupancy` (S, B, C): open on a
    day. `flows` (S, E): exits taken. `cohort`: the fate of one child a day entering care. `entering` and `alone`:
    children a day who enter care from families, and unaccompanied. `leaving` (S, B, C): total hazard a day.
    `hazards` (S, E, B): the base hazards it was solved with.
    """

    structure: Structure
    entries: Floats
    occupancy: Floats
    flows: Floats
    cohort: Cohort
    entering: float
    alone: float
    leaving: Floats
    hazards: Floats

    @cached_property
    def care_stock(self) -> float:
        """Children looked after on a day."""
        return float(self.placed.sum())

    @cached_property
    def placed(self) -> Floats:
        """Children looked after on a day, by placement."""
        from_families, alone = (stock.sum(axis=(0, 1)) for stock in (self.cohort.stock, self.cohort.stock_alone))
        return np.asarray(self.entering * from_families + self.alone * alone)

    def stock(self, group: str) -> float:
        """Children in a stage group on a day."""
        if any(s.in_care and s.group == group for s in self.structure.pathway.stages):
            return self.care_stock
        inside = [s.group == group for s in self.structure.pathway.stages]
        return float(self.occupancy[inside].sum())

    def started(self, group: str) -> float:
        """Children a day who start in a stage group from outside it."""
        return self._starts[group]

    @cached_property
    def _starts(self) -> dict[str, float]:
        pathway = self.structure.pathway
        starts = dict.fromkeys(pathway.groups, 0.0)
        for s, stage in enumerate(pathway.stages):
            starts[stage.group] += float(self.entries[s].sum())
        for s, stage in enumerate(pathway.stages):
            for e, leads in enumerate(stage.exits):
                if not stage.in_care and leads.to in pathway.index and pathway.stage(leads.to).group == stage.group:
                    starts[stage.group] -= float(self.flows[s, e])
        return starts | {"care": self.entering + self.alone}

    def counted(self, measure: str) -> float:
        """Children counted under a measure, a year."""
        total = 0.0
        for s, stage in enumerate(self.structure.pathway.stages):
            if measure in stage.counts:
                total += self.entries[s].sum()
            total += sum(self._children(s, e) for e, leads in enumerate(stage.exits) if measure in leads.counts)
        return float(total * YEAR)

    def _children(self, s: int, e: int) -> float:
        """Return the children a day who take an exit: into care, not all of a family's."""
        share = together_share(self.structure) if self.structure.to[s, e] == TO_CARE else 1.0
        return float(self.flows[s, e] * share)


def together_share(structure: Structure) -> float:
    """Return the share of a family's children at home who enter care, given that one does."""
    share = structure.values["family.care_together"]
    return share + (1 - share) / structure.mean_size


def expect(structure: Structure, rates: Rates, resolving: Floats) -> Expectation:
    """Solve the expected flows. `resolving` (B, S, H), or (S, H): the daily rate at which an active harm ends."""
    fate = cohort.follow(structure, rates)
    arrivals, alone = _arrivals(structure, rates)
    ending = np.tensordot(resolving, _ending_harms(structure.combos), axes=1)
    ending = np.broadcast_to(ending, (len(STARTS), *ending.shape[-3:]))
    spells = [_spell(structure, rates, ending, members) for members in _plans(structure)]
    shares = _decided(structure, rates)
    entries = _solve(_onward(structure, spells, shares, fate.home_share), arrivals)
    occupancy, taken = _lived(structure, spells, shares, entries)
    flows = taken.sum(axis=2)
    to_care = flows[structure.to == TO_CARE].sum() * together_share(structure)
    in_care = [s.in_care for s in structure.pathway.stages]
    flows[in_care] = (to_care * fate.exits + alone * fate.exits_alone)[in_care]
    return Expectation(
        structure,
        _arrived(structure, taken, entries),
        occupancy,
        flows,
        fate,
        float(to_care),
        alone,
        _leaving(structure, rates),
        rates.base,
    )


def _decided(structure: Structure, rates: Rates) -> Floats:
    """Return the shares (S, E, C) of those entering a decision stage who take each exit; zero for plans."""
    weights = rates.weights[:, :, None] * structure.ratio
    weights[~structure.decision] = 0.0
    return np.asarray(weights / np.where(structure.decision, weights.sum(axis=1).T, 1.0).T[:, None, :])


def mean_days(structure: Structure, s: int) -> float:
    """Return a decision stage's mean time in days."""
    return float(structure.scale[s] * gamma(1 + 1 / structure.shape[s]))


def _plans(structure: Structure) -> list[list[int]]:
    """Return the plan stages outside care, those of one spell together."""
    plans = [s for s, stage in enumerate(structure.pathway.stages) if not structure.decision[s] and not stage.in_care]
    groups = dict.fromkeys(int(structure.group[s]) for s in plans)
    return [[s for s in plans if structure.group[s] == g] for g in groups]


@dataclass(frozen=True, eq=False)
class _Spell:
    """What one child entering a spell of N plan stages does there.

    `members`: the stages. `days` (B, N, C, N, C): expected days in each band, stage and combination, by where the
    child enters. `hazards` (N, E, B, C): of each exit, a day.
    """

    members: list[int]
    days: Floats
    hazards: Floats


def _spell(structure: Structure, rates: Rates, ending: Floats, members: list[int]) -> _Spell:
    """Solve a spell: a Markov chain over stage and combination, with hazards constant in a band.

    `ending` (B, S, C, C): the generators by which harms are switched off.
    """
    hazards = rates.base[members][:, :, :, None] * structure.ratio[members][:, :, None, :]
    generators = _generators(structure, hazards, ending, members)
    shape = generators.shape
    size = shape[1] * shape[2]
    flat = generators.reshape(-1, size, size)
    staying = expm(flat[:-1] * np.diff(STARTS)[:, None, None])
    within = np.linalg.solve(flat, np.concatenate([staying, np.zeros((1, size, size))]) - np.eye(size))
    reach = np.eye(size)
    for b, stays in enumerate(staying, start=1):
        reach = reach @ stays
        within[b] = reach @ within[b]
    return _Spell(members, np.asarray(within.reshape(shape), dtype=np.float64), hazards)


def _generators(structure: Structure, hazards: Floats, ending: Floats, members: list[int]) -> Floats:
    """Return a spell's generators (B, N, C, N, C): exits and growing up leave, moves and ended harms stay within."""
    count, combos = len(members), len(structure.combos)
    blocks = np.zeros((len(STARTS), count, combos, count, combos))
    each = np.arange(combos)
    for i, s in enumerate(members):
        blocks[:, i, :, i, :] += ending[:, s]
        blocks[:, i, each, i, each] -= hazards[i].sum(axis=0) + growing_up(structure)
        for e in range(structure.exits[s]):
            if structure.to[s, e] in members:
                blocks[:, i, each, members.index(int(structure.to[s, e])), each] += hazards[i, e]
    return blocks


def _ending_harms(combos: Flags) -> Floats:
    """Return, by harm, the generator (H, C, C) by which it is switched off at a rate of one."""
    generators = np.zeros((combos.shape[1], len(combos), len(combos)))
    for h, generator in enumerate(generators):
        after = combos.copy()
        after[:, h] = False
        to = (after[:, None, :] == combos[None, :, :]).all(axis=2).argmax(axis=1)
        active = np.flatnonzero(combos[:, h])
        generator[active, to[active]] = 1.0
        generator[active, active] = -1.0
    return generators


def growing_up(structure: Structure) -> float:
    """Return the daily rate at which children at home turn 18: the oldest band holds two years of age."""
    return float(structure.age_shares[-1] / (2 * YEAR))


def _arrivals(structure: Structure, rates: Rates) -> tuple[Floats, float]:
    """Return first arrivals at home by stage and combination, in children a day, and those alone into care."""
    stages, _, _, combos = shape_of(structure)
    arrivals, alone = np.zeros((stages, combos)), 0.0
    for source, rate in zip(structure.pathway.sources, rates.arrivals, strict=True):
        if source.single:
            alone += float(rate)
        else:
            arrivals[structure.pathway.index[source.to]] += rate * structure.mean_size * structure.joint
    return arrivals, alone


def _solve(onward: Floats, arrivals: Floats) -> Floats:
    """Return the entries (S, C) from outside each spell, where all flows balance."""
    at_home = np.flatnonzero(onward.any(axis=(1, 2, 3)) | arrivals.any(axis=1))
    matrix = onward[np.ix_(at_home, np.arange(arrivals.shape[1]), at_home)].reshape(arrivals[at_home].size, -1)
    entries = np.zeros_like(arrivals)
    solved = np.linalg.solve(np.eye(len(matrix)) - matrix.T, arrivals[at_home].ravel())
    entries[at_home] = solved.reshape(len(at_home), -1)
    return entries


def _onward(structure: Structure, spells: list[_Spell], shares: Floats, home_share: float) -> Floats:
    """Return where a child entering (s, c) next enters from outside a spell: (S, C, S, C)."""
    stages, _, _, combos = shape_of(structure)
    onward = np.zeros((stages, combos, stages, combos))
    each = np.arange(combos)
    for s in np.flatnonzero(structure.decision):
        for e, (to, part) in _enters(structure, int(s), home_share):
            onward[s, each, to, each] += part * shares[s, e]
    for spell in spells:
        for j, t in enumerate(spell.members):
            days = spell.days[:, :, :, j, :]
            for e, (to, part) in _enters(structure, t, home_share):
                taken = (days * spell.hazards[j, e][:, None, None, :]).sum(axis=0)
                onward[spell.members, :, to, :] += part * taken
    return onward


def _enters(structure: Structure, t: int, home_share: float) -> Iterator[tuple[int, tuple[int, float]]]:
    """Yield each exit of a stage that leads on, the stage entered from outside its spell, and the share who enter."""
    enter = together_share(structure)
    for e in range(structure.exits[t]):
        to = int(structure.to[t, e])
        if to == TO_CARE:
            yield e, (structure.pathway.index["cin"], 1 - enter + enter * home_share)
        elif to >= 0 and not _within(structure, t, to):
            yield e, (to, 1.0)


def _lived(structure: Structure, spells: list[_Spell], shares: Floats, entries: Floats) -> tuple[Floats, Floats]:
    """Return children open on a day (S, B, C), and exits taken a day (S, E, C)."""
    stages, exits, bands, combos = shape_of(structure)
    occupancy, taken = np.zeros((stages, bands, combos)), np.zeros((stages, exits, combos))
    for s in np.flatnonzero(structure.decision):
        occupancy[s, 0] = mean_days(structure, int(s)) * entries[s]
        taken[s] = shares[s] * entries[s]
    for spell in spells:
        inside = np.einsum("ic,bicjd->jbd", entries[spell.members], spell.days)
        occupancy[spell.members] = inside
        taken[spell.members] = (spell.hazards * inside[:, None]).sum(axis=2)
    return occupancy, taken


def _within(structure: Structure, s: int, t: int) -> bool:
    """Return whether a move stays inside one spell of plans, solved together."""
    return bool(structure.group[s] == structure.group[t] and not structure.decision[s] and not structure.decision[t])


def _arrived(structure: Structure, taken: Floats, entries: Floats) -> Floats:
    """Return entries by stage including moves within a spell. `taken` (S, E, C)."""
    moved = entries.copy()
    for t in range(len(moved)):
        for e in range(structure.exits[t]):
            to = int(structure.to[t, e])
            if to >= 0 and _within(structure, t, to):
                moved[to] += taken[t, e]
    return moved


def _leaving(structure: Structure, rates: Rates) -> Floats:
    """Return the total hazard (S, B, C) of leaving, growing up included."""
    return np.asarray(np.einsum("seb,sec->sbc", rates.base, structure.ratio) + growing_up(structure))
