from __future__ import annotations

import numpy as np
import pytest
from small_town import begin, whole

from familyflow.engine import Ledger, simulate, story, tale
from familyflow.engine.records import Event


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return simulate(begin(size=0.1), "all_at_once")


def family_with(ledger: Ledger, *events: Event) -> int:
    """Return a family to whom all of these happen."""
    families = [set(ledger.events["family"][ledger.events["event"] == event].tolist()) for event in events]
    return int(min(set.intersection(*families)))


def test_a_tale_opens_with_the_family_and_goes_on_in_order(ledger: Ledger) -> None:
    family = family_with(ledger, Event.STARTED, Event.COMPLETED)
    told = tale.tell(ledger, family)
    days = [day for day, _ in told]
    assert told[0][1].startswith("A family with ")
    assert "active harms: " in told[0][1]
    assert days == sorted(days)
    assert all(text.endswith(".") and not text[0].islower() for _, text in told)


def test_a_tale_says_which_programme_was_completed_and_where(ledger: Ledger) -> None:
    text = " ".join(text for _, text in tale.tell(ledger, family_with(ledger, Event.COMPLETED)))
    assert "completes" in text
    assert "at an outside service" in text or "with the team's own worker" in text


def test_a_tale_of_a_child_says_how_care_ends(ledger: Ledger) -> None:
    log = ledger.events
    ended = log[(log["event"] == Event.LEAVE) & (log["child"] >= 0) & (log["exit"] == 1)]
    texts = [text for _, text in tale.tell(ledger, int(ended["family"][0]))]
    assert any("leaves care, sgo" in text for text in texts)


def test_a_tale_says_when_a_child_turns_18(ledger: Ledger) -> None:
    log = ledger.events
    grown = log[(log["event"] == Event.LEAVE) & (log["exit"] == -1)]
    assert any("turns 18" in text for _, text in tale.tell(ledger, int(grown["family"][0])))


def test_a_tale_says_why_a_plan_is_made_and_that_a_worker_changes(ledger: Ledger) -> None:
    planned = tale.tell(ledger, family_with(ledger, Event.CATEGORY))
    assert any(text.startswith("The plan is made for ") for _, text in planned)
    handed = tale.tell(ledger, family_with(ledger, Event.WORKER_CHANGED))
    assert any(text == "The case passes to another worker." for _, text in handed)


def test_a_family_that_never_comes_has_no_tale(ledger: Ledger) -> None:
    assert tale.tell(ledger, 10**9) == []


def test_a_story_is_the_tale_of_a_run(ledger: Ledger) -> None:
    family = family_with(ledger, Event.STARTED)
    assert story(ledger.world.start, "all_at_once", family) == tale.tell(ledger, family)


def test_tales_of_families_in_hubs_at_front_doors_and_with_services_can_be_told() -> None:
    everything = simulate(begin(size=0.05, town=whole()), "upheaval")
    told = [tale.tell(everything, int(family)) for family in np.unique(everything.events["family"])]
    texts = {text for sentences in told for _, text in sentences}
    assert all(told)
    assert all(text.endswith(".") for text in texts)
    assert any("Hub" in text for text in texts)
    assert any("parenting" in text for text in texts)


def test_every_family_s_tale_can_be_told(ledger: Ledger) -> None:
    busy = np.unique(ledger.events["family"][ledger.events["event"] >= Event.OFFERED])
    assert len(busy) > 20
    assert all(tale.tell(ledger, int(family)) for family in busy)
