from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from familyflow.calibrate.fit import posterior
from familyflow.calibrate.fit.posterior import of_draw
from familyflow.calibrate.trends import drift
from familyflow.engine import prepare, rates
from familyflow.ground.defaults import MOST_YEARS
from familyflow.pathway import PATHWAY
from familyflow.scenario.sampling import sample

if TYPE_CHECKING:
    import pytest
    from known_town import Known


def test_a_draw_s_rates_are_the_same_whenever_and_wherever_it_is_fitted(town: Known) -> None:
    once, again = (of_draw(town.scenario, 5, 3, town.solution) for _ in range(2))
    assert once == again


def test_draws_and_seeds_have_rates_of_their_own(town: Known) -> None:
    rows = [of_draw(town.scenario, seed, draw, town.solution) for seed, draw in ((5, 0), (5, 1), (6, 0))]
    pace = [row["hazard.cin.close.6_12m"] for row in rows]
    assert len(set(pace)) == 3


def test_every_rate_has_its_column_and_a_possible_value(town: Known) -> None:
    row = of_draw(town.scenario, 5, 0, town.solution)
    moved = drift.paths(town.scenario.authority, town.scenario.start, MOST_YEARS, 5, 0)
    fitted = {name: value for name, value in row.items() if name not in moved}
    assert set(fitted) == {name for name, _, _ in rates.names(PATHWAY)}
    assert np.isfinite(list(row.values())).all()
    assert min(fitted.values()) >= 0
    assert moved.items() <= row.items()


def test_a_draw_s_rates_start_a_run_with_that_draw_s_values(town: Known) -> None:
    values = sample(town.scenario, 5, 0)
    start = prepare(town.scenario, values, of_draw(town.scenario, 5, 0, town.solution), 5, 0, 1)
    on_day_0 = start.families.arrives == 0
    assert (start.families.placement[on_day_0] >= 0).sum() == round(values["snapshot.children_in_care"])


def test_the_posterior_is_a_row_a_draw_and_says_how_far_it_is(town: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int, int]] = []
    module = sys.modules[posterior.__module__]
    monkeypatch.setattr(module, "central_fit", lambda *_: town.solution)
    table = posterior(town.scenario, 5, 2, lambda *words: told.append(words))
    assert table.iloc[1].to_dict() == of_draw(town.scenario, 5, 1, town.solution)
    assert len(table) == 2
    assert told == [("fitting the rates of each draw", 1, 2), ("fitting the rates of each draw", 2, 2)]
