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
    from familyflow.engine.cohort import Cohort
    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Floats, Structure


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
        return float((self.entering * self.cohort.stock + self.alone * self.cohort.stock_alone).sum())

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
    """Solve the expected flows. `resolving` (S, H): the daily rate at which an active harm is switched off."""
    stays = _stays(structure, rates, resolving)
    fate = cohort.follow(structure, rates)
    arrivals, alone = _arrivals(structure, rates)
    entries = _solve(structure, stays.taken, arrivals, fate.home_share)
    occupancy = np.einsum("sc,scbtd->tbd", entries, stays.inside, optimize=True)
    flows = np.einsum("sc,scetd->te", entries, stays.taken, optimize=True)
    to_care = flows[structure.to == TO_CARE].sum() * together_share(structure)
    in_care = [s.in_care for s in structure.pathway.stages]
    flows[in_care] = (to_care * fate.exits + alone * fate.exits_alone)[in_care]
    return Expectation(
        structure,
        _arrived(structure, stays.taken, entries),
        occupancy,
        flows,
        fate,
        float(to_care),
        alone,
        _leaving(structure, rates),
        rates.base,
    )


@dataclass(frozen=True, eq=False)
class _Stays:
    """What one child entering stage s with combination c does during its spell.

    `inside` (S, C, B, S, C): expected days in each stage and band. `taken` (S, C, E, S, C): exits taken, by the
    stage they are taken from and the combination then active.
    """

    inside: Floats
    taken: Floats


def _stays(structure: Structure, rates: Rates, resolving: Floats) -> _Stays:
    stages, exits, bands, combos = shape_of(structure)
    inside = np.zeros((stages, combos, bands, stages, combos))
    taken = np.zeros((stages, combos, exits, stages, combos))
    for s in np.flatnonzero(structure.decision):
        _decide(structure, rates, int(s), inside, taken)
    for members in _spells(structure):
        _stay(structure, rates, resolving, members, inside, taken)
    return _Stays(inside, taken)


def _decide(structure: Structure, rates: Rates, s: int, inside: Floats, taken: Floats) -> None:
    """Fill a decision stage: everybody stays the mean time in the first band and leaves by the weighted odds."""
    weights = rates.weights[s][:, None] * structure.ratio[s]
    shares = weights / weights.sum(axis=0)
    days = mean_days(structure, s)
    for c in range(shares.shape[1]):
        inside[s, c, 0, s, c] = days
        taken[s, c, :, s, c] = shares[:, c]


def mean_days(structure: Structure, s: int) -> float:
    """Return a decision stage's mean time in days."""
    return float(structure.scale[s] * gamma(1 + 1 / structure.shape[s]))


def _spells(structure: Structure) -> list[list[int]]:
    """Return the plan stages outside care, those of one spell together."""
    plans = [s for s, stage in enumerate(structure.pathway.stages) if not structure.decision[s] and not stage.in_care]
    groups = dict.fromkeys(int(structure.group[s]) for s in plans)
    return [[s for s in plans if structure.group[s] == g] for g in groups]


def _stay(
    structure: Structure, rates: Rates, resolving: Floats, members: list[int], inside: Floats, taken: Floats
) -> None:
    """Fill a spell of plan stages: a Markov chain over stage and combination, with hazards constant in a band."""
    combos = len(structure.combos)
    size = len(members) * combos
    reach = np.eye(size)
    for b in range(len(STARTS)):
        generator = _generator(structure, rates, resolving, members, b)
        length = STARTS[b + 1] - STARTS[b] if b + 1 < len(STARTS) else np.inf
        staying = expm(generator * length) if np.isfinite(length) else np.zeros_like(generator)
        days = (reach @ np.linalg.solve(generator, staying - np.eye(size))).reshape(
            len(members), combos, len(members), combos
        )
        for i, s in enumerate(members):
            for j, t in enumerate(members):
                hazards = rates.base[t, :, b][:, None] * structure.ratio[t]
                inside[s, :, b, t, :] = days[i, :, j, :]
                taken[s, :, :, t, :] += days[i, :, j, :][:, None, :] * hazards[None, :, :]
        reach = reach @ staying


def _generator(structure: Structure, rates: Rates, resolving: Floats, members: list[int], band: int) -> Floats:
    """Return the generator of a spell in one band: exits and growing up leave, moves and ended harms stay within."""
    combos = len(structure.combos)
    blocks = np.zeros((len(members), combos, len(members), combos))
    each = np.arange(combos)
    for i, s in enumerate(members):
        hazards = rates.base[s, :, band][:, None] * structure.ratio[s]
        blocks[i, :, i, :] += _ending_harms(structure, resolving[s])
        blocks[i, each, i, each] -= hazards.sum(axis=0) + growing_up(structure)
        for e in range(structure.exits[s]):
            if structure.to[s, e] in members:
                blocks[i, each, members.index(int(structure.to[s, e])), each] += hazards[e]
    return blocks.reshape(len(members) * combos, -1)


def _ending_harms(structure: Structure, rate: Floats) -> Floats:
    """Return the generator (C, C) by which active harms are switched off, one at a time."""
    combos = structure.combos
    generator = np.zeros((len(combos), len(combos)))
    for h in np.flatnonzero(rate > 0):
        after = combos.copy()
        after[:, h] = False
        to = (after[:, None, :] == combos[None, :, :]).all(axis=2).argmax(axis=1)
        active = np.flatnonzero(combos[:, h])
        generator[active, to[active]] += rate[h]
        generator[active, active] -= rate[h]
    return generator


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


def _solve(structure: Structure, taken: Floats, arrivals: Floats, home_share: float) -> Floats:
    """Return the entries (S, C) from outside each spell, where all flows balance."""
    stages, combos = arrivals.shape
    onward = _onward(structure, taken, home_share).reshape(stages * combos, -1)
    solved = np.linalg.solve(np.eye(stages * combos) - onward.T, arrivals.ravel())
    return np.asarray(solved.reshape(stages, combos), dtype=np.float64)


def _onward(structure: Structure, taken: Floats, home_share: float) -> Floats:
    """Return where a child entering (s, c) next enters from outside a spell: (S, C, S, C)."""
    stages, _, _, combos = shape_of(structure)
    onward = np.zeros((stages, combos, stages, combos))
    cin, enter = structure.pathway.index["cin"], together_share(structure)
    for t in range(stages):
        for e in range(structure.exits[t]):
            to = structure.to[t, e]
            if to == TO_CARE:
                onward[:, :, cin, :] += taken[:, :, e, t, :] * (1 - enter + enter * home_share)
            elif to >= 0 and not _within(structure, t, int(to)):
                onward[:, :, to, :] += taken[:, :, e, t, :]
    return onward


def _within(structure: Structure, s: int, t: int) -> bool:
    """Say whether a move stays inside one spell of plans, solved together."""
    return bool(structure.group[s] == structure.group[t] and not structure.decision[s] and not structure.decision[t])


def _arrived(structure: Structure, taken: Floats, entries: Floats) -> Floats:
    """Return entries by stage including moves within a spell."""
    moved = entries.copy()
    flows = np.einsum("sc,scetd->ted", entries, taken, optimize=True)
    for t in range(len(moved)):
        for e in range(structure.exits[t]):
            to = int(structure.to[t, e])
            if to >= 0 and _within(structure, t, to):
                moved[to] += flows[t, e]
    return moved


def _leaving(structure: Structure, rates: Rates) -> Floats:
    """Return the total hazard (S, B, C) of leaving, growing up included."""
    return np.asarray(np.einsum("seb,sec->sbc", rates.base, structure.ratio) + growing_up(structure))
