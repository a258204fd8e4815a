"""The whole pathway in one value: stages, harms, programmes, effects, sources of arrivals, and what drifts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from familyflow.pathway import assessment, care, closure, early_help, front_door, protection
from familyflow.pathway.adult_work import PROGRAMMES, Programme
from familyflow.pathway.drift import DRIFT, Factor
from familyflow.pathway.effects import EFFECTS, Effect
from familyflow.pathway.harms import HARMS
from familyflow.pathway.people import SOURCES, Source
from familyflow.pathway.stages import CARE, HOME, LEFT, Stage


@dataclass(frozen=True)
class Pathway:
    """Everything that an engine needs to know of the sector. Errors: ValueError for an exit that leads nowhere."""

    stages: tuple[Stage, ...]
    harms: tuple[str, ...] = HARMS
    programmes: tuple[Programme, ...] = PROGRAMMES
    effects: tuple[Effect, ...] = EFFECTS
    sources: tuple[Source, ...] = SOURCES
    drift: tuple[Factor, ...] = DRIFT

    def __post_init__(self) -> None:
        known = {s.name for s in self.stages} | {CARE, HOME, LEFT}
        lost = [f"{s.name}.{e.name}" for s in self.stages for e in s.exits if e.to not in known]
        if lost:
            message = f"exits that lead to no stage: {', '.join(lost)}"
            raise ValueError(message)

    @cached_property
    def index(self) -> dict[str, int]:
        """Return the position of each stage by name."""
        return {s.name: i for i, s in enumerate(self.stages)}

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Return the stage groups, each once, in the order of the table."""
        return tuple(dict.fromkeys(s.group for s in self.stages))

    @cached_property
    def placements(self) -> tuple[Stage, ...]:
        """Return the stages of care, one for each placement type."""
        return tuple(s for s in self.stages if s.in_care)

    def stage(self, name: str) -> Stage:
        """Return a stage by name."""
        return self.stages[self.index[name]]


PATHWAY = Pathway(
    stages=(
        *front_door.STAGES,
        *early_help.STAGES,
        *assessment.STAGES,
        *protection.STAGES,
        *closure.STAGES,
        *care.STAGES,
    ),
)
