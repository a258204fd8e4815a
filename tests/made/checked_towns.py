"""Lives small towns with the compiled engine and prints a digest of each: `python checked_towns.py`, in either mode."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from small_town import begin, scenario, short, whole

from familyflow.engine import simulate, world
from familyflow.engine.compiled import build, town
from familyflow.ground.bounds import CHECKED, OutOfBoundsError

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = range(1, 9)
UNEASY = {
    "staff.turnover_rate": 1.0,
    "staff.overload_on": 1.0,
    "staff.handover_stall_weeks": 4.0,
    "effect.ramp_months": 6.0,
    "family.care_together": 0.5,
}
"""Workers leave, teams are overloaded, siblings part: what reaches furthest from case to case."""


def digests() -> Iterator[str]:
    """Give a digest of the records of each schedule of towns of each kind."""
    for seed in SEEDS:
        for given in (scenario(), whole()):
            start = begin(UNEASY | short(0.1 * (seed % 2)), size=0.1, seed=seed, years=2, town=given)
            for schedule in given.schedules:
                records = simulate(start, schedule).events
                yield f"{len(records)} {sha256(records.tobytes()).hexdigest()}"


def damaged(field: str, number: int) -> str:
    """Live a town whose teams have a case that is not there; say what came of it where numbers are checked."""
    laid = build.arrays(world.under(begin(size=0.02), "reorganised"))
    laid.teams[field] = number
    try:
        town.stretch(laid)
    except OutOfBoundsError as error:
        return str(error)
    return "unnoticed"


if __name__ == "__main__":
    print(*digests(), sep="\n")  # noqa: T201 - read by the test that starts it
    if CHECKED:
        print(damaged("last", 10**6), damaged("last_stay", -2), sep="\n")  # noqa: T201 - the same
