"""The line of each key of a TOML text."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familyflow.ground import paths
from familyflow.scenario.lines import Place, line_of, lines

TEXT = '''# a comment with = and [brackets]
top = "a # b = [c]"
dotted.key = 1.5
"quoted key" = 'x = 1'

[table]
block = """
not = "a key"
"""
after = 2020-01-01 10:00:00
list = [
  { a = 1, b = [1, 2] },  # ]
  { a = 2 },
]
[table.sub."odd.name"]
deep = true
[[items]]
name = 1
[[items]]
name = 2
[items.inner]
x = 1
'''

WHERE: dict[Place, int] = {
    ("top",): 2,
    ("dotted", "key"): 3,
    ("quoted key",): 4,
    ("table",): 6,
    ("table", "block"): 7,
    ("table", "after"): 10,
    ("table", "list"): 11,
    ("table", "list", 0, "b", 1): 12,
    ("table", "list", 1, "a"): 13,
    ("table", "sub"): 15,
    ("table", "sub", "odd.name", "deep"): 16,
    ("items", 0, "name"): 18,
    ("items", 1, "name"): 20,
    ("items", 1, "inner", "x"): 22,
}


@pytest.mark.parametrize("place", WHERE)
def test_a_key_has_its_line(place: Place) -> None:
    assert lines(TEXT)[place] == WHERE[place]


def test_a_missing_key_has_the_line_of_its_table() -> None:
    assert line_of(lines(TEXT), ("table", "sub", "odd.name", "nothing")) == 15


def test_a_missing_key_of_the_whole_file_has_no_line() -> None:
    assert line_of(lines(TEXT), ("nothing",)) is None


def every(node: object, place: Place = ()) -> list[Place]:
    """List the way to everything in some tables."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [way for key, item in items for way in ((*place, key), *every(item, (*place, key)))]


@pytest.mark.parametrize("name", paths.names("scenarios", ".toml"))
def test_every_value_of_a_shipped_scenario_is_found(name: str) -> None:
    text = paths.shipped("scenarios", f"{name}.toml").read_text(encoding="utf-8")
    assert set(lines(text)) == set(every(tomllib.loads(text)))


@given(st.lists(st.sampled_from([*'[]{}"=.,#\n', "'", "a", "1", " "]), max_size=20).map("".join))
def test_whatever_is_toml_can_be_walked(text: str) -> None:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(lines(text)) == set(every(data))
