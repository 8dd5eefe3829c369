"""First pass: what each area takes, as `osmium extract --strategy complete_ways` defines it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.cutting.blobs import read_blocks
from wegeketten.cutting.blocks import Block
from wegeketten.cutting.members import (
    Members,
    areas_of_relations,
    areas_of_ways,
    collect,
    merged,
    with_parents,
)
from wegeketten.errors import InputDataError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.cutting.shapes import Outlines

    Longs = NDArray[np.int64]
    Pairs = list[tuple[Longs, NDArray[np.int32]]]


class Selection(NamedTuple):
    """Elements of every area.

    Attributes
    ----------
    nodes
        Nodes in an area, and all other nodes of its ways.
    ways
        Ways with a node in an area.
    relations
        Relations with a node in an area or a way of it, and the relations these are members of.
    blocks
        Kind, lowest and highest id of the elements of each block, a list for each block of the file.
    """

    nodes: Members
    ways: Members
    relations: Members
    blocks: list[list[tuple[int, int, int]]]

    @property
    def by_kind(self) -> tuple[Members, Members, Members]:
        """Nodes, ways, relations."""
        return self.nodes, self.ways, self.relations

    def wants(self, block: int) -> bool:
        """Whether an area may take something of a block.

        Parameters
        ----------
        block
            Number of the block in the file, from 0 on.

        Returns
        -------
        bool
            False where no element of it can belong to an area.
        """
        return any(self.by_kind[kind].any_between(low, high) for kind, low, high in self.blocks[block])


def select(path: Path, outlines: Outlines, *, progress: Callable[[float], None] | None = None) -> Selection:
    """Pass over a file once and note which elements belong to which area.

    Parameters
    ----------
    path
        PBF file, nodes before ways before relations.
    outlines
        Of the areas.
    progress
        Told the share of the file that is read.

    Returns
    -------
    Selection
        Members by kind of element.

    Raises
    ------
    InputDataError
        The file is damaged or not sorted.
    """
    chosen = _Chooser(path, outlines)
    size = path.stat().st_size
    for end, data in read_blocks(path):
        try:
            chosen.take(Block(data))
        except ValueError as error:
            if isinstance(error, InputDataError):
                raise
            raise InputDataError(f"{path}: cannot be read as OSM PBF ({error}); download it again") from error
        if progress:
            progress(end / size)
    return chosen.result()


class _Chooser:
    def __init__(self, path: Path, outlines: Outlines) -> None:
        self.path, self.outlines = path, outlines
        self.reached = 0  # nodes, then ways, then relations
        self.pairs: tuple[Pairs, Pairs, Pairs] = ([], [], [])
        self.extra: Pairs = []
        self.nested: list[tuple[Longs, Longs]] = []
        self.nodes, self.ways = Members(*_NONE), Members(*_NONE)
        self.blocks: list[list[tuple[int, int, int]]] = []

    def take(self, block: Block) -> None:
        """Note what the areas take of a block."""
        self.blocks.append([])
        for kind in sorted(block.kinds):
            if kind < self.reached:
                raise InputDataError(
                    f"{self.path}: is not sorted (nodes, ways, relations); "
                    f"write it anew with osmium sort {self.path} -o SORTED.osm.pbf"
                )
            if kind > 0 and self.reached == 0:
                self.nodes = collect(self.pairs[0])
                self.pairs[0].clear()
            if kind == 2 and self.reached < 2:
                self.ways = collect(self.pairs[1])
                self.pairs[1].clear()
            self.reached = kind
            ids = (self._nodes, self._ways, self._relations)[kind](block)
            if len(ids):
                self.blocks[-1].append((kind, int(ids.min()), int(ids.max())))

    def _nodes(self, block: Block) -> Longs:
        nodes = block.nodes(places_only=True)
        rows, areas = self.outlines.holding(nodes.lon, nodes.lat)
        if len(rows):
            self.pairs[0].append((nodes.ids[rows], areas))
        return nodes.ids

    def _ways(self, block: Block) -> Longs:
        ways = block.listing(1)
        (rows, areas), extra = areas_of_ways(ways.first, ways.refs, self.nodes, len(self.outlines.boxes))
        if len(rows):
            self.pairs[1].append((ways.ids[rows], areas))
        if len(extra[0]):
            self.extra.append(extra)
        return ways.ids

    def _relations(self, block: Block) -> Longs:
        listed = block.listing(2)
        if len(listed.kinds) != len(listed.refs):
            raise ValueError("a block is damaged")
        rows, areas = areas_of_relations(listed.first, listed.refs, listed.kinds, self.nodes, self.ways)
        if len(rows):
            self.pairs[2].append((listed.ids[rows], areas))
        nested = np.flatnonzero(listed.kinds == 2)
        if len(nested):
            owner = np.repeat(listed.ids, np.diff(listed.first))
            self.nested.append((listed.refs[nested], owner[nested]))
        return listed.ids

    def result(self) -> Selection:
        """All of it, once the file is read."""
        if self.reached == 0:
            self.nodes = collect(self.pairs[0])
        if self.reached == 1:
            self.ways = collect(self.pairs[1])
        relations = collect(self.pairs[2])
        if self.nested:
            children, parents = (np.concatenate(column) for column in zip(*self.nested, strict=True))
            relations = with_parents(relations, children, parents)
        nodes = merged(self.nodes, collect(self.extra, distinct=True))
        return Selection(nodes, self.ways, relations, self.blocks)


_NONE = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32)
