"""The one place where a small numeric function is compiled."""

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

from familyflow.ground.bounds import CHECKED

CONFIG: Final[Any] = numba.config
LLVM: Final[Any] = cgutils.ir  # type: ignore[attr-defined] # its own package publishes no types
SIGNED: Final[Any] = types.Integer
Pair: Final[Any] = types.UniTuple
CODE: Final = ("engine", "scenario", "pathway", "ground", "calibrate/trends/state_space.py")
"""What compiles functions, and all that it can use: a change elsewhere leaves the machine code as it is."""
WORD: Final = 64
_CHECKED_CODE: Final = "checked"
PACKAGE: Final = Path(__file__).parents[1]


def cache_folder() -> Path:
    """Return where machine code is kept: a folder of the user's for this very code, and one beside it for checked code.

    Numba looks only at the file of a function, not at the files of what it calls; so any change of code that may be
    compiled is a new folder. NUMBA_CACHE_DIR, where it is set, stands before this.
    """
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(given, _CHECKED_CODE) if CHECKED else Path(given)
    code = sha256()
    for name in CODE:
        place = PACKAGE / name
        for path in sorted(place.rglob("*.py")) or [place]:
            code.update(path.read_bytes())
    home = {"win32": "LOCALAPPDATA"}.get(sys.platform, "XDG_CACHE_HOME")
    root = Path(os.environ.get(home) or Path.home() / ".cache")
    return root / "familyflow" / (code.hexdigest()[:16] + (f"-{_CHECKED_CODE}" if CHECKED else ""))


CONFIG.CACHE_DIR = str(cache_folder())

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile a function with Numba at its first call, keep the machine code on disk, and keep its types.

    Calls from compiled code pass whole numbers as 64 bits: Numba would compile the callee anew for each width of
    number and each literal, which takes minutes for what is the same code.
    """
    dispatcher: Any = numba.njit(cache=True, boundscheck=CHECKED or None)(function)
    resolve = dispatcher.get_call_template
    dispatcher.get_call_template = lambda given, named: resolve(tuple(map(_widened, given)), named)
    return cast("Function", dispatcher)


def is_kept(function: Callable[..., object]) -> bool:
    """Return whether a compiled function's machine code is on disk."""
    folder = Path(CONFIG.CACHE_DIR)
    name = getattr(function, "__qualname__", "")
    return folder.is_dir() and any(folder.rglob(f"*.{name}-*.nbi"))


def _widened(kind: Any) -> Any:  # noqa: ANN401 - Numba's types
    """Return the type as which an argument is passed."""
    plain: Any = getattr(kind, "literal_type", kind)
    return types.int64 if isinstance(plain, SIGNED) and plain.signed else plain


@intrinsic
def _product(_: object, one: Any, other: Any) -> Any:  # noqa: ANN401 - Numba's types
    """Return the high and the low word of the product of two unsigned words, which processors give at once."""
    pair = Pair(types.uint64, 2)

    def generate(context: Any, builder: Any, _: object, given: Any) -> Any:  # noqa: ANN401
        wide, word = LLVM.IntType(2 * WORD), LLVM.IntType(WORD)
        product = builder.mul(*(builder.zext(factor, wide) for factor in given))
        high = builder.trunc(builder.lshr(product, wide(WORD)), word)
        return context.make_tuple(builder, pair, [high, builder.trunc(product, word)])

    return pair(one, other), generate


product = cast("Callable[[Any, Any], Any]", _product)
