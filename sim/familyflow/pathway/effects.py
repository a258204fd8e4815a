"""Effects: what a live team does differently, as ratios on named exits, on times to decide, or on its own staff.

A stated ratio is the total of a published outcome: families offered the programme against like families who were not,
in a live team that has the staff of the evidence's teams, after the ramp. `outcome` names that outcome for the effects
on families offered, which are solved together (`engine.effect_sizes`); every other ratio is of a hazard, of odds or of
a time, and stands as it is. A scenario names the rows that its programme claims; what is not named does not happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from familyflow.pathway.adult_work import Programme


class Profile(StrEnum):
    """How an effect runs: growing from go-live over the ramp, in the first year only, or only while a team trains."""

    RAMP = "ramp"
    FIRST_YEAR = "first_year"
    TRAINING = "training"


class Whom(StrEnum):
    """Whose case an effect changes: of families offered the programme, or of every family that the team has."""

    OFFERED = "offered"
    ALL = "all"


CARE_ENTRIES = "care"
"""The outcome that counts entries to care; any other is of the plans of a stage group: their days, or with STARTS those
that start."""
STARTS = ".starts"


@dataclass(frozen=True)
class Effect:
    """One row: a ratio (parameter id) on the hazards or odds of named exits (`stage.exit`).

    `inverse`: the ratio is of a duration, so the hazard of each exit is divided by it. `times`: stages whose time to
    a decision it multiplies. `staff`: the parameter of a live team's own staff that it multiplies, once ramped up.
    `outcome`: CARE_ENTRIES, or the stage group whose days on a plan, or with STARTS whose plans started, the ratio is
    of; empty, for families offered, where it is of the share of a decision's exits.
    """

    name: str
    ratio: str
    exits: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    staff: str = ""
    profile: Profile = Profile.RAMP
    whom: Whom = Whom.OFFERED
    inverse: bool = False
    outcome: str = ""


PRACTICE = (
    Effect(
        "care_entry",
        "effect.care_entry",
        ("cin.care", "cp.care", "cp.pre_proceedings", "section47.care"),
        outcome=CARE_ENTRIES,
    ),
    Effect("cp_plan_length", "effect.cp_duration", ("cp.cin", "cp.close"), inverse=True, outcome="cp"),
    Effect(
        "cin_plan_length",
        "effect.cin_duration",
        ("cin.close", "cin.early_help"),
        inverse=True,
        outcome="cin",
    ),
    Effect("cp_plan_starts", "effect.cp_starts", ("section47.cp",), outcome="cp.starts"),
    Effect("cp_plan_entry", "effect.cp_entry_first_year", ("section47.cp",), profile=Profile.FIRST_YEAR),
)
"""What integrated practice with families on plans changes: the rows of the Family Safeguarding programmes."""

FRONT_DOOR = (
    Effect("front_door_referral", "effect.front_door_referral", ("contact.referral",), whom=Whom.ALL),
    Effect("front_door_early_help", "effect.front_door_early_help", ("contact.early_help",), whom=Whom.ALL),
    Effect("front_door_time", "effect.front_door_time", times=("contact", "referral"), whom=Whom.ALL),
)
"""What a single point of entry changes in triage: its odds, and the time to a decision."""

STEPS = (
    Effect("step_up", "effect.step_up", ("early_help.assessment",), whom=Whom.ALL),
    Effect("step_down", "effect.step_down", ("cin.early_help",), whom=Whom.ALL),
    Effect("early_help_length", "effect.early_help_length", ("early_help.close",), whom=Whom.ALL, inverse=True),
)
"""What supported step-up and step-down between early help and statutory work change."""

HOMEWARD = tuple(
    f"{place}.home" for place in ("kinship", "in_house_foster", "agency_foster", "residential", "supported")
)
RETURN_HOME = (Effect("return_home", "effect.return_home", (*HOMEWARD, "with_parents.home"), whom=Whom.ALL),)
"""What a reunification team changes: how soon children go home from care."""

STAFF = (
    Effect(
        "training_dip",
        "effect.training_dip",
        ("cin.close", "cin.early_help", "cp.cin", "cp.close"),
        profile=Profile.TRAINING,
        whom=Whom.ALL,
    ),
    Effect("vacancies", "effect.vacancies", staff="staff.vacancy_rate", whom=Whom.ALL),
    Effect("turnover", "effect.turnover", staff="staff.turnover_rate", whom=Whom.ALL),
    Effect("key_worker_turnover", "effect.turnover", staff="staff.key_worker_turnover_rate", whom=Whom.ALL),
)
"""What a rollout does to the teams' own staff: the dip before the gain, and whether workers come and stay."""

DELIVERY = ("effect.missed", "effect.completion")
"""What parents do differently with a worker in the team, whatever else a programme claims."""

EFFECTS = (*PRACTICE, *FRONT_DOOR, *STEPS, *RETURN_HOME, *STAFF)


def ratios(claimed: Collection[str], roles: Collection[str], programmes: Collection[Programme]) -> tuple[str, ...]:
    """Return the parameter ids of what a programme claims to change: its effects', its services', its own workers'.

    Those of its workers, how often parents miss and complete, are claimed by every programme.
    """
    named = [effect.ratio for effect in EFFECTS if effect.name in claimed]
    services = [each.ratio for each in programmes if each.ratio and each.role in roles]
    return tuple(dict.fromkeys((*named, *services, *DELIVERY)))
