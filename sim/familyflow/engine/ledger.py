"""The ledger: month by team by measure, made of an engine's records alone.

Stocks are what is true on a month's last day, flows what happened since the row before; the first row is day 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from familyflow.engine import followup
from familyflow.engine import tally as tallies
from familyflow.engine.completions import Completions
from familyflow.engine.records import GREW_UP, NEW, PASSED, TRANSFERRED, Event
from familyflow.ground.calendar import DAYS_PER_WEEK, day_of
from familyflow.pathway.adult_work import REFERENCE, roles
from familyflow.pathway.people import SIZES
from familyflow.pathway.teams import AGENCY_SOCIAL_WORKER, CATEGORIES, KEY_WORKER, SOCIAL_WORKER, WORKLOAD
from familyflow.scenario.vocabulary import INCOME_SHARE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from familyflow.engine.followup import Followup
    from familyflow.engine.structure import Flags, Floats
    from familyflow.engine.tally import Tally
    from familyflow.engine.world import World

STOCK_OF_GROUP = {
    "cin": "children_on_cin",
    "cp": "children_on_cp",
    "care": "children_in_care",
    "early_help": "children_in_early_help",
    "assessment": "children_in_assessment",
    "section47": "children_in_section47",
}
DAYS_OF_GROUP = {
    "cin": "child_days_on_cin",
    "cp": "child_days_on_cp",
    "care": "child_days_in_care",
    "early_help": "child_days_early_help",
}
STARTS_OF_GROUP = {
    "cin": "cin_starts",
    "cp": "cp_starts",
    "care": "care_entries",
    "early_help": "early_help_starts",
}
ENDS_OF_GROUP = {"cin": "cin_ends", "cp": "cp_ends"}
OPEN_GROUPS = ("assessment", "section47", "cin", "cp", "care")
"""Groups that are open to a social worker: the caseload."""
DECIDED = {"assessment": "assessments", "section47": "section47s"}
PROGRAMME_EVENTS = {
    Event.OFFERED: "programmes_offered",
    Event.STARTED: "programmes_started",
    Event.COMPLETED: "programmes_completed",
    Event.APPOINTMENTS: "appointments",
    Event.MISSED: "appointments_missed",
    Event.GAVE_UP: "adult_gave_up",
}
NOTICE = "staff.notice_weeks"
REDUNDANT = "staff.redundant_share"
UNMET = "effect_unmet_"
"""Before an effect's name: that its total cannot be delivered."""
SERIES = tuple[str, "Floats"]


@dataclass(frozen=True, eq=False)
class Ledger:
    """One run's records, chunk after chunk, and what can be measured of them."""

    world: World
    chunks: Iterable[np.ndarray]

    def frame(self) -> pd.DataFrame:
        """Return month, team, measure, value; rows of a team that never has any of a measure are left out."""
        teams = [*self.world.start.scenario.teams, ""]
        columns = [
            (name, team, table[:, column])
            for name, table in self.measures()
            for column, team in enumerate(teams)
            if table[:, column].any()
        ]
        months = np.array(self.world.start.dates, dtype="datetime64[s]")
        return pd.DataFrame(
            {
                "month": np.tile(months, len(columns)),
                "team": np.repeat(np.array([team for _, team, _ in columns], dtype=object), len(months)),
                "measure": np.repeat(np.array([name for name, _, _ in columns], dtype=object), len(months)),
                "value": np.concatenate([values for _, _, values in columns]),
            }
        )

    def measures(self) -> Iterator[tuple[str, Floats]]:
        """Yield every measure as a table (months, teams); the last column is for no team."""
        counted = dict(self._families())
        yield from counted.items()
        yield from self._passed[1].measures(self.edges, self.columns)
        yield from self._workload(counted)
        yield from self._adult_work()
        yield from self._harms()
        yield from self._staff()
        yield from self._unmet()
        yield from self._income()

    def _families(self) -> Iterator[tuple[str, Floats]]:
        yield from self._stages()
        yield from self._decisions()
        yield from self._counted()

    def total(self, measure: str) -> Floats:
        """Return one measure by month over all teams. Errors: KeyError when there is no such measure."""
        return np.asarray(dict(self.measures())[measure].sum(axis=1))

    @cached_property
    def events(self) -> np.ndarray:
        """Every record, in order; there only while `chunks` have not been used up by measures."""
        return np.concatenate(list(self.chunks))

    # Building blocks ---------------------------------------------------------------------------------------

    @cached_property
    def edges(self) -> Floats:
        """The days of the rows: day 0, then each month's end."""
        dates = self.world.start.dates
        return np.array([day_of(d, dates[0]) for d in dates])

    @property
    def columns(self) -> int:
        """One column for each team and one for none."""
        return len(self.world.start.scenario.teams) + 1

    @cached_property
    def treated(self) -> Completions:
        """The programmes that parents complete, filled as the records are added up."""
        return Completions.of(self.world.start.structure.pathway.programmes)

    @cached_property
    def _passed(self) -> tuple[Tally, Followup]:
        """What is made of the records in the one pass over them."""
        start = self.world.start
        watch = followup.Watch.of(start.structure)
        added = tallies.of(self.treated.noting(watch.over(self.chunks)), self.edges, self.columns)
        return added, followup.of(watch, start.structure, start.families, start.horizon)

    @property
    def tally(self) -> Tally:
        """The records added up by kind, month and team."""
        return self._passed[0]

    def at(self, *stages: bool) -> Flags:
        """Return which kinds of record are about one of the stages so marked."""
        return np.asarray(np.array(stages)[np.minimum(self.tally.place, len(stages) - 1)])

    # Measures ----------------------------------------------------------------------------------------------

    @cached_property
    def _entered(self) -> Flags:
        return np.asarray(self.tally.event == Event.ENTER)

    @cached_property
    def _left(self) -> Flags:
        return np.asarray(self.tally.event == Event.LEAVE)

    def _flow(self, chosen: Flags) -> Floats:
        """Return amounts after day 0: what was there on it has not happened in any month."""
        flow = self.tally.flow(chosen)
        flow[0] = 0.0
        return flow

    def _count(self, chosen: Flags) -> Floats:
        """Return numbers of records after day 0."""
        count = self.tally.count(chosen)
        count[0] = 0.0
        return count

    def _stages(self) -> Iterator[tuple[str, Floats]]:
        """Stocks and days by stage group and placement; starts and ends of spells."""
        stages = self.world.start.structure.pathway.stages
        for group, name in STOCK_OF_GROUP.items():
            here = self.at(*[s.group == group for s in stages])
            stock, days = self.tally.stock(self._entered & here, self._left & here)
            yield name, stock
            if group in DAYS_OF_GROUP:
                yield DAYS_OF_GROUP[group], days
            yield from self._spells(group, here)
        for stage in (s for s in stages if s.in_care):
            here = self.at(*[s is stage for s in stages])
            stock, days = self.tally.stock(self._entered & here, self._left & here)
            yield f"placement_{stage.name}", stock
            yield f"child_days_{stage.name}", days
        case = self.at(*[s.group in OPEN_GROUPS for s in stages])
        yield "children_open", self.tally.stock(self._entered & case, self._left & case)[0]

    def _spells(self, group: str, here: Flags) -> Iterator[tuple[str, Floats]]:
        """Count starts and ends of spells: moves within the group are neither, nor is what is there on day 0."""
        if group in STARTS_OF_GROUP:
            yield STARTS_OF_GROUP[group], self._flow(self._entered & here & (self.tally.exit == NEW))
        if group in ENDS_OF_GROUP:
            yield ENDS_OF_GROUP[group], self.tally.flow(self._left & here & ~self._within(group))

    def _within(self, group: str) -> Flags:
        """Return which departures stay in the spell: moves inside the group, or to another team."""
        pathway = self.world.start.structure.pathway
        inside = {
            (s, e)
            for s, stage in enumerate(pathway.stages)
            for e, leads in enumerate(stage.exits)
            if stage.group == group and leads.to in pathway.index and pathway.stage(leads.to).group == group
        }
        ways = zip(self.tally.place, self.tally.exit, strict=True)
        return np.array([e == TRANSFERRED or (s, e) in inside for s, e in ways], dtype=bool)

    def _decisions(self) -> Iterator[tuple[str, Floats]]:
        """Decisions made, and those made in time."""
        stages = self.world.start.structure.pathway.stages
        event = self.tally.event
        for group, name in DECIDED.items():
            here = self.at(*[s.group == group for s in stages])
            yield name, self.tally.flow(self._left & here & (self.tally.exit >= 0))
            yield f"{name}_on_time", self._flow((event == Event.ON_TIME) & here)
        waits, ends = event == Event.WAIT, event == Event.WAIT_ENDS
        social = self.at(*self.world.start.structure.statutory)
        yield "children_unallocated", self.tally.stock(waits & social, ends & social)[0]
        yield "children_waiting_early_help", self.tally.stock(waits & ~social, ends & ~social)[0]

    def _counted(self) -> Iterator[tuple[str, Floats]]:
        """Measures that the pathway declares on stages and exits, and what engines count beside them."""
        event = self.tally.event
        totals: dict[str, Floats] = {}
        for name, chosen in self._declared():
            totals[name] = totals.get(name, 0.0) + self._flow(chosen)
        totals["proceedings"] = totals.get("proceedings", 0.0) + self.tally.flow(event == Event.COURT)
        in_care = self.at(*[s.in_care for s in self.world.start.structure.pathway.stages])
        grown = self.tally.flow(self._left & in_care & (self.tally.exit == GREW_UP))
        totals["care_exits_turned_18"] = grown
        totals["care_exits"] = totals.get("care_exits", 0.0) + grown
        yield from totals.items()
        yield "rereferrals_12m", self.tally.flow(event == Event.REREFERRED)
        yield "worker_changes", self.tally.flow(event == Event.WORKER_CHANGED)
        for c, category in enumerate(CATEGORIES):
            yield f"cp_starts_{category}", self._flow((event == Event.CATEGORY) & (self.tally.place == c))

    def _declared(self) -> Iterator[tuple[str, Flags]]:
        for s, stage in enumerate(self.world.start.structure.pathway.stages):
            here = self.tally.place == s
            for name in stage.counts:
                yield name, self._entered & here & (self.tally.exit != PASSED)
            for e, leads in enumerate(stage.exits):
                for name in leads.counts:
                    yield name, self._left & here & (self.tally.exit == e)

    def _workload(self, counted: Mapping[str, Floats]) -> Iterator[tuple[str, Floats]]:
        """Hours of social work by kind, siblings' joint visits allowed for, and the hours that there are for it."""
        structure = self.world.start.structure
        sizes, values = np.array(SIZES), structure.values  # noqa: PD011 - a mapping, no frame
        together = structure.sizes @ (1 + (sizes - 1) * values["staff.workload.sibling_share"]) / structure.mean_size
        for work in WORKLOAD:
            hours = np.prod([values[key] for key in work.hours]) * work.per_day * together
            yield f"workload_hours_{work.name}", hours * counted[work.measure]
        days = self._role(SOCIAL_WORKER)[1] + self._role(AGENCY_SOCIAL_WORKER)[1]
        usable = values["staff.usable_hours"] * (1 - values["staff.sickness_share"]) / DAYS_PER_WEEK
        yield "usable_hours", usable * days

    def _adult_work(self) -> Iterator[tuple[str, Floats]]:
        """Programmes and appointments, in the team and outside it; by programme, the teams' own."""
        event = self.tally.event
        for own, suffix in ((1, ""), (0, "_outside")):
            here = self.tally.exit == own
            for kind, name in PROGRAMME_EVENTS.items():
                counts = kind in (Event.APPOINTMENTS, Event.MISSED)
                yield name + suffix, (self._flow if counts else self._count)((event == kind) & here)
            started = (event == Event.STARTED) & here
            yield f"adult_wait_days{suffix}", self._flow(started)
            yield f"adult_waits{suffix}", self._count(started)
            for role in REFERENCE:
                mine = here & self._by_role(role)
                yield f"adult_wait_days_{role}{suffix}", self._flow(started & mine)
                yield f"adult_waits_{role}{suffix}", self._count(started & mine)
                yield f"appointments_{role}{suffix}", self._flow((event == Event.APPOINTMENTS) & mine)
                yield f"appointments_missed_{role}{suffix}", self._flow((event == Event.MISSED) & mine)
        for p, programme in enumerate(self.world.start.structure.pathway.programmes):
            here = (self.tally.exit == 1) & (self.tally.place == p)
            for kind, name in ((Event.STARTED, "started"), (Event.COMPLETED, "completed")):
                yield f"{name}_{programme.name}", self._count(here & (event == kind))
        yield "parents_completed", self.treated.by_month(self.edges, self.columns)

    def _by_role(self, role: str) -> Flags:
        """Return which kinds of record are about an intervention that a role gives."""
        given = [programme.role == role for programme in self.world.start.structure.pathway.programmes]
        return np.asarray(np.array(given)[np.minimum(self.tally.place, len(given) - 1)])

    def _harms(self) -> Iterator[tuple[str, Floats]]:
        """Yield families with each active harm, of those known to the service, and their days."""
        event = self.tally.event
        begins = (event == Event.HARM_KNOWN) | (event == Event.HARM_RETURNS)
        for h, harm in enumerate(self.world.start.structure.pathway.harms):
            here = self.tally.place == h
            stock, days = self.tally.stock(begins & here, (event == Event.HARM_ENDS) & here)
            yield f"active_harms_{harm}", _in_last_column(stock)
            yield f"harm_days_{harm}", _in_last_column(days)

    def _staff(self) -> Iterator[tuple[str, Floats]]:
        """Yield social workers in post, agency workers among them, and the programme's posts, from the timeline."""
        permanent, permanent_days = self._role(SOCIAL_WORKER)
        agency, agency_days = self._role(AGENCY_SOCIAL_WORKER)
        notice = self._under_notice()
        yield "social_workers_in_post", permanent + agency
        yield f"fte_days_{SOCIAL_WORKER}", permanent_days + agency_days + notice.pop(SOCIAL_WORKER, 0.0)
        yield f"fte_days_{AGENCY_SOCIAL_WORKER}", agency_days
        key_workers, key_worker_days = self._role(KEY_WORKER)
        yield "key_workers_in_post", key_workers
        yield f"fte_days_{KEY_WORKER}", key_worker_days + notice.pop(KEY_WORKER, 0.0)
        yield from self._posts(notice)
        yield "posts_redundant", self._redundant()

    def _unmet(self) -> Iterator[tuple[str, Floats]]:
        """Yield 1 on day 0 for each effect whose stated total this draw's balance cannot deliver."""
        for name in self.world.start.practice.unmet:
            told = np.zeros((len(self.edges), self.columns))
            told[0, -1] = 1.0
            yield f"{UNMET}{name}", told

    def _income(self) -> Iterator[tuple[str, Floats]]:
        """Yield the share of each income's total that came in since the row before, from the timeline."""
        for row in self.world.timeline.income:
            share = np.zeros((len(self.edges), self.columns))
            share[:, -1] = stepped([(row.day, 1 / (row.until - row.day)), (row.until, 0.0)], self.edges)[1]
            yield f"{INCOME_SHARE}{row.income}", share

    def _role(self, role: str) -> tuple[Floats, Floats]:
        """Return a role's FTE in post by row and team, and its FTE-days since the row before."""
        level, days = np.zeros((2, len(self.edges), self.columns))
        for i, name in enumerate(self.world.start.scenario.teams):
            steps = [(s.day, s.fte) for s in self.world.timeline.staff if s.team == name and s.role == role]
            level[:, i], days[:, i] = stepped(steps, self.edges)
        return level, days

    @property
    def _redundant_share(self) -> float:
        """The share of ended posts whose workers are made redundant."""
        return self.world.start.structure.values[REDUNDANT]  # noqa: PD011 - a mapping, no frame

    def _under_notice(self) -> dict[str, Floats]:
        """Return days of pay by role after posts have ended, of those who are made redundant."""
        days: dict[str, Floats] = {}
        structure = self.world.start.structure
        notice = structure.values[NOTICE] * DAYS_PER_WEEK  # noqa: PD011 - a mapping, no frame
        for ended in self.world.timeline.ended:
            paid = [(ended.day, ended.fte * self._redundant_share), (ended.day + notice, 0.0)]
            table = days.setdefault(ended.role, np.zeros((len(self.edges), self.columns)))
            table[:, self._column(ended.team)] += stepped(paid, self.edges)[1]
        return days

    def _redundant(self) -> Floats:
        """Return the posts whose workers are made redundant."""
        table = np.zeros((len(self.edges), self.columns))
        for ended in self.world.timeline.ended:
            month = int(np.searchsorted(self.edges, ended.day))
            if 0 < month < len(self.edges):
                table[month, self._column(ended.team)] += ended.fte * self._redundant_share
        return table

    def _column(self, team: str | None) -> int:
        """Return a team's column; the last for none."""
        return list(self.world.start.scenario.teams).index(team) if team else self.columns - 1

    def _posts(self, notice: Mapping[str, Floats]) -> Iterator[tuple[str, Floats]]:
        """Adult workers at work, and paid days by role, those under notice (by role) among them."""
        working = np.zeros((len(self.edges), self.columns))
        days = dict(notice)
        for post in self.world.timeline.posts:
            column = self._column(post.team)
            table = days.setdefault(post.role, np.zeros((len(self.edges), self.columns)))
            table[:, column] += stepped([(post.hired_day, post.fte), (post.end_day, 0.0)], self.edges)[1]
            at_work = stepped([(post.working_day, post.fte), (post.end_day, 0.0)], self.edges)[0]
            working[:, column] += at_work if post.role in roles(self.world.start.structure.pathway.programmes) else 0.0
        yield "adult_workers_in_post", working
        yield from ((f"fte_days_{role}", table) for role, table in days.items())


def _in_last_column(table: Floats) -> Floats:
    """Sum over teams into the column for none: a family's harms may begin and end under different teams."""
    moved = np.zeros_like(table)
    moved[:, -1] = table.sum(axis=1)
    return moved


def stepped(steps: list[tuple[float, float]], edges: Floats) -> tuple[Floats, Floats]:
    """Return (level at each edge, level x days since the edge before) of a stepped level from (day, level)."""
    level, days = np.zeros(len(edges)), np.zeros(len(edges))
    for i, (day, value) in enumerate(steps):
        until = steps[i + 1][0] if i + 1 < len(steps) else np.inf
        level[(edges >= day) & (edges < until)] = value
        starts = np.maximum(edges[:-1], day)
        days[1:] += value * np.maximum(0.0, np.minimum(edges[1:], until) - starts)
    return level, days
