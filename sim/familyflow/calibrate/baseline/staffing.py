"""Areas and teams for a council that publishes neither: of equal size, staffed for the children that each holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, fsum
from typing import TYPE_CHECKING, Final

from familyflow.ground.quantity import Quantity, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from familyflow.calibrate.evidence.councils import Evidence

JUDGED: Final = "pathway_judgement"
_DAYS: Final = 365
_FEWEST_AREAS: Final = 2
_MOST_AREAS: Final = 8
"""Fewer areas leave nothing to stagger; more are more than a default can mean anything by."""
_LEAST_CEILING: Final = 10
"""Children that a worker can hold at the least, however few there are at the start."""
_LEAST_POST: Final = 0.1


@dataclass(frozen=True, slots=True)
class Team:
    """A team of the default: its name and title, the areas it serves, its groups of stages, its establishment."""

    name: str
    title: str
    areas: tuple[str, ...]
    stages: tuple[str, ...]
    social_workers: Quantity


@dataclass(frozen=True, slots=True)
class Staffing:
    """Areas by name (title, share), the workforce by a scenario's keys, the teams, and how they are staffed."""

    areas: Mapping[str, tuple[str, Quantity]]
    staff: Mapping[str, Quantity]
    teams: tuple[Team, ...]
    says: str

    @property
    def localities(self) -> list[Team]:
        """The teams that hold plans, which can go live one by one."""
        return [team for team in self.teams if "cin" in team.stages]


def load(
    targets: Mapping[str, Quantity], times: Mapping[str, Quantity], snapshot: Mapping[str, Quantity]
) -> dict[str, float]:
    """Return the children that each kind of team is expected to hold: flows times stays, and those open."""
    enquiries = targets["section47s"].value * times["section47.days"].value / _DAYS
    return {
        "assessment": targets["assessments"].value * times["assessment.days"].value / _DAYS,
        "localities": snapshot["children_on_cin"].value + snapshot["children_on_cp"].value + enquiries,
        "care": snapshot["children_in_care"].value,
    }


def staffed(known: Evidence, year: int, workforce: Mapping[str, Quantity], held: Mapping[str, float]) -> Staffing:
    """Cut a council into areas and share its posts between teams by the children whom each should hold.

    Posts are those of workers who hold cases, with the vacancies that no agency worker covers.
    """
    holders, total = workforce["case_holders"], fsum(held.values())
    uncovered = workforce["vacancy_rate"].value * (1 - workforce["agency_share"].value)
    posts = holders.value / (1 - uncovered)
    areas = _areas(known, _how_many_areas(known, posts * held["localities"] / total), str(year))
    staff = {key: each for key, each in workforce.items() if key != "case_holders"}
    ceiling = {"ceiling": _ceiling(known, holders, total)}
    teams = tuple(_teams(areas, lambda kind, part: _establishment(known, posts, held, kind, holders, part)))
    return Staffing(areas, staff | ceiling, teams, _staffing(holders, posts, held))


def _ceiling(known: Evidence, holders: Quantity, total: float) -> Quantity:
    """Say how many children a worker can hold: some more than at the start."""
    ratio = known.estimates["ceiling_over_load"]
    each = total / holders.value
    value, low, high = (max(ceil(each * more), _LEAST_CEILING) for more in (ratio.value, ratio.low, ratio.high))
    note = f"{each:.1f} children a worker at the start, x {ratio.value:g}, rounded up, and at least {_LEAST_CEILING}."
    return Quantity(value, low, high, "children", holders.year, ratio.source, Status.ASSUMED, note)


def _how_many_areas(known: Evidence, workers: float) -> int:
    """Say how many localities a council is taken to have."""
    usual = round(workers / known.estimates["locality_team"].value)
    return min(max(usual, _FEWEST_AREAS), _MOST_AREAS)


def _areas(known: Evidence, count: int, year: str) -> dict[str, tuple[str, Quantity]]:
    """Cut a council into areas of equal size."""
    values = [round(1 / count, 4)] * (count - 1)
    values.append(round(1 - fsum(values), 4))
    note = f"No areas are published here: {count} of equal size, so that a rollout can be staggered. Put your own in."
    shares = (Quantity(each, each, each, "share", year, JUDGED, Status.ASSUMED, note) for each in values)
    return {
        f"area_{index}": (f"Area {index}", _ranged(known, "areas", share))
        for index, share in enumerate(shares, start=1)
    }


def _ranged(known: Evidence, kind: str, quantity: Quantity) -> Quantity:
    """Return a quantity the range that its kind is taken to have."""
    part = known.estimates[f"range.{kind}"].value
    low, high = (round(quantity.value * (1 + sign * part), 4) for sign in (-1, 1))
    return replace(quantity, low=low, high=high)


def _teams(areas: Mapping[str, tuple[str, Quantity]], posts: Callable[[str, float], Quantity]) -> Iterator[Team]:
    """Return one team for assessment, one a locality for plans and enquiries, and one for children in care."""
    everywhere = tuple(areas)
    yield Team("assessment", "Assessment", everywhere, ("assessment",), posts("assessment", 1.0))
    for index, (area, (_, share)) in enumerate(areas.items(), start=1):
        stages = ("section47", "cin", "cp")
        yield Team(f"locality_{index}", f"Locality {index}", (area,), stages, posts("localities", share.value))
    yield Team("looked_after", "Children looked after", everywhere, ("care",), posts("care", 1.0))


def _establishment(
    known: Evidence, posts: float, held: Mapping[str, float], kind: str, holders: Quantity, part: float
) -> Quantity:
    """Return a team the posts for the children it is expected to hold."""
    total = fsum(held.values())
    value = max(round(posts * held[kind] / total * part, 1), _LEAST_POST)
    area = f" x the area's {part:g}" if part < 1 else ""
    note = f"{posts:.1f} posts x {held[kind]:,.0f} of {total:,.0f} children expected{area}."
    status = Status.ASSUMED if holders.status is Status.ASSUMED else Status.DERIVED
    return _ranged(known, "teams", Quantity(value, value, value, "fte", holders.year, holders.source, status, note))


def _staffing(holders: Quantity, posts: float, held: Mapping[str, float]) -> str:
    """Say in words how the teams are staffed."""
    total = fsum(held.values())
    return (
        f"{holders.value:.1f} full-time workers hold cases ({holders.status}, {holders.year}), which with vacancies "
        f"that nobody covers makes {posts:.1f} posts. They are shared by the children expected: assessment "
        f"{held['assessment']:,.0f}, plans and enquiries {held['localities']:,.0f}, care {held['care']:,.0f}; "
        f"{total:,.0f} in all, {total / holders.value:.1f} a worker. {holders.note}"
    )
