from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from small_town import AMPLE, begin, scenario, with_posts

from familyflow.engine import Ledger, delivery, simulate
from familyflow.engine.records import Event
from familyflow.pathway import PATHWAY
from familyflow.pathway.adult_work import SUPERVISOR, Programme, roles

ENDS = (Event.DECLINED, Event.GAVE_UP, Event.COMPLETED, Event.DROPPED)
NEXT = {
    Event.OFFERED: {Event.DECLINED, Event.QUEUED},
    Event.QUEUED: {Event.STARTED, Event.GAVE_UP},
    Event.STARTED: {Event.APPOINTMENTS},
    Event.APPOINTMENTS: {Event.MISSED},
    Event.MISSED: {Event.COMPLETED, Event.DROPPED},
}
"""What may come next in one parent's turn in one programme."""
MANY_POSTS = {f"post.{role}": 50.0 for role in roles()}
WAYS = [(p, own) for p in PATHWAY.programmes for own in (0, 1) if own or p.outside]
"""Every programme with the team's own worker, and outside it where parents can be referred out."""


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """Return two years in which every team is live and has workers for all who want one."""
    town = with_posts(scenario(), *roles(), shared=[SUPERVISOR])
    return simulate(begin(AMPLE | MANY_POSTS, size=0.5, years=2, town=town), "all_at_once")


def turns(ledger: Ledger) -> dict[tuple[int, int], list[np.void]]:
    """Return each family's records in each programme, in order."""
    log = ledger.events[(ledger.events["event"] >= Event.OFFERED) & (ledger.events["event"] <= Event.MISSED)]
    found: dict[tuple[int, int], list[np.void]] = {}
    for record in log:
        found.setdefault((int(record["family"]), int(record["place"])), []).append(record)
    return found


def share(ledger: Ledger, programme: str, own: int, event: Event, of: tuple[Event, ...]) -> tuple[float, int]:
    """Return the share that one event has among some, and how many those are, in one programme."""
    place = [p.name for p in PATHWAY.programmes].index(programme)
    log = ledger.events
    mine = log[(log["place"] == place) & (log["exit"] == own) & np.isin(log["event"], of) & (log["time"] > 0)]
    return float((mine["event"] == event).mean()), len(mine)


def test_every_turn_in_a_programme_runs_from_an_offer_to_an_end(ledger: Ledger) -> None:
    for records in turns(ledger).values():
        kinds = [Event(r["event"]) for r in records if r["time"] > 0]
        whole = kinds[kinds.index(Event.OFFERED) :] if Event.OFFERED in kinds else []
        for this, then in pairwise(whole):
            assert then in NEXT.get(this, {Event.OFFERED})


def test_offers_made_before_day_0_are_under_way_on_it_and_counted_in_nothing(ledger: Ledger) -> None:
    log = ledger.events[(ledger.events["time"] == 0) & (ledger.events["event"] >= Event.OFFERED)]
    programmes = log[log["event"] <= Event.MISSED]
    families = ledger.world.start.families
    assert (programmes["exit"] == 0).all()
    waited = programmes[programmes["event"] == Event.STARTED]
    assert len(waited) > 10
    assert (waited["amount"] <= families.elapsed[waited["family"]] + 1e-9).all()
    assert not set(programmes["event"].tolist()) & {Event.COMPLETED, Event.APPOINTMENTS}
    assert ledger.total("programmes_offered_outside")[0] == 0
    assert ledger.total("adult_waits_outside")[0] == 0


@pytest.mark.parametrize(("declared", "own"), WAYS, ids=lambda x: getattr(x, "name", x))
def test_parents_engage_and_complete_as_often_as_the_numbers_say(ledger: Ledger, declared: Programme, own: int) -> None:
    how = delivery.of(ledger.world.start.structure.values, declared, team=bool(own), supervised=bool(own))
    engaged, offers = share(ledger, declared.name, own, Event.QUEUED, (Event.QUEUED, Event.DECLINED))
    assert engaged == pytest.approx(how.engages, abs=3.5 * np.sqrt(0.25 / offers))
    completed, ended = share(ledger, declared.name, own, Event.COMPLETED, (Event.COMPLETED, Event.DROPPED))
    assert ended > 0
    # who drops out does so early, so among those that have ended by the horizon a few more have dropped out
    assert completed == pytest.approx(how.completes, abs=3.5 * np.sqrt(0.25 / ended) + 0.05)


def test_a_completed_programme_lasts_its_length_and_one_dropped_less(ledger: Ledger) -> None:
    values = ledger.world.start.structure.values
    for (_, place), records in turns(ledger).items():
        length = values[f"adult.{PATHWAY.programmes[place].role}.length_days"]
        began = inf
        for record in records:
            if record["event"] == Event.STARTED:
                began = float(record["time"]) if record["time"] > 0 else inf
            elif began == inf:
                continue  # under way on day 0
            elif record["event"] == Event.COMPLETED:
                assert record["time"] - began == pytest.approx(length)
            elif record["event"] == Event.DROPPED:
                assert 0 <= record["time"] - began < length


def test_appointments_are_those_of_the_part_that_was_attended(ledger: Ledger) -> None:
    values = ledger.world.start.structure.values
    for (_, place), records in turns(ledger).items():
        sessions = round(values[f"adult.{PATHWAY.programmes[place].role}.sessions"])
        due = 0.0
        for record in records:
            if record["event"] == Event.APPOINTMENTS:
                due = float(record["amount"])
            elif record["event"] == Event.MISSED:
                assert 0 <= record["amount"] <= due <= sessions
            elif record["event"] == Event.COMPLETED:
                assert due == sessions


def test_only_a_completed_programme_ends_its_harm(ledger: Ledger) -> None:
    log = ledger.events
    completed = Counter[tuple[int, float, str]]()
    for record in log[log["event"] == Event.COMPLETED]:
        harm = PATHWAY.programmes[record["place"]].harm
        completed[int(record["family"]), float(record["time"]), harm] += 1
    ends = log[log["event"] == Event.HARM_ENDS]
    assert len(ends) > 50
    for record in ends:
        assert completed[int(record["family"]), float(record["time"]), PATHWAY.harms[record["place"]]] == 1


def test_a_harm_ends_returns_and_ends_in_turn(ledger: Ledger) -> None:
    log, start = ledger.events, ledger.world.start
    active = start.structure.combos[start.families.combo].copy()
    for record in log[np.isin(log["event"], (Event.HARM_ENDS, Event.HARM_RETURNS))]:
        was = active[record["family"], record["place"]]
        assert was == (record["event"] == Event.HARM_ENDS)
        active[record["family"], record["place"]] = not was
    assert (log["event"] == Event.HARM_RETURNS).sum() > 10


def test_a_harm_becomes_known_once_and_before_anything_is_offered_for_it(ledger: Ledger) -> None:
    log = ledger.events
    known: set[tuple[int, int]] = set()
    for record in log[np.isin(log["event"], (Event.HARM_KNOWN, Event.OFFERED))]:
        family, place = int(record["family"]), int(record["place"])
        if record["event"] == Event.HARM_KNOWN:
            assert (family, place) not in known
            known.add((family, place))
        elif PATHWAY.programmes[place].harm:
            assert (family, PATHWAY.harms.index(PATHWAY.programmes[place].harm)) in known
    assert len(known) > 100


def test_a_parent_waits_for_a_first_appointment_as_long_as_the_numbers_say(ledger: Ledger) -> None:
    values = ledger.world.start.structure.values
    place = [p.name for p in PATHWAY.programmes].index("victim_support")
    own_days, outside_days = (
        values["adult.team_first_appointment_days"],
        values["adult.da_victim_worker.wait_days_outside"],
    )
    for own, days in ((1, own_days), (0, outside_days)):
        log = ledger.events[(ledger.events["place"] == place) & (ledger.events["exit"] == own)]
        waits = log["amount"][log["event"] == Event.STARTED]
        assert len(waits) > 20
        assert waits.mean() == pytest.approx(days, rel=0.4)  # the longest waits are given up


def test_without_a_worker_of_the_role_a_live_team_refers_out() -> None:
    none = {f"post.{p.role}": 0.0 for p in PATHWAY.programmes}
    log = simulate(begin(none, size=0.05), "all_at_once").events
    programmes = log[(log["event"] >= Event.OFFERED) & (log["event"] <= Event.MISSED)]
    assert len(programmes) > 0
    assert (programmes["exit"] == 0).all()
