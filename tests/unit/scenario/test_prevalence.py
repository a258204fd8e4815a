"""Prevalences of harms that can, and cannot, be true together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyflow.scenario.prevalence import COMBINATIONS, is_present, nearest, possible
from familyflow.scenario.vocabulary import MARGINS

SOMERSET = {
    "domestic_abuse": 0.41,
    "mental_ill_health": 0.4,
    "drug_misuse": 0.21,
    "alcohol_misuse": 0.18,
    "any": 0.7,
    "all_three": 0.14,
}


def test_the_published_prevalences_of_somerset_are_possible() -> None:
    assert possible(SOMERSET)


@given(st.lists(st.floats(0.001, 1), min_size=len(COMBINATIONS), max_size=len(COMBINATIONS)))
def test_the_margins_of_any_distribution_are_possible(weights: list[float]) -> None:
    families = list(zip(COMBINATIONS, weights, strict=True))
    shares = {name: sum(w for harms, w in families if is_present(name, harms)) for name in MARGINS}
    assert possible({name: share / sum(weights) for name, share in shares.items()})


@pytest.mark.parametrize(
    ("change", "least", "most"),
    [
        ({"any": 0.3}, 0.41, 1),
        ({"all_three": 0.3}, 0, 0.25),
        ({"domestic_abuse": 0.05, "all_three": 0.14}, 0, 0.05),
    ],
)
def test_the_margin_that_does_not_fit_is_named_with_what_would(
    change: dict[str, float], least: float, most: float
) -> None:
    shares = SOMERSET | change
    assert not possible(shares)
    found = nearest(shares)
    assert found is not None
    assert found[0] == list(change)[-1]
    assert least - 1e-6 <= found[1] <= found[2] <= most + 1e-6


@pytest.mark.parametrize(
    "change", [{"any": 0.92}, {"any": 0.41, "all_three": 0.39}, {"all_three": 0.0}, {"drug_misuse": 0.0}]
)
def test_prevalences_at_the_edge_of_what_is_possible_are_possible(change: dict[str, float]) -> None:
    assert possible(SOMERSET | change)


def test_several_margins_that_do_not_fit_are_not_blamed_on_one() -> None:
    shares = SOMERSET | {"any": 0.1, "all_three": 0.9, "drug_misuse": 0.9}
    assert not possible(shares)
    assert nearest(shares) is None
