from __future__ import annotations

from dataclasses import replace

import pytest

from familyflow.calibrate.evidence import past
from familyflow.calibrate.evidence.councils import Evidence, Place
from familyflow.ground.problem import Problem
from familyflow.report.document import past as report
from familyflow.scenario import Scenario, load
from familyflow.scenario.schema import Past

CARE = "cla_at_31mar_number"
FIGURES = {
    "Here": {2018: 100.0, 2019: 95.0, 2020: 80.0},
    "Near": {2018: 50.0, 2020: 60.0},
    "Far": {2018: 200.0, 2020: 150.0},
    "New": {2020: 70.0},
    "North": {2018: 1000.0, 2020: 1100.0},
    "South": {2018: 1000.0, 2020: 700.0},
    "England": {2018: 2000.0, 2020: 2000.0},
}
REGIONS = {"Here": "North", "Near": "North", "Far": "South", "New": "South"}
KINDS = {"North": "region", "South": "region", "England": "England"}


def table() -> Evidence:
    """Make a table of four councils in two regions; of one, figures begin late, and of all, nothing of 2017."""
    rows: dict[tuple[str, int], dict[str, float]] = {(name, year): {} for name in FIGURES for year in range(2017, 2021)}
    rows |= {(name, year): {CARE: value} for name, held in FIGURES.items() for year, value in held.items()}
    places = {name: Place(name, KINDS.get(name, "council"), REGIONS.get(name, ""), 2017, 2020) for name in FIGURES}
    neighbours = {"Here": ("Near", "Far", "New"), "Near": ("Here",), "Far": ("Near",)}
    return Evidence(rows, places, neighbours, {})


def stated(**said: object) -> Past:
    given = {"text": "It fell", "measure": CARE, "from_year": 2018, "to_year": 2020, "source": "slides"}
    return Past.model_validate(given | said)


def scenario(*statements: Past, authority: str = "Here") -> Scenario:
    return replace(load("swindon"), authority=authority, past=statements)


def answer(**said: object) -> past.Answer:
    (found,) = past.answers(scenario(stated(**said)), table())
    return found


def test_a_council_is_compared_with_england_its_region_and_its_neighbours_with_figures() -> None:
    found = answer(change=-0.08)
    assert (found.own, found.span) == (past.Change(100, 80), (2018, 2020))
    assert [(each.kind, each.name, each.places) for each in found.against] == [
        ("england", "England", 1),
        ("region", "North", 1),
        ("neighbours", "statistical neighbours", 2),
    ]
    assert [each.change.relative for each in found.against] == pytest.approx([0, 0.1, -0.16])
    assert [each.difference for each in found.against] == pytest.approx([-0.2, -0.3, -0.04])


def test_how_unusual_a_difference_is_is_seen_against_every_council_and_its_own_comparator() -> None:
    england, region, neighbours = answer(change=-0.08).against
    assert (england.as_far, england.of) == (2, 3)  # Far fell by a quarter
    assert (region.as_far, region.of, region.share) == (1, 3, pytest.approx(1 / 3))  # Far fell by less than its region
    assert (neighbours.as_far, neighbours.of) == (2, 3)  # Near rose by 0.4 against Here, Far fell by 0.45 against Near


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({"change": -0.2}, "borne out"),
        ({"change": -0.204}, "borne out"),
        ({"change": -0.21}, "not borne out"),
        ({"change": 0.1}, "not borne out"),
        ({"direction": "fewer"}, "borne out"),
        ({"direction": "more"}, "not borne out"),
        ({}, "history"),
    ],
)
def test_a_statement_is_borne_out_by_the_councils_own_change(said: dict[str, object], verdict: str) -> None:
    assert answer(**said).verdict == verdict


def test_years_without_figures_are_said_to_be_so_with_those_that_are_held() -> None:
    found = answer(change=-0.08, from_year=2017, to_year=2018)
    assert (found.verdict, found.span, found.own, found.held) == ("cannot be said", None, None, (2018, 2019, 2020))
    told = " ".join(report.says(found))
    assert "held of Here from 2018 to 2020. They cannot say 2017 to 2018: of those years they hold 2018 alone." in told


def test_of_years_held_in_part_that_part_is_shown_and_no_verdict_given() -> None:
    found = answer(change=-0.08, from_year=2017)
    assert (found.verdict, found.span, found.own) == ("cannot be said", (2018, 2020), past.Change(100, 80))
    assert "of those years they hold 2018 to 2020, shown below." in " ".join(report.says(found))


def test_what_nothing_measures_cannot_be_said() -> None:
    found = answer(measure=None)
    assert found.verdict == "cannot be said"
    assert list(report.says(found)) == [
        "stated (2018 to 2020): cannot be said",
        "The published figures hold nothing that measures it.",
    ]


def test_a_council_without_figures_of_a_measure_is_said_to_have_none() -> None:
    assert "No figures of Here are held" in " ".join(report.says(answer(measure="cla_started_number")))


def test_only_the_comparators_asked_for_are_there() -> None:
    assert [each.kind for each in answer(against=["region"]).against] == ["region"]


@pytest.mark.parametrize(("key", "year"), [("from_year", 2016), ("to_year", 2021)])
def test_a_year_outside_the_table_is_refused_in_one_sentence(key: str, year: int) -> None:
    with pytest.raises(
        Problem, match=rf"past\[1\].{key} = {year}: must be a year of the published figures, 2017 to 20"
    ):
        answer(**{key: year})


def test_an_authority_that_is_no_council_is_refused() -> None:
    with pytest.raises(Problem, match="there is no such council"):
        past.answers(scenario(stated(), authority="Atlantis"), table())


def test_without_statements_nothing_is_read() -> None:
    assert past.answers(scenario(authority="Atlantis")) == []


def test_a_comparison_in_words_names_figures_points_and_how_many_lie_as_far() -> None:
    told = list(report.says(answer(change=-0.08)))
    assert told[0] == "stated: -8% (2018 to 2020): borne out"
    assert told[1] == "Here: 100 in 2018, 80 in 2020, -20%"
    assert told[3] == (
        "North: 1,000 in 2018, 1,100 in 2020, +10%; Here -30.0 points: 1 of 3 councils (33%) are as far below theirs"
    )
    assert told[4].startswith("2 statistical neighbours: 250 in 2018, 210 in 2020")


def test_years_that_no_document_gives_are_said_to_be_read() -> None:
    assert report.stated(stated(years_given=False)) == "published history (no years given, read as 2018 to 2020)"


def test_rows_of_a_page_have_a_cell_a_heading() -> None:
    found = [answer(change=-0.08), answer(measure=None)]
    rows = list(report.rows(found))
    assert [len(row) for row in rows] == [len(report.HEADINGS)] * 4
    assert rows[1][:4] == ("", "", "", "")


def test_json_holds_what_is_said_and_null_where_nothing_is() -> None:
    (first, second) = report.document("here", [answer(change=-0.08), answer(measure=None)])["statements"]
    assert (first["verdict"], first["change"]["before"], first["answered"]) == ("borne out", 100, [2018, 2020])
    assert [each["comparator"] for each in first["against"]] == ["england", "region", "neighbours"]
    assert (second["change"], second["against"], second["stated"]) == (None, [], None)


def test_durhams_years_before_2015_cannot_be_said_and_what_followed_was_a_rise() -> None:
    before, cost, plans, after = past.answers(load("durham"))
    assert (before.verdict, before.held[0], cost.verdict) == ("cannot be said", 2015, "cannot be said")
    assert plans.own == past.Change(409, 377)
    assert (after.verdict, after.own) == ("not borne out", past.Change(617, 812))
    assert all(each.difference > 0.15 and each.share < 0.15 for each in after.against)
