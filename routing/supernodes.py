"""Supernodes: stretches of ranks that all have the same neighbours above them, so that their order is free.

Whatever order the ranks of one supernode are given, the chordal graph stays the same. They are sorted so that
the rows of lower ranks, which reach a part of a supernode, meet consecutive ranks as far as possible: what is
done with an arc is then done with a whole run of arcs side by side. The sorting is partition refinement, from
the rows that reach most to those that reach least (Jacquelin, Ng, Peyton 2018, "Fast and effective reordering
of columns within supernodes using partition refinement"); where a row reaches a part of one class of ranks
and also the class beside it, the part goes to that side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .compiled import helper, i4, kernel, nothing, reads, writes

if TYPE_CHECKING:
    from .graph import Int32


@helper
def _split(
    start: int, size: int, inside: int, inside_first: bool, stamp: int, sequence: Int32, room: Int32
) -> None:
    """Bring the marked ranks of a class to its front or back, keeping the order otherwise."""
    at_in = 0 if inside_first else size - inside
    at_out = inside if inside_first else 0
    marks = room.size // 2
    for k in range(start, start + size):
        rank = sequence[k]
        if room[marks + rank] == stamp:
            room[at_in] = rank
            at_in += 1
        else:
            room[at_out] = rank
            at_out += 1
    for k in range(size):
        sequence[start + k] = room[k]


@kernel(nothing, *[reads(i4)] * 4, *[writes(i4)] * 7)
def _refine(  # noqa: C901  (one pass over one structure)
    starts: Int32,
    uppers: Int32,
    firsts: Int32,
    numbers: Int32,
    sequence: Int32,
    places: Int32,
    heads: Int32,
    sizes: Int32,
    hits: Int32,
    met: Int32,
    room: Int32,
) -> None:
    """Sort the ranks within each supernode.

    `firsts` are the first ranks of the supernodes with the number of ranks behind them, `numbers` the
    supernode of each rank. `sequence` starts as all ranks and becomes the ranks in their new order, `places`
    is its inverse. A class is a stretch of the sequence: `heads` gives its start for each place, `sizes` its
    length at its start. `hits` starts as zeros, `room` as -1, twice as long as the rest: working room, marks.
    """
    n = sequence.size
    for node in range(firsts.size - 1):
        for k in range(firsts[node], firsts[node + 1]):
            heads[k] = firsts[node]
        sizes[firsts[node]] = firsts[node + 1] - firsts[node]
    for node in range(firsts.size - 2, -1, -1):
        low = firsts[node + 1] - 1
        i, last = starts[low], starts[low + 1]
        while i < last:
            other = numbers[uppers[i]]
            end = i + 1
            while end < last and numbers[uppers[end]] == other:
                end += 1
            first, beyond = firsts[other], firsts[other + 1]
            if 1 < end - i < beyond - first:
                count = 0
                for j in range(i, end):
                    room[n + uppers[j]] = low
                    head = heads[places[uppers[j]]]
                    if hits[head] == 0:
                        met[count] = head
                        count += 1
                    hits[head] += 1
                for k in range(count):  # choose sides before anything is split
                    head = met[k]
                    inside = hits[head]
                    left = head > first and hits[heads[head - 1]] != 0
                    after = head + sizes[head]
                    right = after < beyond and hits[heads[after]] != 0
                    if inside < sizes[head] and right and not left:
                        hits[head] = -inside
                for k in range(count):
                    head = met[k]
                    inside, size = abs(hits[head]), sizes[head]
                    if inside < size:
                        front = hits[head] > 0
                        _split(head, size, inside, front, low, sequence, room)
                        cut = head + (inside if front else size - inside)
                        for at in range(head, head + size):
                            places[sequence[at]] = at
                            if at >= cut:
                                heads[at] = cut
                        sizes[head] = cut - head
                        sizes[cut] = head + size - cut
                    hits[head] = 0
            i = end


def supernode_order(starts: Int32, uppers: Int32) -> Int32:
    """Sort the ranks within each supernode so that rows reach runs of consecutive ranks.

    Parameters
    ----------
    starts, uppers
        Chordal graph by rank, each row ascending; shape (n + 1,) and (a,).

    Returns
    -------
    NDArray
        New place of each rank, a permutation that stays within the supernodes, shape (n,).

    Examples
    --------
    Ranks 1 to 4 are one supernode; rank 0 reaches 2 and 4, which become neighbours:

    >>> starts, uppers = [0, 2, 5, 7, 8, 8], [2, 4, 2, 3, 4, 3, 4, 4]
    >>> supernode_order(np.array(starts, np.int32), np.array(uppers, np.int32)).tolist()
    [0, 3, 1, 4, 2]
    """
    n = starts.size - 1
    degrees = np.diff(starts)
    inner = np.flatnonzero(degrees[:-1] > 0)
    begins = np.ones(n, np.bool_)
    same = (uppers[starts[inner]] == inner + 1) & (degrees[inner] == degrees[inner + 1] + 1)
    begins[inner[same] + 1] = False
    numbers = (np.cumsum(begins) - 1).astype(np.int32)
    firsts = np.append(np.flatnonzero(begins), n).astype(np.int32)
    sequence = np.arange(n, dtype=np.int32)
    places = sequence.copy()
    heads, sizes, met = (np.empty(n, np.int32) for _ in range(3))
    hits, room = np.zeros(n, np.int32), np.full(2 * n, -1, np.int32)
    _refine(starts, uppers, firsts, numbers, sequence, places, heads, sizes, hits, met, room)
    return places
