import subprocess
import sys
from math import log

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from familyflow.ground.draws import exponential, name_key, uniform, words

WORD = 2**64
part = st.integers(0, 2**63 - 1)


def numpy_words(key: tuple[int, int], counter: tuple[int, int, int, int]) -> list[int]:
    """Ask NumPy for the same block; it adds one to its counter first, so it is given one less."""
    whole = sum(value * WORD**place for place, value in enumerate(counter))
    generator = np.random.Philox(counter=(whole - 1) % WORD**4, key=key[0] + key[1] * WORD)
    return [int(word) for word in generator.random_raw(4)]


def signed(word: int) -> int:
    """Give the signed number with the same 64 bits: a Python number reaches compiled code as one."""
    return word - WORD if word >= WORD // 2 else word


@pytest.mark.parametrize(
    ("key", "counter", "expected"),
    [
        (
            (0, 0),
            (0, 0, 0, 0),
            (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B),
        ),
        (
            (WORD - 1,) * 2,
            (WORD - 1,) * 4,
            (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
        ),
        (
            (0x452821E638D01377, 0xBE5466CF34E90C6C),
            (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
            (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6),
        ),
    ],
)
def test_the_words_are_those_published_with_the_generator(
    key: tuple[int, ...], counter: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    assert tuple(int(word) for word in words(*map(signed, key + counter))) == expected


@given(st.tuples(part, part), st.tuples(part, part, part, part))
@example((0, 0), (0, 0, 0, 0))
@example((1, 2), (0, 0, 5, 0))
def test_the_words_are_numpys(key: tuple[int, int], counter: tuple[int, int, int, int]) -> None:
    assert [int(word) for word in words(*key, *counter)] == numpy_words(key, counter)


@given(part, part, part)
def test_a_uniform_lies_strictly_between_0_and_1(seed: int, entity: int, purpose: int) -> None:
    assert 0 < uniform(seed, 0, entity, 0, purpose, 0) < 1


def test_a_uniform_is_the_first_words_upper_53_bits_with_the_last_one_set() -> None:
    assert uniform(1, 2, 3, 4, 5, 6) == ((int(words(1, 2, 3, 4, 5, 6)[0]) >> 11) | 1) / 2**53


def test_an_exponential_is_the_uniforms_logarithm() -> None:
    assert exponential(1, 2, 3, 4, 5, 6) == pytest.approx(-log(uniform(1, 2, 3, 4, 5, 6)), rel=1e-15)


def test_each_part_of_the_key_changes_the_draw() -> None:
    keys = [tuple(int(place == changed) for place in range(6)) for changed in range(7)]
    assert len({uniform(*key) for key in keys}) == 7


@pytest.mark.parametrize("place", range(6))
def test_draws_along_any_part_of_the_key_are_uniform(place: int) -> None:
    keys = ([*[7] * place, value, *[7] * (5 - place)] for value in range(4000))
    assert stats.kstest([uniform(*key) for key in keys], "uniform").pvalue > 1e-4


def test_a_budget_is_one_on_average() -> None:
    budgets = [exponential(1, 0, family, 0, 0, 0) for family in range(20000)]
    assert np.mean(budgets) == pytest.approx(1, abs=0.03)


@given(st.text())
def test_a_names_key_is_a_whole_number_of_63_bits(name: str) -> None:
    assert 0 <= name_key(name) < 2**63


def test_a_names_key_never_changes() -> None:
    assert name_key("effect.care_entry") == 7027963352262524394


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_a_names_key_does_not_depend_on_pythons_hash(hash_seed: str) -> None:
    program = "from familyflow.ground.draws import name_key; print(name_key('plan.cp.care'))"
    printed = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        env={"PYTHONHASHSEED": hash_seed},
        text=True,
    ).stdout
    assert int(printed) == name_key("plan.cp.care")
