"""How far posts have followed the children who are open."""

from __future__ import annotations

from math import exp, sqrt

import pandas as pd
import pytest

from familyflow.calibrate.evidence import councils, post_elasticity
from familyflow.scenario import tables
from familyflow.scenario.workforce import FOLLOW


def made(logs: dict[str, list[tuple[float, float]]]) -> pd.DataFrame:
    """Make a table of councils: for each, year by year, the logs of children and of workers."""
    return pd.DataFrame(
        {
            "council": name,
            "geography_type": councils.COUNCIL,
            "year": 2017 + year,
            post_elasticity.CHILDREN: 100 * exp(children),
            post_elasticity.WORKERS: 10 * exp(workers),
        }
        for name, rows in logs.items()
        for year, (children, workers) in enumerate(rows)
    )


@pytest.mark.parametrize("apart", [3, 5])
def test_the_shipped_elasticity_is_what_councils_have_done_over_some_years(apart: int) -> None:
    shipped = tables.parameters(tables.sources())[FOLLOW]
    found = post_elasticity.followed(councils.table(), apart)
    assert shipped.low < found.elasticity < shipped.high
    assert abs(found.elasticity - shipped.value) < found.error < 0.1


def test_what_all_councils_have_in_common_in_a_year_says_nothing() -> None:
    common = [0.0, 0.3, -0.1]
    up, down, still = ([s * t for t in (0.0, 0.1, 0.4)] for s in (1.0, -2.0, 0.0))
    rows = {
        str(i): [(x, 0.4 * x + c) for x, c in zip(own, common, strict=True)] for i, own in enumerate((up, down, still))
    }
    for apart in (1, 2):
        found = post_elasticity.followed(made(rows), apart)
        assert (found.elasticity, found.error) == (pytest.approx(0.4), pytest.approx(0.0, abs=1e-12))
        assert (found.changes, found.councils) == (3 * (3 - apart), 3)


def test_errors_are_clustered_by_council() -> None:
    # Changes of children +1/2 and -1/2 in both years; those of workers miss half of that by +-0.1, alike in both.
    rows = {"a": [(0.0, 0.0), (0.5, 0.35), (1.0, 0.7)], "b": [(0.0, 0.0), (-0.5, -0.15), (-1.0, -0.3)]}
    rows |= {"c": [(0.0, 0.0), (0.5, 0.15), (1.0, 0.3)], "d": [(0.0, 0.0), (-0.5, -0.35), (-1.0, -0.7)]}
    found = post_elasticity.followed(made(rows), 1)
    assert found.elasticity == pytest.approx(0.5)
    assert found.error == pytest.approx(sqrt(4 * (2 * 0.5 * 0.1) ** 2) / (8 * 0.25))


def test_a_gap_a_nought_and_a_change_of_what_is_counted_are_left_out() -> None:
    rows = {"a": [(0.0, 0.0), (0.2, 0.1)], "b": [(0.0, 0.0), (-0.2, -0.1)], "odd": [(0.0, 0.0), (0.1, 2.0)]}
    table = made(rows)
    gap, nought = (made({name: [(0.0, 0.0), (0.3, -0.3)]}) for name in ("gap", "nought"))
    gap.loc[0, post_elasticity.CHILDREN] = None
    nought.loc[1, post_elasticity.WORKERS] = 0.0
    found = post_elasticity.followed(pd.concat([table, gap, nought], ignore_index=True), 1)
    assert (found.elasticity, found.changes, found.councils) == (pytest.approx(0.5), 2, 2)


def test_regions_and_england_are_no_councils() -> None:
    table = made({"a": [(0.0, 0.0), (0.2, 0.1)], "b": [(0.0, 0.0), (-0.2, -0.1)], "England": [(0.0, 0.0), (0.5, 0.5)]})
    table.loc[table["council"] == "England", "geography_type"] = "England"
    assert post_elasticity.followed(table, 1).councils == 2
