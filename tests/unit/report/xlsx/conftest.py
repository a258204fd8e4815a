"""What workbook tests share: their folder on the path, and one workbook of the small case."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import small_case

from familyflow.report import xlsx

if TYPE_CHECKING:
    from familyflow.report.xlsx import Model


@pytest.fixture(scope="session")
def case() -> Model:
    """Return the small case."""
    return small_case.case()


@pytest.fixture(scope="session")
def book(case: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write its workbook."""
    path = tmp_path_factory.mktemp("workbook") / "book.xlsx"
    xlsx.write(small_case.contents(case, case), path)
    return path
