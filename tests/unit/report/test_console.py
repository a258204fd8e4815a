from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from familyflow.report import console, tables
from familyflow.report.measures import MEASURES
from familyflow.scenario.model import Schedule

if TYPE_CHECKING:
    from conftest import Study

END = date(2024, 6, 30)


def printed(study: Study, draws: int) -> str:
    file = StringIO()
    console.show(tables.summary(study.monthly, study.money), study.scenario, draws, END, file)
    return file.getvalue()


@pytest.fixture(scope="module")
def text(study: Study) -> str:
    return printed(study, 40)


def test_every_line_fits_100_columns(text: str) -> None:
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "…" not in text


def test_bands_carry_their_names(text: str) -> None:
    assert "Range of outcomes" in text
    assert "Precision of" in text
    assert "range of outcomes, low" in text


def test_schedules_come_in_the_order_of_the_scenario_and_answers_last(text: str, study: Study) -> None:
    titles = [schedule.title for schedule in study.scenario.schedules.values()]
    rules = [line.split(" ─")[0] for line in text.splitlines() if line.endswith("──")]
    assert [rule for rule in rules if not rule.startswith("─")] == [*titles, "In short"]
    short = text.split("In short ")[1]
    assert [short.count(f"{title}. ") for title in titles[1:]] == [1, 1, 1, 1]


def test_a_schedule_shows_every_measure_and_the_years(text: str) -> None:
    section = text.split("As published ─")[1].split("Everything at once ─", maxsplit=1)[0]
    assert all(each.title in section for each in MEASURES)
    assert "Money, £m, 2024/25 prices" in section
    assert "from 30 Jun" in section
    assert "to 30 Jun" in section


def test_no_change_shows_no_differences_from_itself(text: str) -> None:
    section = text.split("No change ─")[1].split("As published ─", maxsplit=1)[0]
    assert "averted" not in section
    assert "Money" not in section
    assert "Better" not in section


def test_a_line_gives_average_range_precision_and_chance(text: str, study: Study) -> None:
    rows = tables.summary(study.monthly, study.money)
    rows = rows[(rows["measure"] == "children_in_care_end") & (rows["period"] == "all")]
    found, base = (rows[rows["schedule"] == name].iloc[0] for name in ("as_published", "no_change"))
    section = text.split("As published ─")[1]
    line = next(line for line in section.splitlines() if "Children in care at the end" in line)
    expected = (
        f"{base['mean']:.0f} {found['mean']:.0f} {found['p5']:.0f} to {found['p95']:.0f} "
        f"±{found['mc_error']:.1f} {100 * found['probability_better']:.0f}%"
    )
    assert line.split("end", 1)[1].split() == expected.split()


def test_one_draw_shows_no_range(single: Study) -> None:
    text = printed(single, 1)
    assert "One draw shows neither a range of outcomes nor the precision of the average" in text
    assert "range of outcomes, low" not in text


def test_brackets_in_a_title_are_printed(study: Study) -> None:
    schedules = {name: Schedule(name, f"{name} [bold]", ()) for name in study.scenario.schedules}
    changed = replace(study, scenario=replace(study.scenario, schedules=schedules))
    assert "as_published [bold]" in printed(changed, 40)
