"""What a finished run leaves for readers: tables, a page and a paper; counts of children withheld on request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from familyflow.experiment.files import writing
from familyflow.report import adult_workers, caseloads, claims, suppress, tables
from familyflow.report.content.report import cover, page_lead, page_sections, paper_sections
from familyflow.report.paper import paper
from familyflow.report.pdf import pdf
from familyflow.report.run_page import page

if TYPE_CHECKING:
    from pathlib import Path

    from familyflow.report.content.material import Material
    from familyflow.report.findings import Findings

PAGE: Final = "report.html"
PAPER: Final = "paper.docx"
PRINT: Final = "report.pdf"


@dataclass(frozen=True, slots=True)
class Publication:
    """How a run is published: counts of children below `least` withheld (0: none), and as a PDF too."""

    least: int = 0
    pdf: bool = False


PLAIN: Final = Publication()


def write_tables(findings: Findings, folder: Path, wanted: Publication) -> None:
    """Write the tidy summaries into a folder that exists."""
    summary, answers = findings.summary, findings.claims
    if wanted.least:
        summary, answers = suppress.summary(summary, wanted.least), suppress.claims(answers, wanted.least)
    with writing(folder / "summary.csv") as path:
        tables.write_summary(summary, path)
    with writing(folder / "claims.csv") as path:
        claims.write(answers, path)
    with writing(folder / "caseloads.csv") as path:
        caseloads.write(findings.caseloads, path)
    with writing(folder / "waits.csv") as path:
        adult_workers.write(findings.waits, path)


def write_report(material: Material, folder: Path, wanted: Publication) -> None:
    """Write the page and the paper into a folder that exists; Problem when a PDF cannot be made."""
    made = page(material.scenario.title, page_lead(material), page_sections(material))
    printed = pdf(made) if wanted.pdf else None
    with writing(folder / PAGE) as path:
        path.write_text(made, encoding="utf-8")
    with writing(folder / PAPER) as path:
        path.write_bytes(paper(cover(material), paper_sections(material)))
    if printed is not None:
        with writing(folder / PRINT) as path:
            path.write_bytes(printed)
