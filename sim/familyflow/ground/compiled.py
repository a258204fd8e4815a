"""The one place where a small numeric function is compiled, and where records are reached by their number."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba
from numba.core import cgutils, types
from numba.extending import intrinsic

CONFIG: Final[Any] = numba.config
SIGNED: Final[Any] = types.Integer
PACKAGE: Final = Path(__file__).parents[1]


def cache_folder() -> Path:
    """Return where machine code is kept: a folder of the user's for this very code.

    Numba looks only at the file of a function, not at the files of what it calls; so any change of the code is a new
    folder. NUMBA_CACHE_DIR, where it is set, stands before this.
    """
    code = sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        code.update(path.read_bytes())
    home = {"win32": "LOCALAPPDATA"}.get(sys.platform, "XDG_CACHE_HOME")
    root = Path(os.environ.get(home) or Path.home() / ".cache")
    return root / "familyflow" / code.hexdigest()[:16]


if not os.environ.get("NUMBA_CACHE_DIR"):
    CONFIG.CACHE_DIR = str(cache_folder())

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile a function with Numba at its first call, keep the machine code on disk, and keep its types.

    Calls from compiled code pass whole numbers as 64 bits: Numba would compile the callee anew for each width of
    number and each literal, which takes minutes for what is the same code.
    """
    dispatcher: Any = numba.njit(cache=True)(function)
    resolve = dispatcher.get_call_template
    dispatcher.get_call_template = lambda given, named: resolve(tuple(map(_widened, given)), named)
    return cast("Function", dispatcher)


def is_kept(function: Callable[..., object]) -> bool:
    """Say whether a compiled function's machine code is on disk."""
    folder = Path(CONFIG.CACHE_DIR)
    name = getattr(function, "__qualname__", "")
    return folder.is_dir() and any(folder.rglob(f"*.{name}-*.nbi"))


def _widened(kind: Any) -> Any:  # noqa: ANN401 - Numba's types
    """Return the type as which an argument is passed."""
    plain: Any = getattr(kind, "literal_type", kind)
    return types.int64 if isinstance(plain, SIGNED) and plain.signed else plain


@intrinsic
def _row(_: object, first: Any, index: Any) -> Any:  # noqa: ANN401 - Numba's types
    """Return the record that lies so many records after the first of its array.

    An array takes seven words to hand from function to function, its first record one: with some twenty arrays that
    is most of an event's time.
    """

    def generate(context: Any, builder: Any, _: object, given: Any) -> Any:  # noqa: ANN401
        start, number = given
        size = context.get_constant(types.intp, first.size)
        offset = builder.mul(context.cast(builder, number, index, types.intp), size)
        byte = builder.gep(builder.bitcast(start, cgutils.voidptr_t), [offset])
        return builder.bitcast(byte, start.type)

    return first(first, index), generate


@intrinsic
def _copy(_: object, to: Any, source: Any) -> Any:  # noqa: ANN401 - Numba's types
    """Write one record over another of its kind."""

    def generate(context: Any, builder: Any, _: object, given: Any) -> Any:  # noqa: ANN401
        write: Any = cgutils.raw_memcpy
        write(builder, given[0], given[1], context.get_constant(types.intp, 1), to.size)
        return context.get_dummy_value()

    return types.none(to, source), generate


row = cast("Callable[[Any, int], Any]", _row)
copy = cast("Callable[[Any, Any], None]", _copy)
