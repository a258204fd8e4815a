"""A small town whose published targets are exactly what known rates give: a fit must find its way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import small_town

from familyflow.calibrate.fit.parameters import list_unknowns, to_rates
from familyflow.calibrate.fit.solve import solve
from familyflow.calibrate.fit.targets import TARGETS, read
from familyflow.engine import balance, delivery, structure
from familyflow.pathway import PATHWAY
from familyflow.scenario import load

if TYPE_CHECKING:
    from familyflow.calibrate.fit.solve import Solution
    from familyflow.scenario import Scenario

TRUTH = {
    "pace.cin": 0.4,
    "care.home": -0.5,
    "decision.assessment.cin": -0.2,
    "rereferral": 0.1,
    "placement.foster": 0.2,
}
"""Logs of ratios to the priors of the rates that are the truth here; the others are at their priors."""
PRECISE = 0.02


@dataclass(frozen=True)
class Known:
    """The scenario with the targets that follow from the truth, and its fit."""

    scenario: Scenario
    solution: Solution
    keys: list[str]


def known() -> Known:
    """Return the town, fitted."""
    given = small_town.values()
    arrays = structure.build(PATHWAY, given)
    unknowns = list_unknowns(arrays, load("swindon").quantities)
    truth = to_rates(arrays, small_town.moved(given, TRUTH, unknowns))
    keys = [t.key for t in TARGETS if t.key in given]
    follow = dict(zip(keys, read(balance.expect(arrays, truth, delivery.outside(arrays)), keys), strict=True))
    scenario = with_targets(small_scenario(), {key: float(x) for key, x in follow.items()})
    return Known(scenario, solve(scenario, scenario.central()), keys)


def small_scenario() -> Scenario:
    """Return the small town as a scenario: its quantities are the small town's values, exact."""
    base = small_town.scenario()
    published = load("swindon").quantities
    team = published["team.south.social_workers"]
    known_to_it = {**published, "team.east.social_workers": team}
    values = small_town.values()
    quantities = {
        key: q if q.value == values[key] else replace(q, value=values[key], low=values[key], high=values[key])
        for key, q in known_to_it.items()
    }
    return replace(base, quantities=quantities)


def with_targets(scenario: Scenario, targets: dict[str, float]) -> Scenario:
    """Return the scenario with other targets, each known precisely."""
    given = {
        key: replace(
            scenario.quantities[key], value=x, low=x * (1 - PRECISE), high=min(x * (1 + PRECISE), ceiling(key))
        )
        for key, x in targets.items()
    }
    return replace(scenario, quantities={**scenario.quantities, **given})


def ceiling(key: str) -> float:
    """Return the most that a target can be."""
    return 1.0 if "share" in key else float("inf")
