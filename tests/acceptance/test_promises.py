"""No size stands beside a claim whose document gives none, wherever the run is read: nothing but its direction."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest

from familyflow.cli import main
from familyflow.ground import paths
from familyflow.report.words import size
from familyflow.scenario import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUN: Final = ("--draws", "2", "--years", "2", "--schedule", "as_published", "--quiet")
PROMISE: Final = re.compile(r"(?:promised|asked, and read here as): (.*?) (?:by|within|\(no date given)\b")
"""What is said to have been promised, up to its date."""
SIZE: Final = re.compile(r"\d")
OURS: Final = "no or minimal increase (read here as at most 2%)"
"""The one margin, which is told as this project's."""
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run Bradford, whose claims have no size, with one that has a margin, and leave what a run leaves."""
    home = tmp_path_factory.mktemp("promises")
    text = paths.shipped("scenarios", "bradford.toml").read_text("utf-8")
    text = text.replace('direction = "fewer"', 'direction = "no_more"\nmargin = 0.02', 1)
    (home / "bradford.toml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as here:
        here.chdir(home)
        assert main(["run", "bradford.toml", *RUN, "--out", str(home / "run")]) == 0
    return home / "run"


@pytest.fixture
def terminal(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what the same command prints, lines that were wrapped put together."""
    monkeypatch.chdir(folder.parent)
    assert main(["run", "bradford.toml", *RUN, "--out", str(folder)]) == 0
    return " ".join(capsys.readouterr().out.split())


def plain(page: str) -> str:
    """Return the text of a page without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def promises(text: str) -> list[str]:
    """Return what a text says was promised, claim by claim; at least one for each claim."""
    found = PROMISE.findall(text)
    assert len(found) >= len(load("bradford").claims)
    return found


def sizes(promised: list[str]) -> list[str]:
    """Return the promises that hold a number which is not told as ours."""
    assert OURS in promised
    return [each for each in promised if SIZE.search(each.replace(OURS, ""))]


def test_the_terminal_prints_no_size(terminal: str) -> None:
    assert sizes(promises(terminal)) == []


def test_the_page_has_no_size(folder: Path) -> None:
    assert sizes(promises(plain((folder / "report.html").read_text("utf-8")))) == []


def test_the_paper_has_no_size(folder: Path) -> None:
    with ZipFile(folder / "paper.docx") as paper:
        text = re.sub(r"</w:p>", " ", paper.read("word/document.xml").decode("utf-8"))
    assert sizes(promises(plain(text))) == []


def test_the_workbook_has_no_size_in_any_cell_of_its_claims(folder: Path) -> None:
    rows = list(openpyxl.load_workbook(folder / "workbook.xlsx", read_only=True)["Claims"].iter_rows(values_only=True))
    headings, answers = rows[3], [row for row in rows[4:] if row[0]]
    promised = " ".join(str(row[headings.index("Promised")]) for row in answers)
    assert len(answers) == len(load("bradford").claims)
    assert sizes(promises(promised)) == []
    assert {row[headings.index("Would need")] for row in answers} == {"-"}


def test_json_and_csv_have_no_size(folder: Path) -> None:
    (found,) = (each for name, each in document(folder) if name == "as_published")
    assert [(each["promised"], each["multiple"]) for each in found] == [(None, None)] * len(found)
    assert [each["margin"] for each in found] == [0.02, *[None] * (len(found) - 1)]
    table = pd.read_csv(folder / "claims.csv")
    assert table[["promised", "multiple"]].isna().all(axis=None)
    assert set(table["direction"]) == {"fewer", "no_more"}
    assert {size(row) for row in found} == {OURS, "fewer"}


def document(folder: Path) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """Return each schedule's answers to claims."""
    for name, schedule in json.loads((folder / "results.json").read_text("utf-8"))["schedules"].items():
        yield name, schedule["claims"]


@pytest.mark.parametrize("name", ["bradford", "durham", "somerset", "swindon", "thurrock"])
def test_a_shipped_claim_has_a_size_only_where_its_words_have_one(name: str) -> None:
    sized = [claim for claim in load(name).claims if claim.change is not None]
    assert [claim.text for claim in sized if f"{abs(claim.change or 0):.0%}" not in claim.text] == []
