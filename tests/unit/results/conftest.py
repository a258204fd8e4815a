"""Made-up studies: monthly records, money and a scenario, as plausible as the figures need."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

UNIT = Path(__file__).parent.parent
sys.path[:0] = [str(UNIT / "report"), str(UNIT / "economics")]  # lets tests import what is made by hand

from made_case import material_of  # noqa: E402 - the path to it is set above
from made_study import make  # noqa: E402 - the same

if TYPE_CHECKING:
    from made_study import Study

    from familyflow.report.document.inputs import Material


@pytest.fixture(scope="session")
def study() -> Study:
    """Forty draws of five years from 30 June 2019 under five schedules."""
    return make(40)


@pytest.fixture(scope="session")
def single() -> Study:
    """One draw of two years."""
    return make(1, 2)


@pytest.fixture(scope="session")
def material(study: Study) -> Material:
    """Give all that a page and a paper are made from: forty draws, five schedules, dots for pictures."""
    return material_of(study, 40)
