"""Published figures of one place, each with its unit, source, release and status, for people to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.calibrate.evidence import councils
from familyflow.calibrate.evidence.opendata import known_measures
from familyflow.calibrate.evidence.update import opened
from familyflow.ground.problem import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from familyflow.calibrate.evidence.update import Tables

COLUMNS: Final = ("measure", "year", "value", "unit", "status", "source", "release")


def title(name: str) -> str:
    """Name a place and the years that are held of it."""
    known = councils.read()
    place = _place(known, name)
    where = f" in {place.region}" if place.kind == councils.COUNCIL else ""
    ended = f"; ended: its successors are {' and '.join(place.successors)}" if place.successors else ""
    return f"{place.name}, {place.kind}{where}: {place.first} to {place.last}{ended}"


def told(name: str, measures: Sequence[str] = ()) -> list[tuple[str, ...]]:
    """Return a row a figure: the last of every measure or, of the measures named, every year. Columns: `COLUMNS`.

    Problem when there is no such place, or no such measure.
    """
    meaning = known_measures()
    for measure in measures:
        if measure not in meaning:
            raise Problem(f"--measure = {measure}: is no measure{suggestion(measure, meaning)}")
    place, held = _place(councils.read(), name).name, opened(None)
    if measures:
        return [row for measure in measures for row in _rows(held, place, measure, meaning)]
    every = (list(_rows(held, place, measure, meaning)) for measure in meaning)
    return [rows[-1] for rows in every if rows]


def _place(known: councils.Evidence, name: str) -> councils.Place:
    """Find a council, or a region or England by its exact name."""
    exact = next((place for place in known.places.values() if place.name.casefold() == name.casefold()), None)
    return exact or councils.find(known, name)


def _rows(
    held: Tables, place: str, measure: str, meaning: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, ...]]:
    """Return a place's figures of one measure, in order of year."""
    about = meaning[measure]
    for (council, year), row in held.rows.items():
        if council == place and row[measure]:
            release = held.releases.get((about["table"], council, year), "")
            yield measure, str(year), row[measure], about["unit"], about["status"], about["source"], release
