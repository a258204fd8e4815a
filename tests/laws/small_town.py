"""A tenth of Swindon, with rates near its own: a town in which a year is lived in a fraction of a second.

The laws hold for any rates, so none are fitted here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from hypothesis import Phase

from familyflow.calibrate.unknowns import list_unknowns, to_rates
from familyflow.engine import Ledger, Start, prepare, rates, simulate, structure
from familyflow.pathway import PATHWAY, Pathway
from familyflow.pathway.people import Source
from familyflow.pathway.stages import CARE
from familyflow.scenario import load
from familyflow.scenario.model import Schedule, Team
from familyflow.scenario.schema import Boundary, Close, GoLive, Open, Staff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from familyflow.scenario import Scenario
    from familyflow.scenario.schema import Step

SIZE = 0.1
COUNTED = (
    "snapshot.children_on_cin",
    "snapshot.children_on_cp",
    "snapshot.children_in_care",
    "target.contacts",
    "target.care_starts",
)
"""What shrinks with the town; teams do too."""
LOGS = {
    "care.other": -3.0,
    "care.home": -2.1,
    "care.sgo": -2.0,
    "care.adoption": -1.3,
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
AMPLE = {"staff.ceiling": 1e6}
"""So many places that nobody ever waits for a social worker."""


def short(by: float) -> dict[str, float]:
    """Return what leaves social workers places for a share fewer children than there are on day 0."""
    return {"staff.ceiling": 0.0, "staff.headroom": -by}


UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A town's year is no number: to make a failing example simpler takes minutes."""
LOCALITIES = ("north", "central", "south")


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
        Boundary(date=on(120), action="boundary", team="north", areas=("central",), existing_cases="stay"),
        Staff(date=on(150), action="staff", team="east", social_workers=3.0),
        Close(date=on(200), action="close", team="south", to="central"),
        Boundary(date=on(240), action="boundary", team="north", areas=("south",), existing_cases="transfer"),
    ]


def values(changes: Mapping[str, float] | None = None, size: float = SIZE) -> dict[str, float]:
    """Return the central values of a town of some size, but for the changes."""
    central = scenario_values()
    counted = [*COUNTED, *(f"team.{team}.social_workers" for team in scenario().teams)]
    return central | {key: central[key] * size for key in counted} | dict(changes or {})


def scenario_values() -> dict[str, float]:
    """Return Swindon's central values; the team that opens later has as many workers as the south's."""
    central = load("swindon").central()
    return central | {"team.east.social_workers": central["team.south.social_workers"]}


def rates_for(given: Mapping[str, float], pathway: Pathway = PATHWAY) -> dict[str, float]:
    """Return the rates of a town with these values, by name."""
    arrays = structure.build(pathway, given)
    unknowns = list_unknowns(arrays, load("swindon").quantities)
    found = to_rates(arrays, given, {u.name: LOGS.get(u.name, 0.0) for u in unknowns})
    return rates.to_values(found, pathway)


def begin(
    changes: Mapping[str, float] | None = None,
    *,
    size: float = SIZE,
    seed: int = 1,
    years: int = 1,
    town: Scenario | None = None,
) -> Start:
    """Return the start of a town of some size, but for the changes."""
    given = values(changes, size)
    return prepare(town or scenario(), given, rates_for(given), seed, 0, years)


def live_through(start: Start, *schedules: str) -> list[Ledger]:
    """Return what happens under each schedule, in order."""
    return [simulate(start, schedule) for schedule in schedules]


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
