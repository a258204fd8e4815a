"""What a scenario asks about a council's workers and their time, and how it is read off a row of published measures."""

from __future__ import annotations

from math import gamma, log
from typing import TYPE_CHECKING, Final

from familyflow.calibrate.baseline.estimates import Figure
from familyflow.calibrate.baseline.indicators import CIN, TENTH_PERCENT, WORKFORCE, number, percent
from familyflow.ground.calendar import WORKING_TO_CALENDAR

if TYPE_CHECKING:
    from familyflow.calibrate.evidence.councils import Row

_QUARTILES: Final = log(log(4) / log(4 / 3))
"""Shape of a Weibull distribution times the log of the ratio of its quartiles."""
_SHAPES: Final = (0.7, 5.0)
"""Shapes beyond these are quirks of recording, such as assessments closed on one same day."""
_MOST_VACANT: Final = 0.7


def staff() -> dict[str, Figure]:
    """Describe the workforce, by a scenario's key; `case_holders` by its own."""
    label = "At 30 September"
    return {
        "case_holders": Figure(
            "workers who hold cases",
            "fte",
            WORKFORCE,
            number("workforce_case_holders_fte"),
            per_child=True,
            label=label,
        ),
        "vacancy_rate": Figure("vacancies", "share", WORKFORCE, _vacancy, rounding=TENTH_PERCENT, label=label),
        "agency_share": Figure(
            "vacant posts covered by agency workers", "share", WORKFORCE, _agency, _agency_says, label=label
        ),
        "turnover_rate": Figure(
            "leavers",
            "per year",
            WORKFORCE,
            percent("workforce_turnover_rate_pct"),
            rounding=TENTH_PERCENT,
            label=label,
        ),
        "sickness_share": Figure(
            "sickness", "share", WORKFORCE, percent("workforce_absence_rate_pct"), rounding=TENTH_PERCENT, label=label
        ),
    }


def _vacancy(row: Row) -> float | None:
    """Return the vacancy rate; one beyond all others is a return of a handful of posts."""
    rate = row.get("workforce_vacancy_rate_pct")
    return rate / 100 if rate is not None and rate / 100 <= _MOST_VACANT else None


def _agency(row: Row) -> float | None:
    """Return the share of vacant posts that agency workers cover, from the two rates over workers in post."""
    vacant, agency = _vacancy(row), row.get("workforce_agency_rate_pct")
    if not vacant or agency is None or agency / 100 > _MOST_VACANT:
        return None
    covered = agency / (100 - agency)
    return min(covered / (vacant / (1 - vacant)), 1.0)


def _agency_says(row: Row) -> str:
    """Write how the covered share was made."""
    agency, vacancy = row["workforce_agency_rate_pct"], row["workforce_vacancy_rate_pct"]
    return f"agency {agency:g}% and vacancy {vacancy:g}%, each over workers in post, at most 1"


def own_times(sooner: float) -> dict[str, Figure]:
    """Describe a council's own times, by the id of the shared parameter whose place they take."""
    return {
        "assessment.days": Figure("mean length of an assessment", "days", CIN, _assessment_days, _assessment_says),
        "assessment.shape": Figure("shape of assessments' lengths", "ratio", CIN, _shape, _shape_says),
        "section47.days": Figure(
            "length of an enquiry",
            "days",
            CIN,
            lambda row: _enquiry_days(row, sooner),
            lambda row: (
                f"median to the conference {row['s47_to_icpc_median_working_days']:g} working days x 7/5 - {sooner:g}"
            ),
        ),
    }


def _shape(row: Row) -> float | None:
    """Return the shape of the Weibull distribution that has the published quartiles."""
    low, high = row.get("assessment_p25_working_days"), row.get("assessment_p75_working_days")
    if not low or not high:
        return None
    return min(max(_QUARTILES / log(high / low), _SHAPES[0]), _SHAPES[1]) if high > low else _SHAPES[1]


def _shape_says(row: Row) -> str:
    """Write how the shape was made."""
    low, high = row["assessment_p25_working_days"], row["assessment_p75_working_days"]
    bounds = f"within {_SHAPES[0]:g} to {_SHAPES[1]:g}"
    return f"quartiles {low:g} and {high:g} working days: {_QUARTILES:.4f} / ln of their ratio, {bounds}"


def _assessment_days(row: Row) -> float | None:
    """Return the mean length of an assessment in calendar days, from its median and shape."""
    middle, shape = row.get("assessment_median_working_days"), _shape(row)
    return middle * WORKING_TO_CALENDAR * _mean_over_median(shape) if middle and shape else None


def _assessment_says(row: Row) -> str:
    """Write how the mean length was made."""
    shape = _shape(row) or 1.0
    middle = row["assessment_median_working_days"]
    ratio = f"{_mean_over_median(shape):.3f}, mean over median of a Weibull of shape {shape:.2f}"
    return f"median {middle:g} working days x 7/5 x {ratio}"


def _mean_over_median(shape: float) -> float:
    """Return the mean over the median of a Weibull distribution."""
    return float(gamma(1 + 1 / shape) / log(2) ** (1 / shape))


def _enquiry_days(row: Row, sooner: float) -> float | None:
    """Return the mean length of an enquiry in calendar days."""
    middle = row.get("s47_to_icpc_median_working_days")
    return max(middle * WORKING_TO_CALENDAR - sooner, 1.0) if middle else None
