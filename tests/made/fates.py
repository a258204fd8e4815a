"""Works out on paper, from its own draws, when and how each stay of an only child's family ends.

A stay is replayed piece by piece: what multiplies its hazards is constant between turning days.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

import numpy as np
from small_town import budgets_of

from familyflow.engine import handover, rules
from familyflow.engine.handover import SETTLING_DAYS
from familyflow.engine.keys import Purpose, visit_key
from familyflow.engine.records import GREW_UP, NEW, PASSED, TRANSFERRED, Event
from familyflow.engine.structure import STARTS
from familyflow.ground.calendar import DAYS_PER_MONTH
from familyflow.ground.draws import uniform
from familyflow.pathway.effects import Profile, Whom
from familyflow.scenario import timeline
from familyflow.scenario.vocabulary import NO_CHANGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from familyflow.engine import Ledger, Start
    from familyflow.engine.structure import Floats
    from familyflow.pathway.adult_work import Programme
    from familyflow.pathway.effects import Effect

NOTHING = 1e-7
"""Days by which a time worked out on paper may differ: a sum of fewer roundings."""


@dataclass(frozen=True)
class Stay:
    """One visit to a stage: since when its spell has run, who held it, and which changes of worker that team made.

    `services`: the days on which services began in this case, by programme. `earlier`: the day of the latest change of
    worker in another team, before this one had the case.
    """

    family: int
    stage: int
    count: int
    entered: float
    since: float
    left: float
    leads: int
    teams: tuple[int, ...]
    handovers: tuple[float, ...]
    services: tuple[tuple[float, int], ...]
    earlier: float

    @property
    def visit(self) -> int:
        """The key of its draws."""
        return visit_key(self.stage, self.count)


@dataclass
class _Case:
    """Where a child is while the log is read."""

    visits: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    stage: int = -1
    entered: float = 0.0
    since: float = 0.0
    teams: list[int] = field(default_factory=list)
    handovers: list[float] = field(default_factory=list)
    services: list[tuple[float, int]] = field(default_factory=list)
    earlier: float = -inf


def stays(ledger: Ledger) -> Iterator[Stay]:
    """Yield the stays that have ended, at home and in care, of a town of only children."""
    start, cases = ledger.world.start, defaultdict[int, _Case](_Case)
    told = (Event.ENTER, Event.LEAVE, Event.WORKER_CHANGED, Event.STARTED)
    for time, event, family, child, team, place, leads, _ in ledger.events[
        np.isin(ledger.events["event"], told)
    ].tolist():
        case = cases[family]
        if event == Event.STARTED:
            case.services += [(time, place)] if not start.structure.pathway.programmes[place].harm else []
        elif event == Event.WORKER_CHANGED:
            case.handovers.append(time)
        elif event == Event.ENTER and leads == PASSED:
            case.teams.append(team)
        elif event == Event.ENTER:
            _enter(start, case, (time, family, child, team, place, leads))
        elif leads != TRANSFERRED:
            made = (tuple(case.teams), tuple(case.handovers), tuple(case.services), case.earlier)
            count = case.visits[place] - 1
            yield Stay(family, place, count, case.entered, case.since, time, leads, *made)
            case.teams = case.teams[-1:]


def _enter(start: Start, case: _Case, record: tuple[float, int, int, int, int, int]) -> None:
    time, family, child, team, place, leads = record
    if leads == NEW:
        elapsed = start.families.care_elapsed[family, child] if child >= 0 else start.families.elapsed[family]
        case.since = time - (float(elapsed) if time == 0 else 0.0)
    kept = start.structure.group[place] == start.structure.group[case.stage] if child >= 0 else True
    if case.teams[-1:] != [team] or team < 0 or not kept:
        case.earlier, case.handovers = max([case.earlier, *case.handovers]), []  # another team's worker
    if team < 0 or child >= 0:
        case.services = []
    case.stage, case.entered, case.teams = place, time, [team]
    case.visits[place] += 1


# What multiplies a stay's hazards --------------------------------------------------------------------------------


class Paper:
    """What is known of a run beforehand, by which its stays are worked out."""

    def __init__(self, ledger: Ledger, logs: Mapping[str, float] | None = None) -> None:
        self.start = ledger.world.start
        self.logs = logs or {}
        self.years = 1 + max((int(name.rpartition(".")[2]) for name in self.logs), default=0)
        self.structure = self.start.structure
        as_is = timeline.build(self.start.scenario, NO_CHANGE, self.structure.values)
        self.cost = handover.cost(self.structure.values)
        self.between = handover.between(self.structure, self.start.scenario.teams.values(), as_is)
        teams = list(self.start.scenario.teams)
        self.live = {teams.index(go.team): go.day for go in ledger.world.timeline.live}
        self.trains = {teams.index(row.team): row.day for row in ledger.world.timeline.training}
        claimed = self.start.scenario.programme.effects
        effects = [e for e in self.structure.pathway.effects if e.name in claimed and e.whom is Whom.ALL]
        self.effects: dict[str, list[Effect]] = defaultdict(list)
        for effect in effects:
            for path in (*effect.exits, *effect.times):
                self.effects[path].append(effect)

    def ends(self, stay: Stay) -> tuple[float, int]:
        """Return the day and the exit of a plan or a placement."""
        base = self.start.rates.base[stay.stage]
        steady, clock = np.ones((len(base), 1)), (STARTS, np.zeros(1))
        member = int(self.structure.pathway.stages[stay.stage].in_care)
        budgets = budgets_of(self.start, stay.family, stay.visit, member)
        now = stay.entered
        for until in [*sorted(day for day in self._turns(stay) if day > stay.entered), inf]:
            ratios = self._ratios(stay, (now + min(until, now + 2)) / 2)
            days, leads = rules.soonest(base, steady, clock, ratios, budgets, (now - stay.since, 0.0))
            if now + days <= until:
                break
            rules.spend(base, steady, clock, ratios, budgets, (now - stay.since, 0.0), until - now)
            now = until
        grown = self._born(stay) + 18 * 365.25
        return (now + days, leads) if now + days < grown else (grown, GREW_UP)

    def decided(self, stay: Stay) -> float:
        """Return the day on which a decision is made: its time stands still while a new worker takes the case up."""
        haste = self.haste(stay)
        scale = self.start.structure.scale[stay.stage] * (self.between.time[stay.stage] if stay.teams[0] >= 0 else 1.0)
        u = self.uniform(stay, Purpose.LENGTH)
        left = rules.weibull(scale, self.structure.shape[stay.stage], u) * haste
        now = stay.entered
        for since, until in _merged([(day, day + self.cost.stall) for day in stay.handovers]):
            if since >= now + left:
                break
            left -= max(0.0, since - now)
            now = max(now, until)
        return now + left

    def chosen(self, stay: Stay) -> int:
        """Return the exit that a decision falls on."""
        weights = self.start.rates.weights[stay.stage] * self.structure.ratio[stay.stage, :, 0]
        weights = weights * self.begun(stay, stay.left) * self.practice(stay, stay.left) * self.drift(stay, stay.left)
        return int(rules.choose(weights, self.uniform(stay, Purpose.OUTCOME)))

    def haste(self, stay: Stay) -> float:
        """Return what the practice of the team that began a decision multiplies its time by."""
        return self._practised(self.structure.pathway.stages[stay.stage].name, stay.teams[0], stay.entered)

    def practice(self, stay: Stay, day: float) -> Floats:
        """Return what the practice of the team that has the case multiplies each exit by, on a day."""
        stage = self.structure.pathway.stages[stay.stage]
        found = np.ones(self.structure.to.shape[1])
        for e, name in enumerate(stage.exit_names):
            found[e] = self._practised(f"{stage.name}.{name}", stay.teams[-1], day)
        return found

    def _practised(self, path: str, team: int, day: float) -> float:
        """Return what a team multiplies an exit or a stage's time by: each effect to the power that it has by then."""
        found = 1.0
        for effect in self.effects[path]:
            ratio = self.structure.values[effect.ratio] ** (-1 if effect.inverse else 1)
            found *= ratio ** self._power(effect.profile, team, day)
        return found

    def _power(self, profile: Profile, team: int, day: float) -> float:
        """Return how much of a profile's effects a team has on a day."""
        live = self.live.get(team, inf)
        if profile is Profile.TRAINING:
            return float(self.trains.get(team, inf) <= day < live)
        months = np.floor((day - live) / DAYS_PER_MONTH) if day >= live else -1.0
        if profile is Profile.FIRST_YEAR:
            return float(0 <= months < 12)
        return float(np.clip(months / self.structure.values["effect.ramp_months"], 0.0, 1.0))

    def begun(self, stay: Stay, day: float) -> Floats:
        """Return what services that have begun by a day multiply each exit by.

        A stated ratio is of all families offered, so those who begin have the whole of what it tells of.
        """
        programmes = self.structure.pathway.programmes
        found = np.ones(self.structure.to.shape[1])
        for began, p in stay.services:
            for path in programmes[p].exits if began <= day else ():
                s, e = self.structure.locate(path)
                stated, begins = (self.structure.values[key] for key in self._of(programmes[p]))
                found[e] *= 1 + (stated - 1) / begins if s == stay.stage else 1.0
        return found

    @staticmethod
    def _of(service: Programme) -> tuple[str, str]:
        """Return the ids of a service's stated ratio, and of the share of families offered that begin it."""
        return service.ratio, f"adult.{service.role}.engages"

    def drift(self, stay: Stay, day: float) -> Floats:
        """Return what the drift of a day's year multiplies each exit by."""
        stage = self.structure.pathway.stages[stay.stage]
        year = min(int(day / 365.25), self.years - 1)
        found = np.ones(self.structure.to.shape[1])
        for factor in self.structure.pathway.drift:
            for e, name in enumerate(stage.exit_names):
                if f"{stage.name}.{name}" in factor.exits:
                    found[e] *= np.exp(self.logs.get(f"drift.{factor.name}.{year}", 0.0))
        return found

    def uniform(self, stay: Stay, purpose: Purpose) -> float:
        """Return the draw that decides one thing about a stay."""
        return uniform(self.start.seed, self.start.replication, stay.family, stay.visit, int(purpose), 0)

    def pace(self, stay: Stay, day: float) -> float:
        """Return the pace of what improves on a day: none in a stall, little at first, then that between changes."""
        if stay.teams[0] < 0:
            return 1.0
        late = day - max((h for h in stay.handovers if h <= day), default=-inf)
        new = 0.0 if late < self.cost.stall else self.cost.ratio if late < self.cost.stall + SETTLING_DAYS else 1.0
        return float(self.between.pace[stay.stage] * new)

    def _ratios(self, stay: Stay, day: float) -> Floats:
        ratios = self.structure.ratio[stay.stage, :, 0] * self.begun(stay, day) * self.practice(stay, day)
        ratios = ratios * self.drift(stay, day)
        if self.structure.pathway.stages[stay.stage].in_care:
            low, high = self.structure.ages[stay.stage].T
            ratios = np.where((low <= self._age(stay, day)) & (self._age(stay, day) < high), ratios, 0.0)
        return np.where(self.structure.improves[stay.stage], ratios * self.pace(stay, day), ratios)

    def _turns(self, stay: Stay) -> list[float]:
        stall, settled = self.cost.stall, self.cost.stall + SETTLING_DAYS
        changes = [day + late for day in stay.handovers for late in (0.0, stall, settled)]
        birthdays = [self._born(stay) + age * 365.25 for age in np.unique(self.structure.ages[stay.stage])]
        live, trains = self.live.get(stay.teams[-1], inf), self.trains.get(stay.teams[-1], inf)
        steps = [trains, *(live + month * DAYS_PER_MONTH for month in range(13 if live < inf else 0))]
        years = [year * 365.25 for year in range(1, self.years)]
        return [*changes, *birthdays, *steps, *years, *(day for day, _ in stay.services)]

    def _age(self, stay: Stay, day: float) -> float:
        return (day - self._born(stay)) / 365.25

    def _born(self, stay: Stay) -> float:
        return float(self.start.families.born[stay.family, 0])


def _merged(stretches: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Yield the union of stretches, in order."""
    since, until = -inf, -inf
    for begin, end in sorted(stretches):
        if begin > until:
            if until > -inf:
                yield since, until
            since = begin
        until = max(until, end)
    if until > -inf:
        yield since, until


def assert_as_on_paper(
    ledger: Ledger,
    judge: Callable[[Paper, Stay], bool] = lambda _, __: True,
    drift: Mapping[str, float] | None = None,
) -> dict[str, int]:
    """Fail unless every stay ended as worked out; return how many of those that count did so, by stage."""
    paper, counted = Paper(ledger, drift), defaultdict[str, int](int)
    structure = ledger.world.start.structure
    for stay in stays(ledger):
        if stay.leads < GREW_UP or (structure.decision[stay.stage] and (stay.entered == 0 or stay.leads < 0)):
            continue
        decides = structure.decision[stay.stage]
        expected = (paper.decided(stay), paper.chosen(stay)) if decides else paper.ends(stay)
        assert abs(stay.left - expected[0]) < NOTHING, f"{stay}: {expected}"
        assert stay.leads == expected[1], f"{stay}: {expected}"
        counted[structure.pathway.stages[stay.stage].name] += judge(paper, stay)
    return counted
