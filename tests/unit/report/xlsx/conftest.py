"""One workbook of the small case, which the workbook tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import small_case

from familyflow.report import xlsx

if TYPE_CHECKING:
    from pathlib import Path

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
