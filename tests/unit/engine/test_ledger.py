from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_town import begin, scenario, whole

from familyflow.engine import Ledger, simulate, world
from familyflow.engine import records as rec
from familyflow.engine.ledger import stepped
from familyflow.engine.records import Event
from familyflow.pathway import PATHWAY
from familyflow.pathway.teams import CATEGORIES
from familyflow.scenario.vocabulary import FLOWS, STOCKS

TEAMS = list(scenario().teams)
NORTH, CENTRAL, CARE_TEAM = TEAMS.index("north"), TEAMS.index("central"), TEAMS.index("looked_after")
AT = PATHWAY.index
ROW = tuple[float, int, int, int, int, int, int, float]


def way(stage: str, leads: str) -> int:
    return PATHWAY.stage(stage).exit_names.index(leads)


def ledger_of(rows: list[ROW], schedule: str = "no_change", changes: dict[str, float] | None = None) -> Ledger:
    """Return a ledger of hand-written records; months end on days 31, 62, 92, ..."""
    return Ledger(world.under(begin(changes, size=0.03), schedule), (rec.pack(rows),))


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
        "appointments_substance_misuse_worker": [0, 0, 24],
        "appointments_missed_substance_misuse_worker": [0, 0, 3],
        "appointments_missed_mental_health_practitioner": [0, 0, 0],
        "parents_completed": [0, 0, 1],
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
    level, days = stepped([(0.0, 2.0), (10.0, 4.0), (40.0, 0.0)], np.array([0.0, 20.0, 40.0, 60.0]))
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


HOURS = {
    "staff.workload.assessment.hours": 16.0,
    "staff.workload.section47.hours": 12.0,
    "staff.workload.cin.hours_week": 0.7,
    "staff.workload.cp.hours_week": 2.1,
    "staff.workload.pre_proceedings.hours": 60.0,
    "staff.workload.care_proceedings.hours_week": 4.0,
    "staff.workload.care.hours_week": 1.4,
    "proceedings.weeks": 30.0,
    "staff.workload.sibling_share": 1.0,
}
"""Each child of a family takes as long as the first."""


@pytest.mark.parametrize(
    ("work", "by_month"),
    [
        ("section47", [0, 2 * 12, 0, 0, 0]),
        ("cin", [0, 20 * 0.1, 0, 30 * 0.1, 8 * 0.1]),
        ("cp", [0, 14 * 0.3, 62 * 0.3, 0, 0]),
        ("pre_proceedings", [0, 0, 2 * 60, 0, 0]),
        ("proceedings", [0, 0, 2 * 4 * 30, 0, 0]),
        ("care", [0, 0, 0, 18 * 0.2, 0]),
        ("assessment", [0, 0, 0, 0, 0]),
    ],
)
def test_hours_of_social_work_are_those_of_the_story_on_paper(work: str, by_month: list[float]) -> None:
    assert months(ledger_of(STORY, changes=HOURS), f"workload_hours_{work}") == pytest.approx(by_month)


def test_hours_are_booked_on_the_team_that_works_them() -> None:
    found = dict(ledger_of(STORY, changes=HOURS).measures())
    assert found["workload_hours_cin"][4, CENTRAL] == pytest.approx(8 * 0.1)
    assert found["workload_hours_care"][3, CARE_TEAM] == pytest.approx(18 * 0.2)
    assert found["workload_hours_cp"][:, NORTH].sum() == pytest.approx(76 * 0.3)


def test_a_sibling_takes_a_share_of_the_first_child_s_hours() -> None:
    sizes = {f"family.size.{k}": float(k == 3) for k in range(1, 7)}
    found = ledger_of(STORY, changes=HOURS | sizes | {"staff.workload.sibling_share": 0.4})
    assert months(found, "workload_hours_section47", 2)[1] == pytest.approx(2 * 12 * (1 + 2 * 0.4) / 3)


def test_usable_hours_are_those_of_workers_in_post_less_sickness() -> None:
    changes = {"staff.usable_hours": 24.0, "staff.sickness_share": 0.05, "team.north.social_workers": 10.0}
    found = ledger_of([], changes=changes | {"staff.vacancy_rate": 0.2, "staff.agency_share": 0.5})
    assert dict(found.measures())["usable_hours"][1, NORTH] == pytest.approx(24 * 0.95 * 9.0 * 31 / 7)
    assert dict(found.measures())["usable_hours"][0].sum() == 0


def test_changes_of_worker_are_counted_by_child_month_and_team() -> None:
    rows = [
        row(5, Event.WORKER_CHANGED, NORTH, "cin", amount=3),
        row(40, Event.WORKER_CHANGED, NORTH, "cp", amount=2),
        row(40, Event.WORKER_CHANGED, CARE_TEAM, "kinship", child=0),
    ]
    found = dict(ledger_of(rows).measures())["worker_changes"]
    assert found[:3, NORTH].tolist() == [0, 3, 2]
    assert found[:3, CARE_TEAM].tolist() == [0, 0, 1]
    assert found.sum() == 6


def test_who_waits_for_a_key_worker_is_counted_apart_from_who_waits_for_a_social_worker() -> None:
    rows = [row(5, Event.WAIT, NORTH, stage, amount=k) for k, stage in enumerate(("early_help", "cin", "cp"), 1)]
    rows += [row(40, Event.WAIT_ENDS, NORTH, stage, amount=k) for k, stage in enumerate(("early_help", "cin"), 1)]
    found = ledger_of(rows)
    assert months(found, "children_waiting_early_help", 3) == [0, 1, 0]
    assert months(found, "children_unallocated", 3) == [0, 5, 3]


def test_children_in_early_help_are_on_no_social_worker_s_caseload() -> None:
    found = ledger_of([row(0, Event.ENTER, NORTH, "early_help", amount=4), row(0, Event.ENTER, NORTH, "cin", amount=2)])
    assert months(found, "children_in_early_help", 2) == [4, 4]
    assert months(found, "children_open", 2) == [2, 2]


def test_plans_are_counted_by_the_category_under_which_they_start() -> None:
    rows = [
        (0.0, int(Event.CATEGORY), 1, -1, NORTH, CATEGORIES.index("neglect"), 0, 2.0),
        (40.0, int(Event.CATEGORY), 2, -1, NORTH, CATEGORIES.index("sexual"), 0, 3.0),
    ]
    found = ledger_of(rows)
    assert months(found, "cp_starts_sexual", 3) == [0, 0, 3]
    assert months(found, "cp_starts_neglect", 3) == [0, 0, 0]  # under way on day 0: no start


def test_programmes_are_counted_by_name_where_the_teams_own_workers_give_them() -> None:
    rows = [
        row(5, Event.STARTED, NORTH, "parenting", 1, 10),
        row(8, Event.STARTED, NORTH, "drug_work", 0, 10),
        row(40, Event.COMPLETED, NORTH, "parenting", 1),
        row(41, Event.COMPLETED, NORTH, "drug_work", 0),
    ]
    found = ledger_of(rows)
    assert months(found, "started_parenting", 3) == [0, 1, 0]
    assert months(found, "completed_parenting", 3) == [0, 0, 1]
    assert months(found, "started_drug_work", 3) == months(found, "completed_drug_work", 3) == [0, 0, 0]


def test_key_workers_in_post_are_those_of_the_hub_less_its_vacancies() -> None:
    changes = {"team.hub.key_workers": 10.0, "staff.key_worker_vacancy_rate": 0.1}
    found = Ledger(world.under(begin(changes, size=0.03, town=whole()), "no_change"), (rec.pack([]),))
    assert months(found, "key_workers_in_post", 2) == pytest.approx([9, 9])
    assert months(found, "fte_days_family_key_worker", 2) == pytest.approx([0, 9 * 31])
    hub = list(whole().teams).index("hub")
    assert dict(found.measures())["usable_hours"][:, hub].sum() == 0  # those are social workers'


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
    ledger = simulate(begin(size=0.05, town=whole()), "upheaval")
    assert all(np.isfinite(table).all() for _, table in ledger.measures())


def test_the_records_and_the_ledger_count_the_same_changes_of_worker() -> None:
    ledger = simulate(begin(town=whole()), "upheaval")
    log = ledger.events[ledger.events["event"] == Event.WORKER_CHANGED]
    counted = dict(ledger.measures())["worker_changes"]
    assert counted.sum() == log["amount"].sum() > 50
    by_team = np.bincount(log["team"], log["amount"], minlength=len(whole().teams) + 1)
    np.testing.assert_array_equal(counted.sum(axis=0), by_team)


def test_a_run_with_no_records_has_stocks_of_zero() -> None:
    empty = replace(ledger_of([]), chunks=(rec.pack([]),))
    assert empty.total("children_open").tolist() == [0.0] * 13
