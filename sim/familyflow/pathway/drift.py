"""Drift: how the baseline's rates move from year to year by themselves, whatever programme there is.

A factor multiplies the hazards or odds of some exits and the arrivals of some sources by one number a year, the same
under every schedule. Each is per unit of what comes before: more demand alone brings more of all that follows. Exits
are chosen so that what a factor is named for moves about as much as the factor (`docs/decisions/0027`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from familyflow.pathway.care import PLACEMENTS, WAYS_OUT

OPEN: Final = "open"
"""Given beside the factors: how many children are open as each year begins. It multiplies no rate: posts follow it."""
REFERRED: Final = "referred"
"""Given beside the factors: how fast referrals come as each year begins. Teams that assess are lent workers by it."""
BESIDE: Final = (OPEN, REFERRED)


@dataclass(frozen=True)
class Factor:
    """One thing that drifts: `exits` (`stage.exit`) and `sources` of arrivals that it multiplies. An exit has one."""

    name: str
    title: str
    exits: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


DRIFT = (
    Factor(
        "demand",
        "families who come, and come back",
        exits=("closed.rereferral",),
        sources=("family",),
    ),
    Factor("cin_ends", "ends of CIN plans that improve", exits=("cin.close", "cin.early_help")),
    Factor("cp_starts", "ways to a child protection plan", exits=("assessment.section47", "section47.cp")),
    Factor("cp_ends", "ends of child protection plans that improve", exits=("cp.cin", "cp.close")),
    Factor(
        "care_starts",
        "ways into care",
        exits=(
            "section47.care",
            "cin.care",
            "cp.care",
            "cp.pre_proceedings",
            "pre_proceedings.care_proceedings",
        ),
    ),
    Factor(
        "care_ends",
        "ways out of care but growing up",
        exits=tuple(f"{place}.{leads.name}" for place in PLACEMENTS for leads in WAYS_OUT),
    ),
)
