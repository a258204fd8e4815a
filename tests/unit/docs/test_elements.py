from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from scripts import DOCS, script

from familyflow.results.measures import MEASURES as SUMMARY
from familyflow.scenario.vocabulary import DERIVED, MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).parents[3]
NAMES = ("swindon", "somerset", "durham", "thurrock", "bradford")
COLUMNS = ("kind", "document", "modelled", "keys", "answered", "out")
KINDS = {"element", "claim", "number", "team", "role", "date", "outcome"}
POSTS = ("posts", "shared_posts")
EACH = ("teams", "areas", "income")
"""Tables of a scenario of which each entry needs a row."""
TOO_WIDE = {f"programme.{name}" for name in (*POSTS, "effects")}
FILES = {
    "appraisal.csv",
    "cashflow.csv",
    "caseloads.csv",
    "claims.csv",
    "ladder.csv",
    "readings.csv",
    "summary.csv",
    "waits.csv",
}
"""The tables that a run leaves in its folder."""


def stated(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "scenarios" / f"{name}.toml").read_text(encoding="utf-8"))


def keys(rows: Iterable[Mapping[str, str]]) -> set[str]:
    return {key for row in rows for key in row["keys"].split()}


def needed(raw: Mapping[str, Any]) -> Iterator[str]:
    """Give the keys of all that stands for an element of the document, so that each needs a row."""
    for table in ("claims", "past"):
        yield from (f"{table}[{place}]" for place, _ in enumerate(raw.get(table, [])))
    for table in EACH:
        yield from (f"{table}.{name}" for name in raw.get(table, {}))
    for name, team in raw.get("teams", {}).items():
        yield from (f"teams.{name}.posts.{role}" for role in team.get("posts", {}))
    yield from (f"harms.{name}" for name in raw.get("harms", {}))
    for name, schedule in raw.get("schedules", {}).items():
        yield from (f"schedules.{name}.steps[{place}]" for place, _ in enumerate(schedule["steps"]))
    programme = raw.get("programme", {})
    for posts in POSTS:
        yield from (f"programme.{posts}.{role}" for role in programme.get(posts, {}))
    yield from (f"programme.effects.{effect}" for effect in programme.get("effects", []))
    yield from ["programme.published_budget"] if "published_budget" in programme else []


def covers(key: str, wanted: str) -> bool:
    """Say whether a key is another or holds it."""
    return wanted == key or wanted.startswith((f"{key}.", f"{key}["))


def missing(raw: Mapping[str, Any], rows: Iterable[Mapping[str, str]]) -> list[str]:
    """List what no row covers."""
    held = keys(rows)
    return [wanted for wanted in needed(raw) if not any(covers(key, wanted) for key in held)]


def too_wide(raw: Mapping[str, Any], rows: Iterable[Mapping[str, str]]) -> list[str]:
    """List the keys that would cover whole tables: a table of the file alone, or all posts or effects at once."""
    tables = {name for name, found in raw.items() if isinstance(found, dict | list)}
    return sorted(keys(rows) & (tables | TOO_WIDE))


def lost(raw: Mapping[str, Any], rows: Iterable[Mapping[str, str]]) -> list[str]:
    """List the keys that neither the file nor the table of parameters holds."""
    ids = {row["id"] for row in script("build").shared()}
    return [
        key
        for key in sorted(keys(rows))
        if not script("build").states(raw, key) and not any(covers(key, i) for i in ids)
    ]


def untold(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """List the elements that are not whole: a kind and words, and either keys with how it is modelled or why not."""
    return [
        row["document"]
        for row in rows
        if row["kind"] not in KINDS
        or not row["document"]
        or not (row["keys"] or row["out"])
        or bool(row["keys"]) != bool(row["modelled"])
    ]


@cache
def outputs() -> frozenset[str]:
    """Name every measure, file and section of the report that can answer an element."""
    page = (DOCS / "report.md").read_text(encoding="utf-8")
    sections = {f"report: {line.split('|')[1].strip()}" for line in page.splitlines() if line.startswith("| ")}
    tables = {path.name for path in (DOCS / "programmes").glob("*.csv")}
    return frozenset({*MEASURES, *DERIVED, *(each.name for each in SUMMARY), *FILES, *tables, *sections})


def unknown(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """List the answers that are no measure, file or section."""
    return [name for row in rows for name in row["answered"].split("; ") if name and name not in outputs()]


@pytest.mark.parametrize("name", NAMES)
def test_every_part_of_a_scenario_has_a_row_of_its_document(name: str) -> None:
    assert missing(stated(name), script("build").elements(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_key_of_a_row_is_held_and_narrow(name: str) -> None:
    raw, rows = stated(name), script("build").elements(name)
    assert lost(raw, rows) == []
    assert too_wide(raw, rows) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_row_says_how_it_is_modelled_or_why_it_is_out_and_names_known_outputs(name: str) -> None:
    rows = script("build").elements(name)
    assert tuple(rows[0]) == COLUMNS
    assert untold(rows) == []
    assert unknown(rows) == []
    assert len({row["document"] for row in rows}) == len(rows)


MADE_UP: dict[str, Any] = {
    "start": "2020-03-31",
    "harms": {"any": {"value": 0.5}},
    "areas": {"north": {}},
    "teams": {"hub": {"posts": {"prevention_worker": {"value": 7}}}},
    "income": {"grant": {"total": {"value": 1}}},
    "programme": {
        "effects": ["step_up"],
        "posts": {"coordinator": {"value": 1}},
        "shared_posts": {"psychologist": {"value": 1}},
        "published_budget": {"years": 2},
    },
    "schedules": {"no_change": {"steps": []}, "plan": {"steps": [{"team": "hub"}, {"team": "hub"}]}},
    "claims": [{"text": "fewer"}],
    "past": [{"text": "more"}],
    "parameters": {"case.grant_year": {"value": 1}},
}
WANTED = (
    "claims[0]",
    "past[0]",
    "teams.hub",
    "areas.north",
    "income.grant",
    "teams.hub.posts.prevention_worker",
    "harms.any",
    "schedules.plan.steps[0]",
    "schedules.plan.steps[1]",
    "programme.posts.coordinator",
    "programme.shared_posts.psychologist",
    "programme.effects.step_up",
    "programme.published_budget",
)


def row(**given: str) -> dict[str, str]:
    """Give a row with nothing out but what is given."""
    return {"kind": "element", "document": "D", "modelled": "M", "keys": "start", "answered": "", "out": "", **given}


@pytest.mark.parametrize("left_out", WANTED)
def test_what_no_row_covers_is_found(left_out: str) -> None:
    rows = [row(keys=wanted) for wanted in WANTED if wanted != left_out and not covers(wanted, left_out)]
    found = missing(MADE_UP, rows)
    assert left_out in found
    assert missing(MADE_UP, [*rows, *(row(keys=wanted) for wanted in found)]) == []


def test_a_schedule_covers_its_steps_and_no_name_that_it_only_begins() -> None:
    assert "schedules.plan.steps[1]" not in missing(MADE_UP, [row(keys="schedules.plan")])
    assert "claims[0]" in missing({"claims": [{}] * 11}, [row(keys="claims[0")])
    assert missing({"areas": {"east_end": {}}}, [row(keys="areas.east")]) == ["areas.east_end"]


@pytest.mark.parametrize("key", ["schedules", "claims", "programme", "programme.posts", "programme.effects"])
def test_a_key_that_is_too_wide_is_refused(key: str) -> None:
    assert too_wide(MADE_UP, [row(keys=f"{key} start areas.north")]) == [key]


@pytest.mark.parametrize(
    "key", ["teams.west", "claims[1]", "schedules.plan.steps[2]", "effect.luck", "programme.effects.x"]
)
def test_a_key_that_nothing_holds_is_found(key: str) -> None:
    kept = "start claims[0] effect.care_entry case.grant_year adult.psychologist programme.effects.step_up"
    assert lost(MADE_UP, [row(keys=f"{kept} {key}")]) == [key]


def test_a_row_with_neither_keys_nor_a_reason_is_found() -> None:
    empty, out = row(keys="", modelled=""), row(keys="", modelled="", out="It has no date.")
    unsaid, odd = row(modelled="", document="E"), row(kind="wish", document="F")
    assert untold([empty, out, unsaid, odd, row()]) == ["D", "E", "F"]


def test_an_answer_that_is_no_output_is_found() -> None:
    known = row(answered="claims.csv; children_on_cp; caseload_mean; durham_levels.csv; report: Value for money")
    assert unknown([known, row(answered="report: Nothing; happiness")]) == ["report: Nothing", "happiness"]


def test_keys_are_shown_with_the_file_that_holds_them() -> None:
    shown = script("build").with_files("made_up", MADE_UP, ["claims[0]", "case.grant_year", "effect.care_entry"])
    own = "`scenarios/made_up.toml`: `claims[0]`, `case.grant_year`"
    assert shown == f"{own}; `calibration/parameters.csv`: `effect.care_entry`"


@pytest.mark.parametrize(("published", "lies"), [("9", "below"), ("10", "inside"), ("20", "inside"), ("21", "above")])
def test_a_published_count_lies_in_the_range_of_no_change_or_on_one_side_of_it(published: str, lies: str) -> None:
    assert script("build").side_of_range({"published": published, "p5": "10", "p95": "20"}) == lies
    assert script("build").side_of_range({"published": "10", "p5": "10", "p95": "10"}) == "day 0"
