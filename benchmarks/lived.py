"""Hold the effect that is lived against the effect that is stated, in every shipped scenario that states one.

    python benchmarks/lived.py [--draws N] [--workers N] [--out FOLDER] [SCENARIO ...]

The estimand is that of docs/model.md: families offered, from the third year after the last go-live to a horizon of
ten years, the same families under no change; each effect alone, the others at 1, all together, and whatever is
claimed at 1 with all, half and none of the plan's adult workers; values and effects at their centre, so that draws
differ by families and luck. Lived is stated when the two are within a tenth of the stated log or two Monte Carlo
errors, whichever is wider; what is stated to stay may move by half a percent. With --out, writes lived-effects.csv and
lived-effects.md there. 400 draws of the three scenarios take over an hour on two cores.
"""

from __future__ import annotations

import argparse
import csv
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from familyflow import scenario as scenarios
from familyflow.calibrate.fit import central
from familyflow.engine import prepare, rates, simulate
from familyflow.engine.dose import TeamDoses, delivered, on_plans
from familyflow.engine.lived import offered, outcomes
from familyflow.pathway import PATHWAY
from familyflow.pathway.adult_work import REFERENCE
from familyflow.scenario import readings
from familyflow.scenario.timeline import build

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from familyflow.engine.lived import Lived
    from familyflow.pathway.effects import Effect
    from familyflow.scenario import Scenario

SEED = 20261130
YEARS = 10
FROM = 2 * 365.25
"""Days after the last go-live at which the third year begins."""
TENTH = 0.1
ERRORS = 2.0
STILL = 0.005
"""How far, in logs, an outcome may move that is stated to stay as it is."""
TOGETHER = "all together"
POSTS = {"all": 1.0, "half of the": 0.5, "no": 0.0}
HEADINGS = (
    *("scenario", "stated", "effect", "dose", "stated at that dose", "lived"),
    *("difference of logs", "Monte Carlo error", "holds"),
)


@dataclass(frozen=True)
class Row:
    """One comparison, in logs: `error` is the Monte Carlo error of what is lived."""

    scenario: str
    schedule: str
    stated_alone: str
    effect: str
    draws: int
    dose: float
    stated: float
    lived: float
    error: float

    @property
    def holds(self) -> bool:
        """Say whether what is lived is what is stated."""
        wide = TENTH * abs(self.stated) if self.stated else STILL
        return abs(self.lived - self.stated) <= max(wide, ERRORS * self.error)


def claimed(scenario: Scenario) -> list[Effect]:
    """Return the totals that a scenario's programme claims."""
    return [e for e in PATHWAY.effects if e.outcome and e.name in scenario.programme.effects]


def schedule_of(scenario: Scenario) -> str:
    """Return the schedule whose last go-live is the soonest."""
    last = {
        name: max((go.day for go in build(scenario, name, scenario.central()).live), default=np.inf)
        for name in scenario.schedules
    }
    return min(last, key=lambda name: last[name])


def settings(scenario: Scenario) -> dict[str, dict[str, float]]:
    """Return the effects' values in each comparison: each alone, and all together."""
    values = scenario.central()
    ratios = [effect.ratio for effect in claimed(scenario)]
    alone = {e.name: dict.fromkeys(ratios, 1.0) | {e.ratio: values[e.ratio]} for e in claimed(scenario)}
    posts = {f"post.{role}": values[f"post.{role}"] for role in REFERENCE if role in scenario.programme.roles}
    every = readings.claimed(scenario)
    nothing = {
        f"nothing, {name} posts": dict.fromkeys(every, 1.0) | {post: part * fte for post, fte in posts.items()}
        for name, part in POSTS.items()
    }
    return {**alone, TOGETHER: {ratio: values[ratio] for ratio in ratios}, **nothing}


def lived(scenario: Scenario, found: Mapping[str, float], schedule: str, draw: int) -> tuple[Lived, dict[str, Lived]]:
    """Return what families offered lived in one draw: under no change, and under the schedule in each comparison."""
    with threadpool_limits(limits=1):
        after: dict[str, Lived] = {}
        before = None
        for name, effects in settings(scenario).items():
            start = prepare(scenario, scenario.central() | effects, found, SEED, draw, YEARS)
            run = simulate(start, schedule)
            since = max(go.day for go in run.world.timeline.live) + FROM
            families = offered(run.world, since)
            after[name] = outcomes(run, families, since, start.horizon)
            if before is None:
                before = outcomes(simulate(start, "no_change"), families, since, start.horizon)
        assert before is not None  # noqa: S101 - there is at least the comparison of all together
        return before, after


def dose_of(scenario: Scenario, schedule: str) -> float:
    """Return the mean dose of the schedule's live teams in the window, by children on plans."""
    values = scenario.central()
    laid = build(scenario, schedule, values)
    day = max(go.day for go in laid.live) + FROM
    doses = TeamDoses(scenario, values, PATHWAY, laid)
    served = {
        name: dict.fromkeys((r.area, r.kind) for r in laid.routes if r.team == name and r.group == "cp")
        for name in scenario.teams
    }
    weights = {name: on_plans(scenario, values, PATHWAY, mine) for name, mine in served.items() if mine}
    live = {go.team for go in laid.live} & set(weights)
    return sum(weights[t] * doses.at(t, day) for t in live) / sum(weights[t] for t in live)


def ratio_of(before: list[Lived], after: list[Lived], effect: Effect) -> float:
    """Return the log of the ratio of an effect's outcome over all draws: sums before ratios."""
    return float(np.log(_pooled(after, effect.outcome) / _pooled(before, effect.outcome)))


def _pooled(draws: list[Lived], outcome: str) -> float:
    """Return an outcome of all draws' families together."""
    if outcome in draws[0].days:
        return sum(each.days[outcome] for each in draws) / sum(each.starts[outcome] for each in draws)
    return sum(each.outcome(outcome) for each in draws)


def rows(scenario: Scenario, draws: int, workers: int) -> Iterator[Row]:
    """Yield a scenario's comparisons."""
    with threadpool_limits(limits=1):
        found = rates.to_values(central(scenario).rates, PATHWAY)
    schedule = schedule_of(scenario)
    one = partial(lived, scenario, found, schedule)
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        pairs = list(pool.map(one, range(draws)))
    before, after = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    at = dose_of(scenario, schedule)
    for name, effects in settings(scenario).items():
        mine = [each[name] for each in after]
        for effect in claimed(scenario):
            stated = delivered(scenario.central(), at) * float(np.log(effects[effect.ratio]))
            log = ratio_of(before, mine, effect)
            yield Row(scenario.name, schedule, name, effect.name, draws, at, stated, log, _error(before, mine, effect))


def _error(before: list[Lived], after: list[Lived], effect: Effect) -> float:
    """Return the jackknife's standard error of a log ratio."""
    count = len(before)
    if count == 1:
        return float("nan")
    left = [ratio_of(before[:i] + before[i + 1 :], after[:i] + after[i + 1 :], effect) for i in range(count)]
    return float(np.sqrt((count - 1) * np.var(left)))


def line(row: Row) -> str:
    """Write a row of the page's table."""
    cells = (row.scenario, row.stated_alone, row.effect, f"{row.dose:.2f}", f"{np.exp(row.stated):.3f}")
    measured = (f"{np.exp(row.lived):.3f}", f"{row.lived - row.stated:+.4f}", f"{row.error:.4f}")
    return f"| {' | '.join((*cells, *measured, 'yes' if row.holds else 'no'))} |"


def page(found: list[Row]) -> str:
    """Write the page."""
    held, draws, today = sum(row.holds for row in found), found[0].draws, datetime.now(UTC)
    where = "[the model](model.md#23-what-a-schedule-changes)"
    return "\n".join(
        (
            "# Is the effect that is lived the effect that is stated?",
            "",
            (
                f"Made by `python benchmarks/lived.py --draws {draws} --out docs` on {today:%d %B %Y}. {held} of "
                f"{len(found)} comparisons hold. The estimand and the rule are in {where}."
            ),
            "",
            f"| {' | '.join(HEADINGS)} |",
            f"|{'---|' * len(HEADINGS)}",
            *map(line, found),
            "",
        )
    )


def main() -> None:
    """Measure, print and write."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("scenarios", nargs="*", default=["durham", "somerset", "swindon"])
    given.add_argument("--draws", type=int, default=400)
    given.add_argument("--workers", type=int, default=2)
    given.add_argument("--out", type=Path)
    asked = given.parse_args()
    found = [row for name in asked.scenarios for row in rows(scenarios.load(name), asked.draws, asked.workers)]
    print("\n".join(map(line, found)))
    print(f"{sum(row.holds for row in found)} passed, {sum(not row.holds for row in found)} failed")
    if asked.out:
        with (asked.out / "lived-effects.csv").open("w", encoding="utf-8", newline="") as file:
            names = [field.name for field in fields(Row)]
            table = csv.writer(file, lineterminator="\n")
            table.writerow([*names, "holds"])
            table.writerows([*(getattr(row, name) for name in names), row.holds] for row in found)
        (asked.out / "lived-effects.md").write_text(page(found), encoding="utf-8")
    sys.exit(not all(row.holds for row in found))


if __name__ == "__main__":
    main()
