"""The bridge from programme cost to a published budget: its steps add up, and each is what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import made_up
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from familyflow import scenario
from familyflow.economics import bridge as bridges
from familyflow.economics import case, ladder
from familyflow.economics.bridge import ADDENDS, SUMS, Bridge, Budget, Row
from familyflow.economics.lines import OVERHEAD, Kind, Line, lines_for

quick = settings(max_examples=50, deadline=None)
WORKER = made_up.LINES.index(next(line for line in made_up.LINES if line.name == "worker"))
SPECIALIST = Line("specialist", "fte_days_specialist", "price.worker", Kind.PROGRAMME, uplifts=(OVERHEAD,))
MANAGER = Line("manager", "fte_days_manager", "price.worker", Kind.PROGRAMME, uplifts=(OVERHEAD,))
LINES = (*made_up.LINES[:WORKER], SPECIALIST, MANAGER, *made_up.LINES[WORKER:])
"""Two posts with overheads beside the line that has none, which stands for set-up and the like."""


def assumed() -> case.Assumptions:
    a = made_up.assumptions()
    overhead = replace(made_up.quantity(0.25), unit="share")
    return replace(a, lines=LINES, quantities={**a.quantities, OVERHEAD: overhead})


def counted(seed: int, draws: int = 4) -> case.Activity:
    """Random amounts; the two posts have the amounts of the line without overheads."""
    found = made_up.activity(seed, draws)
    order = [*range(WORKER), WORKER, WORKER, *range(WORKER, len(made_up.LINES))]
    return replace(
        found,
        lines=tuple(line.name for line in LINES),
        amounts=found.amounts[..., order],
        relative=found.relative[..., order],
        reference=found.reference[..., order],
        ending=found.ending[..., order],
    )


def budget(
    start: date = date(2024, 4, 1), years: float = 3.0, named: frozenset[str] | None = frozenset({"specialist"})
) -> Budget:
    return Budget(100_000.0, start, years, named, "slides")


def bridged(found: case.Activity, given_budget: Budget, overhead: float = 0.25) -> Bridge:
    a = assumed()
    flows = ladder.cash_flow(found, a)
    return bridges.bridge(found, flows, a, given_budget, np.full(len(found.draws), overhead))


@quick
@given(
    seed=st.integers(0, 10_000),
    start=st.dates(date(2022, 1, 1), date(2026, 12, 31)),
    years=st.floats(0.1, 6),
    named=st.sampled_from((None, frozenset[str](), frozenset({"specialist"}), frozenset({"specialist", "worker"}))),
    overhead=st.floats(0, 1),
)
def test_the_steps_add_up_to_the_published_budget_in_every_draw(
    seed: int, start: date, years: float, named: frozenset[str] | None, overhead: float
) -> None:
    a = replace(assumed(), deflator={"2021/22": 90.0, "2022/23": 94.0, "2023/24": 97.0, "2024/25": 100.0})
    found, given_budget = counted(seed), budget(start, years, named)
    flows = ladder.cash_flow(found, a)
    made = bridges.bridge(found, flows, a, given_budget, np.full(len(found.draws), overhead))
    for rows in (made.nominal, made.real):
        np.testing.assert_allclose(sum(rows[row] for row in ADDENDS), rows[Row.PUBLISHED], atol=1e-6)
        for row in SUMS:
            above = [each for each in ADDENDS if list(Row).index(each) < list(Row).index(row)]
            np.testing.assert_allclose(sum(rows[each] for each in above), rows[row], atol=1e-6)


def test_it_begins_with_what_the_programme_costs_over_the_whole_run() -> None:
    found = counted(3)
    flows = ladder.cash_flow(found, assumed())
    made = bridged(found, budget())
    for rows in (made.nominal, made.real):
        np.testing.assert_allclose(rows[Row.WHOLE], flows.cost.sum(axis=(2, 3)))


def test_only_the_years_of_the_budget_are_left() -> None:
    found = counted(4)
    cost = ladder.cash_flow(found, assumed()).cost.sum(axis=-1)
    made = bridged(found, budget(date(2025, 4, 1), 1.0))
    np.testing.assert_allclose(made.real[Row.SAME], cost[..., 1])
    np.testing.assert_allclose(made.nominal[Row.EACH], cost[..., 1] * 1.02)


def test_a_part_of_a_year_counts_as_that_part() -> None:
    assert bridges.year_shares(counted(1), budget(date(2024, 10, 1), 1.0)).tolist() == pytest.approx(
        [182 / 365, 183 / 365, 0.0]
    )


def test_three_years_end_on_the_day_before_the_third_anniversary() -> None:
    assert budget(date(2020, 4, 1), 3).end == date(2023, 3, 31)
    assert budget(date(2020, 4, 1), 1.5).labels == ("2020/21", "2021/22")


def test_overheads_are_a_fifth_of_a_post_at_a_quarter_over_salary_and_nothing_of_what_has_none() -> None:
    found = counted(5)
    cost = ladder.cash_flow(found, assumed()).cost.sum(axis=2)
    made = bridged(found, budget())
    posts = cost[..., WORKER] + cost[..., WORKER + 1]
    np.testing.assert_allclose(made.real[Row.OVERHEADS], -posts / 5)
    np.testing.assert_allclose(made.real[Row.POSTS], -cost[..., WORKER + 1] * 4 / 5)
    np.testing.assert_allclose(made.real[Row.NOT_POSTS], -cost[..., WORKER + 2])
    np.testing.assert_allclose(made.real[Row.LIKE], cost[..., WORKER] * 4 / 5)


def test_no_post_is_taken_off_where_the_scenario_cannot_tell_which_are_the_documents() -> None:
    assert not bridged(counted(5), budget(named=None)).nominal[Row.POSTS].any()


def test_the_budget_in_prices_of_one_year_is_spread_evenly_over_its_days() -> None:
    """A third in each of three years, the later two in prices 2% and 4.04% above those of the first."""
    days = np.array([365, 365, 365])
    real = 100_000 * (days / np.array([1, 1.02, 1.02**2])).sum() / days.sum()
    assert bridges.real_total(budget(), assumed()) == pytest.approx(real)


def test_the_price_base_moves_nothing_in_prices_of_one_year() -> None:
    assert not bridged(counted(6), budget()).real[Row.PRICES].any()


@pytest.mark.parametrize(("start", "years", "share"), [((2024, 4, 1), 3, 1.0), ((2025, 4, 1), 4, 730 / 1461)])
def test_how_much_of_the_budget_the_run_covers_is_told(start: tuple[int, int, int], years: float, share: float) -> None:
    assert bridges.covered(counted(1), budget(date(*start), years)) == pytest.approx(share)


def test_a_schedule_that_employs_nobody_before_the_budget_ends_is_late() -> None:
    found = replace(counted(1), live=np.array([3, 1]))
    assert bridges.late(found, budget(date(2024, 4, 1), 1.0)).tolist() == [True, True]
    assert bridges.late(found, budget(date(2024, 4, 1), 2.0)).tolist() == [True, False]


@pytest.mark.parametrize(
    ("name", "start", "posts"),
    [
        ("somerset", date(2020, 4, 1), 5),
        ("durham", date(2014, 4, 1), 4),
    ],
)
def test_a_document_names_the_posts_that_its_own_source_gives(name: str, start: date, posts: int) -> None:
    loaded = scenario.load(name)
    found = bridges.published(loaded, lines_for(loaded.quantities))
    assert found is not None
    assert found.start == start
    assert len([line for line in found.named or () if line.startswith("post_")]) == posts
    assert "social_workers" not in (found.named or ())


def test_a_scenario_without_a_published_budget_has_no_bridge() -> None:
    swindon = scenario.load("swindon")
    assert bridges.published(swindon, lines_for(swindon.quantities)) is None
