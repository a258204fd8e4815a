"""Adult workers: how a plan's posts stand to the evidence's, who sees parents and how soon, and what follows.

Words follow numbers: nothing is said of waits or of workers that the plan or the draws do not show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.engine import dose
from familyflow.engine.ledger import UNMET
from familyflow.pathway import PATHWAY
from familyflow.pathway.adult_work import REFERENCE
from familyflow.results.monthly import council
from familyflow.results.outcome import outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from familyflow.results.monthly import Monthly
    from familyflow.scenario import Scenario

_KINDS: Final = ("adult_wait_days", "adult_waits")
WAITS: Final = ("schedule", "role", "where", "mean", "p5", "p95", "mc_error", "seen", "draws")
"""Columns of waits.csv: days from taking up an offer to the first appointment; parents seen in the run, on average."""
IN_TEAM: Final = "in the team"
OUTSIDE: Final = "outside"
_SUFFIX: Final = {IN_TEAM: "", OUTSIDE: "_outside"}
_EVERY_DRAW: Final = "children_open"
"""A measure that every draw has, so that those without a problem are counted too."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """A team's adult workers (FTE) against the evidence's for its children on plans; `power`: of a stated effect."""

    team: str
    title: str
    children: float
    posts: float
    reference: float
    dose: float
    power: float


def staffing(scenario: Scenario) -> list[Staffing]:
    """Return how each team on plans that some schedule takes live is staffed, at central values."""
    values = scenario.central()
    return [
        Staffing(
            team=name,
            title=scenario.teams[name].title,
            children=plan.children,
            posts=sum(plan.fte.get(role, 0.0) for role in REFERENCE),
            reference=sum(dose.reference(values, plan.children).values()),
            dose=plan.dose(values),
            power=dose.delivered(values, plan.dose(values)),
        )
        for name, plan in dose.by_team(scenario, values, PATHWAY).items()
    ]


def is_dosed(scenario: Scenario) -> bool:
    """Return whether the programme claims an effect that hangs on adult workers."""
    claimed = set(scenario.programme.effects)
    return any(effect.name in claimed and effect.outcome for effect in PATHWAY.effects)


def waits(monthly: Monthly) -> pd.DataFrame:
    """Return the waits of parents by schedule, role and place, over draws: WAITS."""
    names = [f"{kind}_{role}{suffix}" for role in REFERENCE for suffix in _SUFFIX.values() for kind in _KINDS]
    sums = council(monthly, names).groupby(level=["schedule", "draw"], sort=False).sum()
    parts = [_of(sums, role, where) for role in REFERENCE for where in _SUFFIX]
    return pd.concat(parts, ignore_index=True)[list(WAITS)]


def _of(sums: pd.DataFrame, role: str, where: str) -> pd.DataFrame:
    """Return the rows of one role's parents who are seen in one kind of place."""
    days, seen = (sums[f"{kind}_{role}{_SUFFIX[where]}"] for kind in _KINDS)
    some = seen > 0
    found = outcomes((days[some] / seen[some]).rename("value"), ["schedule"]).reset_index()
    found["seen"] = found["schedule"].map(seen.groupby(level="schedule").mean())
    found["draws"] = found["schedule"].map(some.groupby(level="schedule").sum())
    return found.assign(role=role, where=where)


def unmet(monthly: Monthly) -> Iterator[str]:
    """Say which stated effects cannot be delivered as stated, and in how many draws."""
    names = [f"{UNMET}{name}" for name in _named()]
    told = council(monthly, [*names, _EVERY_DRAW]).groupby(level="draw").max()
    draws = len(told)
    for name in names:
        count = int((told[name] > 0).sum())
        if count:
            title = name.removeprefix(UNMET).replace("_", " ")
            yield (
                f"The stated effect on {title} is more than the model can deliver in {count:,} of {draws:,} draws: "
                "too few of the council's children are in families that the programme reaches. There it comes as near "
                "as it can."
            )


def _named() -> list[str]:
    return [*(effect.name for effect in PATHWAY.effects), *(p.name for p in PATHWAY.programmes if p.ratio)]


def write(table: pd.DataFrame, path: Path) -> None:
    """Write the waits as tidy CSV, numbers to nine digits, the same bytes on every platform."""
    table.to_csv(path, index=False, float_format="%.9g", lineterminator="\n")
