"""Reads a page as a browser does."""

from __future__ import annotations

from html.parser import HTMLParser


class Reader(HTMLParser):
    """Reads a page as a browser does: elements with their attributes, in order, and whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "img", "br", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def read(source: str) -> Reader:
    """Read a page whole; every element must be closed."""
    reader = Reader()
    reader.feed(source)
    assert reader.open == []
    return reader
