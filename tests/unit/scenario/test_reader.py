"""What a loaded scenario holds, and the changed scenarios made from it."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from familyflow import scenario
from familyflow.ground import paths
from familyflow.ground.problem import Problem
from familyflow.ground.quantity import Quantity, Status
from familyflow.scenario import tables
from familyflow.scenario.vocabulary import NO_CHANGE

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = paths.names("scenarios", ".toml")
RATIO = Quantity(0.9, 0.8, 1.0, "ratio", "2020", "slides", Status.ASSUMED)


@pytest.fixture(scope="module")
def somerset() -> scenario.Scenario:
    """Load a shipped scenario."""
    return scenario.load("somerset")


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_scenario_loads_under_its_name(name: str) -> None:
    loaded = scenario.load(name)
    assert loaded.name == name
    assert len(loaded.schedules) > 1


def test_a_scenario_holds_its_file(somerset: scenario.Scenario) -> None:
    assert somerset.start == date(2020, 3, 31)
    assert next(iter(somerset.areas)) == "south_somerset"
    assert somerset.teams["bridgwater"].areas == ()
    assert somerset.programme.shared_roles == ("psychologist",)
    assert somerset.programme.budget_years == 3
    assert somerset.schedules[NO_CHANGE].steps == ()
    assert somerset.schedules["as_published"].rollout[0].team == "family_safeguarding_east"
    assert (somerset.claims[0].change, somerset.claims[0].direction) == (None, "fewer")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("snapshot.children_on_cp", 278),
        ("target.cp_starts", 270),
        ("harms.any", 0.7),
        ("area.mendip.share", 0.2),
        ("team.looked_after.social_workers", 33),
        ("post.psychologist", 2),
        ("programme.published_budget", 3_500_000),
        ("income.social_care_grant", 3_500_000),
    ],
)
def test_every_number_of_the_file_has_an_id(somerset: scenario.Scenario, key: str, value: float) -> None:
    assert somerset.quantities[key].value == value


def test_a_scenario_takes_the_place_of_shared_numbers(somerset: scenario.Scenario) -> None:
    shared = tables.parameters(somerset.sources)
    assert set(shared) < set(somerset.quantities)
    assert somerset.quantities["staff.vacancy_rate"] != shared["staff.vacancy_rate"]
    assert somerset.quantities["effect.care_entry"] == shared["effect.care_entry"]


def test_every_quantity_names_a_known_source(somerset: scenario.Scenario) -> None:
    assert {quantity.source for quantity in somerset.quantities.values()} <= set(somerset.sources)


def test_a_copy_elsewhere_is_the_same_scenario(somerset: scenario.Scenario, tmp_path: Path) -> None:
    copy = tmp_path / "copy.toml"
    copy.write_bytes(somerset.path.read_bytes())
    assert replace(scenario.load(copy), path=somerset.path) == somerset
    assert scenario.load(str(copy)).path == copy


def test_the_digest_follows_the_content(somerset: scenario.Scenario, tmp_path: Path) -> None:
    copy = tmp_path / "copy.toml"
    copy.write_bytes(somerset.path.read_bytes() + b"\n# a remark\n")
    assert scenario.load(copy).digest != somerset.digest
    assert len(somerset.digest) == 64


def test_a_scenario_can_be_sent_to_another_process(somerset: scenario.Scenario) -> None:
    assert pickle.loads(pickle.dumps(somerset)) == somerset  # noqa: S301 - our own bytes


def test_loading_takes_less_than_a_third_of_a_second(somerset: scenario.Scenario) -> None:
    started = time.process_time()
    assert scenario.load("somerset") == somerset
    assert time.process_time() - started < 0.3


def test_importing_the_scenario_floor_does_not_import_scipy() -> None:
    code = "import sys, familyflow.scenario; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_parameter_can_be_replaced(somerset: scenario.Scenario) -> None:
    changed = scenario.with_parameters(somerset, {"effect.care_entry": RATIO})
    assert changed.quantities["effect.care_entry"] == RATIO
    assert somerset.quantities["effect.care_entry"] != RATIO
    assert changed.digest != somerset.digest


@pytest.mark.parametrize(
    ("key", "quantity", "says"),
    [
        ("effect.care_entri", RATIO, "did you mean 'effect.care_entry'"),
        ("harms.any", RATIO, 'unit = "ratio": must be "share"'),
        ("effect.care_entry", replace(RATIO, low=-1), "low = -1: must be 0 or more"),
    ],
)
def test_a_replacement_that_cannot_be_is_refused(
    somerset: scenario.Scenario, key: str, quantity: Quantity, says: str
) -> None:
    with pytest.raises(Problem) as caught:
        scenario.with_parameters(somerset, {key: quantity})
    assert says in str(caught.value)


def test_a_null_programme_is_the_same_but_for_its_name(somerset: scenario.Scenario) -> None:
    nothing = scenario.null(somerset)
    assert nothing.programme.null
    assert nothing.quantities == somerset.quantities
    assert nothing.digest != somerset.digest


def test_the_schema_describes_every_table() -> None:
    schema = json.loads(scenario.schema_json())
    assert {"schema", "teams", "schedules", "parameters"} <= set(schema["properties"])
    assert not schema["additionalProperties"]


# ---------------------------------------------------------------- the shared tables

HEAD = "id,value,low,high,unit,year,source,status,note\n"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            "a.b,1,1,1,ratio,2020,nobody,assumed,",
            "line 2: source of a.b = nobody: must be a key of sources.csv",
        ),
        ("a.b,one,1,1,ratio,2020,slides,assumed,", "line 2: a.b: could not convert"),
        ("a.b,1,1,1,ratio,2020,slides,guessed,", "line 2: a.b: 'guessed'"),
        ("a.b,1,2,3,ratio,2020,slides,assumed,", "line 2: a.b: value 1 with the range 2 to 3"),
        ("a.b,1,-1,3,ratio,2020,slides,assumed,", "line 2: low of a.b = -1: must be 0 or more"),
        (
            "a.b,1,1,1,ratio,2020,slides,assumed,\na.b,1,1,1,ratio,2020,slides,assumed,",
            "line 3: id = a.b: stands there twice",
        ),
    ],
)
def test_a_bad_row_of_the_shared_table_is_named(
    rows: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "parameters.csv").write_text(HEAD + rows + "\n", encoding="utf-8")
    monkeypatch.setattr(paths, "folder", lambda _: tmp_path)
    with pytest.raises(Problem) as caught:
        tables.parameters({"slides": "Slides"})
    assert f"parameters.csv {says}" in str(caught.value)


def test_the_shipped_shared_tables_are_good() -> None:
    assert "staff.training_weeks" in tables.parameters(tables.sources())


def test_a_published_budget_begins_with_the_financial_year_of_its_total(somerset: scenario.Scenario) -> None:
    assert somerset.programme.budget_from == date(2020, 4, 1)
    assert scenario.load("durham").programme.budget_from == date(2014, 4, 1)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("from = 2021-10-01", ""),
        ("from = 2031-04-01", "line 183: programme.published_budget.from = 2031-04-01: its years"),
        (
            "from = 2016-04-01",
            "its years, 2016-04-01 to 2019-03-31, must have days of the run, 2020-03-31 to",
        ),
        ("from = 9999-04-01", "must be a date from 2000 to 2100"),
        ('from = "April"', "must be a date"),
        ("form = 2020-04-01", "did you mean 'from'"),
    ],
)
def test_the_day_on_which_a_budget_begins_may_be_given_and_must_be_possible(
    somerset: scenario.Scenario, tmp_path: Path, key: str, says: str
) -> None:
    text = somerset.path.read_text(encoding="utf-8").replace("years = 3\n", f"years = 3\n{key}\n", 1)
    copy = tmp_path / "copy.toml"
    copy.write_text(text, encoding="utf-8")
    if not says:
        assert scenario.load(copy).programme.budget_from == date(2021, 10, 1)
        return
    with pytest.raises(Problem) as caught:
        scenario.load(copy)
    assert says in str(caught.value)


@pytest.mark.parametrize("year", ["2019", "", "9999/00"])
def test_a_budget_without_a_day_and_without_a_financial_year_is_refused(
    somerset: scenario.Scenario, tmp_path: Path, year: str
) -> None:
    text = somerset.path.read_text(encoding="utf-8")
    head, _, tail = text.partition("[programme.published_budget]\n")
    copy = tmp_path / "copy.toml"
    copy.write_text(f"{head}[programme.published_budget]\n{tail.replace('2020/21', year, 1)}", encoding="utf-8")
    with pytest.raises(Problem, match="the year of its total") as caught:
        scenario.load(copy)
    assert "\n" not in str(caught.value)
