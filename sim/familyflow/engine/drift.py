"""Drift as arrays: what each year of a run multiplies rates by, the same under every schedule of a draw.

Its numbers come with a draw's rates, by the names `drift.<factor>.<year>`: the log of the multiplier from day
365.25 x year on, against day 0. The last year given lasts to the end of the run. `drift.open.<year>` and
`drift.referred.<year>` are no multipliers: they say how much there is to do when the year begins, which posts follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.ground.calendar import DAYS_PER_YEAR
from familyflow.ground.problem import Problem, suggestion
from familyflow.pathway.drift import BESIDE
from familyflow.scenario.workforce import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.engine.structure import Floats, Structure
    from familyflow.pathway import Pathway

PREFIX: Final = "drift."
STRETCHES: Final = 32
"""How many stretches of different drift a run has room for: arrays of one size need be compiled only once."""


@dataclass(frozen=True, eq=False)
class Drift:
    """What drift multiplies, by stretch of the run (D): years in which nothing moves are one stretch.

    `turns` (D,): the days on which stretches begin, inf for those that never do. `exits` (S, E, D): hazards and odds.
    `sources` (sources, D): arrivals. `work`: how much there is to do as years begin.
    """

    turns: Floats
    exits: Floats
    sources: Floats
    work: Work


def from_values(values: Mapping[str, float], structure: Structure, years: int) -> Drift:
    """Read the drift of a run of some years from a draw's rates; a factor that is not there stays as on day 0.

    Errors: Problem for an unknown factor, a year that is missing or no year, a number that is none, and a long run.
    """
    given = _logs(values, structure.pathway, years)
    logs, work = given[: -len(BESIDE)], given[-len(BESIDE) :]
    moved = np.append(True, (np.diff(logs) != 0).any(axis=0))
    begins = np.flatnonzero(moved)
    if len(begins) > STRETCHES:
        raise Problem(f"years = {years}: rates can drift over at most {STRETCHES} different years")
    turns = np.full(STRETCHES, np.inf)
    turns[: len(begins)] = begins * DAYS_PER_YEAR
    stretch = np.minimum(np.arange(STRETCHES), len(begins) - 1)
    exits, sources = _spread(structure, np.exp(logs[:, begins[stretch]]))
    return Drift(turns, exits, sources, Work(*map(tuple, work.tolist())))


def _spread(structure: Structure, factors: Floats) -> tuple[Floats, Floats]:
    """Return each factor's multipliers (factors, D) to the exits and the sources that it is declared for."""
    pathway = structure.pathway
    exits, sources = np.ones((*structure.to.shape, STRETCHES)), np.ones((len(pathway.sources), STRETCHES))
    names = [source.name for source in pathway.sources]
    for factor, multipliers in zip(pathway.drift, factors, strict=True):
        for s, e in map(structure.locate, factor.exits):
            exits[s, e] = multipliers
        for source in factor.sources:
            sources[names.index(source)] = multipliers
    return exits, sources


def _logs(values: Mapping[str, float], pathway: Pathway, years: int) -> Floats:
    """Return the logs of the multipliers and, last, of what is given beside them (factors + 2, years)."""
    rows = {name: np.zeros(years) for name in (*(factor.name for factor in pathway.drift), *BESIDE)}
    for name, given in _by_factor(values, rows).items():
        for year in range(max(years, *(y + 1 for y in given))):
            if year not in given:
                raise Problem(f"{PREFIX}{name}.{year}: missing; a factor that drifts needs every year of the run")
            if not isfinite(given[year]):
                raise Problem(f"{PREFIX}{name}.{year} = {given[year]}: the log of a multiplier is a finite number")
            if year < years:
                rows[name][year] = given[year]
    return np.array(list(rows.values()))


def _by_factor(values: Mapping[str, float], known: Mapping[str, object]) -> dict[str, dict[int, float]]:
    """Return what is given by factor and year."""
    found: dict[str, dict[int, float]] = {}
    for key in (key for key in values if key.startswith(PREFIX)):
        factor, _, year = key.removeprefix(PREFIX).partition(".")
        if factor not in known:
            allowed = ", ".join(known)
            raise Problem(f"{key}: {factor!r} does not drift; what can is {allowed}{suggestion(factor, known)}")
        if not year.isdecimal():
            raise Problem(f"{key}: {year!r} is no year of a run; years are counted 0, 1, 2, ...")
        found.setdefault(factor, {})[int(year)] = values[key]
    return found
