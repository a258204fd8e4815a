"""Adding an exit, a harm, a worker's role or a stage adds a row to the pathway and its numbers, and no code."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from replay import Replay
from small_town import LOGS, begin, claiming, moved, rates_for, scenario, values, whole, with_posts

from familyflow.calibrate.fit.parameters import list_unknowns, to_rates
from familyflow.engine import Ledger, dose, prepare, rates, simulate, structure
from familyflow.engine.records import Event
from familyflow.engine.run import COMPILED, SIMPY
from familyflow.ground.quantity import Quantity, Status
from familyflow.pathway import PATHWAY, Pathway
from familyflow.pathway.adult_work import Programme
from familyflow.pathway.effects import Effect
from familyflow.pathway.stages import BANDS, Exit, Kind, Stage
from familyflow.scenario import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.scenario import Scenario

COUNSELLOR = {
    "concurrent": 10.0,
    "length_days": 60.0,
    "sessions": 8.0,
    "engages_outside": 0.8,
    "missed_outside": 0.2,
    "completes_outside": 0.6,
    "success": 0.5,
    "relapse_12m": 0.2,
    "wait_days_outside": 20.0,
}


def with_stage(changed: Stage) -> Pathway:
    """Return the pathway with one stage replaced by another of its name."""
    return replace(PATHWAY, stages=tuple(changed if s.name == changed.name else s for s in PATHWAY.stages))


def live_year(
    pathway: Pathway, given: Mapping[str, float], named: Mapping[str, float], town: Scenario | None = None
) -> Ledger:
    """Return a year by the engine that need not be compiled anew for arrays of other shapes."""
    start = prepare(town or scenario(), given, named, 1, 0, 1, pathway)
    return simulate(start, "all_at_once", SIMPY)


def left_by(ledger: Ledger, stage: str, leads: str) -> float:
    s, e = ledger.world.start.structure.locate(f"{stage}.{leads}")
    log = ledger.events
    return float(log["amount"][(log["event"] == Event.LEAVE) & (log["place"] == s) & (log["exit"] == e)].sum())


def assert_conserved(ledger: Ledger) -> None:
    """Fail unless every child is somewhere at every instant."""
    replay = Replay(ledger)
    for _ in replay.instants():
        pass
    assert all(home.placed for home in replay.households.values())


def test_a_new_exit_of_a_plan_is_taken_counted_and_balanced() -> None:
    moved = Exit("moved_away", to="closed", risk="rereferral", counts=("families_moved_away",))
    pathway = with_stage(PATHWAY.stage("cin").with_exit(moved))
    named = rates_for(values()) | {f"hazard.cin.moved_away.{band}": 0.002 for band in BANDS}
    ledger = live_year(pathway, values(), named)
    assert left_by(ledger, "cin", "moved_away") > 0
    assert ledger.total("families_moved_away").sum() == left_by(ledger, "cin", "moved_away")
    assert_conserved(ledger)


def test_a_new_exit_of_a_decision_is_taken() -> None:
    pathway = with_stage(PATHWAY.stage("assessment").with_exit(Exit("transfer_out", to="closed")))
    named = rates_for(values()) | {"decision.assessment.transfer_out": 0.3}
    ledger = live_year(pathway, values(), named)
    assert left_by(ledger, "assessment", "transfer_out") > 0
    assert_conserved(ledger)


def test_a_new_exit_has_a_prior_and_is_fitted_like_the_others() -> None:
    pathway = with_stage(PATHWAY.stage("cin").with_exit(Exit("moved_away", to="closed")))
    share = Quantity(0.1, 0.05, 0.2, "share", "2020", "house", Status.ASSUMED)
    quantities = {**load("swindon").quantities, "plan.cin.moved_away": share}
    given = values({"plan.cin.moved_away": 0.1})
    arrays = structure.build(pathway, given)
    unknowns = list_unknowns(arrays, quantities)
    found = to_rates(arrays, moved(given, LOGS, unknowns))
    assert "plan.cin.moved_away" in {u.name for u in unknowns}
    ledger = live_year(pathway, given, rates.to_values(found, pathway))
    assert left_by(ledger, "cin", "moved_away") > 0


def test_a_new_harm_is_drawn_raises_its_risks_and_gets_its_programme() -> None:
    harms = (*PATHWAY.harms, "gambling")
    programmes = (*PATHWAY.programmes, Programme("gambling_work", "substance_misuse_worker", "gambling"))
    pathway = replace(PATHWAY, harms=harms, programmes=programmes)
    risks = {e.risk for s in PATHWAY.stages for e in s.exits} - {""}
    given = values({"harms.gambling": 0.2} | {f"harm.{risk}.gambling": 2.0 for risk in risks})
    ledger = live_year(pathway, given, rates_for(given, pathway))
    start = ledger.world.start
    gamblers = start.structure.combos[start.families.combo, harms.index("gambling")]
    assert start.structure.joint @ start.structure.combos[:, -1] == pytest.approx(0.2)
    assert 0.15 < gamblers.mean() < 0.3
    offers = ledger.events[(ledger.events["event"] == Event.OFFERED) & (ledger.events["place"] == len(programmes) - 1)]
    assert len(offers) > 0
    assert gamblers[offers["family"]].all()
    assert ledger.total("active_harms_gambling").max() > 0


def test_a_new_role_works_in_live_teams_within_its_capacity_and_is_paid_for() -> None:
    pathway = replace(
        PATHWAY, programmes=(*PATHWAY.programmes, Programme("counselling", "counsellor", "mental_ill_health"))
    )
    programme = replace(scenario().programme, roles=(*scenario().programme.roles, "counsellor"))
    town = replace(scenario(), programme=programme)
    own = {f"adult.counsellor.{what}": x for what, x in COUNSELLOR.items()}
    given = values({"post.counsellor": 0.4, "staff.recruitment_weeks.counsellor": 10.0} | own)
    ledger = live_year(pathway, given, rates_for(given), town)
    log, place = ledger.events, len(pathway.programmes) - 1
    own = log[(log["place"] == place) & (log["exit"] == 1)]
    for team in range(len(town.teams)):
        change = [
            (r["event"] == Event.STARTED) - int(r["event"] in (Event.COMPLETED, Event.DROPPED))
            for r in own[own["team"] == team]
        ]
        assert max(np.cumsum(change), default=0) <= int(0.4 * 10)
    assert (own["event"] == Event.STARTED).sum() > 0
    assert ledger.total("fte_days_counsellor").sum() > 0


def test_a_new_stage_is_entered_held_by_a_worker_and_left() -> None:
    review = Stage(
        name="review",
        title="review of a plan",
        group="cin",
        kind=Kind.PLAN,
        priority=3,
        exits=(Exit("back", to="cin", improves=True), Exit("close", to="closed", improves=True)),
    )
    cin = PATHWAY.stage("cin").with_exit(Exit("review", to="review"))
    pathway = replace(PATHWAY, stages=(*(cin if s.name == "cin" else s for s in PATHWAY.stages), review))
    added = {f"hazard.{path}.{band}": 0.01 for path in ("cin.review", "review.back", "review.close") for band in BANDS}
    ledger = live_year(pathway, values(), rates_for(values()) | added)
    assert left_by(ledger, "review", "back") > 0
    assert left_by(ledger, "review", "close") > 0
    assert_conserved(ledger)


def test_a_new_placement_is_a_stage_of_care() -> None:
    secure = replace(PATHWAY.stage("residential"), name="secure", title="in care, secure")
    pathway = replace(PATHWAY, stages=(*PATHWAY.stages, secure))
    named = rates_for(values())
    ways = {
        key.replace("residential", "secure"): x for key, x in named.items() if key.startswith("hazard.residential.")
    }
    first = {f"care.first_placement.{age}.secure": 0.3 for age in ("0_9", "10_15", "16_17")}
    ledger = live_year(pathway, values(), named | ways | first)
    assert ledger.total("placement_secure").max() > 0
    assert_conserved(ledger)


def test_a_new_effect_is_a_row() -> None:
    pathway = replace(
        PATHWAY, effects=(*PATHWAY.effects, Effect("quick assessment", "effect.assessed", ("early_help.close",)))
    )
    town = claiming(scenario(), "quick assessment")
    start = prepare(town, values({"effect.assessed": 0.5}), rates_for(values()), 1, 0, 1, pathway)
    s, e = start.structure.locate("early_help.close")
    for at in (0.0, start.practice.dose):
        power = dose.delivered(start.structure.values, at)
        assert np.exp(start.practice.offered(at)[s, e].sum()) == pytest.approx(0.5**power)
    assert start.practice.dose > 0


def test_a_new_service_is_offered_where_it_says_begun_and_counted() -> None:
    befriending = Programme(
        "befriending", "befriender", ratio="effect.befriending", exits=("cin.close",), stages=("cin",), outside=False
    )
    pathway = replace(PATHWAY, programmes=(*PATHWAY.programmes, befriending))
    whats = {"concurrent": 30.0, "length_days": 60.0, "sessions": 8.0, "engages": 0.9, "missed": 0.1, "completes": 0.7}
    given = values(
        {"post.befriender": 1.0, "staff.recruitment_weeks.befriender": 10.0, "effect.befriending": 3.0}
        | {f"adult.befriender.{what}": x for what, x in whats.items()}
    )
    ledger = live_year(pathway, given, rates_for(given), with_posts(scenario(), shared=["befriender"]))
    assert ledger.total("started_befriending").sum() > 20
    assert left_by(ledger, "cin", "close") > left_by(live_year(PATHWAY, values(), rates_for(values())), "cin", "close")
    assert_conserved(ledger)


@pytest.mark.long
def test_the_engines_tell_one_story_of_rows_added_everywhere_at_once() -> None:
    moved = Exit("moved_away", to="closed", risk="rereferral")
    secure = replace(PATHWAY.stage("residential"), name="secure", title="in care, secure")
    gambling = Programme("gambling_work", "substance_misuse_worker", "gambling")
    pathway = replace(
        with_stage(PATHWAY.stage("cin").with_exit(moved)),
        harms=(*PATHWAY.harms, "gambling"),
        programmes=(*PATHWAY.programmes, gambling),
    )
    pathway = replace(pathway, stages=(*pathway.stages, secure))
    risks = {e.risk for s in PATHWAY.stages for e in s.exits} - {""}
    given = values({"harms.gambling": 0.2} | {f"harm.{risk}.gambling": 2.0 for risk in risks})
    named = rates_for(given, replace(PATHWAY, harms=pathway.harms))
    added = {
        key.replace("residential", "secure"): x for key, x in named.items() if key.startswith("hazard.residential")
    }
    added |= {f"hazard.cin.moved_away.{band}": 0.002 for band in BANDS}
    added |= {f"care.first_placement.{age}.secure": 0.3 for age in ("0_9", "10_15", "16_17")}
    start = prepare(whole(), given, named | added, 1, 0, 1, pathway)
    told, retold = (simulate(start, "upheaval", engine).events for engine in (SIMPY, COMPILED))
    assert told.tobytes() == retold.tobytes()
    assert {PATHWAY.index["cin"], len(PATHWAY.stages)} <= set(told["place"][told["event"] == Event.LEAVE].tolist())


def test_an_exit_that_leads_nowhere_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"cin\.astray"):
        with_stage(PATHWAY.stage("cin").with_exit(Exit("astray", to="nowhere")))


def test_a_year_of_the_shipped_pathway_is_the_one_without_the_new_rows() -> None:
    start = begin()
    again = prepare(scenario(), values(), rates_for(values()), 1, 0, 1, replace(PATHWAY))
    assert simulate(start, "all_at_once").events.tobytes() == simulate(again, "all_at_once").events.tobytes()
