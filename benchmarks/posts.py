"""How far posts have followed work, council by council: `python benchmarks/posts.py`; two seconds.

Elasticities by years apart, with standard errors: of social workers to what there is to do, from which
`staff.posts_follow_demand` was made; then of work to referrals, which says what posts cannot be asked to follow.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from familyflow.calibrate.evidence import councils, post_elasticity

if TYPE_CHECKING:
    import pandas as pd

APART: Final = (1, 2, 3, 5)
WORK: Final = (post_elasticity.CHILDREN, "workforce_cases_held_number", "referrals_number")
PAIRS: Final = (
    *((post_elasticity.WORKERS, work) for work in WORK),
    *(("workforce_social_workers_fte", work) for work in WORK),
    ("assessments_completed_number", "referrals_number"),
    (post_elasticity.CHILDREN, "referrals_number"),
    ("assessment_median_working_days", "referrals_number"),
)
"""What moves, and what it moves with."""


def show(table: pd.DataFrame, most: float) -> None:
    """Print an elasticity (standard error) for each pair of measures and each number of years apart."""
    for moves, along in PAIRS:
        found = (post_elasticity.followed(table, apart, moves, along, most) for apart in APART)
        cells = "".join(f"{f'{each.elasticity:.2f} ({each.error:.2f})':>14}" for each in found)
        print(f"{moves:<32}{along:<30}{cells}")


def main() -> None:
    """Print all, without changes too large to be meant and with them."""
    table = councils.table()
    print(f"{'what moves':<32}{'with':<30}" + "".join(f"{f'{apart} apart':>14}" for apart in APART))
    for most, which in (
        (post_elasticity.MOST, f"changes of a log up to {post_elasticity.MOST:g}"),
        (inf, "every change"),
    ):
        print(which)
        show(table, most)


if __name__ == "__main__":
    main()
