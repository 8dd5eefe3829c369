"""Which elements belong to which areas: pairs of an id and an area, sorted, found through a directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.routing import lazy_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Longs = NDArray[np.int64]
    Ints = NDArray[np.int32]


class Members:
    """Elements of one kind and the areas they belong to.

    Twelve bytes for each pair, and no more: memory grows with the areas, not with the country.

    Parameters
    ----------
    ids, areas
        Shape (pairs,); sorted by id, each pair once.

    Examples
    --------
    >>> members = Members(np.array([7, 9, 9]), np.array([0, 0, 1], dtype=np.int32))
    >>> rows, areas = members.find(np.array([8, 9]))
    >>> rows.tolist(), areas.tolist()
    ([1, 1], [0, 1])
    """

    def __init__(self, ids: Longs, areas: Ints) -> None:
        self.ids, self.areas = ids, areas
        low, high = (int(ids[0]), int(ids[-1])) if len(ids) else (0, 0)
        shift = 0
        while (high - low) >> shift > max(len(ids) // 4, 1):
            shift += 1
        starts = low + (np.arange(((high - low) >> shift) + 2, dtype=np.int64) << shift)
        self._first = np.searchsorted(ids, starts).astype(np.int64)
        self._first[-1] = len(ids)
        self._frame = (low, high, shift)

    def places(self, wanted: Longs) -> Longs:
        """First pair of each id, -1 where it belongs to no area.

        Parameters
        ----------
        wanted
            Ids.

        Returns
        -------
        Longs
            Shape of `wanted`.

        Examples
        --------
        >>> members = Members(np.array([7, 9, 9]), np.array([0, 0, 1], dtype=np.int32))
        >>> members.places(np.array([7, 8, 9])).tolist()
        [0, -1, 1]
        """
        out = np.empty(len(wanted), dtype=np.int64)
        _find(wanted, self.ids, self._first, *self._frame, out)
        return out

    def any_between(self, low: int, high: int) -> bool:
        """Whether an element with an id of a range belongs to an area.

        Parameters
        ----------
        low, high
            Lowest and highest id of the range.

        Returns
        -------
        bool
            True where there is one.

        Examples
        --------
        >>> members = Members(np.array([7, 9]), np.array([0, 1], dtype=np.int32))
        >>> members.any_between(1, 6), members.any_between(8, 12)
        (False, True)
        """
        place = int(np.searchsorted(self.ids, low))
        return place < len(self.ids) and int(self.ids[place]) <= high

    def find(self, wanted: Longs) -> tuple[Longs, Ints]:
        """Pairs of a row of `wanted` and an area its element belongs to, in order.

        Parameters
        ----------
        wanted
            Ids.

        Returns
        -------
        tuple
            Rows of `wanted`, and numbers of areas.

        Examples
        --------
        >>> members = Members(np.array([7, 9]), np.array([0, 1], dtype=np.int32))
        >>> rows, areas = members.find(np.array([9]))
        >>> rows.tolist(), areas.tolist()
        ([0], [1])
        """
        places = self.places(wanted)
        hit = np.flatnonzero(places >= 0)
        count = _spread(places, hit, self.ids, np.empty(0, np.int64), np.empty(0, np.int32))
        rows, areas = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int32)
        which = np.empty(count, dtype=np.int64)
        _spread(places, hit, self.ids, rows, areas)
        which = areas.astype(np.int64) + places[rows]
        return rows, self.areas[which]


def collect(pairs: list[tuple[Longs, Ints]], *, distinct: bool = False) -> Members:
    """Members from pairs of several blocks; sorted and made distinct where the blocks are not.

    Parameters
    ----------
    pairs
        Ids and areas of each block.
    distinct
        Whether they are sorted and without doubles already.

    Returns
    -------
    Members
        In order of the ids.

    Examples
    --------
    >>> pairs = [(np.array([9]), np.array([0], np.int32)), (np.array([7]), np.array([1], np.int32))]
    >>> collect(pairs, distinct=True).ids.tolist()
    [7, 9]
    """
    ids = np.concatenate([ids for ids, _ in pairs] or [np.empty(0, np.int64)])
    areas = np.concatenate([areas for _, areas in pairs] or [np.empty(0, np.int32)])
    if distinct or (np.diff(ids) < 0).any():
        order = np.lexsort((areas, ids))
        ids, areas = ids[order], areas[order]
        first = np.ones(len(ids), dtype=bool)
        first[1:] = (np.diff(ids) != 0) | (np.diff(areas) != 0)
        ids, areas = ids[first], areas[first]
    return Members(ids, areas)


def merged(one: Members, other: Members) -> Members:
    """Members of both; no pair may be in both.

    Parameters
    ----------
    one, other
        Members.

    Returns
    -------
    Members
        In order of the ids.

    Examples
    --------
    >>> one, other = (Members(np.array([number]), np.array([0], np.int32)) for number in (9, 7))
    >>> merged(one, other).ids.tolist()
    [7, 9]
    """
    if not len(other.ids):
        return one
    places = np.searchsorted(one.ids, other.ids, side="right")
    return Members(np.insert(one.ids, places, other.ids), np.insert(one.areas, places, other.areas))


def areas_of_ways(
    first: Longs, refs: Longs, nodes: Members, areas: int
) -> tuple[tuple[Longs, Ints], tuple[Longs, Ints]]:
    """Ways that have a node in an area, and the nodes outside that make them whole.

    Parameters
    ----------
    first, refs
        Nodes of the ways: ``refs[first[i]:first[i + 1]]``.
    nodes
        Which nodes lie in which area.
    areas
        How many areas there are.

    Returns
    -------
    tuple
        Pairs of a way's row and an area; pairs of a node's id and an area it does not lie in.
    """
    places = nodes.places(refs)
    if not (places >= 0).any():
        nothing = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32)
        return nothing, nothing
    room, spare = len(first) * 2 + 64, len(refs) + 64
    while True:
        rows, owners = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int32)
        extra, extra_owners = np.empty(spare, dtype=np.int64), np.empty(spare, dtype=np.int32)
        counts = _take_ways(
            first, refs, places, nodes.ids, nodes.areas, np.full(areas, -1, dtype=np.int64),
            rows, owners, extra, extra_owners,
        )  # fmt: skip
        if counts[0] <= room and counts[1] <= spare:
            return (rows[: counts[0]], owners[: counts[0]]), (extra[: counts[1]], extra_owners[: counts[1]])
        room, spare = max(room, counts[0]), max(spare, counts[1])


def areas_of_relations(
    first: Longs, refs: Longs, kinds: Longs, nodes: Members, ways: Members
) -> tuple[Longs, Ints]:
    """Relations of which a node lies in an area or a way belongs to it: pairs of a row and an area.

    Parameters
    ----------
    first
        Where the references of each relation start.
    refs, kinds
        Ids and kinds of what they refer to.
    nodes, ways
        Members that are known already.

    Returns
    -------
    tuple
        Rows of relations, and numbers of areas.
    """
    owner = np.repeat(np.arange(len(first) - 1), np.diff(first))
    found = []
    for kind, members in ((0, nodes), (1, ways)):
        mine = np.flatnonzero(kinds == kind)
        rows, areas = members.find(refs[mine])
        found.append((owner[mine[rows]], areas))
    distinct = collect(found, distinct=True)
    return distinct.ids, distinct.areas


def with_parents(members: Members, children: Longs, parents: Longs) -> Members:
    """Relations of areas and all relations they are members of, however deep.

    Parameters
    ----------
    members
        Relations and areas.
    children, parents
        Pairs of ids: the first is a member of the second.

    Returns
    -------
    Members
        In order of the ids.
    """
    while True:
        rows, areas = members.find(children)
        both = [(members.ids, members.areas), (parents[rows], areas)]
        more = collect(both, distinct=True)
        if len(more.ids) == len(members.ids):
            return more
        members = more


@lazy_kernel
def _find(wanted: Longs, ids: Longs, first: Longs, low: int, high: int, shift: int, out: Longs) -> None:
    for row in range(len(wanted)):
        number = wanted[row]
        out[row] = -1
        if number < low or number > high or len(ids) == 0:
            continue
        cell = (number - low) >> shift
        start, stop = first[cell], first[cell + 1]
        end = stop
        while start < stop:
            middle = (start + stop) >> 1
            if ids[middle] < number:
                start = middle + 1
            else:
                stop = middle
        if start < end and ids[start] == number:
            out[row] = start


@lazy_kernel
def _spread(places: Longs, hit: Longs, ids: Longs, rows: Longs, steps: Ints) -> int:
    """Each pair of the ids found: their rows, and how far the pair lies behind the first of its id."""
    count = 0
    for row in hit:
        place, step = places[row], 0
        number = ids[place]
        while place < len(ids) and ids[place] == number:
            if count < len(rows):
                rows[count] = row
                steps[count] = step
            count += 1
            place += 1
            step += 1
    return count


@lazy_kernel
def _take_ways(
    first: Longs,
    refs: Longs,
    places: Longs,
    ids: Longs,
    areas: Ints,
    seen: Longs,
    rows: Longs,
    owners: Ints,
    extra: Longs,
    extra_owners: Ints,
) -> tuple[int, int]:
    count, more = 0, 0
    found = np.empty(len(seen), dtype=np.int32)
    for row in range(len(first) - 1):
        number = 0
        for at in range(first[row], first[row + 1]):
            place = places[at]
            if place < 0:
                continue
            ref = refs[at]
            while place < len(ids) and ids[place] == ref:
                area = areas[place]
                if seen[area] != row:
                    seen[area] = row
                    found[number] = area
                    number += 1
                place += 1
        if number == 0:
            continue
        for each in range(number):
            if count < len(rows):
                rows[count] = row
                owners[count] = found[each]
            count += 1
        for at in range(first[row], first[row + 1]):
            ref, start = refs[at], places[at]
            for each in range(number):
                if not _holds(ids, areas, start, ref, found[each]):
                    if more < len(extra):
                        extra[more] = ref
                        extra_owners[more] = found[each]
                    more += 1
    return count, more


@lazy_kernel
def _holds(ids: Longs, areas: Ints, place: int, number: int, area: int) -> bool:
    """Whether an element, whose first pair is known, belongs to an area."""
    while place >= 0 and place < len(ids) and ids[place] == number:
        if areas[place] == area:
            return True
        place += 1
    return False
