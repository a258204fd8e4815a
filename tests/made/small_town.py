"""A tenth of Swindon, with rates near its own: a town in which a year is lived in a fraction of a second.

The laws hold for any rates, so none are fitted here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import Phase

from familyflow.calibrate.fit.parameters import list_unknowns, to_rates
from familyflow.engine import Ledger, Start, prepare, rates, rules, simulate, structure
from familyflow.engine.records import TRANSFERRED, Event
from familyflow.pathway import PATHWAY, Pathway
from familyflow.pathway.adult_work import SUPERVISOR, roles
from familyflow.pathway.effects import EFFECTS
from familyflow.pathway.people import SIZES, Source
from familyflow.pathway.stages import CARE
from familyflow.scenario import load
from familyflow.scenario.model import Schedule, Team
from familyflow.scenario.schema import Boundary, Close, Cut, GoLive, Open, Staff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from familyflow.calibrate.fit.parameters import Unknown
    from familyflow.engine.structure import Floats
    from familyflow.scenario import Scenario
    from familyflow.scenario.schema import Step

SIZE = 0.1
COUNTED = (
    "population.children",
    "snapshot.children_on_cin",
    "snapshot.children_on_cp",
    "snapshot.children_in_care",
    "target.contacts",
    "target.care_starts",
)
"""What shrinks with the town; teams do too."""
LEVELS = {"care.other": 0.05, "care.home": 0.122, "care.sgo": 0.135, "care.adoption": 0.27}
"""Ways out of care in the second year there, a year."""
LOGS = {
    "decision.contact.referral": -0.7,
    "decision.contact.advice": 0.7,
    "decision.contact.early_help": -0.5,
    "decision.contact.nfa": 0.35,
    "decision.referral.nfa": 0.3,
    "decision.assessment.early_help": -0.25,
    "decision.assessment.close": 0.15,
    "pace.cin": 0.7,
    "placement.foster": 0.35,
    "placement.with_parents": -0.3,
}
"""Logs of ratios to the priors at which flows are about Swindon's."""
PLACEMENTS = tuple(stage.name for stage in PATHWAY.placements)
TRACE = 1e-9
ONLY_CHILDREN = {f"harms.{harm}": 0.0 for harm in (*PATHWAY.harms, "any", "all_three")} | {
    f"family.size.{k}": float(k == 1) for k in SIZES
}
"""Families of one child and without harms, whose fate hangs on nobody else."""
AMPLE = {"staff.ceiling": 1e6, "early_help.families_per_worker": 1e6}
"""So many places that nobody ever waits for a worker."""
STEADY = {
    f"staff.{turnover}": 0.0 for turnover in ("turnover_rate", "agency_turnover_rate", "key_worker_turnover_rate")
}
"""Workers who stay: cases change worker only where a schedule passes them on."""
RECRUITED = {f"staff.recruitment_weeks.{role}": 0.0 for role in ("social_worker", "family_key_worker")}
"""New posts are filled on the day."""


def short(by: float) -> dict[str, float]:
    """Return what leaves social workers places for a share fewer children than there are on day 0."""
    return {"staff.ceiling": 0.0, "staff.headroom": -by}


UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A town's year is no number: to make a failing example simpler takes minutes."""
LOCALITIES = ("north", "central", "south")
SHARED = (
    "sexual_violence_worker",
    "parenting_worker",
    "family_intervention_worker",
    "intensive_family_worker",
    "conference_coordinator",
    SUPERVISOR,
)
"""Roles that the teams of the whole town share; it has the others in each live team."""
EVERYBODY = ("front", "hub", "assessment", *LOCALITIES)
"""The teams of the whole town that can go live."""


@cache
def scenario() -> Scenario:
    """Return Swindon with a team that opens later, and schedules that begin within weeks."""
    given = load("swindon")
    east = Team("east", "East locality", (), ("section47", "cin", "cp"))
    return with_schedules(
        replace(given, teams={**given.teams, "east": east}),
        all_at_once=[live(30, team) for team in LOCALITIES],
        north_only=[live(30, "north")],
        one_by_one=[live(60, "south"), live(150, "north"), live(240, "central")],
        never=[live(4000, team) for team in LOCALITIES],
        reorganised=reorganisation(),
    )


@cache
def whole() -> Scenario:
    """Return the town with a front door and an early-help hub in part of it, every role and every effect.

    Central has no hub and South no front door; a second front door, hub and care team open where a schedule says so.
    """
    given = scenario()
    teams = [
        Team("front", "Front door", ("north", "central"), ("contact", "referral")),
        Team("new_front", "New front door", (), ("contact", "referral")),
        Team("hub", "Hub", ("north", "south"), ("early_help",)),
        Team("new_hub", "New hub", (), ("early_help",)),
        Team("new_care", "New care team", (), ("care",)),
    ]
    programme = replace(
        given.programme,
        stages=("early_help", "assessment", "cin", "cp"),
        roles=tuple(role for role in roles() if role not in SHARED),
        shared_roles=SHARED,
        effects=tuple(effect.name for effect in EFFECTS),
    )
    return with_schedules(
        replace(given, teams={**given.teams, **{team.name: team for team in teams}}, programme=programme),
        everybody=[live(60, team) for team in EVERYBODY],
        upheaval=upheaval(),
    )


def claiming(given: Scenario, *effects: str) -> Scenario:
    """Return a scenario whose programme claims these effects and no others."""
    return replace(given, programme=replace(given.programme, effects=effects))


def with_posts(given: Scenario, *own: str, shared: Sequence[str] = ()) -> Scenario:
    """Return a scenario whose programme brings these roles into live teams and those to all of them."""
    return replace(given, programme=replace(given.programme, roles=own, shared_roles=tuple(shared)))


def with_schedules(given: Scenario, **steps: Sequence[Step]) -> Scenario:
    """Return a scenario with other schedules beside no change, each named and given by its steps."""
    named = {name: Schedule(name, name.replace("_", " "), tuple(rows)) for name, rows in steps.items()}
    return replace(given, schedules={"no_change": Schedule("no_change", "No change", ()), **named})


def on(day: float) -> date:
    """Return the date of a day of the town's run."""
    return load("swindon").start + timedelta(days=day)


def live(day: float, team: str) -> GoLive:
    """Return a step: a team goes live."""
    return GoLive(date=on(day), action="go_live", team=team)


def reorganisation() -> list[Step]:
    """Return steps of every kind; cases pass from team to team in all of the ways there are."""
    return [
        live(30, "north"),
        Open(date=on(60), action="open", team="east", areas=("south",), existing_cases="transfer"),
        Staff(date=on(90), action="staff", team="central", social_workers=1.2),
        Cut(date=on(110), action="cut", team="north", role="da_victim_worker", to=0.0),
        Boundary(date=on(120), action="boundary", team="north", areas=("central",), existing_cases="stay"),
        Staff(date=on(150), action="staff", team="east", social_workers=3.0),
        Close(date=on(200), action="close", team="south", to="central"),
        Boundary(date=on(240), action="boundary", team="north", areas=("south",), existing_cases="transfer"),
    ]


def upheaval() -> list[Step]:
    """Return steps of every kind for teams of every kind, with cases that pass and cases that stay."""
    return [
        live(50, "front"),
        live(60, "hub"),
        live(70, "north"),
        Open(date=on(80), action="open", team="new_front", areas=("central", "south"), existing_cases="transfer"),
        live(90, "assessment"),
        Open(date=on(100), action="open", team="new_hub", areas=("south", "central"), existing_cases="transfer"),
        Open(date=on(110), action="open", team="east", areas=("south",), existing_cases="stay"),
        Staff(date=on(120), action="staff", team="hub", key_workers=1.0),
        Staff(date=on(130), action="staff", team="central", social_workers=1.2),
        Open(date=on(140), action="open", team="new_care", areas=("north",), existing_cases="transfer"),
        Boundary(date=on(150), action="boundary", team="new_hub", areas=("north",), existing_cases="stay"),
        Staff(date=on(160), action="staff", team="east", social_workers=3.0),
        live(170, "new_hub"),
        Close(date=on(200), action="close", team="hub", to="new_hub"),
        Close(date=on(210), action="close", team="south", to="central"),
        live(220, "central"),
        Cut(date=on(230), action="cut", team="north", role="mental_health_practitioner", to=0.1),
        Cut(date=on(235), action="cut", role=SUPERVISOR, to=0.0),
        Cut(date=on(235), action="cut", team="new_care", role="social_worker", to=0.5),
        Boundary(date=on(240), action="boundary", team="north", areas=("south",), existing_cases="transfer"),
        Close(date=on(260), action="close", team="front", to="new_front"),
        Staff(date=on(270), action="staff", team="new_hub", key_workers=6.0),
        Close(date=on(300), action="close", team="looked_after", to="new_care"),
    ]


def values(changes: Mapping[str, float] | None = None, size: float = SIZE) -> dict[str, float]:
    """Return the central values of a town of some size, but for the changes."""
    central = scenario_values()
    counted = [*COUNTED, *(key for key in central if key.startswith("team."))]
    return central | {key: central[key] * size for key in counted} | dict(changes or {})


def scenario_values() -> dict[str, float]:
    """Return Swindon's central values, with workers for the teams that Swindon does not have."""
    central = load("swindon").central()
    south, care = central["team.south.social_workers"], central["team.looked_after.social_workers"]
    teams = {"east.social_workers": south, "new_care.social_workers": care, "hub.key_workers": 25.0}
    posts = {f"post.{role}": 0.5 for role in (*roles(), SUPERVISOR) if f"post.{role}" not in central}
    return central | posts | {f"team.{key}": fte for key, fte in (teams | {"new_hub.key_workers": 18.0}).items()}


def moved(given: Mapping[str, float], logs: Mapping[str, float], unknowns: Sequence[Unknown]) -> dict[str, float]:
    """Return values with those that are unknown moved by logs, by the unknown's name."""
    return {**given, **{u.prior: given[u.prior] * exp(logs.get(u.name, 0.0)) for u in unknowns}}


def rates_for(given: Mapping[str, float], pathway: Pathway = PATHWAY) -> dict[str, float]:
    """Return the rates of a town with these values, by name."""
    arrays = structure.build(pathway, given)
    unknowns = list_unknowns(arrays, load("swindon").quantities)
    new = {
        "family": given["target.contacts"] / 2,
        "unaccompanied": given["target.care_starts"] * max(given["target.uasc_share"], 1e-4),
    }
    children = given["population.children"]
    levels = LEVELS | {f"arrivals.{source}": count / children for source, count in new.items()}
    logs = LOGS | {name: log(level / given[f"prior.{name}"]) for name, level in levels.items()}
    found = to_rates(arrays, moved(given, logs, unknowns))
    return rates.to_values(found, pathway)


def begin(
    changes: Mapping[str, float] | None = None,
    *,
    size: float = SIZE,
    seed: int = 1,
    years: int = 1,
    town: Scenario | None = None,
    drift: Mapping[str, float] | None = None,
) -> Start:
    """Return the start of a town of some size, but for the changes, whose rates drift (names and logs) or stay."""
    given = values(changes, size)
    return prepare(town or scenario(), given, rates_for(given) | dict(drift or {}), seed, 0, years)


def drifting(**logs: Sequence[float]) -> dict[str, float]:
    """Return a drift by name: for each factor the logs of its multipliers, year after year."""
    return {f"drift.{factor}.{year}": log for factor, by_year in logs.items() for year, log in enumerate(by_year)}


def budgets_of(start: Start, family: int, visit: int, member: int = 0) -> Floats:
    """Return the budgets of one visit of a family (member 0), or of its member-th child's."""
    drawn = np.empty(start.structure.to.shape[1])
    rules.draw_budgets(start.seed, start.replication, family, visit, member, drawn)
    return drawn


def live_through(start: Start, *schedules: str) -> list[Ledger]:
    """Return what happens under each schedule, in order."""
    return [simulate(start, schedule) for schedule in schedules]


def flow_of(ledger: Ledger, chosen: np.ndarray) -> np.ndarray:
    """Return the amounts of the chosen records by month and team, the last column for none; day 0 in the first row."""
    log = ledger.events[chosen]
    counted = np.zeros((len(ledger.edges), ledger.columns))
    np.add.at(counted, (np.searchsorted(ledger.edges, log["time"]), log["team"] % ledger.columns), log["amount"])
    return counted


def left_group(ledger: Ledger, group: str) -> np.ndarray:
    """Count departures from a group by month and team, off the records."""
    index = PATHWAY.index
    inside = {
        (s, e)
        for s, stage in enumerate(PATHWAY.stages)
        for e, leads in enumerate(stage.exits)
        if stage.group == group and leads.to in index and PATHWAY.stage(leads.to).group == group
    }
    members = {s for s, stage in enumerate(PATHWAY.stages) if stage.group == group}
    log = ledger.events
    out = [
        e == Event.LEAVE and p in members and x != TRANSFERRED and (p, x) not in inside
        for e, p, x in zip(log["event"].tolist(), log["place"].tolist(), log["exit"].tolist(), strict=True)
    ]
    return flow_of(ledger, np.array(out))


def alone_pathway(enters: str, *, to_care: str) -> Pathway:
    """Return the pathway with one source, straight into one stage; by `to_care`, an exit, everybody leaves for care."""
    stages = tuple(
        replace(s, exits=tuple(replace(e, to=CARE) if f"{s.name}.{e.name}" == to_care else e for e in s.exits))
        for s in PATHWAY.stages
    )
    return Pathway(stages, sources=(Source("family", to=enters), Source("trace", to="contact")))


def alone_rates(pathway: Pathway, given: Mapping[str, float]) -> dict[str, float]:
    """Return rates of almost nothing but what is given: nobody stays long anywhere, and care ends within days.

    Stages that nobody is meant to reach keep a trace of a flow, so that the balance has something to share out.
    """
    found = dict.fromkeys((name for name, _, _ in rates.names(pathway)), TRACE)
    for name in found:
        if name.startswith("hazard.") and name.split(".")[1] in PLACEMENTS:
            found[name] = 0.2 if name.split(".")[2] == "other" else 0.0
        elif name.startswith("hazard."):
            found[name] = 0.01
        elif name.startswith("care."):
            found[name] = float(name.endswith(".kinship"))
    return found | dict(given)


def alone_values(given: Mapping[str, float]) -> dict[str, float]:
    """Return values of a town of only children without harms, with nobody on a plan on day 0."""
    central = scenario_values()
    del central["target.assessment_median_days"]
    zero = {key: 0.0 for key in central if key.startswith(("harms.", "snapshot.", "family.size."))}
    return central | zero | {"family.size.1": 1.0, "family.care_together": 1.0} | dict(given)
