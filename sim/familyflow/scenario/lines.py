"""On which line of a TOML text each key stands, so that a message can point at it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys of tables and indexes of lists."""

_TOKEN: Final = re.compile(
    r'''
    (?P<block>   """(?:\\.|[^\\])*?"{3,5} | \'{3}.*?\'{3,5} )
  | (?P<text>    "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
  | (?P<comment> \#[^\n]* )
  | (?P<newline> \n )
  | (?P<mark>    [][{},=.] )
  | (?P<bare>    [^][{},=."'#\s]+ )
    ''',
    re.VERBOSE | re.DOTALL,
)


def lines(text: str) -> dict[Place, int]:
    """Map the way to each key, table and list item of a valid TOML text to its line, counted from 1."""
    walk = _Walk(_tokens(text))
    walk.document()
    return walk.found


def line_of(found: dict[Place, int], place: Place) -> int | None:
    """Return the line of a place or, where it is missing, of the nearest table around it."""
    around = (place[:length] for length in range(len(place), 0, -1))
    return next((found[near] for near in around if near in found), None)


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of TOML: its kind (the name of a group of the pattern), text and line."""

    kind: str
    text: str
    line: int


def _tokens(text: str) -> list[_Token]:
    """Cut a text into tokens, leaving spaces and comments out."""
    tokens, line, counted = [], 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        if match.lastgroup and match.lastgroup != "comment":
            tokens.append(_Token(match.lastgroup, match.group(), line))
    return tokens


def _plain(token: _Token) -> str:
    """Return a key as it is meant, without its quotes."""
    return str(tomllib.loads(f"key = {token.text}")["key"]) if token.kind == "text" else token.text


@dataclass
class _Walk:
    """A reader on its way through the tokens; the text is known to be valid, so it checks nothing."""

    tokens: list[_Token]
    at: int = 0
    found: dict[Place, int] = field(default_factory=dict)
    last: dict[Place, int] = field(default_factory=dict)

    def document(self) -> None:
        """Read headers and assignments to the end."""
        table: Place = ()
        while self.at < len(self.tokens):
            if self.tokens[self.at].kind == "newline":
                self.at += 1
            elif self.next_is("["):
                table = self.header()
            else:
                self.assignment(table)

    def next_is(self, text: str) -> bool:
        """Return whether a mark comes next."""
        return self.at < len(self.tokens) and self.tokens[self.at].text == text

    def accept(self, text: str) -> bool:
        """Step over a mark if it comes next, and say whether it did."""
        accepted = self.next_is(text)
        self.at += accepted
        return accepted

    def header(self) -> Place:
        """Read [a.b] or [[a.b]] and give the way to the table it opens."""
        self.accept("[")
        listed = self.accept("[")
        line = self.tokens[self.at].line
        place = self.through_lists(self.key(), line)
        self.accept("]")
        self.accept("]")
        if listed:
            self.last[place] = self.last.get(place, -1) + 1
            self.found.setdefault(place, line)
            place = (*place, self.last[place])
        self.found.setdefault(place, line)
        return place

    def through_lists(self, key: Place, line: int) -> Place:
        """Send a header's way through the last item of each list of tables before its end."""
        place: Place = ()
        for part in key[:-1]:
            place = (*place, part)
            self.found.setdefault(place, line)
            place = (*place, self.last[place]) if place in self.last else place
        return (*place, key[-1])

    def key(self) -> Place:
        """Read a key, dotted or not."""
        parts = [_plain(self.tokens[self.at])]
        self.at += 1
        while self.accept("."):
            parts.append(_plain(self.tokens[self.at]))
            self.at += 1
        return tuple(parts)

    def assignment(self, table: Place) -> None:
        """Read `key = value` inside a table."""
        line = self.tokens[self.at].line
        place = (*table, *self.key())
        for length in range(len(table) + 1, len(place)):
            self.found.setdefault(place[:length], line)
        self.accept("=")
        self.value(place, line)

    def value(self, place: Place, line: int) -> None:
        """Read a list, an inline table or a single value."""
        self.found.setdefault(place, line)
        if self.accept("["):
            self.items(place)
        elif self.accept("{"):
            self.pairs(place)
        else:
            self.single()

    def items(self, place: Place) -> None:
        """Read the items of a list and its closing bracket."""
        index = 0
        while not self.accept("]"):
            if self.tokens[self.at].kind == "newline" or self.next_is(","):
                self.at += 1
                continue
            self.value((*place, index), self.tokens[self.at].line)
            index += 1

    def pairs(self, place: Place) -> None:
        """Read the keys and values of an inline table and its closing brace."""
        while not self.accept("}"):
            if not self.accept(","):
                self.assignment(place)

    def single(self) -> None:
        """Step over one value, which may hold dots and spaces."""
        while self.at < len(self.tokens) and self.tokens[self.at].text not in {",", "]", "}", "\n"}:
            self.at += 1
