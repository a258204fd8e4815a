from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import frames
import pandas as pd
import pytest

from familyflow.engine.dose import delivered
from familyflow.engine.ledger import UNMET
from familyflow.pathway.adult_work import REFERENCE
from familyflow.report.document import adult_workers as in_words
from familyflow.results import adult_workers
from familyflow.scenario import load
from familyflow.scenario.settings import with_settings

if TYPE_CHECKING:
    from pathlib import Path

MONTH = date(2020, 1, 31)
ROLE = REFERENCE[0]
TITLES = {"no_change": "No change", "live": "All live"}


def records(days: dict[str, float], seen: dict[str, float], draws: int = 2) -> pd.DataFrame:
    """Return months in which parents waited so many days in all, by schedule: in the team, and as long outside."""
    return frames.records(
        (draw, schedule, MONTH, "", f"{kind}_{ROLE}{suffix}", value * (draw + 1 if kind.endswith("days") else 1))
        for draw in range(draws)
        for schedule in days
        for kind, value in (("adult_wait_days", days[schedule]), ("adult_waits", seen[schedule]))
        for suffix in ("", "_outside")
    )


def with_posts(fte: float) -> list[str]:
    return [f"post.{role}={fte}" for role in load("swindon").programme.roles if role in REFERENCE]


def test_waits_are_the_mean_over_draws_of_days_over_parents_by_role_and_place() -> None:
    table = adult_workers.waits(records({"no_change": 100.0, "live": 50.0}, {"no_change": 10.0, "live": 10.0}))
    mine = table[(table["role"] == ROLE) & (table["where"] == adult_workers.IN_TEAM)].set_index("schedule")
    assert mine.loc["live", "mean"] == pytest.approx((5 + 10) / 2)
    assert mine.loc["no_change", "seen"] == 10
    assert mine.loc["live", "draws"] == 2
    assert set(table["where"]) == {adult_workers.IN_TEAM, adult_workers.OUTSIDE}


def test_a_role_that_sees_nobody_has_no_wait_and_no_row_on_the_page() -> None:
    table = adult_workers.waits(records({"no_change": 100.0, "live": 50.0}, {"no_change": 10.0, "live": 10.0}))
    assert [row[0] for row in in_words.wait_rows(table, "live")] == [ROLE.replace("_", " ")]


@pytest.mark.parametrize(
    ("live", "words"), [(50.0, "days less than"), (300.0, "days longer than"), (100.0, "as long as")]
)
def test_words_follow_the_waits_of_the_run(live: float, words: str) -> None:
    table = adult_workers.waits(records({"no_change": 100.0, "live": live}, {"no_change": 10.0, "live": 10.0}))
    (said,) = in_words.compared(table, TITLES)
    assert words in said
    assert said.startswith("All live: ")


def test_a_plan_with_the_evidence_s_staff_is_not_short_and_one_with_less_is_told_by_how_much() -> None:
    enough = with_settings(load("swindon"), with_posts(20))
    assert in_words.shortfalls(enough) == []
    short = with_settings(load("swindon"), with_posts(0.5))
    said = in_words.shortfalls(short)
    assert len(said) == 3
    row = adult_workers.staffing(short)[0]
    assert row.posts == pytest.approx(2.0)
    assert row.power == pytest.approx(delivered(short.central(), row.dose))
    assert f"{0.85**row.power:.2f}" in said[0]


def test_places_for_fewer_parents_than_families_with_a_harm_are_told() -> None:
    assert in_words.crowded(with_settings(load("swindon"), with_posts(20))) == []
    said = in_words.crowded(with_settings(load("swindon"), with_posts(0.5)))
    assert len(said) == 3
    assert "outside services" in said[0]


def test_many_teams_are_spoken_of_together() -> None:
    (said,) = in_words.shortfalls(load("durham"))
    assert said.startswith("11 teams together: ")


def test_a_null_programme_and_one_without_such_effects_fall_short_of_nothing() -> None:
    given = load("swindon")
    null = replace(given, programme=replace(given.programme, null=True))
    silent = replace(given, programme=replace(given.programme, effects=("training_dip",)))
    assert in_words.shortfalls(null) == in_words.shortfalls(silent) == []


def test_a_total_that_cannot_be_met_is_told_with_the_number_of_draws() -> None:
    plain = [(draw, "no_change", MONTH, "", "children_open", 9.0) for draw in range(3)]
    assert list(adult_workers.unmet(frames.records(plain))) == []
    (said,) = adult_workers.unmet(frames.records([*plain, (1, "no_change", MONTH, "", f"{UNMET}care_entry", 1.0)]))
    assert "care entry" in said
    assert "1 of 3 draws" in said


def test_waits_are_written_as_they_are(tmp_path: Path) -> None:
    table = adult_workers.waits(records({"no_change": 100.0}, {"no_change": 10.0}))
    path = tmp_path / "waits.csv"
    adult_workers.write(table, path)
    assert list(pd.read_csv(path).columns) == list(adult_workers.WAITS)
