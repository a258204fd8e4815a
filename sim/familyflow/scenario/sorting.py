"""What belongs to teams, sorted by team: to look one team's up is as quick among many teams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class OfTeam(Protocol):
    """What belongs to one team."""

    @property
    def team(self) -> str:
        """The team's name."""


Row = TypeVar("Row", bound=OfTeam)


def by_team(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of each team that has any, in their order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.team, []).append(row)
    return found
