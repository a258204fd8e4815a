"""A family's fate follows from its own draws and its hazards alone, and can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from small_town import AMPLE, begin

from familyflow.engine import Ledger, rules, simulate
from familyflow.engine.keys import Purpose, visit_key
from familyflow.engine.records import GREW_UP, Event
from familyflow.engine.structure import STARTS
from familyflow.ground.draws import exponential, uniform


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """Return a year with workers for everybody, in which a family without harms meets no change of hazard."""
    return simulate(begin(AMPLE | {"family.care_together": 0.2}, size=0.3), "no_change")


def stays(ledger: Ledger) -> list[tuple[int, int, int, float, float, float, int]]:
    """Return what families without harms did in each stage: family, stage, visit, entered, since, left, exit."""
    start, log = ledger.world.start, ledger.events
    calm = (start.families.combo == 0) & (start.families.alone == 0)
    mine = log[(log["event"] <= Event.LEAVE) & calm[log["family"]] & (log["child"] < 0)]
    open_stays: dict[int, tuple[int, int, float, float]] = {}
    visits: dict[tuple[int, int], int] = {}
    found = []
    for time, event, family, _, _, stage, leads, _ in mine.tolist():
        if event == Event.ENTER and family not in open_stays:
            visit = visits[family, stage] = visits.get((family, stage), -1) + 1
            elapsed = float(start.families.elapsed[family]) if time == 0 else 0.0
            since = spell if leads == 1 else time - elapsed
            open_stays[family] = (stage, visit, time, since)
        elif event == Event.LEAVE and leads != GREW_UP:
            stage, visit, entered, spell = open_stays.pop(family, (stage, -1, 0.0, 0.0))
            found.append((family, stage, visit, entered, spell, time, leads))
    return [stay for stay in found if stay[2] >= 0]


def test_a_plan_ends_when_and_as_its_own_budgets_say(ledger: Ledger) -> None:
    start = ledger.world.start
    width = start.structure.to.shape[1]
    plans = [s for s in stays(ledger) if not start.structure.decision[s[1]] and s[6] >= 0]
    assert len(plans) > 300
    assert sum(visit > 0 for _, _, visit, *_ in plans) > 10
    for family, stage, visit, entered, since, left, leads in plans:
        key = (start.seed, start.replication, family, visit_key(stage, visit), int(Purpose.BUDGET))
        budgets = np.array([exponential(*key, e) for e in range(width)])
        ratios = start.structure.ratio[stage, :, 0]
        days, way = rules.soonest(start.rates.base[stage], STARTS, ratios, budgets, entered - since)
        assert (left - entered, leads) == (pytest.approx(days, abs=1e-6), way)


def test_a_decision_takes_its_own_time_and_falls_as_its_own_draw_says(ledger: Ledger) -> None:
    start = ledger.world.start
    decisions = [s for s in stays(ledger) if start.structure.decision[s[1]] and s[3] > 0]
    assert len(decisions) > 1000
    for family, stage, visit, entered, _, left, leads in decisions:
        key = (start.seed, start.replication, family, visit_key(stage, visit))
        shape, scale = start.structure.shape[stage], start.structure.scale[stage]
        assert left - entered == pytest.approx(rules.weibull(scale, shape, uniform(*key, int(Purpose.LENGTH), 0)))
        weights = start.rates.weights[stage] * start.structure.ratio[stage, :, 0]
        assert leads == rules.choose(weights, uniform(*key, int(Purpose.OUTCOME), 0))
