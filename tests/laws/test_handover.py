"""A change of worker costs a case a stall and a slower pace for a while, and changes nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fates import Paper, Stay, assert_as_on_paper
from small_town import (
    AMPLE,
    ONLY_CHILDREN,
    RECRUITED,
    STEADY,
    alone_pathway,
    alone_rates,
    alone_values,
    begin,
    claiming,
    live_through,
    on,
    scenario,
    whole,
    with_posts,
    with_schedules,
)

from familyflow.engine import prepare, simulate
from familyflow.engine.handover import SETTLING_DAYS
from familyflow.engine.records import PASSED, Event
from familyflow.pathway import PATHWAY
from familyflow.pathway.stages import BANDS
from familyflow.scenario.schema import Boundary, Close, Open

if TYPE_CHECKING:
    from familyflow.engine import Start
    from familyflow.scenario import Scenario
    from familyflow.scenario.schema import Step

RESTLESS = dict.fromkeys(STEADY, 2.0)
"""Every worker leaves twice a year."""
MANY_IN_CARE = {"snapshot.children_in_care": 150.0}
STALL = 21.0
SLOW = {"staff.handover_stall_weeks": STALL / 7, "staff.worker_change_ratio": 0.5}


# What becomes of the case ----------------------------------------------------------------------------------------


def handed_over(paper: Paper, stay: Stay) -> bool:
    """Say whether a change of worker slowed a stay."""
    return any(day > stay.entered - paper.cost.stall - SETTLING_DAYS for day in stay.handovers)


@pytest.mark.parametrize("schedule", ["no_change", "upheaval"])
def test_every_stay_ends_when_its_budgets_say_whatever_its_changes_of_worker(schedule: str) -> None:
    town = with_posts(claiming(whole()))
    changes = AMPLE | ONLY_CHILDREN | RECRUITED | RESTLESS | SLOW | MANY_IN_CARE
    counted = assert_as_on_paper(simulate(begin(changes, years=2, town=town), schedule), handed_over)
    assert min(counted[name] for name in ("cin", "cp", "early_help", "assessment", "section47", "kinship")) > 5
    assert counted["contact"] == counted["referral"] == counted["closed"] == 0


def test_a_case_that_goes_on_to_another_team_leaves_its_changes_of_worker_behind() -> None:
    def just_left_behind(paper: Paper, stay: Stay) -> bool:
        return not stay.handovers and stay.earlier > stay.entered - paper.cost.stall

    changes = AMPLE | ONLY_CHILDREN | RESTLESS | SLOW | {"staff.handover_stall_weeks": 20.0}
    ledger = simulate(begin(changes, size=0.2, town=with_posts(claiming(whole()))), "no_change")
    counted = assert_as_on_paper(ledger, just_left_behind)
    assert sum(counted.values()) > 10


def test_in_a_stall_what_improves_waits_decisions_rest_and_what_worsens_happens() -> None:
    ledger = simulate(begin(AMPLE | RESTLESS | SLOW | MANY_IN_CARE, size=0.3, town=whole()), "everybody")
    structure, log = ledger.world.start.structure, ledger.events
    told = log[np.isin(log["event"], (Event.WORKER_CHANGED, Event.ENTER, Event.LEAVE))]
    stalled: dict[tuple[int, int], tuple[float, int]] = {}
    worse = 0
    for time, event, family, child, team, place, leads, _ in told.tolist():
        since, by = stalled.get((family, child), (-STALL, team))
        if event == Event.WORKER_CHANGED:
            stalled[family, child] = time, team
        elif event == Event.LEAVE and leads >= 0 and by == team and time < since + STALL - 1e-6:
            assert not structure.improves[place, leads]
            assert not structure.decision[place]
            worse += 1
        elif event == Event.ENTER and by != team:
            stalled.pop((family, child), None)
    assert worse > 10


def test_a_change_of_worker_that_costs_nothing_changes_no_life() -> None:
    free = {"staff.handover_stall_weeks": 0.0, "staff.worker_change_ratio": 1.0}
    steady, restless = (
        simulate(begin(AMPLE | free | rates, town=whole()), "everybody").events for rates in (STEADY, RESTLESS)
    )
    changed = restless["event"] == Event.WORKER_CHANGED
    assert changed.sum() > 100
    assert_alike(restless[~changed], steady)


def assert_alike(log: np.ndarray, other: np.ndarray) -> None:
    """Fail unless two logs say the same of each family, their times equal but for rounding."""
    one, two = (x[np.lexsort((np.arange(len(x)), x["family"]))] for x in (log, other))
    for name in ("event", "family", "child", "team", "place", "exit"):
        np.testing.assert_array_equal(one[name], two[name])
    np.testing.assert_allclose(one["time"], two["time"], rtol=1e-9, atol=1e-9)


# The pace between changes of worker ------------------------------------------------------------------------------

WAYS = {"close": 0.005, "early_help": 0.001, "section47": 0.001, "care": 0.0005}
"""Hazards a day of the ways off a plan; the first two improve."""


def years_of(stage: str, turnover: float) -> Start:
    """Return the start of years in which families come straight to a stage and leave it in one of a few ways."""
    pathway = alone_pathway(stage, to_care=f"{stage}.close")
    values = alone_values(AMPLE | dict.fromkeys(STEADY, turnover) | {"assessment.days": 100.0})
    named = {"arrivals.family": 8.0, "decision.assessment.close": 1.0}
    named |= {f"hazard.cin.{way}.{band}": x for way, x in WAYS.items() for band in BANDS}
    return prepare(scenario(), values, alone_rates(pathway, named), 5, 0, 6, pathway)


def mean_days(start: Start, stage: str) -> float:
    """Return how long a stage takes on average, of those who enter it long before the horizon."""
    log = simulate(start, "no_change").events
    log = log[(log["place"] == PATHWAY.index[stage]) & (log["time"] > 0) & (log["event"] <= Event.LEAVE)]
    began, ended = (
        dict(zip(x["family"].tolist(), x["time"].tolist(), strict=True))
        for x in (log[log["event"] == event] for event in (Event.ENTER, Event.LEAVE))
    )
    early = [f for f, t in began.items() if t < start.horizon - 1200]
    return float(np.mean([ended.get(f, start.horizon) - began[f] for f in early]))


@pytest.mark.parametrize("stage", ["cin", "assessment"])
def test_with_turnover_cases_take_as_long_as_published_though_each_change_costs_time(stage: str) -> None:
    steady, turning = (years_of(stage, turnover) for turnover in (0.0, 0.5))
    published = mean_days(steady, stage)
    assert mean_days(turning, stage) == pytest.approx(published, rel=0.008)
    uncorrected = replace(turning, ratio=turning.unserved, scale=turning.structure.scale)
    assert mean_days(uncorrected, stage) > 1.02 * published


# Cases that pass, and cases that stay ----------------------------------------------------------------------------

MOVES: dict[str, list[Step]] = {
    "open": [Open(date=on(100), action="open", team="new_hub", areas=("north", "south"), existing_cases="transfer")],
    "boundary": [
        Boundary(date=on(100), action="boundary", team="north", areas=("south",), existing_cases="transfer"),
        Open(date=on(150), action="open", team="new_care", areas=("north",), existing_cases="transfer"),
    ],
    "close": [Close(date=on(100), action="close", team="south", to="central")],
    "front door": [
        Open(date=on(100), action="open", team="new_front", areas=("north", "central"), existing_cases="transfer"),
        Close(date=on(200), action="close", team="front", to="new_front"),
    ],
}


def moving(steps: list[Step]) -> Scenario:
    return with_schedules(with_posts(claiming(whole())), moved=steps)


@pytest.mark.parametrize("steps", MOVES.values(), ids=list(MOVES))
def test_cases_that_pass_to_another_team_change_worker_and_no_others_do(steps: list[Step]) -> None:
    ledger = simulate(begin(AMPLE | RECRUITED | STEADY | MANY_IN_CARE, size=0.3, town=moving(steps)), "moved")
    log, stages = ledger.events, PATHWAY.stages
    passed = log[(log["event"] == Event.ENTER) & (log["exit"] == PASSED)]
    held = np.array([s.priority is not None or s.in_care for s in stages])[passed["place"]]
    changed = log[log["event"] == Event.WORKER_CHANGED]
    what = ["time", "family", "child", "team", "amount"]
    np.testing.assert_array_equal(np.sort(changed[what]), np.sort(passed[held][what]))
    assert len(passed) > 0


@pytest.mark.parametrize("steps", MOVES.values(), ids=list(MOVES))
def test_cases_that_pass_to_another_team_are_offered_nothing_that_they_had_not_been(steps: list[Step]) -> None:
    start = begin(AMPLE | RECRUITED | STEADY, size=0.3, town=moving(steps))
    days = [0.0, 100.0, 150.0, 200.0]
    for ledger in live_through(start, "moved"):
        log = ledger.events
        assert not np.isin(log["time"][log["event"] == Event.OFFERED], days[1:]).any()


def test_cases_that_stay_with_their_team_go_on_as_if_nothing_had_happened() -> None:
    steps: list[Step] = [
        Open(date=on(60), action="open", team="east", areas=("south",), existing_cases="stay"),
        Open(date=on(60), action="open", team="new_hub", areas=("north",), existing_cases="stay"),
        Open(date=on(60), action="open", team="new_care", areas=("south", "north"), existing_cases="stay"),
        Boundary(date=on(90), action="boundary", team="north", areas=("central",), existing_cases="stay"),
    ]
    start = begin(AMPLE | RECRUITED | STEADY | MANY_IN_CARE, size=0.3, town=moving(steps))
    kept, moved = (ledger.events for ledger in live_through(start, "no_change", "moved"))
    assert not (moved["event"] == Event.WORKER_CHANGED).any()
    same = [name for name in moved.dtype.names or () if name != "team"]
    np.testing.assert_array_equal(moved[same], kept[same])
    assert (moved["team"] != kept["team"]).any()


def test_a_child_in_care_keeps_its_team_when_it_moves_to_another_placement() -> None:
    step = Open(date=on(30), action="open", team="new_care", areas=("north", "central", "south"), existing_cases="stay")
    changes = AMPLE | STEADY | MANY_IN_CARE | {"snapshot.children_in_care": 500.0}
    ledger = simulate(begin(changes, size=0.3, years=2, town=moving([step])), "moved")
    log, team, moves = ledger.events, dict[tuple[int, int], int](), 0
    for record in log[(log["child"] >= 0) & (log["event"] == Event.ENTER)]:
        child = (int(record["family"]), int(record["child"]))
        moves += record["exit"] == 1
        assert record["exit"] == 0 or team[child] == record["team"]
        team[child] = int(record["team"])
    assert moves > 20
