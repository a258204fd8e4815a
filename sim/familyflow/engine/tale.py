"""One family's records as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from familyflow.engine.records import GREW_UP, REOPENED, STAYED, TRANSFERRED, Event
from familyflow.pathway.teams import CATEGORIES

if TYPE_CHECKING:
    import numpy as np

    from familyflow.engine.ledger import Ledger
    from familyflow.engine.structure import Structure

WAYS = {
    GREW_UP: "a child turns 18",
    STAYED: "not every child enters care; the others stay at home",
    REOPENED: "support reopens because a child has come home",
    TRANSFERRED: "the case passes to another team",
}
PROGRAMME_WORDS = {
    Event.OFFERED: "is offered",
    Event.DECLINED: "does not take up",
    Event.QUEUED: "takes up and waits for",
    Event.STARTED: "starts",
    Event.COMPLETED: "completes",
    Event.DROPPED: "drops out of",
    Event.GAVE_UP: "gives up waiting for",
}
CATEGORY_WORDS = {"neglect": "neglect", "multiple": "several reasons"} | {
    kind: f"{kind} abuse" for kind in ("emotional", "physical", "sexual")
}
HARM_WORDS = {Event.HARM_ENDS: "ends", Event.HARM_RETURNS: "returns"}


def tell(ledger: Ledger, family: int) -> list[tuple[float, str]]:
    """Return (day, sentence) for each record of a family that a reader can follow, in order."""
    mine = ledger.events[ledger.events["family"] == family]
    teams = [t.title for t in ledger.world.start.scenario.teams.values()]
    structure = ledger.world.start.structure
    told = [(float(r["time"]), _sentence(structure, teams, r)) for r in mine]
    if told:
        told.insert(0, (told[0][0], _opening(ledger, family)))
    return [(day, text) for day, text in told if text]


def _opening(ledger: Ledger, family: int) -> str:
    start = ledger.world.start
    size = int(start.families.size[family])
    combo = start.structure.combos[start.families.combo[family]]
    harms = [h.replace("_", " ") for h, on in zip(start.structure.pathway.harms, combo, strict=True) if on]
    area = list(start.scenario.areas.values())[int(start.families.area[family])].title
    return f"A family with {_children(size)} in {area}; active harms: {', '.join(harms) or 'none'}."


def _children(count: float) -> str:
    return "1 child" if count == 1 else f"{count:g} children"


def _sentence(structure: Structure, teams: list[str], record: np.void) -> str:
    """Return what a record says, or nothing for one that only counts."""
    event = Event(record["event"])
    if event in (Event.ENTER, Event.LEAVE, Event.WAIT, Event.WAIT_ENDS):
        return _of_stage(structure, teams, event, record)
    place, own = int(record["place"]), bool(record["exit"])
    if event in PROGRAMME_WORDS:
        where = "with the team's own worker" if own else "at an outside service"
        return f"A parent {PROGRAMME_WORDS[event]} {_programme(structure, place)} {where}."
    if event is Event.CATEGORY:
        return f"The plan is made for {CATEGORY_WORDS[CATEGORIES[place]]}."
    if event is Event.WORKER_CHANGED:
        return "The case passes to another worker."
    if event in HARM_WORDS:
        return f"{structure.pathway.harms[place].replace('_', ' ').capitalize()} {HARM_WORDS[event]}."
    return ""


def _of_stage(structure: Structure, teams: list[str], event: Event, record: np.void) -> str:
    """Return what a record says of a stage entered, left or waited in."""
    place = int(record["place"])
    team = f" ({teams[record['team']]})" if record["team"] >= 0 else ""
    who = f"Child {record['child'] + 1}" if record["child"] >= 0 else _children(record["amount"]).capitalize()
    if event is Event.LEAVE:
        return _leaving(structure, who, place, int(record["exit"]))
    if event is Event.ENTER:
        return f"{who}: {structure.pathway.stages[place].title}{team}."
    return f"No worker is free{team}: the family waits." if event is Event.WAIT else "A worker takes the case."


def _programme(structure: Structure, place: int) -> str:
    return structure.pathway.programmes[place].name.replace("_", " ")


def _leaving(structure: Structure, who: str, place: int, leads: int) -> str:
    """Return the sentence of a departure: moves that the next sentence tells are left out."""
    stage = structure.pathway.stages[place]
    if leads < 0:
        return f"{who}: {WAYS[leads]}."
    if stage.in_care and structure.to[place, leads] < 0:
        return f"{who}: leaves care, {stage.exits[leads].name.replace('_', ' ')}."
    return ""
