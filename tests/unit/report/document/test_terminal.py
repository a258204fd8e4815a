from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from familyflow.report import console
from familyflow.report.document import terminal
from familyflow.results import caseloads
from familyflow.results.findings import find
from familyflow.results.measures import DISPLACEMENT, MEASURES, WITH_INCOME
from familyflow.scenario.model import Schedule

if TYPE_CHECKING:
    from made_study import Study

END = date(2024, 6, 30)


def printed(study: Study, draws: int) -> str:
    file = StringIO()
    found = find(study.monthly, study.money, study.scenario)
    console.show(terminal.found(found, study.scenario, draws, END), file)
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
    assert [rule for rule in rules if not rule.startswith("─")] == [*titles, "Teams", "Claims", "In short"]
    short = text.split("In short ")[1]
    assert [short.count(f"{title}. ") for title in titles[1:]] == [1, 1, 1, 1]


def test_a_schedule_shows_every_measure_and_the_years(text: str) -> None:
    section = text.split("As published ─")[1].split("Everything at once ─", maxsplit=1)[0]
    assert [each.name for each in MEASURES if each.title not in section] == [*DISPLACEMENT, *WITH_INCOME]
    assert "Money, £m, 2024/25 prices" in section
    assert "from 30 Jun" in section
    assert "to 30 Jun" in section
    assert section.count("range of outcomes, low") == section.count("precision of the average") > 0


def test_no_change_shows_no_differences_from_itself(text: str) -> None:
    section = text.split("No change ─")[1].split("As published ─", maxsplit=1)[0]
    assert "averted" not in section
    assert "Money" not in section
    assert "Better" not in section


def test_a_line_gives_average_range_precision_and_chance(text: str, study: Study) -> None:
    rows = find(study.monthly, study.money, study.scenario).summary
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


def test_what_is_displaced_is_shown_for_every_schedule_where_one_displaces_anything(study: Study) -> None:
    posts = study.money["line"] == "posts"
    more = study.money["gbp"].mask(posts & (study.money["schedule"] == "no_change"), 1e5)
    text = printed(replace(study, money=study.money.assign(gbp=more)), 40)
    assert text.count("Existing budget displaced") == text.count("Programme spend, gross") == 4


def test_the_most_loaded_team_of_each_schedule_is_named_with_its_worst_quarter(text: str, study: Study) -> None:
    section = text.split("Teams ─")[1].split("Claims ─", maxsplit=1)[0]
    rows = caseloads.most_loaded(find(study.monthly, study.money, study.scenario).caseloads).set_index("schedule")
    quarter, mean = (rows[name]["as_published"] for name in ("worst_quarter", "worst_quarter_mean"))
    line = next(line for line in section.splitlines() if line.startswith("As published"))
    assert quarter in line
    assert f"{mean:.1f}" in line
    assert "Social workers" in section
    assert "Family key workers" not in section


def test_each_claim_has_its_promise_and_an_answer_for_every_schedule_but_no_change(text: str, study: Study) -> None:
    section = text.split("Claims ─")[1].split("In short ─", maxsplit=1)[0]
    answers = find(study.monthly, study.money, study.scenario).claims
    assert section.count("15% fewer care entries") == 1
    assert "promised: -15% by 30 September 2023, against no change" in section
    assert "promised: -8% by 31 March 2022, since the start" in section
    assert section.count("One year late") == 2
    assert section.count("not within the run, under every schedule") == section.count("not within the run") == 1
    assert section.count("Verdict  ") == 1
    first = answers.iloc[0]
    line = next(line for line in section.splitlines() if line.strip().startswith("As published"))
    assert first["verdict"] in line
    assert f"{100 * first['probability_met']:.0f}%" in line


def test_a_scenario_without_claims_has_no_section_for_them(study: Study) -> None:
    assert "Claims ─" not in printed(replace(study, scenario=replace(study.scenario, claims=())), 40)
