from __future__ import annotations

from datetime import date
from operator import mul
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from frames import records, series

from familyflow.economics.rollout import with_measures

if TYPE_CHECKING:
    from collections.abc import Iterable

MONTHS = (date(2020, 3, 31), date(2020, 4, 30), date(2020, 5, 31), date(2020, 6, 30))
DAYS = (0, 30, 31, 30)
NEW = ("posts_recruited", "posts_trained", "programme_post_days", "programme_days", "teams_set_up")


def ledger(posts: Iterable[tuple[str, str, tuple[float, ...]]], schedule: str = "plan") -> pd.DataFrame:
    """Give the FTE of each month's posts, by team and role, as a ledger of FTE-days."""
    rows = series(schedule, "contacts", MONTHS, [1.0] * len(MONTHS))
    for team, role, levels in posts:
        rows += series(schedule, f"fte_days_{role}", MONTHS, map(mul, levels, DAYS), team=team)
    return records(rows)


def added(monthly: pd.DataFrame) -> pd.DataFrame:
    dated = monthly.assign(month=pd.to_datetime(monthly["month"]))
    return with_measures(dated, pd.Index(pd.to_datetime(list(MONTHS))))


def found(monthly: pd.DataFrame, measure: str) -> list[float]:
    rows = added(monthly)
    chosen = rows[rows["measure"] == measure].groupby("month")["value"].sum()
    return [float(chosen.get(pd.Timestamp(month), 0.0)) for month in MONTHS]


def test_a_post_is_recruited_and_trained_once_in_the_month_in_which_it_is_filled() -> None:
    monthly = ledger([("north", "psychologist", (0, 0, 2, 2)), ("south", "psychologist", (0, 1, 1, 0))])
    for measure in ("posts_recruited", "posts_trained"):
        assert found(monthly, measure) == pytest.approx([0, 1, 2, 0])


def test_a_post_that_is_left_and_filled_again_is_no_new_one() -> None:
    assert found(ledger([("north", "psychologist", (0, 1, 0, 1))]), "posts_recruited") == pytest.approx([0, 1, 0, 0])


def test_a_team_is_set_up_once_and_shared_posts_set_up_none() -> None:
    monthly = ledger(
        [
            ("", "psychologist", (0, 1, 1, 1)),
            ("north", "coordinator", (0, 0, 1, 1)),
            ("north", "team_manager", (0, 0, 0, 1)),
        ]
    )
    assert found(monthly, "teams_set_up") == [0, 0, 1, 0]


def test_days_are_those_of_the_posts_and_of_the_months_in_which_there_is_one() -> None:
    monthly = ledger([("north", "psychologist", (0, 0, 2, 2)), ("south", "coordinator", (0, 0, 1, 0))])
    assert found(monthly, "programme_post_days") == pytest.approx([0, 0, 93, 60])
    assert found(monthly, "programme_days") == [0, 0, 31, 30]


@pytest.mark.parametrize("role", ["social_worker", "agency_social_worker", "family_key_worker"])
def test_those_who_hold_cases_are_no_posts_of_a_rollout(role: str) -> None:
    monthly = ledger([("north", role, (0, 5, 6, 7))])
    assert not set(added(monthly)["measure"]) & set(NEW)


def test_a_ledger_without_posts_is_left_as_it_is() -> None:
    assert added(ledger([]))["measure"].unique().tolist() == ["contacts"]


def test_packed_columns_give_the_same() -> None:
    monthly = ledger([("north", "psychologist", (0, 0, 2, 2))])
    packed = monthly.astype({"schedule": "category", "team": "category", "measure": "category", "draw": "int32"})
    for measure in NEW:
        assert found(packed, measure) == found(monthly, measure)
