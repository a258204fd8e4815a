"""Lines of a scenario file: small functions that write what `load` reads back."""

from __future__ import annotations

import json
import re
from textwrap import wrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from familyflow.ground.quantity import Quantity

WIDTH: Final = 120
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def text(words: str) -> str:
    """Write a string in TOML; it is JSON's, with its one gap closed."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")


def key(name: str) -> str:
    """Write a key, in quotes where it needs them."""
    return name if _BARE.fullmatch(name) else text(name)


def number(value: float) -> str:
    """Write a number with no more digits than it has."""
    return str(int(value)) if value == int(value) else repr(float(value))


def assignment(name: str, value: str) -> str:
    """Write `name = value`, the value being written already."""
    return f"{key(name)} = {value}"


def quantity(name: str, given: Quantity) -> str:
    """Write a number with its range, unit, year, source, status and note on one line."""
    numbers = ", ".join(f"{end} = {number(getattr(given, end))}" for end in ("value", "low", "high"))
    words = ", ".join(f"{part} = {text(getattr(given, part))}" for part in ("unit", "year", "source", "status"))
    note = f", note = {text(given.note)}" if given.note else ""
    return assignment(name, f"{{ {numbers}, {words}{note} }}")


def quantities(given: Mapping[str, Quantity]) -> list[str]:
    """Write a line a number."""
    return [quantity(name, each) for name, each in given.items()]


def table(name: str, lines: Iterable[str], *, listed: bool = False) -> list[str]:
    """Write a table, or an item of a list of tables, with an empty line before it."""
    return ["", f"[[{name}]]" if listed else f"[{name}]", *lines]


def names(given: Iterable[str]) -> str:
    """Write a list of strings."""
    return f"[{', '.join(map(text, given))}]"


def go_live(when: date, team: str) -> str:
    """Write the step that makes a team go live."""
    return f'  {{ date = {when.isoformat()}, action = "go_live", team = {text(team)} }},'


def steps(lines: list[str]) -> list[str]:
    """Write the steps of a schedule."""
    return ["steps = [", *lines, "]"] if lines else ["steps = []"]


def comment(words: str) -> list[str]:
    """Write a paragraph as comment lines."""
    return [f"# {line}" for line in wrap(words, WIDTH - 2, break_long_words=False, break_on_hyphens=False)]
