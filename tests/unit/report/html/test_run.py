from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
import reader
from made_case import DOT, PICTURES, material_of
from made_study import with_key_workers

from familyflow.ground.quantity import Status
from familyflow.report.document import report
from familyflow.report.document.blocks import Chart, Table
from familyflow.report.document.children import caseloads
from familyflow.report.document.evidence import command, counts
from familyflow.report.document.inputs import with_images
from familyflow.report.figures.style import Image
from familyflow.report.html import run
from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from made_study import Study
    from reader import Reader

    from familyflow.report.document.inputs import Material

SCRIPT = "<script>alert('x')</script>"
HOSTILE = f'{SCRIPT} =cmd|"/C calc"!A1 & <b>'
SECTIONS = [
    "summary",
    "schedules",
    "readings",
    "rollout",
    "children",
    "caseloads",
    "adult-workers",
    "budget",
    "value",
    "ladder",
    "after",
    "what-if",
    "hangs-on",
    "claims",
    "method",
    "glossary",
    "again",
    "evidence",
]


def made(material: Material) -> str:
    return run.page(material.scenario.title, report.page_lead(material), report.page_sections(material))


@pytest.fixture(scope="module")
def source(material: Material) -> str:
    return made(with_images(material, [Image("tornado", "Tornado", "Bars.", DOT)]))


@pytest.fixture(scope="module")
def read(source: str) -> Reader:
    return reader.read(source)


def test_the_page_has_language_title_landmarks_and_a_way_past_the_contents(read: Reader) -> None:
    assert read.all("html") == [{"lang": "en-GB"}]
    assert "Swindon: Family Safeguarding" in read.text
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(read.all(landmark)) == 1
    assert read.all("a")[0] == {"href": "#report", "class": "skip"}
    assert read.all("main")[0]["id"] == "report"


def test_every_section_is_there_named_by_its_heading_and_linked(read: Reader) -> None:
    assert [each["id"] for each in read.all("section")] == SECTIONS
    assert [each["aria-labelledby"] for each in read.all("section")] == [f"{name}-heading" for name in SECTIONS]
    assert [each["href"] for each in read.all("a")][1:] == [f"#{name}" for name in SECTIONS]
    headings = [name for name, _ in read.elements if re.fullmatch("h[1-6]", name)]
    assert headings == ["h1", *["h2"] * len(SECTIONS)]


def test_ids_are_unique_and_what_is_referred_to_is_there(read: Reader) -> None:
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for name in ("for", "aria-labelledby"):
        assert {attributes[name] for _, attributes in read.elements if name in attributes} <= set(ids)


def test_under_every_chart_lies_a_table(material: Material, source: str) -> None:
    blocks = [block for section in report.page_sections(material) for block in section.blocks]
    charts = [block for block in blocks if isinstance(block, Chart)]
    assert len(charts) == len(PICTURES) + 1
    for chart in charts:
        after = source.partition(f'alt="{chart.image.title}. What it &lt;shows&gt;.')[2]
        assert f'<table id="{chart.table.name}">' in after
        assert chart.table.groups
    for image in reader.read(source).all("img"):
        assert b64decode(str(image["src"]).removeprefix("data:image/png;base64,")) == DOT


def test_every_table_has_a_caption_headings_with_a_scope_and_can_be_scrolled(read: Reader) -> None:
    assert len(read.all("caption")) == len(read.all("table")) > 15
    assert {each.get("scope") for each in read.all("th")} == {"col", "row", "rowgroup"}
    regions = [each for each in read.all("div") if each.get("role") == "region"]
    assert [each["tabindex"] for each in regions] == ["0"] * len(read.all("table"))


def test_nothing_can_be_fetched_and_only_the_one_script_runs(source: str, read: Reader) -> None:
    assert read.all("link") == read.all("iframe") == []
    plain = re.sub(r"base64,[^\"]+", "", source).replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|[\"'(]//[a-z]|@import|url\(|\son[a-z]+=", plain)
    scripts = re.findall(r"<script>(.*?)</script>", source, re.DOTALL)
    assert len(scripts) == 1
    digest = b64encode(sha256(scripts[0].encode()).digest()).decode()
    policy = next(each for each in read.all("meta") if each.get("http-equiv") == "Content-Security-Policy")
    allowed = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-"
    assert policy["content"] == f"{allowed}{digest}'"


def test_every_slider_has_a_label_and_says_its_value(read: Reader) -> None:
    sliders = [each for each in read.all("input") if each["type"] == "range"]
    assert len(sliders) == 5
    labels = {each["for"] for each in read.all("label")}
    assert {each["id"] for each in sliders} <= labels
    assert {each["for"] for each in read.all("output")} == {each["id"] for each in sliders}
    for text in ("£6,232 per week", "3.5% a year", "100% of stated"):
        assert text in read.text


def test_the_answer_stands_first_in_plain_words_with_its_range(source: str) -> None:
    first = source.partition('id="summary-heading"')[2]
    assert first.startswith('>Summary</h2><p class="lead">Likely to be cash for the council. ')
    assert f"({RANGE}: " in first.partition("</p>")[2].partition("</p>")[0]


def test_the_first_table_answers_both_questions_in_eight_rows_and_three_columns(material: Material) -> None:
    (table,) = [block for block in report.page_sections(material)[0].blocks if isinstance(block, Table)]
    ((_, rows),) = table.groups
    assert len(table.headings) == 1 + 3
    assert len(rows) == 8
    assert {len(row) for row in rows} == {4}
    asked = [row[0] for row in rows if row[0].endswith("Net present value, £m")]
    assert [each.partition("?")[0] for each in asked] == [
        "Is it cash for the council",
        "Is it worth it for the public purse",
    ]


def test_every_range_on_the_page_has_its_name(source: str) -> None:
    for table in re.findall(r"<table.*?</table>", source, re.DOTALL):
        body = table.partition("<tbody>")[2]
        if 'class="range"' in body and not re.search('id="(evidence|live)', table):
            assert RANGE in table


def test_the_register_holds_every_number_and_counts_them_by_status(study: Study, material: Material) -> None:
    material = material_of(with_quantities(study), 40, found=material.findings)
    page = made(material)
    register = page.partition('id="evidence-table"')[2].partition("</table>")[0]
    for name, quantity in material.scenario.quantities.items():
        assert f">{name}</th>" in register
        assert str(quantity.status).casefold() in register.casefold()
    assert register.count(">ASSUMED<") == 1
    assert sum(counts(material).values()) == len(material.scenario.quantities)
    assert "1 assumed; the answer cannot be surer than what goes in" in page


def with_quantities(study: Study) -> Study:
    given = dict(study.scenario.quantities)
    name = "effect.ramp_months"
    given[name] = replace(given[name], status=Status.ASSUMED, low=6, high=12, note=HOSTILE)
    return replace(study, scenario=replace(study.scenario, quantities=MappingProxyType(given)))


def test_nothing_of_a_scenario_is_taken_for_code(study: Study, material: Material) -> None:
    hostile = with_quantities(study)
    claims = tuple(claim.model_copy(update={"text": HOSTILE}) for claim in hostile.scenario.claims)
    schedules = {
        name: replace(each, title=f"{each.title} {HOSTILE}") for name, each in hostile.scenario.schedules.items()
    }
    teams = {name: replace(each, title=HOSTILE + name) for name, each in hostile.scenario.teams.items()}
    scenario = replace(
        hostile.scenario,
        title=HOSTILE,
        authority=HOSTILE,
        claims=claims,
        sources={"slides": HOSTILE},
        schedules=schedules,
        teams=teams,
    )
    was = material.findings
    found = replace(was, claims=was.claims.assign(claim=HOSTILE), caseloads=was.caseloads.assign(title=HOSTILE))
    page = made(material_of(replace(hostile, scenario=scenario), 40, found=found))
    assert page.count("<script") == 2
    assert "<b>" not in page
    assert "".join(reader.read(page).text).count(SCRIPT) > 10


def test_how_to_reproduce_it_says_the_command_the_seed_and_the_digests(material: Material, source: str) -> None:
    assert command(material) == "familyflow run swindon --draws 40 --years 5 --seed 1"
    again = source.partition('id="again"')[2].partition("</section>")[0]
    for text in (command(material), "d" * 64, "c" * 64, "0.1.0", "not known: not run from a checkout"):
        assert text in again


def test_a_run_of_some_schedules_is_reproduced_with_these_schedules(study: Study) -> None:
    some = material_of(study, 40, least=6, schedules=["slower"])
    asked = "familyflow run swindon --draws 40 --years 5 --seed 1 --schedule slower --suppress 6"
    assert command(some) == asked
    assert "Everything at once" not in made(some)


def test_a_run_of_no_change_alone_has_a_page_that_compares_nothing(study: Study) -> None:
    page = made(material_of(study, 40, schedules=["no_change"]))
    assert [each["id"] for each in reader.read(page).all("section")] == [
        "summary",
        "children",
        "caseloads",
        "adult-workers",
        "claims",
        "method",
        "again",
        "evidence",
    ]
    assert "Only no change was run" in page


def test_one_draw_has_a_page_that_gives_no_answer(single: Study) -> None:
    page = made(material_of(single, 1))
    assert "This run gives no answer." in page
    assert "One draw cannot decide" in page


def test_the_same_run_gives_the_same_page(material: Material) -> None:
    assert made(material) == made(material)


def test_key_workers_caseloads_have_a_figure_and_a_table_of_their_own(study: Study) -> None:
    made = material_of(with_key_workers(study), 3)
    image = replace(made.images["caseload_by_team"], name="key_worker_caseload", note="Said beside it.")
    both = replace(made, images={**made.images, image.name: image})
    charts = [block for block in caseloads(both).blocks if isinstance(block, Chart)]
    assert [(chart.image.name, chart.table.name) for chart in charts] == [
        ("caseload_by_team", "caseload-table"),
        ("key_worker_caseload", "key-worker-table"),
    ]
    teams = [{row[0] for _, rows in chart.table.groups for row in rows} for chart in charts]
    assert teams == [{"Town centre", "South and the villages"}, {"North"}]
    assert "<p>Said beside it.</p>" in run.page("A title", [], [caseloads(both)])
    assert [type(block) for block in caseloads(made).blocks] == [Chart]
