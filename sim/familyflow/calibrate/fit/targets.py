"""What a fit must reproduce: each published measure, and how the same measure is read off expected flows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import expm

from familyflow.engine.structure import STARTS
from familyflow.pathway.people import YEAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from familyflow.engine.balance import Expectation

MINOR = 1e-12


@dataclass(frozen=True)
class Target:
    """A published measure: its quantity id, how it is read off a balance, and how off simulated measures.

    `simulated`: ledger measures (numerator, denominator; a stock is followed by "=") for the same definition, or
    empty where the ledger has none. `title`: for tables. `held_out`: shown beside the fit and not fitted.
    """

    key: str
    title: str
    expected: Callable[[Expectation], float]
    simulated: tuple[str, ...] = ()
    held_out: bool = False


def _share(of: str, within: str) -> Callable[[Expectation], float]:
    return lambda e: e.counted(of) / max(e.counted(within), MINOR)


def _exit_share(stage: str, leads: str) -> Callable[[Expectation], float]:
    def share(expected: Expectation) -> float:
        """Return those who leave a stage so, of all who leave it."""
        s, e = expected.structure.locate(f"{stage}.{leads}")
        return float(expected.flows[s, e] / max(expected.flows[s].sum(), MINOR))

    return share


def _entered(group: str) -> Callable[[Expectation], float]:
    return lambda e: e.started(group) * YEAR


def _ceased_turned_18(expected: Expectation) -> float:
    grown = expected.entering * expected.cohort.turned_18 + expected.alone * expected.cohort.turned_18_alone
    return grown * YEAR / max(_ceased(expected), MINOR)


def _ceased(expected: Expectation) -> float:
    """Return children a year who cease to be looked after, in balance as many as start."""
    return (expected.entering + expected.alone) * YEAR


def _ceased_share(measure: str) -> Callable[[Expectation], float]:
    return lambda e: e.counted(measure) / max(_ceased(e), MINOR)


def _placement_share(*names: str) -> Callable[[Expectation], float]:
    def share(expected: Expectation) -> float:
        """Return those placed so, of all who are placed."""
        here = [s.name in names for s in expected.structure.pathway.placements]
        return float(expected.placed[here].sum() / max(expected.placed.sum(), MINOR))

    return share


def _rereferred_within_12m(expected: Expectation) -> float:
    """Return the share of referrals that come within 12 months of the family's previous one, as published.

    In balance that is the chance of another referral within 12 months of one: the first passage of a chain in which
    each stage lasts exponentially about its mean, and closure goes through its bands.
    """
    pathway = expected.structure.pathway
    closed, referral = pathway.index["closed"], pathway.index["referral"]
    stages = [s for s, stage in enumerate(pathway.stages) if not stage.in_care and s != closed]
    place = {s: i for i, s in enumerate(stages)}
    first_band, again = len(stages), len(stages) + len(STARTS)
    chain = np.zeros((again + 1, again + 1))
    for s in stages:
        entries = max(float(expected.entries[s].sum()), MINOR)
        stay = max(float(expected.occupancy[s].sum()) / entries, MINOR)
        for e in np.flatnonzero(expected.structure.to[s] >= 0):
            to = int(expected.structure.to[s, e])
            target = again if to == referral else first_band if to == closed else place[to]
            chain[place[s], target] += expected.flows[s, e] / entries / stay
        chain[place[s], place[s]] -= 1 / stay
    _fill_closed(expected, chain, first_band, closed)
    return float(expm(chain * YEAR)[place[referral], again])


def _fill_closed(expected: Expectation, chain: np.ndarray, first_band: int, closed: int) -> None:
    """Fill the bands of closure: a referral by the band's mean hazard, else on to the next band."""
    leads = expected.structure.pathway.stages[closed].exit_names.index("rereferral")
    shares = expected.entries[closed] / max(float(expected.entries[closed].sum()), MINOR)
    back = expected.hazards[closed, leads] * float(shares @ expected.structure.ratio[closed, leads])
    for b, length in enumerate(np.append(np.diff(STARTS), np.inf)):
        at = first_band + b
        chain[at, -1] = back[b]
        if np.isfinite(length):
            chain[at, at + 1] += 1 / length
        chain[at, at] -= back[b] + 1 / length


def _proceedings(expected: Expectation) -> float:
    later = expected.structure.values["plan.care.voluntary_to_proceedings"]
    return expected.counted("proceedings") + later * expected.counted("care_entries_voluntary")


TARGETS = (
    Target("snapshot.children_on_cin", "children on a CIN plan", lambda e: e.stock("cin"), ("children_on_cin=",)),
    Target("snapshot.children_on_cp", "children on a CP plan", lambda e: e.stock("cp"), ("children_on_cp=",)),
    Target("snapshot.children_in_care", "children in care", lambda e: e.stock("care"), ("children_in_care=",)),
    Target("target.contacts", "contacts a year", lambda e: e.counted("contacts"), ("contacts",)),
    Target("target.referrals", "referrals a year", lambda e: e.counted("referrals"), ("referrals",)),
    Target(
        "target.rereferrals_12m_share",
        "re-referrals within 12 months",
        _rereferred_within_12m,
        ("rereferrals_12m", "referrals"),
    ),
    Target("target.referrals_nfa_share", "referrals with no further action", _exit_share("referral", "nfa")),
    Target("target.assessments", "assessments a year", _entered("assessment"), ("assessments",)),
    Target("target.assessments_not_in_need_share", "assessed, not in need", _exit_share("assessment", "close")),
    Target("target.section47s", "section 47 enquiries a year", _entered("section47"), ("section47s",)),
    Target("target.cin_starts", "CIN plans started a year", _entered("cin"), ("cin_starts",)),
    Target("target.cp_starts", "CP plans started a year", _entered("cp"), ("cp_starts",)),
    Target("target.care_starts", "children starting care a year", _entered("care"), ("care_entries",)),
    Target(
        "target.care_ceased_share_home",
        "ceased: home",
        _ceased_share("care_exits_home"),
        ("care_exits_home", "care_exits"),
    ),
    Target(
        "target.care_ceased_share_sgo",
        "ceased: special guardianship",
        _ceased_share("care_exits_sgo"),
        ("care_exits_sgo", "care_exits"),
    ),
    Target(
        "target.care_ceased_share_adoption",
        "ceased: adopted",
        _ceased_share("care_exits_adoption"),
        ("care_exits_adoption", "care_exits"),
    ),
    Target(
        "target.care_ceased_share_turned_18",
        "ceased: turned 18",
        _ceased_turned_18,
        ("care_exits_turned_18", "care_exits"),
    ),
    Target(
        "target.placement_share_foster",
        "placed in foster care",
        _placement_share("kinship", "in_house_foster", "agency_foster"),
    ),
    Target("target.placement_share_residential", "placed in residential care", _placement_share("residential")),
    Target("target.placement_share_supported", "in supported accommodation", _placement_share("supported")),
    Target("target.placement_share_with_parents", "placed with parents", _placement_share("with_parents")),
    Target(
        "target.uasc_share",
        "unaccompanied, of those starting",
        lambda e: e.alone / max(e.entering + e.alone, MINOR),
    ),
    Target("target.proceedings", "children in proceedings a year", _proceedings, ("proceedings",), held_out=True),
)


def read(expected: Expectation, keys: list[str]) -> np.ndarray:
    """Return the expected value of each target named, in order."""
    by_key = {t.key: t for t in TARGETS}
    return np.array([by_key[k].expected(expected) for k in keys])
