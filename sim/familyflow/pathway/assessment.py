"""Assessment under section 17 and enquiry under section 47 of the Children Act 1989."""

from __future__ import annotations

from familyflow.pathway.stages import CARE, Exit, Kind, Stage

ASSESSMENT = Stage(
    name="assessment",
    title="assessment",
    group="assessment",
    kind=Kind.DECISION,
    days="assessment.days",
    shape="assessment.shape",
    median="target.assessment_median_days",
    limit=45.0,
    priority=2,
    adult_priority=3,
    exits=(
        Exit("close", to="closed"),
        Exit("early_help", to="early_help"),
        Exit("cin", to="cin"),
        Exit("section47", to="section47", risk="cp_entry"),
    ),
)

SECTION_47 = Stage(
    name="section47",
    title="section 47 enquiry",
    group="section47",
    kind=Kind.DECISION,
    days="section47.days",
    shape="section47.shape",
    limit=15.0,
    priority=1,
    exits=(
        Exit("close", to="closed"),
        Exit("cin", to="cin"),
        Exit("cp", to="cp", risk="cp_entry"),
        Exit("care", to=CARE, risk="care_entry", counts=("care_entries_voluntary",)),
    ),
)

STAGES = (ASSESSMENT, SECTION_47)
