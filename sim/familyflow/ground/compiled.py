"""The one place where a small numeric function is compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

Function = TypeVar("Function", bound="Callable[..., object]")


def compiled(function: Function) -> Function:
    """Compile a function with Numba at its first call, keep the machine code on disk, and keep its types."""
    return cast("Function", numba.njit(cache=True)(function))
