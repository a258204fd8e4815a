"""A scenario's central fit, from which each draw's rates are found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from familyflow.calibrate.fit import central
from familyflow.ground.progress import silent

if TYPE_CHECKING:
    from familyflow.calibrate.fit.solve import Solution
    from familyflow.ground.progress import Progress
    from familyflow.scenario import Scenario


@dataclass(frozen=True, eq=False)
class CentralFit:
    """A scenario's central fit, solved once, when it is first asked for."""

    scenario: Scenario
    tell: Progress = silent

    @cached_property
    def solution(self) -> Solution:
        """The fit."""
        return central(self.scenario, self.tell)
