"""Going live costs in proportion to the families that it concerns and the teams that do it: counts, and no clock."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import simpy
from small_town import (
    LOCALITIES,
    STEADY,
    begin,
    claiming,
    live,
    rates_for,
    scenario,
    values,
    with_posts,
    with_schedules,
)

from familyflow.engine import Start, prepare, world
from familyflow.engine.changes import dated
from familyflow.engine.compiled import build, town
from familyflow.engine.compiled.shapes import NOBODY
from familyflow.engine.reference.slots import Slots
from familyflow.engine.world import under
from familyflow.pathway import PATHWAY
from familyflow.scenario import timeline
from familyflow.scenario.model import Area

if TYPE_CHECKING:
    from collections.abc import Callable

    from familyflow.engine.compiled.shapes import Arrays
    from familyflow.scenario import Scenario

DAY = 30.0
MORNING, NIGHT = DAY, DAY + 1e-6
AT_ONCE = STEADY | {"effect.ramp_months": 0.0}
"""All that a go-live does, on the day: no month-by-month growth of its effects, and no worker who leaves then."""
SIZES = (0.1, 0.4, 1.6)
SLACK = 1.25
"""Far less than any factor that is looked at; more than the differences between one town and another."""
LINES = 3 * len(PATHWAY.programmes)
"""At most, of one family on the day: a programme is offered, taken up or not, and given up elsewhere."""


def lived_until(start: Start, schedule: str, day: float) -> tuple[Arrays, int]:
    """Let the compiled engine live up to a day; return where it stands, and how many records it has written."""
    arrays = build.arrays(under(start, schedule))
    arrays.fixed["horizon"] = day
    written, full = 0, True
    while full:
        full = town.stretch(arrays) == town.FULL
        written += int(arrays.counts["log"][0])
        arrays.counts["log"] = 0
        arrays = build.grown(arrays)
    return arrays, written


def timed(arrays: Arrays) -> int:
    """Count: a case's mark goes up when it hears of a change and when it is timed anew, whoever has its record."""
    return sum(int(cases["token"].sum()) for cases in (arrays.families, arrays.stays))


def concerned(arrays: Arrays, start: Start, teams: tuple[str, ...]) -> tuple[int, int]:
    """Count (families open in some teams, those whom a change of practice concerns with their children in care)."""
    numbers = [list(start.scenario.teams).index(team) for team in teams]
    families = np.isin(arrays.families["team"], numbers)
    offered = families & (arrays.families["offered"] == 1)
    placed = arrays.stays[arrays.stays["team"] != NOBODY]["family"]
    return int(families.sum()), int(offered.sum() + offered[placed].sum())


@pytest.mark.parametrize("schedule", ["north_only", "all_at_once"])
def test_a_go_live_times_each_case_that_it_concerns_once_and_no_other(schedule: str) -> None:
    teams = LOCALITIES if schedule == "all_at_once" else LOCALITIES[:1]
    opened = []
    for size in SIZES:
        start = begin(AT_ONCE, size=size, town=claiming(scenario(), "care_entry"))
        (before, few), (after, more) = (lived_until(start, name, NIGHT) for name in ("no_change", schedule))
        families, cases = concerned(lived_until(start, schedule, MORNING)[0], start, teams)
        assert timed(after) - timed(before) == 2 * cases > 0
        assert 0 < more - few <= LINES * families
        opened.append(families)
    assert opened[-1] / opened[0] > 0.7 * SIZES[-1] / SIZES[0]


def calls(do: Callable[[], object]) -> int:
    """Count the calls of Python functions that something makes."""
    found = 0

    def count(_: object, event: str, __: object) -> None:
        nonlocal found
        found += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        do()
    finally:
        sys.setprofile(before)
    return found


def served(kind: type[simpy.PriorityResource], number: int) -> list[int]:
    """Let so many ask for one slot, every fourth of them give up, and the others be served; return who, in order."""
    env = simpy.Environment()
    slots = kind(env)
    asked = [slots.request(priority=k * 7 % 10) for k in range(number)]
    numbers = {request: k for k, request in enumerate(asked)}
    for request in asked[3::4]:
        request.cancel()
    order = []
    while slots.users:
        (given, *_) = (request for request in asked if request in slots.users)
        order.append(numbers[given])
        slots.release(given)
        env.run()
    return order


def test_a_line_costs_the_reference_as_much_for_each_however_many_wait() -> None:
    few, many = (calls(lambda: served(Slots, number)) for number in (100, 1600))  # noqa: B023
    assert 0 < few < many < SLACK * 16 * few


def test_a_line_is_served_in_the_order_of_simpy_s_own() -> None:
    order = served(Slots, 200)
    assert order == served(simpy.PriorityResource, 200)
    assert order[0] == 0
    assert len(order) == 150


def divided(localities: int) -> Scenario:
    """Return the town cut into so many localities, whose teams go live one by one and share no posts."""
    given = with_posts(scenario(), *scenario().programme.roles)
    areas = {f"area_{i}": Area(f"area_{i}", f"Area {i}") for i in range(localities)}
    teams = {name: replace(given.teams[name], areas=tuple(areas)) for name in ("assessment", "looked_after")}
    teams |= {f"team_{i}": replace(given.teams["north"], name=f"team_{i}", areas=(a,)) for i, a in enumerate(areas)}
    steps = [live(DAY + i, f"team_{i}") for i in range(localities)]
    return with_schedules(replace(given, areas=areas, teams=teams), one_by_one=steps)


def planned(localities: int) -> tuple[int, int]:
    """Count what one-by-one go-lives add to a town's plan: dated changes, and calls to lay them out."""
    parts = {f"area.area_{i}.share": 1 / localities for i in range(localities)}
    workers = {f"team.team_{i}.social_workers": 60 / localities for i in range(localities)}
    given = values(STEADY | parts | workers)
    start = prepare(divided(localities), given, rates_for(given), 1, 0, 2)
    changes, steps = {}, {}
    for schedule in start.scenario.schedules:
        lived = world.World(start, timeline.build(start.scenario, schedule, given), schedule)
        changes[schedule] = len(dated(lived))
        steps[schedule] = calls(lambda: build.arrays(under(start, schedule)))  # noqa: B023
    return changes["one_by_one"] - changes["no_change"], steps["one_by_one"] - steps["no_change"]


def test_a_plan_of_more_go_lives_takes_as_much_for_each() -> None:
    few, many = planned(8), planned(64)
    assert many[0] == 8 * few[0] > 0
    assert few[1] > 0
    assert many[1] < SLACK * 8 * few[1]
