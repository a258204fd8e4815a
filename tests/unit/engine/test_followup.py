from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from small_town import begin

from familyflow.engine import followup, measure, simulate
from familyflow.engine import records as rec
from familyflow.engine.population import FAMILY, LARGEST, Population
from familyflow.engine.records import Event
from familyflow.engine.run import COMPILED, SIMPY
from familyflow.pathway import PATHWAY
from familyflow.pathway.people import YEAR

if TYPE_CHECKING:
    from familyflow.engine.ledger import Ledger

AT = PATHWAY.index
HORIZON = 1000.0
START = begin(size=0.4, seed=5, years=3)
STRUCTURE = START.structure
ROW = tuple[float, int, int, int, int, int, int, float]


def people(*families: tuple[float, str, tuple[float, ...]]) -> Population:
    """Return families: the day on which each comes, its stage then, and its children's days of birth."""
    rows = np.zeros(len(families), FAMILY)
    rows["born"] = np.nan
    for row, (arrives, stage, born) in zip(rows, families, strict=True):
        row["arrives"], row["stage"], row["size"] = arrives, AT.get(stage, -1), len(born)
        row["born"][: len(born)] = born
    return Population.of(rows, np.zeros((len(families), LARGEST)))


def enters(time: float, family: int, stage: str, child: int = -1, way: int = rec.NEW, team: int = -1) -> ROW:
    return (time, int(Event.ENTER), family, child, team, AT[stage], way, 1.0)


def follow(families: Population, *rows: ROW, chunks: int = 1) -> followup.Followup:
    """Follow up records that come in so many chunks."""
    watch, log = followup.Watch.of(STRUCTURE), rec.pack(list(rows))
    assert sum(len(each) for each in watch.over(np.array_split(log, chunks))) == len(log)
    return followup.of(watch, STRUCTURE, families, HORIZON)


def counts(found: followup.Followup) -> list[tuple[int, int]]:
    return list(zip(found.followed.tolist(), found.entered.tolist(), strict=True))


TWO = people((5.0, "contact", (60.0 - 13 * YEAR, -2 * YEAR)))
"""A family with a child who turns 13 on day 60, and one of two."""


@pytest.mark.parametrize("chunks", [1, 2, 5])
def test_children_who_enter_care_within_18_months_are_counted_once(chunks: int) -> None:
    rows = (
        enters(10.0, 0, "referral"),
        enters(200.0, 0, "kinship", child=1),
        enters(220.0, 0, "in_house_foster", child=1, way=rec.MOVED),
        enters(300.0, 0, "kinship", child=1),
        enters(400.0, 0, "referral"),
    )
    assert counts(follow(TWO, *rows, chunks=chunks)) == [(2, 1)]


@pytest.mark.parametrize(("day", "entered"), [(10.0, 1), (558.0, 1), (558.1, 0)])
def test_eighteen_months_are_548_days(day: float, entered: int) -> None:
    assert counts(follow(TWO, enters(10.0, 0, "referral"), enters(day, 0, "kinship", child=0))) == [(2, entered)]


def test_age_is_that_of_the_day_of_the_referral() -> None:
    late = follow(TWO, enters(60.1, 0, "referral"), enters(70.0, 0, "kinship", 0), enters(71.0, 0, "kinship", 1))
    assert counts(late) == [(1, 1)]


@pytest.mark.parametrize(("day", "followed"), [(452.0, [(1, 0)]), (452.1, [])])
def test_who_cannot_be_followed_up_within_the_run_is_not_counted(day: float, followed: list[tuple[int, int]]) -> None:
    assert counts(follow(TWO, enters(day, 0, "referral"))) == followed


def test_a_child_who_was_in_care_before_the_referral_is_not_at_risk_of_entering() -> None:
    assert counts(follow(TWO, enters(9.0, 0, "kinship", child=0), enters(10.0, 0, "referral"))) == [(1, 0)]


@pytest.mark.parametrize("stage", ["closed", "referral", "assessment", "early_help", "cin", "cp", "in care"])
def test_a_family_known_on_day_0_past_its_referral_is_not_first_referred(stage: str) -> None:
    assert counts(follow(people((0.0, stage, (-YEAR,))), enters(10.0, 0, "referral"))) == []


@pytest.mark.parametrize("stage", ["contact", "screened_out"])
def test_a_family_known_on_day_0_where_nobody_has_been_referred_may_be(stage: str) -> None:
    assert counts(follow(people((0.0, stage, (-YEAR,))), enters(10.0, 0, "referral"))) == [(1, 0)]


def test_a_case_that_passes_to_another_team_is_no_referral() -> None:
    assert counts(follow(TWO, enters(10.0, 0, "referral", way=rec.PASSED))) == []


def test_nothing_is_nobody() -> None:
    assert counts(follow(TWO)) == []


def test_children_are_counted_in_the_month_of_the_referral_for_the_team_that_took_it() -> None:
    families = people((5.0, "contact", (-YEAR, -YEAR)), (5.0, "contact", (-YEAR,)), (5.0, "contact", (-20 * YEAR,)))
    found = follow(
        families,
        enters(31.0, 1, "referral", team=1),
        enters(31.5, 0, "referral"),
        enters(32.0, 2, "referral"),
        enters(90.0, 0, "kinship", child=1),
    )
    tables = dict(found.measures(np.array([0.0, 31.0, 62.0, 1000.0]), 3))
    assert tables[followup.FIRST_REFERRED].tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 2], [0, 0, 0]]
    assert tables[followup.ENTERED_CARE].tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0]]


def by_hand(ledger: Ledger) -> tuple[int, int]:
    """Count a run's children one after the other."""
    start = ledger.world.start
    children: dict[tuple[int, int], float] = {}
    known, entered = set[int](), set[tuple[int, int]]()
    for line in ledger.events[ledger.events["event"] == Event.ENTER]:
        time, family, child, place = (line[name].item() for name in ("time", "family", "child", "place"))
        stage = PATHWAY.stages[place]
        if time == 0 and stage.name not in {"contact", "screened_out"}:
            known.add(family)
        if stage.name == "referral" and family not in known:
            known.add(family)
            if time + 548 <= start.horizon:
                ages = (time - start.families.born[family]) / YEAR
                children |= {(family, k): time for k in range(start.families.size[family]) if ages[k] < 13}
        if stage.in_care and time - children.get((family, child), -1e9) <= 548:
            entered.add((family, child))
    return len(children), len(entered)


@pytest.fixture(scope="module")
def runs() -> dict[str, Ledger]:
    return {engine: simulate(START, "all_at_once", engine) for engine in (SIMPY, COMPILED)}


def test_both_engines_follow_up_the_same_children_who_are_those_counted_one_by_one(runs: dict[str, Ledger]) -> None:
    names = (followup.FIRST_REFERRED, followup.ENTERED_CARE)
    tables = [[dict(each.measures())[name] for name in names] for each in runs.values()]
    assert np.array_equal(tables[0], tables[1])
    followed, entered = by_hand(runs[COMPILED])
    assert (tables[0][0].sum(), tables[0][1].sum()) == (followed, entered)
    assert 0 < entered < followed / 3


def test_a_run_whose_records_are_not_kept_counts_the_same(runs: dict[str, Ledger]) -> None:
    streamed, kept = (dict(each.measures()) for each in (measure(START, "all_at_once"), runs[COMPILED]))
    for name in (followup.FIRST_REFERRED, followup.ENTERED_CARE):
        assert np.array_equal(streamed[name], kept[name])


def test_referrals_of_the_last_18_months_of_a_run_are_not_counted(runs: dict[str, Ledger]) -> None:
    ledger = runs[COMPILED]
    followed = ledger.total(followup.FIRST_REFERRED)
    late = ledger.edges - 31 > ledger.world.start.horizon - 548
    assert followed[late].sum() == 0
    assert followed[1:][~late[1:]].all()


def test_a_run_of_a_year_follows_nobody_up() -> None:
    assert simulate(begin(size=0.05), "no_change").total(followup.FIRST_REFERRED).sum() == 0


def test_the_town_has_one_stage_that_is_a_referral() -> None:
    watch = followup.Watch.of(STRUCTURE)
    assert [PATHWAY.stages[s].name for s in np.flatnonzero(watch.referral)] == ["referral"]
