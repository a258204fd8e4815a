"""A page of HTML from nested elements: every text is escaped, unless it is an element already."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_VOID: Final = frozenset({"br", "img", "meta"})


class Html(str):
    """Text that is HTML, and is not escaped again."""

    __slots__ = ()


def element(name: str, /, *content: str | Html, **attributes: str | int) -> Html:
    """Make an element; an attribute's name loses a final _ and has - for _ ("class_", "aria_label")."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    return Html(f"<{name}{given}>" if name in _VOID else f"<{name}{given}>{joined(content)}</{name}>")


def joined(parts: Iterable[str | Html], between: str = "") -> Html:
    """Put texts and elements after one another."""
    return Html(between.join(part if isinstance(part, Html) else escape(part) for part in parts))


def lines(text: str) -> Html:
    """Make a text of several lines, the later ones small: an average with its range below."""
    first, *rest = text.split("\n")
    small = [element("span", each, class_="range") for each in rest]
    return joined([first, *(joined([element("br"), each]) for each in small)])


def table(
    name: str, caption: str, headings: Sequence[str], groups: Sequence[tuple[str, Sequence[Sequence[str]]]]
) -> Html:
    """Make a table that can be scrolled when it is too wide; `name` is its id.

    `groups` are a heading (empty for none) and rows, whose first cell names the row.
    """
    head = element("thead", element("tr", *(element("th", each, scope="col") for each in headings)))
    bodies = [_body(heading, rows, len(headings)) for heading, rows in groups]
    labelled = element("caption", caption, id=f"{name}-caption")
    made = element("table", labelled, head, *bodies, id=name)
    return element("div", made, class_="wide", role="region", aria_labelledby=f"{name}-caption", tabindex=0)


def _body(heading: str, rows: Sequence[Sequence[str]], width: int) -> Html:
    """Make the rows of a group, its heading first."""
    first = [element("tr", element("th", heading, scope="rowgroup", colspan=width))] if heading else []
    return element("tbody", *first, *map(_row, rows))


def _row(cells: Sequence[str]) -> Html:
    """Make a row, whose first cell names it."""
    return element("tr", element("th", cells[0], scope="row"), *(element("td", lines(each)) for each in cells[1:]))
