"""Who works which stages: the groups of stages that a team may take, and the roles in it."""

from __future__ import annotations

from dataclasses import dataclass

TEAM_GROUPS = ("assessment", "section47", "cin", "cp", "care")
"""Stage groups that need a team of social workers; each area has exactly one team for each, on every date."""

EARLY_HELP_GROUP = "early_help"
"""The stage group that a team of key workers may take; in areas without one, others hold its families."""

FRONT_DOOR_GROUPS = ("contact", "referral")
"""Stage groups that a front-door team may take: it decides and holds no cases."""

OPTIONAL_GROUPS = (*FRONT_DOOR_GROUPS, EARLY_HELP_GROUP)

SOCIAL_WORKER = "social_worker"
AGENCY_SOCIAL_WORKER = "agency_social_worker"
KEY_WORKER = "family_key_worker"

WORKERS = {KEY_WORKER: "Family key workers", SOCIAL_WORKER: "Social workers"}
"""Who holds cases: roles that a team's establishment counts, and their titles."""

CATEGORIES = ("neglect", "emotional", "physical", "sexual", "multiple")
"""Categories of abuse under which a child protection plan is made, as published."""


@dataclass(frozen=True)
class Work:
    """One part of social work: what is counted, and the hours that each takes (parameter ids, multiplied).

    `per_day`: how many of the hours' units a counted day is: a seventh of a week.
    """

    name: str
    measure: str
    hours: tuple[str, ...]
    per_day: float = 1.0


WORKLOAD = (
    Work("assessment", "assessments", ("staff.workload.assessment.hours",)),
    Work("section47", "section47s", ("staff.workload.section47.hours",)),
    Work("cin", "child_days_on_cin", ("staff.workload.cin.hours_week",), per_day=1 / 7),
    Work("cp", "child_days_on_cp", ("staff.workload.cp.hours_week",), per_day=1 / 7),
    Work("pre_proceedings", "pre_proceedings", ("staff.workload.pre_proceedings.hours",)),
    Work("proceedings", "proceedings", ("staff.workload.care_proceedings.hours_week", "proceedings.weeks")),
    Work("care", "child_days_in_care", ("staff.workload.care.hours_week",), per_day=1 / 7),
)
"""Social workers' hours by kind of work; proceedings' are booked when they are issued."""
