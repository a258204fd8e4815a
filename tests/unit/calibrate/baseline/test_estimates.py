from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import exp, isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyflow.calibrate.baseline import estimates
from familyflow.calibrate.baseline.indicators import count, share
from familyflow.calibrate.evidence import councils
from familyflow.calibrate.evidence.councils import Evidence, Place
from familyflow.ground.problem import Problem
from familyflow.ground.quantity import Quantity, Status

NINETY = 1.6448536269514722
STARTS = count("plans started", "plans", "dfe_cin")
NFA = share("no further action", "nfa_pct", "referrals", "dfe_cin")


def judged(value: float) -> Quantity:
    return Quantity(value, value, value, "ratio", "2020", "made_up", Status.ASSUMED)


def town(rows: dict[tuple[str, int], dict[str, float]], neighbours: tuple[str, ...] = ()) -> Evidence:
    """Make a table of a few places, all councils of one region."""
    names = dict.fromkeys(name for name, _ in rows)
    places = {name: Place(name, "council", "North", 2015, 2024) for name in names}
    estimates = {"children_together": judged(2), "yearly_memory": judged(0.5), "suppressed_count": judged(3)}
    return Evidence(rows, places, {"Town": neighbours}, estimates)


def peopled(**figures: float) -> dict[str, float]:
    return {councils.POPULATION: 10_000.0} | figures


@pytest.mark.parametrize(
    ("day", "years"),
    [
        (date(2020, 3, 31), (2020, 2021)),
        (date(2020, 3, 30), (2019, 2020)),
        (date(2019, 6, 30), (2019, 2020)),
        (date(2019, 12, 31), (2019, 2020)),
    ],
)
def test_the_years_that_meet_at_day_0_are_the_one_that_ended_and_the_one_that_begins(
    day: date, years: tuple[int, int]
) -> None:
    assert estimates.meeting(day) == years


def test_a_figure_of_one_year_is_published_and_the_mean_of_two_is_derived() -> None:
    known = town({("Town", 2019): peopled(plans=100), ("Town", 2020): peopled(plans=140)})
    one, two = (estimates.level(known, "Town", STARTS, years) for years in ((2020,), (2019, 2020)))
    assert (one.value, one.status, one.year) == (140, Status.PUBLISHED, "2020")
    assert (two.value, two.status, two.year) == (120, Status.DERIVED, "2019-2020")
    assert "2019: 100" in one.note
    assert "100; 140, the mean" in two.note


def test_the_range_of_a_lone_count_is_its_chance_with_children_coming_together() -> None:
    known = town({("Town", 2020): peopled(plans=400)})
    found = estimates.level(known, "Town", STARTS, (2020,))
    reach = NINETY * sqrt(2 * 400) / 400
    assert found.high == round(400 * exp(reach))
    assert isclose(found.value / found.low, found.high / found.value, rel_tol=0.01)


def test_the_range_of_a_lone_share_is_its_chance_and_its_rounding() -> None:
    known = town({("Town", 2020): peopled(nfa_pct=20, referrals=800)})
    found = estimates.level(known, "Town", NFA, (2020,))
    reach = NINETY * sqrt(2 * 0.2 * 0.8 / 800 + 0.0005**2 / 3)
    assert (found.low, found.value, found.high) == (round(0.2 - reach, 4), 0.2, round(0.2 + reach, 4))


def test_a_measure_that_moves_from_year_to_year_has_a_wider_range() -> None:
    still = {("Town", year): peopled(plans=400) for year in (2017, 2018, 2019, 2020)}
    moving = still | {("Town", 2018): peopled(plans=250), ("Town", 2019): peopled(plans=550)}
    calm, restless = (estimates.level(town(rows), "Town", STARTS, (2020,)) for rows in (still, moving))
    assert restless.high - restless.low > 1.5 * (calm.high - calm.low)
    assert restless.value == calm.value


def test_a_definition_error_widens_the_range_by_its_own_width() -> None:
    known = town({("Town", 2020): peopled(plans=1_000_000)})
    plain = estimates.level(known, "Town", STARTS, (2020,))
    vague = estimates.level(known, "Town", replace(STARTS, definition=0.2), (2020,))
    assert plain.high < 1_010_000
    assert isclose(vague.high / vague.value, exp(0.2), rel_tol=0.001)


def test_the_year_of_covid_is_left_out_unless_it_is_all_there_is() -> None:
    rows = {("Town", 2020): peopled(plans=100), ("Town", 2021): peopled(plans=60)}
    assert estimates.level(town(rows), "Town", STARTS, (2020, 2021)).value == 100
    assert estimates.level(town({("Town", 2021): peopled(plans=60)}), "Town", STARTS, (2020, 2021)).value == 60


def test_a_year_that_is_missing_is_stood_for_by_the_nearest_with_a_wider_range() -> None:
    rows = {("Town", year): peopled(plans=plans) for year, plans in ((2016, 380), (2017, 420), (2018, 400))}
    known = town(rows)
    here, near = (estimates.level(known, "Town", STARTS, (year,)) for year in (2018, 2020))
    assert (near.value, near.status) == (400, Status.DERIVED)
    assert near.high > here.high
    assert "nearest year" in near.note


def neighbours(plans: list[float], children: float = 20_000.0) -> dict[tuple[str, int], dict[str, float]]:
    return {
        (f"Other {index}", 2020): {councils.POPULATION: children, "plans": each} for index, each in enumerate(plans)
    }


def test_what_is_not_published_is_the_neighbours_median_by_population_with_their_spread() -> None:
    others = neighbours([100, 120, 140, 160, 180])
    known = town(others | {("Town", 2020): peopled()}, tuple(name for name, _ in others))
    found = estimates.level(known, "Town", STARTS, (2020,))
    assert (found.value, found.status) == (70, Status.ASSUMED)
    assert found.note.startswith(
        "Not published for Town: the median of 5 statistical neighbours in 2020, by population"
    )
    assert isclose(found.high, 70 * exp(NINETY * sqrt(200) / 70), rel_tol=0.001)


def test_fewer_than_five_neighbours_with_a_figure_give_way_to_the_region() -> None:
    others = neighbours([100, 120, 140, 160, 180])
    known = town(others | {("Town", 2020): peopled()}, ("Other 0", "Other 1", "Nowhere"))
    assert "5 councils of North in 2020" in estimates.level(known, "Town", STARTS, (2020,)).note


def test_what_nobody_publishes_is_refused() -> None:
    known = town({("Town", 2020): peopled()})
    with pytest.raises(Problem, match="nothing is published from which its plans started could be taken"):
        estimates.level(known, "Town", STARTS, (2020,))


def test_a_share_of_nobody_may_be_a_few() -> None:
    known = town({("Town", 2020): peopled(nfa_pct=0, referrals=300)})
    found = estimates.level(known, "Town", NFA, (2020,))
    assert (found.low, found.value) == (0, 0)
    assert found.high == 0.01


def test_a_population_that_is_not_held_is_implied_by_a_count_and_its_rate() -> None:
    rows = {("Town", 2020): {"cla_at_31mar_number": 260.0, "cla_at_31mar_rate": 76.0}}
    assert estimates.population(town(rows), "Town", (2020,)) == (2020, round(260 / 76 * 10_000))


@given(
    st.dictionaries(st.integers(2015, 2024), st.integers(0, 5_000), min_size=1),
    st.integers(2013, 2026),
)
def test_any_series_gives_a_range_that_holds_its_value(series: dict[int, int], year: int) -> None:
    rows = {("Town", each): peopled(plans=plans, nfa_pct=plans / 50, referrals=5_000) for each, plans in series.items()}
    if min(abs(year - each) for each in series) > estimates.REACH:
        return
    for figure in (STARTS, NFA):
        found = estimates.level(town(rows), "Town", figure, (year,))
        assert 0 <= found.low <= found.value <= found.high
        assert figure is STARTS or found.high <= 1
