from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from familyflow.ground.files import plain_words, refuse_unwritable, writing
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_appears_whole_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "summary.csv"
    with writing(path) as temporary:
        temporary.write_text("whole", encoding="utf-8")
        assert not path.exists()
    assert path.read_text(encoding="utf-8") == "whole"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, MemoryError])
def test_what_was_there_stays_when_writing_fails(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "summary.csv"
    path.write_text("before", encoding="utf-8")

    def fail() -> None:
        with writing(path) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no space is left on the disk"),
        (errno.EACCES, "permission denied"),
        (errno.EROFS, "the disk is read-only"),
        (errno.ENOTDIR, "a part of the path is a file"),
        (errno.EIO, "input/output error"),
    ],
)
def test_a_path_that_cannot_be_written_is_named_with_the_reason(tmp_path: Path, number: int, words: str) -> None:
    def fail() -> None:
        with plain_words(tmp_path):
            raise OSError(number, "Input/output error")

    with pytest.raises(Problem, match=f"cannot be written: {words}") as problem:
        fail()
    assert str(tmp_path) in str(problem.value)


@pytest.mark.parametrize(
    ("folder", "words"), [("file", "it is a file"), ("file/deeper", "a part of the path is a file")]
)
def test_a_folder_that_cannot_be_made_is_refused_beforehand(tmp_path: Path, folder: str, words: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match=f"cannot be written: {words}"):
        refuse_unwritable(tmp_path / folder)


def test_a_folder_without_permission_is_refused_beforehand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    with pytest.raises(Problem, match="cannot be written: permission denied"):
        refuse_unwritable(tmp_path / "new" / "run")


def test_a_folder_that_can_be_made_is_not_made_beforehand(tmp_path: Path) -> None:
    refuse_unwritable(tmp_path / "new" / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    with (
        pytest.raises(Problem, match=r"summary.csv: cannot be written"),
        writing(tmp_path / "gone" / "summary.csv") as temporary,
    ):
        temporary.write_text("", encoding="utf-8")
