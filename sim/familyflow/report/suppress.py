"""Tables that are published without small counts of children: what is withheld, and what would give it away.

A count of children that rounds to less than the least shown, but not to nought, is left empty. So are both levels
behind a claim when one of them is small, as each could be worked out from the other and the change. Differences are
treated as counts are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow.report.words import CHILDREN, is_withheld
from familyflow.results.claims import PLACEMENT_SPEND, RATIOS

if TYPE_CHECKING:
    import pandas as pd

_STATISTICS: Final = ("mean", "p5", "p50", "p95", "mc_error")
_LEVELS: Final = ["compared_with", "level"]
NOTE: Final = "withheld: fewer than {} children"
"""What stands beside a number that is left out."""


def summary(table: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return a study's summary with the small counts left empty, and the precision of an average that is."""
    made = table.copy()
    counted = table["unit"] == CHILDREN
    for name in _STATISTICS[:-1]:
        small = counted & table[name].map(lambda value: is_withheld(value, CHILDREN, least))
        made.loc[small, name] = float("nan")
        made.loc[small, "note"] = NOTE.format(least)
    made.loc[made["mean"].isna(), "mc_error"] = float("nan")
    return made


def claims(table: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return the answers to claims with both levels left empty where one is a small count."""
    made = table.copy()
    counted = ~table["measure"].isin([*RATIOS, PLACEMENT_SPEND])
    small = table[_LEVELS].map(lambda value: is_withheld(value, CHILDREN, least)).any(axis=1)
    made.loc[counted & small, _LEVELS] = float("nan")
    return made
