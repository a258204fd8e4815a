"""What the fit looks for: one number for each unknown, all zero at the prior, and how they make rates.

Each unknown is the score of a quantity (`Quantity.at_score`): an arrival rate, an outcome's share, a plan's pace, the
level of a hazard. Its prior is that quantity's range, as every draw takes it, and so standard normal in the score.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np

from familyflow.engine import rates as fitted
from familyflow.engine.cohort import at_entry
from familyflow.pathway.care import ENTRY_AGES
from familyflow.pathway.people import YEAR
from familyflow.pathway.stages import BAND_STARTS, BANDS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from familyflow.engine.rates import Rates
    from familyflow.engine.structure import Floats, Structure
    from familyflow.ground.quantity import Quantity
    from familyflow.pathway import Pathway
    from familyflow.pathway.stages import Exit, Stage

NINETY = 2 * 1.6448536269514722
"""Standard deviations between the ends of a 90% range."""
PACES = ("early_help", "cin", "cp", "pre_proceedings")
"""Plans whose pace is unknown: CP lengths are published, CIN's are not."""
WAYS = ("home", "sgo", "adoption", "other")
"""Ways out of care whose level is unknown."""
MOVES = ("to_residential", "to_supported")
"""Moves between placements whose level is unknown."""
PLACED = ("foster", "residential", "supported", "with_parents")
"""Published kinds of placement."""
SMALLEST = 1e-4
"""At the least this part of the plans that began a band is taken to be left at its end."""
_LEAST = 1e-9
"""Less than this has this one's log."""


@dataclass(frozen=True)
class Unknown:
    """One unknown: its name, and the quantity that holds its prior, with that one's id."""

    name: str
    prior: str
    quantity: Quantity

    def log(self, score: float) -> float:
        """Return the log of the rate or share at a score."""
        return log(max(self.quantity.at_score(score), _LEAST))


def list_unknowns(structure: Structure, quantities: Mapping[str, Quantity]) -> tuple[Unknown, ...]:
    """Return every unknown, each time in the same order."""
    return tuple(_unknowns(structure, quantities))


def _unknowns(structure: Structure, quantities: Mapping[str, Quantity]) -> Iterator[Unknown]:
    for name, key in _priors(structure.pathway):
        yield Unknown(name, key, quantities[key])


def _priors(pathway: Pathway) -> Iterator[tuple[str, str]]:
    """Yield each unknown's name, and the id of the quantity that holds its prior."""
    for source in pathway.sources:
        yield f"arrivals.{source.name}", f"prior.arrivals.{source.name}"
    for stage in (s for s in pathway.stages if not s.in_care and len(s.exits) > 1):
        yield from ((prior_of(stage, leads), prior_of(stage, leads)) for leads in stage.exits)
    yield from ((f"pace.{name}", f"prior.pace.{name}") for name in PACES)
    yield "rereferral", "prior.rereferral"
    yield "recontact", "recontact_12m"
    yield from ((f"care.{way}", f"prior.care.{way}") for way in WAYS)
    yield from ((f"care.move.{move}", f"care.move.{move}.per_year") for move in MOVES)
    yield from ((f"placement.{kind}", f"prior.placement.{kind}") for kind in PLACED)


def prior_of(stage: Stage, leads: Exit) -> str:
    """Return the id of the prior share of an exit."""
    return f"{stage.kind.value}.{stage.name}.{leads.name}"


def to_rates(structure: Structure, values: Mapping[str, float]) -> Rates:
    """Turn values into rates: those of the quantities that hold priors, which are the unknowns, and all the others."""
    rates = fitted.empty(structure.pathway)
    _arrive(structure, values, rates)
    for s, stage in enumerate(structure.pathway.stages):
        if stage.in_care:
            _care(values, rates, s, stage)
        elif stage.kind is Kind.DECISION:
            rates.weights[s, : len(stage.exits)] = _split(values, stage) / _mean_ratio(structure, s)
        else:
            split = _split(values, stage) / _mean_ratio(structure, s)
            rates.base[s, : len(stage.exits)] = split[:, None] * _pace(values, stage.name)[None, :]
    _moderate_home(structure, rates)
    _first_placements(structure, values, rates)
    return rates


def _arrive(structure: Structure, values: Mapping[str, float], rates: Rates) -> None:
    """Fill arrivals in families a day: so many per child of the population."""
    for i, source in enumerate(structure.pathway.sources):
        name = f"arrivals.{source.name}"
        children = values[f"prior.{name}"] * values["population.children"] / YEAR
        rates.arrivals[i] = children if source.single else children / structure.mean_size


def _split(values: Mapping[str, float], stage: Stage) -> Floats:
    """Return a stage's shares by exit, summing to 1."""
    if len(stage.exits) == 1:
        return np.ones(1)
    odds = np.array([values[prior_of(stage, leads)] for leads in stage.exits])
    return np.asarray(odds / odds.sum())


def _mean_ratio(structure: Structure, s: int) -> Floats:
    """Return the harms' mean multiplier of each exit, so that a split's prior is a share of all families."""
    return np.asarray(structure.ratio[s, : structure.exits[s]] @ structure.joint)


def _pace(values: Mapping[str, float], stage: str) -> Floats:
    """Return a plan's total hazard a day by band."""
    if stage == "closed":
        shape = [values[f"rereferral.hazard.{b}"] for b in BANDS]
        return np.asarray(np.array(shape) / YEAR * values["prior.rereferral"])
    if stage == "screened_out":
        first_year = -log(1 - values["recontact_12m"]) / YEAR
        shape = [values[f"recontact.shape.{b}"] for b in BANDS]
        return np.asarray(np.array(shape) * first_year)
    if stage in ("cin", "cp"):
        return np.asarray(_published_pace(values, stage) * values[f"prior.pace.{stage}"])
    return np.full(len(BANDS), values[f"prior.pace.{stage}"] / values[f"{stage}.days"])


def _published_pace(values: Mapping[str, float], stage: str) -> Floats:
    """Return the hazard by band at which spells end as published: the shares of ended spells by length.

    CIN's published lengths are of every episode of need, most of the short ones assessments without a plan; so the
    plan's first band takes the hazard of the second. A closing band that holds few is held open by SMALLEST.
    """
    ended = np.array([values[f"target.{stage}_ended_share_{b}"] for b in BANDS])
    ended = ended / ended.sum()
    left = np.cumsum(ended[::-1])[::-1]
    lengths = np.diff(BAND_STARTS)
    hazard = np.empty(len(BANDS))
    left = np.maximum(left, SMALLEST ** np.arange(len(left)))
    hazard[:-1] = -np.log(left[1:] / left[:-1]) / lengths
    hazard[-1] = hazard[-2]
    if stage == "cin":
        hazard[0] = hazard[1]
    return hazard


def _care(values: Mapping[str, float], rates: Rates, s: int, stage: Stage) -> None:
    """Fill a placement's hazards: ways out by band, and moves."""
    for e, leads in enumerate(stage.exits):
        if leads.name.startswith("to_"):
            rates.base[s, e] = values[f"care.move.{leads.name}.per_year"] / YEAR
        else:
            shape = np.array([values[f"care.shape.{leads.name}.{b}"] for b in BANDS])
            rates.base[s, e] = shape * values[f"prior.care.{leads.name}"] / YEAR


def _moderate_home(structure: Structure, rates: Rates) -> None:
    """Divide base hazards in care by the harms' mean there, so that levels are those of all children in care."""
    mean = structure.ratio @ at_entry(structure)
    for s, stage in enumerate(structure.pathway.stages):
        if stage.in_care:
            rates.base[s] /= mean[s][:, None]


def _first_placements(structure: Structure, values: Mapping[str, float], rates: Rates) -> None:
    """Fill first placements by age at entry: the shares of each age, moved by kind of placement."""
    for a, (age, _, _) in enumerate(ENTRY_AGES):
        for p, stage in enumerate(structure.pathway.placements):
            prior = values[f"care.first_placement.{age}.{stage.name}"]
            rates.placements[a, p] = prior * values[f"prior.placement.{kind_of_placement(stage.name)}"]
    rates.placements[:] /= rates.placements.sum(axis=1, keepdims=True)


def kind_of_placement(name: str) -> str:
    """Return the published kind that a placement type belongs to: all fostering is one."""
    return "foster" if name == "kinship" or name.endswith("_foster") else name
