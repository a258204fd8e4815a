"""Every child protection plan starts under one category of abuse, and they are as common as published."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import stats
from small_town import begin, scenario, whole

from familyflow.engine import Ledger, simulate
from familyflow.engine.records import NEW, Event
from familyflow.pathway import PATHWAY
from familyflow.pathway.teams import CATEGORIES

ON_PLANS = [s for s, stage in enumerate(PATHWAY.stages) if stage.group == "cp"]
TOWNS = {
    "one_by_one": (scenario, {}, 1),
    "upheaval": (whole, {}, 1),
    "no_change": (
        scenario,  # children come home one by one, some of them to a plan that is open
        {"family.care_together": 0.0, "target.care_starts": 300.0, "snapshot.children_in_care": 500.0}
        | {"snapshot.children_on_cp": 200.0}
        | {f"family.size.{k}": float(k == 6) for k in range(1, 7)},
        2,
    ),
}


@pytest.fixture(scope="module", params=list(TOWNS))
def ledger(request: pytest.FixtureRequest) -> Ledger:
    town, changes, years = TOWNS[request.param]
    return simulate(begin(changes, size=0.3, years=years, town=town()), request.param)


def test_each_plan_that_starts_has_exactly_one_category(ledger: Ledger) -> None:
    log = ledger.events
    started = log[(log["event"] == Event.ENTER) & (log["exit"] == NEW) & np.isin(log["place"], ON_PLANS)]
    named = log[log["event"] == Event.CATEGORY]
    which = [Counter((r["time"], r["family"], r["team"], r["amount"]) for r in rows) for rows in (started, named)]
    assert which[0] == which[1]
    assert set(named["place"].tolist()) <= set(range(len(CATEGORIES)))
    assert len(started) > 20


def test_starts_by_category_add_up_to_starts_in_every_month_and_team(ledger: Ledger) -> None:
    tables = dict(ledger.measures())
    total = np.sum([tables[f"cp_starts_{category}"] for category in CATEGORIES], axis=0)
    np.testing.assert_array_equal(total, tables["cp_starts"])
    assert total.sum() > 20


def test_categories_are_as_common_as_published() -> None:
    ledger = simulate(begin(size=0.6, years=3), "no_change")
    given = ledger.world.start.structure.values
    named = ledger.events[(ledger.events["event"] == Event.CATEGORY) & (ledger.events["time"] > 0)]
    counted = np.bincount(named["place"], minlength=len(CATEGORIES))
    shares = np.array([given[f"cp.category.{name}"] for name in CATEGORIES])
    assert counted.sum() > 300
    assert stats.chisquare(counted, shares / shares.sum() * counted.sum()).pvalue > 0.001


def test_a_family_s_category_is_its_own_whatever_the_schedule() -> None:
    start = begin(size=0.3, town=whole())
    by_schedule = [
        {(int(r["family"])): int(r["place"]) for r in log[log["event"] == Event.CATEGORY][::-1]}
        for log in (simulate(start, schedule).events for schedule in ("no_change", "upheaval"))
    ]
    both = set(by_schedule[0]) & set(by_schedule[1])
    assert len(both) > 50
    assert all(by_schedule[0][family] == by_schedule[1][family] for family in both)
