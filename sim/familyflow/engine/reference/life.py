"""A family's life: stage after stage, with or without a worker, and its children into care and home again."""

from __future__ import annotations

from math import inf, isnan
from typing import TYPE_CHECKING, Any, TypeAlias

from familyflow.engine import rules
from familyflow.engine.keys import Purpose, count_up, visit_key
from familyflow.engine.population import AT_HOME
from familyflow.engine.records import GREW_UP, MOVED, NEW, PASSED, REOPENED, STAYED, TRANSFERRED, Event
from familyflow.engine.reference.care import Stay
from familyflow.engine.reference.journey import Journey
from familyflow.engine.reference.listener import Case
from familyflow.engine.structure import TO_CARE
from familyflow.pathway.people import ADULT, YEAR

if TYPE_CHECKING:
    from collections.abc import Generator

    import simpy

    from familyflow.engine.reference.town import Team, Town
    from familyflow.engine.structure import Floats
    from familyflow.pathway.adult_work import Programme

    Process: TypeAlias = Generator[simpy.Event, Any, None]

AWAY = -1
"""No child at home: those there are, are in care."""
GONE = -2
"""No child at home or in care."""


class Life(Case):
    """One family's way through the pathway."""

    def __init__(self, town: Town, number: int) -> None:
        families = town.start.families
        self.town = town
        self.env = town.env
        self.number = number
        self.area = int(families.area[number])
        self.combo = int(families.combo[number])
        self.risk = self.combo
        self.offered = self.combo > 0
        self.alone = bool(families.alone[number])
        self.born = families.born[number]
        self.home: list[int] = []
        self.in_care: dict[int, Stay] = {}
        self.stage = AWAY
        self.team: Team | None = None
        self.request: Any = None
        self.waiting = False
        self.spell = 0.0
        self.visits: dict[int, int] = {}
        self.turns: dict[int, int] = {}
        self.journeys: dict[int, Journey] = {}
        self.services: dict[int, None] = {}
        self.joined = 0
        self.known = False
        self.horizon = town.start.horizon
        self.reopens = False
        self.referred = -inf
        self.return_home = self.env.event()
        self.process: simpy.Process | None = None

    # Life --------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Put the children where the family's start says, and set the family going."""
        families = self.town.start.families
        for child in range(int(families.size[self.number])):
            place = int(families.placement[self.number, child])
            if place == AT_HOME:
                self.home.append(child)
            else:
                Stay(self, child, place, float(families.care_elapsed[self.number, child]))
        if self.home:
            self.enter(int(families.stage[self.number]), float(families.elapsed[self.number]))
        self.process = self.env.process(self.live())

    def live(self) -> Process:
        """Go from stage to stage until no child is left at home or in care."""
        residual = float(self.town.start.families.residual[self.number])
        while self.stage != GONE:
            if self.stage == AWAY:
                yield from self.be_away()
            elif self.town.structure.decision[self.stage]:
                yield from self.decide(residual)
            else:
                yield from self.stay()
            residual = float("nan")

    def be_away(self) -> Process:
        """Wait, with every child in care, for one to come home."""
        if not self.in_care:
            self.stage = GONE
            return
        self.return_home = self.env.event()
        yield self.return_home

    def decide(self, residual: float) -> Process:
        """Wait for a worker, take the time that the decision takes, and decide."""
        began, visit = self.env.now, self.visit()
        structure = self.town.structure
        length = residual
        if isnan(residual):
            u = self.town.uniform(self.number, visit, Purpose.LENGTH)
            length = rules.weibull(self.town.start.scale[self.stage], structure.shape[self.stage], u) * self.haste()
        yield from self.work(length)
        if isnan(residual) and 0 < self.env.now - began <= structure.limit[self.stage]:
            self.record(Event.ON_TIME, self.stage, amount=len(self.home))
        self.grow_up()
        if not self.home:
            self.leave_empty()
            return
        start, odds = self.town.start, self.ratios()
        rules.weigh(
            start.rates.weights[self.stage], start.drift.exits[self.stage], start.drift.turns, self.env.now, odds
        )
        self.take(rules.choose(odds, self.town.uniform(self.number, visit, Purpose.OUTCOME)))

    def work(self, days: float) -> Process:
        """Let a worker's days on a decision pass; they stop while the family waits for a worker, or for a new one."""
        while days > 0:
            while self.waiting or self.stalled():
                yield from self.listen(inf if self.waiting else self.stalled_until - self.env.now)
            began = self.env.now
            done = yield from self.listen(days)
            days = 0.0 if done else days - (self.env.now - began)

    def stay(self) -> Process:
        """Stay on a plan until the first hazard's budget is spent; every change of hazard re-times the exits."""
        town, start = self.town, self.town.start
        base, drift = start.rates.base[self.stage], start.drift.exits[self.stage]
        visit = self.visit()
        budgets = town.budgets(self.number, visit, -1)
        while self.stage >= 0 and self.visit() == visit:
            ratios, since = self.ratios(), (self.env.now - self.spell, self.env.now)
            wait, leads = rules.soonest(base, drift, town.clock, ratios, budgets, since)
            turning = min(self.next_birthday(), self.next_pace())
            began = self.env.now
            done = yield from self.listen(min(wait, turning - began))
            if self.reopens:
                self.reopen()
            elif done and wait <= turning - began:
                self.take(leads)
            else:
                rules.spend(base, drift, town.clock, ratios, budgets, since, self.env.now - began)
                self.grow_up()
                if not self.home:
                    self.leave_empty()

    def alert(self) -> None:
        """Tell the family, and its children in care, that their hazards have changed."""
        super().alert()
        for stay in list(self.in_care.values()):
            stay.alert()

    # Stages ------------------------------------------------------------------------------------------------

    def visit(self) -> int:
        """Return the key of this visit to the stage: the count of earlier ones is part of it."""
        return visit_key(self.stage, self.visits[self.stage])

    def enter(self, stage: int, elapsed: float = 0.0, *, within: bool = False) -> None:
        """Enter a stage with every child at home; find the team and, where one is needed, a worker."""
        self.stage = stage
        count_up(self.visits, stage)
        if not within:
            self.spell = self.env.now - elapsed
        self.find_worker()
        self.record(Event.ENTER, stage, leads=MOVED if within else NEW, amount=len(self.home))
        if self.town.pathway.stages[stage].categorised and not within:
            self.categorise(len(self.home))
        if self.waiting:
            self.record(Event.WAIT, stage, amount=len(self.home))
        declared = self.town.pathway.stages[stage]
        if declared.name == "referral":
            self.refer()
        if declared.tells_harms:
            self.become_known()
        self.offer_programmes(elapsed)

    def categorise(self, children: int) -> None:
        """Record the category of abuse under which children's plans start."""
        u = self.town.uniform(self.number, self.visit(), Purpose.CATEGORY)
        self.record(Event.CATEGORY, rules.choose(self.town.structure.categories, u), amount=children)

    def become_known(self) -> None:
        """Record the active harms of a family that the service now knows: once, whatever it is offered later."""
        if self.known:
            return
        self.known = True
        for h, harm in enumerate(self.town.pathway.harms):
            if self.active(harm):
                self.record(Event.HARM_KNOWN, h)

    def refer(self) -> None:
        """Count a re-referral as it is published: within 12 months of the family's previous referral."""
        if self.env.now - self.referred <= YEAR:
            self.record(Event.REREFERRED, self.stage, amount=len(self.home))
        self.referred = self.env.now

    def take(self, leads: int) -> None:
        """Leave by an exit and enter the stage that it leads to."""
        structure = self.town.structure
        stage, to = self.stage, int(structure.to[self.stage, leads])
        if to == TO_CARE:
            self.enter_care(leads)
            return
        self.leave(leads, len(self.home))
        self.enter(to, within=bool(structure.group[stage] == structure.group[to]))

    def leave(self, leads: int, children: int) -> None:
        """Record that children leave the stage."""
        if self.waiting:
            self.record(Event.WAIT_ENDS, self.stage, amount=children)
        self.record(Event.LEAVE, self.stage, leads=leads, amount=children)

    def leave_empty(self) -> None:
        """Close: no child is left at home."""
        self.release()
        self.services.clear()
        self.stage = AWAY
        self.follow_workers()

    def grow_up(self) -> None:
        """Let children at home who have turned 18 leave."""
        for child in [c for c in self.home if self.env.now >= self.born[c] + ADULT * YEAR - 1e-9]:
            self.leave(GREW_UP, 1)
            self.home.remove(child)

    def next_birthday(self) -> float:
        """Return the day on which the next child at home turns 18."""
        return min((self.born[c] + ADULT * YEAR for c in self.home), default=inf)

    def ratios(self) -> Floats:
        """Return what multiplies each exit's hazard or odds now: harms, practice, services, the worker's pace."""
        ratios = self.town.ratios(self, self.team, self.stage, self.progress())
        for service in sorted(self.services):
            ratios *= self.town.services[service, self.stage]
        return ratios

    def progress(self) -> float:
        """Return what is left of the pace of what improves: none without a worker, less with a new or pressed one."""
        if self.team is None or self.town.structure.decision[self.stage]:
            return 1.0
        return 0.0 if self.waiting else self.pace() * self.team.pressure

    def haste(self) -> float:
        """Return what the team's practice multiplies the time to a decision by."""
        return 1.0 if self.team is None else float(self.team.factors.times[self.stage])

    # Workers -----------------------------------------------------------------------------------------------

    def find_worker(self) -> None:
        """Keep the team that has the case if it works this stage; else pass to the one that serves the area."""
        structure, team = self.town.structure, self.team
        keeps = team is not None and int(structure.group[self.stage]) in team.groups
        if not (keeps and self.allocated()):
            self.release()
            self.join(team if keeps else self.town.team_for(self, self.stage))
            if self.team is not None and structure.priority[self.stage] >= 0:
                self.ask(self.team)
        if self.team is None:
            self.give_up_waiting()
            self.services.clear()
        self.follow_workers()

    def join(self, team: Team | None) -> None:
        """Be one of a team's families."""
        self.team = team
        if team is not None:
            team.lives[self] = None
            self.joined = self.visit()

    def release(self) -> None:
        """Return the case slot back, or the place in the queue for it, and leave the team."""
        if self.request is not None:
            desk = self.request.resource
            desk.release(self.request) if self.request.triggered else self.request.cancel()
        if self.team is not None:
            self.team.lives.pop(self, None)
        self.request, self.waiting, self.team = None, False, None
        self.stalled_until = self.settled_at = -inf

    def ask(self, team: Team) -> None:
        """Ask a team's desk for a worker, and wait if none is free."""
        self.request = team.desk.request(priority=int(self.town.structure.priority[self.stage]))
        self.waiting = not self.request.triggered
        if self.waiting:
            self.request.callbacks.append(self.allocate)

    def allocated(self) -> bool:
        """Return whether a worker has the case: it needs one, and waits for none."""
        return self.request is not None and not self.waiting

    def allocate(self, request: simpy.Event) -> None:
        """Note that a worker has taken the case, unless the family no longer asks."""
        if request is self.request and self.waiting:
            self.waiting = False
            self.record(Event.WAIT_ENDS, self.stage, amount=len(self.home))
            self.alert()

    def change_team(self, team: Team, *, along: bool) -> None:
        """Pass the open case to another team, its worker along or not; the family waits there if that team is full."""
        children = len(self.home)
        self.leave(TRANSFERRED, children)
        self.release()
        self.join(team)
        if self.town.structure.priority[self.stage] >= 0:
            self.ask(team)
        self.record(Event.ENTER, self.stage, leads=PASSED, amount=children)
        if self.waiting:
            self.record(Event.WAIT, self.stage, amount=children)
        if self.request is not None:
            self.alert() if along else self.hand_over()
        self.change_workers()

    def hand_over(self) -> None:
        """Pass to another worker."""
        self.record(Event.WORKER_CHANGED, self.stage, amount=len(self.home))
        super().hand_over()

    def worker(self) -> float:
        """Return which of a team's workers has the case: a place between 0 and 1."""
        return self.town.uniform(self.number, self.joined, Purpose.WORKER)

    # Care --------------------------------------------------------------------------------------------------

    def enter_care(self, leads: int) -> None:
        """Bring all children at home into care, or one of them; those who stay are children in need."""
        town, visit = self.town, self.visit()
        share = town.values["family.care_together"]
        entering = list(self.home)
        if town.uniform(self.number, visit, Purpose.TOGETHER) >= share:
            u = town.uniform(self.number, visit, Purpose.WHO_ENTERS)
            entering = [entering[int(u * len(entering))]]
        self.leave(leads, len(entering))
        self.count_court(leads, visit, len(entering))
        remaining = [c for c in self.home if c not in entering]
        if remaining:
            self.leave(STAYED, len(remaining))
        self.home = remaining
        for child in entering:
            Stay(self, child, self.first_placement(child, visit), 0.0)
        if remaining:
            self.enter(town.pathway.index["cin"])
        else:
            self.leave_empty()

    def count_court(self, leads: int, visit: int, children: int) -> None:
        """Count those who enter by agreement and later become the subject of proceedings."""
        declared = self.town.pathway.stages[self.stage].exits[leads]
        share = self.town.values["plan.care.voluntary_to_proceedings"]
        if (
            "care_entries_voluntary" in declared.counts
            and self.town.uniform(self.number, visit, Purpose.TO_COURT) < share
        ):
            self.record(Event.COURT, self.stage, amount=children)

    def first_placement(self, child: int, visit: int) -> int:
        """Return the stage of care in which a child is first placed, by age."""
        age = (self.env.now - self.born[child]) / YEAR
        row = rules.entry_row(age, self.town.entry_ages)
        u = self.town.uniform(self.number, visit, Purpose.PLACEMENT, child)
        places = [s for s, stage in enumerate(self.town.pathway.stages) if stage.in_care]
        return places[rules.choose(self.town.start.rates.placements[row], u)]

    def come_home(self, child: int) -> None:
        """Take a child back: into the family's open plan, else a child in need plan opens."""
        self.home.append(child)
        if self.stage == AWAY:
            self.enter(self.town.pathway.index["cin"])
            if not self.return_home.triggered:
                self.return_home.succeed()
        else:
            self.record(Event.ENTER, self.stage, amount=1)
            if self.town.pathway.stages[self.stage].categorised:
                self.categorise(1)
            if self.waiting:
                self.record(Event.WAIT, self.stage, amount=1)
            self.reopens = not (self.town.structure.statutory[self.stage] or self.town.structure.decision[self.stage])
            self.alert()

    def child_gone(self) -> None:
        """Note that a child has left care and the family; with nobody left, the family's life here ends."""
        if self.stage == AWAY and not self.in_care and not self.return_home.triggered:
            self.return_home.succeed()

    def reopen(self) -> None:
        """Open a child in need plan for a family that had none when its child came home."""
        self.reopens = False
        self.leave(REOPENED, len(self.home))
        self.enter(self.town.pathway.index["cin"])

    # Adult work --------------------------------------------------------------------------------------------

    def active(self, harm: str) -> bool:
        """Return whether a harm is active."""
        return bool(self.town.structure.combos[self.combo, self.town.pathway.harms.index(harm)])

    def set_harm(self, harm: str, *, active: bool, event: Event, causal: bool = True) -> None:
        """Switch a harm on or off; where its risk goes with it, tell everybody whose hazards hang on that."""
        if self.active(harm) == active:
            return
        number = self.town.pathway.harms.index(harm)
        self.combo = self._switched(self.combo, number, active=active)
        self.record(event, number)
        if causal:
            self.risk = self._switched(self.risk, number, active=active)
            self.alert()

    def _switched(self, combo: int, harm: int, *, active: bool) -> int:
        """Return the combination that one becomes when a harm is switched."""
        row = self.town.structure.combos[combo].copy()
        row[harm] = active
        return int((self.town.structure.combos == row).all(axis=1).argmax())

    def offer_programmes(self, past: float = 0.0, *, afresh: bool = False) -> None:
        """Offer what the stage and the team offer and the family is not in; or so many days ago.

        `afresh`: only what the team's own workers give, as on the day on which they start.
        """
        if self.stage < 0:
            return
        for p, programme in enumerate(self.town.pathway.programmes):
            own = self.town.pool(self.team, programme.role) is not None
            free = p not in self.journeys and p not in self.services
            if free and (own or not afresh) and self._offered(programme, own=own):
                Journey(self, p, past)

    def change_workers(self) -> None:
        """Be offered what the team's own workers give; who waits already waits for those workers too."""
        self.follow_workers()
        self.offer_programmes(afresh=True)

    def follow_workers(self) -> None:
        """Let parents who wait stand in the line of the team that has the case now, and in no other's."""
        for journey in list(self.journeys.values()):
            journey.move()

    def _offered(self, programme: Programme, *, own: bool) -> bool:
        """Return whether a programme is offered: outside on plans only, by own workers at stages that are named too."""
        stage = self.town.pathway.stages[self.stage]
        if not (own or programme.outside):
            return False
        if not programme.harm:
            return stage.name in programme.stages
        here = stage.offers or (own and stage.name in self.town.start.scenario.programme.stages)
        return here and self.active(programme.harm)

    def begin_service(self, programme: int) -> None:
        """Note that the family has begun a service, which works until the case closes."""
        if self.team is not None:
            self.services[programme] = None
            self.alert()

    def give_up_waiting(self) -> None:
        """Stop waiting for adult workers: the case is closed."""
        for journey in list(self.journeys.values()):
            journey.give_up()

    def record(self, event: Event, place: int, *, leads: int = 0, amount: float = 1.0) -> None:
        """Write a line of the log about the family."""
        self.town.record(event, self.number, self.team, place, leads=leads, amount=amount)
