from __future__ import annotations

from itertools import product

from familyflow.engine.keys import ARRIVALS, LEAVERS, SCENARIO, Purpose, visit_key

UNUSED = 6
"""The number of a draw that is made no more, which no other draw may have."""


def test_every_visit_has_a_key_of_its_own() -> None:
    keys = {visit_key(place, count) for place, count in product(range(40), (0, 1, 2, 1000, 2**24 - 1))}
    assert len(keys) == 40 * 5


def test_every_purpose_has_a_number_of_its_own_which_never_changes() -> None:
    assert [int(p) for p in Purpose] == [n for n in range(1, len(Purpose) + 2) if n != UNUSED]
    assert (Purpose.GAP, Purpose.BUDGET, Purpose.OUTCOME, Purpose.TO_COURT) == (1, 7, 9, 24)
    assert (Purpose.LEAVES, Purpose.WHOSE_CASES, Purpose.WORKER, Purpose.CATEGORY) == (25, 26, 27, 28)
    assert Purpose.CAUSAL == 29


def test_the_owners_of_streams_are_no_families() -> None:
    assert 10**9 < ARRIVALS < SCENARIO < LEAVERS
