"""What effects and workers do, on average, with the same families and the same luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from small_town import AMPLE, begin, live_through, scenario

from familyflow.engine.records import Event

if TYPE_CHECKING:
    from familyflow.engine import Ledger

REPLICATIONS = 3
WHOLE = AMPLE | {"effect.ramp_months": 0.5, "effect.without_workers_share": 1.0}
"""Practice is whole after the first month, at any dose."""
NEUTRAL = {
    "effect.care_entry": 1.0,
    "effect.cp_duration": 1.0,
    "effect.cin_duration": 1.0,
    "effect.cp_entry_first_year": 1.0,
    "effect.training_dip": 1.0,
}
BETTER_KEPT = {"effect.missed": 0.5, "effect.completion": 1.5}
"""Half the appointments missed, and half as many again completed: as strong as Swindon's document promised."""


def lived(changes: dict[str, float], schedule: str = "all_at_once") -> list[Ledger]:
    """Return a year of each replication, with families, rates and luck that do not hang on the changes."""
    starts = [begin(WHOLE | NEUTRAL | changes, size=0.15, seed=seed) for seed in range(REPLICATIONS)]
    return [ledger for start in starts for ledger in live_through(start, schedule)]


def entries(ledgers: list[Ledger]) -> float:
    return float(sum(ledger.total("care_entries").sum() for ledger in ledgers))


@pytest.fixture(scope="module")
def by_ratio() -> dict[float, list[Ledger]]:
    """Return what happens under three strengths of the effect on entries to care, 1 the weakest."""
    return {ratio: lived({"effect.care_entry": ratio}) for ratio in (1.0, 0.5, 0.1)}


def test_a_stronger_effect_never_gives_more_care_entries_on_average(by_ratio: dict[float, list[Ledger]]) -> None:
    assert entries(by_ratio[0.1]) <= entries(by_ratio[0.5]) <= entries(by_ratio[1.0])
    assert entries(by_ratio[0.1]) < 0.8 * entries(by_ratio[1.0])


def test_a_stronger_effect_gives_no_fewer_entries_after_a_delay_either(by_ratio: dict[float, list[Ledger]]) -> None:
    days = {ratio: sum(x.total("child_days_in_care").sum() for x in runs) for ratio, runs in by_ratio.items()}
    assert days[0.1] <= days[0.5] <= days[1.0]


def test_an_effect_of_exactly_1_gives_as_many_entries_as_before(by_ratio: dict[float, list[Ledger]]) -> None:
    before = lived({}, "no_change")
    assert entries(by_ratio[1.0]) == pytest.approx(entries(before), rel=0.1)


def test_an_effect_works_on_nobody_who_has_no_harm(by_ratio: dict[float, list[Ledger]]) -> None:
    for weak, strong in zip(by_ratio[1.0], by_ratio[0.1], strict=True):
        calm = weak.world.start.families.combo == 0
        same = [x.events[calm[x.events["family"]]] for x in (weak, strong)]
        np.testing.assert_array_equal(same[0], same[1])


def test_shorter_plans_hold_fewer_children(by_ratio: dict[float, list[Ledger]]) -> None:
    shorter = lived({"effect.cp_duration": 0.6, "effect.cin_duration": 0.6})
    for measure in ("child_days_on_cp", "child_days_on_cin"):
        assert total(shorter, measure) < 0.95 * total(by_ratio[1.0], measure)


def total(ledgers: list[Ledger], measure: str) -> float:
    return float(sum(ledger.total(measure).sum() for ledger in ledgers))


def test_better_attendance_and_completion_are_counted_where_teams_are_live() -> None:
    runs = lived(BETTER_KEPT)
    missed = total(runs, "appointments_missed") / total(runs, "appointments")
    outside = total(runs, "appointments_missed_outside") / total(runs, "appointments_outside")
    assert 0.4 < missed / outside < 0.65
    ended = {kind: total(runs, kind) for kind in ("programmes_completed", "programmes_completed_outside")}
    dropped = [drop_outs(runs, own) for own in (1, 0)]
    own = ended["programmes_completed"] / (ended["programmes_completed"] + dropped[0])
    referred = ended["programmes_completed_outside"] / (ended["programmes_completed_outside"] + dropped[1])
    assert own > 1.2 * referred


def drop_outs(ledgers: list[Ledger], own: int) -> float:
    logs = [ledger.events for ledger in ledgers]
    return float(sum(((log["event"] == Event.DROPPED) & (log["exit"] == own)).sum() for log in logs))


def test_programmes_are_offered_to_families_with_their_harm_and_to_no_other() -> None:
    ledger = live_through(begin(), "all_at_once")[0]
    start, log = ledger.world.start, ledger.events
    offers = log[log["event"] == Event.OFFERED]
    pathway = start.structure.pathway
    wanted = {
        p: pathway.harms.index(programme.harm) for p, programme in enumerate(pathway.programmes) if programme.harm
    }
    harmed = start.structure.combos[start.families.combo]
    assert len(offers) > 0
    assert all(harmed[family, wanted[place]] for family, place in zip(offers["family"], offers["place"], strict=True))


def test_the_scenario_s_own_effects_are_within_what_a_run_can_use() -> None:
    assert all(scenario().quantities[key].low > 0 for key in NEUTRAL)
