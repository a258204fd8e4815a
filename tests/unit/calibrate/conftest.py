"""A town whose targets come from known rates, which the tests of the calibration share."""

from __future__ import annotations

import pytest
from known_town import Known, known


@pytest.fixture(scope="session")
def town() -> Known:
    """Return a town whose targets are exactly what known rates give, and its fit."""
    return known()
