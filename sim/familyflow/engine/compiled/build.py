"""From a world to the arrays that the compiled engine works on, and room in them as they fill."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from familyflow.engine import changes, delivery, handover
from familyflow.engine.changes import Act
from familyflow.engine.compiled import shapes, town
from familyflow.engine.delivery import CAUSAL_SHARE
from familyflow.engine.handover import SETTLING_DAYS
from familyflow.engine.records import RECORD
from familyflow.engine.structure import STARTS
from familyflow.ground.problem import Problem
from familyflow.pathway.adult_work import roles
from familyflow.pathway.care import ENTRY_AGES
from familyflow.scenario.vocabulary import KINDS

if TYPE_CHECKING:
    from familyflow.engine.changes import Change
    from familyflow.engine.structure import Ints, Structure
    from familyflow.engine.world import Start, World

NEVER = -1e300
"""Days: before anything."""
FIRST_ROWS = 1 << 12
LOG_ROWS = 1 << 17
UNSET = -1
FAMILIES_A_WINDOW = 32
"""How many families there are for each of the windows in which things to come lie: few enough for a quick heap."""


def arrays(world: World) -> shapes.Arrays:
    """Lay a world out in arrays."""
    start, structure = world.start, world.start.structure
    todo, windows = changes.dated(world), _windows(start)
    laid = shapes.Arrays(
        fixed=_fixed(start, todo, len(windows)),
        counts=np.zeros(1, shapes.COUNTS),
        stages=_stages(start),
        programmes=_programmes(structure),
        delivery=_delivery(structure),
        areas=_areas(start),
        changes=_changes(start, todo),
        moved=_moved(start, todo),
        factors=_factors(structure, todo),
        order=_order(start),
        people=start.families.rows,
        times=start.families.care_elapsed.view([("days", "f8", (shapes.CHILDREN,))]).ravel(),
        families=_records(start),
        stays=np.zeros(FIRST_ROWS, shapes.stay_type(structure)),
        journeys=np.zeros(FIRST_ROWS, shapes.JOURNEY),
        teams=_teams(start, todo),
        shelves=np.full(_shelves(start, todo).sum() * 2 + 1, shapes.NOBODY, shapes.SHELF),
        desks=_slots(len(start.scenario.teams), 1),
        pools=_slots((len(start.scenario.teams) + 1) * len(roles(structure.pathway.programmes)), UNSET),
        heap=np.zeros(FIRST_ROWS, shapes.THING),
        later=np.zeros(FIRST_ROWS, shapes.THING),
        windows=windows,
        present=np.zeros(FIRST_ROWS, shapes.THING),
        news=np.zeros(FIRST_ROWS, shapes.NEWS_ITEM),
        log=np.zeros(LOG_ROWS, RECORD),
    )
    laid.counts["families"] = 1
    for name in ("free_family", "free_stay", "free_journey", "free_later"):
        laid.counts[name] = shapes.NOBODY
    return _measured(laid)


def _measured(laid: shapes.Arrays) -> shapes.Arrays:
    """Note the room that there is. Errors: Problem for more than can be numbered."""
    for name in ("heap", "later", "present", "news", "log", "stays", "journeys"):
        laid.counts[f"{name}_room"] = len(getattr(laid, name))
    for name in ("people", "families", "stays", "journeys", "heap", "later"):
        if len(getattr(laid, name)) > shapes.NUMBERS:
            raise Problem(f"{name}: the compiled engine has room for {shapes.NUMBERS:,} at once, and this run has more")
    return laid


def grown(full: shapes.Arrays) -> shapes.Arrays:
    """Return the arrays with twice the room where there is less than what may come next."""
    counts = full.counts[0]
    rows = town.ROOM
    window = int(full.windows["number"][min(counts["window"], len(full.windows) - 1)])
    longer = full._replace(
        heap=_longer(full.heap, int(counts["heap"]), rows + window),
        later=_longer(full.later, int(counts["later"]), rows),
        stays=_longer(full.stays, int(counts["stays"]), rows),
        journeys=_longer(full.journeys, int(counts["journeys"]), rows),
        log=_longer(full.log, 0, rows),
        news=_longer_ring(full.news, counts, "", rows),
        present=_longer_ring(full.present, counts, "present_", rows),
    )
    return _measured(longer)


def _longer(array: np.ndarray, used: int, rows: int) -> np.ndarray:
    """Return the array, or a copy with at least twice the room, so that so many more rows fit."""
    if used + rows <= len(array):
        return array
    longer = np.zeros(max(2 * len(array), used + 2 * rows), array.dtype)
    longer[: len(array)] = array
    return longer


def _longer_ring(ring: np.ndarray, counts: np.void, name: str, rows: int) -> np.ndarray:
    """Return the ring, or a copy in a longer one, its length a power of two."""
    first, last = f"{name}first", f"{name}last"
    used = int(counts[last] - counts[first])
    if used + rows <= len(ring):
        return ring
    longer = np.zeros(1 << int(np.ceil(np.log2(max(2 * len(ring), used + 2 * rows)))), ring.dtype)
    longer[:used] = ring[(int(counts[first]) + np.arange(used)) & (len(ring) - 1)]
    counts[first], counts[last] = 0, used
    return longer


def _fixed(start: Start, todo: list[Change], windows: int) -> np.ndarray:
    """Return the draw's plain numbers and tables as one record."""
    structure = start.structure
    values, change = structure.values, handover.cost(structure.values)
    given: dict[str, object] = {
        "horizon": start.horizon,
        "windows": windows,
        "windows_a_day": (windows - 1) / start.horizon,
        "stall": change.stall,
        "settling": SETTLING_DAYS,
        "change_ratio": change.ratio,
        "care_together": values["family.care_together"],
        "to_proceedings": values["plan.care.voluntary_to_proceedings"],
        "causal_share": values[CAUSAL_SHARE],
        "target_caseload": values["staff.target_caseload"],
        "overload_exponent": values["staff.overload_exponent"],
        "seed": start.seed,
        "replication": start.replication,
        "cin": structure.pathway.index["cin"],
        "roles": len(roles(structure.pathway.programmes)),
        "programmes": len(structure.pathway.programmes),
        "harms": len(structure.pathway.harms),
        "teams": len(start.scenario.teams),
        "families": len(start.families),
        "changes": len(todo),
        "nothing": np.ones(structure.to.shape[1]),
        "starts": np.array(STARTS),
        "turns": start.drift.turns,
        "categories": structure.categories,
        "combos": structure.combos.astype(np.int8),
        "having": _switched(structure, on=True),
        "without": _switched(structure, on=False),
        "placements": start.rates.placements,
        "entry_ages": np.array([(low, high) for _, low, high in ENTRY_AGES]),
        "care_places": np.array([s for s, stage in enumerate(structure.pathway.stages) if stage.in_care]),
    }
    tables = {name: np.asarray(value) for name, value in given.items()}
    fixed = np.zeros(1, [(name, table.dtype, table.shape) for name, table in tables.items()])
    for name, table in tables.items():
        fixed[name] = table
    return fixed


def _windows(start: Start) -> np.ndarray:
    """Return the equal parts of the time to the horizon, and one more that rounding may ask for, all empty."""
    windows = np.zeros(2 + len(start.families) // FAMILIES_A_WINDOW, shapes.WINDOW)
    windows["first"] = shapes.NOBODY
    return windows


def _areas(start: Start) -> np.ndarray:
    shape = (len(KINDS), len(start.structure.pathway.groups))
    areas = np.zeros(len(start.scenario.areas), [("teams", "i8", shape)])
    areas["teams"] = shapes.NOBODY
    return areas


def _stages(start: Start) -> np.ndarray:
    structure, programme = start.structure, start.scenario.programme
    declared = structure.pathway.stages
    rows = np.zeros(len(declared), shapes.stage_type(structure))
    for name in (
        "to",
        "group",
        "priority",
        "exits",
        "improves",
        "ages",
        "shape",
        "waits",
        "limit",
        "decision",
        "statutory",
    ):
        rows[name] = getattr(structure, name)
    rows["ratio"], rows["unserved"], rows["scale"] = start.ratio, start.unserved, start.scale
    rows["base"], rows["weights"], rows["drift"] = start.rates.base, start.rates.weights, start.drift.exits
    rows["service"] = np.exp(start.practice.services).transpose(1, 0, 2)
    for name in ("adult_priority", "offers", "in_care", "tells_harms", "categorised"):
        rows[name] = [getattr(stage, name) for stage in declared]
    rows["offers_live"] = [stage.name in programme.stages for stage in declared]
    rows["referral"] = [stage.name == "referral" for stage in declared]
    for s, stage in enumerate(declared):
        rows[s]["voluntary"][: len(stage.exits)] = ["care_entries_voluntary" in e.counts for e in stage.exits]
        rows[s]["serves"] = [stage.name in p.stages for p in structure.pathway.programmes]
    rows["offers_some"] = rows["offers"] | rows["offers_live"] | rows["serves"].any(axis=1)
    return rows


def _programmes(structure: Structure) -> np.ndarray:
    pathway = structure.pathway
    names = roles(pathway.programmes)
    rows = np.zeros(len(pathway.programmes), [("harm", "i4"), ("role", "i4"), ("outside", "i1")])
    rows["harm"] = [pathway.harms.index(p.harm) if p.harm else shapes.NOBODY for p in pathway.programmes]
    rows["role"] = [names.index(p.role) for p in pathway.programmes]
    rows["outside"] = [p.outside for p in pathway.programmes]
    return rows


def _delivery(structure: Structure) -> np.ndarray:
    """Return how each programme is delivered, way after way."""
    rows = np.zeros((len(structure.pathway.programmes), shapes.DELIVERIES), shapes.DELIVERY)
    for p, programme in enumerate(structure.pathway.programmes):
        for way, (team, supervised) in enumerate(((False, False), (True, False), (True, True))):
            how = delivery.of(structure.values, programme, team=team, supervised=supervised)
            for name in shapes.DELIVERY.names or ():
                rows[p, way][name] = getattr(how, name)
    return rows.ravel()


def _switched(structure: Structure, *, on: bool) -> np.ndarray:
    """Return the combination (C, H) that each combination becomes when a harm is switched: a bit of its number."""
    count, harms = structure.combos.shape
    numbers, bits = np.arange(count)[:, None], 1 << np.arange(harms)
    return numbers | bits if on else numbers & ~bits


def _order(start: Start) -> np.ndarray:
    """Return the families in the order in which they come."""
    families = start.families
    first = np.where(families.stage >= 0, start.structure.priority[families.stage], -1)
    order = np.lexsort((first, families.arrives))
    rows = np.zeros(len(order), shapes.COMER)
    rows["number"], rows["asleep"] = order, start.asleep[order]
    return rows


def _changes(start: Start, todo: list[Change]) -> np.ndarray:
    numbers = ("act", "team", "to", "area", "kind", "group", "role")
    rows = np.zeros(
        max(len(todo), 1),
        [
            *((name, "f8") for name in ("day", "amount", "first", "width")),
            ("places", "i8"),
            *((name, "i4") for name in (*numbers, "factors", "moved")),
            ("for_all", "i1"),
            ("along", "i1"),
            ("waited", "i1"),
        ],
    )
    for name in ("day", "amount", "first", "width", "places", "for_all", "along", *numbers):
        rows[name][: len(todo)] = [getattr(change, name) for change in todo]
    rows["factors"][: len(todo)] = np.cumsum([change.factors is not None for change in todo]) - 1
    rows["moved"][: len(todo)] = (np.cumsum([bool(change.areas) for change in todo]) - 1) * len(start.scenario.areas)
    return rows


def _moved(start: Start, todo: list[Change]) -> np.ndarray:
    """Return whether an area's cases move, area after area, for each change that moves any."""
    found = [change.areas for change in todo if change.areas]
    moved = np.zeros((max(len(found), 1), len(start.scenario.areas)), [("on", "i1")])
    for i, areas in enumerate(found):
        moved["on"][i, list(areas)] = 1
    return moved.ravel()


def _factors(structure: Structure, todo: list[Change]) -> np.ndarray:
    """Return what practice multiplies, a row for each change of it."""
    stages, exits = structure.to.shape
    found = [change.factors for change in todo if change.factors is not None]
    kind = [("offered", "f8", (stages, exits)), ("everyone", "f8", (stages, exits)), ("times", "f8", (stages,))]
    rows = np.zeros(max(len(found), 1), kind)
    for i, factors in enumerate(found):
        rows[i]["offered"], rows[i]["everyone"], rows[i]["times"] = factors.offered, factors.everyone, factors.times
    return rows


def _shelves(start: Start, todo: list[Change]) -> Ints:
    """Return over how many shelves each team's cases are spread: about as many as it has workers when one leaves."""
    found = np.zeros(len(start.scenario.teams), dtype=np.int64)
    for change in todo:
        if change.act == Act.LEAVE:
            found[change.team] = max(found[change.team], ceil(1 / change.width))
    return found


def _teams(start: Start, todo: list[Change]) -> np.ndarray:
    groups = start.structure.pathway.groups
    teams = np.zeros(len(start.scenario.teams), shapes.team_type(start.structure))
    for name in ("offered", "everyone", "times", "pressure"):
        teams[name] = 1.0
    for name in ("first", "last", "first_stay", "last_stay"):
        teams[name] = shapes.NOBODY
    for t, team in enumerate(start.scenario.teams.values()):
        teams[t]["groups"] = [group in team.stages for group in groups]
        teams[t]["kinds"] = [kind in team.kinds for kind in KINDS]
    teams["shelves"] = _shelves(start, todo)
    teams["shelf"] = 2 * (np.cumsum(teams["shelves"]) - teams["shelves"])
    return teams


def _slots(count: int, capacity: int) -> np.ndarray:
    slots = np.zeros(count, shapes.SLOTS)
    slots["capacity"], slots["head"], slots["tail"] = capacity, shapes.NOBODY, shapes.NOBODY
    return slots


def _records(start: Start) -> np.ndarray:
    """Return room for every family to whom anything happens: memory that is only taken once a record is used."""
    rows = np.zeros(1 + np.count_nonzero(~start.asleep), shapes.family_type(start.structure))
    blank = rows[0]
    blank["stage"], blank["residual"] = shapes.AWAY, -1.0
    for name in ("referred", "stalled"):
        blank[name] = NEVER
    for name in ("team", "next", "previous", "request", "first_stay", "last_stay", "first_journey", "last_journey"):
        blank[name] = shapes.NOBODY
    return rows
