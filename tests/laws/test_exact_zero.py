"""A programme that does nothing changes nothing, exactly; the same draw is the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_town import (
    AMPLE,
    LOCALITIES,
    UNSHRUNK,
    begin,
    claiming,
    live,
    live_through,
    scenario,
    whole,
    with_posts,
    with_schedules,
)
from watched import MADE

from familyflow.engine import simulate
from familyflow.engine.records import Event
from familyflow.pathway.effects import EFFECTS
from familyflow.scenario import null

ROLLOUTS = ("all_at_once", "north_only", "one_by_one")
AT_ONE = {effect.name: effect.ratio for effect in EFFECTS}
DIGEST = """
import sys
from hashlib import sha256
sys.path.insert(0, sys.argv[1])
from small_town import begin, live_through
for ledger in live_through(begin(size=0.03), "reorganised"):
    print(sha256(ledger.events.tobytes()).hexdigest())
    print(sha256(ledger.frame().to_csv().encode()).hexdigest())
"""


@pytest.mark.parametrize("schedule", [*ROLLOUTS, "everybody"])
def test_a_null_programme_changes_not_one_record_while_workers_come_and_go(schedule: str) -> None:
    start = begin(town=null(whole() if schedule == "everybody" else scenario()))
    nothing, rollout = live_through(start, "no_change", schedule)
    np.testing.assert_array_equal(rollout.events, nothing.events)
    assert (rollout.events["event"] == Event.WORKER_CHANGED).any()


def test_a_programme_with_neither_posts_nor_effects_changes_not_one_record() -> None:
    nothing, rollout = live_through(begin(town=with_posts(claiming(whole()))), "no_change", "everybody")
    np.testing.assert_array_equal(rollout.events, nothing.events)


def test_teams_that_go_live_with_neither_posts_nor_ratios_other_than_1_change_not_one_record() -> None:
    start = begin(dict.fromkeys(AT_ONE.values(), 1.0), town=with_posts(claiming(whole(), *AT_ONE)))
    nothing, rollout = live_through(start, "no_change", "everybody")
    np.testing.assert_array_equal(rollout.events, nothing.events)


def test_a_null_programme_differs_in_nothing_but_its_own_posts() -> None:
    nothing, rollout = live_through(begin(size=0.03, town=null(scenario())), "no_change", "all_at_once")
    before, after = dict(nothing.measures()), dict(rollout.measures())
    changed = {name for name in after if name not in before or (after[name] != before[name]).any()}
    posts = {f"fte_days_{role}" for role in (*scenario().programme.roles, *scenario().programme.shared_roles)}
    assert changed == posts | {"adult_workers_in_post"}


def test_a_programme_that_is_not_null_does_change_lives() -> None:
    nothing, rollout = live_through(begin(), "no_change", "all_at_once")
    assert nothing.events.tobytes() != rollout.events.tobytes()


def test_a_schedule_that_begins_after_the_horizon_is_no_change() -> None:
    nothing, never = live_through(begin(), "no_change", "never")
    np.testing.assert_array_equal(never.events, nothing.events)


@settings(max_examples=4, phases=UNSHRUNK)
@given(day=st.integers(100, 365), team=st.sampled_from(LOCALITIES), seed=st.integers(0, 2**40))
@pytest.mark.parametrize(("dips", "weeks"), [(True, 6), (False, 0)], ids=["trains", "goes live"])
def test_until_the_first_team_trains_or_goes_live_nothing_is_touched(
    dips: bool,  # noqa: FBT001 - a parameter of the test
    weeks: int,
    day: int,
    team: str,
    seed: int,
) -> None:
    claimed = set(scenario().programme.effects) - (set() if dips else {"training_dip"})
    town = with_schedules(claiming(scenario(), *claimed), some=[live(day, team)])
    start = begin({"staff.training_weeks": 6.0}, size=0.03, seed=seed, town=town)
    nothing, some = (ledger.events for ledger in live_through(start, "no_change", "some"))
    until = day - 7 * weeks
    np.testing.assert_array_equal(some[some["time"] < until], nothing[nothing["time"] < until])


def test_a_family_out_of_a_schedules_reach_lives_the_same_life() -> None:
    start = begin(AMPLE)
    elsewhere = start.families.area != list(scenario().areas).index("north")
    nothing, north = (ledger.events for ledger in live_through(start, "no_change", "north_only"))
    same = [log[elsewhere[log["family"]]] for log in (nothing, north)]
    np.testing.assert_array_equal(same[0], same[1])
    assert nothing.tobytes() != north.tobytes()


def test_a_family_lives_the_same_life_until_its_team_touches_it() -> None:
    claimed = set(scenario().programme.effects) - {"training_dip"}
    start = begin(AMPLE, town=claiming(scenario(), *claimed))
    nothing, live_all = (ledger.events for ledger in live_through(start, "no_change", "all_at_once"))
    untouched = start.families.combo == 0  # neither programmes nor the practice claimed reach a family without a harm
    same = [log[untouched[log["family"]]] for log in (nothing, live_all)]
    np.testing.assert_array_equal(same[0], same[1])


def test_a_longer_run_begins_as_a_shorter_one() -> None:
    shorter = begin(AMPLE, size=0.03)
    longer = begin(AMPLE, size=0.03, years=2)
    short, long = (simulate(start, "no_change").events for start in (shorter, longer))
    family = longer.families.arrives == 0
    mine = [log[(log["time"] < shorter.horizon) & family[log["family"]]] for log in (short, long)]
    known = (shorter.families.arrives == 0)[mine[0]["family"]]
    np.testing.assert_array_equal(mine[0][known], mine[1])


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    once, again, other = (simulate(begin(size=0.03, seed=seed), "all_at_once").events for seed in (5, 5, 6))
    assert once.tobytes() == again.tobytes()
    assert once.tobytes() != other.tobytes()


def test_schedules_lived_in_another_order_give_the_same_bytes() -> None:
    start = begin(size=0.03)
    forth = [ledger.events.tobytes() for ledger in live_through(start, "no_change", "one_by_one", "all_at_once")]
    back = [ledger.events.tobytes() for ledger in live_through(start, "all_at_once", "one_by_one", "no_change")]
    assert forth == back[::-1]


def test_the_hash_seed_of_a_process_changes_no_byte() -> None:
    digests = [
        subprocess.run(
            [sys.executable, "-c", DIGEST, MADE],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("0", "1")
    ]
    assert digests[0] == digests[1]
    assert len(set(digests[0].split())) == 2
