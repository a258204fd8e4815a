"""Records are reached by their number; where numbers are checked, one that is out of bounds ends the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pytest

from familyflow.engine.compiled.memory import copy, fetch, firsts, row
from familyflow.ground.bounds import VARIABLE, OutOfBoundsError
from familyflow.ground.compiled import CONFIG, compiled

if TYPE_CHECKING:
    from collections.abc import Callable

KIND = np.dtype([("number", "i8"), ("small", "i1"), ("parts", "f8", (3,))], align=True)


class Laid(NamedTuple):
    """Two arrays of one kind of record."""

    one: np.ndarray
    many: np.ndarray


Arrays: TypeAlias = Any
"""The same, as machine code has them."""


@compiled
def _read(given: Arrays, number: int, part: int) -> float:
    w: Arrays = firsts(given)
    w.one.number += 1
    fetch(w.many, number - 10**6)
    return float(row(w.many, number).parts[part] + w.one.parts[0])


@compiled
def _write(given: Arrays, number: int, part: int) -> None:
    w: Arrays = firsts(given)
    row(w.many, number).parts[part] = 7.0
    row(w.many, number).small = 5


@compiled
def _copy_both(given: Arrays, number: int, part: int) -> None:
    w: Arrays = firsts(given)
    copy(row(w.many, number), w.one)
    copy(w.one, row(w.many, part))


@compiled
def _plain(given: Arrays, number: int, part: int) -> float:
    return float(given.many["parts"][number, part])


def laid() -> Laid:
    """Return one record, and four whose parts are numbered."""
    many = np.zeros(4, KIND)
    many["parts"] = np.arange(12).reshape(4, 3)
    return Laid(np.zeros(1, KIND), many)


@pytest.mark.parametrize(("number", "part"), [(0, 0), (3, 2), (2, 1)])
def test_a_record_is_read_and_written_by_its_number(number: int, part: int) -> None:
    given = laid()
    assert _read(given, number, part) == 3 * number + part
    assert given.one["number"] == [1]
    _write(given, number, part)
    assert given.many[number]["parts"][part] == 7
    assert given.many["small"].tolist() == [5 * (k == number) for k in range(4)]


def test_a_record_is_written_over_another() -> None:
    given = laid()
    given.one["number"], given.one["parts"] = 9, 8
    _copy_both(given, 2, 1)
    assert given.many["number"].tolist() == [0, 0, 9, 0]
    assert given.many["parts"][2].tolist() == [8, 8, 8]
    assert given.one["parts"].tolist() == [[3, 4, 5]]


def told(code: str, **environment: str) -> list[str]:
    """Run a line of code about this file in another process with numbers checked; return what it prints."""
    where = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from test_memory import *; "
    return subprocess.run(
        [sys.executable, "-c", where + code],
        env=os.environ | {VARIABLE: "1"} | environment,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.splitlines()


def outcome(function: Callable[[Laid, int, int], object], number: int, part: int) -> str:
    """Say what came of a call."""
    try:
        function(laid(), number, part)
    except OutOfBoundsError as error:
        return str(error)
    return "within bounds"


def outcomes() -> list[str]:
    """Say what came of calls within bounds, then of calls out of bounds by one or by much, on both sides."""
    within = [outcome(f, 3, 2) for f in (_read, _write, _plain, _copy_both)]
    numbers = [outcome(f, number, 0) for f in (_read, _write) for number in (4, -1, 2**62, -(2**62))]
    parts = [outcome(f, 0, part) for f in (_read, _write) for part in (3, -1)]
    return [*within, *numbers, *parts, outcome(_plain, 4, 0), outcome(_plain, -1, 0), outcome(_plain, 0, -1)]


def test_a_number_out_of_bounds_is_named_with_its_array_and_function() -> None:
    said = told("print(*outcomes(), sep='\\n')")
    many, axis = "of many, which has 4, from 0", "of an array (axis {}), which has {}, from 0"
    assert said == [
        *["within bounds"] * 4,
        *[f"{f} reaches for number {n} {many}" for f in ("_read", "_write") for n in (4, -1, 2**62, -(2**62))],
        *[f"{f} reaches for number {n} {axis.format(0, 3)}" for f in ("_read", "_write") for n in (3, -1)],
        *[f"_plain reaches for number {n} {axis.format(0, 4)}" for n in (4, -1)],
        f"_plain reaches for number -1 {axis.format(1, 3)}",
    ]


@pytest.mark.parametrize("given", ["", "elsewhere"])
def test_checked_machine_code_lies_in_a_folder_of_its_own(given: str, tmp_path: Path) -> None:
    chosen = {"NUMBA_CACHE_DIR": str(tmp_path / given)} if given else {}
    here = str(tmp_path / given) if given else CONFIG.CACHE_DIR
    there = told("print(CONFIG.CACHE_DIR)", **chosen)
    assert there != [here]
    assert there[0].startswith(here)
