"""Front door: a contact is screened; a referral is accepted or not."""

from __future__ import annotations

from familyflow.pathway.stages import Exit, Kind, Stage

CONTACT = Stage(
    name="contact",
    title="contact",
    group="contact",
    kind=Kind.DECISION,
    tells_harms=False,
    days="contact.days",
    shape="contact.shape",
    counts=("contacts",),
    exits=(
        Exit("nfa", to="screened_out"),
        Exit("advice", to="screened_out"),
        Exit("early_help", to="early_help"),
        Exit("referral", to="referral"),
    ),
)

REFERRAL = Stage(
    name="referral",
    title="referral",
    group="referral",
    kind=Kind.DECISION,
    days="referral.days",
    shape="referral.shape",
    counts=("referrals",),
    exits=(Exit("nfa", to="closed"), Exit("assessment", to="assessment")),
)

SCREENED_OUT = Stage(
    name="screened_out",
    title="screened out",
    group="screened_out",
    kind=Kind.PLAN,
    tells_harms=False,
    exits=(Exit("contact", to="contact"),),
)
"""Families whose contact ended in no further action or advice; they may be the subject of another contact."""

STAGES = (CONTACT, REFERRAL, SCREENED_OUT)
