from __future__ import annotations

from dataclasses import replace
from math import exp, inf, nan

import numpy as np
import pytest
from small_town import drifting, values

from familyflow.engine import drift, structure
from familyflow.engine.drift import STRETCHES
from familyflow.ground.problem import Problem
from familyflow.pathway import PATHWAY
from familyflow.pathway.drift import OPEN, REFERRED
from familyflow.scenario.workforce import Work

YEAR = 365.25


def read(given: dict[str, float], years: int = 3) -> drift.Drift:
    return drift.from_values(given, structure.build(PATHWAY, values()), years)


def test_rates_without_a_drift_stay_as_they_are() -> None:
    found = read({"arrivals.family": 2.0})
    assert found.turns.tolist() == [0.0] + [inf] * (STRETCHES - 1)
    assert (found.exits == 1).all()
    assert (found.sources == 1).all()


def test_a_pathway_may_have_nothing_that_drifts() -> None:
    still = replace(PATHWAY, drift=())
    found = drift.from_values({}, structure.build(still, values()), 3)
    assert (found.exits == 1).all()
    assert (found.sources == 1).all()


def test_work_to_do_multiplies_nothing_and_is_no_stretch() -> None:
    found = read(drifting(**{OPEN: [0.0, 0.4, -0.2], REFERRED: [0.0, 0.1, 0.3]}))
    assert found.work == Work((0.0, 0.4, -0.2), (0.0, 0.1, 0.3))
    assert np.isfinite(found.turns).sum() == 1
    assert (found.exits == 1).all()
    assert (found.sources == 1).all()


def test_without_a_drift_there_is_as_much_to_do_as_on_day_0() -> None:
    assert read({}).work == Work((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))


def test_a_factor_multiplies_its_exits_and_sources_from_each_year_on_and_nothing_else() -> None:
    found = read(drifting(demand=[0.1, 0.2, -0.3]))
    multipliers = [exp(0.1), exp(0.2), exp(-0.3)]
    closed = PATHWAY.index["closed"]
    assert found.turns[:4].tolist() == [0.0, YEAR, 2 * YEAR, inf]
    assert found.exits[closed, 0, :3] == pytest.approx(multipliers)
    assert found.sources[0, :3] == pytest.approx(multipliers)
    assert (found.sources[1] == 1).all()
    others = np.delete(found.exits, closed, axis=0)
    assert (others == 1).all()


def test_years_in_which_nothing_moves_are_one_stretch() -> None:
    found = read(drifting(cp_ends=[0.0, 0.0, 0.5, 0.5, 0.1]), years=5)
    assert found.turns[:4].tolist() == [0.0, 2 * YEAR, 4 * YEAR, inf]
    assert found.exits[PATHWAY.index["cp"], 0, :3] == pytest.approx([1.0, exp(0.5), exp(0.1)])


def test_a_year_beyond_the_run_is_not_lived() -> None:
    longer = read(drifting(demand=[0.1, 0.2, 5.0]), years=2)
    assert longer.exits.tolist() == read(drifting(demand=[0.1, 0.2]), years=2).exits.tolist()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"drift.demnd.0": 0.1}, r"drift\.demnd\.0: 'demnd' does not drift; .* open, referred \(did you mean .demand"),
        ({"drift.demand": 0.1}, r"drift\.demand: '' is no year"),
        ({"drift.demand.first": 0.1}, r"drift\.demand\.first: 'first' is no year"),
        ({"drift.demand.-1": 0.1}, r"drift\.demand\.-1: '-1' is no year"),
        (drifting(demand=[0.1, 0.2]), r"drift\.demand\.2: missing; .* every year of the run"),
        (drifting(open=[0.0, 0.2]), r"drift\.open\.2: missing; .* every year of the run"),
        (drifting(demand=[0.1, 0.2, 0.3]) | {"drift.demand.5": 0.1}, r"drift\.demand\.3: missing"),
        ({"drift.cp_ends.1": 0.1, "drift.cp_ends.2": 0.1}, r"drift\.cp_ends\.0: missing"),
        (drifting(demand=[0.1, nan, 0.3]), r"drift\.demand\.1 = nan: .* finite"),
        (drifting(demand=[0.1, inf, 0.3]), r"drift\.demand\.1 = inf: .* finite"),
    ],
)
def test_a_drift_that_cannot_be_meant_is_refused_by_name(given: dict[str, float], message: str) -> None:
    with pytest.raises(Problem, match=message):
        read(given)


def test_a_run_may_drift_for_as_long_as_a_run_can_be_and_not_for_ever() -> None:
    moving = [0.01 * year for year in range(STRETCHES + 1)]
    assert np.isfinite(read(drifting(demand=moving[:30]), years=30).turns).sum() == 30
    with pytest.raises(Problem, match=f"at most {STRETCHES}"):
        read(drifting(demand=moving), years=STRETCHES + 1)
