"""A mode for developers: machine code that checks each number by which it reaches into an array, and names it.

`FAMILYFLOW_CHECK_BOUNDS=1` sets it for a process and those that it starts. Without it nothing is checked and nothing is
paid: a number that is out of bounds reads, or writes, what lies beside the array.
"""

from __future__ import annotations

import os
from typing import Any, Final

from numba.core import cgutils, types
from numba.np import arrayobj

VARIABLE: Final = "FAMILYFLOW_CHECK_BOUNDS"
CHECKED: Final = os.environ.get(VARIABLE, "") not in {"", "0"}
"""Whether numbers are checked, for as long as the process runs: machine code of both kinds cannot be mixed."""


class OutOfBoundsError(IndexError):
    """Say in which function which array was to be reached by a number that it does not have: a fault of ours."""

    def __init__(self, array: str, function: str, number: int, length: int) -> None:
        super().__init__(array, function, number, length)

    def __str__(self) -> str:
        """Name the array and the number."""
        array, function, number, length = self.args
        return f"{function} reaches for number {number} of {array}, which has {length}, from 0"


def check(context: Any, builder: Any, number: Any, length: Any, array: str) -> None:  # noqa: ANN401 - Numba's types
    """Let a function end with `OutOfBoundsError` unless 0 <= number < length, both words."""
    unlikely: Any = cgutils.if_unlikely
    outside = builder.icmp_unsigned(">=", number, length)  # as an unsigned word, one below 0 is above all lengths
    with unlikely(builder, outside):
        told = (array, context.fndesc.qualname, number, length)
        context.call_conv.return_dynamic_user_exc(builder, OutOfBoundsError, told, (None, None, types.intp, types.intp))


def _check_axis(context: Any, builder: Any, number: Any, length: Any, axis: int = 0) -> None:  # noqa: ANN401 - the same
    """Check a number along one axis of an array, whose name Numba does not know."""
    check(context, builder, number, length, f"an array (axis {axis})")


def _as_given(context: Any, builder: Any, kind: Any, number: Any, _: object) -> Any:  # noqa: ANN401 - the same
    """Return a number along an axis as it is: one below 0 stands for nobody here, and not for the last."""
    return context.cast(builder, number, kind, types.intp)


def watch() -> None:
    """Have Numba check numbers our way: by itself it says neither number nor place, and takes -1 for the last."""
    numbers: Any = cgutils
    arrays: Any = arrayobj
    numbers.do_boundscheck = _check_axis
    arrays.fix_integer_index = _as_given


if CHECKED:
    watch()
