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
KEY_LANES = ir.VectorType(ir.IntType(64), KEYS)
SOURCE_LANES = ir.VectorType(ir.IntType(32), KEYS)


class Rows(NamedTuple):
    """What a codegen needs to reach the rows of one array."""

    builder: Any
    data: Any
    vector: Any
    width: int

    def pointer(self, row: Any) -> Any:
        """Where a row begins.

        Parameters
        ----------
        row
            Number of the row.

        Returns
        -------
        Any
            Pointer to its first lane.
        """
        width = ir.Constant(row.type, self.width)
        first = self.builder.gep(self.data, [self.builder.mul(row, width)])
        return self.builder.bitcast(first, self.vector.as_pointer())

    def load(self, row: Any) -> Any:
        """Read a row.

        Parameters
        ----------
        row
            Number of the row.

        Returns
        -------
        Any
            Vector of all its lanes.
        """
        value = self.builder.load(self.pointer(row))
        value.align = self.vector.element.width // 8
        return value

    def store(self, row: Any, value: Any) -> None:
        """Write a row.

        Parameters
        ----------
        row
            Number of the row.
        value
            Vector of all its lanes.
        """
        self.builder.store(value, self.pointer(row)).align = self.vector.element.width // 8

    def all(self, number: int) -> Any:
        """A row of one number that is known while compiling.

        Parameters
        ----------
        number
            Known while compiling.

        Returns
        -------
        Any
            Vector with that number in each lane.
        """
        return ir.Constant(self.vector, [number] * self.vector.count)

    def splat(self, scalar: Any) -> Any:
        """A row of one number.

        Parameters
        ----------
        scalar
            Number that is computed.

        Returns
        -------
        Any
            Vector with that number in each lane.
        """
        undefined = ir.Constant(self.vector, ir.Undefined)
        single = self.builder.insert_element(undefined, scalar, ir.Constant(_INDEX, 0))
        zeros = ir.Constant(ir.VectorType(_INDEX, self.vector.count), [0] * self.vector.count)
        return self.builder.shuffle_vector(single, undefined, zeros)


_FIRST, _SECOND = 3, 2
"""Which cache a line is wanted in."""


def _ask(builder: Any, pointer: Any, near: int) -> None:
    """Have the cache line of a pointer fetched."""
    byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
    function = builder.module.declare_intrinsic(
        "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, word, word, word])
    )
    builder.call(function, [builder.bitcast(pointer, byte), word(0), word(near), word(1)])


class _Arcs(NamedTuple):
    """A stretch of arcs low..high."""

    builder: Any
    heads: Any
    weights: Any
    low: Any
    high: Any

    @classmethod
    def of(cls, context: Any, builder: Any, sig: Any, args: Any, first: int) -> _Arcs:
        """Take heads, weights, low and high from the arguments from `first` on."""
        heads, weights = (data_of(context, builder, sig.args[first + k], args[first + k]) for k in (0, 1))
        low, high = (context.cast(builder, args[first + k], sig.args[first + k], types.intp) for k in (2, 3))
        return cls(builder, heads, weights, low, high)

    def head(self, i: Any) -> Any:
        return self.builder.zext(self.builder.load(self.builder.gep(self.heads, [i])), self.low.type)

    def weight(self, i: Any) -> Any:
        return self.builder.load(self.builder.gep(self.weights, [i]))


def data_of(context: Any, builder: Any, array_type: Any, array: Any) -> Any:
    """Where the elements of an array begin.

    Parameters
    ----------
    context, builder
        Numba's code generation.
    array_type, array
        Type and value of the array.

    Returns
    -------
    Any
        Pointer to the first element.
    """
    return cgutils.create_struct_proxy(array_type)(context, builder, value=array).data


_WINDOW = 4
"""Arcs relaxed in one go. What is left over at the end is relaxed together with some of those before it once
more, and fewer than four count as three: relaxing again changes nothing, and a loop whose end the processor
would have to guess is saved."""


def _arcs(
    context: Any, builder: Any, sig: Any, args: Any, first: int, body: Callable[[Any, Any], None]
) -> None:
    """Go through arcs low..high, some more than once; the arguments from `first` on are these arcs."""
    arc = _Arcs.of(context, builder, sig, args, first)
    kind = arc.low.type

    def visit(*positions: Any) -> None:
        for i in positions:
            body(arc.head(i), arc.weight(i))

    last = builder.sub(arc.high, kind(_WINDOW))
    with builder.if_else(builder.icmp_signed("<", last, arc.low), likely=False) as (few, many):
        with few, builder.if_then(builder.icmp_signed("<", arc.low, arc.high)):  # three at most
            end = builder.sub(arc.high, kind(1))
            second = builder.add(arc.low, kind(1))
            visit(arc.low, builder.select(builder.icmp_signed("<", second, end), second, end), end)
        with many:
            steps = [kind(k) for k in range(_WINDOW)]
            with cgutils.for_range_slice(builder, arc.low, last, kind(_WINDOW), kind) as (i, _done):
                visit(*(builder.add(i, step) for step in steps))
            visit(*(builder.add(last, step) for step in steps))


def _ends(
    context: Any, builder: Any, sig: Any, args: Any, first: int, body: Callable[[Any, Any], None]
) -> None:
    """As `_arcs`, for one arc or two."""
    arc = _Arcs.of(context, builder, sig, args, first)
    last = builder.sub(arc.high, arc.high.type(1))
    for i in (arc.low, last):
        body(arc.head(i), arc.weight(i))


def _smaller(builder: Any, a: Any, b: Any) -> Any:
    return builder.select(builder.icmp_unsigned("<", a, b), a, b)


def _better(builder: Any, key: Any, source: Any, old_key: Any, old_source: Any) -> tuple[Any, Any]:
    """Lane by lane the smaller key; of equal keys the smaller source."""
    equal = builder.icmp_unsigned("==", key, old_key)
    tie = builder.and_(equal, builder.icmp_unsigned("<", source, old_source))
    wins = builder.or_(builder.icmp_unsigned("<", key, old_key), tie)
    return builder.select(wins, key, old_key), builder.select(wins, source, old_source)


def operation(codegen: Callable[..., Any]) -> Callable[..., None]:
    """Make a function that writes instructions one that kernels can call.

    Parameters
    ----------
    codegen
        Writes the instructions, from Numba's context, builder, signature and arguments.

    Returns
    -------
    callable
        Takes the typing function and registers the operation with Numba.
    """
    return cast("Callable[..., None]", intrinsic(codegen))


def _rows(context: Any, builder: Any, array_type: Any, array: Any) -> Rows:
    number = context.get_data_type(array_type.dtype)
    count = 8 * ROW_BYTES // number.width
    return Rows(builder, data_of(context, builder, array_type, array), ir.VectorType(number, count), count)


@operation
def fill_row(_: Any, rows: Any, row: Any, number: Any) -> Any:
    """Set all lanes of a row to a number.

    Parameters
    ----------
    _
        Typing context, given by Numba.
    rows, row
        Table, and row of it.
    number
        What each lane is set to.

    Returns
    -------
    tuple
        Signature and code generator, as Numba's `intrinsic` wants them.
    """

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        table = _rows(context, builder, sig.args[0], args[0])
        at = context.cast(builder, args[1], sig.args[1], types.intp)
        table.store(at, table.splat(args[2]))
        return context.get_dummy_value()

    return types.void(rows, row, number), codegen


def _pulling(over: Callable[..., None]) -> Callable[..., Any]:
    """Code that lowers a row by those its arcs lead to."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        table = _rows(context, builder, sig.args[0], args[0])
        at = context.cast(builder, args[1], sig.args[1], types.intp)
        far = 2**31 - 1 if table.vector.element.width == 32 else 2**63 - 1
        least = cgutils.alloca_once_value(builder, table.all(far))
        with builder.if_then(cgutils.is_not_null(builder, args[2])):
            builder.store(table.load(at), least)

        def relax(head: Any, weight: Any) -> None:
            reached = builder.add(table.load(head), table.splat(weight))
            builder.store(_smaller(builder, reached, builder.load(least)), least)

        over(context, builder, sig, args, 3, relax)
        table.store(at, builder.load(least))
        return context.get_dummy_value()

    return codegen


@operation
def pull_row(_: Any, rows: Any, row: Any, loaded: Any, heads: Any, weights: Any, low: Any, high: Any) -> Any:
    """Set a row to the least of itself and, over arcs low..high, row heads[i] + weights[i].

    Unless `loaded` is set, the row is taken to be unreached, whatever it holds.

    Parameters
    ----------
    _
        Typing context, given by Numba.
    rows, row
        Table, and row of it that is lowered.
    loaded
        Whether the row holds something.
    heads, weights
        Rows and weights that arcs lead to.
    low, high
        First arc, and the one after the last.

    Returns
    -------
    tuple
        Signature and code generator, as Numba's `intrinsic` wants them.
    """
    return types.void(rows, row, loaded, heads, weights, low, high), _pulling(_arcs)


@operation
def pull_ends(_: Any, rows: Any, row: Any, loaded: Any, heads: Any, weights: Any, low: Any, high: Any) -> Any:
    """As `pull_row`, for one arc or two.

    Parameters
    ----------
    _
        Typing context, given by Numba.
    rows, row
        Table, and row of it that is lowered.
    loaded
        Whether the row holds something.
    heads, weights
        Rows and weights that arcs lead to.
    low, high
        First arc and last arc.

    Returns
    -------
    tuple
        Signature and code generator, as Numba's `intrinsic` wants them.
    """
    return types.void(rows, row, loaded, heads, weights, low, high), _pulling(_ends)


@operation
def push_row(_: Any, rows: Any, row: Any, heads: Any, weights: Any, low: Any, high: Any) -> Any:
    """For arcs low..high lower row heads[i] to the given row + weights[i].

    Parameters
    ----------
    _
        Typing context, given by Numba.
    rows, row
        Table, and row of it that is handed on.
    heads, weights
        Rows and weights that arcs lead to.
    low, high
        First arc, and the one after the last.

    Returns
    -------
    tuple
        Signature and code generator, as Numba's `intrinsic` wants them.
    """

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        table = _rows(context, builder, sig.args[0], args[0])
        own = table.load(context.cast(builder, args[1], sig.args[1], types.intp))

        def relax(head: Any, weight: Any) -> None:
            reached = builder.add(own, table.splat(weight))
            table.store(head, _smaller(builder, reached, table.load(head)))

        _arcs(context, builder, sig, args, 2, relax)
        return context.get_dummy_value()

    return types.void(rows, row, heads, weights, low, high), codegen


def _pulling_keys(over: Callable[..., None]) -> Callable[..., Any]:
    """As `_pulling`, for keys and the sources they come from."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        table = Rows(builder, data_of(context, builder, sig.args[0], args[0]), KEY_LANES, KEYS)
        names = Rows(builder, data_of(context, builder, sig.args[1], args[1]), SOURCE_LANES, KEYS)
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

        over(context, builder, sig, args, 4, relax)
        table.store(at, builder.load(least))
        names.store(at, builder.load(name))
        return context.get_dummy_value()

    return codegen


@operation
def pull_keys(
    _: Any, keys: Any, sources: Any, row: Any, loaded: Any, heads: Any, weights: Any, low: Any, high: Any
) -> Any:
    """As `pull_row`, for keys and the sources they come from; the two rows go together.

    Parameters
    ----------
    _
        Typing context, given by Numba.
    keys, sources, row
        Table of keys, table of the numbers of sources, and the row of both that is lowered.
    loaded
        Whether the row holds something.
    heads, weights
        Rows and weights that arcs lead to.
    low, high
        First arc, and the one after the last.

    Returns
    -------
    tuple
        Signature and code generator, as Numba's `intrinsic` wants them.
    """
    return types.void(keys, sources, row, loaded, heads, weights, low, high), _pulling_keys(_arcs)


@operation
def pull_key_ends(
    _: Any, keys: Any, sources: Any, row: Any, loaded: Any, heads: Any, weights: Any, low: Any, high: Any
) -> Any:
    """As `pull_keys`, for one arc or two.

    Parameters
    ----------
    _
        Typing context, given by Numba.
    keys, sources, row
        Table of keys, table of the numbers of sources, and the row of both that is lowered.
    loaded
        Whether the row holds something.
    heads, weights
        Rows and weights that arcs lead to.
    low, high
        First arc and last arc.

    Returns
    -------
    tuple
        Signature and code generator, as Numba's `intrinsic` wants them.
    """
    return types.void(keys, sources, row, loaded, heads, weights, low, high), _pulling_keys(_ends)


@operation
def push_keys(
    _: Any, keys: Any, sources: Any, row: Any, heads: Any, weights: Any, low: Any, high: Any
) -> Any:
    """As `push_row`, for keys and the sources they come from.

    Parameters
    ----------
    _
        Typing context, given by Numba.
    keys, sources, row
        Table of keys, table of the numbers of sources, and the row of both that is handed on.
    heads, weights
        Rows and weights that arcs lead to.
    low, high
        First arc, and the one after the last.

    Returns
    -------
    tuple
        Signature and code generator, as Numba's `intrinsic` wants them.
    """

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        table = Rows(builder, data_of(context, builder, sig.args[0], args[0]), KEY_LANES, KEYS)
        names = Rows(builder, data_of(context, builder, sig.args[1], args[1]), SOURCE_LANES, KEYS)
        at = context.cast(builder, args[2], sig.args[2], types.intp)
        own, name = table.load(at), names.load(at)

        def relax(head: Any, weight: Any) -> None:
            reached = builder.add(own, table.splat(weight))
            key, source = _better(builder, reached, name, table.load(head), names.load(head))
            table.store(head, key)
            names.store(head, source)

        _arcs(context, builder, sig, args, 3, relax)
        return context.get_dummy_value()

    return types.void(keys, sources, row, heads, weights, low, high), codegen


def _asking(near: int) -> Callable[..., Any]:
    """Code that asks for the cache line of an array's element."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        at = context.cast(builder, args[1], sig.args[1], types.intp)
        _ask(builder, builder.gep(data_of(context, builder, sig.args[0], args[0]), [at]), near)
        return context.get_dummy_value()

    return codegen


@operation
def prefetch(_: Any, array: Any, position: Any) -> Any:
    """Ask for the cache line of an array's element shortly ahead of its use.

    Parameters
    ----------
    _
        Typing context, given by Numba.
    array, position
        Array, and which element of it; a position outside does no harm.

    Returns
    -------
    tuple
        Signature and code generator, as Numba's `intrinsic` wants them.
    """
    return types.void(array, position), _asking(_FIRST)


@operation
def prefetch_early(_: Any, array: Any, position: Any) -> Any:
    """Ask for the cache line of an array's element long ahead of its use.

    Only the second cache is asked to hold it. It waits for more lines at a time than the first: on the
    machine this was measured on, lines far from the processor come in 3 ns each instead of 6.

    Parameters
    ----------
    _
        Typing context, given by Numba.
    array, position
        Array, and which element of it; a position outside does no harm.

    Returns
    -------
    tuple
        Signature and code generator, as Numba's `intrinsic` wants them.
    """
    return types.void(array, position), _asking(_SECOND)


_RUN = 4
"""Arcs relaxed side by side: eight 32-bit numbers, upward and downward in turn."""


@operation
def relax_run(_: Any, pairs: Any, target: Any, source: Any, count: Any, up: Any, down: Any) -> Any:
    """Lower `count` arcs from `target` on to those from `source` on, plus `up` upward and `down` downward.

    `pairs` hold the upward and the downward number of each arc side by side. The stretches must not overlap.

    Parameters
    ----------
    _
        Typing context, given by Numba.
    pairs
        Upward and downward weight of each arc, one after the other.
    target, source
        First arc that is lowered, and first arc it is lowered by.
    count
        How many arcs lie side by side.
    up, down
        What is added to the upward and to the downward weights.

    Returns
    -------
    tuple
        Signature and code generator, as Numba's `intrinsic` wants them.
    """

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = data_of(context, builder, sig.args[0], args[0])
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
