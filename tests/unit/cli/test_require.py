from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = Callable[..., tuple[int, str, str]]


def test_one_schedule_is_asked_about_and_the_first_when_none_is_named(answer: Answer) -> None:
    code, said, _ = answer(
        "require", "town", "--saving", "1000", "--by", "2021-03-31", "--out", "found/it.csv", "--quiet"
    )
    assert (code, said.splitlines()[0]) == (0, "what would have to be true")
    assert Path("found/it.csv").read_text(encoding="utf-8").splitlines()[1] == "as_published,1000,2021-03-31"


@pytest.mark.parametrize("saving", ["nan", "inf", "1e13"])
def test_a_saving_that_is_no_sum_is_refused(answer: Answer, saving: str) -> None:
    code, _, said = answer("require", "town", "--saving", saving, "--by", "2021-03-31")
    assert code == 2
    assert "--saving" in said
    assert "must be a number of pounds" in said


@pytest.mark.parametrize("schedules", [["no_change"], ["as_published", "no_change"]])
def test_a_schedule_that_cannot_be_asked_about_is_refused(answer: Answer, schedules: list[str]) -> None:
    options = [each for name in schedules for each in ("--schedule", name)]
    code, _, said = answer("require", "town", "--saving", "1", "--by", "2021-03-31", *options)
    assert code == 2
    assert "name one schedule, another than no_change" in said


def test_a_date_that_is_none_is_refused(answer: Answer) -> None:
    code, _, said = answer("require", "town", "--saving", "1", "--by", "soon")
    assert code == 2
    assert "'soon'" in said
