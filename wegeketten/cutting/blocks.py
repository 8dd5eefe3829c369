"""Blocks of a PBF file as columns: nodes decoded, ways and relations as spans with what they refer to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.cutting.blobs import fields_of
from wegeketten.cutting.kernels import PAD, read_lists, split, unpack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Longs = NDArray[np.int64]

UNITS = 10_000_000
"""Units of position in a degree, as OpenStreetMap keeps them."""

_NODE, _DENSE, _WAY, _RELATION = 1, 2, 3, 4
INFO = ("version", "time", "changeset", "uid", "user")
"""What is known of an element's last change; of `user` the number of the string."""

_DELTAS = (False, True, True, True, True)  # which of them are stored as differences
WAY_REFS, MEMBER_IDS, MEMBER_KINDS, MEMBER_ROLES = 8, 9, 10, 8
"""Fields of ways and relations."""


@dataclass
class Nodes:
    """Nodes of a block.

    Attributes
    ----------
    ids, lon, lat
        Shape (nodes,); positions in units of 1e-7 degrees.
    info
        Columns named in `INFO`; None where the block has none.
    tag_first, tags
        ``tags[tag_first[i]:tag_first[i + 1]]`` are the numbers of the strings of node i: key, value, key ….
    """

    ids: Longs
    lon: Longs
    lat: Longs
    info: dict[str, Longs] | None
    tag_first: Longs
    tags: Longs

    def taken(self, rows: Longs) -> Nodes:
        """Some of the nodes.

        Parameters
        ----------
        rows
            Which.

        Returns
        -------
        Nodes
            In the order of `rows`.
        """
        first = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(self.tag_first[rows + 1] - self.tag_first[rows], out=first[1:])
        info = None if self.info is None else {name: column[rows] for name, column in self.info.items()}
        tags = self.tags[tags_of(self.tag_first, rows)]
        return Nodes(self.ids[rows], self.lon[rows], self.lat[rows], info, first, tags)


@dataclass
class Listing:
    """Ways or relations of a block.

    Attributes
    ----------
    ids
        Shape (elements,).
    starts, stops
        Their messages in the block's bytes.
    first, refs, kinds
        ``refs[first[i]:first[i + 1]]`` is what element i refers to; `kinds` of relations is 0 for nodes,
        1 for ways, 2 for relations.
    """

    ids: Longs
    starts: Longs
    stops: Longs
    first: Longs
    refs: Longs
    kinds: Longs

    def taken(self, rows: Longs) -> Listing:
        """Some of the elements, without what they refer to.

        Parameters
        ----------
        rows
            Which.

        Returns
        -------
        Listing
            In the order of `rows`.
        """
        none = np.empty(0, dtype=np.int64)
        first = np.zeros(len(rows) + 1, dtype=np.int64)
        return Listing(self.ids[rows], self.starts[rows], self.stops[rows], first, none, none)


class Block:
    """One block of a file.

    Parameters
    ----------
    data
        Its bytes, unpacked.

    Raises
    ------
    ValueError
        They are no block.
    """

    def __init__(self, data: bytes) -> None:
        self.bytes = np.frombuffer(data + bytes(PAD), dtype=np.uint8)
        self.table = (0, 0)
        self._groups: list[tuple[int, int]] = []
        granularity, lat_offset, lon_offset, date = 100, 0, 0, 1000
        for field in fields_of(data):
            if field.number == 1:
                self.table = (field.start, field.stop)
            elif field.number == 2:
                self._groups.append((field.start, field.stop))
            elif field.number == 17:
                granularity = field.value
            elif field.number == 18:
                date = field.value
            elif field.number == 19:
                lat_offset = _signed(field.value)
            elif field.number == 20:
                lon_offset = _signed(field.value)
        if date != 1000 or granularity < 1:
            raise ValueError("times or positions are kept in an unusual unit; osmium cat writes it anew")
        self._scale = (granularity, lon_offset, lat_offset)
        self._spans = [self._split(*group) for group in self._groups]

    def _split(self, start: int, stop: int) -> tuple[Longs, Longs, Longs]:
        room = (stop - start) // 2 + 1
        numbers, starts, stops = (np.empty(room, dtype=np.int64) for _ in range(3))
        count = split(self.bytes, start, stop, numbers, starts, stops)
        if count < 0 or (stops[:count] < 0).any():
            raise ValueError("a block is damaged")
        return numbers[:count], starts[:count], stops[:count]

    def strings(self) -> tuple[Longs, Longs]:
        """First byte of each of the block's strings, and the one after its last."""
        _, starts, stops = self._split(*self.table)
        return starts, stops

    @property
    def kinds(self) -> set[int]:
        """What it holds: 0 nodes, 1 ways, 2 relations."""
        found: set[int] = set()
        for numbers, _, _ in self._spans:
            for number, kind in ((_NODE, 0), (_DENSE, 0), (_WAY, 1), (_RELATION, 2)):
                if (numbers == number).any():
                    found.add(kind)
        return found

    def nodes(self, *, places_only: bool = False) -> Nodes:
        """Its nodes, in order; on request without their tags and what is known of their last change.

        Parameters
        ----------
        places_only
            Whether only ids and positions are wanted.

        Returns
        -------
        Nodes
            Positions in units of 1e-7 degrees.
        """
        parts = []
        for numbers, starts, stops in self._spans:
            for number, start, stop in zip(numbers.tolist(), starts.tolist(), stops.tolist(), strict=True):
                if number == _DENSE:
                    parts.append(self._dense(start, stop, places_only=places_only))
                elif number == _NODE:
                    parts.append(self._single(start, stop))
        return join_nodes(parts)

    def listing(self, kind: int, *, ids_only: bool = False) -> Listing:
        """Its ways (1) or relations (2), in order; on request without what they refer to.

        Parameters
        ----------
        kind
            1 for ways, 2 for relations.
        ids_only
            Whether only ids are wanted.

        Returns
        -------
        Listing
            Ids, and what they refer to.

        Raises
        ------
        ValueError
            The block is damaged.
        """
        wanted = _WAY if kind == 1 else _RELATION
        starts = np.concatenate([s[n == wanted] for n, s, _ in self._spans] or [np.empty(0, np.int64)])
        stops = np.concatenate([e[n == wanted] for n, _, e in self._spans] or [np.empty(0, np.int64)])
        room = 0 if ids_only else int((stops - starts).sum())
        ids, first = np.zeros(len(starts), dtype=np.int64), np.zeros(len(starts) + 1, dtype=np.int64)
        refs = np.empty(room, dtype=np.int64)
        kinds = np.empty(room if kind == 2 else 0, dtype=np.int64)
        fields = (WAY_REFS, 0) if kind == 1 else (MEMBER_IDS, MEMBER_KINDS)
        if ids_only:
            fields = (0, 0)
        count = read_lists(self.bytes, starts, stops, *fields, ids, first, refs, kinds)
        if count < 0:
            raise ValueError("a block is damaged")
        return Listing(ids, starts, stops, first, refs[:count], kinds[:count])

    def _packed(self, start: int, stop: int, *, signed: bool, delta: bool) -> Longs:
        out = np.empty(stop - start, dtype=np.int64)
        count = unpack(self.bytes, start, stop, signed, delta, out, 0)
        if count < 0:
            raise ValueError("a block is damaged")
        return out[:count]

    def _fields(self, start: int, stop: int) -> dict[int, tuple[int, int]]:
        numbers, starts, stops = (each.tolist() for each in self._split_any(start, stop))
        return dict(zip(numbers, zip(starts, stops, strict=True), strict=True))

    def _split_any(self, start: int, stop: int) -> tuple[Longs, Longs, Longs]:
        room = (stop - start) // 2 + 1
        numbers, starts, stops = (np.empty(room, dtype=np.int64) for _ in range(3))
        count = split(self.bytes, start, stop, numbers, starts, stops)
        if count < 0:
            raise ValueError("a block is damaged")
        return numbers[:count], starts[:count], stops[:count]

    def _placed(self, lon: Longs, lat: Longs) -> tuple[Longs, Longs]:
        granularity, lon_offset, lat_offset = self._scale
        if (granularity, lon_offset, lat_offset) == (100, 0, 0):
            return lon, lat
        return (lon_offset + granularity * lon) // 100, (lat_offset + granularity * lat) // 100

    def _dense(self, start: int, stop: int, *, places_only: bool) -> Nodes:
        spans = self._fields(start, stop)
        empty = (start, start)
        ids, lat, lon = (self._packed(*spans.get(n, empty), signed=True, delta=True) for n in (1, 8, 9))
        if not len(ids) == len(lat) == len(lon):
            raise ValueError("a block is damaged")
        info = None
        first = np.zeros(len(ids) + 1, dtype=np.int64)
        if places_only:
            return Nodes(ids, *self._placed(lon, lat), info, first, np.empty(0, dtype=np.int64))
        if 5 in spans:
            inner = self._fields(*spans[5])
            info = {}
            for number, (name, delta) in enumerate(zip(INFO, _DELTAS, strict=True), 1):
                if number in inner:
                    info[name] = self._packed(*inner[number], signed=delta, delta=delta)
                else:
                    info[name] = np.zeros(len(ids), dtype=np.int64)
                if len(info[name]) != len(ids):
                    raise ValueError("a block is damaged")
        mixed = self._packed(*spans.get(10, empty), signed=False, delta=False)
        if len(mixed):
            ends = _ends_of_tags(mixed)
            if len(ends) != len(ids):
                raise ValueError("a block is damaged")
            first[1:] = ends - np.arange(len(ids))
            keep = np.ones(len(mixed), dtype=bool)
            keep[ends] = False
            mixed = mixed[keep]
        return Nodes(ids, *self._placed(lon, lat), info, first, mixed)

    def _single(self, start: int, stop: int) -> Nodes:
        """A node with a message of its own, as older programs write them."""
        spans = self._fields(start, stop)
        empty = (start, start)
        numbers = np.array([[_signed(spans.get(n, (0, 0))[0])] for n in (1, 8, 9)], dtype=np.int64)
        keys, values = (self._packed(*spans.get(n, empty), signed=False, delta=False) for n in (2, 3))
        if len(keys) != len(values):
            raise ValueError("a block is damaged")
        info = None
        if 4 in spans:
            inner = self._fields(*spans[4])
            info = {
                name: np.array([inner.get(number, (0, 0))[0]], dtype=np.int64)
                for number, name in enumerate(INFO, 1)
            }
        tags = np.stack([keys, values], axis=1).reshape(-1)
        first = np.array([0, len(tags)], dtype=np.int64)
        return Nodes(numbers[0], *self._placed(numbers[2], numbers[1]), info, first, tags)


def tags_of(tag_first: Longs, rows: Longs) -> Longs:
    """Places of the tags of some nodes.

    Parameters
    ----------
    tag_first
        Where the tags of each node start, and where the last one's end.
    rows
        Which nodes.

    Returns
    -------
    Longs
        In the order of `rows`.

    Examples
    --------
    >>> tags_of(np.array([0, 2, 2, 6]), np.array([2, 0])).tolist()
    [2, 3, 4, 5, 0, 1]
    """
    counts = tag_first[rows + 1] - tag_first[rows]
    ends = np.cumsum(counts)
    many = int(ends[-1]) if len(ends) else 0
    places: Longs = np.arange(many) + np.repeat(tag_first[rows] - ends + counts, counts)
    return places


def _ends_of_tags(mixed: Longs) -> Longs:
    """Places of the zeros that end the tags of each node: values may not be zero, keys never are."""
    return np.flatnonzero(mixed == 0)


def _signed(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def join_nodes(parts: list[Nodes]) -> Nodes:
    """Nodes of several blocks in one, whose strings are numbered alike.

    Parameters
    ----------
    parts
        At least one.

    Returns
    -------
    Nodes
        In the order of the parts.

    Examples
    --------
    >>> len(join_nodes([]).ids)
    0
    """
    if len(parts) == 1:
        return parts[0]
    none = np.empty(0, dtype=np.int64)

    def joined(columns: list[Any]) -> Longs:
        return np.concatenate(columns) if columns else none

    info = None
    if any(part.info is not None for part in parts):
        info = {
            name: joined(
                [part.info[name] if part.info is not None else np.zeros_like(part.ids) for part in parts]
            )
            for name in INFO
        }
    shifts = np.cumsum([0, *(len(part.tags) for part in parts)])
    first = joined([part.tag_first[:-1] + shift for part, shift in zip(parts, shifts, strict=False)])
    return Nodes(
        joined([part.ids for part in parts]),
        joined([part.lon for part in parts]),
        joined([part.lat for part in parts]),
        info,
        np.append(first, shifts[-1]),
        joined([part.tags for part in parts]),
    )
