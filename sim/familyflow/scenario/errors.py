"""Say what is wrong with a scenario or a design file: file, line, key, what was given and what is allowed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, time
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from familyflow.ground.problem import Problem
from familyflow.scenario.lines import Place, line_of, lines
from familyflow.scenario.schema import one_of
from familyflow.scenario.vocabulary import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

MOST: Final = 5
"""How many problems of one file are told at once, one to a line."""
LONGEST: Final = 60
"""How many characters of a given value are shown."""
_KINDS: Final = (
    ("date", "must be a date such as 2020-10-01, without quotes"),
    ("float", "must be a number, without quotes"),
    ("int", "must be a whole number, without quotes"),
    ("string", 'must be text in quotes, such as "2019"'),
    ("bool", "must be true or false"),
    ("tuple", 'must be a list, such as ["north"]'),
    ("dict", "must be a table"),
    ("model", "must be a table"),
    ("finite", "must be a finite number"),
)
_BOUNDS: Final = MappingProxyType(
    {
        "greater_than_equal": ("ge", "must be {} or more"),
        "less_than_equal": ("le", "must be {} or less"),
        "greater_than": ("gt", "must be more than {}"),
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where it is in the file, and what is allowed there."""

    place: Place
    allowed: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read: its name for messages, its text and its tables."""

    file: str
    text: str
    data: dict[str, object]


def problem(source: Source, findings: Iterable[Finding]) -> Problem:
    """Make one problem of the first few findings, a line each, in the order of the file."""
    found = lines(source.text)
    ordered = sorted(findings, key=lambda finding: line_of(found, finding.place) or 0)
    told = [_sentence(source, found, finding) for finding in ordered[:MOST]]
    more = [f"{source.file}: and {len(ordered) - MOST} more"] if len(ordered) > MOST else []
    return Problem("\n".join((*told, *more)))


def from_pydantic(data: object, error: ValidationError) -> list[Finding]:
    """Turn what pydantic found into findings in our words."""
    return [_finding(data, details) for details in error.errors(include_url=False)]


def _sentence(source: Source, found: dict[Place, int], finding: Finding) -> str:
    """Write one finding as `file line N: key = given: what is allowed`."""
    line = line_of(found, finding.place)
    where = f"{source.file} line {line}" if line else source.file
    there, value = _look_up(source.data, finding.place)
    given = f"= {_shown(value)}" if there else "is missing"
    return f"{where}: {label(source.data, finding.place)} {given}: {finding.allowed}"


def label(data: object, place: Place) -> str:
    """Name a place as its author knows it: items of lists by their own words, not only by number."""
    text, node = "", data
    for part in place:
        _, node = _look_up(node, (part,))
        if isinstance(part, int):
            about = _about(node)
            text += f"[{part + 1}{', ' if about else ''}{about}]"
        else:
            text += f"{'.' if text else ''}{_key(part)}"
    return text


def _key(part: str) -> str:
    """Write a key as in the file, with quotes only where it needs them."""
    return part if part.replace("_", "").replace("-", "").replace(".", "").isalnum() else _shown(part)


def _about(item: object) -> str:
    """Describe a step, a published figure, a claim or a design's input in its own words."""
    if not isinstance(item, dict):
        return ""
    if "text" in item:
        return _shown(item["text"])
    words = [
        str(item[key])[:LONGEST]
        for key in ("action", "quantity", "measure", "team", "role", "income", "date")
        if key in item
    ]
    return _one_line(" ".join(words))


def _look_up(data: object, place: Place) -> tuple[bool, object]:
    """Return whether something is at a place, and what."""
    node = data
    for part in place:
        items = dict(enumerate(node)) if isinstance(node, list) else node
        if not isinstance(items, dict) or part not in items:
            return False, None
        node = items[part]
    return True, node


def _shown(value: object) -> str:
    """Write a value as it stands in the file, shortened, on one line."""
    text = _written(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _written(value: object) -> str:
    """Write a value in TOML's way; a table by its keys' first values is enough."""
    if isinstance(value, str):
        return json.dumps(value[: 2 * LONGEST], ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(_shown(item) for item in value[:LONGEST])}]"
    if isinstance(value, dict):
        pairs = (f"{_key(str(key))} = {_shown(item)}" for key, item in list(value.items())[:LONGEST])
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    return _number(value)


def _number(value: object) -> str:
    """Write a number, however many digits it has."""
    try:
        return f"{value:g}" if isinstance(value, float) else str(value)
    except ValueError:
        return "a number of thousands of digits"


def _one_line(text: str) -> str:
    """Keep a text that is shown without quotes on its line."""
    return " ".join(text.split())


def _finding(data: object, details: ErrorDetails) -> Finding:
    """Turn one error of pydantic into a finding, or keep ours."""
    place = _place(data, details["loc"])
    context = details.get("ctx", {})
    if details["type"] == "refused":
        key = context.get("key")
        return Finding(place if key is None else (*place, key), str(context["says"]))
    if details["type"].startswith("union_tag"):
        return Finding((*place, "action"), one_of(ACTIONS, str(context.get("tag", ""))))
    if details["type"] == "literal_error":
        allowed = tuple(re.findall(r"'(\w+)'", context["expected"])) or (context["expected"],)
        return Finding(place, one_of(allowed, str(details["input"])))
    return Finding(place, _allowed(details["type"], context, details["msg"]))


def _place(data: object, location: tuple[int | str, ...]) -> Place:
    """Keep of pydantic's location what is in the file: not the tags of unions and keys."""
    place: Place = ()
    for before, part in zip((None, *location), location, strict=False):
        tag = isinstance(before, int) and _look_up(data, (*place, "action")) == (True, part)
        if not tag and _look_up(data, (*place, part))[0]:
            place = (*place, part)
    return place


def _allowed(kind: str, context: dict[str, object], message: str) -> str:
    """Say in plain words what pydantic allows."""
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        bound = context[name]
        return words.format(f"{bound:g}" if isinstance(bound, float) else bound)
    if kind == "too_long":
        return f"must have {context['max_length']:,} tables at most"
    if kind in {"too_short", "string_too_short"}:
        return "must not be empty"
    if kind == "string_pattern_mismatch":
        return 'must be a year such as "2019" or "2019/20"'
    return next((words for start, words in _KINDS if kind.startswith(start)), message)
