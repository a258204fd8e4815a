from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import pytest
from fake_engine import Asked, Town, conduct, conduct_slice, study
from hypothesis import given
from hypothesis import strategies as st
from watched import digests

from familyflow.experiment import slices, store
from familyflow.experiment.plan import Slice
from familyflow.experiment.processes import Here
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path


class Wishes(Asked, total=False):
    draws: int


def cut(folder: Path, of_all: int, numbers: list[int] | None = None, **asked: Unpack[Wishes]) -> list[Path]:
    """Run some slices of the small study, each into a folder of its own."""
    folders = []
    for number in numbers or range(1, of_all + 1):
        folders.append(folder / f"slice-{number}")
        conduct_slice(study(**asked), Slice(number, of_all), folders[-1], Here())
    return folders


def merged(folders: list[Path], out: Path) -> None:
    plan = slices.plan_of(Town(), folders)
    slices.gather(folders, out, plan)
    conduct(study(draws=plan.draws), out, Here())


@given(st.integers(1, 60), st.integers(1, 50))
def test_slices_are_equal_parts_that_together_are_all_draws(draws: int, of_all: int) -> None:
    parts = [Slice(number, of_all).of(draws) for number in range(1, of_all + 1)]
    assert sorted(draw for part in parts for draw in part) == list(range(draws))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("of_all", [1, 2, 4])
def test_merged_slices_are_the_bytes_of_one_run(tmp_path: Path, of_all: int) -> None:
    merged(cut(tmp_path, of_all)[::-1], tmp_path / "merged")
    conduct(study(), tmp_path / "whole", Here())
    assert digests(tmp_path / "merged") == digests(tmp_path / "whole")


def test_slices_may_be_merged_again(tmp_path: Path) -> None:
    folders = cut(tmp_path, 2)
    merged(folders, tmp_path / "merged")
    before = digests(tmp_path / "merged")
    merged(folders, tmp_path / "merged")
    assert digests(tmp_path / "merged") == before


def test_a_slice_that_is_missing_is_named_by_its_draws(tmp_path: Path) -> None:
    folders = cut(tmp_path, 3, [1, 3])
    with pytest.raises(Problem, match=r"2 of 6 draws are missing \(1, 4\): run their slices to the end"):
        merged(folders, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_a_slice_that_was_stopped_is_missed(tmp_path: Path) -> None:
    folders = cut(tmp_path, 2)
    store.part(folders[1], 5).unlink()
    with pytest.raises(Problem, match=r"1 of 6 draws are missing \(5\)"):
        merged(folders, tmp_path / "merged")


def test_a_slice_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    folders = cut(tmp_path, 2)
    with pytest.raises(Problem, match=r"holds draw 0, which .*slice-1 holds too: name each slice once"):
        merged([*folders, folders[0]], tmp_path / "merged")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [({"seed": 2}, "seed 2, not 1"), ({"draws": 5}, "5 draws, not 6"), ({"years": 1}, "1 years, not 2")],
)
def test_slices_of_different_studies_are_refused_with_the_reason(tmp_path: Path, asked: Wishes, reason: str) -> None:
    one, *_ = cut(tmp_path / "one", 2, [1])
    other, *_ = cut(tmp_path / "other", 2, [2], **asked)
    with pytest.raises(Problem, match=f"is a slice of another study than .*{reason}"):
        slices.plan_of(Town(), [one, other])


def test_slices_of_another_scenario_than_is_named_are_refused(tmp_path: Path) -> None:
    folders = cut(tmp_path, 2)
    with pytest.raises(Problem, match=r"another study than is asked for \(a scenario or calibration tables with other"):
        slices.plan_of(Town(digest="d2"), folders)


def test_a_folder_without_a_slice_is_refused(tmp_path: Path) -> None:
    conduct(study(), tmp_path / "whole", Here())
    for folder in (tmp_path / "whole", tmp_path / "nothing"):
        with pytest.raises(Problem, match="holds no slice of a study"):
            slices.plan_of(Town(), [folder])


def test_a_slice_goes_on_where_it_stopped_and_its_folder_is_no_other_slice_s(tmp_path: Path) -> None:
    (folder,) = cut(tmp_path, 2, [1])
    with pytest.raises(Problem, match="slice 1/2, not 2/2"):
        conduct_slice(study(), Slice(2, 2), folder, Here())
    store.part(folder, 2).unlink()
    conduct_slice(study(), Slice(1, 2), folder, Here())
    assert store.finished(folder, 6) == {0, 2, 4}


def test_slices_of_one_study_have_folders_of_their_own() -> None:
    described = store.manifest(study().plan)
    names = {store.default_folder({**described, store.SLICE: str(Slice(n, 3))}).name for n in (1, 2, 3)}
    assert {name.rpartition("-")[2] for name in names} == {"slice1of3", "slice2of3", "slice3of3"}
