from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from familyflow.report.html import pdf

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = Callable[..., tuple[int, str, str]]

RUN = ("run", "town", "--draws", "1", "--workers", "1", "--quiet", "--out", "here")


@pytest.fixture
def without_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Act as a machine without the extra that makes a PDF."""

    def absent(name: str) -> object:
        if name == "weasyprint":
            message = f"No module named '{name}'"
            raise ModuleNotFoundError(message)
        return import_module(name)

    monkeypatch.setattr(pdf, "import_module", absent)


def test_a_run_is_published_as_asked(answer: Answer) -> None:
    code, said, _ = answer(*RUN, "--suppress", "6")
    assert code == 0
    assert Path("here", "wanted.txt").read_text(encoding="utf-8") == "Publication(least=6, pdf=False)"
    assert "In here: report.html, paper.docx, summary.csv" in said


def test_a_finished_run_is_published_again_without_running(answer: Answer) -> None:
    answer(*RUN)
    code, said, told = answer("report", "here", "--suppress", "5", "--scenario", "mine.toml")
    assert (code, told) == (0, "writing the page and the paper\n")
    published = Path("here", "published.txt").read_text(encoding="utf-8")
    assert published == "mine.toml Publication(least=5, pdf=False)"
    assert said == "In here: report.html, paper.docx, summary.csv, claims.csv, caseloads.csv, waits.csv, figures\n"


def test_what_holds_no_run_is_refused(answer: Answer, tmp_path: Path) -> None:
    code, said, told = answer("report", str(tmp_path))
    assert (code, said) == (2, "")
    assert "holds no finished run" in told


@pytest.mark.parametrize("given", ["-1", "101", "few"])
def test_a_least_count_out_of_bounds_is_refused(answer: Answer, given: str) -> None:
    code, _, told = answer(*RUN, "--suppress", given)
    assert code == 2
    assert "--suppress" in told
    assert not Path("here").exists()


@pytest.mark.usefixtures("without_pdf")
def test_without_the_extra_a_pdf_is_refused_before_anything_is_run(answer: Answer) -> None:
    code, said, told = answer(*RUN, "--pdf")
    assert (code, said) == (2, "")
    assert told.startswith("familyflow: --pdf: needs the extra 'pdf' (pip install '.[pdf]')")
    assert not Path("here").exists()
