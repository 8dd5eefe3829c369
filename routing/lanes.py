"""Rows of lanes: the times of sixteen services at one node, which move through the hierarchy together.

Written as vector instructions of the compiler's own language, because a loop over the lanes of two rows that
might overlap is not turned into them reliably. The compiler maps them onto whatever the machine has.

A row is one cache line: sixteen times, unsigned 32-bit numbers, or eight 64-bit numbers, each a time in the
upper half and what decides between equal times in the lower. Since closed arcs and unreached nodes have a
time of 2**31 - 1, no sum overflows. Where two things decide between equal times, the length is in the number
and the number of the source in a second row; they are compared number first, then source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 16
"""Lanes in a row of times."""

KEYS = 8
"""Lanes in a row of 64-bit numbers."""

ROW_BYTES = 64

cgutils: Any = _cgutils  # not typed

_INDEX = ir.IntType(32)
_KEYS = ir.VectorType(ir.IntType(64), KEYS)
_SOURCES = ir.VectorType(ir.IntType(32), KEYS)


class _Rows(NamedTuple):
    """What a codegen needs to reach the rows of one array."""

    builder: Any
    data: Any
    vector: Any
    width: int

    def pointer(self, row: Any) -> Any:
        width = ir.Constant(row.type, self.width)
        first = self.builder.gep(self.data, [self.builder.mul(row, width)])
        return self.builder.bitcast(first, self.vector.as_pointer())

    def load(self, row: Any) -> Any:
        value = self.builder.load(self.pointer(row))
        value.align = self.vector.element.width // 8
        return value

    def store(self, row: Any, value: Any) -> None:
        self.builder.store(value, self.pointer(row)).align = self.vector.element.width // 8

    def all(self, number: int) -> Any:
        return ir.Constant(self.vector, [number] * self.vector.count)

    def splat(self, scalar: Any) -> Any:
        undefined = ir.Constant(self.vector, ir.Undefined)
        single = self.builder.insert_element(undefined, scalar, ir.Constant(_INDEX, 0))
        zeros = ir.Constant(ir.VectorType(_INDEX, self.vector.count), [0] * self.vector.count)
        return self.builder.shuffle_vector(single, undefined, zeros)


class _Soon(NamedTuple):
    """Which rows to ask for ahead of their use: those of the arc `distance` further on in the heads."""

    distance: int
    rows: tuple[_Rows, ...]


_AHEAD = 64
"""Arcs between asking for a row and using it: upward passes run through the arcs, downward ones back."""


def _ask(builder: Any, pointer: Any) -> None:
    """Have the cache line of a pointer fetched."""
    byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
    function = builder.module.declare_intrinsic(
        "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, word, word, word])
    )
    builder.call(function, [builder.bitcast(pointer, byte), word(0), word(3), word(1)])


def _data(context: Any, builder: Any, array_type: Any, array: Any) -> Any:
    return cgutils.create_struct_proxy(array_type)(context, builder, value=array).data


def _arcs(
    context: Any, builder: Any, sig: Any, args: Any, first: int, body: Callable[[Any, Any], None], soon: _Soon
) -> None:
    """Loop over arcs low..high; arguments from `first` on are heads, weights, low, high.

    The row that will be needed a few arcs later is asked for ahead of its use.
    """
    heads = _data(context, builder, sig.args[first], args[first])
    size = cgutils.create_struct_proxy(sig.args[first])(context, builder, value=args[first]).nitems
    weights = _data(context, builder, sig.args[first + 1], args[first + 1])
    low = context.cast(builder, args[first + 2], sig.args[first + 2], types.intp)
    high = context.cast(builder, args[first + 3], sig.args[first + 3], types.intp)
    with cgutils.for_range_slice(builder, low, high, ir.Constant(low.type, 1), low.type) as (i, _done):
        head = builder.zext(builder.load(builder.gep(heads, [i])), low.type)
        later = builder.add(i, ir.Constant(i.type, soon.distance))
        inside = builder.icmp_unsigned("<", later, size)
        later = builder.select(inside, later, i)
        further = builder.zext(builder.load(builder.gep(heads, [later])), low.type)
        for rows in soon.rows:
            _ask(builder, rows.pointer(further))
        body(head, builder.load(builder.gep(weights, [i])))


def _smaller(builder: Any, a: Any, b: Any) -> Any:
    return builder.select(builder.icmp_unsigned("<", a, b), a, b)


def _better(builder: Any, key: Any, source: Any, old_key: Any, old_source: Any) -> tuple[Any, Any]:
    """Lane by lane the smaller key; of equal keys the smaller source."""
    equal = builder.icmp_unsigned("==", key, old_key)
    tie = builder.and_(equal, builder.icmp_unsigned("<", source, old_source))
    wins = builder.or_(builder.icmp_unsigned("<", key, old_key), tie)
    return builder.select(wins, key, old_key), builder.select(wins, source, old_source)


def _operation(codegen: Callable[..., Any]) -> Callable[..., None]:
    """Make a function that writes instructions one that kernels can call."""
    return cast("Callable[..., None]", intrinsic(codegen))


def _halves(context: Any, builder: Any, array_type: Any, array: Any) -> tuple[_Rows, _Rows]:
    """The same rows twice, once as their lower and once as their upper lanes."""
    number = context.get_data_type(array_type.dtype)
    count = 8 * ROW_BYTES // number.width
    vector = ir.VectorType(number, count // 2)
    data = _data(context, builder, array_type, array)
    upper = builder.gep(data, [ir.Constant(ir.IntType(64), count // 2)])
    return _Rows(builder, data, vector, count), _Rows(builder, upper, vector, count)


@_operation
def pull_row(_: Any, rows: Any, row: Any, loaded: Any, heads: Any, weights: Any, low: Any, high: Any) -> Any:
    """Set a row to the least of itself and, over arcs low..high, row heads[i] + weights[i].

    Unless `loaded` is set, the row is taken to be unreached, whatever it holds.
    """

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        at = context.cast(builder, args[1], sig.args[1], types.intp)
        halves = _halves(context, builder, sig.args[0], args[0])
        far = 2**31 - 1 if halves[0].vector.element.width == 32 else 2**63 - 1
        least = [cgutils.alloca_once_value(builder, half.all(far)) for half in halves]
        with builder.if_then(cgutils.is_not_null(builder, args[2])):
            for half, own in zip(halves, least, strict=True):
                builder.store(half.load(at), own)

        def relax(head: Any, weight: Any) -> None:
            for half, own in zip(halves, least, strict=True):
                reached = builder.add(half.load(head), half.splat(weight))
                builder.store(_smaller(builder, reached, builder.load(own)), own)

        _arcs(context, builder, sig, args, 3, relax, _Soon(-_AHEAD, halves[:1]))
        for half, own in zip(halves, least, strict=True):
            half.store(at, builder.load(own))
        return context.get_dummy_value()

    return types.void(rows, row, loaded, heads, weights, low, high), codegen


@_operation
def push_row(_: Any, rows: Any, row: Any, heads: Any, weights: Any, low: Any, high: Any) -> Any:
    """For arcs low..high lower row heads[i] to the given row + weights[i]."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        halves = _halves(context, builder, sig.args[0], args[0])
        at = context.cast(builder, args[1], sig.args[1], types.intp)
        own = [half.load(at) for half in halves]

        def relax(head: Any, weight: Any) -> None:
            for half, lanes in zip(halves, own, strict=True):
                reached = builder.add(lanes, half.splat(weight))
                half.store(head, _smaller(builder, reached, half.load(head)))

        _arcs(context, builder, sig, args, 2, relax, _Soon(_AHEAD, halves[:1]))
        return context.get_dummy_value()

    return types.void(rows, row, heads, weights, low, high), codegen


@_operation
def pull_keys(
    _: Any, keys: Any, sources: Any, row: Any, loaded: Any, heads: Any, weights: Any, low: Any, high: Any
) -> Any:
    """As `pull_row`, for keys and the sources they come from; the two rows go together."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        table = _Rows(builder, _data(context, builder, sig.args[0], args[0]), _KEYS, KEYS)
        names = _Rows(builder, _data(context, builder, sig.args[1], args[1]), _SOURCES, KEYS)
        at = context.cast(builder, args[2], sig.args[2], types.intp)
        least = cgutils.alloca_once_value(builder, table.all((2**31 - 1) << 32))
        name = cgutils.alloca_once_value(builder, names.all(2**32 - 1))
        with builder.if_then(cgutils.is_not_null(builder, args[3])):
            builder.store(table.load(at), least)
            builder.store(names.load(at), name)

        def relax(head: Any, weight: Any) -> None:
            reached = builder.add(table.load(head), table.splat(weight))
            key, source = _better(builder, reached, names.load(head), builder.load(least), builder.load(name))
            builder.store(key, least)
            builder.store(source, name)

        _arcs(context, builder, sig, args, 4, relax, _Soon(-_AHEAD, (table, names)))
        table.store(at, builder.load(least))
        names.store(at, builder.load(name))
        return context.get_dummy_value()

    return types.void(keys, sources, row, loaded, heads, weights, low, high), codegen


@_operation
def push_keys(
    _: Any, keys: Any, sources: Any, row: Any, heads: Any, weights: Any, low: Any, high: Any
) -> Any:
    """As `push_row`, for keys and the sources they come from."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        table = _Rows(builder, _data(context, builder, sig.args[0], args[0]), _KEYS, KEYS)
        names = _Rows(builder, _data(context, builder, sig.args[1], args[1]), _SOURCES, KEYS)
        at = context.cast(builder, args[2], sig.args[2], types.intp)
        own, name = table.load(at), names.load(at)

        def relax(head: Any, weight: Any) -> None:
            reached = builder.add(own, table.splat(weight))
            key, source = _better(builder, reached, name, table.load(head), names.load(head))
            table.store(head, key)
            names.store(head, source)

        _arcs(context, builder, sig, args, 3, relax, _Soon(_AHEAD, (table, names)))
        return context.get_dummy_value()

    return types.void(keys, sources, row, heads, weights, low, high), codegen


@_operation
def prefetch(_: Any, array: Any, position: Any) -> Any:
    """Ask for the cache line of an array's element ahead of its use."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        at = context.cast(builder, args[1], sig.args[1], types.intp)
        _ask(builder, builder.gep(_data(context, builder, sig.args[0], args[0]), [at]))
        return context.get_dummy_value()

    return types.void(array, position), codegen


def _zeros(codegen: Callable[..., Any]) -> Callable[..., int]:
    return cast("Callable[..., int]", intrinsic(codegen))


@_zeros
def trailing_zeros(_: Any, word: Any) -> Any:
    """Position of the lowest bit that is set in a 64-bit word, which must not be 0."""

    def codegen(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(word), codegen


_RUN = 4
"""Arcs relaxed side by side: eight 32-bit numbers, upward and downward in turn."""


@_operation
def relax_run(_: Any, pairs: Any, target: Any, source: Any, count: Any, up: Any, down: Any) -> Any:
    """Lower `count` arcs from `target` on to those from `source` on, plus `up` upward and `down` downward.

    `pairs` hold the upward and the downward number of each arc side by side. The stretches must not overlap.
    """

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = _data(context, builder, sig.args[0], args[0])
        number = context.get_data_type(sig.args[0].dtype)
        to, by, size = (context.cast(builder, args[k], sig.args[k], types.intp) for k in (1, 2, 3))

        def lower(vector: Any, offset: Any, added: Any) -> None:
            def at(first: Any) -> Any:
                arc = builder.add(first, offset)
                place = builder.gep(data, [builder.shl(arc, ir.Constant(arc.type, 1))])
                return builder.bitcast(place, vector.as_pointer())

            reached = builder.load(at(by))
            reached.align = number.width // 8
            known = builder.load(at(to))
            known.align = number.width // 8
            least = _smaller(builder, builder.add(reached, added), known)
            builder.store(least, at(to)).align = number.width // 8

        def sums(vector: Any) -> Any:
            both = ir.Constant(vector, ir.Undefined)
            for lane in range(vector.count):
                both = builder.insert_element(both, args[4 + lane % 2], ir.Constant(_INDEX, lane))
            return both

        one, many = ir.VectorType(number, 2), ir.VectorType(number, 2 * _RUN)
        zero, next_one, step = (ir.Constant(size.type, value) for value in (0, 1, _RUN))
        whole = builder.and_(size, ir.Constant(size.type, -_RUN))
        single, several = sums(one), sums(many)
        with cgutils.for_range_slice(builder, zero, whole, step, size.type) as (i, _done):
            lower(many, i, several)
        with cgutils.for_range_slice(builder, whole, size, next_one, size.type) as (i, _done):
            lower(one, i, single)
        return context.get_dummy_value()

    return types.void(pairs, target, source, count, up, down), codegen
