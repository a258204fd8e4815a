"""Who works which stages: the groups of stages that a team may take, and the roles in it."""

from __future__ import annotations

TEAM_GROUPS = ("assessment", "section47", "cin", "cp", "care")
"""Stage groups that need a team; each area has exactly one team for each, on every date."""

SOCIAL_WORKER = "social_worker"
AGENCY_SOCIAL_WORKER = "agency_social_worker"
