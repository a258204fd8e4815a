from __future__ import annotations

import numpy as np
import pytest
from small_town import STEADY, values, whole

from familyflow.engine import handover, structure
from familyflow.engine.handover import SETTLING_DAYS, Between
from familyflow.pathway import PATHWAY
from familyflow.scenario import timeline

CHANGES = {"staff.handover_stall_weeks": 2.0, "staff.worker_change_ratio": 0.6}
RATES = {"staff.turnover_rate": 0.5, "staff.agency_turnover_rate": 0.5, "staff.key_worker_turnover_rate": 1.0}
AT = PATHWAY.index


def between(changes: dict[str, float]) -> Between:
    given = values(CHANGES | changes)
    as_is = timeline.build(whole(), "no_change", given)
    return handover.between(structure.build(PATHWAY, given), whole().teams.values(), as_is)


def test_a_change_costs_its_stall_and_what_is_lost_while_the_new_worker_settles_in() -> None:
    cost = handover.cost(values(CHANGES))
    assert (cost.stall, cost.ratio) == (14.0, 0.6)
    assert pytest.approx(3 * 365.25 / 12) == SETTLING_DAYS
    assert cost.lost == pytest.approx(14 + 0.4 * 91.3125)


def test_without_turnover_the_pace_is_the_published_one() -> None:
    steady = between(STEADY)
    assert (steady.pace == 1).all()
    assert (steady.time == 1).all()


def test_between_changes_cases_make_up_for_what_changes_cost() -> None:
    found, lost = between(RATES), 14 + 0.4 * 91.3125
    for stage in ("cin", "cp", "pre_proceedings", "kinship", "residential"):
        assert found.pace[AT[stage]] == pytest.approx(1 / (1 - 0.5 / 365.25 * lost))
        assert found.time[AT[stage]] == 1
    assert found.pace[AT["early_help"]] == pytest.approx(1 / (1 - 1.0 / 365.25 * lost))
    for stage in ("assessment", "section47", "care_proceedings"):
        assert found.time[AT[stage]] == pytest.approx(1 - 0.5 / 365.25 * 14)
        assert found.pace[AT[stage]] == 1


def test_stages_that_no_worker_holds_have_the_published_pace() -> None:
    found = between(RATES)
    for stage in ("contact", "referral", "screened_out", "closed"):
        assert (found.pace[AT[stage]], found.time[AT[stage]]) == (1, 1)


def test_a_role_s_turnover_counts_as_much_as_the_role_does_in_the_team() -> None:
    agency = {"staff.turnover_rate": 0.1, "staff.agency_turnover_rate": 1.1, "staff.vacancy_rate": 0.4}
    found = between(STEADY | agency | {"staff.agency_share": 0.5})
    yearly = (0.6 * 0.1 + 0.2 * 1.1) / 0.8
    lost = 14 + 0.4 * 91.3125
    assert found.pace[AT["cin"]] == pytest.approx(1 / (1 - yearly / 365.25 * lost))


def test_no_turnover_that_can_be_drawn_makes_the_pace_negative() -> None:
    worst = {"staff.agency_turnover_rate": 3.0, "staff.vacancy_rate": 0.54, "staff.turnover_rate": 0.18}
    found = between(worst | {"staff.handover_stall_weeks": 6.0, "staff.worker_change_ratio": 0.7})
    assert (found.pace >= 1).all()
    assert np.isfinite(found.pace).all()
    assert (found.time > 0).all()
