from __future__ import annotations

import numpy as np
import pytest
from small_town import AMPLE, begin

from familyflow.engine import Ledger, simulate
from familyflow.engine.records import GREW_UP, REOPENED, STAYED, Event
from familyflow.pathway import PATHWAY

YEAR = 365.25
AT = PATHWAY.index


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return simulate(begin(AMPLE, size=0.2, years=2), "no_change")


def at_home(ledger: Ledger, event: Event) -> np.ndarray:
    log = ledger.events
    return np.asarray(log[(log["event"] == event) & (log["child"] < 0)])


def test_a_decision_is_on_time_when_it_was_made_within_its_limit(ledger: Ledger) -> None:
    enters, left = at_home(ledger, Event.ENTER), at_home(ledger, Event.LEAVE)
    limit = ledger.world.start.structure.limit
    on_time = {(int(r["family"]), float(r["time"])) for r in ledger.events[ledger.events["event"] == Event.ON_TIME]}
    checked = 0
    for stage in ("assessment", "section47"):
        began = {
            int(r["family"]): float(r["time"]) for r in enters[enters["place"] == AT[stage]][::-1] if r["time"] > 0
        }
        for r in left[(left["place"] == AT[stage]) & (left["exit"] >= 0)][::-1]:
            family, time = int(r["family"]), float(r["time"])
            first = began.get(family)
            later = enters[(enters["family"] == family) & (enters["place"] == AT[stage])]
            if first is None or len(later) > 1:
                continue
            checked += 1
            assert ((family, time) in on_time) == (time - first <= limit[AT[stage]])
    assert checked > 200


def test_stages_without_a_limit_are_never_on_time(ledger: Ledger) -> None:
    on_time = ledger.events[ledger.events["event"] == Event.ON_TIME]
    assert set(on_time["place"].tolist()) == {AT["assessment"], AT["section47"]}


def test_a_re_referral_is_counted_within_a_year_of_the_referral_before(ledger: Ledger) -> None:
    referred = at_home(ledger, Event.ENTER)
    referred = referred[referred["place"] == AT["referral"]]
    counted = {(int(r["family"]), float(r["time"])) for r in ledger.events[ledger.events["event"] == Event.REREFERRED]}
    last: dict[int, float] = {}
    for record in referred:
        family, time = int(record["family"]), float(record["time"])
        assert ((family, time) in counted) == (time - last.get(family, -np.inf) <= YEAR)
        last[family] = time
    assert len(counted) > 20


def test_a_child_at_home_leaves_on_its_18th_birthday_or_when_a_decision_then_under_way_is_made(ledger: Ledger) -> None:
    start = ledger.world.start
    grown = at_home(ledger, Event.LEAVE)
    grown = grown[(grown["exit"] == GREW_UP) & ~start.structure.decision[grown["place"]]]
    assert len(grown) > 50
    for record in grown[:500]:
        birthdays = start.families.born[record["family"]] + 18 * YEAR
        assert np.nanmin(np.abs(birthdays - record["time"])) < 1e-6


def test_who_stays_when_a_sibling_enters_care_is_on_a_plan_the_same_day(ledger: Ledger) -> None:
    stayed = at_home(ledger, Event.LEAVE)
    stayed = stayed[stayed["exit"] == STAYED]
    plans = at_home(ledger, Event.ENTER)
    opened = {(int(r["family"]), float(r["time"])) for r in plans[plans["place"] == AT["cin"]]}
    assert len(stayed) > 5
    assert all((int(r["family"]), float(r["time"])) in opened for r in stayed)


def test_a_family_that_was_closed_has_a_plan_again_when_its_child_comes_home() -> None:
    changes = {"snapshot.children_in_care": 600.0, "family.care_together": 0.0, "target.care_starts": 300.0}
    ledger = simulate(begin(AMPLE | changes, size=0.2, years=2), "no_change")
    again = at_home(ledger, Event.LEAVE)
    again = again[again["exit"] == REOPENED]
    plans = at_home(ledger, Event.ENTER)
    opened = {(int(r["family"]), float(r["time"]), float(r["amount"])) for r in plans[plans["place"] == AT["cin"]]}
    assert len(again) > 0
    assert all((int(r["family"]), float(r["time"]), float(r["amount"])) in opened for r in again)
    assert set(again["place"].tolist()) <= {AT[name] for name in ("closed", "early_help", "screened_out")}


def test_a_case_keeps_its_team_from_enquiry_through_plans(ledger: Ledger) -> None:
    log = ledger.events
    held = [s for s, stage in enumerate(PATHWAY.stages) if stage.group in ("section47", "cin", "cp")]
    moves = log[(log["event"] <= Event.LEAVE) & (log["child"] < 0)]
    team: dict[int, int] = {}
    kept = 0
    for record in moves:
        family = int(record["family"])
        if record["place"] not in held:
            team.pop(family, None)
        elif record["event"] == Event.ENTER:
            kept += family in team
            assert team.setdefault(family, int(record["team"])) == record["team"]
    assert kept > 50


def test_day_0_has_nobody_waiting_where_there_is_room(ledger: Ledger) -> None:
    assert not (ledger.events["event"] == Event.WAIT).any()


def test_a_visit_that_nobody_is_left_for_ends_without_a_decision(ledger: Ledger) -> None:
    left = at_home(ledger, Event.LEAVE)
    size = ledger.world.start.families.size
    decided = left[(left["exit"] >= 0)]
    assert (decided["amount"] > 0).all()
    assert (decided["amount"] <= size[decided["family"]]).all()
