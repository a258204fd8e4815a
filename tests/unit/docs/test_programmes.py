from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from scripts import DOCS, script

from familyflow.scenario import load

TABLES = DOCS / "programmes"
OPENED = date(2015, 10, 5)


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(TABLES / f"{name}.csv")


def loads(*months: tuple[float, float, float], draw: int = 0) -> pd.DataFrame:
    """Give caseloads of the three teams at the month ends after the new one opens."""
    ends = pd.date_range("2015-10-31", periods=len(months), freq="ME")
    teams = script("programmes").EASINGTON
    rows = [
        {"schedule": "as_published", "draw": draw, "month": month, "team": team, "caseload": caseload}
        for month, caseloads in zip(ends, months, strict=True)
        for team, caseload in zip(teams, caseloads, strict=True)
    ]
    return pd.DataFrame(rows)


def level(rows: pd.DataFrame) -> dict[str, float]:
    found: dict[str, float] = script("programmes").level(script("programmes").spread(rows).loc["as_published"], OPENED)
    return found


def test_teams_are_first_level_in_the_month_in_which_each_is_near_their_mean() -> None:
    found = level(loads((5, 20, 20), (10, 18, 17), (14, 15, 16), (5, 20, 20)))
    assert (found["ever"], found["first_p50"], found["year_1"]) == (1.0, 3.0, 0.25)


def test_a_draw_in_which_teams_never_level_is_counted_and_gives_no_months() -> None:
    both = pd.concat([loads((5, 20, 20), (15, 15, 15)), loads((5, 20, 20), (6, 20, 20), draw=1)])
    found = level(both)
    assert (found["ever"], found["first_p50"], found["first_p95"]) == (0.5, 2.0, 2.0)


def test_while_a_team_has_no_caseload_nothing_is_level() -> None:
    assert level(loads((15, 15, 15), (15, 15, 15)).drop(index=0))["first_p50"] == 2.0


def test_a_change_is_taken_draw_by_draw() -> None:
    runs = pd.MultiIndex.from_product([["as_published", "no_change"], [0, 1]], names=["schedule", "draw"])
    found = script("programmes").changed(pd.DataFrame({"referrals": [9.0, 13.0, 10.0, 10.0]}, runs), ["referrals"])
    mine = found.set_index("schedule").loc["as_published"]
    assert (mine["mean"], mine["change"], mine["draws"]) == (11.0, 1.0, 2)
    assert (mine["p5"], mine["p95"]) == pytest.approx((-0.8, 2.8))


@pytest.mark.parametrize("name", script("programmes").NAMES)
def test_every_schedule_and_claim_of_a_programme_is_in_the_tables(name: str) -> None:
    scenario, headlines, claims = load(name), table("headlines"), table("claims")
    assert set(headlines.loc[headlines["scenario"] == name, "schedule"]) == set(scenario.schedules)
    mine = claims[claims["scenario"] == name]
    assert list(dict.fromkeys(mine["claim"])) == [claim.text for claim in scenario.claims]
    assert set(mine["schedule"]) == set(scenario.schedules) - {"no_change"}


def test_the_tables_are_of_one_version_of_the_code_one_seed_and_one_number_of_draws() -> None:
    assert len(table("origin")[["version", "draws", "seed", "code"]].drop_duplicates()) == 1


def test_the_page_tells_of_schedules_that_are_there() -> None:
    telling = script("build").TELLING.items()
    assert [each for name, schedules in telling for each in set(schedules) - set(load(name).schedules)] == []
