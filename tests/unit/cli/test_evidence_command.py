from __future__ import annotations

import json
from pathlib import Path

import pytest

from familyflow.calibrate.evidence import councils
from familyflow.calibrate.trends import adopters as asked
from familyflow.cli import main
from familyflow.ground import evidence

SAMPLES = Path(__file__).parents[2] / "samples" / "open_data"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def revised(path: Path) -> Path:
    """Write a sample in which one count of Kent's is another, and one is suppressed."""
    text = (SAMPLES / "d1.csv").read_text(encoding="utf-8")
    assert "Kent,Child Protection Plans,1349,38.7," in text
    changed = text.replace("Kent,Child Protection Plans,1349,38.7,", "Kent,Child Protection Plans,1350,c,")
    path.write_text(changed, encoding="utf-8")
    return path


def test_an_update_says_what_changed_and_where_the_tables_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    revised(tmp_path / "d1.csv")
    assert main(["evidence", "update", "d1.csv", "--out", "mine", "--changes", "changes.csv"]) == 0
    said = capsys.readouterr().out
    assert "d1.csv: Child protection plans, 14 rows, 2023 to 2024 (Children in need, 2024 release)" in said
    assert "0 added, 1 revised, 1 withdrawn" in said
    assert "  Kent 2024 cpp_started_number: 1349 -> 1350 (Children in need, 2024 release)" in said
    assert "  Kent 2024 cpp_started_rate: 38.7 -> no longer published" in said
    assert "left out: Inner London, which is no council, and no region of the table, 2 times" in said
    assert f"{evidence.FOLDER}=mine" in said
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == ["councils.csv", "releases.csv"]
    assert len((tmp_path / "changes.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_the_folder_that_the_environment_names_is_updated_and_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evidence", "update", str(SAMPLES / "c1.csv"), "--out", "mine"]) == 0
    monkeypatch.setenv(evidence.FOLDER, "mine")
    assert main(["evidence", "update", str(revised(tmp_path / "d1.csv"))]) == 0
    assert "In mine:" in capsys.readouterr().out
    assert main(["evidence", "show", "kent", "--measure", "cpp_started_number"]) == 0
    assert "1350" in capsys.readouterr().out


def test_the_last_figure_of_every_measure_is_shown_with_where_it_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "show", "Kent"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Kent, council in South East: 2013 to 2024")
    line = next(line for line in said.splitlines() if " referrals_number " in line)
    assert [word for word in line.split() if word] == [
        *("referrals_number", "2024", "24111", "children", "published", "dfe_cin"),
        *("Children", "in", "need,", "2024", "release"),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "Kemt"], "did you mean 'Kent'?"),
        (["show", "Kent", "--measure", "referrals"], "--measure = referrals: is no measure (did you mean"),
        (["update", "nowhere.csv"], "nowhere.csv: cannot be read: no such file"),
        (["update"], "Missing argument"),
        (["adopters", "--measure", "care_starts"], "--measure = care_starts: is not followed"),
        (["adopters", "--out", "/dev/null/here"], "cannot be written"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evidence", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the adopters and thirty others, so that the question takes seconds."""
    table = councils.table()
    every = sorted(table.loc[table["geography_type"] == "council", "council"].unique())
    took = {each.council for each in asked.read()}
    few = [name for name in every if name in took] + [name for name in every[2:] if name not in took][:30]
    monkeypatch.setattr(councils, "table", lambda: table[table["council"].isin(few)])


@pytest.mark.usefixtures("_few")
def test_adopters_are_compared_in_a_table_and_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["evidence", "adopters", "--measure", "cla_started_number", "--out", "mine", "--quiet"])
    said = capsys.readouterr()
    assert code == 0, said.err
    rows = [line.split() for line in said.out.splitlines() if line.strip().startswith("cla_started_number ")]
    assert [row[1] for row in rows[:3]] == ["1", "2", "3"]
    assert "A measure counts as credible where" in said.out
    assert "referrals_number" not in said.out
    assert "| Referrals in the year | 1 |" in (tmp_path / "mine" / "adopters.md").read_text(encoding="utf-8")
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {
        *("adopters.md", "adopters.csv", "adopters-by-council.csv", "figures"),
    }


@pytest.mark.usefixtures("_few")
def test_adopters_as_json_are_nothing_but_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "adopters", "--measure", "cla_started_number", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {row["measure"] for row in document["estimates"]} == {"cla_started_number"}
    assert {row["council"] for row in document["by_council"]} == {each.council for each in asked.read()}
