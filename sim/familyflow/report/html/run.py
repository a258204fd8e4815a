"""A run's report as one self-contained HTML page: nothing is fetched, and its one script only answers sliders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from familyflow import __version__
from familyflow.report.document import calculator
from familyflow.report.document.blocks import Bullets, Chart, Command, Live, Paragraph, Statement, Table
from familyflow.report.html import elements
from familyflow.report.html.elements import Html, element
from familyflow.report.html.frame import Frame, Part, asset, image, whole
from familyflow.results.measures import RANGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from familyflow.report.document.blocks import Block, Section
    from familyflow.report.document.calculator import Lever

SCRIPT: Final = "sliders.js"
DATA: Final = "sliders-data"
KEY: Final = (
    f"The line is the average present value in £m by the end of each year, the band its {RANGE} (90% of draws)."
)


def page(title: str, lead: Sequence[str], sections: Sequence[Section]) -> str:
    """Return a report as a page; the same report gives the same page."""
    live = any(isinstance(block, Live) for section in sections for block in section.blocks)
    frame = Frame(
        title=title,
        lead=lead,
        main="report",
        skip="Skip to the summary",
        last=f"Made by familyflow {__version__}. Simulated children, not records of real ones.",
        scripts=[asset(SCRIPT)] if live else [],
    )
    return whole(frame, [_part(section) for section in sections])


def _part(section: Section) -> Part:
    """Write a section."""
    return Part(section.name, section.heading, written_blocks(section))


def written_blocks(section: Section) -> list[Html]:
    """Write a section's blocks."""
    return [made for block in section.blocks for made in _written(block)]


def _written(block: Block) -> Iterator[Html]:
    """Write a block."""
    match block:
        case Paragraph(text):
            yield element("p", unbroken(text))
        case Statement(text):
            yield element("p", unbroken(text), class_="lead")
        case Bullets(items):
            yield element("ul", *(element("li", unbroken(each)) for each in items))
        case Command(text):
            yield element("pre", element("code", text), tabindex=0)
        case Table():
            yield _table(block)
        case Chart(shown, table):
            yield image(shown.png, f"{shown.title}. {shown.description}")
            if shown.note:
                yield element("p", unbroken(shown.note))
            yield _table(table)
        case Live():
            yield _live(block)


def unbroken(text: str) -> str:
    """Keep a minus and its pounds on one line."""
    return text.replace("-£", "-\N{WORD JOINER}£")


def _table(table: Table) -> Html:
    """Write a table."""
    return elements.table(table.name, table.caption, table.headings, table.groups, table.prose)


def _live(block: Live) -> Html:
    """Write sliders, what they answer, and the numbers they act on; without a script the tables stand as they are."""
    given = block.calculator
    options = [element("option", title, value=rank) for rank, title in enumerate(given.schedules)]
    chosen = element("select", *options, id="live-schedule")
    names = [element("label", "Schedule in the chart", for_="live-schedule"), chosen]
    sliders = [element("div", *names, class_="slider"), *map(_slider, [given.rate, given.counted, *given.levers])]
    reset = element("button", "Back to the stated values", type="button", id="live-reset")
    controls = element("fieldset", element("legend", "Try other values"), *sliders, reset, class_="sliders", hidden="")
    without = element(
        "noscript", element("p", "Sliders need a browser that runs scripts. The tables show the stated values.")
    )
    said = element("p", "", id="live-said", role="status")
    held = element("script", Html(calculator.data(given)), type="application/json", id=DATA)
    chart = element("div", id="live-chart")
    key = element("p", KEY, id="live-key", hidden="")
    return element(
        "div", without, controls, said, chart, key, *map(_table, block.tables), held, class_="live", id="live"
    )


def _slider(lever: Lever) -> Html:
    """Write a slider with its label and, beside it, its value."""
    name = f"lever-{lever.name}"
    place = {"min": f"{lever.low:.10g}", "max": f"{lever.high:.10g}", "step": f"{lever.step:.10g}"}
    moved = element(
        "input",
        type="range",
        id=name,
        value=f"{lever.value:.10g}",
        data_unit=lever.unit,
        data_step=place["step"],
        **place,
    )
    shown = element("output", written(lever.value, lever), id=f"{name}-value", for_=name)
    return element("div", element("label", lever.label, for_=name), moved, shown, class_="slider")


def written(value: float, lever: Lever) -> str:
    """Write a lever's value with its unit, as the script does."""
    digits = max(0, -calculator.exponent(lever.step))
    return lever.unit.format(f"{value:,.{digits}f}")
