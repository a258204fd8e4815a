import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from familyflow.ground.compiled import CODE, PACKAGE, compiled, product

words = st.integers(0, 2**64 - 1)


@compiled
def _twice(number: float) -> float:
    return 2 * number


def test_a_compiled_function_gives_what_it_gave_before() -> None:
    assert _twice(1.5) == 3.0


@compiled
def _high_and_low(one: np.uint64, other: np.uint64) -> tuple[np.uint64, np.uint64]:
    found: tuple[np.uint64, np.uint64] = product(one, other)
    return found


@given(one=words, other=words)
def test_two_words_have_the_product_that_whole_numbers_have(one: int, other: int) -> None:
    high, low = _high_and_low(np.uint64(one), np.uint64(other))
    assert (int(high) << 64) + int(low) == one * other


def test_all_that_is_compiled_lies_on_the_floors_whose_change_compiles_anew() -> None:
    files = [path for path in PACKAGE.rglob("*.py") if "@compiled\n" in path.read_text(encoding="utf-8")]
    assert len(files) > 5
    names = [path.relative_to(PACKAGE).as_posix() for path in files]
    assert [
        name for name in names if not name.startswith(tuple(f"{each}/" for each in CODE)) and name not in CODE
    ] == []
