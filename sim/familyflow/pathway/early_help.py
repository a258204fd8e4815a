"""Early help: family support below the statutory threshold, with step-up to assessment."""

from __future__ import annotations

from familyflow.pathway.stages import Exit, Kind, Stage

EARLY_HELP = Stage(
    name="early_help",
    title="early help",
    group="early_help",
    kind=Kind.PLAN,
    tells_harms=False,
    priority=4,
    adult_priority=2,
    waiting="early_help.waiting_step_up",
    exits=(
        Exit("close", to="closed", improves=True, risk="plan_length"),
        Exit("assessment", to="assessment", risk="rereferral"),
    ),
)

STAGES = (EARLY_HELP,)
