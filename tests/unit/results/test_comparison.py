from __future__ import annotations

import json
from io import StringIO
from math import isnan

import pytest
from by_hand import run, schedule, statistics

from familyflow.report import console
from familyflow.report.document.comparison import side_by_side
from familyflow.results import comparison
from familyflow.results import json as report
from familyflow.results.outcome import Outcome

NO_CHANGE = schedule("No change", caseload_mean=statistics(20.0, 18.0, 22.0), caseload_worst_quarter=statistics(30.0))
FAST = schedule(
    "Everything at once, in every place, on one day in October",
    ["supported", "uncertain", "not within the run", "supported"],
    care_entries_averted=statistics(50.0, -25.0, 100.0),
    caseload_mean=statistics(18.5),
    caseload_worst_quarter=statistics(28.0, 26.0, 31.0),
    programme_cost_gbp=statistics(3.5e6),
    displaced_gbp=statistics(1e6),
    net_saving_gbp=statistics(-1.2e6, -3.4e6, 2.1e6),
    d_children_on_cp_end=statistics(-12.0, -30.0, 4.0),
    d_caseload_mean=statistics(-1.5, -2.0, -1.0),
)
FREE = schedule("Something that costs nothing", net_saving_gbp=statistics(1e5))
SWINDON = run("Swindon", {"no_change": NO_CHANGE, "fast": FAST, "free": FREE})
SOMERSET = run("Somerset", {"no_change": NO_CHANGE, "fast": FAST}, children=100_000.0, draws=10, years=4)


def runs(*documents: dict[str, object]) -> list[comparison.Run]:
    return comparison.labelled([(f"outputs/{number}", document) for number, document in enumerate(documents)])


def row(name: str, document: dict[str, object] = SWINDON) -> comparison.Row:
    return next(row for row in comparison.rows(*runs(document)) if row.schedule == name)


def printed(*documents: dict[str, object]) -> str:
    file = StringIO()
    console.show([side_by_side(runs(*documents))], file)
    return file.getvalue()


def test_there_is_a_row_for_each_schedule_of_each_council() -> None:
    found = [(row.council, row.schedule) for each in runs(SWINDON, SOMERSET) for row in comparison.rows(each)]
    assert found == [
        ("Swindon", "no_change"),
        ("Swindon", "fast"),
        ("Swindon", "free"),
        ("Somerset", "no_change"),
        ("Somerset", "fast"),
    ]


def test_care_entries_averted_are_given_per_10_000_children_a_year() -> None:
    assert row("fast").entries == Outcome(50, p5=-25, p95=100)
    assert [getattr(row("fast").entries_rate, end) for end in comparison.SHOWN] == [2, -1, 4]
    assert row("fast", SOMERSET).entries_rate.mean == 1.25


def test_a_row_has_levels_changes_money_and_claims() -> None:
    found = row("fast")
    assert found.on_cp == Outcome(-12, p5=-30, p95=4)
    assert (found.caseload, found.caseload_change.mean, found.worst_quarter.mean) == (18.5, -1.5, 28)
    assert (found.cost, found.displaced, found.net.mean, found.repaid) == (3.5e6, 1e6, -1.2e6, 0.25)
    assert (found.supported, found.claims) == (2, 3)


def test_no_change_has_its_levels_and_no_differences_from_itself() -> None:
    found = row("no_change")
    assert found.caseload == 20
    assert all(
        isnan(value)
        for value in (found.entries.mean, found.on_cp.mean, found.caseload_change.mean, found.cost, found.net.mean)
    )
    assert isnan(found.repaid)


def test_where_there_is_no_cost_there_is_nothing_to_repay() -> None:
    assert isnan(row("free").repaid)


def test_two_runs_of_one_council_are_told_apart_by_the_names_that_were_given() -> None:
    found = comparison.labelled([("swindon", SWINDON), ("outputs/other", SWINDON), ("somerset", SOMERSET)])
    assert [each.label for each in found] == ["Swindon (swindon)", "Swindon (outputs/other)", "Somerset"]


def test_what_is_not_alike_is_said() -> None:
    found = comparison.notes(runs(SWINDON, {**SOMERSET, "price_year": "2023/24", "version": "0.2.0"}))
    assert found[0] == comparison.PAIRED
    assert [note.split(")")[0] for note in found[1:]] == [
        "Draws differ (Swindon 40, Somerset 10",
        "Horizons differ in years (Swindon 5, Somerset 4",
        "Price years differ (Swindon 2024/25, Somerset 2023/24",
        "Versions of familyflow differ (Swindon 0.1.0, Somerset 0.2.0",
    ]


def test_of_one_council_nothing_needs_to_be_said_but_that_one_draw_has_no_range() -> None:
    assert comparison.notes(runs(SWINDON)) == []
    assert comparison.notes(runs({**SWINDON, "draws": 1})) == [
        "One draw shows no range of outcomes, and no probability: run more draws."
    ]


def test_the_table_fits_100_columns_and_names_what_is_a_range() -> None:
    text = printed(SWINDON, SOMERSET)
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "…" not in text
    assert "range of outcomes" in text


def test_a_printed_row_has_its_numbers_and_its_range_below() -> None:
    lines = printed(SWINDON).splitlines()
    first = next(number for number, line in enumerate(lines) if "Everything at once" in line)
    assert lines[first].split()[-11:] == ["50", "(2.0)", "-12", "18.5", "28.0", "3.50", "-1.20", "25%", "2", "of", "3"]
    for part in ("-25 to 100", "-30 to 4", "-1.5", "-3.40 to 2.10"):
        assert part in lines[first + 1]


def test_a_council_is_a_row_with_its_children_under_18() -> None:
    assert "50,000 children" in printed(SWINDON)


def test_the_document_is_strict_json_with_rows_notes_and_runs() -> None:
    found = json.loads(report.text(comparison.document(runs(SWINDON, SOMERSET))))
    assert list(found) == ["rows", "notes", "runs"]
    assert found["rows"][0]["entries"] == {"mean": None, "p5": None, "p95": None}
    assert found["rows"][1]["entries_rate"]["mean"] == 2
    assert found["runs"][1]["authority"] == "Somerset"


@pytest.mark.parametrize("title", ["[bold]brackets[/bold]", "<b>tags</b>"])
def test_a_title_is_printed_as_it_is(title: str) -> None:
    assert title[:8] in printed(run("Swindon", {"no_change": schedule(title)}))
