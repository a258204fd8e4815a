from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from familyflow.ground.problem import Problem
from familyflow.report.document.blocks import Paragraph, Section
from familyflow.report.html import run
from familyflow.report.html.pdf import pdf, refuse_without

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec


def usable() -> bool:
    """Say whether the extra is there, with the libraries of the system that it needs."""
    found: ModuleSpec | None = find_spec("weasyprint")
    if found is None:
        return False
    try:
        refuse_without()
    except Problem:
        return False
    return True


@pytest.mark.skipif(not usable(), reason="the extra 'pdf' is not installed")
def test_a_page_becomes_the_same_pdf_each_time() -> None:
    page = run.page("A report", ["Of something."], [Section("a", "A section", [Paragraph("A sentence.")])])
    made = pdf(page)
    assert made.startswith(b"%PDF-")
    assert made == pdf(page)
