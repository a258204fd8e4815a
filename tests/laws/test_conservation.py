"""Nobody is lost, nobody is counted twice, whatever the town and the schedule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replay import Replay
from small_town import LOCALITIES, UNSHRUNK, begin, left_group, live, live_through, on, scenario, short, with_schedules

from familyflow.engine import Ledger, simulate
from familyflow.engine.ledger import DAYS_OF_GROUP, ENDS_OF_GROUP, STARTS_OF_GROUP, STOCK_OF_GROUP
from familyflow.engine.records import GREW_UP, Event
from familyflow.engine.structure import TO_HOME, TO_LEFT
from familyflow.pathway import PATHWAY

DAYS = st.integers(1, 360)


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """Return a year of a town whose teams go live and are short of workers."""
    return simulate(begin(short(0.1)), "one_by_one")


def table(ledger: Ledger, measure: str) -> np.ndarray:
    return dict(ledger.measures())[measure]


@settings(max_examples=8, phases=UNSHRUNK)
@given(
    seed=st.integers(0, 2**40),
    fewer=st.floats(-0.2, 0.6),
    together=st.floats(0.0, 1.0),
    days=st.tuples(DAYS, DAYS, DAYS),
)
def test_every_family_is_in_one_stage_and_every_child_in_one_place(
    seed: int, fewer: float, together: float, days: tuple[int, int, int]
) -> None:
    steps = [live(day, team) for day, team in zip(sorted(days), LOCALITIES, strict=True)]
    town = with_schedules(scenario(), some=steps)
    start = begin(short(fewer) | {"family.care_together": together}, size=0.03, seed=seed, town=town)
    replay = Replay(simulate(start, "some"))
    for _ in replay.instants():
        pass
    assert len(replay.households) == len(start.families)
    assert all(home.placed for home in replay.households.values())


@pytest.mark.parametrize("group", STARTS_OF_GROUP)
def test_what_is_open_each_month_is_what_was_open_and_what_started_less_what_ended(ledger: Ledger, group: str) -> None:
    stock, starts = table(ledger, STOCK_OF_GROUP[group]), table(ledger, STARTS_OF_GROUP[group])
    ends = table(ledger, ENDS_OF_GROUP[group]) if group in ENDS_OF_GROUP else left_group(ledger, group)
    np.testing.assert_array_equal(np.diff(stock, axis=0), (starts - ends)[1:])


def test_placements_add_up_to_children_in_care_in_every_month_and_team(ledger: Ledger) -> None:
    placed = sum(table(ledger, f"placement_{stage.name}") for stage in PATHWAY.placements)
    np.testing.assert_array_equal(placed, table(ledger, "children_in_care"))


def test_the_caseload_is_the_sum_of_the_groups_that_need_a_worker(ledger: Ledger) -> None:
    groups = ("assessment", "section47", "cin", "cp", "care")
    parts = sum(table(ledger, STOCK_OF_GROUP[group]) for group in groups)
    np.testing.assert_array_equal(parts, table(ledger, "children_open"))


def test_ways_out_of_care_add_up_to_children_who_ceased(ledger: Ledger) -> None:
    ways = sum(table(ledger, f"care_exits_{way}") for way in ("home", "sgo", "adoption", "other", "turned_18"))
    np.testing.assert_array_equal(ways, table(ledger, "care_exits"))


@pytest.mark.parametrize("group", DAYS_OF_GROUP)
def test_children_days_are_the_integral_of_the_stock(ledger: Ledger, group: str) -> None:
    log = ledger.events
    members = [s for s, stage in enumerate(PATHWAY.stages) if stage.group == group]
    mine = log[np.isin(log["event"], (Event.ENTER, Event.LEAVE)) & np.isin(log["place"], members)]
    change = np.where(mine["event"] == Event.LEAVE, -1.0, 1.0) * mine["amount"]
    total = ledger.total(DAYS_OF_GROUP[group])
    for row, (since, until) in enumerate(zip(ledger.edges[:-1], ledger.edges[1:], strict=True), 1):
        present = np.clip(until - np.maximum(mine["time"], since), 0.0, None)
        assert total[row] == pytest.approx(float(change @ present), abs=1e-6)


def test_no_stock_is_ever_below_zero(ledger: Ledger) -> None:
    below = [
        name
        for name, rows in ledger.measures()
        if name.startswith(("children_", "placement_", "active_")) and rows.min() < 0
    ]
    assert below == []


def test_nobody_is_on_a_plan_or_in_care_at_18(ledger: Ledger) -> None:
    families = ledger.world.start.families
    log = ledger.events
    leaving = log[(log["event"] == Event.LEAVE) & (log["child"] >= 0)]
    ages = (leaving["time"] - families.born[leaving["family"], leaving["child"]]) / 365.25
    grown = leaving["exit"] == GREW_UP
    assert ages[grown] == pytest.approx(18.0)
    assert (ages[~grown] < 18).all()
    at_home = families.placement == -1
    first = np.where(at_home, families.arrives[:, None] - families.born, 0.0) / 365.25
    assert np.nanmax(first) < 18


def test_children_of_one_family_leave_care_each_on_its_own_clock() -> None:
    ledger = simulate(begin(short(0.1), years=3), "one_by_one")
    log = ledger.events
    to = ledger.world.start.structure.to
    gone = log[(log["event"] == Event.LEAVE) & (log["child"] >= 0) & (log["exit"] >= 0)]
    gone = gone[np.isin(to[gone["place"], gone["exit"]], (TO_HOME, TO_LEFT))]
    families, counts = np.unique(gone["family"], return_counts=True)
    several = families[counts > 1]
    assert len(several) > 0
    for family in several:
        times = gone["time"][gone["family"] == family]
        assert len(set(times.tolist())) == len(times)


def test_every_schedule_begins_on_the_same_day_0() -> None:
    start = begin(size=0.03)
    first = [ledger.events[ledger.events["time"] == 0] for ledger in live_through(start, "no_change", "all_at_once")]
    np.testing.assert_array_equal(first[0], first[1])


def test_swindon_begins_with_exactly_the_published_children() -> None:
    start = begin({"target.contacts": 500.0}, size=1.0)
    one_day = replace(start, dates=(on(0), on(1)))
    log = simulate(one_day, "no_change").frame()
    day_0 = log[log["month"] == log["month"].min()].groupby("measure")["value"].sum()
    assert day_0["children_on_cin"] == 1045
    assert day_0["children_on_cp"] == 260
    assert day_0["children_in_care"] == 339
