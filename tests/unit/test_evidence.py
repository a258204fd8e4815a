from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from functools import cache
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
CALIBRATION = ROOT / "calibration"
SCENARIOS = sorted((ROOT / "scenarios").glob("*.toml"))
STATUSES = {"published", "derived", "assumed"}
COLUMNS = {
    "parameters": ("id", "value", "low", "high", "unit", "year", "source", "status", "note"),
    "sources": ("key", "title", "publisher", "year", "licence", "note"),
    "gdp_deflator": ("financial_year", "index", "status", "source", "note"),
    "categories": ("council", "year", "measure", "value", "unit", "source", "status"),
    "estimation": ("id", "value", "low", "high", "unit", "year", "source", "status", "note"),
    "synthesis": ("id", "value", "low", "high", "unit", "year", "source", "status", "note"),
    "readings": (
        *("effect", "reading", "value", "low", "high", "level", "design"),
        *("year", "source", "status", "note"),
    ),
    "adopters": (
        *("council", "programme", "wave", "earliest", "latest", "known_by", "year", "source", "status", "note"),
    ),
}
KEYS = {
    "parameters": ("id",),
    "sources": ("key",),
    "gdp_deflator": ("financial_year",),
    "categories": ("council", "year", "measure"),
    "estimation": ("id",),
    "synthesis": ("id",),
    "readings": ("effect", "reading"),
    "adopters": ("council",),
}
IDENTITY = {"council", "geography_type", "la_code", "area_code", "region", "year"}
ENDINGS = {
    "_working_days": {"working days"},
    "_cases_per_fte": {"cases per fte"},
    "_fte": {"fte"},
    "_rate": {"per 10000 children"},
    "_rate_derived": {"per 10000 children"},
    "_pct": {"percent"},
    "_number": {"children", "assessments", "cases"},
    "_mid_year": {"children"},
    "_mid_year_before": {"children"},
}
WHOLES = (
    "family.size.",
    "age.",
    *(f"decision.{stage}." for stage in ("contact", "referral", "assessment", "section47", "care_proceedings")),
    *(f"plan.{stage}." for stage in ("early_help", "cin", "cp", "pre_proceedings")),
    *(f"care.first_placement.{age}." for age in ("0_9", "10_15", "16_17")),
    "cp.category.",
)
UNITS = {
    *("share", "ratio", "days", "weeks", "months", "hours", "hours per week", "sessions", "per year"),
    *(
        "children",
        "children per year",
        "adults per fte",
        "families per fte",
        "fte",
        "fte per 100 children",
        "working days",
    ),
    *("gbp", "gbp per week", "gbp per month", "gbp per year", "gbp per child", "gbp per incident"),
    *("gbp per team", "gbp per post", "grade", "years", "per step"),
}


def rows(table: str) -> list[dict[str, str]]:
    """Read a calibration table as it stands."""
    with (CALIBRATION / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def central() -> dict[str, float]:
    """Return the central value of every shared parameter."""
    return {row["id"]: float(row["value"]) for row in rows("parameters")}


@cache
def published() -> dict[tuple[str, str, str], float]:
    """Return the published figures by council, year and measure."""
    cells = ((row["council"], row["year"], key, cell) for row in rows("councils") for key, cell in row.items())
    return {(council, year, key): float(cell) for council, year, key, cell in cells if cell and key not in IDENTITY}


def sources() -> set[str]:
    """Return the keys of the shared sources."""
    return {row["key"] for row in rows("sources")}


def quantities(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401 - TOML
    """Walk a scenario and yield every number with a range, by its place in the file."""
    if isinstance(node, dict):
        if "low" in node:
            yield path, node
            return
        for key, inner in node.items():
            yield from quantities(inner, f"{path}.{key}".lstrip("."))


def read(path: Path) -> dict[str, Any]:
    """Read a scenario file as plain tables."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def scenario_of(name: str) -> dict[str, Any]:
    """Read the scenario of a name as plain tables."""
    return read(ROOT / "scenarios" / f"{name}.toml")


def actions(scenario: dict[str, Any], schedule: str, action: str) -> dict[str, dict[str, Any]]:
    """Return a schedule's steps of one kind by team."""
    return {step["team"]: step for step in scenario["schedules"][schedule]["steps"] if step["action"] == action}


def faults(where: str, given: dict[str, Any], known: set[str]) -> list[str]:
    """Say what is wrong with a number that must carry its range, unit, year, source and status."""
    low, value, high = (float(given[key]) for key in ("low", "value", "high"))
    top = 1.0 if given["unit"] == "share" else float("inf")
    wrong = {
        "range": not 0 <= low <= value <= high <= top,
        "unit": given["unit"] not in UNITS,
        "year": not re.fullmatch(r"\d{4}(/\d{2}|-\d{4})?", given["year"]),
        "source": given["source"] not in known,
        "status": given["status"] not in STATUSES,
        "note": given["status"] != "published" and len(given["note"]) < 4,
    }
    return [f"{where}: {what}" for what, is_wrong in wrong.items() if is_wrong]


@pytest.mark.parametrize("table", COLUMNS)
def test_every_row_has_every_field_and_stands_once(table: str) -> None:
    found = rows(table)
    assert found
    assert all(tuple(row) == COLUMNS[table] for row in found)
    empty = [row for row in found if not all((cell or "").strip() for cell in row.values())]
    assert empty == []
    counts = Counter(tuple(row[key] for key in KEYS[table]) for row in found)
    assert [key for key, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("table", ["parameters", "estimation", "synthesis"])
def test_every_parameter_carries_range_unit_year_source_status_and_reason(table: str) -> None:
    known = sources()
    assert [fault for row in rows(table) for fault in faults(row["id"], row, known)] == []


@pytest.mark.parametrize("table", ["adopters", "adopters_estimate"])
def test_who_took_it_up_and_what_was_found_carry_a_known_source_and_a_status(table: str) -> None:
    assert {row["source"] for row in rows(table)} <= sources()
    assert {row["status"] for row in rows(table)} <= STATUSES
    assert {row["status"] for row in rows("adopters_estimate")} == {"derived"}


def test_every_measure_of_the_councils_is_in_the_dictionary_and_no_other() -> None:
    columns = [name for name in rows("councils")[0] if name not in IDENTITY]
    assert [row["measure"] for row in rows("measures")] == columns


@pytest.mark.parametrize("row", rows("measures"), ids=lambda row: row["measure"])
def test_a_measures_unit_agrees_with_the_ending_of_its_name(row: dict[str, str]) -> None:
    ending = next(ending for ending in ENDINGS if row["measure"].endswith(ending))
    assert row["unit"] in ENDINGS[ending]
    assert row["meaning"]
    assert row["status"] in {"published", "derived"}
    assert row["source"] in sources()


def test_a_measures_years_are_those_that_have_a_figure() -> None:
    found: dict[str, set[int]] = {}
    for _, year, measure in published():
        found.setdefault(measure, set()).add(int(year))
    assert {row["measure"]: (int(row["first_year"]), int(row["last_year"])) for row in rows("measures")} == {
        measure: (min(years), max(years)) for measure, years in found.items()
    }


def test_every_figure_has_one_release() -> None:
    table_of = {row["measure"]: row["table"] for row in rows("measures")}
    held = {(table_of[measure], int(year)) for _, year, measure in published()}
    blocks = [(row["table"], int(row["first_year"]), int(row["last_year"])) for row in rows("releases")]
    for table, year in held:
        assert sum(name == table and first <= year <= last for name, first, last in blocks) == 1, (table, year)
    assert {row["table"] for row in rows("releases")} == set(table_of.values())


def test_each_place_and_year_stands_once_and_every_percentage_is_one() -> None:
    places = Counter((row["council"], row["year"]) for row in rows("councils"))
    assert max(places.values()) == 1
    wrong = {key: value for key, value in published().items() if key[2].endswith("_pct") and not 0 <= value <= 100}
    assert wrong == {}
    assert all(value == int(value) for key, value in published().items() if key[2].endswith("_number"))


def test_every_council_that_ended_names_councils_of_the_table_that_came_after() -> None:
    years: dict[str, list[int]] = {}
    for row in rows("councils"):
        years.setdefault(row["council"], []).append(int(row["year"]))
    for row in rows("successors"):
        assert max(years[row["council"]]) == int(row["last_year"])
        assert min(years[row["successor"]]) == int(row["last_year"]) + 1
    ended = {name for name, held in years.items() if max(held) < max(max(each) for each in years.values())}
    assert ended == {row["council"] for row in rows("successors")}


@pytest.mark.parametrize("table", ["gdp_deflator", "categories"])
def test_every_published_figure_is_a_number_with_a_known_source_and_status(table: str) -> None:
    known, figure = sources(), "index" if table == "gdp_deflator" else "value"
    for row in rows(table):
        assert float(row[figure]) >= 0, row
        assert row["source"] in known, row
        assert row["status"] in STATUSES, row


def test_prices_can_be_brought_to_every_scenarios_price_year() -> None:
    years = {row["financial_year"] for row in rows("gdp_deflator")}
    used = {row["year"] for row in rows("parameters") if row["unit"].startswith("gbp")}
    assert used <= years
    assert {read(path)["price_year"] for path in SCENARIOS} <= years


@pytest.mark.parametrize("whole", WHOLES)
def test_shares_of_one_whole_add_up_to_one(whole: str) -> None:
    parts = [float(row["value"]) for row in rows("parameters") if row["id"].startswith(whole)]
    assert len(parts) > 1
    assert isclose(sum(parts), 1, abs_tol=1e-9)


def test_no_judgement_is_called_published() -> None:
    judged = {row["key"] for row in rows("sources") if row["title"].startswith("Judgement")}
    assert judged
    called = [row["id"] for row in rows("parameters") if row["source"] in judged and row["status"] == "published"]
    assert called == []


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_number_of_a_scenario_carries_range_unit_year_source_status_and_reason(path: Path) -> None:
    scenario = read(path)
    known = sources() | set(scenario.get("sources", {}))
    found = list(quantities(scenario))
    assert len(found) > 40
    assert [fault for where, given in found for fault in faults(where, given, known)] == []
    sections = ("population", "snapshot", "targets", "harms")
    assert all(f"{section}.{key}" in dict(found) for section in sections for key in scenario[section])
    cited = [entry["source"] for entry in (*scenario["history"], *scenario["claims"], *scenario.get("past", ()))]
    assert set(cited) <= known


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_history_agrees_with_the_published_table(path: Path) -> None:
    columns = {"children_on_cp": "cpp_at_31mar_number", "children_in_care": "cla_at_31mar_number"}
    scenario = read(path)
    table = published()
    assert scenario["history"]
    for point in scenario["history"]:
        key = (scenario["authority"], str(point["date"].year), columns[point["measure"]])
        assert table[key] == point["value"]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_history_is_whole_before_and_after_day_0(path: Path) -> None:
    scenario = read(path)
    for measure, first in (("children_on_cp", 2013), ("children_in_care", 2015)):
        years = [point["date"].year for point in scenario["history"] if point["measure"] == measure]
        assert years == list(range(first, 2025))


@pytest.mark.parametrize(
    ("name", "cin", "cp", "care"),
    [
        ("swindon", 1045, 260, 339),
        ("somerset", 1046, 278, 529),
        ("durham", 1081, 453, 607),
        ("thurrock", 510, 203, 286),
        ("bradford", 1841, 570, 986),
    ],
)
def test_the_snapshot_is_exact(name: str, cin: int, cp: int, care: int) -> None:
    snapshot = scenario_of(name)["snapshot"]
    for key, count in (("children_on_cin", cin), ("children_on_cp", cp), ("children_in_care", care)):
        assert snapshot[key]["low"] == snapshot[key]["value"] == snapshot[key]["high"] == count


@pytest.mark.parametrize(("name", "first"), [("durham", "2015"), ("thurrock", "2015")])
def test_children_in_care_before_the_first_count_are_worked_back_from_it(name: str, first: str) -> None:
    scenario, table = scenario_of(name), published()
    counts = (table[scenario["authority"], first, f"cla_{what}_number"] for what in ("at_31mar", "ceased", "started"))
    later, ceased, started = counts
    assert scenario["snapshot"]["children_in_care"]["value"] == later + ceased - started


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
@pytest.mark.parametrize("whole", WHOLES)
def test_a_councils_own_shares_of_one_whole_add_up_to_one(path: Path, whole: str) -> None:
    own = {key: given["value"] for key, given in read(path)["parameters"].items()}
    parts = [value for key, value in (central() | own).items() if key.startswith(whole)]
    assert isclose(sum(parts), 1, abs_tol=1e-9)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_each_scenario_compares_its_plan_with_no_change_all_at_once_slower_and_another_way(path: Path) -> None:
    schedules = read(path)["schedules"]
    names = {*schedules, *(name for each in schedules.values() for name in each.get("formerly", []))}
    assert {"no_change", "as_published", "all_at_once", "slower"} < names


def test_an_effect_without_evidence_may_be_none() -> None:
    effects = [row for row in rows("parameters") if row["id"].startswith("effect.") and row["unit"] == "ratio"]
    assert {row["id"] for row in effects if not float(row["low"]) <= 1 <= float(row["high"])} == {
        "effect.family_group_conference"
    }


def test_usable_hours_stand_before_sickness() -> None:
    shared = central()
    assert isclose(shared["staff.usable_hours"] * (1 - shared["staff.sickness_share"]), 23, abs_tol=0.05)


def test_swindons_real_go_live_is_one_date_for_all_localities() -> None:
    scenario = scenario_of("swindon")
    assert scenario["schedules"]["as_happened"]["as_happened"] is True
    live = actions(scenario, "as_happened", "go_live")
    assert {team: str(step["date"]) for team, step in live.items()} == dict.fromkeys(
        ("north", "central", "south"), "2022-05-24"
    )


@pytest.mark.parametrize(("schedule", "cases"), [("as_published", "stay"), ("easington_transfer", "transfer")])
def test_easington_opens_with_its_wards_and_the_posts_that_move_to_it(schedule: str, cases: str) -> None:
    scenario = scenario_of("durham")
    opened = actions(scenario, schedule, "open")["easington"]
    assert opened["existing_cases"] == cases
    before = {name: scenario["teams"][name] for name in ("peterlee", "seaham")}
    assert all(any(ward in team["areas"] for team in before.values()) for ward in opened["areas"])
    assert not {"peterlee", "seaham"} & set(opened["areas"])
    posts = actions(scenario, schedule, "staff")
    moved = sum(team["social_workers"]["value"] - posts[name]["social_workers"] for name, team in before.items())
    assert moved < scenario["teams"]["easington"]["social_workers"]["value"]


def test_thurrocks_lots_cost_about_what_the_posts_they_displace_did() -> None:
    scenario, shared = scenario_of("thurrock"), central()
    assert scenario["programme"]["new_money"] is False
    lots = scenario["programme"]["shared_posts"].items()
    bought = sum(posts["value"] * shared[f"price.salary.{role}"] for role, posts in lots)
    given_up = sum(
        scenario["teams"][team]["key_workers"]["value"] - step["key_workers"]
        for team, step in actions(scenario, "as_published", "staff").items()
    )
    assert isclose(bought, given_up * shared["price.salary.family_key_worker"], rel_tol=0.05)


def test_bradfords_hubs_have_the_published_staff() -> None:
    scenario = scenario_of("bradford")
    hubs = {name for name, team in scenario["teams"].items() if team["stages"] == ["early_help"]}
    cuts = [step for step in scenario["schedules"]["as_published"]["steps"] if step["action"] == "cut"]
    kept = {hub: {step["role"]: step["to"] for step in cuts if step["team"] == hub} for hub in hubs}
    published = {"team_manager": 1, "senior_practitioner": 3, "prevention_worker": 7, "access_worker": 1}
    assert kept == {hub: {**published, "family_key_worker": 14 + 4} for hub in hubs}
    assert len(hubs) == 4


def test_bradfords_reform_ends_posts_and_brings_none() -> None:
    scenario = scenario_of("bradford")
    assert not scenario["programme"].get("posts", {}) | scenario["programme"].get("shared_posts", {})
    for step in scenario["schedules"]["as_published"]["steps"]:
        if step["action"] == "cut":
            team = scenario["teams"][step["team"]]
            before = {**team["posts"], "family_key_worker": team["key_workers"]}[step["role"]]
            assert before["low"] > step["to"]


@pytest.mark.parametrize("path", [CALIBRATION / "README.md", *SCENARIOS], ids=lambda path: path.stem)
def test_public_sector_information_is_attributed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "Contains public sector information licensed under the Open Government Licence v3.0" in text


@pytest.mark.parametrize("body", ["Department for Education", "Office for National Statistics", "HM Treasury"])
def test_the_bodies_whose_figures_are_used_are_named(body: str) -> None:
    assert body in (CALIBRATION / "README.md").read_text(encoding="utf-8")


def test_every_row_of_a_reading_has_level_design_source_year_status_and_note() -> None:
    known = sources()
    found = rows("readings")
    assert [fault for row in found for fault in faults(row["effect"], {**row, "unit": "ratio"}, known)] == []
    assert {row["level"] for row in found} == {"families", "council"}
    assert {row["design"] for row in found} == {"randomised", "compared", "uncontrolled", "aim"}
    assert {row["status"] for row in found if row["design"] == "aim"} == {"published"}
    assert all("target" in row["note"] for row in found if row["design"] == "aim")
