"""Made-up studies: monthly records, money and a scenario, as plausible as the figures need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made_case import material_of
from made_study import make

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
