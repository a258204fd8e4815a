"""Slices of a study, each run on a machine of its own, put together again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from familyflow.experiment import store
from familyflow.experiment.plan import planned
from familyflow.ground.problem import Problem
from familyflow.scenario import as_asked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from familyflow.experiment.plan import Plan
    from familyflow.scenario import Scenario

_FEW: Final = 5
"""How many missing draws are named."""


def plan_of(scenario: Scenario, folders: Sequence[Path]) -> Plan:
    """Return the plan of which some folders hold slices; Problem when they are not slices of one study of a scenario.

    What was set for the slices, and their reading of the evidence, are those of the plan.
    """
    first = _slice_manifest(folders[0])
    for folder in folders[1:]:
        ours, theirs = ({**each, store.SLICE: None} for each in (first, _slice_manifest(folder)))
        if others := store.differences(theirs, ours):
            raise Problem(f"{folder}: is a slice of another study than {folders[0]} ({'; '.join(others)})")
    schedules, years, seed, draws = (first[name] for name in ("schedules", "years", "seed", "draws"))
    asked = as_asked(scenario, *store.asked_for(first))
    plan = planned(asked, draws=draws, schedules=schedules, years=years, seed=seed)
    if others := store.differences({**first, store.SLICE: None}, store.manifest(plan)):
        raise Problem(f"{folders[0]}: is a slice of another study than is asked for ({'; '.join(others)})")
    return plan


def _slice_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a slice; Problem when a folder holds none."""
    found = dict(store.read_manifest(folder))
    if not found.get(store.SLICE):
        raise Problem(f"{folder}: holds no slice of a study: name folders that `run --slice` has made")
    return found


def gather(folders: Sequence[Path], folder: Path, plan: Plan) -> None:
    """Copy the finished draws of all slices into a folder of the whole study; Problem when any is missing or twice."""
    held: dict[int, Path] = {}
    for each in folders:
        for draw in sorted(store.finished(each, plan.draws)):
            if draw in held:
                raise Problem(f"{each}: holds draw {draw}, which {held[draw]} holds too: name each slice once")
            held[draw] = each
    if missing := [draw for draw in range(plan.draws) if draw not in held]:
        few = ", ".join(map(str, missing[:_FEW])) + (", ..." if len(missing) > _FEW else "")
        raise Problem(
            f"{len(missing)} of {plan.draws} draws are missing ({few}): run their slices to the end, or name them"
        )
    with store.claimed(folder, store.manifest(plan)):
        if store.joined(folder):
            return
        for draw, each in held.items():
            store.keep(folder, draw, store.part(each, draw).read_bytes())
