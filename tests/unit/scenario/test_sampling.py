from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_engine import QUANTITIES, Town, quantity

from familyflow.ground.draws import name_key, uniform
from familyflow.pathway.harms import HARMS, joint
from familyflow.scenario.sampling import sample, table

TOWN = Town()


def test_the_snapshot_is_exact_in_every_draw() -> None:
    assert {sample(TOWN, 1, draw)["snapshot.children_on_cin"] for draw in range(50)} == {1045}


def test_a_draw_samples_every_quantity() -> None:
    assert list(sample(TOWN, 1, 0)) == list(QUANTITIES)


def test_a_quantity_without_a_range_keeps_its_value() -> None:
    assert {sample(TOWN, 1, draw)["price.residential_week"] for draw in range(50)} == {6000}


def test_the_same_seed_and_draw_give_the_same_sample() -> None:
    assert sample(TOWN, 7, 3) == sample(TOWN, 7, 3)


@pytest.mark.parametrize(("seed", "draw"), [(8, 3), (7, 4)])
def test_another_seed_or_draw_gives_another_sample(seed: int, draw: int) -> None:
    other, one = sample(TOWN, seed, draw), sample(TOWN, 7, 3)
    assert other["effect.care_entry"] != one["effect.care_entry"]


def test_prevalences_that_clash_in_a_draw_are_pulled_towards_the_centre_until_they_fit() -> None:
    wide = {"harms.any": quantity(0.7, 0.41, 0.9, "share"), "harms.domestic_abuse": quantity(0.4, 0.1, 0.9, "share")}
    town = replace(TOWN, quantities=QUANTITIES | wide)
    pulled = 0
    for draw in range(50):
        values = sample(town, 1, draw)
        joint({h: values[f"harms.{h}"] for h in HARMS}, values["harms.any"], values["harms.all_three"])
        pulled += values["harms.any"] != town.quantities["harms.any"].at(
            uniform(1, draw, name_key("harms.any"), 0, 0, 0)
        )
    assert 0 < pulled < 50


def test_a_new_quantity_shifts_no_other() -> None:
    more = replace(TOWN, quantities={"effect.new": quantity(1, 0.5, 2, "ratio"), **QUANTITIES})
    assert {name: value for name, value in sample(more, 1, 5).items() if name in QUANTITIES} == sample(TOWN, 1, 5)


def test_nine_draws_in_ten_lie_within_the_range() -> None:
    effects = np.array([sample(TOWN, 1, draw)["effect.care_entry"] for draw in range(2000)])
    inside = np.mean((effects >= 0.7) & (effects <= 1.0))
    assert inside == pytest.approx(0.9, abs=0.02)  # three standard errors of 2,000 draws
    assert np.median(effects) == pytest.approx(0.85, abs=0.01)


def test_the_quantities_of_a_draw_are_independent() -> None:
    samples = table(TOWN, 1, 2000)
    assert samples["effect.care_entry"].corr(samples["staff.vacancy_rate"]) == pytest.approx(0, abs=0.07)


def test_the_table_has_a_row_a_draw_and_a_column_a_quantity() -> None:
    samples = table(TOWN, 3, 4)
    assert list(samples.columns) == ["draw", *QUANTITIES]
    assert samples["draw"].tolist() == [0, 1, 2, 3]
    assert samples.dtypes.astype(str).unique().tolist() == ["int32", "float64"]
    assert samples.loc[2].drop("draw").to_dict() == sample(TOWN, 3, 2)
