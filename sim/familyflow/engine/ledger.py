"""The ledger: month by team by measure, made of an engine's records alone.

Stocks are what is true on a month's last day, flows what happened since the row before; the first row is day 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from familyflow.engine.records import GREW_UP, NEW, PASSED, TRANSFERRED, Event
from familyflow.ground.calendar import day_of
from familyflow.pathway.adult_work import roles
from familyflow.pathway.teams import AGENCY_SOCIAL_WORKER, SOCIAL_WORKER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from familyflow.engine.structure import Flags, Floats
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
SERIES = tuple[str, "Floats"]


@dataclass(frozen=True, eq=False)
class Ledger:
    """One run's records and what can be measured of them."""

    world: World
    events: np.ndarray

    def frame(self) -> pd.DataFrame:
        """Return month, team, measure, value; rows of a team that never has any of a measure are left out."""
        parts = [self._rows(name, table) for name, table in self.measures() if table.any()]
        return pd.concat(parts, ignore_index=True)

    def measures(self) -> Iterator[tuple[str, Floats]]:
        """Yield every measure as a table (months, teams); the last column is for no team."""
        yield from self._stages()
        yield from self._decisions()
        yield from self._counted()
        yield from self._adult_work()
        yield from self._harms()
        yield from self._staff()

    def total(self, measure: str) -> Floats:
        """Return one measure by month over all teams. Errors: KeyError when there is no such measure."""
        return np.asarray(dict(self.measures())[measure].sum(axis=1))

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
    def _row(self) -> np.ndarray:
        return np.searchsorted(self.edges, self.events["time"], side="left")

    def flow(self, chosen: Flags, amount: Floats | None = None) -> Floats:
        """Return what the chosen records add up to, by month and team; at day 0 itself, in the first row."""
        weights = (self.events["amount"] if amount is None else amount)[chosen]
        team = self.events["team"][chosen].astype(np.int64) % self.columns
        cells = self._row[chosen] * self.columns + team
        total = np.bincount(cells, weights, minlength=len(self.edges) * self.columns).astype(np.float64)
        return total.reshape(len(self.edges), self.columns)

    def stock(self, chosen: Flags, sign: Floats) -> tuple[Floats, Floats]:
        """Return (stock at each row, days in it since the row before) of records that add and take away."""
        amount = sign * self.events["amount"]
        stock = np.cumsum(self.flow(chosen, amount), axis=0)
        ends = self.edges[self._row]
        rest = self.flow(chosen, amount * (ends - self.events["time"]))
        days = rest + np.vstack([np.zeros(self.columns), stock[:-1]]) * np.diff(self.edges, prepend=0.0)[:, None]
        return stock, days

    def at(self, *stages: bool) -> Flags:
        """Return which records are about one of the stages so marked."""
        return np.asarray(np.array(stages)[self.events["place"]])

    def _rows(self, name: str, table: Floats) -> pd.DataFrame:
        teams = [*self.world.start.scenario.teams, ""]
        used = np.flatnonzero(table.any(axis=0))
        dates = np.array(self.world.start.dates, dtype="datetime64[s]")
        return pd.DataFrame(
            {
                "month": np.tile(dates, len(used)),
                "team": np.repeat([teams[i] for i in used], len(dates)),
                "measure": name,
                "value": table[:, used].T.ravel(),
            }
        )

    # Measures ----------------------------------------------------------------------------------------------

    @cached_property
    def _entered(self) -> Flags:
        return np.asarray(self.events["event"] == Event.ENTER)

    @cached_property
    def _left(self) -> Flags:
        return np.asarray(self.events["event"] == Event.LEAVE)

    @cached_property
    def _sign(self) -> Floats:
        return np.where(self._left, -1.0, 1.0)

    def _stages(self) -> Iterator[tuple[str, Floats]]:
        """Stocks and days by stage group and placement; starts and ends of spells."""
        stages = self.world.start.structure.pathway.stages
        moved = self._entered | self._left
        for group, name in STOCK_OF_GROUP.items():
            here = self.at(*[s.group == group for s in stages])
            stock, days = self.stock(moved & here, self._sign)
            yield name, stock
            if group in DAYS_OF_GROUP:
                yield DAYS_OF_GROUP[group], days
            yield from self._spells(group, here)
        for stage in (s for s in stages if s.in_care):
            here = self.at(*[s is stage for s in stages])
            stock, days = self.stock(moved & here, self._sign)
            yield f"placement_{stage.name}", stock
            yield f"child_days_{stage.name}", days
        case = moved & self.at(*[s.group in OPEN_GROUPS for s in stages])
        yield "children_open", self.stock(case, self._sign)[0]

    def _spells(self, group: str, here: Flags) -> Iterator[tuple[str, Floats]]:
        """Count starts and ends of spells: moves within the group are neither, nor is what is there on day 0."""
        later = self.events["time"] > 0
        if group in STARTS_OF_GROUP:
            yield STARTS_OF_GROUP[group], self.flow(self._entered & here & later & (self.events["exit"] == NEW))
        if group in ENDS_OF_GROUP:
            yield ENDS_OF_GROUP[group], self.flow(self._left & here & ~self._within(group))

    def _within(self, group: str) -> Flags:
        """Return which departures stay in the spell: moves inside the group, or to another team."""
        structure = self.world.start.structure
        inside = np.zeros((len(structure.to), structure.to.shape[1] + 4), dtype=bool)
        for s, stage in enumerate(structure.pathway.stages):
            for e, leads in enumerate(stage.exits):
                to = structure.pathway.index.get(leads.to)
                inside[s, e] = to is not None and structure.pathway.stages[to].group == group == stage.group
        inside[:, TRANSFERRED] = True
        return np.asarray(
            inside[np.where(self._left, self.events["place"], 0), np.where(self._left, self.events["exit"], 0)]
        )

    def _decisions(self) -> Iterator[tuple[str, Floats]]:
        """Decisions made, and those made in time."""
        stages = self.world.start.structure.pathway.stages
        later = self.events["time"] > 0
        for group, name in DECIDED.items():
            here = self.at(*[s.group == group for s in stages])
            yield name, self.flow(self._left & here & (self.events["exit"] >= 0))
            yield f"{name}_on_time", self.flow((self.events["event"] == Event.ON_TIME) & here & later)
        waiting = (self.events["event"] == Event.WAIT) | (self.events["event"] == Event.WAIT_ENDS)
        sign = np.where(self.events["event"] == Event.WAIT_ENDS, -1.0, 1.0)
        yield "children_unallocated", self.stock(waiting, sign)[0]

    def _counted(self) -> Iterator[tuple[str, Floats]]:
        """Measures that the pathway declares on stages and exits, and what engines count beside them."""
        totals: dict[str, Floats] = {}
        for name, chosen in self._declared():
            totals[name] = totals.get(name, 0.0) + self.flow(chosen & (self.events["time"] > 0))
        court = self.flow(self.events["event"] == Event.COURT)
        totals["proceedings"] = totals.get("proceedings", 0.0) + court
        in_care = self.at(*[s.in_care for s in self.world.start.structure.pathway.stages])
        grown = self.flow(self._left & in_care & (self.events["exit"] == GREW_UP))
        totals["care_exits_turned_18"] = grown
        totals["care_exits"] = totals.get("care_exits", 0.0) + grown
        yield from totals.items()
        yield "rereferrals_12m", self.flow(self.events["event"] == Event.REREFERRED)

    def _declared(self) -> Iterator[tuple[str, Flags]]:
        stages = self.world.start.structure.pathway.stages
        for s, stage in enumerate(stages):
            here = self.events["place"] == s
            for name in stage.counts:
                yield name, self._entered & here & (self.events["exit"] != PASSED)
            for e, leads in enumerate(stage.exits):
                for name in leads.counts:
                    yield name, self._left & here & (self.events["exit"] == e)

    def _adult_work(self) -> Iterator[tuple[str, Floats]]:
        """Programmes and appointments, in the team and outside it."""
        event = self.events["event"]
        for own, suffix in ((1, ""), (0, "_outside")):
            here = (self.events["exit"] == own) & (self.events["time"] > 0)
            for kind, name in PROGRAMME_EVENTS.items():
                chosen = (event == kind) & here
                counts = kind in (Event.APPOINTMENTS, Event.MISSED)
                yield name + suffix, self.flow(chosen, None if counts else np.ones(len(event)))
            started = (event == Event.STARTED) & here
            yield f"adult_wait_days{suffix}", self.flow(started)
            yield f"adult_waits{suffix}", self.flow(started, np.ones(len(event)))

    def _harms(self) -> Iterator[tuple[str, Floats]]:
        """Yield families with each active harm, of those known to the service, and their days."""
        event = self.events["event"]
        changes = (event == Event.HARM_KNOWN) | (event == Event.HARM_ENDS) | (event == Event.HARM_RETURNS)
        sign = np.where(event == Event.HARM_ENDS, -1.0, 1.0)
        teamless = self.world.start.structure.pathway.harms
        for h, harm in enumerate(teamless):
            stock, days = self.stock(changes & (self.events["place"] == h), sign)
            yield f"active_harms_{harm}", _in_last_column(stock)
            yield f"harm_days_{harm}", _in_last_column(days)

    def _staff(self) -> Iterator[tuple[str, Floats]]:
        """Yield social workers in post, agency workers among them, and the programme's posts, from the timeline."""
        permanent, permanent_days = self._role(SOCIAL_WORKER)
        agency, agency_days = self._role(AGENCY_SOCIAL_WORKER)
        yield "social_workers_in_post", permanent + agency
        yield f"fte_days_{SOCIAL_WORKER}", permanent_days + agency_days
        yield f"fte_days_{AGENCY_SOCIAL_WORKER}", agency_days
        yield from self._posts(list(self.world.start.scenario.teams))

    def _role(self, role: str) -> tuple[Floats, Floats]:
        """Return a role's FTE in post by row and team, and its FTE-days since the row before."""
        level, days = np.zeros((2, len(self.edges), self.columns))
        for i, name in enumerate(self.world.start.scenario.teams):
            steps = [(s.day, s.fte) for s in self.world.timeline.staff if s.team == name and s.role == role]
            level[:, i], days[:, i] = _steps(steps, self.edges)
        return level, days

    def _posts(self, names: list[str]) -> Iterator[tuple[str, Floats]]:
        """Adult workers at work, and paid days by role."""
        working = np.zeros((len(self.edges), self.columns))
        days: dict[str, Floats] = {}
        for post in self.world.timeline.posts:
            column = names.index(post.team) if post.team else self.columns - 1
            table = days.setdefault(post.role, np.zeros((len(self.edges), self.columns)))
            table[:, column] += _steps([(post.hired_day, post.fte), (post.end_day, 0.0)], self.edges)[1]
            at_work = _steps([(post.working_day, post.fte), (post.end_day, 0.0)], self.edges)[0]
            working[:, column] += at_work if post.role in roles(self.world.start.structure.pathway.programmes) else 0.0
        yield "adult_workers_in_post", working
        yield from ((f"fte_days_{role}", table) for role, table in days.items())


def _in_last_column(table: Floats) -> Floats:
    """Sum over teams into the column for none: a family's harms may begin and end under different teams."""
    moved = np.zeros_like(table)
    moved[:, -1] = table.sum(axis=1)
    return moved


def _steps(steps: list[tuple[float, float]], edges: Floats) -> tuple[Floats, Floats]:
    """Return (level at each edge, level x days since the edge before) of a stepped level from (day, level)."""
    level, days = np.zeros(len(edges)), np.zeros(len(edges))
    for i, (day, value) in enumerate(steps):
        until = steps[i + 1][0] if i + 1 < len(steps) else np.inf
        level[(edges >= day) & (edges < until)] = value
        starts = np.maximum(edges[:-1], day)
        days[1:] += value * np.maximum(0.0, np.minimum(edges[1:], until) - starts)
    return level, days
