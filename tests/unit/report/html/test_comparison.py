from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING

import pytest
import reader
from by_hand import run, schedule, statistics

from familyflow.report.html import elements
from familyflow.report.html.comparison import page
from familyflow.results import comparison

if TYPE_CHECKING:
    from reader import Reader

PNG = b"\x89PNG\r\n"
TEAM = {
    "team": "north",
    "title": "North & <East>",
    "worker": "social_worker",
    "draws": 40,
    "mean": 18.0,
    "p5": 16.0,
    "p95": 20.0,
    "promise": 17.0,
    "probability_over_promise": 0.6,
    "worst_quarter": "Jul to Sep 2021",
    "worst_quarter_mean": 22.0,
    "worst_quarter_p5": 20.0,
    "worst_quarter_p95": 25.0,
    "workload_share": 0.9,
    "workload_share_worst_quarter": 1.1,
    "worker_changes_per_child_year": None,
}
FAST = {
    **schedule(
        'As "published" <script>alert(1)</script>',
        ["supported", "not within the run"],
        care_entries_averted=statistics(50.0, -25.0, 100.0),
        caseload_worst_quarter=statistics(22.0, 20.0, 25.0),
        programme_cost_gbp=statistics(3.5e6),
        displaced_gbp=statistics(1.25e6),
        net_saving_gbp=statistics(-1.2e6, -3.4e6, 2.1e6),
        d_children_on_cp_end=statistics(-12.0, -30.0, 4.0),
    ),
    "teams": [TEAM, {**TEAM, "team": "south", "title": "South", "worst_quarter_mean": 20.0}],
}
NONE = schedule("No change", caseload_worst_quarter=statistics(23.0, 21.0, 26.0))
SWINDON = run("Swindon & district", {"no_change": NONE, "fast": FAST})
SOMERSET = run("Somerset", {"no_change": NONE, "slow": schedule("Slower")}, draws=10)


@pytest.fixture(scope="module")
def source() -> str:
    return page(comparison.labelled([("a", SWINDON), ("b", SOMERSET)]))


@pytest.fixture(scope="module")
def read(source: str) -> Reader:
    return reader.read(source)


def test_the_page_has_a_language_a_title_and_landmarks(read: Reader) -> None:
    assert read.all("html") == [{"lang": "en-GB"}]
    assert "Side by side: Swindon & district, Somerset" in read.text
    for landmark in ("header", "nav", "main", "footer"):
        assert len(read.all(landmark)) == 1
    assert len(read.all("h1")) == 1


def test_every_section_is_named_by_its_heading_and_linked_from_the_contents(read: Reader) -> None:
    sections = [each["id"] for each in read.all("section")]
    assert [each["aria-labelledby"] for each in read.all("section")] == [f"{name}-heading" for name in sections]
    assert {each["id"] for each in read.all("h2")} == {f"{name}-heading" for name in sections}
    links = [each["href"] for each in read.all("a")]
    assert links == ["#results", *(f"#{name}" for name in sections)]


def test_ids_are_unique(read: Reader) -> None:
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)


def test_every_table_has_a_caption_and_every_heading_a_scope(read: Reader) -> None:
    assert len(read.all("caption")) == len(read.all("table")) == 7
    assert {each.get("scope") for each in read.all("th")} == {"col", "row", "rowgroup"}
    regions = [each for each in read.all("div") if each.get("role") == "region"]
    captions = {each["id"] for each in read.all("caption")}
    assert [each["aria-labelledby"] in captions and each["tabindex"] == "0" for each in regions] == [True] * 7


def test_charts_are_in_the_page_with_what_they_show_in_words_and_in_a_table(source: str, read: Reader) -> None:
    images = read.all("img")
    assert len(images) == 3
    for image in images:
        assert b64decode(str(image["src"]).removeprefix("data:image/png;base64,")).startswith(PNG)
    assert 'As "published" <script>alert(1)</script> 2.0, -1.0 to 4.0' in str(images[0]["alt"])
    for name in ("entries", "caseloads", "money"):
        assert f'<table id="{name}-table">' in source


def test_nothing_is_fetched_and_nothing_runs(source: str, read: Reader) -> None:
    assert read.all("script") == read.all("link") == read.all("iframe") == []
    assert not re.search(r"https?:|//[a-z]|@import|url\(|\bon[a-z]+=", re.sub(r"base64,[^\"]+", "", source))
    policy = next(each for each in read.all("meta") if each.get("http-equiv") == "Content-Security-Policy")
    assert str(policy["content"]).startswith("default-src 'none'")


def test_every_text_of_a_scenario_is_escaped(source: str, read: Reader) -> None:
    assert "<script" not in source
    assert "<b>" not in source
    assert 'As "published" <script>alert(1)</script>' in read.text
    assert "North & <East>" in read.text


def test_the_numbers_are_there_with_their_ranges(read: Reader) -> None:
    for text in ("50", "-25 to 100", "2.0", "-1.0 to 4.0", "-12", "-30 to 4", "-3.40 to 2.10", "25%", "1 of 1"):
        assert text in read.text
    assert "and 1.25 displaced" in read.text


def test_claims_are_answered_for_each_council_or_said_to_be_none(read: Reader) -> None:
    text = " ".join(read.text)
    assert "Claim 1 <b>& more</b> (promised: -15% by 30 September 2023, against no change)" in text
    for cell in ("-5.0%", "-9.0% to +1.0%", "Sep 2023", "x 3.0", "supported", "not within the run"):
        assert cell in read.text
    assert "Somerset: no claims." in read.text


def test_councils_without_claims_have_no_section_for_them() -> None:
    assert 'id="claims"' not in page(comparison.labelled([("b", SOMERSET)]))


def test_what_has_no_numbers_has_no_chart() -> None:
    alone = page(comparison.labelled([("b", run("Somerset", {"no_change": NONE}))]))
    assert alone.count("<img") == 1
    assert 'id="caseloads"' in alone


def test_the_most_loaded_team_is_named_with_promise_and_workload(read: Reader) -> None:
    assert "South" not in read.text
    for cell in ("Jul to Sep 2021", "22.0", "20.0 to 25.0", "17.0", "60%", "90%"):
        assert cell in read.text


def test_what_is_not_alike_is_said(read: Reader) -> None:
    assert any(text.startswith("Draws differ (Swindon & district 40, Somerset 10)") for text in read.text)


def test_the_same_runs_give_the_same_page(source: str) -> None:
    assert page(comparison.labelled([("a", SWINDON), ("b", SOMERSET)])) == source


def test_text_is_escaped_and_an_element_is_not_escaped_again() -> None:
    inner = elements.element("em", "a < b")
    assert elements.element("p", inner, " & c", title='"x"') == '<p title="&quot;x&quot;"><em>a &lt; b</em> &amp; c</p>'
    assert elements.element("img", alt="", aria_label="a", class_="b") == '<img alt="" aria-label="a" class="b">'
