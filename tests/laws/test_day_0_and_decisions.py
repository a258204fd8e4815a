"""Who is served first on day 0, and what waits with a family that waits."""

from __future__ import annotations

from dataclasses import replace

from replay import Replay
from small_town import begin, on, scenario, short, with_schedules

from familyflow.engine import simulate
from familyflow.engine.records import Event
from familyflow.pathway import PATHWAY
from familyflow.scenario.schema import Open


def test_on_day_0_too_workers_go_first_to_protection() -> None:
    start = begin(short(0.3), size=0.3)
    ledger = simulate(replace(start, dates=(on(0), on(1))), "no_change")
    replay = Replay(ledger)
    next(iter(replay.instants()))
    for team in range(len(scenario().teams)):
        here = [h for h in replay.households.values() if h.team == team and replay.needs_worker(h)]
        served = [replay.priority(h) for h in here if not h.waits]
        waiting = [replay.priority(h) for h in here if h.waits]
        assert not waiting or max(served) <= min(waiting)


def test_no_decision_is_made_while_the_family_waits_for_a_worker() -> None:
    steps = [Open(date=on(20), action="open", team="east", areas=("north",), existing_cases="transfer")]
    changes = short(0.0) | {"section47.days": 60.0, "team.east.social_workers": 0.01}
    ledger = simulate(begin(changes, town=with_schedules(scenario(), opened=steps)), "opened")
    replay = Replay(ledger)
    log = ledger.events
    decided = log[(log["event"] == Event.LEAVE) & (log["place"] == PATHWAY.index["section47"]) & (log["exit"] >= 0)]
    left = {(float(r["time"]), int(r["family"])) for r in decided}
    for time, before in replay.instants():
        assert not any(home.waits and (time, family) in left for family, home in before.items())
