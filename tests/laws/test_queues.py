"""Queues alone: what textbooks say of one stage with arrivals by chance."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from replay import Replay
from scipy.special import gamma
from small_town import STEADY, alone_pathway, alone_rates, alone_values, scenario

from familyflow.engine import Ledger, prepare, simulate
from familyflow.engine.records import Event
from familyflow.pathway import PATHWAY

STAGE = PATHWAY.index["assessment"]
REPLICATIONS = 5
SETTLED = 60.0
"""Days after which the start no longer shows."""


def run(arrivals: float, days: float, shape: float, workers: float, replication: int, years: int = 1) -> Ledger:
    """Live through years of assessments alone: families arrive by chance, are assessed, and leave."""
    pathway = alone_pathway("assessment", to_care="assessment.close")
    rates = alone_rates(pathway, {"arrivals.family": arrivals, "decision.assessment.close": 1.0})
    values = alone_values(
        STEADY
        | {
            "assessment.days": days,
            "assessment.shape": shape,
            "staff.ceiling": 1.0,
            "staff.headroom": -1.0,
            "staff.vacancy_rate": 0.0,
            "team.assessment.social_workers": workers,
        }
    )
    return simulate(prepare(scenario(), values, rates, 3, replication, years, pathway), "no_change")


def waits(ledger: Ledger) -> np.ndarray:
    """Return the days that each family waited for a worker, of those who came after the start had settled."""
    log = ledger.events
    mine = log[(log["place"] == STAGE) & (log["time"] > SETTLED) & (log["time"] < ledger.world.start.horizon - 10)]
    came = mine[mine["event"] == Event.ENTER]["family"]
    asked = mine[mine["event"] == Event.WAIT]
    began = dict(zip(asked["family"].tolist(), asked["time"].tolist(), strict=True))
    ended = mine[mine["event"] == Event.WAIT_ENDS]
    waited = {
        f: t - began[f] for f, t in zip(ended["family"].tolist(), ended["time"].tolist(), strict=True) if f in began
    }
    return np.array([waited.get(f, 0.0) for f in came.tolist()])


def erlang_c(load: float, servers: int) -> float:
    """Return the probability that an arrival waits in a queue of Poisson arrivals and exponential service."""
    last = load**servers / factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / factorial(k) for k in range(servers)) + last)


@pytest.mark.parametrize(("servers", "busy"), [(1, 0.4), (4, 0.7)])
def test_a_team_alone_keeps_families_waiting_as_erlang_c_says(servers: int, busy: float) -> None:
    days, load = 0.05 * servers, servers * busy
    runs = [waits(run(load / days, days, 1.0, servers, k)) for k in range(REPLICATIONS)]
    likely, mean = erlang_c(load, servers), erlang_c(load, servers) * days / (servers - load)
    assert_agree([np.mean(w > 0) for w in runs], likely)
    assert_agree([np.mean(w) for w in runs], mean)


def assert_agree(found: list[np.floating], expected: float) -> None:
    """Fail unless replications' mean is within 3.5 of its standard errors, and that within 8% of what is expected."""
    error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert error < 0.08 * expected
    assert np.mean(found) == pytest.approx(expected, abs=3.5 * error)


@pytest.mark.parametrize("shape", [0.7, 2.5])
def test_with_workers_for_all_the_stock_is_poisson_whatever_the_times_are_like(shape: float) -> None:
    arrivals, days = 3.0, 4.0
    samples = []
    for k in range(REPLICATIONS):
        replay, at = Replay(run(arrivals, days, shape, 10_000, k)), SETTLED
        stock = 0
        for time, _ in replay.instants():
            while at <= time:
                samples.append(stock)
                at += 3 * days
            stock = sum(replay.serving.values())
    count, mean = len(samples), arrivals * days
    assert count > 100
    assert np.mean(samples) == pytest.approx(mean, abs=3.5 * np.sqrt(mean / count))
    assert np.var(samples, ddof=1) / mean == pytest.approx(1.0, abs=3.5 * np.sqrt(2 / count))


def test_the_times_themselves_have_the_mean_and_spread_that_were_asked_for() -> None:
    ledger = run(6.0, 12.0, 2.0, 10_000, 0)
    log = ledger.events[(ledger.events["place"] == STAGE) & (ledger.events["time"] > 0)]
    entered = {int(r["family"]): float(r["time"]) for r in log[log["event"] == Event.ENTER]}
    left = {int(r["family"]): float(r["time"]) for r in log[log["event"] == Event.LEAVE]}
    early = [f for f, t in entered.items() if t < ledger.world.start.horizon - 100]
    days = np.array([left[f] - entered[f] for f in early])
    scale = 12.0 / gamma(1.5)
    assert days.mean() == pytest.approx(12.0, abs=3.5 * days.std() / np.sqrt(len(days)))
    assert days.var() == pytest.approx(scale**2 * (gamma(2.0) - gamma(1.5) ** 2), rel=0.12)
