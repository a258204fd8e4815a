from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from took_it_up import CARE, ORIGINS, study, world

from familyflow.calibrate.evidence import councils
from familyflow.calibrate.trends import adopters as asked
from familyflow.calibrate.trends.adopters import (
    BEFORE_LATEST,
    CARE_STARTS,
    LATEST,
    LIKE,
    OTHERS,
    SINCE,
    TWO_EARLY,
    YEAR_EARLY,
    Estimate,
)
from familyflow.calibrate.trends.departures import YEARS
from familyflow.ground.problem import Problem
from familyflow.scenario import readings, tables

if TYPE_CHECKING:
    from familyflow.calibrate.trends.departures import Forecast

WORLDS = range(1, 6)
GROUPS = range(8)
PLANTED = 0.8
FEW = ("Kent", "Leeds", "Surrey", "York", "Barnet", "Bexley", "Bury", "Devon", "Essex", "Halton")


def found(given: asked.Study, draws: int = 1) -> dict[tuple[str, int, str], Estimate]:
    """Ask of care starts, and return the answers by kind, year and comparison."""
    return {(e.kind, e.year, e.comparison): e for e in asked.estimates(given, [CARE_STARTS], draws)}


@cache
def repeats(ratio: float) -> list[dict[tuple[str, int, str], Estimate]]:
    """Let twelve of a hundred councils at a time take it up, in several worlds."""
    groups = [range(group, 96, len(GROUPS)) for group in GROUPS]
    return [found(study(seed, group, ratio)) for seed in WORLDS for group in groups]


def held(ratio: float, what: tuple[str, int, str]) -> float:
    """Return the share of repeats whose 90% range holds the ratio that was planted."""
    wanted = ratio if what[0] == SINCE else 1.0
    return float(np.mean([each[what].low <= wanted <= each[what].high for each in repeats(ratio)]))


@pytest.mark.long
@pytest.mark.parametrize("comparison", [OTHERS, LIKE])
@pytest.mark.parametrize("ratio", [PLANTED, 1.0])
def test_ranges_hold_what_was_planted_about_nine_times_in_ten(ratio: float, comparison: str) -> None:
    shares = [held(ratio, (SINCE, year, comparison)) for year in range(1, YEARS + 1)]
    assert 0.84 <= np.mean(shares) <= 0.97
    assert np.mean([each[SINCE, YEARS, comparison].found.mean for each in repeats(ratio)]) == pytest.approx(
        np.log(ratio), abs=0.02
    )


@pytest.mark.long
@pytest.mark.parametrize("what", [(YEAR_EARLY, 1, OTHERS), (TWO_EARLY, 2, OTHERS), (TWO_EARLY, 2, LIKE)])
def test_placebos_hold_nothing_though_a_fifth_was_planted_after(what: tuple[str, int, str]) -> None:
    assert 0.84 <= held(PLANTED, what) <= 0.98


def test_a_placebo_uses_dates_before_alone() -> None:
    before, after = found(study(1, range(12))), found(study(1, range(12), 0.5))
    placebos = [key for key in before if key[0] in {YEAR_EARLY, TWO_EARLY, BEFORE_LATEST}]
    assert len(placebos) == 10
    assert all(before[key] == after[key] for key in placebos)
    since = [key for key in before if key[0] == SINCE]
    assert all(after[key].ratio < 0.7 * before[key].ratio for key in since)


def test_councils_that_rose_before_they_began_are_held_against_those_that_rose_too() -> None:
    covered = []
    for seed in WORLDS:
        known, _ = world(seed)
        logs, at = known.logs()[CARE], known.years.index(2018)
        rose = np.argsort(logs[:, at - 2] - logs[:, at])[:12]
        each = found(study(seed, rose.tolist()))
        covered += [each[SINCE, year, LIKE].low <= 1 <= each[SINCE, year, LIKE].high for year in (1, 2, 3)]
    assert np.mean(covered) >= 0.75


def test_random_councils_are_seldom_as_far_off_as_a_planted_third_and_often_as_nothing() -> None:
    planted, nothing = found(study(2, range(12), 0.67), 200), found(study(2, range(12)), 200)
    assert planted[SINCE, YEARS, OTHERS].p_random == pytest.approx(1 / 201)
    assert nothing[SINCE, YEARS, OTHERS].p_random > 0.05


def test_councils_that_are_not_in_the_figures_are_passed_over() -> None:
    given = study(1, range(12))
    fewer = replace(given, adopters=(*given.adopters, replace(given.adopters[0], council="Erewhon")))
    assert found(fewer)[SINCE, 1, OTHERS].councils == 12


def test_a_year_that_has_not_come_is_not_asked_of_a_council() -> None:
    given = study(1, range(12))
    short = replace(given, known=given.known.until(2019), forecasts={2017: given.forecasts[2017]})
    short = replace(short, forecasts={2017: replace_ahead(given.forecasts[2017], 2)})
    answers = found(short)
    assert answers[SINCE, 2, OTHERS].councils == 4
    assert (SINCE, 3, OTHERS) not in answers


def replace_ahead(made: Forecast, years: int) -> Forecast:
    """Keep so many years of a forecast."""
    return type(made)(made.middle[..., :years], made.spread[..., :years])


def test_one_by_one_a_council_s_forecast_stands_beside_what_came() -> None:
    given = study(1, range(12), PLANTED)
    each = next(d for d in asked.departures(given, [CARE_STARTS]) if (d.council, d.year) == ("Made-up 000", 2))
    known, at = given.known, given.known.years.index(2017)
    assert each.published == known.counts[CARE, 0, at + 2]
    assert each.forecast == pytest.approx(given.forecasts[2017].middle[CARE, 0, 1])
    rest = replace(given, adopters=given.adopters[1:])
    without = found(rest)[SINCE, 2, OTHERS].ratio
    assert each.without == pytest.approx(without, abs=0.01)


def test_a_table_without_the_councils_that_took_it_up_is_refused() -> None:
    table = councils.table()
    rest = table[~table["council"].isin([each.council for each in asked.read()])]
    with pytest.raises(Problem, match=r"holds 0 of the 12 councils of adopters\.csv: too few to compare"):
        asked.study(rest)


def test_a_release_more_brings_a_third_year_more() -> None:
    table = councils.table()
    few = table[table["council"].isin([*[each.council for each in asked.read()], *FEW])]
    more = pd.concat([few, few[few["year"] == 2024].assign(year=2025)])
    now, later = (found(asked.study(each))[SINCE, YEARS, OTHERS] for each in (few, more))
    assert (now.councils, later.councils) == (11, 12)
    assert np.isnan(now.p_random)  # twelve cannot be drawn among ten


# ---------------------------------------------------------------- what ships


def test_the_councils_that_took_it_up_are_in_the_table_with_a_source_and_a_status() -> None:
    took, known, sources = asked.read(), councils.read().councils(), tables.sources()
    assert len(took) == len({each.council for each in took}) == 12
    assert {each.council for each in took} <= set(known)
    assert {each.source for each in took} <= set(sources)
    assert {each.status for each in took} <= {"published", "derived", "assumed"}
    assert {each.wave for each in took} == set(asked.WAVES)
    assert all(each.earliest <= each.latest for each in took)


@pytest.mark.parametrize(
    ("council", "origin", "latest"),
    [
        ("Hertfordshire", 2015, 2015),
        ("Peterborough", 2017, 2018),
        ("Cambridgeshire", 2019, 2019),
        ("Lancashire", 2020, 2020),
        ("Telford and Wrekin", 2021, 2021),
        ("Swindon", 2022, 2022),
        ("Somerset", 2020, 2021),
    ],
)
def test_a_council_is_forecast_from_the_last_march_before_it_began(council: str, origin: int, latest: int) -> None:
    each = next(each for each in asked.read() if each.council == council)
    assert (each.origin, each.latest_origin) == (origin, latest)


@pytest.mark.long
def test_the_shipped_estimates_are_those_that_the_code_gives_to_three_figures() -> None:
    made, held_ = asked.estimates(asked.study()), asked.shipped()
    assert [(e.kind, e.measure, e.year, e.comparison, e.councils, e.below) for e in made] == [
        (e.kind, e.measure, e.year, e.comparison, e.councils, e.below) for e in held_
    ], "run: python benchmarks/adopters.py"
    for name in ("ratio", "low", "high", "p_random"):
        one, two = ([getattr(each, name) for each in every] for every in (made, held_))
        assert one == pytest.approx(two, rel=5e-4, abs=5e-4, nan_ok=True), name


def test_the_one_number_that_others_stand_on_is_the_shipped_one() -> None:
    one = asked.care_starts_in_the_third_year()
    other = next(
        e for e in asked.shipped() if (e.kind, e.measure, e.year, e.comparison) == (SINCE, CARE_STARTS, YEARS, OTHERS)
    )
    assert [one.ratio, one.low, one.high] == pytest.approx([other.ratio, other.low, other.high], rel=5e-4)


def test_the_reading_of_the_evidence_is_the_number_that_the_comparison_gives() -> None:
    (row,) = (row for row in readings.rows() if row.reading == "adopters")
    one = next(
        e for e in asked.shipped() if (e.kind, e.measure, e.year, e.comparison) == (SINCE, CARE_STARTS, YEARS, OTHERS)
    )
    said = (row.quantity.value, row.quantity.low, row.quantity.high)
    assert said == pytest.approx((one.ratio, one.low, one.high), abs=6e-4)
    assert row.level == readings.COUNCIL


def test_estimates_survive_being_written_and_read() -> None:
    made = asked.estimates(study(1, range(12)), [CARE_STARTS], 50)
    rows = [{key: "" if value is None else str(value) for key, value in row.items()} for row in asked.to_rows(made)]
    again = asked.from_rows(rows)
    assert [e.kind for e in again] == [e.kind for e in made]
    assert [e.low for e in again] == pytest.approx([e.low for e in made], rel=1e-5)
    assert [e.p_random for e in again] == pytest.approx([e.p_random for e in made], rel=1e-5, nan_ok=True)
    assert LATEST in {e.kind for e in again}
    assert set(ORIGINS) >= {each.origin - 2 for each in study(1, range(12)).adopters}
