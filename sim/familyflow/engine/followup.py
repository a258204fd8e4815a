"""Children followed up from a first referral: how many enter care within 18 months, as the national trial counts.

The estimand, written once in docs/model.md: children under 13 on the day on which their family is first referred in the
run, and who have not been in care in it before; counted where 18 months more lie within the run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from familyflow.engine.records import NEW, RECORD, Event
from familyflow.pathway.people import YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from familyflow.engine.population import Population
    from familyflow.engine.structure import Flags, Floats, Ints, Structure

FIRST_REFERRED: Final = "first_referred_under_13"
ENTERED_CARE: Final = "entered_care_18m_under_13"
UNDER: Final = 13.0
"""Years of age below which a child is followed up."""
DAYS: Final = 548.0
"""Eighteen months."""
REFERRALS: Final = "referrals"
"""What a stage counts on entry whose entry is a referral."""


@dataclass(eq=False)
class Watch:
    """What is kept of a run's records as they pass: who is referred, and which children enter care.

    `referral`, `told` (S,): stages on entry to which a family is referred; those and the stages of care.
    """

    referral: Flags
    told: Flags
    kept: list[np.ndarray] = field(default_factory=list)

    @classmethod
    def of(cls, structure: Structure) -> Watch:
        """Return the watch over a pathway's records, before any has passed."""
        stages = structure.pathway.stages
        referral = np.array([REFERRALS in stage.counts for stage in stages])
        return cls(referral, referral | np.array([stage.in_care for stage in stages]))

    def over(self, chunks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield chunks of records as they are, and keep the few that tell of a referral or of a child entering care."""
        for events in chunks:
            entered = np.flatnonzero((events["event"] == Event.ENTER) & (events["exit"] == NEW))
            self.kept.append(events[entered[self.told[events["place"][entered]]]])
            yield events

    def records(self) -> np.ndarray:
        """Return what has been kept, in order."""
        return np.concatenate([np.zeros(0, RECORD), *self.kept])


@dataclass(frozen=True, eq=False)
class Followup:
    """Families first referred early enough to be followed up: their referrals' records, and their children.

    `referral` (R,): records, by family's number. `followed`, `entered` (R,): children under 13 then; those of them who
    entered care within 18 months.
    """

    referral: np.ndarray
    followed: Ints
    entered: Ints

    def measures(self, edges: Floats, columns: int) -> Iterator[tuple[str, Floats]]:
        """Yield both measures as tables (months, teams), in the month of the referral and for the team that took it."""
        cell = np.searchsorted(edges, self.referral["time"]), self.referral["team"].astype(np.int64) % columns
        for name, children in ((FIRST_REFERRED, self.followed), (ENTERED_CARE, self.entered)):
            table = np.zeros((len(edges), columns))
            np.add.at(table, cell, children)
            yield name, table


def of(watch: Watch, structure: Structure, families: Population, horizon: float) -> Followup:
    """Follow up the families first referred by 18 months before the horizon, from what a watch has kept of a run."""
    records = watch.records()
    referred = watch.referral[records["place"]]
    soon = records[referred & (records["time"] + DAYS <= horizon)]
    new = soon[_unreferred(watch.referral, structure, families)[soon["family"]]]
    first = _first(new, new["family"])
    days = _days_of_entry(records[~referred], first["family"], families.born.shape[1])
    since = days - first["time"][:, None]
    young = (first["time"][:, None] - families.born[first["family"]] < UNDER * YEAR) & (since >= 0)
    return Followup(first, young.sum(axis=1), (young & (since <= DAYS)).sum(axis=1))


def _first(records: np.ndarray, of: Ints) -> np.ndarray:
    """Return the first record of each that there is, by number."""
    return np.asarray(records[np.unique(of, return_index=True)[1]])


def _days_of_entry(entries: np.ndarray, families: Ints, children: int) -> Floats:
    """Return the day on which each child of some families, in order, first enters care (F, children); inf for never."""
    first = _first(entries, entries["family"] * children + entries["child"])
    days = np.full((len(families), children), np.inf)
    mine = first[np.isin(first["family"], families)]
    days[np.searchsorted(families, mine["family"]), mine["child"]] = mine["time"]
    return days


def _unreferred(referral: Flags, structure: Structure, families: Population) -> Flags:
    """Return which families (N,) have surely not been referred before they come.

    Those who come in the run have not, nor those known on day 0 at a stage that no way leads to from a referral.
    """
    never = np.append(~_beyond(referral, structure.to), [False])  # the last: no stage, since every child is in care
    return np.asarray((families.arrives > 0) | never[families.stage])


def _beyond(referral: Flags, to: Ints) -> Flags:
    """Return the stages (S,) at which a family may be that has been referred."""
    reached = referral
    while True:
        leads = to[reached]
        further = reached.copy()
        further[leads[leads >= 0]] = True
        if (further == reached).all():
            return reached
        reached = further
