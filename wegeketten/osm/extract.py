"""Reading extracts of OpenStreetMap: one streaming pass through pyosmium, checked at the door."""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.osm.features import Features, Node, Relation, Skipped, Way
from wegeketten.osm.source import check_file, check_sums, stated_time

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

_UNWANTED_RELATIONS = frozenset(
    {"route", "route_master", "superroute", "network", "restriction", "connectivity", "collection", "tmc"}
)
_NOWHERE = 2_147_483_647  # how libosmium marks a coordinate it does not know
_MISSING_SHARE = 0.5  # beyond it the file is no extract but a torn piece
_OSM_FOUNDED = 2004  # an earlier time stands for none: extracts without metadata say 1970
_WORST_WAYS = 20  # ways named one by one in the list of what was skipped


def read_extract(path: str | Path) -> Features:
    """Read an extract of OpenStreetMap.

    All tagged nodes and ways are kept, untagged ways where a relation uses them, and relations except
    routes and turn restrictions. References to nodes that the file does not hold are left out; where that
    tears a way apart, `Features.gaps` tells.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2``; the content has to be what the name says.

    Returns
    -------
    Features
        Elements in the order of the file.

    Raises
    ------
    InputDataError
        The file does not exist, is empty, is something else than its name says, is cut, holds several
        versions of elements, expands beyond reason, or lacks most of the nodes its ways refer to.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "two.osm"
    >>> _ = file.write_text('''<osm version="0.6">
    ... <node id="1" lat="51.0" lon="13.0"/><node id="2" lat="51.0" lon="13.1"/>
    ... <way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way></osm>''')
    >>> features = read_extract(file)
    >>> features.ways[7].tags, features.refs.tolist()
    ({'highway': 'footway'}, [1, 2])
    """
    path = Path(path)
    kind = check_file(path)
    check_sums(path)
    reader = _Reader(path)
    try:
        reader.run(kind)
    except (RuntimeError, ValueError, OSError) as error:
        if isinstance(error, InputDataError):
            raise
        reason = " ".join(str(error).split())
        raise InputDataError(
            f"{path}: cannot be read as OpenStreetMap data ({reason}); download it again"
        ) from error
    return reader.features()


class _Reader:
    """Collects the elements of one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.nodes: dict[int, Node] = {}
        self.ways: dict[int, Way] = {}
        self.relations: dict[int, Relation] = {}
        self.refs = array("q")
        self.x = array("i")  # 1e-7 degrees
        self.y = array("i")
        self.untagged: set[int] = set()
        self.versions: dict[tuple[str, int], int] = {}
        self.skipped: list[Skipped] = []
        self.doubles: Counter[str] = Counter()
        self.timestamp = ""
        self.newest: dt.datetime | None = None  # of all ways
        self.negative = False

    def run(self, form: str) -> None:
        """Pass over the file once."""
        import osmium

        file = osmium.io.File(str(self.path), form)
        pool = osmium.io.ThreadPool()
        with osmium.io.Reader(file, osmium.osm.NOTHING, thread_pool=pool) as reader:
            header = reader.header()
            stated = header.get("osmosis_replication_timestamp") or header.get("timestamp")
            self.timestamp = stated or stated_time(self.path, form)
        if header.has_multiple_object_versions or file.has_multiple_object_versions:
            raise InputDataError(
                f"{self.path}: holds several versions of each element (a history or change file); "
                "give an extract with the current state"
            )
        tagged = osmium.filter.EmptyTagFilter()
        tagged.enable_for(osmium.osm.NODE)
        things: Iterable[Any] = (
            osmium.FileProcessor(file, thread_pool=pool).with_locations().with_filter(tagged)
        )
        for thing in things:
            if thing.is_node():
                self._node(thing)
            elif thing.is_way():
                self._way(thing)
            elif thing.is_relation():
                self._relation(thing)
        if self.negative:
            self._find_negative(file, pool)

    def _tags(self, thing: Any) -> dict[str, str]:
        intern = sys.intern
        return {intern(key): intern(value) for key, value in thing.tags}

    def _stale(self, kind: str, thing: Any, known: dict[int, Any]) -> bool:
        """Whether a newer version of `thing` was read before; versions are kept from the second on only."""
        if not thing.visible:
            return True
        key = (kind, thing.id)
        if thing.id not in known:
            return False
        self.doubles[kind] += 1
        newer = thing.version >= self.versions.get(key, 0)
        if newer:
            self.versions[key] = thing.version
        return not newer

    def _node(self, node: Any) -> None:
        if self._stale("n", node, self.nodes):
            return
        place = node.location
        if not place.valid():
            self.skipped.append(Skipped(f"n{node.id}", "extract", "node without a valid position"))
            return
        self.nodes[node.id] = Node(node.id, self._tags(node), place.x * 1e-7, place.y * 1e-7)

    def _way(self, way: Any) -> None:
        if self._stale("w", way, self.ways):
            return
        tags = self._tags(way)
        if self.newest is None or way.timestamp > self.newest:
            self.newest = way.timestamp
        start = len(self.refs)
        refs, x, y = self.refs.append, self.x.append, self.y.append
        for node in way.nodes:
            place = node.location
            refs(node.ref)
            x(place.x)
            y(place.y)
        if start == len(self.refs):
            if tags:
                self.skipped.append(Skipped(f"w{way.id}", "extract", "way without nodes"))
            return
        if self.refs[-1] < 0:
            self.negative = True
        if not tags:
            self.untagged.add(way.id)
        self.ways[way.id] = Way(way.id, tags, start, len(self.refs))

    def _relation(self, relation: Any) -> None:
        tags = self._tags(relation)
        if not tags or tags.get("type") in _UNWANTED_RELATIONS or self._stale("r", relation, self.relations):
            return
        members = [(member.type, member.ref, member.role) for member in relation.members]
        self.relations[relation.id] = Relation(relation.id, tags, members)
        if self.untagged:
            self.untagged.difference_update(ref for kind, ref, _ in members if kind == "w")

    def _find_negative(self, file: Any, pool: Any) -> None:
        """Positions of nodes with negative ids (unsaved editor files); the location index has none."""
        import osmium

        where: dict[int, tuple[int, int]] = {}
        nodes: Iterable[Any] = osmium.FileProcessor(file, osmium.osm.NODE, thread_pool=pool)
        for node in nodes:
            if node.id < 0 and node.location.valid():
                where[node.id] = (node.location.x, node.location.y)
        for position, ref in enumerate(self.refs):
            if ref < 0 and ref in where:
                self.x[position], self.y[position] = where[ref]
        self.skipped.append(
            Skipped(
                "file",
                "extract",
                "holds negative ids: elements never uploaded to OpenStreetMap; kept as they are",
            )
        )

    def features(self) -> Features:
        """What was read, with missing nodes left out and every finding listed."""
        for way_id in self.untagged:
            del self.ways[way_id]
        refs = np.frombuffer(self.refs, dtype=np.int64) if self.refs else np.empty(0, np.int64)
        lonlat = np.empty((len(refs), 2))
        here = np.ones(len(refs), dtype=bool)
        if len(refs):
            for column, values in enumerate((self.x, self.y)):
                fixed = np.frombuffer(values, dtype=np.int32)
                here &= fixed != _NOWHERE
                np.multiply(fixed, 1e-7, out=lonlat[:, column])
        gaps = np.empty(0, dtype=np.int64)
        if not here.all():
            refs, lonlat, gaps = self._leave_out(refs, lonlat, here)
        else:
            refs = refs.copy()
        self._state_findings()
        if not self.timestamp and self.newest is not None and self.newest.year > _OSM_FOUNDED:
            self.timestamp = self.newest.strftime("%Y-%m-%dT%H:%M:%SZ")
        features = Features(
            self.nodes,
            self.ways,
            self.relations,
            refs,
            lonlat,
            skipped=self.skipped,
            timestamp=self.timestamp,
            sha256=_sha256(self.path),
            source=self.path.name,
            gaps=gaps,
        )
        _check_extent(self.path, features)
        return features

    def _leave_out(self, refs: Any, lonlat: Any, here: Any) -> tuple[Any, Any, Any]:
        """Drop references to missing nodes; note where that tears a way apart."""
        missing = np.flatnonzero(~here)
        if len(missing) > _MISSING_SHARE * len(refs):
            raise InputDataError(
                f"{self.path}: {len(missing)} of {len(refs)} node references of ways lead to nodes "
                "that are not in the file before the ways; sort it (osmium sort) or use a complete extract"
            )
        place = np.concatenate(([0], np.cumsum(here)))  # new position of each old one
        torn: set[int] = set()
        lost: Counter[int] = Counter()
        for way in list(self.ways.values()):
            gone = int(way.stop - way.start - (place[way.stop] - place[way.start]))
            if not gone:
                continue
            lost[way.id] = gone
            start, stop = int(place[way.start]), int(place[way.stop])
            if start == stop:
                del self.ways[way.id]
                continue
            self.ways[way.id] = Way(way.id, way.tags, start, stop)
            inner = np.flatnonzero(~here[way.start : way.stop]) + way.start
            torn.update(int(place[position]) for position in inner.tolist() if start < place[position] < stop)
        for way in list(self.ways.values()):
            if way.id not in lost:
                self.ways[way.id] = Way(way.id, way.tags, int(place[way.start]), int(place[way.stop]))
        for way_id, gone in lost.most_common(_WORST_WAYS):
            self.skipped.append(Skipped(f"w{way_id}", "extract", f"{gone} of its nodes are not in the file"))
        rest = len(lost) - _WORST_WAYS
        if rest > 0:
            self.skipped.append(
                Skipped("file", "extract", f"{rest} more ways lack nodes (the edge of the extract)")
            )
        return refs[here], lonlat[here], np.array(sorted(torn), dtype=np.int64)

    def _state_findings(self) -> None:
        names = {"n": "nodes", "w": "ways", "r": "relations"}
        for kind, count in sorted(self.doubles.items()):
            self.skipped.append(
                Skipped(
                    "file",
                    "extract",
                    f"{count} {names[kind]} occur more than once; the highest version counts",
                )
            )
        if self.ways and not self.relations:
            self.skipped.append(
                Skipped("file", "extract", "holds ways but no relations: it may have been cut off at the end")
            )


def _check_extent(path: Path, features: Features) -> None:
    """An extract is one town or region: refuse what no metric projection can hold."""
    if not features.ways:
        raise InputDataError(f"{path}: holds no ways; a network needs streets and paths")
    low, high = features.lonlat.min(axis=0), features.lonlat.max(axis=0)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise InputDataError(f"{path}: holds positions that are no numbers")
    if abs(low[1]) > 84 or abs(high[1]) > 84:  # where UTM ends
        raise InputDataError(f"{path}: reaches beyond 84 degrees of latitude; this cannot be a town")
    if high[0] - low[0] > 6:
        where = f"from {low[0]:.2f} to {high[0]:.2f} degrees of longitude"
        raise InputDataError(
            f"{path}: reaches {where} (two places in one file, or across the date line); cut out one town"
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
