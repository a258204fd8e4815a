"""A council's own prior shares of what follows a referral, an assessment and an enquiry, in place of England's.

They are ratios of a year's counts, not of one cohort's, so they are where the fit starts and not what it must meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.ground.quantity import Quantity, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFERRAL, _ASSESSMENT, _SECTION47 = ("decision.referral", "decision.assessment", "decision.section47")
_LEAST: Final = 0.02
"""No outcome's prior is below this: what starts at nothing stays nothing."""
_MOST: Final = 0.6
"""No ratio of two counts is taken for more of an outcome than this."""
_WIDE: Final = 0.4
"""Half width of a prior's range, as a share of it, where a ratio of counts stands for a cohort's."""


def decisions(targets: Mapping[str, Quantity], england: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Return the prior shares by the shared parameter's id; each decision's add up to 1 exactly."""
    return _referral(targets) | _assessment(targets, england) | _section47(targets, england)


def _referral(targets: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Split referrals as published."""
    nfa = targets["referrals_nfa_share"]
    value = max(nfa.value, _LEAST / 4)
    low, high = max(min(nfa.low, value), _LEAST / 8), max(nfa.high, value)
    ends = "The council's own, as in [targets], instead of England's."
    goes_on = Quantity(
        round(1 - value, 4),
        round(1 - high, 4),
        round(1 - low, 4),
        "share",
        nfa.year,
        nfa.source,
        _weaker(nfa),
        f"1 - {value:g}.",
    )
    first = Quantity(value, round(low, 4), high, "share", nfa.year, nfa.source, _weaker(nfa), ends)
    return {f"{_REFERRAL}.nfa": first, f"{_REFERRAL}.assessment": goes_on}


def _assessment(targets: Mapping[str, Quantity], england: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Split assessments: enquiries and no need by the council's counts, early help as England's, CIN the rest."""
    given, early = targets["section47s"], england[f"{_ASSESSMENT}.early_help"].value
    enquiries = min(given.value / max(targets["assessments"].value, 1.0), _MOST)
    closed = max(targets["assessments_not_in_need_share"].value, _LEAST)
    scale = min((1 - early - england[f"{_ASSESSMENT}.cin"].low / 2) / (enquiries + closed), 1.0)
    ratio = f"{given.value:,.0f} enquiries / {targets['assessments'].value:,.0f} assessments, a ratio of annual counts."
    as_target = "The council's own, as in [targets]."
    shrunk = f" Both made smaller, x {scale:.2f}, to leave room for CIN plans." if scale < 1 else ""
    parts = {
        "close": (round(closed * scale, 4), as_target + shrunk),
        "section47": (round(enquiries * scale, 4), ratio + shrunk),
        "early_help": (early, "As for England."),
    }
    return _with_rest(_ASSESSMENT, parts, "cin", "Remainder of 1.", given)


def _section47(targets: Mapping[str, Quantity], england: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Split enquiries: plans by the council's counts, care as England's, the rest as England's rest."""
    starts, given = targets["cp_starts"], targets["section47s"]
    usual = {name: england[f"{_SECTION47}.{name}"].value for name in ("care", "close", "cin")}
    plans = min(max(starts.value / max(given.value, 1.0), _LEAST), _MOST)
    left = 1 - plans - usual["care"]
    parts = {
        "close": (
            round(left * usual["close"] / (usual["close"] + usual["cin"]), 4),
            "Remainder of 1, shared as England's.",
        ),
        "cp": (
            round(plans, 4),
            f"{starts.value:,.0f} plans started / {given.value:,.0f} enquiries, a ratio of annual counts.",
        ),
        "care": (usual["care"], "As for England."),
    }
    return _with_rest(_SECTION47, parts, "cin", "Remainder of 1, shared as England's.", given)


def _with_rest(
    stage: str, parts: Mapping[str, tuple[float, str]], rest: str, note: str, given: Quantity
) -> dict[str, Quantity]:
    """Return each part of a decision a range, and the rest to one of them."""
    left = round(1 - sum(value for value, _ in parts.values()), 4)
    every = {**parts, rest: (left, note)}
    return {f"{stage}.{name}": _share(value, note, given) for name, (value, note) in every.items()}


def _share(value: float, note: str, given: Quantity) -> Quantity:
    """Return a prior share, wide: a ratio of counts is not a cohort's share."""
    low, high = round(value * (1 - _WIDE), 4), round(min(value * (1 + _WIDE), (1 + value) / 2), 4)
    return Quantity(value, low, high, "share", given.year, given.source, Status.ASSUMED, note)


def _weaker(quantity: Quantity) -> Status:
    """Return the status of what is taken over from a number."""
    return Status.ASSUMED if quantity.status is Status.ASSUMED else Status.DERIVED
