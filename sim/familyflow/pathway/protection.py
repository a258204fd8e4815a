"""Plans for children at home: child in need, child protection, and the road to court."""

from __future__ import annotations

from familyflow.pathway.stages import CARE, Exit, Kind, Stage

CIN = Stage(
    name="cin",
    title="child in need plan",
    group="cin",
    kind=Kind.PLAN,
    priority=3,
    offers=True,
    adult_priority=1,
    exits=(
        Exit("close", to="closed", improves=True, risk="plan_length"),
        Exit("early_help", to="early_help", improves=True, risk="plan_length"),
        Exit("section47", to="section47", risk="cp_entry"),
        Exit("care", to=CARE, risk="care_entry", counts=("care_entries_voluntary",)),
    ),
)

CP = Stage(
    name="cp",
    title="child protection plan",
    group="cp",
    categorised=True,
    kind=Kind.PLAN,
    priority=0,
    offers=True,
    adult_priority=0,
    exits=(
        Exit("cin", to="cin", improves=True, risk="plan_length"),
        Exit("close", to="closed", improves=True, risk="plan_length"),
        Exit("care", to=CARE, risk="care_entry", counts=("care_entries_voluntary",)),
        Exit("pre_proceedings", to="pre_proceedings", risk="care_entry"),
    ),
)

PRE_PROCEEDINGS = Stage(
    name="pre_proceedings",
    title="pre-proceedings",
    group="cp",
    categorised=True,
    kind=Kind.PLAN,
    priority=0,
    offers=True,
    adult_priority=0,
    counts=("pre_proceedings",),
    exits=(
        Exit("cp", to="cp", improves=True, risk="plan_length"),
        Exit("care_proceedings", to="care_proceedings"),
    ),
)
"""The letter before proceedings; the child stays on the child protection plan."""

CARE_PROCEEDINGS = Stage(
    name="care_proceedings",
    title="care proceedings issued",
    group="cp",
    categorised=True,
    kind=Kind.DECISION,
    days="proceedings.days_to_first_hearing",
    shape="proceedings.shape",
    priority=0,
    counts=("proceedings",),
    exits=(
        Exit("cin", to="cin"),
        Exit("care", to=CARE, counts=("care_entries_order",)),
    ),
)
"""From issue to the first hearing; an interim order brings the child into care, else supervision at home."""

STAGES = (CIN, CP, PRE_PROCEEDINGS, CARE_PROCEEDINGS)
