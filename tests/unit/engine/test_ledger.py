from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_town import begin, scenario

from familyflow.engine import Ledger, simulate, world
from familyflow.engine import records as rec
from familyflow.engine.ledger import _steps
from familyflow.engine.records import Event
from familyflow.pathway import PATHWAY
from familyflow.scenario.vocabulary import FLOWS, STOCKS

TEAMS = list(scenario().teams)
NORTH, CENTRAL, CARE_TEAM = TEAMS.index("north"), TEAMS.index("central"), TEAMS.index("looked_after")
AT = PATHWAY.index
ROW = tuple[float, int, int, int, int, int, int, float]


def way(stage: str, leads: str) -> int:
    return PATHWAY.stage(stage).exit_names.index(leads)


def ledger_of(rows: list[ROW], schedule: str = "no_change") -> Ledger:
    """Return a ledger of hand-written records; months end on days 31, 62, 92, ..."""
    return Ledger(world.under(begin(size=0.03), schedule), (rec.pack(rows),))


def row(time: float, event: Event, team: int, stage: str, leads: int = 0, amount: float = 1.0, child: int = -1) -> ROW:
    place = AT[stage] if stage in AT else [p.name for p in PATHWAY.programmes].index(stage)
    return (time, int(event), 1, child, team, place, leads, amount)


STORY: list[ROW] = [
    row(0, Event.ENTER, NORTH, "cin", amount=2),
    row(10, Event.LEAVE, NORTH, "cin", way("cin", "section47"), 2),
    row(10, Event.ENTER, NORTH, "section47", amount=2),
    row(24, Event.ON_TIME, NORTH, "section47", amount=2),
    row(24, Event.LEAVE, NORTH, "section47", way("section47", "cp"), 2),
    row(24, Event.ENTER, NORTH, "cp", amount=2),
    row(40, Event.LEAVE, NORTH, "cp", way("cp", "pre_proceedings"), 2),
    row(40, Event.ENTER, NORTH, "pre_proceedings", 1, 2),
    row(50, Event.LEAVE, NORTH, "pre_proceedings", way("pre_proceedings", "care_proceedings"), 2),
    row(50, Event.ENTER, NORTH, "care_proceedings", 1, 2),
    row(62, Event.LEAVE, NORTH, "care_proceedings", way("care_proceedings", "care"), 1),
    row(62, Event.LEAVE, NORTH, "care_proceedings", rec.STAYED, 1),
    row(62, Event.ENTER, CARE_TEAM, "kinship", child=0),
    row(62, Event.ENTER, NORTH, "cin"),
    row(70, Event.LEAVE, CARE_TEAM, "kinship", way("kinship", "to_residential"), child=0),
    row(70, Event.ENTER, CARE_TEAM, "residential", 1, child=0),
    row(80, Event.LEAVE, CARE_TEAM, "residential", way("residential", "sgo"), child=0),
    row(90, Event.LEAVE, NORTH, "cin", rec.TRANSFERRED),
    row(90, Event.ENTER, CENTRAL, "cin", 1),
    row(100, Event.LEAVE, CENTRAL, "cin", rec.GREW_UP),
]
"""A family of two: from need to protection to court, where one child goes into care and the other stays."""


@pytest.fixture(scope="module")
def told() -> Ledger:
    return ledger_of(STORY)


def months(ledger: Ledger, measure: str, count: int = 5) -> list[float]:
    return [float(x) for x in ledger.total(measure)[:count]]


@pytest.mark.parametrize(
    ("measure", "by_month"),
    [
        ("children_on_cin", [2, 0, 1, 1, 0]),
        ("children_in_section47", [0, 0, 0, 0, 0]),
        ("children_on_cp", [0, 2, 0, 0, 0]),
        ("children_in_care", [0, 0, 1, 0, 0]),
        ("children_open", [2, 2, 2, 1, 0]),
        ("cin_starts", [0, 0, 1, 0, 0]),
        ("cin_ends", [0, 2, 0, 0, 1]),
        ("cp_starts", [0, 2, 0, 0, 0]),
        ("cp_ends", [0, 0, 2, 0, 0]),
        ("section47s", [0, 2, 0, 0, 0]),
        ("section47s_on_time", [0, 2, 0, 0, 0]),
        ("pre_proceedings", [0, 0, 2, 0, 0]),
        ("proceedings", [0, 0, 2, 0, 0]),
        ("care_entries", [0, 0, 1, 0, 0]),
        ("care_entries_order", [0, 0, 1, 0, 0]),
        ("care_exits", [0, 0, 0, 1, 0]),
        ("care_exits_sgo", [0, 0, 0, 1, 0]),
        ("placement_kinship", [0, 0, 1, 0, 0]),
        ("child_days_on_cin", [0, 20, 0, 30, 8]),
        ("child_days_on_cp", [0, 14, 62, 0, 0]),
        ("child_days_in_care", [0, 0, 0, 18, 0]),
        ("child_days_kinship", [0, 0, 0, 8, 0]),
        ("child_days_residential", [0, 0, 0, 10, 0]),
    ],
)
def test_a_family_s_story_is_counted_as_on_paper(told: Ledger, measure: str, by_month: list[float]) -> None:
    assert told.edges[:5].tolist() == [0, 31, 62, 92, 123]
    assert months(told, measure) == by_month


def test_a_case_that_passes_is_on_the_new_team_s_books(told: Ledger) -> None:
    stock = dict(told.measures())["children_on_cin"]
    assert stock[:4, NORTH].tolist() == [2, 0, 1, 0]
    assert stock[:4, CENTRAL].tolist() == [0, 0, 0, 1]


def test_waiting_children_are_unallocated_until_they_are_given_a_worker() -> None:
    rows = [
        row(5, Event.ENTER, NORTH, "assessment", amount=3),
        row(5, Event.WAIT, NORTH, "assessment", amount=3),
        row(40, Event.WAIT_ENDS, NORTH, "assessment", amount=3),
    ]
    assert months(ledger_of(rows), "children_unallocated", 4) == [0, 3, 0, 0]


def test_programmes_are_counted_in_the_team_and_outside() -> None:
    rows = [
        row(5, Event.OFFERED, NORTH, "drug_work"),
        row(5, Event.QUEUED, NORTH, "drug_work"),
        row(20, Event.STARTED, NORTH, "drug_work", amount=15),
        row(25, Event.OFFERED, NORTH, "drug_work", 1),
        row(33, Event.STARTED, NORTH, "drug_work", 1, 8),
        row(50, Event.APPOINTMENTS, NORTH, "drug_work", 1, 24),
        row(50, Event.MISSED, NORTH, "drug_work", 1, 3),
        row(50, Event.COMPLETED, NORTH, "drug_work", 1),
        row(51, Event.GAVE_UP, NORTH, "drug_work"),
    ]
    found = ledger_of(rows)
    expected = {
        "programmes_offered_outside": [0, 1, 0],
        "programmes_offered": [0, 1, 0],
        "adult_wait_days_outside": [0, 15, 0],
        "adult_waits_outside": [0, 1, 0],
        "adult_wait_days": [0, 0, 8],
        "programmes_started": [0, 0, 1],
        "programmes_completed": [0, 0, 1],
        "appointments": [0, 0, 24],
        "appointments_missed": [0, 0, 3],
        "adult_gave_up_outside": [0, 0, 1],
    }
    assert {name: months(found, name, 3) for name in expected} == expected


def test_harms_are_counted_from_the_first_offer_to_their_end_and_again_when_they_return() -> None:
    rows = [
        (1.0, int(Event.HARM_KNOWN), 1, -1, NORTH, 0, 0, 1.0),
        (41.0, int(Event.HARM_ENDS), 1, -1, NORTH, 0, 0, 1.0),
        (82.0, int(Event.HARM_RETURNS), 1, -1, CENTRAL, 0, 0, 1.0),
    ]
    found = ledger_of(rows)
    assert months(found, "active_harms_domestic_abuse", 4) == [0, 1, 0, 1]
    assert months(found, "harm_days_domestic_abuse", 4) == [0, 30, 10, 10]


def test_what_happens_on_a_month_s_last_day_belongs_to_that_month() -> None:
    found = ledger_of([row(31, Event.ENTER, NORTH, "cp"), row(31.5, Event.ENTER, NORTH, "cp")])
    assert months(found, "cp_starts", 3) == [0, 1, 1]


def test_a_level_that_steps_is_read_at_each_date_and_its_days_between() -> None:
    level, days = _steps([(0.0, 2.0), (10.0, 4.0), (40.0, 0.0)], np.array([0.0, 20.0, 40.0, 60.0]))
    assert level.tolist() == [2, 4, 0, 0]
    assert days.tolist() == [0, 2 * 10 + 4 * 10, 4 * 20, 0]


def test_posts_cost_from_hiring_and_work_from_the_first_day_of_practice() -> None:
    found = ledger_of([], "north_only")  # trained for six weeks before day 30: hired on day 0
    values = found.world.start.structure.values  # noqa: PD011 - no frame's
    filled = 1 - values["staff.unfilled_share"]
    assert months(found, "fte_days_da_victim_worker", 2) == [0.0, 31 * filled * values["post.da_victim_worker"]]
    own = sum(values[f"post.{role}"] for role in scenario().programme.roles)
    assert months(found, "adult_workers_in_post", 2) == [0.0, pytest.approx(filled * own)]
    assert found.total("adult_workers_in_post")[-1] == pytest.approx(own)  # the others have been found by then


def test_social_workers_in_post_are_permanent_and_agency() -> None:
    found = ledger_of([])
    values = found.world.start.structure.values  # noqa: PD011 - no frame's
    posts = sum(values[f"team.{name}.social_workers"] for name, team in scenario().teams.items() if team.areas)
    cover = 1 - values["staff.vacancy_rate"] * (1 - values["staff.agency_share"])
    assert months(found, "social_workers_in_post", 2) == pytest.approx([posts * cover] * 2)
    agency = values["staff.vacancy_rate"] * values["staff.agency_share"]
    assert found.total("fte_days_social_worker")[1] == pytest.approx(31 * posts * cover)
    assert found.total("fte_days_agency_social_worker")[1] == pytest.approx(31 * posts * agency)


def test_no_measure_is_yielded_twice(told: Ledger) -> None:
    names = [name for name, _ in told.measures()]
    assert sorted(names) == sorted(set(names))


def test_every_measure_that_a_scenario_may_name_is_measured(told: Ledger) -> None:
    assert {*STOCKS, *FLOWS} - set(dict(told.measures())) == set()


def test_a_measure_that_does_not_exist_is_missed_by_name(told: Ledger) -> None:
    with pytest.raises(KeyError, match="children_on_mars"):
        told.total("children_on_mars")


def test_the_frame_is_tidy_and_holds_what_is_not_always_zero(told: Ledger) -> None:
    frame = told.frame()
    assert list(frame.columns) == ["month", "team", "measure", "value"]
    assert not frame.duplicated(["month", "team", "measure"]).any()
    assert set(frame["team"]) <= {*TEAMS, ""}
    by_team = frame.groupby(["team", "measure"])["value"]
    assert (by_team.agg(lambda x: x.abs().max()) > 0).all()
    assert frame["month"].min() == pd.Timestamp(scenario().start)
    total = frame[frame["measure"] == "children_on_cin"].groupby("month")["value"].sum()
    assert total.tolist()[:4] == [2, 0, 1, 1]


def test_a_whole_run_yields_finite_numbers_only() -> None:
    ledger = simulate(begin(size=0.03), "one_by_one")
    assert all(np.isfinite(table).all() for _, table in ledger.measures())


def test_a_run_with_no_records_has_stocks_of_zero() -> None:
    empty = replace(ledger_of([]), chunks=(rec.pack([]),))
    assert empty.total("children_open").tolist() == [0.0] * 13
