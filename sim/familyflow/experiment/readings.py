"""A run's schedules under each reading of the evidence: other effects, and everything else of the same draws.

Each other reading is a study of its own in the run's folder, with the rates that the run's draws were fitted with: it
is resumed as one, and its bytes do not depend on how it was run. No change is the run's own, as no effect touches it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.economics import appraisal, ladder
from familyflow.economics.case import activity as activity_of
from familyflow.economics.pricing import DRAWS_AT_ONCE, priced
from familyflow.experiment import store
from familyflow.experiment.batch import Batch, conduct
from familyflow.ground.problem import Problem
from familyflow.ground.readings import READINGS, TITLES
from familyflow.results import summary
from familyflow.results.investment_case import stands
from familyflow.results.readings import NPV, compared
from familyflow.results.readings import readings as put_together
from familyflow.scenario.readings import claimed, under
from familyflow.scenario.vocabulary import NO_CHANGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Executor
    from pathlib import Path

    from familyflow.economics.case import Activity, Assumptions
    from familyflow.experiment.study import Study
    from familyflow.ground.progress import Progress
    from familyflow.results.readings import Readings
    from familyflow.scenario import Scenario

FIRST: Final = "first"
EVERY: Final = "every"
"""How much of a run stands under every reading: the schedule that stands for it on its first draws, or all."""
FOLDER: Final = "readings"
FIRST_DRAWS: Final = 20
_FEWEST: Final = 5
"""Draws that a short run has under each reading, as its fit and its reports take longer than they do."""
_THIRD: Final = 3 * 2 * (len(READINGS) - 1)
"""A run of so many preparations and simulations may have one draw of one schedule, which takes one of both, under each
other reading, and takes at most about a third more time."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Which schedules stand under every reading, on how many draws; `name` is that of their folder."""

    name: str
    schedules: tuple[str, ...]
    draws: int


def extents(study: Study) -> dict[str, Extent]:
    """Return what of a run can stand under every reading; nothing where no schedule or effect is there to be read."""
    plan = study.plan
    others = tuple(name for name in plan.schedules if name != NO_CHANGE)
    if not others or not claimed(plan.scenario):
        return {}
    chosen = stands(study.case)
    few = max(_FEWEST, min(FIRST_DRAWS, plan.draws * (1 + len(plan.schedules)) // _THIRD))
    return {
        EVERY: Extent("every-schedule", others, plan.draws),
        FIRST: Extent(chosen, (chosen,), min(few, plan.draws)),
    }


def simulate(study: Study, wanted: str, executor: Executor, *, engine: str, ahead: int, tell: Progress) -> None:
    """Simulate what a run's folder lacks of its schedules under the other readings; Problem and Ctrl-C as for draws."""
    if (extent := extents(study).get(wanted)) is None:
        return
    variants, known = _variants(study.plan.scenario), _rates(study.folder, extent.draws)
    for name in _studies(study.plan.scenario).values():
        if name != study.plan.scenario.reading:
            plan = replace(study.plan, scenario=variants[name], schedules=extent.schedules, draws=extent.draws)
            folder = _folder(study, extent, name)
            batch = Batch(replace(plan, precision=None), folder, study.central, engine, known)
            conduct(batch, executor, ahead=ahead, tell=partial(_named, tell, f"reading {TITLES[name]}"))


def found(study: Study) -> Readings | None:
    """Return the case under each reading, of as much as the run's folder holds; None when it holds none."""
    for extent in extents(study).values():
        folders = {name: _folder(study, extent, name) for name in _studies(study.plan.scenario).values()}
        if all(store.joined(folder) for name, folder in folders.items() if name != study.plan.scenario.reading):
            return _gathered(study, extent)
    return None


def _gathered(study: Study, extent: Extent) -> Readings:
    """Measure the schedules under each reading."""
    scenario, studies = study.plan.scenario, _studies(study.plan.scenario)
    own = {scenario.reading: study.folder}
    measured = {
        name: _measured(study, extent, own.get(name) or _folder(study, extent, name))
        for name in dict.fromkeys(studies.values())
    }
    return put_together(scenario, extent.draws, {name: measured[studies[name]] for name in READINGS})


def _measured(study: Study, extent: Extent, folder: Path) -> pd.DataFrame:
    """Return schedule, measure, draw and value of what a folder holds of some schedules, beside the run's no change."""
    plan, samples = study.plan, store.table(folder, store.DRAWS)
    blocks = list(_blocks(study.folder, folder, extent))
    values = pd.concat(summary.measures(each, priced(plan.scenario, each, samples)) for each in blocks)
    chosen = [NO_CHANGE, *extent.schedules]
    activity = activity_of(blocks, samples, study.assumptions, chosen)
    return pd.concat([compared(values), _present_values(activity, study.assumptions)], ignore_index=True)


def _present_values(activity: Activity, a: Assumptions) -> pd.DataFrame:
    """Return each schedule's net present value of cash, draw by draw."""
    npv = appraisal.appraise(activity, ladder.cash_flow(activity, a), a).npv
    columns = {name: npv[:, s] for s, name in enumerate(activity.schedules) if name != NO_CHANGE}
    frames = [
        pd.DataFrame({"schedule": name, "measure": NPV, "draw": activity.draws, "value": values})
        for name, values in columns.items()
    ]
    return pd.concat(frames, ignore_index=True)


def _blocks(run: Path, folder: Path, extent: Extent) -> Iterator[pd.DataFrame]:
    """Read the monthly records of the first draws, no change from the run and the schedules from a folder."""
    for own, other in zip(store.blocks(run, DRAWS_AT_ONCE), store.blocks(folder, DRAWS_AT_ONCE), strict=False):
        wanted = other[other["schedule"].isin(extent.schedules) & (other["draw"] < extent.draws)]
        base = own[(own["schedule"] == NO_CHANGE) & own["draw"].isin(wanted["draw"].unique())]
        if len(wanted):
            plain = [each.astype({"schedule": str, "team": str, "measure": str}) for each in (base, wanted)]
            yield pd.concat(plain, ignore_index=True)


def _variants(scenario: Scenario) -> dict[str, Scenario]:
    """Return the scenario under each reading."""
    return {name: under(scenario, name) for name in READINGS}


def _studies(scenario: Scenario) -> dict[str, str]:
    """Give, by reading, the first that says the same of every effect: those share one study, or are the run itself."""
    variants = _variants(scenario)
    order = sorted(READINGS, key=lambda name: name != scenario.reading)
    says = {name: _says(variants[name]) for name in order}
    return {name: next(each for each in order if says[each] == says[name]) for name in READINGS}


def _says(scenario: Scenario) -> tuple[object, ...]:
    """Return what a scenario's reading says of each effect that its programme claims."""
    numbers = (scenario.quantities[name] for name in claimed(scenario))
    return (*((each.low, each.value, each.high) for each in numbers), scenario.programme.council_level)


def _folder(study: Study, extent: Extent, reading: str) -> Path:
    """Name the folder of a reading's study."""
    return study.folder / FOLDER / extent.name / reading


def _rates(folder: Path, draws: int) -> dict[int, Mapping[str, float]]:
    """Read the fitted rates of a run's first draws; Problem where they are not all there."""
    table = store.table(folder, store.RATES).set_index("draw").loc[: draws - 1]
    if len(table) < draws:
        raise Problem(f"{folder}: lacks the rates of some draws: remove the folder and run it again")
    return {int(str(draw)): {str(name): float(value) for name, value in row.items()} for draw, row in table.iterrows()}


def _named(tell: Progress, title: str, doing: str, done: int, total: int) -> None:
    """Tell progress of one reading."""
    tell(f"{title}: {doing}", done, total)
