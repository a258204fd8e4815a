"""Chains of stages: what follows from the hazards on paper, in the balance, and in lives simulated."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pytest
from small_town import AMPLE, STEADY, alone_pathway, alone_rates, alone_values, rates_for, scenario, values

from familyflow.engine import Ledger, balance, delivery, prepare, rates, simulate, structure
from familyflow.engine.records import Event
from familyflow.engine.structure import STARTS
from familyflow.pathway import PATHWAY
from familyflow.pathway.stages import BANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from familyflow.engine.balance import Expectation
    from familyflow.pathway import Pathway

CP = PATHWAY.index["cp"]
HAZARDS = {
    "cin": (0.001, 0.004, 0.003, 0.002, 0.002),
    "close": (0.0, 0.002, 0.004, 0.001, 0.001),
    "care": (0.002, 0.001, 0.0005, 0.001, 0.001),
    "pre_proceedings": (0.0, 0.0, 0.001, 0.001, 0.001),
}
"""Hazards a day of the ways off a CP plan, by duration band."""


GROUPS = {"cin": "on_cin", "cp": "on_cp", "care": "in_care"}
CLUSTER = 2.6
"""Children who enter together vary counts more than chance alone: the mean square of family sizes over the mean."""


def expectation(pathway: Pathway, given: Mapping[str, float], named: Mapping[str, float]) -> Expectation:
    arrays = structure.build(pathway, given)
    return balance.expect(arrays, rates.from_values(named, pathway), delivery.outside(arrays))


# An absorbing chain: a CP plan with competing hazards ----------------------------------------------------------


@pytest.fixture(scope="module")
def on_plans() -> Ledger:
    """Return two years in which families come straight to a CP plan, which ends in four ways."""
    pathway = alone_pathway("cp", to_care="cin.close")
    hazards = {f"hazard.cp.{way}.{b}": h for way, by in HAZARDS.items() for b, h in zip(BANDS, by, strict=True)}
    quick = {f"hazard.{path}.{b}": 1.0 for path in ("cin.close", "pre_proceedings.cp") for b in BANDS}
    named = alone_rates(pathway, {"arrivals.family": 8.0} | hazards | quick)
    return simulate(prepare(scenario(), alone_values(AMPLE | STEADY), named, 2, 0, 2, pathway), "no_change")


def incidence(until: float) -> dict[str, float]:
    """Return the share who have left by each way after some days, by competing hazards constant within bands."""
    steps = np.linspace(0.0, until, 200_001)
    middle = (steps[1:] + steps[:-1]) / 2
    band = np.searchsorted(STARTS, middle, side="right") - 1
    by_way = {way: np.array(by)[band] for way, by in HAZARDS.items()}
    total = sum(by_way.values())
    left = np.exp(-np.cumsum(total) * steps[1] + total * steps[1] / 2)
    return {way: float((hazard * left).sum() * steps[1]) for way, hazard in by_way.items()}


@pytest.mark.parametrize("until", [*STARTS[1:4].tolist(), 300.0])
def test_ways_off_a_plan_and_their_times_follow_the_competing_hazards(on_plans: Ledger, until: float) -> None:
    start, log = on_plans.world.start, on_plans.events
    began, ended = first_of(log, Event.ENTER), first_of(log, Event.LEAVE)
    adult = start.families.born[:, 0] + 18 * 365.25
    at_risk = [f for f, r in began.items() if 0 < r[0] < start.horizon - until and adult[f] > r[0] + until]
    ways = [ended[f][1] for f in at_risk if f in ended and ended[f][0] < began[f][0] + until]
    for way, share in incidence(until).items():
        found = ways.count(PATHWAY.stages[CP].exit_names.index(way)) / len(at_risk)
        assert found == pytest.approx(share, abs=3.5 * np.sqrt(share * (1 - share) / len(at_risk)) + 1e-12)


def first_of(log: np.ndarray, event: Event) -> dict[int, tuple[float, int]]:
    """Return each family's first entry to, or departure from, a CP plan: its time and exit."""
    mine = log[(log["event"] == event) & (log["place"] == CP)][::-1]
    times = zip(mine["time"].tolist(), mine["exit"].tolist(), strict=True)
    return dict(zip(mine["family"].tolist(), times, strict=True))


# The balance on paper ------------------------------------------------------------------------------------------


def test_the_balance_of_two_stages_is_the_one_solved_by_hand() -> None:
    arrivals, up, ends, down, leaves = 2.0, 0.004, 0.006, 0.003, 0.005
    pathway = alone_pathway("cin", to_care="")
    hazards = {"cin.section47": up, "cin.close": ends, "cp.cin": down, "cp.close": leaves}
    by_band = {f"hazard.{path}.{b}": h for path, h in hazards.items() for b in BANDS}
    others = {f"hazard.{s}.{e.name}.{b}": 0.0 for s in ("cin", "cp") for e in PATHWAY.stage(s).exits for b in BANDS}
    decided = {"decision.section47.cp": 1.0, "arrivals.family": arrivals, "arrivals.trace": 0.0}
    named = alone_rates(pathway, others | by_band | decided)
    named |= {f"hazard.closed.rereferral.{b}": 0.0 for b in BANDS}
    given = alone_values({})
    found = expectation(pathway, given, named)
    grow = balance.growing_up(found.structure)
    # into CIN: arrivals + down * CP = (up + ends + grow) * CIN; into CP: up * CIN = (down + leaves + grow) * CP
    cin = arrivals / (up + ends + grow - down * up / (down + leaves + grow))
    cp = up * cin / (down + leaves + grow)
    assert found.stock("cin") == pytest.approx(cin, rel=1e-6)
    assert found.stock("cp") == pytest.approx(cp, rel=1e-6)
    assert found.started("cp") == pytest.approx(up * cin, rel=1e-6)
    assert found.stock("section47") == pytest.approx(up * cin * given["section47.days"], rel=1e-6)


# The balance and the lives -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def settled() -> list[Ledger]:
    """Return replications of a town that begins in balance and has workers for everybody, who come and go."""
    given = values(AMPLE, 0.2)
    named = rates_for(given)
    found = expectation(PATHWAY, given, named)
    stocks = {f"snapshot.children_{name}": found.stock(group) for group, name in GROUPS.items()}
    starts = [prepare(scenario(), given | stocks, named, 7, k, 2) for k in range(3)]
    return [simulate(start, "no_change") for start in starts]


@pytest.mark.parametrize("stage", [s.name for s in PATHWAY.stages if not s.in_care])
def test_entries_to_each_stage_are_those_of_the_balance(settled: list[Ledger], stage: str) -> None:
    s = PATHWAY.index[stage]
    expected = balanced(settled[0]).entries[s].sum()
    found = [entered(ledger, s) for ledger in settled]
    assert sum(found) / span(settled) == pytest.approx(expected, abs=3.5 * np.sqrt(expected * CLUSTER / span(settled)))


def balanced(ledger: Ledger) -> Expectation:
    start = ledger.world.start
    return balance.expect(start.structure, start.rates, delivery.outside(start.structure))


def entered(ledger: Ledger, s: int) -> float:
    log = ledger.events
    return float(log["amount"][(log["event"] == Event.ENTER) & (log["place"] == s) & (log["time"] > 0)].sum())


def span(ledgers: list[Ledger]) -> float:
    """Return the days lived in all replications."""
    return sum(ledger.world.start.horizon for ledger in ledgers)


def test_children_enter_care_as_often_as_in_the_balance(settled: list[Ledger]) -> None:
    found = sum(float(ledger.total("care_entries").sum()) for ledger in settled)
    expected = (balanced(settled[0]).entering + balanced(settled[0]).alone) * span(settled)
    assert found == pytest.approx(expected, abs=3.5 * np.sqrt(expected * CLUSTER))


def test_a_plan_that_opens_when_a_sibling_enters_care_has_its_own_chances(settled: list[Ledger]) -> None:
    cin = PATHWAY.stage("cin")
    for ledger in settled:
        log = ledger.events
        mine = log[(log["event"] == Event.LEAVE) & (log["place"] == PATHWAY.index["cin"])]
        to_care = mine[mine["exit"] == cin.exit_names.index("care")]
        moments = list(zip(to_care["family"].tolist(), to_care["time"].tolist(), strict=True))
        assert len(moments) == len(set(moments)) > 0


# Little's law --------------------------------------------------------------------------------------------------

WITHIN = {
    "contact": 0.03,
    "referral": 0.03,
    "assessment": 0.03,
    "section47": 0.03,
    "early_help": 0.1,
    "cin": 0.1,
    "cp": 0.1,
}
"""How near the law must come: stays of months end outside the two years that they began in."""
SINCE = 120.0


@pytest.mark.parametrize("group", WITHIN)
def test_what_is_open_is_what_starts_in_a_day_times_how_long_it_stays(settled: list[Ledger], group: str) -> None:
    days_open = starts = 0.0
    stays: list[float] = []
    for ledger in settled:
        counts = spells(ledger, group)
        days_open, starts = days_open + counts[0], starts + counts[1]
        stays += counts[2]
    days = sum(ledger.world.start.horizon - SINCE for ledger in settled)
    assert days_open / days == pytest.approx(starts / days * np.mean(stays), rel=WITHIN[group])


def spells(ledger: Ledger, group: str) -> tuple[float, float, list[float]]:
    """Return children's days in a group, their starts, and the stays of those who left it, from a day on."""
    start, until = ledger.world.start, ledger.world.start.horizon
    to, members = start.structure.to, [s for s, stage in enumerate(PATHWAY.stages) if stage.group == group]
    log = ledger.events[np.isin(ledger.events["place"], members) & (ledger.events["event"] <= Event.LEAVE)]
    inside: dict[int, list[float]] = defaultdict(list)
    stays: list[float] = []
    days = starts = 0.0
    for time, event, family, _, _, place, leads, amount in log.tolist():
        within = leads == 1 if event == Event.ENTER else leads >= 0 and to[place, leads] in members
        if event == Event.ENTER and not within:
            elapsed = float(start.families.elapsed[family]) if time == 0 else 0.0
            inside[family] += [time - elapsed] * round(amount)
            starts += amount * (time > SINCE)
        elif not within:
            for began in (inside[family].pop(0) for _ in range(round(amount))):
                days += max(0.0, time - max(began, SINCE))
                stays += [time - began] * (time > SINCE)
    days += sum(until - max(began, SINCE) for rest in inside.values() for began in rest)
    return days, starts, stays
