"""Where every number by which the engine reaches into an array is checked, it lives the same lives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from checked_towns import digests

from familyflow.ground.bounds import VARIABLE


@pytest.mark.long
def test_towns_are_lived_within_bounds_and_to_the_same_bytes() -> None:
    """And a case that is not there is told by its number, with the array and the function, not read from beside it."""
    *checked, family, stay = subprocess.run(
        [sys.executable, str(Path(__file__).parents[1] / "made" / "checked_towns.py")],
        env=os.environ | {VARIABLE: "1"},
        capture_output=True,
        check=True,
        text=True,
    ).stdout.splitlines()
    assert checked == list(digests())
    assert family.startswith("join reaches for number 1000000 of families, which has ")
    assert stay.startswith("join_stay reaches for number -2 of stays, which has ")
