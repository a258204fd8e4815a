"""The effect that is lived is the effect that is stated, in small: the whole check is `python benchmarks/lived.py`."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

import numpy as np
import pytest
from small_town import AMPLE, STEADY, begin, live_through, rates_for, scenario, values

from familyflow.engine import lived, prepare
from familyflow.engine.dose import WITHOUT_WORKERS, delivered
from familyflow.pathway.adult_work import REFERENCE
from familyflow.pathway.effects import CARE_ENTRIES

if TYPE_CHECKING:
    from familyflow.engine.lived import Lived

SIZE = 0.6
YEARS = 10
REPLICATIONS = 16
QUICK = {"effect.ramp_months": 2.0, "staff.slippage_weeks": 0.0, "staff.unfilled_share": 0.0}
RATIOS = {CARE_ENTRIES: "effect.care_entry", "cp": "effect.cp_duration", "cin": "effect.cin_duration"}
ONE = dict.fromkeys((*RATIOS.values(), "effect.cp_entry_first_year", "effect.training_dip"), 1.0)
CP_STARTS = "cp.starts"


def posts(each: float) -> dict[str, float]:
    return {f"post.{role}": each for role in REFERENCE}


FULL = posts(values(size=SIZE)["post.da_victim_worker"] * SIZE)
HALF = {name: fte / 2 for name, fte in FULL.items()}
NONE = posts(0.0)


def families_lived(changes: dict[str, float], schedule: str = "all_at_once") -> tuple[list[Lived], list[Lived], float]:
    """Return what families offered lived from the third year on under no change and a schedule, and the plan's dose."""
    given = values(AMPLE | STEADY | QUICK | ONE | FULL | changes, SIZE)
    found = rates_for(given)
    before, after = [], []
    for replication in range(REPLICATIONS):
        start = prepare(scenario(), given, found, 5, replication, YEARS)
        as_is, run = live_through(start, "no_change", schedule)
        since = 2 * 365.25 + 30
        families = lived.offered(run.world, since)
        before.append(lived.outcomes(as_is, families, since, start.horizon))
        after.append(lived.outcomes(run, families, since, start.horizon))
    return before, after, start.practice.dose


def pooled(draws: list[Lived], outcome: str) -> float:
    if outcome in draws[0].days:
        return sum(each.days[outcome] for each in draws) / sum(each.starts[outcome] for each in draws)
    return sum(each.outcome(outcome) for each in draws)


def measured(before: list[Lived], after: list[Lived], outcome: str) -> tuple[float, float]:
    """Return the log of what is lived, and its Monte Carlo error (jackknife)."""

    def of(chosen: list[int]) -> float:
        return log(pooled([after[i] for i in chosen], outcome) / pooled([before[i] for i in chosen], outcome))

    every = list(range(len(before)))
    left = [of([i for i in every if i != gone]) for gone in every]
    return of(every), float(np.sqrt((len(every) - 1) * np.var(left)))


@pytest.mark.long
@pytest.mark.parametrize("staff", [FULL, HALF, NONE], ids=["full", "half", "none"])
def test_totals_of_1_are_null_whatever_the_posts(staff: dict[str, float]) -> None:
    before, after, _ = families_lived(staff)
    for outcome in (*RATIOS, CP_STARTS):
        found, error = measured(before, after, outcome)
        assert abs(found) <= max(3 * error, 0.004), outcome


@pytest.mark.long
def test_without_posts_and_with_totals_of_1_nobody_s_way_changes() -> None:
    before, after, dose = families_lived(NONE)
    assert dose == 0
    assert before == after


@pytest.mark.long
@pytest.mark.parametrize(
    "stated",
    [
        {"effect.care_entry": 0.6},
        {"effect.cp_duration": 0.6},
        {"effect.cin_duration": 0.7},
        {"effect.care_entry": 0.7, "effect.cp_duration": 0.7, "effect.cin_duration": 0.75},
    ],
    ids=["care", "cp", "cin", "together"],
)
def test_what_is_lived_is_what_is_stated_at_the_plan_s_dose(stated: dict[str, float]) -> None:
    before, after, dose = families_lived(stated)
    assert 0.5 < dose <= 1
    power = delivered(values(), dose)
    for outcome, ratio in RATIOS.items():
        wanted = power * log(stated.get(ratio, 1.0))
        found, error = measured(before, after, outcome)
        assert abs(found - wanted) <= max(abs(wanted) / 10, 3 * error, 0.004), outcome


@pytest.mark.long
def test_half_the_posts_leave_more_than_half_and_less_than_all_of_an_effect() -> None:
    stated = {"effect.care_entry": 0.5, WITHOUT_WORKERS: 0.15}
    logs = {}
    for name, staff in (("full", FULL), ("half", HALF), ("none", NONE)):
        before, after, _ = families_lived(stated | staff)
        logs[name] = measured(before, after, CARE_ENTRIES)[0]
    assert logs["full"] < logs["half"] < logs["none"] < 0
    assert logs["none"] == pytest.approx(0.15 * log(0.5), abs=0.04)


@pytest.mark.long
def test_an_adverse_total_makes_it_worse() -> None:
    before, after, _ = families_lived({"effect.care_entry": 1.25})
    found, error = measured(before, after, CARE_ENTRIES)
    assert found > 3 * error > 0


def test_the_families_offered_had_a_harm_when_they_came_and_live_where_a_team_is_live() -> None:
    run = live_through(begin(AMPLE), "north_only")[0]
    families = run.world.start.families
    chosen = lived.offered(run.world, 365.0)
    north = list(scenario().areas).index("north")
    np.testing.assert_array_equal(chosen, (families.combo > 0) & (families.area == north))
    assert not lived.offered(run.world, 10.0).any()


def test_what_is_lived_is_counted_within_the_window_and_adds_up_over_families() -> None:
    run = live_through(begin(AMPLE), "all_at_once")[0]
    everybody = np.ones(len(run.world.start.families), dtype=bool)
    whole = lived.outcomes(run, everybody, 0.0, run.world.start.horizon)
    for group, measure in (("cp", "child_days_on_cp"), ("cin", "child_days_on_cin")):
        assert whole.days[group] == pytest.approx(run.total(measure).sum())
    some = np.arange(len(everybody)) % 2 == 0
    parts = [lived.outcomes(run, each, 90.0, 270.0) for each in (some, ~some)]
    both = lived.outcomes(run, everybody, 90.0, 270.0)
    assert both.care_entries == sum(part.care_entries for part in parts) < whole.care_entries
    assert both.days["cin"] == pytest.approx(sum(part.days["cin"] for part in parts))
