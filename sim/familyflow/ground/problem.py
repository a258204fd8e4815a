"""What a user is told when an input cannot be used."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Problem(Exception):  # noqa: N818 - a user reads this name: it is a problem with their input, not our error
    """Say in one sentence which file and key cannot be used, what was given and what is allowed."""


def suggestion(name: str, allowed: Iterable[str]) -> str:
    """Return the nearest allowed name as " (did you mean 'x'?)", or nothing when none is near."""
    lowered = {candidate.lower(): candidate for candidate in allowed}
    nearest = get_close_matches(name.lower(), lowered, n=1)
    return f" (did you mean '{lowered[nearest[0]]}'?)" if nearest else ""
