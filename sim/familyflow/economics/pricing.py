"""What a study's records cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.economics import cashflow, prices
from familyflow.economics.lines import lines_for
from familyflow.ground import paths

if TYPE_CHECKING:
    import pandas as pd

    from familyflow.scenario import Scenario

DRAWS_AT_ONCE: Final = 25
"""Draws that are priced together: few enough to fit in memory, enough to be quick."""


def deflator() -> dict[str, float]:
    """Return the price index by financial year."""
    return prices.read_deflator(paths.shipped("calibration", "gdp_deflator.csv"))


def priced(scenario: Scenario, monthly: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    """Price some draws' records, in GBP of the scenario's price year."""
    stated = prices.price_years(scenario.quantities)
    lines = lines_for(map(str, samples.columns), scenario.payers())
    real = cashflow.money(monthly, samples, prices.uprating(stated, scenario.price_year, deflator()), lines)
    return cashflow.grown(real, samples, stated, lines)
