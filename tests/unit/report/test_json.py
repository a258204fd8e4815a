from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from familyflow.report import json as report
from familyflow.report import tables

if TYPE_CHECKING:
    import pandas as pd

    from conftest import Study

PROMISED = {
    "care_entries_averted",
    "cp_starts_averted",
    "children_in_care_end",
    "children_on_cp_end",
    "children_on_cin_end",
    "caseload_mean",
    "adult_wait_days_mean",
    "programme_cost_gbp",
    "gross_saving_gbp",
    "net_saving_gbp",
}


@pytest.fixture(scope="module")
def summary(study: Study) -> pd.DataFrame:
    return tables.summary(study.monthly, study.money)


def test_the_document_has_exactly_the_promised_keys(summary: pd.DataFrame) -> None:
    found = json.loads(report.text(report.Origin("swindon", "0.1.0", 7, 40), summary))
    assert list(found) == ["scenario", "version", "seed", "draws", "schedules"]
    assert (found["scenario"], found["version"], found["seed"], found["draws"]) == ("swindon", "0.1.0", 7, 40)
    assert set(found["schedules"]) == set(summary["schedule"])
    for schedule in found["schedules"].values():
        assert list(schedule) == ["measures"]
        assert set(schedule["measures"]) >= PROMISED
        assert all(list(each) == ["mean", "p5", "p50", "p95", "mc_error"] for each in schedule["measures"].values())


def test_the_numbers_are_those_of_the_whole_horizon(summary: pd.DataFrame) -> None:
    found = json.loads(report.text(report.Origin("swindon", "0.1.0", 7, 40), summary))
    chosen = (summary["schedule"] == "as_published") & (summary["measure"] == "net_saving_gbp")
    expected = summary[chosen & (summary["period"] == "all")]["p95"].iloc[0]
    assert found["schedules"]["as_published"]["measures"]["net_saving_gbp"]["p95"] == expected


def test_what_is_undefined_is_null(single: Study) -> None:
    summary = tables.summary(single.monthly, single.money)
    text = report.text(report.Origin("swindon", "0.1.0", 7, 1), summary)
    found = json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is not JSON"))
    assert found["schedules"]["no_change"]["measures"]["caseload_mean"]["mc_error"] is None
    assert found["schedules"]["no_change"]["measures"]["care_entries_averted"]["mean"] == 0
    assert text.endswith("}\n")
