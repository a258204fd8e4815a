from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from familyflow.calibrate.trends.adopters import CARE_STARTS, LIKE, OTHERS, SINCE, Record, shipped
from familyflow.calibrate.trends.departures import NAMES, PER_REFERRAL, YEARS
from familyflow.ground import paths
from familyflow.ground.problem import Problem
from familyflow.report.figures import adopters, style
from familyflow.report.markdown import adopters as report

DOCS = Path(__file__).parents[4] / "docs"


@cache
def record() -> Record:
    """Read what the page in the documents was made of."""
    return report.saved(DOCS)


def moved(kind: str, measure: str, by: float) -> Record:
    """Move the logs of one kind of estimates of a measure."""
    found = tuple(
        replace(
            each,
            found=replace(each.found, **{name: getattr(each.found, name) + by for name in ("mean", "low", "high")}),
        )
        if (each.kind, each.measure) == (kind, measure)
        else each
        for each in record().found
    )
    return replace(record(), found=found)


def test_the_page_in_the_documents_is_that_of_the_tables_beside_it() -> None:
    assert report.page(record()) == (DOCS / report.PAGE).read_text(encoding="utf-8"), (
        "run: python benchmarks/adopters.py"
    )


def test_the_table_in_the_documents_is_the_one_that_ships() -> None:
    ours = (DOCS / report.ESTIMATES).read_bytes()
    assert ours == paths.shipped("calibration", "adopters_estimate.csv").read_bytes(), (
        "run: python benchmarks/adopters.py"
    )
    assert len(record().found) == len(shipped())


def test_a_record_is_saved_whole_and_read_back(tmp_path: Path) -> None:
    page = report.save(record(), tmp_path)
    assert page == tmp_path / "adopters.md"
    assert report.page(report.saved(tmp_path)) == page.read_text(encoding="utf-8")
    assert (tmp_path / report.ONE_BY_ONE).read_bytes() == (DOCS / report.ONE_BY_ONE).read_bytes()
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"adopters.png", "adopters_by_council.png"}


def test_words_follow_the_numbers() -> None:
    assert "had 21% fewer care starts" in report.page(record())
    rose = report.page(moved(SINCE, CARE_STARTS, 0.4))
    assert "more care starts" in rose
    assert "| Children starting to be looked after in the year | 1" in rose
    assert "a fall per child referred has not been shown" in report.page(record())
    assert "a fall per child referred has not been shown" not in report.page(moved(SINCE, PER_REFERRAL, -0.4))


def test_a_measure_that_fails_the_rule_is_called_not_credible_and_why() -> None:
    lines = list(report.said(moved(SINCE, CARE_STARTS, 0.24), [CARE_STARTS]))
    assert lines[0].startswith(
        f"{CARE_STARTS} (Children starting to be looked after in the year): not credible: beside"
    )
    assert next(report.said(record(), [CARE_STARTS])).endswith(": credible")


def test_a_terminal_shows_a_row_a_year_of_each_measure_asked_for() -> None:
    rows = [list(row) for row in report.printed(record(), [CARE_STARTS])]
    assert [row[:2] for row in rows] == [[CARE_STARTS, str(year)] for year in range(1, YEARS + 1)]
    assert {len(row) for row in rows} == {len(report.PRINTED)}
    assert len(list(report.printed(record()))) == len(NAMES) * YEARS


def test_the_document_holds_every_estimate_with_nothing_where_nothing_was_asked() -> None:
    made = report.document(record())
    rows = made["estimates"]
    assert isinstance(rows, list)
    assert len(rows) == len(record().found)
    assert {row["p_random"] for row in rows if row["kind"] == "latest_start"} == {None}
    assert made["doubts"][CARE_STARTS] == []  # type: ignore[index]


def test_too_few_councils_are_said_and_not_guessed() -> None:
    few = replace(record(), found=tuple(each for each in record().found if each.year == 1))
    assert "Too few councils are in the table" in report.page(few)


@pytest.mark.parametrize("draw", [adopters.by_year, adopters.by_council])
def test_a_figure_is_the_same_bytes_again(draw: object) -> None:
    assert callable(draw)
    one, two = (style.png(draw(record())) for _ in range(2))
    assert one == two


def test_the_figure_shows_both_comparisons_and_their_ranges() -> None:
    axes = adopters.by_year(record()).figure.axes[0]
    third = {each: record().of(CARE_STARTS, SINCE, YEARS, each) for each in (OTHERS, LIKE)}
    drawn = [np.asarray(line.get_ydata(), dtype=float) for line in axes.get_lines()]
    for each in third.values():
        assert each is not None
        ends = [100 * (each.low - 1), 100 * (each.high - 1)]
        assert any(len(line) == 2 and np.allclose(line, ends) for line in drawn)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Problem, match="cannot be written"):
        report.save(record(), tmp_path / "file")
