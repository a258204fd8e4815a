"""What live teams and services do: exactly what is declared, to those whom it reaches, while it lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from fates import Paper, Stay, assert_as_on_paper
from replay import Whereabouts, pool_places
from small_town import (
    AMPLE,
    EVERYBODY,
    ONLY_CHILDREN,
    RECRUITED,
    STEADY,
    begin,
    claiming,
    live,
    live_through,
    whole,
    with_posts,
    with_schedules,
)

from familyflow.engine import Ledger, simulate
from familyflow.engine.changes import COUNCIL
from familyflow.engine.records import Event
from familyflow.pathway import PATHWAY
from familyflow.pathway.effects import EFFECTS, Effect, Whom

if TYPE_CHECKING:
    from familyflow.pathway.adult_work import Programme

TEAMS = list(whole().teams)
FOR_ALL = [effect for effect in EFFECTS if effect.whom is Whom.ALL and (effect.exits or effect.times)]
"""Effects on every family's way; those on a team's own staff touch no family by themselves."""
SERVICES = [p for p in PATHWAY.programmes if not p.harm]
ROLES = tuple(dict.fromkeys(p.role for p in SERVICES))
SIMPLE = (
    AMPLE | ONLY_CHILDREN | {"effect.ramp_months": 2.0, "snapshot.children_in_care": 150.0, "staff.training_weeks": 8.0}
)
STRONG = {effect.ratio: 0.3 if effect.name in {"step_up", "training_dip"} else 2.5 for effect in FOR_ALL}
POWERFUL = {p.ratio: 3.0 for p in SERVICES} | {f"post.{role}": 20.0 for role in ROLES}
ONE = {p.ratio: 1.0 for p in SERVICES}


# Effects ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", FOR_ALL, ids=lambda e: e.name)
def test_an_effect_moves_its_own_exits_and_times_and_nothing_else(effect: Effect) -> None:
    town = with_posts(claiming(whole(), effect.name))
    town = with_schedules(town, live=[live(60, team) for team in (*EVERYBODY, "looked_after")])

    def reached(paper: Paper, stay: Stay) -> bool:
        changed = (paper.practice(stay, stay.left) != 1).any()
        return bool(changed or paper.haste(stay) != 1)

    counted = assert_as_on_paper(simulate(begin(SIMPLE | STRONG, size=0.2, years=2, town=town), "live"), reached)
    named = {path.split(".")[0] for path in (*effect.exits, *effect.times)}
    assert {stage for stage, count in counted.items() if count} <= named
    assert sum(counted.values()) > 10


def test_every_effect_and_service_together_is_what_each_is_alone() -> None:
    town = with_posts(claiming(whole(), *(effect.name for effect in FOR_ALL)), shared=ROLES)
    town = with_schedules(town, live=[live(60, team) for team in (*EVERYBODY, "looked_after")])
    counted = assert_as_on_paper(simulate(begin(SIMPLE | STRONG | POWERFUL, years=2, town=town), "live"))
    assert sum(counted.values()) > 3000


@pytest.mark.parametrize("ratio", [0.4, 2.5])
def test_a_front_door_multiplies_the_odds_of_a_referral(ratio: float) -> None:
    town = with_posts(claiming(whole(), "front_door_referral"))
    town = with_schedules(town, live=[live(60, "front")])
    changes = AMPLE | {"effect.front_door_referral": ratio, "effect.ramp_months": 0.0}
    ledger = simulate(begin(changes, size=0.5, town=town), "live")
    weights = ledger.world.start.rates.weights[PATHWAY.index["contact"]]
    referral = PATHWAY.stage("contact").exit_names.index("referral")
    odds = weights[referral] / (weights.sum() - weights[referral])
    served = {"north": True, "central": True, "south": False}
    for area, live_there in served.items():
        decided = contacts_decided(ledger, area, since=60.0)
        mine = odds * (ratio if live_there else 1.0)
        share = mine / (1 + mine)
        found = float((decided == referral).mean())
        assert found == pytest.approx(share, abs=3.5 * np.sqrt(share * (1 - share) / len(decided)))
        assert (abs(found - odds / (1 + odds)) > 0.03) == live_there


def contacts_decided(ledger: Ledger, area: str, since: float) -> np.ndarray:
    """Return the ways out of contacts of an area's families that were decided after a day."""
    log = ledger.events
    mine = ledger.world.start.families.area[log["family"]] == list(whole().areas).index(area)
    left = (log["event"] == Event.LEAVE) & (log["place"] == PATHWAY.index["contact"]) & (log["exit"] >= 0)
    return np.asarray(log["exit"][left & mine & (log["time"] > since)])


def test_a_front_door_takes_the_time_that_it_is_said_to_take() -> None:
    town = with_posts(claiming(whole(), "front_door_time"))
    town = with_schedules(town, live=[live(60, "front")])
    changes = AMPLE | STEADY | {"effect.front_door_time": 0.5, "effect.ramp_months": 0.0}
    as_is, quick = (days_at_the_door(x) for x in live_through(begin(changes, size=0.3, town=town), "no_change", "live"))
    both = set(as_is) & set(quick)
    assert len(both) > 500
    for key in both:
        assert quick[key] == pytest.approx(as_is[key] * (0.5 if key[2] else 1.0), rel=1e-6)


def days_at_the_door(ledger: Ledger) -> dict[tuple[int, int, bool], float]:
    """Return how long each first contact took that came after day 60, and whether a front door took it."""
    log = ledger.events
    new = ledger.world.start.families.arrives > 60
    first = log[new[log["family"]] & (log["place"] == PATHWAY.index["contact"])][::-1]
    began = {int(r["family"]): r for r in first[first["event"] == Event.ENTER]}
    ended = {int(r["family"]): r for r in first[first["event"] == Event.LEAVE]}
    return {
        (f, int(ended[f]["place"]), bool(r["team"] >= 0)): float(ended[f]["time"] - r["time"])
        for f, r in began.items()
        if f in ended and ended[f]["exit"] >= 0 and len(first[first["family"] == f]) == 2
    }


def test_a_reunification_team_brings_children_home_sooner_and_changes_no_other_way_out() -> None:
    town = with_posts(claiming(whole(), "return_home"))
    town = with_schedules(town, live=[live(60, "looked_after")])
    start = begin(SIMPLE | STRONG | STEADY, size=0.3, years=2, town=town)
    before, after = (first_placements(ledger) for ledger in live_through(start, "no_change", "live"))
    home = PATHWAY.stage("kinship").exit_names.index("home")
    sooner = 0
    for child, (left, leads) in before.items():
        then, way = after[child]
        sooner += then < left - 1e-6
        assert (then, way) == (pytest.approx(left), leads) or (way == home and then < left)
    assert sooner > 10


def first_placements(ledger: Ledger) -> dict[int, tuple[float, int]]:
    """Return how the first placement of each only child in care on day 0 ended, who is still there at infinity."""
    log = ledger.events[ledger.events["child"] >= 0]
    entered = [int(f) for f in log["family"][(log["event"] == Event.ENTER) & (log["time"] == 0)]]
    left = log[log["event"] == Event.LEAVE][::-1]
    ended = {int(r["family"]): (float(r["time"]), int(r["exit"])) for r in left}
    return {f: ended.get(f, (np.inf, -9)) for f in entered}


# Services --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["own", "shared"])
def served(request: pytest.FixtureRequest) -> Ledger:
    """Return two years in which live teams give every service, by their own workers or shared; Central is not live."""
    plain = claiming(whole())
    town = with_posts(plain, *ROLES) if request.param == "own" else with_posts(plain, shared=ROLES)
    town = with_schedules(town, some=[live(60, team) for team in ("hub", "north")] + [live(300, "south")])
    return simulate(begin(POWERFUL, size=0.2, years=2, town=town), "some")


def of_services(ledger: Ledger) -> np.ndarray:
    log = ledger.events
    places = [PATHWAY.programmes.index(p) for p in SERVICES]
    programme = (log["event"] >= Event.OFFERED) & (log["event"] <= Event.MISSED)
    return np.asarray(log[programme & np.isin(log["place"], places)])


def test_services_are_given_by_workers_of_live_teams_only_and_never_outside(served: Ledger) -> None:
    """Whoever waits for one gives up only when the case is closed or has passed to a team without such workers."""
    everything, where = of_services(served), Whereabouts(served)
    since = {"hub": 60, "north": 60, "south": 300}
    given = everything[everything["exit"] == 1]
    assert {TEAMS[t] for t in given["team"]} == set(since)
    offered = given[given["event"] == Event.OFFERED]
    for team, day in since.items():
        assert offered["time"][offered["team"] == TEAMS.index(team)].min() == day
    without = everything[everything["exit"] == 0]
    assert set(without["event"].tolist()) <= {int(Event.GAVE_UP)}
    for record in without:
        held_by = where.on(int(record["family"]), float(record["time"]))[1]
        assert held_by < 0 or record["time"] < since.get(TEAMS[held_by], np.inf)


def test_a_service_is_offered_at_its_own_stages_where_its_workers_have_places(served: Ledger) -> None:
    where, shared = Whereabouts(served), bool(served.world.start.scenario.programme.shared_roles)
    offered = of_services(served)
    offered = offered[offered["event"] == Event.OFFERED]
    assert set(offered["place"].tolist()) == {PATHWAY.programmes.index(p) for p in SERVICES}
    for record in offered:
        service = PATHWAY.programmes[record["place"]]
        stage, team = where.on(int(record["family"]), float(record["time"]))
        assert PATHWAY.stages[stage].name in service.stages
        assert team == record["team"]
        assert pool_places(served, (COUNCIL if shared else team, service.role), float(record["time"])) > 0


def test_a_service_without_workers_is_offered_to_nobody() -> None:
    town = with_posts(claiming(whole()), "neglect_practitioner")
    ledger = simulate(begin(POWERFUL, town=town), "everybody")
    assert {PATHWAY.programmes[p].role for p in of_services(ledger)["place"]} == {"neglect_practitioner"}


def test_nobody_is_offered_a_service_again_until_the_case_has_closed(served: Ledger) -> None:
    where, log = Whereabouts(served), of_services(served)
    begun: dict[tuple[int, int], float] = {}
    again = 0
    for record in log[np.isin(log["event"], (Event.STARTED, Event.OFFERED))]:
        family, service, day = int(record["family"]), int(record["place"]), float(record["time"])
        if record["event"] == Event.STARTED:
            begun[family, service] = day
        elif (family, service) in begun:
            again += 1
            assert where.without_team(family, begun[family, service], day)
    assert again > 10


@pytest.mark.parametrize("service", SERVICES, ids=lambda p: p.name)
def test_a_service_multiplies_its_own_exits_from_its_start_until_the_case_closes(service: Programme) -> None:
    town = with_posts(claiming(whole()), shared=[service.role])

    def reached(paper: Paper, stay: Stay) -> bool:
        return bool((paper.begun(stay, stay.left) != 1).any())

    counted = assert_as_on_paper(simulate(begin(SIMPLE | POWERFUL, size=0.3, years=2, town=town), "everybody"), reached)
    named = {path.split(".")[0] for path in service.exits}
    assert {stage for stage, count in counted.items() if count} <= named
    assert sum(counted.values()) > 0


def test_a_service_whose_ratio_is_1_changes_no_plan_no_referral_and_no_care_entry() -> None:
    town = with_posts(claiming(whole()), *ROLES)
    changes = AMPLE | RECRUITED | POWERFUL | ONE
    nothing, given = live_through(begin(changes, years=2, town=town), "no_change", "everybody")
    lives = [
        ledger.events[np.isin(ledger.events["event"], (Event.ENTER, Event.LEAVE, Event.WORKER_CHANGED))]
        for ledger in (nothing, given)
    ]
    assert len(of_services(given)) > 200
    ordered = [log[np.lexsort((np.arange(len(log)), log["family"]))] for log in lives]
    for name in ("event", "family", "child", "team", "place", "exit", "amount"):
        np.testing.assert_array_equal(ordered[0][name], ordered[1][name])
    np.testing.assert_allclose(ordered[0]["time"], ordered[1]["time"], rtol=1e-9, atol=1e-9)
    for measure in ("care_entries", "cp_starts", "cin_starts", "referrals", "early_help_starts"):
        assert given.total(measure).sum() == nothing.total(measure).sum() > 0
