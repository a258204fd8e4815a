from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from councils_like import councils
from hypothesis import given, settings
from hypothesis import strategies as st

from familyflow.calibrate.trends import backtest, forecast, hierarchy, scores
from familyflow.calibrate.trends.history import SERIES, Panel
from familyflow.ground.problem import Problem

ORIGIN = 2019
WHAT_WAS_FORECAST = ["council", "measure", "horizon", "median", "p10", "p90"]


@cache
def known() -> Panel:
    return councils(24, seed=4)


@cache
def rows() -> pd.DataFrame:
    return backtest.backtest(known(), years=[ORIGIN])


def test_every_scored_measure_is_forecast_for_every_place_but_not_for_the_pandemic_s_year() -> None:
    assert set(rows()["measure"]) == {each.measure for each in SERIES if each.scored}
    years = set(rows()["origin"] + rows()["horizon"])
    assert years == {2020, 2022}
    assert len(rows()) == 6 * 24 * 2


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.2, 5.0))
def test_nothing_after_the_origin_changes_what_is_forecast(seed: int, share: float) -> None:
    later = known().counts.copy()
    at = known().years.index(ORIGIN) + 1
    later[..., at:] = np.round(
        later[..., at:] * share + np.random.default_rng(seed).integers(0, 500, later[..., at:].shape)
    )
    children = known().children.copy()
    children[:, at:] *= share
    changed = replace(known(), counts=later, children=children)
    again = backtest.backtest(changed, years=[ORIGIN])
    pd.testing.assert_frame_equal(again[WHAT_WAS_FORECAST], rows()[WHAT_WAS_FORECAST])
    assert not again["published"].equals(rows()["published"])


def test_the_same_back_cast_gives_the_same_rows() -> None:
    pd.testing.assert_frame_equal(backtest.backtest(known(), years=[ORIGIN]), rows())


def test_places_never_seen_are_scored_by_what_the_others_have_in_common() -> None:
    seen, unseen = known().of(known().places[:18]), known().of(known().places[18:])
    found = backtest.backtest(seen, unseen, years=[ORIGIN])
    assert set(found["council"]) == set(known().places[18:])
    far = replace(unseen, counts=unseen.counts * np.where(np.arange(6) == 0, 3.0, 1.0)[None, :, None])
    other = backtest.backtest(seen, far, years=[ORIGIN])
    same = found["council"] != known().places[18]
    pd.testing.assert_frame_equal(other[same], found[same])


def test_gaps_are_bridged_and_what_was_never_published_is_not_scored() -> None:
    counts = known().counts.copy()
    at = known().years.index(ORIGIN)
    counts[0, 0, : at + 1] = np.nan
    counts[1:, 1, at - 1 : at + 1] = np.nan
    counts[4, 2, at + 1] = np.nan
    found = backtest.backtest(replace(known(), counts=counts), years=[ORIGIN])
    first, second, third = (found[found["council"] == each] for each in known().places[:3])
    assert set(first["measure"]) == {s.measure for s in SERIES if s.scored} - {SERIES[0].measure}
    assert len(second) == 12
    assert np.isfinite(second.drop(columns=["council", "measure"]).to_numpy(dtype=float)).all()
    assert len(third[third["measure"] == SERIES[4].measure]) == 1


def test_a_place_with_one_year_is_forecast() -> None:
    counts = known().counts.copy()
    counts[:, 0, : known().years.index(ORIGIN)] = np.nan
    found = backtest.backtest(replace(known(), counts=counts), years=[ORIGIN])
    assert len(found[found["council"] == known().places[0]]) == 12


def test_scores_are_per_ten_thousand_children() -> None:
    row = rows().iloc[0]
    place = known().places.index(row["council"])
    children = known().children[place, known().years.index(ORIGIN)]
    assert row["off"] == pytest.approx(abs(row["median"] - row["published"]) * 10_000 / children)


def test_forecasts_of_made_up_councils_beat_all_three_naive_ones() -> None:
    overall = scores.cells(rows()).iloc[-1]
    assert min(overall[["skill_last", "skill_trend", "skill_mean"]]) > 0


def test_nothing_to_score_is_said() -> None:
    with pytest.raises(Problem, match="nothing can be scored"):
        backtest.backtest(known(), replace(known(), counts=np.full_like(known().counts, np.nan)), years=[ORIGIN])


def test_the_year_after_the_pandemic_starts_from_flows_before_it() -> None:
    counts = known().counts.copy()
    counts[0, :, known().years.index(hierarchy.COVID)] *= 0.5
    found = hierarchy.fit(replace(known(), counts=counts).until(hierarchy.COVID))
    assert found.onward[0] == found.typical[0, -2]
    assert found.onward[0] > found.typical[0, -1] + 0.5
    assert found.onward[6] == found.typical[6, -1]
    drawn = forecast.simulate(found, replace(known(), counts=counts).until(hierarchy.COVID), 1, 1, 100)
    assert np.median(drawn[0]) > 0.8 * np.median(known().counts[0, :, known().years.index(2022)])
