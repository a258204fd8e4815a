"""How posts are filled when teams' establishments change: moved with their workers at once, or recruited to in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import fsum, inf
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Establishments: TypeAlias = "tuple[float, Mapping[str, float]]"
"""A day, and the posts (FTE) from that day on of each team that is or was open by then."""

TRACE: Final = 1e-9
"""FTE below which a rise is rounding error."""


@dataclass(frozen=True, slots=True)
class Posts:
    """From this day, a team has these posts (FTE): filled as usual, and new ones that only agency workers fill."""

    day: float
    team: str
    filled: float
    bridged: float


@dataclass(frozen=True, slots=True)
class _Opening:
    """New posts (FTE) of a team, from when agency workers fill them and from when they are filled as usual."""

    fte: float
    bridged_day: float
    filled_day: float


_Openings: TypeAlias = dict[str, list[_Opening]]


def lay_out(dated: Sequence[Establishments], bridge: float, lead: float) -> Iterator[Posts]:
    """Return the posts of teams of one kind whenever they may change; `dated` in order of day, day 0 first.

    Of a date's rises, the net rise over all teams is new: it is filled after `lead` days, by agency workers after
    `bridge` days. The others are posts that move from team to team, and what is open among them moves too.
    """
    openings: _Openings = {}
    before: Mapping[str, float] = dated[0][1]
    for (day, after), (until, _) in pairwise([*dated, (inf, {})]):
        openings = _moved(openings, before, after, _Opening(0.0, day + bridge, day + lead))
        for team, fte in after.items():
            yield from _stretch(team, fte, openings[team], day, until)
        before = after


def _moved(openings: _Openings, before: Mapping[str, float], after: Mapping[str, float], new: _Opening) -> _Openings:
    """Return the openings of each team after a date: rising teams share what falling ones give up and what is new.

    Where nothing falls, what is new of a team is its own rise, to the last digit, whatever other teams there are.
    """
    change = {team: fte - before.get(team, 0.0) for team, fte in after.items()}
    rises = fsum(rise for rise in change.values() if rise > 0)
    falls = fsum(-fall for fall in change.values() if fall < 0)
    net = rises - falls
    opened = [replace(new, fte=net / rises)] if net > TRACE else []
    moving = min(1.0, rises / falls) if falls else 0.0
    pool: list[_Opening] = []
    for team, fall in change.items():
        if fall < 0:
            pool += _scaled(openings.get(team, []), moving * -fall / before[team])
    return {
        team: _scaled(openings.get(team, []), after[team] / before[team] if rise < 0 else 1.0)
        + (_scaled(pool, rise / rises) + _scaled(opened, rise) if rise > 0 else [])
        for team, rise in change.items()
    }


def _scaled(openings: list[_Opening], share: float) -> list[_Opening]:
    """Return a share of some openings."""
    return [replace(opening, fte=opening.fte * share) for opening in openings]


def _stretch(team: str, fte: float, openings: list[_Opening], day: float, until: float) -> Iterator[Posts]:
    """Return a team's posts from one date of change to the next, as its openings are bridged and filled."""
    days = {edge for opening in openings for edge in (opening.bridged_day, opening.filled_day) if day < edge < until}
    for moment in sorted({day, *days}):
        waiting = fsum(opening.fte for opening in openings if moment < opening.filled_day)
        bridged = fsum(opening.fte for opening in openings if opening.bridged_day <= moment < opening.filled_day)
        yield Posts(moment, team, fte - waiting, bridged)
