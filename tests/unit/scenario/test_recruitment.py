"""Posts move with their workers at once; new ones are recruited to in time."""

from __future__ import annotations

from itertools import accumulate
from math import isclose
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from familyflow.scenario.recruitment import Establishments, Posts, lay_out

if TYPE_CHECKING:
    from collections.abc import Mapping

BRIDGE, LEAD = 20.0, 100.0
TEAMS = ("east", "west", "north")


def laid(*dated: Establishments) -> list[Posts]:
    """Lay out establishments with a short wait for agency workers and a long one for the posts themselves."""
    return list(lay_out(dated, BRIDGE, LEAD))


def of(team: str, rows: list[Posts]) -> list[tuple[float, float, float]]:
    """Give one team's rows as (day, filled, bridged)."""
    return [(row.day, row.filled, row.bridged) for row in rows if row.team == team]


def test_on_day_0_every_post_is_filled() -> None:
    assert laid((0, {"east": 10.0})) == [Posts(0, "east", 10.0, 0.0)]


def test_a_new_post_waits_then_has_an_agency_worker_then_its_own() -> None:
    rows = laid((0, {"east": 10.0}), (50, {"east": 13.0}))
    assert of("east", rows) == [(0, 10, 0), (50, 10, 0), (70, 10, 3), (150, 13, 0)]


def test_posts_that_move_to_another_team_are_filled_at_once() -> None:
    rows = laid((0, {"east": 10.0}), (50, {"east": 6.0, "west": 4.0}))
    assert of("west", rows) == [(50, 4, 0)]
    assert of("east", rows) == [(0, 10, 0), (50, 6, 0)]


def test_each_rising_team_has_its_part_of_the_posts_that_move() -> None:
    rows = laid((0, {"east": 10.0, "west": 0.0, "north": 0.0}), (50, {"east": 4.0, "west": 6.0, "north": 3.0}))
    assert of("west", rows)[1:] == [(50, 4, 0), (70, 4, 2), (150, 6, 0)]
    assert of("north", rows)[1:] == [(50, 2, 0), (70, 2, 1), (150, 3, 0)]


def test_a_fall_takes_effect_at_once() -> None:
    rows = laid((0, {"east": 10.0, "west": 5.0}), (50, {"east": 8.0, "west": 6.0}))
    assert of("east", rows)[-1] == (50, 8, 0)
    assert of("west", rows)[-1] == (50, 6, 0)


def test_what_is_not_recruited_yet_moves_with_its_post() -> None:
    rows = laid((0, {"east": 6.0}), (50, {"east": 10.0}), (60, {"east": 5.0, "west": 5.0}))
    assert of("west", rows) == [(60, 3, 0), (70, 3, 2), (150, 5, 0)]
    assert of("east", rows)[2:] == [(60, 3, 0), (70, 3, 2), (150, 5, 0)]


def test_posts_that_are_given_up_are_no_longer_recruited_to() -> None:
    rows = laid((0, {"east": 6.0}), (50, {"east": 10.0}), (60, {"east": 0.0}))
    assert {(filled, bridged) for day, filled, bridged in of("east", rows) if day >= 60} == {(0, 0)}


def test_a_new_post_without_agency_cover_stays_open() -> None:
    rows = list(lay_out([(0, {"east": 1.0}), (50, {"east": 2.0})], float("inf"), LEAD))
    assert of("east", rows) == [(0, 1, 0), (50, 1, 0), (150, 2, 0)]


# ---------------------------------------------------------------- any changes

SIZES = st.fixed_dictionaries({team: st.floats(0, 50) for team in TEAMS})


@st.composite
def changes(draw: st.DrawFn) -> list[Establishments]:
    """Make dated establishments of three teams."""
    gaps = draw(st.lists(st.integers(1, 90), max_size=5))
    return [(float(day), draw(SIZES)) for day in accumulate([0, *gaps])]


def filled_on(day: float, rows: list[Posts]) -> dict[str, float]:
    """Give the posts filled on a day by team."""
    return {row.team: row.filled for row in rows if row.day <= day}


@given(changes())
def test_no_worker_appears_or_vanishes_when_posts_only_move(dated: list[Establishments]) -> None:
    rows = laid(*[(day, _of_hundred(sizes)) for day, sizes in dated])
    assert all(isclose(sum(filled_on(row.day, rows).values()), 100, abs_tol=1e-6) for row in rows)


def _of_hundred(sizes: Mapping[str, float]) -> dict[str, float]:
    """Share a hundred posts among teams in proportion to their sizes, but for one each at first."""
    total = sum(sizes.values()) + len(sizes)
    return {team: 100 * (size + 1) / total for team, size in sizes.items()}


@given(changes())
def test_filled_posts_never_exceed_the_establishment_and_reach_it_in_the_end(dated: list[Establishments]) -> None:
    rows = laid(*dated)
    for row in rows:
        size = next(sizes for day, sizes in reversed(dated) if day <= row.day)[row.team]
        assert -1e-9 <= row.bridged <= size + 1e-9
        assert -1e-9 <= row.filled <= row.filled + row.bridged <= size + 1e-9
    reached = filled_on(float("inf"), rows)
    assert all(isclose(reached[team], size, abs_tol=1e-6) for team, size in dated[-1][1].items())


@given(changes())
def test_nobody_new_comes_sooner_than_recruiting_takes(dated: list[Establishments]) -> None:
    last = dated[-1][0]
    most = max(sum(sizes.values()) for day, sizes in dated if day <= max(0, last - LEAD))
    assert sum(filled_on(last, laid(*dated)).values()) <= most + 1e-6
