"""What a study may ask for, and what it gets by default; light, so that the command line starts quickly."""

from __future__ import annotations

from typing import Final

DEFAULT_DRAWS: Final = 100
DRAWS_FOR_PRECISION: Final = 10_000
"""The most draws that a precision may take when nothing is said."""
DEFAULT_SEED: Final = 1
MOST_DRAWS: Final = 1_000_000
MOST_YEARS: Final = 30
MOST_POINTS: Final = 20_000
"""The most points of a sweep: each is a study of its own."""
MOST_WORKERS: Final = 61
"""Windows cannot wait for more processes than this."""
LARGEST_SEED: Final = 2**63 - 1
