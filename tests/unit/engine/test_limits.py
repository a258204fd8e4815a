"""What is as large as can be is lived by both engines alike; what is larger by one is refused in a sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from small_town import alone_rates, alone_values, begin, rates_for, scenario, values, whole

from familyflow.engine import prepare, simulate, world
from familyflow.engine.compiled import build, cases, shapes, town
from familyflow.engine.compiled.shapes import HARMS, PRIORITIES, SERVICES
from familyflow.engine.keys import MOST_VISITS, VISIT_BITS, count_up
from familyflow.engine.limits import check_limits
from familyflow.engine.population import FAMILY
from familyflow.engine.records import RECORD, Event
from familyflow.engine.rules import EXITS
from familyflow.engine.run import COMPILED, SIMPY
from familyflow.engine.tally import EXITS as WAYS
from familyflow.engine.tally import PLACES, SHIFT
from familyflow.ground.problem import Problem
from familyflow.pathway import PATHWAY, Pathway
from familyflow.pathway.adult_work import PROGRAMMES
from familyflow.pathway.stages import Exit
from familyflow.pathway.teams import CATEGORIES
from familyflow.scenario.model import Area, Team
from familyflow.scenario.vocabulary import MOST

if TYPE_CHECKING:
    from familyflow.engine import Start
    from familyflow.pathway.adult_work import Programme
    from familyflow.scenario import Scenario

PARENTING = next(programme for programme in PROGRAMMES if programme.name == "parenting")


def one_story(start: Start, schedule: str) -> np.ndarray:
    """Live a start with both engines; return their records, which are the same."""
    told, retold = (simulate(start, schedule, engine).events for engine in (SIMPY, COMPILED))
    assert told.tobytes() == retold.tobytes()
    return told


def changed(name: str, **fields: object) -> Pathway:
    """Return the pathway with one stage changed."""
    return Pathway(tuple(replace(s, **fields) if s.name == name else s for s in PATHWAY.stages))  # type: ignore[arg-type]


def many_stages(count: int) -> Pathway:
    """Return the pathway with so many stages, the last of them plans that nothing leads to."""
    more = (replace(PATHWAY.stage("cin"), name=f"more_{k}") for k in range(len(PATHWAY.stages), count))
    return Pathway((*PATHWAY.stages, *more))


def many_exits(count: int) -> tuple[Exit, ...]:
    """Return so many exits of a plan."""
    return tuple(Exit(f"way_{k}", "assessment") for k in range(count))


def many_services(count: int) -> tuple[Programme, ...]:
    """Return so many programmes and services, the last of them services."""
    more = (replace(PARENTING, name=f"service_{k}") for k in range(len(PROGRAMMES), count))
    return (*PROGRAMMES, *more)


def largest() -> Pathway:
    """Return a pathway of as many stages, exits and services as there is room for, the last of each in use.

    It is one for all three: for each size of record the engine is compiled anew.
    """
    *stages, last = many_stages(PLACES).stages
    last = replace(last, exits=many_exits(EXITS), priority=PRIORITIES - 1, adult_priority=PRIORITIES - 1)
    unreferred = tuple(replace(e, to=last.name if e.name == "advice" else e.to) for e in stages[0].exits)
    stages[0] = replace(stages[0], exits=unreferred)
    services = tuple(replace(p, stages=("cin", "cp", last.name)) for p in many_services(SERVICES))
    return Pathway((*stages, last), programmes=services)


@pytest.mark.long
def test_as_much_as_there_is_room_for_is_one_story() -> None:
    pathway = largest()
    made_up = alone_rates(pathway, {"arrivals.family": 1.0})
    given = alone_values({"adult.parenting_worker.concurrent": 1e3, "staff.ceiling": 1.0, "staff.headroom": 0.0})
    told = one_story(prepare(whole(), given, made_up, 1, 0, 1, pathway), "everybody")
    entered, left, started, waited = (
        told[told["event"] == e] for e in (Event.ENTER, Event.LEAVE, Event.STARTED, Event.WAIT)
    )
    assert entered["place"].max() == waited["place"].max() == PLACES - 1
    assert left["exit"].max() == EXITS - 1
    assert started["place"].max() == SERVICES - 1


def many_areas(count: int) -> Scenario:
    """Return the town with so many areas, its own the last."""
    more = {f"area_{k}": Area(f"area_{k}", "Nowhere") for k in range(len(scenario().areas), count)}
    return replace(scenario(), areas={**more, **scenario().areas})


def many_teams(count: int) -> Scenario:
    """Return the town with so many teams, its own the last."""
    more = {f"team_{k}": Team(f"team_{k}", "Nowhere", (), ("cin",)) for k in range(len(scenario().teams), count)}
    return replace(scenario(), teams={**more, **scenario().teams})


def test_as_many_areas_as_there_is_room_for_are_one_story() -> None:
    given = {f"area.{name}.share": 0.0 for name in many_areas(MOST).areas} | values(size=0.02)
    start = prepare(many_areas(MOST), given, rates_for(given), 1, 0, 1)
    one_story(start, "reorganised")
    assert start.families.area.max() == MOST - 1


def test_as_many_teams_as_there_is_room_for_are_one_story() -> None:
    given = {f"team.{name}.social_workers": 0.0 for name in many_teams(MOST).teams} | values(size=0.02)
    told = one_story(prepare(many_teams(MOST), given, rates_for(given), 1, 0, 1), "reorganised")
    assert told["team"].max() == MOST - 1


def test_places_beyond_32_bits_are_one_story() -> None:
    assert len(one_story(begin({"staff.ceiling": 1e10}, size=0.02), "reorganised"))


REFUSED = {
    "areas": (many_areas(MOST + 1), PATHWAY, f"{scenario().path}: 32,769 areas: there is room for 32,768"),
    "teams": (many_teams(MOST + 1), PATHWAY, f"{scenario().path}: 32,769 teams: there is room for 32,768"),
    "stages": (scenario(), many_stages(PLACES + 1), "the pathway: 65 stages: there is room for 64"),
    "exits": (scenario(), changed("cin", exits=many_exits(EXITS + 1)), "stage cin: 17 exits: there is room for 16"),
    "services": (
        scenario(),
        replace(PATHWAY, programmes=many_services(SERVICES + 1)),
        "the pathway: 33 programmes and services: there is room for 32",
    ),
    "harms": (
        scenario(),
        replace(PATHWAY, harms=tuple(f"harm_{k}" for k in range(HARMS + 1))),
        "the pathway: 16 harms: there is room for 15",
    ),
    "priority": (scenario(), changed("cin", priority=10), "stage cin: priority = 10: must be from 0, the first, to 9"),
    "adult priority": (
        scenario(),
        changed("cin", adult_priority=-1),
        "stage cin: adult_priority = -1: must be from 0, the first, to 9",
    ),
    "ages": (
        scenario(),
        changed("residential", exits=(Exit("home", "home", ages=(12.0, 18.0)),)),
        "stage residential: exit home is open from 12 to 18: an age must be one of 0, 10, 16, 18",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_more_is_refused_before_anything_is_drawn(name: str) -> None:
    given, pathway, says = REFUSED[name]
    with pytest.raises(Problem) as problem:
        prepare(given, {}, {}, 1, 0, 1, pathway)
    assert str(problem.value) == says


def test_as_many_harms_as_there_is_room_for_are_allowed() -> None:
    check_limits(scenario(), replace(PATHWAY, harms=tuple(f"harm_{k}" for k in range(HARMS))))
    assert np.iinfo(FAMILY["combo"]).max + 1 == 2**HARMS


def test_records_hold_all_numbers_that_are_allowed() -> None:
    assert np.iinfo(FAMILY["area"]).max + 1 == np.iinfo(RECORD["team"]).max + 1 == MOST
    family = shapes.family_type(begin(size=0.02).structure)
    assert np.iinfo(family["services"]).bits == SERVICES
    assert np.iinfo(family["visits"].base).max == np.iinfo(family["turns"].base).max == MOST_VISITS
    assert np.iinfo(family["visit"]).max >= (PLACES << VISIT_BITS) - 1
    assert min(np.iinfo(FAMILY[name].base).max for name in ("stage", "placement")) >= PLACES - 1
    assert len(CATEGORIES) <= PLACES
    assert EXITS + SHIFT <= WAYS


def test_both_engines_count_visits_alike_up_to_the_last() -> None:
    counted = np.zeros(3, np.int16)
    told: dict[int, int] = {}
    keys = [(cases.count_up(counted, place), count_up(told, place)) for place in (0, 2, 2)]
    assert [one for one, _ in keys] == [other for _, other in keys] == [0, 2 << VISIT_BITS, (2 << VISIT_BITS) + 1]
    counted[1], told[1] = MOST_VISITS - 1, MOST_VISITS - 2
    assert cases.count_up(counted, 1) == count_up(told, 1) == (1 << VISIT_BITS) + MOST_VISITS - 1


def test_one_visit_more_is_refused_by_both_engines() -> None:
    with pytest.raises(Problem, match="32,767 times in a run"):
        count_up({1: MOST_VISITS - 1}, 1)
    laid = build.arrays(world.under(begin(size=0.02), "no_change"))
    laid.families["visits"] = MOST_VISITS
    with pytest.raises(Problem, match="32,767 times in a run"):
        town.stretch(laid)


def test_more_records_than_can_be_numbered_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    start = begin(size=0.02)
    room = max(len(start.families), build.FIRST_ROWS)
    monkeypatch.setattr(shapes, "NUMBERS", room)
    assert len(simulate(start, "no_change").events)
    monkeypatch.setattr(shapes, "NUMBERS", room - 1)
    with pytest.raises(Problem, match=f"room for {room - 1:,} at once"):
        simulate(start, "no_change")
