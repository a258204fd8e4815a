"""A page of HTML from nested elements: every text is escaped, unless it is an element already."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

_VOID: Final = frozenset({"br", "img", "input", "meta"})


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
    name: str,
    caption: str,
    headings: Sequence[str],
    groups: Sequence[tuple[str, Sequence[Sequence[str]]]],
    prose: AbstractSet[int] = frozenset(),
) -> Html:
    """Make a table that can be scrolled when it is too wide; `name` is its id.

    `groups` are a heading (empty for none) and rows, whose first cell names the row. The columns `prose`, counted from
    0, hold sentences.
    """
    heads = (element("th", lines(each), scope="col", **_set(rank, prose)) for rank, each in enumerate(headings))
    bodies = [_body(heading, rows, len(headings), prose) for heading, rows in groups]
    labelled = element("caption", caption, id=f"{name}-caption")
    made = element("table", labelled, element("thead", element("tr", *heads)), *bodies, id=name)
    return element("div", made, class_="wide", role="region", aria_labelledby=f"{name}-caption", tabindex=0)


def _set(rank: int, prose: AbstractSet[int]) -> dict[str, str]:
    """Say how the cells of a column are set."""
    return {"class_": "prose"} if rank in prose else {}


def _body(heading: str, rows: Sequence[Sequence[str]], width: int, prose: AbstractSet[int]) -> Html:
    """Make the rows of a group, its heading first."""
    first = [element("tr", element("th", heading, scope="rowgroup", colspan=width))] if heading else []
    return element("tbody", *first, *(_row(cells, prose) for cells in rows))


def _row(cells: Sequence[str], prose: AbstractSet[int]) -> Html:
    """Make a row, whose first cell names it."""
    rest = (element("td", lines(each), **_set(rank, prose)) for rank, each in enumerate(cells[1:], 1))
    return element("tr", element("th", lines(cells[0]), scope="row"), *rest)
