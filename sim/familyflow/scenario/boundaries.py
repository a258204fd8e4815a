"""Who serves which area, and how each step of a schedule moves that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from familyflow.scenario.schema import Boundary, Close, GoLive, Open

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from familyflow.scenario.model import Team
    from familyflow.scenario.schema import Step

Work: TypeAlias = tuple[str, str, str]
"""An area, a group of stages and a kind of family."""


@dataclass(frozen=True, slots=True)
class Ground:
    """At one moment: which team has each area's groups of stages and kinds of family, which are open and which live."""

    served: Mapping[Work, str]
    open: frozenset[str]
    live: frozenset[str]


def as_is(teams: Iterable[Team]) -> Ground:
    """Return the ground on day 0; a team without areas is not open yet."""
    working = [team for team in teams if team.areas]
    served = {work: team.name for team in working for work in works(team, team.areas)}
    return Ground(served, frozenset(team.name for team in working), frozenset())


def works(team: Team, areas: Sequence[str]) -> Iterator[Work]:
    """Return the work that a team has in some areas."""
    return ((area, group, kind) for area in areas for group in team.stages for kind in team.kinds)


def after(ground: Ground, step: Step, teams: Mapping[str, Team]) -> Ground:
    """Return the ground after a step."""
    match step:
        case GoLive():
            return replace(ground, live=ground.live | {step.team})
        case Open() | Boundary():
            taken = dict.fromkeys(works(teams[step.team], step.areas), step.team)
            return replace(ground, served={**ground.served, **taken}, open=ground.open | {step.team})
        case Close():
            return _closed(ground, step, teams)
        case _:
            return ground


def _closed(ground: Ground, step: Close, teams: Mapping[str, Team]) -> Ground:
    """Return the closing team's work to the receiving one, as far as it does such work."""
    kept = {work: team for work, team in ground.served.items() if team != step.team}
    left = [work for work, team in ground.served.items() if team == step.team]
    to = teams[step.to]
    taken = {work: step.to for work in left if work[1] in to.stages and work[2] in to.kinds}
    return Ground({**kept, **taken}, ground.open - {step.team}, ground.live - {step.team})
