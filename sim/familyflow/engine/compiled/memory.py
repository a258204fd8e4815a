"""How compiled code reaches records: by their number in an array, of which it is handed the first record alone.

An array takes seven words to hand from function to function, its first record one: with some twenty arrays that is most
of an event's time. What is handed on is a table of first records (`firsts`), by the names of the arrays. Where numbers
are checked (`ground.bounds`) the length of its array goes with each first record (`Line`); else nothing does.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from numba.core import cgutils, types
from numba.core.typing.templates import AttributeTemplate, signature
from numba.extending import (
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    lower_setattr_generic,
    models,
    register_model,
)

from familyflow.ground.bounds import CHECKED, check

if TYPE_CHECKING:
    from collections.abc import Callable

    from familyflow.engine.compiled.shapes import Arrays, Record, Rows

Kind: TypeAlias = Any
Context: TypeAlias = Any
Builder: TypeAlias = Any
Value: TypeAlias = Any
"""Numba's types, what it knows where it writes machine code, and what a value is there; it publishes no types."""

LLVM: Final[Any] = cgutils.ir  # type: ignore[attr-defined] # its own package publishes no types
CACHE_LINE: Final = 64
FOR_READING: Final[Any] = lower_getattr_generic
FOR_WRITING: Final[Any] = lower_setattr_generic
SIGNATURE: Final[Any] = signature
STRUCT: Final[Any] = cgutils.create_struct_proxy
STRUCT_MODEL: Final[Any] = models.StructModel


class Line(types.Type):
    """The first record of an array and the array's length: read and written as that record."""

    def __init__(self, array: str, record: Kind) -> None:
        self.array = array
        self.record = record
        super().__init__(name=f"Line({array}, {sha256(repr(record).encode()).hexdigest()[:16]})")


def _line_model(manager: object, line: Line) -> object:
    """Return what a line is in machine code."""
    return STRUCT_MODEL(manager, line, [("first", line.record), ("length", types.intp)])


class Firsts(types.Type):
    """The first records of some arrays, by name, handed from function to function as the address of a table of them.

    Its name is short because Numba puts it into the name of every function that takes it.
    """

    def __init__(self, records: tuple[tuple[str, Kind], ...]) -> None:
        self.records = {name: Line(name, record) if CHECKED else record for name, record in records}
        super().__init__(name=f"Firsts({sha256(repr(records).encode()).hexdigest()[:16]})")


register_model(Firsts)(models.OpaqueModel)
register_model(Line)(_line_model)


def _first(context: Context, builder: Builder, kind: Kind, value: Value) -> tuple[Kind, Value, Value | None]:
    """Return the type of a first record, its address, and the length of its array where that goes with it."""
    if not isinstance(kind, Line):
        return kind, value, None
    line = STRUCT(kind)(context, builder, value)
    return kind.record, line.first, line.length


def _nth(context: Context, builder: Builder, kind: Kind, start: Value, number: Value) -> Value:
    """Return the address of the record that lies so many records after one of its kind, as of bytes."""
    offset = builder.mul(number, context.get_constant(types.intp, kind.size))
    return builder.gep(builder.bitcast(start, cgutils.voidptr_t), [offset])


@intrinsic
def _row(_: object, first: Kind, index: Kind) -> tuple[Kind, object]:
    """Return the record of a number, by the first of its array."""

    def generate(context: Context, builder: Builder, _: object, given: Value) -> Value:
        kind, start, length = _first(context, builder, first, given[0])
        number = context.cast(builder, given[1], index, types.intp)
        if length is not None:
            check(context, builder, number, length, first.array)
        return builder.bitcast(_nth(context, builder, kind, start, number), start.type)

    record = first.record if isinstance(first, Line) else first
    return record(first, index), generate


@intrinsic
def _copy(_: object, to: Kind, source: Kind) -> tuple[Kind, object]:
    """Write one record over another of its kind."""

    def generate(context: Context, builder: Builder, _: object, given: Value) -> Value:
        write: Any = cgutils.raw_memcpy
        record, target, _length = _first(context, builder, to, given[0])
        _record, origin, _length = _first(context, builder, source, given[1])
        write(builder, target, origin, context.get_constant(types.intp, 1), record.size)
        return context.get_dummy_value()

    return types.none(to, source), generate


@intrinsic
def _fetch(_: object, first: Kind, index: Kind) -> tuple[Kind, object]:
    """Bid the processor bring the record of a number into its cache, and go on meanwhile.

    Any number is allowed, that of nobody too: nothing is read that the processor cannot read.
    """

    def generate(context: Context, builder: Builder, _: object, given: Value) -> Value:
        word, byte = cgutils.int32_t, cgutils.voidptr_t
        declared = LLVM.FunctionType(LLVM.VoidType(), [byte, word, word, word])
        declare: Any = cgutils.get_or_insert_function
        record, start, _length = _first(context, builder, first, given[0])
        nth = _nth(context, builder, record, start, context.cast(builder, given[1], index, types.intp))
        for offset in range(0, record.size, CACHE_LINE):
            line = builder.gep(nth, [context.get_constant(types.intp, offset)])
            builder.call(declare(builder.module, declared, "llvm.prefetch.p0"), [line, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.none(first, index), generate


@intrinsic
def _firsts(_: object, arrays: Kind) -> tuple[Kind, object]:
    """Make the table of the first records of a named tuple of arrays; it lives as long as the caller runs."""
    kind = Firsts(tuple(zip(arrays.fields, (array.dtype for array in arrays.types), strict=True)))

    def generate(context: Context, builder: Builder, _: object, given: Value) -> Value:
        room: Any = cgutils.alloca_once
        words = context.get_constant(types.intp, len(kind.records) * (2 if CHECKED else 1))
        table = builder.bitcast(room(builder, cgutils.intp_t, words), cgutils.voidptr_t)
        for i, (name, array) in enumerate(zip(arrays.fields, arrays.types, strict=True)):
            laid = context.make_array(array)(context, builder, builder.extract_value(given[0], i))
            entry = _entry(context, builder, kind, table, name)
            builder.store(_as_entry(context, builder, kind.records[name], laid), entry)
        return table

    return kind(arrays), generate


def _entry(context: Context, builder: Builder, kind: Firsts, table: Value, name: str) -> Value:
    """Return where in the table an array's first record is."""
    pointer = context.get_value_type(kind.records[name]).as_pointer()
    number = context.get_constant(types.intp, list(kind.records).index(name))
    return builder.gep(builder.bitcast(table, pointer), [number])


def _as_entry(context: Context, builder: Builder, kind: Kind, laid: Value) -> Value:
    """Return what the table holds of an array: the address of its first record, with its length where it is checked."""
    if not isinstance(kind, Line):
        return builder.bitcast(laid.data, context.get_value_type(kind))
    line = STRUCT(kind)(context, builder)
    line.first = builder.bitcast(laid.data, context.get_value_type(kind.record))
    line.length = builder.extract_value(laid.shape, 0)
    return line._getvalue()  # noqa: SLF001 - Numba's own way


def _record_of(_: object, kind: Firsts, name: str) -> Kind:
    """Return the type of the attribute that has an array's name."""
    return kind.records.get(name)


def _read(context: Context, builder: Builder, kind: Firsts, table: Value, name: str) -> Value:
    """Read an array's first record from the table."""
    return builder.load(_entry(context, builder, kind, table, name))


def _field_of(resolving: Any, line: Line, name: str) -> Kind:  # noqa: ANN401 - Numba's types
    """Return the type of a field of the first record."""
    return resolving.context.resolve_getattr(line.record, name)


def _read_field(context: Context, builder: Builder, line: Line, value: Value, name: str) -> Value:
    """Read a field of the first record."""
    record, start, _ = _first(context, builder, line, value)
    return context.get_getattr(record, name)(context, builder, record, start, name)


def _write_field(context: Context, builder: Builder, called: Kind, given: Value, name: str) -> Value:
    """Write a field of the first record."""
    record, start, _ = _first(context, builder, called.args[0], given[0])
    write = context.get_setattr(name, SIGNATURE(types.void, record, called.args[1]))
    return write(builder, (start, given[1]))


@infer_getattr
class _Attribute(AttributeTemplate):
    key = Firsts
    generic_resolve: Any = _record_of


@infer_getattr
class _Field(AttributeTemplate):
    key = Line
    generic_resolve: Any = _field_of


FOR_READING(Firsts)(_read)
FOR_READING(Line)(_read_field)
FOR_WRITING(Line)(_write_field)

fetch = cast("Callable[[Record, int], None]", _fetch)
firsts = cast("Callable[[Arrays], Rows]", _firsts)
row = cast("Callable[[Record, int], Record]", _row)
copy = cast("Callable[[Record, Record], None]", _copy)
