"""The names a scenario file may use for stages, harms, roles, effects and measures."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from familyflow.pathway.adult_work import OTHER_ROLES, PROGRAMMES, REFERENCE, SUPERVISOR, roles
from familyflow.pathway.harms import HARMS
from familyflow.pathway.table import PATHWAY
from familyflow.pathway.teams import (
    AGENCY_SOCIAL_WORKER,
    CATEGORIES,
    EARLY_HELP_GROUP,
    FRONT_DOOR_GROUPS,
    KEY_WORKER,
    OPTIONAL_GROUPS,
    SOCIAL_WORKER,
    TEAM_GROUPS,
    WORKLOAD,
)

REQUIRED_GROUPS: Final = TEAM_GROUPS
"""The groups of stages for each of which an area needs one team, on every date."""

GROUPS: Final = (*OPTIONAL_GROUPS, *REQUIRED_GROUPS)
"""The groups of stages between which teams divide the work of an area; for the optional ones it may have no team."""

WORK: Final = MappingProxyType(
    {None: FRONT_DOOR_GROUPS, KEY_WORKER: (EARLY_HELP_GROUP,), SOCIAL_WORKER: REQUIRED_GROUPS}
)
"""The groups of stages that a team of each kind can take, by the role that holds its cases: a front door holds none."""

ESTABLISHMENTS: Final = MappingProxyType({SOCIAL_WORKER: "social_workers", KEY_WORKER: "key_workers"})
"""What a file calls a team's establishment, by the role that holds its cases."""

KINDS: Final = ("without_harms", "with_harms")
"""Kinds of family between which teams can divide an area's work: by whether it came with a parental harm."""

PROGRAMME_STAGES: Final = (EARLY_HELP_GROUP, "assessment", "cin", "cp")
"""Where a live team can offer a family a programme."""

EFFECTS: Final = tuple(effect.name for effect in PATHWAY.effects)
"""What a programme can claim to change."""

MARGINS: Final = (*HARMS, "any", "all_three")
"""The prevalences that councils publish: each harm, at least one, and all of the trio."""

ROLES: Final = (*roles(), SUPERVISOR, *OTHER_ROLES)
"""The posts that a programme can bring into a team, or share between teams."""

HELD_ROLES: Final = (*ESTABLISHMENTS, *ROLES)
"""The posts that a step can cut: those that hold cases, and those of a programme or of the earlier provision."""

TREATMENT: Final = ("substance_misuse_worker", "mental_health_practitioner")
"""The roles that stand for substance misuse and mental health services."""

ACTIONS: Final = ("go_live", "open", "boundary", "close", "staff", "cut", "income")
"""What a step of a schedule can do."""

INCOME: Final = "income."
"""The ids of the totals of incomes begin so; what follows is the income's name."""

INCOME_SHARE: Final = "income_share_"
"""The measures of what comes in of an income begin so, as shares of its total; what follows is its name."""

RETIRED: Final = MappingProxyType(
    {
        "effect.engaged_share": (
            "is gone: effects are stated per family offered, so nobody is thinned out a second time; leave it out, and "
            "for an effect on engaged families alone give the ratio of all whom the programme was offered"
        )
    }
)
"""Parameters of earlier versions, and what to do instead."""

MOST: Final = 1 << 15
"""Most areas, and most teams, of a scenario: records of families and of events number them in 16 bits."""

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
    "children_waiting_early_help",
    "children_open",
    "social_workers_in_post",
    "key_workers_in_post",
    "adult_workers_in_post",
    *(f"placement_{placement}" for placement in PLACEMENTS),
    *(f"active_harms_{harm}" for harm in HARMS),
)
"""What is counted at a date."""

_FAMILY_FLOWS: Final = (
    "contacts",
    "referrals",
    "rereferrals",
    "rereferrals_12m",
    "assessments",
    "assessments_on_time",
    "section47s",
    "section47s_on_time",
    "cin_starts",
    "cin_ends",
    "cp_starts",
    *(f"cp_starts_{category}" for category in CATEGORIES),
    "cp_ends",
    "care_entries",
    "care_exits",
    *(f"care_exits_{way}" for way in ("home", "sgo", "adoption", "other", "turned_18")),
    "proceedings",
    "pre_proceedings",
    "early_help_starts",
    "closures",
    "worker_changes",
    "first_referred_under_13",
    "entered_care_18m_under_13",
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
    *(f"{what}_{role}" for what in ("appointments", "appointments_missed") for role in REFERENCE),
)

_STAFF_FLOWS: Final = (
    *(f"workload_hours_{work.name}" for work in WORKLOAD),
    "usable_hours",
    "posts_redundant",
    *(f"fte_days_{role}" for role in (SOCIAL_WORKER, AGENCY_SOCIAL_WORKER, KEY_WORKER)),
)

FLOWS: Final = (
    *_FAMILY_FLOWS,
    *_ADULT_FLOWS,
    *(f"{flow}_outside" for flow in _ADULT_FLOWS),
    "parents_completed",
    *(f"{event}_{programme.name}" for event in ("started", "completed") for programme in PROGRAMMES),
    *_STAFF_FLOWS,
)
"""What is counted over a stretch of time."""

MEASURES: Final = (*STOCKS, *FLOWS)
"""What a run records."""

DERIVED: Final = (
    "appointments_missed_share",
    "appointments_missed_treatment",
    "programmes_completed_share",
    "rereferrals_12m_share",
    "care_within_18_months_share",
    "caseload",
    "placement_spend",
)
"""What a report works out from the measures; published history and claims can be about these too."""
