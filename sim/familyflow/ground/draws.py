"""Keyed randomness: every draw is a pure function of what it decides, so no draw can shift another.

Philox4x64-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
as 1, 2, 3" (2011). The key is (seed, replication), the counter (entity, visit, purpose, index).
"""

from __future__ import annotations

from hashlib import blake2b
from math import log
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from familyflow.ground.compiled import compiled, product

Words: TypeAlias = tuple[np.uint64, np.uint64, np.uint64, np.uint64]
Floats: TypeAlias = NDArray[np.float64]
WORDS: Final = 4
"""Words that one key and counter give."""

# The paper's constants: two multipliers, and the steps by which the key moves on each round.
_MULTIPLIER_0: Final = np.uint64(0xD2E7470EE14C6C93)
_MULTIPLIER_1: Final = np.uint64(0xCA5A826395121157)
_STEP_0: Final = np.uint64(0x9E3779B97F4A7C15)
_STEP_1: Final = np.uint64(0xBB67AE8584CAA73B)
_ROUNDS: Final = 10
# Every operand is an unsigned word: Numba would turn an unsigned word with a signed one into a float.
_ONE: Final = np.uint64(1)
_SPARE_BITS: Final = np.uint64(11)
_UNIT: Final = 2.0**-53


@compiled
def words(seed: int, replication: int, entity: int, visit: int, purpose: int, index: int) -> Words:
    """Return the four 64-bit words that belong to a key and a counter, six whole numbers from 0 below 2**63.

    NumPy adds one to its counter before it draws: numpy.random.Philox(counter=c, key=k).random_raw(4) gives
    what this gives at c + 1.
    """
    key_0, key_1 = np.uint64(seed), np.uint64(replication)
    x_0, x_1, x_2, x_3 = np.uint64(entity), np.uint64(visit), np.uint64(purpose), np.uint64(index)
    for _ in range(_ROUNDS):
        high_0, low_0 = product(_MULTIPLIER_0, x_0)
        high_1, low_1 = product(_MULTIPLIER_1, x_2)
        x_0, x_1, x_2, x_3 = high_1 ^ x_1 ^ key_0, low_1, high_0 ^ x_3 ^ key_1, low_0
        key_0, key_1 = key_0 + _STEP_0, key_1 + _STEP_1
    return x_0, x_1, x_2, x_3


@compiled
def _unit(word: np.uint64) -> float:
    return float((word >> _SPARE_BITS) | _ONE) * _UNIT


@compiled
def uniform(seed: int, replication: int, entity: int, visit: int, purpose: int, index: int) -> float:
    """Return a number strictly between 0 and 1: the first word's upper 53 bits, the last of them set."""
    return _unit(words(seed, replication, entity, visit, purpose, index)[0])


@compiled
def exponential(seed: int, replication: int, entity: int, visit: int, purpose: int, index: int) -> float:
    """Return a unit-exponential budget, above 0, with mean 1."""
    return -log(uniform(seed, replication, entity, visit, purpose, index))


@compiled
def fill_exponentials(
    seed: int, replication: int, entity: int, visit: int, purpose: int, first: int, out: Floats
) -> None:
    """Fill an array with unit-exponential budgets, four to an index, from the index `first` on."""
    for i in range(0, len(out), WORDS):
        drawn = words(seed, replication, entity, visit, purpose, first + i // WORDS)
        out[i] = -log(_unit(drawn[0]))
        if i + 1 < len(out):
            out[i + 1] = -log(_unit(drawn[1]))
        if i + 2 < len(out):
            out[i + 2] = -log(_unit(drawn[2]))
        if i + 3 < len(out):
            out[i + 3] = -log(_unit(drawn[3]))


def name_key(text: str) -> int:
    """Turn a name into a whole number below 2**63 that is the same on every machine and in every run."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1
