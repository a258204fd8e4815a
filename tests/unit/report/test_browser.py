"""What a browser makes of a page: nothing asked of a network, nothing that axe finds, sliders that count right."""

from __future__ import annotations

from importlib.util import find_spec
from shutil import which
from typing import TYPE_CHECKING, Any

import pytest
from made_case import DOT

from familyflow.report.document import money, report
from familyflow.report.document.calculator import position
from familyflow.report.document.inputs import with_images
from familyflow.report.figures.style import Image
from familyflow.report.html import run
from familyflow.results.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from familyflow.report.document.calculator import Calculator
    from familyflow.report.document.inputs import Material

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
MISSING = [name for name in ("playwright", "axe_playwright_python") if find_spec(name) is None]
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(bool(MISSING), reason=f"the extra 'browser' is not installed: no {', '.join(MISSING)}"),
    pytest.mark.xdist_group("browser"),
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


class Shown:
    """The page in a browser, and what it asked of others, said and got wrong while it was there."""

    def __init__(self, page: Any, path: Path) -> None:  # noqa: ANN401 - the browser's own type is an extra's
        self.page = page
        self.asked: list[str] = []
        self.said: list[str] = []
        page.context.set_offline(True)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(path.as_uri())

    def rows(self, table: str) -> list[list[str]]:
        rows: list[list[str]] = self.page.eval_on_selector_all(
            f"#{table} tbody tr", "rows => rows.map(row => [...row.children].map(cell => cell.innerText))"
        )
        return rows

    def move(self, name: str, value: float) -> None:
        tell = "['input', 'change'].forEach(kind => it.dispatchEvent(new Event(kind)))"
        self.page.eval_on_selector(f"#lever-{name}", f"(it, value) => {{ it.value = value; {tell}; }}", value)


@pytest.fixture(scope="module")
def shown(material: Material, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra

    path = tmp_path_factory.mktemp("page") / "report.html"
    full = with_images(material, [Image("tornado", "Tornado", "Bars.", DOT)])
    path.write_text(run.page("A report", report.page_lead(full), report.page_sections(full)), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield Shown(browser.new_page(viewport={"width": 1280, "height": 900}), path)
        browser.close()


def expected(given: Calculator, rate: float, values: list[float]) -> list[list[str]]:
    found = position(given, rate, values)
    return [[title, *money.shown(Outcome.over(each[-1]))] for title, each in zip(given.schedules, found, strict=True)]


def test_nothing_is_asked_of_any_network_and_nothing_goes_wrong(shown: Shown) -> None:
    assert [url for url in shown.asked if not url.startswith(("file:", "data:"))] == []
    assert shown.said == []
    assert shown.page.get_attribute("html", "lang") == "en-GB"


def test_axe_finds_nothing(shown: Shown) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - an extra

    found = Axe().run(shown.page).response
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found["violations"]] == []
    assert len(found["passes"]) > 20


def test_sliders_give_what_python_gives(shown: Shown, material: Material) -> None:
    given = money.calculator(material)
    before = shown.rows("live-schedules")
    assert before == expected(given, given.rate.value, given.stated())
    shown.move("growth", 100)
    counted = position(given, given.rate.value, given.stated(), 100)[:, -1]
    moved = [shown.rows("live-schedules")[place][1:] for place in range(len(counted))]
    assert moved == [money.shown(Outcome.over(each)) for each in counted]
    shown.move("growth", 0)
    shown.move("rate", 6.0)
    values = [each.value + steps * each.step for each, steps in zip(given.levers, (-40, 7, 30), strict=True)]
    for each, value in zip(given.levers, values, strict=True):
        shown.move(each.name, value)
    after = shown.rows("live-schedules")
    assert after == expected(given, 6.0, values)
    assert all(was[1] != now[1] for was, now in zip(before, after, strict=True))
    years = position(given, 6.0, values)[0]
    assert [row[1:] for row in shown.rows("live-years")] == [money.shown(Outcome.over(each)) for each in years]
    title, mean, band, above = after[0]
    average = f"£{mean}m".replace("£-", "-£")
    said = f"{title}: {average} on average (range of outcomes: {band}); above nought in {above} of draws."
    assert shown.page.inner_text("#live-said") == said
    assert shown.page.inner_text("#lever-placement_residential-value") == "£4,232 per week"
    shown.page.click("#live-reset")
    assert shown.rows("live-schedules") == before


def test_the_chart_follows_the_schedule_that_is_chosen(shown: Shown) -> None:
    shown.page.select_option("#live-schedule", "2")
    title = shown.rows("live-schedules")[2][0]
    assert str(shown.page.get_attribute("#live-chart svg", "aria-label")).startswith(
        f"{title}: cumulative present value"
    )
    assert shown.page.inner_text("#live-years-caption").startswith(title)
    shown.page.select_option("#live-schedule", "0")


def test_sliders_can_be_reached_and_moved_by_the_keyboard(shown: Shown) -> None:
    shown.page.focus("#lever-rate")
    shown.page.keyboard.press("ArrowRight")
    assert shown.page.inner_text("#lever-rate-value") == "3.6% a year"
    shown.page.keyboard.press("ArrowLeft")
    shown.page.focus("a.skip")
    shown.page.keyboard.press("Enter")
    assert shown.page.evaluate("document.activeElement.id") == "report"


def test_a_phone_needs_no_sideways_scrolling_of_the_page(shown: Shown) -> None:
    shown.page.set_viewport_size({"width": 360, "height": 800})
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 360
    shown.page.set_viewport_size({"width": 1280, "height": 900})
