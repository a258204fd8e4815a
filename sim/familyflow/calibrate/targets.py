"""What a fit must reproduce: each published measure, and how the same measure is read off expected flows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from familyflow.engine import rules
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
        stock = expected.entering * expected.cohort.stock + expected.alone * expected.cohort.stock_alone
        by_place = stock.sum(axis=(0, 1))
        here = [s.name in names for s in expected.structure.pathway.placements]
        return float(by_place[here].sum() / max(by_place.sum(), MINOR))

    return share


def _rereferred_within_12m(expected: Expectation) -> float:
    """Return the share of referrals that come within 12 months of the family's previous referral, as published.

    Closed families come back by their hazard; what is left of the 12 months on closing depends on the way they
    came, taken at its mean length.
    """
    arrays = expected.structure
    since, stay = _days_since_referral(expected), _mean_stays(expected)
    s, leads = arrays.locate("closed.rereferral")
    back = 0.0
    for t, e in zip(*np.nonzero(arrays.to == s), strict=True):
        left = max(0.0, YEAR - since[t] - stay[t])
        spent = rules.spent(expected.hazards[s, leads], STARTS, 1.0, 0.0, left)
        shares = expected.entries[s] / expected.entries[s].sum()
        back += expected.flows[t, e] * float(shares @ -np.expm1(-spent * arrays.ratio[s, leads]))
    return back * YEAR / max(expected.counted("referrals"), MINOR)


def _mean_stays(expected: Expectation) -> np.ndarray:
    """Return the mean days of a visit to each stage; 0 for one that nobody enters."""
    entries = expected.entries.sum(axis=1)
    return np.asarray(expected.occupancy.sum(axis=(1, 2)) / np.maximum(entries, MINOR))


def _days_since_referral(expected: Expectation) -> np.ndarray:
    """Return the mean days since the last referral on entering each stage; a year where there was none."""
    arrays, stay = expected.structure, _mean_stays(expected)
    count = len(stay)
    came, days = np.zeros((count, count)), np.zeros(count)
    for s, e in zip(*np.nonzero(arrays.to >= 0), strict=True):
        came[arrays.to[s, e], s] += expected.flows[s, e]
    total = came.sum(axis=1)
    came = came / np.maximum(total, MINOR)[:, None]
    days = came @ stay
    for name, fixed in (("contact", YEAR), ("referral", 0.0)):
        came[arrays.pathway.index[name]], days[arrays.pathway.index[name]] = 0.0, fixed
    return np.linalg.solve(np.eye(count) - came, days)


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
