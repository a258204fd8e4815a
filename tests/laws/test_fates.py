"""A family's fate follows from its own draws and its hazards alone, and can be worked out by hand."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest
from small_town import AMPLE, STEADY, begin, budgets_of

from familyflow.engine import Ledger, rules, simulate
from familyflow.engine.keys import Purpose, visit_key
from familyflow.engine.records import GREW_UP, NEW, Event
from familyflow.engine.structure import STARTS
from familyflow.ground.draws import uniform


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """Return a year with workers for everybody, in which a family without harms meets no change of hazard."""
    return simulate(begin(AMPLE | STEADY | {"family.care_together": 0.2}, size=0.3), "no_change")


class Stay(NamedTuple):
    """What a family did in one stage: which visit, from when to when, since when its spell ran, and how it left."""

    family: int
    stage: int
    visit: int
    entered: float
    since: float
    left: float
    leads: int


def stays(ledger: Ledger) -> list[Stay]:
    """Return the stays that have ended of families without harms."""
    start, log = ledger.world.start, ledger.events
    calm = (start.families.combo == 0) & (start.families.alone == 0)
    mine = log[(log["event"] <= Event.LEAVE) & calm[log["family"]] & (log["child"] < 0)]
    here: dict[int, tuple[int, float]] = {}
    visits: Counter[tuple[int, int]] = Counter()
    spells: dict[int, float] = {}
    found: list[Stay] = []
    for time, event, family, _, _, stage, leads, _ in mine.tolist():
        if event == Event.ENTER and family not in here:
            if leads == NEW:
                spells[family] = time - (float(start.families.elapsed[family]) if time == 0 else 0.0)
            here[family] = (visits[family, stage], time)
            visits[family, stage] += 1
        elif event == Event.LEAVE and leads != GREW_UP and family in here:
            visit, entered = here.pop(family)
            found.append(Stay(family, stage, visit, entered, spells[family], time, leads))
    return found


def test_a_plan_ends_when_and_as_its_own_budgets_say(ledger: Ledger) -> None:
    start = ledger.world.start
    plans = [stay for stay in stays(ledger) if not start.structure.decision[stay.stage] and stay.leads >= 0]
    assert len(plans) > 300
    assert sum(stay.visit > 0 for stay in plans) > 10
    for stay in plans:
        budgets = budgets_of(start, stay.family, visit_key(stay.stage, stay.visit))
        hazards, ratios = start.rates.base[stay.stage], start.structure.ratio[stay.stage, :, 0]
        steady, clock = np.ones((len(hazards), 1)), (STARTS, np.zeros(1))
        days, leads = rules.soonest(hazards, steady, clock, ratios, budgets, (stay.entered - stay.since, 0.0))
        assert stay.left - stay.entered == pytest.approx(days, abs=1e-6)
        assert stay.leads == leads


def test_a_decision_takes_its_own_time_and_falls_as_its_own_draw_says(ledger: Ledger) -> None:
    start = ledger.world.start
    decisions = [stay for stay in stays(ledger) if start.structure.decision[stay.stage] and stay.entered > 0]
    assert len(decisions) > 1000
    for stay in decisions:
        key = (start.seed, start.replication, stay.family, visit_key(stay.stage, stay.visit))
        shape, scale = start.structure.shape[stay.stage], start.structure.scale[stay.stage]
        days = rules.weibull(scale, shape, uniform(*key, int(Purpose.LENGTH), 0))
        assert stay.left - stay.entered == pytest.approx(days)
        weights = start.rates.weights[stay.stage] * start.structure.ratio[stay.stage, :, 0]
        assert stay.leads == rules.choose(weights, uniform(*key, int(Purpose.OUTCOME), 0))
