"""Published measures of every council, region and England, 2013 to 2024: one row a place and year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from familyflow.ground import paths

if TYPE_CHECKING:
    from pathlib import Path

IDENTITY: Final = ("council", "geography_type", "la_code", "area_code", "region", "year")
"""The columns that say which place and year a row is about; every other column is a measure."""


def table(path: Path | None = None) -> pd.DataFrame:
    """Read the shipped table, or another in the same wide layout: a row a place and year, a column a measure.

    `year` is the financial year that ends on 31 March of it (`workforce_*`: 30 September). The ending of a measure's
    name is its unit. An empty cell is not published, never zero.
    """
    words = dict.fromkeys(IDENTITY[:-1], "str")
    return pd.read_csv(path or paths.shipped("calibration", "councils.csv"), dtype=words)
