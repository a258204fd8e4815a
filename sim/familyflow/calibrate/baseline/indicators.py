"""What a scenario asks of a council, and how each figure is read off a row of published measures.

A figure that needs arithmetic shows it. What is suppressed is mostly small: where the whole is published, a missing
part is taken as a count of about three, and missing parts of a whole share what the others leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from familyflow.calibrate.baseline.estimates import PER, Figure, children, shown
from familyflow.calibrate.evidence.councils import ENGLAND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from familyflow.calibrate.evidence.councils import Evidence, Row

CIN, CLA, LAIT, WORKFORCE = "dfe_cin", "dfe_cla", "dfe_lait", "dfe_workforce"
PER_YEAR: Final = "children per year"
BANDS: Final = MappingProxyType(
    {"0_3m": "le3m", "3_6m": "3to6m", "6_12m": "6to12m", "1_2y": "1to2y", "2y_plus": "2yplus"}
)
"""What the published tables call each duration band of a scenario."""
PLACES: Final = MappingProxyType(
    {
        "foster": ("foster", "placed_for_adoption"),
        "residential": ("secure_and_childrens_homes", "residential_schools", "other_residential"),
        "supported": ("independent_or_semi", "other"),
        "with_parents": ("with_parents",),
    }
)
"""The published kinds of placement that make up each of a scenario's."""
FACTORS: Final = MappingProxyType(
    {
        "domestic_abuse": "domestic_abuse_parent",
        "mental_ill_health": "mental_health_parent",
        "drug_misuse": "drug_misuse_parent",
        "alcohol_misuse": "alcohol_misuse_parent",
    }
)
"""The published factor that stands for each harm."""
_WHOLE_PERCENT: Final = 0.005
TENTH_PERCENT: Final = 0.0005
_RECORDED: Final = 1.0
"""Percent of assessments below which a factor was not recorded rather than absent."""


def percent(key: str) -> Callable[[Row], float | None]:
    """Make the reader of a percentage as a share."""
    return lambda row: row[key] / 100 if key in row else None


def number(key: str) -> Callable[[Row], float | None]:
    """Make the reader of a measure as it stands."""
    return lambda row: row.get(key)


def over(upper: str, lower: str) -> Callable[[Row], float | None]:
    """Make the reader of one measure over another."""
    return lambda row: min(row[upper] / row[lower], 1.0) if upper in row and row.get(lower) else None


def count(name: str, key: str, source: str, *, definition: float = 0.0, note: str = "") -> Figure:
    """Describe a count of children in a year that is published as it stands."""
    return Figure(name, PER_YEAR, source, number(key), per_child=True, definition=definition, note=note)


def share(name: str, key: str, of: str, source: str, rounding: float = TENTH_PERCENT) -> Figure:
    """Describe a share that is published as a percentage of a count."""
    return Figure(name, "share", source, percent(key), of=number(of), rounding=rounding)


@dataclass(frozen=True, slots=True)
class Whole:
    """Parts of one whole: its published percentages by measure, what is usual where some are missing, and the whole."""

    usual: Mapping[str, float]
    of: str

    def read(self, row: Row, keys: Sequence[str]) -> float | None:
        """Return the share of some parts together; missing parts share what the others leave, as is usual."""
        known = {key: row[key] for key in self.usual if key in row}
        left = max(100 - fsum(known.values()), 0.0)
        missing = {key: usual for key, usual in self.usual.items() if key not in known}
        if not known or not fsum(known.values()) or left > fsum(known.values()):
            return None
        scale = left / fsum(missing.values()) if missing and fsum(missing.values()) else 0.0
        parts = known | {key: usual * scale for key, usual in missing.items()}
        return fsum(parts[key] for key in keys) / fsum(parts.values())

    def figure(self, name: str, keys: Sequence[str], source: str, *, definition: float = 0.0, note: str = "") -> Figure:
        """Describe the share of some parts together."""
        read = lambda row: self.read(row, keys)  # noqa: E731 - one of the figure's ways to be read
        says = lambda row: self.says(row, keys)  # noqa: E731 - the same
        return Figure(
            name,
            "share",
            source,
            read,
            says,
            of=number(self.of),
            rounding=TENTH_PERCENT,
            definition=definition,
            note=note,
        )

    def says(self, row: Row, keys: Sequence[str]) -> str:
        """Write how the share of some parts was made."""
        parts = " + ".join(f"{row[key]:g}%" if key in row else "a suppressed part of what is left" for key in keys)
        return f"{parts} of all" if len(keys) > 1 else parts


def whole(known: Evidence, keys: Sequence[str], of: str) -> Whole:
    """Take what is usual of each part from England's last year that has them all."""
    rows = [known.rows[ENGLAND, year] for year in reversed(known.years(ENGLAND))]
    usual = next((row for row in rows if all(key in row for key in keys)), {})
    return Whole({key: usual.get(key, 1.0) for key in keys}, of)


def flows(known: Evidence) -> dict[str, Figure]:
    """Describe the targets that are counts, shares of counts and times, by a scenario's key."""
    error = {key: known.estimates[f"definition.{key}"].value for key in ("section47s", "assessments", "not_in_need")}
    stepups = known.estimates["stepups_per_referral"].value
    return {
        "referrals": count("referrals", "referrals_number", CIN),
        "rereferrals_12m_share": share("re-referrals", "rereferrals_within_12m_pct", "referrals_number", CIN),
        "referrals_nfa_share": share("referrals with no further action", "referrals_nfa_pct", "referrals_number", CIN),
        "assessments": Figure(
            "assessments",
            PER_YEAR,
            CIN,
            lambda row: _assessments(row, stepups),
            lambda row: _assessments_says(row, stepups),
            per_child=True,
            definition=error["assessments"],
        ),
        "assessments_not_in_need_share": Figure(
            "assessments that find no need",
            "share",
            CIN,
            _not_in_need,
            _not_in_need_says,
            of=number("assessments_completed_number"),
            definition=error["not_in_need"],
        ),
        "assessment_median_days": Figure(
            "length of an assessment", "working days", CIN, number("assessment_median_working_days"), rounding=0.5
        ),
        "section47s": count("section 47 enquiries", "s47_number", CIN, definition=error["section47s"]),
        "cp_starts": count("child protection plans started", "cpp_started_number", CIN),
    }


def _onward(row: Row) -> float | None:
    """Return referrals that go on to an assessment."""
    if "referrals_number" not in row:
        return None
    return row["referrals_number"] * (1 - row.get("referrals_nfa_pct", 0.0) / 100)


def _assessments(row: Row, stepups: float) -> float | None:
    """Return assessments that follow a referral or step-up: those completed, less repeats of children already open."""
    completed, onward = row.get("assessments_completed_number"), _onward(row)
    if completed is None or onward is None:
        return completed if onward is None else onward
    return min(completed, onward + stepups * row["referrals_number"])


def _assessments_says(row: Row, stepups: float) -> str:
    """Write how assessments were made."""
    completed, onward = row.get("assessments_completed_number"), _onward(row)
    if onward is None or (completed is not None and completed <= onward + stepups * row["referrals_number"]):
        return f"{shown(completed or 0.0, PER_YEAR)} completed"
    referrals, ends = shown(row["referrals_number"], PER_YEAR), row.get("referrals_nfa_pct", 0.0)
    more = f"{shown(completed, PER_YEAR)} were completed, repeats of open children among them" if completed else ""
    return f"referrals {referrals} x (1 - {ends:g}% + {stepups:g} for step-ups){f'; {more}' if more else ''}"


def _not_in_need(row: Row) -> float | None:
    """Return the share of assessments that find no need, of referrals that had one."""
    closed, onward = row.get("referrals_assessed_not_in_need_number"), _onward(row)
    return min(closed / onward, 1.0) if closed is not None and onward else None


def _not_in_need_says(row: Row) -> str:
    """Write how the share that finds no need was made."""
    closed = shown(row["referrals_assessed_not_in_need_number"], PER_YEAR)
    return f"{closed} of {shown(row['referrals_number'], PER_YEAR)} x (1 - {row.get('referrals_nfa_pct', 0.0):g}%)"


def durations(known: Evidence) -> dict[str, Figure]:
    """Describe the shares by duration of plans and episodes that ended, by a scenario's key."""
    error = known.estimates["definition.cin_durations"].value
    guide = "Everyone in need, whole episodes: a guide to the shape only."
    return _bands(known, "cp", "cpp", 0.0, "") | _bands(known, "cin", "cin", error, guide)


def _bands(known: Evidence, plan: str, stem: str, definition: float, note: str) -> dict[str, Figure]:
    """Describe the shares by duration of one kind of plan."""
    keys = {band: f"{stem}_ended_duration_{theirs}_pct" for band, theirs in BANDS.items()}
    of = {"cp": "cpp_ended_number", "cin": "cin_episodes_ended_number"}[plan]
    parts = whole(known, tuple(keys.values()), of)
    return {
        f"{plan}_ended_share_{band}": parts.figure(
            f"durations of {plan}", (key,), CIN, definition=definition, note=note
        )
        for band, key in keys.items()
    }


def care(known: Evidence) -> dict[str, Figure]:
    """Describe the targets about care, by a scenario's key."""
    small = known.estimates["suppressed_count"].value
    ceased = number("cla_ceased_number")
    return {
        "care_starts": count("children starting care", "cla_started_number", LAIT),
        "care_ceased_share_home": Figure(
            "returns home", "share", CLA, lambda r: _home(r, small), _home_says, of=ceased
        ),
        "care_ceased_share_sgo": _left(
            small, "special guardianship", "cla_ceased_reason_sgo_pct", "cla_ceased_sgo_number"
        ),
        "care_ceased_share_adoption": _left(small, "adoption", "cla_ceased_reason_adopted_pct", "cla_adopted_number"),
        "care_ceased_share_turned_18": share(
            "leavers who turned 18", "cla_ceased_age_18_years_and_over_pct", "cla_ceased_number", CLA
        ),
        **_placements(known),
        "uasc_share": share(
            "unaccompanied children, of those starting care",
            "cla_started_uasc_pct",
            "cla_started_number",
            LAIT,
            _WHOLE_PERCENT,
        ),
        "proceedings": _in_proceedings(known),
    }


def _placements(known: Evidence) -> dict[str, Figure]:
    """Describe where children in care live."""
    keys = {group: [f"cla_placement_{place}_pct" for place in places] for group, places in PLACES.items()}
    parts = whole(known, [key for group in keys.values() for key in group], "cla_at_31mar_number")
    return {
        f"placement_share_{group}": parts.figure("placements", each, CLA, note=_NOTES.get(group, ""))
        for group, each in keys.items()
    }


_NOTES: Final = MappingProxyType(
    {
        "foster": "Placed for adoption counts here, with carers who are paid alike.",
        "supported": "Other placements count here: since 2024 supported accommodation is among them.",
    }
)


def _home(row: Row, small: float) -> float | None:
    """Return the share of leavers who go home; where only one of the two ways is published the other is small."""
    ceased = row.get("cla_ceased_number")
    ways = [_way(row, way) for way in ("planned", "unplanned")]
    if not ceased or ways[0] is None:
        return None
    return min((ways[0] + (small if ways[1] is None else ways[1])) / ceased, 1.0)


def _way(row: Row, way: str) -> float | None:
    """Return how many went home in one way, as counted or as a whole percentage."""
    stem = f"cla_ceased_returned_home_{way}"
    if f"{stem}_number" in row:
        return row[f"{stem}_number"]
    return row[f"{stem}_pct"] / 100 * row["cla_ceased_number"] if f"{stem}_pct" in row else None


def _home_says(row: Row) -> str:
    """Write how the share who go home was made."""
    planned, unplanned = _way(row, "planned"), _way(row, "unplanned")
    other = "about 3, suppressed" if unplanned is None else f"{unplanned:.0f}"
    return f"planned and not ({planned:.0f} + {other}) / {row['cla_ceased_number']:,.0f}"


def _left(small: float, name: str, key: str, counted: str) -> Figure:
    """Describe the share of leavers by one way: as published, else by its count, else a small one."""

    def read(row: Row) -> float | None:
        """Return the share of those who ceased; None where it was not published."""
        ceased = row.get("cla_ceased_number")
        if key in row:
            return row[key] / 100
        if not ceased:
            return None
        if counted in row:
            return min(row[counted] / ceased, 1.0)
        return small / ceased if "cla_ceased_age_18_years_and_over_pct" in row and ceased > small else None

    def says(row: Row) -> str:
        """Say how the share was read."""
        if key in row:
            return f"{row[key]:g}%"
        ceased = f"{row['cla_ceased_number']:,.0f}"
        return f"{row[counted]:.0f} / {ceased}" if counted in row else f"suppressed, taken as {small:g} / {ceased}"

    return Figure(
        f"leavers by {name}", "share", CLA, read, says, of=number("cla_ceased_number"), rounding=TENTH_PERCENT
    )


def _in_proceedings(known: Evidence) -> Figure:
    """Describe children in new care proceedings, from applications."""
    per_case = known.estimates["proceedings.children_per_case"].value
    error = known.estimates["definition.proceedings"].value

    def says(row: Row) -> str:
        """Say how the number was worked out."""
        rate = f"applications {row['care_applications_rate']:g} per 10,000"
        return f"{rate} x {children(row):,.0f} x {per_case:g} children each"

    read = lambda row: _proceedings(row, per_case)  # noqa: E731 - one of the figure's ways to be read
    return Figure("proceedings", PER_YEAR, LAIT, read, says, per_child=True, definition=error)


def _proceedings(row: Row, per_case: float) -> float | None:
    """Return children in new care proceedings."""
    living = children(row)
    return (
        row["care_applications_rate"] * living / PER * per_case if living and "care_applications_rate" in row else None
    )


def harms() -> dict[str, Figure]:
    """Describe the share of assessments with each harm."""
    return {
        harm: Figure(
            f"factor {harm}",
            "share",
            CIN,
            _recorded(f"assessment_factor_{factor}_pct"),
            of=number("assessment_factor_episodes_number"),
            rounding=TENTH_PERCENT,
            note="Parent, of assessments with a factor recorded.",
        )
        for harm, factor in FACTORS.items()
    }


def _recorded(key: str) -> Callable[[Row], float | None]:
    """Make the reader of a factor that some councils did not record."""
    return lambda row: row[key] / 100 if row.get(key, 0.0) >= _RECORDED else None


STOCKS: Final = MappingProxyType(
    {
        "children_on_cp": Figure(
            "children on CP plans", "children", CIN, number("cpp_at_31mar_number"), per_child=True
        ),
        "children_in_care": Figure("children in care", "children", LAIT, number("cla_at_31mar_number"), per_child=True),
    }
)
"""The counts of day 0 that are published as they stand."""


def remainder(row: Row) -> float | None:
    """Return everyone open who has neither a CP plan nor is looked after."""
    keys = ("cin_at_31mar_number", "cpp_at_31mar_number", "cla_at_31mar_number")
    if any(key not in row for key in keys):
        return None
    everyone, on_plans, in_care = (row[key] for key in keys)
    return max(everyone - on_plans - in_care, 0.0)


def _on_cin_share(row: Row) -> float | None:
    """Return children with a CIN plan as a share of everyone open without CP plan or care."""
    left = remainder(row)
    return min(row["cin_plan_at_31mar_number"] / left, 1.0) if left and "cin_plan_at_31mar_number" in row else None


ON_CIN_SHARE: Final = Figure("CIN plans among those open", "share", CIN, _on_cin_share, of=remainder)
ON_CIN: Final = Figure("children on CIN plans", "children", CIN, number("cin_plan_at_31mar_number"), per_child=True)
