"""What the engines have room for: more is refused in a sentence, where it would be cut to fit without a word.

Each number stands beside what limits it; here they are put together. Both engines have the same limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.engine.cohort import CUTS
from familyflow.engine.compiled.shapes import HARMS, PRIORITIES, SERVICES
from familyflow.engine.rules import EXITS
from familyflow.engine.tally import PLACES
from familyflow.ground.problem import Problem
from familyflow.scenario.vocabulary import MOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from familyflow.pathway import Pathway
    from familyflow.pathway.stages import Stage
    from familyflow.scenario.model import Scenario


def check_limits(scenario: Scenario, pathway: Pathway) -> None:
    """Refuse a scenario or a pathway that the engines have no room for: Problem with what, and how much is allowed."""
    for says in (*_of_scenario(scenario), *_of_pathway(pathway)):
        raise Problem(says)


def _of_scenario(scenario: Scenario) -> Iterator[str]:
    """Say what of a scenario is too much."""
    yield from _too_many(f"{scenario.path}", "areas", len(scenario.areas), MOST)
    yield from _too_many(f"{scenario.path}", "teams", len(scenario.teams), MOST)


def _of_pathway(pathway: Pathway) -> Iterator[str]:
    """Say what of a pathway is too much."""
    yield from _too_many("the pathway", "stages", len(pathway.stages), PLACES)
    yield from _too_many("the pathway", "programmes and services", len(pathway.programmes), SERVICES)
    yield from _too_many("the pathway", "harms", len(pathway.harms), HARMS)
    for stage in pathway.stages:
        yield from _of_stage(stage)


def _of_stage(stage: Stage) -> Iterator[str]:
    """Say what of a stage is too much."""
    yield from _too_many(f"stage {stage.name}", "exits", len(stage.exits), EXITS)
    for what, given in (("priority", stage.priority or 0), ("adult_priority", stage.adult_priority)):
        if not 0 <= given < PRIORITIES:
            yield f"stage {stage.name}: {what} = {given}: must be from 0, the first, to {PRIORITIES - 1}"
    for leads in stage.exits:
        if stage.in_care and not set(leads.ages) <= set(CUTS):
            known = ", ".join(f"{age:g}" for age in CUTS)
            ages = " to ".join(f"{age:g}" for age in leads.ages)
            yield f"stage {stage.name}: exit {leads.name} is open from {ages}: an age must be one of {known}"


def _too_many(where: str, what: str, given: int, most: int) -> Iterator[str]:
    """Say that there is more of something than there can be, or nothing."""
    if given > most:
        yield f"{where}: {given:,} {what}: there is room for {most:,}"
