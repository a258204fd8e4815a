"""How high a published measure stands when a scenario starts, and how far that can be told: a value and its 90% range.

The years that meet day 0 are averaged. The range adds, as variances: the chance in a count, the rounding of what was
published, what two years commonly differ by, and what the model counts otherwise than the source does. Where a council
has no figure near enough, it takes the median of its statistical neighbours, else its region's, else England's, and the
range is then the spread between councils: how wrong one would be who knew nothing of this one but its likes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean, median, pstdev
from typing import TYPE_CHECKING, Final

from familyflow.calibrate.evidence.councils import POPULATION
from familyflow.calibrate.fit.parameters import NINETY
from familyflow.ground.problem import Problem
from familyflow.ground.quantity import Quantity, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from familyflow.calibrate.evidence.councils import Evidence, Row

PER: Final = 10_000
"""Children to whom a published rate refers."""
COVID: Final = 2021
"""The year that is left out where another will do: fewer were seen, so fewer were referred."""
REACH: Final = 3
"""Years from day 0 within which a council's own figure is nearer the truth than its neighbours'."""
FEWEST: Final = 5
"""Councils that it takes for a median, or for a spread."""
_HALF: Final = NINETY / 2
_MOST_LOG: Final = log(4)
"""No count is taken to be uncertain by more than a factor of four, either way."""
_FLOOR: Final = 0.25
"""No share's range reaches further towards 0 or 1 than this part of its distance from it."""
_PLACES: Final = 4
_COUNTED: Final = ("children", "children per year")
_DAY_0: Final = (3, 31)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that can be read off one place's row of a year.

    `read` gives it in `unit`, or None when the row does not hold it. `says` writes the arithmetic (None when the
    number is printed as it was published). `of` gives the children that a share is a share of. `per_child`: a count, so
    that other councils' figures come over by population. `rounding` is half a unit of the last place published,
    `definition` the half width of the definition error, as a share of the value.
    `label` stands before the year in a note, and `note` after the sentence.
    """

    name: str
    unit: str
    source: str
    read: Callable[[Row], float | None]
    says: Callable[[Row], str] | None = None
    of: Callable[[Row], float | None] | None = None
    per_child: bool = False
    rounding: float = 0.0
    definition: float = 0.0
    label: str = "Year to March"
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Own:
    """A figure of one council: its values by year, those taken, and those that would be best."""

    values: Mapping[int, float]
    taken: tuple[int, ...]
    wanted: tuple[int, ...]

    @property
    def value(self) -> float:
        """The mean of the years taken."""
        return fmean(self.values[year] for year in self.taken)

    @property
    def away(self) -> int:
        """Years between those taken and those wanted."""
        return min(abs(a - b) for a in self.taken for b in self.wanted)


def last_31_march(start: date) -> int:
    """Return the year of the last 31 March that is not after a date."""
    return start.year if (start.month, start.day) >= _DAY_0 else start.year - 1


def meeting(start: date) -> tuple[int, ...]:
    """Return the years that meet at day 0: the one that ended last, and the one that was under way or began then."""
    year = last_31_march(start)
    return year, year + 1


def level(known: Evidence, council: str, figure: Figure, wanted: tuple[int, ...]) -> Quantity:
    """Estimate how high a figure stands at a council in the years wanted, with its range, status, source and note."""
    if own := _own(known, council, figure, wanted):
        return _from_own(known, council, figure, own)
    return _borrowed(known, council, figure, wanted)


def _own(known: Evidence, council: str, figure: Figure, wanted: tuple[int, ...]) -> _Own | None:
    """Choose the years of a council's own figures; None when none is near enough."""
    values = dict(_series(known, council, figure))
    if taken := _without_covid([year for year in wanted if year in values]):
        return _Own(values, taken, wanted)
    near = [y for y in values if min(abs(y - w) for w in wanted) <= REACH]
    usual = [y for y in near if y != COVID] or near
    nearest = min(usual, key=lambda y: (min(abs(y - w) for w in wanted), y), default=None)
    return _Own(values, (nearest,), wanted) if nearest is not None else None


def _series(known: Evidence, place: str, figure: Figure) -> Iterator[tuple[int, float]]:
    """Return a place's values of a figure by year, in order."""
    for year in known.years(place):
        value = figure.read(known.rows[place, year])
        if value is not None:
            yield year, value


def _without_covid(years: list[int]) -> tuple[int, ...]:
    """Leave the year of COVID out where another remains."""
    return tuple([year for year in years if year != COVID] or years)


def _from_own(known: Evidence, council: str, figure: Figure, own: _Own) -> Quantity:
    """Make the quantity of a council's own figures."""
    rows = [known.rows[council, year] for year in own.taken]
    value = own.value
    spread = sqrt(
        _chance(known, figure, rows, value) ** 2 + _yearly(known, figure, own) ** 2 + _fixed(figure, value) ** 2
    )
    least = _least_high(known, figure, rows, value)
    plain = figure.says is None and len(own.taken) == 1 and not own.away
    return _quantity(
        figure,
        value,
        spread,
        years=own.taken,
        status=Status.PUBLISHED if plain else Status.DERIVED,
        note=_own_note(figure, own, rows),
        least_high=least,
    )


def _chance(known: Evidence, figure: Figure, rows: list[Row], value: float) -> float:
    """Return the standard deviation of the chance in a count, or in a share of a count; 0 for anything else."""
    together = known.estimates["children_together"].value
    if figure.of is not None:
        of = sum(figure.of(row) or 0.0 for row in rows)
        return sqrt(together * value * (1 - value) / of) if of else 0.0
    return sqrt(together * value / len(rows)) if figure.unit in _COUNTED else 0.0


def _least_high(known: Evidence, figure: Figure, rows: list[Row], value: float) -> float:
    """Return what the high end must reach where nothing was counted: a share may be low without being none."""
    if value or figure.of is None:
        return 0.0
    of = sum(figure.of(row) or 0.0 for row in rows)
    return known.estimates["suppressed_count"].value / of if of else 0.0


def _yearly(known: Evidence, figure: Figure, own: _Own) -> float:
    """Return the standard deviation due to moves from year to year: their chance, and any years in between."""
    steps = list(_steps(figure, own))
    if not steps:
        return 0.0
    usual = sqrt(fmean(step * step for step in steps)) * (own.value if figure.per_child else 1.0)
    memory = known.estimates["yearly_memory"].value
    return float(usual * sqrt(memory**2 / len(own.taken) + own.away))


def _steps(figure: Figure, own: _Own) -> Iterator[float]:
    """Return the differences between neighbouring years near day 0: of logs for a count."""
    for year, value in own.values.items():
        near = min(abs(year - wanted) for wanted in own.wanted) <= FEWEST
        before = own.values.get(year - 1)
        if not near or before is None or COVID in {year, year - 1}:
            continue
        if not figure.per_child:
            yield value - before
        elif value > 0 and before > 0:
            yield log(value / before)


def _fixed(figure: Figure, value: float) -> float:
    """Return the standard deviation of rounding (even within half a unit) and of the definition error."""
    return sqrt(figure.rounding**2 / 3 + (figure.definition * value / _HALF) ** 2)


def _own_note(figure: Figure, own: _Own, rows: list[Row]) -> str:
    """Say where a council's own level comes from."""
    years = ", ".join(str(year) for year in own.taken)
    says = figure.says
    parts = [says(row) for row in rows] if says else [shown(own.values[year], figure.unit) for year in own.taken]
    joined = "; ".join(parts)
    sentence = f"{figure.label} {years}: {joined}{', the mean' if len(parts) > 1 else ''}."
    if own.away:
        sentence += " The nearest year that is published, so the range is wider."
    before = min(own.taken) - 1
    if before in own.values:
        sentence += f" {before}: {shown(own.values[before], figure.unit)}."
    return f"{sentence} {figure.note}".strip()


def _borrowed(known: Evidence, council: str, figure: Figure, wanted: tuple[int, ...]) -> Quantity:
    """Take a level from councils that are like this one; Problem when nobody publishes it."""
    scale = _scale(known, council, wanted) if figure.per_child else 1.0
    for who, places in _circles(known, council):
        found = _latest(known, places, figure, wanted)
        if found is None:
            continue
        year, values = found
        middle = median(values.values()) * scale
        note = (
            f"Not published for {council}: the median of {len(values)} {who} in {year}"
            f"{', by population' if figure.per_child else ''}; the range is the spread between them."
        )
        spread = pstdev(values.values()) * scale
        return _quantity(
            figure, middle, spread, years=(year,), status=Status.ASSUMED, note=f"{note} {figure.note}".strip()
        )
    raise Problem(f"{council}: nothing is published from which its {figure.name} could be taken")


def _circles(known: Evidence, council: str) -> Iterator[tuple[str, list[str]]]:
    """Return wider and wider circles of councils: its statistical neighbours, its region's, England's."""
    yield "statistical neighbours", list(known.neighbours.get(council, ()))
    region = known.places[council].region
    others = [name for name in known.councils() if name != council]
    yield f"councils of {region}", [name for name in others if region and known.places[name].region == region]
    yield "councils of England", others


def _latest(
    known: Evidence, places: Iterable[str], figure: Figure, wanted: tuple[int, ...]
) -> tuple[int, dict[str, float]] | None:
    """Return the year nearest to those wanted in which enough of some places have a figure, and their figures."""
    names = list(places)
    years = sorted({y for _, y in known.rows}, key=lambda y: (y == COVID, min(abs(y - w) for w in wanted), y))
    for year in years:
        rows = {name: known.rows[name, year] for name in names if (name, year) in known.rows}
        values = dict(_comparable(rows, figure))
        if len(values) >= FEWEST:
            return year, values
    return None


def _comparable(rows: Mapping[str, Row], figure: Figure) -> Iterator[tuple[str, float]]:
    """Return the figures of several places, counts as a share of the children who live there."""
    for name, row in rows.items():
        value, children = figure.read(row), row.get(POPULATION)
        if value is None:
            continue
        if not figure.per_child:
            yield name, value
        elif children:
            yield name, value / children


def _scale(known: Evidence, council: str, wanted: tuple[int, ...]) -> float:
    """Return the children who live at a council about the years wanted; Problem when that is not known."""
    return population(known, council, wanted)[1]


def population(known: Evidence, council: str, wanted: tuple[int, ...]) -> tuple[int, float]:
    """Return the year nearest to those wanted whose children are known, and their number; Problem when none is."""
    held = {year: children(known.rows[council, year]) for year in known.years(council)}
    years = [year for year, number in held.items() if number]
    nearest = min(years, key=lambda y: (min(abs(y - w) for w in wanted), y), default=None)
    if nearest is None:
        raise Problem(f"{council}: no population is published, so nothing can be brought to its size")
    return nearest, held[nearest] or 0.0


def children(row: Row) -> float | None:
    """Return the children who live at a place: as published, else as its looked-after children and their rate imply."""
    if POPULATION in row:
        return row[POPULATION]
    counted, rate = row.get("cla_at_31mar_number"), row.get("cla_at_31mar_rate")
    return round(counted / rate * PER) if counted and rate else None


def _quantity(
    figure: Figure,
    value: float,
    spread: float,
    *,
    years: tuple[int, ...],
    status: Status,
    note: str,
    least_high: float = 0.0,
) -> Quantity:
    """Make a quantity of a value and the standard deviation of what may be wrong with it."""
    low, high = _ends(figure, value, spread)
    given = [rounded(each, figure.unit) for each in (low, value, max(high, least_high))]
    year = str(years[0]) if len(years) == 1 else f"{min(years)}-{max(years)}"
    return Quantity(given[1], min(given), max(given), figure.unit, year, figure.source, status, note)


def _ends(figure: Figure, value: float, spread: float) -> tuple[float, float]:
    """Return the ends of the 90% range: by a factor for what is counted, by a difference for a share."""
    if figure.unit == "share":
        reach = _HALF * spread
        return max(value - reach, value * _FLOOR), min(value + reach, 1 - (1 - value) * _FLOOR)
    if value <= 0:
        return 0.0, _HALF * spread
    factor = exp(min(_HALF * spread / value, _MOST_LOG))
    return value / factor, value * factor


def rounded(value: float, unit: str) -> float:
    """Round a number to what its unit can bear."""
    if unit in {"share", "per year", "ratio"}:
        return round(value, _PLACES)
    small = value < 100  # noqa: PLR2004 - three figures
    return (
        round(value, 1) if unit in {"fte", "working days", "days"} or (small and unit != "children") else round(value)
    )


def shown(value: float, unit: str) -> str:
    """Write a number as people read it."""
    if unit in {"share", "per year"}:
        return f"{value:.1%}"
    if unit == "ratio":
        return f"{value:.2f}"
    return f"{value:,.1f}".removesuffix(".0")
