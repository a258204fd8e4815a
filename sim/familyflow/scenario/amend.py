"""Write some numbers of a scenario file anew, and leave every other line as its author wrote it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from familyflow.scenario.vocabulary import INCOME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from familyflow.ground.quantity import Quantity

_TABLE: Final = re.compile(r"\s*\[")
_KEY: Final = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([A-Za-z0-9_-]+))\s*=""")


def with_quantities(text: str, quantities: Mapping[str, Quantity], sources: Mapping[str, str]) -> str:
    """Return a scenario's text with some of its parameters and totals of incomes, and the sources they name, put in.

    What the file has is replaced where it stands, any other parameter is added at the head of [parameters].
    """
    tables: dict[str, dict[str, str]] = {}
    for name, each in quantities.items():
        table, key = (name, "total") if name.startswith(INCOME) else ("parameters", name)
        tables.setdefault(table, {})[key] = f"{_written(key)} = {inline(each)}"
    tables["sources"] = {key: f"{key} = {_string(title)}" for key, title in sources.items()}
    for table, lines in tables.items():
        text = _with_lines(text, table, lines)
    return text


def _written(key: str) -> str:
    """Write a key, in quotes where it has dots."""
    return json.dumps(key) if "." in key else key


def inline(quantity: Quantity) -> str:
    """Write a quantity as an inline table."""
    numbers = ", ".join(f"{name} = {getattr(quantity, name)!r}" for name in ("value", "low", "high"))
    words = ", ".join(f"{name} = {_string(getattr(quantity, name))}" for name in ("unit", "year", "source"))
    return f'{{ {numbers}, {words}, status = "{quantity.status.value}", note = {_string(quantity.note)} }}'


def _string(words: str) -> str:
    """Write a text as TOML's basic string; JSON's has the same escapes."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")


def _with_lines(text: str, table: str, lines: Mapping[str, str]) -> str:
    """Put lines into a table: in the place of those with the same key, the rest first; a new table comes last."""
    if not lines:
        return text
    old = text.split("\n")
    head = next((i for i, line in enumerate(old) if re.fullmatch(rf"\s*\[{re.escape(table)}\]\s*(#.*)?", line)), None)
    if head is None:
        return "\n".join([text.rstrip("\n"), "", f"[{table}]", *lines.values(), ""])
    end = next((i for i in range(head + 1, len(old)) if _TABLE.match(old[i])), len(old))
    inside = old[head + 1 : end]
    there = {key for line in inside if (key := _key(line)) is not None}
    replaced = [lines.get(_key(line) or "", line) for line in inside]
    added: Sequence[str] = [line for key, line in lines.items() if key not in there]
    return "\n".join([*old[: head + 1], *added, *replaced, *old[end:]])


def _key(line: str) -> str | None:
    """Return the key that a line sets, if it sets one."""
    found = _KEY.match(line)
    return next(filter(None, found.groups()), None) if found else None
