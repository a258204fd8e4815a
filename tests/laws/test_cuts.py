"""What must hold when posts are cut, and when teams share families by kind."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from small_town import (
    LOCALITIES,
    RECRUITED,
    STEADY,
    begin,
    live,
    live_through,
    on,
    scenario,
    whole,
    with_posts,
    with_schedules,
)

from familyflow.engine import world
from familyflow.engine.changes import Act, dated
from familyflow.engine.lived import offered
from familyflow.engine.records import NEW, PASSED, Event
from familyflow.pathway.adult_work import SUPERVISOR
from familyflow.scenario.schema import Cut, Open

if TYPE_CHECKING:
    from familyflow.engine import Ledger, Start
    from familyflow.scenario.schema import ExistingCases

CUT_DAY = 200.0
ROLE = "da_victim_worker"
CALM = {**STEADY, **RECRUITED, "staff.unfilled_share": 0.0, "staff.slippage_weeks": 0.0}


def cuts(role: str, to: float, team: str | None = None) -> Cut:
    """Return a step that cuts posts of a role."""
    return Cut(date=on(CUT_DAY), action="cut", team=team, role=role, to=to)


@cache
def lived(role: str, to: float, team: str | None = None, *, takes: str = "all_at_once", notice: float = 0.0) -> Ledger:
    """Return two years of a town that cuts posts, after a go-live where `takes` says so."""
    town = with_posts(scenario(), ROLE, "mental_health_practitioner", shared=[SUPERVISOR])
    began = town.schedules[takes].steps
    town = with_schedules(town, cut=[*began, cuts(role, to, team)], uncut=began)
    changes = {**CALM, "staff.notice_weeks": notice, "staff.redundant_share": 1.0}
    return live_through(begin(changes, town=town, size=0.2, years=2), "cut")[0]


def test_a_cut_to_what_there_is_changes_nothing() -> None:
    uncut = live_through(begin(CALM, size=0.2, years=2), "no_change")[0]
    kept = lived("social_worker", 1e4, "central", takes="no_change")
    assert np.array_equal(kept.events, uncut.events)


def test_a_cut_of_social_workers_passes_their_share_of_cases_on_once_and_loses_none() -> None:
    before = begin(CALM, size=0.2).structure.values["team.central.social_workers"]
    ledger = lived("social_worker", before / 2, "central", takes="no_change")
    names = list(ledger.world.start.scenario.teams)
    log = ledger.events
    changed = log[(log["event"] == Event.WORKER_CHANGED) & (log["team"] == names.index("central"))]
    assert set(np.unique(changed["time"])) == {CUT_DAY}
    held = cases_held(log, names.index("central"), CUT_DAY)
    assert len(changed) / held == pytest.approx(0.5, abs=0.15)
    on_the_day = log[(log["time"] == CUT_DAY) & (log["event"] != Event.WORKER_CHANGED)]
    assert not np.isin(on_the_day["event"], [Event.ENTER, Event.LEAVE]).any()


def cases_held(log: np.ndarray, team: int, day: float) -> int:
    """Return the families that a team has on a day: those who came to it less those who left."""
    here = log[(log["team"] == team) & (log["time"] < day) & (log["child"] == -1)]
    came, went = ((here["event"] == event).sum() for event in (Event.ENTER, Event.LEAVE))
    return int(came - went)


def test_nobody_starts_with_workers_who_are_gone_and_parents_go_on_outside() -> None:
    ledger = lived(ROLE, 0.0, "north")
    start = ledger.world.start
    north = list(start.scenario.teams).index("north")
    log = ledger.events
    offered = [p for p, each in enumerate(start.structure.pathway.programmes) if each.role == ROLE]
    started = log[(log["event"] == Event.STARTED) & np.isin(log["place"], offered) & (log["team"] == north)]
    own = started[started["exit"] == 1]
    assert (own["time"] < CUT_DAY).any()
    assert not (own["time"] > CUT_DAY).any()
    assert ((started["exit"] == 0) & (started["time"] > CUT_DAY)).any()


@pytest.mark.parametrize("notice", [0.0, 8.0])
def test_costs_stop_when_posts_end_and_notice_is_over(notice: float) -> None:
    ledger = lived(ROLE, 0.0, "north", notice=notice)
    uncut = live_through(begin(CALM, town=ledger.world.start.scenario, size=0.2, years=2), "uncut")[0]
    column = list(ledger.world.start.scenario.teams).index("north")
    paid, before = (dict(each.measures())[f"fte_days_{ROLE}"][:, column] for each in (ledger, uncut))
    over = CUT_DAY + 7 * notice
    after = ledger.edges > over + 31
    assert paid[after].sum() == 0
    assert before[after].sum() > 0
    fte = before[after][0] / np.diff(ledger.edges)[after[1:]][0]
    assert before[~after].sum() - paid[~after].sum() == pytest.approx(fte * (ledger.edges[~after].max() - over))
    assert dict(ledger.measures())["posts_redundant"].sum() == pytest.approx(fte)


def test_supervision_ends_with_the_psychologist() -> None:
    run = lived(SUPERVISOR, 0.0)
    supervised = [(change.day, change.places) for change in dated(run.world) if change.act is Act.SUPERVISE]
    assert [places for _, places in supervised] == [1, 0]
    assert supervised[-1][0] == CUT_DAY


def test_fewer_key_workers_never_mean_fewer_assessments_on_average() -> None:
    town = with_schedules(whole(), cut=[cuts("family_key_worker", 0.2, "hub")])
    more = 0.0
    for seed in range(4):
        start = begin(CALM | {"effect.training_dip": 1.0}, town=town, size=0.4, seed=seed, years=3)
        before, after = live_through(start, "no_change", "cut")
        assert after.total("children_waiting_early_help")[-1] > before.total("children_waiting_early_help")[-1]
        more += after.total("assessments").sum() - before.total("assessments").sum()
    assert more > 0


# ---------------------------------------------------------------- kinds of family


@cache
def split(kind: str, cases: ExistingCases = "transfer") -> Ledger:
    """Return a year in which a team opens for one kind of family in the whole town."""
    town = scenario()
    town = replace(town, teams={**town.teams, "east": replace(town.teams["east"], kinds=(kind,))})
    opens = Open(date=on(CUT_DAY), action="open", team="east", areas=tuple(town.areas), existing_cases=cases)
    town = with_schedules(town, split=[opens])
    return live_through(begin(CALM, town=town, size=0.3, years=2), "split")[0]


@pytest.mark.parametrize("kind", ["with_harms", "without_harms"])
@pytest.mark.parametrize("cases", ["stay", "transfer"])
def test_a_team_for_one_kind_of_family_has_that_kind_and_the_others_get_no_new_ones(kind: str, cases: str) -> None:
    ledger = split(kind, cases)
    start, log = ledger.world.start, ledger.events
    names = list(start.scenario.teams)
    harmed = start.families.combo > 0
    entered = log[(log["event"] == Event.ENTER) & (log["child"] == -1)]
    east = entered[entered["team"] == names.index("east")]
    assert len(east) > 0
    assert (harmed[east["family"]] == (kind == "with_harms")).all()
    assert ((east["exit"] == PASSED).any()) == (cases == "transfer")
    localities = [names.index(name) for name in LOCALITIES]
    new = entered[(entered["time"] > CUT_DAY) & (entered["exit"] == NEW) & np.isin(entered["team"], localities)]
    came_first = set(log[(log["time"] <= CUT_DAY)]["family"])
    fresh = np.array([family not in came_first for family in new["family"]], dtype=bool)
    assert not (harmed[new["family"][fresh]] == (kind == "with_harms")).any()


def test_cases_that_move_with_their_workers_change_no_worker_and_the_others_do() -> None:
    changed = {}
    for cases in ("transfer", "with_workers"):
        log = split("with_harms", cases).events
        assert ((log["event"] == Event.ENTER) & (log["exit"] == PASSED) & (log["time"] == CUT_DAY)).any()
        changed[cases] = int(((log["event"] == Event.WORKER_CHANGED) & (log["time"] == CUT_DAY)).sum())
    assert changed["with_workers"] == 0
    assert changed["transfer"] > 0


def test_every_child_is_with_one_team_whoever_shares_the_families() -> None:
    whole = live_through(begin(CALM, size=0.3, years=2), "no_change")[0]
    shared = split("with_harms")
    assert shared.total("children_open")[0] == whole.total("children_open")[0]
    per_stage = [shared.total(f"children_on_{stage}")[0] for stage in ("cin", "cp")]
    assert per_stage == [whole.total(f"children_on_{stage}")[0] for stage in ("cin", "cp")]


def test_families_offered_are_those_of_the_team_that_is_live_whoever_takes_the_others() -> None:
    town = scenario()
    kinds = {"east": ("with_harms",), "west": ("without_harms",)}
    new = {name: replace(town.teams["east"], name=name, kinds=kind) for name, kind in kinds.items()}
    town = replace(town, teams={**town.teams, **new})
    opens = [
        Open(date=on(60), action="open", team=name, areas=tuple(town.areas), existing_cases="transfer") for name in new
    ]
    town = with_schedules(town, split=[*opens, live(100, "east")])
    start = begin(CALM | {"team.west.social_workers": 3.0}, town=town, size=0.3)
    families = offered(world.under(start, "split"), 200.0)
    assert families.any()
    np.testing.assert_array_equal(families, start.families.combo > 0)


def test_a_go_live_in_a_team_for_families_with_harms_offers_all_that_team_s_families() -> None:
    town = scenario()
    town = replace(town, teams={**town.teams, "east": replace(town.teams["east"], kinds=("with_harms",))})
    opens = Open(date=on(60), action="open", team="east", areas=tuple(town.areas), existing_cases="transfer")
    town = with_schedules(town, split=[opens, live(100, "east")])
    start: Start = begin(CALM, town=town, size=0.3)
    assert live_through(start, "split")[0].total("programmes_offered").sum() > 0
