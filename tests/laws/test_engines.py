"""The two engines tell one story: the same records, in the same order, at the same moments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_town import (
    LOCALITIES,
    UNSHRUNK,
    begin,
    drifting,
    live,
    on,
    rates_for,
    scenario,
    values,
    with_schedules,
)

from familyflow.engine import prepare
from familyflow.engine.compiled import build
from familyflow.engine.run import COMPILED, SIMPY, simulate
from familyflow.pathway import PATHWAY, Pathway
from familyflow.pathway.adult_work import REFERENCE
from familyflow.pathway.drift import BESIDE
from familyflow.pathway.effects import EFFECTS
from familyflow.scenario.model import Team
from familyflow.scenario.schema import Boundary, Close, Cut, Open, Staff
from familyflow.scenario.vocabulary import KINDS

if TYPE_CHECKING:
    from familyflow.engine import Start
    from familyflow.pathway.stages import Stage
    from familyflow.scenario import Scenario
    from familyflow.scenario.schema import ExistingCases, Step

TOWNS = 200
SIZE = 0.04
ALL_EFFECTS = tuple(effect.name for effect in EFFECTS)
SHARED = (
    "psychologist",
    "sexual_violence_worker",
    "neglect_practitioner",
    "parenting_worker",
    "family_intervention_worker",
    "intensive_family_worker",
    "conference_coordinator",
)

CUTS = (("da_victim_worker", 0.0), ("psychologist", 0.0), ("parenting_worker", 0.1), ("social_worker", 0.2))
"""Posts that a step may cut, of a team or shared, and how many are kept."""


def assert_one_story(start: Start, schedule: str) -> None:
    """Compare the engines' records, and say where they part."""
    told, retold = (simulate(start, schedule, engine).events for engine in (SIMPY, COMPILED))
    shared = min(len(told), len(retold))
    apart = np.flatnonzero(told[:shared] != retold[:shared])
    here = slice(max(0, int(apart[0]) - 2), int(apart[0]) + 2) if len(apart) else slice(shared - 1, shared + 2)
    assert not len(apart), f"\nreference {told[here]}\ncompiled  {retold[here]}"
    assert len(told) == len(retold), f"\nreference {told[here]}\ncompiled  {retold[here]}"


@pytest.mark.parametrize("schedule", list(scenario().schedules))
def test_every_kind_of_schedule_is_one_story(schedule: str) -> None:
    assert_one_story(begin(size=0.2, seed=3, years=2), schedule)


@pytest.mark.parametrize("schedule", list(scenario().schedules))
def test_little_room_that_is_grown_again_and_again_is_one_story(monkeypatch: pytest.MonkeyPatch, schedule: str) -> None:
    """A change of many cases stops when an array is nearly full and goes on when it has grown."""
    monkeypatch.setattr(build, "FIRST_ROWS", 512)
    monkeypatch.setattr(build, "LOG_ROWS", 260)
    assert_one_story(begin(size=0.5, seed=4, years=1), schedule)


def town(
    steps: tuple[Step, ...], effects: tuple[str, ...], offered: tuple[str, ...], kinds: tuple[str, ...] = KINDS
) -> Scenario:
    """Return Swindon with early-help teams, a front door, lots, and a schedule of one's own.

    `kinds`: of the families that the team takes which opens.
    """
    given = scenario()
    given = replace(given, teams={**given.teams, "east": replace(given.teams["east"], kinds=kinds)})
    extra = {
        "hub": Team("hub", "Hub", tuple(given.areas), ("early_help",)),
        "door": Team("door", "Front door", tuple(given.areas), ("contact", "referral")),
    }
    programme = replace(given.programme, effects=effects, stages=offered, shared_roles=SHARED)
    return with_schedules(replace(given, teams={**given.teams, **extra}, programme=programme), drawn=steps)


shares = st.floats(0.0, 1.0)
days = st.integers(45, 330)
teams = st.sampled_from(LOCALITIES)
staying = st.sampled_from(["stay", "transfer", "with_workers"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("live"), days, st.sampled_from([*LOCALITIES, "hub", "door"]), staying),
        st.tuples(st.just("open"), days, teams, staying),
        st.tuples(st.just("boundary"), days, teams, staying),
        st.tuples(st.just("close"), days, teams, staying),
        st.tuples(st.just("staff"), days, teams, staying),
        st.tuples(st.just("cut"), days, teams, staying),
    ),
    max_size=5,
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "staff.ceiling": st.sampled_from([0.0, 8.0, 14.0]),
        "staff.headroom": st.sampled_from([-0.4, -0.1, 0.2]),
        "staff.overload_on": st.just(1.0),
        "staff.turnover_rate": st.floats(0.0, 1.5),
        "staff.posts_follow_demand": shares,
        "staff.lent_between_teams": shares,
        "staff.handover_stall_weeks": st.floats(0.0, 8.0),
        "staff.slippage_weeks": st.floats(0.0, 10.0),
        "staff.unfilled_share": st.floats(0.0, 0.5),
        "early_help.families_per_worker": st.floats(0.5, 6.0),
        "early_help.waiting_step_up": st.floats(1.0, 4.0),
        "family.care_together": shares,
        "harm.causal_share": shares,
        "effect.without_workers_share": shares,
        "effect.care_entry": st.floats(0.3, 1.5),
        "effect.return_home": st.floats(0.5, 3.0),
        "effect.ramp_months": st.sampled_from([0.0, 1.0, 6.0]),
        **{f"adult.{role}.concurrent": st.sampled_from([0.3, 0.8, 2.0, 15.0]) for role in REFERENCE},
        **{f"adult.{role}.wait_days_outside": st.sampled_from([2.0, 200.0]) for role in REFERENCE},
        "adult.parenting_worker.concurrent": st.sampled_from([0.5, 3.0]),
    },
)


FACTORS = tuple(factor.name for factor in PATHWAY.drift)
moved = st.floats(-1.0, 1.0)
DRIFTS = st.fixed_dictionaries(
    {}, optional={name: st.lists(moved, min_size=2, max_size=2) for name in (*FACTORS, *BESIDE)}
)


def steps_of(drawn: list[tuple[str, int, str, ExistingCases]]) -> tuple[Step, ...]:
    """Return possible steps, in order of day: each team opens, closes and goes live at most once."""
    steps: list[Step] = []
    seen: set[tuple[str, str]] = set()
    for kind, day, team, existing in sorted(drawn, key=lambda row: row[1]):
        if (kind, team) in seen or ("close", team) in seen or (kind in {"open", "close"} and (kind, "") in seen):
            continue
        seen |= {(kind, team), (kind, "")}
        areas = scenario().teams[team].areas if team in LOCALITIES else ()
        other = next(name for name in LOCALITIES if name != team)
        if kind == "live":
            steps.append(live(day, team))
        elif kind == "open":
            steps.append(Open(date=on(day), action="open", team="east", areas=areas, existing_cases=existing))
        elif kind == "boundary":
            steps.append(Boundary(date=on(day), action="boundary", team=other, areas=areas, existing_cases=existing))
        elif kind == "close" and ("close", other) not in seen:
            along: Literal["transfer", "with_workers"] = "transfer" if existing == "stay" else existing
            steps.append(Close(date=on(day), action="close", team=team, to=other, existing_cases=along))
        elif kind == "staff":
            steps.append(Staff(date=on(day), action="staff", team=team, social_workers=0.4))
        elif kind == "cut":
            role, to = CUTS[day % len(CUTS)]
            steps.append(Cut(date=on(day), action="cut", team=None if role in SHARED else team, role=role, to=to))
    return tuple(steps)


def varied(stage: Stage, flags: tuple[bool, bool, bool, int]) -> Stage:
    """Return a stage with other flags and its exits' direction of travel changed; where it leads stays."""
    offers, categorised, turned, priority = flags
    exits = tuple(replace(e, improves=e.improves != turned) for e in stage.exits)
    known = stage.priority is not None
    return replace(
        stage,
        offers=stage.offers != offers,
        categorised=categorised,
        exits=exits,
        priority=priority if known else None,
        adult_priority=priority,
    )


FLAGS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 9)),
    min_size=len(PATHWAY.stages),
    max_size=len(PATHWAY.stages),
)


@pytest.mark.long
@settings(max_examples=TOWNS, deadline=None, phases=UNSHRUNK, suppress_health_check=list(HealthCheck))
@given(
    drawn=STEPS,
    changes=CHANGES,
    effects=st.lists(st.sampled_from(ALL_EFFECTS), unique=True),
    offered=st.sampled_from([("cin", "cp"), ("assessment", "early_help", "cin", "cp")]),
    flags=FLAGS,
    seed=st.integers(0, 10**6),
    null=st.booleans(),
    drifts=DRIFTS,
    years=st.integers(1, 2),
    kinds=st.sampled_from([KINDS, *((kind,) for kind in KINDS)]),
)
def test_any_town_is_one_story(  # noqa: PLR0913, PLR0917 - each is drawn
    drawn: list[tuple[str, int, str, ExistingCases]],
    changes: dict[str, float],
    effects: list[str],
    offered: tuple[str, ...],
    flags: list[tuple[bool, bool, bool, int]],
    seed: int,
    null: bool,  # noqa: FBT001 - drawn
    drifts: dict[str, list[float]],
    years: int,
    kinds: tuple[str, ...],
) -> None:
    stages = tuple(varied(stage, each) for stage, each in zip(PATHWAY.stages, flags, strict=True))
    pathway = Pathway(stages)
    given_town = town(steps_of(drawn), tuple(effects), offered, kinds)
    given_town = replace(given_town, programme=replace(given_town.programme, null=null))
    extra = {"team.hub.key_workers": 0.6, **{f"post.{role}": 0.3 for role in SHARED}}
    given_values = values({**extra, **changes}, size=SIZE / years)
    rates = rates_for(given_values, pathway) | drifting(**drifts)
    start = prepare(given_town, given_values, rates, seed, 0, years, pathway)
    assert_one_story(start, "drawn")
