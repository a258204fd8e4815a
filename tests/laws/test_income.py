"""Money from outside touches nobody's life, and neither what a programme costs nor what it saves."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from frames import samples
from hypothesis import given, settings
from hypothesis import strategies as st
from small_town import UNSHRUNK, begin, live, on, scenario, values, with_schedules

from familyflow.economics.cashflow import by_year, savings
from familyflow.economics.pricing import priced
from familyflow.engine import ENGINES, Ledger, simulate
from familyflow.engine.world import under
from familyflow.ground.calendar import day_of
from familyflow.scenario.schema import Income

if TYPE_CHECKING:
    from familyflow.engine import Start

GRANT = "national_programme"
MEASURE = f"income_share_{GRANT}"
ROLLOUT = [live(30, "north"), live(90, "south")]


def brings(day: float, years: float) -> Income:
    return Income(date=on(day), action="income", income=GRANT, years=years)


@cache
def start() -> Start:
    """Return a town with one rollout, without and with a grant, and a grant alone."""
    grant = brings(10, 0.5)
    town = with_schedules(scenario(), without=ROLLOUT, granted=[grant, *ROLLOUT], alone=[grant])
    return begin(size=0.03, town=town)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("brought", "without"), [("granted", "without"), ("alone", "no_change")])
def test_an_income_changes_not_one_record(brought: str, without: str, engine: str) -> None:
    both = [simulate(start(), schedule, engine=engine) for schedule in (brought, without)]
    assert both[0].events.tobytes() == both[1].events.tobytes()


def test_an_income_changes_no_measure_but_its_own() -> None:
    granted, without = (dict(simulate(start(), schedule).measures()) for schedule in ("granted", "without"))
    assert set(granted) - set(without) == {MEASURE}
    for name, table in without.items():
        np.testing.assert_array_equal(granted[name], table)


def test_an_income_moves_neither_cost_nor_net_saving_and_comes_on_top_of_it() -> None:
    town = start().scenario
    frames = [
        simulate(start(), schedule).frame().assign(draw=0, schedule=schedule)
        for schedule in ("no_change", "without", "granted")
    ]
    found = by_year(savings(priced(town, pd.concat(frames), samples(values())))).set_index("financial_year")
    granted, without = (found[found["schedule"] == name] for name in ("granted", "without"))
    money = [name for name in found.columns if name not in {"schedule", "draw", "income_gbp", "net_after_income_gbp"}]
    pd.testing.assert_frame_equal(granted[money], without[money])
    assert granted["programme_cost_gbp"].sum() > 0
    assert not without["income_gbp"].any()
    assert granted["income_gbp"].sum() > town.quantities[f"income.{GRANT}"].value  # the price year's pounds are smaller
    assert (found["net_after_income_gbp"] == found["net_saving_gbp"] + found["income_gbp"]).all()


@settings(max_examples=25, deadline=None, phases=UNSHRUNK)
@given(day=st.integers(0, 500), years=st.floats(0.05, 4))
def test_what_comes_in_adds_up_to_the_share_of_the_span_within_the_horizon(day: int, years: float) -> None:
    town = with_schedules(scenario(), granted=[brings(day, years)])
    world = under(replace(start(), scenario=town), "granted")
    (row,) = world.timeline.income
    share = dict(Ledger(world, ()).measures())[MEASURE]
    within = min(max(start().horizon - row.day, 0.0), row.until - row.day) / (row.until - row.day)
    assert share.sum() == pytest.approx(within, abs=1e-12)
    assert not share[:, :-1].any()
    assert share.min() >= 0
    assert share[0].sum() == 0


def test_money_comes_in_evenly_from_its_date_on() -> None:
    town = with_schedules(scenario(), granted=[brings(11, 1 / 12)])
    world = under(replace(start(), scenario=town), "granted")
    (row,) = world.timeline.income
    share = dict(Ledger(world, ()).measures())[MEASURE][:, -1]
    assert row.day == day_of(on(11), start().dates[0]) - 1
    length = row.until - row.day
    assert share[:4].tolist() == pytest.approx([0.0, (31 - row.day) / length, (row.until - 31) / length, 0.0])
