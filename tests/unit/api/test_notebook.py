"""What a notebook shows and asks of a run: one line, a summary, figures, differences, events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import familyflow
from familyflow.experiment.trace import COLUMNS
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from familyflow.api import Results

pytestmark = pytest.mark.long
PLAN = "as_published"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Run two draws of two years."""
    opened = familyflow.load("swindon")
    return opened.run(draws=2, years=2, schedules=[PLAN], workers=1, out=tmp_path_factory.mktemp("notebook") / "run")


def test_what_is_named_is_named_in_one_line(results: Results) -> None:
    for each in (familyflow.load("swindon"), results):
        assert "Swindon" in repr(each)
        assert len(repr(each)) < 200
        assert "\n" not in repr(each)


def test_a_number_can_be_set_and_no_other_moves() -> None:
    opened = familyflow.load("swindon")
    changed = opened.with_({"effect.care_entry": 0.8})
    differ = {k for k, each in opened.scenario.quantities.items() if each != changed.scenario.quantities[k]}
    assert differ == {"effect.care_entry"}
    with pytest.raises(Problem, match=r"effect\.care_entri"):
        opened.with_({"effect.care_entri": 0.8})


def test_a_notebook_shows_the_summary_that_the_page_begins_with(results: Results) -> None:
    shown = results._repr_html_()
    assert shown.startswith("<h3>")
    assert "<table" in shown
    assert "too few to decide" in shown


def test_a_difference_is_that_of_the_same_draws(results: Results) -> None:
    found = results.difference(PLAN).set_index("measure")
    monthly = results.monthly
    last = monthly[(monthly["measure"] == "children_in_care") & (monthly["month"] == monthly["month"].max())]
    each = last.groupby(["schedule", "draw"], observed=True)["value"].sum()
    expected = (each[PLAN] - each["no_change"]).mean()
    assert found.loc["children_in_care_end", "mean"] == pytest.approx(expected)


@pytest.mark.parametrize("schedule", ["no_change", PLAN])
def test_events_add_up_to_the_measures_of_their_draw(results: Results, schedule: str) -> None:
    events = results.events(draw=1, schedule=schedule)
    assert tuple(events.columns) == COLUMNS
    assert events["timestamp"].is_monotonic_increasing
    begun = events[(events["activity"] == "enter cin") & (events["exit"] == 0)]
    after = begun[begun["timestamp"] > np.datetime64(results.plan.scenario.start)]
    monthly = results.monthly
    rows = monthly[(monthly["draw"] == 1) & (monthly["schedule"] == schedule) & (monthly["measure"] == "cin_starts")]
    assert after["amount"].sum() == rows["value"].sum() > 0
    assert set(events["resource"]) <= {*results.plan.scenario.teams, ""}


def test_a_family_s_life_is_told_in_order(results: Results) -> None:
    days = [day for day, _ in results.trace(family=12)]
    assert days == sorted(days)
    assert days


def test_a_measure_is_drawn_a_panel_a_schedule(results: Results) -> None:
    figure = results.plot("children_on_cp")
    assert next(axes.get_title(loc="left") for axes in figure.axes if axes.get_visible()).startswith("No change")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (lambda found: found.events(draw=2), "draw = 2: must be from 0 to 1"),
        (lambda found: found.events(schedule="all_at_once"), "schedule = all_at_once: was not run"),
        (lambda found: found.difference("nothing"), "there is no schedule 'nothing'"),
        (lambda found: found.plot("children_in_car"), "did you mean 'children_in_care'"),
    ],
)
def test_what_was_not_run_is_said_in_one_sentence(results: Results, asked: object, says: str) -> None:
    with pytest.raises(Problem, match=says):
        asked(results)  # type: ignore[operator] # one of the functions above
