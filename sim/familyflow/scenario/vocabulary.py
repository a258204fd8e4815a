"""The names a scenario file may use for stages, harms, roles and measures."""

from __future__ import annotations

from typing import Final

from familyflow.pathway.adult_work import SUPERVISOR, roles
from familyflow.pathway.harms import HARMS
from familyflow.pathway.table import PATHWAY
from familyflow.pathway.teams import TEAM_GROUPS

GROUPS: Final = TEAM_GROUPS
"""The groups of stages between which teams divide the work of an area."""

PROGRAMME_STAGES: Final = ("assessment", "cin", "cp")
"""Where an integrated team can offer a parent a programme."""

MARGINS: Final = (*HARMS, "any", "all_three")
"""The prevalences that councils publish: each harm, at least one, and all of the trio."""

ROLES: Final = (*roles(), SUPERVISOR)
"""The posts that a programme can bring into a team, or share between teams."""

ACTIONS: Final = ("go_live", "open", "boundary", "close", "staff")
"""What a step of a schedule can do to a team."""

NO_CHANGE: Final = "no_change"
"""The schedule without steps with which every other one is compared."""

PLACEMENTS: Final = tuple(stage.name for stage in PATHWAY.placements)

STOCKS: Final = (
    "children_on_cin",
    "children_on_cp",
    "children_in_care",
    "children_in_early_help",
    "children_in_assessment",
    "children_in_section47",
    "children_unallocated",
    "children_open",
    "social_workers_in_post",
    "adult_workers_in_post",
    *(f"placement_{placement}" for placement in PLACEMENTS),
    *(f"active_harms_{harm}" for harm in HARMS),
)
"""What is counted at a date."""

_FAMILY_FLOWS: Final = (
    "contacts",
    "referrals",
    "rereferrals",
    "assessments",
    "assessments_on_time",
    "section47s",
    "section47s_on_time",
    "cin_starts",
    "cin_ends",
    "cp_starts",
    "cp_ends",
    "care_entries",
    "care_exits",
    *(f"care_exits_{way}" for way in ("home", "sgo", "adoption", "other", "turned_18")),
    "proceedings",
    "pre_proceedings",
    "early_help_starts",
    "closures",
    *(f"child_days_{where}" for where in ("on_cin", "on_cp", "in_care", "early_help", *PLACEMENTS)),
    *(f"harm_days_{harm}" for harm in HARMS),
)
_ADULT_FLOWS: Final = (
    "programmes_offered",
    "programmes_started",
    "programmes_completed",
    "appointments",
    "appointments_missed",
    "adult_wait_days",
    "adult_waits",
    "adult_gave_up",
)

FLOWS: Final = (*_FAMILY_FLOWS, *_ADULT_FLOWS, *(f"{flow}_outside" for flow in _ADULT_FLOWS))
"""What is counted over a stretch of time."""

MEASURES: Final = (*STOCKS, *FLOWS)
"""What published history and claims can be about."""
