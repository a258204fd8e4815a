from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np
import pytest
from scripts import DOCS, script

from familyflow.calibrate.fit.parameters import list_unknowns, to_rates
from familyflow.calibrate.fit.targets import TARGETS, read
from familyflow.economics import after, appraisal, case, ladder
from familyflow.economics.case import Activity, Assumptions
from familyflow.economics.lines import lines_for
from familyflow.engine import delivery, prepare, simulate, structure
from familyflow.engine import rates as fitted
from familyflow.engine.balance import expect
from familyflow.pathway import PATHWAY
from familyflow.scenario import load

if TYPE_CHECKING:
    from familyflow.ground.quantity import Quantity
    from familyflow.scenario import Scenario

ROOT = Path(__file__).parents[3]
PAGES = sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
YEARS = 2
"""Long enough for a shipped schedule to go live."""


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """Name the headings of a page as links to them do."""
    headings = HEADING.findall(FENCED.sub("", text(page)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def name(page: Path) -> str:
    return str(page.relative_to(DOCS))


class Noted(dict[str, Any]):
    """A table that notes which of its keys are read."""

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        self.seen: set[str] = set()

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - a number or a quantity
        self.seen.add(key)
        return super().__getitem__(key)


def numbers_read(scenario: Scenario) -> set[str]:
    """Fit, start, live and price a scenario once, and give the ids of the numbers that this took."""
    values, quantities = Noted(scenario.central()), Noted(dict(scenario.quantities))
    arrays = structure.build(PATHWAY, values)
    list_unknowns(arrays, quantities)
    rates = to_rates(arrays, values)
    read(expect(arrays, rates, delivery.outside(arrays)), [each.key for each in TARGETS if each.key in quantities])
    noted = replace(scenario, quantities=quantities)
    start = prepare(noted, values, fitted.to_values(rates, PATHWAY), 1, 0, YEARS)
    simulate(start, "as_published").frame()
    noted_money = Noted(dict(scenario.quantities))
    appraise_lines(noted_money, scenario.price_year)
    return values.seen | quantities.seen | noted_money.seen


def appraise_lines(quantities: Noted, price_year: str) -> None:
    """Take every step of a case that reads a quantity, in a year after the deflator table ends."""
    a = Assumptions(lines_for(list(quantities)), quantities, {price_year: 100.0}, price_year, "2030/31", ("2030/31",))
    levels = {each.year: 100.0 for each in scenario_prices(quantities)}
    a = replace(a, deflator={**levels, price_year: 100.0})
    shape = (1, 2, 1, len(a.lines))
    amounts, none = np.zeros(shape), np.zeros((1, 1, len(a.lines)))
    live, spans = np.zeros(2, dtype=np.int64), ((date(2030, 4, 1), date(2031, 3, 31)),)
    names = tuple(line.name for line in a.lines)
    day = amounts[:, :, 0]
    quiet = Activity(
        live[:1], ("no_change", "plan"), a.years, spans, names, amounts, none, none, live, none, day, day[:, 0, 0]
    )
    flows = ladder.corrected(ladder.cash_flow(quiet, a), a)
    appraisal.appraise(quiet, flows, a)
    after.ten_years(quiet, flows, a, a.value(case.SAVING_KEPT))


def scenario_prices(quantities: Noted) -> list[Quantity]:
    """Give what is stated in pounds of some year, without noting that it was looked at."""
    return [each for each in quantities.values() if each.unit.startswith("gbp")]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_generated_region_is_stale(page: Path) -> None:
    assert script("build").rewritten(text(page)) == text(page), "run: python docs/build.py"


def test_every_generated_region_stands_in_one_page() -> None:
    regions = [found for page in PAGES for _, found, _ in script("build").REGION.findall(text(page))]
    assert sorted(regions) == sorted(script("build").REGIONS)


def test_every_shared_parameter_is_in_a_table() -> None:
    kinds = [kind for kinds in script("build").GROUPS.values() for kind in kinds]
    assert {row["id"].split(".")[0] for row in script("build").shared()} == set(kinds)
    assert len(kinds) == len(set(kinds))


def test_the_numbers_said_to_be_unused_are_those_that_no_run_reads() -> None:
    given = {row["id"] for row in script("build").shared()}
    said = {key for key in given if key.startswith(script("build").NOT_READ)}
    assert said == given.difference(*(numbers_read(load(each)) for each in script("build").scenarios()))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in LINK.findall(FENCED.sub("", text(page))):
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if link.startswith(("https://", "mailto:")):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_every_page_can_be_reached_from_the_index() -> None:
    reached, waiting = set[Path](), [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        links = [link.partition("#")[0] for link in LINK.findall(text(page)) if "://" not in link]
        found = {(page.parent / link).resolve() for link in links if link.endswith(".md")}
        waiting += [each for each in found & set(PAGES) if each not in reached]
    assert set(PAGES) - reached == set()


def test_decisions_are_numbered_in_order_and_have_their_parts() -> None:
    pages = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04d}" for number in range(1, len(pages) + 1)]
    parts = {"## Context", "## Decision", "## Consequence", "## What was tried"}
    assert [page.name for page in pages if not parts <= set(text(page).splitlines())] == []
