"""Statements about the past, held against published figures: the council, those that it is compared with, and how rare.

A change is the relative change of a figure between two years. What a council did against a comparator is its own change
less the comparator's, and how unusual that is, is seen against the same of every other council, each with its own
region and neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING, Final

from familyflow.calibrate.evidence import councils
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from familyflow.calibrate.evidence.councils import Evidence, Place
    from familyflow.scenario import Scenario
    from familyflow.scenario.schema import Past

BORNE_OUT: Final = "borne out"
NOT_BORNE_OUT: Final = "not borne out"
NOT_SAID: Final = "cannot be said"
TOLD: Final = "history"
"""Verdicts: the council's own change is as large as stated, or is not; there are no figures; nothing was stated."""
_ROUNDED: Final = 0.005
"""A size is stated in whole percent."""
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of a place, or of several together, in two years."""

    before: float
    after: float

    @property
    def relative(self) -> float:
        """The change as a share of the earlier figure."""
        return self.after / self.before - 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparator did, what the council did against it, and how many councils did as much against theirs.

    `name` is the comparator's, `places` how many it is made of; `as_far` councils, this one included, of `of` lie as
    far from theirs on the same side.
    """

    kind: str
    name: str
    places: int
    change: Change
    difference: float
    as_far: int
    of: int

    @property
    def share(self) -> float:
        """The share of councils that lie as far on the same side."""
        return self.as_far / self.of


@dataclass(frozen=True, slots=True)
class Answer:
    """What published figures say of a statement.

    `held`: the years in which the council's figure is published, in order; `span`: the years that are answered, as many
    of those asked as are held, or None; `own` and `against` are of that span.
    """

    statement: Past
    council: str
    held: tuple[int, ...]
    span: Span | None
    own: Change | None
    against: tuple[Comparison, ...]
    verdict: str


def answers(scenario: Scenario, known: Evidence | None = None) -> list[Answer]:
    """Answer each statement about the past of a scenario, from the table in use or another.

    Problem when the authority is no council of the table, or a year lies outside the table.
    """
    if not scenario.past:
        return []
    table = known or councils.read()
    place = councils.find(table, scenario.authority)
    _refuse_years(table, scenario)
    return [_answer(table, place, statement) for statement in scenario.past]


def _refuse_years(known: Evidence, scenario: Scenario) -> None:
    """Refuse a year outside the table; Problem."""
    first = min(year for _, year in known.rows)
    for number, statement in enumerate(scenario.past, 1):
        for key in ("from_year", "to_year"):
            year = getattr(statement, key)
            if not first <= year <= known.last:
                where = f"{scenario.path.name}: past[{number}].{key} = {year}"
                raise Problem(f"{where}: must be a year of the published figures, {first} to {known.last}")


def _answer(known: Evidence, place: Place, statement: Past) -> Answer:
    """Answer one statement as far as figures are held."""
    measure = statement.measure
    held = tuple(year for year in known.years(place.name) if measure in known.rows[place.name, year])
    span = _span(held, statement)
    own = _change(known, [place.name], measure, span)
    if measure is None or span is None or own is None:
        return Answer(statement, place.name, held, None, None, (), NOT_SAID)
    found = tuple(_comparisons(known, place, statement, measure, span))
    whole = span == (statement.from_year, statement.to_year)
    return Answer(statement, place.name, held, span, own, found, _verdict(statement, own) if whole else NOT_SAID)


def _span(held: Sequence[int], statement: Past) -> Span | None:
    """Return the first and last year held of those asked about; None where there are not two."""
    inside = [year for year in held if statement.from_year <= year <= statement.to_year]
    return (inside[0], inside[-1]) if len(inside) > 1 else None


def _change(known: Evidence, names: Sequence[str], measure: str | None, span: Span | None) -> Change | None:
    """Return the figures of places together in two years; None where one of them is missing or was nothing."""
    if measure is None or span is None:
        return None
    before, after = (_together(known, names, measure, year) for year in span)
    return Change(before, after) if before > 0 and not isnan(after) else None


def _together(known: Evidence, names: Sequence[str], measure: str, year: int) -> float:
    """Return the sum of a figure over places in a year; not a number where one of them has none."""
    return sum(known.rows.get((name, year), {}).get(measure, nan) for name in names)


def _comparisons(known: Evidence, place: Place, statement: Past, measure: str, span: Span) -> Iterator[Comparison]:
    """Compare with each comparator that the statement names and that has figures."""
    for kind in statement.against:
        differences = dict(_differences(known, kind, measure, span))
        names = _comparator(known, kind, place, measure, span)
        change = _change(known, names, measure, span)
        if change is not None and place.name in differences:
            mine = differences[place.name]
            as_far = _as_far(mine, differences.values())
            yield Comparison(kind, _called(kind, place), len(names), change, mine, as_far, len(differences))


def _differences(known: Evidence, kind: str, measure: str, span: Span) -> Iterator[tuple[str, float]]:
    """Return what each council did against a comparator of the kind, where both have figures."""
    for name in known.councils():
        own = _change(known, [name], measure, span)
        other = _change(known, _comparator(known, kind, known.places[name], measure, span), measure, span)
        if own is not None and other is not None:
            yield name, own.relative - other.relative


def _comparator(known: Evidence, kind: str, place: Place, measure: str, span: Span) -> list[str]:
    """Name the places that make a council's comparator: neighbours are those with figures in both years."""
    if kind == "england":
        return [councils.ENGLAND]
    if kind == "region":
        return [place.region]
    neighbours = known.neighbours.get(place.name, ())
    return [name for name in neighbours if _change(known, [name], measure, span) is not None]


def _called(kind: str, place: Place) -> str:
    """Name a comparator."""
    return {"england": councils.ENGLAND, "region": place.region}.get(kind, "statistical neighbours")


def _as_far(mine: float, every: Iterable[float]) -> int:
    """Count how many lie as far from nothing on the same side."""
    return sum(each <= mine if mine < 0 else each >= mine for each in every)


def _verdict(statement: Past, own: Change) -> str:
    """Return whether the council's own change is what was stated."""
    change, direction = statement.change, statement.direction
    if change is not None:
        shown = own.relative <= change + _ROUNDED if change <= 0 else own.relative >= change - _ROUNDED
    elif direction is not None:
        shown = own.relative < 0 if direction == "fewer" else own.relative > 0
    else:
        return TOLD
    return BORNE_OUT if shown else NOT_BORNE_OUT
