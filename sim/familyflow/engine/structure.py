"""The declared pathway as flat arrays: what engines and the balance read instead of names.

Axes: S stages, E exits (padded), B duration bands, C combinations of active harms, H harms, P effect profiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from familyflow.engine.rules import weibull_scale
from familyflow.ground.calendar import calendar_days
from familyflow.pathway.effects import Profile
from familyflow.pathway.harms import combinations, combined_ratio, joint
from familyflow.pathway.people import AGE_BANDS, SIZES
from familyflow.pathway.stages import BAND_STARTS, BANDS, CARE, HOME, LEFT, Kind
from familyflow.pathway.teams import CATEGORIES, TEAM_GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from familyflow.pathway import Pathway
    from familyflow.pathway.stages import Exit, Stage

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

TO_CARE, TO_HOME, TO_LEFT, NOWHERE = -1, -2, -3, -9
_ENDS = {CARE: TO_CARE, HOME: TO_HOME, LEFT: TO_LEFT}
PROFILES = tuple(Profile)
STARTS: Floats = np.array(BAND_STARTS)
STARTS.flags.writeable = False


@dataclass(frozen=True, eq=False)
class Structure:
    """The pathway and a draw's values as arrays; shapes in brackets.

    `to` (S, E): stage entered, or TO_CARE, TO_HOME, TO_LEFT, NOWHERE for padding.
    `ratio` (S, E, C): what active harms do to the hazard or the odds of an exit.
    `scale`, `shape` (S,): a decision's Weibull time in days; zero for plans.
    `waits` (S,): what multiplies the hazards that do not improve while a family waits for a worker.
    `limit` (S,): statutory limit in days. `statutory` (S,): worked by social workers. `categories`: shares of new plans
    by category of abuse. `joint` (C,): share of families with each combination at first contact.
    """

    pathway: Pathway
    values: Mapping[str, float]
    combos: Flags
    joint: Floats
    to: Ints
    exits: Ints
    improves: Flags
    ages: Floats
    ratio: Floats
    scale: Floats
    shape: Floats
    waits: Floats
    limit: Floats
    decision: Flags
    group: Ints
    priority: Ints
    statutory: Flags
    categories: Floats
    sizes: Floats
    age_shares: Floats

    def locate(self, path: str) -> tuple[int, int]:
        """Return (stage, exit) of `stage.exit`. Errors: KeyError or ValueError for a name that is not there."""
        stage, leads = path.split(".")
        s = self.pathway.index[stage]
        return s, self.pathway.stages[s].exit_names.index(leads)

    @property
    def mean_size(self) -> float:
        """Children per family at first contact."""
        return float(self.sizes @ np.array(SIZES))


def build(pathway: Pathway, values: Mapping[str, float]) -> Structure:
    """Turn the declaration and a draw's values into arrays. Errors: KeyError for a value that is not given."""
    stages = pathway.stages
    widest = max(len(s.exits) for s in stages)
    combos = combinations(pathway.harms)
    return Structure(
        pathway=pathway,
        values=values,
        combos=combos,
        joint=_joint(pathway, values),
        to=_padded([[_target(pathway, e) for e in s.exits] for s in stages], widest, NOWHERE),
        exits=np.array([len(s.exits) for s in stages]),
        improves=_padded([[e.improves for e in s.exits] for s in stages], widest, fill=False),
        ages=_padded([[e.ages for e in s.exits] for s in stages], widest, (0.0, 0.0)),
        ratio=_ratios(pathway, values, combos, widest),
        scale=np.array([_scale(s, values) for s in stages]),
        shape=np.array([values[s.shape] if s.shape else 0.0 for s in stages]),
        waits=np.array([values[s.waiting] if s.waiting else 1.0 for s in stages]),
        limit=np.array([calendar_days(s.limit) for s in stages]),
        decision=np.array([s.kind is Kind.DECISION for s in stages]),
        group=np.array([pathway.groups.index(s.group) for s in stages]),
        priority=np.array([-1 if s.priority is None else s.priority for s in stages]),
        statutory=np.array([s.group in TEAM_GROUPS for s in stages]),
        categories=_shares([values[f"cp.category.{name}"] for name in CATEGORIES]),
        sizes=_shares([values[f"family.size.{k}"] for k in SIZES]),
        age_shares=_shares([values[f"age.{name}"] for name, _, _ in AGE_BANDS]),
    )


def shape_of(structure: Structure) -> tuple[int, int, int, int]:
    """Return (stages, exits, bands, combinations)."""
    stages, exits = structure.to.shape
    return stages, exits, len(BANDS), len(structure.combos)


def _shares(parts: list[float]) -> Floats:
    """Scale shares, each drawn from its own range, so that together they are one."""
    given = np.array(parts)
    return np.asarray(given / given.sum())


def _target(pathway: Pathway, leads: Exit) -> int:
    return _ENDS[leads.to] if leads.to in _ENDS else pathway.index[leads.to]


def _padded(rows: Sequence[Sequence[object]], width: int, fill: object) -> NDArray[Any]:
    return np.array([[*row, *([fill] * (width - len(row)))] for row in rows])


def _scale(stage: Stage, values: Mapping[str, float]) -> float:
    """Return the Weibull scale in days at which a decision's time has its median or its mean."""
    if not stage.days:
        return 0.0
    if stage.median in values:
        return float(calendar_days(values[stage.median]) / log(2) ** (1 / values[stage.shape]))
    return weibull_scale(values[stage.days], values[stage.shape])


def _joint(pathway: Pathway, values: Mapping[str, float]) -> Floats:
    prevalences = {h: values[f"harms.{h}"] for h in pathway.harms}
    return joint(prevalences, values["harms.any"], values["harms.all_three"], pathway.harms)


def _ratios(pathway: Pathway, values: Mapping[str, float], combos: Flags, width: int) -> Floats:
    """Return the harms' multiplier of every exit: it hastens what is feared, and slows what improves."""
    by_risk = {"": np.ones(len(combos))}
    for risk in {e.risk for s in pathway.stages for e in s.exits} - {""}:
        by_risk[risk] = _by_combination([values[f"harm.{risk}.{h}"] for h in pathway.harms], values, combos)
    ones = np.ones(len(combos))
    rows = [[1 / by_risk[e.risk] if e.improves else by_risk[e.risk] for e in s.exits] for s in pathway.stages]
    return np.array([[*row, *([ones] * (width - len(row)))] for row in rows])


def _by_combination(ratios: list[float], values: Mapping[str, float], combos: Flags) -> Floats:
    power, cap = values["harm.combining_power"], values["harm.cap"]
    each = np.array(ratios)
    return np.array([combined_ratio(each, active, power, cap) for active in combos])
