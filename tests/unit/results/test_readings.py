from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

import frames
import pytest

from familyflow.ground.readings import READINGS
from familyflow.ground.readings import TITLES as READING_TITLES
from familyflow.report import console
from familyflow.report.document.blocks import Paragraph, Table
from familyflow.report.document.readings import blocks, in_short
from familyflow.results import readings
from familyflow.scenario import load
from familyflow.scenario.readings import arguments

if TYPE_CHECKING:
    import pandas as pd

    from familyflow.report.document.inputs import Material
    from familyflow.results.readings import Readings

TITLES = {"no_change": "No change", "plan": "The plan"}
SIZE = dict(zip(READINGS, (0.0, 10.0, 20.0, 15.0, 30.0), strict=True))


def outcomes(averted: float) -> pd.DataFrame:
    return frames.outcomes({("plan", name): [averted + draw for draw in range(3)] for name in readings.MEASURES})


@pytest.fixture(scope="module")
def found() -> Readings:
    """Three draws of a plan whose every measure is larger, the bolder the reading."""
    return readings.readings(load("swindon"), 3, {name: outcomes(size) for name, size in SIZE.items()})


def test_each_reading_has_each_measure_with_range_precision_and_number_of_draws(found: Readings) -> None:
    assert tuple(found.table.columns) == readings.COLUMNS
    assert len(found.table) == len(READINGS) * len(readings.MEASURES)
    row = found.table[(found.table["reading"] == "trial") & (found.table["measure"] == readings.NPV)].iloc[0]
    assert (row["mean"], row["draws"], row["unit"]) == (11.0, 3, "gbp")
    assert (row["p5"], row["p95"]) == pytest.approx((10.1, 11.9))
    assert row["mc_error"] == pytest.approx(1 / 3**0.5)


def test_levels_are_less_no_change_of_the_same_draw_and_differences_stay() -> None:
    given = {
        ("no_change", "children_on_cp_end"): [100.0, 101.0],
        ("plan", "children_on_cp_end"): [90.0, 93.0],
        ("plan", "care_entries_averted"): [5.0, 5.0],
        ("plan", "caseload_mean"): [15.0, 15.0],
    }
    made = readings.compared(frames.outcomes(given))
    assert made[made["measure"] == "children_on_cp_end"]["value"].tolist() == [-10.0, -8.0]
    assert made[made["measure"] == "care_entries_averted"]["value"].tolist() == [5.0, 5.0]
    assert set(made["measure"]) == {"children_on_cp_end", "care_entries_averted"}
    assert set(made["schedule"]) == {"plan"}


def test_what_is_printed_names_every_reading_marks_its_own_and_says_what_is_1(found: Readings) -> None:
    file = StringIO()
    console.show([in_short(found, TITLES)], file)
    said = " ".join(file.getvalue().split())
    assert "central judgement*" in said
    assert "as the innovator published*" not in said
    assert "The same 3 draws" in said
    assert "Trials and matched comparisons: no evidence, so exactly 1: cp duration, cin duration" in said
    assert "of the whole council's outcome, not of families offered: care entry, cp duration" in said


def test_the_page_says_on_which_reading_it_stands_and_what_was_set(found: Readings) -> None:
    scenario = load("swindon", reading="innovator", settings=["effect.missed=1"])
    made = [*blocks(found, scenario, TITLES)]
    assert isinstance(made[0], Paragraph)
    assert made[0].text == (
        "Reading of the evidence: as the innovator published (innovator). Set for this run: effect.missed=1."
    )
    (table,) = (block for block in made if isinstance(block, Table))
    ((title, rows),) = table.groups
    assert title == "The plan"
    assert [row[0].rstrip("*") for row in rows] == [READING_TITLES[name] for name in READINGS]
    assert all(len(row) == len(table.headings) for row in rows)


def test_small_counts_of_children_are_withheld(found: Readings) -> None:
    (table,) = (each for each in blocks(found, load("swindon"), TITLES, 6) if isinstance(each, Table))
    assert table.groups[0][1][0][1].startswith("<6")


def test_a_run_without_other_readings_says_so() -> None:
    made = [*blocks(None, load("swindon"), TITLES)]
    assert "were not run" in str(made[1])


def test_page_and_paper_name_the_reading_in_their_summary_and_their_options(material: Material) -> None:
    from familyflow.report.document.report import (  # noqa: PLC0415 - the fixture's path first
        page_sections,
        paper_sections,
    )

    wanted = "Reading of the evidence: central judgement (central)."
    summary = next(each for each in page_sections(material) if each.name == "summary")
    options = next(each for each in paper_sections(material) if each.name == "options")
    assert all(any(wanted in str(block) for block in each.blocks) for each in (summary, options))


def test_the_document_has_each_reading_with_what_it_does_not_know(found: Readings) -> None:
    made = readings.document(found)
    assert (made["standing"], made["draws"], list(made["readings"])) == ("central", 3, list(READINGS))
    trial = made["readings"]["trial"]
    assert trial["schedules"]["plan"]["care_entries_averted"]["mean"] == 11.0
    assert "effect.cp_duration" in trial["no_evidence"]
    assert made["readings"]["adopters"]["council_level"] == ["effect.care_entry"]


def test_the_options_ask_for_the_same_again() -> None:
    asked = load("swindon", reading="trial", settings=["effect.missed=1", "post.psychologist=0"])
    assert arguments(asked) == ["--reading trial", "--set effect.missed=1", "--set post.psychologist=0"]
    assert arguments(load("swindon")) == []


def test_a_single_draw_has_no_precision_to_show() -> None:
    one = readings.readings(load("swindon"), 1, {"none": outcomes(1.0).query("draw == 0")})
    file = StringIO()
    console.show([in_short(replace(one, standing="none"), TITLES)], file)
    assert "nan" not in file.getvalue()
