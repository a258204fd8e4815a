"""Practice effects: what a live team does differently, as ratios on named exits.

A published ratio is for the total effect on a family that engages in a fully running team. `remains_of` names the
balance measure by which the adult workers' own part is taken out of that total, so that nothing counts twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Profile(StrEnum):
    """How an effect runs after go-live: growing over the ramp, or whole for the first year only."""

    RAMP = "ramp"
    FIRST_YEAR = "first_year"


@dataclass(frozen=True)
class Effect:
    """One row: a ratio (parameter id) on the hazards or odds of named exits (`stage.exit`).

    `inverse`: the ratio is of a duration, so the hazard of each exit is divided by it.
    """

    name: str
    ratio: str
    exits: tuple[str, ...]
    profile: Profile = Profile.RAMP
    inverse: bool = False
    remains_of: str = ""


EFFECTS = (
    Effect(
        "care entry",
        "effect.care_entry",
        ("cin.care", "cp.care", "cp.pre_proceedings", "section47.care"),
        remains_of="care_entries",
    ),
    Effect("CP plan length", "effect.cp_duration", ("cp.cin", "cp.close"), inverse=True, remains_of="cp_stay"),
    Effect(
        "CIN plan length",
        "effect.cin_duration",
        ("cin.close", "cin.early_help"),
        inverse=True,
        remains_of="cin_stay",
    ),
    Effect("CP plan entry", "effect.cp_entry_first_year", ("section47.cp",), profile=Profile.FIRST_YEAR),
)
