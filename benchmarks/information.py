"""How often noise passes for something in `information.csv`: `python benchmarks/information.py`; a quarter of an hour.

Tables of a present value that hangs on none of 392 inputs, in groups of the sizes of a run of Somerset: how many tables
tell a share of variance, or a value, of any group or of all inputs. Of 100 at most five may.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Final

import numpy as np
import pandas as pd

from familyflow.economics import value_of_information

SIZES: Final = (123, 53, 56, 160)
DRAWS: Final = (60, 100, 1_000)
TABLES: Final = 100
NAMES: Final = [f"input {place}" for place in range(sum(SIZES))]
GROUPS: Final = {
    **{f"group {end}": NAMES[end - size : end] for size, end in zip(SIZES, accumulate(SIZES), strict=True)},
    "all inputs": NAMES,
}


def tells(draws: int, seed: int) -> tuple[bool, bool]:
    """Say whether a table of noise tells any share, and any value."""
    rng = np.random.default_rng(seed)
    inputs = pd.DataFrame(rng.standard_normal((draws, len(NAMES))), columns=NAMES)
    benefits = np.column_stack([np.zeros(draws), 0.1 + rng.standard_normal(draws)])
    found = value_of_information.groups(benefits, inputs, GROUPS)
    return any(each.part.told for each in found), any(each.worth.told for each in found)


def main() -> None:
    """Print a line for each number of draws."""
    for draws in DRAWS:
        shares, values = np.sum([tells(draws, seed) for seed in range(TABLES)], axis=0)
        print(f"{draws:>6} draws: {shares} of {TABLES} tables of noise tell a share, {values} a value", flush=True)


if __name__ == "__main__":
    main()
