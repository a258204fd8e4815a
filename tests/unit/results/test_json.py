from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from familyflow.ground.problem import Problem
from familyflow.report.document import glossary
from familyflow.results import json as report
from familyflow.results.findings import find
from familyflow.results.measures import OVER_ALL
from familyflow.results.monthly import titles_of

if TYPE_CHECKING:
    from pathlib import Path

    from made_study import Study

    from familyflow.report.document.inputs import Material

ORIGIN = report.Origin(
    scenario="swindon",
    version="0.1.0",
    seed=7,
    draws=40,
    title="Swindon: Family Safeguarding",
    authority="Swindon",
    start=date(2019, 6, 30),
    end=date(2024, 6, 30),
    years=5,
    price_year="2024/25",
    children=49000.0,
    reading="central",
    settings=("effect.missed=1",),
)
STATISTICS = ["mean", "p5", "p50", "p95", "mc_error", "probability_better"]
WHOLE = list(OVER_ALL)


def made(study: Study) -> report.Document:
    findings = find(study.monthly, study.money, study.scenario)
    return report.document(ORIGIN, findings, titles_of(study.scenario, findings.summary["schedule"]))


@pytest.fixture(scope="module")
def found(study: Study) -> report.Document:
    """Give a document as a strict reader of its text has it."""
    text = report.text(made(study))
    assert text.endswith("}\n")
    read: report.Document = json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is not JSON"))
    return read


def test_the_document_says_what_was_run(found: report.Document) -> None:
    assert {key: value for key, value in found.items() if key != "schedules"} == {
        "scenario": "swindon",
        "version": "0.1.0",
        "seed": 7,
        "draws": 40,
        "title": "Swindon: Family Safeguarding",
        "authority": "Swindon",
        "start": "2019-06-30",
        "end": "2024-06-30",
        "years": 5,
        "price_year": "2024/25",
        "children": 49000.0,
        "reading": "central",
        "settings": ["effect.missed=1"],
    }


def test_every_schedule_has_its_title_measures_differences_teams_and_claims(found: report.Document) -> None:
    assert list(found["schedules"]) == ["no_change", "as_published", "all_at_once", "slower", "one_year_late"]
    for name, schedule in found["schedules"].items():
        assert list(schedule) == ["title", "measures", "differences", "teams", "claims", "waits"]
        assert list(schedule["measures"]) == WHOLE
        assert all(list(each) == STATISTICS for each in schedule["measures"].values())
        assert all(list(each) == ["mean", "p5", "p95", "mc_error"] for each in schedule["differences"].values())
        assert [team["team"] for team in schedule["teams"]] == ["north", "central", "south"]
        assert len(schedule["claims"]) == (0 if name == "no_change" else 3)


def test_the_numbers_are_those_of_the_whole_horizon(study: Study, found: report.Document) -> None:
    summary = find(study.monthly, study.money, study.scenario).summary
    chosen = (summary["schedule"] == "as_published") & (summary["measure"] == "net_saving_gbp")
    expected = summary[chosen & (summary["period"] == "all")]["p95"].iloc[0]
    assert found["schedules"]["as_published"]["measures"]["net_saving_gbp"]["p95"] == expected


def test_a_difference_is_the_level_less_that_of_no_change(found: report.Document) -> None:
    late, base = (found["schedules"][name]["measures"] for name in ("one_year_late", "no_change"))
    difference = found["schedules"]["one_year_late"]["differences"]["children_on_cp_end"]["mean"]
    expected = late["children_on_cp_end"]["mean"] - base["children_on_cp_end"]["mean"]
    assert difference == pytest.approx(expected)
    assert found["schedules"]["no_change"]["differences"] == {}


def test_a_claim_has_its_date_and_its_answer(found: report.Document) -> None:
    claim = found["schedules"]["slower"]["claims"][2]
    assert (claim["number"], claim["by"], claim["verdict"], claim["draws"]) == (
        3,
        "2030-01-01",
        "not within the run",
        0,
    )
    assert claim["mean"] is None


def test_what_is_undefined_is_null(single: Study) -> None:
    measures = made(single)["schedules"]["no_change"]["measures"]
    assert measures["caseload_mean"]["mc_error"] is None
    assert measures["care_entries_averted"]["mean"] == 0


def test_a_written_document_reads_back(found: report.Document, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(report.text(found), encoding="utf-8")
    assert report.read(tmp_path / "results.json") == found


@pytest.mark.parametrize("content", [None, "", "[1]", "7", '{"scenario": "old"}', "\udcff"])
def test_what_is_no_document_is_refused(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "results.json").write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(Problem, match=r"results\.json: does not hold the results of a run"):
        report.read(tmp_path / "results.json")


def test_the_answers_about_money_stand_beside_the_measures_each_with_one_definition(material: Material) -> None:
    answers = report.money(material.case)
    assert set(answers) == {"no_change", *material.others}
    defined = glossary.definitions(income=True, budget=True)
    assert {name for found in answers.values() for name in found} <= set(defined)
    npv = material.case.appraisal.npv[:, material.place("slower")]
    assert answers["slower"]["npv"]["mean"] == pytest.approx(float(npv.mean()))
    assert answers["slower"]["run_rate"]["period"] == material.case.activity.years[material.case.appraisal.last_year]
    assert answers["slower"]["npv"]["period"] == "all"
    assert answers["no_change"]["npv"]["mean"] == 0


def test_the_old_names_are_defined(found: report.Document) -> None:
    defined = glossary.definitions(income=False, budget=False)
    for name in ("programme_cost_gbp", "gross_saving_gbp", "net_saving_gbp"):
        assert name in found["schedules"]["slower"]["measures"]
        assert set(defined[name]) == {"title", "means"}
