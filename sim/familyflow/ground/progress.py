"""How long work says how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told what is being done, how many are done and of how many; 0 of 0 when there is nothing to count."""


def silent(_doing: str, _done: int, _total: int) -> None:
    """Report nothing."""
