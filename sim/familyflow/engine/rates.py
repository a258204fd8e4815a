"""The fitted rates: arrivals, decisions' shares, base hazards by band, and first placements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from familyflow.pathway.care import ENTRY_AGES
from familyflow.pathway.stages import BANDS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from familyflow.engine.structure import Floats
    from familyflow.pathway import Pathway


@dataclass(frozen=True, eq=False)
class Rates:
    """What a fit finds, before harms and practice act.

    `weights` (S, E): a decision's outcomes, to be multiplied by ratios and shared out. `base` (S, E, B): hazards a
    day. `arrivals` (sources,): a day. `placements` (entry ages, placements): shares, each row summing to 1.
    """

    weights: Floats
    base: Floats
    arrivals: Floats
    placements: Floats


def names(pathway: Pathway) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Yield (name, array, index) for every rate, in a fixed order."""
    for i, source in enumerate(pathway.sources):
        yield f"arrivals.{source.name}", "arrivals", (i,)
    for s, stage in enumerate(pathway.stages):
        for e, leads in enumerate(stage.exits):
            if stage.kind is Kind.DECISION:
                yield f"decision.{stage.name}.{leads.name}", "weights", (s, e)
                continue
            for b, band in enumerate(BANDS):
                yield f"hazard.{stage.name}.{leads.name}.{band}", "base", (s, e, b)
    for a, (age, _, _) in enumerate(ENTRY_AGES):
        for p, stage in enumerate(pathway.placements):
            yield f"care.first_placement.{age}.{stage.name}", "placements", (a, p)


def to_values(rates: Rates, pathway: Pathway) -> dict[str, float]:
    """Return the rates as one flat table by name."""
    return {name: float(getattr(rates, part)[index]) for name, part, index in names(pathway)}


def empty(pathway: Pathway) -> Rates:
    """Return rates of zero, to be filled."""
    stages, exits = len(pathway.stages), max(len(s.exits) for s in pathway.stages)
    return Rates(
        np.zeros((stages, exits)),
        np.zeros((stages, exits, len(BANDS))),
        np.zeros(len(pathway.sources)),
        np.zeros((len(ENTRY_AGES), len(pathway.placements))),
    )


def from_values(values: Mapping[str, float], pathway: Pathway) -> Rates:
    """Read the rates from a flat table. Errors: KeyError for a rate that is missing."""
    rates = empty(pathway)
    for name, part, index in names(pathway):
        getattr(rates, part)[index] = values[name]
    return rates
