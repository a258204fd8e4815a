from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
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
    "published": ("council", "year", "measure", "value", "unit", "source", "status"),
}
KEYS = {
    "parameters": ("id",),
    "sources": ("key",),
    "gdp_deflator": ("financial_year",),
    "published": ("council", "year", "measure"),
}
WHOLES = (
    "family.size.",
    "age.",
    *(f"decision.{stage}." for stage in ("contact", "referral", "assessment", "section47", "care_proceedings")),
    *(f"plan.{stage}." for stage in ("early_help", "cin", "cp", "pre_proceedings")),
    *(f"care.first_placement.{age}." for age in ("0_9", "10_15", "16_17")),
)
UNITS = {
    *("share", "ratio", "days", "weeks", "months", "hours", "hours per week", "sessions", "per year"),
    *("children", "children per year", "adults per fte", "fte", "working days"),
    *("gbp", "gbp per week", "gbp per month", "gbp per year", "gbp per child", "gbp per incident"),
}


def rows(table: str) -> list[dict[str, str]]:
    """Read a calibration table as it stands."""
    with (CALIBRATION / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


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


def test_every_parameter_carries_range_unit_year_source_status_and_reason() -> None:
    known = sources()
    assert [fault for row in rows("parameters") for fault in faults(row["id"], row, known)] == []


@pytest.mark.parametrize("table", ["gdp_deflator", "published"])
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
    cited = [entry["source"] for entry in (*scenario["history"], *scenario["claims"])]
    assert set(cited) <= known


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_history_agrees_with_the_published_table(path: Path) -> None:
    columns = {"children_on_cp": "cpp_at_31mar_number", "children_in_care": "cla_at_31mar_number"}
    scenario = read(path)
    table = {(row["council"], row["year"], row["measure"]): float(row["value"]) for row in rows("published")}
    points = [point for point in scenario["history"] if point["date"].year >= 2015]
    assert points
    for point in points:
        key = (scenario["authority"], str(point["date"].year), columns[point["measure"]])
        assert table[key] == point["value"]


@pytest.mark.parametrize(("name", "cin", "cp", "care"), [("swindon", 1045, 260, 339), ("somerset", 1046, 278, 529)])
def test_the_snapshot_is_exact(name: str, cin: int, cp: int, care: int) -> None:
    snapshot = read(ROOT / "scenarios" / f"{name}.toml")["snapshot"]
    for key, count in (("children_on_cin", cin), ("children_on_cp", cp), ("children_in_care", care)):
        assert snapshot[key]["low"] == snapshot[key]["value"] == snapshot[key]["high"] == count


@pytest.mark.parametrize("path", [CALIBRATION / "README.md", *SCENARIOS], ids=lambda path: path.stem)
def test_public_sector_information_is_attributed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "Contains public sector information licensed under the Open Government Licence v3.0" in text


@pytest.mark.parametrize("body", ["Department for Education", "Office for National Statistics", "HM Treasury"])
def test_the_bodies_whose_figures_are_used_are_named(body: str) -> None:
    assert body in (CALIBRATION / "README.md").read_text(encoding="utf-8")
