from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from small_town import AMPLE, STEADY, begin, budgets_of

from familyflow.engine import Ledger, rules, simulate
from familyflow.engine.keys import visit_key
from familyflow.engine.records import GREW_UP, Event
from familyflow.engine.structure import STARTS, TO_HOME
from familyflow.pathway import PATHWAY
from familyflow.pathway.care import ENTRY_AGES

YEAR = 365.25


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """Return two years of a town with many children in care, and workers for everybody."""
    changes = {"snapshot.children_in_care": 600.0, "target.care_starts": 200.0, "target.uasc_share": 0.3}
    return simulate(begin(AMPLE | STEADY | changes, size=0.2, years=2), "no_change")


def in_care(ledger: Ledger, event: Event) -> np.ndarray:
    log = ledger.events
    return np.asarray(log[(log["event"] == event) & (log["child"] >= 0)])


def ages(ledger: Ledger, records: np.ndarray) -> np.ndarray:
    born = ledger.world.start.families.born[records["family"], records["child"]]
    return np.asarray((records["time"] - born) / YEAR)


def test_children_leave_by_exits_that_are_open_at_their_age(ledger: Ledger) -> None:
    left = in_care(ledger, Event.LEAVE)
    left = left[left["exit"] >= 0]
    low, high = ledger.world.start.structure.ages[left["place"], left["exit"]].T
    mine = ages(ledger, left)
    assert len(left) > 100
    assert (mine >= low - 1e-6).all()
    assert (mine <= high + 1e-6).all()


def test_each_move_ends_in_the_placement_that_its_exit_names(ledger: Ledger) -> None:
    log = ledger.events[(ledger.events["child"] >= 0)]
    to = ledger.world.start.structure.to
    place: dict[tuple[int, int], int] = {}
    moves = 0
    for record in log:
        child = (int(record["family"]), int(record["child"]))
        if record["event"] == Event.LEAVE and record["exit"] >= 0:
            place[child] = int(to[record["place"], record["exit"]])
        elif record["event"] == Event.ENTER and record["exit"] == 1:
            moves += 1
            assert record["place"] == place[child]
    assert moves > 10


def test_first_placements_follow_the_child_s_age(ledger: Ledger) -> None:
    first = in_care(ledger, Event.ENTER)
    first = first[(first["time"] > 0) & (first["exit"] == 0)]
    places = [PATHWAY.index[s.name] for s in PATHWAY.placements]
    mine = ages(ledger, first)
    for (_, low, high), shares in zip(ENTRY_AGES, ledger.world.start.rates.placements, strict=True):
        here = first["place"][(mine >= low) & (mine < high)]
        counted = np.array([(here == p).sum() for p in places])
        likely = shares > 0.1
        seen = [*counted[likely].tolist(), counted[~likely].sum()]
        expected = np.array([*shares[likely].tolist(), shares[~likely].sum()]) * counted.sum()
        assert counted[shares == 0].sum() == 0
        assert stats.chisquare(seen, expected).pvalue > 0.001


def test_a_stay_ends_when_and_as_its_own_budgets_say(ledger: Ledger) -> None:
    start = ledger.world.start
    checked = 0
    entered, left = in_care(ledger, Event.ENTER), in_care(ledger, Event.LEAVE)
    single = (start.families.alone == 1) & (start.families.arrives > 0)  # one child, no harms, one first placement
    out = {int(r["family"]): r for r in left[single[left["family"]]][::-1]}
    for record in entered[single[entered["family"]] & (entered["exit"] == 0)]:
        family, place = int(record["family"]), int(record["place"])
        if family not in out:
            continue
        budgets = budgets_of(start, family, visit_key(place, 0), member=1)
        low, high = start.structure.ages[place].T
        ratios = start.structure.ratio[place, :, 0] * ((low <= 16) & (high > 16))
        steady = np.ones((len(ratios), 1))
        days, way = rules.soonest(start.rates.base[place], steady, (STARTS, np.zeros(1)), ratios, budgets, (0.0, 0.0))
        adult = start.families.born[family, 0] + 18 * YEAR
        expected = (record["time"] + days, way) if record["time"] + days < adult else (adult, GREW_UP)
        assert (out[family]["time"], out[family]["exit"]) == (pytest.approx(expected[0]), expected[1])
        checked += 1
    assert checked > 10


def test_a_child_who_comes_home_is_at_home_the_same_day(ledger: Ledger) -> None:
    left = in_care(ledger, Event.LEAVE)
    home = left[(left["exit"] >= 0) & (ledger.world.start.structure.to[left["place"], left["exit"]] == TO_HOME)]
    home = home[ledger.world.start.families.alone[home["family"]] == 0]
    log = ledger.events
    enters = log[(log["event"] == Event.ENTER) & (log["child"] < 0)]
    arrivals = set(zip(enters["family"].tolist(), enters["time"].tolist(), strict=True))
    assert len(home) > 10
    assert all((int(r["family"]), float(r["time"])) in arrivals for r in home)


def test_a_child_alone_has_no_home_here_to_go_to(ledger: Ledger) -> None:
    alone = ledger.world.start.families.alone == 1
    log = ledger.events
    assert not alone[log["family"][log["child"] < 0]].any()


def test_all_or_one_of_the_children_at_home_enter_care(ledger: Ledger) -> None:
    log = ledger.events
    structure = ledger.world.start.structure
    left = log[(log["event"] == Event.LEAVE) & (log["child"] < 0)]
    to_care = left[(left["exit"] >= 0) & (structure.to[left["place"], left["exit"]] == -1)]
    stayed = left[left["exit"] == -2]
    rest = dict(
        zip(
            zip(stayed["family"].tolist(), stayed["time"].tolist(), strict=True), stayed["amount"].tolist(), strict=True
        )
    )
    several = [(r["amount"], rest.get((int(r["family"]), float(r["time"])), 0.0)) for r in to_care]
    assert all(entering == 1 or staying == 0 for entering, staying in several)
    families = [(entering, staying) for entering, staying in several if entering + staying > 1]
    together = np.mean([staying == 0 for _, staying in families])
    assert together == pytest.approx(structure.values["family.care_together"], abs=3.5 * np.sqrt(0.25 / len(families)))


def test_part_of_those_who_enter_by_agreement_go_to_court(ledger: Ledger) -> None:
    log = ledger.events
    structure = ledger.world.start.structure
    voluntary = {
        (s, e)
        for s, stage in enumerate(PATHWAY.stages)
        for e, leads in enumerate(stage.exits)
        if "care_entries_voluntary" in leads.counts
    }
    left = log[(log["event"] == Event.LEAVE) & (log["child"] < 0)]
    agreed = sum((int(r["place"]), int(r["exit"])) in voluntary for r in left)
    court = (log["event"] == Event.COURT).sum()
    share = structure.values["plan.care.voluntary_to_proceedings"]
    assert court / agreed == pytest.approx(share, abs=3.5 * np.sqrt(0.25 / agreed))
