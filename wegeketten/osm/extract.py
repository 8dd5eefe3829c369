"""Reading extracts of OpenStreetMap: one streaming pass through pyosmium, checked at the door."""

from __future__ import annotations

import hashlib
import re
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import InputDataError, OutputError
from wegeketten.files.bounds import count_within
from wegeketten.files.parquet import to_numpy
from wegeketten.files.scratch import private_folder
from wegeketten.osm.descriptors import none_left_open
from wegeketten.osm.elements import write_elements
from wegeketten.osm.features import Features, Node, Relation, Skipped, Way
from wegeketten.osm.foreign import foreign_elements
from wegeketten.osm.source import check_file, check_sums, stated_time
from wegeketten.osm.writer import open_writer
from wegeketten.osm.xml_repair import deleted_in_editor, is_packed, without_inner_geometry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_UNWANTED_RELATIONS = frozenset(
    {"route", "route_master", "superroute", "network", "restriction", "connectivity", "collection", "tmc"}
)
_NOWHERE = 999.0  # stands for the coordinates of nodes that are not in the file
_BATCH = 50_000  # ways whose points are parsed in one go: all at once would be in memory several times
_COMMAS = bytes.maketrans(b"xy,", b",,\n")
_ESCAPED = re.compile("%([0-9a-f]+)%")
_MISSING_SHARE = 0.5  # beyond it the file is no extract but a torn piece
_OSM_FOUNDED = "2005"  # an earlier time stands for none: extracts without metadata say 1970
ORDERS = ("nodes first", "nodes anywhere", "points in the ways")
"""Where the places of ways' nodes are looked for: most files have their nodes first; overpass turbo's do not,
and some have no untagged nodes at all, but points in the ways."""

_NO_RELATIONS = "holds ways but no relations: it may have been cut off at the end"
_LONGEST_KM = 100.0  # ferries have more points than that
_MOST_LATITUDE = 4.5  # degrees, 500 km
_WORST_WAYS = 20  # ways named one by one in the list of what was skipped


def read_extract(path: str | Path) -> Features:
    """Read an extract of OpenStreetMap.

    All tagged nodes and ways are kept, untagged ways where a relation uses them, and relations except
    routes and turn restrictions. References to nodes that the file does not hold are left out; where that
    tears a way apart, see `Features.gaps`.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2``, a set of OpenSidewalks (``.zip``) or a graph of
        OSMnx (``.graphml``, ``.gpkg``); the content has to be what the name says.

    Returns
    -------
    Features
        Elements in the order of the file.

    Raises
    ------
    InputDataError
        The file does not exist, is empty, is something else than its name says, is cut, holds several
        versions of elements, expands beyond reason, or lacks most of the nodes its ways refer to.
    OutputError
        There is no room for temporary files.

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
    if (other := foreign_elements(path)) is not None:
        with private_folder(Path(tempfile.gettempdir())) as room:
            write_elements(other.elements, room / "elements.osm.pbf")
            features = _read(room / "elements.osm.pbf", "pbf")
        skipped = [each for each in features.skipped if each.reason != _NO_RELATIONS]
        return replace(
            features, sha256=_sha256(path), source=path.name, originals=other.originals, skipped=skipped
        )
    kind = check_file(path)
    check_sums(path)
    return _read(path, kind)


def _read(path: Path, kind: str) -> Features:
    from osmium import InvalidLocationError

    with ExitStack() as stack:
        source, missing, stripped = path, None, False
        try:
            unpacked = None
            if is_packed(path):
                unpacked = stack.enter_context(private_folder(Path(tempfile.gettempdir()))) / "unpacked.osm"
            deleted = deleted_in_editor(path, unpacked)
            if unpacked is not None and unpacked.exists():
                source, kind = unpacked, "osm"
            for order in ORDERS:
                reader = _Reader(path, source, order, deleted)
                try:
                    with none_left_open(source):
                        reader.run(kind)
                    return reader.features()
                except _NodesMissingError as error:
                    missing = missing or error
                except RuntimeError as error:
                    if "inside <member>" not in str(error) or stripped:
                        raise
                    stripped = True
                    room = stack.enter_context(private_folder(Path(tempfile.gettempdir())))
                    source, kind = without_inner_geometry(path, room), "osm"
        except (RuntimeError, ValueError, OSError, IndexError, KeyError, InvalidLocationError) as error:
            if isinstance(error, InputDataError | OutputError):
                raise
            reason = " ".join(str(error).split())
            raise InputDataError(
                f"{path}: cannot be read as OpenStreetMap data ({reason}); download it again"
            ) from error
    raise missing or InputDataError(f"{path}: geometry inside members of relations cannot be read")


class _NodesMissingError(InputDataError):
    """Most of the nodes that ways refer to were not found; they may come later, or lie in the ways."""


class _Reader:
    """Collects the elements of one file.

    pyosmium reads, locates and filters in C++ and writes what is left as OPL lines, one element each;
    splitting those is several times faster than handling element objects one by one.
    """

    def __init__(self, path: Path, source: Path, order: str, deleted: frozenset[str]) -> None:
        self.path, self.source, self.order, self.deleted = path, source, order, deleted
        self.nodes: dict[int, Node] = {}
        self.ways: dict[int, Way] = {}
        self.relations: dict[int, Relation] = {}
        self.points: list[str] = []  # of all ways, as OPL writes them
        self.count = 0
        self.untagged: set[int] = set()
        self.versions: dict[str, int] = {}  # by id with its letter
        self.skipped: list[Skipped] = []
        self.doubles: Counter[str] = Counter()
        self.timestamp = ""
        self.newest = ""  # of all ways
        self.where: dict[int, tuple[float, float]] = {}  # nodes with negative ids

    def run(self, form: str) -> None:
        """Pass over the file once."""
        import osmium

        file = osmium.io.File(str(self.source), form)
        pool = osmium.io.ThreadPool()
        with osmium.io.Reader(file, osmium.osm.NOTHING, thread_pool=pool) as reader:
            header = reader.header()
            stated = header.get("osmosis_replication_timestamp") or header.get("timestamp")
            self.timestamp = stated or stated_time(self.source, form)
        if header.has_multiple_object_versions or file.has_multiple_object_versions:
            raise InputDataError(
                f"{self.path}: holds several versions of each element (a history or change file); "
                "give an extract with the current state"
            )
        with private_folder(Path(tempfile.gettempdir())) as folder:
            lines = folder / "elements.opl"
            with none_left_open(lines):
                _write_lines(file, lines, pool, self.order)
            takers = {"n": self._node, "w": self._way, "r": self._relation}
            with lines.open(encoding="utf-8", newline="\n") as text:
                for line in text:
                    fields = line[:-1].split(" ")
                    # id, version, visible or deleted, time, tags, then what is the element's own
                    if fields[2] != "dD" and fields[0] not in self.deleted:
                        takers[line[0]](fields)
        if any("n-" in points for points in self.points):
            self._find_negative(file, pool)

    def _stale(self, fields: list[str]) -> bool:
        """Whether a newer version of the element was read before."""
        version = int(fields[1][1:])
        known = self.versions.get(fields[0])
        if known is not None:
            self.doubles[fields[0][0]] += 1
            if version < known:
                return True
        self.versions[fields[0]] = version
        return False

    def _node(self, fields: list[str]) -> None:
        if self._stale(fields):
            return
        name, x, y = fields[0], fields[5][1:], fields[6][1:]
        if not x or not y:
            self.skipped.append(Skipped(name, "extract", "node without a valid position"))
            return
        number = int(name[1:])
        self.nodes[number] = Node(number, _tags(fields[4]), float(x), float(y))

    def _way(self, fields: list[str]) -> None:
        if self._stale(fields):
            return
        number, tags, points = int(fields[0][1:]), _tags(fields[4]), fields[5][1:]
        self.newest = max(self.newest, fields[3][1:])
        if not points:
            if tags:
                self.skipped.append(Skipped(fields[0], "extract", "way without nodes"))
            return
        start = self.count
        self.count += points.count("n")
        self.points.append(points)
        if not tags:
            self.untagged.add(number)
        self.ways[number] = Way(number, tags, start, self.count)

    def _relation(self, fields: list[str]) -> None:
        tags = _tags(fields[4])
        unwanted = tags.get("type") in _UNWANTED_RELATIONS and tags.get("route") != "ferry"
        if not tags or unwanted or self._stale(fields):
            return
        members = []
        for member in fields[5][1:].split(","):
            ref, _, role = member.partition("@")
            if ref:
                members.append((ref[0], int(ref[1:]), _text(role)))
        number = int(fields[0][1:])
        self.relations[number] = Relation(number, tags, members)
        if self.untagged:
            self.untagged.difference_update(ref for kind, ref, _ in members if kind == "w")

    def _find_negative(self, file: Any, pool: Any) -> None:
        """Positions of nodes with negative ids (unsaved editor files); the location index has none."""
        import osmium

        nodes: Iterable[Any] = osmium.FileProcessor(file, osmium.osm.NODE, thread_pool=pool)
        for node in nodes:
            if node.id < 0 and node.location.valid():
                self.where[node.id] = (node.location.lon, node.location.lat)
        self.skipped.append(
            Skipped(
                "file",
                "extract",
                "holds negative ids: elements never uploaded to OpenStreetMap; kept as they are",
            )
        )

    def _points(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Node ids of all ways and their positions, NaN where unknown."""
        if not self.count:
            return np.empty(0, dtype=np.int64), np.empty((0, 2))
        batches = [
            _parse_points(",".join(self.points[first : first + _BATCH]))
            for first in range(0, len(self.points), _BATCH)
        ]
        refs, lon, lat = (np.concatenate(column) for column in zip(*batches, strict=True))
        count_within(self.path, "extract", len(refs))
        lonlat = np.stack([lon, lat], axis=1)
        lonlat[lonlat == _NOWHERE] = np.nan
        for row in np.flatnonzero(refs < 0).tolist():
            lonlat[row] = self.where.get(int(refs[row]), (np.nan, np.nan))
        return refs, lonlat

    def features(self) -> Features:
        """What was read, with missing nodes left out and every finding listed."""
        for way_id in self.untagged:
            del self.ways[way_id]
        refs, lonlat = self._points()
        here = np.isfinite(lonlat).all(axis=1)
        gaps = np.empty(0, dtype=np.int64)
        if not here.all():
            refs, lonlat, gaps = self._leave_out(refs, lonlat, here)
        self._state_findings()
        if not self.timestamp and self.newest > _OSM_FOUNDED:
            self.timestamp = self.newest
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
            raise _NodesMissingError(
                f"{self.path}: {len(missing)} of {len(refs)} node references of ways lead to nodes "
                "that are not in the file; use a complete extract (Overpass: out body; >; out skel qt;)"
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
            self.skipped.append(Skipped("file", "extract", _NO_RELATIONS))


def _write_lines(file: Any, target: Path, pool: Any, order: str) -> None:
    """All tagged nodes, all ways with their points, all relations, one line each."""
    import osmium

    tagged = osmium.filter.EmptyTagFilter()
    tagged.enable_for(osmium.osm.NODE)
    places = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    places.ignore_errors()
    form = "opl,locations_on_ways=true,add_metadata=version+timestamp"
    handlers = [tagged] if order == "points in the ways" else [places, tagged]
    if order == "nodes anywhere":
        with osmium.io.Reader(file, osmium.osm.NODE, thread_pool=pool) as reader:
            osmium.apply(reader, places)
    with (
        osmium.io.Reader(file, thread_pool=pool) as reader,
        open_writer(target, form, thread_pool=pool) as writer,
    ):
        osmium.apply(reader, *handlers, writer)


def _parse_points(text: str) -> list[NDArray[Any]]:
    """Node ids, longitudes and latitudes from points such as ``n1x13.5y51.0,n2xy``; `_NOWHERE` for none."""
    import pyarrow as pa
    from pyarrow import csv

    lines = text.replace("xy", f"x{_NOWHERE}y{_NOWHERE}").encode().translate(_COMMAS, b"n")
    kinds = {"ref": pa.int64(), "lon": pa.float64(), "lat": pa.float64()}
    table = csv.read_csv(
        pa.BufferReader(lines),
        read_options=csv.ReadOptions(column_names=list(kinds), use_threads=False),
        convert_options=csv.ConvertOptions(column_types=kinds),
        memory_pool=pa.system_memory_pool(),  # gives memory back that Arrow's own pool would keep
    )
    return [to_numpy(column) for column in table.columns]


def _tags(field: str) -> dict[str, str]:
    """Tags from an OPL field such as ``Thighway=footway,name=Am%20%Markt``."""
    if len(field) == 1:
        return {}
    intern = sys.intern
    if "%" in field:
        pairs = [pair.partition("=") for pair in field[1:].split(",")]
        return {intern(_text(key)): intern(_text(value)) for key, _, value in pairs}
    return {
        intern(key): intern(value) for key, _, value in [pair.partition("=") for pair in field[1:].split(",")]
    }


def _text(escaped: str) -> str:
    """Text with its escaped characters put back."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), escaped) if "%" in escaped else escaped


def _check_extent(path: Path, features: Features) -> None:
    """An extract is one town or region: refuse what no metric projection can hold."""
    if not features.ways:
        raise InputDataError(f"{path}: holds no ways; a network needs streets and paths")
    low, high = features.lonlat.min(axis=0), features.lonlat.max(axis=0)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise InputDataError(f"{path}: holds positions that are no numbers")
    if abs(low[1]) > 84 or abs(high[1]) > 84:  # where UTM ends
        raise InputDataError(f"{path}: reaches beyond 84 degrees of latitude; this cannot be a town")
    if high[1] - low[1] > _MOST_LATITUDE:
        where = f"from {low[1]:.2f} to {high[1]:.2f} degrees of latitude"
        raise InputDataError(f"{path}: reaches {where} (two places in one file?); cut out one town")
    if high[0] - low[0] > 6:
        where = f"from {low[0]:.2f} to {high[0]:.2f} degrees of longitude"
        raise InputDataError(
            f"{path}: reaches {where} (two places in one file, or across the date line); cut out one town"
        )
    _check_jumps(path, features)


def _check_jumps(path: Path, features: Features) -> None:
    """No way leads over a hundred kilometres from one node to the next: one of them has a wrong position."""
    lonlat = features.lonlat
    if len(lonlat) < 2:
        return
    shrink = np.cos(np.radians(lonlat[:-1, 1]))
    apart_km = np.hypot(np.diff(lonlat[:, 0]) * shrink, np.diff(lonlat[:, 1])) * 111.2
    far = np.flatnonzero(apart_km > _LONGEST_KM)
    if not len(far):
        return
    starts = np.array(sorted(way.start for way in features.ways.values()), dtype=np.int64)
    torn = np.concatenate((starts, features.gaps))
    far = far[~np.isin(far + 1, torn)]
    if len(far):
        row = int(far[0])
        way = next(way.id for way in features.ways.values() if way.start <= row < way.stop)
        raise InputDataError(
            f"{path}: way w{way} leads {apart_km[row]:.0f} km from node n{features.refs[row]} straight to "
            f"n{features.refs[row + 1]}; one of them has a wrong position: correct it, or cut out one town"
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
