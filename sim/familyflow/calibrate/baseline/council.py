"""From a council's name to all that a scenario says of it as it is: people, flows, harms, areas, teams and staff."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from math import fsum
from typing import TYPE_CHECKING, Final

from familyflow.calibrate.baseline import indicators
from familyflow.calibrate.baseline.decisions import decisions
from familyflow.calibrate.baseline.estimates import (
    REACH,
    Figure,
    last_31_march,
    level,
    meeting,
    population,
    shown,
)
from familyflow.calibrate.baseline.staffing import Staffing, load, staffed
from familyflow.calibrate.baseline.workforce import own_times, staff
from familyflow.calibrate.evidence.councils import POPULATION
from familyflow.ground.problem import Problem
from familyflow.ground.quantity import Quantity, Status
from familyflow.pathway.harms import HARMS
from familyflow.scenario import prevalence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.calibrate.evidence.councils import Evidence, Place

EXACT_DAY: Final = (3, 31)
_WHOLES: Final = (
    tuple(f"cp_ended_share_{band}" for band in indicators.BANDS),
    tuple(f"cin_ended_share_{band}" for band in indicators.BANDS),
    tuple(f"placement_share_{place}" for place in indicators.PLACES),
)
_LEAVERS: Final = tuple(f"care_ceased_share_{way}" for way in ("home", "sgo", "adoption", "turned_18"))
_MOST_LEAVERS: Final = 0.98
_INSET: Final = 0.02
_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Point:
    """A published count of a date."""

    measure: str
    when: date
    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """A council as it is on the day a scenario starts; quantities by the scenario's own keys."""

    place: Place
    start: date
    population: Quantity
    snapshot: Mapping[str, Quantity]
    targets: Mapping[str, Quantity]
    harms: Mapping[str, Quantity]
    staffing: Staffing
    parameters: Mapping[str, Quantity]
    history: tuple[Point, ...]


def baseline(known: Evidence, place: Place, start: date | None = None) -> Baseline:
    """Say all that a scenario says of a council on a date (31 March of its last year with counts when none is given).

    What a council does not publish is borrowed, with a wider range. Problem when the date is out of reach.
    """
    day = start or date(_last_counted(known, place), *EXACT_DAY)
    refuse_out_of_reach(known, place, day, asked=start is not None)
    council, sooner = place.name, known.estimates["section47.sooner"].value
    targets, harms = _targets(known, council, day), _harms(known, council, day)
    times = {key: level(known, council, f, meeting(day)) for key, f in own_times(sooner).items()}
    snapshot = _snapshot(known, council, day, targets, times)
    straddling = (last_31_march(day) - 1, last_31_march(day))
    workforce = {key: level(known, council, figure, straddling) for key, figure in staff().items()}
    return Baseline(
        place=place,
        start=day,
        population=_population(known, council, day),
        snapshot=snapshot,
        targets=targets,
        harms=harms,
        staffing=staffed(known, day.year, workforce, load(targets, times, snapshot)),
        parameters=times | decisions(targets, known.estimates),
        history=_history(known, council),
    )


def _last_counted(known: Evidence, place: Place) -> int:
    """Return the last year in which a council's children on plans or in care are counted."""
    counted = (
        year
        for year in known.years(place.name)
        for each in indicators.STOCKS.values()
        if each.read(known.rows[place.name, year])
    )
    return max(counted, default=place.last)


def refuse_out_of_reach(known: Evidence, place: Place, day: date, *, asked: bool) -> None:
    """Refuse a day for which a council has no figures near enough, or on which it was no council."""
    year = last_31_march(day)
    if place.successors and (year > place.last or not asked):
        named = " and ".join(place.successors)
        raise Problem(
            f"{place.name} ended in {place.last}: its successors are {named}; "
            f"for the area as it was give --start, at most {place.last}-03-31"
        )
    if not place.first <= year <= place.last + REACH - 1:
        olds = [old.name for old in known.places.values() if place.name in old.successors]
        before = f"; before that there was {' and '.join(olds)}" if olds and year < place.first else ""
        allowed = f"must be from {place.first}-03-31 to {place.last + REACH - 1}-12-31 for {place.name}"
        raise Problem(f"--start = {day}: {allowed}, whose figures are of {place.first} to {place.last}{before}")


def _targets(known: Evidence, council: str, day: date) -> dict[str, Quantity]:
    """Estimate every target."""
    asked = indicators.flows(known) | indicators.durations(known) | indicators.care(known)
    found = {key: level(known, council, figure, meeting(day)) for key, figure in asked.items()}
    for parts in _WHOLES:
        found |= _as_whole({key: found[key] for key in parts})
    found |= _at_most({key: found[key] for key in _LEAVERS}, _MOST_LEAVERS)
    contacts = {"contacts": _contacts(known, found["referrals"])}
    return contacts | found


def _contacts(known: Evidence, referrals: Quantity) -> Quantity:
    """Estimate contacts, which nobody publishes, from referrals."""
    ratio = known.estimates["contacts_per_referral"]
    note = (
        f"No council's is published: {shown(referrals.value, referrals.unit)} referrals x England's {ratio.value:g} "
        f"contacts per referral ({ratio.year}); range {ratio.low:g} to {ratio.high:g}."
    )
    value, low, high = (round(referrals.value * each) for each in (ratio.value, ratio.low, ratio.high))
    return Quantity(value, low, high, referrals.unit, referrals.year, ratio.source, _weaker(referrals), note)


def _weaker(quantity: Quantity) -> Status:
    """Return the status of what is worked out from a number."""
    return Status.ASSUMED if quantity.status is Status.ASSUMED else Status.DERIVED


def _as_whole(parts: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Scale the parts of a whole to add up to 1; what rounding leaves goes to the largest."""
    total = fsum(part.value for part in parts.values())
    scaled = {key: _scaled(part, 1 / total, part.value / total) for key, part in parts.items()}
    largest = max(scaled, key=lambda key: scaled[key].value)
    rest = 1 - fsum(part.value for key, part in scaled.items() if key != largest)
    return scaled | {largest: _scaled(scaled[largest], 1.0, rest)}


def _at_most(parts: Mapping[str, Quantity], most: float) -> dict[str, Quantity]:
    """Scale the parts of a whole down if together they leave less of it than can be."""
    total = fsum(part.value for part in parts.values())
    if total <= most:
        return dict(parts)
    return {key: _scaled(part, most / total, part.value * most / total) for key, part in parts.items()}


def _scaled(part: Quantity, scale: float, value: float) -> Quantity:
    """Return a share moved to a value, with its range along."""
    middle = round(value, 4)
    low, high = round(min(part.low * scale, middle), 4), round(min(max(part.high * scale, middle), 1.0), 4)
    return replace(part, value=middle, low=low, high=high)


def _snapshot(
    known: Evidence, council: str, day: date, targets: Mapping[str, Quantity], times: Mapping[str, Quantity]
) -> dict[str, Quantity]:
    """Count the children open on day 0."""
    counted = {key: _stock(known, council, day, figure) for key, figure in indicators.STOCKS.items()}
    every = {"children_on_cin": _on_cin(known, council, day, targets, times), **counted}
    return {key: _at_least_one(each) for key, each in every.items()}


def _at_least_one(counted: Quantity) -> Quantity:
    """Start a run from one child where nobody is counted, as in the smallest council: reports need one to speak of."""
    if counted.value >= 1:
        return counted
    note = f"{counted.note} Nobody was counted: a run starts from one child at least."
    return replace(counted, value=1, low=1, high=1, status=_weaker(counted), note=note)


def _stock(known: Evidence, council: str, day: date, figure: Figure) -> Quantity:
    """Count children on day 0: as published on 31 March, else between two, else as near as can be."""
    year = last_31_march(day)
    values = {y: figure.read(known.rows.get((council, y), {})) for y in (year, year + 1)}
    before, after = values[year], values[year + 1]
    if before is None:
        return _held(level(known, council, figure, (year,)), "")
    if (day.month, day.day) == EXACT_DAY or after is None:
        plain = (day.month, day.day) == EXACT_DAY
        note = f"At 31 March {year}{'' if plain else ', the last count'}."
        status = Status.PUBLISHED if plain else Status.DERIVED
        return Quantity(before, before, before, "children", str(year), figure.source, status, note)
    along = (day - date(year, *EXACT_DAY)).days / _DAYS
    value = round(before + (after - before) * along)
    note = f"Between {before:,.0f} at 31 March {year} and {after:,.0f} at 31 March {year + 1}, by days."
    return Quantity(value, value, value, "children", f"{year}-{year + 1}", figure.source, Status.DERIVED, note)


def _held(quantity: Quantity, more: str) -> Quantity:
    """Hold a count exact, as the run starts from it, and say how far it is known."""
    value = round(quantity.value)
    reach = f"It may be {quantity.low:,.0f} to {quantity.high:,.0f}: the run starts from one number."
    note = " ".join(part for part in (quantity.note, more, reach) if part)
    return replace(quantity, value=value, low=value, high=value, note=note)


def _on_cin(
    known: Evidence, council: str, day: date, targets: Mapping[str, Quantity], times: Mapping[str, Quantity]
) -> Quantity:
    """Count children on CIN plans: as published from 2022, else as their usual share of others who are open."""
    year = last_31_march(day)
    row = known.rows.get((council, year), {})
    if indicators.ON_CIN.read(row) is not None:
        return _stock(known, council, day, indicators.ON_CIN)
    left = indicators.remainder(row)
    if left is None:
        return _held(level(known, council, indicators.ON_CIN, (year,)), "")
    share = level(known, council, indicators.ON_CIN_SHARE, (year,))
    under_way = targets["assessments"].value * times["assessment.days"].value / _DAYS
    value = round(left * share.value)
    everyone = f"{row['cin_at_31mar_number']:,.0f} open at 31 March {year}"
    note = (
        f"CIN plans are not published for {year}. DfE counts {everyone}, of whom {left:,.0f} had no CP plan and were "
        f"not looked after; open assessments, about {under_way:,.0f}, and care leavers among them. CIN plans are "
        f"{share.value:.1%} of such: {share.note} So {left * share.low:,.0f} to "
        f"{left * share.high:,.0f}; a council that counts all open support as CIN has up to "
        f"{max(left - under_way, value):,.0f}."
    )
    return Quantity(value, value, value, "children", str(year), indicators.CIN, _weaker(share), note)


def _harms(known: Evidence, council: str, day: date) -> dict[str, Quantity]:
    """Estimate how common the harms are, and how they overlap, as far as they can all be true together."""
    found = {harm: level(known, council, figure, meeting(day)) for harm, figure in indicators.harms().items()}
    total = fsum(each.value for each in found.values())
    first = next(iter(found.values()))
    for margin in ("any", "all_three"):
        ratio = known.estimates[f"{margin}_over_sum"]
        note = f"Not published. Somerset's over the sum of its four, {ratio.value:g}, x {council}'s sum {total:.3f}."
        value, low, high = (round(min(each * total, 1.0), 4) for each in (ratio.value, ratio.low, ratio.high))
        found[margin] = Quantity(value, low, high, "share", first.year, ratio.source, Status.ASSUMED, note)
    return _possible(found)


def _possible(harms: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Move what is assumed of the overlap to where a joint distribution can have it."""
    fitted = dict(harms)
    for _ in range(len(HARMS)):
        shares = {margin: each.value for margin, each in fitted.items()}
        if prevalence.possible(shares):
            break
        if (found := prevalence.nearest(shares)) is None:
            fitted["any"] = _clipped(fitted["any"], *_bounds_of_any(shares))
            fitted["all_three"] = _clipped(fitted["all_three"], 0.0, min(shares[harm] for harm in HARMS[:2]))
            continue
        margin, least, most = found
        fitted[margin] = _clipped(fitted[margin], least, most)
    return fitted


def _bounds_of_any(shares: Mapping[str, float]) -> tuple[float, float]:
    """Return the least and most that "at least one" can be."""
    alone = [shares[harm] for harm in HARMS]
    return max(alone), min(fsum(alone), 1.0)


def _clipped(quantity: Quantity, least: float, most: float) -> Quantity:
    """Move a share, with its range, a little inside of what is possible."""
    inset = (most - least) * _INSET
    value = round(min(max(quantity.value, least + inset), most - inset), 4)
    low, high = min(max(quantity.low, least), value), max(min(quantity.high, most), value)
    note = f"{quantity.note} Moved to what the other five allow together, {least:.3f} to {most:.3f}."
    return replace(quantity, value=value, low=round(low, 4), high=round(high, 4), note=note)


def _population(known: Evidence, council: str, day: date) -> Quantity:
    """Say how many children live there: the denominator of the year's rates."""
    year, children = population(known, council, (last_31_march(day),))
    row = known.rows[council, year]
    if POPULATION in row:
        status, source, part = Status.PUBLISHED, "ons_population", known.estimates["range.population"].value
        note = f"Ages 0 to 17, mid-{year - 1}, the denominator of DfE's {year} rates."
    else:
        status, source, part = Status.DERIVED, indicators.LAIT, known.estimates["range.population_implied"].value
        looked_after, rate = row["cla_at_31mar_number"], row["cla_at_31mar_rate"]
        note = f"Not held for this area: {looked_after:,.0f} looked after in {year} / {rate:g} per 10,000 implies it."
    low, high = round(children * (1 - part)), round(children * (1 + part))
    return Quantity(children, low, high, "children", str(year - 1), source, status, note)


def _history(known: Evidence, council: str) -> tuple[Point, ...]:
    """List the published counts of each 31 March."""
    return tuple(
        Point(measure, date(year, *EXACT_DAY), value, figure.source)
        for measure, figure in indicators.STOCKS.items()
        for year in known.years(council)
        if (value := figure.read(known.rows[council, year])) is not None
    )
