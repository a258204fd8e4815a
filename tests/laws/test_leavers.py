"""Workers leave by chance, as often as stated; each leaves a worker's part of the cases, whatever the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from replay import Replay
from small_town import AMPLE, STEADY, begin, claiming, live_through, scenario, whole

from familyflow.engine import changes, simulate, world
from familyflow.engine.changes import Act, Change
from familyflow.engine.records import Event

if TYPE_CHECKING:
    from familyflow.engine import Ledger, Start

YEAR = 365.25
RESTLESS = dict.fromkeys(STEADY, 2.0)
SEEDS = range(12)


def leavers(start: Start, schedule: str) -> list[Change]:
    return [c for c in changes.dated(world.under(start, schedule)) if c.act is Act.LEAVE]


@pytest.fixture(scope="module")
def years() -> list[Ledger]:
    """Return years in which many workers leave and nobody waits for one."""
    return [simulate(begin(AMPLE | RESTLESS, seed=seed, town=whole()), "no_change") for seed in SEEDS]


def test_where_nobody_leaves_and_no_case_passes_nobody_changes_worker() -> None:
    for ledger in live_through(begin(STEADY, town=whole()), "no_change", "everybody"):
        assert not (ledger.events["event"] == Event.WORKER_CHANGED).any()
        assert not ledger.total("worker_changes").any()


def test_as_many_workers_leave_each_team_as_its_turnover_says(years: list[Ledger]) -> None:
    teams = list(whole().teams)
    found, expected = np.zeros((2, len(teams)))
    for ledger in years:
        for change in leavers(ledger.world.start, "no_change"):
            found[change.team] += 1
        for row in ledger.world.timeline.leavers:
            expected[teams.index(row.team)] += row.per_year * ledger.world.start.horizon / YEAR
    served = expected > 0
    assert served.sum() == 6  # the five of day 0 and the hub
    assert not found[~served].any()
    assert (np.abs(found - expected) <= 3.5 * np.sqrt(expected)).all()


def test_a_leaver_s_cases_are_a_worker_s_part_of_the_team_s(years: list[Ledger]) -> None:
    found = expected = 0.0
    for ledger in years:
        log, replay = ledger.events, Replay(ledger)
        changed = log[(log["event"] == Event.WORKER_CHANGED) & (log["child"] < 0)]
        leaving = leavers(ledger.world.start, "no_change")
        held, at = replay.serving.copy(), 0
        for time, _ in replay.instants():
            while at < len(leaving) and leaving[at].day < time:
                expected += leaving[at].width * held[leaving[at].team]
                at += 1
            held = replay.serving.copy()
        found += len(changed)
        assert set(changed["time"].tolist()) <= {c.day for c in leaving}
    assert found > 1000
    assert found == pytest.approx(expected, abs=3.5 * np.sqrt(expected))


def test_a_worker_has_the_same_share_of_a_team_s_work_however_large_it_is() -> None:
    start = begin(AMPLE, town=whole())
    workers = {i: change.amount for i, change in enumerate(staff_of(start))}
    for change in leavers(start, "no_change"):
        assert 0 <= change.first < 1
        assert change.width == pytest.approx(1 / max(1.0, workers[change.team]))


def staff_of(start: Start) -> list[Change]:
    """Return each team's latest staffing under no change, by team."""
    rows = {c.team: c for c in changes.dated(world.under(start, "no_change")) if c.act is Act.STAFF}
    return [rows.get(team, Change(0.0, Act.STAFF)) for team in range(len(start.scenario.teams))]


def test_the_same_workers_leave_on_the_same_days_under_every_schedule_that_leaves_their_team_alone() -> None:
    start = begin(AMPLE | RESTLESS, town=whole())
    teams, alone = list(whole().teams), {"assessment", "north", "central", "looked_after"}
    as_is, upheaval = (
        [(c.team, c.day, c.first, c.width) for c in leavers(start, schedule) if teams[c.team] in alone]
        for schedule in ("no_change", "upheaval")
    )
    central = teams.index("central")
    kept = [[row for row in rows if row[0] != central or row[1] < 130] for rows in (as_is, upheaval)]
    care = teams.index("looked_after")
    until = [[row for row in rows if row[0] != care or row[1] < 300] for rows in kept]
    assert len(until[0]) > 5
    assert until[0] == until[1]
    assert as_is != upheaval


def test_more_workers_who_leave_are_those_before_and_others() -> None:
    fewer, more = (leavers(begin(AMPLE | dict.fromkeys(STEADY, rate)), "no_change") for rate in (1.0, 2.0))
    assert len(more) > len(fewer) > 3
    for team in range(len(scenario().teams)):
        firsts = [[c.first for c in found if c.team == team] for found in (fewer, more)]
        assert firsts[0] == firsts[1][: len(firsts[0])]


def test_where_going_live_keeps_workers_none_leave_once_it_does_so_in_full() -> None:
    town = claiming(scenario(), "turnover")
    changes = {"effect.turnover": 1e-9, "effect.ramp_months": 3.0, "staff.agency_turnover_rate": 0.0}
    start = begin(RESTLESS | changes, size=0.5, years=2, town=town)
    teams = list(town.teams)
    grown = 30 + 3 * YEAR / 12
    days = [c.day for c in leavers(start, "north_only") if teams[c.team] == "north"]
    others = [c.day for c in leavers(start, "north_only") if teams[c.team] == "south"]
    as_is = [c.day for c in leavers(start, "no_change") if teams[c.team] == "north"]
    assert days == [day for day in as_is if day < grown] != as_is
    assert max(others) > grown


def test_where_going_live_fills_posts_there_are_more_places_once_it_does_so_in_full() -> None:
    town = claiming(scenario(), "vacancies")
    start = begin({"effect.vacancies": 1e-9, "effect.ramp_months": 3.0, "staff.agency_share": 0.0}, town=town)
    there = world.under(start, "north_only")
    north = [c for c in changes.dated(there) if c.act is Act.STAFF and c.team == list(town.teams).index("north")]
    values, ceiling = start.structure.values, start.ceilings[town.teams["north"].stages]
    posts = values["team.north.social_workers"]
    assert [c.day for c in north] == [0.0, pytest.approx(30 + 3 * YEAR / 12)]
    assert [c.amount for c in north] == pytest.approx([posts * (1 - values["staff.vacancy_rate"]), posts])
    assert [c.places for c in north] == [int(c.amount * ceiling / start.structure.mean_size) for c in north]
