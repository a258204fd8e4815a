from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_town import values

from familyflow.engine import structure
from familyflow.engine.structure import NOWHERE, TO_CARE, TO_HOME, TO_LEFT, Structure
from familyflow.pathway import PATHWAY
from familyflow.pathway.stages import CARE, HOME, LEFT, Kind

ENDS = {CARE: TO_CARE, HOME: TO_HOME, LEFT: TO_LEFT}


@pytest.fixture(scope="module")
def arrays() -> Structure:
    return structure.build(PATHWAY, values())


def test_each_exit_of_the_table_leads_to_the_same_stage_in_the_arrays(arrays: Structure) -> None:
    for s, stage in enumerate(PATHWAY.stages):
        assert arrays.exits[s] == len(stage.exits)
        for e, leads in enumerate(stage.exits):
            assert arrays.to[s, e] == ENDS.get(leads.to, PATHWAY.index.get(leads.to))
            assert arrays.improves[s, e] == leads.improves
            assert tuple(arrays.ages[s, e]) == leads.ages
        assert (arrays.to[s, len(stage.exits) :] == NOWHERE).all()


def test_a_path_is_found_by_its_names_and_a_wrong_one_is_not(arrays: Structure) -> None:
    s, e = arrays.locate("cp.pre_proceedings")
    assert PATHWAY.stages[s].exits[e].to == "pre_proceedings"
    with pytest.raises(KeyError, match="nowhere"):
        arrays.locate("nowhere.close")
    with pytest.raises(ValueError, match="not in tuple"):
        arrays.locate("cin.astray")


def test_without_a_harm_every_ratio_is_one(arrays: Structure) -> None:
    none = ~arrays.combos.any(axis=1)
    assert (arrays.ratio[:, :, none] == 1).all()


def test_a_harm_hastens_what_is_feared_and_slows_what_improves() -> None:
    given = values(
        {"harm.care_entry.drug_misuse": 2.0, "harm.plan_length.drug_misuse": 1.6, "harm.combining_power": 1.0}
    )
    arrays = structure.build(PATHWAY, given)
    only = (arrays.combos == [h == "drug_misuse" for h in PATHWAY.harms]).all(axis=1)
    assert arrays.ratio[(*arrays.locate("cin.care"), only)] == pytest.approx(2.0)
    assert arrays.ratio[(*arrays.locate("cin.close"), only)] == pytest.approx(1 / 1.6)
    assert arrays.ratio[(*arrays.locate("screened_out.contact"), only)] == 1.0


def test_several_harms_together_are_capped() -> None:
    ratios = {f"harm.care_entry.{h}": 5.0 for h in PATHWAY.harms}
    arrays = structure.build(PATHWAY, values(ratios | {"harm.combining_power": 1.0, "harm.cap": 4.0}))
    assert arrays.ratio[(*arrays.locate("cin.care"), arrays.combos.all(axis=1))] == pytest.approx(4.0)


def test_families_have_the_published_share_of_each_harm(arrays: Structure) -> None:
    shares = arrays.joint @ arrays.combos
    assert dict(zip(PATHWAY.harms, shares, strict=True)) == pytest.approx(
        {h: arrays.values[f"harms.{h}"] for h in PATHWAY.harms}
    )
    assert arrays.joint.sum() == pytest.approx(1.0)


def test_the_pathway_s_own_harms_are_drawn() -> None:
    pathway = replace(PATHWAY, harms=(*PATHWAY.harms, "gambling"))
    risks = {e.risk for s in PATHWAY.stages for e in s.exits} - {""}
    given = values({"harms.gambling": 0.25} | {f"harm.{risk}.gambling": 1.5 for risk in risks})
    arrays = structure.build(pathway, given)
    assert (arrays.joint @ arrays.combos)[-1] == pytest.approx(0.25)


def test_shares_drawn_each_from_its_own_range_are_scaled_to_one() -> None:
    given = values()
    doubled = given | {key: 2 * x for key, x in given.items() if key.startswith(("family.size.", "age."))}
    assert structure.build(PATHWAY, doubled).sizes.sum() == pytest.approx(1.0)
    assert structure.build(PATHWAY, doubled).age_shares == pytest.approx(structure.build(PATHWAY, given).age_shares)


def test_the_mean_family_has_the_children_that_its_sizes_say() -> None:
    given = values({f"family.size.{k}": float(k == 3) for k in range(1, 7)})
    assert structure.build(PATHWAY, given).mean_size == pytest.approx(3.0)


def test_a_published_median_stands_before_the_mean() -> None:
    s = PATHWAY.index["assessment"]
    by_median = structure.build(PATHWAY, values({"target.assessment_median_days": 20.0}))
    median = by_median.scale[s] * np.log(2) ** (1 / by_median.shape[s])
    assert median == pytest.approx(28.0)
    given = values({"assessment.days": 50.0})
    del given["target.assessment_median_days"]
    by_mean = structure.build(PATHWAY, given)
    assert by_mean.scale[s] < 60
    assert by_mean.scale[s] > 50


def test_limits_are_in_calendar_days(arrays: Structure) -> None:
    assert arrays.limit[PATHWAY.index["assessment"]] == pytest.approx(63.0)
    assert arrays.limit[PATHWAY.index["section47"]] == pytest.approx(21.0)


def test_plans_have_no_time_of_their_own(arrays: Structure) -> None:
    plans = np.array([s.kind is Kind.PLAN for s in PATHWAY.stages])
    assert (arrays.decision == ~plans).all()
    assert (arrays.scale[plans] == 0).all()
    assert (arrays.scale[~plans] > 0).all()


def test_a_number_that_is_not_given_is_missed_by_name() -> None:
    given = values()
    del given["section47.shape"]
    with pytest.raises(KeyError, match=r"section47\.shape"):
        structure.build(PATHWAY, given)


def test_nobody_can_change_where_bands_begin() -> None:
    with pytest.raises(ValueError, match="read-only"):
        structure.STARTS[0] = 1.0
