"""Care: each child on its own clock, by placement type, until home, permanence elsewhere, or 18.

Every placement has the same ways out; what differs is the move to another placement. The clock of care runs
through moves, so that a hazard depends on time since entry to care.
"""

from __future__ import annotations

from familyflow.pathway.stages import HOME, LEFT, Exit, Kind, Stage

PLACEMENTS = ("kinship", "in_house_foster", "agency_foster", "residential", "supported", "with_parents")
ENTRY_AGES = (("0_9", 0.0, 10.0), ("10_15", 10.0, 16.0), ("16_17", 16.0, 18.0))
"""Age bands (name, from, below) by which the first placement is chosen."""

WAYS_OUT = (
    Exit("home", to=HOME, improves=True, risk="return_breakdown", counts=("care_exits", "care_exits_home")),
    Exit("sgo", to=LEFT, counts=("care_exits", "care_exits_sgo"), ages=(0.0, 16.0)),
    Exit("adoption", to=LEFT, counts=("care_exits", "care_exits_adoption"), ages=(0.0, 10.0)),
    Exit("other", to=LEFT, counts=("care_exits", "care_exits_other")),
)
MOVES = (
    Exit("to_residential", to="residential", ages=(10.0, 18.0)),
    Exit("to_supported", to="supported", ages=(16.0, 18.0)),
)
MOVES_FROM = {
    "kinship": ("to_residential", "to_supported"),
    "in_house_foster": ("to_residential", "to_supported"),
    "agency_foster": ("to_residential", "to_supported"),
    "residential": ("to_supported",),
    "supported": (),
    "with_parents": (),
}


def _placement(name: str) -> Stage:
    moves = tuple(m for m in MOVES if m.name in MOVES_FROM[name])
    return Stage(
        name=name,
        title="in care, " + name.replace("_", " "),
        group="care",
        kind=Kind.PLAN,
        exits=WAYS_OUT + moves,
        in_care=True,
    )


STAGES = tuple(_placement(name) for name in PLACEMENTS)
