"""Linear algebra on one thread: small matrices gain nothing from more, and last digits hang on how many there are."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def one_thread() -> AbstractContextManager[object]:
    """Keep linear algebra on one thread for a while; to be called once the libraries that do it are imported."""
    limited: AbstractContextManager[object] = _pools().limit(limits=1, user_api="blas")
    return limited


@cache
def _pools() -> ThreadpoolController:
    """Find the pools of threads once: looking for them takes longer than a balance."""
    return ThreadpoolController()
