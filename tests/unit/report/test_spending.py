from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from by_hand import money as by_hand

from familyflow.report import courses, findings, spending

if TYPE_CHECKING:
    from conftest import Study


@pytest.fixture
def read(study: Study) -> spending.Spending:
    """Give the study's spending, one draw at a time."""
    return spending.of_blocks(rows for _, rows in study.money.groupby("draw"))


def test_findings_are_the_same_to_the_bit_when_costs_come_a_few_draws_at_a_time(
    study: Study, read: spending.Spending
) -> None:
    whole = findings.find(study.monthly, study.money, study.scenario)
    parts = findings.find(study.monthly, read, study.scenario)
    for name in ("summary", "differences", "claims", "caseloads"):
        pd.testing.assert_frame_equal(getattr(parts, name), getattr(whole, name), check_exact=True)


def test_the_net_position_is_the_same_to_the_bit_when_costs_come_a_few_draws_at_a_time(
    study: Study, read: spending.Spending
) -> None:
    whole = courses.cumulative_net(study.monthly, study.money)
    pd.testing.assert_series_equal(courses.cumulative_net(study.monthly, read), whole, check_exact=True)


def test_what_placements_cost_is_the_sum_of_their_lines_and_of_no_other_however_it_is_read() -> None:
    spent = {
        (schedule, draw, "2025/26", f"cashable {line}"): gbp + draw
        for schedule in ("fast", "no_change")
        for draw in (0, 1)
        for line, gbp in {"placement_kinship": 3.0, "placement_residential": 4.0, "posts": 100.0}.items()
    }
    costs = by_hand(spent)
    read = spending.of_blocks(rows for _, rows in costs.groupby("draw")).placements
    wanted = {(schedule, draw, "2025/26"): 7.0 + 2 * draw for schedule in ("fast", "no_change") for draw in (0, 1)}
    assert spending.placements(costs).to_dict() == wanted
    pd.testing.assert_series_equal(read, spending.placements(costs), check_exact=True)
