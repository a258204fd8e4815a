from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from familyflow.calibrate.evidence import councils
from familyflow.ground import evidence
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def known() -> councils.Evidence:
    return councils.read()


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("Kent", "Kent"),
        ("  kent ", "Kent"),
        ("hull", "Kingston upon Hull, City of"),
        ("Bristol", "Bristol, City of"),
        ("Dorset", "Dorset"),
        ("County Durham", "Durham"),
        ("city of london", "City of London"),
    ],
)
def test_a_council_is_found_by_its_name_in_any_case_or_by_words_that_only_it_has(
    known: councils.Evidence, given: str, found: str
) -> None:
    assert councils.find(known, given).name == found


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("Kemt", "did you mean 'Kent'?"),
        (
            "Yorkshire",
            r"Yorkshire and The Humber is not a council: did you mean East Riding of Yorkshire or North Yorkshire\?",
        ),
        ("london", "London is not a council: did you mean City of London"),
        ("Northamptonshir", "did you mean"),
        ("England", "England is not a council"),
        ("Newcastle Gateshead", "there is no such council"),
        ("", "there is no such council"),
    ],
)
def test_a_name_that_is_no_council_is_refused_with_a_hint(known: councils.Evidence, given: str, said: str) -> None:
    with pytest.raises(Problem, match=said):
        councils.find(known, given)


def test_a_council_without_figures_in_the_table_in_use_is_told_how_to_take_them_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = evidence.path(evidence.COUNCILS).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("Leeds,")]
    (tmp_path / evidence.COUNCILS).write_text("".join(kept), encoding="utf-8")
    monkeypatch.setenv(evidence.FOLDER, str(tmp_path))
    with pytest.raises(Problem, match="Leeds: no figures of it are in the table in use"):
        councils.find(councils.read(), "leeds")


def test_every_english_council_is_in_the_table_with_its_neighbours(known: councils.Evidence) -> None:
    now = [name for name in known.councils() if known.places[name].last == known.last]
    assert len(now) == 153
    assert {"Leeds", "Peterborough", "City of London", "Isles of Scilly"} <= set(now)
    assert [name for name in now if name not in known.neighbours] == []


def test_words_that_several_councils_have_are_refused_with_their_names(known: councils.Evidence) -> None:
    with pytest.raises(Problem, match=r"could be Kingston upon Hull, City of, .* or Richmond upon Thames"):
        councils.find(known, "upon")


def test_a_new_council_takes_the_neighbours_of_the_one_it_came_from(known: councils.Evidence) -> None:
    assert known.neighbours["Cumberland"] == known.neighbours["Cumbria"]
    assert known.places["Cumbria"].successors == ("Cumberland", "Westmorland and Furness")


def test_an_empty_cell_is_no_figure_and_not_zero(known: councils.Evidence) -> None:
    assert "population_0_17_mid_year" not in known.rows["Kent", 2024]
    assert known.rows["Isles of Scilly", 2024]["cpp_at_31mar_number"] == 0


def test_every_command_reads_the_folder_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = evidence.path(evidence.COUNCILS).read_text(encoding="utf-8")
    (tmp_path / evidence.COUNCILS).write_text(shipped.replace(",2024,", ",2025,"), encoding="utf-8")
    (tmp_path / evidence.RELEASES).write_bytes(evidence.path(evidence.RELEASES).read_bytes())
    before = evidence.digest()
    monkeypatch.setenv(evidence.FOLDER, str(tmp_path))
    assert councils.read().last == 2025
    assert evidence.digest() != before


def test_a_named_folder_without_tables_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(evidence.FOLDER, str(tmp_path))
    with pytest.raises(Problem, match=r"holds no councils.csv"):
        councils.table()


def test_the_digest_of_the_evidence_does_not_depend_on_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = evidence.digest()
    for name in evidence.FILES:
        (tmp_path / name).write_bytes(evidence.path(name).read_bytes())
    monkeypatch.setenv(evidence.FOLDER, str(tmp_path))
    assert evidence.digest() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "council,geography_type,la_code,area_code,region,year,x_number\nTown,council,1,,,2020,many\n",
            "line 2 column x_",
        ),
        ("council,year\nTown,2020\n", "has no column geography_type, la_code, area_code, region"),
        ("", "cannot be read as a table"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_the_reason(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match=said):
        councils.table(path)
