"""A point of a sweep is a study of its own, on the same families: with the real engine, fit and prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from familyflow import api
from familyflow import scenario as scenarios
from familyflow.calibrate.fit import moments, solve
from familyflow.economics import lines
from familyflow.engine import prepare, simulate
from familyflow.experiment.design import Design, Input, fixed
from familyflow.experiment.plan import planned
from familyflow.results import summary

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from familyflow.scenario import Scenario

VACANCY, PRICE = "staff.vacancy_rate", "price.on_cost"
MEASURES = ("children_in_care_end", "caseload_mean", "net_saving_gbp")
COUNCILS = ("bradford", "durham", "somerset", "swindon", "thurrock")


def counts(found: pd.DataFrame, point: int) -> pd.DataFrame:
    own = found[(found["point"] == point) & (found["measure"] != "net_saving_gbp")]
    return own.drop(columns="point").reset_index(drop=True)


def test_a_point_is_a_run_of_the_scenario_with_its_inputs_fixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thurrock = scenarios.load("thurrock")
    monkeypatch.setattr(moments, "ROUNDS", 1)  # a rough fit: each vacancy rate has its own, which is lived
    monkeypatch.setattr(moments, "REPLICATIONS", 2)
    plan = planned(thurrock, draws=2, schedules=["as_published"], years=1)
    inputs = (Input(VACANCY, 0.1, 0.3, (0.1, 0.3)), Input(PRICE, 0.2, 0.4, (0.2, 0.4)))
    found = api.sweep(Design("grid", plan, "grid", inputs, MEASURES), workers=1, out=tmp_path / "sweep").outcomes

    changed = api.Experiment(fixed(thurrock, {VACANCY: 0.3, PRICE: 0.4}))
    run = changed.run(draws=2, schedules=["as_published"], years=1, workers=1, out=tmp_path / "run")
    plain = summary.measures(run.monthly, run.money).astype({"schedule": str, "measure": str})
    keys = ["schedule", "measure", "draw"]
    both = found[found["point"] == 3].merge(plain, on=keys, suffixes=("", "_of_run"), validate="one_to_one")
    assert len(both) == 2 * (2 + 3)
    assert both["value"].tolist() == both["value_of_run"].tolist()

    assert counts(found, 0).equals(counts(found, 1))  # another price touches nobody's life
    assert not counts(found, 0).equals(counts(found, 2))
    money = found[found["measure"] == "net_saving_gbp"].pivot_table("value", "point", "draw")
    assert (money.loc[0] != money.loc[1]).any()


def scaled(scenario: Scenario, names: set[str]) -> Scenario:
    """Give the scenario with some quantities a tenth smaller, without a range."""
    return fixed(scenario, {name: 0.9 * scenario.quantities[name].value for name in names})


@pytest.mark.parametrize("council", COUNCILS)
def test_a_fit_depends_on_nothing_that_it_is_not_said_to_read(council: str) -> None:
    scenario = scenarios.load(council)
    read = solve.reads(scenario)
    other = scaled(scenario, set(scenario.quantities) - read)

    def apart(of: Scenario) -> np.ndarray:
        posed = solve.pose(of, of.central())
        return posed.residuals(np.full(len(posed.question.unknowns), 0.1))

    assert (apart(other) == apart(scenario)).all()
    assert (apart(scaled(scenario, {"target.care_starts"})) != apart(scenario)).any()

    rates = solve.flat(solve.solve(scenario, scenario.central()))
    lives = [simulate(prepare(of, of.central(), rates, 1, 0, 1), "no_change") for of in (scenario, other)]
    assert lives[0].events.tobytes() == lives[1].events.tobytes()


@pytest.mark.parametrize("council", COUNCILS)
def test_effects_and_prices_share_one_fit_and_targets_and_staff_do_not(council: str) -> None:
    scenario = scenarios.load(council)
    read, priced = solve.reads(scenario), lines.reads(lines.lines_for(scenario.quantities))
    assert {"target.care_starts", "harms.any", "snapshot.children_in_care", "staff.vacancy_rate"} <= read
    assert not {name for name in read if name.startswith(("effect.", "price.", "post.", "income."))}
    assert {name for name in scenario.quantities if name.startswith("price.")} & priced
    assert not {name for name in priced if not name.startswith(("price.", "rate.", "income."))}
