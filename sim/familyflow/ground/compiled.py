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
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model

CONFIG: Final[Any] = numba.config
LLVM: Final[Any] = cgutils.ir  # type: ignore[attr-defined] # its own package publishes no types
SIGNED: Final[Any] = types.Integer
Pair: Final[Any] = types.UniTuple
CODE: Final = ("engine", "scenario", "pathway", "ground", "calibrate/trends/state_space.py")
"""What compiles functions, and all that it can use: a change elsewhere leaves the machine code as it is."""
CACHE_LINE: Final = 64
WORD: Final = 64
PACKAGE: Final = Path(__file__).parents[1]


def cache_folder() -> Path:
    """Return where machine code is kept: a folder of the user's for this very code.

    Numba looks only at the file of a function, not at the files of what it calls; so any change of code that may be
    compiled is a new folder. NUMBA_CACHE_DIR, where it is set, stands before this.
    """
    code = sha256()
    for name in CODE:
        place = PACKAGE / name
        for path in sorted(place.rglob("*.py")) or [place]:
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


@intrinsic
def _fetch(_: object, record: Any) -> Any:  # noqa: ANN401 - Numba's types
    """Bid the processor bring a record into its cache, and go on meanwhile; any address is allowed."""

    def generate(context: Any, builder: Any, _: object, given: Any) -> Any:  # noqa: ANN401
        word, byte = cgutils.int32_t, cgutils.voidptr_t
        kind = LLVM.FunctionType(LLVM.VoidType(), [byte, word, word, word])
        declare: Any = cgutils.get_or_insert_function
        start = builder.bitcast(given[0], byte)
        for offset in range(0, record.size, CACHE_LINE):
            line = builder.gep(start, [context.get_constant(types.intp, offset)])
            builder.call(declare(builder.module, kind, "llvm.prefetch.p0"), [line, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.none(record), generate


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


class Firsts(types.Type):
    """The first records of some arrays, by name, handed from function to function as the address of a table of them.

    Its name is short because Numba puts it into the name of every function that takes it.
    """

    def __init__(self, records: tuple[tuple[str, Any], ...]) -> None:
        self.records = dict(records)
        super().__init__(name=f"Firsts({sha256(repr(records).encode()).hexdigest()[:16]})")


def _record_of(_: object, kind: Firsts, name: str) -> Any:  # noqa: ANN401 - Numba's types
    """Return the type of the attribute that has an array's name."""
    return kind.records.get(name)


def _read(context: Any, builder: Any, kind: Firsts, table: Any, name: str) -> Any:  # noqa: ANN401 - Numba's types
    """Read the address of an array's first record."""
    return builder.load(_entry(context, builder, kind, table, name))


@infer_getattr
class _Attribute(AttributeTemplate):
    key = Firsts
    generic_resolve: Any = _record_of


FOR_READING: Final[Any] = lower_getattr_generic
FOR_READING(Firsts)(_read)
register_model(Firsts)(models.OpaqueModel)


def _entry(context: Any, builder: Any, kind: Firsts, table: Any, name: str) -> Any:  # noqa: ANN401 - Numba's types
    """Return where in the table the address of an array's first record is."""
    pointer = context.get_value_type(kind.records[name]).as_pointer()
    number = context.get_constant(types.intp, list(kind.records).index(name))
    return builder.gep(builder.bitcast(table, pointer), [number])


@intrinsic
def _firsts(_: object, arrays: Any) -> Any:  # noqa: ANN401 - Numba's types
    """Make the table of the first records of a named tuple of arrays; it lives as long as the caller runs."""
    kind = Firsts(tuple(zip(arrays.fields, (array.dtype for array in arrays.types), strict=True)))

    def generate(context: Any, builder: Any, _: object, given: Any) -> Any:  # noqa: ANN401
        room: Any = cgutils.alloca_once
        words = context.get_constant(types.intp, len(kind.records))
        table = builder.bitcast(room(builder, cgutils.intp_t, words), cgutils.voidptr_t)
        for i, (name, array) in enumerate(zip(arrays.fields, arrays.types, strict=True)):
            data = context.make_array(array)(context, builder, builder.extract_value(given[0], i)).data
            entry = _entry(context, builder, kind, table, name)
            builder.store(builder.bitcast(data, entry.type.pointee), entry)
        return table

    return kind(arrays), generate


fetch = cast("Callable[[Any], None]", _fetch)
firsts = cast("Callable[[Any], Any]", _firsts)
product = cast("Callable[[Any, Any], Any]", _product)
row = cast("Callable[[Any, int], Any]", _row)
copy = cast("Callable[[Any, Any], None]", _copy)
