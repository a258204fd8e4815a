"""What workers do: nobody waits longer for having them, more are never worse, and what does nothing is nothing."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from replay import MOMENT, Lines, Wait, waits
from small_town import begin, claiming, live_through, scenario, whole

from familyflow.engine import simulate
from familyflow.engine.run import COMPILED, SIMPY
from familyflow.pathway.adult_work import REFERENCE, SUPERVISOR, roles
from familyflow.pathway.effects import DELIVERY, EFFECTS

if TYPE_CHECKING:
    from familyflow.engine import Ledger

SCHEDULES = [
    ("all_at_once", False),
    ("one_by_one", False),
    ("reorganised", False),
    ("everybody", True),
    ("upheaval", True),
]
"""Schedules, and whether they are of the whole town."""
EVERY_EFFECT = tuple(effect.name for effect in EFFECTS)
SEEING = {f"post.{role}" for role in roles()}
POSTS = (0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 3.0, 20.0)
SEEDS = range(3)


def key(wait: Wait) -> tuple[int, int, int, float]:
    """Return what makes two waits one: the parent, the programme, the turn in it, and the day of taking it up."""
    return wait.family, wait.programme, wait.turn, wait.asked


# Waits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("posts", [0.02, 0.1, 0.4, 3.0])
@pytest.mark.parametrize(("schedule", "everywhere"), SCHEDULES)
def test_no_parent_waits_longer_than_under_no_change(schedule: str, posts: float, everywhere: bool) -> None:  # noqa: FBT001
    """The same turn, taken up on the same day: it begins no later, unless the case is closed before."""
    start = begin(dict.fromkeys(SEEING, posts), size=0.2, town=whole() if everywhere else scenario())
    nothing, changed = live_through(start, "no_change", schedule)
    after = {key(wait): wait for wait in waits(changed)}
    both = [(wait, after[key(wait)]) for wait in waits(nothing) if wait.started and key(wait) in after]
    assert len(both) > 50
    for before, now in both:
        assert now.until <= before.until + MOMENT
        assert now.started or now.gave_up


@cache
def staffed(posts: float, seed: int) -> Ledger:
    """Return two years in which every team has so many of each adult worker."""
    changes = {f"post.{role}": posts for role in REFERENCE}
    return simulate(begin(changes, size=0.3, years=2, seed=seed), "all_at_once")


def outside(ledger: Ledger) -> dict[tuple[int, int, int, float], Wait]:
    """Return the waits of parents who would go outside."""
    return {key(wait): wait for wait in waits(ledger) if wait.asked > 0 and wait.called < np.inf}


@pytest.mark.parametrize("seed", SEEDS)
def test_more_posts_never_lengthen_the_mean_wait_of_parents(seed: int) -> None:
    """Of those who would go outside: others wait for the team alone, so that there are more of them with more posts."""
    runs = [outside(staffed(posts, seed)) for posts in POSTS]
    same = set.intersection(*map(set, runs))
    last = staffed(POSTS[0], seed).world.start.horizon
    means = [np.mean([min(run[each].until, last) - run[each].asked for each in same]) for run in runs]
    assert len(same) > 150
    assert all(more <= fewer + MOMENT for fewer, more in pairwise(means))
    assert means[-1] < 0.5 * means[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_without_posts_and_with_posts_for_all_every_wait_is_the_one_that_is_drawn(seed: int) -> None:
    """Outside without workers; with places for all, the team's first appointment from the day of asking, if sooner."""
    none, many = staffed(POSTS[0], seed), staffed(POSTS[-1], seed)
    for wait in (wait for wait in outside(none).values() if wait.started):
        assert not wait.own
        assert wait.until == pytest.approx(wait.called, abs=MOMENT)
    lines, seen = Lines(many), 0
    for wait in (wait for wait in outside(many).values() if wait.started and wait.own):
        stands = list(lines.turns(wait))
        seen += len(stands) == 1
        assert wait.until == pytest.approx(min(wait.called, stands[-1].asks + wait.first), abs=MOMENT)
    assert seen > 100


# Nothing is nothing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("schedule", "everywhere"), [("all_at_once", False), ("everybody", True)])
def test_without_posts_and_with_every_effect_at_1_a_live_schedule_changes_no_life(
    schedule: str,
    seed: int,
    everywhere: bool,  # noqa: FBT001
) -> None:
    """Draw by draw, to the last record, whatever the programme's roles: only what is paid for posts may differ."""
    town = claiming(whole() if everywhere else scenario(), *EVERY_EFFECT)
    services = {p.ratio for p in begin(size=0.01).structure.pathway.programmes if p.ratio}
    ratios = dict.fromkeys([*(effect.ratio for effect in EFFECTS), *DELIVERY, *services], 1.0)
    nobody = dict.fromkeys([*SEEING, f"post.{SUPERVISOR}"], 0.0)
    nothing, live = live_through(begin(ratios | nobody, size=0.1, seed=seed, years=2, town=town), "no_change", schedule)
    np.testing.assert_array_equal(live.events, nothing.events)
    before, after = dict(nothing.measures()), dict(live.measures())
    paid = {name for name in after if name.startswith("fte_days_")} | {"adult_workers_in_post"}
    for name, table in before.items():
        if name not in paid:
            np.testing.assert_array_equal(after[name], table)
    assert set(after) - set(before) <= paid
    for name in ("care_entries", "cp_starts", "cin_starts"):
        assert live.total(name).sum() == nothing.total(name).sum() > 0


# One story -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("places", [0.3, 0.8, 2.0])
@pytest.mark.parametrize(("schedule", "everywhere"), SCHEDULES)
def test_the_engines_tell_one_story_of_few_places_closings_and_cases_that_pass(
    schedule: str,
    places: float,
    everywhere: bool,  # noqa: FBT001
) -> None:
    """Posts of one worker: of 0.3 places there is not one until what is left unfilled is filled, or none at all."""
    changes = dict.fromkeys(SEEING, 1.0) | {f"adult.{role}.concurrent": places for role in REFERENCE}
    changes |= {f"adult.{role}.wait_days_outside": 90.0 for role in REFERENCE}
    start = begin(changes, size=0.2, seed=7, years=2, town=whole() if everywhere else scenario())
    told, retold = (simulate(start, schedule, engine) for engine in (SIMPY, COMPILED))
    np.testing.assert_array_equal(retold.events, told.events)
    assert lines_moved(told) or places < 1


def lines_moved(ledger: Ledger) -> int:
    """Count the waits in which a team's own worker saw a parent."""
    return sum(wait.own for wait in waits(ledger))
