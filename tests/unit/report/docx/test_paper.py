from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from docx import Document
from docx.oxml.ns import qn
from made_case import DOT, material_of

from familyflow.report.document import report
from familyflow.report.document.inputs import with_images
from familyflow.report.docx.paper import paper
from familyflow.report.figures.style import Image

if TYPE_CHECKING:
    from docx.document import Document as Paper
    from made_study import Study

    from familyflow.report.document.inputs import Material

HEADINGS = [
    "Purpose",
    "Recommendation",
    "Background",
    "Options considered",
    "Financial implications",
    "Risks and uncertainty",
    "Evidence",
    "Equality implications",
    "Legal implications",
    "Next steps",
    "How to reproduce it",
]


def made(material: Material) -> bytes:
    shown = with_images(material, [Image("tornado", "Tornado", "Bars.", DOT)])
    return paper(report.cover(shown), report.paper_sections(shown))


def opened(content: bytes) -> Paper:
    return Document(BytesIO(content))


@pytest.fixture(scope="module")
def content(material: Material) -> bytes:
    return made(material)


def test_the_paper_has_the_form_of_a_committees(content: bytes) -> None:
    found = opened(content)
    assert found.paragraphs[0].style is not None
    assert (found.paragraphs[0].style.name, found.paragraphs[0].text) == ("Title", "Swindon: Family Safeguarding")
    headings = [each.text for each in found.paragraphs if each.style and each.style.name == "Heading 1"]
    assert headings == [f"{number}. {heading}" for number, heading in enumerate(HEADINGS, 1)]


def test_the_recommendation_follows_from_the_draws(content: bytes) -> None:
    texts = [each.text for each in opened(content).paragraphs]
    said = texts[texts.index("2. Recommendation") + 1]
    assert said == "On the council's own finances the programme can be recommended, on the schedule named below."


def test_what_the_model_cannot_say_is_left_to_the_author(content: bytes) -> None:
    texts = [each.text for each in opened(content).paragraphs]
    for heading in ("8. Equality implications", "9. Legal implications"):
        assert texts[texts.index(heading) + 1].endswith("[For the author to complete.]")


def test_every_table_repeats_its_headings_and_stands_under_a_caption(content: bytes) -> None:
    found = opened(content)
    assert len(found.tables) > 5
    for table in found.tables:
        properties = table.rows[0]._tr.trPr  # noqa: SLF001 - python-docx shows them nowhere else; below the same
        assert properties is not None
        assert properties.find(qn("w:tblHeader")) is not None
    captions = [each.text for each in found.paragraphs if each.style and each.style.name == "Caption"]
    assert len(captions) == len(found.tables)
    assert any(caption.startswith("Effect on the budget by financial year, £m, nominal") for caption in captions)


def test_every_picture_says_what_it_shows(content: bytes) -> None:
    shapes = opened(content).inline_shapes
    assert len(shapes) == 2
    said = [shape._inline.docPr.get("descr") for shape in shapes]  # noqa: SLF001
    assert said == ["Ladder. What it <shows>.", "Tornado. Bars."]


def test_the_paper_is_in_british_english_and_has_no_date_of_its_own(content: bytes) -> None:
    found = opened(content)
    assert found.core_properties.language == "en-GB"
    assert found.core_properties.title == "Swindon: Family Safeguarding"
    languages = {each.get(qn("w:val")) for each in found.styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}
    with ZipFile(BytesIO(content)) as packed:
        assert {each.date_time for each in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"dcterms" not in packed.read("docProps/core.xml").partition(b">")[2].partition(b">")[2]


def test_the_same_run_gives_the_same_paper(material: Material, content: bytes) -> None:
    assert made(material) == content


def test_nothing_of_a_scenario_breaks_the_paper_or_becomes_a_field(study: Study, material: Material) -> None:
    hostile = "=cmd() <w:t> & \x00\x1b" + "x" * 300
    schedules = {name: replace(each, title=hostile + name) for name, each in study.scenario.schedules.items()}
    scenario = replace(study.scenario, title=hostile, authority=hostile, schedules=schedules)
    found = opened(made(material_of(replace(study, scenario=scenario), 40, found=material.findings)))
    assert found.paragraphs[0].text == hostile.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")
    footer = found.sections[0].footer._element  # noqa: SLF001
    instructions = [each.text for each in footer.iter(qn("w:instrText"))]
    assert instructions == ["PAGE"]
    assert list(found.element.body.iter(qn("w:instrText"))) == []


def test_a_run_of_no_change_alone_has_a_paper_without_options(study: Study) -> None:
    found = opened(made(material_of(study, 40, schedules=["no_change"])))
    texts = [each.text for each in found.paragraphs]
    assert "No recommendation can be made from this run." in texts
    assert not any("Options considered" in text for text in texts)
