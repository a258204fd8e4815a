from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np
import pytest

from familyflow import scenario as scenarios
from familyflow.experiment import design
from familyflow.ground.problem import Problem
from familyflow.scenario.sampling import sample

if TYPE_CHECKING:
    from pathlib import Path

MEASURES = ("care_entries_averted", "net_saving_gbp")
PLAIN = """
scenario = "somerset"
method = "grid"
draws = 2
measures = ["net_saving_gbp"]

[[inputs]]
quantity = "effect.care_entry"
values = [0.7, 0.8, 1]

[[inputs]]
quantity = "staff.vacancy_rate"
low = 0.1
high = 0.3
steps = 3
"""
SAMPLED = PLAIN.replace("values = [0.7, 0.8, 1]", "").replace("steps = 3", "")


def loaded(folder: Path, text: str) -> design.Design:
    path = folder / "what_if.toml"
    path.write_text(text, encoding="utf-8")
    return design.load(path, MEASURES)


def of(folder: Path, method: str, size: str) -> design.Design:
    return loaded(folder, SAMPLED.replace('method = "grid"', f'method = "{method}"\n{size}'))


def test_a_grid_has_every_combination_of_values_and_evenly_spaced_steps(tmp_path: Path) -> None:
    grid = loaded(tmp_path, PLAIN)
    assert design.points(grid).tolist() == [[a, b] for a in (0.7, 0.8, 1.0) for b in (0.1, 0.2, 0.3)]
    assert design.count(grid) == 9
    assert (grid.name, grid.names) == ("what_if", ("effect.care_entry", "staff.vacancy_rate"))


def test_an_input_without_a_range_has_the_scenarios_own(tmp_path: Path) -> None:
    own = scenarios.load("somerset").quantities["effect.care_entry"]
    first = of(tmp_path, "latin_hypercube", "points = 5").inputs[0]
    assert (first.low, first.high) == (own.low, own.high)


def test_a_latin_hypercube_has_one_point_in_each_step_of_each_input(tmp_path: Path) -> None:
    cube = of(tmp_path, "latin_hypercube", "points = 20")
    for column, each in zip(design.points(cube).T, cube.inputs, strict=True):
        steps = np.floor((column - each.low) / (each.high - each.low) * 20)
        assert sorted(steps) == list(range(20))


def test_a_sobol_design_has_two_samples_and_one_for_each_input_that_mixes_them(tmp_path: Path) -> None:
    sobol = of(tmp_path, "sobol", "base = 4")
    a, mixed_first, mixed_second, b = design.points(sobol).reshape(4, 4, 2).swapaxes(0, 1)
    assert design.count(sobol) == 16
    assert (mixed_first == np.column_stack([b[:, 0], a[:, 1]])).all()
    assert (mixed_second == np.column_stack([a[:, 0], b[:, 1]])).all()


@pytest.mark.parametrize(("method", "size"), [("latin_hypercube", "points = 8"), ("sobol", "base = 4")])
def test_the_same_design_gives_the_same_points_and_another_seed_others(tmp_path: Path, method: str, size: str) -> None:
    one, again = (design.points(of(tmp_path, method, size)) for _ in range(2))
    other = design.points(of(tmp_path, method, f"{size}\nseed = 2"))
    state = str(np.random.get_state(legacy=False))  # noqa: NPY002 - to see that it is left alone
    assert (one == again).all()
    assert (one != other).any()
    design.points(of(tmp_path, method, size))
    assert str(np.random.get_state(legacy=False)) == state  # noqa: NPY002


def test_a_fixed_input_is_the_same_in_every_draw_and_every_other_quantity_as_it_was() -> None:
    plain = scenarios.load("somerset")
    changed = design.fixed(plain, {"effect.care_entry": 0.42, "harms.domestic_abuse": 0.41})
    for draw in range(5):
        before, after = sample(plain, 1, draw), sample(changed, 1, draw)
        assert (after["effect.care_entry"], after["harms.domestic_abuse"]) == (0.42, 0.41)
        different = {key for key in before if before[key] != after[key]}
        assert {key for key in different if not key.startswith("harms.")} == {"effect.care_entry"}


def test_a_scenario_path_is_seen_from_the_design(tmp_path: Path) -> None:
    shipped = scenarios.load("somerset").path.read_text(encoding="utf-8")
    (tmp_path / "ours.toml").write_text(shipped, encoding="utf-8")
    assert loaded(tmp_path, PLAIN.replace("somerset", "ours.toml")).plan.scenario.path == tmp_path / "ours.toml"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"somerset"', '"somersett"', "line 2: scenario = \"somersett\": 'somersett': there is no such scenario"),
        ('"grid"', '"gird"', "method = \"gird\": must be one of grid, latin_hypercube, sobol (did you mean 'grid'?)"),
        ("draws = 2", "draws = 0", "line 4: draws = 0: must be 1 or more"),
        ("draws = 2", "drawss = 2", "drawss = 2: is not a key of this table"),
        ("draws = 2", "", "draws is missing: give how many draws each point is run on"),
        ("draws = 2", "draws = 2\npoints = 9", "points = 9: is not for grid"),
        ('"grid"', '"sobol"', "base is missing: give a power of 2"),
        ('"grid"', '"sobol"\nbase = 6', "base = 6: must be a power of 2, such as 64"),
        ('"grid"', '"latin_hypercube"', "points is missing: give how many points are taken"),
        ('"grid"', '"sobol"\nbase = 4', "is for a grid: sobol takes points anywhere from low to high"),
        ("net_saving_gbp", "net_savin_gbp", "must be one of care_entries_averted, net_saving_gbp (did you mean"),
        ("draws = 2", 'draws = 2\nschedules = ["as_publishd"]', "(did you mean 'as_published'?)"),
        ("effect.care_entry", "effect.care_entri", "inputs[1, effect.care_entri].quantity"),
        ("effect.care_entry", "staff.vacancy_rate", "is an input already: give it once"),
        ("0.8, 1]", "0.8, -1]", "must be 0 or more, in ratio"),
        ("0.8, 1]", "0.8, 0.7]", "give each value once"),
        ("0.8, 1]", '"much"]', "must be a number, without quotes"),
        ("0.8, 1]", "0.8, 1]\nsteps = 2", "cannot stand beside values"),
        ("high = 0.3", "high = 30", "must lie between 0 and 1, as a share"),
        ("high = 0.3", "", "high is missing: give low and high together, or neither"),
        ("high = 0.3", "high = 0.05", "line 13: inputs[2, staff.vacancy_rate].low = 0.1: must be below the high end"),
        ("steps = 3", "", "steps is missing: a grid wants values, or the number of steps from low to high"),
        ("steps = 3", "steps = 20000", "make 60,000 points: there may be at most 20,000"),
        ("staff.vacancy_rate", "area.bridgwater.share", "must add up to 1"),
        ("staff.vacancy_rate", "harms.any", "no joint distribution of the four harms has these prevalences"),
        ("staff.vacancy_rate", "target.cp_ended_share_0_3m", "must add up to 1, within 0.02"),
        ("draws = 2", "draws = ", "cannot be read as TOML"),
    ],
)
def test_what_cannot_be_used_is_said_with_file_and_key(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in PLAIN
    with pytest.raises(Problem) as problem:
        loaded(tmp_path, PLAIN.replace(old, new))
    assert says in str(problem.value)
    assert str(problem.value).startswith(str(tmp_path / "what_if.toml"))


def test_an_input_without_a_range_of_its_own_must_be_given_one(tmp_path: Path) -> None:
    text = SAMPLED.replace('"grid"', '"sobol"\nbase = 2').replace("effect.care_entry", "snapshot.children_on_cp")
    with pytest.raises(Problem, match=r"low is missing: give low and high: the scenario has snapshot.children_on_cp"):
        loaded(tmp_path, text)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="there is no such file"):
        design.load(tmp_path / "none.toml", MEASURES)


def test_a_grid_counts_as_many_points_as_it_has(tmp_path: Path) -> None:
    grid = loaded(tmp_path, PLAIN)
    assert design.count(grid) == len(design.points(grid)) == prod(len(each.values) for each in grid.inputs)


def test_a_design_runs_its_scenario_under_a_reading_with_numbers_set(tmp_path: Path) -> None:
    path = tmp_path / "what_if.toml"
    path.write_text(PLAIN, encoding="utf-8")
    found = design.load(path, MEASURES, "trial", ["effect.missed=1"]).plan.scenario
    assert (found.reading, found.settings) == ("trial", ("effect.missed=1",))
    assert design.fixed(found, {"effect.care_entry": 0.7}).reading == "trial"


def test_an_input_that_is_set_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "what_if.toml"
    path.write_text(PLAIN, encoding="utf-8")
    with pytest.raises(Problem, match=r"quantity.*is set by --set already: set it or vary it"):
        design.load(path, MEASURES, settings=["staff.vacancy_rate=0.2"])
