from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from familyflow.ground.problem import Problem
from familyflow.pathway.harms import ALL_THREE, HARMS, Flags, Floats, combinations, combined_ratio, joint

SOMERSET = {"domestic_abuse": 0.41, "mental_ill_health": 0.40, "drug_misuse": 0.21, "alcohol_misuse": 0.18}
SOMERSET_ANY, SOMERSET_ALL_THREE = 0.70, 0.14

HAS: dict[str, Flags] = dict(zip(HARMS, combinations().T, strict=True))
ANY = reduce(np.logical_or, HAS.values())
TRIO = reduce(np.logical_and, [reduce(np.logical_or, [HAS[harm] for harm in group]) for group in ALL_THREE])

shares = st.floats(0, 1)
weights = arrays(np.float64, len(ANY), elements=st.one_of(st.just(0.0), st.floats(1e-6, 1)))
joints = weights.filter(lambda drawn: drawn.sum() > 0).map(lambda drawn: drawn / drawn.sum())


def share(distribution: Floats, where: Flags) -> float:
    return min(1.0, float(distribution[where].sum()))


def entropy(distribution: Floats) -> float:
    positive = distribution[distribution > 0]
    return -float(positive @ np.log(positive))


def fitted(to: Floats) -> Floats:
    own = {harm: share(to, where) for harm, where in HAS.items()}
    return joint(own, share(to, ANY), share(to, TRIO))


def test_every_combination_of_harms_is_listed_once() -> None:
    rows = combinations()
    assert rows.shape == (2 ** len(HARMS), len(HARMS))
    assert len(np.unique(rows, axis=0)) == len(rows)
    assert not rows[0].any()
    assert rows[-1].all()


def test_somersets_six_published_shares_are_met() -> None:
    distribution = joint(SOMERSET, SOMERSET_ANY, SOMERSET_ALL_THREE)
    for harm, where in HAS.items():
        assert distribution[where].sum() == pytest.approx(SOMERSET[harm], abs=1e-9)
    assert distribution[ANY].sum() == pytest.approx(SOMERSET_ANY, abs=1e-9)
    assert distribution[TRIO].sum() == pytest.approx(SOMERSET_ALL_THREE, abs=1e-9)


@given(joints)
def test_all_shares_of_any_possible_population_are_met(population: Floats) -> None:
    distribution = fitted(population)
    for where in (*HAS.values(), ANY, TRIO, np.ones_like(ANY)):
        assert distribution[where].sum() == pytest.approx(population[where].sum(), abs=1e-9)
    assert (distribution >= 0).all()


@given(joints)
def test_no_population_with_the_same_shares_has_more_entropy(population: Floats) -> None:
    assert entropy(fitted(population)) >= entropy(population) - 1e-8


@given(st.tuples(*(shares for _ in HARMS)))
@example((0.8106699586048742, 0.8106699586048742, 0.8394304398387658, 0.8394304398387658))  # once stalled
def test_harms_are_independent_when_nothing_is_known_of_their_overlap(own: tuple[float, ...]) -> None:
    product = np.where(combinations(), own, 1 - np.array(own)).prod(axis=1)
    assert joint(dict(zip(HARMS, own, strict=True))) == pytest.approx(product, abs=1e-9)


def test_overlaps_that_independence_already_gives_change_nothing() -> None:
    independent = joint(SOMERSET)
    assert fitted(independent) == pytest.approx(independent, abs=1e-9)


@pytest.mark.parametrize(
    ("own", "any_harm", "all_three"),
    [
        pytest.param((0, 0, 0, 0), 0, 0, id="nobody"),
        pytest.param((1, 1, 1, 1), 1, 1, id="everybody"),
        pytest.param((0.41, 0, 0.21, 0.18), None, 0, id="one harm that nobody has"),
        pytest.param((1, 0.4, 0.21, 0.18), 1, None, id="one harm that everybody has"),
        pytest.param((0.41, 0.40, 0.21, 0.18), 0.41, None, id="everyone with a harm has the commonest"),
        pytest.param((0.1, 0.2, 0.15, 0.05), 0.5, None, id="nobody has two"),
        pytest.param((0.41, 0.40, 0.21, 0.18), None, 0.39, id="either substance comes with the other two"),
        pytest.param((0.41, 0.40, 0.21, 0.18), 1, 0, id="everyone has one, nobody all three"),
    ],
)
def test_shares_at_the_edge_of_what_is_possible_are_met(
    own: tuple[float, ...], any_harm: float | None, all_three: float | None
) -> None:
    distribution = joint(dict(zip(HARMS, own, strict=True)), any_harm, all_three)
    for where, wanted in (*zip(HAS.values(), own, strict=True), (ANY, any_harm), (TRIO, all_three)):
        if wanted is not None:
            assert distribution[where].sum() == pytest.approx(wanted, abs=1e-9)


def test_a_harm_that_nobody_has_is_in_no_combination() -> None:
    distribution = joint({**SOMERSET, "drug_misuse": 0.0}, SOMERSET_ANY)
    assert (distribution[HAS["drug_misuse"]] == 0).all()


def test_another_harm_needs_nothing_but_its_name_and_share() -> None:
    harms = (*HARMS, "learning_disability")
    distribution = joint({**SOMERSET, "learning_disability": 0.1}, SOMERSET_ANY, SOMERSET_ALL_THREE, harms)
    rows = combinations(harms)
    assert distribution.shape == (2 ** len(harms),)
    assert distribution[rows[:, -1]].sum() == pytest.approx(0.1, abs=1e-9)
    assert distribution[rows.any(axis=1)].sum() == pytest.approx(SOMERSET_ANY, abs=1e-9)


@pytest.mark.parametrize(
    ("changes", "any_harm", "all_three", "message"),
    [
        ({}, 0.30, None, r"^harms\.any = 0\.3: with .* it lies between 0\.41 and 1$"),
        ({"domestic_abuse": 0.1, "mental_ill_health": 0.1}, 0.70, None, r"it lies between 0\.21 and 0\.59$"),
        ({}, 0.70, 0.30, r"^harms\.all_three = 0\.3: with .*harms\.any 0\.7 it lies between 0 and 0\.25$"),
        ({}, None, 0.40, r"^harms\.all_three = 0\.4: .* it lies between 0 and 0\.39$"),
        (dict.fromkeys(HARMS, 0.0), 1.0, None, r"^harms\.any = 1: .* it lies between 0 and 0$"),
        ({"drug_misuse": 21.0}, None, None, r"^harms\.drug_misuse = 21: a share lies between 0 and 1$"),
        ({"drug_misuse": -0.1}, None, None, r"^harms\.drug_misuse = -0\.1: a share"),
        ({"drug_misuse": float("nan")}, None, None, r"^harms\.drug_misuse = nan: a share"),
        ({}, 1.01, None, r"^harms\.any = 1\.01: a share"),
        (
            {"drug_missuse": 0.2},
            None,
            None,
            r"^harms\.drug_missuse: not a harm.*\(did you mean 'drug_misuse'\?\)$",
        ),
    ],
)
def test_shares_that_cannot_be_are_refused_with_the_reason(
    changes: dict[str, float], any_harm: float | None, all_three: float | None, message: str
) -> None:
    with pytest.raises(Problem, match=message):
        joint({**SOMERSET, **changes}, any_harm, all_three)


def test_a_missing_harm_is_named() -> None:
    known = {harm: value for harm, value in SOMERSET.items() if harm != "alcohol_misuse"}
    with pytest.raises(Problem, match=r"^harms\.alcohol_misuse: missing"):
        joint(known)


RATIOS = np.array([2.0, 3.0, 1.5, 0.5])


def active(*names: str) -> Flags:
    return np.array([harm in names for harm in HARMS])


def test_no_active_harm_leaves_a_risk_as_it_is() -> None:
    assert combined_ratio(RATIOS, active(), power=0.7, cap=4.0) == 1.0


def test_active_harms_multiply() -> None:
    both = active("domestic_abuse", "drug_misuse")
    assert combined_ratio(RATIOS, both, power=1.0, cap=4.0) == 3.0


def test_a_power_below_1_tempers_the_product() -> None:
    both = active("domestic_abuse", "mental_ill_health")
    assert combined_ratio(RATIOS, both, power=0.5, cap=4.0) == pytest.approx(6.0**0.5, rel=1e-15)


def test_the_product_never_passes_the_cap() -> None:
    assert combined_ratio(RATIOS, active(*HARMS), power=1.0, cap=4.0) == 4.0


def test_a_protective_ratio_is_neither_capped_nor_floored() -> None:
    assert combined_ratio(RATIOS, active("alcohol_misuse"), power=1.0, cap=4.0) == 0.5


@given(
    arrays(np.float64, len(HARMS), elements=st.floats(1, 20)),
    arrays(np.bool_, len(HARMS)),
    st.floats(0, 1),
    st.floats(1, 10),
)
def test_one_harm_more_never_lowers_a_risk_that_each_harm_raises(
    ratios: Floats, now: Flags, power: float, cap: float
) -> None:
    for more in range(len(HARMS)):
        worse = now | (np.arange(len(HARMS)) == more)
        assert combined_ratio(ratios, worse, power, cap) >= combined_ratio(ratios, now, power, cap) * (1 - 1e-12)
