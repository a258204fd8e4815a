"""One draw, event by event: what a run's measures are added up from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from familyflow.calibrate.fit.posterior import of_draw
from familyflow.engine import Event, prepare, simulate, story
from familyflow.pathway.teams import CATEGORIES
from familyflow.scenario.sampling import sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from familyflow.engine import Start
    from familyflow.experiment.central import CentralFit
    from familyflow.experiment.plan import Plan

COLUMNS: Final = ("case_id", "activity", "timestamp", "resource", "event", "place", "child", "exit", "amount")
"""Columns of an event log. The first four are what tools of process mining ask for: the family, what happened to it,
when, and the team that had the case. `child` is -1 for the whole family; `exit` and `amount` are as the engine has them
(`engine.records.Event`)."""
_DAY_SECONDS: Final = 86_400


def start_of(plan: Plan, draw: int, central: CentralFit) -> Start:
    """Prepare what all schedules of one draw share."""
    values = sample(plan.scenario, plan.seed, draw)
    rates = of_draw(plan.scenario, plan.seed, draw, central.solution)
    return prepare(plan.scenario, values, rates, plan.seed, draw, plan.years)


def events(plan: Plan, draw: int, schedule: str, central: CentralFit) -> pd.DataFrame:
    """Return everything that happens in one draw under one schedule, in order: a row an event, columns as COLUMNS."""
    start = start_of(plan, draw, central)
    found = simulate(start, schedule).events

    kinds = {int(kind): kind.name.lower() for kind in Event}
    event = pd.Series(found["event"]).map(kinds)
    place = _places(start, found)
    teams = np.array([*plan.scenario.teams, ""], dtype=object)
    since = np.round(found["time"] * _DAY_SECONDS).astype("timedelta64[s]")
    return pd.DataFrame(
        {
            "case_id": found["family"],
            "activity": event.str.cat(pd.Series(place), sep=" "),
            "timestamp": np.datetime64(plan.scenario.start, "s") + since,
            "resource": teams[found["team"]],
            "event": event,
            "place": place,
            **{name: found[name] for name in ("child", "exit", "amount")},
        },
        columns=list(COLUMNS),
    )


def _places(start: Start, found: np.ndarray) -> np.ndarray:
    """Name where each event happens: a stage, an intervention, a harm or a category of abuse."""
    pathway = start.structure.pathway
    programmes, harms = [each.name for each in pathway.programmes], list(pathway.harms)
    stages = [each.name for each in pathway.stages]
    named: dict[int, Sequence[str]] = {int(kind): stages for kind in Event}
    named |= dict.fromkeys(range(Event.OFFERED, Event.MISSED + 1), programmes)
    named |= dict.fromkeys(range(Event.HARM_KNOWN, Event.HARM_RETURNS + 1), harms)
    named[Event.CATEGORY] = list(CATEGORIES)
    place = np.full(len(found), "", dtype=object)
    for kind in np.unique(found["event"]):
        mine = (found["event"] == kind) & (found["place"] >= 0)
        place[mine] = np.array(named[int(kind)], dtype=object)[found["place"][mine]]
    return place


def traced(plan: Plan, draw: int, schedule: str, family: int, central: CentralFit) -> list[tuple[float, str]]:
    """Return one family's life in one draw under one schedule: (day, sentence), in order; empty if it never comes."""
    return story(start_of(plan, draw, central), schedule, family)
