"""The shell of a page that needs nothing else: its head, contents and sections; no script, nothing fetched."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Final

from familyflow.report import canvas
from familyflow.report.html import Html, element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from familyflow.report.canvas import Picture

_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""The page can fetch nothing and run nothing."""
_STYLE: Final = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 78rem; padding: 0 1.25rem 3rem; color: #222; background: #fff;
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 1.5rem 0 .5rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; }
p, li { max-width: 46rem; }
a { color: #00507d; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: #fff; padding: .25rem .5rem; }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .95rem; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
td { white-space: nowrap; }
th, td { padding: .35rem .7rem; text-align: right; vertical-align: top; border-bottom: 1px solid #ddd; }
thead th { border-bottom: 2px solid #555; vertical-align: bottom; }
th[scope=row] { text-align: left; font-weight: 400; min-width: 13rem; }
th[scope=rowgroup], thead th:first-child { text-align: left; }
th[scope=rowgroup] { background: #f2f5f7; }
.range { color: #555; font-size: .85em; white-space: nowrap; }
.chart { max-width: none; margin: .5rem 0; }
img { max-width: 100%; width: 60rem; height: auto; }
footer { margin-top: 3rem; border-top: 1px solid #ddd; color: #555; font-size: .9rem; }
@media print { .skip, nav { display: none; } .wide { overflow: visible; } h2, img { break-inside: avoid; } }
"""


def shell(title: str, lead: str, sections: Sequence[tuple[str, str, Sequence[Html]]], made: str) -> str:
    """Give a page: a title, a sentence, the sections (name, heading, content), and by what it was made."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", title),
        element("style", Html(_STYLE)),
    )
    links = [element("li", element("a", heading, href=f"#{name}")) for name, heading, _ in sections]
    body = element(
        "body",
        element("a", "Skip to the results", href="#results", class_="skip"),
        element("header", element("h1", title), element("p", lead)),
        element("nav", element("ul", *links), aria_label="Contents"),
        element("main", *(_section(*each) for each in sections), id="results"),
        element("footer", element("p", made)),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _section(name: str, heading: str, content: Sequence[Html]) -> Html:
    """Make a section under its heading."""
    return element(
        "section", element("h2", heading, id=f"{name}-heading"), *content, id=name, aria_labelledby=f"{name}-heading"
    )


def picture_of(picture: Picture) -> Html:
    """Show a picture, with what it shows in words for who cannot see it."""
    data = b64encode(canvas.png(picture)).decode("ascii")
    image = element("img", src=f"data:image/png;base64,{data}", alt=f"{picture.title}. {picture.description}")
    return element("p", image, class_="chart")
