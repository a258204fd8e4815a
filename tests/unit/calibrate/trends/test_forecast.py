from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from councils_like import KNOWN, TYPICAL, councils

from familyflow.calibrate.evidence.councils import table
from familyflow.calibrate.trends import forecast, hierarchy, scores
from familyflow.calibrate.trends.history import SERIES, Panel, panel
from familyflow.ground.problem import Problem

ORIGIN = 2020


@cache
def known() -> Panel:
    return councils(80, seed=3)


@cache
def found() -> hierarchy.Hierarchy:
    """Fit what is known at the origin."""
    return hierarchy.fit(known().until(ORIGIN))


def test_the_truth_of_made_up_councils_is_recovered_together_with_what_is_typical() -> None:
    shocks = [each.shock for each in found().dynamics]
    assert np.mean(shocks) == pytest.approx(KNOWN.shock, rel=0.12)
    assert found().onward == pytest.approx(TYPICAL, abs=0.12)
    assert np.abs(found().together - np.eye(len(SERIES))).max() < 0.2


@pytest.mark.parametrize("ahead", [1, 2, 3])
def test_ranges_cover_the_truth_of_made_up_councils(ahead: int) -> None:
    # Nothing typical moves in the made-up world, so that councils are independent cases.
    still = replace(found(), shared=np.zeros(len(SERIES)))
    drawn = forecast.simulate(still, known().until(ORIGIN), ahead, seed=1, draws=400)[..., ahead - 1]
    came = known().counts[..., known().years.index(ORIGIN) + ahead]
    held = np.abs(scores.place(drawn, came) - 0.5) <= 0.4
    assert 0.75 < held.mean() < 0.85


def test_the_factor_of_shocks_is_near_one_where_the_model_is_right() -> None:
    learned = forecast.learned(replace(found(), shared=np.zeros(len(SERIES))), known().until(ORIGIN), 1)
    assert learned.spread.shape == (len(SERIES), forecast.HORIZON)
    assert learned.spread == pytest.approx(1.0, abs=0.2)
    assert learned.spread.mean() == pytest.approx(1.0, abs=0.08)


def test_the_factor_of_shocks_finds_a_model_that_is_too_sure() -> None:
    sure = replace(
        found(),
        shared=np.zeros(len(SERIES)),
        dynamics=tuple(replace(each, shock=each.shock / 3, sampling=each.sampling / 9) for each in found().dynamics),
    )
    assert forecast.learned(sure, known().until(ORIGIN), 1).spread.min() > 1.15


def test_a_place_s_futures_do_not_depend_on_which_other_places_are_asked() -> None:
    every = known().until(ORIGIN)
    some = forecast.simulate(found(), every.of(every.places[3:5]), 2, seed=7, draws=50)
    assert np.array_equal(some, forecast.simulate(found(), every, 2, seed=7, draws=50)[:, 3:5])


def test_another_seed_gives_other_futures() -> None:
    one, two = (forecast.simulate(found(), known().of(["Made-up 001"]), 1, seed, 50) for seed in (1, 2))
    assert not np.array_equal(one, two)


def test_a_measure_never_published_is_drawn_from_what_is_typical() -> None:
    every = known().until(ORIGIN).of(["Made-up 001"])
    counts = every.counts.copy()
    counts[2] = np.nan
    drawn = forecast.simulate(found(), replace(every, counts=counts), 1, seed=1)[2, 0, :, 0]
    middle = np.log(np.median(drawn) / every.children[0, -1])
    assert middle == pytest.approx(TYPICAL[2], abs=0.12)
    assert np.log(drawn).std() > KNOWN.level_spread


def test_a_fan_shows_what_was_published_and_what_may_come() -> None:
    shown = forecast.fan("Swindon", 2020, 3, seed=1)
    assert list(shown.columns) == ["measure", "year", "kind", "q05", "q10", "q25", "q50", "q75", "q90", "q95"]
    assert set(shown["measure"]) == {each.measure for each in SERIES}
    ahead = shown[shown["kind"] == "forecast"]
    assert sorted(set(ahead["year"])) == [2021, 2022, 2023]
    assert (np.diff(ahead[["q05", "q10", "q25", "q50", "q75", "q90", "q95"]].to_numpy(), axis=1) >= 0).all()
    published = shown[(shown["kind"] == "published") & (shown["measure"] == "cpp_at_31mar_number")]
    rows = table().query("council == 'Swindon'").set_index("year")["cpp_at_31mar_number"]
    assert published.set_index("year")["q50"].to_dict() == rows.dropna().to_dict()


def test_a_fan_is_refused_for_a_council_or_a_year_that_is_not_there() -> None:
    with pytest.raises(Problem, match=r"'Swindom': is not in councils.csv .did you mean 'Swindon'"):
        forecast.fan("Swindom", 2020, 3, 1)
    with pytest.raises(Problem, match="from 2040: give a year from 2013 to 2024"):
        forecast.fan("Swindon", 2040, 3, 1)


def test_the_shipped_numbers_are_those_that_a_fit_gives() -> None:
    # The whole fit is `benchmarks/drift.py --check`; here two series and all that needs no search.
    councils_known, shipped = panel(table()), hierarchy.shipped()
    fresh = hierarchy.fit(councils_known)
    assert fresh.typical == pytest.approx(shipped.typical, abs=1e-5)
    assert fresh.together == pytest.approx(shipped.together, abs=1e-5)
    assert fresh.shared == pytest.approx(shipped.shared, abs=1e-5)
    for here, there in zip(fresh.dynamics, shipped.dynamics, strict=True):
        assert [getattr(here, n) for n in hierarchy.UNITS] == pytest.approx(
            [getattr(there, n) for n in hierarchy.UNITS], abs=0.01
        )


def test_a_hierarchy_is_written_and_read_back() -> None:
    text = hierarchy.to_text(hierarchy.shipped(), hierarchy.imbalance(table()))
    again = hierarchy.from_text(text)
    assert hierarchy.to_text(again, hierarchy.imbalance(table())) == text
    assert again.dynamics == hierarchy.shipped().dynamics


def test_every_shipped_number_has_its_unit_years_source_status_and_note() -> None:
    lines = hierarchy.to_text(hierarchy.shipped(), hierarchy.imbalance(table())).splitlines()
    assert lines[0] == ",".join(hierarchy.COLUMNS)
    rows = [line for line in lines[1:] if not line.endswith(",")]
    assert len(rows) == len(lines) - 1
    assert all(",derived," in row and "2013-2024" in row for row in rows)


def test_published_ends_miss_the_balance_by_a_tenth_for_need_and_hardly_for_plans_and_care() -> None:
    gaps = {name: (mean, spread) for name, mean, spread in hierarchy.imbalance(table())}
    assert gaps["cin"][0] == pytest.approx(-0.11, abs=0.01)
    assert abs(gaps["cp"][0]) < 0.01
    assert abs(gaps["care"][0]) < 0.01
