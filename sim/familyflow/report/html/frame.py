"""The frame of every page: language, title, landmarks, a way past the contents, one look, and nothing fetched."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from familyflow.report.figures import style
from familyflow.report.html.elements import Html, element
from familyflow.report.words import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from familyflow.report.figures.style import Picture

_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""What every page may do: show its own pictures, and look as it says."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a page: its name, its heading and what is below it."""

    name: str
    heading: str
    content: Sequence[Html]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page's sections: title, lines below it, how one skips to `main`, the page's last line.

    A page runs its `scripts` and nothing else.
    """

    title: str
    lead: Sequence[str]
    main: str
    skip: str
    last: str
    scripts: Sequence[str] = ()


def asset(name: str) -> str:
    """Return the text of a file that ships for pages."""
    return (files("familyflow.report.html") / "assets" / name).read_text(encoding="utf-8")


def whole(frame: Frame, parts: Sequence[Part]) -> str:
    """Return a page; the same parts give the same page."""
    links = [element("li", element("a", part.heading, href=f"#{part.name}")) for part in parts]
    body = element(
        "body",
        element("a", frame.skip, href=f"#{frame.main}", class_="skip"),
        element("header", element("h1", frame.title), *(element("p", each) for each in frame.lead)),
        element("nav", element("ul", *links), aria_label="Contents"),
        element("main", *map(_section, parts), id=frame.main, tabindex=-1),
        element("footer", element("p", frame.last)),
        *(element("script", Html(script)) for script in frame.scripts),
    )
    return f"<!doctype html>\n{element('html', _head(frame), body, lang=LANGUAGE)}\n"


def _head(frame: Frame) -> Html:
    """Make what stands before the body."""
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content="; ".join([_POLICY, *_allowed(frame.scripts)])),
        element("title", frame.title),
        element("style", Html(asset("page.css"))),
    )


def _allowed(scripts: Sequence[str]) -> Iterator[str]:
    """Allow a page its own scripts, each by its digest."""
    if scripts:
        digests = [b64encode(sha256(script.encode()).digest()).decode("ascii") for script in scripts]
        yield " ".join(["script-src", *(f"'sha256-{digest}'" for digest in digests)])


def _section(part: Part) -> Html:
    """Make a section under its heading."""
    labelled = f"{part.name}-heading"
    return element(
        "section", element("h2", part.heading, id=labelled), *part.content, id=part.name, aria_labelledby=labelled
    )


def picture_of(picture: Picture) -> Html:
    """Show a figure, with what it shows in words for who cannot see it."""
    return image(style.png(picture), f"{picture.title}. {picture.description}")


def image(png: bytes, description: str) -> Html:
    """Show a picture that lies in the page, with what it shows in words; it scrolls where it would be too small."""
    data = b64encode(png).decode("ascii")
    shown = element("img", src=f"data:image/png;base64,{data}", alt=description)
    return element("div", shown, class_="chart", role="group", aria_label="Chart", tabindex=0)
