"""Closed: families known to the service, who may be referred again; the hazard falls with time since closure."""

from __future__ import annotations

from familyflow.pathway.stages import Exit, Kind, Stage

CLOSED = Stage(
    name="closed",
    title="closed",
    group="closed",
    kind=Kind.PLAN,
    tells_harms=False,
    counts=("closures",),
    exits=(Exit("rereferral", to="referral", risk="rereferral", counts=("contacts", "rereferrals")),),
)

STAGES = (CLOSED,)
