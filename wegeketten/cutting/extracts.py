"""Second pass: the extracts of all areas are written side by side, a batch of blocks at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.cutting.blobs import THREADS, bytes_field, packed, read_blocks
from wegeketten.cutting.blocks import INFO, MEMBER_ROLES, Block, join_nodes, tags_of
from wegeketten.cutting.kernels import pack, rewrite, strings_used
from wegeketten.cutting.strings import Strings
from wegeketten.errors import InputDataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.cutting.blocks import Listing, Nodes
    from wegeketten.cutting.members import Members
    from wegeketten.cutting.selection import Selection

    Longs = NDArray[np.int64]

_BLOCK = 8000  # elements of a block, as other programs write them
_BATCH_BYTES = 8 << 20  # of the file whose blocks are held at a time: ends do not depend on who else is cut
_MOST_BYTES = 256 << 20  # of unpacked blocks, where a file is packed unusually well
_WIDEST = 5  # bytes of a string's number


def write_extracts(
    path: Path,
    selection: Selection,
    targets: Sequence[Path],
    heads: Mapping[int, bytes],
    *,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Pass over a file a second time and write the extract of every area.

    Parameters
    ----------
    path
        The file that `selection` was made of.
    selection
        Which elements belong to which area.
    targets
        One file for each area.
    heads
        Their first blobs, by the row of the area; an area without one has nothing to write.
    progress
        Told the share of the file that is read.

    Raises
    ------
    InputDataError
        The file is damaged.
    """
    for row, head in heads.items():
        targets[row].write_bytes(head)
    size = path.stat().st_size
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            batch = _Batch(selection.by_kind, targets, pool)
            for end, data in read_blocks(path, wanted=selection.wants):
                batch.reach(end)
                block = Block(data)
                for kind in sorted(block.kinds):
                    batch.take(block, kind)
                if progress:
                    progress(end / size)
            batch.flush()
    except ValueError as error:
        if isinstance(error, InputDataError):
            raise
        raise InputDataError(f"{path}: cannot be read as OSM PBF ({error}); download it again") from error


class _Batch:
    """Blocks of one kind that are written together; their strings are numbered alike."""

    def __init__(
        self, members: tuple[Members, Members, Members], targets: Sequence[Path], pool: ThreadPoolExecutor
    ) -> None:
        self.members, self.targets, self.pool = members, targets, pool
        self.kind = self.span = 0
        self._clear()

    def _clear(self) -> None:
        self.size = self.count = 0
        self.strings = Strings()
        self.rows: list[Longs] = []
        self.areas: list[NDArray[np.int32]] = []
        self.parts: list[Any] = []
        self.old: list[Longs] = []

    def reach(self, end: int) -> None:
        """Write what was gathered where the file's next block belongs to another batch."""
        if end // _BATCH_BYTES != self.span:
            self.flush()
            self.span = end // _BATCH_BYTES

    def take(self, block: Block, kind: int) -> None:
        """Add what the areas want of a block."""
        if kind != self.kind:
            self.flush()
            self.kind = kind
        elements: Nodes | Listing = block.nodes() if kind == 0 else block.listing(kind, ids_only=True)
        rows, areas = self.members[kind].find(elements.ids)
        if not len(rows):
            return
        fresh = self.strings.number(block.bytes, *block.strings())
        if not len(fresh):
            fresh = np.zeros(1, dtype=np.int64)
        mine = np.zeros(len(elements.ids), dtype=bool)
        mine[rows] = True
        self.rows.append((np.cumsum(mine) - 1)[rows] + self.count)
        self.areas.append(areas)
        self.count += int(mine.sum())
        if kind == 0:
            nodes: Any = elements.taken(np.flatnonzero(mine))
            nodes.tags = _renumbered(nodes.tags, fresh)
            if nodes.info is not None:
                nodes.info["user"] = _renumbered(nodes.info["user"], fresh)
            self.parts.append(nodes)
        else:
            self.parts.append((elements.taken(np.flatnonzero(mine)), block.bytes))
            self.old.append(fresh)
        self.size += len(block.bytes)
        if self.size > _MOST_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered."""
        if not self.parts:
            return
        rows, areas = np.concatenate(self.rows), np.concatenate(self.areas)
        encode = (
            _NodeCoder(self.parts, self.strings)
            if self.kind == 0
            else _ListCoder(self.parts, self.old, self.strings, self.kind)
        )
        order = np.argsort(areas, kind="stable")
        rows, areas = rows[order], areas[order]
        starts = np.flatnonzero(np.diff(areas, prepend=-1))
        spans = [
            (first, min(first + _BLOCK, stop))
            for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(areas)], strict=True)
            for first in range(start, stop, _BLOCK)
        ]
        blobs = self.pool.map(lambda span: packed(b"OSMData", encode(rows[slice(*span)])), spans)
        for (first, _), blob in zip(spans, blobs, strict=True):
            with self.targets[int(areas[first])].open("ab") as file:
                file.write(blob)
        self._clear()


class _NodeCoder:
    def __init__(self, parts: list[Nodes], strings: Strings) -> None:
        self.nodes, self.strings = join_nodes(parts), strings
        self.counts = np.diff(self.nodes.tag_first)

    def __call__(self, rows: Longs) -> bytes:
        """A block of some of the nodes."""
        nodes = self.nodes
        counts = self.counts[rows]
        tags = nodes.tags[tags_of(nodes.tag_first, rows)]
        users = None if nodes.info is None else nodes.info["user"][rows]
        table, fresh = _table(self.strings, tags if users is None else np.concatenate([tags, users]))
        dense = _packed_field(1, nodes.ids[rows], signed=True, delta=True)
        if nodes.info is not None and users is not None:
            info = b""
            for number, name in enumerate(INFO, 1):
                values = fresh[users] if name == "user" else nodes.info[name][rows]
                info += _packed_field(number, values, signed=number > 1, delta=number > 1)
            dense += bytes_field(5, info)
        dense += _packed_field(8, nodes.lat[rows], signed=True, delta=True)
        dense += _packed_field(9, nodes.lon[rows], signed=True, delta=True)
        if len(tags):
            mixed = np.zeros(len(tags) + len(rows), dtype=np.int64)
            mixed[np.arange(len(tags)) + np.repeat(np.arange(len(rows)), counts)] = fresh[tags]
            dense += _packed_field(10, mixed, signed=False, delta=False)
        return table + bytes_field(2, bytes_field(2, dense))


class _ListCoder:
    """Ways and relations are copied as they are, with new numbers for their strings."""

    def __init__(self, parts: list[Any], old: list[Longs], strings: Strings, kind: int) -> None:
        self.strings = strings
        self.number = 3 if kind == 1 else 4
        self.roles = 0 if kind == 1 else MEMBER_ROLES
        at = np.cumsum([0, *(len(data) for _, data in parts)])
        base = np.cumsum([0, *map(len, old)])
        self.data = np.concatenate([data for _, data in parts])
        self.starts = np.concatenate(
            [each.starts + shift for (each, _), shift in zip(parts, at, strict=False)]
        )
        self.stops = np.concatenate([each.stops + shift for (each, _), shift in zip(parts, at, strict=False)])
        self.base = np.concatenate(
            [np.full(len(each.ids), shift) for (each, _), shift in zip(parts, base, strict=False)]
        )
        self.batch_number = np.concatenate(old)

    def __call__(self, rows: Longs) -> bytes:
        """A block of some of the elements."""
        spans = self.starts[rows], self.stops[rows], self.base[rows]
        size = int((spans[1] - spans[0]).sum())
        used = np.empty(size + 1, dtype=np.int64)
        count = strings_used(self.data, *spans, self.roles, used)
        if count < 0:
            raise ValueError("a block is damaged")
        table, fresh = _table(self.strings, _renumbered(used[:count], self.batch_number))
        body, scratch = (
            np.empty(int((spans[1] - spans[0]).max()) * _WIDEST + 64, dtype=np.uint8) for _ in range(2)
        )
        out = np.empty(size * _WIDEST + 16 * len(rows), dtype=np.uint8)
        end = rewrite(
            self.data, *spans, fresh[self.batch_number], self.roles, self.number, scratch, body, out
        )
        return table + bytes_field(2, out[:end].tobytes())


def _renumbered(numbers: Longs, fresh: Longs) -> Longs:
    if len(numbers) and not 0 <= int(numbers.min()) <= int(numbers.max()) < len(fresh):
        raise ValueError("a block is damaged")
    return fresh[numbers]


def _table(strings: Strings, used: Longs) -> tuple[bytes, Longs]:
    """Table of the strings, the empty one and then by first use, and the new number of each string."""
    fresh = np.zeros(len(strings), dtype=np.int64)
    first = np.full(len(strings), -1, dtype=np.int64)
    first[used[::-1]] = np.arange(len(used))[::-1]
    first[0] = -1
    kept = np.flatnonzero(first >= 0)
    kept = kept[np.argsort(first[kept])]
    fresh[kept] = np.arange(1, len(kept) + 1)
    table = strings.table(np.append(np.zeros(1, dtype=np.int64), kept))
    return bytes_field(1, table), fresh


def _packed_field(number: int, values: Longs, *, signed: bool, delta: bool) -> bytes:
    out = np.empty(10 * len(values), dtype=np.uint8)
    size = pack(np.ascontiguousarray(values, dtype=np.int64), signed, delta, out)
    return bytes_field(number, out[:size].tobytes())
