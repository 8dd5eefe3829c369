"""What a change of arcs does to every node's time: exact, by one bounded search per change and service.

A change lowers the weights of a few arcs (a kerb made passable opens both arcs of its edge). Only nodes whose
time really falls are visited, so a thousand changes cost little more than the sum of what they improve.
"""

from __future__ import annotations

from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from .bounded import spread
from .changes import Changes, Gains, Improvements, Spots
from .compiled import f8, helper, i4, i8, kernel, reads, sealed, tuple_of, u4, writes
from .graph import INF, as_int32, group
from .heap import push_packed
from .workers import share, thread_count

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from .graph import Graph, Int32, UInt32

_PIECE = 32  # changes judged between two looks at the keyboard
_ROWS = 1 << 14  # rows of improvements made room for at first


@helper
def _time_of(
    spot: int, service: int, ends: Int32, offsets: Int32, times: Int32, fresh: Int32, after: bool
) -> int:
    best = INF
    for side in range(2):
        v = ends[spot, side]
        if v >= 0:
            known = min(times[v, service], fresh[v]) if after else times[v, service]
            best = min(best, np.int64(offsets[spot, side]) + known)
    return best


class _Network(NamedTuple):
    """Arcs by the node they leave."""

    indptr: UInt32
    heads: UInt32


class _Lowered(NamedTuple):
    """Changes one behind the other: where each begins, its arcs, where these leave, and their new weights."""

    pointers: Int32
    positions: Int32
    froms: Int32
    weights: Int32


class _Room(NamedTuple):
    """What one thread needs for itself; `fresh` holds `INF` for every node between two searches."""

    weights: Int32
    fresh: Int32
    touched: Int32
    heap: NDArray[np.int64]
    seen: NDArray[np.int64]


class _Hung(NamedTuple):
    """Spots by the node they hang on, and the standard of each service."""

    hanging: UInt32
    spots_at: UInt32
    nodes: Int32
    offsets: Int32
    people: NDArray[np.float64]
    limits: Int32


@helper
def _sum_up(
    change: int, service: int, count: int, times: Int32, room: _Room, hung: _Hung, sums: NDArray[np.float64]
) -> None:
    """Add up what the touched nodes mean for the spots that hang on them, each spot once."""
    stamp = np.int64(change) * times.shape[1] + service
    limit = hung.limits[service]
    for k in range(count):
        v = np.uint32(room.touched[k])
        for j in range(hung.hanging[v], hung.hanging[v + np.uint32(1)]):
            spot = hung.spots_at[j]
            if room.seen[spot] == stamp:
                continue
            room.seen[spot] = stamp
            before = _time_of(spot, service, hung.nodes, hung.offsets, times, room.fresh, False)
            after = _time_of(spot, service, hung.nodes, hung.offsets, times, room.fresh, True)
            if after >= before:
                continue
            if before < INF:
                sums[change, service, 0] += hung.people[spot] * (before - after)
            else:
                sums[change, service, 1] += hung.people[spot]
            if after <= limit < before:
                sums[change, service, 2] += hung.people[spot]


@kernel(
    i8,
    *(tuple_of(_Network, reads(u4), reads(u4)), reads(i4, 2), i8, i8),
    tuple_of(_Lowered, reads(i4), reads(i4), reads(i4), reads(i4)),
    tuple_of(_Room, writes(i4), writes(i4), writes(i4), writes(i8), writes(i8)),
    tuple_of(_Hung, reads(u4), reads(u4), reads(i4, 2), reads(i4, 2), reads(f8), reads(i4)),
    *(writes(f8, 3), writes(i4, 2), writes(i8)),
)
def _judge(  # noqa: C901  (one pass, nothing to share)
    network: _Network,
    times: Int32,
    first: int,
    last: int,
    changes: _Lowered,
    room: _Room,
    hung: _Hung,
    sums: NDArray[np.float64],
    rows: Int32,
    filled: NDArray[np.int64],
) -> int:
    """Judge changes first..last one by one; return the first one not judged because `rows` were full.

    The room's weights are lowered while a change is judged and restored afterwards. `filled` counts the rows
    in use; where `rows` is empty, none are written.
    """
    weights, fresh, touched = room.weights, room.fresh, room.touched
    positions, heads = changes.positions, network.heads
    old = np.empty(positions.size, np.int32)
    for change in range(first, last):
        begin, end = changes.pointers[change], changes.pointers[change + 1]
        for k in range(begin, end):
            old[k] = weights[positions[k]]
            weights[positions[k]] = min(weights[positions[k]], changes.weights[k])
        before = filled[0]
        for service in range(times.shape[1]):
            size, count = 0, 0
            for k in range(begin, end):
                v = heads[positions[k]]
                reached = np.int64(times[changes.froms[k], service]) + weights[positions[k]]
                if reached < times[v, service] and reached < fresh[v]:
                    if fresh[v] == INF:
                        touched[count] = v
                        count += 1
                    fresh[v] = reached
                    size = push_packed(room.heap, size, (reached << 32) | np.int64(v))
            if size == 0:
                continue
            count = spread(
                service, count, size, network.indptr, heads, weights, times, fresh, touched, room.heap
            )
            if hung.people.size > 0:
                _sum_up(change, service, count, times, room, hung, sums)
            if rows.shape[0] > 0 and filled[0] >= 0:
                if filled[0] + count > rows.shape[0]:
                    filled[0] = -1
                else:
                    for k in range(count):
                        at = filled[0] + k
                        rows[at, 0] = change
                        rows[at, 1] = service
                        rows[at, 2] = touched[k]
                        rows[at, 3] = fresh[touched[k]]
                    filled[0] += count
            for k in range(count):
                fresh[touched[k]] = INF
        for k in range(end - 1, begin - 1, -1):
            weights[positions[k]] = old[k]
        if filled[0] < 0:
            filled[0] = before
            return change
    return last


class _Question:
    """Graph, times and changes, checked and laid out for the kernel."""

    def __init__(self, graph: Graph, times: Int32, changes: Changes, direction: str) -> None:
        if direction not in ("from", "to"):
            raise ValueError(f"direction must be 'from' or 'to', not {direction!r}")
        table = np.ascontiguousarray(times, np.int32)
        if table.ndim == 1:
            table = table.reshape(-1, 1)
        if table.ndim != 2 or table.shape[0] != graph.n:
            raise ValueError(f"times must be of shape ({graph.n}, k), not {np.shape(times)}")
        if table.size and table.min() < 0:
            raise ValueError("times must not be negative")
        self.graph = graph.reverse() if direction == "to" else graph
        self.times = table
        self.pointers = as_int32(changes.pointers, "pointers")
        arcs = as_int32(changes.arcs, "arcs", upper=graph.m - 1)
        self.lowered = as_int32(changes.weights, "weights", size=arcs.size)
        if (
            self.pointers.size == 0
            or self.pointers[0] != 0
            or self.pointers[-1] != arcs.size
            or (np.diff(self.pointers) < 0).any()
        ):
            raise ValueError(f"pointers must rise from 0 to the number of arcs, {arcs.size}")
        self.count = self.pointers.size - 1
        self.positions = self.graph.positions[arcs]
        self.froms = self.graph.tails[self.positions]

    def room(self, spots: int) -> _Room:
        n, m = self.graph.n, self.graph.m
        return _Room(
            self.graph.weights.copy(),
            np.full(n, INF, np.int32),
            np.empty(n, np.int32),
            np.empty(m + self.positions.size + 1, np.int64),
            np.full(spots, -1, np.int64),
        )

    def judge(
        self,
        first: int,
        last: int,
        room: _Room,
        hung: _Hung,
        sums: NDArray[np.float64],
        rows: Int32,
        filled: NDArray[np.int64],
    ) -> int:
        network = _Network(self.graph.indptr.view(np.uint32), self.graph.heads.view(np.uint32))
        changes = _Lowered(self.pointers, self.positions, self.froms, self.lowered)
        return _judge(
            _Network(*map(sealed, network)), sealed(self.times), first, last,
            _Lowered(*map(sealed, changes)), room, hung, sums, rows, filled,
        )  # fmt: skip


_NO_ROWS = (0, 4)


def _nothing_hung(services: int) -> _Hung:
    none = np.zeros(0, np.uint32)
    ends = np.zeros((0, 2), np.int32)
    limits = np.full(services, -1, np.int32)
    return _Hung(sealed(none), sealed(none), sealed(ends), sealed(ends), sealed(np.zeros(0)), sealed(limits))


def _hang(question: _Question, spots: Spots, limits: ArrayLike | None) -> _Hung:
    n, services = question.graph.n, question.times.shape[1]
    nodes = np.asarray(spots.nodes)
    if nodes.ndim != 2 or nodes.shape[1] != 2:
        raise ValueError(f"nodes of spots must be of shape (p, 2), not {nodes.shape}")
    shape = nodes.shape
    ends = (as_int32(nodes.ravel() + 1, "nodes of spots, counted from -1,", upper=n) - 1).reshape(shape)
    offsets = as_int32(np.asarray(spots.offsets).ravel(), "offsets of spots", size=nodes.size).reshape(shape)
    people = np.ascontiguousarray(spots.weights, np.float64)
    if people.shape != (shape[0],) or not np.isfinite(people).all():
        raise ValueError(f"weights of spots must be {shape[0]} finite numbers")
    flat = ends.ravel()
    hooks = np.flatnonzero(flat >= 0)
    hanging, order = group(n, np.ascontiguousarray(flat[hooks]))
    spots_at = (hooks[order] // 2).astype(np.uint32)
    bounds = np.full(services, -1, np.int32) if limits is None else as_int32(limits, "limits", size=services)
    return _Hung(
        sealed(hanging.view(np.uint32)), sealed(spots_at), sealed(ends), sealed(offsets), sealed(people),
        sealed(bounds),
    )  # fmt: skip


def _rooms(question: _Question, spots: int, threads: int) -> SimpleQueue[_Room]:
    rooms: SimpleQueue[_Room] = SimpleQueue()
    for _ in range(threads):
        rooms.put(question.room(spots))
    return rooms


def improvements(
    graph: Graph,
    times: Int32,
    changes: Changes,
    *,
    direction: Literal["from", "to"] = "to",
    threads: int | None = None,
) -> Improvements:
    """Find every node whose time falls by each change, and its new time.

    Parameters
    ----------
    graph
        The graph with the weights before the change.
    times
        Times before the change, shape (n, k), as `Metric.nearest` returns them.
    changes
        The candidates; each is judged on its own.
    direction
        Whether `times` are times from the nearest source to the node, or from the node to it.
    threads
        Number of threads; all there are where None.

    Returns
    -------
    Improvements
        Nodes and their new times, change by change.

    Raises
    ------
    ValueError
        `times` does not fit the graph, or a change names an arc that does not exist.
    """
    question = _Question(graph, times, changes, direction)
    count = min(thread_count(threads), max(1, question.count))
    rooms = _rooms(question, 0, count)
    services = question.times.shape[1]
    hung, sums = _nothing_hung(services), np.zeros((0, services, 3))
    found: dict[int, list[Int32]] = {}

    def piece(first: int) -> None:
        last = min(first + _PIECE, question.count)
        room = rooms.get()
        rows = np.empty((_ROWS, 4), np.int32)
        filled = np.zeros(1, np.int64)
        parts = []
        at = first
        while at < last:
            at = question.judge(at, last, room, hung, sums, rows, filled)
            parts.append(rows[: filled[0]].copy())
            if filled[0] == 0 and at < last:  # a single change is larger than all the room there is
                rows = np.empty((4 * rows.shape[0], 4), np.int32)
            filled[0] = 0
        found[first] = parts
        rooms.put(room)

    _share_pieces(piece, question.count, count)
    parts = [part for first in sorted(found) for part in found[first]]
    rows = np.concatenate(parts) if parts else np.empty(_NO_ROWS, np.int32)
    rows = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    change, service, node, time = (np.ascontiguousarray(column) for column in rows.T)
    return Improvements(change, service, node, time)


def gains(
    graph: Graph,
    times: Int32,
    changes: Changes,
    spots: Spots,
    *,
    limits: ArrayLike | None = None,
    direction: Literal["from", "to"] = "to",
    threads: int | None = None,
) -> Gains:
    """Sum up over all spots what each change is worth, without listing the nodes.

    Parameters
    ----------
    graph, times, changes, direction, threads
        As in `improvements`.
    spots
        Where the people are.
    limits
        Time within which each service should be reached, shape (k,); none where None (`within` stays 0).

    Returns
    -------
    Gains
        What each change is worth, by change and service.

    Raises
    ------
    ValueError
        As in `improvements`, or spots and limits that do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from wegeketten.routing import Graph
    >>> graph = Graph.from_arcs(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 7, 7])
    >>> people = Spots([[2, -1]], [[0, 0]], [3.0])
    >>> gains(graph, np.array([0, 5, 12]), Changes([0, 1], [3], [1]), people, limits=[10]).within.tolist()
    [[3.0]]
    """
    question = _Question(graph, times, changes, direction)
    hung = _hang(question, spots, limits)
    sums = np.zeros((question.count, question.times.shape[1], 3))
    count = min(thread_count(threads), max(1, question.count))
    rooms = _rooms(question, hung.people.size, count)

    def piece(first: int) -> None:
        room = rooms.get()
        no_rows = np.empty(_NO_ROWS, np.int32)
        question.judge(
            first, min(first + _PIECE, question.count), room, hung, sums, no_rows, np.zeros(1, np.int64)
        )
        rooms.put(room)

    _share_pieces(piece, question.count, count)
    saved, reached, within = (np.ascontiguousarray(sums[:, :, i]) for i in range(3))
    return Gains(saved, reached, within)


def _share_pieces(piece: Callable[[int], None], count: int, threads: int) -> None:
    share([partial(piece, first) for first in range(0, count, _PIECE)], threads)
