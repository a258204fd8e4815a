"""Early-help teams: key workers hold families up to their places, and families without one wait and do not close."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from replay import Replay
from small_town import AMPLE, begin, claiming, whole, with_posts

from familyflow.engine import Ledger, simulate
from familyflow.engine.records import Event
from familyflow.pathway import PATHWAY

EARLY_HELP = PATHWAY.index["early_help"]
WAYS = PATHWAY.stage("early_help").exit_names
CLOSE, STEP_UP = WAYS.index("close"), WAYS.index("assessment")
FEW = {"team.hub.key_workers": 1.0, "early_help.families_per_worker": 10.0, "staff.headroom": -0.9} | {
    "staff.ceiling": 1e6
}
HUB = list(whole().teams).index("hub")


@pytest.fixture(scope="module")
def crowded() -> Ledger:
    """Return two years of a hub with fewer places than families."""
    return simulate(begin(FEW, years=2, town=with_posts(claiming(whole()))), "no_change")


def test_a_hub_holds_as_many_families_as_its_key_workers_have_places(crowded: Ledger) -> None:
    values, replay = crowded.world.start.structure.values, Replay(crowded)
    places = int((1 - values["staff.key_worker_vacancy_rate"]) * 10.0)
    held = [replay.serving[HUB] for _ in replay.instants()]
    assert max(held) == places
    assert crowded.total("children_waiting_early_help").max() > 10
    assert not crowded.total("children_unallocated").any()  # nobody waits for a social worker


def test_who_waits_for_a_key_worker_never_closes_but_can_be_stepped_up(crowded: Ledger) -> None:
    replay, log = Replay(crowded), crowded.events
    left = log[(log["event"] == Event.LEAVE) & (log["place"] == EARLY_HELP) & (log["exit"] >= 0)]
    ways = {(int(r["family"]), float(r["time"])): int(r["exit"]) for r in left}
    waiting = [
        ways[family, time]
        for time, before in replay.instants()
        for family, was in before.items()
        if was.waits and (family, time) in ways
    ]
    assert waiting.count(STEP_UP) > 3
    assert CLOSE not in waiting


def test_a_place_in_a_hub_is_given_to_who_waits_as_soon_as_it_is_free(crowded: Ledger) -> None:
    replay = Replay(crowded)
    for time, _ in replay.instants():
        assert replay.serving[HUB] >= 9 or replay.waiting[HUB] == 0, f"day {time}"


def test_where_there_is_no_hub_early_help_is_as_if_there_were_none_anywhere() -> None:
    plain = with_posts(claiming(whole()))
    nowhere = replace(plain, teams={**plain.teams, "hub": replace(plain.teams["hub"], areas=())})
    changes = AMPLE | {"staff.key_worker_turnover_rate": 3.0}
    with_hub, without = (simulate(begin(changes, size=0.2, town=town), "no_change") for town in (plain, nowhere))
    elsewhere = with_hub.world.start.families.area == list(plain.areas).index("central")
    logs = [ledger.events[elsewhere[ledger.events["family"]]] for ledger in (with_hub, without)]
    np.testing.assert_array_equal(logs[0], logs[1])
    assert (logs[0]["place"] == EARLY_HELP).any()
    assert (with_hub.events["team"] == HUB).any()
