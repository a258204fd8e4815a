"""Lets tests of the calibration build small towns, and one whose targets come from known rates."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "laws")]

from known_town import Known, known  # noqa: E402 - the path to it is set above


@pytest.fixture(scope="session")
def town() -> Known:
    """Return a town whose targets are exactly what known rates give, and its fit."""
    return known()
