"""Rates that move by themselves from year to year move alike under every schedule, and only what they are named for."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import log
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fates import Paper, Stay, assert_as_on_paper
from replay import Replay
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
    drifting,
    live_through,
    scenario,
    short,
    whole,
    with_posts,
)

from familyflow.engine import prepare, simulate
from familyflow.engine.records import Event
from familyflow.engine.run import COMPILED, SIMPY
from familyflow.pathway import PATHWAY
from familyflow.pathway.drift import BESIDE
from familyflow.pathway.stages import CARE
from familyflow.scenario import null
from familyflow.scenario.workforce import FOLLOW, LENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from familyflow.engine import Ledger, Start

YEAR = 365.25
MOVING = drifting(
    demand=[0.1, -0.2, 0.4],
    cin_ends=[0.0, 0.3, -0.3],
    cp_starts=[-0.1, 0.5, 0.5],
    cp_ends=[0.2, -0.4, 0.1],
    care_starts=[0.0, 0.4, -0.4],
    care_ends=[-0.3, 0.3, 0.6],
    open=[0.0, 0.3, -0.4],
)
FACTORS = [factor.name for factor in PATHWAY.drift]
TWICE = log(2)
SIZE = 0.5


def path_of(record: np.void) -> str:
    """Return the exit that a departure took, as `stage.exit`."""
    stage = PATHWAY.stages[record["place"]]
    return f"{stage.name}.{stage.exit_names[record['exit']]}"


def taken(ledger: Ledger, exits: Sequence[str], since: float = 0.0, until: float = np.inf) -> float:
    """Count the children who took any of some exits from a day on and before another."""
    log = ledger.events
    left = log[(log["event"] == Event.LEAVE) & (log["exit"] >= 0) & (log["time"] >= since) & (log["time"] < until)]
    return float(sum(record["amount"] for record in left if path_of(record) in exits))


# Paired ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain() -> Start:
    """Return the start of two years whose rates do not drift."""
    return begin(years=2)


def test_a_drift_that_moves_nothing_changes_not_one_record(plain: Start) -> None:
    still = begin(years=2, drift=drifting(**{name: [0.0, 0.0] for name in (*FACTORS, *BESIDE)}))
    before, after = (simulate(start, "one_by_one") for start in (plain, still))
    np.testing.assert_array_equal(after.events, before.events)


@pytest.mark.parametrize("schedule", ["all_at_once", "everybody"])
def test_a_null_programme_saves_exactly_nothing_whatever_drifts(schedule: str) -> None:
    town = null(whole() if schedule == "everybody" else scenario())
    nothing, rollout = live_through(begin(years=3, size=0.05, town=town, drift=MOVING), "no_change", schedule)
    np.testing.assert_array_equal(rollout.events, nothing.events)


def test_without_elasticity_and_lending_it_is_all_one_how_much_there_is_to_do(plain: Start) -> None:
    kept = begin({FOLLOW: 0.0, LENT: 0.0}, years=2, drift=drifting(**{name: [0.0, 0.5] for name in BESIDE}))
    before, after = (simulate(start, "one_by_one") for start in (plain, kept))
    np.testing.assert_array_equal(after.events, before.events)


def test_more_children_open_bring_more_workers_and_with_them_fewer_wait() -> None:
    """The same families come; only workers are more: fewer wait for one from the second year on."""
    few = short(0.1) | {FOLLOW: 1.0}
    still, moved = (
        simulate(begin(few, years=2, drift=drifting(**{name: [0.0, log] for name in BESIDE})), "no_change")
        for log in (0.0, TWICE)
    )
    before, after = (ledger.frame().pivot_table("value", "month", "measure", "sum") for ledger in (still, moved))
    first = np.arange(len(before)) <= 12
    waiting = "children_unallocated"
    np.testing.assert_array_equal(after[first], before[first])
    assert after[waiting].iloc[-1] < 0.5 * before[waiting].iloc[-1]


def test_every_schedule_has_the_same_drift() -> None:
    """A schedule that begins when the run is over has nothing of its own to change."""
    nothing, never = live_through(begin(years=3, drift=MOVING), "no_change", "never")
    np.testing.assert_array_equal(never.events, nothing.events)


@pytest.mark.parametrize("schedule", ["reorganised", "upheaval"])
def test_the_engines_tell_one_story_of_rates_that_drift(schedule: str) -> None:
    start = begin(years=3, drift=MOVING, town=whole() if schedule == "upheaval" else scenario())
    told, retold = (simulate(start, schedule, engine).events for engine in (SIMPY, COMPILED))
    np.testing.assert_array_equal(retold, told)


# What does not move ----------------------------------------------------------------------------------------------


def test_the_start_and_the_ratios_of_practice_are_those_of_rates_that_do_not_drift(plain: Start) -> None:
    drifted = begin(years=2, drift=drifting(**{name: [0.7, 0.7] for name in FACTORS}))
    known = plain.families.arrives == 0
    for what in ("stage", "elapsed", "combo", "born", "placement"):
        np.testing.assert_array_equal(drifted.families.rows[what][: known.sum()], plain.families.rows[what][known])
    for what in ("none", "plan", "everyone", "times", "services", "dose"):
        np.testing.assert_array_equal(getattr(drifted.practice, what), getattr(plain.practice, what))
    np.testing.assert_array_equal(drifted.ratio, plain.ratio)
    assert drifted.ceilings == plain.ceilings


def test_what_moves_next_year_changes_nothing_before(plain: Start) -> None:
    """But for children who come alone: they are numbered after the families, of whom more come when demand grows."""
    drifted = begin(years=2, drift=drifting(**{name: [0.0, 1.0] for name in FACTORS}))
    before, after = (simulate(start, "all_at_once") for start in (plain, drifted))
    np.testing.assert_array_equal(first_year(after), first_year(before))
    assert len(before.events) != len(after.events)


def first_year(ledger: Ledger) -> np.ndarray:
    """Return what happened to families in the first year."""
    log = ledger.events
    found: np.ndarray = log[(log["time"] < YEAR) & (ledger.world.start.families.alone[log["family"]] == 0)]
    return found


# What moves ------------------------------------------------------------------------------------------------------


def test_every_stay_ends_when_its_budgets_say_whatever_drifts() -> None:
    """Worked out piece by piece: between the years' turns nothing changes, and at each the rest of a budget is kept."""
    town = with_posts(claiming(whole()))
    changes = AMPLE | ONLY_CHILDREN | RECRUITED | {"snapshot.children_in_care": 150.0}
    counted = assert_as_on_paper(
        simulate(begin(changes, years=3, town=town, drift=MOVING), "upheaval"), crosses_a_year, MOVING
    )
    in_care = sum(counted[stage.name] for stage in PATHWAY.placements)
    assert min(counted["closed"], counted["screened_out"], counted["cin"], counted["cp"], in_care) > 5


def crosses_a_year(_: Paper, stay: Stay) -> bool:
    """Say whether a stay saw the drift change."""
    return stay.left // YEAR > stay.entered // YEAR


def test_under_more_demand_the_same_families_come_sooner(plain: Start) -> None:
    drifted = begin(years=2, drift=drifting(demand=[0.0, TWICE]))
    known = int((plain.families.arrives == 0).sum())
    family = PATHWAY.index["contact"]
    came = [start.families.rows[known:][start.families.stage[known:] == family] for start in (plain, drifted)]
    late = np.maximum(0.0, came[0]["arrives"] - YEAR)
    both = len(came[0])
    np.testing.assert_allclose(came[1]["arrives"][:both], came[0]["arrives"] - late / 2, rtol=1e-12)
    for same in ("size", "area", "combo"):
        np.testing.assert_array_equal(came[1][same][:both], came[0][same])
    assert len(came[1]) > both


def test_demand_that_doubles_is_twice_the_arrivals_and_twice_the_poisson_stock() -> None:
    """M/G/infinity: with workers for all, arrivals and stock are Poisson, before and after demand has doubled."""
    arrivals, days, settled = 3.0, 4.0, 60.0
    pathway = alone_pathway("assessment", to_care="assessment.close")
    rates = alone_rates(pathway, {"arrivals.family": arrivals, "decision.assessment.close": 1.0})
    wants = {"assessment.days": days, "assessment.shape": 2.5, "staff.ceiling": 1.0, "staff.headroom": -1.0}
    values = alone_values(STEADY | wants | {"staff.vacancy_rate": 0.0, "team.assessment.social_workers": 1e4})
    moving = rates | drifting(demand=[0.0, TWICE])
    runs = [simulate(prepare(scenario(), values, moving, 3, k, 2, pathway), "no_change") for k in range(3)]
    for since, rate in ((0.0, arrivals), (YEAR, 2 * arrivals)):
        came, mean = sum(entries(run, since, since + YEAR) for run in runs), rate * YEAR * len(runs)
        assert came == pytest.approx(mean, abs=3.5 * np.sqrt(mean))
        looks = np.arange(since + settled, since + YEAR - settled, 3 * days)
        seen, mean = np.concatenate([stock(run, looks) for run in runs]), rate * days
        assert np.mean(seen) == pytest.approx(mean, abs=3.5 * np.sqrt(mean / len(seen)))
        assert np.var(seen, ddof=1) / mean == pytest.approx(1.0, abs=3.5 * np.sqrt(2 / len(seen)))


def entries(ledger: Ledger, since: float, until: float) -> int:
    """Count the families that came to be assessed between two days."""
    log = ledger.events
    came = (log["event"] == Event.ENTER) & (log["place"] == PATHWAY.index["assessment"])
    return int((came & (log["time"] > since) & (log["time"] <= until)).sum())


def stock(ledger: Ledger, days: np.ndarray) -> np.ndarray:
    """Count the families under assessment on some days."""
    log = ledger.events[ledger.events["place"] == PATHWAY.index["assessment"]]
    came, went = (np.sort(log["time"][log["event"] == event]) for event in (Event.ENTER, Event.LEAVE))
    return np.asarray(np.searchsorted(came, days, side="right") - np.searchsorted(went, days, side="right"))


HAZARDS = [name for name in FACTORS if name != "cp_starts"]
NAMED = {
    "demand": ("contact.referral", "closed.rereferral"),
    "cp_starts": ("section47.cp",),
    "care_starts": tuple(f"{s.name}.{e.name}" for s in PATHWAY.stages for e in s.exits if e.to == CARE),
}
"""Exits whose number is what a factor is named for."""


@pytest.fixture(scope="module")
def still() -> Ledger:
    """Return a year of a town with workers for all, whose rates do not drift."""
    return simulate(begin(AMPLE, size=0.6), "no_change")


@cache
def moved(factor: str) -> Ledger:
    """Return the same year with a factor that moves at once."""
    drift = drifting(**{factor: [SIZE]})
    return simulate(begin(AMPLE, size=0.6, drift=drift), "no_change")


@pytest.mark.parametrize("factor", HAZARDS)
def test_a_factor_multiplies_how_often_those_who_could_take_its_exits_do(still: Ledger, factor: str) -> None:
    """But for who is left: the readiest go first, and a plan's first months are not its last."""
    declared = next(f for f in PATHWAY.drift if f.name == factor)
    before, after = (a_day(ledger, declared.exits) for ledger in (still, moved(factor)))
    assert 0.6 < log(after / before) / SIZE < 1.2


def a_day(ledger: Ledger, exits: Sequence[str]) -> float:
    """Return how many children a day take exits, of those who are at plan stages where they could."""
    log, horizon = ledger.events, ledger.world.start.horizon
    plans = [path for path in exits if not ledger.world.start.structure.decision[PATHWAY.index[path.split(".")[0]]]]
    here = np.isin(log["place"], [PATHWAY.index[path.split(".")[0]] for path in plans])
    sign = np.where(log["event"] == Event.ENTER, 1.0, np.where(log["event"] == Event.LEAVE, -1.0, 0.0))
    return taken(ledger, plans) / float((sign * log["amount"] * (horizon - log["time"]))[here].sum())


def test_a_factor_multiplies_the_odds_of_a_decision(still: Ledger) -> None:
    before, after = (odds_of_a_plan(ledger) for ledger in (still, moved("cp_starts")))
    assert log(after / before) / SIZE == pytest.approx(1.0, abs=0.3)


def odds_of_a_plan(ledger: Ledger) -> float:
    """Return the odds that an enquiry ends in a child protection plan."""
    made = taken(ledger, ["section47.cp"])
    return made / (taken(ledger, [f"section47.{name}" for name in PATHWAY.stage("section47").exit_names]) - made)


@pytest.mark.parametrize("factor", NAMED)
def test_what_a_factor_is_named_for_moves_in_the_first_year_about_as_much_as_the_factor(
    still: Ledger, factor: str
) -> None:
    before, after = (taken(ledger, NAMED[factor]) for ledger in (still, moved(factor)))
    assert 0.6 < log(after / before) / SIZE < 1.4


# Nobody is lost --------------------------------------------------------------------------------------------------


def test_every_child_is_in_one_place_whatever_drifts() -> None:
    start = begin(years=3, size=0.05, drift=MOVING)
    replay = Replay(simulate(start, "reorganised"))
    for _ in replay.instants():
        pass
    assert len(replay.households) == len(start.families)
    assert all(home.placed for home in replay.households.values())


def test_families_who_sleep_through_a_run_are_those_to_whom_nothing_would_have_happened() -> None:
    """Drift wakes some; woken all, they write what they wrote asleep."""
    start = begin(years=3, size=0.05, drift=drifting(demand=[0.0, 1.0, 2.0]))
    assert 0 < start.asleep.sum() < begin(years=3, size=0.05).asleep.sum()
    asleep, awake = (simulate(each, "no_change").events for each in (start, woken(start)))
    np.testing.assert_array_equal(np.sort(awake, order=awake.dtype.names), np.sort(asleep, order=asleep.dtype.names))


def woken(start: Start) -> Start:
    """Return a start whose families all live."""
    return replace(start, asleep=np.zeros_like(start.asleep))
