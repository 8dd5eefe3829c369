"""What the rows of a pass say, written into the tables that are handed out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from llvmlite import ir
from numba import types

from .compiled import i4, i8, kernel, nothing, reads, u4, u8, writes
from .graph import INF
from .lanes import KEY_LANES, KEYS, SOURCE_LANES, Rows, cgutils, data_of, operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .graph import Int32


def _tell(
    context: Any, builder: Any, sig: Any, args: Any, limit: int, told: Callable[[Any], dict[int, Any]]
) -> Any:
    """Write what is returned of a row of keys into eight columns of tables, given by argument number.

    Arguments 0 and 1 are the keys and the row; from `limit` on: the largest time that counts, the line of the
    tables, and the first of the columns. Beyond the limit everything is far: INF for times, else -1.
    """
    at = context.cast(builder, args[1], sig.args[1], types.intp)
    most = context.cast(builder, args[limit], sig.args[limit], types.uint32)
    line, first = (context.cast(builder, args[limit + k], sig.args[limit + k], types.intp) for k in (1, 2))
    key = Rows(builder, data_of(context, builder, sig.args[0], args[0]), KEY_LANES, KEYS).load(at)
    upper = builder.trunc(builder.lshr(key, ir.Constant(KEY_LANES, [32] * KEYS)), SOURCE_LANES)
    columns = {2: upper, **told(key)}
    beyond = builder.icmp_unsigned(">", upper, Rows(builder, None, SOURCE_LANES, KEYS).splat(most))
    for k, value in columns.items():
        table = cgutils.create_struct_proxy(sig.args[k])(context, builder, value=args[k])
        width = builder.extract_value(table.shape, 1)
        place = builder.gep(table.data, [builder.add(builder.mul(line, width), first)])
        into = Rows(builder, place, value.type, KEYS)
        far = into.all(2**31 - 1 if k == 2 else -1)
        into.store(ir.Constant(line.type, 0), builder.select(beyond, far, value))
    return context.get_dummy_value()


@operation
def tell_row(_: Any, keys: Any, row: Any, times: Any, names: Any, limit: Any, line: Any, first: Any) -> Any:
    """Write the times of a row and the numbers below them into a line of tables, from a column on.

    Times beyond the limit become INF, the numbers with them -1.

    Parameters
    ----------
    _
        Typing context, given by Numba.
    keys, row
        Table, and row of it that is read.
    times, names
        Tables that are written to.
    limit
        Largest time that is returned.
    line, first
        Line of the tables, and column of the first lane.

    Returns
    -------
    tuple
        Signature and code generator, as Numba's `intrinsic` wants them.
    """

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _tell(context, builder, sig, args, 4, lambda key: {3: builder.trunc(key, SOURCE_LANES)})

    return types.void(keys, row, times, names, limit, line, first), codegen


@operation
def tell_key_row(
    _: Any,
    keys: Any,
    row: Any,
    times: Any,
    names: Any,
    lengths: Any,
    sources: Any,
    limit: Any,
    line: Any,
    first: Any,
) -> Any:
    """As `tell_row`, where the numbers below the times are lengths and the names have a row of `sources`.

    Parameters
    ----------
    _
        Typing context, given by Numba.
    keys, row
        Table, and row of it that is read.
    times, names, lengths
        Tables that are written to.
    sources
        Numbers of the sources, by row.
    limit
        Largest time that is returned.
    line, first
        Line of the tables, and column of the first lane.

    Returns
    -------
    tuple
        Signature and code generator, as Numba's `intrinsic` wants them.
    """

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        def told(key: Any) -> dict[int, Any]:
            at = context.cast(builder, args[1], sig.args[1], types.intp)
            name = Rows(builder, data_of(context, builder, sig.args[5], args[5]), SOURCE_LANES, KEYS)
            return {3: name.load(at), 4: builder.and_(key, ir.Constant(KEY_LANES, [2**32 - 1] * KEYS))}

        return _tell(context, builder, sig, args, 6, told)

    return types.void(keys, row, times, names, lengths, sources, limit, line, first), codegen


@kernel(nothing, reads(i4), i8, i8, reads(u8, 2), writes(i4, 2), writes(i4, 2))
def tell_named(
    nodes: Int32, first: int, radius: int, rows: NDArray[np.uint64], times: Int32, names: Int32
) -> None:
    """Write times and sources of nodes into the columns from `first` on; beyond the radius is unreached.

    Parameters
    ----------
    nodes
        Ranks of the nodes asked for.
    first
        Column of the first lane.
    radius
        Largest time that is returned.
    rows
        Times above, numbers of sources below.
    times, names
        Tables that are written to, shape (nodes, services).
    """
    count = times.shape[1] - first
    if count >= rows.shape[1]:
        for i in range(nodes.size):
            tell_row(rows, np.uint32(nodes[i]), times, names, radius, i, first)
        return
    for i in range(nodes.size):
        for lane in range(count):
            key = rows[np.uint32(nodes[i]), lane]
            time = np.int64(key >> np.uint64(32))
            reached = time <= radius
            times[i, first + lane] = time if reached else INF
            names[i, first + lane] = np.int32(key & np.uint64(2**32 - 1)) if reached else -1


@kernel(
    nothing,
    *(reads(i4), i8, i8, reads(u8, 2), reads(u4, 2)),
    *(writes(i4, 2), writes(i8, 2), writes(i4, 2)),
)
def tell_keys(
    nodes: Int32,
    first: int,
    radius: int,
    rows: NDArray[np.uint64],
    name_rows: NDArray[np.uint32],
    times: Int32,
    lengths: NDArray[np.int64],
    names: Int32,
) -> None:
    """As `tell_named`, for keys.

    Parameters
    ----------
    nodes
        Ranks of the nodes asked for.
    first
        Column of the first lane.
    radius
        Largest time that is returned.
    rows
        Times above, lengths below.
    name_rows
        Numbers of the sources.
    times, lengths, names
        Tables that are written to, shape (nodes, services).
    """
    count = times.shape[1] - first
    if count >= rows.shape[1]:
        for i in range(nodes.size):
            tell_key_row(rows, np.uint32(nodes[i]), times, names, lengths, name_rows, radius, i, first)
        return
    for i in range(nodes.size):
        for lane in range(count):
            key = rows[np.uint32(nodes[i]), lane]
            time = np.int64(key >> np.uint64(32))
            reached = time <= radius
            times[i, first + lane] = time if reached else INF
            lengths[i, first + lane] = np.int64(key & np.uint64(2**32 - 1)) if reached else -1
            names[i, first + lane] = np.int32(name_rows[np.uint32(nodes[i]), lane]) if reached else -1
