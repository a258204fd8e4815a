"""From a council's name to a scenario: what it says, where that comes from, and that it can be used at once."""

from __future__ import annotations

import tomllib
from datetime import date
from math import fsum, isclose
from typing import TYPE_CHECKING

import pytest

from familyflow import api, scenario
from familyflow.calibrate.baseline import draft
from familyflow.calibrate.baseline.council import baseline
from familyflow.calibrate.evidence import councils, update
from familyflow.calibrate.fit.solve import solve
from familyflow.engine import dose
from familyflow.ground import evidence
from familyflow.ground.problem import Problem
from familyflow.ground.quantity import Quantity, Status
from familyflow.pathway import PATHWAY
from familyflow.pathway.adult_work import REFERENCE, SUPERVISOR
from familyflow.scenario import writer
from familyflow.scenario.timeline import build

if TYPE_CHECKING:
    from pathlib import Path

    from familyflow.scenario import Scenario

SHARED = set(scenario.load("swindon").quantities)


@pytest.fixture(scope="module")
def known() -> councils.Evidence:
    return councils.read()


def made(council: str, folder: Path, start: date | None = None) -> Scenario:
    """Write a council's scenario and load it."""
    return scenario.load(draft.write(council, start=start, out=folder / "made.toml").path)


@pytest.fixture(scope="module")
def kent(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return made("Kent", tmp_path_factory.mktemp("kent"))


@pytest.mark.parametrize(
    ("council", "start"),
    [
        ("Swindon", date(2019, 6, 30)),
        ("Bristol, City of", None),
        ("Birmingham", None),
        ("City of London", None),
        ("Isles of Scilly", None),
        ("Herefordshire", None),
        ("West Northamptonshire", None),
        ("Westmorland and Furness", None),
        ("Northamptonshire", date(2021, 3, 31)),
        ("Poole", date(2015, 3, 31)),
        ("Oldham", date(2013, 3, 31)),
        ("Cornwall", date(2026, 4, 1)),
    ],
)
def test_a_scenario_is_made_for_any_council_and_every_schedule_can_be_built(
    council: str, start: date | None, tmp_path: Path
) -> None:
    found = made(council, tmp_path, start)
    assert found.authority == council
    assert list(found.schedules) == ["no_change", "staged", "all_at_once", "slower"]
    assert {name: build(found, name, found.central()) for name in found.schedules}
    own = {key: each for key, each in found.quantities.items() if key not in SHARED or key.startswith("target.")}
    assert [key for key, each in own.items() if not (each.note and each.source in found.sources)] == []


def test_every_council_of_the_table_has_a_scenario_that_is_sound(known: councils.Evidence, tmp_path: Path) -> None:
    path, sound = tmp_path / "council.toml", []
    for name in known.councils():
        place = known.places[name]
        start = date(place.last, 3, 31) if place.successors else None
        path.write_text(draft.text(known, baseline(known, place, start)), encoding="utf-8")
        found = scenario.load(path)
        central = found.central()
        if all(build(found, schedule, central) for schedule in found.schedules):
            sound.append(found.authority)
    assert sound == known.councils()
    assert len(sound) == 158


def test_what_is_published_is_taken_as_it_stands(kent: Scenario) -> None:
    expected = {"snapshot.children_on_cin": 3031, "snapshot.children_on_cp": 1211, "snapshot.children_in_care": 1956}
    expected |= {
        "target.referrals": 24111,
        "target.section47s": 7339,
        "target.cp_starts": 1349,
        "target.care_starts": 2741,
    }
    assert {key: kent.quantities[key].value for key in expected} == expected
    assert {kent.quantities[key].status for key in expected} == {Status.PUBLISHED}


def test_what_is_derived_shows_its_arithmetic(kent: Scenario) -> None:
    home, applications = kent.quantities["target.care_ceased_share_home"], kent.quantities["target.proceedings"]
    assert home.value == round((152 + 41) / 2739, 4)
    assert "(152 + 41) / 2,739" in home.note
    assert applications.value == round(5.8 * 348_332 / 10_000 * 1.61)
    assert "5.8 per 10,000 x 348,332 x 1.61" in applications.note


@pytest.mark.parametrize(
    "whole", ["target.cp_ended_share_", "target.cin_ended_share_", "target.placement_share_", "area."]
)
def test_parts_of_a_whole_add_up_to_it_exactly(kent: Scenario, whole: str) -> None:
    parts = [each.value for key, each in kent.quantities.items() if key.startswith(whole) and each.unit == "share"]
    assert isclose(fsum(parts), 1, abs_tol=1e-9)


@pytest.mark.parametrize("decision", ["decision.referral.", "decision.assessment.", "decision.section47."])
@pytest.mark.parametrize("council", ["Kent", "City of London", "Bradford"])
def test_a_councils_own_decisions_add_up_to_one(known: councils.Evidence, council: str, decision: str) -> None:
    own = baseline(known, councils.find(known, council)).parameters
    parts = [each.value for key, each in own.items() if key.startswith(decision)]
    assert isclose(fsum(parts), 1, abs_tol=1e-9)
    assert min(parts) > 0


def test_teams_share_the_posts_by_the_children_they_hold(kent: Scenario) -> None:
    posts = {key: each.value for key, each in kent.quantities.items() if key.startswith("team.")}
    vacancy, agency = (kent.quantities[f"staff.{key}"].value for key in ("vacancy_rate", "agency_share"))
    holders = (533.7 + 429.9) / 2
    assert isclose(fsum(posts.values()), holders / (1 - vacancy * (1 - agency)), rel_tol=0.005)
    localities = [value for key, value in posts.items() if "locality" in key]
    assert len(localities) == 8
    assert max(localities) == min(localities)


@pytest.mark.parametrize("council", ["Isles of Scilly", "Rutland", "Swindon", "Kent", "Birmingham"])
def test_the_drafted_posts_are_a_whole_dose_and_hardly_more(council: str, tmp_path: Path) -> None:
    found = made(council, tmp_path)
    plan = dose.planned(found, found.central(), PATHWAY)
    assert 0.99 <= plan.dose(found.central()) <= 1 + 1e-12
    wanted = dose.reference(found.central(), plan.children)
    teams = sum(name.startswith("locality") for name in found.teams)
    assert all(plan.fte[role] - fte < 0.1 * teams + 1e-9 for role, fte in wanted.items())
    each = dose.by_team(found, found.central(), PATHWAY).values()
    assert min(team.dose(found.central()) for team in each) >= 0.99


def test_the_drafted_posts_grow_with_the_children_on_plans(tmp_path: Path) -> None:
    sizes = [made(council, tmp_path / council) for council in ("Rutland", "Swindon", "Kent")]
    plans = [dose.planned(found, found.central(), PATHWAY) for found in sizes]
    assert plans[0].children < plans[1].children < plans[2].children
    for role in (*REFERENCE, SUPERVISOR):
        assert plans[0].fte[role] < plans[1].fte[role] < plans[2].fte[role]


def test_a_drafted_post_shows_its_arithmetic(kent: Scenario) -> None:
    post, reference = kent.quantities["post.da_victim_worker"], kent.quantities[dose.POSTS]
    assert (post.status, post.source, post.year) == (Status.ASSUMED, reference.source, reference.year)
    assert (post.low, post.high) == (post.value, post.value)
    assert f"{reference.value:g} adult workers ({reference.low:g} to {reference.high:g}) for 100 children" in post.note
    wanted = 4242 * 0.125 / 100 * reference.value / 4
    assert f"4,242 x 0.125 = 530: {wanted:.2f}, rounded up" in post.note
    assert wanted <= post.value < wanted + 0.1


def test_the_shared_psychologist_is_in_proportion_to_the_localities_workers(
    kent: Scenario, known: councils.Evidence
) -> None:
    each, size = (known.estimates[f"hertfordshire.{name}"].value for name in ("psychologist", "social_workers"))
    workers = sum(value.value for key, value in kent.quantities.items() if key.startswith("team.locality"))
    expected = workers / size * kent.quantities["harms.any"].value * each
    assert isclose(kent.quantities["post.psychologist"].value, expected, abs_tol=0.05)


def test_what_is_borrowed_is_assumed_says_so_and_is_named_at_the_head(tmp_path: Path) -> None:
    path = draft.write("West Northamptonshire", out=tmp_path / "west.toml").path
    found = scenario.load(path)
    vacancy = found.quantities["staff.vacancy_rate"]
    assert vacancy.status is Status.ASSUMED
    assert vacancy.note.startswith("Not published for West Northamptonshire: the median of")
    assert "vacancy_rate" in path.read_text(encoding="utf-8").partition("schema = 1")[0]
    assert vacancy.high - vacancy.low > 0.1


def test_the_programmes_figures_before_2022_take_the_share_of_plans_and_say_so(tmp_path: Path) -> None:
    on_cin = made("Bolton", tmp_path, date(2019, 3, 31)).quantities["snapshot.children_on_cin"]
    assert on_cin.value == round((2358 - 325 - 644) * 0.41036, 0)
    assert on_cin.status is Status.DERIVED
    assert "CIN plans are not published for 2019" in on_cin.note
    assert on_cin.low == on_cin.value == on_cin.high


def test_a_day_between_two_counts_starts_between_them(tmp_path: Path) -> None:
    found = made("Swindon", tmp_path, date(2019, 9, 30)).quantities["snapshot.children_in_care"]
    assert 301 < found.value < 349
    assert "Between 349 at 31 March 2019 and 301 at 31 March 2020" in found.note


@pytest.mark.parametrize("name", ["somerset", "swindon"])
def test_targets_agree_with_those_that_were_worked_out_by_hand(known: councils.Evidence, name: str) -> None:
    by_hand = scenario.load(name)
    targets = baseline(known, councils.find(known, by_hand.authority), by_hand.start).targets
    apart = [
        key
        for key, mine in targets.items()
        for theirs in [by_hand.quantities[f"target.{key}"]]
        if not (theirs.low <= mine.value <= theirs.high or mine.low <= theirs.value <= mine.high)
    ]
    assert len(targets) == 30
    assert apart == []


def test_assessments_of_2014_which_are_partial_are_not_used(known: councils.Evidence) -> None:
    assert "assessments_completed_number" not in known.rows["Durham", 2014]
    found = baseline(known, councils.find(known, "Durham"), date(2014, 3, 31)).targets["assessments"]
    assert found.value > 4000


def test_a_band_that_is_suppressed_takes_what_the_others_leave(known: councils.Evidence) -> None:
    row = known.rows["Calderdale", 2024]
    gaps = [f"cpp_ended_duration_{band}_pct" for band in ("3to6m", "2yplus")]
    assert not set(gaps) & set(row)
    targets = baseline(known, councils.find(known, "Calderdale")).targets
    left = 1 - fsum(row[f"cpp_ended_duration_{band}_pct"] for band in ("le3m", "6to12m", "1to2y")) / 100
    filled = targets["cp_ended_share_3_6m"], targets["cp_ended_share_2y_plus"]
    assert isclose(fsum(each.value for each in filled), left, abs_tol=0.002)
    assert "a suppressed part of what is left" in filled[0].note


def test_a_council_that_has_ended_names_its_successors(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="ended in 2021: its successors are North Northamptonshire and West"):
        draft.write("Northamptonshire", out=tmp_path / "old.toml")


def test_a_council_that_is_newer_than_the_day_names_the_one_before(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"must be from 2024-03-31 .* before that there was Cumbria"):
        draft.write("Cumberland", start=date(2019, 3, 31), out=tmp_path / "new.toml")


def test_a_year_of_which_only_the_population_is_held_is_not_where_a_scenario_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = tmp_path / "later.csv"
    later.write_text("council,year,population_0_17_mid_year_before\nKent,2025,350000\n", encoding="utf-8")
    update.run([later], tmp_path / "evidence")
    monkeypatch.setenv(evidence.FOLDER, str(tmp_path / "evidence"))
    assert draft.write("Kent", out=tmp_path / "kent.toml").start == date(2024, 3, 31)


def test_a_day_far_from_any_figure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"--start = 2035-03-31: must be from 2013-03-31 to 2026-12-31 for Kent"):
        draft.write("Kent", start=date(2035, 3, 31), out=tmp_path / "late.toml")


def test_a_file_in_the_way_stays_unless_it_is_to_be_written_over(tmp_path: Path) -> None:
    path = tmp_path / "kent.toml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(Problem, match="is there already: give another --out, or --force"):
        draft.write("Kent", out=path)
    assert path.read_text(encoding="utf-8") == "mine"
    draft.write("Kent", out=path, force=True)
    assert scenario.load(path).authority == "Kent"
    assert [each.name for each in tmp_path.iterdir()] == ["kent.toml"]


def test_python_code_can_make_and_open_a_councils_scenario_at_once(tmp_path: Path) -> None:
    assert api.new("York", out=tmp_path / "york.toml").scenario.authority == "York"


def test_the_same_council_and_evidence_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (draft.write("York", out=tmp_path / f"{n}.toml").path.read_bytes() for n in "ab")
    assert first == second


def test_the_first_team_goes_live_when_workers_can_be_hired_and_trained() -> None:
    assert draft.first_go_live(date(2024, 3, 31)) == date(2024, 10, 1)
    assert draft.first_go_live(date(2019, 6, 30)) == date(2020, 1, 1)
    assert draft.months_on(date(2024, 10, 1), 6) == date(2025, 4, 1)


def test_the_rates_of_a_small_council_can_be_fitted(tmp_path: Path) -> None:
    found = made("Rutland", tmp_path)
    solved = solve(found, found.central())
    met = {key: each.value for key, each in found.quantities.items()}
    assert isclose(solved.expected[2], met["snapshot.children_in_care"], rel_tol=0.1)


@pytest.mark.parametrize("words", ['He said "so"', "back\\slash", "tab\tand line\n", "\x7f\x00", "naïve £"])
def test_whatever_is_written_in_a_note_is_read_back(words: str) -> None:
    number = Quantity(0.25, 0.2, 1e-7 + 0.3, "share", "2020", "source", Status.DERIVED, words)
    read = tomllib.loads(writer.quantity("a.b c", number))["a.b c"]
    assert read == {
        "value": 0.25,
        "low": 0.2,
        "high": 1e-7 + 0.3,
        "unit": "share",
        "year": "2020",
        "source": "source",
        "status": "derived",
        "note": words,
    }


def test_where_nobody_is_counted_a_run_starts_from_one_child(known: councils.Evidence) -> None:
    snapshot = baseline(known, councils.find(known, "Isles of Scilly")).snapshot
    assert known.rows["Isles of Scilly", 2024]["cpp_at_31mar_number"] == 0
    assert snapshot["children_on_cp"].value == 1
    assert "Nobody was counted" in snapshot["children_on_cp"].note
