"""What going live costs the engine: `python benchmarks/golive.py` (some minutes, all in one process).

Swindon, its three localities cut into more and its population grown; two years at central values. Each line is one run
against the same run without a go-live: state changes and re-timings added (a family or a child in care told of a change
and timed anew), seconds of processor time added by laying out the dated changes and by living them (the least of a
few), the run's own seconds, and what each re-timing takes. If going live is linear, the last column is flat but for
what memory costs once a town no longer fits into the processor's: the run's own seconds, divided by its state changes,
rise with that too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from familyflow import scenario
from familyflow.calibrate.fit.solve import flat, solve
from familyflow.engine import make_ready, prepare, world
from familyflow.engine.compiled import build, town
from familyflow.scenario.model import Area, Schedule
from familyflow.scenario.schema import GoLive
from familyflow.scenario.vocabulary import NO_CHANGE

if TYPE_CHECKING:
    from familyflow.engine import Start
    from familyflow.scenario import Scenario

NAME, LOCALITY, COUNCIL_WIDE = "swindon", "north", ("assessment", "looked_after")
GROWN = ("population.", "snapshot.", "team.", "post.")
YEARS, SEED, TIMES = 2, 1, 7
FIRST_DAY, SPREAD = 30, 360
"""Days: when the first team goes live, and over how long they do one by one."""
CHILDREN = (100_000, 200_000, 400_000, 800_000, 1_600_000)
TEAMS = (8, 16, 32, 64)
"""Populations, and numbers of teams that go live: a factor of 16, and of 8."""
USUAL_CHILDREN = 400_000


@dataclass(frozen=True)
class Spent:
    """What one run took and did: seconds to lay out and to live, state changes, and how often cases were timed."""

    planned: float
    lived: float
    records: int
    timed: int

    def beyond(self, other: Spent) -> Spent:
        """Give what this run took beyond another; a case told of a change is marked twice: to hear, and timed."""
        return Spent(
            self.planned - other.planned,
            self.lived - other.lived,
            self.records - other.records,
            (self.timed - other.timed) // 2,
        )


@cache
def fitted() -> tuple[Scenario, dict[str, float]]:
    """Return the scenario and its rates for each child, which are the same at every size."""
    loaded = scenario.load(NAME)
    return loaded, flat(solve(loaded, loaded.central()))


def divided(localities: int, live: int) -> Scenario:
    """Return the scenario with so many localities, each with its team, of which some go live: at once, or in turn."""
    loaded, _ = fitted()
    areas = {f"area_{i}": Area(f"area_{i}", f"Area {i}") for i in range(localities)}
    teams = {name: replace(loaded.teams[name], areas=tuple(areas)) for name in COUNCIL_WIDE}
    teams |= {f"team_{a}": replace(loaded.teams[LOCALITY], name=f"team_{a}", areas=(a,)) for a in areas}
    going = [name for name in teams if name.startswith("team_")][:live]
    days = {"at_once": [FIRST_DAY] * live, "one_by_one": [FIRST_DAY + SPREAD * i // live for i in range(live)]}
    schedules = {NO_CHANGE: loaded.schedules[NO_CHANGE]}
    for name, when in days.items():
        steps = (
            GoLive(date=loaded.start + timedelta(days=day), action="go_live", team=team)
            for day, team in zip(when, going, strict=True)
        )
        schedules[name] = Schedule(name, name, tuple(steps))
    return replace(loaded, areas=areas, teams=teams, schedules=schedules)


def begin(children: int, localities: int, live: int) -> Start:
    """Return the start of a town of some size, its staff and programme posts shared by its localities."""
    loaded, rates = fitted()
    values = loaded.central()
    factor = children / values["population.children"]
    values |= {key: value * factor for key, value in values.items() if key.startswith(GROWN)}
    rates = rates | {key: value * factor for key, value in rates.items() if key.startswith("arrivals.")}
    workers = sum(values[f"team.{name}.social_workers"] for name in loaded.teams if name not in COUNCIL_WIDE)
    shared = len(loaded.areas) / localities
    values |= {f"post.{role}": values[f"post.{role}"] * shared for role in loaded.programme.roles}
    for i in range(localities):
        values |= {f"area.area_{i}.share": 1 / localities, f"team.team_area_{i}.social_workers": workers / localities}
    return prepare(divided(localities, live), values, rates, SEED, 0, YEARS)


def live(start: Start, schedule: str) -> Spent:
    """Live a start under a schedule, and say what that took."""
    began = time.process_time()
    arrays = build.arrays(world.under(start, schedule))
    planned = time.process_time()
    records = 0
    full = True
    while full:
        full = town.stretch(arrays) == town.FULL
        records += int(arrays.counts["log"][0])
        arrays.counts["log"] = 0
        arrays = build.grown(arrays)
    done = time.process_time()
    timed = sum(int(np.sum(getattr(arrays, cases)["token"], dtype=np.int64)) for cases in ("families", "stays"))
    return Spent(planned - began, done - planned, records, timed)


def least(start: Start) -> dict[str, Spent]:
    """Live a start under each of its schedules, in turn a few times, and take the least seconds."""
    runs = [{schedule: live(start, schedule) for schedule in start.scenario.schedules} for _ in range(TIMES)]
    return {
        schedule: replace(
            run, planned=min(each[schedule].planned for each in runs), lived=min(each[schedule].lived for each in runs)
        )
        for schedule, run in runs[0].items()
    }


def table(title: str, cases: list[tuple[int, int, int]]) -> None:
    """Print, at once and one by one, a line for each case (children, localities, teams that go live), and ratios."""
    print(f"\n{title}\n{'':<10}  children  localities  go live   records  re-timings", end="")
    print("  planned s  lived s   run s  ns a record  ns a re-timing")
    found: dict[str, list[Spent]] = {"at_once": [], "one_by_one": []}
    own: list[Spent] = []
    for case in cases:
        spent = least(begin(*case))
        own.append(spent[NO_CHANGE])
        for schedule, rows in found.items():
            rows.append(spent[schedule].beyond(own[-1]))
            line(schedule, case, rows[-1], own[-1])
    print(f"last line over first: the run itself x {own[-1].lived / own[0].lived:.1f}; added by going live:")
    for schedule, rows in found.items():
        timed, lived, planned = (
            getattr(rows[-1], name) / getattr(rows[0], name) for name in ("timed", "lived", "planned")
        )
        print(f"{schedule:<10}  re-timings x {timed:.1f}, seconds lived x {lived:.1f}, planned x {planned:.1f}")


def line(schedule: str, case: tuple[int, int, int], more: Spent, own: Spent) -> None:
    """Print what going live added to one run."""
    print(
        f"{schedule:<10}{case[0]:>10,d}{case[1]:>12,d}{case[2]:>9,d}{more.records:>10,d}{more.timed:>12,d}"
        f"{more.planned:>11.3f}{more.lived:>9.3f}{own.lived:>8.3f}{own.lived / own.records * 1e9:>13,.0f}"
        f"{more.lived / more.timed * 1e9:>16,.0f}",
        flush=True,
    )


def main() -> None:
    """Measure over populations, over teams that go live, and over localities into which the same town is cut."""
    make_ready(begin(CHILDREN[0], TEAMS[0], TEAMS[0]))
    most = TEAMS[-1]
    table("Population grows; as many teams go live", [(children, TEAMS[0], TEAMS[0]) for children in CHILDREN])
    table("More of the teams of one town go live", [(USUAL_CHILDREN, most, teams) for teams in TEAMS])
    table("One town is cut into more localities, all go live", [(USUAL_CHILDREN, teams, teams) for teams in TEAMS])


if __name__ == "__main__":
    main()
