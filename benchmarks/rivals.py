"""The compiled engine against Ciw and plain SimPy: `python benchmarks/rivals.py [REPLICATIONS OF CIW]` (default 3).

All three simulate one simplified pathway, from empty, for two years: contacts arrive by chance; some are assessed by
the first of the assessment workers who is free; a child in need or child protection plan or care may follow; closed
cases may be referred again. Every time is exponential and every child is alone, so that Ciw's nodes and plain SimPy's
processes, each written as its manual teaches, have the same answer on average: that is checked, measure by measure.
Ciw is no dependency of the product: `python -m pip install ciw`.

A state change is here a child entering a stage. Exits with 1 where the means differ.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from familyflow.engine import make_ready, prepare, rates, simulate, world
from familyflow.engine.compiled import live
from familyflow.engine.population import Population
from familyflow.engine.records import Event
from familyflow.pathway import Pathway
from familyflow.pathway.people import Source
from familyflow.pathway.stages import CARE, HOME, LEFT, Exit, Kind, Stage
from familyflow.scenario import load
from familyflow.scenario.model import Team

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from familyflow.engine import Start

YEARS = 2
CIW_REPLICATIONS, SIMPY_REPLICATIONS, OUR_REPLICATIONS = 3, 16, 20
"""Waits near a full load vary much from one replication to the next: the cheaper it is, the more there are."""
AIM = 100
TOWN, SCHEDULE = "swindon", "no_change"
ARRIVALS = 20.0
"""Contacts a day."""
WORKERS = 85
DAYS = {"contact": 3.0, "assessment": 20.0, "cin": 200.0, "cp": 300.0, "foster": 700.0, "closed": 3000.0}
"""Mean days in each stage, in assessment once a worker has it; made up, near a county's."""
WAYS: dict[str, dict[str, float]] = {
    "contact": {"closed": 0.8, "assessment": 0.2},
    "assessment": {"closed": 0.5, "cin": 0.35, "cp": 0.15},
    "cin": {"closed": 0.85, "cp": 0.1, "foster": 0.05},
    "cp": {"closed": 0.3, "cin": 0.5, "foster": 0.2},
    "foster": {"cin": 0.3, LEFT: 0.7},
    "closed": {"contact": 1.0},
}
"""Where a child goes from each stage, and how likely."""
STAGES = tuple(DAYS)
APART = 4.0
"""Standard errors of the difference beyond which two means do not agree."""


@dataclass
class Told:
    """What one replication found: stays that ended, by stage; days waited for assessment; stages entered; seconds."""

    ended: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    entered: int = 0
    seconds: float = 0.0

    def measures(self) -> dict[str, float]:
        """Return the measures that are compared."""
        return {f"{stage} ended": float(self.ended[stage]) for stage in STAGES} | {
            "days waited": float(np.mean(self.waits))
        }


# Plain SimPy ------------------------------------------------------------------------------------------------------


def in_simpy(seed: int, days: float) -> Told:
    """Simulate one replication with SimPy's processes and resources."""
    told, env, chance = Told(), simpy.Environment(), random.Random(seed)  # noqa: S311 - no secret
    workers = simpy.Resource(env, capacity=WORKERS)
    env.process(contacts(env, workers, chance, told))
    began = time.process_time()
    env.run(until=days)
    told.seconds = time.process_time() - began
    return told


def contacts(env: simpy.Environment, workers: simpy.Resource, chance: random.Random, told: Told) -> Generator[Any]:
    """Let children come by chance."""
    while True:
        yield env.timeout(chance.expovariate(ARRIVALS))
        env.process(child(env, workers, chance, told))


def child(env: simpy.Environment, workers: simpy.Resource, chance: random.Random, told: Told) -> Generator[Any]:
    """Go from stage to stage until the child leaves."""
    stage = "contact"
    while stage != LEFT:
        told.entered += 1
        length = chance.expovariate(1 / DAYS[stage])
        if stage == "assessment":
            asked = env.now
            with workers.request() as request:
                yield request
                waited = env.now - asked
                yield env.timeout(length)
            told.waits.append(waited)
        else:
            yield env.timeout(length)
        told.ended[stage] += 1
        stage = chance.choices(list(WAYS[stage]), list(WAYS[stage].values()))[0]


# Ciw --------------------------------------------------------------------------------------------------------------


def in_ciw(seed: int, days: float) -> Told:
    """Simulate one replication with Ciw's network of nodes."""
    ciw = library("ciw")
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(ARRIVALS) if s == "contact" else None for s in STAGES],
        service_distributions=[ciw.dists.Exponential(1 / DAYS[s]) for s in STAGES],
        number_of_servers=[WORKERS if s == "assessment" else float("inf") for s in STAGES],
        routing=[[WAYS[s].get(to, 0.0) for to in STAGES] for s in STAGES],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    began = time.process_time()
    simulation.simulate_until_max_time(days)
    seconds = time.process_time() - began
    records = simulation.get_all_records()
    entered = sum(len(node.all_individuals) for node in simulation.transitive_nodes) + len(records)
    return Told(
        Counter(STAGES[r.node - 1] for r in records),
        [r.waiting_time for r in records if STAGES[r.node - 1] == "assessment"],
        entered,
        seconds,
    )


def library(name: str) -> Any:  # noqa: ANN401 - a package without types
    """Return a rival's package. Errors: SystemExit with a sentence where it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        message = f"{name} is not installed: python -m pip install {name}"
        raise SystemExit(message) from None


# The compiled engine ----------------------------------------------------------------------------------------------


def declared() -> Pathway:
    """Declare the pathway in the engine's own words."""
    groups = {"closed": "cin", "foster": "care"}
    decisions = ("contact", "assessment")
    stages = tuple(
        Stage(
            name=stage,
            title=stage,
            group=groups.get(stage, stage),
            kind=Kind.DECISION if stage in decisions else Kind.PLAN,
            exits=tuple(Exit(to, to=leads_to(stage, to)) for to in ways),
            priority=0 if stage == "assessment" else None,
            days=f"{stage}.days" if stage in decisions else "",
            shape=f"{stage}.shape" if stage in decisions else "",
            tells_harms=False,
            in_care=stage == "foster",
        )
        for stage, ways in WAYS.items()
    )
    return Pathway(stages, programmes=(), effects=(), drift=(), sources=(Source("family", to="contact"),))


def leads_to(stage: str, to: str) -> str:
    """Return an exit's destination: children enter care, and come home to a child in need plan."""
    if stage == "foster" and to != LEFT:
        return HOME
    return CARE if to == "foster" else to


def rates_of(pathway: Pathway) -> dict[str, float]:
    """Return the engine's rates: a stage's hazards are its ways over its mean days, alike in every band."""
    found = {"arrivals.family": ARRIVALS}
    for name, _, _ in rates.names(pathway):
        kind, *path = name.split(".")
        if kind == "decision":
            found[name] = WAYS[path[0]][path[1]]
        elif kind == "hazard":
            found[name] = WAYS[path[0]][path[1]] / DAYS[path[0]]
        elif kind == "care":
            found[name] = 1.0
    return found


def values_of(central: Mapping[str, float]) -> dict[str, float]:
    """Return a town's values with children alone, newborn and without harms, and workers who stay."""
    nothing = ("harms.", "snapshot.", "family.size.", "age.")
    given = {key: value for key, value in central.items() if key != "target.assessment_median_days"}
    values = given | {key: 0.0 for key in given if key.startswith(nothing) or key.endswith("turnover_rate")}
    times = {f"{stage}.days": DAYS[stage] for stage in ("contact", "assessment")}
    shapes = {f"{stage}.shape": 1.0 for stage in ("contact", "assessment")}
    one_case_each = {"staff.ceiling": 1.0, "staff.headroom": -1.0, "staff.vacancy_rate": 0.0}
    people = {
        "family.size.1": 1.0,
        "age.0": 1.0,
        "family.care_together": 1.0,
        "team.assessment.social_workers": WORKERS,
    }
    return values | times | shapes | one_case_each | people


def begin(seed: int) -> Start:
    """Prepare one replication, and send home whoever was there on day 0: the rivals begin empty too."""
    town, pathway = load(TOWN), declared()
    team = Team("assessment", "Assessment", tuple(town.areas), ("assessment",))
    town = replace(
        town, teams={team.name: team}, programme=replace(town.programme, effects=(), roles=(), shared_roles=())
    )
    with np.errstate(invalid="ignore"):  # hazards of those of day 0, who are sent home
        start = prepare(town, values_of(town.central()), rates_of(pathway), seed, 0, YEARS, pathway)
    later = start.families.arrives > 0
    families = Population.of(start.families.rows[later], start.families.care_elapsed[later])
    return replace(start, families=families, asleep=start.asleep[later])


def in_ours(start: Start) -> Told:
    """Live one replication with the compiled engine."""
    here = world.under(start, SCHEDULE)
    began = time.process_time()
    for _ in live(here):
        pass
    seconds = time.process_time() - began
    events = simulate(start, SCHEDULE).events
    stages = events["place"]
    left = stages[events["event"] == Event.LEAVE]
    assessed = stages == STAGES.index("assessment")
    return Told(
        Counter({stage: int((left == s).sum()) for s, stage in enumerate(STAGES)}),
        waits_of(events[assessed]),
        int((events["event"] == Event.ENTER).sum()),
        seconds,
    )


def waits_of(assessed: np.ndarray) -> list[float]:
    """Return the days that each child whose assessment ended had waited, from the records of assessments."""
    asked: dict[int, float] = {}
    waited: dict[int, float] = {}
    found = []
    for event, who, when in zip(*(assessed[name].tolist() for name in ("event", "family", "time")), strict=True):
        if event == Event.WAIT:
            asked[who] = when
        elif event == Event.WAIT_ENDS:
            waited[who] = when - asked.pop(who)
        elif event == Event.LEAVE:
            found.append(waited.pop(who, 0.0))
    return found


# Side by side -----------------------------------------------------------------------------------------------------


def compare(ours: Sequence[Told], name: str, theirs: Sequence[Told]) -> bool:
    """Print a rival's speed, and our means beside its means; say whether all agree within chance."""
    ratio = report(name, theirs) / each(ours)
    print(f"{'':<10}the compiled engine is {ratio:,.0f} times as fast a state change (aim: {AIM})")
    agree = True
    for measure in ours[0].measures():
        one, other = (np.array([told.measures()[measure] for told in side]) for side in (ours, theirs))
        error = float(np.hypot(*(side.std(ddof=1) / np.sqrt(len(side)) for side in (one, other))))
        close = bool(abs(one.mean() - other.mean()) <= APART * error)
        print(f"{'':<10}{measure:<18}{one.mean():12,.2f} {other.mean():12,.2f}  error {error:8,.2f}  agree: {close}")
        agree &= close
    return agree


def each(runs: Sequence[Told]) -> float:
    """Return the seconds that a state change took."""
    return sum(told.seconds for told in runs) / sum(told.entered for told in runs)


def report(name: str, runs: Sequence[Told]) -> float:
    """Print how fast some runs were; return the seconds that a state change took."""
    seconds = sum(told.seconds for told in runs) / len(runs)
    print(f"{name:<12}{seconds:9.4f} s a replication, {1 / each(runs):12,.0f} state changes a second")
    return each(runs)


def main(arguments: list[str]) -> int:
    """Run the three side by side, in one process."""
    library("ciw")
    ciw = int(arguments[0]) if arguments else CIW_REPLICATIONS
    if ciw < 2:  # noqa: PLR2004 - one has no standard error
        sys.exit("rivals.py: at least 2 replications of Ciw, so that its means can be compared")
    start = begin(1)
    make_ready(start)
    days = start.horizon
    ours = [in_ours(begin(seed)) for seed in range(1, OUR_REPLICATIONS + 1)]
    report("familyflow", ours)
    simpy_agrees = compare(ours, "SimPy", replications(in_simpy, SIMPY_REPLICATIONS, days))
    ciw_agrees = compare(ours, "Ciw", replications(in_ciw, ciw, days))
    return int(not (simpy_agrees and ciw_agrees))


def replications(run: Callable[[int, float], Told], count: int, days: float) -> list[Told]:
    """Run a rival so many times, each with a seed of its own."""
    return [run(seed, days) for seed in range(1, count + 1)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
