from __future__ import annotations

from math import exp, log

import pytest

from familyflow.scenario import load
from familyflow.scenario.readings import rows
from familyflow.scenario.synthesis import beyond_referrals, central, of_families, weights


def test_every_synthesised_effect_stands_in_the_parameters_as_the_arithmetic_gives_it() -> None:
    shared = load("swindon").quantities
    found = central()
    assert set(found) == {row.effect for row in rows() if row.design != "aim"}
    for name, numbers in found.items():
        stated = shared[name]
        assert (stated.value, stated.low, stated.high) == pytest.approx(numbers, abs=6e-4), name


def test_care_entry_by_hand() -> None:
    of_reached = 1 - (1 - 0.785**0.3) / 0.75
    by_hand = exp((0.5 * log(0.894) + 0.3 * 0.5 * log(of_reached)) / 0.8)
    assert central()["effect.care_entry"][0] == pytest.approx(by_hand, rel=1e-12)


def test_a_councils_ratio_is_a_stronger_one_of_those_reached() -> None:
    row = next(row for row in rows() if row.reading == "adopters")
    assert of_families(0.79, row, weights()) == pytest.approx(0.72)
    assert beyond_referrals(row, 0.785, weights()) == pytest.approx(0.93, abs=0.001)
    assert of_families(1.0, row, weights()) == 1.0


def test_an_aim_weighs_nothing() -> None:
    without = [row for row in rows() if row.design != "aim"]
    assert central(without) == central()
    assert "effect.missed" not in central()


def test_every_range_holds_the_boldest_reading_and_what_was_not_randomised_may_do_harm() -> None:
    for name, (value, low, high) in central().items():
        boldest = min(
            of_families(row.quantity.value, row, weights())
            for row in rows()
            if row.effect == name and row.design != "aim"
        )
        assert low <= boldest <= value <= high
        assert (high > 1) == (name != "effect.family_group_conference")


def test_weights_add_up_to_1() -> None:
    assert sum(value for name, value in weights().items() if name.startswith("weight.")) == pytest.approx(1)
