"""What a stage and an exit are: the words in which the pathway is declared.

A pathway is a table. The engines, the expected-flow balance and the fit read it and know none of its names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

BANDS = ("0_3m", "3_6m", "6_12m", "1_2y", "2y_plus")
"""Duration bands in which the Department for Education publishes lengths of need and of plans."""

BAND_STARTS = (0.0, 91.3125, 182.625, 365.25, 730.5)
"""Days since the start of the spell at which each band begins."""

HOME = "home"
"""A child's destination: back to the family."""
LEFT = "left"
"""A destination out of the system: permanence outside care, or grown up."""
CARE = "care"
"""A family's destination: one or more of its children enter care, on their first placement."""


class Kind(StrEnum):
    """How a stage ends: by one decision after a time, or by whichever hazard runs out first."""

    DECISION = "decision"
    PLAN = "plan"


@dataclass(frozen=True)
class Exit:
    """One way out of a stage.

    `improves`: cannot happen while the family waits for a worker, and is slowed, not hastened, by active harms.
    `risk`: the row of harm ratios that multiplies (or, if it improves, divides) the hazard or the odds.
    `ages`: the child's ages in years, from and below which the exit is open (exits from care only).
    `counts`: measures counted once for each child who takes the exit.
    """

    name: str
    to: str
    improves: bool = False
    risk: str = ""
    ages: tuple[float, float] = (0.0, 18.0)
    counts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stage:
    """One stage of the pathway.

    `group`: stages of one group share one spell: moving within it is no new start, and its clock runs on.
    `priority`: the order in which waiting families get a social worker (0 first); None needs no worker.
    `days`, `shape`: parameter ids of a decision's mean time in days and of its Weibull shape. `median`: the id of a
    published median in working days, which stands before the mean where a council has one.
    `waiting`: the parameter id of what multiplies, while a family waits for a worker, the hazards that do not improve.
    `limit`: the statutory limit in working days, 0 for none.
    `offers`: adult workers' programmes are offered here; `adult_priority` orders their queue.
    `counts`: measures counted once for each child on entry, whatever the way in. `tells_harms`: a family's harms become
    known to the service on entry, if they were not before. `categorised`: a new spell starts under a category of abuse.
    """

    name: str
    group: str
    kind: Kind
    exits: tuple[Exit, ...]
    title: str
    priority: int | None = None
    days: str = ""
    shape: str = ""
    median: str = ""
    waiting: str = ""
    limit: float = 0.0
    offers: bool = False
    adult_priority: int = 9
    counts: tuple[str, ...] = ()
    in_care: bool = False
    tells_harms: bool = True
    categorised: bool = False

    @cached_property
    def exit_names(self) -> tuple[str, ...]:
        """The names of the exits, in the table's order: from the mildest to the gravest."""
        return tuple(e.name for e in self.exits)

    def with_exit(self, added: Exit) -> Stage:
        """Return the stage with one more exit, the last."""
        return replace(self, exits=(*self.exits, added))
